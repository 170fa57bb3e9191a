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
	/* Whose it is if it is the root key and listed for nobody; NULL: as the
	 * key ring says. */
	const char *name, *email;
	int64_t now;
};
/*
 * The root key approves the first policy whoever it is listed for, and may be
 * listed for nobody: then `next` lists it, in memory, with that role.
 * EV_EINVALID if `next` has no such role, or not the block of the key.
 */
int ev_approve_policy_root(struct ev_policy *next,
			   const struct ev_chain *chain,
			   const struct ev_approve_policy *a);
int ev_approve_policy_draft(struct ev_decision *out, struct ev_policy *next,
			    struct ev_strs *diff, struct ev_strs *loosened,
			    struct ev_repo *r, const struct ev_chain *chain,
			    const struct ev_approve_policy *a);

/* 0 if `next` may follow what is in force (or be the first), else negative
 * with the reason and the mend. */
int ev_approve_policy_follows(const struct ev_policy *next,
			      const struct ev_chain *chain);

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
/* A waiver that fits what there is; `lacks` is empty where it counts. */
struct ev_open_waiver {
	char id[65];
	char *rule, *signer, *expires;
	int64_t days;			/* that are left, whole ones */
	bool counts, used;		/* used: a rule holds by it */
	struct ev_strs given;		/* "Quinn Abara as quality" */
	struct ev_strs lacks;		/* roles that have not agreed */
	char *renewal;			/* a command, when it ends soon; NULL */
};
struct ev_standing {
	struct ev_verdict verdict;
	struct ev_oid from;		/* zero for a new ref */
	struct ev_awaited *awaited;	/* roles that are still short */
	size_t n, cap;
	struct ev_strs open;		/* names that can be cleared */
	struct ev_strs rejected_by;	/* names */
	struct ev_open_waiver *waivers;
	size_t nwaivers, waivers_cap;
	/* of the one who asks */
	struct ev_strs roles;		/* in which their approval is awaited */
	struct ev_strs clears;		/* of `open`, those they may clear */
	/* A role in which they could say so, where they have approved already:
	 * at most one. */
	struct ev_strs again;
	struct ev_strs records;		/* rules that lack what they may sign */
};
void ev_standing_release(struct ev_standing *s);
/* `asks` may be NULL: nobody who is listed. */
int ev_standing_read(struct ev_standing *out, struct ev_repo *r,
		     const struct ev_chain *chain, const struct ev_evidence *e,
		     const char *ref, const struct ev_oid *to,
		     const struct ev_person *asks, int64_t now);

/* A control set that is not in force --------------------------------------- */

struct ev_pending {
	bool is;			/* the commit has one */
	char link[72];
	int64_t version;
	/* Why it cannot follow, and hints, each ended by LF; or NULL. */
	char *wrong, *mends;
	struct ev_strs given;		/* "Robin Sato as quality" */
	struct ev_awaited *awaited;	/* roles that are still short */
	size_t n, cap;
	/* Before the first policy: the key that has to approve it, and whom
	 * the control set lists it for ("" for nobody); else "". */
	char root[41];
	char *root_of;
	struct ev_strs roles;		/* in which the one who asks may */
};
void ev_pending_release(struct ev_pending *p);
/*
 * Does `commit` have a control set that is newer than the one in force, who has
 * approved it, and who is awaited?  One that cannot be read has `wrong`.
 * `asks` may be NULL; `has_root`: whoever asks holds the root key.
 */
int ev_pending_read(struct ev_pending *out, struct ev_repo *r,
		    const struct ev_chain *chain, const struct ev_evidence *e,
		    const struct ev_oid *commit, const struct ev_person *asks,
		    bool has_root, int64_t now);

#endif
