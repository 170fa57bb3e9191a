/*
 * trust.h - who may sign, as the ledger needs to know it
 *
 * Filled by lib/policy from a control set.  Holds the people, the keys listed
 * for them, the product, and the key home made from the control set's keys.
 */
#ifndef EV_LEDGER_TRUST_H
#define EV_LEDGER_TRUST_H

#include "base/str.h"
#include "repo/oid.h"
#include "sign/keyhome.h"

struct ev_person_key { char fpr[41]; int64_t valid_from; /* 0: always */ };
struct ev_person {
	char *name;
	struct ev_strs emails, roles;
	struct ev_person_key *keys;
	size_t nkeys;
	bool machine;
};

/*
 * A key that somebody entitled has withdrawn, as the revocation says.  A key
 * may be withdrawn more than once: what counts has to stand against each.
 */
struct ev_withdrawn {
	char fpr[41];			/* primary or subkey, upper case */
	char record[65], line[65];	/* the revocation, on the empty tree;
					   "" of one that is only supposed */
	int64_t at;			/* when that was signed */
	bool compromised;
	char checkpoint[41];		/* the last good one, a tag; "" */
	/* Whose word that is. */
	char signer[41], subkey[41];
	unsigned hash_algo;
};
/* An artifact that enough people have called one to be removed. */
struct ev_expunged {
	char sha256[65], record[65];
	struct ev_oid blob;
	/* By the policy in force, and not only by one before it: it may go
	 * from a store. */
	bool removable;
};

struct ev_trust {
	char *product_id, *product_name;
	struct ev_person *people;
	size_t npeople;
	struct ev_strs revoke_records;	/* roles that may withdraw any record */
	struct ev_keyhome *home;	/* owned */
	char digest[65];		/* of the control set; names caches */
	struct ev_cache *cache;		/* see ev_trust_cache(); owned */
	/* Filled when a chain is read (lib/policy/final.h) with what is
	 * withdrawn by this policy or one before it; owned. */
	struct ev_withdrawn *withdrawn;
	size_t nwithdrawn, withdrawn_cap;
	struct ev_expunged *expunged;
	size_t nexpunged, expunged_cap;
	/* Who may withdraw others' keys, who has a say in what is expunged, and
	 * who promotes: roles. */
	struct ev_strs revoke_keys, expunge_by, promote_by;
	/* What checkpoints hold (ledger/past.h), set when a chain has been
	 * read; NULL: nothing, or it is not asked.  Not owned. */
	struct ev_past *past;
	/* The policy before this one, which had a say until then: when this
	 * one was approved.  Set when a chain is read; NULL: none.  Not
	 * owned. */
	struct ev_trust *before;
	int64_t before_until;
};
struct ev_past;
void ev_trust_init(struct ev_trust *t);
void ev_trust_release(struct ev_trust *t);
/*
 * What was found out about signatures under these keys and people: opened when
 * first asked for, one for the trust and all ledgers and tags judged by it.
 * NULL without a home.
 */
struct ev_repo;
struct ev_cache;
struct ev_cache *ev_trust_cache(struct ev_trust *t, struct ev_repo *r);
/* The person whose listed primary key this is; *key may be NULL. */
const struct ev_person *ev_trust_person(const struct ev_trust *t,
					const char *primary_fpr,
					const struct ev_person_key **key);
bool ev_person_has_role(const struct ev_person *p, const char *role);
/* One of the roles at least; of none, nobody has any. */
bool ev_person_has_any(const struct ev_person *p, const struct ev_strs *roles);
/*
 * Are they one?  Of two lists of people (what a checkpoint holds is judged by
 * an older one), one is who has the same key, name or e-mail address.
 */
bool ev_person_same(const struct ev_person *a, const struct ev_person *b);
/* Are they one, or is there a role that both have? */
bool ev_person_shares_role(const struct ev_person *a,
			   const struct ev_person *b);

/*
 * Why a signature of a key in the home may not count at `now` although it is
 * good: unlisted, before the key's valid_from, what ev_key_counts() says, or
 * withdrawn.
 */
bool ev_trust_counts(char reason[160], const struct ev_trust *t,
		     const struct ev_signature *s, int64_t now);
/* The same without a look at what is withdrawn: for what a checkpoint holds,
 * once ev_past_spares() has been asked about signer and subkey. */
bool ev_trust_counts_then(char reason[160], const struct ev_trust *t,
			  const struct ev_signature *s, int64_t at);
/* The first withdrawal from *i on of the key that made `s`: of its primary or
 * of the very subkey.  *i (0 at first) is where to go on; NULL at the end. */
const struct ev_withdrawn *ev_trust_withdrawn(const struct ev_trust *t,
					      const char *signer,
					      const char *subkey, size_t *i);
/* The entry of an artifact that is expunged, or NULL. */
const struct ev_expunged *ev_trust_expunged(const struct ev_trust *t,
					    const char *sha256);

#endif
