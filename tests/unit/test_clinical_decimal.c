#include "base/compat.h"

#include "suitefix.h"

#include <math.h>

static struct ev_value text_of(const char *text)
{
	struct ev_value v = { 0 };

	v.type = EV_STRING;
	v.file = "t";
	v.line = 3;
	v.column = 5;
	v.text = (char *)(uintptr_t)text;
	v.len = strlen(text);
	return v;
}

static int compare(double x, const char *text)
{
	struct ev_value v = text_of(text);
	struct ev_decimal d;
	int order;

	assert_int_equal(ev_decimal_read(&d, &v), 0);
	order = ev_decimal_compare(x, &d);
	ev_decimal_release(&d);
	return order;
}

static int order(const char *one, const char *other)
{
	struct ev_value v = text_of(one), w = text_of(other);
	struct ev_decimal a, b;
	int ret;

	assert_int_equal(ev_decimal_read(&a, &v), 0);
	assert_int_equal(ev_decimal_read(&b, &w), 0);
	ret = ev_decimal_order(&a, &b);
	assert_int_equal(ev_decimal_order(&b, &a), -ret);
	ev_decimal_release(&a);
	ev_decimal_release(&b);
	return ret;
}

/* The double next to 0.1 is 0.1000000000000000055..., that of 0.3 below it. */
static void a_double_is_compared_with_what_is_written(void **state)
{
	(void)state;
	assert_int_equal(compare(0.1, "0.1"), 1);
	assert_int_equal(compare(0.3, "0.3"), -1);
	assert_int_equal(compare(0.1 + 0.2, "0.3"), 1);
	assert_int_equal(compare(0.5, "0.5"), 0);
	assert_int_equal(compare(0.5, "0.500"), 0);
	assert_int_equal(compare(0.5, "5e-1"), 0);
	assert_int_equal(compare(0.5, "0.05e+1"), 0);
	assert_int_equal(compare(0.5, "0.50000000000000000000000000001"), -1);
	assert_int_equal(compare(0.5, "0.49999999999999999999999999999"), 1);
	assert_int_equal(compare(0.1, "0.1000000000000000055511151231257827"),
			 1);
	assert_int_equal(compare(0.1, "0.1000000000000000055511151231257828"),
			 -1);
	assert_int_equal(compare(1, "1"), 0);
	assert_int_equal(compare(1, "1E0"), 0);
	assert_int_equal(compare(60, "60"), 0);
	assert_int_equal(compare(nextafter(60, 61), "60"), 1);
	assert_int_equal(compare(nextafter(60, 59), "60"), -1);
}

static void signs_zeros_and_ends_of_the_range_are_in_order(void **state)
{
	(void)state;
	assert_int_equal(compare(0, "0"), 0);
	assert_int_equal(compare(-0.0, "0.000"), 0);
	assert_int_equal(compare(0, "-0.0"), 0);
	assert_int_equal(compare(0, "-1e-40"), 1);
	assert_int_equal(compare(0, "1e-40"), -1);
	assert_int_equal(compare(-0.1, "-0.1"), -1);
	assert_int_equal(compare(-0.5, "-0.5"), 0);
	assert_int_equal(compare(-0.5, "0"), -1);
	assert_int_equal(compare(-0.5, "0.5"), -1);
	assert_int_equal(compare(0.5, "-0.5"), 1);
	assert_int_equal(compare(5e-324, "0"), 1);
	assert_int_equal(compare(-5e-324, "0"), -1);
	assert_int_equal(compare(5e-324, "1e-40"), -1);
	assert_int_equal(compare(1.7976931348623157e308, "9e40"), 1);
	assert_int_equal(compare(-1.7976931348623157e308, "-9e40"), -1);
	assert_int_equal(compare((double)INFINITY, "9e40"), 1);
	assert_int_equal(compare((double)-INFINITY, "-9e40"), -1);
	assert_int_equal(compare(1e22, "1e22"), 0);
	assert_int_equal(compare(1e23, "1e23"), -1);
}

/* Whole numbers that a double holds, over all powers of two there are. */
static void powers_of_two_equal_their_digits(void **state)
{
	char text[64];
	int i;

	(void)state;
	for (i = 0; i < 63; i++) {
		snprintf(text, sizeof(text), "%llu", 1ULL << i);
		assert_int_equal(compare(ldexp(1, i), text), 0);
		snprintf(text, sizeof(text), "%llu", (1ULL << i) + 1);
		assert_int_equal(compare(ldexp(1, i), text), -1);
	}
}

