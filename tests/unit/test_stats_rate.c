#include "statsfix.h"

#include "stats/rate.h"

/* tests/reference/rates.R */

static void a_rate_of_alike_clusters_is_poissons(void **state)
{
	static const struct { int64_t k; double level, low, high; } known[] = {
		{ 0, .95, 0, 3.6888794541139354 },
		{ 0, .90, 0, 2.99573227355399 },
		{ 100, .95, 81.363991250923164, 121.626793792426369 },
		{ 100, .90, 84.139277218314177, 118.079272782097078 },
	};
	struct ev_rate r;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(known); i++) {
		struct ev_cluster c[2];

		c[0] = c[1] = (struct ev_cluster){ known[i].k / 2, 500 };
		assert_int_equal(ev_clustered_rate(&r, c, 2, 1000,
						   known[i].level), 0);
		assert_near(r.e.value, (double)known[i].k, 1e-12);
		assert_near(r.e.lower, known[i].low, 1e-10);
		assert_near(r.e.upper, known[i].high, 1e-10);
		assert_int_equal(r.e.flags, EV_STAT_DEGENERATE_VARIANCE);
	}
}

static void clusters_that_differ_widen_it(void **state)
{
	static const struct ev_cluster c[] = {
		{ 3, 100 }, { 0, 80 }, { 1, 120 }, { 7, 90 }, { 2, 110 },
		{ 0, 95 }, { 4, 105 }, { 1, 100 },
	};
	struct ev_rate r;

	(void)state;
	assert_int_equal(ev_clustered_rate(&r, c, EV_ARRAY_SIZE(c), 1, .95),
			 0);
	assert_near(r.e.value, 0.0225, 1e-15);
	assert_near(r.e.se, 0.0085022646667982371, 1e-15);
	assert_near(r.deff, 2.5702579365079376572, 1e-12);
	assert_near(r.e.lower, 0.0090484708603875436, 1e-12);
	assert_near(r.e.upper, 0.0463513340609602378, 1e-12);
	assert_int_equal(r.e.flags, 0);
}

static void clusters_more_alike_than_chance_do_not_narrow_it(void **state)
{
	static const struct ev_cluster even[] = { { 50, 501 }, { 50, 499 } };
	struct ev_rate r;

	(void)state;
	assert_int_equal(ev_clustered_rate(&r, even, 2, 1000, .95), 0);
	assert_true(r.deff < 1);
	assert_near(r.e.lower, 81.363991250923164, 1e-10);
	assert_near(r.e.upper, 121.626793792426369, 1e-10);
	assert_int_equal(r.e.flags, EV_STAT_DEFF_BELOW_ONE);
}

static void what_cannot_be_known_is_flagged(void **state)
{
	static const struct ev_cluster one[] = { { 2, 10 }, { 0, 0 } };
	static const struct ev_cluster wrong[] = { { 3, 2 } };
	struct ev_rate r;

	(void)state;
	assert_int_equal(ev_clustered_rate(&r, one, 2, 1, .95), 0);
	assert_int_equal(r.e.flags, EV_STAT_ONE_CLUSTER |
			 EV_STAT_NO_INTERVAL);
	assert_int_equal(ev_clustered_rate(&r, one + 1, 1, 1, .95), 0);
	assert_int_equal(r.e.flags, EV_STAT_UNDEFINED | EV_STAT_NO_INTERVAL);
	assert_int_equal(ev_clustered_rate(&r, wrong, 1, 1, .95),
			 EV_EINVALID);
	assert_int_equal(ev_clustered_rate(&r, one, 2, 0, .95), EV_EINVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rate_of_alike_clusters_is_poissons),
		cmocka_unit_test(clusters_that_differ_widen_it),
		cmocka_unit_test(
			clusters_more_alike_than_chance_do_not_narrow_it),
		cmocka_unit_test(what_cannot_be_known_is_flagged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
