#include "base/compat.h"
#include "stats/special.h"

#include "stats/fp.h"

#define ONE_LESS_EULER 0.42278433509846713939
#define LARGEST_SHAPE 1e10
#define ROUNDS 1000000

/* (zeta(k) - 1) / k for k = 2, 3, ... (tests/reference/coefficients.py) */
static const double zeta_rest[] = {
	0.32246703342411321824, 0.067352301053198095133,
	0.020580808427784547879, 0.0073855510286739852663,
	0.0028905103307415232858, 0.0011927539117032609771,
	0.00050966952474304242234, 0.00022315475845357937976,
	0.000099457512781808533715, 0.0000449262367381331417,
	0.000020507212775670691553, 9.439488275268395904e-6,
	4.3748667899074878042e-6, 2.0392157538013662368e-6,
	9.5514121304074198329e-7, 4.4924691987645660433e-7,
	2.1207184805554665869e-7, 1.0043224823968099609e-7,
	4.7698101693639805658e-8, 2.271109460894316491e-8,
	1.0838659214896954091e-8, 5.1834750419700466551e-9,
	2.4836745438024783172e-9, 1.1921401405860912074e-9,
	5.7313672416788620133e-10, 2.7595228851242331452e-10,
	1.3304764374244489481e-10,
};

/* B_2k / (2k (2k - 1)), Abramowitz & Stegun 6.1.41 */
static const double stirling[] = {
	1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188,
	-691.0 / 360360, 1.0 / 156, -3617.0 / 122400,
};

/* lgamma(2 + z), |z| <= 1/2 */
static double lgamma_near_two(double z)
{
	size_t i;
	double s = 0;

	for (i = EV_ARRAY_SIZE(zeta_rest); i-- > 0;)
		s = zeta_rest[i] - z * s;
	return z * (ONE_LESS_EULER + z * s);
}

double ev_lgamma(double x)
{
	double product = 1;

	if (ev_fp_is_nan(x) || x <= 0)
		return ev_fp_nan();
	if (!ev_fp_is_finite(x))
		return x;
	if (x < 0.5)
		return ev_lgamma(1 + x) - ev_log(x);
	if (x < 1.5)
		return lgamma_near_two(x - 1) - ev_log1p(x - 1);
	if (x <= 10) {
		while (x > 2.5) {
			x -= 1;
			product *= x;
		}
		return lgamma_near_two(x - 2) + ev_log(product);
	}
	return (x - 0.5) * ev_log(x) - x + EV_FP_LOG_SQRT_2PI +
	       ev_stirling_error(x);
}

double ev_stirling_error(double x)
{
	double shift = 0, s, z, term, sum;
	int k;

	if (ev_fp_is_nan(x) || x <= 0)
		return ev_fp_nan();
	if (x < 0.5)
		return ev_lgamma(x + 1) - (x + 0.5) * ev_log(x) + x -
		       EV_FP_LOG_SQRT_2PI;
	/*
	 * e(x) - e(x + 1) = (x + 1/2) log(1 + 1/x) - 1 = atanh(s) / s - 1
	 * with s = 1 / (2x + 1): sums of positive terms only.
	 */
	for (; x < 16; x += 1) {
		s = 1 / (2 * x + 1);
		z = s * s;
		sum = 0;
		term = z;
		for (k = 3; term > 1e-18; k += 2) {
			sum += term / k;
			term *= z;
		}
		shift += sum;
	}
	z = 1 / x;
	return shift + z * ev_fp_poly(z * z, stirling, EV_ARRAY_SIZE(stirling));
}

double ev_log1p_rest(double u)
{
	double s, z, sum = 0;
	int k;

	if (!(u > -0.6 && u < 1.5))
		return u - ev_log1p(u);
	/* log(1 + u) = 2 atanh(s), and u - 2s = s u */
	s = u / (2 + u);
	z = s * s;
	for (k = 47; k >= 3; k -= 2)
		sum = z * (1.0 / k + sum);
	return s * (u - 2 * sum);
}

/* x^a exp(-x) / Gamma(a) */
static double gamma_factor(double a, double x)
{
	double u, d;

	if (a < 0.5)
		return a * ev_exp(a * ev_log(x) - x - ev_lgamma(1 + a));
	u = (x - a) / a;
	d = u > -0.6 ? a * ev_log1p_rest(u) : (x - a) - a * ev_log(x / a);
	return ev_exp(-d - ev_stirling_error(a)) * sqrt(a) / EV_FP_SQRT_2PI;
}

/* P(a, x) by its series, x < a + 1 */
static double gamma_series(double a, double x)
{
	double term = 1, sum = 1;
	int n;

	for (n = 1; n < ROUNDS && term > sum * 1e-17; n++) {
		term *= x / (a + n);
		sum += term;
	}
	return gamma_factor(a, x) / a * sum;
}

/* Q(a, x) by the continued fraction, x >= a + 1 (Lentz, Thompson, Barnett) */
static double gamma_fraction(double a, double x)
{
	double b = x + 1 - a, c = 1e300, d = 1 / b, h = d, an, delta;
	int n;

	for (n = 1; n < ROUNDS; n++) {
		an = n * (a - n);
		b += 2;
		d = an * d + b;
		c = b + an / c;
		d = 1 / d;
		delta = d * c;
		h *= delta;
		if (ev_fp_abs(delta - 1) < 2e-16)
			break;
	}
	return gamma_factor(a, x) * h;
}

struct ev_tails ev_gamma_tails(double a, double x)
{
	struct ev_tails t = { ev_fp_nan(), ev_fp_nan() };

	if (!(a > 0 && a <= LARGEST_SHAPE && x >= 0))
		return t;
	if (x == 0 || !ev_fp_is_finite(x)) {
		t.lower = x == 0 ? 0 : 1;
		t.upper = 1 - t.lower;
	} else if (x < a + 1) {
		t.lower = gamma_series(a, x);
		if (t.lower > 1)
			t.lower = 1;
		t.upper = 1 - t.lower;
	} else {
		t.upper = gamma_fraction(a, x);
		if (t.upper > 1)
			t.upper = 1;
		t.lower = 1 - t.upper;
	}
	return t;
}
