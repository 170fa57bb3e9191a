#include "base/compat.h"
#include "stats/special.h"

#include "stats/elementary.h"
#include "stats/fp.h"

#define LN2_HIGH EV_LN2_HIGH
#define LN2_MIDDLE EV_LN2_MIDDLE
#define LN2_LOW 0x1.f97b57a079a19p-103
#define LOG2_E 0x1.71547652b82fep+0
#define SQRT_2 EV_SQRT_2

/* exp(r) = 1 + r + r^2 (c[0] + c[1] r + ...), |r| <= log(2) / 2 */
static const double exp_rest[] = {
	1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040,
	1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800,
	1.0 / 479001600, 1.0 / 6227020800, 1.0 / 87178291200,
};

static const double log_rest[] = {
	EV_LOG_REST(0), EV_LOG_REST(1), EV_LOG_REST(2), EV_LOG_REST(3),
	EV_LOG_REST(4), EV_LOG_REST(5), EV_LOG_REST(6), EV_LOG_REST(7),
	EV_LOG_REST(8), EV_LOG_REST(9), EV_LOG_REST(10),
};

/* x 2^k without a second rounding unless the result is subnormal. */
static double scaled(double x, int k)
{
	if (k > 1023)
		return x * ev_fp_two_to(1023) * ev_fp_two_to(k - 1023);
	if (k >= -1022)
		return x * ev_fp_two_to(k);
	return x * ev_fp_two_to(k + 1000) * ev_fp_two_to(-1000);
}

/* r of x = k log 2 + r as a pair, x = hi + lo. */
static struct ev_pair reduced(double hi, double lo, double k)
{
	struct ev_pair r;
	double high, rest;

	high = hi - k * LN2_HIGH;
	rest = k * LN2_MIDDLE - lo;
	r.hi = high - rest;
	r.lo = (high - r.hi) - rest;
	return r;
}

/* exp(r) - 1 - r.hi of a reduced r. */
static double exp_tail(struct ev_pair r)
{
	double q = ev_fp_poly(r.hi, exp_rest, EV_ARRAY_SIZE(exp_rest));

	return r.hi * r.hi * q + r.lo * (1 + r.hi);
}

static double exp_pair(double hi, double lo)
{
	struct ev_pair r;
	double k;

	if (hi > 709.8)
		return ev_fp_inf();
	if (hi < -746)
		return 0;
	k = ev_fp_round(hi * LOG2_E);
	r = reduced(hi, lo, k);
	return scaled(1 + (r.hi + exp_tail(r)), (int)k);
}

double ev_exp(double x)
{
	if (ev_fp_is_nan(x))
		return x;
	return exp_pair(x, 0);
}

double ev_expm1(double x)
{
	struct ev_pair r;
	double k, two, e;

	if (ev_fp_is_nan(x) || ev_fp_abs(x) < 0x1p-54)
		return x;
	if (x < -40)
		return -1;
	if (x > 700)
		return ev_exp(x);
	k = ev_fp_round(x * LOG2_E);
	r = reduced(x, 0, k);
	e = exp_tail(r);
	if (k == 0)
		return r.hi + e;
	two = ev_fp_two_to((int)k);
	return two * r.hi + (two - 1) + two * e;
}

/* x = m 2^k with sqrt(1/2) <= m < sqrt(2); x positive and finite. */
static double split(double x, int *k)
{
	uint64_t u;
	double m;

	*k = 0;
	if (x < DBL_MIN) {
		x *= 0x1p54;
		*k = -54;
	}
	u = ev_fp_bits(x);
	*k += (int)(u >> 52) - 1023;
	m = ev_fp_from_bits((u & 0xfffffffffffffULL) | 0x3ff0000000000000ULL);
	if (m >= SQRT_2) {
		m /= 2;
		*k += 1;
	}
	return m;
}

/* log(1 + f) + k log 2 + c, sqrt(1/2) <= 1 + f < sqrt(2). */
static double log_near_one(double f, double k, double c)
{
	double s, z, half, rest;

	s = f / (2 + f);
	z = s * s;
	rest = z * ev_fp_poly(z, log_rest, EV_ARRAY_SIZE(log_rest));
	half = f * f / 2;
	rest = s * (half + rest) + (k * LN2_MIDDLE + c);
	return k * LN2_HIGH - ((half - rest) - f);
}

double ev_log(double x)
{
	int k;
	double m;

	if (ev_fp_is_nan(x) || x < 0)
		return ev_fp_nan();
	if (x == 0)
		return -ev_fp_inf();
	if (!ev_fp_is_finite(x))
		return x;
	m = split(x, &k);
	return log_near_one(m - 1, k, 0);
}

double ev_log1p(double x)
{
	double u, m, c;
	int k;

	if (ev_fp_is_nan(x) || x < -1)
		return ev_fp_nan();
	if (x == -1)
		return -ev_fp_inf();
	if (ev_fp_abs(x) < 0x1p-54 || !ev_fp_is_finite(x))
		return x;
	if (x > -EV_LOG1P_NEAR && x < 0.41)
		return log_near_one(x, 0, 0);
	u = 1 + x;
	c = x >= 1 ? 1 - (u - x) : x - (u - 1);
	m = split(u, &k);
	return log_near_one(m - 1, k, c / u);
}

/* log x as a pair, to about 2^-68. */
static struct ev_pair log_pair(double x)
{
	const struct ev_pair third = { 0x1.5555555555555p-2,
				       0x1.5555555555555p-56 };
	struct ev_pair s, z, p, d, t, sum;
	double m, f;
	int k;

	m = split(x, &k);
	f = m - 1;
	d = ev_fp_two_sum(m, 1);
	s.hi = f / d.hi;
	t = ev_fp_two_prod(s.hi, d.hi);
	s.lo = (((f - t.hi) - t.lo) - s.hi * d.lo) / d.hi;
	z = ev_fp_mul(s, s);
	p = ev_fp_mul(z, third);
	t.hi = z.hi * z.hi *
	       ev_fp_poly(z.hi, log_rest + 1, EV_ARRAY_SIZE(log_rest) - 1) / 2;
	t.lo = 0;
	p = ev_fp_mul(ev_fp_add(p, t), s);
	p = ev_fp_scale(ev_fp_add(s, p), 2);
	sum = ev_fp_two_prod(k, LN2_MIDDLE);
	sum.lo += k * LN2_LOW;
	t.hi = k * LN2_HIGH;
	t.lo = 0;
	return ev_fp_add(ev_fp_add(t, p), sum);
}

double ev_pow(double x, double y)
{
	struct ev_pair l, t;

	if (y == 0 || x == 1)
		return 1;
	if (ev_fp_is_nan(x) || ev_fp_is_nan(y) || x < 0)
		return ev_fp_nan();
	if (x == 0 || !ev_fp_is_finite(x))
		return (x == 0) == (y < 0) ? ev_fp_inf() : 0;
	if (y == 1)
		return x;
	l = log_pair(x);
	if (y * l.hi > 710)
		return ev_fp_inf();
	if (y * l.hi < -746)
		return 0;
	t = ev_fp_scale(l, y);
	return exp_pair(t.hi, t.lo);
}
