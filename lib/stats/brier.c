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

static double squared(double p, int y)
{
	double miss = y ? 1 - p : p;

	return miss * miss;
}

double ev_predicted_loss(double p, int y)
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

int ev_mean_interval(struct ev_estimate *out, double k, double s, double high)
{
	struct ev_estimate wide;
	double se;
	int ret;

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

/* The mean of f over rows that are each their own patient. */
static int mean(struct ev_estimate *out, const struct ev_predicted *d,
		double (*f)(double p, int y), double high)
{
	struct ev_sum squares;
	ev_fixed sum = 0;
	size_t i;
	double t;

	for (i = 0; i < d->n; i++)
		sum += ev_fixed_of(f(d->p[i], d->y[i]));
	out->value = ev_fixed_value(sum) / out->n;
	ev_sum_init(&squares);
	for (i = 0; i < d->n; i++) {
		t = f(d->p[i], d->y[i]) - out->value;
		ev_sum_add(&squares, t * t);
	}
	return ev_mean_interval(out, out->n, ev_sum_value(&squares), high);
}

int ev_brier(struct ev_estimate *out, const struct ev_predicted *d,
	     double level)
{
	struct ev_patient_sums *s;
	int ret = begin(out, d, "mean", "mean_clustered", level);

	if (ret < 0 || out->flags)
		return ret;
	if (!d->cluster)
		return mean(out, d, squared, 1);
	ret = ev_patient_sums(&s, d, false);
	if (ret == 0)
		ret = ev_patient_brier(out, s, level);
	ev_patient_sums_free(s);
	return ret;
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
	struct ev_patient_sums *s;
	size_t i, n = 0;

	for (i = 0; ret == 0 && i < d->n; i++)
		n += ev_predicted_clip(d->p[i]) != d->p[i];
	if (clipped)
		*clipped = n;
	if (ret < 0 || out->flags)
		return ret;
	if (!d->cluster)
		return mean(out, d, ev_predicted_loss, DBL_MAX);
	ret = ev_patient_sums(&s, d, true);
	if (ret == 0)
		ret = ev_patient_log_loss(out, s, level);
	ev_patient_sums_free(s);
	return ret;
}

bool ev_ratio_begin(struct ev_estimate *out, double y, double p)
{
	out->x = y;
	if (p < out->n * 0x1p-60 || p == 0) {
		out->flags = EV_STAT_UNDEFINED;
		return false;
	}
	out->value = y / p;
	if (y == 0) {
		out->flags = EV_STAT_NO_INTERVAL;
		return false;
	}
	return true;
}

int ev_ratio_interval(struct ev_estimate *out, double se)
{
	double half;

	if (se <= ROUNDING) {
		out->flags = EV_STAT_DEGENERATE_VARIANCE | EV_STAT_NO_INTERVAL;
		return 0;
	}
	half = ev_normal_z(out->level) * se;
	out->se = se;
	if (half > 600) {
		out->flags = EV_STAT_NO_INTERVAL;
		return 0;
	}
	out->lower = out->value * ev_exp(-half);
	out->upper = out->value * ev_exp(half);
	return 0;
}

int ev_observed_expected(struct ev_estimate *out,
			 const struct ev_predicted *d, double level)
{
	int ret = begin(out, d, "log_poisson", "log_ratio_clustered", level);
	struct ev_patient_sums *s;
	ev_fixed sum = 0;
	size_t i;

	if (ret < 0 || out->flags)
		return ret;
	if (d->cluster) {
		ret = ev_patient_sums(&s, d, false);
		if (ret == 0)
			ret = ev_patient_observed_expected(out, s, level);
		ev_patient_sums_free(s);
		return ret;
	}
	for (i = 0; i < d->n; i++)
		sum += ev_fixed_of(d->p[i]);
	if (!ev_ratio_begin(out, sum_y(d), ev_fixed_value(sum)))
		return 0;
	return ev_ratio_interval(out, sqrt((1 - out->x / out->n) / out->x));
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
