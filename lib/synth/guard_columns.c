#include "base/compat.h"

#include "synth/guard_internal.h"

#include <math.h>

#include "base/mem.h"

static int by_text(const void *a, const void *b)
{
	return strcmp(**(char **const *)a, **(char **const *)b);
}

size_t *ev_guard_codes(size_t *all, const struct ev_guard_column *a,
		       const struct ev_guard_column *b)
{
	size_t *code = ev_calloc(b->levels.n + 1, sizeof(*code)), i;
	char ***sorted = ev_calloc(a->levels.n + 1, sizeof(*sorted)), **key;
	char ***found;

	for (i = 0; i < a->levels.n; i++)
		sorted[i] = &a->levels.items[i];
	if (a->levels.n)
		qsort(sorted, a->levels.n, sizeof(*sorted), by_text);
	*all = a->levels.n;
	for (i = 0; i < b->levels.n; i++) {
		key = &b->levels.items[i];
		found = a->levels.n ? bsearch(&key, sorted, a->levels.n,
					      sizeof(*sorted), by_text) : NULL;
		code[i] = found ? (size_t)(*found - a->levels.items) :
			(*all)++;
	}
	free(sorted);
	return code;
}

/* Columns of the program's own, and what looks like a number of a person. */
static bool is_apart(const struct ev_guard_column *c, size_t n)
{
	static const char *const names[] = {
		"patient_id", "scenario", "windows", "dropout", "start_s",
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(names); i++)
		if (!strcmp(c->name, names[i]))
			return true;
	return c->variable < 0 && !c->numeric && n > 1 &&
		c->levels.n == n - c->missing && c->levels.n > 20;
}

struct ev_guard_pair *ev_guard_pairs(size_t *n, const struct ev_guard_table *a,
				     const struct ev_guard_table *b,
				     const struct ev_strs *without)
{
	struct ev_guard_pair *out = ev_calloc(a->n_columns + 1, sizeof(*out));
	const struct ev_guard_column *x, *y;
	size_t i;

	*n = 0;
	for (i = 0; i < a->n_columns; i++) {
		x = &a->columns[i];
		y = ev_guard_column(b, x->name);
		if (!y || is_apart(x, a->n) || is_apart(y, b->n) ||
		    (without && ev_strs_has(without, x->name)))
			continue;
		/* without a value there is no telling what a column holds */
		if (x->numeric != y->numeric && x->missing < a->n &&
		    y->missing < b->n)
			continue;
		out[*n].a = x;
		out[(*n)++].b = y;
	}
	return out;
}

size_t *ev_guard_scenarios(const struct ev_guard_table *t,
			   const struct ev_pack *p)
{
	const struct ev_guard_column *c = ev_guard_column(t, "scenario");
	size_t *out = ev_calloc(t->n + 1, sizeof(*out)), *code, i, k;

	for (i = 0; i < t->n; i++)
		out[i] = SIZE_MAX;
	if (!c || c->numeric)
		return out;
	code = ev_calloc(c->levels.n + 1, sizeof(*code));
	for (k = 0; k < c->levels.n; k++) {
		code[k] = SIZE_MAX;
		for (i = 0; i < p->n_scenarios; i++)
			if (!strcmp(p->scenarios[i].id, c->levels.items[k]))
				code[k] = i;
	}
	for (i = 0; i < t->n; i++)
		if (c->x[i] == c->x[i])
			out[i] = code[(size_t)c->x[i]];
	free(code);
	return out;
}

size_t *ev_guard_patients(const struct ev_check *c,
			  const struct ev_guard_table *t)
{
	const struct ev_guard_column *own = ev_guard_column(c->t,
							    "patient_id");
	const struct ev_guard_column *id = ev_guard_column(t, "patient_id");
	size_t *out = ev_malloc((t->n + 1) * sizeof(*out)), i, all = 0;
	size_t *row, *code;

	for (i = 0; i < t->n; i++)
		out[i] = SIZE_MAX;
	if (!own || !id || own->numeric || id->numeric)
		return out;
	code = ev_guard_codes(&all, own, id);
	row = ev_malloc((all + 1) * sizeof(*row));
	for (i = 0; i < all; i++)
		row[i] = SIZE_MAX;
	for (i = 0; i < c->t->n; i++)
		if (own->x[i] == own->x[i])
			row[(size_t)own->x[i]] = i;
	for (i = 0; i < t->n; i++)
		if (id->x[i] == id->x[i])
			out[i] = row[code[(size_t)id->x[i]]];
	free(code);
	free(row);
	return out;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

double *ev_guard_sorted(size_t *n, const struct ev_guard_column *c)
{
	double *out = ev_malloc((*n + 1) * sizeof(*out));
	size_t rows = *n, i;

	*n = 0;
	for (i = 0; i < rows; i++)
		if (c->x[i] == c->x[i])
			out[(*n)++] = c->x[i];
	qsort(out, *n, sizeof(*out), by_size);
	return out;
}
