#include "statsfix.h"

#include "base/mem.h"
#include "stats/drift.h"
#include "stats/philox.h"
#include "stats/special.h"

static void psi_of_counts_is_the_textbooks_sum(void **state)
{
	/* credit scoring's example by hand: shares .1 .4 .5 against .2 .3 .5 */
	int64_t x[] = { 10, 40, 50, 0 }, r[] = { 40, 60, 100, 0 };
	struct ev_psi p;
	double want = -0.1 * ev_log(0.5) + 0.1 * ev_log(4.0 / 3);

	(void)state;
	assert_int_equal(ev_psi_counts(&p, x, r, 4), 0);
	assert_near(p.value, want, 1e-15);
	/* a bin empty on both sides is none */
	assert_int_equal(p.bins, 3);
	assert_int_equal(p.empty, 0);
	assert_near(p.chi2, want * 100 * 200 / 300, 1e-14);
	assert_near(p.df, 2, 0);
	/* chi-square of 2 degrees */
	assert_near(p.p, ev_exp(-p.chi2 / 2), 1e-14);
}

static void an_empty_bin_has_a_share_of_epsilon(void **state)
{
	int64_t x[] = { 0, 100 }, r[] = { 50, 50 };
	struct ev_psi p, back;

	(void)state;
	assert_int_equal(ev_psi_counts(&p, x, r, 2), 0);
	assert_near(p.value, (1e-4 - 0.5) * ev_log(1e-4 / 0.5) +
		    0.5 * ev_log(2), 1e-14);
	assert_int_equal(p.empty, 1);
	/* either way round it is the same */
	assert_int_equal(ev_psi_counts(&back, r, x, 2), 0);
	assert_near(back.value, p.value, 1e-15);
}

static void bins_are_the_references_quantiles(void **state)
{
	/* quartiles 1.75 2.5 3.25, closed on the right */
	double r[] = { 4, 1, 3, 2 }, x[] = { -9, 1.75, 2.5, 2.6, 3.25, 99 };
	int64_t a[] = { 2, 1, 2, 1 }, b[] = { 1, 1, 1, 1 };
	struct ev_psi p, want;

	(void)state;
	assert_int_equal(ev_psi(&p, x, 6, r, 4, 4), 0);
	assert_int_equal(ev_psi_counts(&want, a, b, 4), 0);
	assert_memory_equal(&p, &want, sizeof(p));
}

static void nothing_to_compare_is_undefined(void **state)
{
	double r[] = { 3, 3, 3, 3 }, x[] = { 1, 2, 3, 4 };
	double inf = (double)INFINITY;
	int64_t none[] = { 0, 0 }, odd[] = { 1, -1 };
	struct ev_psi p;
	struct ev_ks k;

	(void)state;
	assert_int_equal(ev_psi(&p, x, 0, r, 4, 10), 0);
	assert_true(p.flags & EV_STAT_UNDEFINED);
	assert_int_equal(ev_psi(&p, x, 4, r, 0, 10), 0);
	assert_true(p.flags & EV_STAT_UNDEFINED);
	/* one value throughout is one bin */
	assert_int_equal(ev_psi(&p, x, 4, r, 4, 10), 0);
	assert_true(p.flags & EV_STAT_UNDEFINED);
	assert_true(p.value == 0 && p.p == 0);
	assert_int_equal(ev_psi_counts(&p, none, none, 2), 0);
	assert_true(p.flags & EV_STAT_UNDEFINED);
	assert_int_equal(ev_psi_counts(&p, odd, none, 2), EV_EINVALID);
	assert_int_equal(ev_psi(&p, x, 4, r, 4, 1), EV_EINVALID);
	assert_int_equal(ev_psi(&p, x, 4, &inf, 1, 10), EV_EINVALID);
	assert_int_equal(ev_ks(&k, x, 0, r, 4), 0);
	assert_true(k.flags & EV_STAT_UNDEFINED);
	assert_int_equal(ev_ks(&k, &inf, 1, r, 4), EV_EINVALID);
	/* that one has a distance, though */
	assert_int_equal(ev_ks(&k, x, 4, r, 4), 0);
	assert_near(k.d, 0.5, 1e-15);
}

