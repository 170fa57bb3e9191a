#include "base/compat.h"

#include "suitefix.h"

static void a_gate_has_a_name_a_metric_and_a_number(void **state)
{
	static const struct sf_edit edits[] = {
		{ "  - id: G01\n"
		  "    hazard",
		  "  - hazard",
		  SF_FILE ":52:5: missing field 'gates[0].id'\n" },
		{ "id: G02",
		  "id: G01",
		  SF_FILE ":61:9: gate 'G01' stands twice\n" },
		{ "id: G02",
		  "id: G/02",
		  SF_FILE ":61:9: 'G/02' is no id of a gate: use "
		  "letters, digits and . _ -\n" },
		{ "    metric: cal_slope\n",
		  "",
		  SF_FILE ":73:5: missing field 'gates[3].metric'\n" },
		{ "claim: CLM-AF-SE",
		  "claim: CLM-AF-SX",
		  SF_FILE ":54:12: gate 'G01': claim 'CLM-AF-SX' is "
		  "none of 'suite.claims'\n"
		  "hint: did you mean 'CLM-AF-SE'?\n" },
		{ "    pass: {bound: lower, ge: \"0.92\"}\n",
		  "",
		  SF_FILE ":52:5: gate 'G01' has no 'pass'\n" },
		{ "    pass: {bound: lower, ge: \"0.92\"}\n",
		  "    pass: {bound: lower}\n",
		  SF_FILE ":57:11: gate 'G01' has no number: "
		  "'gates[0].pass' needs one of 'ge', 'gt', 'le', 'lt', "
		  "'within'\n" },
		{ "    pass: {bound: lower, ge: \"0.92\"}\n",
		  "    pass: {}\n",
		  SF_FILE ":57:11: gate 'G01' has no number: "
		  "'gates[0].pass' needs one of 'ge', 'gt', 'le', 'lt', "
		  "'within'\n" },
		{ "    pass: {bound: lower, ge: \"0.92\"}\n",
		  "    pass: {ge: \"0.92\", le: \"0.95\"}\n",
		  SF_FILE ":57:11: field 'gates[0].pass' has both 'ge' "
		  "and 'le'\n" },
		{ "    pass: {bound: lower, ge: \"0.92\"}\n",
		  "    pass: {ge: high}\n",
		  SF_FILE ":57:16: field 'gates[0].pass.ge': 'high' is "
		  "no decimal number\n" },
		{ "    pass: {bound: lower, ge: \"0.92\"}\n",
		  "    pass: {on: lower, ge: \"0.92\"}\n",
		  SF_FILE ":57:12: unknown field 'gates[0].pass.on'\n"
		  "hint: it is called 'bound': YAML reads 'on' as true "
		  "elsewhere\n" },
		{ "    pass: {bound: lower, ge: \"0.92\"}\n",
		  "    pass: {bond: lower, ge: \"0.92\"}\n",
		  SF_FILE ":57:12: unknown field 'gates[0].pass.bond'\n"
		  "hint: did you mean 'bound'?\n" },
		{ "    pass: {bound: lower, ge: \"0.92\"}\n",
		  "    pass: \"0.92\"\n",
		  SF_FILE ":57:11: field 'gates[0].pass' must be a map, "
		  "not '0.92'\n" },
		{ "    pass: {bound: lower, ge: \"0.92\"}\n",
		  "    pas: {ge: \"0.92\"}\n",
		  SF_FILE ":57:5: unknown field 'gates[0].pas'\n"
		  SF_FILE ":52:5: gate 'G01' has no 'pass'\n"
		  "hint: did you mean 'pass'?\n" },
		{ "{within: [\"0.80\", \"1.25\"]}",
		  "{within: [\"1.25\", \"0.80\"]}",
		  SF_FILE ":75:20: field 'gates[3].pass.within': 1.25 "
		  "is not below 0.80\n" },
		{ "{within: [\"0.80\", \"1.25\"]}",
		  "{within: [\"0.80\"]}",
		  SF_FILE ":75:20: field 'gates[3].pass.within' must be "
		  "a list of two numbers\n"
		  "hint: within: [\"0.80\", \"1.25\"]\n" },
		{ "{within: [\"0.80\", \"1.25\"]}",
		  "{within: \"0.80\"}",
		  SF_FILE ":75:20: field 'gates[3].pass.within' must be "
		  "a list of two numbers\n"
		  "hint: within: [\"0.80\", \"1.25\"]\n" },
		{ "{within: [\"0.80\", \"1.25\"]}",
		  "{within: [a, \"1.25\"]}",
		  SF_FILE ":75:21: field 'gates[3].pass.within': 'a' is "
		  "no decimal number\n" },
		{ "gates:\n"
		  "  - id: G01",
		  "gates: []\n"
		  "xgates:\n"
		  "  - id: G01",
		  SF_FILE ":52:1: unknown field 'xgates'\n"
		  SF_FILE ":51:8: field 'gates' must not be empty\n" },
	};

	(void)state;
	SF_REFUSE(edits);
}

