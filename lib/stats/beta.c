#include "base/compat.h"
#include "stats/special.h"

#include "stats/fp.h"

#define LARGEST_SHAPE 1e10
#define ROUNDS 1000000

/* a - (a + b) x, where x and y = 1 - x and the smaller of them is exact. */
static double excess(double a, double b, double x, double y)
{
	struct ev_pair s = ev_fp_two_sum(a, b), t;

	if (x <= y) {
		t = ev_fp_scale(s, -x);
		return ev_fp_add(t, ev_fp_two_sum(a, 0)).hi;
	}
	t = ev_fp_scale(s, y);
	return ev_fp_add(t, ev_fp_two_sum(-b, 0)).hi;
}

/* a log(a / ((a + b) x)) - excess, that is a (u - log(1 + u)) */
static double deviance_part(double a, double n, double x, double u)
{
	if (u > -0.6)
		return a * ev_log1p_rest(u);
	return a * (u - ev_log(n / a * x));
}

/* x^a y^b / B(a, b) */
static double beta_factor(double a, double b, double x, double y)
{
	double n = a + b, small, big, d, e;

	small = a < b ? a : b;
	big = a < b ? b : a;
	if (small < 0.5) {
		/* Stirling's form would only add and take away */
		d = a * (x < y ? ev_log(x) : ev_log1p(-y)) +
		    b * (y < x ? ev_log(y) : ev_log1p(-x));
		if (big < 10)
			return small * ev_exp(d + ev_lgamma(n) -
				ev_lgamma(1 + small) - ev_lgamma(big));
		e = small * ev_log(n) - small - ev_lgamma(1 + small) +
		    (big - 0.5) * ev_log1p(small / big) +
		    ev_stirling_error(n) - ev_stirling_error(big);
		return small * ev_exp(d + e);
	}
	e = excess(a, b, x, y);
	d = deviance_part(a, n, x, -e / a) + deviance_part(b, n, y, e / b);
	e = ev_stirling_error(n) - ev_stirling_error(a) - ev_stirling_error(b);
	return ev_exp(e - d) * sqrt(a * (b / n)) / EV_FP_SQRT_2PI;
}

/* I_x(a, b), x <= a / (a + b) (modified Lentz over DiDonato & Morris eq. 9) */
static double beta_fraction(double a, double b, double x, double y)
{
	double lambda = excess(a, b, x, y), f, c, d, e, alpha, beta, delta;
	double k;
	int n;

	f = a / (a + 1) * (lambda + 1);
	c = f;
	d = 0;
	for (n = 1; n < ROUNDS; n++) {
		k = n;
		e = a + 2 * k - 1;
		alpha = (a + k - 1) / e * ((a + b + k - 1) / e) *
			(k * (b - k)) * (x * x);
		beta = k + k * (b - k) * x / e +
		       (a + k) / (e + 2) * (lambda + 1 + k * (1 + y));
		d = beta + alpha * d;
		if (d == 0)
			d = 1e-300;
		c = beta + alpha / c;
		if (c == 0)
			c = 1e-300;
		d = 1 / d;
		delta = c * d;
		f *= delta;
		if (ev_fp_abs(delta - 1) < 2e-16)
			break;
	}
	return beta_factor(a, b, x, y) / f;
}

struct ev_tails ev_beta_tails(double a, double b, double x, double y)
{
	struct ev_tails t = { ev_fp_nan(), ev_fp_nan() };

	if (!(a > 0 && b > 0 && a <= LARGEST_SHAPE && b <= LARGEST_SHAPE) ||
	    !(x >= 0 && y >= 0 && x <= 1 && y <= 1))
		return t;
	if (x == 0 || y == 0) {
		t.lower = x == 0 ? 0 : 1;
		t.upper = 1 - t.lower;
	} else if (excess(a, b, x, y) >= 0) {
		t.lower = beta_fraction(a, b, x, y);
		if (t.lower > 1)
			t.lower = 1;
		t.upper = 1 - t.lower;
	} else {
		t.upper = beta_fraction(b, a, y, x);
		if (t.upper > 1)
			t.upper = 1;
		t.lower = 1 - t.upper;
	}
	return t;
}
