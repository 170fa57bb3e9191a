#include "statsfix.h"

#include "stats/philox.h"
#include "stats/predicted.h"
#include "stats/special.h"
#include "stats/sum.h"

static void quantiles_are_rs_types_2_and_7(void **state)
{
	/* quantile(c(1, 2, 4, 8, 16, 16), 0:4 / 4, type = 2) and 7 */
	static const double two[] = { 1, 2, 6, 16, 16 };
	static const double seven[] = { 1, 2.5, 6, 14, 16 };
	double x[] = { 16, 1, 8, 2, 16, 4 }, *s = ev_sorted(x, 6);
	/* a number behind the last one that nobody may look at */
	double t[] = { 1, 2, 4, 8, 16, 16, 99 };
	size_t i;

	(void)state;
	assert_memory_equal(s, t, sizeof(x));
	for (i = 0; i < 5; i++) {
		assert_true(ev_quantile2(t, 6, i, 4) == two[i]);
		assert_true(ev_quantile7(t, 6, i, 4) == seven[i]);
	}
	assert_int_equal(ev_distinct(s, 6), 5);
	assert_true(s[4] == 16);
	free(s);
}

static void numbers_of_any_size_and_sign_are_sorted(void **state)
{
	double x[2000], *s;
	struct ev_stream r;
	size_t i, round;

	(void)state;
	ev_stream_init(&r, 10, 1, 1);
	for (round = 0; round < 20; round++) {
		for (i = 0; i < 2000; i++) {
			x[i] = ev_exp(ev_stream_uniform(&r) * 1400 - 700);
			if (ev_stream_below(&r, 2))
				x[i] = -x[i];
			if (ev_stream_below(&r, 9) == 0)
				x[i] = ev_stream_below(&r, 2) ? 0.0 : -0.0;
		}
		s = ev_sorted(x, 2000);
		for (i = 1; i < 2000; i++)
			assert_true(s[i - 1] <= s[i]);
		assert_true(ev_sum_of(x, 2000) == ev_sum_of(s, 2000));
		free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantiles_are_rs_types_2_and_7),
		cmocka_unit_test(numbers_of_any_size_and_sign_are_sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
