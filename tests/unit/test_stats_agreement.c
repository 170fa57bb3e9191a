#include "statsfix.h"

#include "stats/agreement.h"
#include "stats/proportion.h"

#define CONFUSION(cells, classes) (&(struct ev_confusion){ (cells), (classes) })

static void table(const struct ev_value *v, void *seen)
{
	const struct ev_value *at, *list;
	struct ev_estimate e;
	struct ev_kappa k;
	struct ev_table t;
	int64_t cells[4];
	size_t i;

	if (!ev_get(v, "lr_pos_ci_simel"))
		return;
	t.tp = count_at(v, "tp");
	t.fp = count_at(v, "fp");
	t.fn = count_at(v, "fn");
	t.tn = count_at(v, "tn");
	assert_int_equal(ev_lr_positive(&e, &t, 0.95), 0);
	assert_near(e.value, number_at(v, "lr_pos"), 1e-12);
	assert_bounds(&e, ev_get(v, "lr_pos_ci_simel"), 1e-12);
	assert_int_equal(ev_lr_negative(&e, &t, 0.95), 0);
	assert_near(e.value, number_at(v, "lr_neg"), 1e-12);
	assert_bounds(&e, ev_get(v, "lr_neg_ci_simel"), 1e-12);
	assert_int_equal(ev_odds_ratio(&e, &t, 0.95), 0);
	assert_near(e.value, number_at(v, "dor"), 1e-12);
	assert_bounds(&e, ev_get(v, "dor_ci_woolf"), 1e-12);
	assert_int_equal(ev_balanced_accuracy(&e, &t, 0.95), 0);
	assert_near(e.value, number_at(v, "balanced_accuracy"), 1e-12);
	assert_int_equal(ev_youden(&e, &t, 0.95), 0);
	assert_near(e.value, number_at(v, "youden"), 1e-12);
	assert_int_equal(ev_f1(&e, &t), 0);
	assert_near(e.value, number_at(v, "f1"), 1e-12);
	assert_int_equal(ev_mcc(&e, &t), 0);
	assert_near(e.value, number_at(v, "mcc"), 1e-12);
	cells[0] = t.tp;
	cells[1] = t.fn;
	cells[2] = t.fp;
	cells[3] = t.tn;
	assert_int_equal(ev_kappa(&k, CONFUSION(cells, 2),
				  EV_KAPPA_UNWEIGHTED, 0.95), 0);
	assert_near(k.kappa.value, number_at(v, "kappa"), 1e-12);
	list = ev_get(v, "at_prevalence");
	for (i = 0; i < list->n; i++) {
		at = list->items[i];
		assert_int_equal(ev_ppv_at(&e, &t, number_at(at, "prevalence"),
					   0.95), 0);
		assert_near(e.value, number_at(at, "ppv"), 1e-12);
		assert_bounds(&e, ev_get(at, "ppv_ci_mercaldo_logit"), 1e-12);
		assert_int_equal(ev_npv_at(&e, &t, number_at(at, "prevalence"),
					   0.95), 0);
		assert_near(e.value, number_at(at, "npv"), 1e-12);
		assert_bounds(&e, ev_get(at, "npv_ci_mercaldo_logit"), 1e-12);
		++*(int *)seen;
	}
}

static void two_by_two_tables_are_as_r_has_them(void **state)
{
	int seen = 0;

	(void)state;
	each_reference(table, &seen);
	assert_int_equal(seen, 8);
}

/* tables that are published with fewer digits */
static void published_tables_come_out_again(void **state)
{
	/* DTComPair, Paired1, first test */
	const struct ev_table t = { 397, 84, 54, 177 };
	struct ev_estimate e;

	(void)state;
	assert_int_equal(ev_clopper_pearson(&e, 397, 451, 0.95), 0);
	assert_near(e.value, 0.8802661, 5e-8);
	assert_near(e.lower, 0.8466745, 5e-8);
	assert_near(e.upper, 0.9087592, 5e-8);
	assert_int_equal(ev_wilson(&e, 397, 451, 0.95), 0);
	assert_near(e.lower, 0.8470, 5e-5);
	assert_near(e.upper, 0.9071, 5e-5);
	assert_int_equal(ev_clopper_pearson(&e, 177, 261, 0.95), 0);
	assert_near(e.value, 0.6781609, 5e-8);
	assert_near(e.lower, 0.6177792, 5e-8);
	assert_near(e.upper, 0.7344406, 5e-8);
	assert_int_equal(ev_lr_positive(&e, &t, 0.95), 0);
	assert_near(e.value, 2.7351124, 5e-8);
	assert_near(e.lower, 2.2860079, 5e-8);
	assert_near(e.upper, 3.2724472, 5e-8);
	assert_int_equal(ev_lr_negative(&e, &t, 0.95), 0);
	assert_near(e.value, 0.1765568, 5e-8);
	assert_near(e.lower, 0.1356142, 5e-8);
	assert_near(e.upper, 0.2298601, 5e-8);
	/* the FDA's example of 2007: 44 of 51 and 168 of 169 */
	assert_int_equal(ev_wilson(&e, 44, 51, 0.95), 0);
	assert_near(e.lower, 0.742783, 5e-7);
	assert_near(e.upper, 0.931889, 5e-7);
	assert_int_equal(ev_wilson(&e, 168, 169, 0.95), 0);
	assert_near(e.lower, 0.967249, 5e-7);
	assert_near(e.upper, 0.998955, 5e-7);
}

