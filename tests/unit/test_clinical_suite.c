#include "base/compat.h"

#include "suitefix.h"

#include "base/file.h"

static void sf_read(struct ev_suite *s, const char *text)
{
	char *said;

	if (!sf_try(s, text))
		return;
	said = sf_said();
	fail_msg("%s", said);
}

static const char sf_small[] =
"schema: git-evidence/suite/v1\n"
"suite: {id: small, version: 1, tier: moderate}\n"
"dataset:\n"
"  key: id\n"
"  columns: {label: y, score: p}\n"
"  label: {positive: 1, negative: 0}\n"
"gates:\n"
"  - {id: G1, metric: auc, pass: {ge: 0.9}}\n";

#define STRS(list, ...) check_strs(&(list), (const char *const[]) \
				   { __VA_ARGS__, NULL })

static void check_strs(const struct ev_strs *l, const char *const *want)
{
	size_t i;

	for (i = 0; want[i]; i++) {
		assert_true(i < l->n);
		assert_string_equal(l->items[i], want[i]);
	}
	assert_int_equal(l->n, i);
}

static size_t request(const struct ev_suite *s, const char *key)
{
	size_t i;

	for (i = 0; i < s->n_requests; i++)
		if (!strcmp(s->requests[i].key, key))
			return i;
	fail_msg("'%s' is not asked for", key);
	return 0;
}

/* What is said ----------------------------------------------------------- */

static void the_head_and_the_dataset_are_as_written(void **state)
{
	struct ev_suite s;

	(void)state;
	sf_read(&s, sf_suite);
	assert_string_equal(s.id, "arrhythmia-clinical");
	assert_string_equal(s.version, "3.2.0");
	assert_string_equal(s.title, "AF detection");
	assert_string_equal(s.intended_use, "IU-012");
	assert_string_equal(s.risk_file, "RMF-2024-02");
	assert_int_equal(s.tier, EV_TIER_HIGH);
	STRS(s.claims, "CLM-AF-SE", "CLM-AF-SP");
	STRS(s.gate_change_roles, "clinical", "quality");
	assert_string_equal(s.dataset.path, "preds.csv");
	assert_int_equal(s.dataset.format, EV_ROWS_CSV);
	STRS(s.dataset.key, "patient_id", "window_id");
	assert_string_equal(s.dataset.patient, "patient_id");
	assert_string_equal(s.dataset.time, "t_start");
	assert_string_equal(s.dataset.label, "truth");
	assert_string_equal(s.dataset.score, "p_af");
	assert_string_equal(s.dataset.abstain, "unreadable");
	assert_null(s.dataset.baseline);
	STRS(s.dataset.columns, "sex", "age");
	STRS(s.dataset.column_names, "sex", "age_years");
	STRS(s.dataset.positive, "AF");
	STRS(s.dataset.negative, "NSR", "OTHER");
	assert_string_equal(s.dataset.reference, "adjudicated");
	assert_false(s.dataset.imperfect);
	assert_int_equal(s.dataset.score_kind, EV_SCORE_PROBABILITY);
	assert_string_equal(s.dataset.cluster, "patient_id");
	assert_int_equal(s.dataset.missing, EV_MISSING_AS_NEGATIVE);
	assert_true(s.dataset.label_missing_fails);
	assert_string_equal(s.dataset.missing_max.text, "0.03");
	assert_int_equal(s.dataset.holdout_max_uses, 6);
	assert_string_equal(s.dataset.kind, "real_world");
	assert_int_equal(strlen(s.digest), 71);
	ev_suite_release(&s);
}

