#include "base/compat.h"

#include "synth/draw_internal.h"

#include <math.h>

#include "base/mem.h"
#include "stats/dist.h"
#include "synth/fixed.h"

#define Z_MAX 5.0			/* beyond it nothing is looked up */
#define STEPS_MAX 8192.0
#define WORTH 4.0			/* patients for each step */
#define CELLS 4096
/* Quantiles are accurate to some 1e-13: on either side of a step the number
 * that is rounded has to be farther from the tie than FAR of it. */
#define FAR 1e-11
#define NEAREST 1e-7			/* of z, beside a step */
#define FARTHEST 1e-4

/* What is looked up: a rule, and the level that it depends on. */
struct asked {
	const struct ev_rule *rule;
	const struct ev_variable *v;
	const struct ev_marginal *m;
	const double *full;
	unsigned places;
};

static double unrounded(const struct asked *a, double z)
{
	struct ev_raw raw = { .normal = a->v->latent >= 0, .z = z };

	/* a word is as good as z to 52 bits */
	if (!raw.normal)
		raw.word = (uint64_t)(ev_normal_cdf(z) * 0x1p64);
	return ev_draw_rule(a->rule, a->v, a->full, &raw);
}

static double rounded(const struct asked *a, double z)
{
	return ev_fixed_round(unrounded(a, z), a->places);
}

static double argument(const struct asked *a, double z)
{
	return a->v->latent >= 0 ? z : ev_normal_cdf(z);
}

static double power_of_ten(unsigned places)
{
	double x = 1;

	while (places--)
		x *= 10;
	return x;
}

/* Where `tie` comes out, and how far from there it is certain on which side
 * of it a number is; false if it is not. */
static bool find_step(struct ev_step *s, const struct asked *a, double tie,
		      const double value[2])
{
	double p = ev_marginal_cdf(a->m, (tie - a->rule->shift) /
				   a->rule->factor);
	double z = ev_normal_quantile(p), margin = FAR * fabs(tie), by, low,
	       high;

	if (!(p > 0 && p < 1 && z > -Z_MAX && z < Z_MAX))
		return false;
	for (by = NEAREST; by < FARTHEST; by *= 8) {
		low = unrounded(a, z - by);
		high = unrounded(a, z + by);
		if (low > tie - margin || high < tie + margin)
			continue;
		s->below = argument(a, z - by);
		s->above = argument(a, z + by);
		return ev_fixed_round(low, a->places) == value[0] &&
			ev_fixed_round(high, a->places) == value[1];
	}
	return false;
}

static bool find_steps(struct ev_lookup *l, const struct asked *a, double first,
		       double steps)
{
	double unit = power_of_ten(a->places), count, value[2];
	size_t i;

	count = floor(first * unit + 0.5);
	l->n = (size_t)steps;
	l->steps = ev_calloc(l->n + 1, sizeof(*l->steps));
	for (i = 0; i < l->n; i++, count++) {
		value[0] = count / unit;
		value[1] = (count + 1) / unit;
		l->steps[i].value = value[0];
		if (!find_step(&l->steps[i], a, (count + 0.5) / unit, value) ||
		    (i && l->steps[i - 1].above > l->steps[i].below))
			return false;
	}
	l->steps[i].value = rounded(a, Z_MAX);
	l->steps[i].below = l->steps[i].above = INFINITY;
	return true;
}

/* By cell, the first step that is not wholly below it. */
static void index_steps(struct ev_lookup *l)
{
	size_t i, k = 0;

	l->first = ev_calloc(CELLS + 1, sizeof(*l->first));
	for (i = 0; i <= CELLS; i++) {
		while (k < l->n && ev_lookup_cell(l, l->steps[k].above) < i)
			k++;
		l->first[i] = (uint16_t)k;
	}
}

static void make(struct ev_lookup *l, const struct asked *a, uint64_t patients)
{
	double first = rounded(a, -Z_MAX), last = rounded(a, Z_MAX), steps;

	steps = floor((last - first) * power_of_ten(a->places) + 0.5);
	if (!(steps > 0 && steps <= STEPS_MAX &&
	      steps * WORTH <= (double)patients))
		return;
	l->from = argument(a, -Z_MAX);
	l->to = argument(a, Z_MAX);
	l->cells = CELLS / (l->to - l->from);
	if (find_steps(l, a, first, steps)) {
		index_steps(l);
		return;
	}
	free(l->steps);
	memset(l, 0, sizeof(*l));
}

/* Those whose quantiles cost less than to look them up. */
static bool is_quick(const struct ev_marginal *m)
{
	return m->kind == EV_D_CONSTANT || m->kind == EV_D_UNIFORM ||
		m->kind == EV_D_TRIANGULAR || m->kind == EV_D_HISTOGRAM;
}

static const struct ev_marginal *marginal_of(const struct ev_rule *r, size_t i)
{
	return r->kind == EV_RULE_MARGINAL ? &r->marginal :
		&r->given.marginals[i];
}

static void make_all(struct ev_lookups *out, const struct ev_source *s,
		     const struct ev_rule *r, const struct ev_variable *v,
		     double *full)
{
	struct asked a = { .rule = r, .v = v, .full = full };
	bool given = r->kind == EV_RULE_GIVEN;
	size_t i;

	if (!(r->factor > 0) || v->distinct || ev_variable_has_levels(v) ||
	    (!given && r->kind != EV_RULE_MARGINAL))
		return;
	a.places = v->type == EV_V_DECIMAL ? v->places : 0;
	out->n = given ? r->given.n : 1;
	out->of = ev_calloc(out->n, sizeof(*out->of));
	for (i = 0; i < out->n; i++) {
		a.m = marginal_of(r, i);
		if (given)
			full[r->given.on] = (double)i;
		if (!is_quick(a.m))
			make(&out->of[i], &a, s->patients);
	}
}

void ev_lookups_make(struct ev_source *s)
{
	const struct ev_pack *p = s->pack;
	double *full = ev_calloc(p->n_variables + 1, sizeof(*full));
	struct ev_lookups *row = ev_calloc((p->n_scenarios + 1) *
					   p->n_variables + 1, sizeof(*row));
	const struct ev_scenario *c;
	size_t i, k;

	s->lookups = row;
	for (i = 0; i < p->n_variables; i++)
		make_all(&row[i], s, &p->variables[i].rule, &p->variables[i],
			 full);
	for (k = 0; k < p->n_scenarios; k++) {
		c = &p->scenarios[k];
		row += p->n_variables;
		for (i = 0; i < c->n_set; i++)
			make_all(&row[c->set[i].variable], s, &c->set[i].rule,
				 &p->variables[c->set[i].variable], full);
	}
	free(full);
}

void ev_lookups_release(struct ev_source *s)
{
	const struct ev_pack *p = s->pack;
	size_t i, k, n = p ? (p->n_scenarios + 1) * p->n_variables : 0;

	for (i = 0; s->lookups && i < n; i++) {
		for (k = 0; k < s->lookups[i].n; k++) {
			free(s->lookups[i].of[k].steps);
			free(s->lookups[i].of[k].first);
		}
		free(s->lookups[i].of);
	}
	free(s->lookups);
}
