/*
 * verify.h - verify the evidence of one commit from what is here
 */
#ifndef EV_LEDGER_VERIFY_H
#define EV_LEDGER_VERIFY_H

#include "ledger/artifact.h"
#include "ledger/ledger.h"

/* The signature that a commit or tag object carries itself. */
enum ev_objsig {
	EV_OBJSIG_NONE,			/* not signed */
	EV_OBJSIG_GOOD,			/* by a listed key that counts now */
	EV_OBJSIG_FOREIGN,		/* by a key the policy does not list */
	EV_OBJSIG_UNTIMELY,		/* good, but the key does not count */
	EV_OBJSIG_BAD			/* wrong, or not to be trusted */
};
struct ev_object_signature {
	enum ev_objsig status;
	const struct ev_person *person;
	char signer[41], subkey[41];
	int64_t signed_at;		/* 0: not known */
	bool right;			/* good over these bytes, whether it
					   counts or not */
	char reason[200];
};
const char *ev_objsig_name(enum ev_objsig s);
/*
 * Of the raw bytes of a commit or tag. `trust` may be NULL. A tag that lies at
 * `ref` (NULL: at none) must have been made under that name: whoever can move
 * refs could show an old release as a new one.  What gpg said of an object is
 * remembered in the trust's cache.  A tag at `ref` that does not count now is
 * looked for in the trust's past.
 */
int ev_object_signature(struct ev_object_signature *out, struct ev_repo *r,
			struct ev_trust *trust, const struct ev_oid *oid,
			const char *ref, int64_t now);
/* Ask gpg about many of one kind at once, so that each is known then. */
int ev_objects_learn(struct ev_repo *r, struct ev_trust *trust,
		     const struct ev_oid *tags, size_t n);
/* Did it count when it was made?  By `trust` alone, at the signature's own
 * time, whatever was withdrawn since. */
int ev_object_signature_then(struct ev_object_signature *out,
			     struct ev_repo *r, struct ev_trust *trust,
			     const struct ev_oid *oid, const char *ref);
/* The same of bytes that need not lie in the repository, now. */
int ev_raw_signature(struct ev_object_signature *out, struct ev_repo *r,
		     struct ev_trust *trust, enum ev_objtype type,
		     const struct ev_buf *raw, const char *ref, int64_t now);

struct ev_checked_artifact {
	char *record;			/* id */
	struct ev_artifact a;
	enum ev_artifact_state state;
};
struct ev_verification {
	int outcome;			/* 0 pass, 1 fail, 2 incomplete */
	struct ev_oid commit, tree;
	struct ev_lines lines;
	bool ledger_absent;
	bool has_tag;
	struct ev_object_signature commit_sig, tag_sig;
	struct ev_checked_artifact *artifacts;
	size_t nartifacts, cap;
	struct ev_strs findings;	/* what makes it fail */
	struct ev_strs missing;		/* what makes it incomplete */
};
void ev_verification_release(struct ev_verification *v);
/* `name` is any revision; a tag's own signature is verified too.  `ledger`
 * is that commit of the ledger (NULL: what its ref holds). */
int ev_verify(struct ev_verification *out, struct ev_repo *r,
	      struct ev_trust *trust, const char *name,
	      const struct ev_oid *ledger);

#endif
