#include "calfix.h"

#include "stats/logit.h"

static void one_probability_for_all_has_no_slope(void **state)
{
	double p[20];
	uint8_t y[20];
	struct verdict v;
	size_t i;

	(void)state;
	for (i = 0; i < 20; i++) {
		p[i] = 0.3;
		y[i] = i % 4 == 0;
	}
	v = look(p, y, 20);
	assert_true(UNDEFINED(v.c.slope) && UNDEFINED(v.c));
	assert_false(v.c.slope.flags & EV_STAT_SEPARATION);
	/* a is the difference of two log odds, its variance 1 / (n y (1-y)) */
	assert_near(v.c.in_the_large.value,
		    ev_log(0.25 / 0.75) - ev_log(0.3 / 0.7), 1e-12);
	assert_near(v.c.in_the_large.se, sqrt(1 / (20 * 0.25 * 0.75)), 1e-12);
	assert_near(v.ece[0], 0.05, 1e-15);
	assert_int_equal(v.h[1].groups, 1);
	assert_true(UNDEFINED(v.h[0]));
}

static void separation_is_named_and_never_fitted(void **state)
{
	double p[] = { 0.1, 0.2, 0.3, 0.6, 0.7, 0.8 };
	double touch[] = { 0.1, 0.2, 0.4, 0.4, 0.7, 0.8 };
	uint8_t y[] = { 0, 0, 0, 1, 1, 1 };
	uint8_t upside_down[] = { 1, 1, 1, 0, 0, 0 };
	struct verdict v;

	(void)state;
	v = look(p, y, 6);
	assert_true(UNDEFINED(v.c.slope) && UNDEFINED(v.c.intercept));
	assert_true(v.c.flags & EV_STAT_SEPARATION);
	assert_true(v.c.slope.flags & EV_STAT_SEPARATION);
	/* in the large has an answer all the same */
	assert_false(UNDEFINED(v.c.in_the_large));
	v = look(p, upside_down, 6);
	assert_true(v.c.slope.flags & EV_STAT_SEPARATION);
	v = look(touch, y, 6);
	assert_true(UNDEFINED(v.c.slope));
	assert_true(v.c.slope.flags & EV_STAT_SEPARATION);
}

static void a_fit_is_where_the_likelihood_is_flat(void **state)
{
	/* all but separated, so that the slope is steep */
	double p[] = { 0.1, 0.2, 0.4, 0.39, 0.7, 0.8, 1e-6, 1 - 1e-6 };
	uint8_t y[] = { 0, 0, 0, 1, 1, 1, 0, 1 };
	struct verdict v = look(p, y, 8);
	double flat[3] = { 0, 0, 0 }, x, r;
	size_t i;

	(void)state;
	assert_int_equal(v.c.flags, 0);
	assert_true(v.c.slope.value > 3);
	for (i = 0; i < 8; i++) {
		x = ev_log(p[i] / (1 - p[i]));
		r = y[i] - 1 / (1 + ev_exp(-v.c.intercept.value -
					   v.c.slope.value * x));
		flat[0] += r;
		flat[1] += r * x;
		flat[2] += y[i] - 1 / (1 + ev_exp(-v.c.in_the_large.value -
						  x));
	}
	for (i = 0; i < 3; i++)
		assert_near(flat[i], 0, 1e-13);
}

static void patients_who_are_all_alike_keep_the_rows_error(void **state)
{
	static const double one[] = { 0.2, 0.4, 0.6, 0.3, 0.9, 0.5 };
	static const uint8_t as[] = { 0, 1, 0, 1, 1, 0 };
	double p[18];
	uint8_t y[18];
	uint32_t who[18];
	struct ev_predicted d = { p, y, who, 3, 18 };
	struct ev_calibration c;
	size_t i;

	(void)state;
	for (i = 0; i < 18; i++) {
		p[i] = one[i % 6];
		y[i] = as[i % 6];
		who[i] = (uint32_t)(i / 6);
	}
	assert_int_equal(ev_calibration(&c, &d, 0.95), 0);
	assert_int_equal(c.slope.flags, EV_STAT_DEGENERATE_VARIANCE);
	assert_true(c.slope.se == c.naive_se_slope && c.slope.se > 0.1);
	assert_int_equal(c.in_the_large.flags, EV_STAT_DEGENERATE_VARIANCE);
	assert_true(c.in_the_large.se == c.naive_se_large);
}

/* Many rows are counted first; twice the rows are the same but surer. */
static void rows_that_are_there_twice_have_the_same_fit(void **state)
{
	enum { HALF = EV_LOGIT_MANY - 1, ALL = 2 * HALF };
	double *p = calloc(ALL, sizeof(*p)), root = sqrt(2);
	uint32_t *who = calloc(ALL, sizeof(*who));
	uint8_t *y = calloc(ALL, 1);
	struct ev_predicted d = { p, y, NULL, 0, HALF };
	struct ev_calibration one, both;
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < HALF; i++) {
		p[i] = p[HALF + i] = i % 97 == 0 ? 1e-16 :
			(double)(i * 7919 % HALF + 1) / (HALF + 2);
		y[i] = y[HALF + i] = i * 104729 % HALF < HALF / 3 +
			(size_t)(p[i] * HALF / 2);
		who[i] = who[HALF + i] = (uint32_t)(i / 4);
	}
	for (k = 0; k < 2; k++) {
		d.n = HALF;
		assert_int_equal(ev_calibration(&one, &d, 0.95), 0);
		d.n = ALL;
		assert_int_equal(ev_calibration(&both, &d, 0.95), 0);
		assert_int_equal(one.flags | both.flags, 0);
		assert_near(both.slope.value, one.slope.value, 1e-14);
		assert_near(both.intercept.value, one.intercept.value, 1e-14);
		assert_near(both.in_the_large.value, one.in_the_large.value,
			    1e-14);
		assert_near(root * both.naive_se_slope, one.naive_se_slope,
			    1e-12);
		assert_near(root * both.naive_se_large, one.naive_se_large,
			    1e-12);
		/* no more patients than before: no surer */
		assert_near(both.slope.se, k ? one.slope.se :
			    one.slope.se / root, 1e-12);
		d.cluster = who;
		d.clusters = HALF / 4 + 1;
	}
	free(p);
	free(who);
	free(y);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_probability_for_all_has_no_slope),
		cmocka_unit_test(separation_is_named_and_never_fitted),
		cmocka_unit_test(a_fit_is_where_the_likelihood_is_flat),
		cmocka_unit_test(
			patients_who_are_all_alike_keep_the_rows_error),
		cmocka_unit_test(rows_that_are_there_twice_have_the_same_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
