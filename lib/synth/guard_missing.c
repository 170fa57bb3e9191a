#include "base/compat.h"

#include "synth/guard_internal.h"

#include <math.h>

#include "base/mem.h"
#include "stats/dist.h"
#include "stats/special.h"
#include "synth/draw_internal.h"

#define ALPHA 0.01
#define NODES 2000u			/* of a mean over a distribution */

/* By the levels of other columns, as they are written; and by all that it is
 * lost after. */
static double by_rows(const struct ev_check *c, size_t variable,
		      const char **why)
{
	const struct ev_missingness *m;
	const struct ev_guard_column *on;
	double sum = 0, kept, x;
	size_t i, n = 0, at;

	for (i = 0; i < c->t->n; i++) {
		for (at = variable, kept = 1;; at = m->after) {
			m = &c->p->variables[at].missing;
			if (m->kind == EV_MISS_MNAR) {
				*why = "it is lost after one that is lost by "
					"its own size";
				return (double)NAN;
			}
			on = m->by_level ? c->column[m->on] : NULL;
			x = on ? on->x[i] : (double)NAN;
			if (m->kind != EV_MISS_NONE)
				kept *= !m->by_level ? 1 -
					ev_share_of(m->threshold) :
					x >= 0 && x < (double)on->declared ?
					1 - ev_share_of(m->by_level[(size_t)x])
					: (double)NAN;
			if (m->kind != EV_MISS_MONOTONE)
				break;
		}
		if (kept != kept)
			continue;
		sum += 1 - kept;
		n++;
	}
	if (!n)
		*why = "no row has what it depends on";
	return n ? sum / (double)n : (double)NAN;
}

/* By its own size: the mean over the declared distribution, at the middles of
 * as many parts of it, each scenario by itself. */
static double by_itself(const struct ev_check *c, size_t variable,
			const struct ev_missingness *m, const char **why)
{
	const struct ev_rule *r;
	double sum = 0, part, share, x;
	size_t k, i;

	for (k = 0; k < c->p->n_scenarios; k++) {
		r = ev_source_rule(c->s, k, variable);
		share = (double)c->s->counts[k] / (double)c->s->patients;
		if (!(share > 0))
			continue;
		if (r->kind != EV_RULE_MARGINAL) {
			*why = "it is lost by its own size, and its "
				"distribution depends on others";
			return (double)NAN;
		}
		for (i = 0, part = 0; i < NODES; i++) {
			x = ev_marginal_quantile(&r->marginal, ((double)i +
						 0.5) / NODES);
			x = r->factor * x + r->shift;
			if (r->has_clip)
				x = fmin(fmax(x, r->clip_low), r->clip_high);
			part += 1 / (1 + ev_exp(-(m->intercept + m->slope *
						  x)));
		}
		sum += share * part / NODES;
	}
	return sum;
}

static double declared(const struct ev_check *c, size_t variable,
		       const char **why)
{
	const struct ev_missingness *m = &c->p->variables[variable].missing;

	switch (m->kind) {
	case EV_MISS_NONE:
		return 0;
	case EV_MISS_MNAR:
		return by_itself(c, variable, m, why);
	default:
		return by_rows(c, variable, why);
	}
}

/* Once one of a chain is lost, so are those after it. */
static void monotone(struct ev_check *c, size_t i)
{
	const struct ev_variable *v = &c->p->variables[i];
	const struct ev_guard_column *first = c->column[v->missing.after];
	struct ev_guard *x;
	size_t k, wrong = 0;

	if (v->missing.kind != EV_MISS_MONOTONE || !first)
		return;
	for (k = 0; k < c->t->n; k++)
		wrong += first->x[k] != first->x[k] &&
			c->column[i]->x[k] == c->column[i]->x[k];
	x = ev_guard_add(c->out, "monotone.%s", v->name);
	ev_guard_says(x, "patients that have %s and not %s", v->name,
		      first->name);
	ev_guard_at_most(x, (double)wrong, 0, (double)NAN);
}

static void one(struct ev_check *c, size_t i, size_t of)
{
	struct ev_guard_limit l = ev_guard_limit(c->p, EV_G_MISSINGNESS);
	const char *name = c->p->variables[i].name, *why = NULL;
	struct ev_guard *x = ev_guard_add(c->out, "missing.%s", name);
	double target = declared(c, i, &why), rate, n = (double)c->t->n;
	double chance, slack = ev_check_slack(c, i, false);

	if (why) {
		ev_guard_not_applicable(x, "%s: %s", name, why);
		return;
	}
	rate = n > 0 ? (double)c->column[i]->missing / n : (double)NAN;
	if (c->p->variables[i].missing.kind != EV_MISS_MNAR)
		slack = 0;
	chance = sqrt(target * (1 - target) / n) * ev_normal_z(1 - ALPHA /
								  (double)of);
	ev_guard_says(x, "share of missing values of %s, from the one that is "
		      "declared%s", name, chance > l.pass ? "; the limit is "
		      "what chance does in so few rows" : "");
	ev_guard_at_most(x, fabs(rate - target), fmax(l.pass, chance) + slack,
			 fmax(l.review, chance) + slack);
}

int ev_check_missing(struct ev_check *c)
{
	size_t i, of = 0;

	for (i = 0; i < c->p->n_variables; i++)
		of += c->column[i] && c->p->variables[i].missing.kind !=
			EV_MISS_NONE;
	for (i = 0; i < c->p->n_variables; i++)
		if (c->column[i] && (c->p->variables[i].missing.kind !=
				     EV_MISS_NONE || c->column[i]->missing)) {
			one(c, i, of ? of : 1);
			monotone(c, i);
		}
	return 0;
}
