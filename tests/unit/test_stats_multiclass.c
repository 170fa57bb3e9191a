#include "rocrandom.h"

#include "stats/multiclass.h"

#define CLASSES 3

static double p[MOST_ROWS * CLASSES];
static uint8_t truth[MOST_ROWS];
static uint32_t cluster[MOST_ROWS];
static struct ev_multiclass d;
static struct ev_value *want;

static int set_up(void **state)
{
	struct csv *t = read_csv("tests/data/reference/wine_multiclass.csv");
	size_t i;

	(void)state;
	ev_stream_init(&rng, 20261125, 5, 1);
	want = read_json("tests/data/reference/wine_multiclass.expected.json");
	d = (struct ev_multiclass){ p, truth, NULL, 0, t->n, CLASSES };
	for (i = 0; i < t->n; i++) {
		truth[i] = (uint8_t)(t->cell[i][column(t, "label")][0] - '0');
		p[i * 3] = strtod(t->cell[i][column(t, "p0")], NULL);
		p[i * 3 + 1] = strtod(t->cell[i][column(t, "p1")], NULL);
		p[i * 3 + 2] = strtod(t->cell[i][column(t, "p2")], NULL);
	}
	free(t);
	return d.n == 89 ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	ev_value_free(want);
	return 0;
}

enum { MACRO, WEIGHTED, HAND_TILL, BRIER, LOG_LOSS, ECE, ALL };

static void all_of(struct ev_estimate *e, const struct ev_multiclass *of,
		   const uint32_t *times)
{
	struct ev_class_ranks r;

	assert_int_equal(ev_class_ranks_init(&r, of), 0);
	assert_int_equal(ev_class_auc_macro(&e[MACRO], &r, times), 0);
	assert_int_equal(ev_class_auc_weighted(&e[WEIGHTED], &r, times), 0);
	assert_int_equal(ev_hand_till(&e[HAND_TILL], &r, times), 0);
	ev_class_ranks_release(&r);
	assert_int_equal(ev_multiclass_brier(&e[BRIER], of, times), 0);
	assert_int_equal(ev_multiclass_log_loss(&e[LOG_LOSS], of, times, NULL),
			 0);
	assert_int_equal(ev_top_label_ece(&e[ECE], of, times, 10,
					  EV_BIN_RIGHT), 0);
}

static void wine_is_as_scikit_learn_has_it(void **state)
{
	static const char *const names[ALL] = {
		"auc_ovr_macro", "auc_ovr_weighted", "auc_ovo_macro_handtill",
		"brier_multiclass", "log_loss", "top_label_ece10",
	};
	struct ev_estimate e[ALL];
	size_t i, clipped = 9;

	(void)state;
	all_of(e, &d, NULL);
	for (i = 0; i < ALL; i++) {
		assert_near(e[i].value, number_at(want, names[i]), 1e-12);
		assert_int_equal(e[i].flags, EV_STAT_NO_INTERVAL);
		assert_true(e[i].n == 89);
	}
	ev_multiclass_log_loss(&e[0], &d, NULL, &clipped);
	assert_int_equal(clipped, 0);
}

static void two_classes_are_the_area_of_one(void **state)
{
	double two[2 * MOST_ROWS];
	struct ev_multiclass of = { two, truth, NULL, 0, 0, 2 };
	static struct study s;
	struct ev_estimate e[ALL], auc, brier;
	struct ev_predicted one;
	size_t i;

	(void)state;
	random_study(&s, 20);
	of.n = s.n;
	of.truth = s.truth;
	for (i = 0; i < s.n; i++) {
		s.score[0][i] = (double)(1 + below(63)) / 64;
		two[2 * i] = 1 - s.score[0][i];
		two[2 * i + 1] = s.score[0][i];
	}
	bind(&s, 0);
	all_of(e, &of, NULL);
	ev_weighted_auc(&auc, &s.m[0], &s.c, NULL);
	assert_near(e[MACRO].value, auc.value, 1e-15);
	assert_near(e[WEIGHTED].value, auc.value, 1e-15);
	assert_near(e[HAND_TILL].value, auc.value, 1e-15);
	one = (struct ev_predicted){ s.score[0], s.truth, NULL, 0, s.n };
	ev_brier(&brier, &one, 0.95);
	assert_near(e[BRIER].value, 2 * brier.value, 1e-15);
	ev_log_loss(&brier, &one, 0.95, NULL);
	assert_near(e[LOG_LOSS].value, brier.value, 1e-13);
}

/* Rows in another order, each as often as `times` says, are the same. */
static void order_and_repetition_of_rows_change_no_bit(void **state)
{
	static double q[MOST_ROWS * CLASSES];
	static uint8_t is[MOST_ROWS];
	struct ev_multiclass of = { q, is, NULL, 0, 0, CLASSES }, by = d;
	struct ev_estimate a[ALL], b[ALL];
	uint32_t times[MOST_ROWS], k;
	size_t i, at;
	int round;

	(void)state;
	for (i = 0; i < d.n; i++)
		cluster[i] = (uint32_t)below(30);
	for (round = 0; round < 20; round++) {
		by.cluster = round % 2 ? cluster : NULL;
		by.clusters = 30;
		for (i = 0; i < d.n; i++)
			times[i] = round == 0 ? 1 : (uint32_t)below(4);
		of.n = 0;
		for (i = 0; i < d.n; i++) {
			at = i * 55 % d.n;
			for (k = times[round % 2 ? cluster[at] : at]; k > 0;
			     k--) {
				memcpy(q + of.n * 3, p + at * 3,
				       3 * sizeof(*q));
				is[of.n++] = truth[at];
			}
		}
		all_of(a, &by, times);
		all_of(b, &of, NULL);
		assert_memory_equal(a, b, sizeof(a));
	}
}

