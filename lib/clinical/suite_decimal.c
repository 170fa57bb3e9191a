#include "base/compat.h"

#include "clinical/suite_internal.h"

#include <math.h>

#include "base/mem.h"

#define MAX_TEXT 40
#define MAX_EXPONENT 40

/* Whole numbers below 2^2048: enough for a double times 10^80. */
#define LIMBS 64
struct big { uint32_t limb[LIMBS]; };

static void multiply(struct big *b, uint32_t by, uint32_t add)
{
	uint64_t carry = add;
	size_t i;

	for (i = 0; i < LIMBS; i++) {
		carry += (uint64_t)b->limb[i] * by;
		b->limb[i] = (uint32_t)carry;
		carry >>= 32;
	}
}

static void times_ten(struct big *b, int n)
{
	for (; n > 0; n--)
		multiply(b, 10, 0);
}

static void times_two(struct big *b, int n)
{
	for (; n >= 31; n -= 31)
		multiply(b, (uint32_t)1 << 31, 0);
	if (n > 0)
		multiply(b, (uint32_t)1 << n, 0);
}

static int compare(const struct big *a, const struct big *b)
{
	size_t i;

	for (i = LIMBS; i-- > 0;)
		if (a->limb[i] != b->limb[i])
			return a->limb[i] < b->limb[i] ? -1 : 1;
	return 0;
}

static bool is_zero(const struct big *b)
{
	static const struct big zero;

	return !compare(b, &zero);
}

/* The grammar of JSON's numbers, within limits. */
const char *ev_decimal_why(const char *text)
{
	const char *p = text + (*text == '-'), *digits;
	int exponent = 0;

	if (strlen(text) > MAX_TEXT)
		return "is longer than 40 characters";
	digits = p;
	p += strspn(p, "0123456789");
	if (p == digits)
		return "is no decimal number";
	if (*digits == '0' && p - digits > 1)
		return "is no decimal number: it begins with 0";
	if (*p == '.') {
		digits = ++p;
		p += strspn(p, "0123456789");
		if (p == digits)
			return "is no decimal number: digits must follow '.'";
	}
	if (*p == 'e' || *p == 'E') {
		p++;
		p += *p == '-' || *p == '+';
		for (digits = p; *p >= '0' && *p <= '9'; p++)
			if (exponent <= MAX_EXPONENT)
				exponent = exponent * 10 + (*p - '0');
		if (p == digits)
			return "is no decimal number: digits must follow 'e'";
		if (exponent > MAX_EXPONENT)
			return "has an exponent beyond 40";
	}
	return *p ? "is no decimal number" : NULL;
}

/* Digits as a whole number, to be multiplied with ten to the answer. */
static int digits_of(struct big *out, bool *minus, const char *text)
{
	bool after = false, negative;
	int ten = 0, exponent = 0;
	const char *p = text;

	memset(out, 0, sizeof(*out));
	*minus = *p == '-';
	for (p += *minus; *p && *p != 'e' && *p != 'E'; p++) {
		if (*p == '.') {
			after = true;
			continue;
		}
		multiply(out, 10, (uint32_t)(*p - '0'));
		ten -= after;
	}
	if (*p) {
		negative = *++p == '-';
		for (p += *p == '-' || *p == '+'; *p; p++)
			exponent = exponent * 10 + (*p - '0');
		ten += negative ? -exponent : exponent;
	}
	*minus = *minus && !is_zero(out);
	return ten;
}

int ev_decimal_compare(double x, const struct ev_decimal *d)
{
	struct big a = { { 0 } }, b;
	bool minus, below = x < 0;
	int ten, two, order;
	uint64_t whole;
	double m;

	if (x - x != 0)
		return x > 0 ? 1 : -1;
	ten = digits_of(&b, &minus, d->text);
	if (below != minus)
		return below ? -1 : x > 0 || !is_zero(&b);
	m = frexp(below ? -x : x, &two);
	whole = (uint64_t)(m * 0x1p53);
	two -= 53;
	a.limb[0] = (uint32_t)whole;
	a.limb[1] = (uint32_t)(whole >> 32);
	times_two(two > 0 ? &a : &b, two > 0 ? two : -two);
	times_ten(ten > 0 ? &b : &a, ten > 0 ? ten : -ten);
	order = compare(&a, &b);
	return minus ? -order : order;
}

int ev_decimal_order(const struct ev_decimal *a, const struct ev_decimal *b)
{
	bool minus, below;
	struct big x, y;
	int tx, ty, order;

	tx = digits_of(&x, &below, a->text);
	ty = digits_of(&y, &minus, b->text);
	if (below != minus)
		return below ? -1 : 1;
	times_ten(tx > ty ? &x : &y, tx > ty ? tx - ty : ty - tx);
	order = compare(&x, &y);
	return minus ? -order : order;
}

void ev_decimal_take(struct ev_decimal *out, const char *text)
{
	ev_decimal_release(out);
	out->text = ev_strdup(text);
	if (!ev_parse_double(&out->value, text, strlen(text)))
		out->value = 0;
}

int ev_decimal_read(struct ev_decimal *out, const struct ev_value *v)
{
	const char *text = ev_su_text(v), *why;

	memset(out, 0, sizeof(*out));
	if (!text)
		return ev_fail_at(v, "a decimal number is expected");
	why = ev_decimal_why(text);
	if (why)
		return ev_fail_at(v, "'%s' %s", text, why);
	ev_decimal_take(out, text);
	return 0;
}

void ev_decimal_release(struct ev_decimal *d)
{
	free(d->text);
	d->text = NULL;
	d->value = 0;
}

static bool inside(const struct ev_decimal *d, const struct ev_su_range *r)
{
	int low = ev_decimal_compare(r->low, d);
	int high = ev_decimal_compare(r->high, d);

	return r->closed ? low <= 0 && high >= 0 : low < 0 && high > 0;
}

static bool read_decimal(struct ev_decimal *out, const struct ev_value *v,
			 const char *path, const struct ev_su_range *range,
			 bool typed, struct ev_problems *bad)
{
	const char *text = ev_su_text(v), *why, *comma;
	char *hint = NULL;

	if (!v || (v->type == EV_STRING && !v->len))
		return false;
	if (!text) {
		if (!typed)
			ev_problem_add(bad, v, NULL, "field '%s' must be a "
				       "decimal number, not a %s", path,
				       ev_type_name(v->type));
		return false;
	}
	why = ev_decimal_why(text);
	if (why) {
		comma = strchr(text, ',');
		if (comma)
			hint = ev_strdupf("write it with a point: \"%.*s.%s\"",
					  (int)(comma - text), text,
					  comma + 1);
		ev_problem_add(bad, v, hint, "field '%s': '%.60s' %s", path,
			       text, why);
		free(hint);
		return false;
	}
	ev_decimal_take(out, text);
	if (!range || inside(out, range))
		return true;
	ev_problem_add(bad, v, NULL, "field '%s' must be %s, not %s", path,
		       range->said, text);
	ev_decimal_release(out);
	return false;
}

bool ev_su_decimal(struct ev_decimal *out, const struct ev_value *v,
		   const char *path, const struct ev_su_range *range,
		   struct ev_problems *bad)
{
	return read_decimal(out, v, path, range, true, bad);
}

bool ev_su_any_decimal(struct ev_decimal *out, const struct ev_value *v,
		       const char *path, const struct ev_su_range *range,
		       struct ev_problems *bad)
{
	return read_decimal(out, v, path, range, false, bad);
}
