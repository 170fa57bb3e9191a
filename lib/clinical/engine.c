#include "base/compat.h"
#include "clinical/timeline.h"

#include <math.h>
#include "base/error.h"
#include "base/mem.h"
#include "clinical/division.h"
#include "clinical/patients.h"
#include "stats/philox.h"

struct ev_cut ev_cut_of(const struct ev_decimal *d)
{
	return (struct ev_cut){ .t = d->value };
}

static bool drops(enum ev_missing_rule rule)
{
	return rule == EV_MISSING_COMPLETE_CASE || rule == EV_MISSING_FAIL;
}

/* Missing scores at the end that the rule sends them to; the scores as they
 * are where none is missing, or where those rows are left out. */
static const double *place(double **owned, const struct ev_engine *g,
			   const double *score, const uint8_t *state)
{
	size_t i, n = g->c->n;
	double *out;

	for (i = 0; i < n && state[i] == EV_ROW_SCORED; i++)
		;
	if (i == n || g->drops)
		return score;
	out = *owned = ev_malloc(n * sizeof(*out));
	for (i = 0; i < n; i++) {
		out[i] = score[i];
		if (state[i] != EV_ROW_SCORED)
			out[i] = ev_call_by(g->rule, g->c->label[i],
					    EV_CALL_MISSING) ?
				(double)INFINITY : (double)-INFINITY;
	}
	return out;
}

static int sort_marker(struct ev_engine *g, int marker, const double *score,
		       const uint8_t *state)
{
	g->score[marker] = place(&g->owned[marker], g, score, state);
	g->order[marker] = ev_malloc((g->c->n + 1) *
				     sizeof(*g->order[marker]));
	g->first[marker] = ev_malloc((g->c->n / 64 + 1) *
				     sizeof(*g->first[marker]));
	return ev_marker_sort(g->order[marker], g->first[marker],
			      g->score[marker], g->c->n);
}

void ev_part_of(struct ev_part *p, const struct ev_engine *g, int against,
		bool scored)
{
	memset(p, 0, sizeof(*p));
	if (scored || g->drops)
		p->state = g->c->state;
	if (against < 0)
		return;
	p->paired = g->ref[against]->paired;
	if (p->state)
		p->other = g->ref[against]->state;
}

/* Does each row that takes part do so beside a reference, too? */
static bool has_same_rows(const struct ev_engine *g, int against)
{
	struct ev_part one, both;
	size_t i;

	ev_part_of(&one, g, -1, false);
	ev_part_of(&both, g, against, false);
	for (i = 0; i < g->c->n; i++)
		if (ev_takes_part(&one, i) != ev_takes_part(&both, i))
			return false;
	return true;
}

uint32_t *ev_engine_local(struct ev_engine *g)
{
	if (!g->local) {
		g->local = ev_malloc((g->c->n + 1) * sizeof(*g->local));
		memset(g->local, 0xff, (g->c->n + 1) * sizeof(*g->local));
	}
	return g->local;
}

int ev_measuring_open(struct ev_engine *g, const struct ev_evaluation *e,
		   const struct ev_evaluate_options *o)
{
	size_t i;
	int ret, k;

	memset(g, 0, sizeof(*g));
	g->e = e;
	g->s = e->suite;
	g->c = e->cohort;
	g->jobs = o && o->jobs ? o->jobs : 1;
	g->rule = g->s->dataset.missing;
	g->drops = drops(g->rule);
	g->cuts = ev_calloc(g->s->n_points + 1, sizeof(*g->cuts));
	for (i = 0; i < g->s->n_points; i++)
		g->cuts[i] = ev_cut_of(&g->s->points[i].threshold);
	ret = ev_stream_key(&g->key, g->s->digest, g->s->stats.seed);
	if (ret == 0 && !ev_has_classes(g))
		ret = sort_marker(g, 0, g->c->score, g->c->state);
	if (ret == 0)
		ret = ev_timeline_make(g);
	if (g->timeline)
		ev_engine_local(g);
	for (k = 0; k < 2 && ret == 0; k++) {
		g->ref[k] = e->reference[k];
		if (!g->ref[k] || ev_has_classes(g))
			continue;
		ret = sort_marker(g, k + 1, g->ref[k]->score,
				  g->ref[k]->state);
		g->same_rows[k] = has_same_rows(g, k);
	}
	return ret;
}

void ev_engine_forget(struct ev_engine *g)
{
	int k;

	for (k = 0; k < 3; k++) {
		free(g->places[k]);
		g->places[k] = NULL;
	}
	ev_patients_free(g->patients, g->s->n_points);
	g->patients = NULL;
	ev_division_free(g->division);
	g->division = NULL;
}

void ev_measuring_close(struct ev_engine *g)
{
	int k;

	ev_engine_forget(g);
	for (k = 0; k < 3; k++) {
		free(g->owned[k]);
		free(g->order[k]);
		free(g->first[k]);
	}
	ev_timeline_free(g->timeline);
	free(g->local);
	free(g->cuts);
}

void ev_cells_table(struct ev_table *t, const struct ev_cells *c,
		    enum ev_missing_rule rule)
{
	int64_t out[2][2];
	int truth, by;

	for (truth = 0; truth < 2; truth++) {
		out[truth][0] = c->n[truth][EV_CALL_NEGATIVE];
		out[truth][1] = c->n[truth][EV_CALL_POSITIVE];
		by = ev_call_by(rule, truth, EV_CALL_MISSING);
		if (by >= 0)
			out[truth][by] += c->n[truth][EV_CALL_MISSING];
	}
	t->tn = out[0][0];
	t->fp = out[0][1];
	t->fn = out[1][0];
	t->tp = out[1][1];
}
