#include "base/compat.h"

#include "suitefix.h"

static void which_suite_it_is_must_be_said(void **state)
{
	static const struct sf_edit edits[] = {
		{ "schema: git-evidence/suite/v1",
		  "schema: git-evidence/suite/v2",
		  SF_FILE ":1:9: field 'schema' must be "
		  "'git-evidence/suite/v1', not 'git-evidence/suite/v2'\n"
		  "hint: did you mean 'git-evidence/suite/v1'?\n" },
		{ "schema: git-evidence/suite/v1\n",
		  "",
		  SF_FILE ":1:1: missing field 'schema'\n" },
		{ "  id: arrhythmia-clinical\n",
		  "",
		  SF_FILE ":3:3: missing field 'suite.id'\n" },
		{ "id: arrhythmia-clinical",
		  "id: arrhythmia clinical",
		  SF_FILE ":3:7: suite.id is no name: use letters, "
		  "digits and . _ / -\n" },
		{ "id: arrhythmia-clinical",
		  "id: 7",
		  SF_FILE ":3:7: field 'suite.id' must be a string, not "
		  "a number\n"
		  "hint: put it in quotes: \"7\"\n" },
		{ "  version: 3.2.0\n",
		  "",
		  SF_FILE ":3:3: missing field 'suite.version'\n" },
		{ "  tier: high\n",
		  "",
		  SF_FILE ":3:3: missing field 'suite.tier'\n" },
		{ "  tier: high\n",
		  "  tier: hihg\n",
		  SF_FILE ":9:9: field 'suite.tier' must be one of "
		  "'low', 'moderate', 'high', 'critical', not 'hihg'\n"
		  "hint: did you mean 'high'?\n" },
		{ "claims: [CLM-AF-SE, CLM-AF-SP]",
		  "claims: [CLM-AF-SE, CLM-AF-SE]",
		  SF_FILE ":7:23: field 'suite.claims' names "
		  "'CLM-AF-SE' twice\n" },
		{ "claims: [CLM-AF-SE, CLM-AF-SP]",
		  "claims: []",
		  SF_FILE ":7:11: field 'suite.claims' must not be "
		  "empty\n" },
		{ "claims: [CLM-AF-SE, CLM-AF-SP]",
		  "claims: CLM-AF-SE",
		  SF_FILE ":7:11: field 'suite.claims' must be a list, "
		  "not 'CLM-AF-SE'\n" },
		{ "  title: AF",
		  "  titel: AF",
		  SF_FILE ":5:3: unknown field 'suite.titel'\n"
		  "hint: did you mean 'title'?\n" },
		{ "metrics:",
		  "metrcis:",
		  SF_FILE ":48:1: unknown field 'metrcis'\n"
		  "hint: did you mean 'metrics'?\n" },
	};

	(void)state;
	SF_REFUSE(edits);
}

static void the_columns_of_the_predictions_must_be_named(void **state)
{
	static const struct sf_edit edits[] = {
		{ "  key: [patient_id, window_id]\n",
		  "",
		  SF_FILE ":13:3: missing field 'dataset.key'\n" },
		{ "  key: [patient_id, window_id]",
		  "  key: []",
		  SF_FILE ":14:8: field 'dataset.key' must not be empty\n"
		  SF_FILE ":26:19: pairing by other keys than "
		  "'dataset.key' is not supported\n" },
		{ "  key: [patient_id, window_id]",
		  "  key: [patient_id, true]",
		  SF_FILE ":14:21: field 'dataset.key' must hold "
		  "strings or numbers, not a boolean\n"
		  "hint: put it in quotes\n" },
		{ "label: truth, ",
		  "",
		  SF_FILE ":15:12: missing field "
		  "'dataset.columns.label'\n" },
		{ "score: p_af,\n",
		  "\n",
		  SF_FILE ":15:12: missing field "
		  "'dataset.columns.score'\n" },
		{ "score: p_af",
		  "score: 3",
		  SF_FILE ":15:70: field 'dataset.columns.score' must "
		  "be the name of a column\n" },
		{ "patient: patient_id",
		  "patiant: patient_id",
		  SF_FILE ":15:13: dataset.columns: 'patiant' is no "
		  "role that the program knows, and too near to one to be "
		  "another\n"
		  "hint: did you mean 'patient'?\n" },
		{ "abstain: unreadable",
		  "abstained: unreadable",
		  SF_FILE ":16:5: dataset.columns: 'abstained' is no "
		  "role that the program knows, and too near to one to be "
		  "another\n"
		  "hint: did you mean 'abstain'?\n" },
		{ "format: csv",
		  "format: xlsx",
		  SF_FILE ":13:42: field 'dataset.predictions.format' "
		  "must be one of 'csv', 'tsv', 'jsonl', not 'xlsx'\n" },
		{ "cluster: patient_id",
		  "cluster: site",
		  SF_FILE ":19:27: independence by another column than "
		  "that of patients, 'patient_id', is not supported\n" },
		{ "columns: {patient: patient_id, time: t_start, label: "
		  "truth, score: p_af,\n"
		  "    abstain: unreadable, sex: sex, age: age_years}",
		  "columns: truth",
		  SF_FILE ":15:12: field 'dataset.columns' must be a "
		  "map, not 'truth'\n" },
	};

	(void)state;
	SF_REFUSE(edits);
}

