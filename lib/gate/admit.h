/*
 * admit.h - what may come in below the reserved names
 *
 * The same rules hold on a server (pre-receive) and before anything is sent
 * (sync), so that one odd line or tag never blocks the sharing of others.
 *
 * 0, or EV_EDENIED with the reason, whatever is wrong with what would come in;
 * any other code: it could not be found out.
 */
#ifndef EV_GATE_ADMIT_H
#define EV_GATE_ADMIT_H

#include "gate/judge.h"

/*
 * May the ledger go from old to new?  The first lines refused are details of
 * the reason.  Not: a deletion; no fast-forward;
 * a commit with other than one parent; a line that is gone; strays or an
 * object noted under several paths; a new line that is not admissible (DESIGN
 * 2: valid envelope of at most 256 KiB, one good signature of a listed key
 * that counts now, subject is the noted object, the commit's tree if it is
 * here, (id, signer) not there yet).  Ends early on what cannot be admitted:
 * a push of 100,000 junk lines costs no 100,000 gpg runs.
 */
int ev_admit_ledger(struct ev_repo *r, const struct ev_chain *chain,
		    const struct ev_oid *old, const struct ev_oid *new,
		    int64_t now);
/*
 * The artifact store: a commit without parent whose notes are named as their
 * blobs, from which nothing is lost, and where each new blob is named, with
 * SHA-256 and size, by an admissible record of `ledger` (zero: none).
 */
int ev_admit_artifacts(struct ev_repo *r, const struct ev_chain *chain,
		       const struct ev_oid *old, const struct ev_oid *new,
		       const struct ev_oid *ledger, int64_t now);
/*
 * A tag below EV_TAGS: created only; well formed, at its place, of this
 * product, signed by whom the link in force entitles (approval: the role, no
 * machine; policy approval: a role of policy_change, or the root key for the
 * first link; checkpoint: a role of checkpoint.by, no machine); not one that
 * completes a second link with one predecessor.  A checkpoint is of now, of the
 * policy in force, and comes after those that are there by date and by ledger.
 * `e` is what the refs hold.
 */
int ev_admit_tag(struct ev_repo *r, struct ev_chain *chain,
		 const struct ev_evidence *e, const char *ref,
		 const struct ev_oid *old, const struct ev_oid *new,
		 int64_t now);

#endif
