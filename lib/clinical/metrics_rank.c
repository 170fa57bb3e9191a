#include "base/compat.h"
#include "clinical/engine.h"

#include "base/error.h"

static void view_marker(struct ev_marker *m, struct ev_cases *c,
			const struct ev_view *v, int marker)
{
	m->score = v->score[marker];
	m->order = v->order[marker];
	c->truth = v->truth;
	c->cluster = v->cluster;
	c->clusters = v->clusters;
	c->n = v->n;
}

static enum ev_auc_interval kind_of(const struct ev_work *w)
{
	return w->g->s->stats.auc_logit ? EV_AUC_LOGIT : EV_AUC_WALD;
}

static int area(struct ev_work *w, const struct ev_task *t)
{
	const struct ev_view *v = ev_work_rank(w);
	struct ev_marker m;
	struct ev_cases c;
	int ret;

	if (w->has_area[0]) {
		*t->m = w->area[0];
		if (kind_of(w) == EV_AUC_WALD &&
		    ev_at_level(&t->m->e, t->level, 0, 1))
			return 1;
	}
	memset(t->m, 0, sizeof(*t->m));
	view_marker(&m, &c, v, 0);
	ret = ev_auc(&t->m->e, &m, &c, kind_of(w), t->level);
	t->m->e.n = (double)v->n;
	w->area[0] = *t->m;
	w->has_area[0] = true;
	return ret < 0 ? ret : 1;
}

int ev_measure_rank(struct ev_work *w, const struct ev_task *t)
{
	const struct ev_view *v;
	double value;
	int ret;

	if (t->q->metric < EV_M_AUC || t->q->metric > EV_M_AVERAGE_PRECISION)
		return EV_ENOTFOUND;
	v = ev_work_rank(w);
	if (t->q->metric == EV_M_AUC)
		return area(w, t);
	ret = ev_weighted_value(&value, w, t->q, v, 0, NULL);
	if (ret <= 0)
		return ret < 0 ? ret : 1;
	memset(t->m, 0, sizeof(*t->m));
	t->m->e.value = value;
	t->m->e.n = (double)v->n;
	t->m->e.level = t->level;
	t->m->e.flags = EV_STAT_NO_INTERVAL;
	return 0;
}
