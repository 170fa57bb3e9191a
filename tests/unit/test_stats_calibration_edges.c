#include "calfix.h"

#include <time.h>

#define LARGE 1000000

static void no_rows_have_no_calibration(void **state)
{
	struct verdict v = look(NULL, NULL, 0);
	struct ev_predicted d = { NULL, NULL, NULL, 0, 0 };
	struct ev_bins b;
	double x;
	size_t i;

	(void)state;
	for (i = 0; i < 5; i++)
		assert_true(UNDEFINED(v.e[i]));
	assert_true(UNDEFINED(v.c) && UNDEFINED(v.c.slope) &&
		    UNDEFINED(v.c.in_the_large) && UNDEFINED(v.c.intercept));
	assert_true(UNDEFINED(v.z) && UNDEFINED(v.h[0]) && UNDEFINED(v.h[1]));
	assert_int_equal(ev_bins(&b, &d, 10, EV_BIN_MASS, EV_BIN_RIGHT, 0.95),
			 0);
	assert_true(UNDEFINED(b));
	ev_bins_release(&b);
	assert_int_equal(ev_weighted_ece(&x, &d, NULL, 10, EV_BIN_RIGHT),
			 EV_ENOTFOUND);
	assert_int_equal(ev_net_benefit_all(&x, &d, 0.5), EV_ENOTFOUND);
}

static void one_class_has_no_model(void **state)
{
	double p[] = { 0.1, 0.3, 0.2, 0.9 };
	uint8_t y[] = { 0, 0, 0, 0 };
	struct verdict v;
	int class;

	(void)state;
	for (class = 0; class < 2; class++) {
		memset(y, class, sizeof(y));
		v = look(p, y, 4);
		assert_true(UNDEFINED(v.c.slope) && UNDEFINED(v.c.intercept));
		assert_true(UNDEFINED(v.c.in_the_large) && UNDEFINED(v.c));
		assert_false(v.c.flags & EV_STAT_SEPARATION);
		assert_false(UNDEFINED(v.e[0]));
		assert_true(UNDEFINED(v.e[1]));
		/* 0 of what was expected has no interval on the log scale,
		 * and all of all none either */
		assert_near(v.e[3].value, class * 4 / 1.5, 1e-12);
		assert_true(v.e[3].flags & EV_STAT_NO_INTERVAL);
	}
}

static void certainty_is_clipped_and_counted(void **state)
{
	double p[] = { 0, 1, 0.3, 0.6, 0, 1, 0.4, 5e-324, 1 - 0x1p-53 };
	uint8_t y[] = { 0, 1, 1, 0, 1, 0, 0, 0, 1 };
	struct ev_predicted d = { p, y, NULL, 0, 9 };
	struct ev_estimate e;
	struct verdict v = look(p, y, 9);
	size_t clipped;
	double want;

	(void)state;
	assert_int_equal(v.c.clipped, 6);
	assert_false(UNDEFINED(v.c.slope));
	assert_int_equal(ev_log_loss(&e, &d, 0.95, &clipped), 0);
	assert_int_equal(clipped, 6);
	/* two are certain and wrong; 1 - (1 - 1e-15) is not quite 1e-15 */
	want = -ev_log(1e-15) - ev_log(1 - (1 - 1e-15)) - ev_log(0.3) -
	       ev_log(0.4) - ev_log(0.6);
	assert_near(e.value, want / 9, 1e-12);
}

static void a_perfect_score_still_has_a_width(void **state)
{
	double p[] = { 0, 0, 1, 1, 0, 1 };
	uint8_t y[] = { 0, 0, 1, 1, 0, 1 };
	struct verdict v = look(p, y, 6);

	(void)state;
	assert_true(v.e[0].value == 0);
	assert_true(v.e[0].flags & EV_STAT_DEGENERATE_VARIANCE);
	assert_true(v.e[0].lower == 0 && v.e[0].upper > 0.3);
	assert_true(v.e[2].flags & EV_STAT_NO_INTERVAL);
	assert_true(v.c.slope.flags & EV_STAT_SEPARATION);
	assert_true(UNDEFINED(v.c.slope));
	assert_true(UNDEFINED(v.z));
}

