#include "calfix.h"

static struct study *breast, *pima, *ecg;

static int set_up(void **state)
{
	(void)state;
	breast = read_study("tests/data/breast_cancer/predictions.csv");
	pima = read_study("tests/data/reference/pima_te.csv");
	ecg = read_study("tests/data/reference/clustered_ecg.csv");
	return ecg->n == 1827 ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	free(breast);
	free(pima);
	free(ecg);
	return 0;
}

static const struct ev_value *block(struct ev_value **v, const char *path)
{
	*v = read_json(path);
	return ev_get(*v, "calibration");
}

/* Rows as their own patients. */
static struct ev_predicted rows_of(const struct study *s)
{
	struct ev_predicted d = predicted(s, 0);

	d.cluster = NULL;
	d.clusters = 0;
	return d;
}

static void scores_hold(const struct ev_predicted *d,
			const struct ev_value *want)
{
	struct ev_estimate e;
	struct ev_spiegelhalter s;
	size_t clipped, i, out = 0;

	assert_int_equal(ev_brier(&e, d, 0.95), 0);
	assert_near(e.value, number_at(want, "brier"), 1e-12);
	assert_near(e.value, number_at(want, "rms_val_prob.Brier"), 1e-12);
	assert_int_equal(ev_scaled_brier(&e, d), 0);
	assert_near(e.value, number_at(want, "brier_scaled"), 1e-12);
	assert_int_equal(ev_log_loss(&e, d, 0.95, &clipped), 0);
	assert_near(e.value, number_at(want, "log_loss"), 1e-12);
	for (i = 0; i < d->n; i++)
		out += d->p[i] < 1e-15 || d->p[i] > 1 - 1e-15;
	assert_int_equal(clipped, out);
	assert_int_equal(ev_observed_expected(&e, d, 0.95), 0);
	assert_near(e.value, number_at(want, "oe_ratio"), 1e-12);
	assert_bounds(&e, ev_get(want, "oe_ci_log"), 1e-12);
	assert_int_equal(ev_spiegelhalter(&s, d), 0);
	assert_near(s.z, number_at(want, "spiegelhalter_z"), 1e-12);
	assert_near(s.p, number_at(want, "spiegelhalter_p_two_sided"), 1e-12);
}

static void models_hold(const struct ev_predicted *d,
			const struct ev_value *want)
{
	struct ev_calibration c;

	assert_int_equal(ev_calibration(&c, d, 0.95), 0);
	assert_int_equal(c.flags, 0);
	assert_near(c.slope.value, number_at(want, "calib_slope"), 1e-8);
	assert_near(c.slope.se, number_at(want, "calib_slope_se"), 1e-8);
	assert_bounds(&c.slope, ev_get(want, "calib_slope_wald_ci"), 1e-8);
	assert_near(c.intercept.value,
		    number_at(want, "calib_intercept_joint"), 1e-8);
	assert_near(c.intercept.se,
		    number_at(want, "calib_intercept_joint_se"), 1e-8);
	assert_near(c.in_the_large.value, number_at(want, "citl"), 1e-8);
	assert_near(c.in_the_large.se, number_at(want, "citl_se"), 1e-8);
	assert_bounds(&c.in_the_large, ev_get(want, "citl_wald_ci"), 1e-8);
	assert_near(c.weak_chi2,
		    number_at(want, "lr_test_weak_calibration.chisq"), 1e-8);
	assert_near(c.weak_p, number_at(want, "lr_test_weak_calibration.p"),
		    1e-8);
}

static void groups_hold(const struct ev_predicted *d,
			const struct ev_value *want)
{
	const struct ev_value *list = ev_get(want, "ece10_bins"), *one;
	struct ev_hosmer_lemeshow h;
	struct ev_bins b;
	size_t i, k = 0;

	assert_int_equal(ev_bins(&b, d, 10, EV_BIN_WIDTH, EV_BIN_RIGHT, 0.95),
			 0);
	assert_near(b.ece, number_at(want, "ece10_width"), 1e-12);
	assert_near(b.mce, number_at(want, "mce10_width"), 1e-12);
	for (i = 0; i < b.n; i++) {
		if (b.items[i].n == 0)
			continue;
		one = list->items[k++];
		assert_int_equal(number_at(one, "bin"), i + 1);
		assert_int_equal(number_at(one, "n"), b.items[i].n);
		assert_near(b.items[i].mean_p, number_at(one, "mean_pred"),
			    1e-12);
		assert_near(b.items[i].observed.value, number_at(one, "obs"),
			    1e-12);
	}
	assert_int_equal(k, list->n);
	ev_bins_release(&b);
	assert_int_equal(ev_bins(&b, d, 10, EV_BIN_WIDTH, EV_BIN_LEFT, 0.95),
			 0);
	assert_near(b.ece, number_at(want, "ece10_left_closed"), 1e-12);
	ev_bins_release(&b);
	assert_int_equal(ev_hosmer_lemeshow(&h, d, 10, EV_HL_QUANTILE7, false),
			 0);
	want = ev_get(want, "hosmer_lemeshow_10");
	assert_near(h.chi2, number_at(want, "chisq"), 1e-12);
	assert_near(h.df, number_at(want, "df_internal"), 0);
	assert_near(h.p, number_at(want, "p_internal"), 1e-12);
	assert_int_equal(ev_hosmer_lemeshow(&h, d, 10, EV_HL_QUANTILE7, true),
			 0);
	assert_near(h.df, number_at(want, "df_external"), 0);
	assert_near(h.p, number_at(want, "p_external"), 1e-12);
}

