#include "base/compat.h"
#include "clinical/report_internal.h"

void ev_json_kvd(struct ev_json *j, const char *key, double d)
{
	ev_json_key(j, key);
	ev_json_double(j, d == 0 ? 0 : d);
}

void ev_report_put_estimate(struct ev_json *j, const struct ev_estimate *e,
			bool by_patient)
{
	if (e->flags & EV_STAT_UNDEFINED) {
		ev_json_kv(j, "value", NULL);
		ev_json_kv(j, "ci", NULL);
		return;
	}
	ev_json_kvd(j, "value", e->value);
	if (e->flags & EV_STAT_NO_INTERVAL) {
		ev_json_kv(j, "ci", NULL);
		return;
	}
	ev_json_key(j, "ci");
	ev_json_object(j);
	ev_json_kvd(j, "lower", e->lower);
	ev_json_kvd(j, "upper", e->upper);
	ev_json_kvd(j, "level", e->level);
	ev_json_kv(j, "method", e->method);
	ev_json_kv(j, "unit", by_patient ? "patient" : "row");
	ev_json_end_object(j);
}

void ev_report_put_flags(struct ev_json *j, unsigned flags, bool count,
		     bool scored_only)
{
	unsigned bit;

	ev_json_key(j, "flags");
	ev_json_list(j);
	for (bit = 1; bit <= EV_STAT_SEPARATION; bit <<= 1)
		if (flags & bit && !(count && bit == EV_STAT_NO_INTERVAL))
			ev_json_string(j, ev_stat_flag_name(
						(enum ev_stat_flag)bit));
	if (scored_only)
		ev_json_string(j, "scored_rows_only");
	ev_json_end_list(j);
}

static void put_cells(struct ev_json *j, const struct ev_table *t)
{
	ev_json_kvi(j, "tp", t->tp);
	ev_json_kvi(j, "fp", t->fp);
	ev_json_kvi(j, "fn", t->fn);
	ev_json_kvi(j, "tn", t->tn);
}

static const char *const rules[] = {
	"worst_case", "as_negative", "as_positive", "complete_case"
};

static void put_bounds(struct ev_json *j, const struct ev_measure *m,
		       bool share)
{
	size_t i;

	ev_json_key(j, "missing");
	ev_json_object(j);
	for (i = 0; i < EV_ARRAY_SIZE(rules); i++) {
		const struct ev_estimate *e = &m->as[i];

		ev_json_key(j, rules[i]);
		ev_json_object(j);
		if (share) {
			ev_json_kvi(j, "n", (int64_t)e->n);
			ev_json_kvi(j, "x", (int64_t)e->x);
		}
		ev_report_put_estimate(j, e, m->by_patient);
		ev_json_end_object(j);
	}
	ev_json_end_object(j);
}

static void put_test(struct ev_json *j, const struct ev_measure *m)
{
	if (m->e.flags & EV_STAT_UNDEFINED)
		return;
	if (m->chi2 != 0 || m->df > 0) {
		ev_json_kvd(j, "chi2", m->chi2);
		ev_json_kvd(j, "df", m->df);
	} else {
		ev_json_kvd(j, "z", m->z);
	}
	ev_json_kvd(j, "p", m->p);
}

static bool is_test(enum ev_metric m, bool change)
{
	return m == EV_M_HOSMER_LEMESHOW || m == EV_M_SPIEGELHALTER ||
		m == EV_M_WEAK_CALIBRATION || (change && m == EV_M_AUC);
}

static void put_measure(struct ev_json *j, const struct ev_suite *s,
			const struct ev_measure *m,
			const struct ev_request *q, bool change,
			bool scored_only)
{
	const struct ev_metric_info *info = ev_metric_info(q->metric);
	const char *name = ev_metric_called(s, q->metric);
	bool share = ev_metric_is_share(q->metric) && !change;

	ev_json_object(j);
	if (q->metric == EV_M_CONFUSION) {
		put_cells(j, &m->cells);
		ev_json_end_object(j);
		return;
	}
	if (strcmp(name, info->title))
		ev_json_kv(j, "name", name);
	if (info->count) {
		ev_json_kvi(j, "value", (int64_t)m->e.value);
		ev_json_kv(j, "ci", NULL);
	} else {
		ev_report_put_estimate(j, &m->e, m->by_patient);
	}
	ev_json_kvi(j, "n", (int64_t)m->e.n);
	if (share)
		ev_json_kvi(j, "x", (int64_t)m->e.x);
	if (m->deff > 0) {
		ev_json_kvd(j, "deff", m->deff);
		ev_json_kvd(j, "nEff", m->n_eff);
	}
	if (is_test(q->metric, change))
		put_test(j, m);
	if (m->failures)
		ev_json_kvi(j, "failures", m->failures);
	if (m->has_bounds)
		put_bounds(j, m, share);
	ev_report_put_flags(j, m->e.flags, info->count, scored_only);
	ev_json_end_object(j);
}

