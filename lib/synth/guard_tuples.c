#include "base/compat.h"

#include "synth/guard_internal.h"

#include "base/mem.h"
#include "synth/draw_internal.h"

#include <math.h>

#define STRENGTH_MAX 8u
#define TUPLES_MAX 10000000u		/* of one choice of factors */
#define CHOICES_MAX 20000u

/* Some of the factors, and a level of each. */
struct tuple {
	size_t variable[STRENGTH_MAX], level[STRENGTH_MAX];
	size_t n;
};
struct tuples {
	struct ev_check *c;
	double *values;			/* by variable */
	uint8_t *can;			/* scenario, factor, level */
	size_t stride;			/* levels of one factor, at most */
	size_t choices;
	bool too_many;
};

static bool pick_can(const struct ev_levels *l, size_t level)
{
	uint64_t before = level ? l->t[level - 1] : 0;

	return level <= l->last && (level == l->last || l->t[level] > before);
}

/* Whether a rule ever gives the level. */
static bool rule_can(const struct ev_check *c, size_t scenario,
		     size_t variable, size_t level)
{
	const struct ev_rule *r = ev_source_rule(c->s, scenario, variable);
	const struct ev_variable *v = &c->p->variables[variable];
	double *shares;
	bool can = true;
	size_t i;

	if (r->kind == EV_RULE_GIVEN && r->given.levels) {
		for (i = 0, can = false; !can && i < r->given.n; i++)
			can = pick_can(&r->given.levels[i], level);
	} else if (ev_law_is_exact(c->s, scenario, variable)) {
		shares = ev_calloc(v->levels.n + 1, sizeof(*shares));
		can = ev_law_levels(shares, c->s, scenario, variable, NULL) &&
			shares[level] > 0;
		free(shares);
	}
	return can;
}

static uint8_t *can_at(const struct tuples *t, size_t scenario, size_t factor)
{
	return t->can + (scenario * t->c->p->n_factors + factor) * t->stride;
}

static void fill_can(struct tuples *t)
{
	const struct ev_pack *p = t->c->p;
	size_t i, f, k, variable;

	for (f = 0; f < p->n_factors; f++)
		if (p->variables[p->factors[f]].levels.n > t->stride)
			t->stride = p->variables[p->factors[f]].levels.n;
	t->can = ev_calloc(p->n_scenarios * p->n_factors + 1, t->stride + 1);
	for (i = 0; i < p->n_scenarios; i++)
		for (f = 0; f < p->n_factors; f++) {
			variable = p->factors[f];
			for (k = 0; k < p->variables[variable].levels.n; k++)
				can_at(t, i, f)[k] = t->c->s->counts[i] &&
					rule_can(t->c, i, variable, k);
		}
}

/* Two cuts of one number, whose intervals have to meet. */
static bool cuts_meet(const struct ev_cut *a, size_t i, const struct ev_cut *b,
		      size_t j)
{
	double low = -(double)INFINITY, high = (double)INFINITY;

	if (a->of != b->of)
		return true;
	low = i ? fmax(low, a->at[i - 1]) : low;
	low = j ? fmax(low, b->at[j - 1]) : low;
	high = i < a->n ? fmin(high, a->at[i]) : high;
	high = j < b->n ? fmin(high, b->at[j]) : high;
	return low < high;
}

/* A table may never give one level beside another. */
static bool rules_agree(const struct tuples *t, size_t scenario,
			const struct tuple *x)
{
	const struct ev_rule *a, *b;
	size_t i, j;

	for (i = 0; i < x->n; i++) {
		a = ev_source_rule(t->c->s, scenario, x->variable[i]);
		for (j = 0; j < x->n; j++) {
			b = ev_source_rule(t->c->s, scenario, x->variable[j]);
			if (a->kind == EV_RULE_GIVEN && a->given.levels &&
			    a->given.on == x->variable[j] &&
			    !pick_can(&a->given.levels[x->level[j]],
				      x->level[i]))
				return false;
			if (a->kind == EV_RULE_CUT && b->kind == EV_RULE_CUT &&
			    !cuts_meet(&a->cut, x->level[i], &b->cut,
				       x->level[j]))
				return false;
		}
	}
	return true;
}

static bool constraints_allow(struct tuples *t, const struct tuple *x)
{
	const struct ev_pack *p = t->c->p;
	bool allowed = true;
	size_t i;

	for (i = 0; i < x->n; i++)
		t->values[x->variable[i]] = (double)x->level[i];
	for (i = 0; allowed && i < p->n_constraints; i++)
		allowed = p->constraints[i].kind != EV_C_HARD ||
			!p->constraints[i].expr ||
			ev_expr_truth(p->constraints[i].expr, t->values) !=
			EV_FALSE;
	for (i = 0; i < x->n; i++)
		t->values[x->variable[i]] = (double)NAN;
	return allowed;
}

