#include "base/compat.h"
#include "stats/logit.h"

#include "base/mem.h"
#include "stats/fixed.h"
#include "stats/sum.h"

#define STEPS 50
#define HALVINGS 30
/* Newton's steps end at this part of a standard error, squared; the next one
 * would be its square. */
#define ENOUGH 1e-20

void ev_logit_take(struct ev_logit_rows *r, const struct ev_logit *f,
		   const double *at, size_t first)
{
	size_t k, n = f->d->n - first;

	r->n = n < EV_LOGISTIC_BLOCK ? n : EV_LOGISTIC_BLOCK;
	for (k = 0; k < r->n; k++)
		r->eta[k] = at[0] + at[1] * f->x[first + k];
	ev_logistic_tails(r->q, r->eta, r->n);
}

/*
 * The sum of a block of terms below 2^11, as a whole number of 2^-80.  Adding
 * and taking away COARSE leaves a multiple of 2^-33, and FINE one of 2^-78 of
 * what is left: sums of 256 such are exact doubles, so no order counts.
 */
#define COARSE 0x1.8p19
#define FINE 0x1.8p-26
#define LANES 4

static ev_fixed exact(const double *restrict v)
{
	double high[LANES] = { 0 }, low[LANES] = { 0 }, t;
	ev_fixed sum = 0;
	int i, j;

	for (i = 0; i < EV_LOGISTIC_BLOCK; i += LANES) {
		for (j = 0; j < LANES; j++) {
			t = (v[i + j] + COARSE) - COARSE;
			high[j] += t;
			low[j] += ((v[i + j] - t) + FINE) - FINE;
		}
	}
	for (j = 0; j < LANES; j++)
		sum += ev_fixed_of(high[j]) + ev_fixed_of(low[j]);
	return sum;
}

static void products(double *restrict to, const double *restrict a,
		     const double *restrict b)
{
	int i;

	for (i = 0; i < EV_LOGISTIC_BLOCK; i++)
		to[i] = a[i] * b[i];
}

static void evaluate(struct ev_logit_at *s, const struct ev_logit *f)
{
	double r[EV_LOGISTIC_BLOCK], w[EV_LOGISTIC_BLOCK];
	double x[EV_LOGISTIC_BLOCK], t[EV_LOGISTIC_BLOCK];
	ev_fixed g0 = 0, g1 = 0, h0 = 0, h1 = 0, h2 = 0;
	struct ev_logit_rows b;
	size_t i, k;

	for (i = 0; i < f->d->n; i += b.n) {
		ev_logit_take(&b, f, s->at, i);
		for (k = 0; k < b.n; k++) {
			r[k] = ev_logistic_rest(b.q[k], b.eta[k],
						f->d->y[i + k]);
			w[k] = b.q[k] * (1 - b.q[k]);
		}
		for (; k < EV_LOGISTIC_BLOCK; k++)
			r[k] = w[k] = 0;
		g0 += exact(r);
		h0 += exact(w);
		if (!f->slope)
			continue;
		memset(x, 0, sizeof(x));
		memcpy(x, f->x + i, b.n * sizeof(*x));
		products(t, r, x);
		g1 += exact(t);
		products(t, w, x);
		h1 += exact(t);
		products(r, t, x);
		h2 += exact(r);
	}
	s->g[0] = ev_fixed_value(g0);
	s->g[1] = ev_fixed_value(g1);
	s->h[0] = ev_fixed_value(h0);
	s->h[1] = ev_fixed_value(h1);
	s->h[2] = ev_fixed_value(h2);
}

/* v = the inverse of the information; false if it has none */
static bool invert(double *v, const struct ev_logit_at *s, bool slope)
{
	double det = s->h[0] * s->h[2] - s->h[1] * s->h[1];

	v[0] = v[1] = v[2] = 0;
	if (!slope) {
		if (s->h[0] <= 0)
			return false;
		v[0] = 1 / s->h[0];
		return ev_fp_is_finite(v[0]);
	}
	if (!(det > 1e-14 * s->h[0] * s->h[2]))
		return false;
	v[0] = s->h[2] / det;
	v[1] = -s->h[1] / det;
	v[2] = s->h[0] / det;
	return ev_fp_is_finite(v[0]) && ev_fp_is_finite(v[2]);
}

