#include "base/compat.h"

#include "synth/guard_spec.h"

#include <math.h>

#include "base/mem.h"
#include "stats/special.h"

#define GRID_MAX 1000000.0
#define ALPHA 0.01

/* A value with its weight, then with that of all up to it. */
struct seen { double x, w; };

/* The declared distribution of all scenarios together. */
struct whole {
	const struct ev_check *c;
	size_t variable;
	double first, scale;		/* of the grid, units from 0 */
	double *below;			/* by unit: P(X < .), n + 1; or NULL */
	size_t n;
};

static int by_value(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	return x->x < y->x ? -1 : x->x > y->x;
}

static struct seen *collect(size_t *n, const struct ev_check *c,
			    size_t variable, const struct ev_weights *w)
{
	struct seen *out = ev_malloc((c->t->n + 1) * sizeof(*out));
	const double *x = c->column[variable]->x;
	double sum = 0;
	size_t i, k;

	for (i = 0, *n = 0; i < c->t->n; i++)
		if (w->w[i] > 0) {
			out[*n].x = x[i];
			out[(*n)++].w = w->w[i];
		}
	qsort(out, *n, sizeof(*out), by_value);
	for (i = 0, k = 0; i < *n; i++) {
		sum += out[i].w;
		if (i + 1 < *n && out[i + 1].x == out[i].x)
			continue;
		out[k].x = out[i].x;
		out[k++].w = sum;
	}
	*n = k;
	for (i = 0; i < k; i++)
		out[i].w /= sum;
	return out;
}

/* P(X < x), P(X <= x); scenarios with one rule are one. */
static void mixed(double out[2], const struct whole *f, double x)
{
	const struct ev_source *s = f->c->s;
	const struct ev_rule *rule, *last = NULL;
	double share, at[2] = { 0, 0 };
	size_t k;

	out[0] = out[1] = 0;
	for (k = 0; k < f->c->p->n_scenarios; k++) {
		if (!s->counts[k])
			continue;
		rule = s->rules[k * f->c->p->n_variables + f->variable];
		if (rule != last)
			ev_law_at(at, s, k, f->variable, NULL, x);
		last = rule;
		share = (double)s->counts[k] / (double)s->patients;
		out[0] += share * at[0];
		out[1] += share * at[1];
	}
}

static void whole_at(double out[2], const struct whole *f, double x)
{
	double unit;

	if (!f->below) {
		mixed(out, f, x);
		return;
	}
	unit = floor(x * f->scale + 0.5) - f->first;
	if (!(unit >= 0 && unit < (double)f->n)) {
		out[0] = out[1] = unit >= 0;
		return;
	}
	out[0] = f->below[(size_t)unit];
	out[1] = f->below[(size_t)unit + 1];
}

/* What is left of a scenario's distribution by constraints of the variable
 * alone: each number of the grid by itself, and the tails with the ends. */
static void add_scenario(struct whole *f, size_t k, const uint8_t *allowed,
			 double *mass)
{
	double share = (double)f->c->s->counts[k] /
		(double)f->c->s->patients, at[2], sum = 0;
	size_t i;

	for (i = 0; i < f->n; i++) {
		ev_law_at(at, f->c->s, k, f->variable, NULL,
			  (f->first + (double)i) / f->scale);
		mass[i] = allowed[i] ? (i + 1 == f->n ? 1 : at[1]) -
			(i ? at[0] : 0) : 0;
		sum += mass[i];
	}
	for (i = 0; i < f->n && sum > 0; i++)
		f->below[i + 1] += share * mass[i] / sum;
}

static bool is_restricted(const struct ev_check *c, size_t variable)
{
	double at_all = ev_check_slack(c, variable, false);

	return at_all > ev_check_slack(c, variable, true);
}

