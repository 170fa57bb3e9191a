#include "suitefix.h"

#include "study/validate.h"

/* One change of the suite that measured the anchor, and what is said of it. */
static const struct row {
	const char *from, *to;		/* text of the file */
	const char *gate, *what;	/* parts of the answer */
	bool looser;
} rows[] = {
	/* limits */
	{ "ge: \"0.92\"", "ge: \"0.91\"", "G01",
	  "pass.ge: 0.92 -> 0.91", true },
	{ "ge: \"0.92\"", "ge: \"0.93\"", "G01",
	  "pass.ge: 0.92 -> 0.93", false },
	{ "ge: \"0.92\"", "gt: \"0.92\"", "G01", "pass.g", true },
	{ "{bound: lower, ge: \"0.92\"}", "{bound: estimate, ge: \"0.92\"}",
	  "G01", "pass.bound: lower -> estimate", true },
	{ "{le: \"0.08\"}", "{le: \"0.09\"}", "G03",
	  "pass.le: 0.08 -> 0.09", true },
	{ "{le: \"0.08\"}", "{le: \"0.07\"}", "G03",
	  "pass.le: 0.08 -> 0.07", false },
	{ "within: [\"0.80\", \"1.25\"]", "within: [\"0.79\", \"1.25\"]",
	  "G04", "pass.within", true },
	{ "within: [\"0.80\", \"1.25\"]", "within: [\"0.80\", \"1.26\"]",
	  "G04", "pass.within", true },
	{ "within: [\"0.80\", \"1.25\"]", "within: [\"0.85\", \"1.20\"]",
	  "G04", "pass.within", false },
	{ "{ge: 60}", "{ge: 59}", "G07", "pass.ge: 60 -> 59", true },
	{ "{ge: 60}", "{ge: 61}", "G07", "pass.ge: 60 -> 61", false },
	/* what lies between pass and fail */
	{ "    review: {bound: lower, ge: 0.90}\n", "", "G01", "review: {",
	  false },
	{ "ge: 0.90}", "ge: 0.85}", "G01", "review.ge: 0.90 -> 0.85", true },
	{ "ge: 0.90}", "ge: 0.91}", "G01", "review.ge: 0.90 -> 0.91", false },
	{ "    pass: {le: \"0.08\"}\n",
	  "    pass: {le: \"0.08\"}\n    review: {le: \"0.10\"}\n", "G03",
	  "review: nothing -> {", true },
	{ "otherwise: review, ", "", "G05", "otherwise", false },
	/* gates */
	{ "  - id: G07\n    metric: n_positives\n    pass: {ge: 60}\n", "",
	  "G07", "the gate is gone", true },
	{ "policy:\n", "  - id: G09\n    metric: auc\n"
	  "    pass: {ge: \"0.9\"}\npolicy:\n", "G09", "the gate is new",
	  false },
	{ "- id: G03\n    metric: sensitivity@alert",
	  "- id: G03\n    metric: sensitivity@triage", "G03", "metric", true },
	{ "statistic: max_gap\n    pass: {le: \"0.08\"}", "pass: {ge: \"0.08\"}",
	  "G03", "statistic", true },
	/* where and against what */
	{ "slice: [sex, age]", "slice: [sex]", "G03", "slice: 'age' is gone",
	  true },
	{ "slice: [sex, age]", "slice: [sex, age, skin]", "G03",
	  "slice: 'skin' is new", false },
	{ "against: [previous, anchor]", "against: [previous]", "G02",
	  "against: 'anchor' is gone", true },
	{ "against: previous}", "against: [previous, anchor]}", "G06",
	  "against: 'anchor' is new", false },
	{ "type: non_inferiority, against: [previous, anchor],\n"
	  "      margin: {overall: \"0.02\", acute: \"0.01\"}, "
	  "rationale: SAP-015}\n"
	  "    pass: {bound: lower}\n    review: {bound: estimate}\n",
	  "type: superiority, against: [previous, anchor]}\n"
	  "    pass: {bound: lower}\n", "G02",
	  "compare.type: non_inferiority -> superiority", true },
	{ "acute: \"0.01\"}", "acute: \"0.015\"}", "G02",
	  "margin.acute: 0.01 -> 0.015", true },
	{ "acute: \"0.01\"}", "acute: \"0.005\"}", "G02",
	  "margin.acute: 0.01 -> 0.005", false },
	/* tiers, and what becomes of too few */
	{ "    tier: low\n", "    tier: high\n", "G05", "tier: low -> high",
	  false },
	{ "    waivable: never\n", "    waivable: never\n    tier: low\n",
	  "G01", "tier: nothing -> low", true },
	{ "    waivable: never\n", "    waivable: never\n    tier: critical\n",
	  "G01", "tier: nothing -> critical", false },
	{ "    statistic: max_gap\n", "    statistic: max_gap\n"
	  "    waivable: never\n", "G03", "waivable: nothing -> never", false },
	{ "    insufficient: fail\n", "    insufficient: review\n", "G01",
	  "insufficient: fail -> review", true },
	{ "insufficient: incomplete}", "insufficient: fail}", "G05",
	  "insufficient: incomplete -> fail", false },
	{ "insufficient: {low: incomplete", "insufficient: {low: review",
	  "policy", "insufficient.low: incomplete -> review", true },
	{ "moderate: review, high: fail", "moderate: fail, high: fail",
	  "policy", "insufficient.moderate: review -> fail", false },
	{ "    waivable: never\n", "", "G01", "waivable", true },
	{ "  tier: high\n", "  tier: moderate\n", "suite",
	  "suite.tier: high -> moderate", true },
	{ "tier: critical}", "tier: high}", "slices",
	  "acute.tier: critical -> high", true },
	/* minima */
	{ "positives: 70", "positives: 60", "min_n", "positives: 70 -> 60",
	  true },
	{ "positives: 70", "positives: 80", "min_n", "positives: 70 -> 80",
	  false },
	{ "critical: {patients: 15}", "critical: {patients: 12}", "min_n",
	  "critical.patients: 15 -> 12", true },
	/* the data, and how they are counted */
	{ "score: as_negative", "score: complete_case", "dataset",
	  "missing.score: as_negative -> complete_case", true },
	{ "label: fail", "label: exclude_and_report", "dataset",
	  "missing.label", true },
	{ "max_fraction: 0.03", "max_fraction: 0.04", "dataset",
	  "missing.max_fraction: 0.03 -> 0.04", true },
	{ "max_fraction: 0.03", "max_fraction: 0.02", "dataset",
	  "missing.max_fraction: 0.03 -> 0.02", false },
	{ "  holdout: {max_uses: 6}\n", "  holdout: {max_uses: 7}\n",
	  "dataset", "max_uses: 6 -> 7", true },
	{ "  holdout: {max_uses: 6}\n", "  holdout: {max_uses: 5}\n",
	  "dataset", "max_uses: 6 -> 5", false },
	{ "  holdout: {max_uses: 6}\n", "", "dataset", "holdout", true },
	{ "kind: real_world", "kind: synthetic", "dataset", "kind", true },
	{ "negative: [NSR, OTHER]", "negative: [NSR]", "dataset",
	  "label.negative", true },
	{ "  independence: {cluster: patient_id}\n", "", "dataset",
	  "independence", true },
	{ "require: 0.995", "require: 0.9", "references",
	  "require: 0.995 -> 0.9", true },
	{ "threshold: \"0.42\"", "threshold: \"0.40\"", "operating_points",
	  "alert.threshold", true },
	{ "cuts: [18, 40, \"65\"]", "cuts: [18, 65]", "slices", "age.cuts",
	  true },
	/* who is asked */
	{ "gate_change_roles: [clinical, quality]",
	  "gate_change_roles: [clinical]", "suite",
	  "gate_change_roles: 'quality' is gone", true },
	{ ", gate_change_roles: [clinical, quality]", "", "suite",
	  "gate_change_roles", true },
	{ "gate_change_roles: [clinical, quality]",
	  "gate_change_roles: [clinical, quality, medical]", "suite",
	  "gate_change_roles: 'medical' is new", false },
	{ "roles: [medical, quality]}", "roles: [medical]}", "policy",
	  "fail in tier critical\",\"roles\":[\"medical\",\"quality\"]}' is "
	  "gone", true },
	{ "    - {when: drift_from_anchor > 0.5*margin, roles: [clinical]}\n",
	  "", "policy", "0.5*margin\",\"roles\":[\"clinical\"]}' is gone",
	  true },
	{ "  waiver: {", "    - {when: gate_loosened, roles: [clinical]}\n"
	  "  waiver: {", "policy", "gate_loosened", false },
	/* statistics */
	{ "confidence: 0.99", "confidence: 0.95", "stats",
	  "confidence: 0.99 -> 0.95", true },
	{ "confidence: 0.99", "confidence: 0.995", "stats",
	  "confidence: 0.99 -> 0.995", false },
	{ "ci: jeffreys", "ci: wilson", "stats", "proportion.ci", true },
	{ "seed: 20260501", "seed: 20260502", "stats", "seed", true },
	{ "detect_slices: holm", "detect_slices: bh", "stats",
	  "detect_slices", true },
};

