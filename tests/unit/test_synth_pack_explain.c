#include "packfix.h"

static void want(const char *name, int code, const char *text)
{
	struct ev_buf out = EV_BUF_INIT;
	char *pack = pf_text();
	struct ev_pack p;
	char *said;

	pf_must(&p, pack);
	assert_int_equal(ev_pack_explain(&out, &p, name), code);
	said = code ? pf_said() : NULL;
	assert_string_equal(said ? said : out.ptr, text);
	free(said);
	ev_buf_release(&out);
	ev_pack_release(&p);
	free(pack);
}

static void a_variable_is_told_with_all_that_touches_it(void **state)
{
	(void)state;
	want("hr_rest", 0,
	     "hr_rest: decimal(1), bpm, LOINC 8867-4\n"
	     "  identity: {intercept: 74, terms: {beta_blocker: -12, hf: 5}, "
	     "sd: 9}\n"
	     "  truncate: [35, 180]\n"
	     "  needs: beta_blocker, hf\n"
	     "  in S02-borderline-tachy: {shift: 22}\n"
	     "  hard C2: not (beta_blocker and hr_rest > 150)\n"
	     "  stream: b772e30a\n");
	want("egfr", 0,
	     "egfr: decimal(0), mL/min\n"
	     "  dist: {normal: {mean: 74, sd: 18}}\n"
	     "  clip: [5, 130]\n"
	     "  correlated with age: spearman -0.4500, latent -0.4669\n"
	     "  missing: {mar: {given: {age_band: {18-39: 0.20, 40-64: 0.12, "
	     "65-79: 0.05, 80+: 0.05}}}}\n"
	     "  stream: ba5b0f2a\n");
}

static void columns_of_windows_are_told_too(void **state)
{
	(void)state;
	want("af_truth", 0, "af_truth: by window\n  {from: rhythm, positive: "
	     "[AF], negative: [NSR, SVT, PAUSE]}\n"
	     "  raters: {n: 3, sens: 0.97, spec: 0.98, adjudicate: 2-of-3}\n");
	want("dropout", 0, "dropout: by patient\n  {hazard_per_h: 0.004, "
	     "reasons: {adhesive: 0.7, battery: 0.3}}\n"
	     "  in S07-sensor-gap: {hazard_per_h: 0.08}\n");
	want("windows", 0, "windows: by patient\n  {length_s: 30, "
	     "per_patient: {poisson: {mean: 40, min: 4}}, horizon_h: 72}\n");
	want("abstain", EV_ENOTFOUND, "'abstain' is no variable or column of "
	     "the pack\n");
	want("snr_db", 0, "snr_db: by window\n  {by_motion: {0: 18, 1: 12, "
	     "2: 6, 3: 0}, sd: 2}\n");
}

static void a_misspelt_name_is_told_the_likely_one(void **state)
{
	(void)state;
	want("hr_rset", EV_ENOTFOUND, "'hr_rset' is no variable or column of "
	     "the pack\nhint: did you mean 'hr_rest'?\n");
	want("rr_vc", EV_ENOTFOUND, "'rr_vc' is no variable or column of the "
	     "pack\nhint: did you mean 'rr_cv'?\n");
	want("raters", EV_ENOTFOUND, "'raters' is no variable or column of "
	     "the pack\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_variable_is_told_with_all_that_touches_it),
		cmocka_unit_test(columns_of_windows_are_told_too),
		cmocka_unit_test(a_misspelt_name_is_told_the_likely_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
