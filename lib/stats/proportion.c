#include "base/compat.h"
#include "stats/proportion.h"

#include "base/error.h"
#include "stats/dist.h"
#include "stats/fp.h"

#define MOST 1000000000

static int check(double x, double n)
{
	if (!(x >= 0 && n >= 0 && x <= n))
		return ev_fail(EV_EINVALID, "no x of n: x = %g, n = %g", x, n);
	if (n > MOST)
		return ev_fail(EV_ELIMIT, "more than %d of them: %g", MOST, n);
	return 0;
}

/*
 * Bounds of x of n, y = n - x, all divided by n + z^2; the product of both
 * is x^2 / n, so that neither has to lose digits.
 */
static double wilson_upper(double x, double y, double n, double z)
{
	double root = x + z * z / 2 + z * sqrt(x * (y / n) + z * z / 4);

	if (x <= y)
		return root / (n + z * z);
	root = y + z * z / 2 + z * sqrt(x * (y / n) + z * z / 4);
	return 1 - y / n * (y / root);
}

static double wilson_lower(double x, double y, double n, double z)
{
	double root = x + z * z / 2 + z * sqrt(x * (y / n) + z * z / 4);

	if (x <= y)
		return x / n * (x / root);
	root = y + z * z / 2 + z * sqrt(x * (y / n) + z * z / 4);
	return 1 - root / (n + z * z);
}

int ev_wilson(struct ev_estimate *out, double x, double n, double level)
{
	double z;
	int ret;

	ret = ev_estimate_init(out, "wilson", level);
	if (ret == 0)
		ret = check(x, n);
	if (ret < 0)
		return ret;
	out->x = x;
	out->n = n;
	if (n == 0) {
		out->flags = EV_STAT_UNDEFINED;
		return 0;
	}
	z = ev_normal_z(level);
	out->value = x / n;
	out->se = sqrt(x / n * ((n - x) / n)) / sqrt(n);
	out->lower = wilson_lower(x, n - x, n, z);
	out->upper = wilson_upper(x, n - x, n, z);
	return 0;
}

static int beta_interval(struct ev_estimate *out, const char *method,
			 int64_t x, int64_t n, double level, double shift)
{
	double a = (double)x, b = (double)(n - x), tail;
	int ret;

	ret = ev_estimate_init(out, method, level);
	if (ret == 0)
		ret = check((double)x, (double)n);
	if (ret < 0)
		return ret;
	out->x = a;
	out->n = (double)n;
	if (n == 0) {
		out->flags = EV_STAT_UNDEFINED;
		return 0;
	}
	tail = ev_alpha(level) / 2;
	out->value = a / (double)n;
	out->se = sqrt(a / (double)n * (b / (double)n) / (double)n);
	out->lower = x == 0 ? 0 : ev_beta_quantile(tail, a + shift,
						   b + 1 - shift);
	out->upper = x == n ? 1 : ev_beta_quantile_upper(tail, a + 1 - shift,
							 b + shift);
	return 0;
}

int ev_clopper_pearson(struct ev_estimate *out, int64_t x, int64_t n,
		       double level)
{
	return beta_interval(out, "clopper_pearson", x, n, level, 0);
}

int ev_jeffreys(struct ev_estimate *out, int64_t x, int64_t n, double level)
{
	return beta_interval(out, "jeffreys", x, n, level, 0.5);
}

/* Begin a difference; both estimates at level when there are any. */
static int begin_two(struct ev_estimate *out, const char *method,
		     const struct ev_two *t, double level,
		     struct ev_estimate *one, struct ev_estimate *two)
{
	int ret;

	ret = ev_estimate_init(out, method, level);
	if (ret == 0)
		ret = ev_wilson(one, (double)t->x1, (double)t->n1, level);
	if (ret == 0)
		ret = ev_wilson(two, (double)t->x2, (double)t->n2, level);
	if (ret < 0)
		return ret;
	out->n = (double)t->n1 + (double)t->n2;
	if (t->n1 == 0 || t->n2 == 0) {
		out->flags = EV_STAT_UNDEFINED;
		return 0;
	}
	out->value = one->value - two->value;
	out->se = sqrt(one->se * one->se + two->se * two->se);
	return 0;
}

