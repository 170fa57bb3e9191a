#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "stats/fixed.h"
#include "stats/fp.h"
#include "stats/sum.h"

static uint64_t seed = 88172645463325252ULL;

static uint64_t next(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static double any_double(void)
{
	double x;

	do {
		x = ev_fp_from_bits(next());
	} while (!ev_fp_is_finite(x) || ev_fp_abs(x) > 1e300);
	return x;
}

static void a_sum_is_rounded_once(void **state)
{
	const double lost[] = { 1e16, 1, -1e16 };
	const double half[] = { 1, 0x1p-53 };
	const double more[] = { 1, 0x1p-53, 0x1p-1074 };
	const double odd[] = { 1 + 0x1p-52, 0x1p-53 };
	const double deep[] = { 1e300, 0x1p-1074, -1e300 };
	const double big[] = { DBL_MAX, DBL_MAX, -DBL_MAX };
	const double over[] = { DBL_MAX, DBL_MAX };
	const double tiny[] = { 0x1p-1073, 0x1p-1074, -0x1p-1022 };
	const double none[] = { 0.1, -0.1 };

	(void)state;
	assert_true(ev_sum_of(lost, 3) == 1);
	assert_true(ev_sum_of(half, 2) == 1);
	assert_true(ev_sum_of(more, 3) == 1 + 0x1p-52);
	assert_true(ev_sum_of(odd, 2) == 1 + 0x1p-51);
	assert_true(ev_sum_of(deep, 3) == 0x1p-1074);
	assert_true(ev_sum_of(big, 3) == DBL_MAX);
	assert_true(ev_sum_of(over, 2) == ev_fp_inf());
	assert_true(ev_sum_of(tiny, 3) == 3 * 0x1p-1074 - 0x1p-1022);
	assert_true(ev_sum_of(none, 2) == 0);
	assert_true(ev_sum_of(NULL, 0) == 0);
}

static void two_doubles_add_as_the_processor_adds_them(void **state)
{
	double x[2];
	int i, shift;

	(void)state;
	for (i = 0; i < 200000; i++) {
		x[0] = any_double();
		shift = (int)(next() % 120) - 60;
		x[1] = i % 2 ? any_double() : x[0] * ev_fp_two_to(shift) *
		       (1 + (double)(next() % 1000) / 1024);
		if (!ev_fp_is_finite(x[1]))
			continue;
		if (next() % 2)
			x[1] = -x[1];
		if (ev_sum_of(x, 2) != x[0] + x[1])
			fail_msg("%a + %a", x[0], x[1]);
		if (ev_sum_of(x, 1) != x[0])
			fail_msg("%a", x[0]);
	}
}

static void whole_numbers_sum_exactly(void **state)
{
	struct ev_sum s;
	int64_t whole = 0, n;
	int i;

	(void)state;
	ev_sum_init(&s);
	for (i = 0; i < 100000; i++) {
		n = (int64_t)(next() >> 24) - (1LL << 39);
		whole += n;
		ev_sum_add(&s, (double)n);
	}
	assert_true(ev_sum_value(&s) == (double)whole);
	/* asking does not change the answer, and one may go on */
	ev_sum_add(&s, 1);
	assert_true(ev_sum_value(&s) == (double)(whole + 1));
}

static void neither_order_nor_parts_change_a_sum(void **state)
{
	struct ev_sum s[5];
	double x[1000], t, sum;
	size_t i, j;
	int round;

	(void)state;
	for (i = 0; i < 1000; i++)
		x[i] = any_double() * 0x1p-20;
	sum = ev_sum_of(x, 1000);
	for (round = 0; round < 20; round++) {
		for (i = 999; i > 0; i--) {
			j = next() % (i + 1);
			t = x[i];
			x[i] = x[j];
			x[j] = t;
		}
		assert_true(ev_sum_of(x, 1000) == sum);
	}
	for (i = 0; i < 5; i++)
		ev_sum_init(&s[i]);
	for (i = 0; i < 1000; i++)
		ev_sum_add(&s[next() % 5], x[i]);
	for (i = 1; i < 5; i++)
		ev_sum_merge(&s[0], &s[i]);
	assert_true(ev_sum_value(&s[0]) == sum);
}

static void products_are_not_rounded(void **state)
{
	struct ev_sum s;

	(void)state;
	ev_sum_init(&s);
	ev_sum_add_product(&s, 1 + 0x1p-30, 1 + 0x1p-30);
	ev_sum_add(&s, -1);
	ev_sum_add(&s, -0x1p-29);
	assert_true(ev_sum_value(&s) == 0x1p-60);
	ev_sum_add_product(&s, 1e300, 1e10);
	assert_true(ev_sum_value(&s) == ev_fp_inf());
	ev_sum_init(&s);
	ev_sum_add_product(&s, 1e-300, 1e-10);
	assert_true(ev_sum_value(&s) == 1e-300 * 1e-10);
}

static void what_is_no_number_is_remembered(void **state)
{
	struct ev_sum s, t;

	(void)state;
	ev_sum_init(&s);
	ev_sum_init(&t);
	ev_sum_add(&s, ev_fp_inf());
	ev_sum_add(&s, 1);
	assert_true(ev_sum_value(&s) == ev_fp_inf());
	ev_sum_add(&t, -ev_fp_inf());
	assert_true(ev_sum_value(&t) == -ev_fp_inf());
	ev_sum_merge(&s, &t);
	assert_true(ev_fp_is_nan(ev_sum_value(&s)));
	ev_sum_init(&s);
	ev_sum_add(&s, ev_fp_nan());
	assert_true(ev_fp_is_nan(ev_sum_value(&s)));
}

static void a_fixed_sum_is_rounded_once(void **state)
{
	ev_fixed w;
	int i, shift;

	(void)state;
	for (i = 0; i < 100000; i++) {
		w = (ev_fixed)((ev_ufixed)next() << 64 | next());
		shift = (int)(next() % 127);
		/* few bits, so that there are ties */
		if (i % 2)
			w &= (ev_fixed)(~(ev_ufixed)0 << (next() % 120));
		w >>= shift;
		assert_true(ev_fixed_value(w) == (double)w * 0x1p-80);
	}
	assert_true(ev_fixed_value(0) == 0);
	assert_true(ev_fixed_value(((ev_fixed)1 << 117) + ((ev_fixed)1 << 64)) ==
		    0x1p37);
	assert_true(ev_fixed_value(((ev_fixed)1 << 117) + ((ev_fixed)1 << 64) +
				   1) == 0x1p37 + 0x1p-15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sum_is_rounded_once),
		cmocka_unit_test(two_doubles_add_as_the_processor_adds_them),
		cmocka_unit_test(whole_numbers_sum_exactly),
		cmocka_unit_test(neither_order_nor_parts_change_a_sum),
		cmocka_unit_test(products_are_not_rounded),
		cmocka_unit_test(what_is_no_number_is_remembered),
		cmocka_unit_test(a_fixed_sum_is_rounded_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
