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

/* What is fitted, and what is wanted of it. */
struct fitting {
	struct ev_logit f;
	unsigned what;
	struct ev_logit_parts parts;
};

/* NULL: nobody asks for the patients' part. */
static struct ev_logit_parts *parts_of(struct fitting *t)
{
	return t->parts.u ? &t->parts : NULL;
}

static void large(struct ev_calibration *out, struct fitting *t)
{
	struct ev_logit_at s = { { 0, 1 }, { 0, 0 }, { 0, 0, 0 } };
	unsigned flags;
	double v[3], k = 2;

	flags = ev_logit_newton(&s, &t->f, v, parts_of(t));
	if (flags) {
		undefined(&out->in_the_large, flags);
		return;
	}
	out->in_the_large.value = s.at[0];
	out->naive_se_large = sqrt(v[0]);
	if (t->parts.u)
		k = ev_logit_sandwich(v, &t->f, &t->parts);
	interval(&out->in_the_large, v[0], out->naive_se_large, k);
}

/* P of what was seen, from the smaller tail. */
static double chance(const struct ev_logit_block *b, size_t k)
{
	return ev_fp_abs(b->r[k]) == b->q[k] ? 1 - b->q[k] : b->q[k];
}

/* Twice the gain of log likelihood from (0, 1) to the fit. */
static double gain(const struct ev_logit_at *s, const struct ev_logit *f)
{
	const double as_is[2] = { f->mean, 1 };
	ev_fixed sum = 0;
	struct ev_logit_block a, b;
	size_t i, k;

	for (i = 0; i < f->d->n; i += a.n) {
		ev_logit_block(&a, f, s->at, i);
		ev_logit_block(&b, f, as_is, i);
		for (k = 0; k < a.n; k++)
			sum += ev_fixed_of(ev_log(chance(&a, k) /
						  chance(&b, k)));
	}
	return 2 * ev_fixed_value(sum);
}

static void joint(struct ev_calibration *out, struct fitting *t)
{
	const struct ev_logit *f = &t->f;
	struct ev_logit_at s = { { f->mean, 1 }, { 0, 0 }, { 0, 0, 0 } };
	unsigned flags;
	double v[3], chi2, k = 2;

	flags = ev_logit_newton(&s, f, v, parts_of(t));
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
	if (t->parts.u)
		k = ev_logit_sandwich(v, f, &t->parts);
	interval(&out->slope, v[2], out->naive_se_slope, k);
	interval(&out->intercept, at_zero(v, f->mean),
		 out->naive_se_intercept, k);
	if (!(t->what & EV_CAL_WEAK))
		return;
	chi2 = gain(&s, f);
	out->weak_chi2 = chi2 > 0 ? chi2 : 0;
	out->weak_p = ev_chi2_sf(out->weak_chi2, 2);
}

/* Cluster sums, and how many clusters have rows. */
static void make_parts(struct ev_logit_parts *p, const struct ev_predicted *d)
{
	uint8_t *there = ev_calloc((size_t)d->clusters + 1, 1);
	size_t i;

	p->u = ev_malloc((2 * (size_t)d->clusters + 1) * sizeof(*p->u));
	p->seen = 0;
	for (i = 0; i < d->n; i++)
		there[d->cluster[i]] = 1;
	for (i = 0; i < d->clusters; i++)
		p->seen += there[i];
	free(there);
}

static void fit(struct ev_calibration *out, const struct ev_predicted *d,
		const double *x, unsigned what)
{
	struct fitting t = { .f = { .d = d, .x = x }, .what = what };
	struct ev_logit_look l;
	double *own = NULL;

	if (!x) {
		t.f.x = own = ev_malloc((d->n + 1) * sizeof(*own));
		ev_logit_column(own, d->p, d->n);
	}
	ev_logit_look(&l, &t.f);
	out->clipped = l.clipped;
	out->flags = l.flags;
	if (d->n >= EV_LOGIT_MANY && l.both)
		t.f.table = ev_logit_table(t.f.x, d->n);
	if (d->cluster && !(what & EV_CAL_POINT))
		make_parts(&t.parts, d);
	if (!l.both)
		undefined(&out->in_the_large, 0);
	else if (what & EV_CAL_LARGE)
		large(out, &t);
	if (out->flags) {
		undefined(&out->slope, out->flags);
		undefined(&out->intercept, out->flags);
	} else if (what & (EV_CAL_JOINT | EV_CAL_WEAK)) {
		t.f.mean = l.mean;
		t.f.slope = true;
		joint(out, &t);
	}
	free(t.f.table);
	free(t.parts.u);
	free(own);
}

int ev_calibration_of(struct ev_calibration *out, const struct ev_predicted *d,
		      const double *logit, unsigned what, double level)
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
		fit(out, d, logit, what);
	return 0;
}

int ev_calibration(struct ev_calibration *out, const struct ev_predicted *d,
		   double level)
{
	return ev_calibration_of(out, d, NULL, EV_CAL_LARGE | EV_CAL_JOINT |
				 EV_CAL_WEAK, level);
}
