#include "base/compat.h"
#include "stats/paired.h"

#include "base/error.h"
#include "stats/dist.h"
#include "stats/fp.h"
#include "stats/proportion.h"

#define MOST 1000000000

static int check(const struct ev_pairs *p)
{
	if (p->both < 0 || p->first < 0 || p->second < 0 || p->neither < 0)
		return ev_fail(EV_EINVALID, "a count of pairs is negative");
	if (p->both > MOST || p->first > MOST || p->second > MOST ||
	    p->neither > MOST)
		return ev_fail(EV_ELIMIT, "more than %d pairs of a kind", MOST);
	return 0;
}

static int begin(struct ev_estimate *out, const char *method,
		 const struct ev_pairs *p, double level)
{
	double b = (double)p->first, c = (double)p->second, n;
	int ret;

	ret = ev_estimate_init(out, method, level);
	if (ret == 0)
		ret = check(p);
	if (ret < 0)
		return ret;
	n = (double)(p->both + p->first + p->second + p->neither);
	out->n = n;
	if (n == 0) {
		out->flags = EV_STAT_UNDEFINED;
		return 0;
	}
	out->value = (b - c) / n;
	out->se = sqrt((b + c) - (b - c) * ((b - c) / n)) / n;
	return 0;
}

int ev_wald_paired(struct ev_estimate *out, const struct ev_pairs *p,
		   double level)
{
	int ret = begin(out, "wald", p, level);

	if (ret < 0 || out->flags)
		return ret;
	if (out->se == 0)
		out->flags |= EV_STAT_DEGENERATE_VARIANCE;
	ev_estimate_wald(out, out->se, -2, 2);
	return 0;
}

/* b - c - n d over its standard error under d. */
static double tango_z(double b, double c, double n, double d)
{
	double u = b - c - n * d, lin, con, root, q, v;

	/* 2n q^2 + lin q + con = 0 */
	lin = (2 * n - b + c) * d - b - c;
	con = -c * d * (1 - d);
	root = sqrt(lin * lin - 8 * n * con);
	q = lin > 0 ? -2 * con / (lin + root) : (root - lin) / (4 * n);
	v = n * (2 * q + d * (1 - d));
	if (u == 0)
		return 0;
	if (!(v > 0))
		return u > 0 ? ev_fp_inf() : -ev_fp_inf();
	return u / sqrt(v);
}

int ev_tango(struct ev_estimate *out, const struct ev_pairs *p, double level)
{
	double b = (double)p->first, c = (double)p->second, n, z, low, high, d;
	int ret, i, k;

	ret = begin(out, "tango", p, level);
	if (ret < 0 || out->flags)
		return ret;
	n = out->n;
	z = ev_normal_z(level);
	out->lower = -1;
	out->upper = 1;
	for (k = 0; k < 2; k++) {
		low = k == 0 ? -1 : out->value;
		high = k == 0 ? out->value : 1;
		for (i = 0; i < 200; i++) {
			d = low + (high - low) / 2;
			if (d <= low || d >= high)
				break;
			if (tango_z(b, c, n, d) > (k == 0 ? z : -z))
				low = d;
			else
				high = d;
		}
		if (k == 0)
			out->lower = low;
		else
			out->upper = high;
	}
	return 0;
}

/* The law of cosines; 0 <= a, b and -1 <= c <= 1. */
static double third_side(double a, double b, double c)
{
	double square = (a - b) * (a - b) + 2 * (1 - c) * a * b;

	return sqrt(square);
}

int ev_newcombe_paired(struct ev_estimate *out, const struct ev_pairs *p,
		       double level)
{
	double a = (double)p->both, b = (double)p->first;
	double c = (double)p->second, d = (double)p->neither, phi, up, down;
	struct ev_estimate one, two;
	int ret;

	ret = begin(out, "newcombe", p, level);
	if (ret < 0 || out->flags)
		return ret;
	ret = ev_wilson(&one, a + b, out->n, level);
	if (ret == 0)
		ret = ev_wilson(&two, a + c, out->n, level);
	if (ret < 0)
		return ret;
	/* the correlation, its numerator corrected towards zero */
	up = a * d - b * c;
	if (up > 0)
		up = up > out->n / 2 ? up - out->n / 2 : 0;
	down = sqrt((a + b) * (c + d)) * sqrt((a + c) * (b + d));
	phi = down > 0 ? up / down : 0;
	up = one.value - one.lower;
	down = two.upper - two.value;
	out->lower = out->value - third_side(up, down, phi);
	up = one.upper - one.value;
	down = two.value - two.lower;
	out->upper = out->value + third_side(up, down, phi);
	return 0;
}

int ev_mcnemar(struct ev_mcnemar *out, const struct ev_pairs *p)
{
	int64_t less, n;
	double gap, tail, mass;
	int ret = check(p);

	memset(out, 0, sizeof(*out));
	if (ret < 0)
		return ret;
	n = p->first + p->second;
	less = p->first < p->second ? p->first : p->second;
	gap = ev_fp_abs((double)(p->first - p->second));
	out->discordant = (double)n;
	out->exact_p = out->mid_p = out->chi2_p = out->corrected_p = 1;
	if (n == 0)
		return 0;
	if (n > MOST)
		return ev_fail(EV_ELIMIT, "more than %d discordant pairs",
			       MOST);
	tail = ev_binomial_cdf(less, n, 0.5);
	mass = ev_binomial_mass(less, n, 0.5);
	/* both tails meet in the middle when b = c */
	out->exact_p = 2 * tail < 1 ? 2 * tail : 1;
	out->mid_p = gap == 0 ? 1 - mass / 2 : 2 * tail - mass;
	out->chi2 = gap * gap / (double)n;
	out->chi2_p = ev_chi2_sf(out->chi2, 1);
	gap = gap > 1 ? gap - 1 : 0;
	out->corrected = gap * gap / (double)n;
	out->corrected_p = ev_chi2_sf(out->corrected, 1);
	return 0;
}
