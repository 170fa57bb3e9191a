#include "base/compat.h"

#include "synth/pack_internal.h"

#include <math.h>

static struct ev_pk_reach support(const struct ev_marginal *m)
{
	struct ev_pk_reach r = { -INFINITY, INFINITY }, part;
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

static struct ev_pk_reach number_reach(const struct ev_rule *r)
{
	struct ev_pk_reach out = { -INFINITY, INFINITY }, part;
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
struct ev_pk_reach ev_pk_support(const struct ev_rule *rule,
				 const struct ev_variable *x)
{
	struct ev_pk_reach r = number_reach(rule);
	double half = 0.5;
	unsigned i;

	for (i = 0; i < x->places; i++)
		half /= 10;
	r.low -= half;
	r.high += half;
	return r;
}
