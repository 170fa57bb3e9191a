/*
 * lanes.h - bodies that a processor may do on many rows at once (for
 *           lib/stats and lib/synth alone)
 *
 * EV_LANES before a function has it compiled again for wider
 * registers, and the best one is taken at run time.  Each lane is the same
 * arithmetic, and fused multiply-add stays off, so that no digit depends on
 * it; -DEV_ONE_WIDTH leaves the others out, to see just that.
 */
#ifndef EV_STATS_LANES_H
#define EV_STATS_LANES_H

#include "stats/fixed.h"

#if defined(__x86_64__) && defined(__GLIBC__) && !defined(EV_ONE_WIDTH)
/* A level as such is a target from GCC 12 on. */
#if !defined(__clang__) && __GNUC__ >= 12
#define EV_LANES \
	__attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#else
#define EV_LANES __attribute__((target_clones("avx2", "default")))
#endif
#else
#define EV_LANES
#endif
/* What such a function calls becomes a part of both. */
#define EV_INTO_LANES static inline __attribute__((always_inline))

#define EV_LANES_BLOCK 256
#define EV_LANES_WIDTH 8

/*
 * The sum of a block of terms below 2^11, as a whole number of 2^-80.  Adding
 * and taking away COARSE leaves a multiple of 2^-33, and FINE one of 2^-78 of
 * what is left: sums of 256 such are exact doubles, so no order counts.
 */
struct ev_lanes {
	double high[EV_LANES_WIDTH], low[EV_LANES_WIDTH];
};
#define EV_LANES_COARSE 0x1.8p19
#define EV_LANES_FINE 0x1.8p-26

EV_INTO_LANES void ev_lanes_sum(struct ev_lanes *s, const double *v)
{
	double high[EV_LANES_WIDTH] = { 0 }, low[EV_LANES_WIDTH] = { 0 }, t;
	int i, j;

	for (i = 0; i < EV_LANES_BLOCK; i += EV_LANES_WIDTH) {
		for (j = 0; j < EV_LANES_WIDTH; j++) {
			t = (v[i + j] + EV_LANES_COARSE) - EV_LANES_COARSE;
			high[j] += t;
			low[j] += ((v[i + j] - t) + EV_LANES_FINE) -
				  EV_LANES_FINE;
		}
	}
	for (j = 0; j < EV_LANES_WIDTH; j++) {
		s->high[j] = high[j];
		s->low[j] = low[j];
	}
}

static inline ev_fixed ev_lanes_fixed(const struct ev_lanes *s)
{
	ev_fixed out = 0;
	int j;

	for (j = 0; j < EV_LANES_WIDTH; j++)
		out += ev_fixed_of(s->high[j]) + ev_fixed_of(s->low[j]);
	return out;
}

#endif