static void parse(struct ev_suite *s, const char *text)
{
	if (sf_try(s, text) < 0)
		fail_msg("%s", sf_said());
}

/* Is the change named, is it the only direction, and what is it? */
static bool right(const struct row *r)
{
	struct ev_suite anchor, now;
	struct ev_gate_diff d;
	char *text = sf_edit(sf_suite, r->from, r->to);
	bool named = false, looser = false;
	size_t i;

	parse(&anchor, sf_suite);
	parse(&now, text);
	assert_int_equal(ev_gate_diff(&d, &anchor, &now), 0);
	for (i = 0; i < d.n; i++) {
		looser |= d.items[i].looser;
		named |= !strcmp(d.items[i].gate, r->gate) &&
			strstr(d.items[i].what, r->what) &&
			d.items[i].looser == r->looser;
	}
	if (!named || looser != r->looser) {
		print_message("'%s' -> '%s'\n", r->from, r->to);
		for (i = 0; i < d.n; i++)
			print_message("  %s: %s: %s\n", d.items[i].gate,
				      d.items[i].what, d.items[i].looser ?
				      "looser" : "not looser");
		named = false;
	}
	ev_gate_diff_release(&d);
	ev_suite_release(&anchor);
	ev_suite_release(&now);
	free(text);
	return named && looser == r->looser;
}

