/*
 * people.h - what the files about refs, ranges and approvals share; for them
 * only
 */
#ifndef EV_GATE_PEOPLE_H
#define EV_GATE_PEOPLE_H

#include "gate/case.h"
#include "repo/git.h"

/* refs.c: does `old` go before `new`? */
int ev_ancestry_ask(enum ev_ancestry *out, struct ev_repo *r,
		    const struct ev_oid *old, const struct ev_oid *new);

/*
 * entitled.c: may whoever signed this line do so, by the roles that `of` finds
 * in the policy in force, or in the link by which the first checkpoint that
 * holds it is judged?  *by is the person (NULL: no), *link (may be NULL) the
 * policy that says so.
 */
int ev_entitled(const struct ev_person **by, const struct ev_policy **link,
		struct ev_repo *r, const struct ev_chain *chain,
		const struct ev_line *line,
		const struct ev_strs *(*of)(const struct ev_policy *));
/* May this person by the policy of the chain whose trust `at` is? */
bool ev_may_then(const struct ev_chain *chain, const struct ev_trust *at,
		 const struct ev_person *who,
		 const struct ev_strs *(*of)(const struct ev_policy *));

/* release.c: ref.promoted_on and ref.signed_by, of a candidate that is one. */
int ev_rule_promoted(struct ev_case *c);
int ev_rule_signed_by(struct ev_case *c);

/* rollback.c: how people everywhere can call what they are to approve; owned by
 * the caller.  A commit that goes back may be in this clone alone. */
char *ev_case_called(const struct ev_case *c);

/* votes_withdrawn.c: was it withdrawn by somebody who may? */
int ev_vote_withdrawn(bool *yes, struct ev_vote *v, struct ev_case *c);

/* stale.c: true, and the reason, if what the approval was given for is not
 * what there is now. */
bool ev_vote_stale(struct ev_vote *v, const struct ev_case *c);
/* The same of the requirement alone, as the policy `link` has it. */
bool ev_requirement_changed(char reason[200], const struct ev_case *c,
			    const char *link);
/* Is this record among those that the approver saw? */
bool ev_vote_names(const struct ev_vote *v, const char *id);

/* separation.c: mark the counting votes of those who made what they approve,
 * or recorded what speaks for it. */
int ev_votes_separate(struct ev_case *c);
/* The rule; `found` says who stands against it in a role that has too few. */
void ev_rule_separation(struct ev_case *c, const struct ev_buf *found);

#endif
