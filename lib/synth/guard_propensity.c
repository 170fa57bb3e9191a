#include "base/compat.h"

#include "synth/guard_logistic.h"

#include <math.h>

#include "base/mem.h"
#include "stats/dist.h"
#include "stats/roc.h"

#define ROWS_MAX 20000u			/* of each table; more: every k-th */
#define LEVELS_MAX 40u			/* of a column; the others are one */
#define FOLDS 5u
#define LEVEL 0.95
#define ALPHA 0.001			/* its tail is longer than it should be */
#define Z 2.33				/* one in a hundred */

struct both {
	const struct ev_guard_table *t[2];	/* reference, cohort */
	const struct ev_guard_pair *pairs;
	size_t n_pairs, rows[2];
	struct ev_design d;
};

static size_t row_of(const struct both *x, unsigned side, size_t i)
{
	return (size_t)((double)i * ((double)x->t[side]->n /
				     (double)x->rows[side]));
}

static double *new_column(struct ev_design *d)
{
	d->k++;
	d->x = ev_realloc(d->x, d->n * d->k * sizeof(double));
	memset(d->x + d->n * (d->k - 1), 0, d->n * sizeof(double));
	return d->x + d->n * (d->k - 1);
}

/* Mean 0 and variance 1; what is missing is at the mean, and marked. */
static void add_number(struct both *x, const double *v)
{
	double *to, sum = 0, squares = 0, mean, sd;
	size_t i, n = 0;

	for (i = 0; i < x->d.n; i++) {
		if (v[i] != v[i])
			continue;
		sum += v[i];
		n++;
	}
	mean = n ? sum / (double)n : 0;
	for (i = 0; i < x->d.n; i++)
		squares += v[i] == v[i] ? (v[i] - mean) * (v[i] - mean) : 0;
	sd = n ? sqrt(squares / (double)n) : 0;
	if (sd > 0) {
		to = new_column(&x->d);
		for (i = 0; i < x->d.n; i++)
			to[i] = v[i] == v[i] ? (v[i] - mean) / sd : 0;
	}
	if (n && n < x->d.n) {
		to = new_column(&x->d);
		for (i = 0; i < x->d.n; i++)
			to[i] = v[i] != v[i];
	}
}

/* A column for each level but the first; a missing one is a level. */
static void add_levels(struct both *x, const double *v, size_t all)
{
	size_t *n = ev_calloc(all + 1, sizeof(*n)), i, k, added = 0, first;
	double *to;

	for (i = 0; i < x->d.n; i++)
		n[v[i] == v[i] ? (size_t)v[i] : all]++;
	for (first = 0; first <= all && !n[first]; first++)
		;
	for (k = first + 1; k <= all && added < LEVELS_MAX; k++) {
		if (!n[k])
			continue;
		to = new_column(&x->d);
		for (i = 0; i < x->d.n; i++)
			to[i] = (v[i] == v[i] ? (size_t)v[i] : all) == k;
		added++;
	}
	free(n);
}

static void add_pair(struct both *x, const struct ev_guard_pair *p)
{
	const struct ev_guard_column *c[2] = { p->b, p->a };
	double *v = ev_malloc((x->d.n + 1) * sizeof(*v));
	size_t all = p->a->levels.n, *code = NULL, i, at = 0;
	unsigned side;

	if (!p->a->numeric || !p->b->numeric)
		code = ev_guard_codes(&all, p->a, p->b);
	for (side = 0; side < 2; side++)
		for (i = 0; i < x->rows[side]; i++, at++) {
			v[at] = c[side]->x[row_of(x, side, i)];
			if (!side && code && !c[0]->numeric && v[at] == v[at])
				v[at] = (double)code[(size_t)v[at]];
		}
	if (code)
		add_levels(x, v, all);
	else
		add_number(x, v);
	free(code);
	free(v);
}

static void build(struct both *x)
{
	double *one;
	unsigned side;
	size_t i;

	for (side = 0; side < 2; side++)
		x->rows[side] = x->t[side]->n < ROWS_MAX ? x->t[side]->n :
			ROWS_MAX;
	x->d.n = x->rows[0] + x->rows[1];
	x->d.y = ev_calloc(x->d.n + 1, 1);
	memset(x->d.y + x->rows[0], 1, x->rows[1]);
	one = new_column(&x->d);
	for (i = 0; i < x->d.n; i++)
		one[i] = 1;
	for (i = 0; i < x->n_pairs; i++)
		add_pair(x, &x->pairs[i]);
}

