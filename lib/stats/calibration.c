/*
 * The fit.  p enters as x = logit p; the slope is fitted on x - mean x, so
 * that its information matrix does not cancel, and turned back at the end.
 *
 * Standard errors with clusters: H^-1 (sum U U') H^-1 K / (K - 1), the sum
 * over the K clusters that have rows.  rms::robcov has no factor, so that
 * ours are its own times sqrt(K / (K - 1)); Stata's logit, vce(cluster) has
 * the same factor as ours.
 */
#include "base/compat.h"
#include "stats/calibration.h"

#include "base/error.h"
#include "base/mem.h"
#include "stats/dist.h"
#include "stats/fixed.h"
#include "stats/logit.h"
#include "stats/predicted.h"
#include "stats/special.h"

/* Variance of the intercept at x = 0 when fitted about the mean. */
static double at_zero(const double *v, double mean)
{
	return v[0] - 2 * mean * v[1] + mean * mean * v[2];
}

static void interval(struct ev_estimate *e, double variance, double naive,
		     double k)
{
	double se = variance > 0 ? sqrt(variance) : 0;

	if (k < 2) {
		e->flags |= EV_STAT_ONE_CLUSTER | EV_STAT_NO_INTERVAL;
		return;
	}
	if (se <= naive * 0x1p-40) {
		e->flags |= EV_STAT_DEGENERATE_VARIANCE;
		se = naive;
	}
	ev_estimate_wald(e, se, -DBL_MAX, DBL_MAX);
}

static void undefined(struct ev_estimate *e, unsigned flags)
{
	e->flags = EV_STAT_UNDEFINED | flags;
}

static void large(struct ev_calibration *out, const struct ev_logit *f)
{
	struct ev_logit_at s = { { 0, 1 }, { 0, 0 }, { 0, 0, 0 } };
	unsigned flags;
	double v[3], k = 2;

	flags = ev_logit_newton(&s, f, v);
	if (flags) {
		undefined(&out->in_the_large, flags);
		return;
	}
	out->in_the_large.value = s.at[0];
	out->naive_se_large = sqrt(v[0]);
	if (f->d->cluster)
		k = ev_logit_sandwich(v, &s, f);
	interval(&out->in_the_large, v[0], out->naive_se_large, k);
}

static double chance(double q, double eta, int y)
{
	return y == (eta > 0) ? 1 - q : q;
}

/* Twice the gain of log likelihood from (0, 1) to the fit. */
static double gain(const struct ev_logit_at *s, const struct ev_logit *f)
{
	const double as_is[2] = { f->mean, 1 };
	ev_fixed sum = 0;
	struct ev_logit_rows a, b;
	size_t i, k;
	int y;

	for (i = 0; i < f->d->n; i += a.n) {
		ev_logit_take(&a, f, s->at, i);
		ev_logit_take(&b, f, as_is, i);
		for (k = 0; k < a.n; k++) {
			y = f->d->y[i + k];
			sum += ev_fixed_of(ev_log(chance(a.q[k], a.eta[k], y) /
						  chance(b.q[k], b.eta[k],
							 y)));
		}
	}
	return 2 * ev_fixed_value(sum);
}

static void joint(struct ev_calibration *out, const struct ev_logit *f)
{
	struct ev_logit_at s = { { f->mean, 1 }, { 0, 0 }, { 0, 0, 0 } };
	unsigned flags;
	double v[3], chi2, k = 2;

	flags = ev_logit_newton(&s, f, v);
	if (flags) {
		undefined(&out->slope, flags);
		undefined(&out->intercept, flags);
		out->flags = EV_STAT_UNDEFINED | flags;
		return;
	}
	out->slope.value = s.at[1];
	out->intercept.value = s.at[0] - s.at[1] * f->mean;
	out->naive_se_slope = sqrt(v[2]);
	out->naive_se_intercept = sqrt(at_zero(v, f->mean));
	if (f->d->cluster)
		k = ev_logit_sandwich(v, &s, f);
	interval(&out->slope, v[2], out->naive_se_slope, k);
	interval(&out->intercept, at_zero(v, f->mean),
		 out->naive_se_intercept, k);
	chi2 = gain(&s, f);
	out->weak_chi2 = chi2 > 0 ? chi2 : 0;
	out->weak_p = ev_chi2_sf(out->weak_chi2, 2);
}

/* logit p; what kind of data: 0, or the flags of an undefined slope */
static unsigned look(struct ev_logit *f, struct ev_calibration *out,
		     bool *both)
{
	double low[2] = { DBL_MAX, DBL_MAX }, high[2] = { -DBL_MAX, -DBL_MAX };
	ev_fixed sum = 0;
	double p, q;
	size_t i;
	int y;

	for (i = 0; i < f->d->n; i++) {
		p = f->d->p[i];
		y = f->d->y[i];
		q = ev_predicted_clip(p);
		out->clipped += q != p;
		low[y] = q < low[y] ? q : low[y];
		high[y] = q > high[y] ? q : high[y];
		f->x[i] = ev_log(q / (1 - q));
		sum += ev_fixed_of(f->x[i]);
	}
	f->mean = ev_fixed_value(sum) / (double)f->d->n;
	*both = high[0] >= 0 && high[1] >= 0;
	if (!*both || (low[0] == high[0] && low[1] == high[1] &&
		       low[0] == low[1]))
		return EV_STAT_UNDEFINED;
	if (high[0] <= low[1] || high[1] <= low[0])
		return EV_STAT_UNDEFINED | EV_STAT_SEPARATION;
	return 0;
}

static void fit(struct ev_calibration *out, const struct ev_predicted *d)
{
	struct ev_logit f = { d, NULL, 0, false };
	bool both;
	size_t i;

	f.x = ev_calloc(d->n + 1, sizeof(*f.x));
	out->flags = look(&f, out, &both);
	if (both)
		large(out, &f);
	else
		undefined(&out->in_the_large, 0);
	if (out->flags) {
		undefined(&out->slope, out->flags);
		undefined(&out->intercept, out->flags);
	} else {
		for (i = 0; i < d->n; i++)
			f.x[i] -= f.mean;
		f.slope = true;
		joint(out, &f);
	}
	free(f.x);
}

int ev_calibration(struct ev_calibration *out, const struct ev_predicted *d,
		   double level)
{
	const char *method = d->cluster ? "logistic_clustered" : "logistic";
	struct ev_estimate *each[3];
	int i, ret;

	memset(out, 0, sizeof(*out));
	each[0] = &out->in_the_large;
	each[1] = &out->intercept;
	each[2] = &out->slope;
	ret = ev_predicted_check(d);
	for (i = 0; ret == 0 && i < 3; i++) {
		ret = ev_estimate_init(each[i], method, level);
		each[i]->n = (double)d->n;
		each[i]->flags = d->n == 0 ? EV_STAT_UNDEFINED : 0;
	}
	if (ret < 0)
		return ret;
	if (d->n == 0)
		out->flags = EV_STAT_UNDEFINED;
	else
		fit(out, d);
	return 0;
}
