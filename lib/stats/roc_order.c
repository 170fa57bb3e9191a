#include "base/compat.h"
#include "stats/roc.h"

#include "base/error.h"
#include "base/mem.h"
#include "stats/fp.h"

#define DIGITS 6
#define BITS 11
#define BUCKETS (1u << BITS)

/* A whole number that is in the order of the doubles, -0 like 0. */
static uint64_t key_of(double x)
{
	uint64_t u = ev_fp_bits(x == 0 ? 0.0 : x);

	return u >> 63 ? ~u : u | 1ULL << 63;
}

static unsigned digit(uint64_t key, int i)
{
	return (unsigned)(key >> (BITS * i)) & (BUCKETS - 1);
}

static int keys_of(uint64_t *key, uint32_t *order, const double *score,
		   size_t n, uint32_t count[DIGITS][BUCKETS])
{
	size_t i;
	int d;

	for (i = 0; i < n; i++) {
		if (ev_fp_is_nan(score[i]))
			return ev_fail(EV_EINVALID, "the score of row %zu is "
				       "not a number", i);
		key[i] = key_of(score[i]);
		order[i] = (uint32_t)i;
		for (d = 0; d < DIGITS; d++)
			count[d][digit(key[i], d)]++;
	}
	return 0;
}

/* Counts to places where buckets begin; false if all are in one bucket. */
static bool places(uint32_t *count, size_t n)
{
	uint32_t at = 0, here;
	unsigned b;

	for (b = 0; b < BUCKETS; b++) {
		here = count[b];
		if (here == n)
			return false;
		count[b] = at;
		at += here;
	}
	return true;
}

static void mark(uint64_t *first, const uint64_t *key, size_t n)
{
	size_t i;

	memset(first, 0, (n + 63) / 64 * sizeof(*first));
	for (i = 0; i < n; i++)
		if (i == 0 || key[i] != key[i - 1])
			first[i / 64] |= 1ULL << i % 64;
}

/* By the lowest digit first, each pass stable: O(n), ties stay by row. */
static int sorted(uint32_t *order, uint64_t *first, const double *score,
		  size_t n, uint32_t count[DIGITS][BUCKETS])
{
	uint64_t *key = ev_malloc(2 * n * sizeof(*key)), *k = key, *k2 = k + n;
	uint32_t *other = ev_malloc(n * sizeof(*other));
	uint32_t *o = order, *o2 = other, to, *o3;
	uint64_t *k3;
	size_t i;
	int d, ret = keys_of(k, o, score, n, count);

	for (d = 0; ret == 0 && d < DIGITS; d++) {
		if (!places(count[d], n))
			continue;
		for (i = 0; i < n; i++) {
			to = count[d][digit(k[i], d)]++;
			k2[to] = k[i];
			o2[to] = o[i];
		}
		k3 = k;
		k = k2;
		k2 = k3;
		o3 = o;
		o = o2;
		o2 = o3;
	}
	if (ret == 0 && o != order)
		memcpy(order, o, n * sizeof(*order));
	if (ret == 0 && first)
		mark(first, k, n);
	free(other);
	free(key);
	return ret;
}

int ev_marker_sort(uint32_t *order, uint64_t *first, const double *score,
		   size_t n)
{
	uint32_t (*count)[BUCKETS];
	int ret;

	if (n > INT32_MAX)
		return ev_fail(EV_ELIMIT, "more than %d rows", INT32_MAX);
	if (n == 0)
		return 0;
	count = ev_calloc(DIGITS, sizeof(*count));
	ret = sorted(order, first, score, n, count);
	free(count);
	return ret;
}

int ev_marker_order(uint32_t *order, const double *score, size_t n)
{
	return ev_marker_sort(order, NULL, score, n);
}
