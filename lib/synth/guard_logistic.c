#include "base/compat.h"

#include "synth/guard_logistic.h"

#include <math.h>

#include "base/mem.h"
#include "stats/special.h"

#define STEPS 30u
#define PENALTY 1e-6
#define SINGULAR 1e-9			/* of what a column has by itself */
#define ETA_MAX 40.0

static double eta_at(const double *beta, const struct ev_design *d, size_t row)
{
	double sum = 0;
	size_t k;

	for (k = 0; k < d->k; k++)
		sum += beta[k] * d->x[k * d->n + row];
	return sum < -ETA_MAX ? -ETA_MAX : sum > ETA_MAX ? ETA_MAX : sum;
}

double ev_logistic_at(const double *beta, const struct ev_design *d,
		      size_t row)
{
	return 1 / (1 + ev_exp(-eta_at(beta, d, row)));
}

/* Gradient, and information below and on the diagonal. */
static void sums(double *g, double *h, const double *beta,
		 const struct ev_design *d, const uint8_t *out_of,
		 uint8_t fold, double *row)
{
	size_t i, j, k, n = d->k;
	double p, w, r;

	memset(g, 0, n * sizeof(*g));
	memset(h, 0, n * n * sizeof(*h));
	for (i = 0; i < d->n; i++) {
		if (out_of && out_of[i] == fold)
			continue;
		for (k = 0; k < n; k++)
			row[k] = d->x[k * d->n + i];
		p = ev_logistic_at(beta, d, i);
		w = p * (1 - p);
		r = d->y[i] - p;
		for (k = 0; k < n; k++) {
			if (row[k] == 0)
				continue;
			g[k] += r * row[k];
			for (j = 0; j <= k; j++)
				h[k * n + j] += w * row[k] * row[j];
		}
	}
	for (k = 1; k < n; k++) {
		g[k] -= PENALTY * beta[k];
		h[k * n + k] += PENALTY;
	}
}

/* Cholesky in place; a column that others make up gets no part. */
static void factor(double *h, size_t n, const uint8_t *out)
{
	size_t i, j, k;
	double sum, own;

	for (i = 0; i < n; i++) {
		own = h[i * n + i];
		for (j = 0; j < i; j++) {
			sum = h[i * n + j];
			for (k = 0; k < j; k++)
				sum -= h[i * n + k] * h[j * n + k];
			h[i * n + j] = h[j * n + j] > 0 ?
				sum / h[j * n + j] : 0;
		}
		sum = own;
		for (k = 0; k < i; k++)
			sum -= h[i * n + k] * h[i * n + k];
		h[i * n + i] = !out[i] && sum > SINGULAR * own + 2 * PENALTY ?
			sqrt(sum) : 0;
	}
}

/* The step of Newton's method; its greatest part. */
static double solve(double *g, const double *h, size_t n)
{
	double most = 0;
	size_t i, k;

	for (i = 0; i < n; i++) {
		for (k = 0; k < i; k++)
			g[i] -= h[i * n + k] * g[k];
		g[i] = h[i * n + i] > 0 ? g[i] / h[i * n + i] : 0;
	}
	for (i = n; i-- > 0;) {
		for (k = i + 1; k < n; k++)
			g[i] -= h[k * n + i] * g[k];
		g[i] = h[i * n + i] > 0 ? g[i] / h[i * n + i] : 0;
		most = fmax(most, fabs(g[i]));
	}
	return most;
}

size_t ev_logistic_fit(double *beta, const struct ev_design *d,
		       const uint8_t *out_of, uint8_t fold)
{
	size_t n = d->k, i, used = 0;
	double *g = ev_malloc((2 * n + n * n + 1) * sizeof(*g)), most;
	double *row = g + n, *h = row + n;
	uint8_t *out = ev_calloc(n + 1, 1);
	unsigned step;

	memset(beta, 0, n * sizeof(*beta));
	for (step = 0; step < STEPS; step++) {
		sums(g, h, beta, d, out_of, fold, row);
		factor(h, n, out);
		/* what is left out at the start is left out */
		for (i = 0; !step && i < n; i++)
			out[i] = !(h[i * n + i] > 0);
		most = solve(g, h, n);
		if (most > 5)		/* far: where classes come apart */
			for (i = 0; i < n; i++)
				g[i] *= 5 / most;
		for (i = 0; i < n; i++)
			beta[i] += g[i];
		if (most < 1e-9)
			break;
	}
	for (i = 0; i < n; i++)
		used += !out[i];
	free(g);
	free(out);
	return used;
}
