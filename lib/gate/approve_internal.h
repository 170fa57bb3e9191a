/*
 * approve_internal.h - what the files about approving share
 *
 * A ref may have several entries of `protect`: each is a case of its own, and
 * an approval is for all of them.
 */
#ifndef EV_GATE_APPROVE_INTERNAL_H
#define EV_GATE_APPROVE_INTERNAL_H

#include "gate/approve.h"
#include "gate/case.h"

struct ev_cases {
	struct ev_question q;
	struct ev_oids heads;		/* for `q`, of a rollback not yet made */
	struct ev_verdict scratch;	/* takes the rules of all */
	struct ev_case *items;
	size_t n;
};
/* Open and judge a case for each entry about `ref`, of the range from what
 * the ref holds (see ev_target_from()) to `to`. Not to be moved afterwards. */
int ev_cases_judge(struct ev_cases *out, struct ev_repo *r,
		   const struct ev_chain *chain, const struct ev_evidence *e,
		   const char *ref, const struct ev_oid *to, int64_t now);
void ev_cases_release(struct ev_cases *c);

/* 0, or EV_EDENIED with the way out: an approval counts under a policy that is
 * in force, and under no other. */
int ev_approve_chain(const struct ev_chain *chain);
/* Roles whose approval some case asks for, or that may clear something. */
void ev_cases_roles(struct ev_strs *out, const struct ev_cases *c);
/* Names that can be cleared; of `by` (may be NULL) alone those they may. */
void ev_cases_open_names(struct ev_strs *out, const struct ev_cases *c,
			 const struct ev_person *by);
/* Of those, what the verdict still leaves open. */
void ev_cases_left_names(struct ev_strs *out, const struct ev_cases *c,
			 const struct ev_verdict *v,
			 const struct ev_person *by);
/* The same of gates in review beside one that fails: they are left when a waiver
 * forgives that, and may be accepted with it. */
void ev_cases_later_names(struct ev_strs *out, const struct ev_cases *c,
			  const struct ev_person *by);
/* Fill the view's lists from the cases. */
int ev_approve_look(struct ev_approve_view *view, struct ev_cases *c);

#endif