static void published_rows_are_as_r_and_scikit_learn_have_them(void **state)
{
	static const char *const path[] = {
		"tests/data/breast_cancer/expected.json",
		"tests/data/reference/pima_te.expected.json",
	};
	const struct study *s[] = { breast, pima };
	const struct ev_value *want;
	struct ev_predicted d;
	struct ev_value *v;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		want = block(&v, path[i]);
		d = rows_of(s[i]);
		scores_hold(&d, want);
		models_hold(&d, want);
		groups_hold(&d, want);
		ev_value_free(v);
	}
}

static void log_loss_is_scikit_learns(void **state)
{
	static const char *const name[] = { "breast_cancer.csv",
					    "pima_te.csv" };
	const struct study *s[] = { breast, pima };
	struct ev_value *v =
		read_json("tests/data/reference/sklearn_extra.expected.json");
	struct ev_predicted d;
	struct ev_estimate e;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		d = rows_of(s[i]);
		assert_int_equal(ev_log_loss(&e, &d, 0.95, NULL), 0);
		assert_near(e.value,
			    number_at(ev_get(v, name[i]), "log_loss"), 1e-12);
	}
	ev_value_free(v);
}

static void patients_make_errors_those_of_rms_robcov(void **state)
{
	const struct ev_value *want, *naive, *robust;
	struct ev_predicted d = predicted(ecg, 0);
	struct ev_calibration c;
	struct ev_estimate e;
	struct ev_value *v;
	double factor = sqrt(298.0 / 297);

	(void)state;
	want = block(&v, "tests/data/reference/clustered_ecg.expected.json");
	naive = ev_get(want, "naive_se");
	robust = ev_get(want, "robust_se");
	assert_int_equal(d.clusters, 298);
	assert_int_equal(ev_calibration(&c, &d, 0.95), 0);
	assert_near(c.intercept.value, number_at(want, "intercept"), 1e-8);
	assert_near(c.slope.value, number_at(want, "slope"), 1e-8);
	assert_near(c.naive_se_intercept, number(naive->items[0]), 1e-8);
	assert_near(c.naive_se_slope, number(naive->items[1]), 1e-8);
	assert_near(c.intercept.se, factor * number(robust->items[0]), 1e-8);
	assert_near(c.slope.se, factor * number(robust->items[1]), 1e-8);
	assert_string_equal(c.slope.method, "logistic_clustered");
	assert_int_equal(ev_brier(&e, &d, 0.95), 0);
	assert_near(e.value, number_at(want, "brier"), 1e-12);
	assert_near(e.se, number_at(want, "brier_cluster_se"), 1e-12);
	assert_near(e.upper - e.value, 1.959963984540054 * e.se, 1e-12);
	ev_value_free(v);
}

static void hosmer_and_lemeshow_depend_on_the_rule(void **state)
{
	struct ev_value *v = read_json("tests/data/reference/hosmer_lemeshow_"
				       "variants.expected.json");
	const struct ev_value *all = ev_get(v, "pima_te"), *want;
	struct ev_predicted d = rows_of(pima);
	struct ev_hosmer_lemeshow h;
	int rule;

	(void)state;
	for (rule = 0; rule < 2; rule++) {
		want = ev_get(all, rule ?
			      "quantile_type7_ResourceSelection_style" :
			      "quantile_type2_Stata_xtile");
		assert_int_equal(ev_hosmer_lemeshow(&h, &d, 10, rule ?
						    EV_HL_QUANTILE7 :
						    EV_HL_QUANTILE2, false),
				 0);
		assert_near(h.chi2, number_at(want, "chisq"), 1e-12);
		assert_near(h.p, number_at(want, "p_internal"), 1e-12);
		assert_int_equal(h.groups, count_at(want, "groups"));
	}
	ev_value_free(v);
}

static void no_order_of_rows_changes_a_bit(void **state)
{
	static struct verdict as_is, other;
	struct ev_predicted d = predicted(ecg, 0), r = d;
	uint32_t cluster[MOST_ROWS];
	double p[MOST_ROWS];
	uint8_t y[MOST_ROWS];
	struct ev_stream s;
	size_t order[MOST_ROWS], i, k, t;
	int round;

	(void)state;
	r.p = p;
	r.y = y;
	r.cluster = cluster;
	ev_stream_init(&s, 4, 1, 1);
	for (round = 0; round < 4; round++) {
		for (i = 0; i < d.n; i++)
			order[i] = i;
		for (i = d.n - 1; i > 0; i--) {
			k = ev_stream_below(&s, i + 1);
			t = order[i];
			order[i] = order[k];
			order[k] = t;
		}
		for (i = 0; i < d.n; i++) {
			p[i] = d.p[order[i]];
			y[i] = d.y[order[i]];
			cluster[i] = ecg->cluster[order[i]];
		}
		d.cluster = round % 2 ? NULL : ecg->cluster;
		r.cluster = round % 2 ? NULL : cluster;
		judge(&as_is, &d);
		judge(&other, &r);
		assert_memory_equal(&as_is, &other, sizeof(other));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			published_rows_are_as_r_and_scikit_learn_have_them),
		cmocka_unit_test(log_loss_is_scikit_learns),
		cmocka_unit_test(patients_make_errors_those_of_rms_robcov),
		cmocka_unit_test(hosmer_and_lemeshow_depend_on_the_rule),
		cmocka_unit_test(no_order_of_rows_changes_a_bit),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
