#include "base/compat.h"
#include "clinical/judge.h"

#include <math.h>
#include "base/error.h"
#include "base/mem.h"
#include "clinical/left.h"
#include "clinical/minimum.h"
#include "clinical/suite_internal.h"
#include "stats/dist.h"

static int reference_of(const struct ev_gate_row *row)
{
	if (!row->against)
		return -1;
	return !strcmp(row->against, "anchor");
}

/* "5 positives, and the suite's minimum is 30" */
static void below_minimum(struct ev_evaluation *e, struct ev_gate_row *row,
			  const struct ev_below *b)
{
	ev_row_insufficient(e, row, "%lld %s%s, and the suite's minimum is "
			    "%lld", (long long)b->have, b->what, !b->fewer ?
			    "" : row->against ? " of both versions" :
			    " that count", (long long)b->least);
}

/* Limits are told also where nothing can be judged. */
void ev_row_state_limit(struct ev_evaluation *e, struct ev_gate_row *row)
{
	const struct ev_gate *gate = &e->suite->gates[row->gate];
	enum ev_metric m = e->suite->requests[gate->request].metric;
	struct ev_decimal margin = { NULL, 0 };
	bool has = ev_row_margin(&margin, e, row);
	struct ev_rule r;

	ev_rule_of(&r, gate, &gate->pass, has ? &margin : NULL, m);
	row->bound = r.bound;
	row->margin = has ? margin.value : 0;
	ev_rule_holds(&row->judged, &r, &row->observed);
	row->limit = ev_rule_text(&r);
	ev_rule_release(&r);
	ev_decimal_release(&margin);
}

static bool has_members(const struct ev_evaluation *e, size_t family)
{
	size_t i;

	for (i = 0; i < e->n_slices; i++)
		if (e->slices[i].family == family)
			return true;
	return false;
}

/* There is none at all, or some rows are in none. */
static void no_member(struct ev_evaluation *e, struct ev_gate_row *row)
{
	size_t family = ev_su_family(e->suite, row->slice_name);

	row->observed.flags = EV_STAT_UNDEFINED | EV_STAT_NO_INTERVAL;
	ev_row_state_limit(e, row);
	if (has_members(e, family)) {
		ev_left_judge(e, row, family);
		return;
	}
	ev_row_insufficient(e, row, "no slice of '%s' has its minimum of rows",
			    row->slice_name);
}

static int judge_value(struct ev_evaluation *e, struct ev_gate_row *row)
{
	const struct ev_gate *gate = &e->suite->gates[row->gate];
	const struct ev_request *q = &e->suite->requests[gate->request];
	int against = reference_of(row);
	const struct ev_slice_result *r;
	const struct ev_measure *m;
	struct ev_below below;

	if (row->slice == SIZE_MAX) {
		no_member(e, row);
		return 0;
	}
	r = &e->slices[row->slice];
	if (against >= 0 && !e->reference[against]) {
		row->observed.flags = EV_STAT_UNDEFINED | EV_STAT_NO_INTERVAL;
		ev_row_state_limit(e, row);
		ev_row_insufficient(e, row, "there are no predictions of the "
				    "%s version", row->against);
		row->outcome = row->outcome == EV_OUT_FAIL ? EV_OUT_FAIL :
			EV_OUT_INCOMPLETE;
		return 0;
	}
	m = ev_row_measure(e, row, against);
	if (!m)
		return ev_fail(EV_ERROR, "gate '%s' has no number for '%s'",
			       gate->id, row->slice_name);
	row->observed = m->e;
	if (m->e.flags & EV_STAT_UNDEFINED) {
		ev_row_state_limit(e, row);
		ev_row_insufficient(e, row, "'%s' is undefined here", q->key);
	} else if (!ev_metric_info(q->metric)->count &&
		   ev_row_below(&below, e, row, r, against)) {
		ev_row_state_limit(e, row);
		below_minimum(e, row, &below);
	} else {
		ev_row_judge(e, row);
	}
	return 0;
}

/*
 * How likely a slice that lies just at the limit looks this bad: small where
 * the slice is worse than the limit beyond chance.  Shares by the score test
 * that Wilson's interval inverts, all else by its standard error.
 */
