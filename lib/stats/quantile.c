#include "base/compat.h"
#include "stats/quantile.h"

#include "stats/fp.h"
#include "stats/special.h"

#define ROUNDS 400
#define SMALLEST 1e-307

/* A distribution on (0, top) whose quantile is sought. */
struct shape {
	double a;
	double b;		/* of a beta distribution, 0 for a gamma */
	double p;
	double q;
};

static struct ev_tails tails_at(const struct shape *s, double x)
{
	if (s->b > 0)
		return ev_beta_tails(s->a, s->b, x, 1 - x);
	return ev_gamma_tails(s->a, x);
}

/* log of x times the density; how fast the tails move with log x. */
static double log_slope(const struct shape *s, double x)
{
	double c;

	if (s->b > 0) {
		c = ev_lgamma(s->a + s->b) - ev_lgamma(s->a) - ev_lgamma(s->b);
		return c + s->a * ev_log(x) + (s->b - 1) * ev_log1p(-x);
	}
	return s->a * ev_log(x) - x - ev_lgamma(s->a);
}

/*
 * Newton's method in log x on the log of the smaller tail: the lower tail of
 * both distributions is log-concave in log x, so that steps from below never
 * pass the root, and whatever leaves the bracket is bisected.
 */
static double solve(const struct shape *s, double x, double low, double high)
{
	struct ev_tails t;
	double miss, step, next, slope, aim, have, last = ev_fp_inf();
	bool lower = s->p <= s->q;
	int i;

	aim = lower ? s->p : s->q;
	for (i = 0; i < ROUNDS; i++) {
		t = tails_at(s, x);
		have = lower ? t.lower : t.upper;
		if (have == aim)
			return x;
		if ((have < aim) == lower)
			low = x;
		else
			high = x;
		next = 0;
		step = 1;
		if (have > 0) {
			miss = (have - aim) / aim;
			miss = miss > -0.5 && miss < 1 ? ev_log1p(miss) :
			       ev_log(have) - ev_log(aim);
			slope = ev_exp(log_slope(s, x) - ev_log(have));
			step = slope > 0 ? miss / slope : 1;
			next = x * ev_exp(lower ? -step : step);
		}
		if (ev_fp_abs(step) < 4e-16 ||
		    (ev_fp_abs(step) < 1e-13 &&
		     ev_fp_abs(step) >= last / 2))
			return next > low && next < high ? next : x;
		last = ev_fp_abs(step);
		if (!(next > low && next < high))
			next = low < high / 4 ? sqrt(low) * sqrt(high) :
			       low + (high - low) / 2;
		if (next <= low || next >= high)
			return x;
		x = next;
	}
	return x;
}

/* The quantile of a beta distribution where it is at most 1/2. */
static double beta_low_half(const struct shape *s)
{
	double a = s->a, b = s->b, x;

	/* I_x(a, b) is about x^a / (a B(a, b)) near zero */
	x = (ev_log(s->p) + ev_log(a) + ev_lgamma(a) + ev_lgamma(b) -
	     ev_lgamma(a + b)) / a;
	if (x < -707)
		return x < -745 ? 0 : ev_exp(x);
	x = ev_exp(x);
	if (!(x < 0.5))
		x = 0.25;
	if (a > 1 && x < a / (a + b) / 4)
		x = a / (a + b) < 0.5 ? a / (a + b) : 0.25;
	return solve(s, x, SMALLEST, 0.5);
}

struct ev_beta_point ev_beta_point(double p, double q, double a, double b)
{
	struct ev_beta_point r = { ev_fp_nan(), ev_fp_nan() };
	struct shape s = { a, b, p, q };
	struct ev_tails half = ev_beta_tails(a, b, 0.5, 0.5);

	if (!(p >= 0 && q >= 0 && p <= 1 && q <= 1) ||
	    ev_fp_is_nan(half.lower))
		return r;
	if (p == 0 || q == 0) {
		r.x = p == 0 ? 0 : 1;
		r.y = 1 - r.x;
	} else if (p <= q ? p <= half.lower : q >= half.upper) {
		r.x = beta_low_half(&s);
		r.y = 1 - r.x;
	} else {
		s = (struct shape){ b, a, q, p };
		r.y = beta_low_half(&s);
		r.x = 1 - r.y;
	}
	return r;
}

double ev_gamma_point(double p, double q, double a)
{
	struct shape s = { a, 0, p, q };
	double x, high;

	if (!(p >= 0 && q >= 0 && p <= 1 && q <= 1) ||
	    ev_fp_is_nan(ev_gamma_tails(a, 1).lower))
		return ev_fp_nan();
	if (p == 0 || q == 0)
		return p == 0 ? 0 : ev_fp_inf();
	x = (ev_log(p) + ev_lgamma(a + 1)) / a;
	if (x < -707)
		return x < -745 ? 0 : ev_exp(x);
	high = a + 1;
	while (p <= q ? ev_gamma_tails(a, high).lower < p :
	       ev_gamma_tails(a, high).upper > q)
		high *= 2;
	x = x < 700 ? ev_exp(x) : high;
	if (!(x < high))
		x = high / 2;
	if (a > 1 && x < a / 4)
		x = a;
	return solve(&s, x, SMALLEST, high);
}
