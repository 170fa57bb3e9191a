#include "base/compat.h"

#include "packfix.h"

static void what_is_unknown_or_misspelt_is_named(void **state)
{
	static const struct pf_edit edits[] = {
		{ "cohort: {patients",
		  "cohort: {patient",
		  "p.yaml:14:10: unknown field 'cohort.patient'\n"
		  "p.yaml:14:9: missing field 'cohort.patients'\n"
		  "hint: did you mean 'patients'?\n" },
		{ "sex: {type: categorical",
		  "sex: {typ: categorical",
		  "p.yaml:17:9: unknown field 'variables.sex.typ'\n"
		  "p.yaml:17:8: missing field 'variables.sex.type'\n"
		  "p.yaml:17:30: field 'variables.sex.p' does not go"
		  " with the type of 'sex'\n"
		  "p.yaml:15:28: field 'factors.of': 'sex' has no"
		  " levels\n"
		  "hint: did you mean 'type'?\n"
		  "hint: dist: {normal: {mean: 0, sd: 1}}\n"
		  "hint: derive: {cut: ...} makes levels of a number\n" },
		{ "type: decimal(1), unit: kg",
		  "type: decimal, unit: kg",
		  "p.yaml:21:15: field 'variables.bmi.type' must be"
		  " int, decimal(PLACES), categorical, boolean,"
		  " datetime_offset or text_code, not 'decimal'\n" },
		{ "terms: {age_per10: 0.18",
		  "terms: {agee_per10: 0.18",
		  "p.yaml:24:66: field 'variables.beta_blocker.logit':"
		  " there is no variable 'agee'\n"
		  "hint: did you mean 'age'?\n" },
		{ "motion: {p: {\"2\": \"0.5\", \"3\": \"0.5\"}}",
		  "motoin: {p: {\"2\": \"0.5\", \"3\": \"0.5\"}}",
		  "p.yaml:58:61: field 'scenarios[2].set.motoin': there"
		  " is no variable 'motoin'\n"
		  "hint: did you mean 'motion'?\n" },
		{ "beta_blocker: true}",
		  "beta_blocker: maybe}",
		  "p.yaml:60:26: field 'scenarios[3].set.beta_blocker':"
		  " 'beta_blocker' has no level 'maybe'\n" },
		{ "strength: 2, of: [sex, age_band",
		  "strength: 2, of: [sex, age",
		  "p.yaml:15:28: field 'factors.of': 'age' has no"
		  " levels\n"
		  "hint: derive: {cut: ...} makes levels of a number\n" },
		{ "reference_date: 2026-01-01",
		  "reference_date: 2026-02-30",
		  "p.yaml:7:19: field 'pack.reference_date' must be a"
		  " day (YYYY-MM-DD), not '2026-02-30'\n" },
		{ "{id: A1, statement: \"AF prevalence 12% in referred"
		  " >=65y\", source: \"literature ref LR-044\"}",
		  "{id: A1, statement: \"AF prevalence 12% in referred"
		  " >=65y\"}",
		  "p.yaml:12:7: missing field"
		  " 'pack.assumptions[0].source'\n" },
		{ "initial: NSR, transition_per_h: {NSR>AF: \"0.001\"}",
		  "initial: NRS, transition_per_h: {NSR>AFX: \"0.001\"}",
		  "p.yaml:56:72: 'rhythm' has no level 'NRS'\n"
		  "p.yaml:56:96: 'rhythm' has no level 'AFX'\n"
		  "hint: did you mean 'NSR'?\n"
		  "hint: did you mean 'AF'?\n" },
		{ "scenario: S03-motion-artifact, metric",
		  "scenario: S03-motion-artefact, metric",
		  "p.yaml:73:16: field"
		  " 'expected_behaviour[0].scenario': there is no"
		  " scenario 'S03-motion-artefact'\n"
		  "hint: did you mean 'S03-motion-artifact'?\n" },
	};

	(void)state;
	PF_REFUSE(edits);
}

static void levels_are_words_that_a_table_can_hold(void **state)
{
	static const struct pf_edit edits[] = {
		{ "F: \"0.52\", M: \"0.48\"",
		  "\"F\\e\": \"0.52\", \"\": \"0.48\"",
		  "p.yaml:17:32: field 'variables.sex.levels' holds a"
		  " control character in 'F\033'\n"
		  "p.yaml:17:47: field 'variables.sex.levels' holds an"
		  " empty string\n" },
	};

	(void)state;
	PF_REFUSE(edits);
}

