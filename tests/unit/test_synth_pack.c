#include "packfix.h"

#include <math.h>

#include "base/hash.h"

static const struct ev_variable *variable(const struct ev_pack *p,
					  const char *name)
{
	ptrdiff_t i = ev_pack_variable(p, name);

	if (i < 0)
		fail_msg("there is no '%s'", name);
	return &p->variables[i];
}

static void same(double got, double want)
{
	if (!(fabs(got - want) <= 1e-14))
		fail_msg("%.17g is not %.17g", got, want);
}

static void whole(void (*look)(const struct ev_pack *p))
{
	char *text = pf_text();
	struct ev_pack p;

	pf_must(&p, text);
	look(&p);
	ev_pack_release(&p);
	free(text);
}

static void look_at_head(const struct ev_pack *p)
{
	assert_string_equal(p->id, "hah-rhythm");
	assert_string_equal(p->version, "1.4.0");
	assert_string_equal(p->reference_date, "2026-01-01");
	assert_false(p->derived_from_patient_data);
	assert_int_equal(p->n_assumptions, 2);
	assert_string_equal(p->assumptions[1].source, "LR-051");
	assert_int_equal(p->patients, 20000);
	assert_string_equal(p->id_prefix, "SYN");
	assert_false(p->key_by_seed);
	assert_int_equal(p->strength, 2);
	assert_int_equal(p->n_factors, 5);
	assert_int_equal(p->n_variables, 11);
	assert_int_equal(p->n_constraints, 3);
	assert_int_equal(p->n_scenarios, 7);
	assert_int_equal(p->n_behaviours, 3);
	assert_non_null(ev_get(p->guardrails, "leak"));
	assert_int_equal(strlen(p->digest), 71);
}

static void the_example_is_read_whole(void **state)
{
	(void)state;
	whole(look_at_head);
}

static void look_at_rules(const struct ev_pack *p)
{
	const struct ev_variable *x = variable(p, "beta_blocker");

	assert_int_equal(x->rule.kind, EV_RULE_PREDICTOR);
	assert_int_equal(x->rule.predictor.link, EV_LINK_LOGIT);
	same(x->rule.predictor.intercept, -1.1);
	same(x->rule.predictor.terms[0].scale, 10);
	same(x->rule.predictor.terms[0].coefficient, 0.18);
	assert_int_equal(x->rule.predictor.terms[0].level, -1);
	assert_int_equal(x->rule.predictor.terms[1].level, 1);
	x = variable(p, "age_band");
	assert_int_equal(x->rule.kind, EV_RULE_CUT);
	assert_int_equal(x->rule.cut.n, 3);
	assert_string_equal(x->levels.items[3], "80+");
	x = variable(p, "hf");
	assert_int_equal(x->rule.kind, EV_RULE_GIVEN);
	assert_int_equal(x->rule.given.n, 4);
	x = variable(p, "hr_rest");
	assert_true(x->rule.has_truncate && x->places == 1);
	same(x->rule.truncate_low, 35);
	same(x->rule.predictor.sd, 9);
	x = variable(p, "bmi");
	assert_true(x->rule.has_clip);
	same(x->rule.clip_high, 60);
	x = variable(p, "egfr");
	assert_int_equal(x->missing.kind, EV_MISS_MAR);
	assert_true(x->missing.by_level[0] == UINT64_C(0x3333333333333333));
	assert_int_equal(variable(p, "sbp")->missing.kind, EV_MISS_MCAR);
}

static void rules_are_as_the_file_says(void **state)
{
	(void)state;
	whole(look_at_rules);
}

static void look_at_order(const struct ev_pack *p)
{
	static const char *const want[] = {
		"age", "age_band", "bmi", "egfr", "fitzpatrick", "hf",
		"beta_blocker", "hr_rest", "motion", "sbp", "sex"
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(want); i++)
		assert_string_equal(p->variables[p->order[i]].name, want[i]);
}

static void the_order_is_topological_and_then_by_name(void **state)
{
	(void)state;
	whole(look_at_order);
}