static void references_points_and_methods_are_as_written(void **state)
{
	struct ev_suite s;

	(void)state;
	sf_read(&s, sf_suite);
	assert_true(s.previous.given && s.anchor.given);
	assert_string_equal(s.previous.release, "v2.8.1");
	assert_string_equal(s.anchor.path, "anchor.csv");
	assert_string_equal(s.anchor.reason, "cleared");
	STRS(s.pairing_keys, "patient_id", "window_id");
	assert_string_equal(s.pairing_require.text, "0.995");
	assert_int_equal(s.n_points, 2);
	assert_string_equal(s.points[0].name, "alert");
	assert_string_equal(s.points[0].threshold.text, "0.42");
	assert_true(s.points[0].threshold.value == 0.42);
	assert_string_equal(s.points[1].threshold.text, "0.20");
	assert_true(s.stats.confidence == 0.99 && s.stats.confidence_given);
	assert_true(s.stats.jeffreys && !s.stats.clopper_pearson);
	assert_true(s.stats.auc_logit && s.stats.newcombe_paired);
	assert_int_equal(s.stats.replicates, 4000);
	assert_int_equal(s.stats.seed, 20260501);
	assert_int_equal(s.stats.ece_bins, 12);
	assert_int_equal(s.stats.ece_scheme, EV_BIN_MASS);
	assert_int_equal(s.stats.ece_closure, EV_BIN_LEFT);
	assert_int_equal(s.stats.hl_groups, 8);
	assert_int_equal(s.stats.hl_rule, EV_HL_QUANTILE7);
	assert_false(s.stats.hl_external);
	assert_int_equal(s.stats.detect_slices, EV_ADJUST_HOLM);
	ev_suite_release(&s);
}

static void slices_are_as_written_and_overall_is_the_first(void **state)
{
	struct ev_suite s;

	(void)state;
	sf_read(&s, sf_suite);
	assert_int_equal(s.n_slices, 7);
	assert_string_equal(s.slices[0].name, "overall");
	assert_int_equal(s.slices[0].kind, EV_SLICE_ALL);
	assert_int_equal(s.slices[1].kind, EV_SLICE_WHERE);
	assert_string_equal(s.slices[1].where[0].column, "acuity");
	STRS(s.slices[1].where[0].values, "high");
	assert_true(s.slices[1].has_tier);
	assert_int_equal(s.slices[1].tier, EV_TIER_CRITICAL);
	assert_int_equal(s.slices[2].kind, EV_SLICE_BY);
	assert_false(s.slices[2].has_tier);
	assert_int_equal(s.slices[3].kind, EV_SLICE_CUTS);
	assert_int_equal(s.slices[3].n_cuts, 3);
	assert_string_equal(s.slices[3].cuts[2].text, "65");
	assert_int_equal(s.slices[4].kind, EV_SLICE_GROUPS);
	assert_int_equal(s.slices[4].n_groups, 2);
	assert_string_equal(s.slices[4].groups[0].name, "I-II");
	STRS(s.slices[4].groups[0].values, "1", "2");
	STRS(s.slices[4].groups[1].values, "3");
	assert_int_equal(s.slices[5].kind, EV_SLICE_CROSS);
	assert_int_equal(s.slices[5].cross[0], 2);
	assert_int_equal(s.slices[5].cross[1], 3);
	assert_true(s.slices[6].synthetic && !s.slices[5].synthetic);
	ev_suite_release(&s);
}

static void a_slice_names_a_column_by_itself_or_by_its_role(void **state)
{
	struct ev_suite s;
	char *text;

	(void)state;
	sf_read(&s, sf_suite);
	assert_string_equal(s.slices[3].column, "age_years");
	assert_string_equal(s.slices[4].column, "fitzpatrick");
	ev_suite_release(&s);
	/* what is a column is never taken for a role */
	text = sf_edit(sf_suite, "sex: sex, age: age_years",
		       "sex: sex, age: age_years, band: age");
	sf_read(&s, text);
	assert_string_equal(s.slices[3].column, "age");
	ev_suite_release(&s);
	free(text);
}

static void requests_are_those_of_metrics_then_of_gates(void **state)
{
	static const char *const keys[] = {
		"confusion@alert", "sensitivity@alert", "ppv@alert", "auc",
		"brier", "sens_at_spec(0.95)", "net_benefit(0.05)",
		"net_benefit(0.10)", "net_benefit(0.15)", "net_benefit(0.20)",
		"specificity@alert", "cal_slope", "new_fn_rate@alert",
		"n_positives", "share(label=AF and score<0.05)",
		"ppv@alert(0.02)", "ppv@alert(0.10)"
	};
	const struct ev_request *q;
	struct ev_suite s;
	size_t i;

	(void)state;
	sf_read(&s, sf_suite);
	assert_int_equal(s.n_requests, EV_ARRAY_SIZE(keys));
	for (i = 0; i < s.n_requests; i++) {
		assert_string_equal(s.requests[i].key, keys[i]);
		assert_int_equal(s.requests[i].wanted, i < 10 || i > 14);
		assert_int_equal(s.requests[i].class_index, -1);
	}
	assert_true(s.requests[5].argument == 0.95);
	assert_true(s.requests[9].argument == 0.2);
	q = &s.requests[14];
	assert_int_equal(q->metric, EV_M_SHARE);
	assert_int_equal(q->share.label, 1);
	assert_true(q->share.below);
	assert_string_equal(q->share.limit.text, "0.05");
	assert_int_equal(s.requests[15].metric, EV_M_PPV_AT);
	assert_true(s.requests[16].argument == 0.1);
	ev_suite_release(&s);
}

