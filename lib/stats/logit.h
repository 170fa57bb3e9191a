/*
 * logit.h - logistic regression on one variable (for lib/stats alone)
 *
 * log likelihood of logit P(y) = at[0] + at[1] x, which is concave, to its
 * top by Newton's method (iteratively reweighted least squares).  All sums
 * are fixed.h's.  Many rows are first counted by x, and the top is sought
 * among the counts: see logit_start.c.
 */
#ifndef EV_STATS_LOGIT_H
#define EV_STATS_LOGIT_H

#include "stats/calibration.h"
#include "stats/fixed.h"
#include "stats/logistic.h"

struct ev_logit_table;

struct ev_logit {
	const struct ev_predicted *d;
	const double *x;		/* logit p */
	double mean;			/* taken from x; 0 without slope */
	bool slope;			/* fitted; else held at 1 */
	struct ev_logit_table *table;	/* NULL: few rows */
	double sum_y, sum_yx;		/* of x itself; for the table */
};

/* Gradient and information at a point. */
struct ev_logit_at {
	double at[2];
	double g[2];
	double h[3];		/* 00, 01, 11 */
};

/* Each cluster's part of the gradient, and how many have rows. */
struct ev_logit_parts {
	ev_fixed *u;		/* a pair each; without slope, one */
	size_t seen;
};

/* A block of rows from `first` on at one point. */
struct ev_logit_block {
	double x[EV_LOGISTIC_BLOCK];	/* less the mean */
	double r[EV_LOGISTIC_BLOCK];	/* y - P(y) */
	double rx[EV_LOGISTIC_BLOCK];
	double q[EV_LOGISTIC_BLOCK];	/* the smaller of P and 1 - P */
	double w[EV_LOGISTIC_BLOCK];
	ev_fixed g[2], h[3];		/* the block's sums */
	size_t n;
};
void ev_logit_block(struct ev_logit_block *b, const struct ev_logit *f,
		    const double *at, size_t first);

/* What the rows are like. */
struct ev_logit_look {
	double mean;			/* of x */
	size_t clipped;
	bool both;			/* classes have rows */
	unsigned flags;			/* of a slope: why it has no value */
};
/* Looks once; also sets f's sums. */
void ev_logit_look(struct ev_logit_look *l, struct ev_logit *f);

/*
 * From s->at to the top; v: the inverse of the information, 00 01 11; parts
 * (NULL: nobody asks) at the top.  0, or EV_STAT_NOT_CONVERGED after 50 steps
 * or where v does not exist.
 */
unsigned ev_logit_newton(struct ev_logit_at *s, const struct ev_logit *f,
			 double *v, struct ev_logit_parts *p);
/* v = v (sum U U') v K / (K - 1) over the K clusters with rows; K */
double ev_logit_sandwich(double *v, const struct ev_logit *f,
			 const struct ev_logit_parts *p);

/* Rows by their x; |x| < 35; from so many rows on. */
#define EV_LOGIT_MANY 8192
struct ev_logit_table *ev_logit_table(const double *x, size_t n);
/* Move s->at to the top of what the table says; false if there is none. */
bool ev_logit_start(struct ev_logit_at *s, const struct ev_logit *f);

/* v = the inverse of the information; false if it has none. */
bool ev_logit_invert(double *v, const struct ev_logit_at *s, bool slope);

#endif
