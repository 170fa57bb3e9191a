#include "base/compat.h"
#include "clinical/engine.h"

#include "base/error.h"
#include "base/mem.h"

/* Numerator and denominator, or nothing that is a share of rows. */
static bool as_share(int64_t *x, int64_t *n, enum ev_metric metric,
		     const struct ev_table *t)
{
	switch (metric) {
	case EV_M_SENSITIVITY:
		*x = t->tp;
		*n = t->tp + t->fn;
		return true;
	case EV_M_SPECIFICITY:
		*x = t->tn;
		*n = t->tn + t->fp;
		return true;
	case EV_M_PPV:
		*x = t->tp;
		*n = t->tp + t->fp;
		return true;
	case EV_M_NPV:
		*x = t->tn;
		*n = t->tn + t->fn;
		return true;
	case EV_M_ACCURACY:
		*x = t->tp + t->tn;
		*n = t->tp + t->tn + t->fp + t->fn;
		return true;
	default:
		return false;
	}
}

static int kappa(struct ev_estimate *out, const struct ev_table *t,
		 double level)
{
	int64_t cell[4] = { t->tn, t->fp, t->fn, t->tp };
	struct ev_confusion c = { .cell = cell, .k = 2 };
	struct ev_kappa k;
	int ret = ev_kappa(&k, &c, EV_KAPPA_UNWEIGHTED, level);

	*out = k.at;
	return ret;
}

/* From a table alone; EV_ENOTFOUND if the metric is none of these. */
static int of_table(struct ev_estimate *out, const struct ev_request *q,
		    const struct ev_table *t, double level)
{
	switch (q->metric) {
	case EV_M_PPV_AT:
		return ev_ppv_at(out, t, q->argument, level);
	case EV_M_NPV_AT:
		return ev_npv_at(out, t, q->argument, level);
	case EV_M_LR_POS:
		return ev_lr_positive(out, t, level);
	case EV_M_LR_NEG:
		return ev_lr_negative(out, t, level);
	case EV_M_DOR:
		return ev_odds_ratio(out, t, level);
	case EV_M_BALANCED_ACCURACY:
		return ev_balanced_accuracy(out, t, level);
	case EV_M_YOUDEN:
		return ev_youden(out, t, level);
	case EV_M_F1:
		return ev_f1(out, t);
	case EV_M_MCC:
		return ev_mcc(out, t);
	case EV_M_KAPPA:
		return kappa(out, t, level);
	default:
		return EV_ENOTFOUND;
	}
}

int ev_decision_value(double *value, const struct ev_request *q,
		      const struct ev_table *t)
{
	struct ev_estimate e;
	int64_t x, n;
	int ret;

	if (as_share(&x, &n, q->metric, t)) {
		*value = n ? (double)x / (double)n : 0;
		return n != 0;
	}
	ret = of_table(&e, q, t, 0.95);
	if (ret < 0)
		return ret;
	*value = e.value;
	return !(e.flags & EV_STAT_UNDEFINED);
}

/* The interval has to be drawn: no closed form, or none for alike rows. */
static bool has_to_draw(const struct ev_work *w, enum ev_metric metric)
{
	return w->cluster_of || metric == EV_M_F1 || metric == EV_M_MCC;
}

static int share(struct ev_work *w, struct ev_measure *m,
		 const struct ev_task *t, enum ev_missing_rule rule)
{
	struct ev_cluster *units = NULL;
	const struct ev_cells *cells;
	struct ev_table table;
	int64_t x, n;
	size_t i;
	int ret;

	if (w->cluster_of) {
		cells = ev_work_units(w, t->q->point);
		units = ev_malloc(((size_t)w->clusters + 1) * sizeof(*units));
		for (i = 0; i < w->clusters; i++) {
			ev_cells_table(&table, &cells[i], rule);
			as_share(&units[i].x, &units[i].n, t->q->metric,
				 &table);
		}
	}
	ev_cells_table(&table, &w->cells[t->q->point], rule);
	as_share(&x, &n, t->q->metric, &table);
	ret = ev_measure_proportion(w, m, x, n, units, t->level);
	free(units);
	return ret < 0 ? ret : 1;
}

static int by_rule(struct ev_work *w, struct ev_measure *m,
		   const struct ev_task *t, enum ev_missing_rule rule)
{
	struct ev_table table;
	int64_t x, n;
	int ret;

	ev_cells_table(&table, &w->cells[t->q->point], rule);
	if (as_share(&x, &n, t->q->metric, &table))
		return share(w, m, t, rule);
	ret = of_table(&m->e, t->q, &table, t->level);
	if (ret < 0)
		return ret;
	m->e.level = t->level;
	if (!has_to_draw(w, t->q->metric))
		return 1;
	m->e.flags |= EV_STAT_NO_INTERVAL;
	return 0;
}

/* The number by each rule, so that it is seen what missing ones can do. */
static int bounds(struct ev_work *w, struct ev_measure *m,
		  const struct ev_task *t)
{
	struct ev_measure as;
	int rule, ret = 0;

	m->has_bounds = true;
	for (rule = EV_MISSING_WORST_CASE; ret >= 0 &&
	     rule <= EV_MISSING_COMPLETE_CASE; rule++) {
		memset(&as, 0, sizeof(as));
		ret = by_rule(w, &as, t, (enum ev_missing_rule)rule);
		m->as[rule] = as.e;
	}
	return ret < 0 ? ret : 0;
}

int ev_measure_decision(struct ev_work *w, const struct ev_task *t)
{
	struct ev_measure *m = t->m;
	int ret, ret2;

	if (!w->cells || t->q->metric > EV_M_KAPPA)
		return EV_ENOTFOUND;
	memset(m, 0, sizeof(*m));
	if (t->q->metric == EV_M_CONFUSION) {
		m->e.method = "confusion";
		m->e.flags = EV_STAT_UNDEFINED | EV_STAT_NO_INTERVAL;
		ret = 1;
	} else {
		ret = by_rule(w, m, t, w->g->rule);
	}
	ev_cells_table(&m->cells, &w->cells[t->q->point], w->g->rule);
	if (ret < 0 || t->q->metric == EV_M_CONFUSION ||
	    w->slice->no_score + w->slice->abstained == 0)
		return ret;
	ret2 = bounds(w, m, t);
	return ret2 < 0 ? ret2 : ret;
}
