/*
 * predicted.h - what functions of calibration.h share (for lib/stats alone)
 */
#ifndef EV_STATS_PREDICTED_H
#define EV_STATS_PREDICTED_H

#include "stats/calibration.h"

/* p in [0, 1], y 0 or 1, clusters below their number; EV_EINVALID,
 * EV_ELIMIT for 2^31 rows and more. */
int ev_predicted_check(const struct ev_predicted *d);

static inline double ev_predicted_clip(double p)
{
	if (p < EV_CAL_EPSILON)
		return EV_CAL_EPSILON;
	return p > 1 - EV_CAL_EPSILON ? 1 - EV_CAL_EPSILON : p;
}

/* -log P of what was seen, p kept away from 0 and 1. */
double ev_predicted_loss(double p, int y);
/* The interval of a mean of terms in 0..high, out->n of them, by the ratio
 * estimator over k units; s: the sum of their squares about it. */
int ev_mean_interval(struct ev_estimate *out, double k, double s, double high);
/* y / p and whether there is more to say; its interval from an error of the
 * logarithm. */
bool ev_ratio_begin(struct ev_estimate *out, double y, double p);
int ev_ratio_interval(struct ev_estimate *out, double se);

/* A copy of x[n] in ascending order; finite numbers. Free it. */
double *ev_sorted(const double *x, size_t n);
/* The quantile i / of of sorted x, n > 0: R's types 2 and 7. */
double ev_quantile2(const double *x, size_t n, size_t i, size_t of);
double ev_quantile7(const double *x, size_t n, size_t i, size_t of);
/* Equal ones of an ascending list only once; how many are left. */
size_t ev_distinct(double *x, size_t n);

#endif