/*
 * Newton's method on a concave function.  A step is halved while the slope
 * along it at its end says that it went far beyond the top.  The information
 * left in s is that of the point before the last step.
 */
unsigned ev_logit_newton(struct ev_logit_at *s, const struct ev_logit *f,
			 double *v)
{
	double step[2], from[2], gain, end, part;
	int i, halved;

	evaluate(s, f);
	for (i = 0; i < STEPS; i++) {
		if (!invert(v, s, f->slope))
			return EV_STAT_NOT_CONVERGED;
		step[0] = v[0] * s->g[0] + v[1] * s->g[1];
		step[1] = v[1] * s->g[0] + v[2] * s->g[1];
		gain = s->g[0] * step[0] + s->g[1] * step[1];
		memcpy(from, s->at, sizeof(from));
		if (gain <= ENOUGH) {
			s->at[0] += step[0];
			s->at[1] += step[1];
			return 0;
		}
		for (halved = 0, part = 1; ; halved++, part /= 2) {
			s->at[0] = from[0] + part * step[0];
			s->at[1] = from[1] + part * step[1];
			evaluate(s, f);
			end = s->g[0] * step[0] + s->g[1] * step[1];
			if (end >= -0.9 * gain || halved == HALVINGS)
				break;
		}
	}
	return EV_STAT_NOT_CONVERGED;
}

/* Each cluster's part of the gradient; the number of clusters with rows. */
static size_t parts(ev_fixed *u, const struct ev_logit_at *s,
		    const struct ev_logit *f)
{
	uint8_t *there = ev_calloc((size_t)f->d->clusters + 1, 1);
	size_t i, k, at, seen = 0;
	struct ev_logit_rows b;
	double r;

	for (i = 0; i < f->d->n; i += b.n) {
		ev_logit_take(&b, f, s->at, i);
		for (k = 0; k < b.n; k++) {
			at = f->d->cluster[i + k];
			seen += !there[at];
			there[at] = 1;
			r = ev_logistic_rest(b.q[k], b.eta[k],
					     f->d->y[i + k]);
			u[2 * at] += ev_fixed_of(r);
			u[2 * at + 1] += ev_fixed_of(r * f->x[i + k]);
		}
	}
	free(there);
	return seen;
}

/* v = v (sum U U') v K / (K - 1); K */
double ev_logit_sandwich(double *v, const struct ev_logit_at *s,
			 const struct ev_logit *f)
{
	size_t clusters = f->d->clusters, i, seen;
	ev_fixed *u = ev_calloc(2 * clusters + 1, sizeof(*u));
	struct ev_sum sum[3];
	double m[3], a[4], k, u0, u1;

	seen = parts(u, s, f);
	for (i = 0; i < 3; i++)
		ev_sum_init(&sum[i]);
	for (i = 0; i < clusters; i++) {
		u0 = ev_fixed_value(u[2 * i]);
		u1 = ev_fixed_value(u[2 * i + 1]);
		ev_sum_add(&sum[0], u0 * u0);
		ev_sum_add(&sum[1], u0 * u1);
		ev_sum_add(&sum[2], u1 * u1);
	}
	free(u);
	k = (double)seen;
	if (seen < 2)
		return k;
	for (i = 0; i < 3; i++)
		m[i] = ev_sum_value(&sum[i]) * (k / (k - 1));
	a[0] = v[0] * m[0] + v[1] * m[1];
	a[1] = v[0] * m[1] + v[1] * m[2];
	a[2] = v[1] * m[0] + v[2] * m[1];
	a[3] = v[1] * m[1] + v[2] * m[2];
	m[0] = a[0] * v[0] + a[1] * v[1];
	m[1] = a[0] * v[1] + a[1] * v[2];
	m[2] = a[2] * v[1] + a[3] * v[2];
	memcpy(v, m, sizeof(m));
	return k;
}
