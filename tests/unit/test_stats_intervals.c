#include "statsfix.h"

#include "stats/dist.h"
#include "stats/paired.h"
#include "stats/philox.h"
#include "stats/proportion.h"

#define ROUNDS 400

static bool sane(const struct ev_estimate *e)
{
	return ev_fp_is_finite(e->value) && ev_fp_is_finite(e->se) &&
	       ev_fp_is_finite(e->lower) && ev_fp_is_finite(e->upper);
}

/* A bound may touch the estimate, never pass it (but for rounding). */
static bool around(const struct ev_estimate *e, double low, double high)
{
	return sane(e) && e->lower <= e->value + 1e-15 &&
	       e->upper >= e->value - 1e-15 && e->lower >= low - 1e-15 &&
	       e->upper <= high + 1e-15;
}

static void bounds_rise_with_every_success(void **state)
{
	struct ev_estimate w, c, j, before[3];
	int64_t n, x;

	(void)state;
	for (n = 1; n < 3000; n = n * 2 + 1)
		for (x = 0; x <= n; x++) {
			ev_wilson(&w, (double)x, (double)n, 0.95);
			ev_clopper_pearson(&c, x, n, 0.95);
			ev_jeffreys(&j, x, n, 0.95);
			assert_true(around(&w, 0, 1) && around(&c, 0, 1) &&
				    around(&j, 0, 1));
			if (x > 0) {
				assert_true(w.lower > before[0].lower &&
					    w.upper > before[0].upper);
				assert_true(c.lower > before[1].lower &&
					    c.upper > before[1].upper);
				assert_true(j.lower > before[2].lower &&
					    j.upper > before[2].upper);
			}
			/* the exact interval holds Jeffreys' inside */
			assert_true(c.lower <= j.lower && c.upper >= j.upper);
			before[0] = w;
			before[1] = c;
			before[2] = j;
		}
}

static void failures_mirror_successes(void **state)
{
	struct ev_estimate a, b;
	int64_t x, n = 150;

	(void)state;
	for (x = 0; x <= n; x++) {
		ev_wilson(&a, (double)x, (double)n, 0.9);
		ev_wilson(&b, (double)(n - x), (double)n, 0.9);
		assert_near(a.lower, 1 - b.upper, 4e-16);
		ev_clopper_pearson(&a, x, n, 0.9);
		ev_clopper_pearson(&b, n - x, n, 0.9);
		assert_near(a.lower, 1 - b.upper, 4e-16);
		ev_jeffreys(&a, x, n, 0.9);
		ev_jeffreys(&b, n - x, n, 0.9);
		assert_near(a.lower, 1 - b.upper, 4e-16);
	}
}

static void exact_bounds_have_their_tails(void **state)
{
	struct ev_stream s;
	struct ev_estimate e;
	int64_t x, n;
	int i;

	(void)state;
	ev_stream_init(&s, 7, 1, 0);
	for (i = 0; i < ROUNDS; i++) {
		n = 1 + (int64_t)ev_stream_below(&s, i % 4 ? 500 : 10000000);
		x = (int64_t)ev_stream_below(&s, (uint64_t)n + 1);
		ev_clopper_pearson(&e, x, n, 0.95);
		if (x > 0)
			assert_near(ev_binomial_sf(x - 1, n, e.lower) / 0.025,
				    1, 1e-8);
		if (x < n)
			assert_near(ev_binomial_cdf(x, n, e.upper) / 0.025, 1,
				    1e-8);
	}
}

static void wilson_is_where_the_score_test_turns(void **state)
{
	struct ev_stream s;
	struct ev_estimate e;
	double x, n, z = ev_normal_z(0.95);
	int i;

	(void)state;
	ev_stream_init(&s, 7, 2, 0);
	for (i = 0; i < ROUNDS; i++) {
		n = 1 + 1000 * ev_stream_uniform(&s);
		x = n * ev_stream_uniform(&s);
		ev_wilson(&e, x, n, 0.95);
		assert_near((x / n - e.lower) /
			    sqrt(e.lower * (1 - e.lower) / n), z, 1e-9);
		assert_near((e.upper - x / n) /
			    sqrt(e.upper * (1 - e.upper) / n), z, 1e-9);
	}
}

