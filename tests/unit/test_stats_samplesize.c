#include "statsfix.h"

#include "stats/dist.h"
#include "stats/proportion.h"
#include "stats/samplesize.h"

#define ANCHORS "tests/data/reference/published_anchors.expected.json"

static void sizes_are_as_epir_and_proc_have_them(void **state)
{
	struct ev_value *v = read_json(ANCHORS);
	const struct ev_value *roc = ev_get(v, "power_roc");
	double n;

	(void)state;
	/* epi.ssdxsesp(test = 0.9, type = "se", Py = 0.2, epsilon = 0.05) */
	assert_int_equal(ev_size_buderer(&n, 0.9, 0.05, 0.2, 0.95), 0);
	assert_near(n, number_at(v, "buderer"), 1e-12);
	assert_int_equal(ev_size_auc(&n, number_at(roc, "auc"), 0.05,
				     number_at(roc, "power"), 1), 0);
	assert_near(n, number_at(roc, "ncases"), 1e-12);
	assert_near(n, number_at(roc, "ncontrols"), 1e-12);
	ev_value_free(v);
}

static void errors_of_an_auc_are_as_published(void **state)
{
	static const struct {
		const char *file, *at;
	} of[] = {
		{ "tests/data/breast_cancer/expected.json", "discrimination" },
		{ "tests/data/reference/pima_te.expected.json",
		  "discrimination" },
		{ "tests/data/reference/hanley1982.expected.json", "auc" },
	};
	const struct ev_value *d;
	struct ev_value *v;
	double se;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(of); i++) {
		v = read_json(of[i].file);
		d = ev_get(v, of[i].at);
		assert_int_equal(ev_se_hanley_mcneil(&se, number_at(d, "auc"),
						     number_at(d, "n_pos"),
						     number_at(d, "n_neg")), 0);
		assert_near(se, number_at(d, "hanley_mcneil_se"), 1e-12);
		ev_value_free(v);
	}
	/* at c = 1/2 and phi = 1/2 about sqrt(1 / 3n), as for a rank sum */
	assert_int_equal(ev_se_cstatistic(&se, 0.5, 1e6, 0.5), 0);
	assert_near(se * 1000, 0.5773502691896258, 1e-5);
}

static void events_that_were_not_seen_are_bounded(void **state)
{
	double rate;

	(void)state;
	assert_int_equal(ev_rule_of_three(&rate, 100, 0.05), 0);
	assert_near(rate, 0.029513049607039, 1e-14);
	assert_int_equal(ev_rule_of_three(&rate, 1, 0.05), 0);
	assert_near(rate, 0.95, 1e-15);
	assert_int_equal(ev_rule_of_three(&rate, 0, 0.05), 0);
	assert_true(rate == 1);
	assert_int_equal(ev_rule_of_three(&rate, 1000000000, 0.05), 0);
	assert_near(rate * 1e9, 2.995732273553991, 1e-8);
	assert_int_equal(ev_rule_of_three(&rate, -1, 0.05), EV_EINVALID);
	assert_int_equal(ev_rule_of_three(&rate, 5, 0), EV_EINVALID);
}