static void a_bound_goes_with_its_metric(void **state)
{
	static const struct sf_edit edits[] = {
		{ "    pass: {bound: lower, ge: \"0.92\"}\n",
		  "    pass: {bound: upper, ge: \"0.92\"}\n",
		  SF_FILE ":57:11: gate 'G01': bound 'upper' does not "
		  "go with 'ge'\n"
		  "hint: bound: lower\n" },
		{ "    pass: {bound: lower, ge: \"0.92\"}\n",
		  "    pass: {bound: lower, le: \"0.92\"}\n",
		  SF_FILE ":57:11: gate 'G01': sensitivity@alert is "
		  "better high, so 'le' would pass what is worse\n"
		  "hint: say 'ge' or 'gt'\n" },
		{ "    pass: {bound: lower, ge: \"0.92\"}\n",
		  "    pass: {bound: interval, ge: \"0.92\"}\n",
		  SF_FILE ":57:11: gate 'G01': bound 'interval' does "
		  "not go with 'ge'\n"
		  "hint: bound: lower\n" },
		{ "    pass: {bound: lower, ge: \"0.92\"}\n",
		  "    pass: {bound: lower, within: [\"0.9\", \"1\"]}\n",
		  SF_FILE ":57:11: gate 'G01': bound 'lower' does not "
		  "go with 'within'\n"
		  "hint: bound: interval\n" },
		{ "pass: {le: \"0.08\"}",
		  "pass: {ge: \"0.08\"}",
		  SF_FILE ":72:11: gate 'G03': a gap of "
		  "sensitivity@alert is better low, so 'ge' would pass "
		  "what is worse\n"
		  "hint: say 'le' or 'lt'\n" },
		{ "pass: {ge: 60}",
		  "pass: {bound: lower, ge: 60}",
		  SF_FILE ":88:11: gate 'G07': n_positives has no "
		  "interval\n"
		  "hint: bound: estimate\n" },
		{ "pass: {ge: 60}",
		  "pass: {le: 60}",
		  SF_FILE ":88:11: gate 'G07': n_positives is better "
		  "high, so 'le' would pass what is worse\n"
		  "hint: say 'ge' or 'gt'\n" },
	};

	(void)state;
	SF_REFUSE(edits);
}

