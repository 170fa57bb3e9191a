#include "base/compat.h"

#include "synth/guard_internal.h"

#include <math.h>

#include "base/mem.h"
#include "synth/draw_internal.h"

/* Which variables bear on each other ---------------------------------------- */

static size_t find(size_t *group, size_t i)
{
	while (group[i] != i)
		i = group[i] = group[group[i]];
	return i;
}

static void join_used(size_t *group, const uint8_t *used, size_t n,
		      size_t with)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (used[i])
			group[find(group, i)] = find(group, with);
}

static void join_rules(struct ev_check *c, uint8_t *used)
{
	size_t n = c->p->n_variables, i, k;

	for (i = 0; i < n; i++) {
		memset(used, 0, n);
		for (k = 0; k < c->p->n_scenarios; k++)
			ev_law_uses(ev_source_rule(c->s, k, i), used);
		join_used(c->group, used, n, i);
	}
}

static void join_copula(struct ev_check *c)
{
	const struct ev_copula *u = &c->p->copula;
	size_t i, j;

	for (i = 0; i < u->n; i++)
		for (j = 0; j < i; j++)
			if (u->latent[i * u->n + j] != 0)
				c->group[find(c->group, u->variable[i])] =
					find(c->group, u->variable[j]);
}

void ev_check_groups(struct ev_check *c)
{
	size_t n = c->p->n_variables, i, k, count;
	uint8_t *used = ev_calloc(n + 1, 1);

	c->group = ev_calloc(n + 1, sizeof(*c->group));
	c->alone = ev_calloc(c->p->n_constraints + 1, 1);
	for (i = 0; i < n; i++)
		c->group[i] = i;
	join_rules(c, used);
	join_copula(c);
	for (k = 0; k < c->p->n_constraints; k++) {
		memset(used, 0, n);
		if (c->p->constraints[k].expr)
			ev_expr_uses(c->p->constraints[k].expr, used);
		for (i = 0, count = 0; i < n; i++)
			count += used[i];
		c->alone[k] = count == 1;
	}
	for (i = 0; i < n; i++)
		c->group[i] = find(c->group, i);
	free(used);
}

bool ev_check_allows(const struct ev_check *c, size_t variable, double x)
{
	size_t n = c->p->n_variables, k;
	double *values = ev_malloc((n + 1) * sizeof(*values));
	uint8_t *used = ev_calloc(n + 1, 1);
	bool allowed = true;

	for (k = 0; k < n; k++)
		values[k] = (double)NAN;
	values[variable] = x;
	for (k = 0; allowed && k < c->p->n_constraints; k++) {
		if (c->p->constraints[k].kind != EV_C_HARD || !c->alone[k])
			continue;
		memset(used, 0, n);
		ev_expr_uses(c->p->constraints[k].expr, used);
		if (used[variable])
			allowed = ev_expr_truth(c->p->constraints[k].expr,
						values) != EV_FALSE;
	}
	free(values);
	free(used);
	return allowed;
}

/* In the copula and of nothing else; its row there, or -1. */
static ptrdiff_t latent_of(const struct ev_check *c, size_t variable)
{
	const struct ev_rule *r;
	size_t k;

	for (k = 0; k < c->p->n_scenarios; k++) {
		r = ev_source_rule(c->s, k, variable);
		if (r->kind != EV_RULE_MARGINAL && r->kind != EV_RULE_LEVELS)
			return -1;
	}
	return c->p->variables[variable].latent;
}

/*
 * Patients drawn again for a constraint are no longer a sample of what is
 * declared: in total variation they are off by at most the share q that was
 * refused.  Two of the copula with the latent correlation r: |P(X <= x | A) -
 * P(X <= x)| <= |r| sqrt(F (1 - F) q / (1 - q)), as |r| is the greatest
 * correlation of any functions of them (Lancaster 1957).
 */
static double room(const struct ev_check *c, size_t k, size_t variable,
		   const uint8_t *used)
{
	const struct ev_copula *u = &c->p->copula;
	double q = (double)c->in->result->refused[k] /
		(double)c->in->result->attempts;
	ptrdiff_t own = latent_of(c, variable), other;
	size_t i;

	if (!c->alone[k] || own < 0)
		return q;
	for (i = 0; !used[i]; i++)
		;
	other = latent_of(c, i);
	if (i == variable || other < 0 || !(q < 1))
		return q;
	return fmin(q, fabs(u->latent[(size_t)own * u->n + (size_t)other]) *
		    sqrt(q / (1 - q)) / 2);
}