static void put_change(struct ev_json *j, const struct ev_evaluation *e,
		       const struct ev_slice_result *r)
{
	static const char *const names[] = { "previous", "anchor" };
	size_t i, k;

	if (!r->change[0] && !r->change[1])
		return;
	ev_json_key(j, "change");
	ev_json_object(j);
	for (k = 0; k < 2; k++) {
		if (!r->change[k])
			continue;
		ev_json_key(j, names[k]);
		ev_json_object(j);
		for (i = 0; i < e->suite->n_requests; i++) {
			const struct ev_request *q = &e->suite->requests[i];

			if (!r->change[k][i].e.method)
				continue;
			ev_json_key(j, q->key);
			put_measure(j, e->suite, &r->change[k][i], q, true,
				    false);
		}
		ev_json_end_object(j);
	}
	ev_json_end_object(j);
}

static void put_bins(struct ev_json *j, const struct ev_bins *b,
		     bool by_patient)
{
	size_t i;

	if (!b->n)
		return;
	ev_json_key(j, "bins");
	ev_json_list(j);
	for (i = 0; i < b->n; i++) {
		const struct ev_bin *at = &b->items[i];

		ev_json_object(j);
		ev_json_kvd(j, "low", at->low);
		ev_json_kvd(j, "high", at->high);
		ev_json_kvi(j, "n", at->n);
		ev_json_kvi(j, "positives", at->positives);
		ev_json_key(j, "meanPredicted");
		if (at->n)
			ev_json_double(j, at->mean_p);
		else
			ev_json_null(j);
		ev_json_key(j, "observed");
		ev_json_object(j);
		ev_report_put_estimate(j, &at->observed, by_patient);
		ev_json_end_object(j);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

/* Do rows without a score take no part, whatever the rule? */
static bool looks_at_scores(const struct ev_suite *s, enum ev_metric m)
{
	if (s->dataset.label_kind == EV_LABEL_CLASSES)
		return m == EV_M_AUC || m == EV_M_OVR_AUC ||
			m == EV_M_OVO_AUC || m == EV_M_MULTI_BRIER ||
			m == EV_M_TOP_ECE;
	return ev_needs_score(m);
}

static void put_slice(struct ev_json *j, const struct ev_evaluation *e,
		      const struct ev_slice_result *r)
{
	bool missing = r->no_score + r->abstained > 0;
	double rate;
	size_t i;

	ev_json_object(j);
	ev_json_kvi(j, "n", (int64_t)r->n);
	ev_json_kvi(j, "patients", (int64_t)r->patients);
	ev_json_kvi(j, "positives", (int64_t)r->positives);
	ev_json_kvi(j, "negatives", (int64_t)r->negatives);
	ev_json_kvi(j, "noScore", (int64_t)r->no_score);
	ev_json_kvi(j, "abstained", (int64_t)r->abstained);
	ev_json_kv(j, "tier", ev_tier_name(r->tier));
	ev_json_kv(j, "missed", r->missed);
	if (ev_rule_of_three(&rate, (int64_t)r->patients, 0.05) == 0)
		ev_json_kvd(j, "ruleOfThree", rate);
	ev_json_key(j, "metrics");
	ev_json_object(j);
	for (i = 0; i < e->suite->n_requests; i++) {
		const struct ev_request *q = &e->suite->requests[i];

		ev_json_key(j, q->key);
		put_measure(j, e->suite, &r->measures[i], q, false,
			    missing && looks_at_scores(e->suite, q->metric));
	}
	ev_json_end_object(j);
	put_change(j, e, r);
	put_bins(j, &r->bins, e->cohort->clustered ||
		 e->suite->dataset.patient || e->suite->dataset.cluster);
	ev_json_end_object(j);
}

void ev_report_put_slices(struct ev_json *j, const struct ev_evaluation *e)
{
	size_t i;

	ev_json_key(j, "slices");
	ev_json_object(j);
	for (i = 0; i < e->n_slices; i++) {
		ev_json_key(j, e->slices[i].name);
		put_slice(j, e, &e->slices[i]);
	}
	ev_json_end_object(j);
}
