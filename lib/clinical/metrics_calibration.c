#include "base/compat.h"
#include "clinical/engine.h"

#include <math.h>
#include "base/error.h"
#include "clinical/patients.h"
#include "stats/calibration.h"

void ev_view_predicted(struct ev_predicted *d, const struct ev_view *v,
		       int marker)
{
	d->p = v->score[marker];
	d->y = v->truth;
	d->cluster = v->cluster;
	d->clusters = v->clusters;
	d->n = v->n;
}

static void at_level(struct ev_estimate *e, double level)
{
	ev_at_level(e, level, (double)-INFINITY, (double)INFINITY);
}

static int model_of(struct ev_calibration *out, struct ev_work *w,
		    const struct ev_predicted *d, unsigned what, double level)
{
	/* weak calibration is seldom asked for, and has more to look at */
	unsigned models = EV_CAL_LARGE | EV_CAL_JOINT | what;
	int ret;

	if ((w->models & what) != what) {
		ret = ev_calibration_of(&w->model, d, NULL, models, level);
		if (ret < 0)
			return ret;
		w->models = models;
	}
	*out = w->model;
	at_level(&out->in_the_large, level);
	at_level(&out->slope, level);
	at_level(&out->intercept, level);
	return 0;
}

/* Sums by patient are made once for all that ask. */
static int by_patient(struct ev_work *w, struct ev_measure *m,
		      const struct ev_predicted *d, enum ev_metric metric,
		      double level)
{
	const struct ev_patient_sums *all;
	int ret = 0;

	if (!w->sums && w->whole) {
		ret = ev_patients_sums(&all, w->g);
		if (ret == 0)
			ret = ev_patient_sums_of(&w->sums, all, w->patient,
						 w->clusters);
	} else if (!w->sums) {
		ret = ev_patient_sums(&w->sums, d, ev_asks_for_loss(w->g->s));
	}
	if (ret < 0)
		return ret;
	if (metric == EV_M_BRIER)
		return ev_patient_brier(&m->e, w->sums, level);
	if (metric == EV_M_OE)
		return ev_patient_observed_expected(&m->e, w->sums, level);
	return ev_patient_log_loss(&m->e, w->sums, level);
}

/* Intervals in closed form. */
static int closed(struct ev_work *w, struct ev_measure *m,
		  const struct ev_predicted *d, enum ev_metric metric,
		  double level)
{
	struct ev_calibration c;
	int ret;

	switch (metric) {
	case EV_M_BRIER:
		return d->cluster ? by_patient(w, m, d, metric, level) :
			ev_brier(&m->e, d, level);
	case EV_M_LOG_LOSS:
		return d->cluster ? by_patient(w, m, d, metric, level) :
			ev_log_loss(&m->e, d, level, NULL);
	case EV_M_OE:
		return d->cluster ? by_patient(w, m, d, metric, level) :
			ev_observed_expected(&m->e, d, level);
	case EV_M_CITL:
	case EV_M_CAL_SLOPE:
	case EV_M_CAL_INTERCEPT:
		ret = model_of(&c, w, d, metric == EV_M_CITL ? EV_CAL_LARGE :
			       EV_CAL_JOINT, level);
		if (ret < 0)
			return ret;
		m->e = metric == EV_M_CITL ? c.in_the_large :
			metric == EV_M_CAL_SLOPE ? c.slope : c.intercept;
		return ret;
	default:
		return EV_ENOTFOUND;
	}
}

static int hosmer_lemeshow(struct ev_measure *m, const struct ev_predicted *d,
			   const struct ev_stats_choice *s)
{
	struct ev_hosmer_lemeshow h;
	int ret = ev_hosmer_lemeshow(&h, d, s->hl_groups, s->hl_rule,
				     s->hl_external);

	m->chi2 = m->e.value = h.chi2;
	m->df = h.df;
	m->p = h.p;
	m->e.flags = h.flags;
	m->e.method = s->hl_rule == EV_HL_QUANTILE2 ?
		"hosmer_lemeshow_quantile2" : "hosmer_lemeshow_quantile7";
	return ret;
}

static int weak(struct ev_work *w, struct ev_measure *m,
		const struct ev_predicted *d, double level)
{
	struct ev_calibration c;
	int ret = model_of(&c, w, d, EV_CAL_JOINT | EV_CAL_WEAK, level);

	if (ret < 0)
		return ret;
	m->chi2 = m->e.value = c.weak_chi2;
	m->df = 2;
	m->p = c.weak_p;
	m->e.flags = c.flags | (c.slope.flags & EV_STAT_UNDEFINED);
	m->e.method = "likelihood_ratio";
	return ret;
}

static int spiegelhalter(struct ev_measure *m, const struct ev_predicted *d)
{
	struct ev_spiegelhalter s;
	int ret = ev_spiegelhalter(&s, d);

	m->z = m->e.value = s.z;
	m->p = s.p;
	m->e.flags = s.flags;
	m->e.method = "spiegelhalter";
	return ret;
}

/* Tests have a p-value and no interval. */
static int test(struct ev_work *w, struct ev_measure *m,
		const struct ev_predicted *d, enum ev_metric metric,
		double level)
{
	int ret;

	switch (metric) {
	case EV_M_HOSMER_LEMESHOW:
		ret = hosmer_lemeshow(m, d, &w->g->s->stats);
		break;
	case EV_M_SPIEGELHALTER:
		ret = spiegelhalter(m, d);
		break;
	case EV_M_WEAK_CALIBRATION:
		ret = weak(w, m, d, level);
		break;
	default:
		return EV_ENOTFOUND;
	}
	m->e.level = level;
	m->e.n = (double)d->n;
	m->e.flags |= EV_STAT_NO_INTERVAL;
	return ret;
}

static int drawn(struct ev_work *w, const struct ev_task *t,
		 const struct ev_view *v)
{
	double value;
	int ret = ev_weighted_value(&value, w, t->q, v, 0, NULL);

	if (ret <= 0)
		return ret < 0 ? ret : 1;
	memset(t->m, 0, sizeof(*t->m));
	t->m->e.value = value;
	t->m->e.n = (double)v->n;
	t->m->e.level = t->level;
	t->m->e.flags = EV_STAT_NO_INTERVAL;
	return 0;
}

int ev_measure_calibration(struct ev_work *w, const struct ev_task *t)
{
	const struct ev_view *v;
	struct ev_measure m;
	struct ev_predicted d;
	int ret;

	if (t->q->metric < EV_M_BRIER || t->q->metric > EV_M_NET_BENEFIT)
		return EV_ENOTFOUND;
	v = ev_work_scored(w);
	if (!v->n)
		return 1;
	ev_view_predicted(&d, v, 0);
	memset(&m, 0, sizeof(m));
	ret = closed(w, &m, &d, t->q->metric, t->level);
	if (ret == EV_ENOTFOUND)
		ret = test(w, &m, &d, t->q->metric, t->level);
	if (ret == EV_ENOTFOUND)
		return drawn(w, t, v);
	*t->m = m;
	return ret < 0 ? ret : 1;
}
