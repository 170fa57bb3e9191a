/*
 * drift.h - are these numbers spread as those of a reference are
 *
 * Of finite numbers (EV_EINVALID); order changes nothing.  Neither says that
 * a difference matters: PSI has rules of thumb (0.1, 0.25) that depend on n,
 * so its chi-square stands beside it.
 */
#ifndef EV_STATS_DRIFT_H
#define EV_STATS_DRIFT_H

#include "stats/estimate.h"

#define EV_PSI_BINS 10
#define EV_PSI_BINS_MAX 1000
#define EV_PSI_EPSILON 1e-4	/* share of an empty bin */

/*
 * Population stability index, sum of (p - q) ln (p / q) over bins, p the
 * share of x and q of the reference.  chi2 = PSI n m / (n + m), about
 * chi-square with bins - 1 degrees when nothing has changed (Yurdakul &
 * Naranjo, J. Risk Model Valid. 14 (2020)).  No rows on a side, or a single
 * bin: EV_STAT_UNDEFINED.
 */
struct ev_psi {
	double value;
	double chi2, df, p;
	unsigned bins;		/* fewer where quantiles are tied */
	unsigned empty;		/* shares that were epsilon */
	unsigned flags;
};
/* Bins end at the reference's quantiles (type 7), right-closed, the first and
 * the last without end; equal quantiles are one.  2 to EV_PSI_BINS_MAX bins. */
int ev_psi(struct ev_psi *out, const double *x, size_t n,
	   const double *reference, size_t m, unsigned bins);
/* Both in ascending order already. */
int ev_psi_sorted(struct ev_psi *out, const double *x, size_t n,
		  const double *reference, size_t m, unsigned bins);
/* Of counts, as of categories: k bins, those empty on both sides left out. */
int ev_psi_counts(struct ev_psi *out, const int64_t *x,
		  const int64_t *reference, size_t k);

/*
 * Two samples after Kolmogorov & Smirnov: d = sup |F - G|, exact up to one
 * rounding, and p of its limit, 2 sum (-1)^(k-1) exp(-2 k^2 l^2) at l = d sqrt
 * (n m / (n + m)), as R's ks.test(exact = FALSE); ties make it too large.
 */
struct ev_ks {
	double d;
	double p;
	unsigned flags;		/* EV_STAT_UNDEFINED without rows on a side */
};
int ev_ks(struct ev_ks *out, const double *x, size_t n,
	  const double *reference, size_t m);
int ev_ks_sorted(struct ev_ks *out, const double *x, size_t n,
		 const double *reference, size_t m);
/* P(K > l) of Kolmogorov's distribution, l >= 0 */
double ev_kolmogorov_sf(double l);

#endif
