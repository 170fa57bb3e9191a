/*
 * quantile.h - both coordinates of a beta quantile (for lib/stats alone)
 *
 * x with I_x(a, b) = p and y = 1 - x, each to its own relative accuracy, so
 * that t and F can divide one by the other.  p and q = 1 - p, the smaller of
 * them exact; a, b > 0; NaN outside the domain.
 */
#ifndef EV_STATS_QUANTILE_H
#define EV_STATS_QUANTILE_H

#include "base/compat.h"

struct ev_beta_point {
	double x;
	double y;
};

struct ev_beta_point ev_beta_point(double p, double q, double a, double b);
/* x > 0 with P(a, x) = p for the gamma distribution of shape a. */
double ev_gamma_point(double p, double q, double a);

#endif