double ev_check_slack(const struct ev_check *c, size_t variable, bool exact)
{
	size_t n = c->p->n_variables, k, i;
	uint8_t *used = ev_calloc(n + 1, 1);
	double sum = 0;
	bool bears, own;

	for (k = 0; k < c->p->n_constraints; k++) {
		if (c->p->constraints[k].kind != EV_C_HARD ||
		    !c->in->result->refused[k] || !c->p->constraints[k].expr)
			continue;
		memset(used, 0, n);
		ev_expr_uses(c->p->constraints[k].expr, used);
		for (i = 0, bears = false; i < n; i++)
			bears |= used[i] && c->group[i] == c->group[variable];
		own = c->alone[k] && used[variable];
		if (bears && !(own && exact))
			sum += room(c, k, variable, used);
	}
	free(used);
	return sum;
}

/* What is written -------------------------------------------------------- */

void ev_check_row(double *values, const struct ev_check *c, size_t row)
{
	size_t i;

	for (i = 0; i < c->p->n_variables; i++)
		values[i] = c->column[i] ? c->column[i]->x[row] : (double)NAN;
}

static void one(struct ev_check *c, const struct ev_constraint *k,
		uint64_t events, uint64_t known)
{
	bool hard = k->kind == EV_C_HARD;
	struct ev_guard *x = ev_guard_add(c->out, "constraint.%s", k->id);

	if (!known) {
		ev_guard_undefined(x, "%s: in no row can it be told whether "
				   "it holds", k->text ? k->text : k->id);
		return;
	}
	ev_guard_says(x, "%s %s in %llu of %llu rows", k->text ? k->text :
		      k->id, hard ? "does not hold" : "holds",
		      (unsigned long long)events, (unsigned long long)known);
	ev_guard_at_most(x, hard ? (double)events : (double)events /
			 (double)known, hard ? 0 : k->max_rate, (double)NAN);
}

static void unique(struct ev_check *c, const struct ev_constraint *k)
{
	const struct ev_guard_column *col = c->column[k->unique];
	struct ev_guard *x = ev_guard_add(c->out, "constraint.%s", k->id);
	size_t n = c->t->n, i, again = 0;
	double *sorted;

	if (!col) {
		ev_guard_not_applicable(x, "%s is hidden",
					c->p->variables[k->unique].name);
		return;
	}
	sorted = ev_guard_sorted(&n, col);
	for (i = 1; i < n; i++)
		again += sorted[i] == sorted[i - 1];
	free(sorted);
	ev_guard_says(x, "values of %s that another patient has too",
		      col->name);
	ev_guard_at_most(x, (double)again, 0, (double)NAN);
}

static void acceptance(struct ev_check *c)
{
	const struct ev_synth_result *r = c->in->result;
	struct ev_guard_limit l = ev_guard_limit(c->p, EV_G_ACCEPTANCE);
	struct ev_guard *x = ev_guard_add(c->out, "acceptance");

	if (!r->attempts) {
		ev_guard_undefined(x, "nothing was drawn");
		return;
	}
	ev_guard_says(x, "%llu of %llu patients drawn were taken",
		      (unsigned long long)r->patients,
		      (unsigned long long)r->attempts);
	ev_guard_at_least(x, (double)r->patients / (double)r->attempts,
			  l.pass, l.review);
}

int ev_check_constraints(struct ev_check *c)
{
	size_t n = c->p->n_constraints, i, k;
	uint64_t *events = ev_calloc(2 * n + 1, sizeof(*events));
	uint64_t *known = events + n;
	double *values = ev_malloc((c->p->n_variables + 1) * sizeof(*values));
	const struct ev_constraint *at = c->p->constraints;
	enum ev_truth truth;

	for (i = 0; n && i < c->t->n; i++) {
		ev_check_row(values, c, i);
		for (k = 0; k < n; k++) {
			if (!at[k].expr)
				continue;
			truth = ev_expr_truth(at[k].expr, values);
			known[k] += truth != EV_UNKNOWN;
			events[k] += truth == (at[k].kind == EV_C_HARD ?
					       EV_FALSE : EV_TRUE);
		}
	}
	for (k = 0; k < n; k++)
		if (at[k].unique >= 0)
			unique(c, &at[k]);
		else if (at[k].expr)
			one(c, &at[k], events[k], known[k]);
	if (n)
		acceptance(c);
	free(events);
	free(values);
	return 0;
}
