#include "base/compat.h"
#include "stats/drift.h"

#include "base/error.h"
#include "base/mem.h"
#include "stats/dist.h"
#include "stats/fp.h"
#include "stats/predicted.h"
#include "stats/special.h"

#define PI 0x1.921fb54442d18p+1

static int check(const double *x, size_t n)
{
	size_t i;

	if (n > INT32_MAX)
		return ev_fail(EV_ELIMIT, "more than %d rows", INT32_MAX);
	for (i = 0; i < n; i++)
		if (!ev_fp_is_finite(x[i]))
			return ev_fail(EV_EINVALID, "row %zu is not a finite "
				       "number", i);
	return 0;
}

static int check_both(const double *x, size_t n, const double *reference,
		      size_t m)
{
	int ret = check(x, n);

	return ret < 0 ? ret : check(reference, m);
}

static int total(int64_t *sum, const int64_t *count, size_t k)
{
	size_t i;

	*sum = 0;
	for (i = 0; i < k; i++) {
		if (count[i] < 0)
			return ev_fail(EV_EINVALID, "count %zu is negative",
				       i);
		if (count[i] > INT64_MAX / 2 - *sum)
			return ev_fail(EV_ELIMIT, "counts are too large");
		*sum += count[i];
	}
	return 0;
}

static double share(int64_t x, int64_t n, unsigned *empty)
{
	if (x > 0)
		return (double)x / (double)n;
	*empty += 1;
	return EV_PSI_EPSILON;
}

int ev_psi_counts(struct ev_psi *out, const int64_t *x,
		  const int64_t *reference, size_t k)
{
	int64_t n = 0, m = 0;
	double p, q, sum = 0;
	size_t i;
	int ret;

	memset(out, 0, sizeof(*out));
	out->flags = EV_STAT_UNDEFINED;
	if (k > UINT32_MAX)
		return ev_fail(EV_ELIMIT, "more than %u bins", UINT32_MAX);
	ret = total(&n, x, k);
	if (ret == 0)
		ret = total(&m, reference, k);
	if (ret < 0 || n == 0 || m == 0)
		return ret;
	for (i = 0; i < k; i++) {
		if (x[i] == 0 && reference[i] == 0)
			continue;
		out->bins++;
		p = share(x[i], n, &out->empty);
		q = share(reference[i], m, &out->empty);
		sum += (p - q) * ev_log(p / q);
	}
	if (out->bins < 2)
		return 0;
	out->flags = 0;
	out->value = sum;
	out->df = (double)out->bins - 1;
	out->chi2 = sum * ((double)n * ((double)m / ((double)n + (double)m)));
	out->p = ev_chi2_sf(out->chi2, out->df);
	return 0;
}

/* How many of sorted x[n] lie in each bin; top[k - 1] is without end. */
static void count(int64_t *in, const double *x, size_t n, const double *top,
		  size_t k)
{
	size_t i, at = 0;

	for (i = 0; i < n; i++) {
		while (at + 1 < k && x[i] > top[at])
			at++;
		in[at]++;
	}
}

static int psi(struct ev_psi *out, const double *x, size_t n,
	       const double *reference, size_t m, unsigned bins)
{
	int64_t a[EV_PSI_BINS_MAX] = { 0 }, b[EV_PSI_BINS_MAX] = { 0 };
	double top[EV_PSI_BINS_MAX];
	size_t i, k;

	if (n == 0 || m == 0)
		return 0;
	for (i = 1; i <= bins; i++)
		top[i - 1] = ev_quantile7(reference, m, i, bins);
	k = ev_distinct(top, bins);
	count(a, x, n, top, k);
	count(b, reference, m, top, k);
	return ev_psi_counts(out, a, b, k);
}

static int psi_begin(struct ev_psi *out, const double *x, size_t n,
		     const double *reference, size_t m, unsigned bins)
{
	memset(out, 0, sizeof(*out));
	out->flags = EV_STAT_UNDEFINED;
	if (bins < 2 || bins > EV_PSI_BINS_MAX)
		return ev_fail(EV_EINVALID, "%u bins are not 2 to %d", bins,
			       EV_PSI_BINS_MAX);
	return check_both(x, n, reference, m);
}

int ev_psi_sorted(struct ev_psi *out, const double *x, size_t n,
		  const double *reference, size_t m, unsigned bins)
{
	int ret = psi_begin(out, x, n, reference, m, bins);

	return ret < 0 ? ret : psi(out, x, n, reference, m, bins);
}

int ev_psi(struct ev_psi *out, const double *x, size_t n,
	   const double *reference, size_t m, unsigned bins)
{
	int ret = psi_begin(out, x, n, reference, m, bins);
	double *a, *b;

	if (ret < 0)
		return ret;
	a = ev_sorted(x, n);
	b = ev_sorted(reference, m);
	ret = psi(out, a, n, b, m, bins);
	free(a);
	free(b);
	return ret;
}

double ev_kolmogorov_sf(double l)
{
	double sum = 0, term, t;
	int k;

	if (!(l > 0.05))
		return 1;
	/* two forms of one theta function, each where it is quick */
	if (l < 1) {
		t = PI * PI / (8 * l * l);
		for (k = 1; k < 20; k += 2)
			sum += ev_exp(-t * (double)(k * k));
		return 1 - EV_FP_SQRT_2PI / l * sum;
	}
	for (k = 1; k < 20; k++) {
		term = ev_exp(-2 * (double)(k * k) * (l * l));
		sum += k % 2 ? term : -term;
	}
	return 2 * sum;
}

/* The greatest |i m - j n| over all x, i and j how many are at most x. */
static int64_t distance(const double *a, size_t n, const double *b, size_t m)
{
	size_t i = 0, j = 0;
	int64_t gap, most = 0;
	double x;

	while (i < n && j < m) {
		x = a[i] < b[j] ? a[i] : b[j];
		while (i < n && a[i] <= x)
			i++;
		while (j < m && b[j] <= x)
			j++;
		gap = (int64_t)i * (int64_t)m - (int64_t)j * (int64_t)n;
		gap = gap < 0 ? -gap : gap;
		most = gap > most ? gap : most;
	}
	return most;
}

static void ks(struct ev_ks *out, const double *x, size_t n,
	       const double *reference, size_t m)
{
	double size;

	if (n == 0 || m == 0)
		return;
	out->d = (double)distance(x, n, reference, m) /
		 ((double)n * (double)m);
	size = (double)n * ((double)m / ((double)n + (double)m));
	out->p = ev_kolmogorov_sf(out->d * sqrt(size));
	out->flags = 0;
}

static int ks_begin(struct ev_ks *out, const double *x, size_t n,
		    const double *reference, size_t m)
{
	memset(out, 0, sizeof(*out));
	out->flags = EV_STAT_UNDEFINED;
	return check_both(x, n, reference, m);
}

int ev_ks_sorted(struct ev_ks *out, const double *x, size_t n,
		 const double *reference, size_t m)
{
	int ret = ks_begin(out, x, n, reference, m);

	if (ret == 0)
		ks(out, x, n, reference, m);
	return ret;
}

int ev_ks(struct ev_ks *out, const double *x, size_t n,
	  const double *reference, size_t m)
{
	int ret = ks_begin(out, x, n, reference, m);
	double *a, *b;

	if (ret < 0)
		return ret;
	a = ev_sorted(x, n);
	b = ev_sorted(reference, m);
	ks(out, a, n, b, m);
	free(a);
	free(b);
	return 0;
}