static void look_at_shares(const struct ev_pack *p)
{
	const struct ev_levels *sex = &variable(p, "sex")->rule.levels;
	const struct ev_levels *no_hf =
		&variable(p, "hf")->rule.given.levels[0];
	const struct ev_rule *motion = &p->scenarios[2].set[0].rule;

	/* floor(0.52 * 2^64), floor(0.99 * 2^64) */
	assert_true(sex->t[0] == UINT64_C(0x851eb851eb851eb8));
	assert_true(sex->t[1] == UINT64_MAX);
	assert_int_equal(ev_levels_pick(sex, sex->t[0] - 1), 0);
	assert_int_equal(ev_levels_pick(sex, sex->t[0]), 1);
	assert_int_equal(ev_levels_pick(sex, UINT64_MAX), 1);
	assert_true(no_hf->t[0] == UINT64_C(0xfd70a3d70a3d70a3));
	/* what is left out never comes, and what is last always does */
	assert_int_equal(ev_levels_pick(&motion->levels, 0), 2);
	assert_int_equal(ev_levels_pick(&motion->levels, UINT64_MAX), 3);
}

static void shares_are_exact_thresholds(void **state)
{
	(void)state;
	whole(look_at_shares);
}

static void a_level_without_a_share_never_comes(void **state)
{
	char *text = pf_text();
	char *edit = pf_edit(text, "F: \"0.52\", M: \"0.48\"",
			     "F: 1.0, M: \"0\"");
	const struct ev_levels *l;
	struct ev_pack p;

	(void)state;
	pf_must(&p, edit);
	l = &variable(&p, "sex")->rule.levels;
	assert_int_equal(ev_levels_pick(l, UINT64_MAX), 0);
	assert_int_equal(ev_levels_pick(l, 0), 0);
	ev_pack_release(&p);
	free(edit);
	free(text);
}

static void look_at_copula(const struct ev_pack *p)
{
	const struct ev_copula *c = &p->copula;
	double sum, x;
	size_t i, j, k;

	assert_int_equal(c->n, 4);
	assert_int_equal(variable(p, "age")->latent, 0);
	/* 2 sin(pi rho / 6) of -0.45, 0.25, 0.2 */
	same(c->latent[1], -0.4668907277118114);
	same(c->latent[2 * 4 + 3], 0.2610523844401031);
	same(c->latent[3], 0.20905692653530694);
	for (i = 0; i < 4; i++)
		for (j = 0; j < 4; j++) {
			for (sum = 0, k = 0; k < 4; k++)
				sum += c->factor[i * 4 + k] *
					c->factor[j * 4 + k];
			same(sum, c->latent[i * 4 + j]);
		}
	/* the matrix is a path, so its eigenvalues are those of a quartic:
	 * 1 - sqrt of the larger root of y^2 - (a^2 + b^2 + c^2) y + a^2 b^2 */
	sum = 0.4668907277118114 * 0.4668907277118114 +
		0.2610523844401031 * 0.2610523844401031 +
		0.20905692653530694 * 0.20905692653530694;
	x = 0.4668907277118114 * 0.2610523844401031;
	same(c->least_eigenvalue,
	     1 - sqrt((sum + sqrt(sum * sum - 4 * x * x)) / 2));
	assert_false(c->repaired);
}

static void spearman_becomes_latent_and_is_factored(void **state)
{
	(void)state;
	whole(look_at_copula);
}

static void a_repair_is_near_and_recorded(void **state)
{
	char *text = pf_text();
	char *edit = pf_edit(text, "target: spearman\n  pairs: {age~egfr: "
			     "-0.45, bmi~sbp: 0.25, age~sbp: 0.20}",
			     "target: latent\n  repair: nearest\n  pairs: "
			     "{age~bmi: 1.0, bmi~sbp: 1.0, age~sbp: 0.0}");
	struct ev_pack p;

	(void)state;
	pf_must(&p, edit);
	assert_true(p.copula.repaired);
	same(p.copula.least_eigenvalue, 1 - sqrt(2));
	/* Higham 2002, section 4: the nearest to (1 1 0; 1 1 1; 0 1 1) */
	assert_true(fabs(p.copula.latent[1] - 0.7607) < 1e-4);
	assert_true(fabs(p.copula.latent[2] - 0.1573) < 1e-4);
	same(p.copula.asked[1], 1);
	ev_pack_release(&p);
	free(edit);
	free(text);
}

