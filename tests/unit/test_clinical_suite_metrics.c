#include "base/compat.h"

#include "suitefix.h"

static void a_metric_is_known_and_done(void **state)
{
	static const struct sf_edit edits[] = {
		{ "metrics: [confusion@alert, ",
		  "metrics: [sensitvity@alert, confusion@alert, ",
		  SF_FILE ":48:11: there is no metric 'sensitvity'\n"
		  "hint: did you mean 'sensitivity'?\n" },
		{ "metrics: [confusion@alert, ",
		  "metrics: [duration_sensitivity(30s), confusion@alert, ",
		  SF_FILE ":48:11: metric 'duration_sensitivity' is not "
		  "supported\n" },
		{ "metrics: [confusion@alert, ",
		  "metrics: [e90, "
		  "confusion@alert, ",
		  SF_FILE ":48:11: metric "
		  "'e90' is not supported\n" },
		{ "metrics: [confusion@alert, ",
		  "metrics: [ici, confusion@alert, ",
		  SF_FILE ":48:11: metric 'ici' is not supported\n" },
		{ "metrics: [confusion@alert, ",
		  "metrics: [gobbledygook, confusion@alert, ",
		  SF_FILE ":48:11: there is no metric 'gobbledygook'\n" },
		{ "metrics: [confusion@alert, ",
		  "metrics: [multi_kappa, confusion@alert, ",
		  SF_FILE ":48:11: metric 'multi_kappa' is for "
		  "'dataset.label.classes'\n" },
		{ "metrics: [confusion@alert, ",
		  "metrics: [\"\", confusion@alert, ",
		  SF_FILE ":48:11: field 'metrics[0]' must not be empty\n" },
		{ "metrics: [confusion@alert, ",
		  "metrics: [true, confusion@alert, ",
		  SF_FILE ":48:11: field 'metrics[0]' must be a string, "
		  "not a boolean\n"
		  "hint: put it in quotes: \"true\"\n" },
		{ "metrics: [confusion@alert, ",
		  "metrics: [auc, confusion@alert, ",
		  SF_FILE ":48:63: metric 'auc' is listed twice\n" },
		{ "metrics: [confusion@alert, ",
		  "metrics: [sensitivity@alert, confusion@alert, ",
		  SF_FILE ":48:47: metric 'sensitivity@alert' is listed "
		  "twice\n" },
	};

	(void)state;
	SF_REFUSE(edits);
}