/* False: there are too many numbers. */
static bool restrict_to(struct whole *f, double low, double high)
{
	const struct ev_variable *v = &f->c->p->variables[f->variable];
	uint8_t *allowed;
	double *mass;
	size_t i, k;

	for (i = 0, f->scale = 1; v->type == EV_V_DECIMAL && i < v->places;
	     i++)
		f->scale *= 10;
	/* room at both ends, so that each tail is one number's */
	f->first = floor(low * f->scale + 0.5) - 1;
	if (!(high * f->scale - f->first < GRID_MAX))
		return false;
	f->n = (size_t)(floor(high * f->scale + 0.5) - f->first) + 2;
	f->below = ev_calloc(f->n + 1, sizeof(*f->below));
	mass = ev_calloc(f->n, sizeof(*mass));
	allowed = ev_calloc(f->n, 1);
	for (i = 0; i < f->n; i++)
		allowed[i] = ev_check_allows(f->c, f->variable, (f->first +
					     (double)i) / f->scale);
	for (k = 0; k < f->c->p->n_scenarios; k++)
		if (f->c->s->counts[k])
			add_scenario(f, k, allowed, mass);
	for (i = 0; i < f->n; i++)
		f->below[i + 1] += f->below[i];
	free(mass);
	free(allowed);
	return true;
}

/* Distance at distinct value i, which is remembered. */
struct search {
	const struct whole *f;
	const struct seen *x;
	double best;
};

static void look(double at[2], struct search *s, size_t i)
{
	double before = i ? s->x[i - 1].w : 0, d;

	whole_at(at, s->f, s->x[i].x);
	d = fabs(before - at[0]);
	s->best = d > s->best ? d : s->best;
	d = fabs(s->x[i].w - at[1]);
	s->best = d > s->best ? d : s->best;
}

/* Between a and b neither function leaves its values at the two: only where
 * these leave room for more than the best is it looked at. */
static void between(struct search *s, size_t a, const double fa[2], size_t b,
		    const double fb[2])
{
	double up = s->x[b - 1].w - fa[1], down = fb[0] - s->x[a].w, at[2];
	size_t middle = a + (b - a) / 2;

	if (b - a < 2 || (up <= s->best && down <= s->best))
		return;
	look(at, s, middle);
	between(s, a, fa, middle, at);
	between(s, middle, at, b, fb);
}

static double distance(const struct whole *f, const struct seen *x, size_t n)
{
	struct search s = { f, x, 0 };
	double first[2], last[2];

	look(first, &s, 0);
	if (n < 2)
		return s.best;
	look(last, &s, n - 1);
	between(&s, 0, first, n - 1, last);
	return s.best;
}

/* Of what each patient's own values say: the place of a number in its
 * distribution is uniform.  Rounded, it is between two ends, and the distance
 * is the least that is possible. */
static double by_patient(const struct ev_check *c, size_t variable,
			 struct ev_weights *w)
{
	struct seen *low = ev_malloc((c->t->n + 1) * sizeof(*low));
	struct seen *high = ev_malloc((c->t->n + 1) * sizeof(*high));
	double *values = ev_malloc((c->p->n_variables + 1) * sizeof(*values));
	double at[2], best = 0, sum = 0, a = 0, b = 0;
	size_t i, n = 0;

	for (i = 0; i < c->t->n; i++) {
		if (!(w->w[i] > 0))
			continue;
		ev_check_row(values, c, i);
		ev_law_at(at, c->s, c->scenario[i], variable, values,
			  values[variable]);
		if (at[0] != at[0] || at[1] != at[1])
			continue;
		low[n].x = at[0];
		high[n].x = at[1];
		low[n].w = high[n].w = w->w[i];
		sum += w->w[i];
		n++;
	}
	qsort(low, n, sizeof(*low), by_value);
	qsort(high, n, sizeof(*high), by_value);
	for (i = 0; i < n; i++) {
		best = fmax(best, low[i].x - a / sum);
		a += low[i].w;
		b += high[i].w;
		best = fmax(best, b / sum - high[i].x);
	}
	w->rows = w->sum > 0 ? w->rows * sum / w->sum : 0;
	free(low);
	free(high);
	free(values);
	return n ? best : (double)NAN;
}

static double exactly(const struct ev_check *c, size_t variable,
		      const struct ev_weights *w, bool *restricted)
{
	struct whole f = { c, variable, 0, 1, NULL, 0 };
	struct seen *x;
	double d = (double)NAN;
	size_t n;

	x = collect(&n, c, variable, w);
	*restricted = true;
	if (n && is_restricted(c, variable))
		*restricted = restrict_to(&f, x[0].x, x[n - 1].x);
	if (n)
		d = distance(&f, x, n);
	free(f.below);
	free(x);
	return d;
}

