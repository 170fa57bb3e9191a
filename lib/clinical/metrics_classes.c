#include "base/compat.h"
#include "clinical/classes.h"

#include "base/error.h"
#include "base/mem.h"

static bool is_of_classes(const struct ev_request *q)
{
	return q->class_index >= 0 || (q->metric >= EV_M_MULTI_ACCURACY &&
				       q->metric <= EV_M_TOP_ECE);
}

/* Does a row count (1), is it counted over (0), or neither (-1)? */
static int tally(const struct ev_request *q, uint8_t truth, uint8_t called)
{
	uint8_t class = (uint8_t)q->class_index;

	switch (q->metric) {
	case EV_M_SENSITIVITY:
		return truth == class ? called == class : -1;
	case EV_M_SPECIFICITY:
		return truth != class ? called != class : -1;
	case EV_M_PPV:
		return called == class ? truth == class : -1;
	case EV_M_NPV:
		return called != class ? truth != class : -1;
	default:
		return truth == called;
	}
}

static bool is_share(enum ev_metric m)
{
	return m == EV_M_SENSITIVITY || m == EV_M_SPECIFICITY ||
		m == EV_M_PPV || m == EV_M_NPV || m == EV_M_MULTI_ACCURACY;
}

static int share(struct ev_work *w, const struct ev_task *t)
{
	const struct ev_class_rows *c = ev_work_classes(w);
	struct ev_cluster *units = NULL;
	int64_t x = 0, n = 0;
	size_t i;
	int ret;

	if (w->cluster_of)
		units = ev_calloc((size_t)w->clusters + 1, sizeof(*units));
	for (i = 0; i < w->n; i++) {
		int is;

		if (c->called[i] == EV_NO_CALL)
			continue;
		is = tally(t->q, w->g->c->label[ev_work_row(w, i)],
			   c->called[i]);
		if (is < 0)
			continue;
		x += is;
		n++;
		if (units) {
			units[w->cluster_of[i]].x += is;
			units[w->cluster_of[i]].n++;
		}
	}
	memset(t->m, 0, sizeof(*t->m));
	ret = ev_measure_proportion(w, t->m, x, n, units, t->level);
	free(units);
	return ret < 0 ? ret : 1;
}

static int auc(struct ev_work *w, const struct ev_task *t)
{
	const struct ev_class_rows *c = ev_work_classes(w);
	size_t at = (size_t)t->q->class_index * c->n;
	struct ev_marker m = { c->score + at, c->order + at };
	struct ev_cases of = { c->is + at, w->cluster_of ? c->unit : NULL,
			       w->clusters, c->n };
	int ret;

	if (c->ret < 0)
		return c->ret;
	memset(t->m, 0, sizeof(*t->m));
	ret = ev_auc(&t->m->e, &m, &of, w->g->s->stats.auc_logit ?
		     EV_AUC_LOGIT : EV_AUC_WALD, t->level);
	t->m->e.n = (double)c->n;
	return ret < 0 ? ret : 1;
}

int ev_measure_classes(struct ev_work *w, const struct ev_task *t)
{
	double value;
	int ret;

	if (!is_of_classes(t->q))
		return EV_ENOTFOUND;
	if (is_share(t->q->metric))
		return share(w, t);
	if (t->q->metric == EV_M_AUC)
		return auc(w, t);
	ret = ev_classes_value(&value, w, t->q, NULL);
	if (ret <= 0)
		return ret < 0 ? ret : 1;
	memset(t->m, 0, sizeof(*t->m));
	t->m->e.value = value;
	t->m->e.n = (double)w->n;
	t->m->e.level = t->level;
	t->m->e.flags = EV_STAT_NO_INTERVAL;
	return 0;
}
