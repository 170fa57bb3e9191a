#include "guardfix.h"

#include <math.h>

#define PATIENTS 1200u

/* Chains of lost values, a value that is nobody else's, series that are lost
 * in each way, bursts, and a simulated device. */
static const char pack[] =
	"schema: git-evidence/scenario-pack/v1\n"
	"pack: {id: w, version: \"1\", reference_date: 2026-01-01, "
	"derived_from_patient_data: false}\n"
	"cohort: {patients: 1200}\n"
	"variables:\n"
	"  bed: {type: int, dist: {uniform: {min: 1, max: 5000}}}\n"
	"  motion: {type: categorical, p: {a: \"0.5\", b: \"0.3\", "
	"c: \"0.2\"}}\n"
	"  v1: {type: decimal(2), dist: {normal: {mean: 5, sd: 1}}, "
	"missing: {mar: {given: {motion: {a: \"0.05\", b: \"0.1\", "
	"c: \"0.3\"}}}}}\n"
	"  v2: {type: decimal(2), dist: {normal: {mean: 6, sd: 1}}, "
	"missing: {monotone: {after: v1, p: \"0.1\"}}}\n"
	"  v3: {type: decimal(2), dist: {normal: {mean: 7, sd: 1}}, "
	"missing: {mnar: {logit: {intercept: -9, slope: 1}}}}\n"
	"constraints:\n"
	"  - {id: U, unique: bed}\n"
	"longitudinal:\n"
	"  windows: {length_s: 60, per_patient: {poisson: {mean: 12, "
	"min: 2}}, horizon_h: 6}\n"
	"  latent: {course: {states: [N, P], initial: {N: \"0.7\", "
	"P: \"0.3\"}, transition_per_h: {N>P: \"0.01\"}}}\n"
	"  series:\n"
	"    hr: {base: 70, sd: 5}\n"
	"    rr: {base: 16, sd: 2}\n"
	"    sp: {base: 97, sd: 1}\n"
	"    bp: {base: 120, sd: 9}\n"
	"  artifact_bursts: {by: motion, rate_per_h: {a: 0.5, b: 2, c: 6}, "
	"mean_s: 300}\n"
	"missingness:\n"
	"  hr: {mcar: \"0.2\"}\n"
	"  rr: {burst: {rate_per_h: 0.5, mean_s: 5400}}\n"
	"  sp: {with: rr}\n"
	"  bp: {monotone: {hazard_per_h: 0.1}}\n"
	"labels:\n"
	"  ill: {from: course, positive: [P], negative: [N]}\n"
	"score_model: {label: ill, auc: 0.9, by: motion, noise: {a: 0, "
	"b: 0.2, c: 0.8}, abstain: \"0.02\", abstain_by: {a: \"0\", "
	"b: \"0.1\", c: \"0.3\"}}\n"
	"scenarios:\n"
	"  - {id: S1, risk: common, weight: 1}\n"
	"  - {id: S2, risk: edge, quota: 200}\n"
	"expected_behaviour:\n"
	"  - {scenario: S2, metric: abstain_rate, le: \"0.5\"}\n"
	"  - {order: abstain_rate, by: motion, direction: increasing}\n"
	"  - {scenario: S1, metric: sensitivity@alert, bound: lower, "
	"ge: \"0.5\"}\n"
	"  - {metric: auc, bound: upper, ge: \"0.6\"}\n";

static void begin(struct gf *f)
{
	gf_open(f, pack, 31, PATIENTS);
}

static void a_clean_cohort_passes(void **state)
{
	static const char *const there[] = {
		"missing.v1", "missing.v2", "missing.v3", "monotone.v2",
		"constraint.U", "missing.hr", "missing.rr", "burst_length.rr",
		"missing.sp", "missing.bp", "burst_rate.artefact",
		"burst_length.artefact", "behaviour.abstain_rate.S2",
		"behaviour.abstain_rate.by.motion",
		"behaviour.sensitivity@alert.S1", "behaviour.auc", "ks.bed",
		"ks.v1", "ks.v2", "ks.v3",
	};
	const struct ev_guard *g;
	struct gf f;
	size_t i;

	(void)state;
	begin(&f);
	gf_must_judge(&f, NULL, NULL);
	gf_says(&f, "");
	for (i = 0; i < EV_ARRAY_SIZE(there); i++) {
		g = gf_is(&f, there[i], EV_OUT_PASS);
		if (g->not_applicable)
			fail_msg("'%s' is not applicable: %s", g->id, g->says);
	}
	gf_close(&f);
}

