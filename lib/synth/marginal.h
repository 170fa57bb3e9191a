/*
 * marginal.h - the distributions of scenario packs
 *
 * Each is sampled by its quantile function from one uniform number in (0, 1):
 * monotone, so that a Gaussian copula can join them, and always one draw.
 * Arithmetic as in lib/stats: the same digits on any machine.
 */
#ifndef EV_SYNTH_MARGINAL_H
#define EV_SYNTH_MARGINAL_H

#include "data/schema.h"

enum ev_marginal_kind {
	EV_D_CONSTANT,			/* value */
	EV_D_UNIFORM,			/* min, max */
	EV_D_NORMAL,			/* mean, sd */
	EV_D_LOGNORMAL,			/* median, gsd (> 1) */
	EV_D_TRUNCATED_NORMAL,		/* mean, sd, min, max */
	EV_D_EXPONENTIAL,		/* mean */
	EV_D_GAMMA,			/* shape, scale */
	EV_D_WEIBULL,			/* shape, scale */
	EV_D_BETA,			/* a, b [, min, max] */
	EV_D_POISSON,			/* mean [, min]: truncated below */
	EV_D_NEGATIVE_BINOMIAL,		/* mean, dispersion (size) */
	EV_D_TRIANGULAR,		/* min, mode, max */
	EV_D_HISTOGRAM,			/* edges, weights: uniform in a bin */
	EV_D_MIXTURE			/* components with weights */
};

#define EV_MARGINAL_MAX_BINS 10000u
#define EV_MARGINAL_MAX_PARTS 64u

struct ev_marginal {
	enum ev_marginal_kind kind;
	double a, b, c, d;		/* in the order named above */
	double log_b;			/* of lognormal ones */
	double *edges, *weights;	/* histogram: n + 1 and n; mixture: n */
	struct ev_marginal *parts;	/* mixture */
	size_t n;
	/* `truncate: [low, high]` on any of them, exact: by quantiles of the
	 * truncated range */
	bool truncated;
	double low, high, p_low, p_high;
	bool upper;		/* p_low, p_high are P(X > .): a far tail */
};

/* Read `{normal: {mean: 74, sd: 18}}`; problems with places. */
void ev_marginal_read(struct ev_marginal *out, const struct ev_value *v,
		      struct ev_problems *bad);
void ev_marginal_release(struct ev_marginal *m);
/* Restrict to [low, high]; false: no mass there. */
bool ev_marginal_truncate(struct ev_marginal *m, double low, double high);
bool ev_marginal_is_whole(const struct ev_marginal *m);	/* Poisson ... */
double ev_marginal_cdf(const struct ev_marginal *m, double x);
/* P(X < x): what a discrete distribution has below a point. */
double ev_marginal_below(const struct ev_marginal *m, double x);
double ev_marginal_quantile(const struct ev_marginal *m, double u);

#endif
