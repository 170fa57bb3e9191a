/*
 * refs.h - refs, moved only by compare-and-swap
 */
#ifndef EV_REPO_REFS_H
#define EV_REPO_REFS_H

#include "repo/repo.h"

/* Does Git take it for the full name of a ref? */
bool ev_ref_is_name(const char *name);
/* Value of a full ref name, symbolic refs followed; EV_ENOTFOUND without a
 * message. */
int ev_ref_read(struct ev_oid *out, struct ev_repo *r, const char *name);
/* Append the name of the ref that is written when `name` is: symbolic ones
 * lead elsewhere, also to a ref that does not exist yet.  EV_EINVALID for what
 * is no name of a ref, or leads in a circle. */
int ev_ref_real(struct ev_buf *out, struct ev_repo *r, const char *name);
/* 0, or EV_EINVALID if `name` is a symbolic ref: a ledger that leads into a
 * branch would be written there. */
int ev_ref_no_symbol(struct ev_repo *r, const char *name);
/*
 * Set `name` to `value` if it still holds `old` (NULL: must not exist).
 * EV_ECONFLICT if somebody else was first or holds the lock: re-read, retry.
 * A stale lock file that no retry gets past is named by the caller's message.
 * A reflog line is written where Git writes one. Runs no hooks. A symbolic ref
 * is followed. EV_EEXISTS if a ref lies in the way ("refs/a" of "refs/a/b"),
 * EV_ENOTFOUND if there is no object `value`: neither is worth a retry.
 */
int ev_ref_cas(struct ev_repo *r, const char *name, const struct ev_oid *value,
	       const struct ev_oid *old, const char *why);
/* Delete it if it still holds `old`; EV_ECONFLICT if not, or if locked. */
int ev_ref_delete(struct ev_repo *r, const char *name,
		  const struct ev_oid *old);
/* Every ref below `prefix` ("refs/tags/evidence/"), in name order; the value
 * is not peeled. A non-zero answer of `cb` stops and is returned. */
int ev_ref_each(struct ev_repo *r, const char *prefix,
		int (*cb)(void *ctx, const char *name,
			  const struct ev_oid *oid),
		void *ctx);
/*
 * The symbolic refs whose names begin with `prefix` ("refs/tags/v").  They are
 * never packed, so only files are looked at.
 */
int ev_ref_symbols(struct ev_strs *out, struct ev_repo *r, const char *prefix);
/*
 * 0, or EV_ECONFLICT if another process holds the lock of a ref below `prefix`
 * ("refs/tags/x/"); the locks of `own` are ours.  Whoever holds their own locks,
 * asks this and only then reads the refs, has seen all that was written before
 * theirs, and will be seen by whoever comes later.
 */
int ev_ref_no_writer(struct ev_repo *r, const char *prefix,
		     const struct ev_strs *own);
/*
 * In a transaction that takes the ref away: does only its file go, since
 * packed-refs holds the same value?  Git tells hooks the same of a deletion,
 * but locks packed-refs for that.
 */
int ev_ref_stays_packed(bool *yes, struct ev_repo *r, const char *name,
			const struct ev_oid *value);
/* Wait a little before try number `attempt` (0, 1, ...): random, growing. */
void ev_ref_backoff(unsigned attempt);

#endif