static void a_metric_in_two_spellings_is_measured_once(void **state)
{
	struct ev_suite s;
	char *text;

	(void)state;
	text = sf_edit(sf_suite, "metric: n_positives\n    pass: {ge: 60}",
		       "metric: net_benefit(0.1)\n    pass: {ge: 0}");
	sf_read(&s, text);
	assert_int_equal(s.gates[6].request, request(&s, "net_benefit(0.10)"));
	ev_suite_release(&s);
	free(text);
}

static void shares_are_of_either_side_in_any_order(void **state)
{
	static const struct {
		const char *text;
		int label;
		bool below;
	} as[] = {
		{ "share(score<0.05 and label=AF)", 1, true },
		{ "share( score >= 0.05 and label = negative )", 0, false },
		{ "share(score<0.05)", -1, true },
		{ "share(label=positive and score<0.05)", 1, true },
	};
	struct ev_suite s;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(as); i++) {
		text = sf_edit(sf_suite, "share(label=AF and score<0.05)",
			       as[i].text);
		sf_read(&s, text);
		assert_int_equal(s.requests[14].share.label, as[i].label);
		assert_int_equal(s.requests[14].share.below, as[i].below);
		ev_suite_release(&s);
		free(text);
	}
}

static void gates_are_as_written(void **state)
{
	const struct ev_gate *g;
	struct ev_suite s;

	(void)state;
	sf_read(&s, sf_suite);
	assert_int_equal(s.n_gates, 8);
	g = &s.gates[0];
	assert_string_equal(g->hazard, "HAZ-007");
	assert_string_equal(g->claim, "CLM-AF-SE");
	assert_string_equal(g->rationale, "SAP-014");
	assert_int_equal(g->n_slices, 1);
	assert_int_equal(g->slices[0], 0);
	assert_int_equal(g->pass.bound, EV_BOUND_LOWER);
	assert_int_equal(g->pass.comparator, EV_GE);
	assert_string_equal(g->pass.limit.text, "0.92");
	assert_string_equal(g->review.limit.text, "0.90");
	assert_int_equal(g->low_n, EV_LOW_N_FAIL);
	assert_false(g->waivable);
	assert_int_equal(g->line, 52);
	assert_int_equal(g->column, 5);
	g = &s.gates[1];
	assert_int_equal(g->compare, EV_CMP_NON_INFERIORITY);
	assert_int_equal(g->against, EV_AGAINST_PREVIOUS | EV_AGAINST_ANCHOR);
	assert_null(g->margin.text);
	assert_int_equal(g->n_margins, 2);
	assert_string_equal(g->margins[1].slice, "acute");
	assert_string_equal(g->margins[1].margin.text, "0.01");
	assert_string_equal(g->rationale, "SAP-015");
	assert_null(g->pass.limit.text);
	assert_int_equal(g->review.bound, EV_BOUND_ESTIMATE);
	assert_true(g->waivable);
	g = &s.gates[4];
	assert_int_equal(g->tier, EV_TIER_LOW);
	assert_true(g->has_tier && g->otherwise_review && !g->review.given);
	assert_int_equal(g->low_n, EV_LOW_N_INCOMPLETE);
	assert_string_equal(g->pass.limit.text, "0.80");
	ev_suite_release(&s);
}