static void ends_are_exact_and_nothing_is_undefined(void **state)
{
	struct ev_estimate e;

	(void)state;
	ev_wilson(&e, 0, 20, 0.95);
	assert_true(e.lower == 0 && e.value == 0 && e.flags == 0);
	ev_wilson(&e, 20, 20, 0.95);
	assert_true(e.upper == 1 && e.value == 1);
	ev_wilson(&e, 29, 29, 0.9999);
	assert_true(e.upper == 1 && e.lower > 0);
	ev_clopper_pearson(&e, 0, 1, 0.95);
	assert_true(e.lower == 0);
	assert_near(e.upper, 0.975, 1e-15);
	ev_clopper_pearson(&e, 7, 7, 0.95);
	assert_true(e.upper == 1);
	assert_int_equal(ev_wilson(&e, 0, 0, 0.95), 0);
	assert_true(sane(&e) && e.flags == EV_STAT_UNDEFINED && e.value == 0);
	assert_int_equal(ev_clopper_pearson(&e, 0, 0, 0.95), 0);
	assert_true(sane(&e) && e.flags == EV_STAT_UNDEFINED);
	assert_int_equal(ev_wilson(&e, 1e-300, 1e-290, 0.95), 0);
	assert_true(sane(&e));
	assert_int_equal(ev_clopper_pearson(&e, 999999999, 1000000000, 0.95),
			 0);
	assert_true(around(&e, 0, 1) && e.lower > 0.99999999);
}

static void what_no_data_can_have_is_refused(void **state)
{
	const double nan = ev_fp_nan();
	const struct ev_two over = { 5, 4, 1, 2 }, gone = { 1, 2, 0, 0 };
	const struct ev_pairs bad = { 1, -1, 1, 1 }, none = { 0, 0, 0, 0 };
	const struct ev_pairs huge = { 2000000000, 1, 1, 1 };
	struct ev_mcnemar m;
	struct ev_estimate e;

	(void)state;
	assert_int_equal(ev_wilson(&e, nan, 5, 0.95), EV_EINVALID);
	assert_int_equal(ev_wilson(&e, 1, nan, 0.95), EV_EINVALID);
	assert_int_equal(ev_wilson(&e, 1, 5, nan), EV_EINVALID);
	assert_int_equal(ev_wilson(&e, 6, 5, 0.95), EV_EINVALID);
	assert_int_equal(ev_wilson(&e, -1, 5, 0.95), EV_EINVALID);
	assert_int_equal(ev_wilson(&e, 1, 5, 0), EV_EINVALID);
	assert_int_equal(ev_wilson(&e, 1, 5, 95), EV_EINVALID);
	assert_int_equal(ev_wilson(&e, 1, 2e9, 0.95), EV_ELIMIT);
	assert_int_equal(ev_jeffreys(&e, 3, 2, 0.95), EV_EINVALID);
	assert_int_equal(ev_clopper_pearson(&e, 1, 2000000000, 0.95),
			 EV_ELIMIT);
	assert_int_equal(ev_newcombe(&e, &over, 0.95), EV_EINVALID);
	assert_int_equal(ev_miettinen_nurminen(&e, &gone, 0.95), 0);
	assert_true(sane(&e) && e.flags == EV_STAT_UNDEFINED);
	assert_int_equal(ev_tango(&e, &bad, 0.95), EV_EINVALID);
	assert_int_equal(ev_tango(&e, &huge, 0.95), EV_ELIMIT);
	assert_int_equal(ev_tango(&e, &none, 0.95), 0);
	assert_true(sane(&e) && e.flags == EV_STAT_UNDEFINED);
	assert_int_equal(ev_newcombe_paired(&e, &none, 0.95), 0);
	assert_true(sane(&e) && e.flags == EV_STAT_UNDEFINED);
	assert_int_equal(ev_mcnemar(&m, &bad), EV_EINVALID);
	assert_int_equal(ev_mcnemar(&m, &none), 0);
	assert_true(m.exact_p == 1 && m.mid_p == 1 && m.chi2_p == 1);
}

