#include "base/compat.h"
#include "clinical/classes.h"
#include "clinical/judge.h"
#include "clinical/left.h"
#include "clinical/minimum.h"
#include "clinical/suite_internal.h"

#include "base/error.h"
#include "base/mem.h"
#include "stats/bootstrap.h"

/*
 * The largest difference between two members of a family.  Patients of the
 * whole cohort are drawn, since one patient may have rows in several members;
 * what is drawn of each member follows from it.
 */
struct gap {
	const struct ev_request *q;
	struct ev_work *works;
	const struct ev_view **views;
	struct ev_cluster **units;	/* of a share; else NULL */
	uint32_t **patients;		/* of the cohort, by cluster of a view */
	size_t n;
};

static int share_of(double *out, const struct ev_cluster *units, size_t n,
		    const uint32_t *times)
{
	int64_t x = 0, of = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		x += units[i].x * (times ? times[i] : 1);
		of += units[i].n * (times ? times[i] : 1);
	}
	*out = of ? (double)x / (double)of : 0;
	return of != 0;
}

static size_t units_of(const struct gap *g, size_t i)
{
	return g->units[i] ? g->works[i].clusters : g->views[i]->clusters;
}

static int span(double *out, const struct gap *g, const uint32_t *times)
{
	double low = 0, high = 0, value;
	uint32_t *mine = NULL;
	size_t i, k, n = 0;
	int ret = 0;

	for (i = 0; i < g->n && ret >= 0; i++) {
		size_t units = units_of(g, i);

		if (times) {
			mine = ev_realloc(mine, (units + 1) * sizeof(*mine));
			for (k = 0; k < units; k++)
				mine[k] = times[g->patients[i][k]];
		}
		if (g->units[i])
			ret = share_of(&value, g->units[i], units,
				       times ? mine : NULL);
		else
			ret = ev_weighted_value(&value, &g->works[i], g->q,
						g->views[i], 0,
						times ? mine : NULL);
		if (ret != 1)
			continue;
		low = !n || value < low ? value : low;
		high = !n || value > high ? value : high;
		n++;
	}
	free(mine);
	*out = high - low;
	return ret < 0 ? ret : n == g->n;
}

static int statistic(double *values, uint8_t *defined, void *data,
		     const uint32_t *times)
{
	int ret = span(values, data, times);

	if (ret < 0)
		return ret;
	*defined = ret == 1;
	return 1;
}

/* Which patient of the cohort each cluster is; all rows, or those of a view. */
static uint32_t *patients_of(const struct ev_work *w, size_t units,
			     bool rows, bool scored)
{
	uint32_t *out = ev_calloc(units + 1, sizeof(*out));
	const struct ev_cohort *c = w->g->c;
	size_t i, row, k = 0;

	for (i = 0; i < w->n; i++) {
		row = ev_work_row(w, i);
		if (w->cluster_of)
			out[w->cluster_of[i]] = c->patient[row];
		else if (rows || (!scored && !w->g->drops) ||
			 c->state[row] == EV_ROW_SCORED)
			out[k++] = c->patient[row];
	}
	return out;
}

static int draw(struct gap *g, struct ev_engine *engine,
		struct ev_estimate *out, double level)
{
	const struct ev_cohort *c = engine->c;
	uint8_t *stratum = ev_calloc((size_t)c->patients + 1, 1);
	struct ev_boot_plan plan = {
		.patients = c->patients,
		.stratum = stratum,
		.replicates = engine->s->stats.replicates,
		.key = engine->key,
		.level = level,
		.jobs = engine->jobs,
		.statistics = 1
	};
	struct ev_estimate e;
	size_t i;
	int ret = 0;

	for (i = 0; i < c->n; i++)
		if (c->label[i])
			stratum[c->patient[i]] = 1;
	memset(&e, 0, sizeof(e));
	e.value = out->value;
	for (i = 0; i < g->n && ret == 0 && g->q->metric == EV_M_AUC &&
	     !ev_has_classes(engine); i++)
		ret = ev_work_places(&g->works[i], g->views[i], 0);
	if (plan.replicates && ret >= 0) {
		ret = ev_bootstrap(&e, NULL, &plan, statistic, g);
		e.n = out->n;
		*out = e;
	}
	free(stratum);
	return ret;
}

