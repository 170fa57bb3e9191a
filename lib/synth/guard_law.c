#include "base/compat.h"

#include "synth/guard_internal.h"

#include <math.h>

#include "stats/dist.h"
#include "stats/special.h"
#include "synth/draw_internal.h"

#define DEPTH_MAX 64u

static bool is_number(const struct ev_variable *v)
{
	return !ev_variable_has_levels(v);
}

static bool exact(const struct ev_source *s, size_t scenario, size_t variable,
		  unsigned depth)
{
	const struct ev_rule *r = ev_source_rule(s, scenario, variable);

	if (depth > DEPTH_MAX)
		return false;
	return r->kind == EV_RULE_MARGINAL || r->kind == EV_RULE_LEVELS ||
		(r->kind == EV_RULE_CUT &&
		 exact(s, scenario, r->cut.of, depth + 1));
}

bool ev_law_is_exact(const struct ev_source *s, size_t scenario,
		     size_t variable)
{
	return exact(s, scenario, variable, 0);
}

void ev_law_uses(const struct ev_rule *r, uint8_t *used)
{
	size_t i;

	switch (r->kind) {
	case EV_RULE_GIVEN:
		used[r->given.on] = 1;
		break;
	case EV_RULE_PREDICTOR:
		for (i = 0; i < r->predictor.n; i++)
			used[r->predictor.terms[i].variable] = 1;
		break;
	case EV_RULE_CUT:
		used[r->cut.of] = 1;
		break;
	case EV_RULE_EXPR:
		if (r->expr)
			ev_expr_uses(r->expr, used);
		break;
	default:
		break;
	}
}

/* P(X < t) or P(X <= t) of a normal residual within [low, high]. */
static double normal_part(double t, double low, double high)
{
	double a, b;

	if (t < low)
		return 0;
	if (t >= high)
		return 1;
	if (low > 0) {
		a = ev_normal_sf(low);
		b = ev_normal_sf(high);
		return a > b ? (a - ev_normal_sf(t)) / (a - b) : 1;
	}
	a = ev_normal_cdf(low);
	b = ev_normal_cdf(high);
	return a < b ? (ev_normal_cdf(t) - a) / (b - a) : 1;
}

static double logistic(double x)
{
	return 1 / (1 + ev_exp(-x));
}

static double linear(const struct ev_predictor *p, const double *full)
{
	const struct ev_term *t;
	double sum = p->intercept, x;
	size_t i;

	for (i = 0; i < p->n; i++) {
		t = &p->terms[i];
		x = full[t->variable];
		if (x == x && t->level >= 0)
			x = x == (double)t->level;
		sum += t->coefficient * x / (t->level >= 0 ? 1 : t->scale);
	}
	return sum;
}

/* What a predictor without residual gives. */
static double point(const struct ev_rule *r, double eta)
{
	double x = r->predictor.link == EV_LINK_LOGIT ? logistic(eta) :
		r->predictor.link == EV_LINK_LOG ? ev_exp(eta) : eta;

	if (!r->has_truncate)
		return x;
	return x < r->truncate_low ? r->truncate_low :
		x > r->truncate_high ? r->truncate_high : x;
}

static double on_scale(const struct ev_predictor *p, double x, double eta)
{
	if (p->link == EV_LINK_LOG)
		x = x > 0 ? ev_log(x) : -(double)INFINITY;
	return (x - eta) / p->sd;
}

static double predictor_cdf(const struct ev_rule *r, const double *full,
			    double t, bool below)
{
	const struct ev_predictor *p = &r->predictor;
	double eta = linear(p, full), low = -(double)INFINITY;
	double high = (double)INFINITY;

	if (eta != eta)
		return eta;
	if (!(p->sd > 0) || p->link == EV_LINK_LOGIT)
		return below ? point(r, eta) < t : point(r, eta) <= t;
	if (r->has_truncate) {
		low = on_scale(p, r->truncate_low, eta);
		high = on_scale(p, r->truncate_high, eta);
	}
	return normal_part(on_scale(p, t, eta), low, high);
}

static double marginal_cdf(const struct ev_marginal *m, double t, bool below)
{
	return below ? ev_marginal_below(m, t) : ev_marginal_cdf(m, t);
}

/* Of what the rule draws, before factor and shift. */
static double raw_cdf(const struct ev_rule *r, const double *full, double t,
		      bool below)
{
	double on, x;

	switch (r->kind) {
	case EV_RULE_MARGINAL:
		return marginal_cdf(&r->marginal, t, below);
	case EV_RULE_GIVEN:
		on = full ? full[r->given.on] : (double)NAN;
		if (!r->given.marginals || !(on >= 0) ||
		    on >= (double)r->given.n)
			return (double)NAN;
		return marginal_cdf(&r->given.marginals[(size_t)on], t, below);
	case EV_RULE_PREDICTOR:
		return full ? predictor_cdf(r, full, t, below) : (double)NAN;
	case EV_RULE_EXPR:
		x = full && r->expr ? ev_expr_number(r->expr, full) :
			(double)NAN;
		return x != x ? x : below ? x < t : x <= t;
	default:
		return (double)NAN;
	}
}

