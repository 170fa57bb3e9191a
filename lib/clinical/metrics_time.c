#include "base/compat.h"
#include "clinical/timeline.h"

#include "base/error.h"
#include "base/mem.h"
#include "stats/rate.h"

#define DAY_MS 86400000.0

/* The rows of a slice as they follow each other. */
struct walk {
	struct ev_work *w;
	const struct ev_timeline *line;
	struct ev_cut cut;
	struct ev_cluster *units;	/* by cluster of the slice */
	int64_t x, n;
};

static size_t place(const struct walk *k, size_t row)
{
	return k->w->g->local[row];
}

static size_t unit_of(const struct walk *k, size_t row)
{
	size_t i = place(k, row);

	return k->w->cluster_of ? k->w->cluster_of[i] : i;
}

/* 1: called, 0: not, -1: has no part in it. */
static int call(const struct walk *k, size_t row)
{
	const struct ev_engine *g = k->w->g;

	return ev_call_by(g->rule, g->c->label[row],
			  ev_call_of(&k->cut, g->c->state[row],
				     g->c->score[row]));
}

/* Episodes ---------------------------------------------------------------- */

struct episode {
	bool met, found;
	int64_t from, to;
	size_t row;			/* one of it */
};

/* Those of one patient are done. */
static void settle(struct walk *k, struct episode *of, uint32_t *met,
		   size_t *n, int64_t least)
{
	size_t i;

	for (i = 0; i < *n; i++) {
		struct episode *e = &of[met[i]];

		if (e->to - e->from + k->line->step >= least) {
			struct ev_cluster *u = &k->units[unit_of(k, e->row)];

			u->n++;
			u->x += e->found;
			k->n++;
			k->x += e->found;
		}
		memset(e, 0, sizeof(*e));
	}
	*n = 0;
}

static void take(struct walk *k, struct episode *of, uint32_t *met, size_t *n,
		 size_t row)
{
	const struct ev_column *c = k->line->episode;
	struct episode *e = &of[c->code[row]];
	int is = call(k, row);

	if (is < 0)
		return;
	if (!e->met) {
		e->met = true;
		e->from = k->line->at[row];
		e->row = row;
		met[(*n)++] = c->code[row];
	}
	e->to = k->line->at[row];
	e->found |= is;
}

static void episodes(struct walk *k, double seconds)
{
	const struct ev_cohort *c = k->w->g->c;
	size_t words = k->line->episode->n_words, i, row, n = 0;
	struct episode *of = ev_calloc(words + 1, sizeof(*of));
	uint32_t *met = ev_malloc((words + 1) * sizeof(*met)), patient = 0;
	int64_t least = (int64_t)(seconds * 1000 + 0.5);

	for (i = 0; i < c->n; i++) {
		row = k->line->order[i];
		if (place(k, row) == EV_NOWHERE || c->label[row] != 1 ||
		    !k->line->episode->words[k->line->episode->code[row]][0])
			continue;
		if (n && c->patient[row] != patient)
			settle(k, of, met, &n, least);
		patient = c->patient[row];
		take(k, of, met, &n, row);
	}
	settle(k, of, met, &n, least);
	free(of);
	free(met);
}

static int by_episode(struct walk *k, const struct ev_task *t)
{
	int ret;

	/* a length is asked for, and how long a row is nobody says */
	if (t->q->argument > 0 && !k->line->step)
		return 1;
	episodes(k, t->q->argument);
	memset(t->m, 0, sizeof(*t->m));
	ret = ev_measure_proportion(k->w, t->m, k->x, k->n,
				    k->w->cluster_of ? k->units : NULL,
				    t->level);
	return ret < 0 ? ret : 1;
}

/* Alerts ------------------------------------------------------------------ */

struct alert {
	bool on, right;
	size_t last;			/* its last row */
};

static void end(struct walk *k, struct alert *a)
{
	if (a->on && !a->right) {
		k->units[unit_of(k, a->last)].x++;
		k->x++;
	}
	a->on = a->right = false;
}

/* Runs of rows that are called; a gap of half a row ends one. */
static void alerts(struct walk *k)
{
	const struct ev_cohort *c = k->w->g->c;
	const int64_t *at = k->line->at;
	struct alert a = { false, false, 0 };
	size_t i, row;
	int is;

	for (i = 0; i < c->n; i++) {
		row = k->line->order[i];
		if (place(k, row) == EV_NOWHERE)
			continue;
		is = call(k, row);
		if (is < 0)
			continue;
		k->units[unit_of(k, row)].n++;
		k->n++;
		if (!is || (a.on && (c->patient[row] != c->patient[a.last] ||
				     2 * (at[row] - at[a.last]) >
				     3 * k->line->step)))
			end(k, &a);
		if (!is)
			continue;
		a.on = true;
		a.right |= c->label[row] == 1;
		a.last = row;
	}
	end(k, &a);
}

static int by_day(struct walk *k, const struct ev_task *t)
{
	struct ev_rate r;
	int ret;

	if (!k->line->step)
		return 1;
	alerts(k);
	ret = ev_clustered_rate(&r, k->units, k->w->clusters,
				DAY_MS / (double)k->line->step, t->level);
	if (ret < 0)
		return ret;
	memset(t->m, 0, sizeof(*t->m));
	t->m->e = r.e;
	t->m->deff = r.deff;
	t->m->n_eff = r.n_eff;
	return 1;
}

/* Flips ------------------------------------------------------------------- */

static void flips(struct walk *k)
{
	const struct ev_cohort *c = k->w->g->c;
	const int64_t *at = k->line->at;
	size_t i, row, last = SIZE_MAX;
	int is, was = 0;

	for (i = 0; i < c->n; i++) {
		row = k->line->order[i];
		is = place(k, row) == EV_NOWHERE ? -1 : call(k, row);
		if (is < 0)
			continue;
		if (last != SIZE_MAX && c->patient[row] == c->patient[last] &&
		    c->label[row] == c->label[last] &&
		    2 * (at[row] - at[last]) <= 3 * k->line->step) {
			struct ev_cluster *u = &k->units[unit_of(k, row)];

			u->n++;
			u->x += is != was;
			k->n++;
			k->x += is != was;
		}
		last = row;
		was = is;
	}
}

static int by_flip(struct walk *k, const struct ev_task *t)
{
	int ret;

	if (!k->line->step)
		return 1;
	flips(k);
	memset(t->m, 0, sizeof(*t->m));
	ret = ev_measure_proportion(k->w, t->m, k->x, k->n,
				    k->w->cluster_of ? k->units : NULL,
				    t->level);
	return ret < 0 ? ret : 1;
}

int ev_measure_time(struct ev_work *w, const struct ev_task *t)
{
	struct walk k = { .w = w, .line = w->g->timeline };
	uint32_t *local = w->g->local;
	size_t i;
	int ret;

	if (!ev_is_in_time(t->q->metric))
		return EV_ENOTFOUND;
	k.cut = w->g->cuts[t->q->point];
	k.units = ev_calloc((size_t)w->clusters + 1, sizeof(*k.units));
	for (i = 0; i < w->n; i++)
		local[ev_work_row(w, i)] = (uint32_t)i;
	if (t->q->metric == EV_M_FALSE_ALERTS)
		ret = by_day(&k, t);
	else if (t->q->metric == EV_M_FLIP_RATE)
		ret = by_flip(&k, t);
	else
		ret = by_episode(&k, t);
	for (i = 0; i < w->n; i++)
		local[ev_work_row(w, i)] = EV_NOWHERE;
	free(k.units);
	return ret;
}