static void look_at_windows(const struct ev_pack *p)
{
	const struct ev_longitudinal *s = &p->series;
	const struct ev_scenario *x = &p->scenarios[4];

	same(s->window_s, 30);
	assert_string_equal(s->state_name, "rhythm");
	assert_int_equal(s->states.n, 4);
	assert_int_equal(s->n_series, 3);
	assert_string_equal(p->variables[s->series[0].base].name, "hr_rest");
	same(s->series[0].amplitude, 6);
	same(s->series[0].phi, 0.8);
	assert_int_equal(s->series[0].n_shifts, 3);
	assert_non_null(s->series[1].by_state);
	assert_string_equal(p->variables[s->series[2].by_level_of].name,
			    "motion");
	same(s->series[2].level_shift[3], 0);
	same(s->series[2].sd, 2);
	assert_string_equal(p->variables[s->burst_on].name, "motion");
	same(s->burst_per_h[3], 6);
	assert_int_equal(s->dropout_reasons.n, 2);
	assert_false(s->waveform.enabled);
	same(s->waveform.fs_hz, 250);
	/* NSR>AF, AF>NSR; the others stay */
	same(x->rate[0 * 4 + 2], 0.06);
	same(x->rate[2 * 4 + 0], 0.10);
	same(x->rate[0 * 4 + 1], 0);
	assert_int_equal(ev_levels_pick(&p->scenarios[3].initial, 77), 2);
	same(p->scenarios[6].dropout_per_h, 0.08);
	same(x->dropout_per_h, -1);
	assert_int_equal(p->labels[0].positive[2], 1);
	assert_int_equal(p->labels[0].positive[0], 0);
	assert_int_equal(p->labels[0].raters, 3);
	assert_int_equal(p->labels[0].needed, 2);
}

static void windows_and_labels_are_as_the_file_says(void **state)
{
	(void)state;
	whole(look_at_windows);
}

static void look_at_overrides(const struct ev_pack *p)
{
	size_t hr = (size_t)ev_pack_variable(p, "hr_rest");
	const struct ev_rule *r = ev_pack_rule(p, 1, hr);

	assert_int_equal(r->kind, EV_RULE_PREDICTOR);
	same(r->shift, 22);
	/* what comes out stays in [35, 180] */
	same(r->truncate_low, 13);
	same(r->truncate_high, 158);
	assert_ptr_equal(ev_pack_rule(p, 0, hr),
			 &p->variables[hr].rule);
}

static void a_shift_keeps_the_rule_and_its_range(void **state)
{
	(void)state;
	whole(look_at_overrides);
}

static void look_at_streams(const struct ev_pack *p)
{
	char hex[65], want[9];

	ev_sha256_hex(hex, "variable/sex", strlen("variable/sex"));
	snprintf(want, sizeof(want), "%08x", variable(p, "sex")->stream);
	assert_memory_equal(hex, want, 8);
	assert_true(p->series.series[0].stream ==
		    ev_pack_stream("series", "hr"));
}

static void streams_are_named_by_what_is_drawn(void **state)
{
	(void)state;
	whole(look_at_streams);
}

