#include "base/compat.h"
#include "clinical/classes.h"

#include "base/error.h"
#include "base/mem.h"
#include "stats/sum.h"

/* Rows of a class called each class. */
static int64_t *confusion(struct ev_work *w, const uint32_t *times)
{
	const struct ev_class_rows *c = ev_work_classes(w);
	int64_t *cell = ev_calloc(c->k * c->k, sizeof(*cell));
	size_t i;

	for (i = 0; i < w->n; i++) {
		size_t unit = w->cluster_of ? w->cluster_of[i] : i;

		if (c->called[i] == EV_NO_CALL)
			continue;
		cell[w->g->c->label[ev_work_row(w, i)] * c->k + c->called[i]] +=
			times ? times[unit] : 1;
	}
	return cell;
}

/* One class against all others. */
static void one_class(struct ev_table *t, const int64_t *cell, size_t k,
		      size_t class)
{
	size_t i, j;

	memset(t, 0, sizeof(*t));
	for (i = 0; i < k; i++) {
		for (j = 0; j < k; j++) {
			int64_t n = cell[i * k + j];

			if (i == class && j == class)
				t->tp += n;
			else if (i == class)
				t->fn += n;
			else if (j == class)
				t->fp += n;
			else
				t->tn += n;
		}
	}
}

static int of_all(double *value, enum ev_metric m,
		  const struct ev_confusion *f)
{
	struct ev_classes c;
	int ret = ev_classes(&c, f);

	if (ret < 0)
		return ret;
	switch (m) {
	case EV_M_MULTI_ACCURACY:
		*value = c.accuracy;
		break;
	case EV_M_MACRO_F1:
		*value = c.macro_f1;
		break;
	case EV_M_MICRO_F1:
		*value = c.micro_f1;
		break;
	case EV_M_WEIGHTED_F1:
		*value = c.weighted_f1;
		break;
	default:
		*value = c.mcc;
		return !c.undefined && !c.mcc_undefined;
	}
	return !c.undefined;
}

static int of_confusion(double *value, struct ev_work *w,
			const struct ev_request *q, const uint32_t *times)
{
	struct ev_confusion f = { confusion(w, times), ev_work_classes(w)->k };
	struct ev_kappa k;
	struct ev_table t;
	int ret;

	if (q->class_index >= 0) {
		one_class(&t, f.cell, f.k, (size_t)q->class_index);
		ret = ev_decision_value(value, q, &t);
	} else if (q->metric == EV_M_MULTI_KAPPA) {
		ret = ev_kappa(&k, &f, EV_KAPPA_UNWEIGHTED, 0.95);
		*value = k.kappa.value;
		if (ret == 0)
			ret = !(k.kappa.flags & EV_STAT_UNDEFINED);
	} else {
		ret = of_all(value, q->metric, &f);
	}
	free((int64_t *)(uintptr_t)f.cell);
	return ret;
}

static int auc_of(double *value, const struct ev_class_rows *c, size_t class,
		  uint32_t units, const uint32_t *times)
{
	struct ev_marker m = { c->score + class * c->n,
			       c->order + class * c->n };
	struct ev_cases of = { c->is + class * c->n, c->unit, units, c->n };
	struct ev_estimate e;
	int ret = ev_weighted_auc(&e, &m, &of, times);

	*value = e.value;
	return ret < 0 ? ret : !(e.flags & EV_STAT_UNDEFINED);
}

/* Rows of two classes by the score of the first. */
static int auc_between(double *value, const struct ev_class_rows *c,
		       size_t a, size_t b, uint32_t units,
		       const uint32_t *times)
{
	double *score = ev_malloc((c->n + 1) * sizeof(*score));
	uint32_t *order = ev_malloc((c->n + 1) * sizeof(*order));
	uint32_t *unit = ev_malloc((c->n + 1) * sizeof(*unit));
	uint8_t *is = ev_malloc(c->n + 1);
	struct ev_marker m = { score, order };
	struct ev_cases of = { is, unit, units, 0 };
	struct ev_estimate e;
	size_t i, row, n = 0;
	int ret;

	/* in rising order already */
	for (i = 0; i < c->n; i++) {
		row = c->order[a * c->n + i];
		if (c->truth[row] != a && c->truth[row] != b)
			continue;
		score[n] = c->score[a * c->n + row];
		order[n] = (uint32_t)n;
		unit[n] = c->unit[row];
		is[n] = c->truth[row] == a;
		n++;
	}
	of.n = n;
	ret = ev_weighted_auc(&e, &m, &of, times);
	*value = e.value;
	free(score);
	free(order);
	free(unit);
	free(is);
	return ret < 0 ? ret : !(e.flags & EV_STAT_UNDEFINED);
}

static int mean_auc(double *value, struct ev_work *w, bool pairs,
		    const uint32_t *times)
{
	const struct ev_class_rows *c = ev_work_classes(w);
	uint32_t units = ev_work_class_view(w)->clusters;
	double one, sum = 0;
	size_t a, b, n = 0;
	int ret = 1;

	for (a = 0; a < c->k && ret == 1 && !pairs; a++, n++) {
		ret = auc_of(&one, c, a, units, times);
		sum += one;
	}
	for (a = 0; a < c->k && ret == 1 && pairs; a++) {
		for (b = 0; b < c->k && ret == 1; b++) {
			if (a == b)
				continue;
			ret = auc_between(&one, c, a, b, units, times);
			sum += one;
			n++;
		}
	}
	*value = sum / (double)(n ? n : 1);
	return ret;
}

static int brier(double *value, const struct ev_class_rows *c,
		 const uint32_t *times)
{
	struct ev_sum sum;
	int64_t n = 0;
	size_t i;

	ev_sum_init(&sum);
	for (i = 0; i < c->n; i++) {
		uint32_t k = times ? times[c->unit[i]] : 1;

		ev_sum_add_product(&sum, c->square[i], k);
		n += k;
	}
	*value = n ? ev_sum_value(&sum) / (double)n : 0;
	return n != 0;
}

static int top_ece(double *value, struct ev_work *w, const uint32_t *times)
{
	const struct ev_class_rows *c = ev_work_classes(w);
	uint32_t units = ev_work_class_view(w)->clusters;
	struct ev_predicted d = { c->top, c->right, c->unit, units, c->n };
	const struct ev_stats_choice *s = &w->g->s->stats;
	uint32_t *once = NULL;
	size_t i;
	int ret;

	if (!c->n)
		return 0;
	if (!times) {
		once = ev_malloc(((size_t)units + 1) * sizeof(*once));
		for (i = 0; i < units; i++)
			once[i] = 1;
	}
	ret = ev_weighted_ece(value, &d, times ? times : once, s->ece_bins,
			      s->ece_closure);
	free(once);
	/* none of the rows was drawn */
	return ret == EV_ENOTFOUND ? 0 : ret < 0 ? ret : 1;
}

int ev_classes_value(double *value, struct ev_work *w,
		     const struct ev_request *q, const uint32_t *times)
{
	const struct ev_class_rows *c = ev_work_classes(w);

	*value = 0;
	if (c->ret < 0)
		return c->ret;
	switch (q->metric) {
	case EV_M_AUC:
		return auc_of(value, c, (size_t)q->class_index,
			      ev_work_class_view(w)->clusters, times);
	case EV_M_OVR_AUC:
	case EV_M_OVO_AUC:
		return mean_auc(value, w, q->metric == EV_M_OVO_AUC, times);
	case EV_M_MULTI_BRIER:
		return brier(value, c, times);
	case EV_M_TOP_ECE:
		return top_ece(value, w, times);
	default:
		return of_confusion(value, w, q, times);
	}
}
