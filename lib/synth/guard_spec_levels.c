#include "base/compat.h"

#include "synth/guard_spec.h"

#include <math.h>

#include "base/mem.h"
#include "stats/special.h"

#define ALPHA 0.01

/* The mean of a distance is at most half the sum of standard deviations, and
 * each row moves it by no more than 1 / n (McDiarmid). */
double ev_tvd_chance(const double *p, size_t levels, double n, size_t of)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < levels; i++)
		sum += sqrt(fmax(p[i] * (1 - p[i]), 0) / n);
	return sum / 2 + sqrt(-ev_log(ALPHA / (double)of) / 2 / n);
}

/* Shares are those of the levels that constraints of it alone allow. */
static void restrict_shares(double *p, const uint8_t *allowed, size_t n)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += allowed[i] ? p[i] : 0;
	for (i = 0; i < n && sum > 0; i++)
		p[i] = allowed[i] ? p[i] / sum : 0;
}

struct counts {
	double *seen, *declared;	/* by level; the last of seen: others */
	double sum;
};

/* Rows that cannot be told are left out of both. */
static void by_patient(struct counts *n, const struct ev_check *c,
		       size_t variable, const struct ev_weights *w,
		       const uint8_t *allowed)
{
	size_t levels = c->p->variables[variable].levels.n, i, k;
	double *p = ev_calloc(levels + 1, sizeof(*p)), x;
	double *values = ev_malloc((c->p->n_variables + 1) * sizeof(*values));

	for (i = 0; i < c->t->n; i++) {
		if (!(w->w[i] > 0))
			continue;
		ev_check_row(values, c, i);
		if (!ev_law_levels(p, c->s, c->scenario[i], variable, values))
			continue;
		restrict_shares(p, allowed, levels);
		x = values[variable];
		n->seen[x < (double)levels ? (size_t)x : levels] += w->w[i];
		n->sum += w->w[i];
		for (k = 0; k < levels; k++)
			n->declared[k] += w->w[i] * p[k];
	}
	free(p);
	free(values);
}

static void exactly(struct counts *n, const struct ev_check *c,
		    size_t variable, const struct ev_weights *w,
		    const uint8_t *allowed)
{
	size_t levels = c->p->variables[variable].levels.n, i, k;
	double *p = ev_calloc(levels + 1, sizeof(*p)), x, share;

	for (i = 0; i < c->t->n; i++) {
		if (!(w->w[i] > 0))
			continue;
		x = c->column[variable]->x[i];
		n->seen[x < (double)levels ? (size_t)x : levels] += w->w[i];
		n->sum += w->w[i];
	}
	for (i = 0; i < c->p->n_scenarios; i++) {
		share = (double)c->s->counts[i] / (double)c->s->patients;
		if (!(share > 0) ||
		    !ev_law_levels(p, c->s, i, variable, NULL))
			continue;
		restrict_shares(p, allowed, levels);
		for (k = 0; k < levels; k++)
			n->declared[k] += n->sum * share * p[k];
	}
	free(p);
}

static void tvd(struct ev_guard *x, const struct ev_check *c, size_t variable,
		const struct counts *n, double rows, double slack, size_t of)
{
	struct ev_guard_limit l = ev_guard_limit(c->p, EV_G_TVD);
	size_t levels = c->p->variables[variable].levels.n, i;
	const char *name = c->p->variables[variable].name;
	double d = n->seen[levels] / n->sum, chance, limit;

	for (i = 0; i < levels; i++) {
		d += fabs(n->seen[i] - n->declared[i]) / n->sum;
		n->declared[i] /= n->sum;
	}
	chance = ev_tvd_chance(n->declared, levels, rows, of);
	limit = fmax(l.pass, chance) + slack;
	ev_guard_says(x, "total variation distance of %s from its declared "
		      "shares%s", name, chance > l.pass ? "; the limit is "
		      "what chance does in so few rows" : slack > 0 ?
		      "; the limit has room for what hard constraints refuse" :
		      "");
	ev_guard_at_most(x, d / 2, limit, fmax(l.review, chance) + slack);
}

/* Levels that so many rows should have had, and written ones that are none. */
static void category(struct ev_check *c, size_t variable,
		     const struct counts *n, double rows)
{
	struct ev_guard_limit l = ev_guard_limit(c->p, EV_G_COVERAGE);
	size_t levels = c->p->variables[variable].levels.n, i;
	const char *name = c->p->variables[variable].name;
	struct ev_guard *x = ev_guard_add(c->out, "adherence.%s", name);
	size_t due = 0, seen = 0;

	ev_guard_says(x, "share of the values of %s that are among its levels",
		      name);
	ev_guard_at_least(x, 1 - n->seen[levels] / n->sum, 1, (double)NAN);
	for (i = 0; i < levels; i++) {
		/* absent by chance once in 1000 times at most */
		if (n->declared[i] * rows < 7)
			continue;
		due++;
		seen += n->seen[i] > 0;
	}
	x = ev_guard_add(c->out, "coverage.%s", name);
	if (!due) {
		ev_guard_not_applicable(x, "%s: too few rows to expect any "
					"level for sure", name);
		return;
	}
	ev_guard_says(x, "%zu of %zu levels of %s that are to be expected "
		      "occur", seen, due, name);
	ev_guard_at_least(x, (double)seen / (double)due, l.pass, l.review);
}

static void compare(struct ev_check *c, struct ev_guard *x, size_t variable,
		    bool exact, const struct ev_weights *w, size_t of)
{
	size_t levels = c->p->variables[variable].levels.n, i;
	const char *name = c->p->variables[variable].name;
	struct counts n = { ev_calloc(levels + 2, sizeof(double)),
			    ev_calloc(levels + 2, sizeof(double)), 0 };
	uint8_t *allowed = ev_calloc(levels + 1, 1);
	double rows;

	for (i = 0; i < levels; i++)
		allowed[i] = ev_check_allows(c, variable, (double)i);
	if (exact)
		exactly(&n, c, variable, w, allowed);
	else
		by_patient(&n, c, variable, w, allowed);
	rows = w->sum > 0 ? w->rows * n.sum / w->sum : 0;
	if (!(n.sum > 0)) {
		ev_guard_undefined(x, "%s has no values to compare", name);
	} else {
		tvd(x, c, variable, &n, rows, ev_check_slack(c, variable,
							     true), of);
		category(c, variable, &n, rows);
	}
	free(n.seen);
	free(n.declared);
	free(allowed);
}

void ev_spec_levels(struct ev_check *c, size_t variable, size_t of)
{
	const char *name = c->p->variables[variable].name, *why;
	struct ev_guard *x = ev_guard_add(c->out, "tvd.%s", name);
	uint8_t *needs = ev_calloc(c->p->n_variables + 1, 1);
	struct ev_weights w = { NULL, 0, 0 };
	bool exact;

	if (!c->column[variable]) {
		ev_guard_incomplete(x, "the table has no column '%s'", name);
		goto out;
	}
	why = ev_spec_why_not(&exact, c, variable, needs);
	if (why)
		ev_guard_not_applicable(x, "%s: %s", name, why);
	else if (!ev_spec_weights(&w, c, variable, exact ? NULL : needs))
		ev_guard_not_applicable(x, "%s: what its lost values were "
					"cannot be told from the table", name);
	else
		compare(c, x, variable, exact, &w, of);
out:
	ev_weights_release(&w);
	free(needs);
}
