#include "base/compat.h"
#include "clinical/classes.h"

#include "base/error.h"
#include "base/mem.h"

/* Patients of the slice, numbered as they come. */
static void number_clusters(struct ev_work *w)
{
	const uint32_t *patient = w->g->c->patient;
	uint32_t *unit = w->g->unit;
	size_t i;

	if (!w->rows) {
		w->cluster_of = patient;
		w->clusters = w->g->c->patients;
		return;
	}
	w->cluster = ev_malloc((w->n ? w->n : 1) * sizeof(*w->cluster));
	w->cluster_of = w->cluster;
	for (i = 0; i < w->n; i++) {
		uint32_t *at = &unit[patient[w->rows[i]]];

		if (*at == EV_NOWHERE)
			*at = w->clusters++;
		w->cluster[i] = *at;
	}
	for (i = 0; i < w->n; i++)
		unit[patient[w->rows[i]]] = EV_NOWHERE;
}

static void count_cells(struct ev_work *w)
{
	const struct ev_engine *g = w->g;
	size_t i, row, p, points = g->s->n_points;

	if (ev_has_classes(g))
		return;
	w->cells = ev_calloc(points + 1, sizeof(*w->cells));
	w->unit_cells = ev_calloc(points + 1, sizeof(*w->unit_cells));
	for (p = 0; p < points; p++) {
		struct ev_cells *c = &w->cells[p];
		const struct ev_cut cut = g->cuts[p];

		for (i = 0; i < w->n; i++) {
			row = ev_work_row(w, i);
			c->n[g->c->label[row]]
			    [ev_call_of(&cut, g->c->state[row],
					g->c->score[row])]++;
		}
	}
}

int ev_work_open(struct ev_work *w, struct ev_engine *g,
		 struct ev_slice_result *slice)
{
	memset(w, 0, sizeof(*w));
	w->g = g;
	w->slice = slice;
	w->rows = slice->rows;
	w->n = slice->n;
	if (g->c->clustered)
		number_clusters(w);
	else
		w->clusters = (uint32_t)w->n;
	count_cells(w);
	return 0;
}

static void release_view(struct ev_view *v)
{
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(v->owned); i++)
		free(v->owned[i]);
}

void ev_work_close(struct ev_work *w)
{
	size_t p;
	int k;

	for (p = 0; w->unit_cells && p < w->g->s->n_points; p++)
		free(w->unit_cells[p]);
	free(w->unit_cells);
	free(w->cells);
	free(w->cluster);
	ev_class_rows_free(w->classes);
	release_view(&w->rank);
	release_view(&w->scored);
	for (k = 0; k < 2; k++) {
		release_view(&w->pair[k]);
		release_view(&w->pair_scored[k]);
	}
}

const struct ev_cells *ev_work_units(struct ev_work *w, size_t point)
{
	const struct ev_engine *g = w->g;
	const struct ev_cut cut = g->cuts[point];
	struct ev_cells *c;
	size_t i, row;

	if (w->unit_cells[point])
		return w->unit_cells[point];
	c = w->unit_cells[point] = ev_calloc((size_t)w->clusters + 1,
					     sizeof(*c));
	for (i = 0; i < w->n; i++) {
		row = ev_work_row(w, i);
		c[w->cluster_of ? w->cluster_of[i] : i]
			.n[g->c->label[row]]
			[ev_call_of(&cut, g->c->state[row],
				    g->c->score[row])]++;
	}
	return c;
}

/* Which rows take part in a view. */
struct part {
	const uint8_t *state, *other, *paired;	/* NULL: any */
};

static bool takes_part(const struct part *p, size_t row)
{
	return (!p->paired || p->paired[row]) &&
		(!p->state || p->state[row] == EV_ROW_SCORED) &&
		(!p->other || p->other[row] == EV_ROW_SCORED);
}

/* A marker's order over the cohort, kept to the rows that have a place. */
static uint32_t *filter(const struct ev_engine *g, int marker, size_t n)
{
	uint32_t *out = ev_malloc((n ? n : 1) * sizeof(*out));
	const uint32_t *order = g->order[marker];
	size_t i, k = 0;

	for (i = 0; i < g->c->n; i++) {
		uint32_t at = g->local[order[i]];

		/* no branch: half of a slice's are mispredicted */
		if (k < n)
			out[k] = at;
		k += at != EV_NOWHERE;
	}
	return out;
}

