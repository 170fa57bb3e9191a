#include "base/compat.h"

#include "synth/guard_chance.h"

#include <math.h>

#include "base/mem.h"
#include "synth/guard_measures.h"

#define FEW "; the limit is what chance does in so few rows"

struct compared {
	struct ev_check *c;
	const struct ev_guard_table *a, *b;
	struct ev_guard_pair *pairs;
	size_t n;
};

static struct ev_samples rows_of(const struct compared *x,
				 const struct ev_guard_pair *p)
{
	struct ev_samples s = { (double)(x->a->n - p->a->missing),
				(double)(x->b->n - p->b->missing), x->n };

	return s;
}

/* Nothing of a reference is said but counts, shares and distances. */
static void at_most(const struct compared *x, enum ev_guard_kind kind,
		    const char *id, const struct ev_guard_pair *p,
		    double value, double chance, const char *what)
{
	struct ev_guard_limit l = ev_guard_limit(x->c->p, kind);
	struct ev_guard *g = ev_guard_add(x->c->out, "reference.%s.%s", id,
					  p->a->name);

	if (value != value) {
		ev_guard_undefined(g, "%s: a side has no values, or they are "
				   "all the same", p->a->name);
		return;
	}
	ev_guard_says(g, "%s of %s from the reference%s", what, p->a->name,
		      chance > l.pass ? FEW : "");
	ev_guard_at_most(g, value, fmax(l.pass, chance), fmax(l.review,
							      chance));
}

static void number(const struct compared *x, const struct ev_guard_pair *p)
{
	struct ev_samples s = rows_of(x, p);
	double p_value, value = ev_measure_psi(x->a, p->a, x->b, p->b,
					       &p_value);
	char what[100];

	at_most(x, EV_G_REF_KS, "ks", p, ev_measure_ks(x->a, p->a, x->b, p->b),
		ev_chance_ks(&s), "Kolmogorov-Smirnov distance");
	snprintf(what, sizeof(what), "population stability index (p of its "
		 "chi-square %.2g)", p_value == p_value ? p_value : 1);
	at_most(x, EV_G_REF_PSI, "psi", p, value, ev_chance_psi(&s, 10), what);
	at_most(x, EV_G_REF_WASSERSTEIN, "wasserstein", p,
		ev_measure_wasserstein(x->a, p->a, x->b, p->b),
		ev_chance_wasserstein(&s), "distance, in quartile ranges,");
}

static void levels(const struct compared *x, const struct ev_guard_pair *p)
{
	struct ev_samples s = rows_of(x, p);
	double *share = ev_calloc(p->b->levels.n + 1, sizeof(*share));
	size_t i;

	for (i = 0; i < x->b->n; i++)
		if (p->b->x[i] == p->b->x[i])
			share[(size_t)p->b->x[i]] += 1 / s.m;
	at_most(x, EV_G_REF_TVD, "tvd", p, ev_measure_tvd(x->a, p->a, x->b,
							  p->b),
		s.n > 0 && s.m > 0 ? ev_chance_tvd(&s, share, p->b->levels.n) :
		0, "total variation distance");
	free(share);
}

/* Levels that the cohort is too small to have for sure are not asked for. */
static double level_chance(const struct compared *x,
			   const struct ev_guard_pair *p,
			   const struct ev_samples *s)
{
	size_t *n = ev_calloc(p->b->levels.n + 1, sizeof(*n)), i, due = 0;
	size_t all = 0;

	for (i = 0; i < x->b->n; i++)
		if (p->b->x[i] == p->b->x[i])
			n[(size_t)p->b->x[i]]++;
	for (i = 0; i < p->b->levels.n; i++) {
		all += n[i] > 0;
		due += (double)n[i] / s->m * s->n >= 10;
	}
	free(n);
	return all ? (double)due / (double)all : 0;
}

static double coverage_chance(const struct compared *x,
			      const struct ev_guard_pair *p)
{
	struct ev_samples s = rows_of(x, p);
	size_t m = x->b->n;
	double *sorted, least;

	if (!p->b->numeric)
		return level_chance(x, p, &s);
	sorted = ev_guard_sorted(&m, p->b);
	least = s.n > 0 ? ev_chance_coverage(&s, sorted, m) : 0;
	free(sorted);
	return least;
}

