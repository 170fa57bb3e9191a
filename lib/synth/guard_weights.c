#include "base/compat.h"

#include "synth/guard_spec.h"

#include <math.h>

#include "base/mem.h"
#include "stats/special.h"

#define DEPTH_MAX 1000u
#define KEPT_LEAST 0.01			/* fewer are seen: no weight helps */

/* By levels that the row shows. */
static double kept_by_level(const struct ev_check *c,
			      const struct ev_missingness *m, size_t row)
{
	const struct ev_guard_column *on;
	double x;

	if (!m->by_level)
		return 1;
	on = c->column[m->on];
	x = on ? on->x[row] : (double)NAN;
	if (!(x >= 0) || x >= (double)on->declared)
		return (double)NAN;
	return 1 - ev_share_of(m->by_level[(size_t)x]);
}

/* How likely a value was kept, by what the row shows; NaN: it does not.  What
 * is the same for all is left out: it weighs nothing. */
static double kept(const struct ev_check *c, size_t variable, size_t row)
{
	const struct ev_missingness *m = &c->p->variables[variable].missing;
	const struct ev_guard_column *own = c->column[variable];
	double x, part = 1;
	unsigned depth;

	for (depth = 0; m->kind == EV_MISS_MONOTONE; depth++) {
		if (depth > DEPTH_MAX)
			return (double)NAN;
		part *= kept_by_level(c, m, row);
		own = c->column[m->after];
		m = &c->p->variables[m->after].missing;
	}
	if (m->kind == EV_MISS_MNAR) {
		x = own ? own->x[row] : (double)NAN;
		return part / (1 + ev_exp(m->intercept + m->slope * x));
	}
	return part * kept_by_level(c, m, row);
}

static bool is_plain(const struct ev_check *c, size_t variable)
{
	enum ev_missing_kind kind = c->p->variables[variable].missing.kind;

	return kind == EV_MISS_NONE || kind == EV_MISS_MCAR;
}

bool ev_spec_weights(struct ev_weights *out, const struct ev_check *c,
		     size_t variable, const uint8_t *needs)
{
	const struct ev_guard_column *own = c->column[variable];
	size_t n = c->p->n_variables, i, k;
	double sum = 0, squares = 0, w, p;

	memset(out, 0, sizeof(*out));
	out->w = ev_calloc(c->t->n + 1, sizeof(*out->w));
	for (i = 0; i < c->t->n; i++) {
		if (own->x[i] != own->x[i] || c->scenario[i] == SIZE_MAX)
			continue;
		w = 1;
		for (k = 0; k < n; k++) {
			if (k != variable && !(needs && needs[k]))
				continue;
			if (is_plain(c, k))
				continue;
			p = kept(c, k, i);
			if (p != p || p < KEPT_LEAST)
				return false;
			w /= p;
		}
		out->w[i] = w;
		sum += w;
		squares += w * w;
	}
	out->sum = sum;
	out->rows = squares > 0 ? sum * sum / squares : 0;
	return true;
}

void ev_weights_release(struct ev_weights *w)
{
	free(w->w);
	memset(w, 0, sizeof(*w));
}
