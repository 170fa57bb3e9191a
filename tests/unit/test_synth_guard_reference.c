#include "guardfix.h"

#include <math.h>

#define PATIENTS 1500u

static char *pack;
static struct gf_table real, held;	/* as a registry's: no columns of ours */

/* Rows of the same population by another seed, under names of their own. */
static void draw_real(struct gf_table *out, uint64_t seed, const char *prefix)
{
	struct gf f;
	char *name;
	size_t i;

	gf_open(&f, pack, seed, PATIENTS);
	*out = f.t;
	memset(&f.t, 0, sizeof(f.t));
	gf_set(out, 0, "patient_id", "mrn");
	for (i = 1; i <= out->rows; i++) {
		name = ev_strdupf("%s-%zu", prefix, 70000 + 13 * i);
		gf_set(out, i, "mrn", name);
		free(name);
	}
	gf_close(&f);
}

static int set_up(void **state)
{
	struct ev_buf text = EV_BUF_INIT;

	(void)state;
	assert_int_equal(ev_file_read(&text, GF_PACK, 1 << 20), 0);
	pack = ev_buf_detach(&text, NULL);
	draw_real(&real, 101, "MRN");
	draw_real(&held, 102, "HELD");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	gf_unload(&real);
	gf_unload(&held);
	free(pack);
	return 0;
}

static void begin(struct gf *f, const char *text)
{
	gf_open(f, text, 23, PATIENTS);
}

static void one_that_is_like_the_reference_passes(void **state)
{
	struct gf f;

	(void)state;
	begin(&f, pack);
	gf_must_judge(&f, &real, &held);
	gf_says(&f, "");
	assert_string_equal(f.g.leak, "no leak detected by tests copies, "
			    "identifiers, dcr, nndr, overfitting, membership, "
			    "membership_tpr");
	assert_null(strstr(f.g.leak, "anonymous"));
	gf_close(&f);
}

static void copy_row(struct gf_table *to, size_t i,
		     const struct gf_table *from, size_t j)
{
	size_t k;

	for (k = 0; k < to->columns; k++) {
		if (!strcmp(to->cell[0][k], "patient_id") ||
		    !strcmp(to->cell[0][k], "scenario"))
			continue;
		free(to->cell[i][k]);
		to->cell[i][k] = ev_strdup(from->cell[j][k]);
	}
}

static void a_copied_row_is_found(void **state)
{
	const struct ev_guard *g;
	struct gf f;

	(void)state;
	begin(&f, pack);
	copy_row(&f.t, 44, &real, 900);
	copy_row(&f.t, 45, &real, 12);
	gf_must_judge(&f, &real, NULL);
	g = gf_is(&f, "leak.copies", EV_OUT_FAIL);
	assert_true(g->value == 2);
	assert_string_equal(f.g.leak, "a leak is suspected by tests copies; "
			    "no leak detected by tests identifiers");
	gf_close(&f);
}

/* More digits than the cohort can have do not hide a copy. */
static void a_copy_that_lost_digits_is_found(void **state)
{
	char *whole = gf_get(&real, 900, "bmi") ?
		ev_strdup(gf_get(&real, 900, "bmi")) : NULL;
	char *longer = ev_strdupf("%s04", whole);
	struct gf f;

	(void)state;
	begin(&f, pack);
	copy_row(&f.t, 44, &real, 900);
	gf_set(&real, 900, "bmi", longer);
	gf_must_judge(&f, &real, NULL);
	gf_set(&real, 900, "bmi", whole);
	gf_is(&f, "leak.copies", EV_OUT_FAIL);
	free(whole);
	free(longer);
	gf_close(&f);
}

static void a_copy_but_for_what_is_sensitive_is_found(void **state)
{
	char *text = pf_edit(pack, "egfr: {type: decimal(0)",
			     "egfr: {sensitive: true, type: decimal(0)");
	struct gf f;

	(void)state;
	begin(&f, text);
	copy_row(&f.t, 44, &real, 900);
	gf_set(&f.t, 44, "egfr", strcmp(gf_get(&real, 900, "egfr"), "70") ?
	       "70" : "71");
	gf_must_judge(&f, &real, NULL);
	gf_is(&f, "leak.copies", EV_OUT_PASS);
	gf_is(&f, "leak.near_copies", EV_OUT_FAIL);
	free(text);
	gf_close(&f);
}

static void an_identifier_of_the_reference_is_found(void **state)
{
	struct gf f;

	(void)state;
	begin(&f, pack);
	gf_set(&f.t, 10, "patient_id", gf_get(&real, 500, "mrn"));
	gf_must_judge(&f, &real, NULL);
	gf_is(&f, "leak.identifiers", EV_OUT_FAIL);
	gf_is(&f, "leak.copies", EV_OUT_PASS);
	gf_close(&f);
}