/* The bound that speaks against the device, if none is said. */
static void a_bound_is_the_adverse_one(void **state)
{
	static const struct { const char *gate; enum ev_bound bound; } as[] = {
		{ "{metric: auc, pass: {ge: 0.9}}", EV_BOUND_LOWER },
		{ "{metric: ece, pass: {le: 0.1}}", EV_BOUND_UPPER },
		{ "{metric: citl, pass: {ge: -0.1}}", EV_BOUND_LOWER },
		{ "{metric: citl, pass: {lt: 0.1}}", EV_BOUND_UPPER },
		{ "{metric: citl, pass: {within: [-1, 1]}}",
		  EV_BOUND_INTERVAL },
		{ "{metric: n, pass: {ge: 60}}", EV_BOUND_ESTIMATE },
		{ "{metric: psi, pass: {le: 0.1}}", EV_BOUND_ESTIMATE },
		{ "{metric: ece, compare: {type: non_inferiority, against: "
		  "anchor, margin: 0.1}}", EV_BOUND_UPPER },
		{ "{metric: auc, compare: {type: superiority, against: "
		  "anchor}}", EV_BOUND_LOWER },
		{ "{metric: auc, compare: {type: equivalence, against: "
		  "anchor, margin: 0.1}}", EV_BOUND_INTERVAL },
		{ "{metric: ece, compare: {type: change, against: anchor}, "
		  "pass: {le: 0.1}}", EV_BOUND_UPPER },
	};
	struct ev_suite s;
	char *text, *gate;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(as); i++) {
		gate = ev_strdupf("{id: G1, %s", as[i].gate + 1);
		text = sf_edit(sf_small, "{id: G1, metric: auc, pass: "
			       "{ge: 0.9}}", gate);
		sf_read(&s, text);
		assert_true(s.gates[0].pass.given);
		assert_int_equal(s.gates[0].pass.bound, as[i].bound);
		ev_suite_release(&s);
		free(text);
		free(gate);
	}
}

/* What is not said ------------------------------------------------------- */

static void what_is_left_out_has_its_default(void **state)
{
	struct ev_suite s;

	(void)state;
	sf_read(&s, sf_small);
	assert_int_equal(s.dataset.format, EV_ROWS_GUESS);
	assert_int_equal(s.dataset.missing, EV_MISSING_WORST_CASE);
	assert_false(s.dataset.label_missing_fails);
	assert_null(s.dataset.missing_max.text);
	assert_null(s.dataset.cluster);
	assert_int_equal(s.dataset.holdout_max_uses, -1);
	assert_false(s.previous.given || s.anchor.given);
	STRS(s.pairing_keys, "id");
	assert_string_equal(s.pairing_require.text, "1");
	assert_true(s.stats.confidence == 0.95 && !s.stats.confidence_given);
	assert_false(s.stats.clopper_pearson || s.stats.jeffreys ||
		     s.stats.auc_logit || s.stats.newcombe_paired);
	assert_int_equal(s.stats.replicates, 2000);
	assert_int_equal(s.stats.seed, 0);
	assert_int_equal(s.stats.ece_bins, 10);
	assert_int_equal(s.stats.ece_scheme, EV_BIN_WIDTH);
	assert_int_equal(s.stats.ece_closure, EV_BIN_RIGHT);
	assert_int_equal(s.stats.hl_groups, 10);
	assert_int_equal(s.stats.hl_rule, EV_HL_QUANTILE2);
	assert_true(s.stats.hl_external);
	assert_int_equal(s.stats.detect_slices, EV_ADJUST_NONE);
	assert_int_equal(s.n_slices, 1);
	assert_int_equal(s.min_n.positives, 30);
	assert_int_equal(s.min_n_critical.patients, 40);
	assert_int_equal(s.low_n[EV_TIER_LOW], EV_LOW_N_REVIEW);
	assert_int_equal(s.low_n[EV_TIER_HIGH], EV_LOW_N_REVIEW);
	assert_int_equal(s.low_n[EV_TIER_CRITICAL], EV_LOW_N_FAIL);
	assert_true(s.gates[0].waivable);
	assert_int_equal(s.gates[0].low_n, EV_LOW_N_DEFAULT);
	ev_suite_release(&s);
}

static void a_critical_slice_never_needs_less_than_another(void **state)
{
	struct ev_suite s;

	(void)state;
	sf_read(&s, sf_suite);
	assert_int_equal(s.min_n.positives, 70);
	assert_int_equal(s.min_n.negatives, 20);
	assert_int_equal(s.min_n_critical.positives, 70);
	assert_int_equal(s.min_n_critical.negatives, 60);
	assert_int_equal(s.min_n_critical.patients, 15);
	ev_suite_release(&s);
}

