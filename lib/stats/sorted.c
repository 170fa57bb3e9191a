#include "base/compat.h"
#include "stats/predicted.h"

#include "base/mem.h"
#include "stats/fp.h"

#define DIGIT_BITS 11
#define DIGITS 6
#define BUCKETS (1u << DIGIT_BITS)

/* Bits whose order as numbers is that of the doubles; -0 is 0. */
static uint64_t key_of(double x)
{
	uint64_t u = ev_fp_bits(x == 0 ? 0 : x);

	return u >> 63 ? ~u : u | 1ULL << 63;
}

static double of_key(uint64_t u)
{
	return ev_fp_from_bits(u >> 63 ? u & ~(1ULL << 63) : ~u);
}

/* One stable pass; false where all keys have the same digit. */
static bool spread(uint64_t *to, const uint64_t *from, size_t n, int shift)
{
	size_t start[BUCKETS] = { 0 }, sum = 0, count;
	size_t i;

	for (i = 0; i < n; i++)
		start[from[i] >> shift & (BUCKETS - 1)]++;
	if (start[from[0] >> shift & (BUCKETS - 1)] == n)
		return false;
	for (i = 0; i < BUCKETS; i++) {
		count = start[i];
		start[i] = sum;
		sum += count;
	}
	for (i = 0; i < n; i++)
		to[start[from[i] >> shift & (BUCKETS - 1)]++] = from[i];
	return true;
}

double *ev_sorted(const double *x, size_t n)
{
	uint64_t *a = ev_calloc(n + 1, sizeof(*a));
	uint64_t *b = ev_calloc(n + 1, sizeof(*b)), *t;
	double *out = ev_calloc(n + 1, sizeof(*out));
	size_t i;
	int d;

	for (i = 0; i < n; i++)
		a[i] = key_of(x[i]);
	for (d = 0; n > 0 && d < DIGITS; d++) {
		if (spread(b, a, n, d * DIGIT_BITS)) {
			t = a;
			a = b;
			b = t;
		}
	}
	for (i = 0; i < n; i++)
		out[i] = of_key(a[i]);
	free(a);
	free(b);
	return out;
}

double ev_quantile2(const double *x, size_t n, size_t i, size_t of)
{
	size_t j = n * i / of;

	if (n * i % of != 0 || j == 0 || j == n)
		return x[j < n ? j : n - 1];
	return x[j - 1] == x[j] ? x[j] : (x[j - 1] + x[j]) / 2;
}

double ev_quantile7(const double *x, size_t n, size_t i, size_t of)
{
	size_t j = (n - 1) * i / of, rest = (n - 1) * i % of;

	if (rest == 0)
		return x[j];
	return x[j] + (double)rest / (double)of * (x[j + 1] - x[j]);
}

size_t ev_distinct(double *x, size_t n)
{
	size_t i, k = 0;

	for (i = 0; i < n; i++)
		if (k == 0 || x[i] != x[k - 1])
			x[k++] = x[i];
	return k;
}
