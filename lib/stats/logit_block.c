#include "base/compat.h"
#include "stats/logit.h"

#include "stats/lanes.h"

#define BLOCK EV_LOGISTIC_BLOCK
_Static_assert(BLOCK == EV_LANES_BLOCK, "blocks are summed whole");

/* r = y - P(y) and w, the information, of each row. */
static EV_LANES void residuals(struct ev_logit_block *b,
			       const double *restrict logit,
			       const uint8_t *restrict y, const double *at,
			       double mean)
{
	double *restrict x = b->x, *restrict r = b->r, *restrict w = b->w;
	double *restrict q = b->q;
	const double from = at[0], slope = at[1];
	double eta[BLOCK], side, tail, rest, miss, minus;
	int i;

	for (i = 0; i < BLOCK; i++) {
		x[i] = logit[i] - mean;
		eta[i] = from + slope * x[i];
	}
	ev_logistic_block(q, eta);
	for (i = 0; i < BLOCK; i++) {
		side = y[i] - 0.5;
		tail = q[i];
		rest = 1 - tail;
		miss = side * eta[i] > 0 ? tail : rest;
		minus = -miss;
		r[i] = side > 0 ? miss : minus;
		w[i] = tail * rest;
	}
}

static EV_LANES void sums(struct ev_lanes *s, struct ev_logit_block *b,
			  bool slope)
{
	const double *restrict x = b->x, *restrict r = b->r;
	double *restrict w = b->w, *restrict rx = b->rx;
	int i;

	ev_lanes_sum(&s[0], r);
	ev_lanes_sum(&s[1], w);
	if (!slope)
		return;
	for (i = 0; i < BLOCK; i++) {
		rx[i] = r[i] * x[i];
		w[i] *= x[i];
	}
	ev_lanes_sum(&s[2], rx);
	ev_lanes_sum(&s[3], w);
	for (i = 0; i < BLOCK; i++)
		w[i] *= x[i];
	ev_lanes_sum(&s[4], w);
}

void ev_logit_block(struct ev_logit_block *b, const struct ev_logit *f,
		    const double *at, size_t first)
{
	size_t k, n = f->d->n - first;
	double logit[BLOCK];
	struct ev_lanes s[5];
	uint8_t y[BLOCK];

	b->n = n < BLOCK ? n : BLOCK;
	if (b->n == BLOCK) {
		residuals(b, f->x + first, f->d->y + first, at, f->mean);
	} else {
		memset(logit, 0, sizeof(logit));
		memset(y, 0, sizeof(y));
		memcpy(logit, f->x + first, b->n * sizeof(*logit));
		memcpy(y, f->d->y + first, b->n);
		residuals(b, logit, y, at, f->mean);
	}
	for (k = b->n; k < BLOCK; k++)
		b->r[k] = b->w[k] = 0;
	sums(s, b, f->slope);
	b->g[0] = ev_lanes_fixed(&s[0]);
	b->h[0] = ev_lanes_fixed(&s[1]);
	if (!f->slope)
		return;
	b->g[1] = ev_lanes_fixed(&s[2]);
	b->h[1] = ev_lanes_fixed(&s[3]);
	b->h[2] = ev_lanes_fixed(&s[4]);
}
