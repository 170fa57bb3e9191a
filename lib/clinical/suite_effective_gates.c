#include "base/compat.h"

#include "clinical/suite_internal.h"

static void maybe(struct ev_json *j, const char *key, const char *text)
{
	if (text)
		ev_json_kv(j, key, text);
}

static void write_condition(struct ev_json *j, const char *key,
			    const struct ev_condition *c)
{
	const char *word = ev_su_comparators[c->comparator];

	if (!c->given)
		return;
	ev_json_key(j, key);
	ev_json_object(j);
	ev_json_kv(j, "bound", ev_su_bounds[c->bound]);
	if (c->limit2.text) {
		ev_json_key(j, word);
		ev_json_list(j);
		ev_json_string(j, c->limit.text);
		ev_json_string(j, c->limit2.text);
		ev_json_end_list(j);
	} else {
		maybe(j, word, c->limit.text);
	}
	ev_json_end_object(j);
}

static void write_compare(struct ev_json *j, const struct ev_gate *g)
{
	size_t i;

	if (g->compare == EV_CMP_NONE)
		return;
	ev_json_key(j, "compare");
	ev_json_object(j);
	ev_json_kv(j, "type", ev_su_compares[g->compare -
					     EV_CMP_NON_INFERIORITY]);
	ev_json_key(j, "against");
	ev_json_list(j);
	if (g->against & EV_AGAINST_PREVIOUS)
		ev_json_string(j, "previous");
	if (g->against & EV_AGAINST_ANCHOR)
		ev_json_string(j, "anchor");
	ev_json_end_list(j);
	maybe(j, "margin", g->margin.text);
	if (g->n_margins) {
		ev_json_key(j, "margin");
		ev_json_object(j);
		for (i = 0; i < g->n_margins; i++)
			ev_json_kv(j, g->margins[i].slice,
				   g->margins[i].margin.text);
		ev_json_end_object(j);
	}
	ev_json_end_object(j);
}

static void write_gate(struct ev_json *j, const struct ev_suite *s,
		       const struct ev_gate *g)
{
	size_t i;

	ev_json_object(j);
	ev_json_kv(j, "id", g->id);
	maybe(j, "hazard", g->hazard);
	maybe(j, "claim", g->claim);
	maybe(j, "rationale", g->rationale);
	ev_json_kv(j, "metric", s->requests[g->request].key);
	ev_json_key(j, "slice");
	ev_json_list(j);
	for (i = 0; i < g->n_slices; i++)
		ev_json_string(j, s->slices[g->slices[i]].name);
	ev_json_end_list(j);
	ev_json_kv(j, "statistic", g->statistic == EV_OF_MAX_GAP ? "max_gap" :
		   "value");
	write_compare(j, g);
	write_condition(j, "pass", &g->pass);
	write_condition(j, "review", &g->review);
	if (!g->review.given)
		ev_json_kv(j, "otherwise", g->otherwise_review ? "review" :
			   "fail");
	if (g->low_n != EV_LOW_N_DEFAULT)
		ev_json_kv(j, "insufficient",
			   ev_su_low_ns[g->low_n - EV_LOW_N_REVIEW]);
	if (g->has_tier)
		ev_json_kv(j, "tier", ev_tier_name(g->tier));
	if (!g->waivable)
		ev_json_kv(j, "waivable", "never");
	ev_json_end_object(j);
}

void ev_su_write_gates(struct ev_json *j, const struct ev_suite *s)
{
	size_t i;

	ev_json_key(j, "gates");
	ev_json_list(j);
	for (i = 0; i < s->n_gates; i++)
		write_gate(j, s, &s->gates[i]);
	ev_json_end_list(j);
}
