#include "base/compat.h"
#include "clinical/classes.h"

#include "base/error.h"
#include "base/mem.h"
#include "stats/calibration.h"
#include "stats/sum.h"

static size_t unit_of(const struct ev_view *v, size_t i)
{
	return v->cluster ? v->cluster[i] : i;
}

/* A view without weights: each row as often as its cluster was drawn. */
struct spread {
	double *p;
	uint8_t *y;
	size_t n;
};

static void spread(struct spread *s, const struct ev_view *v, int marker,
		   const uint32_t *times)
{
	size_t i, n = 0;
	uint32_t k;

	for (i = 0; i < v->n; i++)
		n += times[unit_of(v, i)];
	s->p = ev_malloc((n + 1) * sizeof(*s->p));
	s->y = ev_malloc(n + 1);
	s->n = 0;
	for (i = 0; i < v->n; i++) {
		for (k = times[unit_of(v, i)]; k > 0; k--) {
			s->p[s->n] = v->score[marker][i];
			s->y[s->n++] = v->truth[i];
		}
	}
}

static int bins_value(double *value, const struct ev_predicted *d,
		      const struct ev_request *q,
		      const struct ev_stats_choice *s)
{
	struct ev_bins bins;
	int ret = ev_bins(&bins, d, s->ece_bins, s->ece_scheme,
			  s->ece_closure, 0.95);

	if (ret < 0)
		return ret;
	*value = q->metric == EV_M_MCE ? bins.mce : bins.ece;
	ret = !(bins.flags & EV_STAT_UNDEFINED);
	ev_bins_release(&bins);
	return ret;
}

static int model_value(double *value, const struct ev_predicted *d,
		       enum ev_metric metric)
{
	unsigned what = metric == EV_M_CITL ? EV_CAL_LARGE : EV_CAL_JOINT;
	struct ev_calibration c;
	const struct ev_estimate *e;
	int ret = ev_calibration_of(&c, d, NULL, what | EV_CAL_POINT, 0.95);

	if (ret < 0)
		return ret;
	e = metric == EV_M_CITL ? &c.in_the_large :
		metric == EV_M_CAL_SLOPE ? &c.slope : &c.intercept;
	*value = e->value;
	return !(e->flags & EV_STAT_UNDEFINED);
}

static int flat_value(double *value, const struct ev_predicted *d,
		      const struct ev_request *q,
		      const struct ev_stats_choice *s)
{
	struct ev_estimate e;
	int ret;

	switch (q->metric) {
	case EV_M_ECE:
	case EV_M_MCE:
		return bins_value(value, d, q, s);
	case EV_M_CITL:
	case EV_M_CAL_SLOPE:
	case EV_M_CAL_INTERCEPT:
		return model_value(value, d, q->metric);
	case EV_M_BRIER:
		ret = ev_brier(&e, d, 0.95);
		break;
	case EV_M_SCALED_BRIER:
		ret = ev_scaled_brier(&e, d);
		break;
	case EV_M_LOG_LOSS:
		ret = ev_log_loss(&e, d, 0.95, NULL);
		break;
	case EV_M_OE:
		ret = ev_observed_expected(&e, d, 0.95);
		break;
	default:
		return EV_ENOTFOUND;
	}
	*value = e.value;
	return ret < 0 ? ret : !(e.flags & EV_STAT_UNDEFINED);
}

/* Scores of a scaled or plain Brier: squares alone, summed exactly. */
static int brier_value(double *value, const struct ev_view *v, int marker,
		       const uint32_t *times, bool scaled)
{
	int64_t n = 0, positives = 0;
	struct ev_sum sum;
	double mean;
	size_t i;

	ev_sum_init(&sum);
	for (i = 0; i < v->n; i++) {
		uint32_t k = times[unit_of(v, i)];
		double d = v->score[marker][i] - v->truth[i];

		if (!k)
			continue;
		ev_sum_add_product(&sum, d * d, k);
		n += k;
		positives += v->truth[i] ? k : 0;
	}
	if (!n || (scaled && (!positives || positives == n)))
		return 0;
	*value = ev_sum_value(&sum) / (double)n;
	mean = (double)positives / (double)n;
	if (scaled)
		*value = 1 - *value / (mean * (1 - mean));
	return 1;
}

