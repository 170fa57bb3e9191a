#include "rocfix.h"

#include "stats/dist.h"
#include "stats/proportion.h"

static struct study s, t;

/* Each row its own patient; the score is that of all markers. */
static void rows(struct study *d, size_t n, const int *truth,
		 const double *score)
{
	size_t i, j;

	d->n = n;
	for (i = 0; i < n; i++) {
		d->truth[i] = (uint8_t)truth[i];
		d->cluster[i] = (uint32_t)i;
		for (j = 0; j < MOST_MARKERS; j++)
			d->score[j][i] = score[i];
	}
	bind(d, 0);
}

static void all_finite(const struct ev_estimate *e)
{
	assert_true(ev_fp_is_finite(e->value) && ev_fp_is_finite(e->lower) &&
		    ev_fp_is_finite(e->upper) && ev_fp_is_finite(e->se));
}

/* What all functions say of s that has less than two rows of a class. */
static void has_no_variance(void)
{
	struct ev_auc_joint *j = ev_calloc(1, sizeof(*j));
	struct ev_auc_test test;
	struct ev_estimate e;

	assert_int_equal(ev_auc(&e, &s.m[0], &s.c, EV_AUC_WALD, 0.95), 0);
	assert_int_equal(e.flags, EV_STAT_UNDEFINED);
	assert_true(e.value == 0 && e.lower == 0 && e.upper == 0 &&
		    e.se == 0);
	assert_int_equal(ev_auc(&e, &s.m[0], &s.c, EV_AUC_LOGIT, 0.95), 0);
	assert_int_equal(e.flags, EV_STAT_UNDEFINED);
	assert_int_equal(ev_auc_paired(&test, &s.m[0], &s.m[1], &s.c, 0.95),
			 0);
	assert_int_equal(test.difference.flags, EV_STAT_UNDEFINED);
	assert_true(test.z == 0 && test.p == 1);
	assert_int_equal(ev_auc_unpaired(&test, &s.m[0], &s.c, &s.m[1], &s.c,
					 0.95), 0);
	assert_int_equal(test.difference.flags, EV_STAT_UNDEFINED);
	assert_true(test.z == 0 && test.p == 1 && test.df == 0);
	all_finite(&test.difference);
	assert_int_equal(ev_auc_joint(j, s.m, 3, &s.c), 0);
	assert_int_equal(j->flags, EV_STAT_UNDEFINED);
	assert_true(j->df == 0 && j->p == 1 && j->chi2 == 0);
	free(j);
}

static void less_than_two_rows_of_a_class_have_no_area(void **state)
{
	static const int one[] = { 0, 0, 1, 0 }, none[] = { 0, 0, 0, 0 };
	static const int all[] = { 1, 1, 1, 1 }, but_one[] = { 1, 1, 0, 1 };
	static const double x[] = { 1, 2, 3, 4 };
	const int *const truth[] = { one, none, all, but_one };
	struct ev_roc_point curve[9];
	struct ev_estimate e;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(truth); i++) {
		rows(&s, 4, truth[i], x);
		has_no_variance();
	}
	rows(&s, 0, none, x);
	has_no_variance();
	/* no rows at all, or one class: no point either */
	for (i = 1; i < 4; i++) {
		rows(&s, i == 3 ? 0 : 4, truth[i == 3 ? 1 : i], x);
		assert_int_equal(ev_weighted_auc(&e, &s.m[0], &s.c, NULL), 0);
		assert_int_equal(e.flags, EV_STAT_UNDEFINED);
		ev_sens_at_spec(&e, &s.m[0], &s.c, NULL, 0.5);
		assert_int_equal(e.flags, EV_STAT_UNDEFINED);
		ev_spec_at_sens(&e, &s.m[0], &s.c, NULL, 0.5);
		assert_int_equal(e.flags, EV_STAT_UNDEFINED);
		ev_partial_auc(&e, &s.m[0], &s.c, NULL, 0.5, true);
		assert_int_equal(e.flags, EV_STAT_UNDEFINED);
		ev_average_precision(&e, &s.m[0], &s.c, NULL);
		assert_true(i == 2 ? e.value == 1 && !(e.flags &
			    EV_STAT_UNDEFINED) : e.flags == EV_STAT_UNDEFINED);
		assert_int_equal(ev_roc_curve(curve, 9, &s.m[0], &s.c), 0);
	}
	/* one of each is enough for a point */
	rows(&s, 2, (const int[]){ 0, 1 }, x);
	ev_weighted_auc(&e, &s.m[0], &s.c, NULL);
	assert_true(e.value == 1 && e.flags == EV_STAT_NO_INTERVAL);
}