static void judge(struct ev_guard *x, const struct ev_check *c,
		  size_t variable, double d, double rows, double slack,
		  size_t of)
{
	struct ev_guard_limit l = ev_guard_limit(c->p, EV_G_KS);
	const char *name = c->p->variables[variable].name;
	double chance, limit, review;

	if (d != d || !(rows > 0)) {
		ev_guard_undefined(x, "%s has no values to compare", name);
		return;
	}
	/* 1.63 for one variable */
	chance = sqrt(-ev_log(ALPHA / 2 / (double)of) / 2) / sqrt(rows);
	limit = (l.pass == l.pass ? l.pass : chance) + slack;
	review = l.times > 0 ? l.times * (limit - slack) + slack :
		l.review == l.review ? l.review + slack :
		2 * (limit - slack) + slack;
	ev_guard_says(x, "Kolmogorov-Smirnov distance of %s from its declared "
		      "distribution%s", name, slack > 0 ? "; the limit has "
		      "room for what hard constraints refuse" : "");
	ev_guard_at_most(x, d, limit, review);
}

/* Of one distribution the ends tell of all between them. */
static bool ends_are_inside(const struct whole *f)
{
	const struct ev_guard_column *col = f->c->column[f->variable];
	double low[2], high[2];
	size_t k;

	for (k = 0; k < f->c->p->n_scenarios; k++) {
		if (!f->c->s->counts[k])
			continue;
		ev_law_at(low, f->c->s, k, f->variable, NULL, col->low);
		ev_law_at(high, f->c->s, k, f->variable, NULL, col->high);
		if (!(low[1] > 0 && high[0] < 1))
			return false;
	}
	return true;
}

/* Values where the declared distribution has nothing, before or after. */
static void range(struct ev_check *c, size_t variable, bool exact,
		  const struct ev_weights *w)
{
	const char *name = c->p->variables[variable].name;
	double *values = ev_malloc((c->p->n_variables + 1) * sizeof(*values));
	struct ev_guard *x = ev_guard_add(c->out, "adherence.%s", name);
	const struct whole f = { c, variable, 0, 1, NULL, 0 };
	bool inside = exact && ends_are_inside(&f);
	double at[2];
	size_t i, known = 0, out = 0;

	for (i = 0; i < c->t->n; i++) {
		if (!(w->w[i] > 0))
			continue;
		if (inside) {
			known++;
			continue;
		}
		if (!exact)
			ev_check_row(values, c, i);
		ev_law_at(at, c->s, c->scenario[i], variable, exact ? NULL :
			  values, c->column[variable]->x[i]);
		known += at[0] == at[0];
		out += at[1] <= 0 || at[0] >= 1;
	}
	free(values);
	if (!known) {
		ev_guard_undefined(x, "%s has no values to look at", name);
		return;
	}
	ev_guard_says(x, "%zu of %zu values of %s are outside its declared "
		      "range", out, known, name);
	ev_guard_at_least(x, 1 - (double)out / (double)known, 1, (double)NAN);
}

void ev_spec_number(struct ev_check *c, size_t variable, size_t of)
{
	const char *name = c->p->variables[variable].name, *why;
	struct ev_guard *x = ev_guard_add(c->out, "ks.%s", name);
	uint8_t *needs = ev_calloc(c->p->n_variables + 1, 1);
	struct ev_weights w = { NULL, 0, 0 };
	bool exact, restricted = false;
	double d;

	if (!c->column[variable]) {
		ev_guard_incomplete(x, "the table has no column '%s'", name);
		goto out;
	}
	why = ev_spec_why_not(&exact, c, variable, needs);
	if (why) {
		ev_guard_not_applicable(x, "%s: %s", name, why);
		goto out;
	}
	if (!ev_spec_weights(&w, c, variable, exact ? NULL : needs)) {
		ev_guard_not_applicable(x, "%s: what its lost values were "
					"cannot be told from the table", name);
		goto out;
	}
	if (exact)
		d = exactly(c, variable, &w, &restricted);
	else
		d = by_patient(c, variable, &w);
	judge(x, c, variable, d, w.rows, ev_check_slack(c, variable,
							restricted), of);
	range(c, variable, exact, &w);
out:
	ev_weights_release(&w);
	free(needs);
}
