#include "base/compat.h"

#include "synth/pack_internal.h"

#include <math.h>

#include "base/mem.h"
#include "synth/expr_internal.h"

struct room {
	const struct ev_expr *e;
	const struct ev_rule *const *rules;	/* by variable */
	struct ev_pk_reach *reach;
};

/* Whether a level can come, if that can be told. */
static bool level_comes(const struct room *m, size_t variable, size_t level)
{
	const struct ev_rule *r = m->rules[variable];
	const struct ev_levels *l = &r->levels;
	const struct ev_pk_reach *of;

	if (r->kind == EV_RULE_CUT) {
		of = &m->reach[r->cut.of];
		return (level >= r->cut.n || of->low < r->cut.at[level]) &&
			(!level || of->high >= r->cut.at[level - 1]);
	}
	if (r->kind != EV_RULE_LEVELS)
		return true;
	if (level >= l->last)
		return level == l->last;
	return l->t[level] > (level ? l->t[level - 1] : 0);
}

static struct ev_pk_reach arithmetic(const struct room *m, size_t node)
{
	const struct ev_expr_node *x = &m->e->nodes[node];
	struct ev_pk_reach a, b, r = { -INFINITY, INFINITY };

	if (x->op == EV_X_NUMBER) {
		r.low = r.high = x->number;
		return r;
	}
	if (x->op == EV_X_VARIABLE)
		return m->reach[x->left];
	a = arithmetic(m, x->left);
	if (x->op == EV_X_MINUS)
		return (struct ev_pk_reach){ -a.high, -a.low };
	b = arithmetic(m, x->right);
	if (x->op == EV_X_PLUS)
		r = (struct ev_pk_reach){ a.low + b.low, a.high + b.high };
	else if (x->op == EV_X_LESS_BY)
		r = (struct ev_pk_reach){ a.low - b.high, a.high - b.low };
	/* of products and quotients nothing is claimed */
	if (!(r.low <= r.high))
		r = (struct ev_pk_reach){ -INFINITY, INFINITY };
	return r;
}

static bool possible(const struct room *m, size_t node, bool as);

static bool compare(const struct room *m, const struct ev_expr_node *x, bool as)
{
	struct ev_pk_reach a = arithmetic(m, x->left);
	struct ev_pk_reach b = arithmetic(m, x->right);
	bool same = a.low == a.high && b.low == b.high && a.low == b.low;
	bool meet = a.low <= b.high && b.low <= a.high;

	switch (x->op) {
	case EV_X_EQ:
		return as ? meet : !same;
	case EV_X_NE:
		return as ? !same : meet;
	case EV_X_LT:
		return as ? a.low < b.high : a.high >= b.low;
	case EV_X_LE:
		return as ? a.low <= b.high : a.high > b.low;
	case EV_X_GT:
		return as ? a.high > b.low : a.low <= b.high;
	default:
		return as ? a.high >= b.low : a.low < b.high;
	}
}

/* Whether some levels but this one can come. */
static bool others_come(const struct room *m, size_t variable, size_t level)
{
	const struct ev_rule *r = m->rules[variable];
	size_t n = r->kind == EV_RULE_CUT ? r->cut.n + 1 : r->levels.n, i;

	if (r->kind != EV_RULE_LEVELS && r->kind != EV_RULE_CUT)
		return true;
	for (i = 0; i < n; i++)
		if (i != level && level_comes(m, variable, i))
			return true;
	return false;
}

static bool possible(const struct room *m, size_t node, bool as)
{
	const struct ev_expr_node *x = &m->e->nodes[node];

	switch (x->op) {
	case EV_X_IS:
	case EV_X_IS_NOT:
		return (x->op == EV_X_IS) == as ?
			level_comes(m, x->left, x->right) :
			others_come(m, x->left, x->right);
	case EV_X_NOT:
		return possible(m, x->left, !as);
	case EV_X_AND:
	case EV_X_OR:
		return (x->op == EV_X_AND) == as ?
			possible(m, x->left, as) &&
			possible(m, x->right, as) :
			possible(m, x->left, as) || possible(m, x->right, as);
	default:
		return compare(m, x, as);
	}
}

static void lower(struct ev_pk_reach *r, double to)
{
	r->high = to < r->high ? to : r->high;
}

static void raise(struct ev_pk_reach *r, double to)
{
	r->low = to > r->low ? to : r->low;
}

/* What must all hold narrows what a variable can be: `x < 60 and x > 70`. */
static void narrow(struct room *m, size_t node)
{
	const struct ev_expr_node *x = &m->e->nodes[node], *l, *r;
	struct ev_pk_reach a, b;

	if (x->op == EV_X_AND) {
		narrow(m, x->left);
		narrow(m, x->right);
		return;
	}
	if (x->op < EV_X_EQ || x->op > EV_X_GE || x->op == EV_X_NE)
		return;
	l = &m->e->nodes[x->left];
	r = &m->e->nodes[x->right];
	a = arithmetic(m, x->left);
	b = arithmetic(m, x->right);
	if (x->op != EV_X_GT && x->op != EV_X_GE) {	/* a <= b */
		if (l->op == EV_X_VARIABLE)
			lower(&m->reach[l->left], b.high);
		if (r->op == EV_X_VARIABLE)
			raise(&m->reach[r->left], a.low);
	}
	if (x->op != EV_X_LT && x->op != EV_X_LE) {	/* a >= b */
		if (l->op == EV_X_VARIABLE)
			raise(&m->reach[l->left], b.low);
		if (r->op == EV_X_VARIABLE)
			lower(&m->reach[r->left], a.high);
	}
}

