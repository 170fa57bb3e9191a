#include "base/compat.h"
#include "repo/repo.h"

#include <pthread.h>
#include <strings.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "repo/internal.h"

/*
 * What libgit2 keeps mapped of packs, and the objects it remembers, must not
 * grow with the evidence; mapping anew costs microseconds.
 */
#define MWINDOW_SIZE ((size_t)1 << 20)
#define MWINDOW_MAPPED ((size_t)4 << 20)
#define OBJECT_CACHE ((ssize_t)32 << 10)
#define OBJECT_CACHE_MORE ((ssize_t)2 << 20)
#define OBJECT_CACHE_LIMIT ((size_t)64 << 10)	/* of one blob or tag */
#define TREE_CACHE_LIMIT ((size_t)64 << 20)

static pthread_once_t library_once = PTHREAD_ONCE_INIT;
static int library_rc;

static void library_start(void)
{
	/* objectformat is taken here and judged in check_format(). */
	static const char *names[] = { "worktreeconfig", "partialclone",
		"preciousobjects", "relativeworktrees", "objectformat" };

	library_rc = ev_git2_start();
	if (library_rc < 0)
		return;
	git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, names,
			 EV_ARRAY_SIZE(names));
	git_libgit2_opts(GIT_OPT_SET_CACHE_OBJECT_LIMIT, GIT_OBJECT_TREE,
			 TREE_CACHE_LIMIT);
	git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, OBJECT_CACHE);
	git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, MWINDOW_SIZE);
	git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, MWINDOW_MAPPED);
}

void ev_repo_remember_more(void)
{
	git_libgit2_opts(GIT_OPT_SET_CACHE_OBJECT_LIMIT, GIT_OBJECT_BLOB,
			 OBJECT_CACHE_LIMIT);
	git_libgit2_opts(GIT_OPT_SET_CACHE_OBJECT_LIMIT, GIT_OBJECT_TAG,
			 OBJECT_CACHE_LIMIT);
	git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, OBJECT_CACHE_MORE);
}

/* libgit2 cannot open with these set; git is asked where they lead. */
static bool env_is_plain(void)
{
	return !getenv("GIT_WORK_TREE") && !getenv("GIT_COMMON_DIR");
}

/*
 * Open at `gitdir` with the objects of the environment, which libgit2 does
 * only when the folder comes from the environment too.
 */
static int open_env_at(git_repository **out, const char *gitdir)
{
	static const char *const names[] = { "GIT_DIR", "GIT_WORK_TREE",
		"GIT_COMMON_DIR" };
	char *kept[EV_ARRAY_SIZE(names)];
	size_t i;
	int rc;

	for (i = 0; i < EV_ARRAY_SIZE(names); i++) {
		kept[i] = ev_strdup(getenv(names[i]));
		unsetenv(names[i]);
	}
	setenv("GIT_DIR", gitdir, 1);
	rc = git_repository_open_ext(out, NULL, GIT_REPOSITORY_OPEN_FROM_ENV,
				     NULL);
	for (i = 0; i < EV_ARRAY_SIZE(names); i++) {
		if (kept[i])
			setenv(names[i], kept[i], 1);
		else
			unsetenv(names[i]);
		free(kept[i]);
	}
	return rc;
}

/* Git has accepted the owner, so libgit2 need not ask again. */
static int open_judged(git_repository **out, const char *path,
		       const char *gitdir)
{
	int rc;

	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
	if (path)
		rc = git_repository_open_ext(out, gitdir,
				GIT_REPOSITORY_OPEN_NO_SEARCH |
				GIT_REPOSITORY_OPEN_NO_DOTGIT, NULL);
	else
		rc = open_env_at(out, gitdir);
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 1);
	return rc;
}

static int refuse_sha256(void)
{
	ev_fail(EV_EINVALID, "this repository uses SHA-256 object names,"
		" which git-evidence does not read yet");
	ev_error_hint("use a repository made by"
		      " 'git init --object-format=sha1'");
	return EV_EINVALID;
}

