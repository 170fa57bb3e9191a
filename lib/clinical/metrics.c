#include "base/compat.h"
#include "clinical/readers.h"

#include "base/error.h"
#include "stats/proportion.h"

void ev_measure_undefined(struct ev_measure *m, double level)
{
	memset(m, 0, sizeof(*m));
	m->e.level = level;
	m->e.method = "none";
	m->e.flags = EV_STAT_UNDEFINED | EV_STAT_NO_INTERVAL;
}

/* Is there somebody that an interval can count? */
bool ev_by_patient(const struct ev_engine *g)
{
	return g->c->clustered || g->s->dataset.cluster ||
		g->s->dataset.patient;
}

const char *ev_metric_called(const struct ev_suite *s, enum ev_metric m)
{
	if (s->dataset.imperfect && m == EV_M_SENSITIVITY)
		return "Positive percent agreement";
	if (s->dataset.imperfect && m == EV_M_SPECIFICITY)
		return "Negative percent agreement";
	return ev_metric_info(m)->title;
}

bool ev_metric_is_share(enum ev_metric m)
{
	switch (m) {
	case EV_M_SENSITIVITY:
	case EV_M_SPECIFICITY:
	case EV_M_PPV:
	case EV_M_NPV:
	case EV_M_ACCURACY:
	case EV_M_ABSTAIN_RATE:
	case EV_M_MISSING_RATE:
	case EV_M_PREVALENCE:
	case EV_M_SHARE:
	case EV_M_NEW_FN_RATE:
	case EV_M_NEW_FP_RATE:
	case EV_M_SATURATED:
	case EV_M_STUCK:
	case EV_M_MULTI_ACCURACY:
	case EV_M_EPISODE_SENSITIVITY:
	case EV_M_FLIP_RATE:
		return true;
	default:
		return false;
	}
}

bool ev_at_level(struct ev_estimate *e, double level, double low, double high)
{
	if (e->level == level || e->flags & EV_STAT_NO_INTERVAL)
		return true;
	if (e->flags & EV_STAT_DEGENERATE_VARIANCE)
		return false;
	e->level = level;
	e->flags &= ~(unsigned)EV_STAT_CLIPPED;
	ev_estimate_wald(e, e->se, low, high);
	return true;
}

static int by_choice(struct ev_estimate *e, const struct ev_stats_choice *c,
		     int64_t x, int64_t n, double level)
{
	if (c->clopper_pearson)
		return ev_clopper_pearson(e, x, n, level);
	if (c->jeffreys)
		return ev_jeffreys(e, x, n, level);
	return ev_wilson(e, (double)x, (double)n, level);
}

int ev_measure_proportion(struct ev_work *w, struct ev_measure *m, int64_t x,
			  int64_t n, const struct ev_cluster *units,
			  double level)
{
	struct ev_clustered c;
	int ret;

	if (!units)
		return by_choice(&m->e, &w->g->s->stats, x, n, level);
	ret = ev_clustered_proportion(&c, units, w->clusters, level);
	m->e = c.wilson;
	m->e.x = (double)x;
	m->e.n = (double)n;
	m->e.se = c.se;
	m->deff = c.deff;
	m->n_eff = c.n_eff;
	return ret;
}

static int count(struct ev_measure *m, size_t n, double level)
{
	memset(m, 0, sizeof(*m));
	m->e.method = "count";
	m->e.level = level;
	m->e.value = m->e.x = (double)n;
	m->e.n = (double)n;
	m->e.flags = EV_STAT_NO_INTERVAL;
	return 1;
}

static int measure(struct ev_work *w, const struct ev_task *t)
{
	const struct ev_slice_result *s = w->slice;
	int ret;

	switch (t->q->metric) {
	case EV_M_N:
		return count(t->m, s->n, t->level);
	case EV_M_N_POSITIVES:
		return count(t->m, s->positives, t->level);
	case EV_M_N_NEGATIVES:
		return count(t->m, s->negatives, t->level);
	case EV_M_N_PATIENTS:
		return count(t->m, s->patients, t->level);
	default:
		break;
	}
	ret = ev_has_classes(w->g) ? ev_measure_classes(w, t) : EV_ENOTFOUND;
	if (ret == EV_ENOTFOUND)
		ret = ev_measure_readers(w, t);
	if (ret == EV_ENOTFOUND)
		ret = ev_measure_share(w, t);
	if (ret == EV_ENOTFOUND)
		ret = ev_measure_decision(w, t);
	if (ret == EV_ENOTFOUND)
		ret = ev_measure_rank(w, t);
	if (ret == EV_ENOTFOUND)
		ret = ev_measure_calibration(w, t);
	if (ret == EV_ENOTFOUND)
		ret = ev_measure_drift(w, t);
	if (ret == EV_ENOTFOUND)
		ret = ev_measure_time(w, t);
	return ret;
}

int ev_measure_task(struct ev_work *w, const struct ev_task *t)
{
	const struct ev_metric_info *info = ev_metric_info(t->q->metric);
	int ret;

	ev_measure_undefined(t->m, t->level);
	t->m->by_patient = ev_by_patient(w->g);
	if (!w->n && !info->count)
		return 1;
	ret = measure(w, t);
	if (ret == EV_ENOTFOUND)
		return ev_fail(EV_EINVALID, "metric '%s' is not supported "
			       "here", t->q->key);
	t->m->by_patient = ev_by_patient(w->g);
	if (t->m->e.flags & EV_STAT_UNDEFINED)
		return ret < 0 ? ret : 1;
	return ret;
}
