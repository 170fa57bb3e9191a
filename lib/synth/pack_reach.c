#include "base/compat.h"

#include "synth/pack_internal.h"

#include <math.h>

#include "base/mem.h"
#include "synth/expr_internal.h"

/* From where to where a value can be, and which levels it can have. */
struct reach { double low, high; };

static struct reach support(const struct ev_marginal *m)
{
	struct reach r = { -INFINITY, INFINITY }, part;
	size_t i;

	switch (m->kind) {
	case EV_D_CONSTANT:
		r.low = r.high = m->a;
		break;
	case EV_D_UNIFORM:
		r.low = m->a;
		r.high = m->b;
		break;
	case EV_D_TRIANGULAR:
		r.low = m->a;
		r.high = m->c;
		break;
	case EV_D_BETA:
		r.low = m->c;
		r.high = m->d;
		break;
	case EV_D_HISTOGRAM:
		r.low = m->edges[0];
		r.high = m->edges[m->n];
		break;
	case EV_D_MIXTURE:
		r.low = INFINITY;
		r.high = -INFINITY;
		for (i = 0; i < m->n; i++) {
			part = support(&m->parts[i]);
			r.low = part.low < r.low ? part.low : r.low;
			r.high = part.high > r.high ? part.high : r.high;
		}
		break;
	case EV_D_NORMAL:
	case EV_D_TRUNCATED_NORMAL:
		break;
	default:
		r.low = 0;
	}
	if (m->truncated) {
		r.low = m->low > r.low ? m->low : r.low;
		r.high = m->high < r.high ? m->high : r.high;
	}
	return r;
}

static struct reach number_reach(const struct ev_rule *r)
{
	struct reach out = { -INFINITY, INFINITY }, part;
	size_t i;

	if (r->kind == EV_RULE_MARGINAL) {
		out = support(&r->marginal);
	} else if (r->kind == EV_RULE_GIVEN) {
		out.low = INFINITY;
		out.high = -INFINITY;
		for (i = 0; i < r->given.n; i++) {
			part = support(&r->given.marginals[i]);
			out.low = part.low < out.low ? part.low : out.low;
			out.high = part.high > out.high ? part.high : out.high;
		}
	} else if (r->has_truncate) {
		out.low = r->truncate_low;
		out.high = r->truncate_high;
	}
	out.low = out.low * r->factor + r->shift;
	out.high = out.high * r->factor + r->shift;
	if (r->has_clip) {
		out.low = out.low < r->clip_low ? r->clip_low : out.low;
		out.low = out.low > r->clip_high ? r->clip_high : out.low;
		out.high = out.high > r->clip_high ? r->clip_high : out.high;
		out.high = out.high < r->clip_low ? r->clip_low : out.high;
	}
	return out;
}

/* Half a unit of the last place is what rounding can add. */
static struct reach rounded(struct reach r, const struct ev_variable *x)
{
	double half = 0.5;
	unsigned i;

	for (i = 0; i < x->places; i++)
		half /= 10;
	r.low -= half;
	r.high += half;
	return r;
}

/* Whether a level can come, if that can be told. */
static bool level_comes(const struct ev_rule *r, size_t level)
{
	const struct ev_levels *l = &r->levels;

	if (r->kind != EV_RULE_LEVELS)
		return true;
	if (level >= l->last)
		return level == l->last;
	return l->t[level] > (level ? l->t[level - 1] : 0);
}

struct room {
	const struct ev_expr *e;
	const struct ev_rule *const *rules;	/* by variable */
	struct reach *reach;
};

static struct reach arithmetic(const struct room *m, size_t node)
{
	const struct ev_expr_node *x = &m->e->nodes[node];
	struct reach a, b, r = { -INFINITY, INFINITY };

	if (x->op == EV_X_NUMBER) {
		r.low = r.high = x->number;
		return r;
	}
	if (x->op == EV_X_VARIABLE)
		return m->reach[x->left];
	a = arithmetic(m, x->left);
	if (x->op == EV_X_MINUS)
		return (struct reach){ -a.high, -a.low };
	b = arithmetic(m, x->right);
	if (x->op == EV_X_PLUS)
		r = (struct reach){ a.low + b.low, a.high + b.high };
	else if (x->op == EV_X_LESS_BY)
		r = (struct reach){ a.low - b.high, a.high - b.low };
	/* of products and quotients nothing is claimed */
	if (!(r.low <= r.high))
		r = (struct reach){ -INFINITY, INFINITY };
	return r;
}