static double p_of(const struct ev_evaluation *e,
		   const struct ev_gate_row *row)
{
	const struct ev_gate *gate = &e->suite->gates[row->gate];
	const struct ev_estimate *o = &row->observed;
	double limit = gate->pass.limit.value, se = o->se, z, n;
	const struct ev_measure *m;
	bool low;

	if (o->flags & (EV_STAT_UNDEFINED | EV_STAT_NO_INTERVAL) ||
	    row->slice == SIZE_MAX || gate->compare != EV_CMP_NONE ||
	    gate->pass.comparator == EV_WITHIN || !gate->pass.limit.text)
		return -1;
	low = gate->pass.comparator == EV_GE ||
		gate->pass.comparator == EV_GT;
	m = ev_row_measure(e, row, -1);
	if (m && o->method && strstr(o->method, "wilson") && limit > 0 &&
	    limit < 1) {
		n = m->n_eff > 0 ? m->n_eff : o->n;
		se = sqrt(limit * (1 - limit) / n);
	}
	if (!(se > 0))
		return -1;
	z = (o->value - limit) / se;
	return low ? ev_normal_cdf(z) : ev_normal_sf(z);
}

/* The rows of one gate that can be tested are one family of tests. */
static int adjust(struct ev_evaluation *e, size_t gate)
{
	double *p = ev_malloc((e->n_rows + 1) * sizeof(*p));
	size_t *at = ev_malloc((e->n_rows + 1) * sizeof(*at));
	size_t i, n = 0;
	int ret;

	for (i = 0; i < e->n_rows; i++) {
		if (e->rows[i].gate != gate)
			continue;
		p[n] = p_of(e, &e->rows[i]);
		if (p[n] >= 0)
			at[n++] = i;
	}
	ret = ev_adjust(p, p, n, e->suite->stats.detect_slices);
	for (i = 0; i < n && ret == 0; i++)
		e->rows[at[i]].adjusted_p = p[i];
	free(p);
	free(at);
	return ret;
}

/* Could so many rows have shown it at all?  The share that would pass with a
 * power of 80 %, by whole rows of the effective size. */
static int adequacy(const struct ev_evaluation *e, struct ev_gate_row *row)
{
	const struct ev_gate *gate = &e->suite->gates[row->gate];
	const struct ev_request *q = &e->suite->requests[gate->request];
	const struct ev_condition *c = &gate->pass;
	bool exact = e->suite->stats.clopper_pearson, upper;
	const struct ev_measure *m;
	double limit = c->limit.value;
	int64_t x;
	int ret;

	if (row->slice == SIZE_MAX || gate->compare != EV_CMP_NONE ||
	    !ev_metric_is_share(q->metric) || !c->limit.text ||
	    c->comparator == EV_WITHIN ||
	    (c->bound != EV_BOUND_LOWER && c->bound != EV_BOUND_UPPER))
		return 0;
	upper = c->bound == EV_BOUND_UPPER;
	limit = upper ? 1 - limit : limit;
	m = ev_row_measure(e, row, -1);
	if (!m || !(m->e.n >= 1) || !(limit > 0 && limit < 1))
		return 0;
	ret = ev_smallest_passing(&row->passing, &x, (int64_t)(m->n_eff > 0 ?
				  m->n_eff : m->e.n), limit,
				  ev_gate_level(e->suite, row->tier), 0.8,
				  exact);
	if (ret == 0 && upper)
		row->passing = 1 - row->passing;
	return ret;
}

int ev_gates_judge(struct ev_evaluation *e, struct ev_engine *g)
{
	const struct ev_suite *s = e->suite;
	size_t i;
	int ret = 0;

	for (i = 0; i < e->n_rows && ret >= 0; i++) {
		struct ev_gate_row *row = &e->rows[i];

		if (s->gates[row->gate].statistic == EV_OF_MAX_GAP)
			ret = ev_gap_measure(g, e, row);
		else
			ret = judge_value(e, row);
		if (ret >= 0)
			ret = adequacy(e, row);
	}
	if (s->stats.detect_slices == EV_ADJUST_NONE)
		return ret;
	for (i = 0; i < s->n_gates && ret >= 0; i++)
		ret = adjust(e, i);
	return ret;
}
