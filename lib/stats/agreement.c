#include "base/compat.h"
#include "stats/agreement.h"

#include "base/error.h"
#include "stats/dist.h"
#include "stats/fp.h"
#include "stats/proportion.h"
#include "stats/special.h"

#define MOST 1000000000

__extension__ typedef __int128 wide;

/* A table in doubles; all whole and exact. */
struct cells {
	double tp, fp, fn, tn, p, n;
};

static int take(struct cells *c, const struct ev_table *t)
{
	if (t->tp < 0 || t->fp < 0 || t->fn < 0 || t->tn < 0)
		return ev_fail(EV_EINVALID, "a count of the table is negative");
	if (t->tp > MOST || t->fp > MOST || t->fn > MOST || t->tn > MOST ||
	    t->tp + t->fp + t->fn + t->tn > MOST)
		return ev_fail(EV_ELIMIT, "more than %d rows", MOST);
	c->tp = (double)t->tp;
	c->fp = (double)t->fp;
	c->fn = (double)t->fn;
	c->tn = (double)t->tn;
	c->p = c->tp + c->fn;
	c->n = c->fp + c->tn;
	return 0;
}

static int begin(struct ev_estimate *out, const char *method, double level,
		 struct cells *c, const struct ev_table *t)
{
	int ret = ev_estimate_init(out, method, level);

	if (ret == 0)
		ret = take(c, t);
	if (ret == 0)
		out->n = c->p + c->n;
	return ret;
}

/* Who calls everybody positive, or nobody, is not sure of a ratio of 1. */
static bool has_variance(struct ev_estimate *e, double v)
{
	if (v > 0)
		return true;
	e->flags |= EV_STAT_DEGENERATE_VARIANCE | EV_STAT_NO_INTERVAL;
	return false;
}

/* value exp(-+ z sqrt(v)) */
static void log_interval(struct ev_estimate *e, double v)
{
	double half = ev_normal_z(e->level) * sqrt(v);

	if (!has_variance(e, v))
		return;
	e->lower = e->value * ev_exp(-half);
	e->upper = e->value * ev_exp(half);
}

int ev_lr_positive(struct ev_estimate *out, const struct ev_table *t,
		   double level)
{
	struct cells c;
	int ret = begin(out, "simel", level, &c, t);

	if (ret < 0)
		return ret;
	if (c.p == 0 || c.fp == 0) {
		out->flags = EV_STAT_UNDEFINED;
		return 0;
	}
	out->value = c.tp / c.p / (c.fp / c.n);
	if (c.tp == 0)
		out->flags = EV_STAT_NO_INTERVAL;
	else
		log_interval(out, c.fn / (c.p * c.tp) + c.tn / (c.n * c.fp));
	return 0;
}

int ev_lr_negative(struct ev_estimate *out, const struct ev_table *t,
		   double level)
{
	struct cells c;
	int ret = begin(out, "simel", level, &c, t);

	if (ret < 0)
		return ret;
	if (c.p == 0 || c.tn == 0) {
		out->flags = EV_STAT_UNDEFINED;
		return 0;
	}
	out->value = c.fn / c.p / (c.tn / c.n);
	if (c.fn == 0)
		out->flags = EV_STAT_NO_INTERVAL;
	else
		log_interval(out, c.tp / (c.p * c.fn) + c.fp / (c.n * c.tn));
	return 0;
}

int ev_odds_ratio(struct ev_estimate *out, const struct ev_table *t,
		  double level)
{
	struct cells c;
	int ret = begin(out, "woolf", level, &c, t);

	if (ret < 0)
		return ret;
	if (out->n == 0) {
		out->flags = EV_STAT_UNDEFINED;
		return 0;
	}
	if (c.tp == 0 || c.fp == 0 || c.fn == 0 || c.tn == 0) {
		c.tp += 0.5;
		c.fp += 0.5;
		c.fn += 0.5;
		c.tn += 0.5;
		out->flags = EV_STAT_HALDANE;
	}
	out->value = c.tp / c.fp * (c.tn / c.fn);
	log_interval(out, 1 / c.tp + 1 / c.fp + 1 / c.fn + 1 / c.tn);
	return 0;
}

/* yes / (yes + no) with the logit interval of variance v */
static void logit_interval(struct ev_estimate *e, double yes, double no,
			   double v)
{
	double half = ev_normal_z(e->level) * sqrt(v);
	double odds = yes / no;

	e->value = yes / (yes + no);
	if (!has_variance(e, v))
		return;
	e->lower = odds * ev_exp(-half);
	e->lower /= 1 + e->lower;
	e->upper = no / yes * ev_exp(-half);
	e->upper = 1 / (1 + e->upper);
}