static bool is_valid(struct tuples *t, const struct tuple *x,
		     const size_t *factor)
{
	size_t i, k;

	for (i = 0; i < t->c->p->n_scenarios; i++) {
		for (k = 0; k < x->n; k++)
			if (!can_at(t, i, factor[k])[x->level[k]])
				break;
		if (k == x->n && rules_agree(t, i, x))
			return constraints_allow(t, x);
	}
	return false;
}

static void add_missing(const struct tuples *t, const struct tuple *x)
{
	struct ev_guards *out = t->c->out;
	struct ev_buf text = EV_BUF_INIT;
	const struct ev_variable *v;
	size_t i;

	if (out->missing_tuples.n >= EV_GUARD_MAX_TUPLES)
		return;
	for (i = 0; i < x->n; i++) {
		v = &t->c->p->variables[x->variable[i]];
		ev_buf_addf(&text, "%s%s=%s", i ? ", " : "", v->name,
			    v->levels.items[x->level[i]]);
	}
	ev_strs_take(&out->missing_tuples, ev_buf_detach(&text, NULL));
}

/* Which combinations of the levels of these factors occur. */
static uint8_t *seen_of(const struct tuples *t, const struct tuple *x,
			size_t size)
{
	uint8_t *seen = ev_calloc(size, 1);
	const struct ev_guard_column *col;
	size_t i, k, at;

	for (i = 0; i < t->c->t->n; i++) {
		for (k = 0, at = 0; k < x->n; k++) {
			col = t->c->column[x->variable[k]];
			if (!col || !(col->x[i] >= 0) ||
			    col->x[i] >= (double)col->declared)
				break;
			at = at * col->declared + (size_t)col->x[i];
		}
		if (k == x->n)
			seen[at] = 1;
	}
	return seen;
}

static void choice(struct tuples *t, const size_t *factor, size_t n)
{
	const struct ev_pack *p = t->c->p;
	struct tuple x = { .n = n };
	size_t size = 1, i, k, rest;
	uint8_t *seen;

	for (k = 0; k < n; k++) {
		x.variable[k] = p->factors[factor[k]];
		size *= p->variables[x.variable[k]].levels.n;
		if (size > TUPLES_MAX) {
			t->too_many = true;
			return;
		}
	}
	seen = seen_of(t, &x, size);
	for (i = 0; i < size; i++) {
		for (k = n, rest = i; k-- > 0;) {
			x.level[k] = rest %
				p->variables[x.variable[k]].levels.n;
			rest /= p->variables[x.variable[k]].levels.n;
		}
		if (!seen[i] && !is_valid(t, &x, factor))
			continue;
		t->c->out->valid++;
		t->c->out->covered += seen[i];
		if (!seen[i])
			add_missing(t, &x);
	}
	free(seen);
}

static void choose(struct tuples *t, size_t *factor, size_t have, size_t from)
{
	size_t i;

	if (have == t->c->p->strength) {
		if (t->choices++ >= CHOICES_MAX)
			t->too_many = true;
		else
			choice(t, factor, have);
		return;
	}
	for (i = from; !t->too_many && i < t->c->p->n_factors; i++) {
		factor[have] = i;
		choose(t, factor, have + 1, i + 1);
	}
}

int ev_check_tuples(struct ev_check *c)
{
	struct ev_guard_limit l = ev_guard_limit(c->p, EV_G_T_WAY);
	struct tuples t = { .c = c };
	size_t factor[STRENGTH_MAX], i;
	struct ev_guards *g = c->out;
	struct ev_guard *x;

	if (!c->p->strength || !c->p->n_factors ||
	    c->p->strength > STRENGTH_MAX)
		return 0;
	t.values = ev_malloc((c->p->n_variables + 1) * sizeof(*t.values));
	for (i = 0; i < c->p->n_variables; i++)
		t.values[i] = (double)NAN;
	fill_can(&t);
	choose(&t, factor, 0, 0);
	free(t.values);
	free(t.can);
	x = ev_guard_add(g, "coverage.t_way");
	if (t.too_many || !g->valid) {
		ev_guard_undefined(x, t.too_many ? "the factors have too many "
				   "combinations to look for" : "the factors "
				   "have no combination that can be");
		return 0;
	}
	ev_guard_says(x, "%llu of %llu possible combinations of %u factors "
		      "occur", (unsigned long long)g->covered,
		      (unsigned long long)g->valid, c->p->strength);
	ev_guard_at_least(x, (double)g->covered / (double)g->valid, l.pass,
			  l.review);
	return 0;
}
