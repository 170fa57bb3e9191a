#include "base/compat.h"
#include "stats/roc.h"

#include "base/error.h"
#include "base/mem.h"
#include "stats/fp.h"

/* Three digits at once; what they leave out is seldom needed. */
#define DIGITS 3
#define BITS 11
#define BUCKETS (1u << BITS)
#define FEW 32

/* Keys and rows side by side, and as much room. */
struct sorting {
	uint64_t *key, *key2;
	uint32_t *order, *order2;
	uint32_t (*count)[BUCKETS];
};

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

static int keys_of(const struct sorting *s, const double *score, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (ev_fp_is_nan(score[i]))
			return ev_fail(EV_EINVALID, "the score of row %zu is "
				       "not a number", i);
		s->key[i] = key_of(score[i]);
		s->order[i] = (uint32_t)i;
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

/* By the bits of key - least above `shift`, the lowest digit first; each pass
 * is stable. */
static void by_digits(struct sorting *s, size_t from, size_t n, uint64_t least,
		      int shift)
{
	uint64_t *k = s->key + from, *k2 = s->key2 + from, *k3;
	uint32_t *o = s->order + from, *o2 = s->order2 + from, *o3, to;
	size_t i;
	int d;

	memset(s->count, 0, DIGITS * sizeof(*s->count));
	for (i = 0; i < n; i++)
		for (d = 0; d < DIGITS; d++)
			s->count[d][digit((k[i] - least) >> shift, d)]++;
	for (d = 0; d < DIGITS; d++) {
		if (!places(s->count[d], n))
			continue;
		for (i = 0; i < n; i++) {
			to = s->count[d][digit((k[i] - least) >> shift, d)]++;
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
	if (o == s->order + from)
		return;
	memcpy(k2, k, n * sizeof(*k));
	memcpy(o2, o, n * sizeof(*o));
}

/* Stable, too. */
static void sort_few(uint64_t *key, uint32_t *order, size_t n)
{
	uint64_t k;
	uint32_t o;
	size_t i, j;

	for (i = 1; i < n; i++) {
		k = key[i];
		o = order[i];
		for (j = i; j > 0 && key[j - 1] > k; j--) {
			key[j] = key[j - 1];
			order[j] = order[j - 1];
		}
		key[j] = k;
		order[j] = o;
	}
}

/* 33 bits at once, then those that are equal in them: O(n), ties stay by row.
 * At most twice within itself, as then no bit is left. */
static void sort(struct sorting *s, size_t from, size_t n)
{
	uint64_t least = UINT64_MAX, most = 0, part;
	uint64_t *k = s->key + from;
	size_t i, end;
	int shift = 0;

	if (n <= FEW) {
		sort_few(k, s->order + from, n);
		return;
	}
	for (i = 0; i < n; i++) {
		least = k[i] < least ? k[i] : least;
		most = k[i] > most ? k[i] : most;
	}
	if (least == most)
		return;
	while ((most - least) >> shift >> (DIGITS * BITS))
		shift++;
	by_digits(s, from, n, least, shift);
	for (i = 0; shift && i < n; i = end) {
		part = (k[i] - least) >> shift;
		for (end = i + 1; end < n && (k[end] - least) >> shift == part;
		     end++)
			;
		if (end - i > 1)
			sort(s, from + i, end - i);
	}
}

int ev_marker_sort(uint32_t *order, uint64_t *first, const double *score,
		   size_t n)
{
	struct sorting s = { .order = order };
	int ret;

	if (n > INT32_MAX)
		return ev_fail(EV_ELIMIT, "more than %d rows", INT32_MAX);
	if (n == 0)
		return 0;
	s.key = ev_malloc(2 * n * sizeof(*s.key));
	s.key2 = s.key + n;
	s.order2 = ev_malloc(n * sizeof(*s.order2));
	s.count = ev_calloc(DIGITS, sizeof(*s.count));
	ret = keys_of(&s, score, n);
	if (ret == 0)
		sort(&s, 0, n);
	if (ret == 0 && first)
		mark(first, s.key, n);
	free(s.count);
	free(s.order2);
	free(s.key);
	return ret;
}

int ev_marker_order(uint32_t *order, const double *score, size_t n)
{
	return ev_marker_sort(order, NULL, score, n);
}
