#include "base/compat.h"
#include "data/rows_internal.h"

#include <locale.h>
#include <pthread.h>

#include "base/error.h"
#include "base/mem.h"
#include "data/text.h"

__extension__ typedef unsigned __int128 wide;

#define DIGITS_MAX 19		/* fit 64 bits */
#define POWER_MAX 27		/* 5^27 fits 63 bits */
#define SHORT_TEXT 128

/* A number's text taken apart: digits * 10^exponent. */
struct decimal {
	uint64_t digits;
	int significant;		/* their count; over DIGITS_MAX: lost */
	int64_t exponent;
	bool negative;
};

/* Far beyond any double, and no sum of two of them overflows. */
#define FAR 1000000000

static const char *exponent_end(struct decimal *d, const char *p,
				const char *end)
{
	bool negative = false;
	int64_t e = 0;

	if (p < end && (*p == '+' || *p == '-'))
		negative = *p++ == '-';
	if (p == end || *p < '0' || *p > '9')
		return NULL;
	for (; p < end && *p >= '0' && *p <= '9'; p++)
		if (e < FAR)
			e = e * 10 + (*p - '0');
	d->exponent += negative ? -e : e;
	return p;
}

static bool take_apart(struct decimal *d, const char *p, const char *end)
{
	bool point = false, any = false;

	memset(d, 0, sizeof(*d));
	if (p < end && (*p == '+' || *p == '-'))
		d->negative = *p++ == '-';
	for (; p < end; p++) {
		if (*p == '.' && !point) {
			point = true;
			continue;
		}
		if (*p < '0' || *p > '9')
			break;
		any = true;
		if (point)
			d->exponent--;
		if (!d->significant && *p == '0')
			continue;
		if (++d->significant <= DIGITS_MAX)
			d->digits = d->digits * 10 + (uint64_t)(*p - '0');
	}
	if (any && p < end && (*p == 'e' || *p == 'E'))
		p = exponent_end(d, p + 1, end);
	return any && p == end;
}

static uint64_t five_to(unsigned k)
{
	static const uint64_t powers[POWER_MAX + 1] = {
		1u, 5u, 25u, 125u, 625u, 3125u, 15625u, 78125u, 390625u,
		1953125u, 9765625u, 48828125u, 244140625u, 1220703125u,
		6103515625u, 30517578125u, 152587890625u, 762939453125u,
		3814697265625u, 19073486328125u, 95367431640625u,
		476837158203125u, 2384185791015625u, 11920928955078125u,
		59604644775390625u, 298023223876953125u,
		1490116119384765625u, 7450580596923828125u
	};

	return powers[k];
}

/* q * 2^e, and a little more if `more`, to nearest, halves to even; q has its
 * 62nd bit or a higher one set, and the result is a normal number. */
static double round_to(uint64_t q, bool more, int e)
{
	int shift = __builtin_clzll(q), drop = 64 - shift - 53;
	uint64_t kept = q >> drop, rest = q << (64 - drop), bits;
	double x;

	if (rest > 1ull << 63 ||
	    (rest == 1ull << 63 && (more || (kept & 1))))
		kept++;
	/* A carry into the 54th bit is a step of the exponent. */
	bits = ((uint64_t)(1075 + drop + e - 1) << 52) + kept;
	memcpy(&x, &bits, sizeof(x));
	return x;
}

/*
 * digits * 10^k = digits * 5^k * 2^k, both factors whole numbers of 64 bits:
 * product and quotient are taken in 128 bits, and what is cut off is known
 * to be zero or not, so that the rounding is right.
 */
static double exact(uint64_t digits, int k)
{
	unsigned lead = (unsigned)__builtin_clzll(digits), shift;
	uint64_t a = digits << lead, b, high, low;
	wide product;
	int e = k - (int)lead;

	b = five_to((unsigned)(k < 0 ? -k : k));
	shift = (unsigned)__builtin_clzll(b);
	b <<= shift;
	if (k < 0) {
		product = (wide)a << 62;
		high = (uint64_t)(product / b);
		return round_to(high, product != (wide)high * b,
				e - 62 + (int)shift);
	}
	product = (wide)a * b;
	high = (uint64_t)(product >> 64);
	low = (uint64_t)product;
	return round_to(high, low != 0, e - (int)shift + 64);
}