/* Snoke et al. (2018): the mean is 1 where a cohort is drawn from what the
 * reference shows; of two tables of one distribution it is 1 / (1 - share). */
static void pmse(struct ev_check *c, const struct both *x)
{
	struct ev_guard_limit l = ev_guard_limit(c->p, EV_G_REF_PMSE);
	struct ev_guard *g = ev_guard_add(c->out, "reference.pmse");
	double *beta = ev_calloc(x->d.k + 1, sizeof(*beta)), sum = 0, p, chance;
	double share = (double)x->rows[1] / (double)x->d.n;
	size_t i, df = ev_logistic_fit(beta, &x->d, NULL, 0);

	for (i = 0; i < x->d.n; i++) {
		p = ev_logistic_at(beta, &x->d, i);
		sum += (p - share) * (p - share);
	}
	free(beta);
	if (df < 2) {
		ev_guard_undefined(g, "no column varies");
		return;
	}
	chance = ev_chi2_quantile(1 - ALPHA, (double)df - 1) /
		((double)df - 1) / (1 - share);
	ev_guard_says(g, "mean squared error of a logistic propensity of %zu "
		      "terms, by that of chance", df);
	ev_guard_at_most(g, sum / (((double)df - 1) * (1 - share) *
				   (1 - share) * share),
			 fmax(l.pass, chance), fmax(l.review, chance));
}

/* Each row's score is by a model that has not seen it. */
static double *scores(const struct both *x)
{
	double *out = ev_malloc((x->d.n + 1) * sizeof(*out));
	double *beta = ev_calloc(x->d.k + 1, sizeof(*beta));
	uint8_t *out_of = ev_calloc(x->d.n + 1, 1);
	size_t i;
	unsigned f;

	for (i = 0; i < x->d.n; i++)
		out_of[i] = (uint8_t)(i % FOLDS);
	for (f = 0; f < FOLDS; f++) {
		ev_logistic_fit(beta, &x->d, out_of, (uint8_t)f);
		for (i = 0; i < x->d.n; i++)
			if (out_of[i] == f)
				out[i] = ev_logistic_at(beta, &x->d, i);
	}
	free(beta);
	free(out_of);
	return out;
}

static void discriminator(struct ev_check *c, const struct both *x)
{
	struct ev_guard_limit l = ev_guard_limit(c->p, EV_G_REF_DISCRIMINATOR);
	struct ev_guard *g = ev_guard_add(c->out, "reference.discriminator");
	double *score = scores(x);
	uint32_t *order = ev_malloc((x->d.n + 1) * sizeof(*order));
	struct ev_marker m = { score, order };
	struct ev_cases cases = { x->d.y, NULL, 0, x->d.n };
	struct ev_estimate e;

	if (ev_marker_order(order, score, x->d.n) < 0 ||
	    ev_auc(&e, &m, &cases, EV_AUC_WALD, LEVEL) < 0 ||
	    e.flags & EV_STAT_UNDEFINED) {
		ev_guard_undefined(g, "no area under a curve from so few rows");
	} else {
		ev_guard_says(g, "a logistic model tells cohort and reference "
			      "apart with an area of %.3f (%.3f to %.3f), of "
			      "which the upper end counts", e.value, e.lower,
			      e.upper);
		ev_guard_at_most(g, e.upper, l.pass, l.review);
		if (g->outcome != EV_OUT_PASS && e.value <= 0.5 + Z * e.se)
			ev_guard_incomplete(g, "too few rows to tell: an area "
					    "of %.3f (%.3f to %.3f)", e.value,
					    e.lower, e.upper);
	}
	free(score);
	free(order);
}

int ev_check_propensity(struct ev_check *c)
{
	struct both x = { { c->in->reference, c->t }, NULL, 0, { 0, 0 },
			  { NULL, NULL, 0, 0 } };
	struct ev_guard_pair *pairs;

	if (!c->in->reference || !c->t->n || !c->in->reference->n)
		return 0;
	pairs = ev_guard_pairs(&x.n_pairs, c->t, c->in->reference, NULL);
	x.pairs = pairs;
	if (x.n_pairs) {
		build(&x);
		pmse(c, &x);
		discriminator(c, &x);
	}
	free(pairs);
	free(x.d.x);
	free(x.d.y);
	return 0;
}
