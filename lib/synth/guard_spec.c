#include "base/compat.h"

#include "synth/guard_spec.h"

#include <math.h>

#include "base/mem.h"
#include "synth/draw_internal.h"

static bool is_number(const struct ev_check *c, size_t variable)
{
	return !ev_variable_has_levels(&c->p->variables[variable]);
}

const char *ev_spec_why_not(bool *exact, const struct ev_check *c,
			    size_t variable, uint8_t *needs)
{
	const struct ev_rule *r;
	size_t n = c->p->n_variables, i, k;

	*exact = true;
	memset(needs, 0, n);
	for (k = 0; k < c->p->n_scenarios; k++) {
		if (!c->s->counts[k])
			continue;
		r = ev_source_rule(c->s, k, variable);
		if (r->kind == EV_RULE_EXPR)
			return "it is computed from others, see derived";
		if (!ev_law_is_exact(c->s, k, variable)) {
			*exact = false;
			ev_law_uses(r, needs);
		}
	}
	for (i = 0; i < n; i++)
		if (needs[i] && !c->column[i])
			return "it depends on a variable that is hidden";
	for (k = 0; !*exact && k < c->p->n_scenarios; k++)
		if (c->s->counts[k] && ev_source_rule(c->s, k, variable)->kind
		    == EV_RULE_CUT)
			return "it is cut from others, see derived";
	return NULL;
}

int ev_check_declared(struct ev_check *c)
{
	size_t n = c->p->n_variables, i, numbers = 0, levels = 0;

	for (i = 0; i < n; i++) {
		numbers += c->column[i] && is_number(c, i);
		levels += c->column[i] && !is_number(c, i);
	}
	for (i = 0; i < n; i++) {
		if (c->p->variables[i].hidden)
			continue;
		if (is_number(c, i))
			ev_spec_number(c, i, numbers);
		else
			ev_spec_levels(c, i, levels);
	}
	return 0;
}

/* Derived values: what is written has to be what comes out again ------------ */

static bool is_derived(const struct ev_check *c, size_t variable)
{
	enum ev_var_rule kind = c->p->variables[variable].rule.kind;

	return (kind == EV_RULE_CUT || kind == EV_RULE_EXPR) &&
		c->column[variable];
}

/* 1 as it should be, 0 not, -1 it cannot be told */
static int as_derived(const struct ev_check *c, size_t variable,
		      const double *values, size_t row, double *shares)
{
	double x = values[variable], at[2];
	size_t scenario = c->scenario[row];

	if (x != x || scenario == SIZE_MAX)
		return -1;
	if (is_number(c, variable)) {
		ev_law_at(at, c->s, scenario, variable, values, x);
		return at[0] != at[0] || at[1] != at[1] ? -1 :
			at[1] - at[0] > 0.5;
	}
	if (!ev_law_levels(shares, c->s, scenario, variable, values))
		return -1;
	return x < (double)c->column[variable]->declared &&
		shares[(size_t)x] > 0.5;
}

static void derived(struct ev_check *c, size_t variable, double *values)
{
	const struct ev_variable *v = &c->p->variables[variable];
	double *shares = ev_calloc(v->levels.n + 2, sizeof(*shares));
	struct ev_guard *x = ev_guard_add(c->out, "derived.%s", v->name);
	size_t i, known = 0, wrong = 0;
	int is;

	for (i = 0; i < c->t->n; i++) {
		ev_check_row(values, c, i);
		is = as_derived(c, variable, values, i, shares);
		known += is >= 0;
		wrong += is == 0;
	}
	free(shares);
	if (!known) {
		ev_guard_not_applicable(x, "no row has all that %s is derived "
					"from", v->name);
		return;
	}
	ev_guard_says(x, "%s is not what it is derived from in %zu of %zu "
		      "rows", v->name, wrong, known);
	ev_guard_at_most(x, (double)wrong, 0, (double)NAN);
}

int ev_check_derived(struct ev_check *c)
{
	double *values = ev_malloc((c->p->n_variables + 1) * sizeof(*values));
	size_t i;

	for (i = 0; i < c->p->n_variables; i++)
		if (is_derived(c, i))
			derived(c, i, values);
	free(values);
	return 0;
}