static void a_band_of_review_is_looser_than_pass(void **state)
{
	static const struct sf_edit edits[] = {
		{ "    review: {bound: lower, ge: 0.90}\n",
		  "    review: {bound: lower, ge: \"0.92\"}\n",
		  SF_FILE ":58:13: gate 'G01': 'review' asks for no "
		  "less than 'pass', so nothing is left to review\n" },
		{ "    review: {bound: lower, ge: 0.90}\n",
		  "    review: {bound: lower, ge: \"0.95\"}\n",
		  SF_FILE ":58:13: gate 'G01': 'review' asks for no "
		  "less than 'pass', so nothing is left to review\n" },
		{ "    review: {bound: lower, ge: 0.90}\n",
		  "    review: {bound: lower, gt: \"0.92\"}\n",
		  SF_FILE ":58:13: gate 'G01': 'review' asks for no "
		  "less than 'pass', so nothing is left to review\n" },
		{ "{bound: estimate, within: [\"0.75\", \"1.33\"]}",
		  "{within: [\"0.85\", \"1.20\"]}",
		  SF_FILE ":76:13: gate 'G04': 'review' asks for no "
		  "less than 'pass', so nothing is left to review\n" },
		{ "{bound: estimate, within: [\"0.75\", \"1.33\"]}",
		  "{within: [\"0.75\", \"1.20\"]}",
		  SF_FILE ":76:13: gate 'G04': 'review' asks for no "
		  "less than 'pass', so nothing is left to review\n" },
		{ "review: {bound: estimate, within: [\"0.75\", \"1.33\"]}",
		  "review: {within: [\"0.80\", \"1.25\"]}",
		  SF_FILE ":76:13: gate 'G04': 'review' asks for no "
		  "less than 'pass', so nothing is left to review\n" },
		{ "    pass: {bound: lower}\n"
		  "    review: {bound: estimate}",
		  "    pass: {bound: lower}\n"
		  "    review: {bound: lower}",
		  SF_FILE ":67:13: gate 'G02': 'review' asks for no "
		  "less than 'pass', so nothing is left to review\n" },
		{ "    pass: {bound: lower, ge: \"0.92\"}\n"
		  "    review: {bound: lower, ge: 0.90}\n",
		  "    pass: {bound: estimate, ge: \"0.92\"}\n"
		  "    review: {bound: lower, ge: \"0.92\"}\n",
		  SF_FILE ":58:13: gate 'G01': 'review' asks for no "
		  "less than 'pass', so nothing is left to review\n" },
		{ "    pass: {bound: lower}\n"
		  "    review: {bound: estimate}",
		  "    pass: {bound: estimate}\n"
		  "    review: {bound: lower}",
		  SF_FILE ":67:13: gate 'G02': 'review' asks for no "
		  "less than 'pass', so nothing is left to review\n" },
		{ "    review: {bound: lower, ge: 0.90}\n",
		  "    review: {bound: lower, ge: 0.90}\n"
		  "    otherwise: review\n",
		  SF_FILE ":59:16: gate 'G01' has 'review' and "
		  "'otherwise: review'\n" },
	};

	(void)state;
	SF_REFUSE(edits);
}

static void a_number_is_one_that_the_metric_can_have(void **state)
{
	static const struct sf_edit edits[] = {
		{ "    pass: {bound: lower, ge: \"0.92\"}\n",
		  "    pass: {ge: \"92\"}\n",
		  SF_FILE ":57:11: gate 'G01': sensitivity@alert cannot "
		  "be 92\n"
		  "hint: a share is from 0 to 1: 92 % is \"0.92\"\n" },
		{ "    pass: {bound: lower, ge: \"0.92\"}\n",
		  "    pass: {ge: \"-0.92\"}\n",
		  SF_FILE ":57:11: gate 'G01': sensitivity@alert cannot "
		  "be -0.92\n"
		  "hint: a share is from 0 to 1: 92 % is \"0.92\"\n" },
		{ "pass: {le: \"0.08\"}",
		  "pass: {le: \"8\"}",
		  SF_FILE ":72:11: gate 'G03': a gap of "
		  "sensitivity@alert cannot be 8\n" },
		{ "pass: {le: \"0.08\"}",
		  "pass: {le: \"-0.08\"}",
		  SF_FILE ":72:11: gate 'G03': a gap of "
		  "sensitivity@alert cannot be -0.08\n" },
		{ "metric: n_positives\n"
		  "    pass: {ge: 60}",
		  "metric: ece\n"
		  "    compare: {type: change, against: anchor}\n"
		  "    pass: {le: 2}",
		  SF_FILE ":89:11: gate 'G07': a change of ece cannot "
		  "be 2\n" },
		{ "metric: n_positives\n"
		  "    pass: {ge: 60}",
		  "metric: ece\n"
		  "    compare: {type: change, against: anchor}\n"
		  "    pass: {le: -1.5}",
		  SF_FILE ":89:11: gate 'G07': a change of ece cannot "
		  "be -1.5\n" },
		{ "metric: n_positives\n"
		  "    pass: {ge: 60}",
		  "metric: n_positives\n"
		  "    pass: {ge: -60}",
		  SF_FILE ":88:11: gate 'G07': n_positives cannot be "
		  "-60\n" },
		{ "margin: {overall: \"0.02\", acute: \"0.01\"}",
		  "margin: \"2\"",
		  SF_FILE ":65:15: gate 'G02': no specificity@alert "
		  "differs by 2, so everything would pass\n" },
		{ "margin: {overall: \"0.02\", acute: \"0.01\"}",
		  "margin: {overall: \"0.02\", acute: \"1\"}",
		  SF_FILE ":65:40: gate 'G02': no specificity@alert "
		  "differs by 1, so everything would pass\n" },
	};

	(void)state;
	SF_REFUSE(edits);
}

