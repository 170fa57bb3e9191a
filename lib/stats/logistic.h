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

#define EV_LOGISTIC_LN2_HIGH 0x1.62e42fefa38p-1
#define EV_LOGISTIC_LN2_MIDDLE 0x1.ef35793c7673p-45
#define EV_LOGISTIC_LOG2_E 0x1.71547652b82fep+0
#define EV_LOGISTIC_SHIFT 0x1.8p52
#define EV_LOGISTIC_MOST 700.0

/*
 * A whole block, for a body of lanes.h: without branches or calls, so that a
 * compiler may put rows side by side.  exp(r) = 1 + r (1 + r / 2 (1 + r / 3
 * (...))), |r| <= log(2) / 2.
 */
static inline __attribute__((always_inline))
void ev_logistic_block(double *restrict q, const double *restrict eta)
{
	double x, t, r, s, e;
	uint64_t u, k;
	int i;

	for (i = 0; i < EV_LOGISTIC_BLOCK; i++) {
		x = eta[i] < 0 ? eta[i] : -eta[i];
		q[i] = x < -EV_LOGISTIC_MOST ? -EV_LOGISTIC_MOST : x;
	}
	for (i = 0; i < EV_LOGISTIC_BLOCK; i++) {
		x = q[i];
		/* the low bits of t hold k of x = k log 2 + r */
		t = x * EV_LOGISTIC_LOG2_E + EV_LOGISTIC_SHIFT;
		memcpy(&k, &t, sizeof(k));
		t -= EV_LOGISTIC_SHIFT;
		r = (x - t * EV_LOGISTIC_LN2_HIGH) -
		    t * EV_LOGISTIC_LN2_MIDDLE;
		s = 1.0 / 6227020800;
		s = 1.0 / 479001600 + r * s;
		s = 1.0 / 39916800 + r * s;
		s = 1.0 / 3628800 + r * s;
		s = 1.0 / 362880 + r * s;
		s = 1.0 / 40320 + r * s;
		s = 1.0 / 5040 + r * s;
		s = 1.0 / 720 + r * s;
		s = 1.0 / 120 + r * s;
		s = 1.0 / 24 + r * s;
		s = 1.0 / 6 + r * s;
		s = 1.0 / 2 + r * s;
		s = 1 + (r + r * r * s);
		memcpy(&u, &s, sizeof(u));
		u += k << 52;
		memcpy(&e, &u, sizeof(e));
		q[i] = e / (1 + e);
	}
}

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
