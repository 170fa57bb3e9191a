#include "base/compat.h"
#include "clinical/cohort_internal.h"

#include <sys/random.h>

#include "base/mem.h"

__extension__ typedef unsigned __int128 wide;

#define FIRST_SLOTS 64

static uint64_t fold(uint64_t a, uint64_t b)
{
	wide product = (wide)a * b;

	return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

static uint64_t load(const char *p, size_t n)
{
	uint64_t w = 0;

	memcpy(&w, p, n);
	return w;
}

/* Which slot a word has is seen nowhere, and the seed makes sure that nobody
 * can choose words that share theirs. */
static uint64_t hash(const struct ev_dictionary *d, const char *text, size_t n)
{
	uint64_t h = d->seed ^ n;

	for (; n >= 8; text += 8, n -= 8)
		h = fold(h ^ load(text, 8), 0x9e3779b97f4a7c15ull ^ d->seed);
	h = fold(h ^ load(text, n), 0xd1b54a32d192ed03ull ^ d->seed);
	return fold(h, 0x2545f4914f6cdd1dull);
}

static bool is_word(const struct ev_dictionary *d, uint32_t code,
		    const char *text, size_t n)
{
	const struct ev_cohort_texts *t = &d->words;
	size_t end = code + 1 < t->n ? t->at[code + 1] : t->used;

	return end - t->at[code] == n + 1 &&
	       !memcmp(t->bytes + t->at[code], text, n);
}

static void put(struct ev_dictionary *d, uint64_t h, uint32_t code)
{
	size_t i = h & d->mask;

	while (d->slots[i])
		i = (i + 1) & d->mask;
	d->slots[i] = (h & ~(uint64_t)UINT32_MAX) | (code + 1);
}

/* Twice the slots; the hash is taken anew, as only half of it is kept. */
static void grow(struct ev_dictionary *d)
{
	size_t slots = d->slots ? 2 * (d->mask + 1) : FIRST_SLOTS, i, n;
	const struct ev_cohort_texts *t = &d->words;

	if (!d->slots && getrandom(&d->seed, sizeof(d->seed), 0) < 0)
		d->seed = (uintptr_t)d;
	free(d->slots);
	d->slots = ev_calloc(slots, sizeof(*d->slots));
	d->mask = slots - 1;
	for (i = 0; i < t->n; i++) {
		n = (i + 1 < t->n ? t->at[i + 1] : t->used) - t->at[i] - 1;
		put(d, hash(d, ev_cohort_texts_get(t, i), n), (uint32_t)i);
	}
}

uint32_t ev_dictionary_code(struct ev_dictionary *d, const char *text, size_t n)
{
	uint64_t h, slot;
	size_t i;

	if (d->words.n && is_word(d, d->last, text, n))
		return d->last;
	if (2 * d->words.n >= d->mask)
		grow(d);
	h = hash(d, text, n);
	for (i = h & d->mask; (slot = d->slots[i]); i = (i + 1) & d->mask) {
		d->last = (uint32_t)slot - 1;
		if (slot >> 32 == h >> 32 && is_word(d, d->last, text, n))
			return d->last;
	}
	d->last = (uint32_t)d->words.n;
	ev_cohort_texts_add(&d->words, text, n);
	d->slots[i] = (h & ~(uint64_t)UINT32_MAX) | (d->last + 1);
	return d->last;
}

void ev_dictionary_finish(struct ev_dictionary *d, uint32_t *codes, size_t n)
{
	uint32_t *order = ev_cohort_texts_order(&d->words), *rank;
	size_t i;

	rank = ev_malloc(d->words.n * sizeof(*rank));
	for (i = 0; i < d->words.n; i++)
		rank[order[i]] = (uint32_t)i;
	for (i = 0; i < n; i++)
		codes[i] = rank[codes[i]];
	ev_cohort_texts_permute(&d->words, order);
	free(rank);
	free(order);
	free(d->slots);
	d->slots = NULL;
}

void ev_dictionary_release(struct ev_dictionary *d)
{
	ev_cohort_texts_release(&d->words);
	free(d->slots);
	memset(d, 0, sizeof(*d));
}
