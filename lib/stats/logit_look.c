#include "base/compat.h"
#include "stats/logit.h"

#include "stats/lanes.h"
#include "stats/predicted.h"

#define BLOCK EV_LANES_BLOCK

/* Ends of p, kept away from 0 and 1, by class; a lane each. */
struct ends {
	double low[2][BLOCK], high[2][BLOCK];
};

struct block {
	double p[BLOCK], y[BLOCK], x[BLOCK], yx[BLOCK];
	double clipped[BLOCK];
	struct ev_lanes x_sum, yx_sum;
};

static EV_LANES void take(struct ends *e, struct block *b)
{
	double *restrict low0 = e->low[0], *restrict low1 = e->low[1];
	double *restrict high0 = e->high[0], *restrict high1 = e->high[1];
	double *restrict p = b->p, *restrict yx = b->yx;
	double *restrict clipped = b->clipped;
	const double *restrict x = b->x, *restrict y = b->y;
	double q, no, yes, least, most;
	int i;

	for (i = 0; i < BLOCK; i++) {
		q = p[i] < EV_CAL_EPSILON ? EV_CAL_EPSILON : p[i];
		q = q > 1 - EV_CAL_EPSILON ? 1 - EV_CAL_EPSILON : q;
		clipped[i] = q - p[i];
		p[i] = q;
		yx[i] = y[i] * x[i];
	}
	for (i = 0; i < BLOCK; i++) {
		/* 2 and -1 are beyond all p */
		q = p[i];
		no = y[i] > 0 ? 2 : q;
		yes = y[i] > 0 ? q : 2;
		least = low0[i];
		low0[i] = no < least ? no : least;
		least = low1[i];
		low1[i] = yes < least ? yes : least;
	}
	for (i = 0; i < BLOCK; i++) {
		q = p[i];
		no = y[i] > 0 ? -1 : q;
		yes = y[i] > 0 ? q : -1;
		most = high0[i];
		high0[i] = no > most ? no : most;
		most = high1[i];
		high1[i] = yes > most ? yes : most;
	}
	ev_lanes_sum(&b->x_sum, x);
	ev_lanes_sum(&b->yx_sum, yx);
}

/* One class, or the same p throughout; classes that do not overlap. */
static unsigned flags_of(struct ends *e, bool both)
{
	double low[2] = { 2, 2 }, high[2] = { -1, -1 };
	int y, j;

	for (y = 0; y < 2; y++) {
		for (j = 0; j < BLOCK; j++) {
			if (e->low[y][j] < low[y])
				low[y] = e->low[y][j];
			if (e->high[y][j] > high[y])
				high[y] = e->high[y][j];
		}
	}
	if (!both || (low[0] == high[0] && low[1] == high[1] &&
		      low[0] == low[1]))
		return EV_STAT_UNDEFINED;
	if (high[0] <= low[1] || high[1] <= low[0])
		return EV_STAT_UNDEFINED | EV_STAT_SEPARATION;
	return 0;
}

void ev_logit_look(struct ev_logit_look *l, struct ev_logit *f)
{
	const struct ev_predicted *d = f->d;
	size_t i, k, n, positives = 0;
	ev_fixed x = 0, yx = 0;
	struct block b;
	struct ends e;

	memset(l, 0, sizeof(*l));
	for (k = 0; k < BLOCK; k++) {
		e.low[0][k] = e.low[1][k] = 2;
		e.high[0][k] = e.high[1][k] = -1;
	}
	for (i = 0; i < d->n; i += n) {
		n = d->n - i < BLOCK ? d->n - i : BLOCK;
		memcpy(b.p, d->p + i, n * sizeof(*b.p));
		memcpy(b.x, f->x + i, n * sizeof(*b.x));
		for (k = 0; k < n; k++) {
			b.y[k] = d->y[i + k];
			positives += d->y[i + k];
		}
		/* once more the last row, which adds nothing */
		for (; k < BLOCK; k++) {
			b.p[k] = b.p[n - 1];
			b.y[k] = b.y[n - 1];
			b.x[k] = 0;
		}
		take(&e, &b);
		for (k = 0; k < n; k++)
			l->clipped += b.clipped[k] != 0;
		x += ev_lanes_fixed(&b.x_sum);
		yx += ev_lanes_fixed(&b.yx_sum);
	}
	l->both = positives > 0 && positives < d->n;
	l->flags = flags_of(&e, l->both);
	l->mean = ev_fixed_value(x) / (double)d->n;
	f->sum_y = (double)positives;
	f->sum_yx = ev_fixed_value(yx);
}
