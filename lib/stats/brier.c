#include "base/compat.h"
#include "stats/calibration.h"

#include "base/error.h"
#include "base/mem.h"
#include "stats/dist.h"
#include "stats/fixed.h"
#include "stats/predicted.h"
#include "stats/proportion.h"
#include "stats/special.h"
#include "stats/sum.h"

/* A standard error so far below its value, or 1, is that of rounding. */
#define ROUNDING 0x1p-46

int ev_predicted_check(const struct ev_predicted *d)
{
	size_t i;

	if (d->n > INT32_MAX)
		return ev_fail(EV_ELIMIT, "more than %d rows", INT32_MAX);
	for (i = 0; i < d->n; i++) {
		if (!(d->p[i] >= 0 && d->p[i] <= 1))
			return ev_fail(EV_EINVALID, "row %zu: %g is no "
				       "probability", i, d->p[i]);
		if (d->y[i] > 1)
			return ev_fail(EV_EINVALID, "row %zu: truth is "
				       "neither 0 nor 1", i);
		if (d->cluster && d->cluster[i] >= d->clusters)
			return ev_fail(EV_EINVALID, "row %zu: no cluster %u",
				       i, d->cluster[i]);
	}
	return 0;
}

static int begin(struct ev_estimate *out, const struct ev_predicted *d,
		 const char *row, const char *patient, double level)
{
	int ret = ev_estimate_init(out, d->cluster ? patient : row, level);

	if (ret == 0)
		ret = ev_predicted_check(d);
	if (ret < 0)
		return ret;
	out->n = (double)d->n;
	if (d->n == 0)
		out->flags = EV_STAT_UNDEFINED;
	return 0;
}

/* What is averaged over rows. */
typedef double term(double p, int y);

static double squared(double p, int y)
{
	double miss = y ? 1 - p : p;

	return miss * miss;
}

static double surprise(double p, int y)
{
	double q = ev_predicted_clip(p);

	return y ? -ev_log(q) : -ev_log1p(-q);
}

static double sum_y(const struct ev_predicted *d)
{
	size_t i, n = 0;

	for (i = 0; i < d->n; i++)
		n += d->y[i];
	return (double)n;
}

/*
 * sum over clusters of (sum f - m n)^2, and the number of clusters in *k.  f
 * and n by row; n is 1, or p itself for the ratio y to p.
 */
static double spread(const struct ev_predicted *d, term *f, bool ratio,
		     double m, double *k)
{
	size_t i, groups = d->cluster ? d->clusters : d->n, seen = 0, at;
	ev_fixed *sum = ev_calloc(groups + 1, sizeof(*sum));
	uint8_t *there = ev_calloc(groups + 1, 1);
	struct ev_sum squares;
	double t;

	for (i = 0; i < d->n; i++) {
		at = d->cluster ? d->cluster[i] : i;
		there[at] = 1;
		t = ratio ? (double)d->y[i] - m * d->p[i] :
		    f(d->p[i], d->y[i]) - m;
		sum[at] += ev_fixed_of(t);
	}
	ev_sum_init(&squares);
	for (i = 0; i < groups; i++) {
		seen += there[i];
		t = ev_fixed_value(sum[i]);
		ev_sum_add(&squares, t * t);
	}
	free(sum);
	free(there);
	*k = (double)seen;
	return ev_sum_value(&squares);
}

/* The mean of f, between 0 and high, with the ratio estimator's interval. */
static int mean(struct ev_estimate *out, const struct ev_predicted *d,
		term *f, double high)
{
	struct ev_estimate wide;
	ev_fixed sum = 0;
	double k, s, se;
	size_t i;
	int ret;

	for (i = 0; i < d->n; i++)
		sum += ev_fixed_of(f(d->p[i], d->y[i]));
	out->value = ev_fixed_value(sum) / out->n;
	s = spread(d, f, false, out->value, &k);
	if (k < 2) {
		out->flags = EV_STAT_ONE_CLUSTER | EV_STAT_NO_INTERVAL;
		return 0;
	}
	se = sqrt(k / (k - 1) * s) / out->n;
	if (se > (1 + out->value) * ROUNDING) {
		ev_estimate_wald(out, se, 0, high);
		return 0;
	}
	/* no term in [0, 1] varies more about its mean than 0 and 1 do */
	out->flags = EV_STAT_DEGENERATE_VARIANCE;
	if (high > 1) {
		out->flags |= EV_STAT_NO_INTERVAL;
		return 0;
	}
	ret = ev_wilson(&wide, out->value * k, k, out->level);
	out->lower = wide.lower;
	out->upper = wide.upper;
	return ret;
}

