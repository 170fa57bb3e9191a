#include "base/compat.h"
#include "clinical/report_internal.h"

#include "base/clock.h"

static const char *bound_word(enum ev_bound b)
{
	static const char *const words[] = {
		[EV_BOUND_LOWER] = "lower", [EV_BOUND_UPPER] = "upper",
		[EV_BOUND_ESTIMATE] = "estimate",
		[EV_BOUND_INTERVAL] = "interval"
	};

	return words[b];
}

static void put_row(struct ev_json *j, const struct ev_evaluation *e,
		    const struct ev_gate_row *r)
{
	const struct ev_gate *g = &e->suite->gates[r->gate];
	const struct ev_request *q = &e->suite->requests[g->request];
	unsigned undefined = r->observed.flags & EV_STAT_UNDEFINED;

	ev_json_object(j);
	ev_json_kv(j, "id", g->id);
	ev_json_kv(j, "slice", r->slice_name);
	if (r->against)
		ev_json_kv(j, "against", r->against);
	ev_json_kv(j, "metric", q->key);
	if (g->statistic == EV_OF_MAX_GAP)
		ev_json_kv(j, "statistic", "max_gap");
	ev_json_kv(j, "tier", ev_tier_name(r->tier));
	ev_json_kv(j, "outcome", ev_outcome_word(r->outcome));
	ev_json_key(j, "observed");
	ev_json_object(j);
	ev_report_put_estimate(j, &r->observed, e->cohort->clustered ||
			   e->suite->dataset.patient ||
			   e->suite->dataset.cluster);
	ev_report_put_flags(j, r->observed.flags,
			ev_metric_info(q->metric)->count, false);
	ev_json_end_object(j);
	ev_json_kv(j, "bound", bound_word(r->bound));
	ev_json_key(j, "judged");
	if (undefined || (r->observed.flags & EV_STAT_NO_INTERVAL &&
			  r->bound != EV_BOUND_ESTIMATE))
		ev_json_null(j);
	else
		ev_json_double(j, r->judged == 0 ? 0 : r->judged);
	ev_json_kv(j, "limit", r->limit);
	if (g->compare != EV_CMP_NONE && (g->margin.text || g->n_margins))
		ev_json_kvd(j, "margin", r->margin);
	ev_json_kv(j, "reason", r->reason);
	if (r->low_n)
		ev_json_kvb(j, "insufficient", true);
	if (!(r->observed.flags & (EV_STAT_UNDEFINED | EV_STAT_NO_INTERVAL)))
		ev_json_kvd(j, "halfWidth", ev_half_width(&r->observed));
	if (r->passing >= 0)
		ev_json_kvd(j, "passing", r->passing);
	if (r->adjusted_p >= 0)
		ev_json_kvd(j, "adjustedP", r->adjusted_p);
	ev_json_kvb(j, "waivable", g->waivable &&
		    r->tier != EV_TIER_CRITICAL);
	if (g->hazard)
		ev_json_kv(j, "hazard", g->hazard);
	if (g->claim)
		ev_json_kv(j, "claim", g->claim);
	if (g->rationale)
		ev_json_kv(j, "rationale", g->rationale);
	ev_json_end_object(j);
}

void ev_report_put_gates(struct ev_json *j, const struct ev_evaluation *e)
{
	size_t i;

	ev_json_key(j, "gates");
	ev_json_list(j);
	for (i = 0; i < e->n_rows; i++)
		put_row(j, e, &e->rows[i]);
	ev_json_end_list(j);
}

static void put_suite(struct ev_json *j, const struct ev_suite *s)
{
	ev_json_key(j, "suite");
	ev_json_object(j);
	ev_json_kv(j, "id", s->id);
	ev_json_kv(j, "version", s->version);
	ev_json_kv(j, "digest", s->digest);
	ev_json_kv(j, "tier", ev_tier_name(s->tier));
	if (s->title)
		ev_json_kv(j, "title", s->title);
	if (s->intended_use)
		ev_json_kv(j, "intendedUse", s->intended_use);
	if (s->claims.n)
		ev_json_strs(j, "claims", &s->claims);
	if (s->risk_file)
		ev_json_kv(j, "riskFile", s->risk_file);
	ev_json_end_object(j);
}

