#include "base/compat.h"

#include "synth/pack_internal.h"

#include <math.h>

#include "base/mem.h"

#define SWEEPS 60u
#define ROUNDS 200u
#define LEAST 1e-8		/* eigenvalue that a repaired matrix has */

/* Taylor series: its terms shrink from the third on where |x| <= pi. */
double ev_pk_sine(double x)
{
	double term = x, sum = x;
	int i;

	for (i = 1; i < 20; i++) {
		term *= -x * x / (double)(2 * i * (2 * i + 1));
		sum += term;
	}
	return sum;
}

bool ev_pk_cholesky(double *factor, const double *m, size_t n)
{
	double sum;
	size_t i, j, k;

	memset(factor, 0, n * n * sizeof(*factor));
	for (i = 0; i < n; i++)
		for (j = 0; j <= i; j++) {
			sum = m[i * n + j];
			for (k = 0; k < j; k++)
				sum -= factor[i * n + k] * factor[j * n + k];
			if (i != j)
				factor[i * n + j] = sum / factor[j * n + j];
			else if (sum > 0)
				factor[i * n + i] = sqrt(sum);
			else
				return false;
		}
	return true;
}

/* One rotation that makes a[p][q] zero (Golub & Van Loan, 8.5). */
static void rotate(double *a, double *v, size_t n, size_t p, size_t q)
{
	double theta, t, c, s, x, y;
	size_t i;

	theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
	t = 1 / (fabs(theta) + sqrt(theta * theta + 1));
	t = theta < 0 ? -t : t;
	c = 1 / sqrt(t * t + 1);
	s = t * c;
	for (i = 0; i < n; i++) {
		x = a[i * n + p];
		y = a[i * n + q];
		a[i * n + p] = c * x - s * y;
		a[i * n + q] = s * x + c * y;
	}
	for (i = 0; i < n; i++) {
		x = a[p * n + i];
		y = a[q * n + i];
		a[p * n + i] = c * x - s * y;
		a[q * n + i] = s * x + c * y;
		x = v[i * n + p];
		y = v[i * n + q];
		v[i * n + p] = c * x - s * y;
		v[i * n + q] = s * x + c * y;
	}
	a[p * n + q] = a[q * n + p] = 0;
}

void ev_pk_eigen(double *values, double *vectors, const double *m, size_t n)
{
	double *a = ev_calloc(n * n + 1, sizeof(*a)), off;
	unsigned sweep;
	size_t i, p, q;

	memcpy(a, m, n * n * sizeof(*a));
	memset(vectors, 0, n * n * sizeof(*vectors));
	for (i = 0; i < n; i++)
		vectors[i * n + i] = 1;
	for (sweep = 0; sweep < SWEEPS; sweep++) {
		off = 0;
		for (p = 0; p < n; p++)
			for (q = p + 1; q < n; q++) {
				if (fabs(a[p * n + q]) < 1e-300)
					continue;
				off += a[p * n + q] * a[p * n + q];
				rotate(a, vectors, n, p, q);
			}
		if (off < 1e-34)
			break;
	}
	for (i = 0; i < n; i++)
		values[i] = a[i * n + i];
	free(a);
}

/* out = V max(values, least) V' */
static void project(double *out, const double *m, size_t n, double least)
{
	double *values = ev_calloc(n + 1, sizeof(*values));
	double *v = ev_calloc(n * n + 1, sizeof(*v)), sum;
	size_t i, j, k;

	ev_pk_eigen(values, v, m, n);
	for (i = 0; i < n; i++)
		for (j = 0; j <= i; j++) {
			sum = 0;
			for (k = 0; k < n; k++)
				sum += (values[k] > least ? values[k] : least) *
					v[i * n + k] * v[j * n + k];
			out[i * n + j] = out[j * n + i] = sum;
		}
	free(v);
	free(values);
}

/* Between the cone and the matrices with ones in the diagonal. */
static void alternate(double *m, double *r, double *s, double *x, size_t n)
{
	double change = 1;
	unsigned round;
	size_t i;

	for (round = 0; round < ROUNDS && change > 1e-24; round++) {
		for (i = 0; i < n * n; i++)
			r[i] = m[i] - s[i];
		project(x, r, n, 0);
		change = 0;
		for (i = 0; i < n * n; i++) {
			s[i] = x[i] - r[i];
			if (i % (n + 1) == 0)
				x[i] = 1;
			change += (x[i] - m[i]) * (x[i] - m[i]);
			m[i] = x[i];
		}
	}
}

void ev_pk_nearest(double *m, size_t n)
{
	double *work = ev_calloc(3 * n * n + 1, sizeof(*work));
	double *x = work + 2 * n * n;
	size_t i, j;

	alternate(m, work, work + n * n, x, n);
	project(x, m, n, LEAST);
	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++)
			m[i * n + j] = i == j ? 1 : x[i * n + j] /
				(sqrt(x[i * n + i]) * sqrt(x[j * n + j]));
	free(work);
}
