#include "base/compat.h"
#include "stats/calibration.h"

#include "base/error.h"
#include "base/mem.h"
#include "stats/dist.h"
#include "stats/fixed.h"
#include "stats/predicted.h"

struct group {
	ev_fixed expected;
	int64_t n, observed;
};

/* The first of ascending tops that is not below p. */
static size_t place(const double *top, size_t n, double p)
{
	size_t low = 0, high = n - 1, mid;

	while (low < high) {
		mid = (low + high) / 2;
		if (top[mid] >= p)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

/* Upper ends of the groups; equal ones are one group. */
static size_t tops(double *top, const struct ev_predicted *d, unsigned groups,
		   enum ev_hl_rule rule)
{
	double *x = ev_sorted(d->p, d->n);
	size_t i, n;

	for (i = 0; i <= groups; i++)
		top[i] = rule == EV_HL_QUANTILE2 ?
			 ev_quantile2(x, d->n, i, groups) :
			 ev_quantile7(x, d->n, i, groups);
	free(x);
	n = ev_distinct(top, groups + 1);
	/* the lowest one only opens the first group */
	if (n > 1) {
		memmove(top, top + 1, (n - 1) * sizeof(*top));
		n--;
	}
	return n;
}

/* false: a group in which nothing else could have been seen, and was */
static bool chi_squared(double *out, const struct group *g, size_t n)
{
	double e, miss, of, sum = 0;
	size_t i;

	*out = 0;
	for (i = 0; i < n; i++) {
		if (g[i].n == 0)
			continue;
		of = (double)g[i].n;
		e = ev_fixed_value(g[i].expected);
		miss = (double)g[i].observed - e;
		e *= 1 - e / of;
		if (e > 0x1p-60 * of)
			sum += miss * miss / e;
		else if (ev_fp_abs(miss) > 0x1p-60 * of)
			return false;
	}
	*out = sum;
	return true;
}

int ev_hosmer_lemeshow(struct ev_hosmer_lemeshow *out,
		       const struct ev_predicted *d, unsigned groups,
		       enum ev_hl_rule rule, bool external)
{
	struct group g[EV_BINS_MAX] = { { 0, 0, 0 } };
	double top[EV_BINS_MAX + 1];
	size_t i, at, n;
	int ret;

	memset(out, 0, sizeof(*out));
	if (groups < 2 || groups > EV_BINS_MAX)
		return ev_fail(EV_EINVALID, "%u groups are not 2 to %d",
			       groups, EV_BINS_MAX);
	ret = ev_predicted_check(d);
	if (ret < 0)
		return ret;
	out->flags = EV_STAT_UNDEFINED;
	if (d->n == 0)
		return 0;
	n = tops(top, d, groups, rule);
	for (i = 0; i < d->n; i++) {
		at = place(top, n, d->p[i]);
		g[at].n++;
		g[at].observed += d->y[i];
		g[at].expected += ev_fixed_of(d->p[i]);
	}
	out->groups = (unsigned)n;
	if ((!external && n <= 2) || !chi_squared(&out->chi2, g, n))
		return 0;
	out->df = (double)n - (external ? 0 : 2);
	out->p = ev_chi2_sf(out->chi2, out->df);
	out->flags = 0;
	return 0;
}