static void balanced_accuracy_is_as_scikit_learn_has_it(void **state)
{
	struct ev_value *v =
		read_json("tests/data/reference/sklearn_extra.expected.json");
	const struct ev_table cancer = { 100, 3, 10, 171 };
	const struct ev_table pima = { 87, 54, 22, 169 };
	struct ev_estimate e;
	size_t i;
	int seen = 0;

	(void)state;
	for (i = 0; i < v->n; i++) {
		if (strcmp(v->keys[i]->text, "breast_cancer.csv") == 0)
			ev_balanced_accuracy(&e, &cancer, 0.95);
		else if (strcmp(v->keys[i]->text, "pima_te.csv") == 0)
			ev_balanced_accuracy(&e, &pima, 0.95);
		else
			continue;
		assert_near(e.value, number_at(v->items[i],
					       "balanced_accuracy"), 1e-12);
		seen++;
	}
	assert_int_equal(seen, 2);
	ev_value_free(v);
}

static void several_classes_are_as_scikit_learn_has_them(void **state)
{
	struct ev_value *v =
		read_json("tests/data/reference/wine_multiclass.expected.json");
	const struct ev_value *rows = ev_get(v, "confusion");
	struct ev_classes s;
	struct ev_kappa k;
	int64_t cells[9];
	size_t i, j;

	(void)state;
	for (i = 0; i < 3; i++)
		for (j = 0; j < 3; j++)
			cells[3 * i + j] =
				(int64_t)number(rows->items[i]->items[j]);
	assert_int_equal(ev_classes(&s, CONFUSION(cells, 3)), 0);
	assert_near(s.n, number_at(v, "n"), 0);
	assert_near(s.accuracy, number_at(v, "accuracy"), 1e-12);
	assert_near(s.balanced_accuracy, number_at(v, "balanced_accuracy"),
		    1e-12);
	assert_near(s.macro_f1, number_at(v, "macro_f1"), 1e-12);
	assert_near(s.micro_f1, number_at(v, "micro_f1"), 1e-12);
	assert_near(s.weighted_f1, number_at(v, "weighted_f1"), 1e-12);
	assert_near(s.mcc, number_at(v, "mcc"), 1e-12);
	ev_kappa(&k, CONFUSION(cells, 3), EV_KAPPA_UNWEIGHTED, 0.95);
	assert_near(k.kappa.value, number_at(v, "kappa"), 1e-12);
	ev_kappa(&k, CONFUSION(cells, 3), EV_KAPPA_LINEAR, 0.95);
	assert_near(k.kappa.value, number_at(v, "kappa_linear"), 1e-12);
	ev_kappa(&k, CONFUSION(cells, 3), EV_KAPPA_QUADRATIC, 0.95);
	assert_near(k.kappa.value, number_at(v, "kappa_quadratic"), 1e-12);
	ev_value_free(v);
}

static void the_interval_of_kappa_is_as_epir_has_it(void **state)
{
	struct ev_value *v =
		read_json("tests/data/reference/published_anchors.expected.json");
	const struct ev_value *want = ev_get(v, "kappa")->items[0];
	const int64_t cells[] = { 19, 12, 6, 13 };
	const int64_t perfect[] = { 10, 0, 0, 20 };
	struct ev_kappa k;

	(void)state;
	assert_int_equal(ev_kappa(&k, CONFUSION(cells, 2),
				  EV_KAPPA_UNWEIGHTED, 0.95), 0);
	assert_near(k.kappa.value, number_at(want, "est"), 1e-12);
	assert_near(k.kappa.se, number_at(want, "se"), 1e-12);
	assert_near(k.kappa.lower, number_at(want, "lower"), 1e-12);
	assert_near(k.kappa.upper, number_at(want, "upper"), 1e-12);
	assert_near(k.at.se, 0.1317964976772904, 1e-12);
	/* two classes: both kinds of weights weigh nothing */
	ev_kappa(&k, CONFUSION(cells, 2), EV_KAPPA_LINEAR, 0.95);
	assert_near(k.at.se, 0.1317964976772904, 1e-12);
	assert_int_equal(ev_kappa(&k, CONFUSION(perfect, 2),
				  EV_KAPPA_UNWEIGHTED, 0.95), 0);
	assert_true(k.kappa.value == 1 && k.kappa.upper == 1);
	assert_true(k.kappa.lower < 0.7);
	assert_int_equal(k.at.flags & EV_STAT_DEGENERATE_VARIANCE,
			 EV_STAT_DEGENERATE_VARIANCE);
	assert_true(k.at.lower < 0.7);
	ev_value_free(v);
}