static void the_tier_says_the_level_and_the_margin(void **state)
{
	struct ev_suite s;

	(void)state;
	sf_read(&s, sf_small);
	assert_true(ev_gate_level(&s, EV_TIER_LOW) == 0.90);
	assert_true(ev_gate_level(&s, EV_TIER_MODERATE) == 0.90);
	assert_true(ev_gate_level(&s, EV_TIER_HIGH) == 0.95);
	assert_true(ev_gate_level(&s, EV_TIER_CRITICAL) == 0.95);
	ev_suite_release(&s);
	sf_read(&s, sf_suite);
	assert_true(ev_gate_level(&s, EV_TIER_LOW) == 0.99);
	ev_suite_release(&s);
	assert_true(ev_tier_margin_factor(EV_TIER_LOW) == 1.5);
	assert_true(ev_tier_margin_factor(EV_TIER_MODERATE) == 1);
	assert_true(ev_tier_margin_factor(EV_TIER_HIGH) == 1);
	assert_true(ev_tier_margin_factor(EV_TIER_CRITICAL) == 0.5);
}

static void outcomes_of_what_cannot_be_judged_are_by_tier(void **state)
{
	struct ev_suite s;

	(void)state;
	sf_read(&s, sf_suite);
	assert_int_equal(s.low_n[EV_TIER_LOW], EV_LOW_N_INCOMPLETE);
	assert_int_equal(s.low_n[EV_TIER_MODERATE], EV_LOW_N_REVIEW);
	assert_int_equal(s.low_n[EV_TIER_HIGH], EV_LOW_N_FAIL);
	assert_int_equal(s.low_n[EV_TIER_CRITICAL], EV_LOW_N_FAIL);
	assert_int_equal(s.n_escalations, 2);
	assert_string_equal(s.escalations[0].when, "fail in tier critical");
	STRS(s.escalations[0].roles, "medical", "quality");
	ev_suite_release(&s);
}

/* The effective suite ---------------------------------------------------- */

static void check_again(const char *text)
{
	struct ev_suite s, again;
	char *one, *two;

	sf_read(&s, text);
	one = sf_effective(&s);
	sf_read(&again, one);
	two = sf_effective(&again);
	assert_string_equal(one, two);
	ev_suite_release(&s);
	ev_suite_release(&again);
	free(one);
	free(two);
}

static void the_effective_suite_is_a_suite_that_says_the_same(void **state)
{
	(void)state;
	check_again(sf_suite);
	check_again(sf_small);
}

static void the_effective_suite_has_every_default(void **state)
{
	struct ev_suite s;
	char *text;

	(void)state;
	sf_read(&s, sf_small);
	text = sf_effective(&s);
	assert_string_equal(text, "{\"schema\":\"git-evidence/suite/v1\","
		"\"suite\":{\"id\":\"small\",\"version\":\"1\",\"tier\":"
		"\"moderate\"},\"dataset\":{\"key\":[\"id\"],\"columns\":{"
		"\"label\":\"y\",\"score\":\"p\"},\"label\":{\"positive\":["
		"\"1\"],\"negative\":[\"0\"]},\"score\":{\"kind\":"
		"\"probability\",\"direction\":\"higher_is_positive\"},"
		"\"missing\":{\"score\":\"worst_case\",\"label\":"
		"\"exclude_and_report\"}},\"references\":{\"pairing\":{"
		"\"keys\":[\"id\"],\"require\":\"1\"}},\"operating_points\":{}"
		",\"stats\":{\"proportion\":{\"ci\":\"wilson\",\"clustered\":"
		"\"ratio_neff\"},\"auc\":{\"ci\":\"delong\",\"clustered\":"
		"\"obuchowski\"},\"difference\":{\"paired_proportion\":"
		"\"tango\",\"clustered\":\"ratio\",\"auc\":\"delong\"},"
		"\"bootstrap\":{\"replicates\":2000,\"seed\":0,\"unit\":"
		"\"patient\"},\"ece\":{\"bins\":10,\"scheme\":\"width\","
		"\"closure\":\"right\"},\"hosmer_lemeshow\":{\"groups\":10,"
		"\"rule\":\"quantile2_ties_together\",\"df\":\"external\"},"
		"\"multiplicity\":{\"detect_slices\":\"none\"}},\"slices\":{"
		"\"overall\":{}},\"min_n\":{\"positives\":30,\"negatives\":30,"
		"\"patients\":20,\"critical\":{\"positives\":60,\"negatives\":"
		"60,\"patients\":40}},\"metrics\":[],\"gates\":[{\"id\":"
		"\"G1\",\"metric\":\"auc\",\"slice\":[\"overall\"],"
		"\"statistic\":\"value\",\"pass\":{\"bound\":\"lower\",\"ge\":"
		"\"0.9\"},\"otherwise\":\"fail\"}],\"policy\":{"
		"\"insufficient\":{\"low\":\"review\",\"moderate\":\"review\","
		"\"high\":\"review\",\"critical\":\"fail\"},\"escalate\":[]}}");
	ev_suite_release(&s);
	free(text);
}

