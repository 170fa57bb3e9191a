/*
 * final.h - revocations that never lapse: of keys, and of artifacts
 *
 * They lie on the empty tree.  Time is no way around them: one counts if it
 * was right when it was signed, although the key that signed it has expired or
 * was withdrawn itself since.  Who may withdraw what is for lib/policy to say.
 */
#ifndef EV_LEDGER_FINAL_H
#define EV_LEDGER_FINAL_H

#include "ledger/ledger.h"

struct ev_final {
	bool artifact;			/* else a key */
	char id[65];			/* fingerprint, upper case; SHA-256 */
	char record[65], line[65];
	int64_t at;
	const struct ev_person *person;	/* of the ledger's trust */
	char signer[41], subkey[41];	/* whose */
	unsigned hash_algo;
	/* key */
	bool compromised;
	char checkpoint[41];		/* "": none */
	/* artifact: its name in Git, as the revocation says; or zero */
	struct ev_oid blob;
};
struct ev_finals { struct ev_final *items; size_t n, cap; };
void ev_finals_release(struct ev_finals *l);

/* Is there anything on the empty tree at `tip`?  Asks no signature. */
int ev_finals_any(bool *any, struct ev_repo *r, const struct ev_oid *tip);
/* All that are well signed by a listed key, in the order of their lines. */
int ev_finals_read(struct ev_finals *out, struct ev_ledger *l);

/*
 * Is a live line one that others should take?  Whoever may not withdraw keys
 * or artifacts should not leave a revocation of one, which a later policy might
 * give a say that they do not have now; and whoever may not promote, no verdict
 * and no promotion, each of which has to be judged again.  False with the
 * reason.
 */
bool ev_line_admissible(char reason[200], const struct ev_trust *t,
			const struct ev_line *line);
/* May this person withdraw that key (primary or subkey)? */
bool ev_may_withdraw_key(const struct ev_trust *t, const struct ev_person *p,
			 const char *fpr);

#endif