static void a_comparison_is_whole(void **state)
{
	static const struct sf_edit edits[] = {
		{ "compare: {type: non_inferiority, against: [previous, "
		  "anchor],\n"
		  "      margin: {overall: \"0.02\", acute: \"0.01\"}, "
		  "rationale: SAP-015}",
		  "compare: {type: non_inferiority, against: [previous, "
		  "anchor]}",
		  SF_FILE ":64:14: gate 'G02' has no number: "
		  "'non_inferiority' needs a margin\n" },
		{ "compare: {type: non_inferiority, against: [previous, "
		  "anchor],\n"
		  "      margin: {overall: \"0.02\", acute: \"0.01\"}, "
		  "rationale: SAP-015}",
		  "compare: {type: equivalence, against: previous}",
		  SF_FILE ":64:14: gate 'G02' has no number: "
		  "'equivalence' needs a margin\n"
		  SF_FILE ":65:11: gate 'G02': bound 'lower' does not "
		  "go with 'within'\n"
		  "hint: bound: interval\n" },
		{ "compare: {type: non_inferiority, against: [previous, "
		  "anchor],\n"
		  "      margin: {overall: \"0.02\", acute: \"0.01\"}, "
		  "rationale: SAP-015}",
		  "compare: {type: inferiority, against: previous, "
		  "margin: 0.02}",
		  SF_FILE ":64:21: field 'gates[1].compare.type' must "
		  "be one of 'non_inferiority', 'superiority', "
		  "'equivalence', 'no_new_harm', 'change', not "
		  "'inferiority'\n"
		  "hint: did you mean 'superiority'?\n" },
		{ "compare: {type: non_inferiority, against: [previous, "
		  "anchor],\n"
		  "      margin: {overall: \"0.02\", acute: \"0.01\"}, "
		  "rationale: SAP-015}",
		  "compare: {type: non_inferiority, against: [previus], "
		  "margin: 0.02}",
		  SF_FILE ":64:47: gate 'G02' compares against "
		  "'previus', which is neither 'previous' nor 'anchor'\n"
		  "hint: did you mean 'previous'?\n" },
		{ "compare: {type: non_inferiority, against: [previous, "
		  "anchor],\n"
		  "      margin: {overall: \"0.02\", acute: \"0.01\"}, "
		  "rationale: SAP-015}",
		  "compare: {type: non_inferiority, against: [], margin: "
		  "0.02}",
		  SF_FILE ":64:47: field 'gates[1].compare.against' "
		  "must not be empty\n" },
		{ "compare: {type: non_inferiority, against: [previous, "
		  "anchor],\n"
		  "      margin: {overall: \"0.02\", acute: \"0.01\"}, "
		  "rationale: SAP-015}",
		  "compare: {type: non_inferiority, margin: 0.02}",
		  SF_FILE ":64:14: missing field "
		  "'gates[1].compare.against'\n" },
		{ "compare: {type: non_inferiority, against: [previous, "
		  "anchor],\n"
		  "      margin: {overall: \"0.02\", acute: \"0.01\"}, "
		  "rationale: SAP-015}",
		  "compare: {against: previous, margin: 0.02}",
		  SF_FILE ":64:14: missing field "
		  "'gates[1].compare.type'\n" },
		{ "compare: {type: non_inferiority, against: [previous, "
		  "anchor],\n"
		  "      margin: {overall: \"0.02\", acute: \"0.01\"}, "
		  "rationale: SAP-015}",
		  "compare: {type: non_inferiority, against: previous, "
		  "margin: 0}",
		  SF_FILE ":64:65: field 'gates[1].compare.margin' must "
		  "be above 0, not 0\n" },
		{ "compare: {type: non_inferiority, against: [previous, "
		  "anchor],\n"
		  "      margin: {overall: \"0.02\", acute: \"0.01\"}, "
		  "rationale: SAP-015}",
		  "compare: {type: non_inferiority, against: previous, "
		  "margin: -0.02}",
		  SF_FILE ":64:65: field 'gates[1].compare.margin' must "
		  "be above 0, not -0.02\n" },
		{ "compare: {type: non_inferiority, against: [previous, "
		  "anchor],\n"
		  "      margin: {overall: \"0.02\", acute: \"0.01\"}, "
		  "rationale: SAP-015}",
		  "compare: {type: non_inferiority, against: previous, "
		  "margin: {overall: 0.02}}",
		  SF_FILE ":64:65: gate 'G02' has no margin for slice "
		  "'acute'\n" },
		{ "compare: {type: non_inferiority, against: [previous, "
		  "anchor],\n"
		  "      margin: {overall: \"0.02\", acute: \"0.01\"}, "
		  "rationale: SAP-015}",
		  "compare: {type: non_inferiority, against: previous, "
		  "margin: {overall: 0.02, acute: 0.01, sex: 0.02}}",
		  SF_FILE ":64:94: gate 'G02' has a margin for 'sex', "
		  "which is none of its slices\n" },
		{ "compare: {type: non_inferiority, against: [previous, "
		  "anchor],\n"
		  "      margin: {overall: \"0.02\", acute: \"0.01\"}, "
		  "rationale: SAP-015}",
		  "compare: {type: non_inferiority, against: previous, "
		  "margin: [0.02]}",
		  SF_FILE ":64:65: field 'gates[1].compare.margin' must "
		  "be a decimal number, not a list\n" },
		{ "compare: {type: non_inferiority, against: [previous, "
		  "anchor],\n"
		  "      margin: {overall: \"0.02\", acute: \"0.01\"}, "
		  "rationale: SAP-015}",
		  "compare: {type: superiority, against: previous, "
		  "margin: 0.02}",
		  SF_FILE ":64:61: gate 'G02': 'superiority' has no "
		  "margin\n" },
		{ "compare: {type: non_inferiority, against: [previous, "
		  "anchor],\n"
		  "      margin: {overall: \"0.02\", acute: \"0.01\"}, "
		  "rationale: SAP-015}",
		  "compare: {type: no_new_harm, against: previous}",
		  SF_FILE ":64:21: gate 'G02': 'no_new_harm' does not "
		  "go with specificity@alert\n"
		  SF_FILE ":65:11: gate 'G02' has no number: "
		  "'gates[1].pass' needs one of 'ge', 'gt', 'le', 'lt', "
		  "'within'\n"
		  SF_FILE ":66:13: gate 'G02' has no number: "
		  "'gates[1].review' needs one of 'ge', 'gt', 'le', 'lt', "
		  "'within'\n"
		  "hint: new_fn_rate@POINT, new_fp_rate@POINT\n" },
		{ "    pass: {bound: lower}\n"
		  "    review: {bound: estimate}",
		  "    pass: {ge: \"0.92\"}",
		  SF_FILE ":66:16: gate 'G02': the number comes from "
		  "the comparison, 'gates[1].pass' may not say one\n" },
		{ "compare: {type: no_new_harm, against: previous}",
		  "compare: {type: change, against: previous}",
		  SF_FILE ":84:21: gate 'G06': new_fn_rate@alert is a "
		  "comparison already, of type 'no_new_harm'\n" },
		{ "    compare: {type: no_new_harm, against: previous}\n",
		  "",
		  SF_FILE ":82:5: gate 'G06': new_fn_rate@alert needs a "
		  "comparison\n"
		  "hint: compare: {type: no_new_harm, against: previous}\n" },
		{ "    metric: cal_slope\n",
		  "    metric: cal_slope\n"
		  "    compare: {type: superiority, against: anchor}\n",
		  SF_FILE ":75:21: gate 'G04': cal_slope is better "
		  "neither high nor low, so 'superiority' says nothing\n"
		  SF_FILE ":76:20: gate 'G04': the number comes from "
		  "the comparison, 'gates[3].pass' may not say one\n"
		  SF_FILE ":77:39: gate 'G04': the number comes from "
		  "the comparison, 'gates[3].review' may not say one\n"
		  "hint: type: equivalence\n" },
		{ "    metric: cal_slope\n",
		  "    metric: cal_slope\n"
		  "    rationale: A\n"
		  "    compare: {type: change, against: anchor, "
		  "rationale: B}\n",
		  SF_FILE ":76:57: gate 'G04' says 'rationale' twice\n" },
		{ "    metric: n_positives\n",
		  "    metric: n_positives\n"
		  "    compare: {type: non_inferiority, against: anchor, "
		  "margin: 5}\n",
		  SF_FILE ":88:21: gate 'G07': a comparison of "
		  "n_positives is not supported\n"
		  SF_FILE ":89:16: gate 'G07': the number comes from "
		  "the comparison, 'gates[6].pass' may not say one\n" },
		{ "    metric: n_positives\n",
		  "    metric: psi\n"
		  "    compare: {type: change, against: anchor}\n",
		  SF_FILE ":88:21: gate 'G07': psi is a comparison "
		  "already\n"
		  SF_FILE ":89:11: gate 'G07': psi is better low, so "
		  "'ge' would pass what is worse\n"
		  "hint: say 'le' or 'lt'\n" },
	};

	(void)state;
	SF_REFUSE(edits);
}