int ev_brier(struct ev_estimate *out, const struct ev_predicted *d,
	     double level)
{
	int ret = begin(out, d, "mean", "mean_clustered", level);

	return ret < 0 || out->flags ? ret : mean(out, d, squared, 1);
}

int ev_scaled_brier(struct ev_estimate *out, const struct ev_predicted *d)
{
	struct ev_estimate brier;
	double rate;
	int ret = ev_brier(&brier, d, 0.95);

	ev_estimate_init(out, "scaled_brier", 0.95);
	out->n = (double)d->n;
	out->level = 0;
	out->flags = EV_STAT_UNDEFINED;
	if (ret < 0 || d->n == 0)
		return ret;
	rate = sum_y(d) / out->n;
	if (rate == 0 || rate == 1)
		return 0;
	out->value = 1 - brier.value / (rate * (1 - rate));
	out->flags = EV_STAT_NO_INTERVAL;
	return 0;
}

int ev_log_loss(struct ev_estimate *out, const struct ev_predicted *d,
		double level, size_t *clipped)
{
	int ret = begin(out, d, "mean", "mean_clustered", level);
	size_t i, n = 0;

	for (i = 0; ret == 0 && i < d->n; i++)
		n += ev_predicted_clip(d->p[i]) != d->p[i];
	if (clipped)
		*clipped = n;
	return ret < 0 || out->flags ? ret : mean(out, d, surprise, DBL_MAX);
}

int ev_observed_expected(struct ev_estimate *out,
			 const struct ev_predicted *d, double level)
{
	int ret = begin(out, d, "log_poisson", "log_ratio_clustered", level);
	double y, p, k, se, half;
	ev_fixed sum = 0;
	size_t i;

	if (ret < 0 || out->flags)
		return ret;
	for (i = 0; i < d->n; i++)
		sum += ev_fixed_of(d->p[i]);
	y = sum_y(d);
	p = ev_fixed_value(sum);
	out->x = y;
	if (p < out->n * 0x1p-60 || p == 0) {
		out->flags = EV_STAT_UNDEFINED;
		return 0;
	}
	out->value = y / p;
	if (y == 0) {
		out->flags = EV_STAT_NO_INTERVAL;
		return 0;
	}
	if (d->cluster) {
		se = spread(d, NULL, true, out->value, &k);
		if (k < 2) {
			out->flags = EV_STAT_ONE_CLUSTER | EV_STAT_NO_INTERVAL;
			return 0;
		}
		se = sqrt(k / (k - 1) * se) / y;
	} else {
		se = sqrt((1 - y / out->n) / y);
	}
	if (se <= ROUNDING) {
		out->flags = EV_STAT_DEGENERATE_VARIANCE | EV_STAT_NO_INTERVAL;
		return 0;
	}
	half = ev_normal_z(level) * se;
	out->se = se;
	if (half > 600) {
		out->flags = EV_STAT_NO_INTERVAL;
		return 0;
	}
	out->lower = out->value * ev_exp(-half);
	out->upper = out->value * ev_exp(half);
	return 0;
}

int ev_spiegelhalter(struct ev_spiegelhalter *out,
		     const struct ev_predicted *d)
{
	ev_fixed above = 0, below = 0;
	double p, s;
	size_t i;
	int ret = ev_predicted_check(d);

	memset(out, 0, sizeof(*out));
	if (ret < 0)
		return ret;
	for (i = 0; i < d->n; i++) {
		p = d->p[i];
		s = 1 - 2 * p;
		above += ev_fixed_of(((double)d->y[i] - p) * s);
		below += ev_fixed_of(s * s * (p * (1 - p)));
	}
	/* below this the last bits of the terms would speak */
	if (below < (ev_fixed)1 << 40) {
		out->flags = EV_STAT_UNDEFINED;
		return 0;
	}
	out->z = ev_fixed_value(above) / sqrt(ev_fixed_value(below));
	out->p = ev_normal_two_sided(out->z);
	return 0;
}