static void labels_and_scores_mean_one_thing(void **state)
{
	static const struct sf_edit edits[] = {
		{ "positive: AF, ",
		  "",
		  SF_FILE ":17:10: missing field "
		  "'dataset.label.positive'\n" },
		{ "negative: [NSR, OTHER], ",
		  "",
		  SF_FILE ":17:10: missing field "
		  "'dataset.label.negative'\n" },
		{ "negative: [NSR, OTHER]",
		  "negative: [NSR, AF]",
		  SF_FILE ":17:35: label 'AF' is positive and negative\n"
		  SF_FILE ":90:13: metric 'share': label=AF is one of "
		  "several negative labels, say label=negative\n"
		  "hint: share(label=positive and score<0.05)\n" },
		{ "negative: [NSR, OTHER]",
		  "negative: [NSR, NSR]",
		  SF_FILE ":17:41: field 'dataset.label.negative' names "
		  "'NSR' twice\n" },
		{ "positive: AF",
		  "positive: true",
		  SF_FILE ":17:21: field 'dataset.label.positive' must "
		  "hold strings or numbers, not a boolean\n"
		  "hint: put it in quotes\n" },
		{ "positive: AF",
		  "positive: \"\"",
		  SF_FILE ":17:21: field 'dataset.label.positive' holds "
		  "an empty string\n" },
		{ "direction: higher_is_positive",
		  "direction: auto",
		  SF_FILE ":18:41: field 'dataset.score.direction' must "
		  "be 'higher_is_positive', not 'auto'\n" },
		{ "kind: probability,",
		  "kind: probabilities,",
		  SF_FILE ":18:17: field 'dataset.score.kind' must be "
		  "one of 'probability', 'number', not 'probabilities'\n"
		  "hint: did you mean 'probability'?\n" },
		{ "score: {kind: probability",
		  "score: {columns: {AF: p}, kind: probability",
		  SF_FILE ":18:20: 'dataset.score.columns' is for "
		  "'dataset.label.classes'\n" },
		{ "score: as_negative",
		  "score: ignore",
		  SF_FILE ":20:20: field 'dataset.missing.score' must "
		  "be one of 'worst_case', 'as_negative', 'as_positive', "
		  "'complete_case', 'fail', not 'ignore'\n" },
		{ "label: fail,",
		  "label: drop,",
		  SF_FILE ":20:40: field 'dataset.missing.label' must "
		  "be one of 'exclude_and_report', 'fail', not 'drop'\n" },
		{ "max_fraction: 0.03",
		  "max_fraction: 3",
		  SF_FILE ":20:60: field 'dataset.missing.max_fraction' "
		  "must be from 0 to 1, not 3\n" },
		{ "max_fraction: 0.03",
		  "max_fraction: \"0,03\"",
		  SF_FILE ":20:60: field "
		  "'dataset.missing.max_fraction': '0,03' is no decimal "
		  "number\n"
		  "hint: write it with a point: \"0.03\"\n" },
		{ "  holdout: {",
		  "  no_overlap_with: [evidence:model/train#patients]\n"
		  "  holdout: {",
		  SF_FILE ":21:20: 'dataset.no_overlap_with': "
		  "'evidence:model/train#patients' names no artifact of a "
		  "lineage record\nhint: evidence:lineage/NAME#patients\n" },
		{ "max_uses: 6",
		  "max_uses: 0",
		  SF_FILE ":21:23: field 'dataset.holdout.max_uses' "
		  "must be from 1 to 1000000, not 0\n" },
		{ "kind: real_world",
		  "kind: real_world\n  use: training",
		  SF_FILE ":23:8: field 'dataset.use' is for a synthetic "
		  "cohort, and 'dataset.kind' is real_world\n" },
		{ "kind: real_world",
		  "kind: real",
		  SF_FILE ":22:9: field 'dataset.kind' must be one of "
		  "'real_world', 'synthetic', 'mixed', not 'real'\n" },
	};

	(void)state;
	SF_REFUSE(edits);
}