static void one_patient_has_values_without_intervals(void **state)
{
	double p[] = { 0.2, 0.4, 0.6, 0.3, 0.9 };
	uint8_t y[] = { 0, 1, 0, 1, 1 };
	uint32_t who[] = { 6, 6, 6, 6, 6 };
	struct ev_predicted d = { p, y, who, 9, 5 };
	struct verdict v;
	size_t i;
	const struct ev_estimate *e[6];

	(void)state;
	judge(&v, &d);
	sound(&v);
	e[0] = &v.e[0];
	e[1] = &v.e[2];
	e[2] = &v.e[3];
	e[3] = &v.c.slope;
	e[4] = &v.c.intercept;
	e[5] = &v.c.in_the_large;
	for (i = 0; i < 6; i++)
		assert_int_equal(e[i]->flags, EV_STAT_ONE_CLUSTER |
				 EV_STAT_NO_INTERVAL);
	d.n = 1;
	d.cluster = NULL;
	judge(&v, &d);
	sound(&v);
	assert_true(v.e[0].flags & EV_STAT_NO_INTERVAL);
}

static void what_was_impossible_has_no_chi_squared(void **state)
{
	double p[] = { 0, 0, 0, 0, 0.5, 0.6, 0.7, 0.8 };
	uint8_t y[] = { 0, 0, 1, 0, 1, 0, 1, 1 };
	struct ev_predicted d = { p, y, NULL, 0, 8 };
	struct ev_hosmer_lemeshow h;

	(void)state;
	assert_int_equal(ev_hosmer_lemeshow(&h, &d, 2, EV_HL_QUANTILE2, true),
			 0);
	assert_int_equal(h.groups, 2);
	assert_int_equal(h.flags, EV_STAT_UNDEFINED);
	assert_true(h.chi2 == 0 && h.p == 0);
	/* nothing was seen where nothing could be: those rows say nothing */
	y[2] = 0;
	assert_int_equal(ev_hosmer_lemeshow(&h, &d, 2, EV_HL_QUANTILE2, true),
			 0);
	assert_int_equal(h.flags, 0);
	assert_near(h.chi2, 0.4 * 0.4 / (2.6 * (1 - 2.6 / 4)), 1e-15);
}

static void one_bin_holds_all(void **state)
{
	double p[] = { 0.2, 0.4, 0.6, 0.3, 1 };
	uint8_t y[] = { 0, 1, 0, 1, 1 };
	struct ev_predicted d = { p, y, NULL, 0, 5 };
	struct ev_bins b;

	(void)state;
	assert_int_equal(ev_bins(&b, &d, 1, EV_BIN_WIDTH, EV_BIN_LEFT, 0.95),
			 0);
	assert_int_equal(b.n, 1);
	assert_int_equal(b.items[0].n, 5);
	assert_near(b.ece, 0.1, 1e-15);
	assert_true(b.ece == b.mce);
	ev_bins_release(&b);
}

static void what_no_data_can_be_is_refused(void **state)
{
	double p[] = { 0.2, 0.4 };
	uint8_t y[] = { 0, 1 };
	uint32_t who[] = { 0, 1 };
	struct ev_predicted d = { p, y, who, 2, 2 };
	struct ev_hosmer_lemeshow h;
	struct ev_calibration c;
	struct ev_estimate e;
	struct ev_bins b;

	(void)state;
	p[1] = 1.0000000000000002;
	assert_int_equal(ev_brier(&e, &d, 0.95), EV_EINVALID);
	p[1] = (double)NAN;
	assert_int_equal(ev_calibration(&c, &d, 0.95), EV_EINVALID);
	p[1] = -0.1;
	assert_int_equal(ev_bins(&b, &d, 10, EV_BIN_WIDTH, EV_BIN_RIGHT,
				 0.95), EV_EINVALID);
	p[1] = 0.5;
	y[0] = 2;
	assert_int_equal(ev_log_loss(&e, &d, 0.95, NULL), EV_EINVALID);
	y[0] = 0;
	who[1] = 2;
	assert_int_equal(ev_observed_expected(&e, &d, 0.95), EV_EINVALID);
	who[1] = 1;
	assert_int_equal(ev_brier(&e, &d, 1), EV_EINVALID);
	assert_int_equal(ev_calibration(&c, &d, 0), EV_EINVALID);
	assert_int_equal(ev_bins(&b, &d, 0, EV_BIN_WIDTH, EV_BIN_RIGHT, 0.95),
			 EV_EINVALID);
	assert_int_equal(ev_bins(&b, &d, EV_BINS_MAX + 1, EV_BIN_WIDTH,
				 EV_BIN_RIGHT, 0.95), EV_EINVALID);
	assert_int_equal(ev_hosmer_lemeshow(&h, &d, 1, EV_HL_QUANTILE2, true),
			 EV_EINVALID);
	d.n = (size_t)1 << 31;
	assert_int_equal(ev_brier(&e, &d, 0.95), EV_ELIMIT);
}