static void put_reference(struct ev_json *j, const char *key,
			  const struct ev_reference *r)
{
	if (!r)
		return;
	ev_json_key(j, key);
	ev_json_object(j);
	ev_json_kv(j, "name", r->name);
	ev_json_kv(j, "digest", r->digest);
	ev_json_kvi(j, "paired", (int64_t)r->n_paired);
	ev_json_kvi(j, "onlyHere", (int64_t)r->only_here);
	ev_json_kvi(j, "onlyThere", (int64_t)r->only_there);
	ev_json_end_object(j);
}

/* Values that no group of a slice has. */
static void put_ungrouped(struct ev_json *j, const struct ev_evaluation *e)
{
	size_t i, k;
	bool any = false;

	for (i = 0; i < e->n_left; i++)
		any = any || e->left[i].rows;
	if (!any)
		return;
	ev_json_key(j, "ungrouped");
	ev_json_list(j);
	for (i = 0; i < e->n_left; i++) {
		const struct ev_left *l = &e->left[i];

		if (!l->rows)
			continue;
		ev_json_object(j);
		ev_json_kv(j, "slice", e->suite->slices[l->family].name);
		ev_json_kvi(j, "rows", (int64_t)l->rows);
		ev_json_kvi(j, "distinct", (int64_t)l->n_values);
		ev_json_key(j, "values");
		ev_json_list(j);
		for (k = 0; k < l->n_listed; k++) {
			ev_json_object(j);
			ev_json_kv(j, "value", l->values[k].value);
			ev_json_kvi(j, "rows", (int64_t)l->values[k].rows);
			ev_json_end_object(j);
		}
		ev_json_end_list(j);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

static void put_inputs(struct ev_json *j, const struct ev_evaluation *e)
{
	const struct ev_cohort *c = e->cohort;
	const struct ev_flow *f = &c->flow;
	char data[72], content[72];

	ev_json_key(j, "inputs");
	ev_json_object(j);
	ev_json_key(j, "predictions");
	ev_json_object(j);
	ev_json_kv(j, "name", c->name);
	ev_json_kv(j, "digest", c->digest);
	ev_json_kvi(j, "rows", (int64_t)f->received);
	ev_cohort_content_digest(content, c,
				 e->suite->dataset.class_scores.n);
	ev_json_kv(j, "content", content);
	ev_json_end_object(j);
	ev_cohort_data_digest(data, c);
	ev_json_key(j, "data");
	ev_json_object(j);
	ev_json_kv(j, "digest", data);
	ev_json_end_object(j);
	put_reference(j, "previous", e->reference[0]);
	put_reference(j, "anchor", e->reference[1]);
	ev_json_end_object(j);
	ev_json_key(j, "flow");
	ev_json_object(j);
	ev_json_kvi(j, "received", (int64_t)f->received);
	ev_json_kvi(j, "noLabel", (int64_t)f->no_label);
	ev_json_kvi(j, "analysed", (int64_t)f->analysed);
	ev_json_kvi(j, "noScore", (int64_t)f->no_score);
	ev_json_kvi(j, "abstained", (int64_t)f->abstained);
	ev_json_kvi(j, "patients", (int64_t)f->patients);
	ev_json_kvb(j, "clustered", c->clustered);
	put_ungrouped(j, e);
	ev_json_end_object(j);
}

static void put_escalations(struct ev_json *j, const struct ev_evaluation *e)
{
	size_t i;

	ev_json_key(j, "escalations");
	ev_json_list(j);
	for (i = 0; i < e->n_triggers; i++) {
		const struct ev_trigger *t = &e->triggers[i];

		ev_json_object(j);
		ev_json_kv(j, "when", t->when);
		ev_json_kv(j, "why", t->why);
		if (t->roles)
			ev_json_strs(j, "roles", t->roles);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

static void put_time(struct ev_json *j, const char *key, int64_t t)
{
	char text[EV_TIME_TEXT];

	ev_time_format(text, t);
	ev_json_kv(j, key, t > 0 ? text : NULL);
}

static void put_custody(struct ev_json *j, const struct ev_report_context *x)
{
	const struct ev_report_custody *c = x->facts;
	size_t i;

	ev_json_key(j, "custody");
	ev_json_object(j);
	ev_json_kvb(j, "inPolicy", c->in_policy);
	put_time(j, "fixedAt", c->fixed_at);
	put_time(j, "namedAt", c->named_at);
	ev_json_kvi(j, "uses", (int64_t)c->uses);
	ev_json_key(j, "gateDiff");
	ev_json_list(j);
	for (i = 0; c->diff && i < c->diff->n; i++) {
		ev_json_object(j);
		ev_json_kv(j, "gate", c->diff->items[i].gate);
		ev_json_kv(j, "what", c->diff->items[i].what);
		ev_json_kvb(j, "looser", c->diff->items[i].looser);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
	if (x->custody)
		ev_json_strs(j, "lines", x->custody);
	ev_json_end_object(j);
}

static void put_cohorts(struct ev_json *j, const struct ev_report_context *x)
{
	const struct ev_report_cohort *c;
	size_t i;

	ev_json_key(j, "syntheticData");
	ev_json_list(j);
	for (i = 0; i < x->n_cohorts; i++) {
		c = &x->cohorts[i];
		ev_json_object(j);
		ev_json_kv(j, "record", c->record);
		ev_json_kv(j, "cohort", c->digest);
		ev_json_kv(j, "pack", c->pack);
		ev_json_kvi(j, "patients", (int64_t)c->patients);
		ev_json_kvb(j, "simulatedScore", c->simulated_score);
		ev_json_kv(j, "use", x->use);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

static void put_context(struct ev_json *j, const struct ev_report_context *x)
{
	ev_json_key(j, "tool");
	ev_json_object(j);
	ev_json_kv(j, "name", "git-evidence");
	ev_json_kv(j, "version", x ? x->tool_version : NULL);
	ev_json_end_object(j);
	if (!x)
		return;
	if (x->product)
		ev_json_kv(j, "product", x->product);
	if (x->release)
		ev_json_kv(j, "release", x->release);
	if (x->commit) {
		ev_json_key(j, "candidate");
		ev_json_object(j);
		ev_json_kv(j, "commit", x->commit);
		ev_json_kv(j, "tree", x->tree);
		ev_json_end_object(j);
	}
	if (x->n_cohorts)
		put_cohorts(j, x);
	if (x->facts)
		put_custody(j, x);
	if (x->limitations && x->limitations->n)
		ev_json_strs(j, "limitations", x->limitations);
}

void ev_report_json(struct ev_json *j, const struct ev_evaluation *e,
		    const struct ev_report_context *x)
{
	ev_json_object(j);
	ev_json_kv(j, "schema", "git-evidence/validate/1");
	ev_json_kv(j, "outcome", ev_outcome_word(e->outcome));
	ev_json_kv(j, "capped", ev_outcome_word(e->capped));
	ev_json_strs(j, "reasons", &e->reasons);
	put_suite(j, e->suite);
	put_inputs(j, e);
	ev_report_put_slices(j, e);
	ev_json_kvi(j, "suppressed", (int64_t)e->suppressed);
	ev_report_put_readers(j, e);
	ev_report_put_gates(j, e);
	put_escalations(j, e);
	ev_report_put_checks(j, e);
	ev_json_key(j, "effectiveSuite");
	ev_suite_effective(j, e->suite);
	put_context(j, x);
	ev_json_end_object(j);
}