static void faults_of_patients_are_named(void **state)
{
	struct gf f;
	size_t i;

	(void)state;
	begin(&f);
	gf_set(&f.t, 9, "bed", gf_get(&f.t, 700, "bed"));
	for (i = 1; i <= f.t.rows; i++)
		if (!*gf_get(&f.t, i, "v1")) {
			gf_set(&f.t, i, "v2", "6.00");
			break;
		}
	gf_must_judge(&f, NULL, NULL);
	gf_says(&f, "fail monotone.v2\nfail constraint.U\n");
	gf_close(&f);
}

static void faults_of_windows_are_named(void **state)
{
	struct gf f;
	size_t i;

	(void)state;
	begin(&f);
	for (i = 1; i <= f.w.rows; i++) {
		if (i % 7 == 0)
			gf_set(&f.w, i, "hr", "");
		if (i % 8 == 0)
			gf_set(&f.w, i, "bp", "");
		if (i % 3 == 0)
			gf_set(&f.w, i, "artefact", "1");
	}
	gf_set(&f.w, 5, "sp", *gf_get(&f.w, 5, "rr") ? "" : "97.00");
	gf_must_judge(&f, NULL, NULL);
	gf_is(&f, "missing.hr", EV_OUT_FAIL);
	gf_is(&f, "missing.bp", EV_OUT_FAIL);
	gf_is(&f, "missing.sp", EV_OUT_FAIL);
	gf_is(&f, "burst_rate.artefact", EV_OUT_FAIL);
	gf_is(&f, "missing.rr", EV_OUT_PASS);
	gf_close(&f);
}

/* As many windows without a value, but no longer side by side. */
static void a_burst_of_another_length_is_told(void **state)
{
	struct gf f;
	size_t i, j, k;
	char *x;

	(void)state;
	begin(&f);
	k = gf_column(&f.w, "rr");
	for (i = 1; i <= f.w.rows; i++) {
		j = 1 + (i * 7919) % f.w.rows;
		x = f.w.cell[i][k];
		f.w.cell[i][k] = f.w.cell[j][k];
		f.w.cell[j][k] = x;
	}
	gf_must_judge(&f, NULL, NULL);
	gf_is(&f, "missing.rr", EV_OUT_PASS);
	gf_is(&f, "burst_length.rr", EV_OUT_FAIL);
	gf_close(&f);
}

static void a_device_that_does_not_behave_is_told(void **state)
{
	struct gf f;
	size_t i;

	(void)state;
	begin(&f);
	for (i = 1; i <= f.w.rows; i++)
		if (!strcmp(gf_get(&f.w, i, "scenario"), "S2"))
			gf_set(&f.w, i, "score", "");
		else if (!strcmp(gf_get(&f.w, i, "ill"), "1"))
			gf_set(&f.w, i, "score", "0.100000");
	gf_must_judge(&f, NULL, NULL);
	gf_is(&f, "behaviour.abstain_rate.S2", EV_OUT_FAIL);
	gf_is(&f, "behaviour.sensitivity@alert.S1", EV_OUT_FAIL);
	gf_is(&f, "behaviour.auc", EV_OUT_FAIL);
	gf_close(&f);
}

/* What a suite measured counts, and not the simulated device. */
static void behaviour_by_a_suite_counts(void **state)
{
	struct ev_request requests[] = { { .key = (char *)"abstain_rate" },
					 { .key = (char *)"auc" } };
	struct ev_measure m[3][2];
	struct ev_slice_result slices[] = {
		{ .name = (char *)"overall", .measures = m[0] },
		{ .name = (char *)"scenario=S2", .measures = m[1] },
		{ .name = (char *)"motion=a", .measures = m[2] },
	};
	struct ev_suite suite = { .requests = requests, .n_requests = 2 };
	struct ev_evaluation e = { .suite = &suite, .slices = slices,
				   .n_slices = 3 };
	const struct ev_guard *g;
	struct gf f;

	(void)state;
	memset(m, 0, sizeof(m));
	m[1][0].e.value = 0.75;
	m[0][1].e.value = 0.59;
	m[0][1].e.upper = 0.61;
	begin(&f);
	f.downstream = &e;
	gf_must_judge(&f, NULL, NULL);
	g = gf_is(&f, "behaviour.abstain_rate.S2", EV_OUT_FAIL);
	assert_true(g->value == 0.75);
	g = gf_is(&f, "behaviour.auc", EV_OUT_PASS);
	assert_true(g->value == 0.61);
	assert_null(strstr(g->says, "simulated"));
	/* no request of the name; a level alone is no order */
	gf_is(&f, "behaviour.sensitivity@alert.S1", EV_OUT_INCOMPLETE);
	gf_is(&f, "behaviour.abstain_rate.by.motion", EV_OUT_INCOMPLETE);
	gf_close(&f);
}

