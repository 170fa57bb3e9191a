#include "mrmcfix.h"

static void modalities_rated_alike_have_no_variance(void **state)
{
	struct ev_mrmc m;
	size_t i;

	(void)state;
	/* the second modality is the first once more */
	take_readers(&part, "123", 1);
	for (i = 0; i < part.t.n; i++) {
		size_t to = part.t.n + i;

		part.reader[to] = part.reader[i];
		part.modality[to] = 1;
		part.which[to] = part.which[i];
		part.truth[to] = part.truth[i];
		part.rating[to] = part.rating[i];
	}
	part.t.n *= 2;
	part.t.modalities = 2;
	assert_int_equal(ev_mrmc(&m, &part.t, 0.95), 0);
	assert_int_equal(m.random_flags, EV_STAT_DEGENERATE_VARIANCE);
	assert_int_equal(m.fixed_flags, EV_STAT_DEGENERATE_VARIANCE);
	assert_true(m.p == 1 && m.chi2_p == 1 && m.mst == 0 && m.mstr == 0);
	assert_int_equal(m.pairs[0].random.difference.flags,
			 EV_STAT_DEGENERATE_VARIANCE | EV_STAT_NO_INTERVAL);
	assert_int_equal(m.pairs[0].fixed.difference.flags,
			 EV_STAT_DEGENERATE_VARIANCE | EV_STAT_NO_INTERVAL);
	assert_true(m.pairs[0].random.p == 1 && m.pairs[0].fixed.p == 1);
	assert_int_equal(m.means[1].fixed.flags, 0);
	ev_mrmc_release(&m);
	/* readers who all rate alike: variance of cases alone, so normal */
	take_readers(&part, "123", 2);
	for (i = 0; i < part.t.n; i++)
		part.rating[i] = (double)((part.which[i] * 37 +
			(part.modality[i] ? part.which[i] % 7 : 0)) % 50);
	ev_mrmc(&m, &part.t, 0.95);
	assert_true(m.mstr == 0 && m.denominator > 0 && m.df2 == 0);
	assert_near(m.p, m.chi2_p, 1e-14);
	assert_near(m.pairs[0].random.difference.se,
		    m.pairs[0].fixed.difference.se, 1e-15);
	ev_mrmc_release(&m);
}

/* Two readers of whom one is up where the other is down. */
static void covariances_below_zero_count_as_zero(void **state)
{
	struct ev_stream s;
	double noise[MODALITIES][CASES];
	struct ev_mrmc m;
	size_t i, j;

	(void)state;
	ev_stream_init(&s, 20261125, 6, 1);
	for (i = 0; i < MODALITIES; i++)
		for (j = 0; j < CASES; j++)
			noise[i][j] = ev_stream_uniform(&s) - 0.5;
	take_readers(&part, "12", 2);
	for (i = 0; i < part.t.n; i++)
		part.rating[i] = 0.3 * part.truth[i] +
			(part.reader[i] ? -1 : 1) *
			noise[part.modality[i]][part.which[i]] +
			(part.reader[i] && part.modality[i] ?
			 0.2 * part.truth[i] : 0);
	assert_int_equal(ev_mrmc(&m, &part.t, 0.95), 0);
	assert_true(m.cov2 < 0 && m.cov2 < m.cov3);
	assert_true(m.mstr > 0 && m.denominator == m.mstr);
	assert_near(m.df2, 1, 1e-15);
	assert_near(m.chi2, m.mst / (m.error - m.cov1), 1e-12);
	for (i = 0; i < MODALITIES; i++) {
		assert_near(m.means[i].df, 1, 1e-15);
		/* half the difference of two is the error of their mean */
		assert_near(m.means[i].random.se,
			    ev_fp_abs(m.auc[2 * i] - m.auc[2 * i + 1]) / 2,
			    1e-15);
	}
	assert_near(m.means[0].fixed.se * m.means[0].fixed.se +
		    m.means[1].fixed.se * m.means[1].fixed.se, m.error, 1e-15);
	ev_mrmc_release(&m);
}

static void one_class_of_cases_has_no_area(void **state)
{
	struct ev_mrmc m;
	size_t i;

	(void)state;
	take_readers(&part, "123", 2);
	for (i = 0; i < part.t.n; i++)
		part.truth[i] = part.which[i] == 0;
	assert_int_equal(ev_mrmc(&m, &part.t, 0.95), 0);
	assert_int_equal(m.random_flags, EV_STAT_UNDEFINED);
	assert_int_equal(m.fixed_flags, EV_STAT_UNDEFINED);
	assert_int_equal(m.means[0].random.flags, EV_STAT_UNDEFINED);
	assert_int_equal(m.pairs[0].fixed.difference.flags,
			 EV_STAT_UNDEFINED);
	assert_true(m.error == 0 && m.mst == 0 && m.p == 1);
	ev_mrmc_release(&m);
	memset(part.truth, 0, sizeof(part.truth));
	assert_int_equal(ev_mrmc(&m, &part.t, 0.95), 0);
	assert_true(m.auc[0] == 0 && m.means[0].random.value == 0);
	ev_mrmc_release(&m);
}

static void refused(const char *message)
{
	struct ev_mrmc m;

	assert_int_equal(ev_mrmc(&m, &part.t, 0.95), EV_EINVALID);
	assert_string_equal(ev_error_last()->message, message);
	assert_true(m.auc == NULL && m.pairs == NULL);
	take_readers(&part, "123", 2);
}

static void a_table_that_is_not_complete_is_refused(void **state)
{
	struct ev_mrmc m;

	(void)state;
	take_readers(&part, "123", 2);
	/* its last row is of the third reader, second modality, last case */
	part.t.n--;
	refused("reader 2, modality 1, case 113: no rating");
	part.which[part.t.n - 1]--;
	refused("reader 2, modality 1, case 112: two ratings");
	part.truth[part.t.n - 1] ^= 1;
	refused("reader 2, modality 1, case 113: not the truth of other rows");
	part.truth[part.t.n - 1] = 2;
	refused("reader 2, modality 1, case 113: the truth is neither 0 nor "
		"1");
	part.rating[part.t.n - 1] = ev_fp_nan();
	refused("reader 2, modality 1, case 113: the rating is not a number");
	part.reader[7] = 3;
	refused("row 7 is of no reader, modality or case");
	part.t.readers = 0;
	refused("no readers or no modalities");
	assert_int_equal(ev_mrmc(&m, &part.t, 1), EV_EINVALID);
	part.t.readers = 200;
	assert_int_equal(ev_mrmc(&m, &part.t, 0.95), EV_ELIMIT);
	part.t.readers = 3;
	part.t.cases = 1000000000;
	assert_int_equal(ev_mrmc(&m, &part.t, 0.95), EV_ELIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modalities_rated_alike_have_no_variance),
		cmocka_unit_test(covariances_below_zero_count_as_zero),
		cmocka_unit_test(one_class_of_cases_has_no_area),
		cmocka_unit_test(a_table_that_is_not_complete_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
