/*
 * logistic.h - 1 / (1 + exp(-eta)), many at once (for lib/stats alone)
 *
 * What is kept is the smaller tail q = e / (1 + e), e = exp(-|eta|), so that
 * neither it nor what is left of an outcome loses digits.  Relative error of
 * q <= 1e-15 where |eta| <= 700, beyond which eta counts as 700.
 */
#ifndef EV_STATS_LOGISTIC_H
#define EV_STATS_LOGISTIC_H

#include "base/compat.h"

#define EV_LOGISTIC_BLOCK 256

/* n <= EV_LOGISTIC_BLOCK */
void ev_logistic_tails(double *q, const double *eta, size_t n);

/* y - P(y) from its tail */
static inline double ev_logistic_rest(double q, double eta, int y)
{
	/* by place, as outcomes are hard to foresee */
	const double miss[2] = { 1 - q, q }, sign[2] = { -1, 1 };

	return sign[y] * miss[y == (eta > 0)];
}

#endif
