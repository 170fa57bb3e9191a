#include "base/compat.h"
#include "stats/logit.h"

#include "stats/lanes.h"
#include "stats/predicted.h"

#define BLOCK EV_LANES_BLOCK

/* Ends of p, kept away from 0 and 1, by class; 2 and -1 are beyond all p. */
struct ends {
	double low[2], high[2];
};

struct block {
	double x[BLOCK];		/* of a last one that is not full */
	uint8_t y[BLOCK];
	struct ev_lanes x_sum, yx_sum;
};

static EV_LANES void take(struct block *b, const double *restrict x,
			  const uint8_t *restrict y)
{
	double yx[BLOCK];
	int i;

	for (i = 0; i < BLOCK; i++)
		yx[i] = y[i] * x[i];
	ev_lanes_sum(&b->x_sum, x);
	ev_lanes_sum(&b->yx_sum, yx);
}

static void widen(struct ends *e, const double *p, const uint8_t *y, size_t n)
{
	size_t i;
	double q;

	for (i = 0; i < n; i++) {
		q = ev_predicted_clip(p[i]);
		if (q < e->low[y[i]])
			e->low[y[i]] = q;
		if (q > e->high[y[i]])
			e->high[y[i]] = q;
	}
}

/* Some of either class lies above some of the other: more rows cannot change
 * that. */
static bool overlap(const struct ends *e)
{
	return e->high[0] > e->low[1] && e->high[1] > e->low[0];
}

/* One class, or the same p throughout; classes that do not overlap. */
static unsigned flags_of(const struct ends *e, bool both)
{
	if (!both || (e->low[0] == e->high[0] && e->low[1] == e->high[1] &&
		      e->low[0] == e->low[1]))
		return EV_STAT_UNDEFINED;
	return overlap(e) ? 0 : EV_STAT_UNDEFINED | EV_STAT_SEPARATION;
}

void ev_logit_look(struct ev_logit_look *l, struct ev_logit *f)
{
	struct ends e = { { 2, 2 }, { -1, -1 } };
	const struct ev_predicted *d = f->d;
	size_t i, k, n, positives = 0;
	ev_fixed x = 0, yx = 0;
	struct block b;

	memset(l, 0, sizeof(*l));
	for (i = 0; i < d->n; i += n) {
		n = d->n - i < BLOCK ? d->n - i : BLOCK;
		if (!overlap(&e))
			widen(&e, d->p + i, d->y + i, n);
		for (k = i; k < i + n; k++) {
			positives += d->y[k];
			l->clipped += ev_predicted_clip(d->p[k]) != d->p[k];
		}
		if (n == BLOCK) {
			take(&b, f->x + i, d->y + i);
		} else {
			/* zeros add nothing */
			memset(&b, 0, sizeof(b));
			memcpy(b.x, f->x + i, n * sizeof(*b.x));
			memcpy(b.y, d->y + i, n);
			take(&b, b.x, b.y);
		}
		x += ev_lanes_fixed(&b.x_sum);
		yx += ev_lanes_fixed(&b.yx_sum);
	}
	l->both = positives > 0 && positives < d->n;
	l->flags = flags_of(&e, l->both);
	l->mean = ev_fixed_value(x) / (double)d->n;
	f->sum_y = (double)positives;
	f->sum_yx = ev_fixed_value(yx);
}