static int refuse_extension(const char *name, size_t n)
{
	if (n == strlen("refstorage") && !strncasecmp(name, "refstorage", n)) {
		ev_fail(EV_EINVALID, "this repository keeps its refs in a"
			" reftable, which git-evidence does not read yet");
		ev_error_hint("git refs migrate --ref-format=files");
		return EV_EINVALID;
	}
	return ev_fail(EV_EINVALID, "this repository uses the extension '%.*s',"
		       " which git-evidence does not read", (int)n, name);
}

/* Git's refusal in Git's words, with the mend as a hint. */
static int refuse_as_git(const char *err, const char *path)
{
	static const char unknown[] = "unknown repository extension";
	static const char dubious[] = "dubious ownership in repository at '";
	const char *p, *q;
	struct ev_buf said = EV_BUF_INIT;
	int ret;

	p = strstr(err, dubious);
	q = p ? strchr(p + strlen(dubious), '\n') : NULL;
	if (q) {
		p += strlen(dubious);
		while (q > p && *q != '\'')
			q--;
		ev_fail(EV_ERROR, "detected dubious ownership in repository"
			" at '%.*s'", (int)(q - p), p);
		ev_error_hint("git config --global --add safe.directory '%.*s'",
			      (int)(q - p), p);
		return EV_ERROR;
	}
	p = strstr(err, unknown);
	if (p) {
		p += strcspn(p, ":");
		p += strspn(p, ": \t\n");
		return refuse_extension(p, strcspn(p, " \t\r\n"));
	}
	if (strstr(err, "ot a git repository")) {
		if (!path)
			path = getenv("GIT_DIR");
		ret = path ? ev_fail(EV_ENOTFOUND, "'%s' is not in a Git "
				     "repository", path) :
			ev_fail(EV_ENOTFOUND, "the current folder is not in a "
				"Git repository");
		ev_error_hint("git init           # or change to the folder of "
			      "the project");
		return ret;
	}
	ev_git_said(&said, err);
	ret = ev_fail(EV_ERROR, "cannot open the repository: %s",
		      said.len ? said.ptr : "git gave no reason");
	ev_buf_release(&said);
	return ret;
}

/* 0 and the absolute folder if git itself opens the repository. */
static int ask_git(struct ev_buf *gitdir, const char *path)
{
	static const char *const args[] = { "rev-parse", "--absolute-git-dir",
		NULL };
	struct ev_buf err = EV_BUF_INIT_MAX(64 << 10);
	struct ev_process p = { .out = gitdir, .err = &err };
	int ret;

	ret = ev_git_run(&p, NULL, path, args);
	if (!ret && p.status)
		ret = refuse_as_git(err.ptr, path);
	ev_buf_chomp(gitdir);
	ev_buf_release(&err);
	return ret;
}

static int refuse_as_libgit2(int rc, const char *gitdir)
{
	static const char key[] = "unsupported extension name extensions.";
	const git_error *e = git_error_last();
	const char *p = e && e->message ? strstr(e->message, key) : NULL;

	if (p) {
		p += strlen(key);
		return refuse_extension(p, strcspn(p, " "));
	}
	if (e && e->message && strstr(e->message, "object format"))
		return refuse_sha256();
	return ev_git2_fail(rc, "cannot open the repository '%s'", gitdir);
}

/* A bare repository found by looking around may be a trap laid in a clone. */
static bool bare_needs_git(git_repository *git, const char *path)
{
	return git_repository_is_bare(git) && !path && !getenv("GIT_DIR");
}

static int open_git(git_repository **out, const char *path)
{
	struct ev_buf gitdir = EV_BUF_INIT;
	int rc = GIT_ERROR, ret;

	if (path)
		rc = git_repository_open_ext(out, path, 0, NULL);
	else if (env_is_plain())
		rc = git_repository_open_ext(out, NULL,
				GIT_REPOSITORY_OPEN_FROM_ENV, NULL);
	if (!rc && !bare_needs_git(*out, path))
		return 0;
	git_repository_free(*out);
	*out = NULL;
	ret = ask_git(&gitdir, path);
	if (ret)
		goto out;
	rc = open_judged(out, path, gitdir.ptr);
	if (rc)
		ret = refuse_as_libgit2(rc, gitdir.ptr);
out:
	ev_buf_release(&gitdir);
	return ret;
}

