#include "rocfix.h"

#include "stats/dist.h"

#define DATA "tests/data/reference/"

static const char *const score_only[] = { "score", NULL };
static const char *const two[] = { "score", "baseline", NULL };
static const char *const ovarian[] = { "alb", "tp", "kg", NULL };

static struct study s, other;

/* What R has of one marker: area, error, intervals. */
static void holds_auc(const struct ev_marker *m, const struct ev_cases *c,
		      const struct ev_value *want)
{
	struct ev_estimate e;
	const struct ev_value *v;

	assert_int_equal(ev_auc(&e, m, c, EV_AUC_WALD, 0.95), 0);
	assert_string_equal(e.method, "delong");
	assert_near(e.value, number_at(want, "auc"), 1e-12);
	assert_near(e.se, number_at(want, "delong_se"), 1e-12);
	assert_bounds(&e, ev_get(want, "delong_ci"), 1e-12);
	v = ev_get(want, "delong_ci90");
	if (v) {
		assert_int_equal(ev_auc(&e, m, c, EV_AUC_WALD, 0.9), 0);
		assert_bounds(&e, v, 1e-12);
	}
	v = ev_get(want, "logit_ci");
	if (v) {
		assert_int_equal(ev_auc(&e, m, c, EV_AUC_LOGIT, 0.95), 0);
		assert_string_equal(e.method, "delong_logit");
		assert_bounds(&e, v, 1e-12);
	}
}

static void holds_points(const struct ev_value *want)
{
	const struct ev_value *list = ev_get(want, "sens_at_spec");
	struct ev_estimate e;
	size_t i;

	assert_int_equal(list->n, 3);
	for (i = 0; i < list->n; i++) {
		assert_int_equal(ev_sens_at_spec(&e, &s.m[0], &s.c, NULL,
				number_at(list->items[i], "spec_min")), 0);
		assert_near(e.value, number_at(list->items[i], "sens_step"),
			    1e-12);
	}
	list = ev_get(want, "spec_at_sens");
	assert_int_equal(list->n, 3);
	for (i = 0; i < list->n; i++) {
		assert_int_equal(ev_spec_at_sens(&e, &s.m[0], &s.c, NULL,
				number_at(list->items[i], "sens_min")), 0);
		assert_near(e.value, number_at(list->items[i], "spec_step"),
			    1e-12);
	}
	assert_int_equal(ev_partial_auc(&e, &s.m[0], &s.c, NULL, 0.9, false),
			 0);
	assert_near(e.value, number_at(want, "pauc_spec_90_100"), 1e-12);
	assert_int_equal(ev_partial_auc(&e, &s.m[0], &s.c, NULL, 0.9, true), 0);
	assert_near(e.value, number_at(want, "pauc_spec_90_100_mcclish"),
		    1e-12);
	assert_int_equal(ev_weighted_auc(&e, &s.m[0], &s.c, NULL), 0);
	assert_near(e.value, number_at(want, "auc"), 1e-12);
	assert_int_equal(e.flags, EV_STAT_NO_INTERVAL);
}

static void holds_pair(const struct ev_auc_test *t,
		       const struct ev_value *want, const char *se,
		       const char *p)
{
	const struct ev_estimate *e = &t->difference;

	assert_near(e->value, number_at(want, "diff"), 1e-12);
	assert_near(e->se, number_at(want, se), 1e-12);
	assert_near(t->z, number_at(want, "z"), 1e-12);
	/* small ones to their own size */
	assert_near(t->p / number_at(want, p), 1, 1e-11);
	assert_bounds(e, ev_get(want, "ci95"), 1e-12);
	assert_true(t->df == 0);
}

static void holds_file(const char *csv, const char *json)
{
	struct csv *t = read_csv(csv);
	struct ev_value *v = read_json(json);
	const struct ev_value *slices, *one;
	struct ev_auc_test test;
	size_t i, j, held = 0;

	take(&s, t, two, NULL, NULL, NULL);
	holds_auc(&s.m[0], &s.c, ev_get(v, "discrimination"));
	holds_points(ev_get(v, "discrimination"));
	holds_auc(&s.m[1], &s.c, ev_get(v, "baseline_auc"));
	assert_int_equal(ev_auc_paired(&test, &s.m[0], &s.m[1], &s.c, 0.95),
			 0);
	holds_pair(&test, ev_get(v, "paired_delong"), "se_diff",
		   "p_two_sided");
	assert_int_equal(ev_auc_paired(&test, &s.m[0], &s.m[1], &s.c, 0.9), 0);
	assert_bounds(&test.difference, ev_get_path(v, "paired_delong.ci90"),
		      1e-12);
	slices = ev_get(v, "slices");
	for (i = 0; i < slices->n; i++)
		for (j = 0; j < slices->items[i]->n; j++) {
			one = ev_get(slices->items[i]->items[j], "auc");
			if (!one || one->type != EV_MAP)
				continue;
			take(&s, t, two, NULL, slices->keys[i]->text,
			     slices->items[i]->keys[j]->text);
			holds_auc(&s.m[0], &s.c, one);
			held++;
		}
	assert_true(held >= 4);
	ev_value_free(v);
	free(t);
}