static void a_gate_names_slices_that_are_there(void **state)
{
	static const struct sf_edit edits[] = {
		{ "slice: [overall, acute]",
		  "slice: [overall, acut]",
		  SF_FILE ":63:12: gate 'G02': there is no slice 'acut'\n"
		  SF_FILE ":65:33: gate 'G02' has a margin for 'acute', "
		  "which is none of its slices\n"
		  "hint: did you mean 'acute'?\n" },
		{ "slice: scenario",
		  "slice: scenario=1",
		  SF_FILE ":79:12: gate 'G05': there is no slice "
		  "'scenario=1'\n"
		  "hint: a gate is about all members of a slice; for one "
		  "alone, make a slice with 'where'\n" },
		{ "slice: scenario",
		  "slice: []",
		  SF_FILE ":79:12: field 'gates[4].slice' must not be "
		  "empty\n" },
		{ "slice: scenario",
		  "slice: [scenario, scenario]",
		  SF_FILE ":79:23: field 'gates[4].slice' names "
		  "'scenario' twice\n" },
		{ "slice: [sex, age]\n",
		  "slice: [sex, overall]\n",
		  SF_FILE ":71:16: gate 'G03': slice 'overall' has no "
		  "members between which there is a gap\n" },
		{ "slice: [sex, age]\n",
		  "slice: [acute]\n",
		  SF_FILE ":71:16: gate 'G03': slice 'acute' has no "
		  "members between which there is a gap\n" },
		{ "statistic: max_gap",
		  "statistic: max_gap\n"
		  "    compare: {type: change, against: anchor}",
		  SF_FILE ":71:16: gate 'G03': 'max_gap' of a "
		  "comparison is not supported\n" },
		{ "statistic: max_gap\n"
		  "    pass: {le: \"0.08\"}",
		  "statistic: max_gap\n"
		  "    each: {pass: {le: \"0.08\"}}",
		  SF_FILE ":71:16: gate 'G03': 'max_gap' is one number "
		  "for all members, so there is no 'each'\n" },
		{ "statistic: max_gap",
		  "statistic: gap",
		  SF_FILE ":71:16: field 'gates[2].statistic' must be "
		  "one of 'value', 'max_gap', not 'gap'\n"
		  SF_FILE ":72:11: gate 'G03': sensitivity@alert is "
		  "better high, so 'le' would pass what is worse\n"
		  "hint: say 'ge' or 'gt'\n" },
		{ "    metric: n_positives\n    pass: {ge: 60}\n",
		  "    metric: psi\n"
		  "    slice: sex\n"
		  "    statistic: max_gap\n"
		  "    pass: {bound: estimate, le: \"0.1\"}\n",
		  SF_FILE ":89:16: gate 'G07': 'max_gap' does not go "
		  "with psi\n" },
		{ "    metric: n_positives\n",
		  "    metric: n_positives\n"
		  "    slice: sex\n"
		  "    statistic: max_gap\n",
		  SF_FILE ":89:16: gate 'G07': 'max_gap' does not go "
		  "with n_positives\n"
		  SF_FILE ":90:11: gate 'G07': a gap of n_positives is "
		  "better low, so 'ge' would pass what is worse\n"
		  "hint: say 'le' or 'lt'\n" },
	};

	(void)state;
	SF_REFUSE(edits);
}

