/*
 * guard_chance.h - what chance alone does between two samples, for guard*.c
 *
 * A limit that is finer than the numbers of rows can tell would accuse clean
 * cohorts: each is at least what is passed but once in 100 / of times, `of`
 * comparisons sharing the error.
 */
#ifndef EV_SYNTH_GUARD_CHANCE_H
#define EV_SYNTH_GUARD_CHANCE_H

#include "synth/guard_internal.h"

struct ev_samples {
	double n, m;			/* rows of cohort and reference */
	size_t of;
};
double ev_chance_ks(const struct ev_samples *s);
double ev_chance_psi(const struct ev_samples *s, double bins);
double ev_chance_wasserstein(const struct ev_samples *s);
double ev_chance_correlation(const struct ev_samples *s);
/* of a share p */
double ev_chance_share(const struct ev_samples *s, double p);
/* of the shares of levels that the reference has */
double ev_chance_tvd(const struct ev_samples *s, const double *p, size_t n);
/* Share of a cohort beyond a reference's range, or its levels. */
double ev_chance_beyond(const struct ev_samples *s, size_t levels);
/* The least share of a reference's range that a cohort covers; x ascending. */
double ev_chance_coverage(const struct ev_samples *s, const double *x,
			  size_t m);

#endif