/* Of the number before rounding; `below`: P(X < t). */
static double scaled_cdf(const struct ev_rule *r, const double *full,
			 double t, bool below)
{
	double cut;

	if (r->has_clip && (below ? t > r->clip_high : t >= r->clip_high))
		return 1;
	if (r->has_clip && (below ? t <= r->clip_low : t < r->clip_low))
		return 0;
	if (r->factor == 0)
		return below ? r->shift < t : r->shift <= t;
	cut = r->factor == 1 && r->shift == 0 ? t : (t - r->shift) / r->factor;
	if (r->factor > 0)
		return raw_cdf(r, full, cut, below);
	return 1 - raw_cdf(r, full, cut, !below);
}

/* Halves are rounded to even: they belong to x if its last digit is. */
void ev_law_at(double out[2], const struct ev_source *s, size_t scenario,
	       size_t variable, const double *full, double x)
{
	const struct ev_variable *v = &s->pack->variables[variable];
	const struct ev_rule *r = ev_source_rule(s, scenario, variable);
	double scale = 1, units;
	unsigned k;
	bool even;

	for (k = 0; v->type == EV_V_DECIMAL && k < v->places; k++)
		scale *= 10;
	units = rint(x * scale);
	even = fmod(units, 2) == 0;
	out[0] = scaled_cdf(r, full, (units - 0.5) / scale, even);
	out[1] = scaled_cdf(r, full, (units + 0.5) / scale, !even);
}

static void from_thresholds(double *out, const struct ev_levels *l, size_t n)
{
	double before = 0, here;
	size_t i;

	for (i = 0; i < n; i++) {
		here = i >= l->last ? 1 : l->t[i] == UINT64_MAX ? 1 :
			(double)l->t[i] * 0x1p-64;
		out[i] = here > before ? here - before : 0;
		before = here > before ? here : before;
	}
}

static double yes_share(const struct ev_rule *r, const double *full)
{
	double eta = linear(&r->predictor, full), p;

	if (eta != eta)
		return eta;
	p = r->predictor.link == EV_LINK_LOGIT ? logistic(eta) :
		r->predictor.link == EV_LINK_LOG ? ev_exp(eta) : eta;
	return p < 0 ? 0 : p > 1 ? 1 : p;
}

/* The next written number below a cut. */
static double share_below(const struct ev_source *s, size_t scenario,
			  size_t of, double cut)
{
	const struct ev_variable *v = &s->pack->variables[of];
	double scale = 1, units, at[2];
	unsigned k;

	for (k = 0; v->type == EV_V_DECIMAL && k < v->places; k++)
		scale *= 10;
	units = ceil(cut * scale - 1e-9) - 1;
	ev_law_at(at, s, scenario, of, NULL, units / scale);
	return at[1];
}

static bool cut_levels(double *out, const struct ev_source *s,
		       size_t scenario, const struct ev_cut *c,
		       const double *full)
{
	double before = 0, here, x;
	size_t i, k = 0;

	if (full) {
		x = full[c->of];
		if (x != x)
			return false;
		while (k < c->n && x >= c->at[k])
			k++;
		for (i = 0; i <= c->n; i++)
			out[i] = i == k;
		return true;
	}
	for (i = 0; i <= c->n; i++) {
		here = i < c->n ? share_below(s, scenario, c->of, c->at[i]) :
			1;
		out[i] = here > before ? here - before : 0;
		before = here > before ? here : before;
	}
	return true;
}

bool ev_law_levels(double *out, const struct ev_source *s, size_t scenario,
		   size_t variable, const double *full)
{
	const struct ev_variable *v = &s->pack->variables[variable];
	const struct ev_rule *r = ev_source_rule(s, scenario, variable);
	double on;

	switch (r->kind) {
	case EV_RULE_LEVELS:
		from_thresholds(out, &r->levels, v->levels.n);
		return true;
	case EV_RULE_GIVEN:
		on = full ? full[r->given.on] : (double)NAN;
		if (!r->given.levels || !(on >= 0) || on >= (double)r->given.n)
			return false;
		from_thresholds(out, &r->given.levels[(size_t)on],
				v->levels.n);
		return true;
	case EV_RULE_CUT:
		return cut_levels(out, s, scenario, &r->cut, full);
	case EV_RULE_PREDICTOR:
	case EV_RULE_EXPR:
		on = !full || is_number(v) ? (double)NAN :
			r->kind == EV_RULE_PREDICTOR ? yes_share(r, full) :
			r->expr ? ev_expr_number(r->expr, full) : (double)NAN;
		if (on != on)
			return false;
		out[0] = 1 - on;
		out[1] = on;
		return true;
	default:
		return false;
	}
}
