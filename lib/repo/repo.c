#include "base/compat.h"
#include "repo/repo.h"

#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "repo/config.h"
#include "repo/git.h"
#include "repo/internal.h"

void ev_repo_close(struct ev_repo *r)
{
	if (!r)
		return;
	ev_git_call_free(r->config_call);
	ev_config_free(r->config);
	git_odb_free(r->odb);
	git_repository_free(r->git);
	free(r->gitdir);
	free(r->commondir);
	free(r->workdir);
	free(r->envdir);
	free(r->envtree);
	free(r->promisor);
	free(r->fetch_said);
	free(r);
}

const char *ev_repo_gitdir(struct ev_repo *r)
{
	return r->gitdir;
}

const char *ev_repo_commondir(struct ev_repo *r)
{
	return r->commondir;
}

const char *ev_repo_workdir(struct ev_repo *r)
{
	return r->workdir;
}

bool ev_repo_is_shallow(struct ev_repo *r)
{
	struct ev_buf path = EV_BUF_INIT;
	const char *env = getenv("GIT_SHALLOW_FILE");
	struct stat st;
	bool yes;

	if (env && !r->by_path)
		ev_buf_adds(&path, env);
	else
		ev_path_join(&path, r->commondir, "shallow");
	yes = !stat(path.ptr, &st) && st.st_size > 0;
	ev_buf_release(&path);
	return yes;
}

bool ev_repo_is_partial(struct ev_repo *r)
{
	return r->partial;
}

int ev_repo_statedir(struct ev_buf *out, struct ev_repo *r)
{
	struct ev_buf path = EV_BUF_INIT;
	struct stat st;
	int ret;

	ev_path_join(&path, r->commondir, "evidence");
	ret = ev_mkdirs(path.ptr, 0777);
	/* What is kept there must not come to lie where a link leads. */
	if (!ret && (lstat(path.ptr, &st) || !S_ISDIR(st.st_mode)))
		ret = ev_fail(EV_EINVALID, "'%s' is a link, not a folder",
			      path.ptr);
	if (!ret)
		ev_buf_add(out, path.ptr, path.len);
	else
		ev_repo_hint(ev_error_last()->message);
	ev_buf_release(&path);
	return ret;
}

static int no_ident(const char *err)
{
	struct ev_buf said = EV_BUF_INIT;

	ev_git_said(&said, err);
	ev_fail(EV_ENOTFOUND, "Git does not know who you are: %s",
		said.len ? said.ptr : "no identity");
	ev_error_hint("git config --global user.name \"Your Name\"");
	ev_error_hint("git config --global user.email you@example.com");
	ev_buf_release(&said);
	return EV_ENOTFOUND;
}

/* Git takes away what is odd at its ends, and some of what is inside. */
static bool is_plain(const char *text)
{
	static const char odd[] = ".,:;<>\"\\'";
	size_t n = text ? strlen(text) : 0;

	return n && (unsigned char)text[0] > ' ' && !strchr(odd, text[0]) &&
	       (unsigned char)text[n - 1] > ' ' && !strchr(odd, text[n - 1]) &&
	       !strpbrk(text, "<>\n");
}

static const char *said(struct ev_repo *r, const char *env, const char *key,
			const char *other)
{
	const char *text = getenv(env);

	if (!text)
		text = ev_config_get(r, key, NULL);
	return text ? text : ev_config_get(r, other, NULL);
}

/* Where it is said in so many words, Git need not be run. */
static bool plain_ident(struct ev_buf *name, struct ev_buf *email,
			struct ev_repo *r)
{
	const char *n = said(r, "GIT_COMMITTER_NAME", "committer.name",
			     "user.name");
	const char *e = said(r, "GIT_COMMITTER_EMAIL", "committer.email",
			     "user.email");

	if (!is_plain(n) || !is_plain(e))
		return false;
	ev_buf_adds(name, n);
	ev_buf_adds(email, e);
	return true;
}

int ev_repo_ident(struct ev_buf *name, struct ev_buf *email, struct ev_repo *r)
{
	static const char *const args[] = { "var", "GIT_COMMITTER_IDENT",
		NULL };
	struct ev_buf out = EV_BUF_INIT_MAX(64 << 10);
	struct ev_buf err = EV_BUF_INIT_MAX(64 << 10);
	struct ev_process p = { .out = &out, .err = &err };
	const char *open, *shut;
	int ret;

	if (r && plain_ident(name, email, r))
		return 0;
	ev_error_clear();
	ret = ev_git(&p, r, args);
	if (ret)
		goto out;
	if (p.status) {
		ret = no_ident(err.ptr);
		goto out;
	}
	shut = strrchr(out.ptr, '>');
	open = shut ? memrchr(out.ptr, '<', (size_t)(shut - out.ptr)) : NULL;
	if (!open || open == out.ptr) {
		ret = ev_fail(EV_ERROR, "git gave an identity that cannot be"
			      " read: '%s'", out.ptr);
		goto out;
	}
	ev_buf_add(name, out.ptr, (size_t)(open - 1 - out.ptr));
	ev_buf_add(email, open + 1, (size_t)(shut - open - 1));
out:
	ev_buf_release(&out);
	ev_buf_release(&err);
	return ret;
}
