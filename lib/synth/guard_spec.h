/*
 * guard_spec.h - a cohort against its declaration, for guard_spec*.c
 *
 * Where the distribution of a variable is the same for all patients of a
 * scenario it is that of the scenarios by their exact shares.  Else (given,
 * predictors) it is the one that each patient's own values give, as they are
 * written.  Values that are lost by a rule leave those like them with more
 * weight, so that what is compared is what was drawn.
 */
#ifndef EV_SYNTH_GUARD_SPEC_H
#define EV_SYNTH_GUARD_SPEC_H

#include "synth/guard_internal.h"

struct ev_weights {
	double *w;			/* by row; 0: not looked at */
	double sum;
	double rows;			/* so many rows of one weight */
};
/* False: lost by a rule that no row shows.  `needs` (may be NULL): variables
 * whose values are needed too. */
bool ev_spec_weights(struct ev_weights *out, const struct ev_check *c,
		     size_t variable, const uint8_t *needs);
void ev_weights_release(struct ev_weights *w);

/* Why a variable is not compared at all; NULL: it is. `exact`: see above. */
const char *ev_spec_why_not(bool *exact, const struct ev_check *c,
			    size_t variable, uint8_t *needs);

/* guard_spec_number.c: KS of one variable of `of`, with which it shares the
 * error of one per cent. */
void ev_spec_number(struct ev_check *c, size_t variable, size_t of);
/* guard_spec_levels.c */
void ev_spec_levels(struct ev_check *c, size_t variable, size_t of);
/* What chance alone does to a TVD in n rows, but for once in 100 / of. */
double ev_tvd_chance(const double *p, size_t levels, double n, size_t of);

#endif