static void covers(const struct compared *x, const struct ev_guard_pair *p)
{
	struct ev_guard_limit l = ev_guard_limit(x->c->p, EV_G_REF_COVERAGE);
	double value = ev_measure_coverage(x->a, p->a, x->b, p->b), chance;
	struct ev_guard *g = ev_guard_add(x->c->out, "reference.coverage.%s",
					  p->a->name);

	if (value != value) {
		ev_guard_undefined(g, "%s: the reference has one value, or "
				   "none", p->a->name);
		return;
	}
	chance = coverage_chance(x, p);
	ev_guard_says(g, "share of the reference's %s of %s that is covered%s",
		      p->b->numeric ? "range" : "levels", p->a->name,
		      chance < l.pass ? FEW : "");
	ev_guard_at_least(g, value, fmin(l.pass, chance), fmin(l.review,
							       chance));
}

static void adheres(const struct compared *x, const struct ev_guard_pair *p)
{
	struct ev_guard_limit l = ev_guard_limit(x->c->p, EV_G_REF_ADHERENCE);
	double value = ev_measure_adherence(x->a, p->a, x->b, p->b), chance;
	struct ev_guard *g = ev_guard_add(x->c->out, "reference.adherence.%s",
					  p->a->name);
	struct ev_samples s = rows_of(x, p);

	if (value != value) {
		ev_guard_undefined(g, "%s has no values", p->a->name);
		return;
	}
	chance = ev_chance_beyond(&s, p->b->numeric ? 0 : p->b->levels.n);
	ev_guard_says(g, "share of the values of %s within the reference's "
		      "%s, which is as wide as so few rows make it",
		      p->a->name, p->b->numeric ? "range" : "levels");
	ev_guard_at_least(g, value, fmax(l.pass - chance, 0), l.review);
}

static void missing(const struct compared *x, const struct ev_guard_pair *p)
{
	double a = (double)p->a->missing / (double)x->a->n;
	double b = (double)p->b->missing / (double)x->b->n;
	struct ev_samples s = { (double)x->a->n, (double)x->b->n, x->n };

	if (p->a->missing || p->b->missing)
		at_most(x, EV_G_REF_MISSINGNESS, "missing", p, fabs(a - b),
			ev_chance_share(&s, (a + b) / 2),
			"difference of the shares of missing values");
}

static double rank_correlation(const struct ev_guard_table *t,
			       const struct ev_guard_column *x,
			       const struct ev_guard_column *y)
{
	double *v = ev_malloc((2 * t->n + 1) * sizeof(*v)), r;
	size_t i, n = 0;

	for (i = 0; i < t->n; i++) {
		if (x->x[i] != x->x[i] || y->x[i] != y->x[i])
			continue;
		v[n] = x->x[i];
		v[t->n + n++] = y->x[i];
	}
	r = ev_guard_spearman(v, v + t->n, &n);
	free(v);
	return r;
}

/* The worst of all pairs of columns of one kind, beyond what chance does. */
struct worst {
	double value, chance;
	const char *x, *y;
	const char *no_x, *no_y;	/* undefined */
};

static void take(struct worst *w, double value, double chance,
		 const struct ev_guard_pair *p, const struct ev_guard_pair *q)
{
	if (value != value) {
		w->no_x = p->a->name;
		w->no_y = q->a->name;
	} else if (!w->x || value - chance > w->value - w->chance) {
		w->value = value;
		w->chance = chance;
		w->x = p->a->name;
		w->y = q->a->name;
	}
}

static void settle(struct ev_guard *g, const struct worst *w)
{
	if (w->no_x && (!w->x || g->outcome == EV_OUT_PASS))
		ev_guard_undefined(g, "undefined for %s~%s: one is constant, "
				   "or no row has both", w->no_x, w->no_y);
}

