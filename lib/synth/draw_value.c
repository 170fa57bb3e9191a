#include "base/compat.h"

#include "synth/draw_internal.h"

#include <math.h>

#include "base/error.h"
#include "stats/dist.h"
#include "stats/special.h"
#include "synth/fixed.h"

#define SMALLEST 0x1p-53

static double inside(double u)
{
	return u < SMALLEST ? SMALLEST : u > 1 - SMALLEST ? 1 - SMALLEST : u;
}

static double uniform_of(const struct ev_raw *r)
{
	return r->normal ? inside(ev_normal_cdf(r->z)) :
		ev_bits_uniform(r->word);
}

static double normal_of(const struct ev_raw *r)
{
	return r->normal ? r->z :
		ev_normal_quantile(ev_bits_uniform(r->word));
}

static uint64_t word_of(const struct ev_raw *r)
{
	return r->normal ? (uint64_t)(uniform_of(r) * 0x1p64) : r->word;
}

/* A normal one needs no way there and back by its distribution function. */
static double from_marginal(const struct ev_marginal *m, const struct ev_raw *r)
{
	if (!m->truncated && m->kind == EV_D_NORMAL)
		return m->a + m->b * normal_of(r);
	if (!m->truncated && m->kind == EV_D_LOGNORMAL)
		return m->a * ev_exp(m->log_b * normal_of(r));
	return ev_marginal_quantile(m, uniform_of(r));
}

static double linear(const struct ev_predictor *p, const double *full)
{
	const struct ev_term *t;
	double sum = p->intercept, x;
	size_t i;

	for (i = 0; i < p->n; i++) {
		t = &p->terms[i];
		x = full[t->variable];
		if (t->level >= 0)
			x = x == (double)t->level;
		else
			x /= t->scale;
		sum += t->coefficient * x;
	}
	return sum;
}

static double logistic(double x)
{
	return 1 / (1 + ev_exp(-x));
}

/* A residual restricted to [low, high] in units of sd, by its quantiles. */
static double truncated_normal(double low, double high, const struct ev_raw *r)
{
	double p_low = ev_normal_cdf(low), p_high = ev_normal_cdf(high), z;

	/* the tail above is told apart on the other side */
	if (low > 0) {
		p_low = ev_normal_cdf(-high);
		p_high = ev_normal_cdf(-low);
		z = -ev_normal_quantile(p_high - uniform_of(r) *
					(p_high - p_low));
	} else {
		z = ev_normal_quantile(p_low + uniform_of(r) *
				       (p_high - p_low));
	}
	return z < low || !(p_low < p_high) ? low : z > high ? high : z;
}

static double clamped(double x, double low, double high)
{
	return x < low ? low : x > high ? high : x;
}

/* [low, high] of what comes out, in units of the predictor's residual. */
static void residual_range(double range[2], const struct ev_rule *r,
			   double eta)
{
	double edge[2] = { r->truncate_low, r->truncate_high }, x;
	const struct ev_predictor *p = &r->predictor;
	int i;

	for (i = 0; i < 2; i++) {
		x = edge[i];
		if (p->link == EV_LINK_LOG)
			x = x > 0 ? ev_log(x) : -INFINITY;
		range[i] = (x - eta) / p->sd;
	}
}

static double from_predictor(const struct ev_rule *r, const double *full,
			     const struct ev_raw *raw, bool boolean)
{
	const struct ev_predictor *p = &r->predictor;
	double eta = linear(p, full), range[2], share, x;

	if (boolean) {
		share = p->link == EV_LINK_LOGIT ? logistic(eta) :
			p->link == EV_LINK_LOG ? ev_exp(eta) : eta;
		/* as with levels: no below, yes above */
		return eta != eta ? eta : 1 - uniform_of(raw) < share;
	}
	if (p->sd > 0 && r->has_truncate && p->link != EV_LINK_LOGIT) {
		residual_range(range, r, eta);
		eta += p->sd * truncated_normal(range[0], range[1], raw);
	} else if (p->sd > 0) {
		eta += p->sd * normal_of(raw);
	}
	x = p->link == EV_LINK_LOGIT ? logistic(eta) :
		p->link == EV_LINK_LOG ? ev_exp(eta) : eta;
	return r->has_truncate ? clamped(x, r->truncate_low, r->truncate_high) :
		x;
}

static double from_given(const struct ev_given *g, const double *full,
			 const struct ev_raw *raw)
{
	double on = full[g->on];
	size_t i;

	if (!(on >= 0 && on < (double)g->n))
		return (double)NAN;
	i = (size_t)on;
	return g->levels ? (double)ev_levels_pick(&g->levels[i],
						  word_of(raw)) :
		from_marginal(&g->marginals[i], raw);
}

