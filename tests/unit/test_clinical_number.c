#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "clinical/engine.h"

static void is_text(double x, const char *limit, const char *want)
{
	struct ev_decimal d = { NULL, 0 };
	char *text;

	if (limit)
		ev_decimal_text(&d, limit);
	text = ev_number_text(x, limit ? &d : NULL);
	assert_string_equal(text, want);
	free(text);
	ev_decimal_release(&d);
}

static void numbers_have_six_decimals_at_most(void **state)
{
	(void)state;
	is_text(0.9230769230769231, NULL, "0.923077");
	is_text(-0.0000004, NULL, "-4e-07");
	is_text(0.5, NULL, "0.5");
	is_text(0, NULL, "0");
	is_text(-0.0, NULL, "0");
	is_text(2120.1107196173375, NULL, "2120.11072");
	is_text(1e15, NULL, "1e+15");
}

static void a_number_beside_its_limit_shows_on_which_side_it_is(void **state)
{
	(void)state;
	is_text(0.91999999, "0.92", "0.91999999");
	is_text(0.92000001, "0.92", "0.92000001");
	is_text(0.92, "0.92", "0.92000000000000003997");
	is_text(0.5, "0.5", "0.5");
	is_text(0.91, "0.92", "0.91");
}

static void times(const char *d, unsigned factor, bool minus, const char *want)
{
	struct ev_decimal in, out;

	ev_decimal_text(&in, d);
	ev_decimal_times(&out, &in, factor, minus);
	assert_string_equal(out.text, want);
	ev_decimal_release(&in);
	ev_decimal_release(&out);
}

static void margins_are_multiplied_as_decimals(void **state)
{
	(void)state;
	times("0.02", 10, false, "0.02");
	times("0.02", 10, true, "-0.02");
	times("-0.02", 10, true, "0.02");
	times("0.02", 15, false, "0.03");
	times("0.02", 5, false, "0.01");
	times("0.1", 15, false, "0.15");
	times("0.10", 10, false, "0.1");
	times("2e-2", 15, true, "-0.03");
	times("1.5e2", 10, false, "150");
	times("0", 15, true, "0");
	times("0.000", 5, false, "0");
	times("100", 5, false, "50");
	times("0.3333333333333333333333333333333333333", 15, false,
	      "0.49999999999999999999999999999999999995");
}

static int ratio(double x, double n, const char *d)
{
	struct ev_decimal limit;
	int ret;

	ev_decimal_text(&limit, d);
	ret = ev_ratio_compare(x, n, &limit);
	ev_decimal_release(&limit);
	return ret;
}

static void shares_are_compared_as_ratios(void **state)
{
	(void)state;
	assert_int_equal(ratio(7, 10, "0.7"), 0);
	assert_int_equal(ratio(7, 10, "0.70000000000000000001"), -1);
	assert_int_equal(ratio(7, 10, "0.69999999999999999999"), 1);
	assert_int_equal(ratio(1, 3, "0.3333333333333333333"), 1);
	assert_int_equal(ratio(1, 3, "0.3333333333333333334"), -1);
	assert_int_equal(ratio(0, 5, "0"), 0);
	assert_int_equal(ratio(2147483647, 2147483647, "1"), 0);
	assert_int_equal(ratio(2147483646, 2147483647, "1"), -1);
}

static void a_score_that_is_written_as_the_threshold_reaches_it(void **state)
{
	static const char *const texts[] = { "0.5", "0.7", "0.1", "0.42", "1" };
	struct ev_decimal d;
	struct ev_cut cut;
	double x;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(texts); i++) {
		ev_decimal_text(&d, texts[i]);
		cut = ev_cut_of(&d);
		assert_true(ev_parse_double(&x, texts[i], strlen(texts[i])));
		assert_true(ev_cut_met(&cut, x));
		assert_false(ev_cut_met(&cut, x - 1e-9));
		ev_decimal_release(&d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_have_six_decimals_at_most),
		cmocka_unit_test(
			a_number_beside_its_limit_shows_on_which_side_it_is),
		cmocka_unit_test(margins_are_multiplied_as_decimals),
		cmocka_unit_test(shares_are_compared_as_ratios),
		cmocka_unit_test(
			a_score_that_is_written_as_the_threshold_reaches_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