static void the_least_that_passes_passes_with_its_power(void **state)
{
	const double limits[] = { 0.5, 0.85, 0.99 };
	struct ev_estimate e;
	int64_t n, x;
	double p;
	size_t i;
	int exact;

	(void)state;
	for (n = 1; n < 3000; n = n * 3 + 1)
		for (i = 0; i < EV_ARRAY_SIZE(limits); i++)
			for (exact = 0; exact < 2; exact++) {
				assert_int_equal(ev_smallest_passing(&p, &x, n,
					limits[i], 0.95, 0.8, exact), 0);
				if (x < 0) {
					ev_wilson(&e, (double)n, (double)n,
						  0.95);
					assert_true(exact ||
						    e.lower < limits[i]);
					assert_true(p == 1);
					continue;
				}
				assert_near(ev_binomial_sf(x - 1, n, p), 0.8,
					    1e-12);
				assert_true(p > limits[i]);
				if (exact)
					ev_clopper_pearson(&e, x, n, 0.95);
				else
					ev_wilson(&e, (double)x, (double)n,
						  0.95);
				assert_true(e.lower >= limits[i]);
				ev_wilson(&e, (double)x - 1, (double)n, 0.95);
				assert_true(exact || e.lower < limits[i]);
			}
	assert_int_equal(ev_smallest_passing(&p, &x, 0, 0.5, 0.95, 0.8,
					     false), 0);
	assert_true(x == -1 && p == 1);
	assert_int_equal(ev_smallest_passing(&p, &x, 9, 0, 0.95, 0.8, true), 0);
	assert_true(x == 0 && p == 0);
	assert_int_equal(ev_smallest_passing(&p, &x, 9, ev_fp_nan(), 0.95,
					     0.8, true), EV_EINVALID);
	assert_int_equal(ev_smallest_passing(&p, &x, 9, 0.5, 0.95, 1, true),
			 EV_EINVALID);
	assert_int_equal(ev_smallest_passing(&p, &x, -9, 0.5, 0.95, 0.8, true),
			 EV_EINVALID);
	assert_int_equal(ev_smallest_passing(&p, &x, 9, 0.5, 1, 0.8, true),
			 EV_EINVALID);
}

static void a_slice_below_its_minimum_is_named(void **state)
{
	const struct ev_minimum usual = ev_minimum_default(false);
	const struct ev_minimum critical = ev_minimum_default(true);
	struct ev_minimum have = { 30, 30, 20 };

	(void)state;
	assert_null(ev_minimum_missed(&usual, &have));
	assert_string_equal(ev_minimum_missed(&critical, &have), "positives");
	have = (struct ev_minimum){ 60, 60, 40 };
	assert_null(ev_minimum_missed(&critical, &have));
	have.patients = 39;
	assert_string_equal(ev_minimum_missed(&critical, &have), "patients");
	have.negatives = 59;
	assert_string_equal(ev_minimum_missed(&critical, &have), "negatives");
}

static void sizes_outside_their_domain_are_refused(void **state)
{
	const double nan = ev_fp_nan();
	double n;

	(void)state;
	assert_int_equal(ev_size_observed_expected(&n, 0.25, 0.1), 0);
	assert_near(n, 300, 1e-12);
	assert_int_equal(ev_size_observed_expected(&n, 0, 0.1), EV_EINVALID);
	assert_int_equal(ev_size_observed_expected(&n, 0.5, nan), EV_EINVALID);
	assert_int_equal(ev_size_observed_expected(&n, 0.5, 1e-200),
			 EV_EINVALID);
	assert_int_equal(ev_size_buderer(&n, nan, 0.05, 0.2, 0.95),
			 EV_EINVALID);
	assert_int_equal(ev_size_buderer(&n, 0.9, 0.05, 0.2, nan),
			 EV_EINVALID);
	assert_int_equal(ev_size_buderer(&n, 1, 0.05, 1, 0.95), 0);
	assert_true(n == 0);
	assert_int_equal(ev_se_cstatistic(&n, 1, 50, 0.5), 0);
	assert_true(n == 0);
	assert_int_equal(ev_se_cstatistic(&n, 0.5, 0, 0.5), EV_EINVALID);
	assert_int_equal(ev_se_hanley_mcneil(&n, 1, 5, 5), 0);
	assert_true(n == 0);
	assert_int_equal(ev_se_hanley_mcneil(&n, 0.5, 0, 5), EV_EINVALID);
	assert_int_equal(ev_size_auc(&n, 0.5, 0.05, 0.9, 1), EV_EINVALID);
	assert_int_equal(ev_size_auc(&n, 0.8, 0.05, 0.9, nan), EV_EINVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_as_epir_and_proc_have_them),
		cmocka_unit_test(errors_of_an_auc_are_as_published),
		cmocka_unit_test(events_that_were_not_seen_are_bounded),
		cmocka_unit_test(the_least_that_passes_passes_with_its_power),
		cmocka_unit_test(a_slice_below_its_minimum_is_named),
		cmocka_unit_test(sizes_outside_their_domain_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
