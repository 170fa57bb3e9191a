#include "base/compat.h"

#include "synth/draw_internal.h"

#define ROUNDS 8u

/* Half of the bits that the greatest of n numbers has, rounded up. */
static unsigned half_bits(uint64_t n)
{
	unsigned bits = 0;

	while (bits < 63 && (n - 1) >> bits)
		bits++;
	return bits < 2 ? 1 : (bits + 1) / 2;
}

/* A Feistel network permutes all numbers of twice `half` bits. */
static uint64_t shuffled(const struct ev_source *s, uint32_t stream,
			 uint64_t x, unsigned half)
{
	uint64_t mask = (UINT64_C(1) << half) - 1, left = x >> half, t;
	uint64_t right = x & mask;
	uint32_t i;

	for (i = 0; i < ROUNDS; i++) {
		struct ev_dice d = { s, right, 0 };

		t = left ^ (ev_dice_bits(&d, stream, i).word[0] & mask);
		left = right;
		right = t;
	}
	return left << half | right;
}

/* Numbers above those that are wanted are followed until one is not: a
 * permutation of fewer than four times as many is one of these. */
uint64_t ev_draw_distinct(const struct ev_dice *d, const struct ev_variable *v)
{
	unsigned half = half_bits(v->distinct);
	uint64_t x = d->patient;

	do {
		x = shuffled(d->source, v->stream, x, half);
	} while (x >= v->distinct);
	return x;
}
