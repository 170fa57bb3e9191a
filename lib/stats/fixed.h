/*
 * fixed.h - sums of terms of known size, quickly (for lib/stats alone)
 *
 * Terms below 2^40 are cut to whole multiples of 2^-80 and added as integers
 * of 128 bits: no order of rows can change a digit, and 2^46 terms have room.
 * A third of the price of sum.h, which is for terms of any size.
 */
#ifndef EV_STATS_FIXED_H
#define EV_STATS_FIXED_H

#include "base/compat.h"

#include "stats/fp.h"

#define EV_FIXED_BITS 80

__extension__ typedef __int128 ev_fixed;
__extension__ typedef unsigned __int128 ev_ufixed;

/* |x| < 2^40 */
static inline ev_fixed ev_fixed_of(double x)
{
	uint64_t u = ev_fp_bits(x), m;
	/* x = m 2^(e - 1075) */
	int shift = (int)(u >> 52 & 0x7ff) - 1075 + EV_FIXED_BITS;
	/* all ones for a negative x: signs are hard to foresee */
	ev_fixed w, minus = -(ev_fixed)(u >> 63);

	m = (u & 0xfffffffffffffULL) | 1ULL << 52;
	if (shift >= 0)
		w = (ev_fixed)((ev_ufixed)m << shift);
	else
		w = shift > -64 ? (ev_fixed)(m >> -shift) : 0;
	return (w ^ minus) - minus;
}

/* Rounded once, to nearest, ties to even: 64 bits from the highest one on, the
 * last of which says whether more were cut off. */
static inline double ev_fixed_value(ev_fixed w)
{
	ev_ufixed size = w < 0 ? -(ev_ufixed)w : (ev_ufixed)w;
	uint64_t high = (uint64_t)(size >> 64), m;
	int shift;
	double x;

	if (high == 0) {
		x = (double)(uint64_t)size * 0x1p-80;
		return w < 0 ? -x : x;
	}
	shift = 64 - __builtin_clzll(high);
	m = (uint64_t)(size >> shift);
	m |= (size & (((ev_ufixed)1 << shift) - 1)) != 0;
	x = (double)m * ev_fp_two_to(shift - 80);
	return w < 0 ? -x : x;
}

#endif
