#include "base/compat.h"
#include "clinical/judge.h"

#include "base/error.h"
#include "base/mem.h"

#define LISTED 12

static const char *const rule_words[] = {
	[EV_MISSING_WORST_CASE] = "worst_case",
	[EV_MISSING_AS_NEGATIVE] = "as_negative",
	[EV_MISSING_AS_POSITIVE] = "as_positive",
	[EV_MISSING_COMPLETE_CASE] = "complete_case",
	[EV_MISSING_FAIL] = "fail"
};

static void put(struct ev_buf *out, const char *name, double x)
{
	char *text = ev_number_text(x, NULL);

	ev_buf_addf(out, "%s%s", name, text);
	free(text);
}

static void put_condition(struct ev_buf *out, const char *word,
			  const struct ev_gate *g,
			  const struct ev_condition *c,
			  const struct ev_decimal *margin,
			  enum ev_metric metric)
{
	struct ev_rule r;
	char *text;

	if (!c->given)
		return;
	ev_rule_of(&r, g, c, margin, metric);
	text = ev_rule_text(&r);
	ev_buf_addf(out, "    %s if the %s is %s\n", word,
		    ev_bound_word(r.bound), text);
	free(text);
	ev_rule_release(&r);
}

static void put_interval(struct ev_buf *out, const struct ev_estimate *o)
{
	if (o->flags & EV_STAT_UNDEFINED) {
		ev_buf_adds(out, "    undefined\n");
		return;
	}
	put(out, "    estimate ", o->value);
	if (o->flags & EV_STAT_NO_INTERVAL) {
		ev_buf_adds(out, ", no interval\n");
		return;
	}
	put(out, ", ", o->level * 100);
	put(out, " % interval ", o->lower);
	put(out, " to ", o->upper);
	ev_buf_addf(out, " (%s)\n", o->method);
}

static void put_counts(struct ev_buf *out, const struct ev_evaluation *e,
		       const struct ev_gate_row *row)
{
	const struct ev_gate *g = &e->suite->gates[row->gate];
	const struct ev_request *q = &e->suite->requests[g->request];
	const struct ev_slice_result *r;
	const struct ev_measure *m;

	if (row->slice == SIZE_MAX)
		return;
	r = &e->slices[row->slice];
	m = &r->measures[g->request];
	ev_buf_addf(out, "    %zu rows of %zu patients: %zu positives, %zu "
		    "negatives", r->n, r->patients, r->positives,
		    r->negatives);
	if (r->no_score + r->abstained)
		ev_buf_addf(out, "; %zu without score, %zu abstained, "
			    "counted as %s", r->no_score, r->abstained,
			    rule_words[e->suite->dataset.missing]);
	ev_buf_addc(out, '\n');
	if (q->metric <= EV_M_KAPPA &&
	    e->suite->dataset.label_kind == EV_LABEL_BINARY)
		ev_buf_addf(out, "    true positives %lld, false positives "
			    "%lld, false negatives %lld, true negatives "
			    "%lld\n", (long long)m->cells.tp,
			    (long long)m->cells.fp, (long long)m->cells.fn,
			    (long long)m->cells.tn);
	if (ev_metric_is_share(q->metric) && !row->against)
		ev_buf_addf(out, "    %.0f of %.0f\n", m->e.x, m->e.n);
	if (m->deff > 0) {
		put(out, "    design effect ", m->deff);
		put(out, ", effective number ", m->n_eff);
		ev_buf_addc(out, '\n');
	}
}

static void put_row(struct ev_buf *out, const struct ev_evaluation *e,
		    const struct ev_gate_row *row)
{
	const struct ev_gate *g = &e->suite->gates[row->gate];
	const struct ev_request *q = &e->suite->requests[g->request];
	struct ev_decimal margin = { NULL, 0 };
	bool has = ev_row_margin(&margin, e, row);

	ev_buf_addf(out, "\n  %s%s%s: %s\n", row->slice_name,
		    row->against ? " against " : "",
		    row->against ? row->against : "",
		    ev_outcome_word(row->outcome));
	put_counts(out, e, row);
	if (has && g->compare != EV_CMP_NONE)
		ev_buf_addf(out, "    margin %s\n", margin.text);
	put_interval(out, &row->observed);
	ev_buf_addf(out, "    tier %s\n", ev_tier_name(row->tier) ?
		    ev_tier_name(row->tier) : "none");
	put_condition(out, "pass", g, &g->pass, has ? &margin : NULL,
		      q->metric);
	put_condition(out, "review", g, &g->review, has ? &margin : NULL,
		      q->metric);
	ev_buf_addf(out, "    %s\n", row->reason);
	if (row->passing >= 0) {
		put(out, "    a true value of ", row->passing);
		ev_buf_adds(out, " would pass four times in five\n");
	}
	ev_decimal_release(&margin);
}

static int unknown(const struct ev_suite *s, const char *gate)
{
	const char **names = ev_malloc((s->n_gates + 1) * sizeof(*names));
	struct ev_buf list = EV_BUF_INIT;
	const char *near;
	size_t i;
	int ret;

	for (i = 0; i < s->n_gates; i++)
		names[i] = s->gates[i].id;
	ret = ev_fail(EV_ENOTFOUND, "suite '%s' has no gate '%s'", s->id, gate);
	near = ev_closest(gate, names, s->n_gates);
	if (near)
		ev_error_hint("did you mean '%s'?", near);
	for (i = 0; !near && i < s->n_gates && i < LISTED; i++)
		ev_buf_addf(&list, "%s%s", i ? ", " : "its gates are ",
			    names[i]);
	if (list.len && i < s->n_gates)
		ev_buf_addf(&list, " and %zu more", s->n_gates - i);
	if (list.len)
		ev_error_hint("%s", list.ptr);
	ev_buf_release(&list);
	free(names);
	return ret;
}

int ev_explain(struct ev_buf *out, const struct ev_evaluation *e,
	       const char *gate)
{
	const struct ev_suite *s = e->suite;
	const struct ev_gate *g;
	size_t i, k;

	for (i = 0; i < s->n_gates && strcmp(s->gates[i].id, gate); i++)
		;
	if (i == s->n_gates)
		return unknown(s, gate);
	g = &s->gates[i];
	ev_buf_addf(out, "%s: %s%s\n", g->id,
		    g->statistic == EV_OF_MAX_GAP ?
		    "largest difference in " : "",
		    s->requests[g->request].key);
	if (s->dataset.imperfect)
		ev_buf_addf(out, "  %s: the reference is imperfect\n",
			    ev_metric_called(s, s->requests[g->request]
					     .metric));
	if (g->hazard)
		ev_buf_addf(out, "  hazard %s\n", g->hazard);
	if (g->claim)
		ev_buf_addf(out, "  claim %s\n", g->claim);
	if (g->rationale)
		ev_buf_addf(out, "  rationale %s\n", g->rationale);
	for (k = 0; k < e->n_rows; k++)
		if (e->rows[k].gate == i)
			put_row(out, e, &e->rows[k]);
	return 0;
}
