#include "base/compat.h"
#include "stats/logit.h"

#include "base/mem.h"
#include "stats/sum.h"

#define STEPS 50
#define HALVINGS 30
/* Newton's steps end at this part of a standard error, squared; the next one
 * would be its square. */
#define ENOUGH 1e-20
/* So short a step changes what was summed before it in no digit that counts:
 * its last part is made, and nothing summed again. */
#define SHORT 1e-11

/* Add a block's residuals to their clusters, whose rows mostly stand together:
 * they are summed up before that. */
static void add_parts(ev_fixed *u, const struct ev_logit *f,
		      const struct ev_logit_block *b, size_t first)
{
	const uint32_t *cluster = f->d->cluster + first;
	size_t k = 0;
	uint32_t at;

	while (k < b->n) {
		ev_fixed r = 0, rx = 0;

		at = cluster[k];
		do {
			r += ev_fixed_of(b->r[k]);
			if (f->slope)
				rx += ev_fixed_of(b->rx[k]);
		} while (++k < b->n && cluster[k] == at);
		if (f->slope) {
			u[2 * (size_t)at] += r;
			u[2 * (size_t)at + 1] += rx;
		} else {
			u[at] += r;
		}
	}
}

static void evaluate(struct ev_logit_at *s, const struct ev_logit *f,
		     struct ev_logit_parts *p)
{
	ev_fixed g[2] = { 0, 0 }, h[3] = { 0, 0, 0 };
	struct ev_logit_block b;
	size_t i;

	memset(b.g, 0, sizeof(b.g));
	memset(b.h, 0, sizeof(b.h));
	if (p)
		memset(p->u, 0, (f->slope ? 2 : 1) * f->d->clusters *
		       sizeof(*p->u));
	for (i = 0; i < f->d->n; i += b.n) {
		ev_logit_block(&b, f, s->at, i);
		g[0] += b.g[0];
		g[1] += b.g[1];
		h[0] += b.h[0];
		h[1] += b.h[1];
		h[2] += b.h[2];
		if (p)
			add_parts(p->u, f, &b, i);
	}
	s->g[0] = ev_fixed_value(g[0]);
	s->g[1] = ev_fixed_value(g[1]);
	s->h[0] = ev_fixed_value(h[0]);
	s->h[1] = ev_fixed_value(h[1]);
	s->h[2] = ev_fixed_value(h[2]);
}

bool ev_logit_invert(double *v, const struct ev_logit_at *s, bool slope)
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

/* Where the parts were summed already, they are those of the top as well. */
static void arrive(struct ev_logit_at *s, const struct ev_logit *f,
		   const double *step, struct ev_logit_parts *sum)
{
	struct ev_logit_at top;

	s->at[0] += step[0];
	s->at[1] += step[1];
	if (!sum)
		return;
	top = *s;
	evaluate(&top, f, sum);
}

/*
 * Newton's method on a concave function.  A step is halved while the slope
 * along it at its end says that it went far beyond the top.  The information
 * left in s is that of the point before the last step.
 */
unsigned ev_logit_newton(struct ev_logit_at *s, const struct ev_logit *f,
			 double *v, struct ev_logit_parts *p)
{
	bool started = f->table && ev_logit_start(s, f);
	struct ev_logit_parts *with = started ? p : NULL;
	double step[2], from[2], gain, end, part;
	int i, halved;

	evaluate(s, f, with);
	for (i = 0; i < STEPS; i++) {
		if (!ev_logit_invert(v, s, f->slope))
			return EV_STAT_NOT_CONVERGED;
		step[0] = v[0] * s->g[0] + v[1] * s->g[1];
		step[1] = v[1] * s->g[0] + v[2] * s->g[1];
		gain = s->g[0] * step[0] + s->g[1] * step[1];
		memcpy(from, s->at, sizeof(from));
		if (started && ev_fp_abs(step[0]) + ev_fp_abs(step[1]) <=
		    SHORT) {
			arrive(s, f, step, NULL);
			return 0;
		}
		if (gain <= ENOUGH) {
			arrive(s, f, step, p);
			return 0;
		}
		for (halved = 0, part = 1; ; halved++, part /= 2) {
			s->at[0] = from[0] + part * step[0];
			s->at[1] = from[1] + part * step[1];
			evaluate(s, f, with);
			end = s->g[0] * step[0] + s->g[1] * step[1];
			if (end >= -0.9 * gain || halved == HALVINGS)
				break;
		}
	}
	return EV_STAT_NOT_CONVERGED;
}

/* v = v (sum U U') v K / (K - 1); K */
double ev_logit_sandwich(double *v, const struct ev_logit *f,
			 const struct ev_logit_parts *p)
{
	size_t clusters = f->d->clusters, i;
	double m[3], a[4], k = (double)p->seen, u0, u1;
	struct ev_sum sum[3];

	for (i = 0; i < 3; i++)
		ev_sum_init(&sum[i]);
	for (i = 0; i < clusters && f->slope; i++) {
		u0 = ev_fixed_value(p->u[2 * i]);
		u1 = ev_fixed_value(p->u[2 * i + 1]);
		ev_sum_add(&sum[0], u0 * u0);
		ev_sum_add(&sum[1], u0 * u1);
		ev_sum_add(&sum[2], u1 * u1);
	}
	for (i = 0; i < clusters && !f->slope; i++) {
		u0 = ev_fixed_value(p->u[i]);
		ev_sum_add(&sum[0], u0 * u0);
	}
	if (p->seen < 2)
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
