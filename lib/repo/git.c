#include "base/compat.h"
#include "repo/git.h"

#include "base/error.h"
#include "base/mem.h"
#include "repo/internal.h"

/* What the environment may say about a repository that is not ours. */
static const char *const elsewhere[] = {
	"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR",
	"GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
	"GIT_NAMESPACE", "GIT_PREFIX", "GIT_QUARANTINE_PATH",
	"GIT_SHALLOW_FILE", "GIT_IMPLICIT_WORK_TREE", "GIT_CONFIG",
};

#define ENV_MAX (EV_ARRAY_SIZE(elsewhere) + 8)

/*
 * Objects of a push under examination are found through GIT_OBJECT_DIRECTORY,
 * so a handle opened from the environment keeps what it was given.
 */
static void make_env(const char *env[ENV_MAX], const struct ev_repo *r,
		     bool by_path)
{
	size_t i, n = 0;

	if (by_path)
		for (i = 0; i < EV_ARRAY_SIZE(elsewhere); i++)
			env[n++] = elsewhere[i];
	else
		env[n++] = "GIT_CONFIG";
	if (r) {
		env[n++] = r->envdir;
		env[n++] = r->envtree ? r->envtree : "GIT_WORK_TREE";
	}
	env[n++] = "GIT_NO_REPLACE_OBJECTS=1";
	/* Absent, and below no folder: git then has no grafts and is quiet. */
	env[n++] = "GIT_GRAFT_FILE=/dev/null/grafts";
	env[n++] = "LC_ALL=C";
	/* Else git writes each line by itself, and takes twice as long. */
	env[n++] = "GIT_FLUSH=0";
	env[n] = NULL;
}

static const char **make_argv(const char *path, const char *const *args)
{
	const char **argv;
	size_t n = 0, i = 0;

	while (args[n])
		n++;
	argv = ev_calloc(n + 4, sizeof(*argv));
	argv[i++] = "git";
	if (path) {
		argv[i++] = "-C";
		argv[i++] = path;
	}
	memcpy(argv + i, args, n * sizeof(*args));
	return argv;
}

static const char *folder_of(const struct ev_repo *r)
{
	if (!r || !r->by_path)
		return NULL;
	return r->workdir ? r->workdir : r->gitdir;
}

int ev_git_absent(void)
{
	ev_fail(EV_ENOTFOUND, "cannot run 'git'");
	ev_error_hint("install Git, or put the folder of its program in PATH");
	return EV_ENOTFOUND;
}

int ev_git_run(struct ev_process *p, struct ev_repo *r, const char *path,
	       const char *const *args)
{
	const char *env[ENV_MAX], **argv = make_argv(path, args);
	int ret;

	make_env(env, r, r ? r->by_path : path != NULL);
	p->argv = argv;
	p->env = env;
	p->cwd = folder_of(r);
	ret = ev_process_run(p);
	p->argv = p->env = NULL;
	free(argv);
	return ret == EV_ENOTFOUND ? ev_git_absent() : ret;
}

int ev_git_begin(struct ev_git_call **out, struct ev_repo *r,
		 const char *const *args)
{
	struct ev_git_call *c = ev_calloc(1, sizeof(*c));
	int ret;

	ev_buf_init(&c->out);
	ev_buf_init(&c->err);
	c->err.max = 64 << 10;
	c->argv = make_argv(NULL, args);
	c->env = ev_calloc(ENV_MAX, sizeof(*c->env));
	make_env(c->env, r, r->by_path);
	c->p = (struct ev_process){ .argv = c->argv, .env = c->env,
		.cwd = folder_of(r), .out = &c->out, .err = &c->err };
	ret = ev_process_begin(&c->running, &c->p);
	if (ret) {
		ev_git_call_free(c);
		c = NULL;
	}
	*out = c;
	return ret == EV_ENOTFOUND ? ev_git_absent() : ret;
}

int ev_git_end(struct ev_git_call *c)
{
	struct ev_running *running = c->running;

	c->running = NULL;
	return ev_process_end(running);
}

void ev_git_call_free(struct ev_git_call *c)
{
	if (!c)
		return;
	if (c->running)
		ev_git_end(c);
	ev_buf_release(&c->out);
	ev_buf_release(&c->err);
	free(c->argv);
	free(c->env);
	free(c);
}

int ev_git_pipe(struct ev_pipe **out, struct ev_repo *r,
		const char *const *args)
{
	const char *env[ENV_MAX], **argv = make_argv(NULL, args);
	int ret;

	make_env(env, r, r->by_path);
	ret = ev_pipe_open(out, argv, env, folder_of(r));
	free(argv);
	return ret == EV_ENOTFOUND ? ev_git_absent() : ret;
}

int ev_git(struct ev_process *p, struct ev_repo *r, const char *const *args)
{
	return ev_git_run(p, r, NULL, args);
}

void ev_git_said(struct ev_buf *out, const char *err)
{
	const char *p = err, *best = NULL, *last = NULL, *s;

	while (*p) {
		if (!strncmp(p, "fatal: ", 7) || !strncmp(p, "error: ", 7))
			best = p + 7;
		if (*p != '\n' && strncmp(p, "hint: ", 6))
			last = p;
		p += strcspn(p, "\n");
		p += *p == '\n';
	}
	s = best ? best : last;
	if (s)
		ev_buf_add(out, s, strcspn(s, "\r\n"));
}

int ev_git_out(struct ev_buf *out, struct ev_repo *r, const char *const *args)
{
	struct ev_buf got = EV_BUF_INIT, err = EV_BUF_INIT_MAX(64 << 10);
	struct ev_buf said = EV_BUF_INIT;
	struct ev_process p = { .out = &got, .err = &err };
	int ret;

	ret = ev_git(&p, r, args);
	if (ret)
		goto out;
	if (p.status) {
		ev_git_said(&said, err.ptr);
		ret = ev_fail(EV_ERROR, "'git %s' failed: %s", args[0],
			      said.len ? said.ptr : "it gave no reason");
		ev_repo_hint(err.ptr);
		goto out;
	}
	if (got.overflow) {
		ret = ev_fail(EV_ELIMIT, "'git %s' said too much", args[0]);
		goto out;
	}
	ev_buf_chomp(&got);
	if (out)
		ev_buf_add(out, got.ptr, got.len);
out:
	ev_buf_release(&got);
	ev_buf_release(&err);
	ev_buf_release(&said);
	return ret;
}
