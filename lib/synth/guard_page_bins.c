#include "base/compat.h"

#include "synth/guard_page.h"

#include <math.h>

#include "base/mem.h"
#include "synth/guard_spec.h"

#define ROWS_MAX 2000u			/* of which each has its own law */

static double step_of(const struct ev_variable *v)
{
	double scale = 1;
	unsigned k;

	for (k = 0; v->type == EV_V_DECIMAL && k < v->places; k++)
		scale *= 10;
	return 1 / scale;
}

/* Edges are numbers that can be written, so that none is in two bins. */
static void edges(struct ev_page_bins *out, double low, double high,
		  double step)
{
	double units = floor((high - low) / step + 0.5) + 1;
	double wide = ceil(units / EV_PAGE_BINS);
	size_t i;

	out->n = (size_t)ceil(units / wide);
	for (i = 0; i <= out->n; i++)
		out->edge[i] = floor(low / step + 0.5) * step +
			(double)i * wide * step;
}

/* P(X < edge) of all: by scenario, or as the mean of some rows. */
static bool below(double *out, const struct ev_page_bins *b,
		  const struct ev_check *c, size_t variable, bool exact)
{
	double *values = ev_malloc((c->p->n_variables + 1) * sizeof(*values));
	size_t n = exact ? c->p->n_scenarios : c->t->n, step, i, k;
	double at[2], w, sum = 0;

	step = exact || n <= ROWS_MAX ? 1 : (n + ROWS_MAX - 1) / ROWS_MAX;
	memset(out, 0, (b->n + 1) * sizeof(*out));
	for (i = 0; i < n; i += step) {
		w = exact ? (double)c->s->counts[i] : 1;
		if (!(w > 0) || (!exact && c->scenario[i] == SIZE_MAX))
			continue;
		if (!exact)
			ev_check_row(values, c, i);
		ev_law_at(at, c->s, exact ? i : c->scenario[i], variable,
			  exact ? NULL : values, b->edge[0]);
		if (at[0] != at[0])
			continue;
		for (k = 0; k <= b->n; k++) {
			ev_law_at(at, c->s, exact ? i : c->scenario[i],
				  variable, exact ? NULL : values,
				  b->edge[k]);
			out[k] += w * at[0];
		}
		sum += w;
	}
	free(values);
	for (k = 0; k <= b->n && sum > 0; k++)
		out[k] /= sum;
	return sum > 0;
}

bool ev_page_bin(struct ev_page_bins *out, const struct ev_check *c,
		 size_t variable)
{
	const struct ev_guard_column *col = c->column[variable];
	uint8_t *needs = ev_calloc(c->p->n_variables + 1, 1);
	double share[EV_PAGE_BINS + 1], width;
	bool exact, good;
	size_t i, k;

	memset(out, 0, sizeof(*out));
	good = col && !ev_spec_why_not(&exact, c, variable, needs) &&
		col->low <= col->high;
	free(needs);
	if (!good)
		return false;
	edges(out, col->low, col->high, step_of(&c->p->variables[variable]));
	if (!below(share, out, c, variable, exact))
		return false;
	width = out->edge[1] - out->edge[0];
	for (i = 0; i < c->t->n; i++) {
		if (col->x[i] != col->x[i])
			continue;
		k = (size_t)floor((col->x[i] - out->edge[0]) / width + 1e-9);
		out->seen[k < out->n ? k : out->n - 1]++;
		out->rows++;
	}
	for (k = 0; k < out->n; k++)
		out->declared[k] = (uint64_t)floor((share[k + 1] - share[k]) *
						   (double)out->rows + 0.5);
	return true;
}

bool ev_page_shares(double *seen, double *declared, size_t *rows,
		    const struct ev_check *c, size_t variable)
{
	const struct ev_guard_column *col = c->column[variable];
	size_t levels = c->p->variables[variable].levels.n, i, k, n, told = 0;
	double *values = ev_malloc((c->p->n_variables + 1) * sizeof(*values));
	double *p = ev_calloc(levels + 2, sizeof(*p)), w, sum = 0;
	uint8_t *needs = ev_calloc(c->p->n_variables + 1, 1);
	bool exact = true, good;

	good = col && !ev_spec_why_not(&exact, c, variable, needs);
	n = !good ? 0 : exact ? c->p->n_scenarios : c->t->n;
	memset(seen, 0, (levels + 1) * sizeof(*seen));
	memset(declared, 0, (levels + 1) * sizeof(*declared));
	for (i = 0; i < n; i++) {
		w = exact ? (double)c->s->counts[i] : 1;
		if (!exact)
			ev_check_row(values, c, i);
		if (!(w > 0) || (!exact && c->scenario[i] == SIZE_MAX) ||
		    !ev_law_levels(p, c->s, exact ? i : c->scenario[i],
				   variable, exact ? NULL : values))
			continue;
		for (k = 0; k < levels; k++)
			declared[k] += w * p[k];
		sum += w;
	}
	for (i = 0; good && i < c->t->n; i++)
		if (col->x[i] == col->x[i] && col->x[i] < (double)levels) {
			seen[(size_t)col->x[i]]++;
			told++;
		}
	for (k = 0; k < levels && sum > 0; k++)
		declared[k] /= sum;
	*rows = told;
	free(values);
	free(p);
	free(needs);
	return good && sum > 0 && told;
}
