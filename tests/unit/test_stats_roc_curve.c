#include "rocfix.h"

#define DATA "tests/data/reference/"

static const char *const score_only[] = { "score", NULL };
static struct study s;

static double area_below(const struct ev_roc_point *p, size_t n)
{
	double area = 0;
	size_t i;

	for (i = 1; i < n; i++)
		area += (p[i].fpr - p[i - 1].fpr) *
			(p[i].tpr + p[i - 1].tpr) / 2;
	return area;
}

static void is_a_curve(const struct ev_roc_point *p, size_t n)
{
	size_t i;

	assert_true(n >= 2);
	assert_true(p[0].fpr == 0 && p[0].tpr == 0 &&
		    p[0].threshold == ev_fp_inf());
	assert_true(p[n - 1].fpr == 1 && p[n - 1].tpr == 1);
	for (i = 1; i < n; i++) {
		assert_true(p[i].fpr >= p[i - 1].fpr);
		assert_true(p[i].tpr >= p[i - 1].tpr);
		assert_true(p[i].fpr + p[i].tpr > p[i - 1].fpr + p[i - 1].tpr);
		assert_true(p[i].threshold < p[i - 1].threshold);
	}
}

/* Each point says what calling its threshold positive comes to. */
static void is_of_its_thresholds(const struct ev_roc_point *p, size_t n)
{
	double by[2] = { 0, 0 }, called[2];
	size_t i, j;

	for (j = 0; j < s.n; j++)
		by[s.truth[j]]++;
	for (i = 0; i < n; i++) {
		called[0] = 0;
		called[1] = 0;
		for (j = 0; j < s.n; j++)
			called[s.truth[j]] +=
				s.score[0][j] >= p[i].threshold;
		assert_true(p[i].fpr == called[0] / by[0]);
		assert_true(p[i].tpr == called[1] / by[1]);
	}
}

static void the_curve_of_ratings_has_its_corners(void **state)
{
	/* from rating 5, 4, 2, 1 on: of 58 and 51; 3 lies between 4 and 2 */
	static const double fp[] = { 0, 2, 13, 25, 58 };
	static const double tp[] = { 0, 33, 44, 48, 51 };
	struct csv *t = read_csv(DATA "hanley1982.csv");
	struct ev_roc_point p[20];
	size_t i;

	(void)state;
	take(&s, t, score_only, NULL, NULL, NULL);
	assert_int_equal(ev_roc_curve(p, 20, &s.m[0], &s.c), 5);
	for (i = 0; i < 5; i++)
		assert_true(p[i].fpr == fp[i] / 58 && p[i].tpr == tp[i] / 51);
	assert_true(p[1].threshold == 5 && p[3].threshold == 2 &&
		    p[4].threshold == 1);
	free(t);
}

static void corners_alone_have_the_whole_area(void **state)
{
	struct csv *t = read_csv(DATA "pima_te.csv");
	struct ev_roc_point p[400];
	struct ev_estimate e;
	size_t n, i;

	(void)state;
	take(&s, t, score_only, NULL, NULL, NULL);
	n = ev_roc_curve(p, 400, &s.m[0], &s.c);
	is_a_curve(p, n);
	is_of_its_thresholds(p, n);
	/* of 332 scores, half or so are not corners */
	assert_true(n > 50 && n < 200);
	ev_weighted_auc(&e, &s.m[0], &s.c, NULL);
	assert_near(area_below(p, n), e.value, 1e-14);
	for (i = 2; i < n; i++)
		assert_true((p[i].fpr - p[i - 1].fpr) *
			    (p[i - 1].tpr - p[i - 2].tpr) !=
			    (p[i - 1].fpr - p[i - 2].fpr) *
			    (p[i].tpr - p[i - 1].tpr));
	free(t);
}

static void a_small_room_holds_points_along_all_of_it(void **state)
{
	struct csv *t = read_csv(DATA "pima_te.csv");
	struct ev_roc_point p[60];
	struct ev_estimate e;
	double step, most;
	size_t n, cap, i;

	(void)state;
	take(&s, t, score_only, NULL, NULL, NULL);
	ev_weighted_auc(&e, &s.m[0], &s.c, NULL);
	assert_int_equal(ev_roc_curve(p, 0, &s.m[0], &s.c), 0);
	assert_int_equal(ev_roc_curve(p, 1, &s.m[0], &s.c), 0);
	for (cap = 2; cap < 60; cap++) {
		p[cap].fpr = -1;
		n = ev_roc_curve(p, cap, &s.m[0], &s.c);
		assert_true(n <= cap);
		assert_true(cap == 59 || p[cap].fpr == -1);
		is_a_curve(p, n);
		is_of_its_thresholds(p, n);
		most = 0;
		for (i = 1; i < n; i++) {
			step = p[i].fpr + p[i].tpr - p[i - 1].fpr -
			       p[i - 1].tpr;
			most = step > most ? step : most;
		}
		/* steps of two cells, and the longest straight one */
		assert_true(cap == 2 || most <= 4.0 / (double)(cap - 2) + 0.2);
	}
	assert_true(n > 30);
	assert_near(area_below(p, n), e.value, 0.01);
	free(t);
}

static void a_straight_line_has_two_points(void **state)
{
	struct ev_roc_point p[9];
	size_t i;

	(void)state;
	/* one value; and three values with the same odds */
	for (s.n = 6, i = 0; i < 6; i++) {
		s.truth[i] = i % 2;
		s.score[0][i] = 3;
	}
	bind(&s, 0);
	assert_int_equal(ev_roc_curve(p, 9, &s.m[0], &s.c), 2);
	assert_true(p[1].threshold == 3);
	for (i = 0; i < 6; i++)
		s.score[0][i] = (double)(i / 2);
	bind(&s, 0);
	assert_int_equal(ev_roc_curve(p, 9, &s.m[0], &s.c), 2);
	is_a_curve(p, 2);
}

static void a_bound_that_is_met_exactly_counts(void **state)
{
	struct ev_estimate e;
	size_t i;

	(void)state;
	/* from the top: 9 of 10 positives, 7 of 10 negatives, the last one */
	for (s.n = 20, i = 0; i < 20; i++) {
		s.truth[i] = i >= 11 || i == 3;
		s.score[0][i] = (double)i;
	}
	bind(&s, 0);
	ev_sens_at_spec(&e, &s.m[0], &s.c, NULL, 1);
	assert_true(e.value == 0.9 && e.x == 9 && e.n == 10);
	ev_spec_at_sens(&e, &s.m[0], &s.c, NULL, 0.9);
	assert_true(e.value == 1 && e.x == 10 && e.n == 10);
	ev_spec_at_sens(&e, &s.m[0], &s.c, NULL, 0.91);
	assert_true(e.value == 0.3);
	ev_sens_at_spec(&e, &s.m[0], &s.c, NULL, 0.3);
	assert_true(e.value == 1);
	ev_sens_at_spec(&e, &s.m[0], &s.c, NULL, 0.31);
	assert_true(e.value == 0.9);
	ev_spec_at_sens(&e, &s.m[0], &s.c, NULL, 0);
	assert_true(e.value == 1);
	ev_sens_at_spec(&e, &s.m[0], &s.c, NULL, 0);
	assert_true(e.value == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_curve_of_ratings_has_its_corners),
		cmocka_unit_test(corners_alone_have_the_whole_area),
		cmocka_unit_test(a_small_room_holds_points_along_all_of_it),
		cmocka_unit_test(a_straight_line_has_two_points),
		cmocka_unit_test(a_bound_that_is_met_exactly_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
