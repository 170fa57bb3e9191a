/*
 * git.h - running the git program on this repository
 */
#ifndef EV_REPO_GIT_H
#define EV_REPO_GIT_H

#include "base/process.h"
#include "repo/repo.h"

/*
 * Run `git ARGS...` (args is NULL-ended and starts after "git") with this
 * repository as GIT_DIR, replace refs off, terminal prompts as the user has
 * them, LC_ALL=C.  `p` may carry in/out/err/on_data; argv, env and cwd are set
 * here.  0 if git ran; p->status is its exit status.  EV_ENOTFOUND with
 * "cannot run 'git'" and a hint if there is none in PATH.
 */
int ev_git(struct ev_process *p, struct ev_repo *r, const char *const *args);
/* The same; non-zero status is EV_ERROR with git's last stderr line. Output,
 * one trailing LF removed, is appended to `out` (may be NULL). */
int ev_git_out(struct ev_buf *out, struct ev_repo *r, const char *const *args);

/* Does `old` go before `new`, or is it the same?  Unknown where history is cut
 * off. */
enum ev_ancestry { EV_NOT_BEFORE, EV_BEFORE, EV_BEFORE_UNKNOWN };
int ev_repo_before(enum ev_ancestry *out, struct ev_repo *r,
		   const struct ev_oid *old, const struct ev_oid *new);

/* Walking history by `git rev-list`, streamed ------------------------- */
struct ev_walk;
struct ev_walk_item { struct ev_oid commit, tree; int64_t time; };
/* `args` as for rev-list: revisions, ranges, --max-count and so on. An unknown
 * revision is EV_ENOTFOUND with "unknown revision or range 'x'". */
int ev_walk_open(struct ev_walk **out, struct ev_repo *r,
		 const char *const *args);
/* 1, 0 at the end, negative on error. */
int ev_walk_next(struct ev_walk_item *out, struct ev_walk *w);
/* A failure of rev-list is reported here. */
int ev_walk_close(struct ev_walk *w);

#endif
