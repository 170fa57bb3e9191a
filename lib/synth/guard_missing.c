#include "base/compat.h"

#include "synth/guard_internal.h"

#include <math.h>

#include "base/mem.h"
#include "stats/dist.h"
#include "stats/special.h"
#include "synth/draw_internal.h"

#define ALPHA 0.01
#define NODES 2000u			/* of a mean over a distribution */

static double share_of(uint64_t threshold)
{
	return threshold == UINT64_MAX ? 1 : (double)threshold * 0x1p-64;
}

/* By the levels of another column, as they are written. */
static double by_level(const struct ev_check *c,
		       const struct ev_missingness *m, const char **why)
{
	const struct ev_guard_column *on = c->column[m->on];
	double sum = 0, x;
	size_t i, n = 0;

	if (!on) {
		*why = "it depends on a variable that is hidden";
		return (double)NAN;
	}
	for (i = 0; i < c->t->n; i++) {
		x = on->x[i];
		if (!(x >= 0) || x >= (double)on->declared)
			continue;
		sum += share_of(m->by_level[(size_t)x]);
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
	case EV_MISS_MCAR:
		return share_of(m->threshold);
	case EV_MISS_MAR:
		return by_level(c, m, why);
	case EV_MISS_MNAR:
		return by_itself(c, variable, m, why);
	default:
		*why = "it is lost with others";
		return (double)NAN;
	}
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
				     EV_MISS_NONE || c->column[i]->missing))
			one(c, i, of ? of : 1);
	return 0;
}
