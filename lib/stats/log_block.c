/*
 * Logarithms of many rows: ev_log() and ev_log1p() of arguments that have
 * neither zero, infinities nor subnormals among them, side by side.  Each is
 * theirs to the last bit.
 */
#include "base/compat.h"
#include "stats/calibration.h"

#include "stats/elementary.h"
#include "stats/lanes.h"
#include "stats/predicted.h"

#define BLOCK EV_LANES_BLOCK
#define ONE 0x3ff0000000000000ULL
#define FRACTION 0xfffffffffffffULL
/* 2^52 has whole numbers below it in its fraction. */
#define TWO_52 0x4330000000000000ULL

struct parts {
	double f[BLOCK], k[BLOCK];	/* log(1 + f) + k log 2 + c */
	double c[BLOCK];
};

/* x = (1 + f) 2^k, sqrt(1/2) <= 1 + f < sqrt(2) */
EV_INTO_LANES void split(struct parts *p, const double *restrict x)
{
	double *restrict f = p->f, *restrict k = p->k;
	double m, half, e, more;
	uint64_t u, v;
	int i;

	for (i = 0; i < BLOCK; i++) {
		memcpy(&u, &x[i], sizeof(u));
		v = u >> 52 | TWO_52;
		u = (u & FRACTION) | ONE;
		memcpy(&m, &u, sizeof(m));
		memcpy(&e, &v, sizeof(e));
		e = e - 0x1p52 - 1023;
		more = e + 1;
		half = m / 2;
		k[i] = m >= EV_SQRT_2 ? more : e;
		m = m >= EV_SQRT_2 ? half : m;
		f[i] = m - 1;
	}
}

EV_INTO_LANES void join(double *restrict out, const struct parts *p)
{
	const double *restrict at = p->f, *restrict k = p->k;
	const double *restrict c = p->c;
	double f, s, z, half, rest;
	int i;

	for (i = 0; i < BLOCK; i++) {
		f = at[i];
		s = f / (2 + f);
		z = s * s;
		rest = EV_LOG_REST(10);
		rest = EV_LOG_REST(9) + z * rest;
		rest = EV_LOG_REST(8) + z * rest;
		rest = EV_LOG_REST(7) + z * rest;
		rest = EV_LOG_REST(6) + z * rest;
		rest = EV_LOG_REST(5) + z * rest;
		rest = EV_LOG_REST(4) + z * rest;
		rest = EV_LOG_REST(3) + z * rest;
		rest = EV_LOG_REST(2) + z * rest;
		rest = EV_LOG_REST(1) + z * rest;
		rest = EV_LOG_REST(0) + z * rest;
		rest = z * rest;
		half = f * f / 2;
		rest = s * (half + rest) + (k[i] * EV_LN2_MIDDLE + c[i]);
		out[i] = k[i] * EV_LN2_HIGH - ((half - rest) - f);
	}
}

EV_INTO_LANES void clip(double *restrict q, const double *restrict p)
{
	double x;
	int i;

	for (i = 0; i < BLOCK; i++) {
		x = p[i] < EV_CAL_EPSILON ? EV_CAL_EPSILON : p[i];
		q[i] = x > 1 - EV_CAL_EPSILON ? 1 - EV_CAL_EPSILON : x;
	}
}

static EV_LANES void logits(double *restrict out, const double *restrict p)
{
	double q[BLOCK], odds[BLOCK];
	struct parts parts;
	int i;

	clip(q, p);
	for (i = 0; i < BLOCK; i++) {
		odds[i] = q[i] / (1 - q[i]);
		parts.c[i] = 0;
	}
	split(&parts, odds);
	join(out, &parts);
}

/* -log q where y is 1, -log1p(-q) where it is 0. */
static EV_LANES void losses(double *restrict out, const double *restrict p,
			    const double *restrict y)
{
	double q[BLOCK], u[BLOCK], low[BLOCK], rest, lost, x;
	struct parts parts;
	int i;

	clip(q, p);
	for (i = 0; i < BLOCK; i++) {
		x = q[i];
		rest = 1 - x;
		lost = (-x - (rest - 1)) / rest;
		u[i] = y[i] > 0 ? x : rest;
		low[i] = y[i] > 0 ? 0 : lost;
	}
	split(&parts, u);
	for (i = 0; i < BLOCK; i++) {
		/* as near to 1 as that nothing need be split off */
		x = q[i] + y[i];
		rest = -q[i];
		lost = parts.f[i];
		parts.f[i] = x < EV_LOG1P_NEAR ? rest : lost;
		lost = parts.k[i];
		parts.k[i] = x < EV_LOG1P_NEAR ? 0 : lost;
		lost = low[i];
		parts.c[i] = x < EV_LOG1P_NEAR ? 0 : lost;
	}
	join(out, &parts);
	for (i = 0; i < BLOCK; i++)
		out[i] = -out[i];
}

void ev_logit_column(double *x, const double *p, size_t n)
{
	double in[BLOCK], out[BLOCK];
	size_t i, k, here;

	for (i = 0; i < n; i += here) {
		here = n - i < BLOCK ? n - i : BLOCK;
		for (k = 0; k < BLOCK; k++)
			in[k] = k < here ? p[i + k] : 0.5;
		logits(out, in);
		memcpy(x + i, out, here * sizeof(*out));
	}
}

void ev_loss_column(double *loss, const double *p, const uint8_t *y, size_t n)
{
	double in[BLOCK], truth[BLOCK], out[BLOCK];
	size_t i, k, here;

	for (i = 0; i < n; i += here) {
		here = n - i < BLOCK ? n - i : BLOCK;
		for (k = 0; k < BLOCK; k++) {
			in[k] = k < here ? p[i + k] : 0.5;
			truth[k] = k < here ? y[i + k] : 0;
		}
		losses(out, in, truth);
		memcpy(loss + i, out, here * sizeof(*out));
	}
}
