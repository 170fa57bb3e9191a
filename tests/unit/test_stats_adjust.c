#include "statsfix.h"

#include "stats/adjust.h"
#include "stats/philox.h"

static void adjusted_p_values_are_as_r_has_them(void **state)
{
	struct ev_value *v =
		read_json("tests/data/reference/published_anchors.expected.json");
	const struct ev_value *holm = ev_get(v, "holm"), *list;
	static const char *const names[] = {
		"holm", "bh", "bonferroni", "hochberg",
	};
	double p[5], out[5];
	enum ev_adjustment a;
	size_t i, k;

	(void)state;
	for (i = 0; i < 5; i++)
		p[i] = number(ev_get(holm, "p")->items[i]);
	for (k = 0; k < EV_ARRAY_SIZE(names); k++) {
		list = ev_get(holm, names[k]);
		assert_int_equal(list->n, 5);
		assert_int_equal(ev_adjustment_parse(&a, names[k]), 0);
		assert_string_equal(ev_adjustment_name(a), names[k]);
		assert_int_equal(ev_adjust(out, p, 5, a), 0);
		for (i = 0; i < 5; i++)
			assert_near(out[i], number(list->items[i]), 1e-15);
	}
	assert_int_equal(ev_adjust(out, p, 5, EV_ADJUST_NONE), 0);
	assert_memory_equal(out, p, sizeof(p));
	ev_value_free(v);
}

static void adjustments_keep_their_order(void **state)
{
	struct ev_stream s;
	double p[30], none[30], bonf[30], holm[30], hoch[30], bh[30];
	int round;
	size_t i, j;

	(void)state;
	ev_stream_init(&s, 5, 5, 5);
	for (round = 0; round < 200; round++) {
		for (i = 0; i < 30; i++) {
			p[i] = ev_stream_uniform(&s);
			p[i] *= p[i] * p[i];
			if (i > 0 && ev_stream_below(&s, 4) == 0)
				p[i] = p[i - 1];
		}
		ev_adjust(none, p, 30, EV_ADJUST_NONE);
		ev_adjust(bonf, p, 30, EV_ADJUST_BONFERRONI);
		ev_adjust(holm, p, 30, EV_ADJUST_HOLM);
		ev_adjust(hoch, p, 30, EV_ADJUST_HOCHBERG);
		memcpy(bh, p, sizeof(p));
		ev_adjust(bh, bh, 30, EV_ADJUST_BH);
		for (i = 0; i < 30; i++) {
			assert_true(none[i] <= bh[i] && bh[i] <= hoch[i]);
			assert_true(hoch[i] <= holm[i] && holm[i] <= bonf[i]);
			assert_true(bonf[i] <= 1);
			for (j = 0; j < 30; j++)
				if (p[i] <= p[j])
					assert_true(holm[i] <= holm[j] &&
						    bh[i] <= bh[j]);
		}
	}
}

static void what_is_no_p_value_is_refused(void **state)
{
	double p[2] = { 0.5, ev_fp_nan() }, out[2] = { 7, 7 };
	enum ev_adjustment a;

	(void)state;
	assert_int_equal(ev_adjust(out, p, 2, EV_ADJUST_HOLM), EV_EINVALID);
	p[1] = -0.1;
	assert_int_equal(ev_adjust(out, p, 2, EV_ADJUST_NONE), EV_EINVALID);
	p[1] = 1.1;
	assert_int_equal(ev_adjust(out, p, 2, EV_ADJUST_BH), EV_EINVALID);
	assert_true(out[0] == 7);
	assert_int_equal(ev_adjust(out, p, 0, EV_ADJUST_BH), 0);
	assert_int_equal(ev_adjust(out, p, 1, EV_ADJUST_BH), 0);
	assert_true(out[0] == 0.5);
	assert_int_equal(ev_adjustment_parse(&a, "Holm"), EV_EINVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adjusted_p_values_are_as_r_has_them),
		cmocka_unit_test(adjustments_keep_their_order),
		cmocka_unit_test(what_is_no_p_value_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