static double from_cut(const struct ev_cut *c, const double *full)
{
	double x = full[c->of];
	size_t i = 0;

	if (x != x)
		return x;
	while (i < c->n && x >= c->at[i])
		i++;
	return (double)i;
}

static bool is_number(const struct ev_variable *v)
{
	return v->type == EV_V_INT || v->type == EV_V_DECIMAL ||
		v->type == EV_V_OFFSET;
}

double ev_draw_rule(const struct ev_rule *r, const struct ev_variable *v,
		    const double *full, const struct ev_raw *raw)
{
	double x = 0;

	switch (r->kind) {
	case EV_RULE_MARGINAL:
		x = from_marginal(&r->marginal, raw);
		break;
	case EV_RULE_LEVELS:
		return (double)ev_levels_pick(&r->levels, word_of(raw));
	case EV_RULE_GIVEN:
		x = from_given(&r->given, full, raw);
		break;
	case EV_RULE_PREDICTOR:
		x = from_predictor(r, full, raw, v->type == EV_V_BOOLEAN);
		break;
	case EV_RULE_CUT:
		return from_cut(&r->cut, full);
	case EV_RULE_EXPR:
		x = ev_expr_number(r->expr, full);
		break;
	}
	if (!is_number(v))
		return x;
	x = r->factor * x + r->shift;
	if (r->has_clip)
		x = clamped(x, r->clip_low, r->clip_high);
	return x;
}

/* The correlated normal numbers: the factor's rows times independent ones. */
static void draw_latent(struct ev_drawn *out, const struct ev_copula *c)
{
	double *z = out->latent, *free_of = z + c->n, sum;
	const double *row = c->factor;
	size_t i, j;

	for (i = 0; i < c->n; i++)
		free_of[i] = ev_normal_quantile(ev_bits_uniform(
			out->words[c->variable[i]]));
	for (i = 0; i < c->n; i++, row += c->n) {
		sum = 0;
		for (j = 0; j <= i; j++)
			sum += row[j] * free_of[j];
		z[i] = sum;
	}
}

/* What was drawn ahead is that of the first attempt. */
static bool draw_ahead(struct ev_drawn *out, const struct ev_dice *d)
{
	const struct ev_ahead *h = ev_ahead_of(out, d->source, d->patient);
	const struct ev_pack *p = out->pack;
	uint64_t k;
	size_t i;

	if (!h || d->attempt)
		return false;
	k = d->patient - h->first;
	for (i = 0; i < p->n_variables; i++)
		out->words[i] = h->words[i * EV_DRAW_AHEAD + k];
	for (i = 0; i < p->copula.n; i++)
		out->latent[i] = h->latent[i * EV_DRAW_AHEAD + k];
	return true;
}

static int out_of_range(const struct ev_drawn *out, size_t variable)
{
	return ev_fail(EV_EINVALID, "variable '%s' is out of range for patient "
		       "%llu of scenario '%s'",
		       out->pack->variables[variable].name,
		       (unsigned long long)(out->patient + 1),
		       out->pack->scenarios[out->scenario].id);
}

/* A rounded number of steps that were found beforehand. */
static bool looked_up(double *x, const struct ev_lookups *l,
		      const struct ev_rule *r, const double *full,
		      const struct ev_raw *raw)
{
	size_t i = 0;

	if (!l->n)
		return false;
	if (r->kind == EV_RULE_GIVEN) {
		if (!(full[r->given.on] >= 0))
			return false;
		i = (size_t)full[r->given.on];
	}
	return i < l->n && ev_lookup_find(x, &l->of[i], raw->normal ? raw->z :
					  ev_bits_uniform(raw->word));
}

int ev_draw_values(struct ev_drawn *out, const struct ev_dice *d)
{
	const struct ev_pack *p = out->pack;
	const struct ev_variable *v;
	const struct ev_rule *r;
	struct ev_raw raw;
	size_t i, k;
	double x;

	if (!draw_ahead(out, d)) {
		ev_dice_words(out->words, d, d->source->streams,
			      p->n_variables);
		draw_latent(out, &p->copula);
	}
	for (k = 0; k < p->n_variables; k++) {
		i = p->order[k];
		v = &p->variables[i];
		r = ev_source_rule(d->source, out->scenario, i);
		raw.normal = v->latent >= 0;
		raw.z = raw.normal ? out->latent[v->latent] : 0;
		raw.word = out->words[i];
		if (looked_up(&out->full[i], ev_source_lookups(d->source,
			      out->scenario, i), r, out->full, &raw))
			continue;
		x = v->distinct ? r->marginal.a + (double)ev_draw_distinct(d, v)
			: ev_draw_rule(r, v, out->full, &raw);
		if (x == x && is_number(v)) {
			x = ev_fixed_round(x, v->type == EV_V_DECIMAL ?
					   v->places : 0);
			if (x != x)
				return out_of_range(out, i);
		}
		out->full[i] = x;
	}
	return 0;
}