static void check(const struct ev_estimate *e, unsigned flags)
{
	assert_int_equal(e->flags, flags);
	assert_true(ev_fp_is_finite(e->value) && ev_fp_is_finite(e->lower) &&
		    ev_fp_is_finite(e->upper) && ev_fp_is_finite(e->se));
}

static void empty_cells_are_told(void **state)
{
	const struct ev_table none = { 0, 0, 0, 0 };
	const struct ev_table no_fp = { 5, 0, 3, 9 };
	const struct ev_table no_tp = { 0, 2, 3, 9 };
	const struct ev_table no_fn = { 5, 2, 0, 9 };
	const struct ev_table no_tn = { 5, 2, 3, 0 };
	const struct ev_table right = { 5, 0, 0, 9 };
	const struct ev_table wrong = { 0, 5, 9, 0 };
	const struct ev_table negatives = { 0, 0, 0, 9 };
	const struct ev_table all = { 50, 50, 0, 0 };
	const struct ev_table nobody = { 0, 0, 50, 50 };
	const unsigned alike = EV_STAT_NO_INTERVAL |
			       EV_STAT_DEGENERATE_VARIANCE;
	const struct ev_table bad = { 1, -1, 1, 1 };
	const struct ev_table huge = { 1000000000, 1, 1, 1 };
	const unsigned missing = EV_STAT_UNDEFINED;
	struct ev_estimate e;

	(void)state;
	ev_lr_positive(&e, &none, 0.95);
	check(&e, missing);
	ev_lr_positive(&e, &no_fp, 0.95);
	check(&e, missing);
	ev_lr_positive(&e, &no_tp, 0.95);
	check(&e, EV_STAT_NO_INTERVAL);
	ev_lr_negative(&e, &no_tn, 0.95);
	check(&e, missing);
	ev_lr_negative(&e, &no_fn, 0.95);
	check(&e, EV_STAT_NO_INTERVAL);
	/* no bound: "1 to 1" would pass */
	ev_lr_positive(&e, &all, 0.95);
	check(&e, alike);
	assert_true(e.value == 1);
	ev_lr_negative(&e, &nobody, 0.95);
	check(&e, alike);
	ev_ppv_at(&e, &all, 0.1, 0.95);
	check(&e, alike);
	ev_npv_at(&e, &nobody, 0.02, 0.95);
	check(&e, alike);
	assert_near(e.value, 0.98, 1e-15);
	ev_odds_ratio(&e, &none, 0.95);
	check(&e, missing);
	ev_odds_ratio(&e, &no_fp, 0.95);
	check(&e, EV_STAT_HALDANE);
	/* 5.5 9.5 / (0.5 3.5) */
	assert_near(e.value, 5.5 * 9.5 / (0.5 * 3.5), 1e-15);
	ev_ppv_at(&e, &no_fp, 0.1, 0.95);
	check(&e, EV_STAT_NO_INTERVAL);
	assert_true(e.value == 1);
	ev_ppv_at(&e, &no_tp, 0.1, 0.95);
	check(&e, EV_STAT_NO_INTERVAL);
	assert_true(e.value == 0);
	ev_npv_at(&e, &wrong, 0.1, 0.95);
	check(&e, EV_STAT_NO_INTERVAL);
	ev_ppv_at(&e, &negatives, 0.1, 0.95);
	check(&e, missing);
	ev_balanced_accuracy(&e, &right, 0.95);
	check(&e, EV_STAT_DEGENERATE_VARIANCE);
	assert_true(e.value == 1 && e.upper == 1 && e.lower < 0.7);
	ev_youden(&e, &wrong, 0.95);
	check(&e, EV_STAT_DEGENERATE_VARIANCE);
	assert_true(e.value == -1 && e.lower == -1 && e.upper > -0.5);
	ev_youden(&e, &no_fp, 0.95);
	check(&e, EV_STAT_DEGENERATE_VARIANCE);
	ev_balanced_accuracy(&e, &negatives, 0.95);
	check(&e, missing);
	ev_f1(&e, &negatives);
	check(&e, EV_STAT_NO_INTERVAL | missing);
	ev_f1(&e, &no_tp);
	check(&e, EV_STAT_NO_INTERVAL);
	ev_mcc(&e, &negatives);
	check(&e, EV_STAT_NO_INTERVAL | missing);
	ev_mcc(&e, &wrong);
	assert_true(e.value == -1);
	assert_int_equal(ev_mcc(&e, &bad), EV_EINVALID);
	assert_int_equal(ev_mcc(&e, &huge), EV_ELIMIT);
	assert_int_equal(ev_ppv_at(&e, &right, 0, 0.95), EV_EINVALID);
	assert_int_equal(ev_ppv_at(&e, &right, ev_fp_nan(), 0.95),
			 EV_EINVALID);
	assert_int_equal(ev_youden(&e, &right, 1), EV_EINVALID);
}

