/*
 * judge.h - from an estimate to an outcome (for lib/clinical alone)
 */
#ifndef EV_CLINICAL_JUDGE_H
#define EV_CLINICAL_JUDGE_H

#include "clinical/engine.h"

/* A condition with its limit, margins and signs resolved. */
struct ev_rule {
	enum ev_bound bound;
	enum ev_comparator comparator;
	bool open;			/* within: the ends are outside */
	bool ratio;			/* the estimate is x of n */
	struct ev_decimal limit, limit2;
};
/* Of a gate's row; `margin` (NULL: none) is used where the condition has no
 * limit of its own. */
void ev_rule_of(struct ev_rule *out, const struct ev_gate *gate,
		const struct ev_condition *c, const struct ev_decimal *margin,
		enum ev_metric metric);
void ev_rule_release(struct ev_rule *r);
/* 1 holds, 0 does not, -1 cannot be said: no interval. `judged` is the number
 * that decided. */
int ev_rule_holds(double *judged, const struct ev_rule *r,
		  const struct ev_estimate *e);
/* ">= 0.92"; what the number is called: "lower bound". */
char *ev_rule_text(const struct ev_rule *r);
const char *ev_bound_word(enum ev_bound b);

/* The margin of a row: of its slice or family as it stands, else the gate's
 * times the tier's factor; false if there is none. */
bool ev_row_margin(struct ev_decimal *out, const struct ev_evaluation *e,
		   const struct ev_gate_row *row);
/* What would be judged, where nothing can be. */
void ev_row_state_limit(struct ev_evaluation *e, struct ev_gate_row *row);
/* Judge what was observed, or say that nothing can be judged because... */
void ev_row_judge(struct ev_evaluation *e, struct ev_gate_row *row);
void ev_row_insufficient(struct ev_evaluation *e, struct ev_gate_row *row,
			 const char *fmt, ...) EV_PRINTF(3, 4);
/* No better than what insufficiency maps to, because... */
void ev_row_weaken(struct ev_evaluation *e, struct ev_gate_row *row,
		   const char *fmt, ...) EV_PRINTF(3, 4);
/* At best for review, because... */
void ev_row_review(struct ev_gate_row *row, const char *fmt, ...)
	EV_PRINTF(2, 3);

#endif