static void references_are_one_of_three_things(void **state)
{
	static const struct sf_edit edits[] = {
		{ "{release: v2.8.1}",
		  "{}",
		  SF_FILE ":24:13: 'references.previous' must say one "
		  "of 'release', 'path' and 'column'\n" },
		{ "{release: v2.8.1}",
		  "{release: v2.8.1, path: p.csv}",
		  SF_FILE ":24:13: 'references.previous' must say one "
		  "of 'release', 'path' and 'column'\n" },
		{ "{path: anchor.csv, reason: cleared}",
		  "{pth: anchor.csv}",
		  SF_FILE ":25:12: unknown field "
		  "'references.anchor.pth'\n"
		  SF_FILE ":25:11: 'references.anchor' must say one of "
		  "'release', 'path' and 'column'\n"
		  "hint: did you mean 'path'?\n" },
		{ "pairing: {keys: [patient_id, window_id], ",
		  "pairing: {keys: [patient_id], ",
		  SF_FILE ":26:19: pairing by other keys than "
		  "'dataset.key' is not supported\n" },
		{ "require: 0.995",
		  "require: 99.5",
		  SF_FILE ":26:53: field 'references.pairing.require' "
		  "must be from 0 to 1, not 99.5\n" },
	};

	(void)state;
	SF_REFUSE(edits);
}

static void operating_points_are_fixed_beforehand(void **state)
{
	static const struct sf_edit edits[] = {
		{ "threshold: \"0.42\", source: tuning",
		  "threshold: \"0.42\", source: test",
		  SF_FILE ":28:38: operating point 'alert' may not come "
		  "from the data under test\n"
		  "hint: write the threshold that was chosen on other "
		  "data\n" },
		{ "threshold: \"0.42\", source: tuning",
		  "source: tuning",
		  SF_FILE ":28:10: operating point 'alert' has no "
		  "threshold, and deriving one is not supported\n"
		  "hint: threshold: \"0.42\"\n" },
		{ "threshold: \"0.42\", source: tuning",
		  "at_specificity: 0.95, source: tuning",
		  SF_FILE ":28:11: unknown field "
		  "'operating_points.alert.at_specificity'\n"
		  SF_FILE ":28:10: operating point 'alert' has no "
		  "threshold, and deriving one is not supported\n"
		  "hint: threshold: \"0.42\"\n" },
		{ "threshold: \"0.42\"",
		  "threshold: \"0,42\"",
		  SF_FILE ":28:22: field "
		  "'operating_points.alert.threshold': '0,42' is no "
		  "decimal number\n"
		  "hint: write it with a point: \"0.42\"\n" },
		{ "threshold: \"0.42\"",
		  "threshold: \".42\"",
		  SF_FILE ":28:22: field "
		  "'operating_points.alert.threshold': '.42' is no "
		  "decimal number\n" },
		{ "threshold: \"0.42\"",
		  "threshold: \"1.42\"",
		  SF_FILE ":28:22: field "
		  "'operating_points.alert.threshold' must be from 0 to "
		  "1, not 1.42\n" },
		{ "threshold: \"0.42\"",
		  "threshold: true",
		  SF_FILE ":28:22: field "
		  "'operating_points.alert.threshold' must be a string or "
		  "a number, not a boolean\n"
		  "hint: put it in quotes: \"true\"\n" },
		{ "threshold: \"0.42\"",
		  "threshold: \"1e99\"",
		  SF_FILE ":28:22: field "
		  "'operating_points.alert.threshold': '1e99' has an "
		  "exponent beyond 40\n" },
		{ "threshold: \"0.42\"",
		  "threshold: \"0.4200000000000000000000000000000000000000"
		  "1\"",
		  SF_FILE ":28:22: field "
		  "'operating_points.alert.threshold': "
		  "'0.42000000000000000000000000000000000000001' is "
		  "longer than 40 characters\n" },
		{ "triage: {",
		  "tri@age: {",
		  SF_FILE ":29:3: 'tri@age' is no name of an operating "
		  "point: use letters, digits and . _ -\n" },
		{ "alert: {threshold: \"0.42\", source: tuning}",
		  "alert: \"0.42\"",
		  SF_FILE ":28:10: field 'operating_points.alert' must "
		  "be a map, not '0.42'\n" },
	};

	(void)state;
	SF_REFUSE(edits);
}