static bool possible(const struct room *m, size_t node, bool as);

static bool compare(const struct room *m, const struct ev_expr_node *x, bool as)
{
	struct reach a = arithmetic(m, x->left), b = arithmetic(m, x->right);
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
static bool others_come(const struct ev_rule *r, size_t level)
{
	size_t i;

	if (r->kind != EV_RULE_LEVELS)
		return true;
	for (i = 0; i < r->levels.n; i++)
		if (i != level && level_comes(r, i))
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
			level_comes(m->rules[x->left], x->right) :
			others_come(m->rules[x->left], x->right);
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

/* What must all hold narrows what a variable can be: `x < 60 and x > 70`. */
static void narrow(struct room *m, size_t node)
{
	const struct ev_expr_node *x = &m->e->nodes[node], *l, *r;
	struct reach *to;
	bool turned;
	double at;

	if (x->op == EV_X_AND) {
		narrow(m, x->left);
		narrow(m, x->right);
		return;
	}
	if (x->op < EV_X_EQ || x->op > EV_X_GE || x->op == EV_X_NE)
		return;
	l = &m->e->nodes[x->left];
	r = &m->e->nodes[x->right];
	turned = l->op == EV_X_NUMBER && r->op == EV_X_VARIABLE;
	if (!turned && (l->op != EV_X_VARIABLE || r->op != EV_X_NUMBER))
		return;
	to = &m->reach[turned ? r->left : l->left];
	at = turned ? l->number : r->number;
	if (x->op == EV_X_EQ || (x->op >= EV_X_GT) != turned)
		to->low = at > to->low ? at : to->low;
	if (x->op == EV_X_EQ || (x->op <= EV_X_LE) != turned)
		to->high = at < to->high ? at : to->high;
}

static bool can_hold(const struct ev_pack *p, const struct ev_expr *e,
		     const struct ev_rule *const *rules,
		     struct reach *reach)
{
	struct room m = { e, rules, reach };
	bool ok;
	size_t i;

	for (i = 0; i < p->n_variables; i++)
		if (!ev_variable_has_levels(&p->variables[i]))
			reach[i] = rounded(number_reach(rules[i]),
					   &p->variables[i]);
	ok = possible(&m, e->root, true);
	narrow(&m, e->root);
	for (i = 0; i < p->n_variables; i++)
		if (!ev_variable_has_levels(&p->variables[i]))
			ok = ok && reach[i].low <= reach[i].high;
	return ok;
}

static bool concerns(const struct ev_scenario *s, const uint8_t *used)
{
	size_t i;

	for (i = 0; i < s->n_set; i++)
		if (used[s->set[i].variable])
			return true;
	return false;
}

static void check(struct ev_pk *k, size_t n, const struct ev_value *at)
{
	const struct ev_pack *p = k->p;
	const struct ev_constraint *c = &p->constraints[n];
	const struct ev_rule **rules = ev_calloc(p->n_variables + 1,
						 sizeof(*rules));
	struct reach *reach = ev_calloc(p->n_variables + 1, sizeof(*reach));
	uint8_t *used = ev_calloc(p->n_variables + 1, 1);
	bool plain = false;
	size_t i, v;

	ev_expr_uses(c->expr, used);
	for (i = 0; i < p->n_scenarios; i++) {
		if (!concerns(&p->scenarios[i], used)) {
			if (plain)
				continue;
			plain = true;
		}
		for (v = 0; v < p->n_variables; v++)
			rules[v] = ev_pack_rule(p, i, v);
		if (can_hold(p, c->expr, rules, reach))
			continue;
		ev_problem_add(k->bad, at, NULL, "constraint '%s' cannot hold "
			       "in scenario '%s': no value of the variables "
			       "in '%.200s' meets it", c->id,
			       p->scenarios[i].id, c->text);
		break;
	}
	free(used);
	free(reach);
	free(rules);
}

void ev_pk_reach(struct ev_pk *k)
{
	const struct ev_value *list = ev_get(k->root, "constraints");
	size_t i;

	for (i = 0; i < k->p->n_constraints; i++)
		if (k->p->constraints[i].kind == EV_C_HARD)
			check(k, i, ev_get(list->items[i], "hard"));
}
