/*
 * guard_logistic.h - logistic regression on many columns, for guard*.c
 *
 * The top of the likelihood by Newton's method, with a trace of a penalty so
 * that it exists where classes are apart; columns that others make up are left
 * out.  Sums are in the order of rows.
 */
#ifndef EV_SYNTH_GUARD_LOGISTIC_H
#define EV_SYNTH_GUARD_LOGISTIC_H

#include "synth/guard_internal.h"

struct ev_design {
	double *x;			/* by column, n each; the first is 1 */
	uint8_t *y;
	size_t n, k;
};
/* From 0; rows whose `out_of` is `fold` are left out.  How many columns have
 * a coefficient, the first too. */
size_t ev_logistic_fit(double *beta, const struct ev_design *d,
		       const uint8_t *out_of, uint8_t fold);
double ev_logistic_at(const double *beta, const struct ev_design *d,
		      size_t row);

#endif