static void methods_are_those_that_are_there(void **state)
{
	static const struct sf_edit edits[] = {
		{ "confidence: 0.99",
		  "confidence: 95",
		  SF_FILE ":31:15: field 'stats.confidence' must be "
		  "above 0.5 and below 1, not 95\n" },
		{ "confidence: 0.99",
		  "confidence: 0.5",
		  SF_FILE ":31:15: field 'stats.confidence' must be "
		  "above 0.5 and below 1, not 0.5\n" },
		{ "ci: jeffreys",
		  "ci: wald",
		  SF_FILE ":32:20: field 'stats.proportion.ci' must be "
		  "one of 'wilson', 'clopper_pearson', 'jeffreys', not "
		  "'wald'\n" },
		{ "clustered: ratio_neff",
		  "clustered: gee",
		  SF_FILE ":32:41: field 'stats.proportion.clustered' "
		  "must be 'ratio_neff', not 'gee'\n" },
		{ "ci: logit",
		  "ci: bootstrap",
		  SF_FILE ":33:13: field 'stats.auc.ci' must be one of "
		  "'delong', 'logit', not 'bootstrap'\n" },
		{ "paired_proportion: newcombe",
		  "paired_proportion: wald",
		  SF_FILE ":34:35: field "
		  "'stats.difference.paired_proportion' must be one of "
		  "'tango', 'newcombe', not 'wald'\n" },
		{ "replicates: 4000",
		  "replicates: 50",
		  SF_FILE ":35:27: field 'stats.bootstrap.replicates' "
		  "must be from 100 to 1000000, not 50\n" },
		{ "replicates: 4000",
		  "replicates: 1e6",
		  SF_FILE ":35:27: field 'stats.bootstrap.replicates' "
		  "must be a whole number, not '1e6'\n" },
		{ "seed: 20260501",
		  "seed: -1",
		  SF_FILE ":35:39: field 'stats.bootstrap.seed' must be "
		  "from 0 to 9223372036854775807, not -1\n" },
		{ "unit: patient",
		  "unit: row",
		  SF_FILE ":35:55: field 'stats.bootstrap.unit' must be "
		  "'patient', not 'row'\n" },
		{ "bins: 12",
		  "bins: 1",
		  SF_FILE ":36:15: field 'stats.ece.bins' must be from "
		  "2 to 1000, not 1\n" },
		{ "rule: quantile7",
		  "rule: quantile",
		  SF_FILE ":37:38: field 'stats.hosmer_lemeshow.rule' "
		  "must be one of 'quantile2_ties_together', 'quantile7', "
		  "not 'quantile'\n"
		  "hint: did you mean 'quantile7'?\n" },
		{ "detect_slices: holm",
		  "detect_slices: holms",
		  SF_FILE ":38:33: field "
		  "'stats.multiplicity.detect_slices' must be one of "
		  "'none', 'bonferroni', 'holm', 'hochberg', 'bh', not "
		  "'holms'\n"
		  "hint: did you mean 'holm'?\n" },
		{ "positives: 70",
		  "positives: -1",
		  SF_FILE ":47:20: field 'min_n.positives' must be from "
		  "0 to 200000000, not -1\n" },
		{ "{patients: 15}",
		  "{pateints: 15}",
		  SF_FILE ":47:64: unknown field "
		  "'min_n.critical.pateints'\n"
		  "hint: did you mean 'patients'?\n" },
	};

	(void)state;
	SF_REFUSE(edits);
}

