#include "base/compat.h"
#include "clinical/report_internal.h"

static void put_confident(struct ev_json *j, const struct ev_evaluation *e,
			  const char *key, size_t count,
			  const struct ev_estimate *rate)
{
	ev_json_key(j, key);
	ev_json_object(j);
	ev_json_kvi(j, "count", (int64_t)count);
	ev_report_put_estimate(j, rate, e->cohort->clustered ||
			   e->suite->dataset.patient ||
			   e->suite->dataset.cluster);
	ev_json_end_object(j);
}

static void put_worst(struct ev_json *j, const struct ev_evaluation *e)
{
	const struct ev_cohort *c = e->cohort;
	char id[EV_MISS_ID];
	size_t i;

	ev_json_key(j, "worst");
	ev_json_list(j);
	for (i = 0; i < e->checks.n_worst; i++) {
		const struct ev_miss *m = &e->checks.worst[i];

		if (ev_miss_id(id, e, m->row) < 0)
			continue;
		ev_json_object(j);
		ev_json_kv(j, "id", id);
		ev_json_kvb(j, "positive", c->label[m->row]);
		ev_json_kvd(j, "score", c->score[m->row]);
		ev_json_kvd(j, "logLoss", m->loss);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

static void put_concentration(struct ev_json *j,
			      const struct ev_concentration *c)
{
	if (!c->member)
		return;
	ev_json_key(j, "errorConcentration");
	ev_json_object(j);
	ev_json_kv(j, "slice", c->slice);
	ev_json_kv(j, "member", c->member);
	ev_json_kvi(j, "falseNegatives", (int64_t)c->missed);
	ev_json_kvi(j, "of", (int64_t)c->of);
	ev_json_kvd(j, "expected", c->expected);
	ev_json_kvd(j, "p", c->p);
	ev_json_end_object(j);
}

void ev_report_put_checks(struct ev_json *j, const struct ev_evaluation *e)
{
	static const char *const names[] = { "previous", "anchor" };
	const struct ev_checks *k = &e->checks;
	int a;

	ev_json_key(j, "checks");
	ev_json_object(j);
	if (e->suite->dataset.label_kind != EV_LABEL_BINARY ||
	    !e->cohort->n) {
		ev_json_end_object(j);
		return;
	}
	ev_json_kvi(j, "stuck", (int64_t)k->stuck);
	ev_json_kvd(j, "stuckScore", k->stuck_score);
	ev_json_kvb(j, "leakSuspected", k->leak_suspected);
	if (e->suite->dataset.score_kind == EV_SCORE_PROBABILITY) {
		ev_json_kvi(j, "saturated", (int64_t)k->saturated);
		put_confident(j, e, "confidentFalseNegatives",
			      k->confident_fn, &k->confident_fn_rate);
		put_confident(j, e, "confidentFalsePositives",
			      k->confident_fp, &k->confident_fp_rate);
		put_worst(j, e);
	}
	put_concentration(j, &k->concentration);
	for (a = 0; a < 2 && e->suite->n_points; a++) {
		if (!e->reference[a])
			continue;
		ev_json_key(j, names[a]);
		ev_json_object(j);
		ev_json_kvi(j, "newFalseNegatives", (int64_t)k->new_fn[a]);
		ev_json_kvi(j, "newFalsePositives", (int64_t)k->new_fp[a]);
		ev_json_end_object(j);
	}
	if (k->psi >= 0)
		ev_json_kvd(j, "psi", k->psi);
	if (k->ks >= 0)
		ev_json_kvd(j, "ks", k->ks);
	ev_json_end_object(j);
}