static void shares_have_to_sum_to_one_exactly(void **state)
{
	static const struct pf_edit edits[] = {
		{ "F: \"0.52\", M: \"0.48\"",
		  "F: \"0.52\", M: \"0.4800000000000001\"",
		  "p.yaml:17:31: field 'variables.sex.p': the shares"
		  " sum to 1.0000000000000001, not to 1\n" },
		{ "F: \"0.52\", M: \"0.48\"",
		  "F: \"0.52\", M: \"1.5\"",
		  "p.yaml:17:46: field 'variables.sex.p': '1.5' is"
		  " above 1\n" },
		{ "F: \"0.52\", M: \"0.48\"",
		  "F: \"0.52\", M: \"-0.48\"",
		  "p.yaml:17:46: field 'variables.sex.p': '-0.48' is no"
		  " decimal number, 0 or more\n" },
		{ "F: \"0.52\", M: \"0.48\"",
		  "F: \"0.52\", M: \"0.4800000000000000001\"",
		  "p.yaml:17:46: field 'variables.sex.p':"
		  " '0.4800000000000000001' has too many places\n" },
		{ "18-39: \"0.01\", 40-64: \"0.05\"",
		  "18-39: \"0.01\"",
		  "p.yaml:25:41: field 'variables.hf.given' says"
		  " nothing of level '40-64' of 'age_band'\n" },
		{ "18-39: \"0.01\", 40-64: \"0.05\"",
		  "18-39: \"0.01\", 40-65: \"0.05\"",
		  "p.yaml:25:57: 'age_band' has no level '40-65'\n"
		  "p.yaml:25:41: field 'variables.hf.given' says"
		  " nothing of level '40-64' of 'age_band'\n"
		  "hint: did you mean '40-64'?\n" },
	};

	(void)state;
	PF_REFUSE(edits);
}

static void dependencies_have_no_circles(void **state)
{
	static const struct pf_edit edits[] = {
		{ "hf: {type: boolean, given: {age_band: {18-39:"
		  " \"0.01\", 40-64: \"0.05\", 65-79: \"0.14\", 80+:"
		  " \"0.24\"}}}",
		  "hf: {type: boolean, logit: {intercept: 0, terms:"
		  " {hr_rest: 0.1}}}",
		  "p.yaml:24:3: the variables go in a circle:"
		  " 'beta_blocker' needs 'hf' needs 'hr_rest' needs"
		  " 'beta_blocker'\n" },
		{ "cut: age, at",
		  "cut: age_band, at",
		  "p.yaml:19:47: field 'variables.age_band.derive':"
		  " 'age_band' is no number\n" },
		{ "set: {hr_rest: {shift: 22}}",
		  "set: {age: {identity: {intercept: 3, terms: {hf: 1},"
		  " sd: 1}}}",
		  "p.yaml:57:67: field 'scenarios[1].set.age': 'age'"
		  " stands in 'correlations', and can only have another"
		  " 'dist' or 'value'\n" },
	};

	(void)state;
	PF_REFUSE(edits);
}