/* Digits with a point or none: both a whole number below 2^53 and a power of
 * ten to 10^22 are doubles, so that their quotient is rounded once. */
static bool short_decimal(double *out, const char *p, const char *end)
{
	static const double powers[] = {
		1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
		1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18
	};
	const char *start = p, *point = NULL;
	uint64_t digits = 0;
	size_t n, fraction;

	/* no more than 18 digits */
	if (end - p > DIGITS_MAX)
		return false;
	for (; p < end; p++) {
		if (*p == '.' && !point)
			point = p;
		else if (*p < '0' || *p > '9')
			return false;
		else
			digits = digits * 10 + (uint64_t)(*p - '0');
	}
	n = (size_t)(end - start) - (point != NULL);
	fraction = point ? (size_t)(end - point) - 1 : 0;
	if (!n || n >= EV_ARRAY_SIZE(powers) || digits > 1ull << 53)
		return false;
	*out = (double)digits / powers[fraction];
	return true;
}

static locale_t plain;
static pthread_once_t plain_once = PTHREAD_ONCE_INIT;

static void make_plain(void)
{
	plain = newlocale(LC_ALL_MASK, "C", NULL);
}

static double by_library(const char *text, size_t n)
{
	char small[SHORT_TEXT], *copy = n < sizeof(small) ? small :
	     ev_malloc(n + 1);
	double x;

	memcpy(copy, text, n);
	copy[n] = 0;
	pthread_once(&plain_once, make_plain);
	x = plain ? strtod_l(copy, NULL, plain) : strtod(copy, NULL);
	if (copy != small)
		free(copy);
	return x;
}

bool ev_parse_double(double *out, const char *text, size_t n)
{
	struct decimal d;
	double x;

	if (short_decimal(out, text, text + n))
		return true;
	if (!take_apart(&d, text, text + n))
		return false;
	if (!d.significant)
		x = d.negative ? -0.0 : 0.0;
	else if (d.significant > DIGITS_MAX || d.exponent < -POWER_MAX ||
		 d.exponent > POWER_MAX)
		x = by_library(text, n);
	else if (d.negative)
		x = -exact(d.digits, (int)d.exponent);
	else
		x = exact(d.digits, (int)d.exponent);
	if (x - x != 0)
		return false;
	*out = x;
	return true;
}

static bool is_decimal_comma(char *with_point, size_t room, const char *text,
			     size_t n)
{
	const char *comma = memchr(text, ',', n);
	double ignored;

	if (!comma || n >= room || memchr(text, '.', n))
		return false;
	memcpy(with_point, text, n);
	with_point[n] = 0;
	with_point[comma - text] = '.';
	return ev_parse_double(&ignored, with_point, n);
}

int ev_rows_double(double *out, const struct ev_rows *r, size_t i)
{
	const struct ev_rows_field *f = &r->fields[i];
	char better[SHORT_TEXT];
	struct decimal d;

	if (ev_parse_double(out, f->text, f->len))
		return 0;
	if (take_apart(&d, f->text, f->text + f->len)) {
		ev_rows_fail(r, i, "'%.*s' in column '%s' is too large",
			     ev_text_clip(f->text, f->len), f->text,
			     r->names[i]);
		ev_error_hint("the largest number is 1.7976931348623157e308");
		return EV_EINVALID;
	}
	ev_rows_fail(r, i, "'%.*s' in column '%s' is no number",
		     ev_text_clip(f->text, f->len), f->text, r->names[i]);
	if (is_decimal_comma(better, sizeof(better), f->text, f->len))
		ev_error_hint("write %s: decimals have a point", better);
	else
		ev_error_hint("write it like -12.5e-3, or nothing if there is "
			      "none");
	return EV_EINVALID;
}
