/*
 * logit.h - logistic regression on one variable (for lib/stats alone)
 *
 * log likelihood of logit P(y) = at[0] + at[1] x, which is concave, to its
 * top by Newton's method (iteratively reweighted least squares).  All sums
 * are fixed.h's.
 */
#ifndef EV_STATS_LOGIT_H
#define EV_STATS_LOGIT_H

#include "stats/calibration.h"
#include "stats/logistic.h"

struct ev_logit {
	const struct ev_predicted *d;
	double *x;		/* logit p, then about their mean */
	double mean;
	bool slope;		/* fitted; else held at 1 */
};

/* Gradient and information at a point. */
struct ev_logit_at {
	double at[2];
	double g[2];
	double h[3];		/* 00, 01, 11 */
};

/* A block of rows from `first` on at one point: eta and tails. */
struct ev_logit_rows {
	double eta[EV_LOGISTIC_BLOCK];
	double q[EV_LOGISTIC_BLOCK];
	size_t n;
};

void ev_logit_take(struct ev_logit_rows *r, const struct ev_logit *f,
		   const double *at, size_t first);

/*
 * From s->at to the top; v: the inverse of the information, 00 01 11.  0, or
 * EV_STAT_NOT_CONVERGED after 50 steps or where v does not exist.
 */
unsigned ev_logit_newton(struct ev_logit_at *s, const struct ev_logit *f,
			 double *v);
/* v = v (sum U U') v K / (K - 1) over the K clusters with rows; K */
double ev_logit_sandwich(double *v, const struct ev_logit_at *s,
			 const struct ev_logit *f);

#endif
