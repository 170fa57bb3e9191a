/*
 * chain.h - which policy is in force: one for every ref of a repository
 *
 * A link is the digest of a control set.  The first one counts when the root
 * key itself has approved it; each later one when it has the next version,
 * names its predecessor, and the predecessor's `policy_change` quorum approved
 * it (policy approvals, decision.h), judged by the predecessor's people and
 * keys.  Approvals of one control set on different trees count together.
 *
 * Two links with one predecessor: FORKED, until all but one are withdrawn by
 * revocations of type `link` from the predecessor's `policy_change` quorum.
 * Withdrawals have a say in nothing but a fork, so that nobody can go back to
 * an older policy by taking back an approval.
 */
#ifndef EV_POLICY_CHAIN_H
#define EV_POLICY_CHAIN_H

#include "ledger/evidence.h"
#include "policy/policy.h"

enum ev_chain_state {
	EV_CHAIN_NONE,		/* no policy approval that counts for a first
				   link: nothing is in force yet */
	EV_CHAIN_GOOD,
	EV_CHAIN_FORKED,	/* `reason` names the links */
	EV_CHAIN_BROKEN		/* there are links that cannot be read, or
				   that something names and are not here */
};

struct ev_chain {
	enum ev_chain_state state;
	char reason[400];
	bool lacking;			/* BROKEN only because a checkpoint, or
					   where there is no link at all some
					   other decision, names one that is
					   not here */
	char anew[72];			/* BROKEN or FORKED: the link that would
					   follow if it were approved anew; "" */
	bool pinned;			/* evidence.root is set */
	char root[41];			/* its fingerprint, upper case; "" */
	struct ev_policy **links;	/* oldest first, owned */
	size_t n, cap;
	struct ev_policy *in_force;	/* the last; NULL unless GOOD or
					   FORKED (then the last before) */
	struct ev_seen *seen;		/* what the past is read from; owned */
	/* a policy without a link, for readers: HEAD's.  NULL if there is a
	 * link or HEAD has none; owned. */
	struct ev_policy *provisional;
};
void ev_chain_release(struct ev_chain *c);

/*
 * Read the chain from the policy approvals in `e` as of `now`.  Negative only
 * when the tool cannot work: what is wrong with the chain is its state.
 * evidence.root comes from the repository's own config file alone.
 */
int ev_chain_read(struct ev_chain *out, struct ev_repo *r,
		  const struct ev_evidence *e, int64_t now);
/* The same from another root (40 digits in upper case; NULL: the configured
 * one), where the user vouches for some checkpoints (tags). */
int ev_chain_read_as(struct ev_chain *out, struct ev_repo *r,
		     const struct ev_evidence *e, int64_t now,
		     const char *root, const struct ev_oids *vouched);
/* Fill `provisional` from HEAD where nothing is in force; absence of a policy
 * there is no error. */
int ev_chain_provisional(struct ev_chain *c, struct ev_repo *r);
/* What a reader goes by: in_force, else provisional, else NULL. */
struct ev_policy *ev_chain_policy(const struct ev_chain *c);
/* A link by its digest, or NULL. */
const struct ev_policy *ev_chain_link(const struct ev_chain *c,
				      const char *link);

/*
 * Would a policy approval complete a second link with the same predecessor as
 * one that is there?  True, and the reason.
 */
bool ev_chain_would_fork(char reason[200], const struct ev_chain *before,
			 const struct ev_chain *after);

#endif
