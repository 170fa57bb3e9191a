/*
 * fp.h - what the room's arithmetic stands on (for lib/stats alone)
 *
 * Every number of this room comes from IEEE 754 binary64 + - * / and sqrt,
 * rounded to nearest, in the order that the source names: the same digits
 * from any compiler at any level.  Contraction into fused multiply-add,
 * excess precision and -ffast-math would each change digits, so the build
 * turns the first off and this file refuses the others.
 *
 * A "pair" is an unevaluated sum hi + lo with |lo| <= ulp(hi) / 2.
 */
#ifndef EV_STATS_FP_H
#define EV_STATS_FP_H

#include <float.h>
#include <math.h>

#ifdef __FAST_MATH__
#error "lib/stats must not be compiled with -ffast-math"
#endif
_Static_assert(FLT_EVAL_METHOD == 0, "doubles must be computed as doubles");
_Static_assert(FLT_RADIX == 2 && DBL_MANT_DIG == 53 && DBL_MAX_EXP == 1024,
	       "doubles must be IEEE 754 binary64");

#define EV_FP_SQRT_2PI 2.50662827463100050242
#define EV_FP_LOG_SQRT_2PI 0.91893853320467274178

struct ev_pair {
	double hi;
	double lo;
};

static inline double ev_fp_nan(void)
{
	return (double)NAN;
}

static inline double ev_fp_inf(void)
{
	return (double)INFINITY;
}

static inline bool ev_fp_is_nan(double x)
{
	return x != x;
}

static inline bool ev_fp_is_finite(double x)
{
	return x - x == 0;
}

static inline double ev_fp_abs(double x)
{
	return x < 0 ? -x : x == 0 ? 0 : x;
}

static inline uint64_t ev_fp_bits(double x)
{
	uint64_t u;

	memcpy(&u, &x, sizeof(u));
	return u;
}

static inline double ev_fp_from_bits(uint64_t u)
{
	double x;

	memcpy(&x, &u, sizeof(x));
	return x;
}

/* 2 to the power of k, -1022 <= k <= 1023. */
static inline double ev_fp_two_to(int k)
{
	return ev_fp_from_bits((uint64_t)(k + 1023) << 52);
}

/* The nearest integer, halves to even; |x| < 2^51. */
static inline double ev_fp_round(double x)
{
	return (x + 0x1.8p52) - 0x1.8p52;
}

/* The largest integer that is not above x; |x| < 2^51. */
static inline double ev_fp_floor(double x)
{
	double r = ev_fp_round(x);

	return r > x ? r - 1 : r;
}

/* a + b without error (Knuth). */
static inline struct ev_pair ev_fp_two_sum(double a, double b)
{
	struct ev_pair s;
	double t;

	s.hi = a + b;
	t = s.hi - a;
	s.lo = (a - (s.hi - t)) + (b - t);
	return s;
}

/* a * b without error (Dekker, Veltkamp); |a|, |b| < 2^990, no underflow. */
static inline struct ev_pair ev_fp_two_prod(double a, double b)
{
	struct ev_pair p;
	double t, ah, al, bh, bl;

	t = 0x1.0000002p27 * a;
	ah = t - (t - a);
	al = a - ah;
	t = 0x1.0000002p27 * b;
	bh = t - (t - b);
	bl = b - bh;
	p.hi = a * b;
	p.lo = ((ah * bh - p.hi) + ah * bl + al * bh) + al * bl;
	return p;
}

static inline struct ev_pair ev_fp_add(struct ev_pair a, struct ev_pair b)
{
	struct ev_pair s = ev_fp_two_sum(a.hi, b.hi);

	return ev_fp_two_sum(s.hi, s.lo + (a.lo + b.lo));
}

static inline struct ev_pair ev_fp_mul(struct ev_pair a, struct ev_pair b)
{
	struct ev_pair p = ev_fp_two_prod(a.hi, b.hi);

	return ev_fp_two_sum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}

static inline struct ev_pair ev_fp_scale(struct ev_pair a, double b)
{
	struct ev_pair p = ev_fp_two_prod(a.hi, b);

	return ev_fp_two_sum(p.hi, p.lo + a.lo * b);
}

/* Horner: c[0] + x (c[1] + x (c[2] + ...)). */
static inline double ev_fp_poly(double x, const double *c, int n)
{
	double s = c[n - 1];
	int i;

	for (i = n - 2; i >= 0; i--)
		s = c[i] + x * s;
	return s;
}

#endif
