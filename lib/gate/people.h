/*
 * people.h - what the files about refs, ranges and approvals share; for them
 * only
 */
#ifndef EV_GATE_PEOPLE_H
#define EV_GATE_PEOPLE_H

#include "gate/case.h"

/* release.c: ref.promoted_on and ref.signed_by, of a candidate that is one. */
int ev_rule_promoted(struct ev_case *c);
int ev_rule_signed_by(struct ev_case *c);

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