static void slices_are_made_in_one_way(void **state)
{
	static const struct sf_edit edits[] = {
		{ "overall: {}",
		  "overall: {by: sex}",
		  SF_FILE ":40:12: slice 'overall' is everybody: it "
		  "says nothing else\n"
		  "hint: overall: {}\n" },
		{ "overall: {}",
		  "overall: everybody",
		  SF_FILE ":40:12: field 'slices.overall' must be a "
		  "map, not 'everybody'\n" },
		{ "sex: {by: sex}",
		  "sex: {}",
		  SF_FILE ":42:8: slice 'sex' must be made in one way\n"
		  "hint: by: COLUMN, with cuts or groups, or where: "
		  "{COLUMN: VALUES}, or cross: [SLICE, SLICE]\n" },
		{ "sex: {by: sex}",
		  "sex: {by: sex, cross: [age, skin]}",
		  SF_FILE ":42:8: slice 'sex' must be made in one way\n"
		  "hint: by: COLUMN, with cuts or groups, or where: "
		  "{COLUMN: VALUES}, or cross: [SLICE, SLICE]\n" },
		{ "sex: {by: sex}",
		  "sex: {cuts: [1]}",
		  SF_FILE ":42:8: slice 'sex' must be made in one way\n"
		  "hint: by: COLUMN, with cuts or groups, or where: "
		  "{COLUMN: VALUES}, or cross: [SLICE, SLICE]\n" },
		{ "sex: {by: sex}",
		  "\"sex=F\": {by: sex}",
		  SF_FILE ":42:3: 'sex=F' is no name of a slice: use "
		  "letters, digits and . _ -\n"
		  SF_FILE ":45:23: there is no slice 'sex' above\n"
		  SF_FILE ":70:12: gate 'G03': there is no slice 'sex'\n" },
		{ "cuts: [18, 40, \"65\"]",
		  "cuts: [18, 65, \"40\"]",
		  SF_FILE ":43:33: field 'slices.age.cuts' must ascend: "
		  "40 comes after 65\n" },
		{ "cuts: [18, 40, \"65\"]",
		  "cuts: [18, 18.0]",
		  SF_FILE ":43:29: field 'slices.age.cuts' must ascend: "
		  "18.0 comes after 18\n" },
		{ "cuts: [18, 40, \"65\"]",
		  "cuts: [18, old]",
		  SF_FILE ":43:29: field 'slices.age.cuts': 'old' is no "
		  "decimal number\n" },
		{ "cuts: [18, 40, \"65\"]",
		  "cuts: []",
		  SF_FILE ":43:24: field 'slices.age.cuts' must hold 1 "
		  "to 100 numbers\n" },
		{ "cuts: [18, 40, \"65\"]",
		  "cuts: 18",
		  SF_FILE ":43:24: field 'slices.age.cuts' must hold 1 "
		  "to 100 numbers\n" },
		{ "groups: {I-II: [1, 2], III: 3}",
		  "groups: {I-II: [1, 2], III: [2, 3]}",
		  SF_FILE ":44:55: field 'slices.skin.groups': '2' is "
		  "in two groups\n" },
		{ "groups: {I-II: [1, 2], III: 3}",
		  "groups: {}",
		  SF_FILE ":44:35: field 'slices.skin.groups' must hold "
		  "1 to 1000 groups\n" },
		{ "groups: {I-II: [1, 2], III: 3}",
		  "groups: {I-II: []}",
		  SF_FILE ":44:42: field 'slices.skin.groups' must not "
		  "be empty\n" },
		{ "where: {acuity: [high]}",
		  "where: {}",
		  SF_FILE ":41:18: field 'slices.acute.where' must hold "
		  "1 to 1000 columns\n" },
		{ "where: {acuity: [high]}",
		  "were: {acuity: [high]}",
		  SF_FILE ":41:11: unknown field 'slices.acute.were'\n"
		  "hint: did you mean 'where'?\n" },
		{ "where: {acuity: [high]}",
		  "where: {acuity: true}",
		  SF_FILE ":41:27: field 'slices.acute.where' must hold "
		  "strings or numbers, not a boolean\n"
		  "hint: put it in quotes\n" },
		{ "tier: critical}",
		  "tier: severe}",
		  SF_FILE ":41:42: field 'slices.acute.tier' must be "
		  "one of 'low', 'moderate', 'high', 'critical', not "
		  "'severe'\n" },
		{ "cross: [sex, age]",
		  "cross: [sex, agee]",
		  SF_FILE ":45:28: there is no slice 'agee' above\n"
		  "hint: did you mean 'age'?\n" },
		{ "cross: [sex, age]",
		  "cross: [sex, scenario]",
		  SF_FILE ":45:28: there is no slice 'scenario' above\n" },
		{ "cross: [sex, age]",
		  "cross: [sex]",
		  SF_FILE ":45:22: field 'slices.sex_x_age.cross' must "
		  "name two slices\n" },
		{ "cross: [sex, age]",
		  "cross: [sex, sex]",
		  SF_FILE ":45:22: field 'slices.sex_x_age.cross' names "
		  "one slice twice\n" },
		{ "cross: [sex, age]",
		  "cross: [sex, overall]",
		  SF_FILE ":45:28: slice 'overall' has no members to be "
		  "crossed\n" },
		{ "cross: [sex, age]",
		  "cross: [sex, acute]",
		  SF_FILE ":45:28: slice 'acute' has no members to be "
		  "crossed\n" },
		{ "source: synth",
		  "source: real",
		  SF_FILE ":46:39: field 'slices.scenario.source' must "
		  "be 'synth', not 'real'\n" },
	};

	(void)state;
	SF_REFUSE(edits);
}