static int calibration_value(double *value, struct ev_work *w,
			     const struct ev_request *q,
			     const struct ev_view *v, int marker,
			     const uint32_t *times)
{
	const struct ev_stats_choice *s = &w->g->s->stats;
	struct ev_predicted d;
	struct spread flat;
	int ret;

	ev_view_predicted(&d, v, marker);
	if (!times)
		return flat_value(value, &d, q, s);
	if (q->metric == EV_M_BRIER || q->metric == EV_M_SCALED_BRIER)
		return brier_value(value, v, marker, times,
				   q->metric == EV_M_SCALED_BRIER);
	if (q->metric == EV_M_ECE && s->ece_scheme == EV_BIN_WIDTH) {
		ret = ev_weighted_ece(value, &d, times, s->ece_bins,
				      s->ece_closure);
		/* none of the rows was drawn */
		return ret == EV_ENOTFOUND ? 0 : ret < 0 ? ret : 1;
	}
	spread(&flat, v, marker, times);
	d.p = flat.p;
	d.y = flat.y;
	d.n = flat.n;
	d.cluster = NULL;
	d.clusters = (uint32_t)flat.n;
	ret = flat.n ? flat_value(value, &d, q, s) : 0;
	free(flat.p);
	free(flat.y);
	return ret;
}

static int rank_value(double *value, struct ev_work *w,
		      const struct ev_request *q, const struct ev_view *v,
		      int marker, const uint32_t *times)
{
	struct ev_marker m = { v->score[marker], ev_work_order(w, v, marker) };
	struct ev_cases c = { v->truth, v->cluster, v->clusters, v->n };
	struct ev_estimate e;
	int ret;

	switch (q->metric) {
	case EV_M_AUC:
		ret = v->places[marker].place ?
			ev_ordered_auc(&e, &v->places[marker], v->n, times) :
			ev_weighted_auc(&e, &m, &c, times);
		break;
	case EV_M_SENS_AT_SPEC:
		ret = ev_sens_at_spec(&e, &m, &c, times, q->argument);
		break;
	case EV_M_SPEC_AT_SENS:
		ret = ev_spec_at_sens(&e, &m, &c, times, q->argument);
		break;
	case EV_M_PARTIAL_AUC:
		ret = ev_partial_auc(&e, &m, &c, times, q->argument, false);
		break;
	default:
		ret = ev_average_precision(&e, &m, &c, times);
		break;
	}
	*value = e.value;
	return ret < 0 ? ret : !(e.flags & EV_STAT_UNDEFINED);
}

static int net_benefit(double *value, const struct ev_request *q,
		       const struct ev_view *v, int marker,
		       const uint32_t *times)
{
	struct ev_predicted d;
	struct ev_estimate e;
	int ret;

	ev_view_predicted(&d, v, marker);
	ret = ev_net_benefit(&e, &d, times, q->argument);
	*value = e.value;
	return ret < 0 ? ret : !(e.flags & EV_STAT_UNDEFINED);
}

static int decision_value(double *value, const struct ev_work *w,
			  const struct ev_request *q, const struct ev_view *v,
			  int marker, const uint32_t *times)
{
	const struct ev_cut cut = w->g->cuts[q->point];
	int64_t n[2][2] = { { 0, 0 }, { 0, 0 } };
	struct ev_table t;
	size_t i;

	/* missing ones lie at an end already, on the side of the rule */
	for (i = 0; i < v->n; i++)
		n[v->truth[i]][ev_cut_met(&cut, v->score[marker][i])] +=
			times ? times[unit_of(v, i)] : 1;
	t.tn = n[0][0];
	t.fp = n[0][1];
	t.fn = n[1][0];
	t.tp = n[1][1];
	return ev_decision_value(value, q, &t);
}

int ev_weighted_value(double *value, struct ev_work *w,
		      const struct ev_request *q, const struct ev_view *v,
		      int marker, const uint32_t *times)
{
	*value = 0;
	if (ev_has_classes(w->g))
		return ev_classes_value(value, w, q, times);
	if (!v->n)
		return 0;
	if (q->metric <= EV_M_KAPPA)
		return decision_value(value, w, q, v, marker, times);
	if (q->metric <= EV_M_AVERAGE_PRECISION)
		return rank_value(value, w, q, v, marker, times);
	if (q->metric == EV_M_NET_BENEFIT)
		return net_benefit(value, q, v, marker, times);
	return calibration_value(value, w, q, v, marker, times);
}