static void without_variance_the_interval_is_of_k_of_k(void **state)
{
	static const int truth[] = { 0, 0, 0, 1, 1, 1, 1 };
	static const double up[] = { 1, 2, 3, 4, 5, 6, 7 };
	static const double down[] = { 7, 6, 5, 4, 3, 2, 1 };
	static const double same[] = { 2, 2, 2, 2, 2, 2, 2 };
	const double *const scores[] = { down, same, up };
	/* of 3, the smaller class: 0, 1 to 2 for a half, 3 */
	static const int64_t low[] = { 0, 1, 3 }, high[] = { 0, 2, 3 };
	struct ev_estimate e, cp;
	struct ev_auc_test test;
	int i, kind;

	(void)state;
	for (i = 0; i < 3; i++) {
		rows(&s, 7, truth, scores[i]);
		for (kind = 0; kind < 2; kind++) {
			assert_int_equal(ev_auc(&e, &s.m[0], &s.c, kind ?
				EV_AUC_LOGIT : EV_AUC_WALD, 0.95), 0);
			assert_int_equal(e.flags, EV_STAT_DEGENERATE_VARIANCE);
			assert_true(e.value == i / 2.0 && e.se == 0);
			ev_clopper_pearson(&cp, low[i], 3, 0.95);
			assert_true(e.lower == cp.lower);
			ev_clopper_pearson(&cp, high[i], 3, 0.95);
			assert_true(e.upper == cp.upper);
			assert_true(e.upper - e.lower > 0.5);
		}
	}
	/* a marker beside itself: no difference, but not for certain */
	assert_int_equal(ev_auc_paired(&test, &s.m[0], &s.m[1], &s.c, 0.95),
			 0);
	assert_int_equal(test.difference.flags, EV_STAT_DEGENERATE_VARIANCE);
	assert_true(test.difference.value == 0 && test.z == 0 && test.p == 1);
	assert_true(test.difference.lower < -0.4 &&
		    test.difference.upper > 0.4);
	/* all right beside all wrong */
	memcpy(s.score[1], down, sizeof(down));
	bind(&s, 0);
	ev_auc_paired(&test, &s.m[0], &s.m[1], &s.c, 0.95);
	assert_true(test.difference.value == 1 && test.difference.upper == 1 &&
		    test.difference.lower < 0.6);
	assert_int_equal(test.difference.flags, EV_STAT_DEGENERATE_VARIANCE);
	ev_auc_paired(&test, &s.m[1], &s.m[0], &s.c, 0.95);
	assert_true(test.difference.value == -1 &&
		    test.difference.lower == -1 &&
		    test.difference.upper > -0.6);
}