static void limits_that_are_wrong_are_refused(void **state)
{
	static const struct { const char *text, *said; } wrong[] = {
		{ "{similarity: {kss: {pass: auto}}}", "kss" },
		{ "{similarity: {tvd: {pass: \"-1\"}}}",
		  "guardrails.similarity.tvd.pass" },
		{ "{similarity: {tvd: {pass: \"0.2\", review: \"0.1\"}}}",
		  "is stricter than 'pass'" },
		{ "{coverage: {t_way: {pass: \"0.9\", review: 2x}}}",
		  "a multiple is for limits from above" },
		{ "{leak: {status: not_applicable}}", "must say 'because'" },
		{ "{reference: {histograms: ../x.json}}", "below the pack's" },
		{ "{similarity: {against: reference}}", "spec" },
	};
	struct ev_pack p;
	char *text, *said;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(wrong); i++) {
		text = ev_strdupf("%sguardrails: %s\n", pack, wrong[i].text);
		assert_int_equal(ev_pack_parse(&p, "p.yaml", text,
					       strlen(text)), EV_EINVALID);
		said = pf_said();
		if (!strstr(said, wrong[i].said))
			fail_msg("%s said %s", wrong[i].text, said);
		free(said);
		free(text);
	}
	text = pf_edit(pack, "data: false", "data: true");
	said = ev_strdupf("%sguardrails: {leak: {status: not_applicable, "
			  "because: x}}\n", text);
	assert_int_equal(ev_pack_parse(&p, "p.yaml", said, strlen(said)),
			 EV_EINVALID);
	assert_non_null(strstr(ev_error_last()->message, "is checked for"));
	free(said);
	free(text);
}

static void limits_of_the_pack_hold(void **state)
{
	char *text = ev_strdupf("%sguardrails:\n"
		"  similarity: {ks: {pass: \"0.0001\", review: 2x}, tvd: "
		"{pass: \"0.5\"}}\n  mode_collapse: {unique: {pass: \"1\", "
		"review: \"0.2\"}}\n", pack);
	const struct ev_guard *g;
	struct gf f;

	(void)state;
	gf_open(&f, text, 31, PATIENTS);
	gf_must_judge(&f, NULL, NULL);
	g = gf_is(&f, "ks.v1", EV_OUT_FAIL);
	assert_true(g->limit == 0.0001 && g->review == 0.0002);
	g = gf_is(&f, "tvd.motion", EV_OUT_PASS);
	assert_true(g->limit == 0.5 && g->review == 0.5);
	g = gf_is(&f, "mode_collapse.unique", EV_OUT_PASS);
	assert_true(g->limit == 1 && g->review == 0.2 && g->at_least);
	free(text);
	gf_close(&f);
}

/* Of a device that says nothing where it is asked nothing is known. */
static void what_a_device_does_not_say_is_no_pass(void **state)
{
	struct gf f;
	size_t i;

	(void)state;
	begin(&f);
	for (i = 1; i <= f.w.rows; i++) {
		gf_set(&f.w, i, "scenario", "S1");
		gf_set(&f.w, i, "ill", "0");
	}
	gf_must_judge(&f, NULL, NULL);
	gf_is(&f, "behaviour.abstain_rate.S2", EV_OUT_INCOMPLETE);
	gf_is(&f, "behaviour.sensitivity@alert.S1", EV_OUT_INCOMPLETE);
	gf_is(&f, "behaviour.auc", EV_OUT_INCOMPLETE);
	/* and nothing of one level is known by the others */
	for (i = 1; i <= f.t.rows; i++)
		gf_set(&f.t, i, "motion", "b");
	gf_must_judge(&f, NULL, NULL);
	gf_is(&f, "behaviour.abstain_rate.by.motion", EV_OUT_INCOMPLETE);
	gf_close(&f);
}

/* Where it abstains, it is neither right nor wrong. */
static void what_a_device_abstains_from_does_not_count(void **state)
{
	struct gf f;
	size_t i;

	(void)state;
	begin(&f);
	for (i = 1; i <= f.w.rows; i++)
		if (i % 4)
			gf_set(&f.w, i, "score", "");
	gf_must_judge(&f, NULL, NULL);
	gf_is(&f, "behaviour.sensitivity@alert.S1", EV_OUT_PASS);
	gf_is(&f, "behaviour.abstain_rate.S2", EV_OUT_FAIL);
	gf_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clean_cohort_passes),
		cmocka_unit_test(faults_of_patients_are_named),
		cmocka_unit_test(faults_of_windows_are_named),
		cmocka_unit_test(a_burst_of_another_length_is_told),
		cmocka_unit_test(a_device_that_does_not_behave_is_told),
		cmocka_unit_test(behaviour_by_a_suite_counts),
		cmocka_unit_test(limits_that_are_wrong_are_refused),
		cmocka_unit_test(limits_of_the_pack_hold),
		cmocka_unit_test(what_a_device_does_not_say_is_no_pass),
		cmocka_unit_test(what_a_device_abstains_from_does_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
