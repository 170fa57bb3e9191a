#include "base/compat.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "base/mem.h"
#include "data/rows.h"

static bool parse(double *out, const char *text, size_t n)
{
	char *copy = ev_malloc(n);
	bool ok;

	memcpy(copy, text, n);
	ok = ev_parse_double(out, copy, n);
	free(copy);
	return ok;
}

/* The C library's strtod rounds correctly: bit for bit the same. */
static void is_as_strtod(const char *text)
{
	double mine = 0, theirs = strtod(text, NULL);

	if (!parse(&mine, text, strlen(text)))
		fail_msg("'%s' is a number", text);
	if (memcmp(&mine, &theirs, sizeof(mine)))
		fail_msg("'%s': %a, not %a", text, mine, theirs);
}

static void numbers_are_rounded_to_nearest(void **state)
{
	static const char *const texts[] = {
		"0", "-0", "+0.0", "0e99", "1", "-1", "+1", ".5", "5.",
		"0.1", "0.3", "1e22", "1e23", "1e27", "1e28", "1e-27",
		"1e-28", "9007199254740993", "9007199254740992.5",
		"9007199254740993e10", "18446744073709551615",
		"18446744073709551616", "9999999999999999999",
		"0.9999999999999999999", "0.99999999999999999999",
		"1234567890123456789012345678901234567890", "1e308",
		"1.7976931348623157e308", "1.7976931348623158e308",
		"4.9e-324", "2.5e-324", "2.4e-324", "1e-400",
		"2.2250738585072011e-308", "2.2250738585072014e-308",
		"0.000000000000000000000000000000001",
		"0000000000000000000000000000000001.5", "1E5", "1e+5",
		"1e-0005", "1e00000000000000000000000001",
		"5e-1000000000000000000000", "123456789012345678e-35",
		"8.41e21", "9.5367431640625e-7", "4503599627370496.5",
		"4503599627370497.5", "6929495644600919.5",
		"3.5844466002796428e+298", "1.00000000000000011102230246251565",
		"1.00000000000000011102230246251566",
		"45", "0.123456", ".000001", "0.000000000000000001",
		"000000000000000000", "900719925474099.3", "18014398509481985",
		"9007199254740993.", "90071992.54740993", "007.50",
	};
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(texts); i++)
		is_as_strtod(texts[i]);
}

static uint64_t next(uint64_t *s)
{
	*s += 0x9e3779b97f4a7c15ull;
	return (*s ^ *s >> 31) * 0xbf58476d1ce4e5b9ull ^ *s >> 27;
}

static void any_digits_and_exponent_are_rounded_to_nearest(void **state)
{
	uint64_t s = 1, digits;
	char text[80];
	int i;

	(void)state;
	for (i = 0; i < 300000; i++) {
		digits = next(&s) >> (next(&s) % 64);
		snprintf(text, sizeof(text), "%s%llue%d", i & 1 ? "-" : "",
			 (unsigned long long)digits,
			 (int)(next(&s) % 62) - 31);
		is_as_strtod(text);
		snprintf(text, sizeof(text), "0.%0*llu", 1 + (int)(s % 19),
			 (unsigned long long)(digits % 10000000000000000ull));
		is_as_strtod(text);
	}
}

/* The decimals just between two doubles, and a little to either side. */
static void halves_go_to_the_even_neighbour(void **state)
{
	uint64_t s = 2, bits;
	char text[80];
	double x;
	int i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		bits = next(&s) >> 11 | 1ull << 52;
		/* bits + 1/2, and a digit more in the last place */
		snprintf(text, sizeof(text), "%llu.5",
			 (unsigned long long)bits);
		is_as_strtod(text);
		snprintf(text, sizeof(text), "%llu.%d",
			 (unsigned long long)bits, 49 + 2 * (i & 1));
		is_as_strtod(text);
		snprintf(text, sizeof(text), "%llu",
			 (unsigned long long)(2 * bits + 1) << (i % 10));
		is_as_strtod(text);
		x = ldexp((double)bits, -(int)(next(&s) % 80));
		snprintf(text, sizeof(text), "%.17g", x);
		is_as_strtod(text);
		snprintf(text, sizeof(text), "%.19g", x);
		is_as_strtod(text);
	}
}

static void what_is_no_number_is_none(void **state)
{
	static const char *const texts[] = {
		"", "+", "-", ".", "e5", ".e5", "1e", "1e+", "1e-", "--1",
		"+-1", "1.2.3", "1,5", " 1", "1 ", "1\n", "0x10", "0x1p3",
		"inf", "-inf", "nan", "NaN", "infinity", "1d5", "1f", "1_000",
		"1'000", "1e5.5", "1e309", "-1e309", "1e99999999999999999999",
		"\xc2\xbd",
	};
	double x;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(texts); i++)
		if (parse(&x, texts[i], strlen(texts[i])))
			fail_msg("'%s' is no number", texts[i]);
	assert_false(parse(&x, "1\0", 2));
}

static void a_number_of_any_length_is_read(void **state)
{
	char *text = ev_malloc(100000);
	double x;

	(void)state;
	memset(text, '0', 100000);
	text[0] = '1';
	text[1] = '.';
	text[99999] = '1';
	assert_true(parse(&x, text, 100000));
	assert_true(x == 1);
	text[1] = '0';
	assert_false(parse(&x, text, 100000));
	free(text);
}

/* Where decimals have commas, strtod alone would stop at the point. */
static void the_locale_says_nothing_about_numbers(void **state)
{
	static const char many[] = "0.10000000000000000000000000000000001";
	static const char *const locales[] = {
		"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "fr_FR.utf8"
	};
	double x = 0;
	size_t i;
	bool ok;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(locales); i++)
		if (setlocale(LC_NUMERIC, locales[i]))
			break;
	if (i == EV_ARRAY_SIZE(locales))
		skip();
	ok = parse(&x, many, sizeof(many) - 1);
	setlocale(LC_NUMERIC, "C");
	assert_true(ok);
	assert_true(x == 0.1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_rounded_to_nearest),
		cmocka_unit_test(
			any_digits_and_exponent_are_rounded_to_nearest),
		cmocka_unit_test(halves_go_to_the_even_neighbour),
		cmocka_unit_test(what_is_no_number_is_none),
		cmocka_unit_test(a_number_of_any_length_is_read),
		cmocka_unit_test(the_locale_says_nothing_about_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