static void correlations_have_to_be_possible(void **state)
{
	static const struct pf_edit edits[] = {
		{ "age~egfr: -0.45",
		  "age~sex: -0.45",
		  "p.yaml:32:11: field 'correlations.pairs': 'sex' has"
		  " levels: make it depend by 'given' or 'logit'\n" },
		{ "age~egfr: -0.45",
		  "age~hr_rest: -0.45",
		  "p.yaml:32:11: field 'correlations.pairs': 'hr_rest'"
		  " has no distribution of its own\n" },
		{ "age~egfr: -0.45",
		  "age-egfr: -0.45",
		  "p.yaml:32:11: field 'correlations.pairs': 'age-egfr'"
		  " must be two variables, A~B\n" },
		{ "age~egfr: -0.45",
		  "age~egfr: -1.45",
		  "p.yaml:32:21: field 'correlations.pairs' must be"
		  " from -1 to 1, not -1.45\n" },
		{ "bmi~sbp: 0.25, age~sbp: 0.20",
		  "bmi~sbp: 0.95, age~sbp: -0.95, age~bmi: 0.95",
		  "p.yaml:32:10: field 'correlations.pairs': no"
		  " distribution has these correlations: the least"
		  " eigenvalue of their matrix is -0.946942\n"
		  "hint: repair: nearest\n" },
		{ "target: spearman",
		  "target: pearson",
		  "p.yaml:32:11: field 'correlations.pairs': 'age' is"
		  " not a whole normal distribution, and only of these"
		  " is the latent correlation that of the values: use"
		  " 'target: spearman'\n"
		  "p.yaml:32:11: field 'correlations.pairs': 'egfr' is"
		  " not a whole normal distribution, and only of these"
		  " is the latent correlation that of the values: use"
		  " 'target: spearman'\n"
		  "p.yaml:32:28: field 'correlations.pairs': 'bmi' is"
		  " not a whole normal distribution, and only of these"
		  " is the latent correlation that of the values: use"
		  " 'target: spearman'\n"
		  "p.yaml:32:43: field 'correlations.pairs': 'age' is"
		  " not a whole normal distribution, and only of these"
		  " is the latent correlation that of the values: use"
		  " 'target: spearman'\n" },
		{ "age~egfr: -0.45",
		  "sbp~age: 0.1",
		  "p.yaml:32:40: field 'correlations.pairs': 'age~sbp'"
		  " stands twice\n" },
	};

	(void)state;
	PF_REFUSE(edits);
}

static void constraints_are_told_where_they_fail(void **state)
{
	static const struct pf_edit edits[] = {
		{ "sbp >= 70 and sbp <= 240",
		  "sbp >= 70 and spb <= 240",
		  "p.yaml:34:35: field 'constraints[0]': no variable"
		  " has this name\n"
		  "hint: did you mean 'sbp'?\n" },
		{ "sbp >= 70 and sbp <= 240",
		  "sbp >= 70 and sbp <= 60",
		  "p.yaml:34:20: constraint 'C1' cannot hold in"
		  " scenario 'S01-stable-sinus': no value of the"
		  " variables in 'sbp >= 70 and sbp <= 60' meets it\n" },
		{ "sbp >= 70 and sbp <= 240",
		  "bmi > 61",
		  "p.yaml:34:20: constraint 'C1' cannot hold in"
		  " scenario 'S01-stable-sinus': no value of the"
		  " variables in 'bmi > 61' meets it\n" },
		{ "sbp >= 70 and sbp <= 240",
		  "hr_rest + 10 > 200",
		  "p.yaml:34:20: constraint 'C1' cannot hold in"
		  " scenario 'S01-stable-sinus': no value of the"
		  " variables in 'hr_rest + 10 > 200' meets it\n" },
		{ "sbp >= 70 and sbp <= 240",
		  "not beta_blocker",
		  "p.yaml:34:20: constraint 'C1' cannot hold in"
		  " scenario 'S04-rate-controlled-af': no value of the"
		  " variables in 'not beta_blocker' meets it\n" },
		{ "sbp >= 70 and sbp <= 240",
		  "sbp + 1",
		  "p.yaml:34:20: field 'constraints[0]': this is a"
		  " number, and not true or false\n" },
		{ "soft: \"bmi < 16\", max_rate: \"0.01\"",
		  "soft: \"bmi < 16\"",
		  "p.yaml:36:5: field 'constraints[2]': 'soft' and"
		  " 'max_rate' go together\n" },
		{ "hard: \"sbp >= 70 and sbp <= 240\"",
		  "unique: [sex]",
		  "p.yaml:34:22: field 'constraints[0].unique' must be a"
		  " string, not a list\n" },
	};

	(void)state;
	PF_REFUSE(edits);
}

static void quotas_have_to_fit(void **state)
{
	static const struct pf_edit edits[] = {
		{ "patients: 20000",
		  "patients: 3499",
		  "p.yaml:56:3: 3499 patients are too few: quotas and"
		  " 'at_least' need 3500\n" },
		{ "quota: 400",
		  "quota: 20000",
		  "p.yaml:56:3: 20000 patients are too few: quotas and"
		  " 'at_least' need 23100\n" },
		{ "weight: 50",
		  "weight: 0",
		  "p.yaml:56:50: field 'scenarios[0].weight' must be a"
		  " decimal above 0 with at most 6 digits before and 6"
		  " after the point, not '0'\n" },
		{ "quota: 600",
		  "quota: 600, at_least: 601",
		  "p.yaml:65:60: field 'scenarios[6].at_least': the"
		  " quota is 600\n" },
		{ "risk: common, weight: 50",
		  "risk: common",
		  "p.yaml:56:5: field 'scenarios[0]' must have one of"
		  " 'weight' and 'quota'\n" },
	};

	(void)state;
	PF_REFUSE(edits);
}