static void breast_cancer_is_as_proc_has_it(void **state)
{
	(void)state;
	holds_file("tests/data/breast_cancer/predictions.csv",
		   "tests/data/breast_cancer/expected.json");
}

static void pima_is_as_proc_has_it(void **state)
{
	(void)state;
	holds_file(DATA "pima_te.csv", DATA "pima_te.expected.json");
}

static void ratings_of_hanley_and_mcneil_are_as_proc_has_them(void **state)
{
	struct csv *t = read_csv(DATA "hanley1982.csv");
	struct ev_value *v = read_json(DATA "hanley1982.expected.json");

	(void)state;
	take(&s, t, score_only, NULL, NULL, NULL);
	holds_auc(&s.m[0], &s.c, ev_get(v, "auc"));
	holds_points(ev_get(v, "auc"));
	ev_value_free(v);
	free(t);
}

static void the_example_of_delong_is_as_sas_has_it(void **state)
{
	static const char *const names[] = { "albumin", "total_protein", "kg" };
	struct csv *t = read_csv(DATA "delong1988.csv");
	struct ev_value *v = read_json(DATA "delong1988.expected.json");
	const struct ev_value *cov = ev_get(v, "cov_matrix_alb_tp_kg");
	struct ev_auc_joint *joint = ev_calloc(1, sizeof(*joint));
	struct ev_auc_test test;
	size_t i, j;

	(void)state;
	take(&s, t, ovarian, NULL, NULL, NULL);
	assert_int_equal(ev_auc_joint(joint, s.m, 3, &s.c), 0);
	for (i = 0; i < 3; i++) {
		holds_auc(&s.m[i], &s.c, ev_get(v, names[i]));
		assert_near(joint->auc[i], number_at(ev_get(v, names[i]),
						     "auc"), 1e-12);
		for (j = 0; j < 3; j++)
			assert_near(joint->cov[i][j],
				    number(cov->items[i]->items[j]), 1e-14);
	}
	assert_near(joint->chi2, number_at(v, "joint_contrast.chisq"), 1e-12);
	assert_true(joint->df == 2 && joint->flags == 0);
	assert_near(joint->p, number_at(v, "joint_contrast.p"), 1e-12);
	ev_auc_paired(&test, &s.m[0], &s.m[2], &s.c, 0.95);
	holds_pair(&test, ev_get(v, "alb_vs_kg"), "se_diff", "p_two_sided");
	ev_auc_paired(&test, &s.m[1], &s.m[2], &s.c, 0.95);
	holds_pair(&test, ev_get(v, "tp_vs_kg"), "se_diff", "p_two_sided");
	/* two markers jointly are the pair: chi-square is z squared */
	assert_int_equal(ev_auc_joint(joint, s.m + 1, 2, &s.c), 0);
	assert_near(joint->chi2, test.z * test.z, 1e-12);
	assert_near(joint->p, test.p, 1e-12);
	free(joint);
	ev_value_free(v);
	free(t);
}