static void each_and_the_rest_are_said_once(void **state)
{
	static const struct sf_edit edits[] = {
		{ "    each: {pass",
		  "    pass: {ge: \"0.80\"}\n"
		  "    each: {pass",
		  SF_FILE ":81:11: gate 'G05' says 'each' and 'pass'\n" },
		{ "    each: {pass",
		  "    insufficient: fail\n"
		  "    each: {pass",
		  SF_FILE ":81:19: gate 'G05' says 'each' and "
		  "'insufficient'\n" },
		{ "each: {pass: {ge: \"0.80\"}, otherwise: review,",
		  "each: {otherwise: review,",
		  SF_FILE ":81:11: gate 'G05' has no 'pass'\n" },
		{ "insufficient: fail",
		  "insufficient: pass",
		  SF_FILE ":59:19: field 'gates[0].insufficient' must "
		  "be one of 'review', 'incomplete', 'fail', not 'pass'\n" },
		{ "otherwise: review",
		  "otherwise: pass",
		  SF_FILE ":81:43: field 'gates[4].each.otherwise' must "
		  "be one of 'review', 'fail', not 'pass'\n" },
		{ "waivable: never",
		  "waivable: allowed",
		  SF_FILE ":60:15: field 'gates[0].waivable' must be "
		  "'never', not 'allowed'\n" },
		{ "tier: low\n",
		  "tier: lowest\n",
		  SF_FILE ":80:11: field 'gates[4].tier' must be one of "
		  "'low', 'moderate', 'high', 'critical', not 'lowest'\n" },
	};

	(void)state;
	SF_REFUSE(edits);
}

#define T(test) cmocka_unit_test(test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_gate_has_a_name_a_metric_and_a_number),
		T(a_bound_goes_with_its_metric),
		T(a_band_of_review_is_looser_than_pass),
		T(a_number_is_one_that_the_metric_can_have),
		T(a_comparison_is_whole),
		T(a_gate_names_slices_that_are_there),
		T(each_and_the_rest_are_said_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
