#include "guardfix.h"

#include <math.h>

#define SEED 11u
#define PATIENTS 1500u

static char *pack;

static int set_up(void **state)
{
	struct ev_buf text = EV_BUF_INIT;

	(void)state;
	assert_int_equal(ev_file_read(&text, GF_PACK, 1 << 20), 0);
	pack = ev_buf_detach(&text, NULL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(pack);
	return 0;
}

static void begin(struct gf *f)
{
	gf_open(f, pack, SEED, PATIENTS);
}

static void a_clean_cohort_passes(void **state)
{
	struct gf f;

	(void)state;
	begin(&f);
	gf_must_judge(&f, NULL, NULL);
	gf_says(&f, "");
	assert_int_equal(f.g.outcome, EV_OUT_PASS);
	assert_string_equal(f.g.leak, "no test for leaks was made: no "
			    "parameter of the pack is derived from data of "
			    "patients");
	gf_close(&f);
}

static void a_violated_constraint_is_named(void **state)
{
	const struct ev_guard *g;
	struct gf f;

	(void)state;
	begin(&f);
	gf_set(&f.t, 7, "sbp", "90");
	gf_must_judge(&f, NULL, NULL);
	g = gf_is(&f, "constraint.C1", EV_OUT_FAIL);
	assert_true(g->value == 1);
	/* and the value is none that can be drawn, but for the constraint */
	gf_says(&f, "fail constraint.C1\n");
	gf_close(&f);
}

static void a_missing_scenario_is_named(void **state)
{
	struct gf f;
	size_t i, k, n = 1;

	(void)state;
	begin(&f);
	for (i = 1; i <= f.t.rows; i++) {
		if (strcmp(gf_get(&f.t, i, "scenario"), "S03-pause")) {
			for (k = 0; n != i && k < f.t.columns; k++) {
				free(f.t.cell[n][k]);
				f.t.cell[n][k] = ev_strdup(f.t.cell[i][k]);
			}
			n++;
		}
	}
	for (i = n; i <= f.t.rows; i++)
		for (k = 0; k < f.t.columns; k++)
			free(f.t.cell[i][k]);
	f.t.rows = n - 1;
	gf_must_judge(&f, NULL, NULL);
	gf_says(&f, "fail rare.S03-pause\n");
	gf_close(&f);
}

static void a_scenario_that_the_pack_has_not_is_told(void **state)
{
	struct gf f;

	(void)state;
	begin(&f);
	gf_set(&f.t, 3, "scenario", "S09-other");
	gf_must_judge(&f, NULL, NULL);
	gf_is(&f, "scenario.unknown", EV_OUT_FAIL);
	gf_is(&f, "rare.S01-stable", EV_OUT_FAIL);
	gf_close(&f);
}

/* Each row is one of the first `modes` again, under its own name. */
static void collapse(struct gf_table *t, size_t modes)
{
	size_t i, k;

	for (i = modes + 1; i <= t->rows; i++)
		for (k = 2; k < t->columns; k++) {
			free(t->cell[i][k]);
			t->cell[i][k] = ev_strdup(t->cell[(i - 1) % modes +
							  1][k]);
		}
}

static void a_collapsed_mode_is_found(void **state)
{
	struct gf f;

	(void)state;
	begin(&f);
	collapse(&f.t, 1000);
	gf_must_judge(&f, NULL, NULL);
	gf_is(&f, "mode_collapse.unique", EV_OUT_FAIL);
	gf_close(&f);
}

static void a_pack_of_few_patients_is_not_called_collapsed(void **state)
{
	const char *few = "schema: git-evidence/scenario-pack/v1\n"
		"pack: {id: few, version: \"1\", reference_date: 2026-01-01, "
		"derived_from_patient_data: false}\n"
		"cohort: {patients: 500}\n"
		"factors: {strength: 2, of: [a, b]}\n"
		"variables:\n"
		"  a: {type: boolean, p: \"0.5\"}\n"
		"  b: {type: categorical, p: {x: \"0.3\", y: \"0.7\"}}\n"
		"scenarios: [{id: S, risk: common, weight: 1}]\n";
	struct gf f;
	size_t i;

	(void)state;
	gf_open(&f, few, SEED, 500);
	gf_must_judge(&f, NULL, NULL);
	gf_says(&f, "");
	assert_int_equal(f.g.valid, 4);
	assert_int_equal(f.g.covered, 4);
	/* but it is if there are fewer than by another seed */
	for (i = 1; i <= f.t.rows; i++)
		if (!strcmp(gf_get(&f.t, i, "b"), "x"))
			gf_set(&f.t, i, "a", "yes");
	gf_must_judge(&f, NULL, NULL);
	gf_is(&f, "mode_collapse.unique", EV_OUT_FAIL);
	gf_is(&f, "coverage.t_way", EV_OUT_FAIL);
	assert_int_equal(f.g.missing_tuples.n, 1);
	assert_string_equal(f.g.missing_tuples.items[0], "a=no, b=x");
	gf_close(&f);
}

/* Add to each value that is there. */
static void shift(struct gf_table *t, const char *column, double by)
{
	char text[40];
	size_t i;

	for (i = 1; i <= t->rows; i++) {
		if (!*gf_get(t, i, column))
			continue;
		snprintf(text, sizeof(text), "%.1f",
			 strtod(gf_get(t, i, column), NULL) + by);
		gf_set(t, i, column, text);
	}
}

static void other_numbers_than_declared_are_named(void **state)
{
	static const struct { const char *column; double by; } faults[] = {
		{ "bmi", 3 }, { "egfr", 6 }, { "hr_rest", 5 }, { "age", 4 },
	};
	struct gf f;
	char *id;
	size_t k;

	(void)state;
	for (k = 0; k < EV_ARRAY_SIZE(faults); k++) {
		begin(&f);
		shift(&f.t, faults[k].column, faults[k].by);
		gf_must_judge(&f, NULL, NULL);
		id = ev_strdupf("ks.%s", faults[k].column);
		gf_is(&f, id, EV_OUT_FAIL);
		free(id);
		gf_close(&f);
	}
}

/* Turn `every` n-th row that has `from` to `to`. */
static void turn(struct gf_table *t, const char *column, const char *from,
		 const char *to, unsigned every)
{
	unsigned n = 0;
	size_t i;

	for (i = 1; i <= t->rows; i++)
		if (!strcmp(gf_get(t, i, column), from) && n++ % every == 0)
			gf_set(t, i, column, to);
}

static void other_shares_than_declared_are_named(void **state)
{
	struct gf f;

	(void)state;
	begin(&f);
	turn(&f.t, "sex", "F", "M", 3);		/* its own shares */
	turn(&f.t, "hf", "no", "yes", 4);	/* given another's level */
	turn(&f.t, "beta_blocker", "yes", "no", 3);	/* by a logit */
	gf_must_judge(&f, NULL, NULL);
	gf_is(&f, "tvd.sex", EV_OUT_FAIL);
	gf_is(&f, "tvd.hf", EV_OUT_FAIL);
	gf_is(&f, "tvd.beta_blocker", EV_OUT_FAIL);
	gf_is(&f, "tvd.motion", EV_OUT_PASS);
	gf_close(&f);
}

static void a_level_that_is_none_and_one_that_is_lost_are_told(void **state)
{
	struct gf f;

	(void)state;
	begin(&f);
	gf_set(&f.t, 5, "sex", "X");
	turn(&f.t, "motion", "3", "2", 1);
	gf_must_judge(&f, NULL, NULL);
	gf_is(&f, "adherence.sex", EV_OUT_FAIL);
	gf_is(&f, "coverage.motion", EV_OUT_FAIL);
	gf_close(&f);
}

static void what_is_derived_has_to_come_out_again(void **state)
{
	struct gf f;

	(void)state;
	begin(&f);
	gf_set(&f.t, 9, "age_band", strcmp(gf_get(&f.t, 9, "age_band"),
					   "80+") ? "80+" : "18-64");
	gf_must_judge(&f, NULL, NULL);
	gf_says(&f, "fail derived.age_band\n");
	gf_close(&f);
}

static void lost_values_are_counted(void **state)
{
	struct gf f;
	size_t i;

	(void)state;
	begin(&f);
	for (i = 1; i <= f.t.rows; i += 9)
		gf_set(&f.t, i, "sbp", "");
	/* one that never is */
	gf_set(&f.t, 4, "bmi", "");
	gf_must_judge(&f, NULL, NULL);
	gf_is(&f, "missing.sbp", EV_OUT_FAIL);
	gf_is(&f, "missing.bmi", EV_OUT_PASS);
	gf_close(&f);
}

static void a_correlation_that_is_lost_is_named(void **state)
{
	const struct ev_guard *g;
	struct gf f;
	size_t i, k;
	char *x;

	(void)state;
	begin(&f);
	k = gf_column(&f.t, "egfr");
	for (i = 1; i + 700 <= f.t.rows; i++) {	/* another patient's */
		x = f.t.cell[i][k];
		f.t.cell[i][k] = f.t.cell[i + 700][k];
		f.t.cell[i + 700][k] = x;
	}
	gf_must_judge(&f, NULL, NULL);
	g = gf_is(&f, "correlation", EV_OUT_FAIL);
	assert_non_null(strstr(g->says, "egfr~age"));
	gf_close(&f);
}

static void a_constant_column_is_undefined_and_no_pass(void **state)
{
	const struct ev_guard *g;
	struct gf f;
	size_t i;

	(void)state;
	begin(&f);
	for (i = 1; i <= f.t.rows; i++)
		gf_set(&f.t, i, "age", "70");
	gf_must_judge(&f, NULL, NULL);
	g = gf_is(&f, "correlation", EV_OUT_INCOMPLETE);
	assert_true(g->undefined && g->value != g->value);
	gf_is(&f, "ks.age", EV_OUT_FAIL);
	gf_close(&f);
}

static void an_identifier_that_stands_twice_is_told(void **state)
{
	struct gf f;

	(void)state;
	begin(&f);
	gf_set(&f.t, 9, "patient_id", gf_get(&f.t, 8, "patient_id"));
	gf_must_judge(&f, NULL, NULL);
	gf_says(&f, "fail identifiers.unique\n");
	gf_close(&f);
}

static void a_column_that_is_not_there_is_no_pass(void **state)
{
	struct gf f;

	(void)state;
	begin(&f);
	gf_set(&f.t, 0, "bmi", "other");
	gf_must_judge(&f, NULL, NULL);
	gf_is(&f, "ks.bmi", EV_OUT_INCOMPLETE);
	gf_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clean_cohort_passes),
		cmocka_unit_test(a_violated_constraint_is_named),
		cmocka_unit_test(a_missing_scenario_is_named),
		cmocka_unit_test(a_scenario_that_the_pack_has_not_is_told),
		cmocka_unit_test(a_collapsed_mode_is_found),
		cmocka_unit_test(
			a_pack_of_few_patients_is_not_called_collapsed),
		cmocka_unit_test(other_numbers_than_declared_are_named),
		cmocka_unit_test(other_shares_than_declared_are_named),
		cmocka_unit_test(
			a_level_that_is_none_and_one_that_is_lost_are_told),
		cmocka_unit_test(what_is_derived_has_to_come_out_again),
		cmocka_unit_test(lost_values_are_counted),
		cmocka_unit_test(a_correlation_that_is_lost_is_named),
		cmocka_unit_test(a_constant_column_is_undefined_and_no_pass),
		cmocka_unit_test(an_identifier_that_stands_twice_is_told),
		cmocka_unit_test(a_column_that_is_not_there_is_no_pass),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
