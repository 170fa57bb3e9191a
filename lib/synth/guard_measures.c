#include "base/compat.h"

#include "synth/guard_measures.h"

#include <math.h>

#include "base/error.h"
#include "base/mem.h"
#include "stats/drift.h"

static int find(const struct ev_guard_column **x,
		const struct ev_guard_column **y,
		const struct ev_guard_table *a, const struct ev_guard_table *b,
		const char *column)
{
	*x = ev_guard_column(a, column);
	*y = ev_guard_column(b, column);
	return *x && *y ? 0 : ev_fail(EV_ENOTFOUND, "there is no column '%s' "
				      "in both tables", column);
}

double ev_measure_ks(const struct ev_guard_table *a,
		     const struct ev_guard_column *x,
		     const struct ev_guard_table *b,
		     const struct ev_guard_column *y)
{
	size_t n = a->n, m = b->n;
	double *p = ev_guard_sorted(&n, x), *q = ev_guard_sorted(&m, y);
	struct ev_ks ks;
	bool defined = n && m && ev_ks(&ks, p, n, q, m) == 0 &&
		!(ks.flags & EV_STAT_UNDEFINED);

	free(p);
	free(q);
	return defined ? ks.d : (double)NAN;
}

double ev_measure_psi(const struct ev_guard_table *a,
		      const struct ev_guard_column *x,
		      const struct ev_guard_table *b,
		      const struct ev_guard_column *y, double *p_value)
{
	size_t n = a->n, m = b->n;
	double *p = ev_guard_sorted(&n, x), *q = ev_guard_sorted(&m, y);
	struct ev_psi psi;
	bool defined = n && m && ev_psi(&psi, p, n, q, m, EV_PSI_BINS) == 0 &&
		!(psi.flags & EV_STAT_UNDEFINED);

	free(p);
	free(q);
	*p_value = defined ? psi.p : (double)NAN;
	return defined ? psi.value : (double)NAN;
}

static double quantile(const double *x, size_t n, double p)
{
	double at = p * (double)(n - 1), low = floor(at);
	size_t i = (size_t)low;

	return i + 1 < n ? x[i] + (at - low) * (x[i + 1] - x[i]) : x[n - 1];
}

/* The area between the two distribution functions, by quartile range of b. */
double ev_measure_wasserstein(const struct ev_guard_table *a,
			      const struct ev_guard_column *x,
			      const struct ev_guard_table *b,
			      const struct ev_guard_column *y)
{
	size_t n = a->n, m = b->n, i = 0, j = 0;
	double *p = ev_guard_sorted(&n, x), *q = ev_guard_sorted(&m, y);
	double area = 0, at, next, iqr = 0;

	at = n && m ? fmin(p[0], q[0]) : 0;
	while (n && m && (i < n || j < m)) {
		next = j >= m || (i < n && p[i] <= q[j]) ? p[i] : q[j];
		area += (next - at) * fabs((double)i / (double)n -
					   (double)j / (double)m);
		at = next;
		if (i < n && p[i] == next)
			i++;
		else
			j++;
	}
	if (m)
		iqr = quantile(q, m, 0.75) - quantile(q, m, 0.25);
	free(p);
	free(q);
	return n && m && iqr > 0 ? area / iqr : (double)NAN;
}

/* Shares of the levels of both, missing ones left out. */
static double *shares(const struct ev_guard_table *t,
		      const struct ev_guard_column *c, const size_t *code,
		      size_t all)
{
	double *out = ev_calloc(all + 1, sizeof(*out)), n = 0;
	size_t i, k;

	for (i = 0; i < t->n; i++) {
		if (c->x[i] != c->x[i])
			continue;
		k = (size_t)c->x[i];
		out[code ? code[k] : k]++;
		n++;
	}
	for (k = 0; k < all && n > 0; k++)
		out[k] /= n;
	out[all] = n;
	return out;
}

double ev_measure_tvd(const struct ev_guard_table *a,
		      const struct ev_guard_column *x,
		      const struct ev_guard_table *b,
		      const struct ev_guard_column *y)
{
	size_t all, *code, k;
	double *p, *q, sum = 0, n;

	if (x->numeric || y->numeric)
		return (double)NAN;
	code = ev_guard_codes(&all, x, y);
	p = shares(a, x, NULL, all);
	q = shares(b, y, code, all);
	for (k = 0; k < all; k++)
		sum += fabs(p[k] - q[k]);
	n = p[all] > 0 ? q[all] : 0;
	free(code);
	free(p);
	free(q);
	return n > 0 ? sum / 2 : (double)NAN;
}

/* Counts of pairs of levels, a missing one as a level of its own. */
static double *joint(const struct ev_guard_table *t,
		     const struct ev_guard_column *x, const size_t *xcode,
		     const struct ev_guard_column *y, const size_t *ycode,
		     size_t nx, size_t ny)
{
	double *out = ev_calloc((nx + 1) * (ny + 1), sizeof(*out));
	size_t i, p, q;

	for (i = 0; i < t->n; i++) {
		p = x->x[i] == x->x[i] ? (size_t)x->x[i] : SIZE_MAX;
		q = y->x[i] == y->x[i] ? (size_t)y->x[i] : SIZE_MAX;
		p = p == SIZE_MAX ? nx : xcode ? xcode[p] : p;
		q = q == SIZE_MAX ? ny : ycode ? ycode[q] : q;
		out[p * (ny + 1) + q]++;
	}
	return out;
}