static void a_metric_has_its_operating_point_and_argument(void **state)
{
	static const struct sf_edit edits[] = {
		{ "metrics: [confusion@alert, ",
		  "metrics: [sensitivity, confusion@alert, ",
		  SF_FILE ":48:11: metric 'sensitivity' needs an "
		  "operating point\n"
		  "hint: sensitivity@alert\n" },
		{ "metrics: [confusion@alert, ",
		  "metrics: [sensitivity@alrt, confusion@alert, ",
		  SF_FILE ":48:11: there is no operating point 'alrt'\n"
		  "hint: did you mean 'alert'?\n" },
		{ "metrics: [confusion@alert, ",
		  "metrics: [sensitivity@elsewhere, confusion@alert, ",
		  SF_FILE ":48:11: there is no operating point "
		  "'elsewhere'\n"
		  "hint: sensitivity@alert, sensitivity@triage\n" },
		{ "metrics: [confusion@alert, ",
		  "metrics: [auc@alert, confusion@alert, ",
		  SF_FILE ":48:11: metric 'auc' takes no operating "
		  "point\n" },
		{ "metrics: [confusion@alert, ",
		  "metrics: [auc(0.5), confusion@alert, ",
		  SF_FILE ":48:11: metric 'auc' takes no argument\n" },
		{ "metrics: [confusion@alert, ",
		  "metrics: [sens_at_spec, confusion@alert, ",
		  SF_FILE ":48:11: metric 'sens_at_spec' needs an "
		  "argument\n"
		  "hint: sens_at_spec(0.95)\n" },
		{ "metrics: [confusion@alert, ",
		  "metrics: [sens_at_spec(95), confusion@alert, ",
		  SF_FILE ":48:11: metric 'sens_at_spec': its argument "
		  "must be between 0 and 1, not 95\n" },
		{ "metrics: [confusion@alert, ",
		  "metrics: [sens_at_spec(x), confusion@alert, ",
		  SF_FILE ":48:11: metric 'sens_at_spec': 'x' is no "
		  "decimal number\n" },
		{ "metrics: [confusion@alert, ",
		  "metrics: [sens_at_spec(0.9, confusion@alert, ",
		  SF_FILE ":48:11: metric 'sens_at_spec(0.9' does not "
		  "end in ')'\n" },
		{ "metrics: [confusion@alert, ",
		  "metrics: [ppv@alert(1.5), confusion@alert, ",
		  SF_FILE ":48:11: metric 'ppv': its argument must be "
		  "between 0 and 1, not 1.5\n" },
		{ "metrics: [confusion@alert, ",
		  "metrics: [net_benefit(0.5:0.1:0.1), confusion@alert, ",
		  SF_FILE ":48:11: metric 'net_benefit': '0.5:0.1:0.1' "
		  "is no range of FROM:TO:STEP, of at most 4 decimals "
		  "each\n"
		  "hint: net_benefit(0.05:0.50:0.05)\n" },
		{ "metrics: [confusion@alert, ",
		  "metrics: [net_benefit(0.05:0.5), confusion@alert, ",
		  SF_FILE ":48:11: metric 'net_benefit': '0.05:0.5' is "
		  "no range of FROM:TO:STEP, of at most 4 decimals each\n"
		  "hint: net_benefit(0.05:0.50:0.05)\n" },
		{ "metrics: [confusion@alert, ",
		  "metrics: [net_benefit(0.05:0.5:0), confusion@alert, ",
		  SF_FILE ":48:11: metric 'net_benefit': '0.05:0.5:0' "
		  "is no range of FROM:TO:STEP, of at most 4 decimals "
		  "each\n"
		  "hint: net_benefit(0.05:0.50:0.05)\n" },
		{ "metrics: [confusion@alert, ",
		  "metrics: [net_benefit(0.00001:0.5:0.1), "
		  "confusion@alert, ",
		  SF_FILE ":48:11: metric 'net_benefit': "
		  "'0.00001:0.5:0.1' is no range of FROM:TO:STEP, of at "
		  "most 4 decimals each\n"
		  "hint: net_benefit(0.05:0.50:0.05)\n" },
		{ "metrics: [confusion@alert, ",
		  "metrics: [net_benefit(0.0001:0.9999:0.0001), "
		  "confusion@alert, ",
		  SF_FILE ":48:11: more than 500 metrics\n" },
		{ "metrics: [confusion@alert, ",
		  "metrics: [net_benefit, confusion@alert, ",
		  SF_FILE ":48:11: metric 'net_benefit' needs an "
		  "argument\n"
		  "hint: net_benefit(0.10)\n" },
		{ "prevalence_projection: [0.02, \"0.10\"]",
		  "prevalence_projection: [2, \"0.10\"]",
		  SF_FILE ":50:25: field 'prevalence_projection' must "
		  "be between 0 and 1, not 2\n" },
		{ "prevalence_projection: [0.02, \"0.10\"]",
		  "prevalence_projection: 0.02",
		  SF_FILE ":50:24: field 'prevalence_projection' must "
		  "be a list of 1 to 500 numbers\n" },
		{ "prevalence_projection: [0.02, \"0.10\"]",
		  "prevalence_projection: [{}]",
		  SF_FILE ":50:25: field 'prevalence_projection' must "
		  "be a decimal number, not a map\n" },
	};

	(void)state;
	SF_REFUSE(edits);
}