/* Small samples of coarse probabilities: ties, ends, odd patients. */
static void nothing_is_ever_nan(void **state)
{
	static const double from[] = {
		0, 1, 0.5, 1e-15, 1e-17, 1e-300, 1 - 1e-15, 1 - 0x1p-53, 0.1,
		0.3, 0.7, 0x1p-80, 0.5 + 0x1p-53, 0.25, 0.75, 0x1p-1074,
	};
	struct ev_predicted d;
	struct ev_stream s;
	struct verdict v;
	double p[40];
	uint8_t y[40];
	uint32_t who[40];
	size_t i, few;
	int round;

	(void)state;
	ev_stream_init(&s, 2, 1, 1);
	for (round = 0; round < 4000; round++) {
		d = (struct ev_predicted){ p, y, round % 3 ? who : NULL, 40,
					   ev_stream_below(&s, 41) };
		few = 1 + ev_stream_below(&s, EV_ARRAY_SIZE(from));
		for (i = 0; i < d.n; i++) {
			p[i] = from[ev_stream_below(&s, few)];
			y[i] = ev_stream_below(&s, 5) < 2;
			who[i] = (uint32_t)ev_stream_below(&s, 1 + few);
		}
		judge(&v, &d);
		sound(&v);
	}
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void a_million_rows_find_what_made_them(void **state)
{
	double *p = ev_calloc(LARGE, sizeof(*p)), x, t;
	uint8_t *y = ev_calloc(LARGE, 1);
	uint32_t *who = ev_calloc(LARGE, sizeof(*who));
	struct ev_predicted d = { p, y, who, LARGE / 10, LARGE };
	struct ev_stream s;
	struct verdict v;
	size_t i;

	(void)state;
	ev_stream_init(&s, 3, 1, 1);
	for (i = 0; i < LARGE; i++) {
		x = ev_stream_uniform(&s) * 8 - 5;
		p[i] = 1 / (1 + ev_exp(-x));
		x = 0.3 + 0.8 * x;
		y[i] = ev_stream_uniform(&s) < 1 / (1 + ev_exp(-x));
		who[i] = (uint32_t)(i / 10);
	}
	t = seconds();
	judge(&v, &d);
	sound(&v);
	print_message("a million rows: %.2f s\n", seconds() - t);
	assert_true(ev_fp_abs(v.c.slope.value - 0.8) < 4 * v.c.slope.se);
	assert_true(ev_fp_abs(v.c.intercept.value - 0.3) <
		    4 * v.c.intercept.se);
	assert_near(v.c.slope.se, v.c.naive_se_slope, 0.0001);
	assert_true(v.c.weak_p < 1e-100);
	free(p);
	free(y);
	free(who);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_rows_have_no_calibration),
		cmocka_unit_test(one_class_has_no_model),
		cmocka_unit_test(certainty_is_clipped_and_counted),
		cmocka_unit_test(a_perfect_score_still_has_a_width),
		cmocka_unit_test(one_patient_has_values_without_intervals),
		cmocka_unit_test(what_was_impossible_has_no_chi_squared),
		cmocka_unit_test(one_bin_holds_all),
		cmocka_unit_test(what_no_data_can_be_is_refused),
		cmocka_unit_test(nothing_is_ever_nan),
		cmocka_unit_test(a_million_rows_find_what_made_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
