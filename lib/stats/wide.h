/*
 * wide.h - whole numbers of 256 bits (for lib/stats alone)
 *
 * Variances of areas are differences of products of counts that do not fit
 * 128 bits.  Here they are taken exactly and rounded once.  Two's complement,
 * the lowest word first; callers keep results below 2^255 in size.
 */
#ifndef EV_STATS_WIDE_H
#define EV_STATS_WIDE_H

#include "stats/fp.h"

__extension__ typedef __int128 ev_int128;
__extension__ typedef unsigned __int128 ev_uint128;

struct ev_wide {
	uint64_t w[4];
};

static inline struct ev_wide ev_wide_of(ev_int128 x)
{
	uint64_t sign = x < 0 ? UINT64_MAX : 0;
	ev_uint128 u = (ev_uint128)x;

	return (struct ev_wide){ { (uint64_t)u, (uint64_t)(u >> 64), sign,
				   sign } };
}

static inline struct ev_wide ev_wide_add(struct ev_wide a, struct ev_wide b)
{
	ev_uint128 carry = 0;
	int i;

	for (i = 0; i < 4; i++) {
		carry += (ev_uint128)a.w[i] + b.w[i];
		a.w[i] = (uint64_t)carry;
		carry >>= 64;
	}
	return a;
}

static inline struct ev_wide ev_wide_negated(struct ev_wide a)
{
	int i;

	for (i = 0; i < 4; i++)
		a.w[i] = ~a.w[i];
	return ev_wide_add(a, ev_wide_of(1));
}

static inline struct ev_wide ev_wide_times(struct ev_wide a, int64_t x)
{
	uint64_t size = x < 0 ? 0 - (uint64_t)x : (uint64_t)x;
	ev_uint128 carry = 0;
	int i;

	/* the low 256 bits of a product do not depend on the sign of a */
	for (i = 0; i < 4; i++) {
		carry += (ev_uint128)a.w[i] * size;
		a.w[i] = (uint64_t)carry;
		carry >>= 64;
	}
	return x < 0 ? ev_wide_negated(a) : a;
}

/* The nearest double; ties to even. */
static inline double ev_wide_double(struct ev_wide a)
{
	bool negative = a.w[3] >> 63, sticky = false;
	uint64_t m;
	int i, shift = 0, top = 3;
	double x;

	if (negative)
		a = ev_wide_negated(a);
	while (top > 0 && a.w[top] == 0)
		top--;
	if (a.w[top] == 0)
		return 0;
	while (a.w[top] << shift >> 63 == 0)
		shift++;
	m = a.w[top] << shift;
	if (top > 0 && shift > 0)
		m |= a.w[top - 1] >> (64 - shift);
	if (top > 0)
		sticky = a.w[top - 1] << shift != 0;
	for (i = 0; i < top - 1; i++)
		sticky = sticky || a.w[i] != 0;
	x = (double)(m | sticky) * ev_fp_two_to(64 * top - shift);
	return negative ? -x : x;
}

static inline double ev_int128_double(ev_int128 x)
{
	return ev_wide_double(ev_wide_of(x));
}

#endif