static void one_side_without_variance_widens_the_difference(void **state)
{
	static const int truth[] = { 0, 0, 0, 0, 1, 1, 1, 1 };
	static const double up[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	static const double near[] = { 1, 2, 3, 6, 5, 6, 7, 8 };
	struct ev_auc_test test;
	struct ev_estimate *e = &test.difference;

	(void)state;
	rows(&s, 8, truth, up);
	rows(&t, 8, truth, near);
	ev_auc_unpaired(&test, &s.m[0], &s.c, &t.m[0], &t.c, 0.95);
	assert_int_equal(e->flags, EV_STAT_DEGENERATE_VARIANCE);
	assert_true(e->se > 0 && test.z > 0 && test.p < 1);
	/* the lower bound is that of 4 of 4 at the least */
	assert_true(e->lower < -0.4 && e->upper < 0.5 &&
		    e->upper > e->value);
	ev_auc_unpaired(&test, &s.m[0], &s.c, &s.m[1], &s.c, 0.95);
	assert_int_equal(e->flags, EV_STAT_DEGENERATE_VARIANCE);
	assert_true(e->value == 0 && test.z == 0 && test.p == 1 &&
		    test.df == 0);
	assert_true(e->lower < -0.5 && e->upper > 0.5 &&
		    e->lower == -e->upper);
}

static void one_patient_has_a_value_alone(void **state)
{
	static const int truth[] = { 0, 0, 0, 1, 1, 1 };
	static const double x[] = { 1, 2, 4, 3, 5, 6 };
	struct ev_auc_joint *j = ev_calloc(1, sizeof(*j));
	struct ev_auc_test test;
	struct ev_estimate e;
	size_t i;

	(void)state;
	/* of all rows; of the positive ones; of the negative ones */
	for (i = 0; i < 3; i++) {
		rows(&s, 6, truth, x);
		if (i == 0)
			memset(s.cluster, 0, sizeof(s.cluster));
		if (i == 1)
			s.cluster[3] = s.cluster[4] = s.cluster[5];
		if (i == 2)
			s.cluster[0] = s.cluster[1] = s.cluster[2];
		bind(&s, 6);
		ev_auc(&e, &s.m[0], &s.c, EV_AUC_WALD, 0.95);
		assert_int_equal(e.flags, EV_STAT_ONE_CLUSTER |
				 EV_STAT_NO_INTERVAL);
		assert_near(e.value, 8.0 / 9, 1e-15);
		assert_true(e.lower == 0 && e.upper == 0 && e.se == 0);
		ev_auc_paired(&test, &s.m[0], &s.m[1], &s.c, 0.95);
		assert_int_equal(test.difference.flags, e.flags);
		assert_true(test.p == 1);
		ev_auc_unpaired(&test, &s.m[0], &s.c, &s.m[1], &s.c, 0.95);
		assert_int_equal(test.difference.flags, e.flags);
		ev_auc_joint(j, s.m, 2, &s.c);
		assert_int_equal(j->flags, e.flags);
		assert_near(j->auc[1], 8.0 / 9, 1e-15);
		assert_true(j->df == 0 && j->p == 1);
	}
	free(j);
}

static void patients_who_are_all_alike_have_no_variance(void **state)
{
	struct ev_estimate e, cp;
	size_t i;

	(void)state;
	/* each of 10: one negative, two positives, one of them below */
	for (i = 0; i < 30; i++) {
		s.cluster[i] = (uint32_t)(i / 3);
		s.truth[i] = i % 3 > 0;
		s.score[0][i] = i % 3 == 0 ? 2 : i % 3 == 1 ? 1 : 3;
	}
	s.n = 30;
	bind(&s, 10);
	ev_auc(&e, &s.m[0], &s.c, EV_AUC_WALD, 0.95);
	assert_int_equal(e.flags, EV_STAT_DEGENERATE_VARIANCE);
	assert_true(e.value == 0.5 && e.se == 0);
	ev_clopper_pearson(&cp, 5, 10, 0.95);
	assert_true(e.lower == cp.lower && e.upper == cp.upper);
}

static void scores_may_be_infinite(void **state)
{
	static const int truth[] = { 0, 0, 0, 1, 1, 1 };
	const double inf = ev_fp_inf();
	const double with[] = { -inf, 1, inf, -inf, 2, inf };
	static const double like[] = { -9, 1, 9, -9, 2, 9 };
	struct ev_estimate e, f;

	(void)state;
	rows(&s, 6, truth, with);
	rows(&t, 6, truth, like);
	ev_auc(&e, &s.m[0], &s.c, EV_AUC_WALD, 0.95);
	ev_auc(&f, &t.m[0], &t.c, EV_AUC_WALD, 0.95);
	assert_memory_equal(&e, &f, sizeof(e));
	ev_average_precision(&e, &s.m[0], &s.c, NULL);
	ev_average_precision(&f, &t.m[0], &t.c, NULL);
	assert_memory_equal(&e, &f, sizeof(e));
}

static void input_that_no_data_can_have_is_refused(void **state)
{
	static const int truth[] = { 0, 0, 1, 1 };
	static const double x[] = { 1, 2, 3, 4 };
	const double nan[] = { 1, ev_fp_nan() };
	struct ev_marker m, turned;
	struct ev_auc_joint *j = ev_calloc(1, sizeof(*j));
	struct ev_auc_test test;
	struct ev_estimate e;
	uint32_t order[4] = { 0, 1, 3, 2 }, other[4] = { 0, 1, 2, 2 };

	(void)state;
	assert_int_equal(ev_marker_order(order, nan, 2), EV_EINVALID);
	assert_int_equal(ev_marker_order(order, x, (size_t)1 << 31),
			 EV_ELIMIT);
	rows(&s, 4, truth, x);
	turned = (struct ev_marker){ x, (const uint32_t[]){ 0, 1, 3, 2 } };
	assert_int_equal(ev_auc(&e, &turned, &s.c, EV_AUC_WALD, 0.95),
			 EV_EINVALID);
	m = (struct ev_marker){ x, other };
	assert_int_equal(ev_auc_paired(&test, &s.m[0], &m, &s.c, 0.95),
			 EV_EINVALID);
	assert_int_equal(ev_auc(&e, &s.m[0], &s.c, EV_AUC_WALD, 1),
			 EV_EINVALID);
	assert_int_equal(ev_auc_joint(j, s.m, 1, &s.c), EV_EINVALID);
	assert_int_equal(ev_auc_joint(j, s.m, 65, &s.c), EV_EINVALID);
	assert_int_equal(ev_partial_auc(&e, &s.m[0], &s.c, NULL, 1, false),
			 EV_EINVALID);
	assert_int_equal(ev_sens_at_spec(&e, &s.m[0], &s.c, NULL, 1.5),
			 EV_EINVALID);
	assert_int_equal(ev_spec_at_sens(&e, &s.m[0], &s.c, NULL,
					 ev_fp_nan()), EV_EINVALID);
	s.c.cluster = s.cluster;
	s.c.clusters = 3;
	assert_int_equal(ev_auc(&e, &s.m[0], &s.c, EV_AUC_WALD, 0.95),
			 EV_EINVALID);
	assert_int_equal(ev_weighted_auc(&e, &s.m[0], &s.c, NULL),
			 EV_EINVALID);
	s.c.cluster = NULL;
	s.truth[2] = 2;
	assert_int_equal(ev_auc(&e, &s.m[0], &s.c, EV_AUC_WALD, 0.95),
			 EV_EINVALID);
	assert_int_equal(ev_weighted_auc(&e, &s.m[0], &s.c, NULL),
			 EV_EINVALID);
	free(j);
}

static void joint_tests_leave_out_what_does_not_vary(void **state)
{
	static const int truth[] = { 0, 0, 0, 0, 1, 1, 1, 1 };
	static const double up[] = { 1, 2, 3, 5, 4, 6, 7, 8 };
	static const double other[] = { 1, 7, 3, 5, 4, 8, 2, 6 };
	struct ev_auc_joint *j = ev_calloc(1, sizeof(*j));
	struct ev_auc_test test;

	(void)state;
	rows(&s, 8, truth, up);
	assert_int_equal(ev_auc_joint(j, s.m, 3, &s.c), 0);
	assert_int_equal(j->flags, EV_STAT_DEGENERATE_VARIANCE);
	assert_true(j->df == 0 && j->p == 1 && j->chi2 == 0);
	/* a marker that is there twice has one degree of freedom */
	memcpy(s.score[2], other, sizeof(other));
	bind(&s, 0);
	ev_auc_joint(j, s.m, 3, &s.c);
	ev_auc_paired(&test, &s.m[0], &s.m[2], &s.c, 0.95);
	assert_true(j->df == 1 && j->flags == 0);
	assert_near(j->chi2, test.z * test.z, 1e-12);
	assert_near(j->p, test.p, 1e-12);
	free(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(less_than_two_rows_of_a_class_have_no_area),
		cmocka_unit_test(without_variance_the_interval_is_of_k_of_k),
		cmocka_unit_test(
			one_side_without_variance_widens_the_difference),
		cmocka_unit_test(one_patient_has_a_value_alone),
		cmocka_unit_test(patients_who_are_all_alike_have_no_variance),
		cmocka_unit_test(scores_may_be_infinite),
		cmocka_unit_test(input_that_no_data_can_have_is_refused),
		cmocka_unit_test(joint_tests_leave_out_what_does_not_vary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