/*
 * Sixteen bits after the point have so many digits: the decimal is the double,
 * and its neighbours lie on either side.
 */
static void dyadic_fractions_equal_their_digits(void **state)
{
	uint64_t x = 88172645463325252ULL;
	char text[64];
	double d;
	int i;

	(void)state;
	for (i = 0; i < 2000; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		d = (double)(x % 65536) / 65536 + (double)(x >> 50);
		snprintf(text, sizeof(text), "%s%.16f", i & 1 ? "-" : "", d);
		d = i & 1 ? -d : d;
		assert_int_equal(compare(d, text), 0);
		assert_int_equal(compare(nextafter(d, 1e9), text), 1);
		assert_int_equal(compare(nextafter(d, -1e9), text), -1);
	}
}

static void decimals_are_in_order_among_themselves(void **state)
{
	(void)state;
	assert_int_equal(order("0.1", "0.10"), 0);
	assert_int_equal(order("1e-1", "0.1"), 0);
	assert_int_equal(order("0", "-0"), 0);
	assert_int_equal(order("0.1", "0.1000000000000000000000000001"), -1);
	assert_int_equal(order("-0.1", "-0.2"), 1);
	assert_int_equal(order("-0.1", "0"), -1);
	assert_int_equal(order("9e40", "-9e40"), 1);
	assert_int_equal(order("1e-40", "1e40"), -1);
	assert_int_equal(order("9999999999999999999999999999999999e-40",
			       "9999999999999999999999999999999999e40"), -1);
}

static void a_decimal_keeps_its_text_and_its_nearest_double(void **state)
{
	struct ev_value v = text_of("0.920");
	struct ev_decimal d;

	(void)state;
	assert_int_equal(ev_decimal_read(&d, &v), 0);
	assert_string_equal(d.text, "0.920");
	assert_true(d.value == 0.92);
	ev_decimal_release(&d);
	assert_null(d.text);
}

static void what_is_no_decimal_is_refused_with_its_place(void **state)
{
	static const char *const as[][2] = {
		{ "", "t:3:5: '' is no decimal number" },
		{ "x", "t:3:5: 'x' is no decimal number" },
		{ "-", "t:3:5: '-' is no decimal number" },
		{ "+1", "t:3:5: '+1' is no decimal number" },
		{ ".5", "t:3:5: '.5' is no decimal number" },
		{ "0,5", "t:3:5: '0,5' is no decimal number" },
		{ "1 ", "t:3:5: '1 ' is no decimal number" },
		{ "0x10", "t:3:5: '0x10' is no decimal number" },
		{ "inf", "t:3:5: 'inf' is no decimal number" },
		{ "nan", "t:3:5: 'nan' is no decimal number" },
		{ "5%", "t:3:5: '5%' is no decimal number" },
		{ "01", "t:3:5: '01' is no decimal number: it begins with 0" },
		{ "1.", "t:3:5: '1.' is no decimal number: digits must follow "
		  "'.'" },
		{ "1e", "t:3:5: '1e' is no decimal number: digits must follow "
		  "'e'" },
		{ "1e41", "t:3:5: '1e41' has an exponent beyond 40" },
		{ "1e-99999999999", "t:3:5: '1e-99999999999' has an exponent "
		  "beyond 40" },
		{ "0.1234567890123456789012345678901234567890",
		  "t:3:5: '0.1234567890123456789012345678901234567890' is "
		  "longer than 40 characters" },
	};
	struct ev_value v, list = { 0 };
	struct ev_decimal d;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(as); i++) {
		v = text_of(as[i][0]);
		assert_int_equal(ev_decimal_read(&d, &v), EV_EINVALID);
		assert_string_equal(ev_error_last()->message, as[i][1]);
		assert_null(d.text);
	}
	list.type = EV_LIST;
	list.file = "t";
	assert_int_equal(ev_decimal_read(&d, &list), EV_EINVALID);
}

#define T(test) cmocka_unit_test(test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_double_is_compared_with_what_is_written),
		T(signs_zeros_and_ends_of_the_range_are_in_order),
		T(powers_of_two_equal_their_digits),
		T(dyadic_fractions_equal_their_digits),
		T(decimals_are_in_order_among_themselves),
		T(a_decimal_keeps_its_text_and_its_nearest_double),
		T(what_is_no_decimal_is_refused_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