static void every_change_is_named_and_what_asks_less_is_looser(void **state)
{
	size_t i, wrong = 0;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(rows); i++)
		wrong += !right(&rows[i]);
	assert_int_equal(wrong, 0);
}

static size_t count(const char *from, const char *to)
{
	struct ev_suite anchor, now;
	struct ev_gate_diff d;
	char *text = sf_edit(sf_suite, from, to);
	size_t n;

	parse(&anchor, sf_suite);
	parse(&now, text);
	assert_int_equal(ev_gate_diff(&d, &anchor, &now), 0);
	n = d.n;
	ev_gate_diff_release(&d);
	ev_suite_release(&anchor);
	ev_suite_release(&now);
	free(text);
	return n;
}

static void the_same_suite_has_no_difference(void **state)
{
	(void)state;
	assert_int_equal(count("tier: high\n", "tier: high\n"), 0);
}

static void words_that_nothing_is_judged_by_are_no_difference(void **state)
{
	static const char *const edits[][2] = {
		{ "version: 3.2.0", "version: 3.3.0" },
		{ "title: AF detection", "title: AF" },
		{ "claims: [CLM-AF-SE", "claims: [CLM-X, CLM-AF-SE" },
		{ "path: preds.csv", "path: other.csv" },
		{ "release: v2.8.1", "release: v2.9.0" },
		{ "hazard: HAZ-007", "hazard: HAZ-008" },
		{ "rationale: SAP-014", "rationale: SAP-016" },
		{ "ppv@alert, auc", "auc" },
		{ "prevalence_projection: [0.02, \"0.10\"]",
		  "prevalence_projection: [0.02]" },
		{ "ge: \"0.92\"", "ge: 0.92" },
		{ "insufficient: {low: incomplete, moderate: review, ",
		  "insufficient: {moderate: review, low: incomplete, " },
	};
	size_t i, n;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(edits); i++) {
		n = count(edits[i][0], edits[i][1]);
		if (n)
			fail_msg("'%s' -> '%s': %zu", edits[i][0],
				 edits[i][1], n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_change_is_named_and_what_asks_less_is_looser),
		cmocka_unit_test(the_same_suite_has_no_difference),
		cmocka_unit_test(
			words_that_nothing_is_judged_by_are_no_difference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
