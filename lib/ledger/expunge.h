/*
 * expunge.h - artifacts that are to be kept no longer
 *
 * Who may have one removed is for lib/policy to say, which fills the trust's
 * `expunged`.  They go from the store, are not brought into it again, and are
 * called expunged wherever a record names them.  The object itself is removed
 * by git gc, once nothing else holds it.
 */
#ifndef EV_LEDGER_EXPUNGE_H
#define EV_LEDGER_EXPUNGE_H

#include "ledger/artifact.h"
#include "ledger/ledger.h"

/*
 * Is this blob of a store one of them?  By its content; where that is not
 * here, by the name that the revocations give it.  *entry may be NULL.
 */
int ev_blob_expunged(bool *yes, const struct ev_expunged **entry,
		     struct ev_repo *r, const struct ev_trust *t,
		     const struct ev_oid *blob);
/* Take them out of the local store; *n is how many there were. */
int ev_artifacts_expunge(size_t *n, struct ev_repo *r,
			 const struct ev_trust *t);
/* A draft may name one, but is not to bring it again. */
void ev_artifacts_leave_out(struct ev_artifacts *a, const struct ev_trust *t);
/*
 * The artifact that a record names by this SHA-256 (12 digits of it at least);
 * EV_ENOTFOUND; EV_EINVALID if several are.
 */
int ev_artifact_find(struct ev_artifact *out, struct ev_ledger *l,
		     const char *sha256);

#endif
