#include "base/compat.h"
#include "clinical/classes.h"

#include "base/error.h"
#include "base/mem.h"
#include "clinical/division.h"
#include "clinical/patients.h"

/* Patients of the slice, numbered as they come. */
static void number_clusters(struct ev_work *w)
{
	const uint32_t *patient;

	if (!w->rows) {
		w->cluster_of = w->g->c->patient;
		w->clusters = w->g->c->patients;
		w->whole = true;
		return;
	}
	w->cluster = ev_malloc((w->n ? w->n : 1) * sizeof(*w->cluster));
	w->cluster_of = w->cluster;
	w->clusters = ev_division_units(w->cluster, w->g, w->slice);
	patient = ev_division_patients(w->g, w->slice);
	if (!patient)
		return;
	w->whole = true;
	w->patient = ev_malloc(((size_t)w->clusters + 1) *
			       sizeof(*w->patient));
	memcpy(w->patient, patient, w->clusters * sizeof(*w->patient));
}

/* The same of the patients' as of their rows. */
static void add_patients(struct ev_cells *c, struct ev_work *w, size_t point)
{
	const struct ev_cells *of = ev_patients_cells(w->g, point), *at;
	size_t i;
	int call;

	for (i = 0; i < w->clusters; i++) {
		at = &of[ev_work_patient(w, i)];
		for (call = 0; call < 3; call++) {
			c->n[0][call] += at->n[0][call];
			c->n[1][call] += at->n[1][call];
		}
	}
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

		if (w->whole)
			add_patients(c, w, p);
		for (i = 0; i < w->n && !w->whole; i++) {
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
	free(w->patient);
	ev_class_rows_free(w->classes);
	ev_patient_sums_free(w->sums);
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
	const struct ev_cells *of = NULL;
	struct ev_cells *c;
	size_t i, row;

	if (w->whole)
		of = ev_patients_cells(w->g, point);
	if (w->whole && !w->patient)
		return of;

	if (w->unit_cells[point])
		return w->unit_cells[point];
	c = w->unit_cells[point] = ev_calloc((size_t)w->clusters + 1,
					     sizeof(*c));
	for (i = 0; of && i < w->clusters; i++)
		c[i] = of[ev_work_patient(w, i)];
	for (i = 0; !of && i < w->n; i++) {
		row = ev_work_row(w, i);
		c[w->cluster_of ? w->cluster_of[i] : i]
			.n[g->c->label[row]]
			[ev_call_of(&cut, g->c->state[row],
				    g->c->score[row])]++;
	}
	return c;
}

/* All of the cohort, as it stands. */
static void alias(struct ev_view *v, const struct ev_work *w)
{
	const struct ev_engine *g = w->g;

	v->truth = g->c->label;
	v->cluster = w->cluster_of;
	v->score[0] = g->score[0];
	v->order[0] = g->order[0];
	if (v->marker) {
		v->score[1] = g->score[v->marker];
		v->order[1] = g->order[v->marker];
	}
}

static double *doubles(struct ev_view *v, int owned, const double *of,
		       size_t room)
{
	return of ? v->owned[owned] = ev_malloc(room * sizeof(double)) : NULL;
}

/* Rows that take part, in the order of the slice. */
static void gather(struct ev_view *v, const struct ev_work *w)
{
	const struct ev_engine *g = w->g;
	const double *other = v->marker ? g->score[v->marker] : NULL;
	size_t i, row, k = 0, room = v->n ? v->n : 1;
	double *score, *second;
	uint32_t *cluster = NULL;
	uint8_t *truth;

	v->owned[0] = truth = ev_malloc(room);
	score = doubles(v, 1, g->score[0], room);
	second = doubles(v, 2, other, room);
	if (w->cluster_of)
		v->owned[3] = cluster = ev_malloc(room * sizeof(*cluster));
	for (i = 0; i < w->n; i++) {
		row = ev_work_row(w, i);
		if (!ev_takes_part(&v->part, row))
			continue;
		truth[k] = g->c->label[row];
		score[k] = g->score[0][row];
		if (cluster)
			cluster[k] = w->cluster_of[i];
		if (second)
			second[k] = other[row];
		k++;
	}
	v->truth = truth;
	v->cluster = cluster;
	v->score[0] = score;
	v->score[1] = second;
}

static void make(struct ev_view *v, struct ev_work *w, int against,
		 bool scored)
{
	size_t i, n = 0;

	ev_part_of(&v->part, w->g, against, scored);
	v->marker = against + 1;
	if (!v->part.state && !v->part.paired)
		n = w->n;
	for (i = 0; i < w->n && n < w->n; i++)
		n += ev_takes_part(&v->part, ev_work_row(w, i));
	v->n = n;
	v->clusters = w->cluster_of ? w->clusters : (uint32_t)n;
	if (n == w->g->c->n)
		alias(v, w);
	else
		gather(v, w);
	for (i = 0; i < v->n; i++)
		v->positives += v->truth[i];
	v->made = true;
}

static struct ev_view *own_view(struct ev_work *w, const struct ev_view *v)
{
	struct ev_view *own[] = { &w->rank, &w->scored, &w->pair[0],
				  &w->pair[1], &w->pair_scored[0],
				  &w->pair_scored[1] };
	size_t i;

	for (i = 0; i + 1 < EV_ARRAY_SIZE(own) && own[i] != v; i++)
		;
	return own[i];
}

const uint32_t *ev_work_order(struct ev_work *w, const struct ev_view *v,
			      int marker)
{
	struct ev_engine *g = w->g;
	const uint32_t *by_score;
	struct ev_view *own;
	uint32_t *local, *out, at;
	size_t i, k = 0;

	if (v->order[marker])
		return v->order[marker];
	own = own_view(w, v);
	local = ev_engine_local(g);
	by_score = ev_division_order(g, w->slice, marker ? v->marker : 0);
	out = ev_malloc((v->n ? v->n : 1) * sizeof(*out));
	for (i = 0; i < w->n; i++) {
		size_t row = ev_work_row(w, i);

		if (ev_takes_part(&v->part, row))
			local[row] = (uint32_t)k++;
	}
	for (i = 0, k = 0; i < w->n; i++) {
		at = local[by_score[i]];
		if (at != EV_NOWHERE)
			out[k++] = at;
	}
	for (i = 0; i < w->n; i++)
		local[ev_work_row(w, i)] = EV_NOWHERE;
	own->owned[4 + marker] = out;
	own->order[marker] = out;
	return out;
}

int ev_work_places(struct ev_work *w, const struct ev_view *v, int marker)
{
	struct ev_marker m = { v->score[marker], ev_work_order(w, v, marker) };
	struct ev_cases c = { v->truth, v->cluster, v->clusters, v->n };
	struct ev_view *own = own_view(w, v);
	uint32_t *place;
	uint64_t *first;
	int ret;

	if (v->places[marker].place)
		return 0;
	ret = ev_marker_places(&place, &first, &m, &c);
	own->owned[6 + 2 * marker] = place;
	own->owned[7 + 2 * marker] = first;
	if (ret < 0)
		return ret;
	own->places[marker].place = place;
	own->places[marker].first = first;
	return 0;
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