static void differences_turn_with_their_sides(void **state)
{
	int (*const f[])(struct ev_estimate *, const struct ev_two *,
			 double) = {
		ev_newcombe, ev_miettinen_nurminen, ev_agresti_caffo,
		ev_wald_difference,
	};
	struct ev_estimate a, b;
	struct ev_two t, back;
	struct ev_stream s;
	size_t k;
	int i;

	(void)state;
	ev_stream_init(&s, 7, 3, 0);
	for (i = 0; i < ROUNDS; i++) {
		t.n1 = 1 + (int64_t)ev_stream_below(&s, i % 2 ? 8 : 300);
		t.n2 = 1 + (int64_t)ev_stream_below(&s, i % 3 ? 8 : 300);
		t.x1 = (int64_t)ev_stream_below(&s, (uint64_t)t.n1 + 1);
		t.x2 = (int64_t)ev_stream_below(&s, (uint64_t)t.n2 + 1);
		back = (struct ev_two){ t.x2, t.n2, t.x1, t.n1 };
		for (k = 0; k < EV_ARRAY_SIZE(f); k++) {
			assert_int_equal(f[k](&a, &t, 0.95), 0);
			assert_int_equal(f[k](&b, &back, 0.95), 0);
			assert_true(a.value == -b.value && sane(&a));
			assert_near(a.lower, -b.upper, 1e-13);
			assert_near(a.upper, -b.lower, 1e-13);
			if (k < 2)
				assert_true(around(&a, -1, 1));
		}
	}
}

static void paired_differences_turn_with_their_sides(void **state)
{
	struct ev_estimate a, b, wide;
	struct ev_mcnemar m, w;
	struct ev_pairs p, back;
	struct ev_stream s;
	int i;

	(void)state;
	ev_stream_init(&s, 7, 4, 0);
	for (i = 0; i < ROUNDS; i++) {
		p.both = (int64_t)ev_stream_below(&s, 200);
		p.first = (int64_t)ev_stream_below(&s, i % 3 ? 20 : 2);
		p.second = (int64_t)ev_stream_below(&s, i % 2 ? 20 : 2);
		p.neither = 1 + (int64_t)ev_stream_below(&s, 30);
		back = (struct ev_pairs){ p.both, p.second, p.first,
					  p.neither };
		ev_tango(&a, &p, 0.95);
		ev_tango(&b, &back, 0.95);
		assert_true(around(&a, -1, 1) && a.value == -b.value);
		assert_near(a.lower, -b.upper, 1e-13);
		assert_near(a.upper, -b.lower, 1e-13);
		ev_tango(&wide, &p, 0.99);
		assert_true(wide.lower < a.lower && wide.upper > a.upper);
		ev_newcombe_paired(&a, &p, 0.95);
		ev_newcombe_paired(&b, &back, 0.95);
		assert_true(around(&a, -1, 1));
		assert_near(a.lower, -b.upper, 1e-15);
		ev_mcnemar(&m, &p);
		ev_mcnemar(&w, &back);
		assert_memory_equal(&m, &w, sizeof(m));
		assert_true(m.exact_p > 0 && m.exact_p <= 1 && m.mid_p > 0 &&
			    m.mid_p <= m.exact_p && m.chi2_p > 0 &&
			    m.corrected <= m.chi2);
	}
}

static void flags_have_names(void **state)
{
	unsigned i, j;

	(void)state;
	for (i = 0; i < 9; i++)
		for (j = 0; j < i; j++)
			assert_string_not_equal(
				ev_stat_flag_name((enum ev_stat_flag)(1 << i)),
				ev_stat_flag_name((enum ev_stat_flag)(1 << j)));
	assert_string_equal(ev_stat_flag_name(EV_STAT_DEGENERATE_VARIANCE),
			    "degenerate_variance");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bounds_rise_with_every_success),
		cmocka_unit_test(failures_mirror_successes),
		cmocka_unit_test(exact_bounds_have_their_tails),
		cmocka_unit_test(wilson_is_where_the_score_test_turns),
		cmocka_unit_test(ends_are_exact_and_nothing_is_undefined),
		cmocka_unit_test(what_no_data_can_have_is_refused),
		cmocka_unit_test(differences_turn_with_their_sides),
		cmocka_unit_test(paired_differences_turn_with_their_sides),
		cmocka_unit_test(flags_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
