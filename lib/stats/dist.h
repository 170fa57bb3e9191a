/*
 * dist.h - distribution functions and quantiles
 *
 * _cdf is P(X <= x), _sf is P(X > x) to its own relative accuracy, so that
 * small p-values keep their digits.  _quantile answers the x of P(X <= x) =
 * p.  NaN outside the domain, which stands with each function.
 *
 * Distribution functions rest on the incomplete functions of special.h and
 * have their accuracy; quantiles are solved from them by Newton's method on
 * the log of the smaller tail, kept inside a bracket.  Relative error <=
 * 1e-12 where 1e-12 <= p <= 1 - 1e-12 and the shapes are <= 1e6.
 */
#ifndef EV_STATS_DIST_H
#define EV_STATS_DIST_H

#include "base/compat.h"

/* Standard normal; quantile by Wichura's AS 241 (Appl. Stat. 37 (1988)). */
double ev_normal_cdf(double x);
double ev_normal_sf(double x);
double ev_normal_quantile(double p);	/* -inf at 0, inf at 1 */
/* Many at once, the same to the last bit. */
#define EV_NORMAL_BLOCK 64
void ev_normal_quantiles(double out[EV_NORMAL_BLOCK],
			 const double p[EV_NORMAL_BLOCK]);

/*
 * 1 - level for a level as people write it: 1 - 0.95 is 0.05, not
 * 0.050000000000000044.  0 < level < 1.
 */
double ev_alpha(double level);

/*
 * The z of a two-sided interval at `level` (0.95: 1.959963984540054), and
 * the two-sided p-value of a z.
 */
double ev_normal_z(double level);
double ev_normal_two_sided(double z);

/* Chi-squared, df > 0, x >= 0. */
double ev_chi2_cdf(double x, double df);
double ev_chi2_sf(double x, double df);
double ev_chi2_quantile(double p, double df);

/* Student's t, df > 0 (df need not be whole); df <= 2e10. */
double ev_t_cdf(double t, double df);
double ev_t_sf(double t, double df);
double ev_t_quantile(double p, double df);
double ev_t_two_sided(double t, double df);

/* Fisher's F, d1, d2 > 0 (need not be whole), f >= 0. */
double ev_f_cdf(double f, double d1, double d2);
double ev_f_sf(double f, double d1, double d2);
double ev_f_quantile(double p, double d1, double d2);

/* Beta, a, b > 0, 0 <= x <= 1; _upper answers the x of P(X > x) = q. */
double ev_beta_cdf(double x, double a, double b);
double ev_beta_sf(double x, double a, double b);
double ev_beta_quantile(double p, double a, double b);
double ev_beta_quantile_upper(double q, double a, double b);

/*
 * Binomial, n trials (0 <= n <= 1e9) with probability p; k is whole.  The
 * quantile is the smallest k with P(X <= k) >= prob, or -1 outside the
 * domain.  Mass by Loader (2000).
 */
double ev_binomial_mass(int64_t k, int64_t n, double p);
double ev_binomial_cdf(int64_t k, int64_t n, double p);
double ev_binomial_sf(int64_t k, int64_t n, double p);
int64_t ev_binomial_quantile(double prob, int64_t n, double p);

#endif
