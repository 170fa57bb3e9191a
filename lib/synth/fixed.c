#include "base/compat.h"

#include "synth/fixed.h"

#include <math.h>

__extension__ typedef unsigned __int128 wide;

static const uint64_t tens[EV_FIXED_MAX_PLACES + 1] = {
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000,
	1000000000, 10000000000, 100000000000, 1000000000000, 10000000000000,
	100000000000000, 1000000000000000, 10000000000000000,
	100000000000000000, 1000000000000000000,
};

static const double tens_double[EV_FIXED_MAX_PLACES + 1] = {
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13,
	1e14, 1e15, 1e16, 1e17, 1e18,
};

/* Below it a product with a power of ten is off by less than NEAR. */
#define SMALL 0x1p40
#define NEAR 0x1p-11

static wide exactly(double x, unsigned places)
{
	uint64_t bits, m;
	wide product, rest, half;
	int e;

	memcpy(&bits, &x, sizeof(bits));
	e = (int)(bits >> 52);
	m = bits & 0xfffffffffffffULL;
	if (e)
		m |= 1ULL << 52;
	else
		e = 1;
	e -= 1075;
	if (e >= 0)
		return (wide)(m << e) * tens[places];
	product = (wide)m * tens[places];	/* < 2^113 */
	if (e <= -120)
		return 0;
	half = (wide)1 << (-e - 1);
	rest = product & ((half << 1) - 1);
	product >>= -e;
	if (rest > half || (rest == half && (product & 1)))
		product++;
	return product;
}

/* |x| in units of the last place; false where that takes more than a double
 * to tell.  Half of all numbers go each way: no branch to be guessed. */
static inline bool quickly(int64_t *u, double x, unsigned places)
{
	double y = x * tens_double[places], rest;
	int64_t whole;

	if (!(y < SMALL))
		return false;
	whole = (int64_t)y;
	rest = y - (double)whole - 0.5;
	*u = whole + (rest > 0);
	return rest >= NEAR || rest <= -NEAR;
}

static bool in_range(double x, unsigned places)
{
	return x > -EV_FIXED_LIMIT && x < EV_FIXED_LIMIT &&
		places <= EV_FIXED_MAX_PLACES;
}

/* Decimal digits from the right end on; the place of the first. */
static char *digits_of(char *end, wide u, unsigned least)
{
	char *at = end;
	uint64_t low;

	while (u >> 64) {
		*--at = (char)('0' + (int)(u % 10));
		u /= 10;
	}
	for (low = (uint64_t)u; low; low /= 10)
		*--at = (char)('0' + low % 10);
	while ((size_t)(end - at) < least)
		*--at = '0';
	return at;
}

static size_t longer(char *out, wide all, unsigned places)
{
	char digits[48], *end = digits + sizeof(digits);
	char *at = digits_of(end, all, places + 1);
	size_t whole = (size_t)(end - at) - places, len = 0;

	while (whole--)
		out[len++] = *at++;
	if (places)
		out[len++] = '.';
	while (at < end)
		out[len++] = *at++;
	return len;
}

static inline void put_digits(char *end, uint32_t u, unsigned n)
{
	static const char two[] = "00010203040506070809"
		"1011121314151617181920212223242526272829"
		"3031323334353637383940414243444546474849"
		"5051525354555657585960616263646566676869"
		"7071727374757677787980818283848586878889"
		"90919293949596979899";

	for (; n >= 2; n -= 2, u /= 100) {
		end -= 2;
		memcpy(end, two + 2 * (u % 100), 2);
	}
	if (n)
		end[-1] = (char)('0' + u % 10);
}

/* By a constant, a division is none. */
static inline uint32_t before_point(uint32_t u, unsigned places)
{
	switch (places) {
	case 0:
		return u;
	case 1:
		return u / 10;
	case 2:
		return u / 100;
	case 3:
		return u / 1000;
	default:
		return u / (uint32_t)tens[places];
	}
}

/* Of 32 bits, as most are: where it goes, without a way round. */
static inline size_t shorter(char *out, uint32_t u, unsigned places)
{
	uint32_t whole = before_point(u, places), ten = (uint32_t)tens[places];
	unsigned n = 1;

	while (n < 10 && whole >= tens[n])
		n++;
	put_digits(out + n, whole, n);
	if (!places)
		return n;
	out[n++] = '.';
	put_digits(out + n + places, u - whole * ten, places);
	return n + places;
}

size_t ev_fixed(char out[48], double x, unsigned places)
{
	size_t len = 0;
	bool minus = x < 0;
	int64_t u;
	wide all;

	if (!in_range(x, places)) {
		out[0] = '\0';
		return 0;
	}
	x = minus ? -x : x;
	all = quickly(&u, x, places) ? (wide)u : exactly(x, places);
	if (minus && all)
		out[len++] = '-';
	len += all >> 32 || places > 9 ? longer(out + len, all, places) :
		shorter(out + len, (uint32_t)all, places);
	out[len] = '\0';
	return len;
}

/* The integer is exact below 2^53, the power of ten too, and the division is
 * rounded once: the nearest double.  Above, x has no decimals that count, or
 * more of them than a double can tell apart, and stays as it is. */
double ev_fixed_round(double x, unsigned places)
{
	bool minus = x < 0;
	double y = minus ? -x : x;
	int64_t u;
	wide all;

	if (!in_range(x, places))
		return (double)NAN;
	if (!quickly(&u, y, places)) {
		all = exactly(y, places);
		if (all >> 53)
			return x;
		u = (int64_t)all;
	}
	y = (double)u / tens_double[places];
	return minus && u ? -y : y;
}