static void a_class_that_is_not_there_has_no_area(void **state)
{
	struct ev_multiclass of = d;
	uint32_t times[MOST_ROWS];
	struct ev_estimate e[ALL];
	struct ev_class_ranks r;
	size_t i;

	(void)state;
	for (i = 0; i < d.n; i++)
		times[i] = truth[i] != 1;
	all_of(e, &of, times);
	for (i = 0; i < ALL; i++)
		assert_int_equal(e[i].flags, i <= HAND_TILL ?
				 EV_STAT_UNDEFINED : EV_STAT_NO_INTERVAL);
	ev_class_ranks_init(&r, &of);
	assert_int_equal(ev_class_auc(&e[0], &r, 0, times), 0);
	assert_int_equal(e[0].flags, EV_STAT_NO_INTERVAL);
	assert_int_equal(ev_class_auc(&e[0], &r, 1, times), 0);
	assert_int_equal(e[0].flags, EV_STAT_UNDEFINED);
	assert_int_equal(ev_class_auc(&e[0], &r, 3, NULL), EV_EINVALID);
	ev_class_ranks_release(&r);
	/* nothing counts; nothing is there */
	memset(times, 0, sizeof(times));
	all_of(e, &of, times);
	for (i = 0; i < ALL; i++)
		assert_true(e[i].flags == EV_STAT_UNDEFINED &&
			    e[i].value == 0 && e[i].n == 0);
	of.n = 0;
	all_of(e, &of, NULL);
	for (i = 0; i < ALL; i++)
		assert_true(e[i].flags == EV_STAT_UNDEFINED &&
			    e[i].value == 0);
}

static void certainty_that_is_wrong_costs_a_finite_loss(void **state)
{
	const double sure[] = { 1, 0, 0, 0, 1, 0 };
	const uint8_t is[] = { 1, 1 };
	const struct ev_multiclass of = { sure, is, NULL, 0, 2, 3 };
	struct ev_estimate e;
	size_t clipped = 0;

	(void)state;
	ev_multiclass_log_loss(&e, &of, NULL, &clipped);
	assert_int_equal(clipped, 2);
	assert_near(e.value, 34.538776394910684 / 2, 1e-13);
	ev_multiclass_brier(&e, &of, NULL);
	assert_true(e.value == 1);
	/* all in the last bin, half of them right */
	ev_top_label_ece(&e, &of, NULL, 10, EV_BIN_LEFT);
	assert_true(e.value == 0.5);
}

static void the_first_of_two_that_are_as_likely_is_called(void **state)
{
	const double even[] = { 0.25, 0.375, 0.375 };
	const uint8_t is[] = { 1 };
	const struct ev_multiclass of = { even, is, NULL, 0, 1, 3 };
	struct ev_estimate e;

	(void)state;
	ev_top_label_ece(&e, &of, NULL, 10, EV_BIN_LEFT);
	assert_true(e.value == 0.625);
}

static void input_that_no_data_can_have_is_refused(void **state)
{
	double q[] = { 0.5, 0.5, 0.25, 0.75 };
	uint8_t is[] = { 0, 1 };
	const uint32_t of_row[] = { 0, 2 };
	struct ev_multiclass of = { q, is, NULL, 0, 2, 2 };
	struct ev_class_ranks r;
	struct ev_estimate e;

	(void)state;
	assert_int_equal(ev_multiclass_brier(&e, &of, NULL), 0);
	of.k = 1;
	assert_int_equal(ev_multiclass_brier(&e, &of, NULL), EV_EINVALID);
	of.k = 256;
	assert_int_equal(ev_class_ranks_init(&r, &of), EV_EINVALID);
	of.k = 2;
	of.cluster = of_row;
	of.clusters = 2;
	assert_int_equal(ev_top_label_ece(&e, &of, NULL, 10, EV_BIN_LEFT),
			 EV_EINVALID);
	of.cluster = NULL;
	assert_int_equal(ev_top_label_ece(&e, &of, NULL, 0, EV_BIN_LEFT),
			 EV_EINVALID);
	is[1] = 2;
	assert_int_equal(ev_multiclass_log_loss(&e, &of, NULL, NULL),
			 EV_EINVALID);
	is[1] = 1;
	q[3] = ev_fp_nan();
	assert_int_equal(ev_class_ranks_init(&r, &of), EV_EINVALID);
	q[3] = 1.5;
	assert_int_equal(ev_multiclass_brier(&e, &of, NULL), EV_EINVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wine_is_as_scikit_learn_has_it),
		cmocka_unit_test(two_classes_are_the_area_of_one),
		cmocka_unit_test(order_and_repetition_of_rows_change_no_bit),
		cmocka_unit_test(a_class_that_is_not_there_has_no_area),
		cmocka_unit_test(certainty_that_is_wrong_costs_a_finite_loss),
		cmocka_unit_test(
			the_first_of_two_that_are_as_likely_is_called),
		cmocka_unit_test(input_that_no_data_can_have_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
