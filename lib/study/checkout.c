#include "base/compat.h"

#include "study/checkout.h"

#include "base/error.h"
#include "base/file.h"
#include "base/process.h"

int ev_checkout_env(struct ev_strs *env, const char *base)
{
	static const char *const argv[] = {
		"git", "rev-parse", "--local-env-vars", NULL
	};
	struct ev_buf names = EV_BUF_INIT_MAX(65536), err = EV_BUF_INIT_MAX(4096);
	struct ev_process p = { .argv = argv, .out = &names, .err = &err };
	char *name, *end;
	int ret;

	ret = ev_process_run(&p);
	if (ret == 0 && p.status)
		ret = ev_fail(EV_ERROR, "'git rev-parse --local-env-vars' "
			      "exited with %d", p.status);
	for (name = names.ptr; ret == 0 && *name; name = end) {
		end = name + strcspn(name, "\n");
		if (*end)
			*end++ = '\0';
		ev_strs_add(env, name);
	}
	ev_strs_addf(env, "GIT_CEILING_DIRECTORIES=%s", base);
	ev_buf_release(&err);
	ev_buf_release(&names);
	return ret;
}

static int note_submodule(void *ctx, const struct ev_tree_entry *e)
{
	if (e->mode == 0160000)
		ev_strs_add(ctx, e->path);
	return 0;
}

static int git_failed(int status, struct ev_buf *err)
{
	char *line;

	ev_buf_chomp(err);
	line = strrchr(err->ptr, '\n');
	return ev_fail(EV_ERROR, "git could not check out the files "
		       "(status %d): %s", status, line ? line + 1 : err->ptr);
}

/* The user's own -c settings count here, as they would in a checkout. */
static int read_tree(struct ev_checkout *c, struct ev_repo *r, const char *tree)
{
	const char *argv[] = {
		"git", "-c", "core.hooksPath=/dev/null",
		"-c", "core.splitIndex=false", "-c", "core.fsmonitor=false",
		"-c", "submodule.recurse=false",
		"read-tree", "--no-sparse-checkout", "--reset", "-u", tree, NULL
	};
	struct ev_strs env = EV_STRS_INIT;
	struct ev_buf err = EV_BUF_INIT_MAX(65536);
	struct ev_process p = { .argv = argv, .cwd = c->dir.ptr, .err = &err };
	int ret;

	ev_strs_addf(&env, "GIT_DIR=%s", ev_repo_gitdir(r));
	ev_strs_addf(&env, "GIT_WORK_TREE=%s", c->dir.ptr);
	ev_strs_addf(&env, "GIT_INDEX_FILE=%s/index", c->base.ptr);
	ev_strs_add(&env, "GIT_NO_REPLACE_OBJECTS=1");
	ev_strs_add(&env, "GIT_PREFIX");
	ev_strs_add(&env, "LC_ALL=C");
	ev_strs_take(&env, NULL);
	p.env = (const char *const *)env.items;
	ret = ev_process_run(&p);
	if (ret == 0 && p.status)
		ret = git_failed(p.status, &err);
	ev_buf_release(&err);
	ev_strs_release(&env);
	return ret;
}

int ev_checkout_make(struct ev_checkout *out, struct ev_repo *r,
		     const struct ev_oid *tree)
{
	char hex[EV_OID_HEX + 1];
	int ret;

	ev_oid_hex(hex, tree);
	ret = ev_tree_each(r, tree, note_submodule, &out->submodules);
	if (ret == 0)
		ret = ev_tmpdir(&out->base, "git-evidence");
	if (ret < 0)
		return ret;
	ev_path_join(&out->dir, out->base.ptr, "tree");
	ret = ev_mkdirs(out->dir.ptr, 0777);
	return ret < 0 ? ret : read_tree(out, r, hex);
}

int ev_checkout_release(struct ev_checkout *c)
{
	int ret = c->base.len ? ev_rmtree(c->base.ptr) : 0;

	ev_buf_release(&c->base);
	ev_buf_release(&c->dir);
	ev_strs_release(&c->submodules);
	return ret;
}