/* More than two classes -------------------------------------------------- */

#define CLASSES \
	"  columns: {label: y}\n" \
	"  label: {classes: [AF, NSR, OTHER]}\n" \
	"  score: {columns: {AF: p1, NSR: p2, OTHER: p3}}\n"

static char *classes(const char *metric)
{
	char *a, *b, *gate;

	a = sf_edit(sf_small, "  columns: {label: y, score: p}\n"
		    "  label: {positive: 1, negative: 0}\n", CLASSES);
	gate = ev_strdupf("metric: %s", metric);
	b = sf_edit(a, "metric: auc", gate);
	free(gate);
	free(a);
	return b;
}

static void classes_have_a_column_each(void **state)
{
	struct ev_suite s;
	char *text;

	(void)state;
	text = classes("macro_f1");
	sf_read(&s, text);
	assert_int_equal(s.dataset.label_kind, EV_LABEL_CLASSES);
	STRS(s.dataset.classes, "AF", "NSR", "OTHER");
	STRS(s.dataset.class_scores, "p1", "p2", "p3");
	assert_null(s.dataset.score);
	ev_suite_release(&s);
	check_again(text);
	free(text);
	text = classes("sensitivity(NSR)");
	sf_read(&s, text);
	assert_int_equal(s.requests[0].metric, EV_M_SENSITIVITY);
	assert_int_equal(s.requests[0].class_index, 1);
	ev_suite_release(&s);
	check_again(text);
	free(text);
}

static void classes_are_refused_what_they_have_not(void **state)
{
	static const struct sf_edit edits[] = {
		{ "macro_f1", "brier", SF_FILE ":9:22: metric 'brier' is not "
		  "supported with more than two classes\n" },
		{ "macro_f1", "auc", SF_FILE ":9:22: metric 'auc' needs a "
		  "class\nhint: auc(AF)\n" },
		{ "macro_f1", "auc(NRS)", SF_FILE ":9:22: there is no class "
		  "'NRS'\nhint: did you mean 'NSR'?\n" },
		{ "gates:", "operating_points: {a: {threshold: 0.5}}\ngates:",
		  SF_FILE ":8:19: operating points with more than two classes "
		  "are not supported\n" },
		{ "OTHER: p3", "OTHR: p3", SF_FILE ":7:20: class 'OTHER' has "
		  "no column in 'dataset.score.columns'\n" SF_FILE ":7:38: "
		  "'OTHR' is none of 'dataset.label.classes'\n" },
		{ "  score: {columns: {AF: p1, NSR: p2, OTHER: p3}}\n", "",
		  SF_FILE ":6:20: classes need a column of probabilities "
		  "each\nhint: score: {columns: {CLASS: COLUMN, ...}}\n" },
		{ "[AF, NSR, OTHER]}", "[AF, NSR, OTHER], positive: AF}",
		  SF_FILE ":6:20: dataset.label has classes, and positive or "
		  "negative labels too\n" },
		{ "[AF, NSR, OTHER]", "[AF]", SF_FILE ":6:20: field "
		  "'dataset.label.classes' must name 2 to 100 classes\n"
		  SF_FILE ":7:29: 'NSR' is none of 'dataset.label.classes'\n"
		  SF_FILE ":7:38: 'OTHER' is none of "
		  "'dataset.label.classes'\n" },
	};
	char *base = classes("macro_f1"), *text, *said;
	struct ev_suite s;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(edits); i++) {
		text = sf_edit(base, edits[i].from, edits[i].to);
		assert_int_equal(sf_try(&s, text), EV_EINVALID);
		said = sf_said();
		assert_string_equal(said, edits[i].said);
		free(said);
		free(text);
	}
	free(base);
}

/* Files ------------------------------------------------------------------ */

