#include "base/compat.h"
#include "clinical/division.h"

#include "base/error.h"
#include "base/mem.h"

/*
 * Most families divide patients: each has all rows in one slice, or none, and
 * numbers go by patient.  Where a patient has rows here and there, they go by
 * row.
 */
struct ev_division {
	const struct ev_slice_result *slices;
	size_t n;
	uint32_t *slice_of;		/* by patient; or by unit */
	uint32_t *unit;			/* by patient; or by row */
	uint32_t *patient;		/* by unit; or NULL */
	bool by_row;
	uint32_t *start;		/* [n + 1]: first unit of each */
	struct ev_auc_gram *area, *pair[2];
	uint32_t *order[3];		/* by slice, then by score */
	size_t *from;			/* [n + 1]: where each begins in it */
};

void ev_division_free(struct ev_division *d)
{
	int k;

	if (!d)
		return;
	ev_auc_groups_free(d->area, d->n);
	for (k = 0; k < 2; k++)
		if (d->pair[k] != d->area)
			ev_auc_groups_free(d->pair[k], d->n);
	for (k = 0; k < 3; k++)
		free(d->order[k]);
	free(d->unit);
	free(d->patient);
	free(d->start);
	free(d->slice_of);
	free(d->from);
	free(d);
}

static bool is_of(const struct ev_division *d,
		  const struct ev_slice_result *slice)
{
	uintptr_t at = (uintptr_t)slice, from = (uintptr_t)d->slices;

	return at >= from && at < (uintptr_t)(d->slices + d->n);
}

/* The slices of its family, which stand side by side; itself alone, if it is
 * none of the evaluation's. */
static void span(struct ev_division *d, const struct ev_engine *g,
		 const struct ev_slice_result *slice)
{
	const struct ev_division all = { .slices = g->e->slices,
					 .n = g->e->n_slices };
	const struct ev_slice_result *end = slice + 1;

	d->slices = slice;
	d->n = 1;
	if (!is_of(&all, slice) || !slice->rows)
		return;
	while (d->slices > all.slices &&
	       d->slices[-1].family == slice->family)
		d->slices--;
	while (end < all.slices + all.n && end->family == slice->family)
		end++;
	d->n = (size_t)(end - d->slices);
}

static uint32_t row_of(const struct ev_slice_result *r, size_t i)
{
	return r->rows ? r->rows[i] : (uint32_t)i;
}

/* The slice of each patient, d->n without one; false if there are several, or
 * some rows in none. */
static bool divides_patients(struct ev_division *d, const struct ev_cohort *c)
{
	uint32_t none = (uint32_t)d->n, *at;
	size_t s, i, in = 0, rows = 0;

	d->slice_of = ev_malloc(((size_t)c->patients + 1) *
				sizeof(*d->slice_of));
	for (i = 0; i <= c->patients; i++)
		d->slice_of[i] = none;
	for (s = 0; s < d->n; s++) {
		in += d->slices[s].n;
		for (i = 0; i < d->slices[s].n; i++) {
			at = &d->slice_of[c->patient[row_of(&d->slices[s],
							    i)]];
			if (*at != none && *at != s)
				return false;
			*at = (uint32_t)s;
		}
	}
	for (i = 0; i < c->n; i++)
		rows += d->slice_of[c->patient[i]] != none;
	return rows == in;
}

/* Patients of each slice, numbered as they come. */
static void number_patients(struct ev_division *d, const struct ev_cohort *c)
{
	uint32_t units = 0, *at, patient;
	size_t s, i;

	d->patient = ev_malloc(((size_t)c->patients + 1) *
			       sizeof(*d->patient));
	d->unit = ev_malloc(((size_t)c->patients + 1) * sizeof(*d->unit));
	memset(d->unit, 0xff, ((size_t)c->patients + 1) * sizeof(*d->unit));
	for (s = 0; s < d->n; s++) {
		d->start[s] = units;
		for (i = 0; i < d->slices[s].n; i++) {
			patient = c->patient[row_of(&d->slices[s], i)];
			at = &d->unit[patient];
			if (*at != EV_NOWHERE)
				continue;
			d->patient[units] = patient;
			*at = units++;
		}
	}
	d->start[d->n] = units;
}

/* The same, each patient anew in each slice. */
static void number_rows(struct ev_division *d, const struct ev_cohort *c)
{
	/* number + 1; of an earlier slice if not above its first */
	uint32_t *last = ev_calloc((size_t)c->patients + 1, sizeof(*last));
	uint32_t units = 0, *at, row;
	size_t s, i, room = 0, used = 0;

	d->by_row = true;
	d->unit = ev_malloc((c->n + 1) * sizeof(*d->unit));
	memset(d->unit, 0xff, (c->n + 1) * sizeof(*d->unit));
	free(d->slice_of);
	d->slice_of = NULL;
	for (s = 0; s < d->n; s++) {
		d->start[s] = units;
		for (i = 0; i < d->slices[s].n; i++) {
			row = row_of(&d->slices[s], i);
			at = &last[c->patient[row]];
			if (*at <= d->start[s]) {
				EV_GROW(d->slice_of, used, room);
				d->slice_of[used++] = (uint32_t)s;
				*at = ++units;
			}
			d->unit[row] = *at - 1;
		}
	}
	d->start[d->n] = units;
	free(last);
}

static struct ev_division *division(struct ev_engine *g,
				    const struct ev_slice_result *slice)
{
	struct ev_division *d = g->division;

	if (d && is_of(d, slice))
		return d;
	ev_division_free(d);
	d = g->division = ev_calloc(1, sizeof(*d));
	span(d, g, slice);
	d->start = ev_calloc(d->n + 1, sizeof(*d->start));
	if (!divides_patients(d, g->c))
		number_rows(d, g->c);
	else if (g->c->clustered)
		number_patients(d, g->c);
	return d;
}

