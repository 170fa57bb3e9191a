/*
 * proportion.h - intervals for proportions and their differences
 *
 * All are two-sided at `level`; proportions are without unit, in [0, 1],
 * differences in [-1, 1].  A one-sided bound at 1 - alpha is the bound of the
 * two-sided interval at 1 - 2 alpha.  Errors and flags as in estimate.h; with
 * n = 0 the estimate is EV_STAT_UNDEFINED.  Counts are at most 1e9.
 */
#ifndef EV_STATS_PROPORTION_H
#define EV_STATS_PROPORTION_H

#include "stats/estimate.h"

/*
 * One proportion, x of n.
 * Wilson's score interval (JASA 22 (1927) 209-212); x and n may be effective
 * counts, not whole.  The lower bound of x = 0 is exactly 0, the upper one of
 * x = n exactly 1.
 * Clopper & Pearson (Biometrika 26 (1934) 404-413), from beta quantiles.
 * Jeffreys: the equal-tailed interval of Beta(x + 1/2, n - x + 1/2), whose
 * lower bound is 0 for x = 0 and upper 1 for x = n (Brown, Cai & DasGupta,
 * Stat. Sci. 16 (2001) 101-133).
 */
int ev_wilson(struct ev_estimate *out, double x, double n, double level);
int ev_clopper_pearson(struct ev_estimate *out, int64_t x, int64_t n,
		       double level);
int ev_jeffreys(struct ev_estimate *out, int64_t x, int64_t n, double level);

/* Difference x1/n1 - x2/n2 of independent proportions. */
struct ev_two {
	int64_t x1, n1;
	int64_t x2, n2;
};

/* Newcombe's hybrid score interval, method 10 (Stat. Med. 17 (1998) 873-890) */
int ev_newcombe(struct ev_estimate *out, const struct ev_two *t,
		double level);
/*
 * Miettinen & Nurminen's score interval (Stat. Med. 4 (1985) 213-226), with
 * their factor N / (N - 1).  The constrained estimate is found by bisection
 * of the score, so that empty cells need no special case.
 */
int ev_miettinen_nurminen(struct ev_estimate *out, const struct ev_two *t,
			  double level);
/* Agresti & Caffo (Am. Stat. 54 (2000) 280-288); not cut to [-1, 1]. */
int ev_agresti_caffo(struct ev_estimate *out, const struct ev_two *t,
		     double level);
/* The textbook interval, for comparison only: empty when p is 0 or 1. */
int ev_wald_difference(struct ev_estimate *out, const struct ev_two *t,
		       double level);

#endif
