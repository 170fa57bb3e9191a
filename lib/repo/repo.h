/*
 * repo.h - opening a repository, and its objects
 *
 * The room behind this header is the only one that includes <git2.h>.
 * Replace refs and grafts are never followed: what is signed is what is
 * stored.  All outputs are owned by the caller.
 */
#ifndef EV_REPO_REPO_H
#define EV_REPO_REPO_H

#include "base/buf.h"
#include "base/str.h"
#include "repo/oid.h"

struct ev_repo;

/*
 * Open as Git would from the current folder and GIT_DIR & co, or at `path`.
 * Says in plain words, with the mend as hint: not a repository, owned by
 * somebody else (Git's own wording and `safe.directory` line), SHA-256 object
 * format, reftable, an unknown extension.  Opens worktreeConfig, partialClone
 * and preciousObjects repositories, linked worktrees, bare and shallow ones.
 */
int ev_repo_open(struct ev_repo **out, const char *path);
void ev_repo_close(struct ev_repo *r);
/* Keep up to 2 MiB of objects in memory, for who reads the same evidence many
 * times.  Without it each is read anew: whoever reads it once wants no more. */
void ev_repo_remember_more(void);

const char *ev_repo_gitdir(struct ev_repo *r);		/* absolute, no '/' at end */
const char *ev_repo_commondir(struct ev_repo *r);	/* shared by worktrees */
const char *ev_repo_workdir(struct ev_repo *r);		/* NULL if bare */
bool ev_repo_is_shallow(struct ev_repo *r);
bool ev_repo_is_partial(struct ev_repo *r);		/* a promisor remote is set */
/* <commondir>/evidence, made if absent: caches, never truth. */
int ev_repo_statedir(struct ev_buf *out, struct ev_repo *r);

/* Objects ------------------------------------------------------------- */

enum ev_objtype { EV_OBJ_NONE, EV_OBJ_COMMIT, EV_OBJ_TREE, EV_OBJ_BLOB, EV_OBJ_TAG };
const char *ev_objtype_name(enum ev_objtype t);

#define EV_OBJECT_LIMIT ((size_t)256 << 20)

/*
 * Append the raw bytes.  EV_ENOTFOUND if the object is not here; in a partial
 * clone it is then fetched by the git program once, as Git itself would.
 * EV_ELIMIT if it is larger than out->max.
 */
int ev_object_read(struct ev_buf *out, enum ev_objtype *type,
		   struct ev_repo *r, const struct ev_oid *oid);
/* Only look: never fetches.  EV_ENOTFOUND if absent; outputs may be NULL. */
int ev_object_info(enum ev_objtype *type, uint64_t *size,
		   struct ev_repo *r, const struct ev_oid *oid);
int ev_object_write(struct ev_oid *out, struct ev_repo *r,
		    enum ev_objtype type, const void *p, size_t n);
int ev_object_hash(struct ev_oid *out, enum ev_objtype type,
		   const void *p, size_t n);
/* Write a file of any size as a blob (no filters). */
int ev_object_write_file(struct ev_oid *out, struct ev_repo *r, const char *path);

/* Names --------------------------------------------------------------- */

/* An object by any name Git knows; EV_ENOTFOUND "unknown revision 'x'". */
int ev_repo_resolve(struct ev_oid *out, enum ev_objtype *type,
		    struct ev_repo *r, const char *name);
/* The same, peeled to a commit ("'x' is a blob, not a commit"). An unborn
 * HEAD is EV_ENOTFOUND "there is no commit yet". */
int ev_repo_commit(struct ev_oid *out, struct ev_repo *r, const char *name);
int ev_repo_tree_of(struct ev_oid *tree, struct ev_repo *r,
		    const struct ev_oid *commit);
/* Shortest unambiguous name as `git rev-parse --short` gives, 7 at least. */
void ev_repo_short(char out[EV_OID_HEX + 1], struct ev_repo *r,
		   const struct ev_oid *oid);
/* user.name, user.email of Git's identity for new commits and tags (env
 * first), as `git var GIT_COMMITTER_IDENT` gives it. */
int ev_repo_ident(struct ev_buf *name, struct ev_buf *email, struct ev_repo *r);

/* Trees --------------------------------------------------------------- */

struct ev_tree_entry {
	const char *path;		/* whole path below the walked tree */
	unsigned mode;			/* 0100644 0100755 0120000 0160000 040000 */
	struct ev_oid oid;
};
/* Files below `tree` in ls-tree -r order (trees themselves are not given).
 * A non-zero return of the callback stops and is returned. */
int ev_tree_each(struct ev_repo *r, const struct ev_oid *tree,
		 int (*cb)(void *ctx, const struct ev_tree_entry *e), void *ctx);
/*
 * The paths of files, links and submodules in which two trees differ, in
 * content, kind or mode; equal folders are not read.  Of a folder that stands
 * in one of them only, each path below it.  A non-zero return of the callback
 * stops and is returned.
 */
int ev_tree_diff(struct ev_repo *r, const struct ev_oid *a,
		 const struct ev_oid *b,
		 int (*cb)(void *ctx, const char *path), void *ctx);
/* One entry by path; EV_ENOTFOUND without a message. */
int ev_tree_entry(struct ev_oid *oid, unsigned *mode, struct ev_repo *r,
		  const struct ev_oid *tree, const char *path);
/* Bytes of a regular file at `path`, at most `limit`; a symlink, folder or
 * gitlink there is EV_EINVALID, nothing there EV_ENOTFOUND (with message). */
int ev_tree_read(struct ev_buf *out, struct ev_repo *r,
		 const struct ev_oid *tree, const char *path, size_t limit);
/*
 * SHA-256 over "mode SP sha256(blob) TAB path NUL" for every entry of
 * `git ls-tree -r -z` in its order; for a gitlink the commit id stands for
 * the digest, for a symlink the digest is that of its target text.  Mode is
 * six octal digits.  out gets 64 hex digits.  Independent of SHA-1 collisions.
 */
int ev_tree_sha256(char out[65], struct ev_repo *r, const struct ev_oid *tree);

#endif