static void kolmogorovs_distribution_is_as_tabled(void **state)
{
	/* the alternating series, summed by mpmath to 50 digits */
	static const double table[][2] = {
		{ 0.0625, 1.0 },
		{ 0.25, 0.99999997317618991517 },
		{ 0.5, 0.96394524366487509439 },
		{ 0.875, 0.42815742108603638776 },
		{ 0.999755859375, 0.27026146987509370541 },
		{ 1, 0.2699996716773545212 },
		{ 1.375, 0.045587821851527340483 },
		{ 1.625, 0.010172137123708182483 },
		{ 3, 3.0459959489425256872e-8 },
		{ 10, 2.7677930534734750613e-87 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(table); i++)
		assert_near(ev_kolmogorov_sf(table[i][0]) / table[i][1], 1,
			    1e-14 + 1e-15 * table[i][0] * table[i][0]);
	assert_true(ev_kolmogorov_sf(0) == 1);
	assert_true(ev_kolmogorov_sf(1e-300) == 1);
	assert_true(ev_kolmogorov_sf(1e300) == 0);
}

static void distance_is_found_among_ties_and_at_either_end(void **state)
{
	double a[] = { 1, 2, 2, 3 }, b[] = { 2, 2, 2, 3, 4, 4 };
	double below[] = { -2, -1 };
	struct ev_ks k, back;

	(void)state;
	/* at 1: 1/4 against 0; at 2: 3/4 against 1/2; at 3: 1 against 2/3 */
	assert_int_equal(ev_ks(&k, a, 4, b, 6), 0);
	assert_near(k.d, 1.0 / 3, 1e-15);
	assert_near(k.p, ev_kolmogorov_sf(sqrt(24.0 / 10) / 3), 1e-15);
	assert_int_equal(ev_ks(&back, b, 6, a, 4), 0);
	assert_memory_equal(&k, &back, sizeof(k));
	assert_int_equal(ev_ks(&k, below, 2, a, 4), 0);
	assert_true(k.d == 1);
	assert_int_equal(ev_ks(&k, a, 4, a, 4), 0);
	assert_true(k.d == 0 && k.p == 1);
}

static void without_a_change_p_values_are_even(void **state)
{
	double x[400], r[500];
	struct ev_stream s;
	struct ev_psi p;
	struct ev_ks k;
	size_t i;
	int round, psi = 0, ks = 0;

	(void)state;
	ev_stream_init(&s, 12, 1, 1);
	for (round = 0; round < 1000; round++) {
		for (i = 0; i < 400; i++)
			x[i] = ev_stream_uniform(&s);
		for (i = 0; i < 500; i++)
			r[i] = ev_stream_uniform(&s);
		assert_int_equal(ev_psi(&p, x, 400, r, 500, 10), 0);
		assert_int_equal(ev_ks(&k, x, 400, r, 500), 0);
		psi += p.p < 0.1;
		ks += k.p < 0.1;
	}
	/* 100 expected, with a standard error of 9.5; KS is conservative */
	assert_true(psi > 65 && psi < 150);
	assert_true(ks > 60 && ks < 130);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(psi_of_counts_is_the_textbooks_sum),
		cmocka_unit_test(an_empty_bin_has_a_share_of_epsilon),
		cmocka_unit_test(bins_are_the_references_quantiles),
		cmocka_unit_test(nothing_to_compare_is_undefined),
		cmocka_unit_test(kolmogorovs_distribution_is_as_tabled),
		cmocka_unit_test(
			distance_is_found_among_ties_and_at_either_end),
		cmocka_unit_test(without_a_change_p_values_are_even),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
