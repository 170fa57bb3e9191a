/*
 * internal.h - what the files of this room share; nobody else includes it
 */
#ifndef EV_REPO_INTERNAL_H
#define EV_REPO_INTERNAL_H

#include "base/compat.h"

#include <git2.h>

#include "base/error.h"
#include "base/process.h"
#include "repo/repo.h"

struct ev_config;
struct ev_git_call;

struct ev_repo {
	git_repository *git;
	git_odb *odb;
	char *gitdir, *commondir, *workdir;	/* workdir NULL if bare */
	char *envdir, *envtree;		/* "GIT_DIR=...", "GIT_WORK_TREE=..." */
	bool by_path;			/* opened at a path, not from the env */
	bool partial;
	char *promisor;			/* its remote, NULL if not known */
	size_t abbrev;			/* abbrev.c: least length, 0 unknown */
	char *fetch_said;		/* object.c: why a fetch failed */
	bool has_ident;			/* refs.c: reflog identity was set */
	struct ev_config *config;	/* read when first asked for */
	struct ev_git_call *config_call;	/* config.c: it is being read */
	void *batch;			/* batch.c: NULL when none is open */
};

/* git_libgit2_init(), without what only its network code needs. */
int ev_git2_start(void);

/*
 * Translate the failure `rc` of a libgit2 call to an EV_ code and leave the
 * message "<fmt>: <reason in plain words>"; libgit2's own text is given only
 * where it does not mislead.  GIT_ENOTFOUND is EV_ENOTFOUND; a lost race or a
 * held lock EV_ECONFLICT; GIT_EEXISTS EV_EEXISTS; bad names EV_EINVALID; the
 * rest EV_ERROR.  Must be called before the next libgit2 call.
 */
int ev_git2_fail(int rc, const char *fmt, ...) EV_PRINTF(2, 3);

/* Add the mend for a full disk, a read-only one or a lack of permission to the
 * last error, if `text` (of libgit2, git or the system) speaks of one. */
void ev_repo_hint(const char *text);

static inline void ev_git2_oid(git_oid *out, const struct ev_oid *o)
{
	memcpy(out->id, o->id, EV_OID_SIZE);
}

static inline void ev_git2_from(struct ev_oid *out, const git_oid *o)
{
	memcpy(out->id, o->id, EV_OID_SIZE);
}

git_object_t ev_git2_type(enum ev_objtype t);
enum ev_objtype ev_git2_type_from(git_object_t t);

/*
 * Read an object through libgit2's cache, fetching it once in a partial clone.
 * EV_ENOTFOUND with message "object <id> is not in this repository".  Free
 * with git_odb_object_free(); its bytes live as long as it does.
 */
int ev_git2_read(git_odb_object **out, struct ev_repo *r,
		 const struct ev_oid *oid);
/* A commit, or a tree, gives the id of its tree; others EV_EINVALID. */
int ev_git2_treeish(struct ev_oid *tree, struct ev_repo *r,
		    const struct ev_oid *oid);

/*
 * One step through the raw bytes of a tree object: 1 and the entry (name is
 * not NUL-ended beyond `len`, it is inside the buffer and NUL does follow), 0
 * at the end, EV_EINVALID (no message) if the bytes are no tree.
 */
int ev_tree_step(const char **p, const char *end, unsigned *mode,
		 const char **name, size_t *len, struct ev_oid *oid);

/* Both walks of trees stop here. */
#define EV_TREE_DEPTH_MAX 1024
#define EV_TREE_PATH_MAX ((size_t)64 << 10)
/* A tree object, NULL for the empty tree that is not stored; EV_EINVALID if it
 * is something else.  Its bytes live as long as it does. */
int ev_tree_open(git_odb_object **out, struct ev_repo *r,
		 const struct ev_oid *tree);
const char *ev_tree_bytes(git_odb_object *obj, const char **end);
int ev_tree_malformed(const struct ev_oid *tree, const char *why);

/*
 * Run git before there is a handle (r NULL), as from the current folder, or
 * at `path` without what the environment says about another repository; or on
 * `r`.  Same rules as ev_git().
 */
int ev_git_run(struct ev_process *p, struct ev_repo *r, const char *path,
	       const char *const *args);
/*
 * Start git on `r` now and look at what it said later: `out` and `err`, at most
 * as many bytes as their `max`.  ev_git_end() waits; ev_git_call_free() too, if
 * that was not called.
 */
struct ev_git_call {
	struct ev_process p;
	struct ev_buf out, err;
	struct ev_running *running;
	const char **argv, **env;
};
int ev_git_begin(struct ev_git_call **out, struct ev_repo *r,
		 const char *const *args);
int ev_git_end(struct ev_git_call *c);
void ev_git_call_free(struct ev_git_call *c);
/* Start git on `r` and read its output line by line. */
int ev_git_pipe(struct ev_pipe **out, struct ev_repo *r,
		const char *const *args);
/* EV_ENOTFOUND: there is no git program. */
int ev_git_absent(void);
/* The sentence git ended with: its last "fatal:" or "error:" line, without
 * that word; else its last line; "" if it said nothing. */
void ev_git_said(struct ev_buf *out, const char *err);

/* abbrev.c: the digits that Git shows of a name at least, 7 or more. */
size_t ev_abbrev_digits(struct ev_repo *r);

/* batch.c: git_odb_write() while a batch is open. */
int ev_batch_write(git_oid *id, struct ev_repo *r, git_object_t type,
		   const void *p, size_t n);

/* config.c */
void ev_config_free(struct ev_config *c);

#endif