/* Without a place for each row: all of the cohort, as it stands. */
static void alias(struct ev_view *v, const struct ev_work *w, int marker)
{
	const struct ev_engine *g = w->g;

	v->n = g->c->n;
	v->truth = g->c->label;
	v->cluster = w->cluster_of;
	v->score[0] = g->score[0];
	v->order[0] = g->order[0];
	if (marker) {
		v->score[1] = g->score[marker];
		v->order[1] = g->order[marker];
	}
}

/* Rows with a place, in the order of the slice; `places` has their rows. */
static void gather(struct ev_view *v, struct ev_work *w, int marker,
		   const struct part *part, size_t n)
{
	const struct ev_engine *g = w->g;
	double *score[2] = { NULL, NULL };
	uint32_t *cluster = NULL;
	uint8_t *truth;
	size_t i, row, k = 0, room = n ? n : 1;

	v->n = n;
	v->owned[0] = truth = ev_malloc(room);
	v->owned[1] = score[0] = ev_malloc(room * sizeof(double));
	if (w->cluster_of)
		v->owned[2] = cluster = ev_malloc(room * sizeof(*cluster));
	if (marker)
		v->owned[3] = score[1] = ev_malloc(room * sizeof(double));
	for (i = 0; i < w->n; i++) {
		row = ev_work_row(w, i);
		if (!takes_part(part, row))
			continue;
		truth[k] = g->c->label[row];
		score[0][k] = g->score[0][row];
		if (cluster)
			cluster[k] = w->cluster_of[i];
		if (marker)
			score[1][k] = g->score[marker][row];
		g->local[row] = (uint32_t)k++;
	}
	v->owned[4] = filter(g, 0, n);
	if (marker)
		v->owned[5] = filter(g, marker, n);
	for (i = 0; i < w->n; i++)
		g->local[ev_work_row(w, i)] = EV_NOWHERE;
	v->truth = truth;
	v->cluster = cluster;
	v->score[0] = score[0];
	v->score[1] = score[1];
	v->order[0] = v->owned[4];
	v->order[1] = v->owned[5];
}

static void count_positives(struct ev_view *v)
{
	size_t i;

	for (i = 0; i < v->n; i++)
		v->positives += v->truth[i];
}

static void make(struct ev_view *v, struct ev_work *w, int against,
		 bool scored)
{
	const struct ev_engine *g = w->g;
	struct part part = { NULL, NULL, NULL };
	size_t i, n = 0;

	if (scored || g->drops)
		part.state = g->c->state;
	if (against >= 0) {
		part.paired = g->ref[against]->paired;
		if (part.state)
			part.other = g->ref[against]->state;
	}
	for (i = 0; i < w->n; i++)
		n += takes_part(&part, ev_work_row(w, i));
	v->clusters = w->cluster_of ? w->clusters : (uint32_t)n;
	if (n == g->c->n)
		alias(v, w, against + 1);
	else
		gather(v, w, against + 1, &part, n);
	count_positives(v);
	v->made = true;
}

const struct ev_view *ev_work_rank(struct ev_work *w)
{
	if (!w->rank.made)
		make(&w->rank, w, -1, false);
	return &w->rank;
}

const struct ev_view *ev_work_scored(struct ev_work *w)
{
	const struct ev_view *rank = ev_work_rank(w);

	/* ranks that leave nobody out, or all without a score */
	if (w->g->drops || w->slice->no_score + w->slice->abstained == 0)
		return rank;
	if (!w->scored.made)
		make(&w->scored, w, -1, true);
	return &w->scored;
}

const struct ev_view *ev_work_pair(struct ev_work *w, int against)
{
	if (!w->pair[against].made)
		make(&w->pair[against], w, against, false);
	return &w->pair[against];
}

const struct ev_view *ev_work_pair_scored(struct ev_work *w, int against)
{
	if (w->g->drops)
		return ev_work_pair(w, against);
	if (!w->pair_scored[against].made)
		make(&w->pair_scored[against], w, against, true);
	return &w->pair_scored[against];
}