static void ranges_lie_where_values_are(void **state)
{
	static const struct pf_edit edits[] = {
		{ "clip: [14, 60]",
		  "clip: [60, 14]",
		  "p.yaml:21:92: field 'variables.bmi.clip' must"
		  " ascend: 60 is not below 14\n" },
		{ "clip: [14, 60]",
		  "truncate: [-5, -1]",
		  "p.yaml:21:96: field 'variables.bmi.truncate': no"
		  " value of the distribution lies there\n" },
		{ "egfr: {type: decimal(0), unit: mL/min, dist",
		  "egfr: {type: decimal(0), unit: mL/min, truncate: [1,"
		  " 2], dist",
		  "p.yaml:22:102: field 'variables.egfr' says both"
		  " 'clip' and 'truncate'\n" },
		{ "p: {F: \"0.52\", M: \"0.48\"}}",
		  "p: {F: \"0.52\", M: \"0.48\"}, clip: [1, 2]}",
		  "p.yaml:17:61: field 'variables.sex': only numbers"
		  " are clipped or truncated\n" },
	};

	(void)state;
	PF_REFUSE(edits);
}

static void windows_and_labels_are_whole(void **state)
{
	static const struct pf_edit edits[] = {
		{ "fs_hz: 250", "fs_hz: 250, rate: heart",
		  "p.yaml:51:71: field 'longitudinal.waveform.rate':"
		  " there is no series 'heart'\n" },
		{ "enabled: false, model: gaussian_pqrst, fs_hz: 250",
		  "enabled: true, fs_hz: 250, per_patient: 3000",
		  "p.yaml:51:13: field 'longitudinal.waveform.per_patient':"
		  " a patient has fewer than 16777216 samples\n"
		  "hint: per_patient: 1\n" },
		{ "enabled: false, model: gaussian_pqrst, fs_hz: 250",
		  "enabled: true",
		  "p.yaml:51:13: field 'longitudinal.waveform' does not say"
		  " 'fs_hz'\nhint: fs_hz: 250\n" },
		{ "fs_hz: 250", "fs_hz: 250, af: [AFIB]",
		  "p.yaml:51:69: 'rhythm' has no level 'AFIB'\n" },
		{ "positive: [AF], negative: [NSR, SVT, PAUSE]",
		  "positive: [AF], negative: [NSR, PAUSE]",
		  "p.yaml:53:13: field 'labels.af_truth': 'SVT' is"
		  " neither positive nor negative\n" },
		{ "positive: [AF], negative: [NSR, SVT, PAUSE]",
		  "positive: [AF, NSR], negative: [NSR, SVT, PAUSE]",
		  "p.yaml:53:59: field 'labels.af_truth': 'NSR' is both"
		  " positive and negative\n" },
		{ "adjudicate: 2-of-3",
		  "adjudicate: 4-of-3",
		  "p.yaml:54:58: field 'labels.raters.adjudicate' must"
		  " be K-of-3, not '4-of-3'\n" },
		{ "by_motion: {\"0\": 18,",
		  "by_motion: {\"0\": 18, \"4\": 1,",
		  "p.yaml:48:35: 'motion' has no level '4'\n" },
		{ "circadian: {amp: 6",
		  "circadain: {amp: 6",
		  "p.yaml:44:25: unknown field"
		  " 'longitudinal.series.hr.circadain'\n"
		  "hint: did you mean 'circadian'?\n" },
		{ "{\"0\": 0.1, \"1\": 0.6, \"2\": 2.0, \"3\": 6.0}",
		  "{\"0\": 0.1, \"1\": 0.6, \"2\": 2.0}",
		  "p.yaml:49:33: field"
		  " 'longitudinal.artifact_bursts.rate_per_h': no"
		  " variable, or more than one, has just these levels\n"
		  "hint: by: VARIABLE\n" },
		{ "base: hr_rest",
		  "base: sex",
		  "p.yaml:44:16: field 'longitudinal.series.hr': 'sex'"
		  " is no number\n" },
		{ "latent: {initial: NSR}}",
		  "latent: {}}",
		  "p.yaml:57:93: field 'scenarios[1].latent' does not"
		  " say where 'rhythm' begins\n"
		  "hint: latent: {initial: STATE}\n" },
		{ "NSR>AF: \"0.001\"",
		  "NSR-AF: \"0.001\"",
		  "p.yaml:56:96: field 'scenarios[0].latent': 'NSR-AF'"
		  " is no change of a state: write A>B\n" },
		{ "dropout: {hazard_per_h: 0.08}",
		  "dropout: {hazard: 0.08}",
		  "p.yaml:65:66: unknown field"
		  " 'scenarios[6].set.dropout.hazard'\n"
		  "p.yaml:65:65: missing field"
		  " 'scenarios[6].set.dropout.hazard_per_h'\n" },
		{ "tables: [patients.csv, windows.csv]",
		  "tables: [patients.csv]",
		  "p.yaml:76:19: field 'outputs.tables': both"
		  " 'patients.csv' and 'windows.csv' are written\n" },
		{ "\"null\": \"\"",
		  "\"null\": \"NA\"",
		  "p.yaml:76:81: field 'outputs.null' must be \"\":"
		  " other texts for missing values are not supported\n" },
	};

	(void)state;
	PF_REFUSE(edits);
}