/* Of the table of two columns. */
static double table_chance(const struct compared *x,
			   const struct ev_guard_pair *p,
			   const struct ev_guard_pair *q)
{
	size_t ny = q->b->levels.n + 1, i, n = (p->b->levels.n + 1) * ny, a, b;
	double *share = ev_calloc(n, sizeof(*share)), chance;
	struct ev_samples s = { (double)x->a->n, (double)x->b->n,
				x->n * x->n };

	for (i = 0; i < x->b->n; i++) {
		a = p->b->x[i] == p->b->x[i] ? (size_t)p->b->x[i] :
			p->b->levels.n;
		b = q->b->x[i] == q->b->x[i] ? (size_t)q->b->x[i] : ny - 1;
		share[a * ny + b] += 1 / s.m;
	}
	chance = ev_chance_tvd(&s, share, n);
	free(share);
	return chance;
}

static void correlations(const struct compared *x)
{
	struct ev_guard_limit l = ev_guard_limit(x->c->p,
						 EV_G_REF_CORRELATION);
	struct worst w = { 0, 0, NULL, NULL, NULL, NULL };
	const struct ev_guard_pair *p, *q;
	struct ev_samples s, t;
	struct ev_guard *g;
	size_t i, j;

	for (i = 0; i < x->n; i++)
		for (j = 0; j < i; j++) {
			p = &x->pairs[j];
			q = &x->pairs[i];
			if (!p->a->numeric || !q->a->numeric)
				continue;
			s = rows_of(x, p);
			t = rows_of(x, q);
			s.n = fmin(s.n, t.n);
			s.m = fmin(s.m, t.m);
			s.of = x->n * x->n;
			take(&w, fabs(rank_correlation(x->a, p->a, q->a) -
				      rank_correlation(x->b, p->b, q->b)),
			     ev_chance_correlation(&s), p, q);
		}
	if (!w.x && !w.no_x)
		return;
	g = ev_guard_add(x->c->out, "reference.correlation");
	if (w.x) {
		ev_guard_says(g, "greatest difference of a rank correlation "
			      "from the reference's, of %s~%s%s", w.x, w.y,
			      w.chance > l.pass ? FEW : "");
		ev_guard_at_most(g, w.value, fmax(l.pass, w.chance),
				 fmax(l.review, w.chance));
	}
	settle(g, &w);
}

static void tables(const struct compared *x)
{
	struct ev_guard_limit l = ev_guard_limit(x->c->p,
						 EV_G_REF_CONTINGENCY);
	struct worst w = { 0, 0, NULL, NULL, NULL, NULL };
	const struct ev_guard_pair *p, *q;
	struct ev_guard *g;
	size_t i, j;

	for (i = 0; i < x->n; i++)
		for (j = 0; j < i; j++) {
			p = &x->pairs[j];
			q = &x->pairs[i];
			if (p->a->numeric || q->a->numeric ||
			    p->b->numeric || q->b->numeric)
				continue;
			take(&w, 1 - ev_measure_contingency(x->a, x->b, p, q),
			     table_chance(x, p, q), p, q);
		}
	if (!w.x && !w.no_x)
		return;
	g = ev_guard_add(x->c->out, "reference.contingency");
	if (w.x) {
		ev_guard_says(g, "least likeness of a table of two columns to "
			      "the reference's, of %s~%s%s", w.x, w.y,
			      1 - w.chance < l.pass ? FEW : "");
		ev_guard_at_least(g, 1 - w.value, fmin(l.pass, 1 - w.chance),
				  fmin(l.review, 1 - w.chance));
	}
	settle(g, &w);
}

static void column(const struct compared *x, const struct ev_guard_pair *p)
{
	if (p->a->numeric && p->b->numeric)
		number(x, p);
	else if (!p->a->numeric && !p->b->numeric)
		levels(x, p);
	missing(x, p);
	covers(x, p);
	adheres(x, p);
}

int ev_check_reference(struct ev_check *c)
{
	struct compared x = { c, c->t, c->in->reference, NULL, 0 };
	struct ev_guard *g;
	size_t i;

	if (!x.b)
		return 0;
	x.pairs = ev_guard_pairs(&x.n, x.a, x.b, NULL);
	if (!x.n || !x.a->n || !x.b->n) {
		g = ev_guard_add(c->out, "reference.columns");
		ev_guard_undefined(g, "the reference has no rows, or no column "
				   "that the cohort has");
	} else {
		for (i = 0; i < x.n; i++)
			column(&x, &x.pairs[i]);
		correlations(&x);
		tables(&x);
	}
	free(x.pairs);
	return 0;
}
