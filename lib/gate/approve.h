/*
 * approve.h - what an approver signs, made from what the judgement sees
 */
#ifndef EV_GATE_APPROVE_H
#define EV_GATE_APPROVE_H

#include "gate/judge.h"
#include "ledger/decision.h"

struct ev_approve {
	const char *ref;		/* full name of the target */
	struct ev_oid commit;
	const char *role;
	enum ev_meaning meaning;
	const struct ev_strs *clears;	/* may be NULL */
	const struct ev_person *person;	/* who will sign */
	int64_t now;
};

/* What is shown before anything is signed. */
struct ev_approve_view {
	struct ev_verdict verdict;	/* as it is without this approval */
	struct ev_oid from, commit, tree;	/* from: zero for a new ref */
	struct ev_strs manifest;	/* "model  rhythm-net 2.8.1 (sha256:..)" */
	struct ev_strs outcomes;	/* records seen, and what they say */
	struct ev_strs bounds;		/* worst bounds of the reports' gates */
	struct ev_strs waivers;		/* open ones */
	struct ev_strs changes;		/* since `from`: commits and files */
	struct ev_strs warnings;	/* an author of the range approves ... */
};
void ev_approve_view_release(struct ev_approve_view *v);

/*
 * Fill the decision to be signed.  EV_EDENIED: a machine, a person without the
 * role, a role that the requirement does not ask for, a name to be cleared
 * that is not in review.  EV_EINVALID: no counting manifest though one is
 * required, or manifests that differ.
 */
int ev_approve_draft(struct ev_decision *out, struct ev_approve_view *view,
		     struct ev_repo *r, const struct ev_chain *chain,
		     const struct ev_evidence *e, const struct ev_approve *a);

/* The key by which a decision was signed elsewhere; EV_EDENIED with the reason
 * if that signature does not count under `trust`. */
int ev_approve_signer(char fpr[41], struct ev_repo *r, struct ev_trust *trust,
		      const struct ev_decision *d, const struct ev_buf *armour,
		      int64_t now);
/*
 * Would a signed approval be a vote that counts?  False and the reason if not:
 * stale, for another state of the ref, not well signed.  `armour` is the
 * signature.  The tag object is written, and no ref.
 */
int ev_approve_would_count(bool *counts, char reason[200], struct ev_repo *r,
			   const struct ev_chain *chain,
			   const struct ev_evidence *e,
			   const struct ev_decision *d,
			   const struct ev_buf *armour, int64_t now);

/*
 * The control set of `commit` as the next link (or the first).  EV_EDENIED for
 * a person who has no say in it; EV_EINVALID if version, previous or product
 * do not follow.  `loosened` gets the lines of ev_policy_loosened(), `diff`
 * the files of the control set that change.
 */
struct ev_approve_policy {
	struct ev_oid commit;
	const char *role;
	const char *fpr;		/* signing key; decides who it is */
	int64_t now;
};
int ev_approve_policy_draft(struct ev_decision *out, struct ev_policy *next,
			    struct ev_strs *diff, struct ev_strs *loosened,
			    struct ev_repo *r, const struct ev_chain *chain,
			    const struct ev_approve_policy *a);

/* Who has a say in the next link: roles of policy_change, or (before the first
 * one) every role. Whose people and keys judge it. */
struct ev_trust *ev_approve_policy_judge(const struct ev_chain *chain,
					 struct ev_policy *next);

/* Who is awaited, for status -------------------------------------------- */

struct ev_awaited {
	char *role;
	int64_t wanted, have;		/* people */
	struct ev_strs people;		/* who could give what is missing */
	struct ev_strs barred;		/* "NAME: author of 9d03e77" */
};
struct ev_standing {
	struct ev_verdict verdict;
	struct ev_oid from;		/* zero for a new ref */
	struct ev_awaited *awaited;	/* roles that are still short */
	size_t n, cap;
	struct ev_strs open;		/* names that can be cleared */
	struct ev_strs rejected_by;	/* names */
	/* of the one who asks */
	struct ev_strs roles;		/* in which their approval is awaited */
	struct ev_strs clears;		/* of `open`, those they may clear */
	struct ev_strs records;		/* rules that lack what they may sign */
};
void ev_standing_release(struct ev_standing *s);
/* `asks` may be NULL: nobody who is listed. */
int ev_standing_read(struct ev_standing *out, struct ev_repo *r,
		     const struct ev_chain *chain, const struct ev_evidence *e,
		     const char *ref, const struct ev_oid *to,
		     const struct ev_person *asks, int64_t now);

#endif