uint32_t ev_division_units(uint32_t *unit, struct ev_engine *g,
			   const struct ev_slice_result *slice)
{
	struct ev_division *d = division(g, slice);
	size_t s = (size_t)(slice - d->slices), i;
	uint32_t row, first = d->start[s];

	for (i = 0; i < slice->n; i++) {
		row = row_of(slice, i);
		unit[i] = d->unit[d->by_row ? row : g->c->patient[row]] -
			first;
	}
	return d->start[s + 1] - first;
}

const uint32_t *ev_division_patients(struct ev_engine *g,
				     const struct ev_slice_result *slice)
{
	struct ev_division *d = division(g, slice);

	return d->patient ? d->patient + d->start[slice - d->slices] : NULL;
}

/* Areas -------------------------------------------------------------------- */

/* Places in the order of a marker: of patients, or the division's units. */
static uint32_t *places(const struct ev_division *d, const struct ev_engine *g,
			int marker, const struct ev_part *part)
{
	uint32_t *out = ev_malloc((g->c->n + 1) * sizeof(*out)), row, unit;
	const uint32_t *unit_of = d->by_row ? d->unit : g->c->patient;
	size_t i;

	for (i = 0; i < g->c->n; i++) {
		row = g->order[marker][i];
		unit = unit_of[row];
		out[i] = unit == EV_NOWHERE || !ev_takes_part(part, row) ?
			EV_AUC_NO_PLACE : 2 * unit + (g->c->label[row] == 1);
	}
	return out;
}

/* The same, kept for all divisions if they are of patients and all rows. */
static const uint32_t *kept_places(uint32_t **own, const struct ev_division *d,
				   struct ev_engine *g, int marker,
				   const struct ev_part *part)
{
	*own = NULL;
	if (d->by_row || part->state || part->paired)
		return *own = places(d, g, marker, part);
	if (!g->places[marker])
		g->places[marker] = places(d, g, marker, part);
	return g->places[marker];
}

static int measure(struct ev_auc_gram **out, const struct ev_division *d,
		   struct ev_engine *g, int against, int second)
{
	struct ev_auc_order orders[EV_AUC_MARKERS];
	uint32_t *own[EV_AUC_MARKERS];
	int marker[EV_AUC_MARKERS] = { 0, second }, k = second ? 2 : 1, i;
	struct ev_auc_rows r = {
		.n = g->c->n,
		.group = d->slice_of,
		.units = d->by_row ? d->start[d->n] : g->c->patients,
		.groups = d->n,
		.single = !g->c->clustered
	};
	struct ev_part part;
	int ret;

	ev_part_of(&part, g, against, false);
	for (i = 0; i < k; i++) {
		orders[i].place = kept_places(&own[i], d, g, marker[i], &part);
		orders[i].first = g->first[marker[i]];
	}
	ret = ev_auc_groups(out, orders, (size_t)k, &r);
	for (i = 0; i < k; i++)
		free(own[i]);
	return ret;
}

/* A reference that has all rows that take part has its pair with the area. */
static int whole_reference(const struct ev_engine *g)
{
	return g->same_rows[0] ? 0 : g->same_rows[1] ? 1 : -1;
}

int ev_division_area(const struct ev_auc_gram **out, struct ev_engine *g,
		     const struct ev_slice_result *slice, int against)
{
	struct ev_division *d = division(g, slice);
	int both = whole_reference(g), ret = 0;
	struct ev_auc_gram **at = against < 0 || against == both ? &d->area :
		&d->pair[against];

	if (!*at)
		ret = measure(at, d, g, at == &d->area ? -1 : against,
			      (at == &d->area ? both : against) + 1);
	*out = ret < 0 ? NULL :
		ev_auc_group(*at, (size_t)(slice - d->slices));
	return ret;
}

/* Orders ------------------------------------------------------------------- */

/* Which slice each row is in; EV_NOWHERE: none. */
static uint32_t *slice_of_rows(const struct ev_division *d, size_t rows)
{
	uint32_t *out = ev_malloc((rows + 1) * sizeof(*out));
	size_t s, i;

	memset(out, 0xff, (rows + 1) * sizeof(*out));
	for (s = 0; s < d->n; s++)
		for (i = 0; i < d->slices[s].n; i++)
			out[row_of(&d->slices[s], i)] = (uint32_t)s;
	return out;
}

static void divide_order(struct ev_division *d, const struct ev_engine *g,
			 int marker)
{
	uint32_t *slice = slice_of_rows(d, g->c->n), at;
	size_t *next = ev_malloc((d->n + 1) * sizeof(*next)), i;

	if (!d->from) {
		d->from = ev_calloc(d->n + 1, sizeof(*d->from));
		for (i = 0; i < d->n; i++)
			d->from[i + 1] = d->from[i] + d->slices[i].n;
	}
	memcpy(next, d->from, (d->n + 1) * sizeof(*next));
	d->order[marker] = ev_malloc((d->from[d->n] + 1) *
				     sizeof(*d->order[marker]));
	for (i = 0; i < g->c->n; i++) {
		at = slice[g->order[marker][i]];
		if (at != EV_NOWHERE)
			d->order[marker][next[at]++] = g->order[marker][i];
	}
	free(next);
	free(slice);
}

const uint32_t *ev_division_order(struct ev_engine *g,
				  const struct ev_slice_result *slice,
				  int marker)
{
	struct ev_division *d;

	if (!slice->rows)
		return g->order[marker];
	d = division(g, slice);
	if (!d->order[marker])
		divide_order(d, g, marker);
	return d->order[marker] + d->from[slice - d->slices];
}