static void overrides_fit_what_they_override(void **state)
{
	static const struct pf_edit edits[] = {
		{ "set: {hr_rest: {shift: 22}}",
		  "set: {sex: {shift: 22}}",
		  "p.yaml:57:75: field 'scenarios[1].set.sex': 'sex'"
		  " has levels: there is nothing to shift or multiply\n" },
		{ "set: {hr_rest: {shift: 22}}",
		  "set: {age_band: 80+}",
		  "p.yaml:57:72: field 'scenarios[1].set.age_band':"
		  " 'age_band' is derived from others: set those\n" },
		{ "set: {hr_rest: {shift: 22}}",
		  "set: {hr_rest: {}}",
		  "p.yaml:57:71: field 'scenarios[1].set.hr_rest' sets"
		  " nothing\n" },
		{ "set: {hr_rest: {shift: 22}}",
		  "set: {age: {identity: {intercept: 70, sd: 3}}}",
		  "p.yaml:57:67: field 'scenarios[1].set.age': 'age'"
		  " stands in 'correlations', and can only have another"
		  " 'dist' or 'value'\n" },
		{ "set: {hr_rest: {shift: 22}}",
		  "set: {hr_rest: {shift: 22, factor: 0}}",
		  "p.yaml:57:91: field 'scenarios[1].set.hr_rest' must"
		  " be from 1e-09 to 1000000000, not 0\n" },
	};

	(void)state;
	PF_REFUSE(edits);
}

static void missingness_goes_by_others(void **state)
{
	static const struct pf_edit edits[] = {
		{ "egfr: {mar: {given: {age_band",
		  "egfr: {mar: {given: {age",
		  "p.yaml:38:24: field 'missingness.egfr.mar': 'age'"
		  " has no levels\n"
		  "hint: derive: {cut: ...} makes levels of a number\n" },
		{ "sbp: {mcar: \"0.03\"}",
		  "sbp: {mcar: \"0.03\", mar: {given: {sex: {F: \"0\","
		  " M: \"1\"}}}}",
		  "p.yaml:39:8: field 'missingness.sbp' must be one of"
		  " mcar, mar, mnar and monotone\n" },
		{ "sbp: {mcar: \"0.03\"}",
		  "sex: {mar: {given: {sex: {F: \"0\", M: \"1\"}}}}",
		  "p.yaml:39:23: field 'missingness.sex.mar': 'sex'"
		  " cannot be missing by itself at random\n"
		  "hint: mnar: {logit: {intercept: -3, slope: 0.1}}\n" },
		{ "sbp: {mcar: \"0.03\"}",
		  "sex: {mnar: {logit: {intercept: 1, slope: 1}}}",
		  "p.yaml:39:8: field 'missingness.sex': 'mnar' is for"
		  " numbers, and 'sex' has levels\n" },
		{ "sbp: {mcar: \"0.03\"}",
		  "sbp: {dropout: \"0.03\"}",
		  "p.yaml:39:9: unknown field 'missingness.sbp.dropout'\n" },
	};

	(void)state;
	PF_REFUSE(edits);
}