static void a_suite_that_is_not_there_is_said_so(void **state)
{
	struct ev_suite s;

	(void)state;
	assert_int_equal(ev_suite_read(&s, "/nonexistent/suite.yaml"),
			 EV_ENOTFOUND);
	ev_suite_release(&s);
}

static void what_is_no_map_or_too_large_is_refused(void **state)
{
	struct ev_suite s;
	char *large;

	(void)state;
	assert_int_equal(sf_try(&s, "- a\n"), EV_EINVALID);
	assert_string_equal(ev_error_last()->message,
			    SF_FILE ":1:1: value must be a map, not a list");
	assert_int_equal(sf_try(&s, ""), EV_EINVALID);
	assert_int_equal(sf_try(&s, "a: &x 1\nb: *x\n"), EV_EINVALID);
	large = ev_malloc(((size_t)1 << 20) + 2);
	memset(large, '#', ((size_t)1 << 20) + 1);
	large[((size_t)1 << 20) + 1] = '\0';
	assert_int_equal(sf_try(&s, large), EV_ELIMIT);
	free(large);
}

/* The example of the manual is what it says it is: a suite. */
static void the_example_of_the_manual_is_a_suite(void **state)
{
	struct ev_buf page = EV_BUF_INIT;
	const char *from, *to;
	char *text;
	size_t n = 0;

	(void)state;
	assert_int_equal(ev_file_read(&page, "man/git-evidence-suite.5",
				      (size_t)1 << 20), 0);
	from = page.ptr;
	while ((from = strstr(from, "\nschema: git-evidence/suite/v1\n"))) {
		to = strstr(++from, "\n.Ed\n");
		assert_non_null(to);
		text = ev_strndup(from, (size_t)(to - from) + 1);
		check_again(text);
		free(text);
		n++;
	}
	assert_int_equal(n, 2);
	ev_buf_release(&page);
}

/* The one to begin with is a suite, and its examples are too. */
static void the_suite_to_begin_with_is_one_with_its_examples(void **state)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_suite s;
	char *p;

	(void)state;
	assert_int_equal(ev_file_read(&text, "templates/evidence/suites/"
				      "starter.yaml", (size_t)1 << 20), 0);
	check_again(text.ptr);
	sf_read(&s, text.ptr);
	assert_int_equal(s.n_gates, 3);
	ev_suite_release(&s);
	while ((p = strstr(text.ptr, "\n#:")))
		memmove(p + 1, p + 3, strlen(p + 3) + 1);
	check_again(text.ptr);
	sf_read(&s, text.ptr);
	assert_int_equal(s.n_gates, 4);
	assert_int_equal(s.n_escalations, 1);
	ev_suite_release(&s);
	ev_buf_release(&text);
}

/* All of the language in one suite, as people write it. */
static void a_whole_suite_of_a_device_is_read(void **state)
{
	struct ev_suite s;

	(void)state;
	if (ev_suite_read(&s, "tests/data/validate/hah-clinval.yaml") < 0)
		fail_msg("%s", ev_error_last()->message);
	assert_int_equal(s.n_gates, 14);
	assert_int_equal(s.n_escalations, 4);
	assert_int_equal(s.n_slices, 9);
	ev_suite_release(&s);
}

#define T(test) cmocka_unit_test(test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_head_and_the_dataset_are_as_written),
		T(references_points_and_methods_are_as_written),
		T(slices_are_as_written_and_overall_is_the_first),
		T(a_slice_names_a_column_by_itself_or_by_its_role),
		T(requests_are_those_of_metrics_then_of_gates),
		T(a_metric_in_two_spellings_is_measured_once),
		T(shares_are_of_either_side_in_any_order),
		T(gates_are_as_written),
		T(a_bound_is_the_adverse_one),
		T(what_is_left_out_has_its_default),
		T(a_critical_slice_never_needs_less_than_another),
		T(the_tier_says_the_level_and_the_margin),
		T(outcomes_of_what_cannot_be_judged_are_by_tier),
		T(the_effective_suite_is_a_suite_that_says_the_same),
		T(the_effective_suite_has_every_default),
		T(classes_have_a_column_each),
		T(classes_are_refused_what_they_have_not),
		T(a_suite_that_is_not_there_is_said_so),
		T(what_is_no_map_or_too_large_is_refused),
		T(the_example_of_the_manual_is_a_suite),
		T(a_whole_suite_of_a_device_is_read),
		T(the_suite_to_begin_with_is_one_with_its_examples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
