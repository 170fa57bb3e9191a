/*
 * left.h - rows that a family of slices has no member for (for lib/clinical
 *          alone)
 *
 * A value that stands in no group, and pairs of a cross that have not their
 * minimum: what was not looked at must not look as if it had passed.
 */
#ifndef EV_CLINICAL_LEFT_H
#define EV_CLINICAL_LEFT_H

#include "clinical/engine.h"

/* Count the rows of a family with groups that are in none of them. */
void ev_left_groups(struct ev_evaluation *e, size_t family);
/* One more pair of a cross that has not its minimum. */
void ev_left_pair(struct ev_evaluation *e, size_t family);
/* Does a gate over the family leave out what it has to tell? */
bool ev_left_any(const struct ev_evaluation *e, size_t family);
/* Tell it, and make the row no better than that. */
void ev_left_judge(struct ev_evaluation *e, struct ev_gate_row *row,
		   size_t family);
void ev_left_release(struct ev_evaluation *e);

#endif
