#include "base/compat.h"

#include "synth/guard_internal.h"

#include <math.h>

#include "base/mem.h"
#include "stats/dist.h"
#include "synth/angle.h"
#include "synth/draw_internal.h"

#define ALPHA 0.01
#define ROWS_MAX 100000u		/* that are ranked; more: every k-th */

struct ranked { double x; size_t i; };

static int by_value(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->x != y->x)
		return x->x < y->x ? -1 : 1;
	return x->i < y->i ? -1 : x->i > y->i;
}

/* Ranks from 0, twice their mean among ties: whole numbers, so that no sum
 * below depends on the order of rows. */
static void rank(double *out, const double *x, size_t n)
{
	struct ranked *r = ev_malloc((n + 1) * sizeof(*r));
	size_t i, k, end;

	for (i = 0; i < n; i++) {
		r[i].x = x[i];
		r[i].i = i;
	}
	qsort(r, n, sizeof(*r), by_value);
	for (i = 0; i < n; i = end) {
		for (end = i + 1; end < n && r[end].x == r[i].x; end++)
			;
		for (k = i; k < end; k++)
			out[r[k].i] = (double)(i + end - 1);
	}
	free(r);
}

static size_t thin(double *x, size_t n)
{
	size_t step = (n + ROWS_MAX - 1) / ROWS_MAX, i;

	for (i = 0; step > 1 && i * step < n; i++)
		x[i] = x[i * step];
	return step > 1 ? (n + step - 1) / step : n;
}

double ev_guard_spearman(double *x, double *y, size_t *rows)
{
	size_t n = *rows;
	double *a = ev_malloc((2 * n + 1) * sizeof(*a)), *b = a + n;
	double mean, xx = 0, yy = 0, xy = 0;
	size_t i;

	n = thin(x, *rows);
	thin(y, *rows);
	*rows = n;
	mean = (double)n - 1;
	rank(a, x, n);
	rank(b, y, n);
	for (i = 0; i < n; i++) {
		xx += (a[i] - mean) * (a[i] - mean);
		yy += (b[i] - mean) * (b[i] - mean);
		xy += (a[i] - mean) * (b[i] - mean);
	}
	free(a);
	return xx > 0 && yy > 0 ? xy / (sqrt(xx) * sqrt(yy)) : (double)NAN;
}

/* The rank correlation r of a latent one: 2 sin(pi r / 6). */
static double rank_of_latent(double latent)
{
	double low = -1, high = 1, middle;
	unsigned k;

	for (k = 0; k < 60; k++) {
		middle = (low + high) / 2;
		/* sin(pi x) = cos(pi (x - 1/2)) */
		if (2 * ev_cospi(middle / 6 - 0.5) < latent)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

/* What a scenario sets has no part in the copula that is declared. */
static bool is_set(const struct ev_check *c, size_t scenario, size_t variable)
{
	return ev_source_rule(c->s, scenario, variable) !=
		&c->p->variables[variable].rule;
}

struct worst {
	double difference;
	size_t rows;			/* the fewest of a pair */
	char *pair, *undefined;
	double slack;
};

static void one(struct worst *w, const struct ev_check *c, size_t i, size_t j)
{
	const struct ev_copula *u = &c->p->copula;
	size_t a = u->variable[i], b = u->variable[j], k, n = 0;
	const struct ev_guard_column *x = c->column[a], *y = c->column[b];
	double *v, r, d;
	size_t s;

	if (!x || !y)
		return;
	v = ev_malloc((2 * c->t->n + 1) * sizeof(*v));
	for (k = 0; k < c->t->n; k++) {
		s = c->scenario[k];
		if (s == SIZE_MAX || is_set(c, s, a) || is_set(c, s, b) ||
		    x->x[k] != x->x[k] || y->x[k] != y->x[k])
			continue;
		v[n] = x->x[k];
		v[c->t->n + n++] = y->x[k];
	}
	r = ev_guard_spearman(v, v + c->t->n, &n);
	free(v);
	if (r != r) {
		if (!w->undefined)
			w->undefined = ev_strdupf("%s~%s", x->name, y->name);
		return;
	}
	d = fabs(r - rank_of_latent(u->latent[i * u->n + j]));
	w->rows = n < w->rows ? n : w->rows;
	w->slack = fmax(w->slack, fmax(ev_check_slack(c, a, false),
				       ev_check_slack(c, b, false)));
	if (d > w->difference || !w->pair) {
		free(w->pair);
		w->pair = ev_strdupf("%s~%s", x->name, y->name);
		w->difference = d;
	}
}

int ev_check_correlation(struct ev_check *c)
{
	struct ev_guard_limit l = ev_guard_limit(c->p, EV_G_CORRELATION);
	struct worst w = { 0, SIZE_MAX, NULL, NULL, 0 };
	size_t n = c->p->copula.n, i, j;
	double chance;
	struct ev_guard *x;

	if (n < 2)
		return 0;
	for (i = 0; i < n; i++)
		for (j = 0; j < i; j++)
			one(&w, c, i, j);
	x = ev_guard_add(c->out, "correlation");
	if (w.pair) {
		/* the spread of a rank correlation near 0 */
		chance = w.rows > 1 ? ev_normal_z(1 - ALPHA * 2 / ((double)n *
				      (double)(n - 1))) /
			sqrt((double)w.rows - 1) : 1;
		ev_guard_says(x, "greatest distance of a rank correlation from "
			      "the declared one, of %s%s", w.pair, chance >
			      l.pass ? "; the limit is what chance does in so "
			      "few rows" : "");
		ev_guard_at_most(x, w.difference, fmax(l.pass, chance) +
				 w.slack, fmax(l.review, chance) + w.slack);
	}
	if (w.undefined && (!w.pair || x->outcome == EV_OUT_PASS))
		ev_guard_undefined(x, "no rank correlation of %s: it is "
				   "constant, or no row has both", w.undefined);
	else if (!w.pair)
		ev_guard_not_applicable(x, "all correlated variables are "
					"hidden");
	free(w.pair);
	free(w.undefined);
	return 0;
}
