#include "base/compat.h"
#include "clinical/division.h"

#include "base/error.h"

static enum ev_auc_interval kind_of(const struct ev_work *w)
{
	return w->g->s->stats.auc_logit ? EV_AUC_LOGIT : EV_AUC_WALD;
}

static int area(struct ev_work *w, const struct ev_task *t)
{
	const struct ev_auc_gram *gram;
	int ret;

	if (w->has_area[0]) {
		*t->m = w->area[0];
		if (kind_of(w) == EV_AUC_WALD &&
		    ev_at_level(&t->m->e, t->level, 0, 1))
			return 1;
	}
	memset(t->m, 0, sizeof(*t->m));
	ret = ev_division_area(&gram, w->g, w->slice, -1);
	if (ret == 0)
		ret = ev_auc_of_group(&t->m->e, gram, kind_of(w), t->level);
	w->area[0] = *t->m;
	w->has_area[0] = ret >= 0;
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