static int measure(struct gap *g, struct ev_engine *engine,
		   struct ev_gate_row *row, double level)
{
	struct ev_estimate *o = &row->observed;
	double value;
	int ret = span(&value, g, NULL);

	o->level = level;
	o->n = (double)g->n;
	o->flags = EV_STAT_NO_INTERVAL;
	if (ret < 0 || g->n < 2 || ret == 0) {
		o->flags |= EV_STAT_UNDEFINED;
		return ret < 0 ? ret : 0;
	}
	o->value = value;
	ret = draw(g, engine, o, level);
	return ret < 0 ? ret : 0;
}

static void open_member(struct gap *g, struct ev_engine *engine,
			struct ev_slice_result *r)
{
	struct ev_work *w = &g->works[g->n];
	bool scored = ev_needs_score(g->q->metric);

	ev_work_open(w, engine, r);
	g->units[g->n] = ev_share_units(w, g->q);
	if (g->units[g->n])
		g->views[g->n] = NULL;
	else if (ev_has_classes(engine))
		g->views[g->n] = ev_work_class_view(w);
	else
		g->views[g->n] = scored ? ev_work_scored(w) : ev_work_rank(w);
	g->patients[g->n] = patients_of(w, units_of(g, g->n),
					g->units[g->n] ||
					ev_has_classes(engine), scored);
	g->n++;
}

static void judge(struct ev_evaluation *e, struct ev_gate_row *row,
		  const struct gap *g, const struct ev_strs *small)
{
	size_t i;

	if (g->n < 2) {
		ev_row_state_limit(e, row);
		ev_row_insufficient(e, row, "%zu slice%s of '%s' can be "
				    "compared", g->n, g->n == 1 ? "" : "s",
				    row->slice_name);
	} else {
		ev_row_judge(e, row);
	}
	for (i = 0; i < small->n; i++)
		ev_row_weaken(e, row, "'%s' is below its minimum and left out",
			      small->items[i]);
	ev_left_judge(e, row, ev_su_family(e->suite, row->slice_name));
}

/* What one number of a member's rows, drawn again, is. */
bool ev_gap_is_possible(enum ev_metric m)
{
	switch (m) {
	case EV_M_CONFUSION:
	case EV_M_HOSMER_LEMESHOW:
	case EV_M_SPIEGELHALTER:
	case EV_M_WEAK_CALIBRATION:
	case EV_M_N:
	case EV_M_N_POSITIVES:
	case EV_M_N_NEGATIVES:
	case EV_M_N_PATIENTS:
	case EV_M_NEW_FN_RATE:
	case EV_M_NEW_FP_RATE:
	case EV_M_STUCK:
	case EV_M_PSI:
	case EV_M_KS:
		return false;
	default:
		return true;
	}
}

int ev_gap_measure(struct ev_engine *engine, struct ev_evaluation *e,
		   struct ev_gate_row *row)
{
	const struct ev_suite *s = e->suite;
	const struct ev_gate *gate = &s->gates[row->gate];
	struct gap g = { .q = &s->requests[gate->request] };
	struct ev_strs small = EV_STRS_INIT;
	struct ev_below below;
	size_t i;
	int ret;

	if (!ev_gap_is_possible(g.q->metric))
		return ev_fail(EV_EINVALID, "gate '%s': the largest difference "
			       "in '%s' is not supported", gate->id, g.q->key);
	g.works = ev_calloc(e->n_slices + 1, sizeof(*g.works));
	g.views = ev_calloc(e->n_slices + 1, sizeof(*g.views));
	g.patients = ev_calloc(e->n_slices + 1, sizeof(*g.patients));
	g.units = ev_calloc(e->n_slices + 1, sizeof(*g.units));
	for (i = 0; i < e->n_slices; i++) {
		struct ev_slice_result *r = &e->slices[i];

		if (strcmp(s->slices[r->family].name, row->slice_name))
			continue;
		if (ev_row_below(&below, e, row, r, -1))
			ev_strs_add(&small, r->name);
		else
			open_member(&g, engine, r);
	}
	ret = measure(&g, engine, row, ev_gate_level(s, row->tier));
	if (ret >= 0)
		judge(e, row, &g, &small);
	for (i = 0; i < g.n; i++) {
		ev_work_close(&g.works[i]);
		free(g.patients[i]);
		free(g.units[i]);
	}
	free(g.units);
	free(g.works);
	free(g.views);
	free(g.patients);
	ev_strs_release(&small);
	return ret;
}