/* As a generator that has learnt its rows by heart: each a bit off. */
static void rows_that_lean_on_the_reference_are_found(void **state)
{
	char number[40];
	struct gf f;
	size_t i;

	(void)state;
	begin(&f, pack);
	for (i = 1; i <= f.t.rows; i++) {
		copy_row(&f.t, i, &real, i);
		snprintf(number, sizeof(number), "%.1f", strtod(
			 gf_get(&real, i, "bmi"), NULL) + 0.1);
		gf_set(&f.t, i, "bmi", number);
	}
	gf_must_judge(&f, &real, &held);
	gf_is(&f, "leak.copies", EV_OUT_PASS);
	gf_is(&f, "leak.dcr", EV_OUT_FAIL);
	gf_is(&f, "leak.overfitting", EV_OUT_FAIL);
	gf_is(&f, "leak.membership", EV_OUT_FAIL);
	gf_is(&f, "leak.membership_tpr", EV_OUT_FAIL);
	gf_is(&f, "leak.nndr", EV_OUT_FAIL);
	gf_close(&f);
}

static void another_population_is_told_apart(void **state)
{
	struct gf f;
	char text[40];
	size_t i;

	(void)state;
	begin(&f, pack);
	for (i = 1; i <= f.t.rows; i++) {
		snprintf(text, sizeof(text), "%.1f", strtod(
			 gf_get(&f.t, i, "bmi"), NULL) + 5);
		gf_set(&f.t, i, "bmi", text);
		if (i % 2)
			gf_set(&f.t, i, "sex", "M");
	}
	gf_must_judge(&f, &real, NULL);
	gf_is(&f, "reference.ks.bmi", EV_OUT_FAIL);
	gf_is(&f, "reference.psi.bmi", EV_OUT_FAIL);
	gf_is(&f, "reference.wasserstein.bmi", EV_OUT_FAIL);
	gf_is(&f, "reference.tvd.sex", EV_OUT_FAIL);
	gf_is(&f, "reference.contingency", EV_OUT_FAIL);
	gf_is(&f, "reference.pmse", EV_OUT_FAIL);
	gf_is(&f, "reference.discriminator", EV_OUT_FAIL);
	gf_is(&f, "reference.ks.age", EV_OUT_PASS);
	gf_close(&f);
}

/* Nothing of its rows may come out, by whatever way. */
static void nothing_of_the_reference_is_said(void **state)
{
	static const char *const secrets[] = {
		"MRN-", "Rumpelstilz", "987654", "13.579",
	};
	struct ev_buf out = EV_BUF_INIT;
	struct ev_json j;
	struct gf f;
	size_t i;

	(void)state;
	begin(&f, pack);
	gf_set(&real, 3, "sex", "Rumpelstilz");
	gf_set(&real, 4, "bmi", "987654");
	gf_set(&real, 5, "hr_rest", "13.579");
	gf_set(&f.t, 10, "patient_id", gf_get(&real, 500, "mrn"));
	copy_row(&f.t, 44, &real, 900);
	gf_must_judge(&f, &real, &held);
	ev_json_init(&j, &out);
	ev_guards_json(&j, &f.g);
	ev_buf_adds(&out, f.g.leak);
	for (i = 0; i < EV_ARRAY_SIZE(secrets); i++)
		if (strstr(out.ptr, secrets[i]))
			fail_msg("'%s' is said: %s", secrets[i], out.ptr);
	ev_buf_release(&out);
	/* not even when it cannot be read */
	gf_set(&real, 4, "bmi", "Rumpelstilz");
	assert_int_equal(gf_judge(&f, &real, NULL, NULL), EV_EINVALID);
	assert_null(strstr(ev_error_last()->message, "Rumpel"));
	assert_non_null(strstr(ev_error_last()->message, "no number in column "
			       "'bmi'"));
	gf_set(&real, 3, "sex", "\"Rumpel\"stilz");
	assert_int_equal(gf_judge(&f, &real, NULL, NULL), EV_EINVALID);
	assert_null(strstr(ev_error_last()->message, "Rumpel"));
	assert_null(strstr(ev_error_last()->details, "Rumpel"));
	assert_null(strstr(ev_error_last()->hints, "Rumpel"));
	gf_set(&real, 3, "sex", "F");
	gf_set(&real, 4, "bmi", "25.0");
	gf_set(&real, 5, "hr_rest", "70.0");
	gf_close(&f);
}

static void a_pack_of_patient_data_needs_a_reference(void **state)
{
	char *text = pf_edit(pack, "derived_from_patient_data: false",
			     "derived_from_patient_data: true");
	struct gf f;

	(void)state;
	begin(&f, text);
	gf_must_judge(&f, NULL, NULL);
	gf_says(&f, "incomplete leak\n");
	gf_must_judge(&f, &real, NULL);
	gf_says(&f, "incomplete leak.distances\n");
	free(text);
	gf_close(&f);
}