static void only_what_is_done_is_said_of_the_outcome(void **state)
{
	static const struct sf_edit edits[] = {
		{ "low: incomplete",
		  "low: pass",
		  SF_FILE ":93:23: field 'policy.insufficient.low' must "
		  "be one of 'review', 'incomplete', 'fail', not 'pass'\n" },
		{ "low: incomplete",
		  "lo: incomplete",
		  SF_FILE ":93:18: unknown field "
		  "'policy.insufficient.lo'\n"
		  "hint: did you mean 'low'?\n" },
		{ "when: fail in tier critical",
		  "when: fail in tier severe",
		  SF_FILE ":95:14: escalation when 'fail in tier "
		  "severe' is not supported\n" },
		{ "when: fail in tier critical",
		  "when: the moon is full",
		  SF_FILE ":95:14: escalation when 'the moon is full' "
		  "is not supported\n" },
		{ "when: fail in tier critical",
		  "when: review x1 consecutive",
		  SF_FILE ":95:14: escalation when 'review x1 "
		  "consecutive' is not supported\n"
		  "hint: did you mean 'review x3 consecutive'?\n" },
		{ "when: fail in tier critical",
		  "when: review x100 consecutive",
		  SF_FILE ":95:14: escalation when 'review x100 "
		  "consecutive' is not supported\n"
		  "hint: did you mean 'review x3 consecutive'?\n" },
		{ "when: drift_from_anchor > 0.5*margin",
		  "when: drift_from_anchor > margin",
		  SF_FILE ":96:14: escalation when 'drift_from_anchor > "
		  "margin' is not supported\n" },
		{ "when: drift_from_anchor > 0.5*margin",
		  "when: drift_from_anchor > 0*margin",
		  SF_FILE ":96:14: escalation when 'drift_from_anchor > "
		  "0*margin' is not supported\n"
		  "hint: did you mean 'drift_from_anchor > 0.5*margin'?\n" },
		{ "roles: [medical, quality]",
		  "roles: []",
		  SF_FILE ":95:44: field 'policy.escalate[0].roles' "
		  "must not be empty\n" },
		{ "roles: [medical, quality]",
		  "roles: medical",
		  SF_FILE ":95:44: field 'policy.escalate[0].roles' "
		  "must be a list, not 'medical'\n" },
		{ "max_days: 90",
		  "max_dayz: 90",
		  SF_FILE ":97:31: unknown field "
		  "'policy.waiver.max_dayz'\n"
		  "hint: did you mean 'max_days'?\n" },
	};

	(void)state;
	SF_REFUSE(edits);
}

#define T(test) cmocka_unit_test(test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(which_suite_it_is_must_be_said),
		T(the_columns_of_the_predictions_must_be_named),
		T(labels_and_scores_mean_one_thing),
		T(references_are_one_of_three_things),
		T(operating_points_are_fixed_beforehand),
		T(methods_are_those_that_are_there),
		T(slices_are_made_in_one_way),
		T(only_what_is_done_is_said_of_the_outcome),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