static void windows_of_patients_are_as_obuchowski_has_them(void **state)
{
	struct csv *t = read_csv(DATA "clustered_ecg.csv");
	struct ev_value *v = read_json(DATA "clustered_ecg.expected.json");
	struct ev_cases rows;
	struct ev_auc_test test;
	struct ev_estimate e;

	(void)state;
	take(&s, t, two, "patient_id", NULL, NULL);
	assert_int_equal(s.n, 1827);
	assert_int_equal(s.c.clusters, 298);
	assert_int_equal(ev_auc(&e, &s.m[0], &s.c, EV_AUC_WALD, 0.95), 0);
	assert_string_equal(e.method, "obuchowski");
	assert_near(e.value, number_at(v, "auc.theta"), 1e-12);
	assert_near(e.se, number_at(v, "auc.obuchowski_se"), 1e-12);
	assert_bounds(&e, ev_get_path(v, "auc.obuchowski_ci"), 1e-12);
	assert_int_equal(ev_auc(&e, &s.m[0], &s.c, EV_AUC_LOGIT, 0.95), 0);
	assert_string_equal(e.method, "obuchowski_logit");
	assert_bounds(&e, ev_get_path(v, "auc.logit_ci"), 1e-12);
	ev_auc(&e, &s.m[1], &s.c, EV_AUC_WALD, 0.95);
	assert_near(e.value, number_at(v, "baseline_auc.theta"), 1e-12);
	assert_near(e.se, number_at(v, "baseline_auc.obuchowski_se"), 1e-12);
	ev_auc_paired(&test, &s.m[0], &s.m[1], &s.c, 0.95);
	holds_pair(&test, ev_get(v, "paired_auc"), "se", "p");
	ev_auc_paired(&test, &s.m[0], &s.m[1], &s.c, 0.9);
	assert_bounds(&test.difference, ev_get_path(v, "paired_auc.ci90"),
		      1e-12);
	rows = s.c;
	rows.cluster = NULL;
	ev_auc(&e, &s.m[0], &rows, EV_AUC_WALD, 0.95);
	assert_near(e.se, number_at(v, "auc.naive_delong_se"), 1e-12);
	assert_bounds(&e, ev_get_path(v, "auc.naive_delong_ci"), 1e-12);
	ev_value_free(v);
	free(t);
}

static void average_precision_is_as_scikit_learn_has_it(void **state)
{
	struct ev_value *v = read_json(DATA "sklearn_extra.expected.json");
	static const char *const files[][2] = {
		{ "tests/data/breast_cancer/predictions.csv",
		  "breast_cancer.csv" },
		{ DATA "pima_te.csv", "pima_te.csv" },
	};
	struct ev_estimate e;
	struct csv *t;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(files); i++) {
		t = read_csv(files[i][0]);
		take(&s, t, score_only, NULL, NULL, NULL);
		ev_average_precision(&e, &s.m[0], &s.c, NULL);
		assert_near(e.value, number(ev_get(ev_get(v, files[i][1]),
						   "average_precision")),
			    1e-12);
		free(t);
	}
	ev_value_free(v);
}

static void different_patients_are_compared_as_proc_does_it(void **state)
{
	FILE *in = fopen(DATA "roc.txt", "r");
	char f[40], by[20], a[20], b[20], score[20], path[80];
	const char *names[2] = { score, NULL };
	struct ev_auc_test t;
	double want[7];
	struct csv *csv;
	int held = 0;

	(void)state;
	assert_non_null(in);
	while (fscanf(in, "%39s %19s %19s %19s %19s %lf %lf %lf %lf %lf %lf "
		      "%lf", f, by, a, b, score, &want[0], &want[1], &want[2],
		      &want[3], &want[4], &want[5], &want[6]) == 12) {
		if (strcmp(f, "breast_cancer") == 0)
			snprintf(path, sizeof(path), "%s", "tests/data/"
				 "breast_cancer/predictions.csv");
		else
			snprintf(path, sizeof(path), DATA "%s.csv", f);
		csv = read_csv(path);
		take(&s, csv, names, NULL, by, a);
		take(&other, csv, names, NULL, by, b);
		assert_int_equal(ev_auc_unpaired(&t, &s.m[0], &s.c,
						 &other.m[0], &other.c, 0.95),
				 0);
		assert_near(t.difference.value, want[0] - want[1], 1e-12);
		assert_near(t.z, want[2], 1e-12);
		assert_near(t.df, want[3], 1e-12);
		assert_near(t.p, want[4], 1e-12);
		assert_near(t.difference.lower, want[5], 1e-12);
		assert_near(t.difference.upper, want[6], 1e-12);
		assert_int_equal(t.difference.flags, 0);
		free(csv);
		held++;
	}
	fclose(in);
	assert_int_equal(held, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(breast_cancer_is_as_proc_has_it),
		cmocka_unit_test(pima_is_as_proc_has_it),
		cmocka_unit_test(
			ratings_of_hanley_and_mcneil_are_as_proc_has_them),
		cmocka_unit_test(the_example_of_delong_is_as_sas_has_it),
		cmocka_unit_test(
			windows_of_patients_are_as_obuchowski_has_them),
		cmocka_unit_test(average_precision_is_as_scikit_learn_has_it),
		cmocka_unit_test(
			different_patients_are_compared_as_proc_does_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
