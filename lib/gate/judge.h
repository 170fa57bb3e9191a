/*
 * judge.h - may this ref go from there to there?
 *
 * One function judges: policy in force x ref x from -> to.  The range is
 * from..to; for a new ref it is `to` without the ancestors of the policy's
 * `adopted` commit.  The candidate's own copy of the policy decides nothing.
 */
#ifndef EV_GATE_JUDGE_H
#define EV_GATE_JUDGE_H

#include "gate/verdict.h"
#include "ledger/evidence.h"
#include "policy/chain.h"

struct ev_ref_change {
	char *ref;			/* full name, symbolic refs resolved */
	struct ev_oid old, new;		/* zero: absent */
};
struct ev_ref_changes { struct ev_ref_change *items; size_t n, cap; };
void ev_ref_changes_release(struct ev_ref_changes *c);
struct ev_ref_change *ev_ref_changes_add(struct ev_ref_changes *c,
					 const char *ref,
					 const struct ev_oid *old,
					 const struct ev_oid *new);

struct ev_question {
	const char *ref;		/* full name */
	struct ev_oid from;		/* the ref's true old value; zero: new */
	struct ev_oid to;		/* commit or tag; zero: deletion, or ... */
	/* ... the result of a merge that is not made yet: its tree, and the
	 * commits that will be its parents.  `to` may then be a commit with
	 * that tree, by which it is called. */
	bool merging;
	struct ev_oid tree;
	const struct ev_oids *heads;
	/* What else the same push does, for `promoted_on`; may be NULL. */
	const struct ev_ref_changes *with;
	/* On a server what is not there is absent; elsewhere a remote may have
	 * it, and a missing ledger makes rules incomplete. */
	bool authoritative;
	int64_t now;
};

/*
 * Judge.  A ref that no entry of `protect` is about gives a pass without
 * rules.  Negative only when the tool cannot work; everything that can be said
 * about the candidate is a rule of the verdict.
 */
int ev_judge(struct ev_verdict *out, struct ev_repo *r,
	     const struct ev_chain *chain, const struct ev_evidence *e,
	     const struct ev_question *q);

/*
 * Whoever asks about a commit that the ref has left behind asks whether it may
 * be brought back, if it was promoted to that ref and the policy has rules for
 * a rollback: make `q` the question about a commit that is not made yet, with
 * that content, on top of what the ref holds.  `heads` takes its parent; the
 * caller releases it after the last use of `q`.
 */
int ev_rollback_ask(struct ev_question *q, struct ev_oids *heads,
		    struct ev_repo *r, const struct ev_chain *chain,
		    const struct ev_evidence *e);

/* What people ask about ------------------------------------------------ */

/* "production" -> "refs/heads/production"; a full name stays. Without a word:
 * the policy's only protected ref that is literal and a branch;
 * EV_EINVALID with the choices. Owned by the caller. */
int ev_target_ref(char **ref, const struct ev_policy *p, const char *word);
/* A protected ref that `ref`, which nothing is asked of, may be misspelt for;
 * NULL if there is none near enough. */
const char *ev_target_near(const struct ev_policy *p, const char *ref);
/*
 * The value that `ref` holds as far as this repository knows: on
 * ev_config_remote() as last fetched, without such a remote the local ref;
 * zero if there is none.
 */
int ev_target_from(struct ev_oid *from, struct ev_repo *r, const char *ref);
/*
 * The same, for somebody who asks whether `ref` may become `to`.  Git does not
 * remember which tags a remote has: where there is one, a tag that is here and
 * stands for `to` is taken for one that is still to be pushed, so as new.
 */
int ev_target_move(struct ev_oid *from, struct ev_repo *r, const char *ref,
		   const struct ev_oid *to);

#endif
