/*
 * special.h - exp, log, erf, gamma and beta with the same digits everywhere
 *
 * No function of libm is behind these, only + - * / sqrt in a fixed order
 * (see fp.h), so that a report can be computed again digit for digit on
 * another machine.  Arguments and results are plain numbers without units.
 *
 * Outside the domain, or of NaN, the answer is NaN, as IEEE 754 has it; it is
 * the error sign at this height only.  The functions of this room that
 * answer with an estimate look at their arguments first and never hand a NaN
 * on.
 *
 * Accuracy is the largest relative error seen against 60-digit values in
 * tests/unit/test_stats_special.c, whose bounds are those below.
 */
#ifndef EV_STATS_SPECIAL_H
#define EV_STATS_SPECIAL_H

#include "base/compat.h"

/*
 * Elementary functions: argument reduction by powers of two and Taylor
 * series (Muller, Elementary Functions, 3rd ed. 2016, ch. 3 and 11).
 * Relative error <= 4e-16, ev_pow() <= 1e-15, also among subnormal numbers
 * as far as these can be told apart.
 */
double ev_exp(double x);
double ev_expm1(double x);		/* exp(x) - 1 */
double ev_log(double x);		/* x >= 0; -inf at 0 */
double ev_log1p(double x);		/* log(1 + x); x >= -1 */
/* x to the power of y; x >= 0 (a negative base is outside the domain). */
double ev_pow(double x, double y);

/*
 * erf(x) = 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x; erfc =
 * 1 - erf; erfcx(x) = exp(x^2) erfc(x).  Below 1 the Taylor series, above a
 * Chebyshev expansion of (1 + 2x) erfcx(x) in (x - 3.75) / (x + 3.75)
 * (Shepherd & Laframboise, Math. Comp. 36 (1981) 249-253; coefficients of
 * our own, tests/reference/coefficients.py).  Relative error <= 1e-15.
 */
double ev_erf(double x);
double ev_erfc(double x);
double ev_erfcx(double x);		/* x >= 0 */

/*
 * log of the gamma function, x > 0.  Taylor series about 1 and 2 (Abramowitz
 * & Stegun 6.1.33), above the Stirling form below.  Relative error <= 2e-15,
 * also beside its zeros at 1 and 2.
 */
double ev_lgamma(double x);

/*
 * The error of Stirling's formula, lgamma(x + 1) - ((x + 1/2) log x - x +
 * log sqrt(2 pi)), x > 0 (Loader, Fast and Accurate Computation of Binomial
 * Probabilities, 2000).  Relative error <= 1e-14.
 */
double ev_stirling_error(double x);

/* u - log(1 + u), u > -1, without cancellation.  Relative error <= 2e-15. */
double ev_log1p_rest(double u);

/* A probability and its complement, each to its own relative accuracy. */
struct ev_tails {
	double lower;
	double upper;
};

/*
 * Regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 - P, 0 < a
 * <= 1e10, x >= 0.  Series below a + 1, Legendre's continued fraction above
 * (Abramowitz & Stegun 6.5.29, 6.5.31), with Loader's form of the factor
 * before them.  The smaller tail has a relative error <= 1e-13 where it is
 * at least 1e-100 and a <= 1e6, the other one an absolute one.
 */
struct ev_tails ev_gamma_tails(double a, double x);

/*
 * Regularised incomplete beta function I_x(a, b) and its complement, 0 < a,
 * b <= 1e10, 0 <= x <= 1, y = 1 - x: whichever of x and y is smaller is
 * taken as exact.  The continued fraction of DiDonato & Morris (ACM TOMS 18
 * (1992) 360-373, eq. 9), with Loader's form of the factor before it.
 * Accuracy as above.
 */
struct ev_tails ev_beta_tails(double a, double b, double x, double y);

#endif
