/*
 * links.h - the control sets that policy approvals are about; for chain.c
 */
#ifndef EV_POLICY_LINKS_H
#define EV_POLICY_LINKS_H

#include "ledger/decision.h"
#include "policy/chain.h"

/* Policy approvals of one control set, on whatever trees. */
struct ev_link {
	char link[72];
	/* As the control set says; as its approvals do where it cannot be
	 * read: then `policy` is NULL, and `error` says why. */
	char previous[72];
	int64_t version;
	struct ev_policy *policy;	/* owned until a chain takes it */
	char error[300];
	struct ev_decided *approvals;	/* not yet verified */
	size_t n, cap;
	bool used;			/* it is in the chain */
	bool candidate;			/* it could follow where the chain was */
	bool lapsed;			/* see ev_links_next() */
	int64_t approved_at;		/* of one that lapsed: when the last
					   of its approvals was signed */
	/* See ev_links_backdated(); what says so, "" if nothing does. */
	char disputed_by[64];
};
struct ev_links {
	struct ev_link *items;
	size_t n, cap;
	bool missing;			/* an approval, or its tree, is not
					   here: `reason` */
	char reason[200];
};
struct ev_seen;				/* policy/checkpoints_internal.h */
struct ev_link_refs { size_t *at; size_t n, cap; };	/* into ev_links */

void ev_links_release(struct ev_links *l);
/* Read all policy approvals; malformed ones, and those whose tree has another
 * control set than they say, have no effect. */
int ev_links_load(struct ev_links *out, struct ev_repo *r,
		  const struct ev_evidence *e);
/*
 * Those that may follow the last link of `c` (or be the first): version,
 * predecessor, product, quorum.  One that had its approvals when they were
 * signed, and has not now because keys have expired or were withdrawn since, is
 * `lapsed` and among them: to go on without it would be to go back to an older
 * policy.  It stands if a checkpoint settles it.
 */
int ev_links_next(struct ev_link_refs *out, struct ev_links *all,
		  const struct ev_chain *c, struct ev_repo *r, int64_t now);
/*
 * Leave out what lapsed and cannot have been there: a checkpoint by people of
 * the last link whose keys count now (or one that is vouched for) says, later
 * than those approvals, that the last link or one before it was in force.  One
 * that its own people have named, by keys that count now, stays, disputed: who
 * has left with it could say so, and so could who made it up.
 */
int ev_links_backdated(struct ev_link_refs *next, struct ev_links *all,
		       const struct ev_chain *c, struct ev_seen *s);
/* Of several, leave only the one that is settled, if that can be told. */
int ev_links_settled(struct ev_link_refs *next, struct ev_links *all,
		     const struct ev_chain *c, struct ev_seen *s);
/* Leave out those that so many of the quorum have withdrawn. */
int ev_links_withdraw(struct ev_link_refs *next, const struct ev_links *all,
		      const struct ev_chain *c, struct ev_repo *r,
		      const struct ev_evidence *e, int64_t now);
/*
 * Is there a checkpoint by people of the last link whose keys count now, or one
 * that the user or the high-water mark vouches for, that names a link of which
 * nothing here tells why it is not in force?  Then its approvals were there,
 * and are not here: *yes, and the reason.  If that link is HEAD's, its own
 * people are believed, too.  Without a last link (NULL) HEAD's people are, and
 * their approvals tell of a policy as well.
 */
int ev_links_missing(bool *yes, char *reason, size_t size, struct ev_repo *r,
		     const struct ev_links *all, struct ev_policy *last,
		     const struct ev_evidence *e, const struct ev_oids *user,
		     int64_t now);

#endif