static void a_reference_without_a_common_column_is_undefined(void **state)
{
	struct gf_table other = { NULL, 1, 1 };
	struct gf f;

	(void)state;
	begin(&f, pack);
	other.cell = ev_calloc(2, sizeof(*other.cell));
	other.cell[0][0] = ev_strdup("height");
	other.cell[1][0] = ev_strdup("180");
	gf_must_judge(&f, &other, NULL);
	gf_is(&f, "reference.columns", EV_OUT_INCOMPLETE);
	gf_is(&f, "leak.copies", EV_OUT_INCOMPLETE);
	gf_unload(&other);
	gf_close(&f);
}

/* Published bins ---------------------------------------------------------- */

static int with_bins(struct gf *f, const char *bins)
{
	char *text = ev_strdupf("%sguardrails:\n  reference: {histograms: "
				"bins.json}\n", pack);
	char *path, *beside;
	int ret;

	begin(f, text);
	path = gf_path(f, "bins.json");
	beside = gf_path(f, "pack.yaml");
	if (bins)
		assert_int_equal(ev_file_replace(path, bins, strlen(bins),
						 0666), 0);
	ret = gf_judge(f, NULL, NULL, beside);
	free(text);
	free(path);
	free(beside);
	return ret;
}

static void published_bins_are_compared_with(void **state)
{
	struct gf f;

	(void)state;
	assert_int_equal(with_bins(&f, "{\"schema\": "
		"\"git-evidence/histograms/1\", \"variables\": {\"sex\": "
		"{\"levels\": {\"F\": \"0.2\", \"M\": \"0.8\"}}, \"sbp\": "
		"{\"edges\": [110, 130, 150, 240], \"shares\": [0.32, 0.45, "
		"0.23], \"n\": 5000}}}"), 0);
	gf_says(&f, "fail histogram.psi.sex\n");
	gf_is(&f, "histogram.psi.sbp", EV_OUT_PASS);
	assert_int_equal(strlen(f.g.histograms), 64);
	gf_close(&f);
}

static void published_bins_that_are_not_there_are_no_pass(void **state)
{
	const struct ev_guard *g;
	struct gf f;

	(void)state;
	assert_int_equal(with_bins(&f, NULL), 0);
	g = gf_is(&f, "histogram.psi", EV_OUT_PASS);
	assert_true(g->not_applicable);
	gf_close(&f);
}

static void published_bins_that_are_wrong_are_refused(void **state)
{
	static const struct { const char *variables, *said; } wrong[] = {
		{ "\"tall\": {}", "no variable 'tall'" },
		{ "\"sex\": {\"levels\": {\"X\": 1}}", "no such level" },
		{ "\"sex\": {\"levels\": {\"F\": 0.5}}", "must sum to 1" },
		{ "\"sex\": {\"edges\": [1, 2], \"shares\": [1]}",
		  "has 'levels'" },
		{ "\"sbp\": {\"edges\": [1, 2], \"shares\": [0.5, 0.5]}",
		  "there is one more" },
		{ "\"sbp\": {\"edges\": [2, 1], \"shares\": [1]}",
		  "edges ascend" },
		{ "\"sbp\": {\"edges\": [1, \"x\"], \"shares\": [1]}",
		  "must be a number" },
		{ "\"sbp\": {\"edges\": [0, 1, 2], \"shares\": [-1, 2]}",
		  "not below 0" },
		{ "\"sbp\": {\"edge\": [1, 2]}", "edge" },
	};
	struct gf f;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(wrong); i++) {
		text = ev_strdupf("{\"schema\": \"git-evidence/histograms/1\", "
				  "\"variables\": {%s}}", wrong[i].variables);
		assert_int_equal(with_bins(&f, text), EV_EINVALID);
		if (!strstr(ev_error_last()->message, wrong[i].said))
			fail_msg("%s said %s", wrong[i].variables,
				 ev_error_last()->message);
		free(text);
		gf_close(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_is_like_the_reference_passes),
		cmocka_unit_test(a_copied_row_is_found),
		cmocka_unit_test(a_copy_that_lost_digits_is_found),
		cmocka_unit_test(a_copy_but_for_what_is_sensitive_is_found),
		cmocka_unit_test(an_identifier_of_the_reference_is_found),
		cmocka_unit_test(rows_that_lean_on_the_reference_are_found),
		cmocka_unit_test(another_population_is_told_apart),
		cmocka_unit_test(nothing_of_the_reference_is_said),
		cmocka_unit_test(a_pack_of_patient_data_needs_a_reference),
		cmocka_unit_test(
			a_reference_without_a_common_column_is_undefined),
		cmocka_unit_test(published_bins_are_compared_with),
		cmocka_unit_test(
			published_bins_that_are_not_there_are_no_pass),
		cmocka_unit_test(published_bins_that_are_wrong_are_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