static void a_score_model_says_what_it_scores(void **state)
{
	static const struct pf_edit edits[] = {
		{ "scenarios:",
		  "score_model: {label: af_trut, auc: 0.9, by:"
		  " motion}\nscenarios:",
		  "p.yaml:55:22: field 'score_model.label': there is no"
		  " label 'af_trut'\n"
		  "p.yaml:55:45: field 'score_model' goes by levels"
		  " with 'by' and one of 'noise' and 'abstain_by'\n"
		  "hint: did you mean 'af_truth'?\n" },
		{ "scenarios:",
		  "score_model: {auc: 0.4, noise: {\"0\":"
		  " 1}}\nscenarios:",
		  "p.yaml:55:20: field 'score_model.auc' must be from"
		  " 0.5 to 0.9999, not 0.4\n"
		  "p.yaml:55:14: field 'score_model' goes by levels"
		  " with 'by' and one of 'noise' and 'abstain_by'\n" },
		{ "scenarios:",
		  "score_model: {auc: 0.9, column: age}\nscenarios:",
		  "p.yaml:55:33: 'age' is the name of something else"
		  " already, and no name of a score\n" },
	};

	(void)state;
	PF_REFUSE(edits);
}

static void what_is_said_twice_or_too_much_is_told(void **state)
{
	static const struct pf_edit edits[] = {
		{ "{id: C2, hard",
		  "{id: C1, hard",
		  "p.yaml:35:10: constraint 'C1' stands twice\n" },
		{ "{id: S02-borderline-tachy",
		  "{id: S01-stable-sinus",
		  "p.yaml:57:10: scenario 'S01-stable-sinus' stands"
		  " twice\n" },
		{ "id_prefix: SYN",
		  "id_prefix: SYNTHETIC-PATIENT",
		  "p.yaml:14:69: field 'cohort.id_prefix' must be 1 to"
		  " 12 letters, digits and _, the first no digit\n" },
		{ "strength: 2",
		  "strength: 9",
		  "p.yaml:15:21: field 'factors.strength' must be from"
		  " 1 to 4, not 9\n" },
		{ "p: {F: \"0.52\", M: \"0.48\"}",
		  "p: {F: \"0.52\", M: \"0.48\"}, value: F",
		  "p.yaml:17:62: field 'variables.sex' says both 'p'"
		  " and 'value'\n" },
		{ "sex: {type: categorical, p: {F: \"0.52\", M:"
		  " \"0.48\"}}",
		  "sex: {type: categorical}",
		  "p.yaml:17:8: field 'variables.sex': the levels are"
		  " not said\n"
		  "p.yaml:17:8: field 'variables.sex' does not say how"
		  " its value comes about\n"
		  "hint: levels: [A, B]\n"
		  "hint: p, dist, value, given, logit, log, identity or"
		  " derive\n" },
		{ "  bmi: {type",
		  "  b-m-i: {type: int, value: 3}\n  bmi: {type",
		  "p.yaml:21:3: 'b-m-i' is no name of a variable: use"
		  " letters, digits and _, the first no digit\n" },
		{ "  bmi: {type",
		  "  scenario: {type: int, value: 3}\n  bmi: {type",
		  "p.yaml:21:3: 'scenario' is a word of its own, and no"
		  " name of a variable\n" },
		{ "    hr: {base",
		  "    sex: {base",
		  "p.yaml:44:5: 'sex' is the name of something else"
		  " already, and no name of a series\n" },
		{ "  af_truth: {from",
		  "  rhythm: {from",
		  "p.yaml:53:3: 'rhythm' is the name of something else"
		  " already, and no name of a label\n" },
	};

	(void)state;
	PF_REFUSE(edits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_unknown_or_misspelt_is_named),
		cmocka_unit_test(levels_are_words_that_a_table_can_hold),
		cmocka_unit_test(shares_have_to_sum_to_one_exactly),
		cmocka_unit_test(dependencies_have_no_circles),
		cmocka_unit_test(correlations_have_to_be_possible),
		cmocka_unit_test(constraints_are_told_where_they_fail),
		cmocka_unit_test(quotas_have_to_fit),
		cmocka_unit_test(ranges_lie_where_values_are),
		cmocka_unit_test(windows_and_labels_are_whole),
		cmocka_unit_test(overrides_fit_what_they_override),
		cmocka_unit_test(missingness_goes_by_others),
		cmocka_unit_test(a_score_model_says_what_it_scores),
		cmocka_unit_test(what_is_said_twice_or_too_much_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