double ev_measure_contingency(const struct ev_guard_table *a,
			      const struct ev_guard_table *b,
			      const struct ev_guard_pair *x,
			      const struct ev_guard_pair *y)
{
	size_t nx, ny, *xcode, *ycode, k;
	double *p, *q, sum = 0;

	if (x->a->numeric || y->a->numeric || x->b->numeric || y->b->numeric ||
	    !a->n || !b->n)
		return (double)NAN;
	xcode = ev_guard_codes(&nx, x->a, x->b);
	ycode = ev_guard_codes(&ny, y->a, y->b);
	p = joint(a, x->a, NULL, y->a, NULL, nx, ny);
	q = joint(b, x->b, xcode, y->b, ycode, nx, ny);
	for (k = 0; k < (nx + 1) * (ny + 1); k++)
		sum += fabs(p[k] / (double)a->n - q[k] / (double)b->n);
	free(xcode);
	free(ycode);
	free(p);
	free(q);
	return 1 - sum / 2;
}

double ev_measure_coverage(const struct ev_guard_table *a,
			   const struct ev_guard_column *x,
			   const struct ev_guard_table *b,
			   const struct ev_guard_column *y)
{
	size_t all, *code, k, seen = 0, due = 0;
	double *p, *q, width, low, high;

	if (x->numeric && y->numeric) {
		width = y->high - y->low;
		low = (x->low - y->low) / width;
		high = (y->high - x->high) / width;
		return width > 0 ? fmax(0, 1 - fmax(low, 0) - fmax(high, 0)) :
			(double)NAN;
	}
	if (x->numeric || y->numeric)
		return (double)NAN;
	code = ev_guard_codes(&all, x, y);
	p = shares(a, x, NULL, all);
	q = shares(b, y, code, all);
	for (k = 0; k < all; k++) {
		due += q[k] > 0;
		seen += q[k] > 0 && p[k] > 0;
	}
	free(code);
	free(p);
	free(q);
	return due ? (double)seen / (double)due : (double)NAN;
}

double ev_measure_adherence(const struct ev_guard_table *a,
			    const struct ev_guard_column *x,
			    const struct ev_guard_table *b,
			    const struct ev_guard_column *y)
{
	size_t all, *code, k, i, known = 0, within = 0;
	double *q;

	if (x->numeric && y->numeric) {
		for (i = 0; i < a->n; i++) {
			known += x->x[i] == x->x[i];
			within += x->x[i] >= y->low && x->x[i] <= y->high;
		}
		return known ? (double)within / (double)known : (double)NAN;
	}
	if (x->numeric || y->numeric)
		return (double)NAN;
	code = ev_guard_codes(&all, x, y);
	q = shares(b, y, code, all);
	for (i = 0; i < a->n; i++) {
		if (x->x[i] != x->x[i])
			continue;
		k = (size_t)x->x[i];
		known++;
		within += q[k] > 0;
	}
	free(code);
	free(q);
	return known ? (double)within / (double)known : (double)NAN;
}

/* By name ----------------------------------------------------------------- */

int ev_ks_complement(double *out, const struct ev_guard_table *a,
		     const struct ev_guard_table *b, const char *column)
{
	const struct ev_guard_column *x, *y;
	int ret = find(&x, &y, a, b, column);

	if (ret == 0)
		*out = x->numeric && y->numeric ?
			1 - ev_measure_ks(a, x, b, y) : (double)NAN;
	return ret;
}

int ev_tv_complement(double *out, const struct ev_guard_table *a,
		     const struct ev_guard_table *b, const char *column)
{
	const struct ev_guard_column *x, *y;
	int ret = find(&x, &y, a, b, column);

	if (ret == 0)
		*out = 1 - ev_measure_tvd(a, x, b, y);
	return ret;
}

int ev_contingency_similarity(double *out, const struct ev_guard_table *a,
			      const struct ev_guard_table *b,
			      const char *x, const char *y)
{
	struct ev_guard_pair p, q;
	int ret = find(&p.a, &p.b, a, b, x);

	if (ret == 0)
		ret = find(&q.a, &q.b, a, b, y);
	if (ret == 0)
		*out = ev_measure_contingency(a, b, &p, &q);
	return ret;
}

int ev_missing_similarity(double *out, const struct ev_guard_table *a,
			  const struct ev_guard_table *b, const char *column)
{
	const struct ev_guard_column *x, *y;
	int ret = find(&x, &y, a, b, column);

	if (ret == 0)
		*out = a->n && b->n ? 1 - fabs((double)x->missing /
			(double)a->n - (double)y->missing / (double)b->n) :
			(double)NAN;
	return ret;
}

int ev_coverage(double *out, const struct ev_guard_table *a,
		const struct ev_guard_table *b, const char *column)
{
	const struct ev_guard_column *x, *y;
	int ret = find(&x, &y, a, b, column);

	if (ret == 0)
		*out = ev_measure_coverage(a, x, b, y);
	return ret;
}

int ev_adherence(double *out, const struct ev_guard_table *a,
		 const struct ev_guard_table *b, const char *column)
{
	const struct ev_guard_column *x, *y;
	int ret = find(&x, &y, a, b, column);

	if (ret == 0)
		*out = ev_measure_adherence(a, x, b, y);
	return ret;
}