static void a_share_says_which_rows(void **state)
{
	static const struct sf_edit edits[] = {
		{ "share(label=AF and score<0.05)",
		  "share(label=AF)",
		  SF_FILE ":90:13: metric 'share': it needs score<LIMIT "
		  "or score>=LIMIT\n"
		  "hint: share(label=positive and score<0.05)\n" },
		{ "share(label=AF and score<0.05)",
		  "share(label=NSR and score<0.05)",
		  SF_FILE ":90:13: metric 'share': label=NSR is one of "
		  "several negative labels, say label=negative\n"
		  "hint: share(label=positive and score<0.05)\n" },
		{ "share(label=AF and score<0.05)",
		  "share(label=XX and score<0.05)",
		  SF_FILE ":90:13: metric 'share': 'XX' is none of the "
		  "labels\n"
		  "hint: share(label=positive and score<0.05)\n" },
		{ "share(label=AF and score<0.05)",
		  "share(label=AF and score<=0.05)",
		  SF_FILE ":90:13: metric 'share': a score can be "
		  "compared by score<LIMIT or score>=LIMIT\n"
		  "hint: share(label=positive and score<0.05)\n" },
		{ "share(label=AF and score<0.05)",
		  "share(label=AF and score>0.05)",
		  SF_FILE ":90:13: metric 'share': a score can be "
		  "compared by score<LIMIT or score>=LIMIT\n"
		  "hint: share(label=positive and score<0.05)\n" },
		{ "share(label=AF and score<0.05)",
		  "share(label=AF or score<0.05)",
		  SF_FILE ":90:13: metric 'share': 'AF or score<0.05' "
		  "is none of the labels\n"
		  "hint: share(label=positive and score<0.05)\n" },
		{ "share(label=AF and score<0.05)",
		  "share(score<5)",
		  SF_FILE ":90:13: metric 'share': a probability is "
		  "from 0 to 1, not 5\n"
		  "hint: share(label=positive and score<0.05)\n" },
		{ "share(label=AF and score<0.05)",
		  "share(score<0.1 and score>=0.05)",
		  SF_FILE ":90:13: metric 'share': the score is named "
		  "twice\n"
		  "hint: share(label=positive and score<0.05)\n" },
		{ "share(label=AF and score<0.05)",
		  "share(label=AF and label=AF and score<0.1)",
		  SF_FILE ":90:13: metric 'share': the label is named "
		  "twice\n"
		  "hint: share(label=positive and score<0.05)\n" },
		{ "share(label=AF and score<0.05)",
		  "share(age<40)",
		  SF_FILE ":90:13: metric 'share': 'age<40' is no "
		  "condition: say label=LABEL, score<LIMIT or "
		  "score>=LIMIT\n"
		  "hint: share(label=positive and score<0.05)\n" },
		{ "share(label=AF and score<0.05)",
		  "share",
		  SF_FILE ":90:13: metric 'share' needs an argument\n"
		  "hint: share(label=positive and score<0.05)\n" },
		{ "share(label=AF and score<0.05)",
		  "share()",
		  SF_FILE ":90:13: metric 'share': '' is no condition: "
		  "say label=LABEL, score<LIMIT or score>=LIMIT\n"
		  "hint: share(label=positive and score<0.05)\n" },
	};

	(void)state;
	SF_REFUSE(edits);
}

static void what_numbers_cannot_have_is_not_asked_of_them(void **state)
{
	static const struct sf_edit edits[] = {
		{ "score: {kind: probability",
		  "score: {kind: number",
		  SF_FILE ":48:63: metric 'brier' needs probabilities\n"
		  SF_FILE ":49:23: metric 'net_benefit' needs "
		  "probabilities\n"
		  SF_FILE ":74:13: metric 'cal_slope' needs "
		  "probabilities\n"
		  "hint: score: {kind: probability}\n" },
		{ "metric: cal_slope",
		  "metric: confusion@alert",
		  SF_FILE ":74:13: gate 'G04': confusion@alert is "
		  "reported, and is nothing to judge by\n" },
		{ "metric: cal_slope",
		  "metric: hosmer_lemeshow",
		  SF_FILE ":74:13: gate 'G04': hosmer_lemeshow is "
		  "reported, and is nothing to judge by\n" },
		{ "metric: cal_slope",
		  "metric: net_benefit(0.1:0.2:0.1)",
		  SF_FILE ":74:13: metric 'net_benefit': '0.1:0.2:0.1' "
		  "is no decimal number\n" },
	};

	(void)state;
	SF_REFUSE(edits);
}

#define T(test) cmocka_unit_test(test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_metric_is_known_and_done),
		T(a_metric_has_its_operating_point_and_argument),
		T(a_share_says_which_rows),
		T(what_numbers_cannot_have_is_not_asked_of_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