static double hypotenuse(double a, double b)
{
	return sqrt(a * a + b * b);
}

int ev_newcombe(struct ev_estimate *out, const struct ev_two *t, double level)
{
	struct ev_estimate a, b;
	int ret = begin_two(out, "newcombe", t, level, &a, &b);

	if (ret < 0 || out->flags)
		return ret;
	out->lower = out->value - hypotenuse(a.value - a.lower,
					     b.upper - b.value);
	out->upper = out->value + hypotenuse(a.upper - a.value,
					     b.value - b.lower);
	return 0;
}

int ev_wald_difference(struct ev_estimate *out, const struct ev_two *t,
		       double level)
{
	struct ev_estimate a, b;
	int ret = begin_two(out, "wald", t, level, &a, &b);

	if (ret < 0 || out->flags)
		return ret;
	if (out->se == 0)
		out->flags |= EV_STAT_DEGENERATE_VARIANCE;
	ev_estimate_wald(out, out->se, -2, 2);
	return 0;
}

int ev_agresti_caffo(struct ev_estimate *out, const struct ev_two *t,
		     double level)
{
	const struct ev_two more = { t->x1 + 1, t->n1 + 2,
				     t->x2 + 1, t->n2 + 2 };
	struct ev_estimate a, b, wide;
	int ret = begin_two(out, "agresti_caffo", t, level, &a, &b);

	if (ret < 0 || out->flags)
		return ret;
	ret = ev_wald_difference(&wide, &more, level);
	out->lower = wide.lower;
	out->upper = wide.upper;
	return ret;
}

/* d/dp of the log likelihood of p = p2 when p1 = p + d. */
static double score_slope(const struct ev_two *t, double p, double d)
{
	double s = 0;

	if (t->x1 > 0)
		s += (double)t->x1 / (p + d);
	if (t->x1 < t->n1)
		s -= (double)(t->n1 - t->x1) / (1 - (p + d));
	if (t->x2 > 0)
		s += (double)t->x2 / p;
	if (t->x2 < t->n2)
		s -= (double)(t->n2 - t->x2) / (1 - p);
	return s;
}

/* (p1 - p2 - d)^2 over its variance, signed, at the constrained p. */
static double score_z(const struct ev_two *t, double d)
{
	double low = d < 0 ? -d : 0, high = d > 0 ? 1 - d : 1, p, p1, v, u;
	double n1 = (double)t->n1, n2 = (double)t->n2, n = n1 + n2;
	int i;

	for (i = 0; i < 200; i++) {
		p = low + (high - low) / 2;
		if (p <= low || p >= high)
			break;
		if (score_slope(t, p, d) > 0)
			low = p;
		else
			high = p;
	}
	p = low + (high - low) / 2;
	p1 = p + d;
	v = (p1 * (1 - p1) / n1 + p * (1 - p) / n2) * (n / (n - 1));
	u = (double)t->x1 / n1 - (double)t->x2 / n2 - d;
	if (u == 0)
		return 0;
	if (!(v > 0))
		return u > 0 ? ev_fp_inf() : -ev_fp_inf();
	return u / sqrt(v);
}

int ev_miettinen_nurminen(struct ev_estimate *out, const struct ev_two *t,
			  double level)
{
	struct ev_estimate a, b;
	double bound[2], low, high, mid, aim;
	int ret, i, k;

	ret = begin_two(out, "miettinen_nurminen", t, level, &a, &b);
	if (ret < 0 || out->flags)
		return ret;
	/* z falls as d rises: +z at the lower bound, -z at the upper */
	for (k = 0; k < 2; k++) {
		aim = k == 0 ? ev_normal_z(level) : -ev_normal_z(level);
		low = k == 0 ? -1 : out->value;
		high = k == 0 ? out->value : 1;
		for (i = 0; i < 200 && score_z(t, k == 0 ? -1 : 1) != 0; i++) {
			mid = low + (high - low) / 2;
			if (mid <= low || mid >= high)
				break;
			if (score_z(t, mid) > aim)
				low = mid;
			else
				high = mid;
		}
		bound[k] = k == 0 ? low : high;
	}
	out->lower = bound[0];
	out->upper = bound[1];
	return 0;
}
