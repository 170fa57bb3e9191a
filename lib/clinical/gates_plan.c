#include "base/compat.h"
#include "clinical/left.h"

#include "base/error.h"
#include "base/mem.h"

enum ev_tier ev_row_tier(const struct ev_suite *s, const struct ev_gate *gate,
			 const struct ev_family *family)
{
	if (gate->has_tier && family->has_tier)
		return gate->tier > family->tier ? gate->tier : family->tier;
	if (gate->has_tier)
		return gate->tier;
	return family->has_tier ? family->tier : s->tier;
}

static struct ev_gate_row *add_row(struct ev_evaluation *e, size_t gate,
				   size_t family, size_t slice)
{
	const struct ev_suite *s = e->suite;
	struct ev_gate_row *r;

	e->rows = ev_realloc(e->rows, (e->n_rows + 1) * sizeof(*e->rows));
	r = &e->rows[e->n_rows++];
	memset(r, 0, sizeof(*r));
	r->gate = gate;
	r->slice = slice;
	r->slice_name = ev_strdup(slice == SIZE_MAX ? s->slices[family].name :
				  e->slices[slice].name);
	r->tier = ev_row_tier(s, &s->gates[gate], &s->slices[family]);
	r->adjusted_p = -1;
	r->passing = -1;
	return r;
}

/* What is not among the numbers of every slice is asked for. */
static void ask(struct ev_evaluation *e, const struct ev_gate_row *row,
		int against)
{
	const struct ev_suite *s = e->suite;
	const struct ev_gate *gate = &s->gates[row->gate];
	struct ev_slice_result *r = &e->slices[row->slice];
	struct ev_asked *a;

	if (ev_row_measure(e, row, against) || (against >= 0 &&
	    !e->reference[against]))
		return;
	r->asked = ev_realloc(r->asked, (r->n_asked + 1) * sizeof(*r->asked));
	a = &r->asked[r->n_asked++];
	memset(a, 0, sizeof(*a));
	a->request = gate->request;
	a->against = against;
	a->level = ev_gate_level(s, row->tier);
}

const struct ev_measure *ev_row_measure(const struct ev_evaluation *e,
					const struct ev_gate_row *row,
					int against)
{
	const struct ev_suite *s = e->suite;
	const struct ev_gate *gate = &s->gates[row->gate];
	const struct ev_request *q = &s->requests[gate->request];
	const struct ev_slice_result *r = &e->slices[row->slice];
	double level = ev_gate_level(s, row->tier);
	static const struct ev_measure planned;
	size_t i;

	if (against < 0 && (level == s->stats.confidence ||
			    ev_metric_info(q->metric)->count))
		return r->measures ? &r->measures[gate->request] : &planned;
	if (against >= 0 && level == s->stats.confidence &&
	    e->reference[against] && ev_change_is_cheap(q) &&
	    s->dataset.label_kind == EV_LABEL_BINARY)
		return r->change[against] ? &r->change[against][gate->request] :
			&planned;
	for (i = 0; i < r->n_asked; i++)
		if (r->asked[i].request == gate->request &&
		    r->asked[i].against == against &&
		    r->asked[i].level == level)
			return &r->asked[i].m;
	return NULL;
}

static void plan_member(struct ev_evaluation *e, size_t gate, size_t family,
			size_t slice)
{
	const struct ev_gate *g = &e->suite->gates[gate];
	static const char *const names[] = { "previous", "anchor" };
	int k;

	if (g->compare == EV_CMP_NONE) {
		ask(e, add_row(e, gate, family, slice), -1);
		return;
	}
	for (k = 0; k < 2; k++) {
		struct ev_gate_row *row;

		if (!(g->against & (1u << k)))
			continue;
		row = add_row(e, gate, family, slice);
		row->against = names[k];
		ask(e, row, k);
	}
}

static void plan_family(struct ev_evaluation *e, size_t gate, size_t family)
{
	const struct ev_family *f = &e->suite->slices[family];
	size_t i, n = 0;

	if (e->suite->gates[gate].statistic == EV_OF_MAX_GAP) {
		add_row(e, gate, family, SIZE_MAX);
		return;
	}
	for (i = 0; i < e->n_slices; i++) {
		if (e->slices[i].family != family)
			continue;
		plan_member(e, gate, family, i);
		n++;
	}
	/* what is in no member has a row of its own */
	if (n && ev_left_any(e, family))
		add_row(e, gate, family, SIZE_MAX);
	/* no synthetic patients, no scenarios: nothing is asked of them */
	if (n || (f->synthetic && !ev_cohort_column(e->cohort, f->column)))
		return;
	add_row(e, gate, family, SIZE_MAX);
}

int ev_gates_plan(struct ev_evaluation *e)
{
	const struct ev_suite *s = e->suite;
	size_t g, i;

	for (g = 0; g < s->n_gates; g++)
		for (i = 0; i < s->gates[g].n_slices; i++)
			plan_family(e, g, s->gates[g].slices[i]);
	return 0;
}
