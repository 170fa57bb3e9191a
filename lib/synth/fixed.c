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

/* |x| in units of the last place; x is in range. */
static wide units(double x, unsigned places)
{
	double y = x * (double)tens[places], rest;
	uint64_t whole;

	if (!(y < SMALL))
		return exactly(x, places);
	whole = (uint64_t)y;
	rest = y - (double)whole;
	if (rest > 0.5 + NEAR)
		return whole + 1;
	return rest < 0.5 - NEAR ? whole : exactly(x, places);
}

static bool in_range(double x, unsigned places)
{
	return x > -EV_FIXED_LIMIT && x < EV_FIXED_LIMIT &&
		places <= EV_FIXED_MAX_PLACES;
}

size_t ev_fixed(char out[48], double x, unsigned places)
{
	char digits[48];
	size_t n = 0, len = 0;
	uint64_t low;
	wide u;

	if (!in_range(x, places)) {
		out[0] = '\0';
		return 0;
	}
	u = units(x < 0 ? -x : x, places);
	if (x < 0 && u)
		out[len++] = '-';
	while (u >> 64) {
		digits[n++] = (char)('0' + (int)(u % 10));
		u /= 10;
	}
	for (low = (uint64_t)u; low; low /= 10)
		digits[n++] = (char)('0' + low % 10);
	while (n <= places)
		digits[n++] = '0';
	while (n > places)
		out[len++] = digits[--n];
	if (places)
		out[len++] = '.';
	while (n)
		out[len++] = digits[--n];
	out[len] = '\0';
	return len;
}

/* The integer is exact below 2^53, the power of ten too, and the division is
 * rounded once: the nearest double.  Above, x has no decimals that count, or
 * more of them than a double can tell apart, and stays as it is. */
double ev_fixed_round(double x, unsigned places)
{
	double r;
	wide u;

	if (!in_range(x, places))
		return (double)NAN;
	u = units(x < 0 ? -x : x, places);
	if (u >> 53)
		return x;
	r = (double)(uint64_t)u / (double)tens[places];
	return x < 0 && u ? -r : r;
}
