/*
 * The top of the likelihood from counts of rows.
 *
 * Cells of x are 1/128 wide; of each the number of rows and the sums of d, d^2
 * and d^3 are kept, d the distance from the cell's middle, as whole numbers,
 * so that no order of rows counts.  Within a cell P is its Taylor polynomial
 * of degree 3, right to 1e-12 and, as such errors have both signs, better in
 * sum.  So the point found here is off by less than the rounding of most
 * data, and Newton's method on the rows has one step to do instead of six.
 */
#include "base/compat.h"
#include "stats/logit.h"

#include "base/mem.h"
#include "stats/lanes.h"

#define LIMIT 35
#define PER_UNIT 128
#define CELLS (2 * LIMIT * PER_UNIT)
#define BLOCK EV_LOGISTIC_BLOCK
#define STEPS 30
/* As whole numbers d is d 2^38, below 2^31; each power as large as d. */
#define SCALE 0x1p38
#define SCALE_BITS 30
#define MAGIC 0x1.8p52

struct ev_logit_table {
	int64_t sum[CELLS][4];		/* of 1, d, d^2, d^3 */
};

/* The cell and d 2^38 of each. */
static EV_LANES void place(double *restrict cell, double *restrict d,
			   const double *restrict x)
{
	double middle, t;
	int i;

	for (i = 0; i < BLOCK; i++) {
		/* the nearest whole number above or below */
		t = (x[i] + LIMIT) * PER_UNIT - 0.5;
		t = (t + MAGIC) - MAGIC;
		middle = (t + 0.5) / PER_UNIT - LIMIT;
		cell[i] = t;
		d[i] = (x[i] - middle) * SCALE;
	}
}

struct ev_logit_table *ev_logit_table(const double *x, size_t n)
{
	struct ev_logit_table *t = ev_calloc(1, sizeof(*t));
	double in[BLOCK] = { 0 }, cell[BLOCK], d[BLOCK];
	size_t i, k, here;
	int64_t *to, a, b;

	for (i = 0; i < n; i += here) {
		here = n - i < BLOCK ? n - i : BLOCK;
		if (here == BLOCK) {
			place(cell, d, x + i);
		} else {
			memcpy(in, x + i, here * sizeof(*in));
			place(cell, d, in);
		}
		for (k = 0; k < here; k++) {
			to = t->sum[(size_t)cell[k]];
			a = (int64_t)d[k];
			b = a * a >> SCALE_BITS;
			to[0]++;
			to[1] += a;
			to[2] += b;
			to[3] += b * a >> SCALE_BITS;
		}
	}
	return t;
}

/* Sums over rows of P, P d, w, w d, w d^2 in one cell at its eta. */
struct cell {
	double p[2], w[3];
};

static void expand(struct cell *c, const int64_t *sum, double p, double slope)
{
	double w = p * (1 - p), odd = 1 - 2 * p, m[5], f[5], b[4];
	int i;

	m[0] = (double)sum[0];
	m[1] = (double)sum[1] / SCALE;
	m[2] = (double)sum[2] * 0x1p30 / SCALE / SCALE;
	m[3] = (double)sum[3] * 0x1p60 / SCALE / SCALE / SCALE;
	/* as of rows evenly spread */
	m[4] = m[2] * m[2] / m[0] * (9.0 / 5);
	/* what each power of d counts in P: derivatives */
	f[0] = p;
	f[1] = w;
	f[2] = w * odd;
	f[3] = w * (1 - 6 * w);
	f[4] = w * odd * (1 - 12 * w);
	b[0] = 1;
	b[1] = slope;
	b[2] = slope * slope / 2;
	b[3] = slope * slope * slope / 6;
	memset(c, 0, sizeof(*c));
	for (i = 0; i < 4; i++) {
		c->p[0] += f[i] * b[i] * m[i];
		c->p[1] += f[i] * b[i] * m[i + 1];
		c->w[0] += f[i + 1] * b[i] * m[i];
		c->w[1] += f[i + 1] * b[i] * m[i + 1];
		if (i < 3)
			c->w[2] += f[i + 1] * b[i] * m[i + 2];
	}
}

/* Cells with rows, side by side. */
struct filled {
	double x[CELLS], eta[CELLS], q[CELLS];	/* x of the middle */
	uint16_t cell[CELLS];
	size_t n;
};

static void evaluate(struct ev_logit_at *s, const struct ev_logit *f,
		     struct filled *l)
{
	struct cell c;
	double p, x;
	size_t i, n;

	for (i = 0; i < l->n; i++)
		l->eta[i] = s->at[0] + s->at[1] * (l->x[i] - f->mean);
	for (i = 0; i < l->n; i += n) {
		n = l->n - i < BLOCK ? l->n - i : BLOCK;
		ev_logistic_tails(l->q + i, l->eta + i, n);
	}
	s->g[0] = f->sum_y;
	s->g[1] = f->sum_yx - f->mean * f->sum_y;
	s->h[0] = s->h[1] = s->h[2] = 0;
	for (i = 0; i < l->n; i++) {
		p = l->eta[i] > 0 ? 1 - l->q[i] : l->q[i];
		x = l->x[i] - f->mean;
		expand(&c, f->table->sum[l->cell[i]], p, s->at[1]);
		s->g[0] -= c.p[0];
		s->g[1] -= x * c.p[0] + c.p[1];
		s->h[0] += c.w[0];
		s->h[1] += x * c.w[0] + c.w[1];
		s->h[2] += x * (x * c.w[0] + 2 * c.w[1]) + c.w[2];
	}
}

static void list(struct filled *l, const struct ev_logit_table *t)
{
	size_t i;

	l->n = 0;
	for (i = 0; i < CELLS; i++) {
		if (t->sum[i][0] == 0)
			continue;
		l->x[l->n] = ((double)i + 0.5) / PER_UNIT - LIMIT;
		l->cell[l->n++] = (uint16_t)i;
	}
}

bool ev_logit_start(struct ev_logit_at *s, const struct ev_logit *f)
{
	struct filled *l = ev_malloc(sizeof(*l));
	struct ev_logit_at at = *s;
	double v[3], step[2] = { 1, 1 }, size = 1;
	int i;

	list(l, f->table);
	for (i = 0; i < STEPS && size > 1e-13; i++) {
		evaluate(&at, f, l);
		if (!ev_logit_invert(v, &at, f->slope))
			break;
		step[0] = v[0] * at.g[0] + v[1] * at.g[1];
		step[1] = v[1] * at.g[0] + v[2] * at.g[1];
		size = ev_fp_abs(step[0]) + ev_fp_abs(step[1]);
		/* a step so long may lead anywhere */
		if (!(size < 8))
			break;
		at.at[0] += step[0];
		at.at[1] += step[1];
	}
	free(l);
	if (!(size < 1e-6))
		return false;
	memcpy(s->at, at.at, sizeof(s->at));
	return true;
}