static void empty_classes_are_told(void **state)
{
	const int64_t none[9] = { 0 };
	const int64_t one[9] = { 7, 0, 0, 0, 0, 0, 0, 0, 0 };
	const int64_t two[9] = { 7, 1, 0, 2, 5, 0, 0, 0, 0 };
	const int64_t bad[4] = { 1, -1, 1, 1 };
	const int64_t huge[4] = { 900000000, 900000000, 1, 1 };
	const int64_t both[4] = { 7, 1, 2, 5 };
	const int64_t called[4] = { 4, 0, 6, 0 };
	struct ev_classes s, t;
	struct ev_kappa k;

	(void)state;
	assert_int_equal(ev_classes(&s, CONFUSION(none, 3)), 0);
	assert_true(s.undefined && s.mcc_undefined && s.accuracy == 0);
	assert_int_equal(ev_kappa(&k, CONFUSION(none, 3),
				  EV_KAPPA_LINEAR, 0.95), 0);
	check(&k.kappa, EV_STAT_UNDEFINED);
	assert_int_equal(ev_classes(&s, CONFUSION(one, 3)), 0);
	assert_true(!s.undefined && s.mcc_undefined && s.macro_f1 == 1);
	ev_kappa(&k, CONFUSION(one, 3), EV_KAPPA_UNWEIGHTED, 0.95);
	check(&k.kappa, EV_STAT_UNDEFINED);
	check(&k.at, EV_STAT_UNDEFINED);
	/* a class that nobody is in changes nothing */
	assert_int_equal(ev_classes(&s, CONFUSION(two, 3)), 0);
	assert_int_equal(ev_classes(&t, CONFUSION(both, 2)), 0);
	assert_true(s.macro_f1 == t.macro_f1 && s.mcc == t.mcc);
	/* all called the same: kappa is 0, and its null variance too */
	ev_kappa(&k, CONFUSION(called, 2), EV_KAPPA_UNWEIGHTED, 0.95);
	assert_near(k.kappa.value, 0, 1e-15);
	assert_true(ev_fp_is_finite(k.kappa.lower) &&
		    ev_fp_is_finite(k.at.lower));
	assert_int_equal(ev_classes(&s, CONFUSION(called, 2)), 0);
	assert_true(s.mcc_undefined);
	assert_int_equal(ev_classes(&s, CONFUSION(bad, 2)), EV_EINVALID);
	assert_int_equal(ev_classes(&s, CONFUSION(both, 1)), EV_EINVALID);
	assert_int_equal(ev_classes(&s, CONFUSION(huge, 2)), EV_ELIMIT);
	assert_int_equal(ev_kappa(&k, CONFUSION(both, 2),
				  EV_KAPPA_LINEAR, ev_fp_nan()), EV_EINVALID);
}

static void large_counts_do_not_overflow(void **state)
{
	const struct ev_table big = { 240000000, 10000000, 10000000,
				      240000000 };
	const struct ev_table small = { 24, 1, 1, 24 };
	struct ev_estimate e, f;

	(void)state;
	ev_mcc(&e, &big);
	ev_mcc(&f, &small);
	assert_near(e.value, f.value, 1e-15);
	ev_f1(&e, &big);
	ev_f1(&f, &small);
	assert_near(e.value, f.value, 1e-15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_by_two_tables_are_as_r_has_them),
		cmocka_unit_test(published_tables_come_out_again),
		cmocka_unit_test(balanced_accuracy_is_as_scikit_learn_has_it),
		cmocka_unit_test(several_classes_are_as_scikit_learn_has_them),
		cmocka_unit_test(the_interval_of_kappa_is_as_epir_has_it),
		cmocka_unit_test(empty_cells_are_told),
		cmocka_unit_test(empty_classes_are_told),
		cmocka_unit_test(large_counts_do_not_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
