#include "base/compat.h"

#include "synth/draw_internal.h"

#define ROUNDS 10
#define LANES 2u

/* ev_philox() of one counter waits for itself from round to round; two side
 * by side do not wait for each other. */
struct lane { uint32_t a, b, c, d; };

static inline void turn(struct lane *l, uint32_t k0, uint32_t k1)
{
	uint64_t p = (uint64_t)0xd2511f53U * l->a;
	uint64_t q = (uint64_t)0xcd9e8d57U * l->c;

	l->a = (uint32_t)(q >> 32) ^ l->b ^ k0;
	l->b = (uint32_t)q;
	l->c = (uint32_t)(p >> 32) ^ l->d ^ k1;
	l->d = (uint32_t)p;
}

static inline uint64_t word_of(const struct lane *l)
{
	return (uint64_t)l->b << 32 | l->a;
}

void ev_dice_words(uint64_t *words, const struct ev_dice *d,
		   const uint32_t *streams, size_t n)
{
	uint64_t key = d->source->key;
	uint32_t low = (uint32_t)d->patient, high = (uint32_t)(d->patient >>
							       32);
	uint32_t k0, k1;
	size_t i;
	int r;

	for (i = 0; i + LANES <= n; i += LANES) {
		struct lane x = { low, high, streams[i], d->attempt };
		struct lane y = { low, high, streams[i + 1], d->attempt };

		k0 = (uint32_t)key;
		k1 = (uint32_t)(key >> 32);
		for (r = 0; r < ROUNDS; r++) {
			turn(&x, k0, k1);
			turn(&y, k0, k1);
			k0 += 0x9e3779b9U;
			k1 += 0xbb67ae85U;
		}
		words[i] = word_of(&x);
		words[i + 1] = word_of(&y);
	}
	for (; i < n; i++)
		words[i] = ev_dice_bits(d, streams[i], 0).word[0];
}