static void two_names_with_one_stream_are_refused(void **state)
{
	char *text = pf_text();
	char *edit = pf_edit(text, "  bmi: {type", "  v19908: {type: int, "
			     "value: 1}\n  v87744: {type: int, value: 1}\n"
			     "  bmi: {type");
	struct ev_pack p;
	char *said;

	(void)state;
	assert_true(ev_pack_stream("variable", "v19908") ==
		    ev_pack_stream("variable", "v87744"));
	assert_int_equal(ev_pack_parse(&p, "p.yaml", edit, strlen(edit)),
			 EV_EINVALID);
	said = pf_said();
	assert_string_equal(said, "p.yaml:1:1: 'variable/v19908' and "
			    "'variable/v87744' would draw the same random "
			    "numbers\nhint: give one of them another name\n");
	free(said);
	free(edit);
	free(text);
}

static void scores_are_read_by_level(void **state)
{
	char *text = pf_text();
	char *edit = pf_edit(text, "scenarios:\n", "score_model: {column: p_af, "
			     "auc: 0.93, by: motion, noise: {\"0\": 0, "
			     "\"1\": 0.2, \"2\": 0.5, \"3\": 1}, abstain: "
			     "\"0.01\"}\nscenarios:\n");
	struct ev_pack p;

	(void)state;
	pf_must(&p, edit);
	assert_true(p.score.given);
	assert_string_equal(p.score.name, "p_af");
	assert_string_equal(p.labels[p.score.label].name, "af_truth");
	same(p.score.auc, 0.93);
	same(p.score.noise[2], 0.5);
	same(p.score.abstain_base, 0.01);
	assert_null(p.score.abstain_by);
	assert_true(p.score.stream == ev_pack_stream("score", "p_af"));
	ev_pack_release(&p);
	free(edit);
	free(text);
}

static void levels_and_derived_values_are_read(void **state)
{
	char *text = pf_text();
	char *edit = pf_edit(text, "  bmi: {type", "  pulse: {type: decimal(0),"
			     " log: {intercept: 4, terms: {sex=M: -0.1, sbp: "
			     "0.001}, sd: 0.2}, clip: [30, 200], missing: "
			     "{mnar: {logit: {intercept: -3, slope: 0.01}}}}\n"
			     "  high: {type: boolean, hidden: true, derive: "
			     "{expr: \"sbp > 140 or pulse > 100\"}}\n"
			     "  bmi: {type");
	const struct ev_variable *x;
	struct ev_pack p;

	(void)state;
	pf_must(&p, edit);
	x = variable(&p, "pulse");
	assert_int_equal(x->rule.predictor.link, EV_LINK_LOG);
	assert_int_equal(x->rule.predictor.terms[0].level, 1);
	assert_int_equal(x->rule.predictor.terms[1].level, -1);
	assert_int_equal(x->missing.kind, EV_MISS_MNAR);
	same(x->missing.slope, 0.01);
	x = variable(&p, "high");
	assert_true(x->hidden && x->rule.kind == EV_RULE_EXPR);
	ev_pack_release(&p);
	free(edit);
	free(text);
}

static void the_manual_shows_this_example(void **state)
{
	struct ev_buf page = EV_BUF_INIT;
	char *text = pf_text();

	(void)state;
	assert_int_equal(ev_file_read(&page, "man/git-evidence-pack.5",
				      (size_t)1 << 20), 0);
	assert_non_null(strstr(page.ptr, text));
	ev_buf_release(&page);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_is_read_whole),
		cmocka_unit_test(the_manual_shows_this_example),
		cmocka_unit_test(scores_are_read_by_level),
		cmocka_unit_test(levels_and_derived_values_are_read),
		cmocka_unit_test(rules_are_as_the_file_says),
		cmocka_unit_test(the_order_is_topological_and_then_by_name),
		cmocka_unit_test(shares_are_exact_thresholds),
		cmocka_unit_test(a_level_without_a_share_never_comes),
		cmocka_unit_test(spearman_becomes_latent_and_is_factored),
		cmocka_unit_test(a_repair_is_near_and_recorded),
		cmocka_unit_test(windows_and_labels_are_as_the_file_says),
		cmocka_unit_test(a_shift_keeps_the_rule_and_its_range),
		cmocka_unit_test(streams_are_named_by_what_is_drawn),
		cmocka_unit_test(two_names_with_one_stream_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
