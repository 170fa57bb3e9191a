#include "base/compat.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "stats/philox.h"
#include "synth/angle.h"
#include "synth/fixed.h"

static void text_is(double x, unsigned places, const char *want)
{
	char got[48];
	size_t n = ev_fixed(got, x, places);

	assert_string_equal(got, want);
	assert_int_equal(n, strlen(want));
}

static void ties_go_to_even_and_only_ties_are_ties(void **state)
{
	(void)state;
	text_is(0.5, 0, "0");
	text_is(1.5, 0, "2");
	text_is(2.5, 0, "2");
	text_is(0.125, 2, "0.12");
	text_is(0.375, 2, "0.38");
	text_is(1.005, 2, "1.00");	/* a bit less than it looks */
	text_is(0.15, 1, "0.1");	/* less as well */
	text_is(0.35, 1, "0.3");
	text_is(0.25, 1, "0.2");
	text_is(0.45, 1, "0.5");	/* a bit more */
	text_is(-2.5, 0, "-2");
	text_is(-3.5, 0, "-4");
	text_is(1048576.5, 0, "1048576");
	text_is(4503599627370497.5, 0, "4503599627370498");
}

static void signs_zeros_and_limits(void **state)
{
	(void)state;
	text_is(0, 0, "0");
	text_is(-0.0, 2, "0.00");
	text_is(-0.004, 2, "0.00");
	text_is(-0.006, 2, "-0.01");
	text_is(5e-324, 18, "0.000000000000000000");
	text_is(1e-18, 18, "0.000000000000000001");
	text_is(9999.985, 2, "9999.99");
	text_is(99.996, 2, "100.00");
	text_is(9e18, 0, "9000000000000000000");
	text_is(9e18, 18, "9000000000000000000.000000000000000000");
	text_is((double)NAN, 2, "");
	text_is((double)INFINITY, 2, "");
	text_is(-1e19, 0, "");
	text_is(1, 19, "");
	assert_true(isnan(ev_fixed_round((double)NAN, 1)));
	assert_true(isnan(ev_fixed_round(1e19, 1)));
}

/* printf() of the C library rounds exactly too, to even. */
static void any_number_is_as_printf_has_it(void **state)
{
	char want[400], got[48];
	struct ev_stream s;
	unsigned places;
	double x;
	int i;

	(void)state;
	ev_stream_init(&s, 7, 0, 0);
	for (i = 0; i < 400000; i++) {
		places = (unsigned)ev_stream_below(&s, 19);
		x = (ev_stream_uniform(&s) - 0.5) *
			pow(10, (double)ev_stream_below(&s, 22) - 3);
		if (i % 3 == 0)		/* near ties, and ties */
			x = ((double)ev_stream_below(&s, 1u << 20) + 0.5) /
				pow(10, (double)(places % 7));
		if (i % 6 == 0)
			x = nextafter(x, i % 12 ? 0 : 1e9);
		snprintf(want, sizeof(want), "%.*f", (int)places, x);
		ev_fixed(got, x, places);
		if (x < 0 && strspn(want, "-0.") == strlen(want))
			memmove(want, want + 1, strlen(want));
		if (strcmp(got, want))
			fail_msg("%a to %u places: '%s', not '%s'", x, places,
				 got, want);
		x = ev_fixed_round(x, places);
		ev_fixed(got, x, places);
		if (places <= 6)
			assert_string_equal(got, want);
	}
}

static void a_rounded_number_is_the_decimal_s_own_double(void **state)
{
	(void)state;
	assert_true(ev_fixed_round(0.1 + 0.2, 1) == 0.3);
	assert_true(ev_fixed_round(39.96, 1) == 40.0);
	assert_true(ev_fixed_round(-21.849999999, 2) == -21.85);
	assert_true(ev_fixed_round(1e18 + 128, 3) == 1e18 + 128);
	assert_false(signbit(ev_fixed_round(-0.001, 2)));
}

/* cos(pi x) of these very doubles, to 20 digits (mpmath, 60 digits). */
static const struct { double x, want; } cosines[] = {
	{ 0.1, 0.95105651629515356673 },
	{ 0.25, 0.7071067811865475244 },
	{ 0.2499999, 0.70710700333065954438 },
	{ 0.3, 0.58778525229247315739 },
	{ 0.3333333333333333, 0.50000000000000005034 },
	{ 0.4, 0.30901699437494735776 },
	{ 0.49999, 0.000031415926530761638324 },
	{ 0.500001, -3.1415926536749641101e-6 },
	{ 0.6, -0.30901699437494735776 },
	{ 0.75, -0.7071067811865475244 },
	{ 0.9, -0.95105651629515359367 },
	{ 1.1, -0.95105651629515348589 },
	{ 1.25, -0.7071067811865475244 },
	{ 1.9999, 0.99999995065197840044 },
	{ 2.3, 0.58778525229247358065 },
	{ 17.3, -0.58778525229247132325 },
	{ -0.7, -0.5877852522924730163 },
	{ 12345.678, 0.5305111843064240326 },
	{ 1000000.1, 0.95105651631775689951 },
	{ 123456789.125, -0.92387953251128675613 },
	{ 1099511627776.37, 0.3968099874167103286 },
	{ 4503599627370495.5, 0.0 },
	{ 1e-09, 0.99999999999999999507 },
};

static void the_cosine_is_exact_to_an_ulp(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(cosines); i++)
		if (!(fabs(ev_cospi(cosines[i].x) - cosines[i].want) <=
		      2.5e-16))
			fail_msg("cos(pi %.17g) is %.17g, not %.17g",
				 cosines[i].x, ev_cospi(cosines[i].x),
				 cosines[i].want);
}

static void the_cosine_of_halves_is_whole(void **state)
{
	(void)state;
	assert_true(ev_cospi(0) == 1 && ev_cospi(1) == -1);
	assert_true(ev_cospi(0.5) == 0 && ev_cospi(-1.5) == 0);
	assert_true(ev_cospi(1e300) == 1 && ev_cospi(0x1p53 - 1) == -1);
	assert_true(isnan(ev_cospi((double)INFINITY)));
	assert_true(isnan(ev_cospi((double)NAN)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ties_go_to_even_and_only_ties_are_ties),
		cmocka_unit_test(signs_zeros_and_limits),
		cmocka_unit_test(any_number_is_as_printf_has_it),
		cmocka_unit_test(a_rounded_number_is_the_decimal_s_own_double),
		cmocka_unit_test(the_cosine_is_exact_to_an_ulp),
		cmocka_unit_test(the_cosine_of_halves_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