static int predictive(struct ev_estimate *out, const struct ev_table *t,
		      double prevalence, double level, bool positive)
{
	struct cells c;
	double yes, no, v;
	int ret = begin(out, "mercaldo_logit", level, &c, t);

	if (ret < 0)
		return ret;
	if (!(prevalence > 0 && prevalence < 1))
		return ev_fail(EV_EINVALID,
			       "prevalence is not between 0 and 1");
	if (c.p == 0 || c.n == 0) {
		out->flags = EV_STAT_UNDEFINED;
		return 0;
	}
	if (positive) {
		yes = c.tp / c.p * prevalence;
		no = c.fp / c.n * (1 - prevalence);
	} else {
		yes = c.tn / c.n * (1 - prevalence);
		no = c.fn / c.p * prevalence;
	}
	if (yes == 0 && no == 0) {
		out->flags = EV_STAT_UNDEFINED;
	} else if (yes == 0 || no == 0) {
		out->value = no == 0 ? 1 : 0;
		out->flags = EV_STAT_NO_INTERVAL;
	} else {
		v = positive ? c.fn / (c.tp * c.p) + c.tn / (c.fp * c.n) :
		    c.tp / (c.fn * c.p) + c.fp / (c.tn * c.n);
		logit_interval(out, yes, no, v);
	}
	return 0;
}

int ev_ppv_at(struct ev_estimate *out, const struct ev_table *t,
	      double prevalence, double level)
{
	return predictive(out, t, prevalence, level, true);
}

int ev_npv_at(struct ev_estimate *out, const struct ev_table *t,
	      double prevalence, double level)
{
	return predictive(out, t, prevalence, level, false);
}

/* scale (se + sp) + shift */
static int mean_of_both(struct ev_estimate *out, const struct ev_table *t,
			double level, double scale, double shift)
{
	struct ev_estimate se, sp;
	struct cells c;
	int ret = begin(out, "delta", level, &c, t);

	if (ret == 0)
		ret = ev_wilson(&se, c.tp, c.p, level);
	if (ret == 0)
		ret = ev_wilson(&sp, c.tn, c.n, level);
	if (ret < 0)
		return ret;
	if (c.p == 0 || c.n == 0) {
		out->flags = EV_STAT_UNDEFINED;
		return 0;
	}
	out->value = scale * (se.value + sp.value) + shift;
	if (se.se == 0 || sp.se == 0)
		out->flags = EV_STAT_DEGENERATE_VARIANCE;
	if (se.se == 0 && sp.se == 0) {
		out->lower = scale * (se.lower + sp.lower) + shift;
		out->upper = scale * (se.upper + sp.upper) + shift;
		return 0;
	}
	ev_estimate_wald(out, scale * sqrt(se.se * se.se + sp.se * sp.se),
			 shift, 2 * scale + shift);
	return 0;
}

int ev_balanced_accuracy(struct ev_estimate *out, const struct ev_table *t,
			 double level)
{
	return mean_of_both(out, t, level, 0.5, 0);
}

int ev_youden(struct ev_estimate *out, const struct ev_table *t,
	      double level)
{
	return mean_of_both(out, t, level, 1, -1);
}

int ev_f1(struct ev_estimate *out, const struct ev_table *t)
{
	struct cells c;
	int ret = begin(out, "point", 0.95, &c, t);

	if (ret < 0)
		return ret;
	out->level = 0;
	out->flags = EV_STAT_NO_INTERVAL;
	if (2 * c.tp + c.fp + c.fn == 0)
		out->flags |= EV_STAT_UNDEFINED;
	else
		out->value = 2 * c.tp / (2 * c.tp + c.fp + c.fn);
	return 0;
}

int ev_mcc(struct ev_estimate *out, const struct ev_table *t)
{
	struct cells c;
	double up, down;
	int ret = begin(out, "point", 0.95, &c, t);

	if (ret < 0)
		return ret;
	out->level = 0;
	out->flags = EV_STAT_NO_INTERVAL;
	up = (double)((wide)t->tp * t->tn - (wide)t->fp * t->fn);
	/* one root over all: its argument is a square when all is right */
	down = sqrt((c.tp + c.fp) * (c.fn + c.tn) * (c.p * c.n));
	if (down == 0)
		out->flags |= EV_STAT_UNDEFINED;
	else
		out->value = up / down;
	return 0;
}
