#include "base/compat.h"
#include "clinical/cohort_internal.h"

#include <endian.h>

#include "base/mem.h"

#define PAD 8			/* a text may be read as words */
#define FEW 24
#define WORD 8

char *ev_cohort_texts_begin(struct ev_cohort_texts *t, size_t n)
{
	size_t need = t->used + n + 1 + PAD;

	if (need > t->cap) {
		t->cap = need > 2 * t->cap ? need : 2 * t->cap;
		t->bytes = ev_realloc(t->bytes, t->cap);
	}
	return t->bytes + t->used;
}

void ev_cohort_texts_end(struct ev_cohort_texts *t, size_t n)
{
	memset(t->bytes + t->used + n, 0, 1 + PAD);
	if (t->n == t->at_cap)
		EV_GROW(t->at, t->n, t->at_cap);
	t->at[t->n++] = t->used;
	t->used += n + 1;
}

void ev_cohort_texts_add(struct ev_cohort_texts *t, const char *text, size_t n)
{
	char *to = ev_cohort_texts_begin(t, n);

	if (n)
		memcpy(to, text, n);
	ev_cohort_texts_end(t, n);
}

void ev_cohort_texts_release(struct ev_cohort_texts *t)
{
	free(t->bytes);
	free(t->at);
	memset(t, 0, sizeof(*t));
}

/* The bytes, too: who goes through them in order then goes straight on. */
void ev_cohort_texts_permute(struct ev_cohort_texts *t, const uint32_t *order)
{
	uint64_t *at = ev_malloc(t->n * sizeof(*at)), from, used = 0;
	char *bytes = ev_malloc(t->used + 1 + PAD);
	size_t i, n;

	for (i = 0; i < t->n; i++) {
		from = t->at[order[i]];
		n = strlen(t->bytes + from) + 1;
		memcpy(bytes + used, t->bytes + from, n);
		at[i] = used;
		used += n;
	}
	memset(bytes + used, 0, PAD);
	free(t->at);
	free(t->bytes);
	t->at = at;
	t->at_cap = t->n;
	t->bytes = bytes;
	t->cap = t->used + 1 + PAD;
}

/* Sorting ------------------------------------------------------------------ */

struct item {
	uint64_t word;			/* eight bytes of the text, as they
					   compare */
	uint32_t index;
};

struct sorting {
	const struct ev_cohort_texts *t;
	struct item *spare;
	size_t counts[WORD][256];
};

/* Eight bytes of a text, first ones highest; none behind its NUL count. */
static uint64_t word_of(const char *text)
{
	const uint64_t high = 0x8080808080808080ull;
	uint64_t w, zero;

	memcpy(&w, text, sizeof(w));
	w = le64toh(w);
	zero = ~(((w & ~high) + ~high) | w) & high;
	if (zero)
		w &= (zero & -zero) - 1;
	return htobe64(htole64(w));
}

static void sort_few(struct item *items, size_t n, size_t depth,
		     const struct ev_cohort_texts *t)
{
	struct item moving;
	const char *text;
	size_t i, k;

	for (i = 1; i < n; i++) {
		moving = items[i];
		text = t->bytes + t->at[moving.index] + depth;
		for (k = i; k && strcmp(t->bytes + t->at[items[k - 1].index] +
					depth, text) > 0; k--)
			items[k] = items[k - 1];
		items[k] = moving;
	}
}

static void count_bytes(struct sorting *s, const struct item *items, size_t n)
{
	uint64_t w;
	size_t i;
	int b;

	memset(s->counts, 0, sizeof(s->counts));
	for (i = 0; i < n; i++)
		for (w = items[i].word, b = 0; b < WORD; b++, w >>= 8)
			s->counts[b][w & 255]++;
}

static void one_pass(struct item *to, const struct item *from, size_t n,
		     size_t *counts, int byte)
{
	size_t i, sum = 0, here;

	for (i = 0; i < 256; i++) {
		here = counts[i];
		counts[i] = sum;
		sum += here;
	}
	for (i = 0; i < n; i++)
		to[counts[from[i].word >> 8 * byte & 255]++] = from[i];
}

/* By their words, lowest byte first; equal ones keep their order. */
static void sort_words(struct sorting *s, struct item *items, size_t n)
{
	struct item *from = items, *to = s->spare, *other;
	int b;

	count_bytes(s, items, n);
	for (b = 0; b < WORD; b++) {
		if (s->counts[b][items[0].word >> 8 * b & 255] == n)
			continue;
		one_pass(to, from, n, s->counts[b], b);
		other = from;
		from = to;
		to = other;
	}
	if (from != items)
		memcpy(items, from, n * sizeof(*items));
}

/* All are equal before `depth`.  As deep as a text has words. */
static void sort_from(struct sorting *s, struct item *items, size_t n,
		      size_t depth)
{
	size_t i, end;

	if (n <= FEW) {
		sort_few(items, n, depth, s->t);
		return;
	}
	for (i = 0; i < n; i++)
		items[i].word = word_of(s->t->bytes + depth +
					s->t->at[items[i].index]);
	sort_words(s, items, n);
	for (i = 0; i < n; i = end) {
		for (end = i + 1; end < n && items[end].word == items[i].word;
		     end++)
			;
		/* One that ends in the word is equal to the others. */
		if (end - i > 1 && (items[i].word & 255))
			sort_from(s, items + i, end - i, depth + WORD);
	}
}

uint32_t *ev_cohort_texts_order(const struct ev_cohort_texts *t)
{
	struct sorting *s = ev_malloc(sizeof(*s));
	struct item *items = ev_calloc(t->n, sizeof(*items));
	uint32_t *order = ev_malloc(t->n * sizeof(*order));
	size_t i;

	s->t = t;
	s->spare = ev_malloc(t->n * sizeof(*s->spare));
	for (i = 0; i < t->n; i++)
		items[i].index = (uint32_t)i;
	sort_from(s, items, t->n, 0);
	for (i = 0; i < t->n; i++)
		order[i] = items[i].index;
	free(items);
	free(s->spare);
	free(s);
	return order;
}

void ev_permute_doubles(double *items, const uint32_t *order, size_t n,
			size_t each)
{
	double *copy = ev_calloc(n, each * sizeof(*copy));
	size_t i;

	for (i = 0; i < n; i++)
		memcpy(copy + i * each, items + order[i] * each,
		       each * sizeof(*copy));
	if (n)
		memcpy(items, copy, n * each * sizeof(*copy));
	free(copy);
}

void ev_permute_codes(uint32_t *items, const uint32_t *order, size_t n)
{
	uint32_t *copy = ev_calloc(n, sizeof(*copy));
	size_t i;

	for (i = 0; i < n; i++)
		copy[i] = items[order[i]];
	if (n)
		memcpy(items, copy, n * sizeof(*copy));
	free(copy);
}

void ev_permute_bytes(uint8_t *items, const uint32_t *order, size_t n)
{
	uint8_t *copy = ev_malloc(n);
	size_t i;

	for (i = 0; i < n; i++)
		copy[i] = items[order[i]];
	if (n)
		memcpy(items, copy, n);
	free(copy);
}