/* A scenario's rules, and where they can bring numbers. */
static void begin(struct room *m, const struct ev_pack *p, size_t scenario,
		  const struct ev_rule **rules)
{
	size_t i;

	for (i = 0; i < p->n_variables; i++) {
		rules[i] = ev_pack_rule(p, scenario, i);
		if (!ev_variable_has_levels(&p->variables[i]))
			m->reach[i] = ev_pk_support(rules[i],
						    &p->variables[i]);
	}
	m->rules = rules;
}

static bool is_empty(const struct room *m, const struct ev_pack *p)
{
	size_t i;

	for (i = 0; i < p->n_variables; i++)
		if (!ev_variable_has_levels(&p->variables[i]) &&
		    !(m->reach[i].low <= m->reach[i].high))
			return true;
	return false;
}

static bool binds(const struct ev_constraint *c)
{
	return c->kind == EV_C_HARD && c->expr;
}

/* The first that cannot hold beside the others; how many, if all can. */
static size_t first_impossible(struct room *m, const struct ev_pack *p)
{
	size_t i;

	for (i = 0; i < p->n_constraints; i++) {
		if (!binds(&p->constraints[i]))
			continue;
		m->e = p->constraints[i].expr;
		if (!possible(m, m->e->root, true))
			return i;
		narrow(m, m->e->root);
		if (is_empty(m, p))
			return i;
	}
	/* what later ones leave may be too little for earlier ones */
	for (i = 0; i < p->n_constraints; i++) {
		m->e = p->constraints[i].expr;
		if (binds(&p->constraints[i]) &&
		    !possible(m, m->e->root, true))
			return i;
	}
	return i;
}

static bool can_hold_alone(struct room *m, const struct ev_pack *p, size_t n)
{
	m->e = p->constraints[n].expr;
	if (!possible(m, m->e->root, true))
		return false;
	narrow(m, m->e->root);
	return !is_empty(m, p);
}

static void tell(struct ev_pk *k, struct room *m, size_t n, size_t scenario,
		 const struct ev_rule **rules)
{
	const struct ev_constraint *c = &k->p->constraints[n];
	const struct ev_value *at = ev_get(ev_get(k->root, "constraints")
					   ->items[n], c->form);
	bool alone;

	begin(m, k->p, scenario, rules);
	alone = can_hold_alone(m, k->p, n);
	ev_problem_add(k->bad, at, NULL, alone ? "constraint '%s' cannot hold "
		       "in scenario '%s' beside the others: '%.200s'" :
		       "constraint '%s' cannot hold in scenario '%s': no value "
		       "of the variables in '%.200s' meets it", c->id,
		       k->p->scenarios[scenario].id, c->text);
}

/* What is dealt out once and for all cannot be drawn again, or otherwise. */
static void check_unique(struct ev_pk *k, size_t n)
{
	const struct ev_pack *p = k->p;
	const struct ev_value *list = ev_get(k->root, "constraints");
	size_t variable = (size_t)p->constraints[n].unique, i, m;
	uint8_t *used = ev_calloc(p->n_variables + 1, 1);

	for (i = 0; i < p->n_constraints; i++)
		if (p->constraints[i].expr)
			ev_expr_uses(p->constraints[i].expr, used);
	for (i = 0; i < p->n_scenarios; i++)
		for (m = 0; m < p->scenarios[i].n_set; m++)
			used[p->scenarios[i].set[m].variable] = 1;
	if (used[variable])
		ev_problem_add(k->bad, ev_get(list->items[n], "unique"), NULL,
			       "constraint '%s': '%s' is unique, and in "
			       "another constraint, or set by a scenario",
			       p->constraints[n].id,
			       p->variables[variable].name);
	free(used);
}

void ev_pk_reach(struct ev_pk *k)
{
	const struct ev_pack *p = k->p;
	const struct ev_rule **rules = ev_calloc(p->n_variables + 1,
						 sizeof(*rules));
	struct room m = { NULL, NULL, NULL };
	size_t i, n;

	m.reach = ev_calloc(p->n_variables + 1, sizeof(*m.reach));
	for (i = 0; i < p->n_constraints; i++)
		if (p->constraints[i].unique >= 0)
			check_unique(k, i);
	for (i = 0; i < p->n_scenarios && p->n_constraints; i++) {
		begin(&m, p, i, rules);
		n = first_impossible(&m, p);
		if (n == p->n_constraints)
			continue;
		tell(k, &m, n, i, rules);
		break;
	}
	free(m.reach);
	free(rules);
}