static char *plain_path(const char *path)
{
	char *real = realpath(path, NULL);
	size_t n;

	if (!real)
		real = ev_strdup(path);
	n = strlen(real);
	while (n > 1 && real[n - 1] == '/')
		real[--n] = '\0';
	return real;
}

/* "remote.NAME.promisor" or "...partialclonefilter" names its remote. */
static void note_promisor(struct ev_repo *r, const git_config_entry *entry)
{
	const char *name = entry->name;

	if (!strcmp(name, "extensions.partialclone")) {
		r->partial = true;
		free(r->promisor);
		r->promisor = ev_strdup(entry->value);
		return;
	}
	if (!ev_starts_with(name, "remote.") ||
	    !(ev_ends_with(name, ".promisor") ||
	      ev_ends_with(name, ".partialclonefilter")))
		return;
	r->partial = true;
	name += strlen("remote.");
	if (!r->promisor)
		r->promisor = ev_strndup(name, (size_t)(strrchr(name, '.') -
							name));
}

static int read_entries(struct ev_repo *r, git_config *config)
{
	git_config_iterator *it = NULL;
	git_config_entry *entry;
	int ret = 0;

	if (git_config_iterator_new(&it, config))
		return 0;
	while (!ret && !git_config_next(&entry, it)) {
		note_promisor(r, entry);
		if (!strcmp(entry->name, "extensions.objectformat") &&
		    (!entry->value || strcasecmp(entry->value, "sha1")))
			ret = refuse_sha256();
	}
	git_config_iterator_free(it);
	return ret;
}

static int check_format(struct ev_repo *r)
{
	struct ev_buf path = EV_BUF_INIT;
	git_config *config = NULL;
	int ret = 0;

	ev_path_join(&path, r->commondir, "config");
	if (!git_config_open_ondisk(&config, path.ptr))
		ret = read_entries(r, config);
	git_error_clear();
	git_config_free(config);
	ev_buf_release(&path);
	return ret;
}

/*
 * With GIT_DIR or GIT_WORK_TREE set, the work tree is not simply the folder
 * around the repository; git says where it is.
 */
static void find_workdir(struct ev_repo *r)
{
	static const char *const args[] = { "rev-parse", "--show-toplevel",
		NULL };
	const char *dir = git_repository_workdir(r->git);
	struct ev_buf top = EV_BUF_INIT, err = EV_BUF_INIT_MAX(64 << 10);
	struct ev_process p = { .out = &top, .err = &err };

	if (!r->by_path && (getenv("GIT_WORK_TREE") ||
			    (dir && getenv("GIT_DIR"))) &&
	    !ev_git_run(&p, NULL, NULL, args) && !p.status) {
		ev_buf_chomp(&top);
		dir = top.ptr;
	}
	r->workdir = dir ? plain_path(dir) : NULL;
	ev_buf_release(&top);
	ev_buf_release(&err);
}

int ev_repo_open(struct ev_repo **out, const char *path)
{
	struct ev_repo *r = ev_calloc(1, sizeof(*r));
	int rc, ret;

	*out = NULL;
	pthread_once(&library_once, library_start);
	if (library_rc < 0) {
		ret = ev_git2_fail(library_rc, "cannot start libgit2");
		goto out;
	}
	r->by_path = path != NULL;
	ret = open_git(&r->git, path);
	if (ret)
		goto out;
	rc = git_repository_odb(&r->odb, r->git);
	if (rc) {
		ret = ev_git2_fail(rc, "cannot open the objects of '%s'",
				   git_repository_path(r->git));
		goto out;
	}
	r->gitdir = plain_path(git_repository_path(r->git));
	r->commondir = plain_path(git_repository_commondir(r->git));
	ret = check_format(r);
	if (ret)
		goto out;
	find_workdir(r);
	r->envdir = ev_strdupf("GIT_DIR=%s", r->gitdir);
	if (r->workdir)
		r->envtree = ev_strdupf("GIT_WORK_TREE=%s", r->workdir);
	*out = r;
out:
	if (ret)
		ev_repo_close(r);
	return ret;
}
