#include "base/compat.h"

#include "recordfix.h"

#define SUITE "\"suite\":{\"id\":\"arrhythmia\",\"digest\":\"" RF_SUITE "\"}"
#define OTHER "\"suite\":{\"id\":\"arrhythmia\",\"digest\":\"sha256:" \
	"2222222222222222222222222222222222222222222222222222222222222222\"}"
#define GOOD "\"gates\":[{\"id\":\"G01\",\"outcome\":\"pass\"}]"
#define ATTACH "git evidence validate 9d03e77 --suite " RF_PATH " --attach"
#define REPLACE1 ATTACH " --supersede 000000000001 --because '<reason>'"
#define NONE "no report of suite 'arrhythmia' for 9d03e77"
#define RULE "reports.arrhythmia"

static struct ev_line *report(const char *outcome, unsigned n,
			      unsigned supersedes, const char *predicate)
{
	struct rf_record x = {
		.kind = EV_KIND_REPORT, .name = "arrhythmia",
		.outcome = outcome, .person = RF_CI, .n = n,
		.supersedes = supersedes,
		.predicate = predicate ? predicate : "{" SUITE "," GOOD "}",
	};

	return rf_add(&x);
}

static void a_report_of_the_suite_in_force_passes(void **state)
{
	(void)state;
	rf_want_report("ci");
	report("pass", 1, 0, NULL)->record.signed_at -= 12 * RF_DAY + 5;
	rf_judge();
	rf_says(RULE, EV_PASS, "1 gate, 12 days old (record 000000000001 by "
		"Build service)", NULL);
}

static void without_a_report_the_rule_fails_with_the_command(void **state)
{
	(void)state;
	rf_want_report("ci");
	rf_judge();
	rf_says(RULE, EV_FAIL, NONE, ATTACH);
}

static void a_report_that_a_remote_may_have_is_incomplete(void **state)
{
	(void)state;
	rf_want_report("ci");
	rf.ledger_unknown = true;
	rf_judge();
	rf_says(RULE, EV_INCOMPLETE, NONE, "git evidence sync");
}

static void a_report_by_somebody_else_does_not_count(void **state)
{
	(void)state;
	rf_want_report("quality");
	ev_strs_add(&rf_report.by, "clinical");
	report("pass", 1, 0, NULL);
	rf_judge();
	rf_says(RULE, EV_FAIL, NONE ": 1 record by Build service, who is not "
		"in quality or clinical", ATTACH);
	rf_is_for(RULE, "quality or clinical");
}

static void a_report_of_another_suite_file_does_not_count(void **state)
{
	(void)state;
	rf_want_report("ci");
	report("pass", 1, 0, "{" OTHER "," GOOD "}");
	rf_judge();
	rf_says(RULE, EV_FAIL, NONE ": its suite differs from the policy in "
		"force (record 000000000001)", ATTACH);
}

static void a_report_without_a_suite_digest_does_not_count(void **state)
{
	static const char *const predicates[] = {
		"{\"suite\":\"arrhythmia\"}", "{}",
		"{\"suite\":{\"digest\":7}}",
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(predicates); i++) {
		rf_again(state);
		rf_want_report("ci");
		report("pass", 1, 0, predicates[i]);
		report("pass", 2, 0, predicates[i]);
		rf_judge();
		rf_says(RULE, EV_FAIL, ": it does not say the digest of its "
			"suite (record 000000000001), and 1 more", ATTACH);
	}
}

/* Otherwise a report of a loose suite would take a failure away. */
static void a_report_of_another_suite_supersedes_nothing_here(void **state)
{
	(void)state;
	rf_want_report("ci");
	report("fail", 1, 0, NULL);
	report("pass", 2, 1, "{" OTHER "," GOOD "}");
	report("pass", 3, 0, NULL);
	rf_judge();
	assert_int_equal(rf_rule(RULE)->outcome, EV_FAIL);
}

static void the_worst_report_wins(void **state)
{
	(void)state;
	rf_want_report("ci");
	report("pass", 2, 0, NULL);
	report("incomplete", 1, 0, NULL);
	report("review", 3, 0, NULL);
	rf_judge();
	rf_says(RULE, EV_INCOMPLETE, "the report says 'incomplete' (record "
		"000000000001 by Build service)", REPLACE1);
}

/* Words -------------------------------------------------------------------- */

static void a_failure_names_gate_slice_value_and_limit(void **state)
{
	static const struct { const char *gates, *detail; } cases[] = {
		{ "{\"id\":\"G00\",\"outcome\":\"pass\"},{\"id\":\"G01\","
		  "\"metric\":\"sensitivity\",\"slice\":\"overall\","
		  "\"outcome\":\"fail\",\"observed\":0.91,\"limit\":0.950}",
		  "gate G01 sensitivity on overall: observed 0.91, limit 0.950 "
		  "(record" },
		{ "{\"id\":\"G02\",\"outcome\":\"fail\",\"limit\":\"n > 30\"}",
		  "gate G02: limit n > 30 (record" },
		{ "{\"id\":\"G03\",\"outcome\":\"fail\",\"observed\":{\"lower\""
		  ":0.5}}", "gate G03: observed {\"lower\":0.5} (record" },
		{ "{\"id\":\"A\",\"outcome\":\"fail\"},{\"id\":\"B\","
		  "\"outcome\":\"fail\"},{\"id\":\"P\",\"outcome\":\"pass\"},"
		  "{\"slice\":\"x\",\"outcome\":\"fail\"},{\"id\":\"C\","
		  "\"slice\":\"y\",\"outcome\":\"fail\"}",
		  "gate A; also B, a gate without id on x, C on y (record" },
		{ "{\"id\":\"A\",\"outcome\":\"fail\"},{\"id\":\"B\","
		  "\"outcome\":\"fail\"},{\"id\":\"C\",\"outcome\":\"fail\"}"
		  ",{\"id\":\"D\",\"outcome\":\"fail\"},{\"id\":\"E\","
		  "\"outcome\":\"fail\"}",
		  "gate A; also B, C, D and 1 more (record" },
		{ "{\"id\":\"A\",\"outcome\":\"review\"}",
		  "the report says 'fail' (record" },
	};
	char text[400];
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		rf_again(state);
		rf_want_report("ci");
		snprintf(text, sizeof(text), "{" SUITE ",\"gates\":[%s]}",
			 cases[i].gates);
		report("fail", 1, 0, text);
		rf_judge();
		rf_says(RULE, EV_FAIL, cases[i].detail, REPLACE1);
		assert_ptr_equal(strstr(rf_rule(RULE)->detail, cases[i].detail),
				 rf_rule(RULE)->detail);
	}
}

/* Age ---------------------------------------------------------------------- */

static void age_counts_from_the_signature_to_the_second(void **state)
{
	static const struct {
		int64_t limit, age;
		enum ev_outcome outcome;
		const char *detail;
	} cases[] = {
		{ 30, 0, EV_PASS, "0 days old" },
		{ 30, 30 * RF_DAY, EV_PASS, "30 days old" },
		{ 30, 30 * RF_DAY + 1, EV_FAIL,
		  "more than 30 days old, at most 30 (record 000000000001" },
		{ 30, 42 * RF_DAY, EV_FAIL, "42 days old, at most 30 (record" },
		{ 0, 0, EV_PASS, "0 days old" },
		{ 0, 1, EV_FAIL, "more than 0 days old, at most 0" },
		{ 1, -200, EV_PASS, "0 days old" },
		{ -1, 9000 * RF_DAY, EV_PASS, "9000 days old" },
		{ INT64_MAX, 9000 * RF_DAY, EV_PASS, "9000 days old" },
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		rf_again(state);
		rf_want_report("ci");
		rf_report.max_age_days = cases[i].limit;
		report("pass", 1, 0, NULL)->record.signed_at -= cases[i].age;
		rf_judge();
		rf_says(RULE, cases[i].outcome, cases[i].detail,
			cases[i].outcome ? ATTACH : NULL);
	}
}

static void one_that_is_fresh_is_enough(void **state)
{
	(void)state;
	rf_want_report("ci");
	rf_report.max_age_days = 30;
	report("pass", 1, 0, NULL)->record.signed_at -= 90 * RF_DAY;
	report("pass", 2, 0, NULL);
	rf_judge();
	rf_says(RULE, EV_PASS, "0 days old (record 000000000002", NULL);
}

static void a_bad_result_does_not_get_better_with_time(void **state)
{
	(void)state;
	rf_want_report("ci");
	rf_report.max_age_days = 30;
	report("fail", 1, 0, NULL)->record.signed_at -= 90 * RF_DAY;
	report("pass", 2, 0, NULL);
	rf_judge();
	rf_says(RULE, EV_FAIL, "the report says 'fail' (record 000000000001",
		REPLACE1);
}

static void an_old_failure_is_told_as_a_failure(void **state)
{
	(void)state;
	rf_want_report("ci");
	rf_report.max_age_days = 30;
	report("fail", 1, 0, NULL)->record.signed_at -= 90 * RF_DAY;
	rf_judge();
	rf_says(RULE, EV_FAIL, "the report says 'fail'", REPLACE1);
}

static void an_old_review_beside_a_fresh_pass_is_a_review(void **state)
{
	(void)state;
	rf_want_report("ci");
	ev_strs_add(&rf_report.review_by, "clinical");
	rf_report.max_age_days = 30;
	report("review", 1, 0, "{" SUITE ",\"gates\":[{\"id\":\"G01\","
	       "\"outcome\":\"review\"}]}")->record.signed_at -= 90 * RF_DAY;
	report("pass", 2, 0, NULL);
	rf_judge();
	rf_says(RULE, EV_REVIEW, "gate G01 (record 000000000001",
		"git evidence approve 9d03e77 --role clinical --clears " RULE
		"/G01");
	assert_int_equal(rf.records[0].open.n, 1);
}

static void a_review_of_what_is_too_old_is_not_offered(void **state)
{
	(void)state;
	rf_want_report("ci");
	rf_report.max_age_days = 30;
	report("review", 1, 0, NULL)->record.signed_at -= 90 * RF_DAY;
	rf_vote(RULE, RF_ADA);
	rf_judge();
	rf_says(RULE, EV_FAIL, "90 days old, at most 30", ATTACH);
	assert_int_equal(rf.records[0].open.n, 0);
}

/* Re-runs ------------------------------------------------------------------ */

static void a_pass_on_the_same_data_is_a_rerun_and_else_is_not(void **state)
{
#define D1 "0123456789abcdef0123456789abcdef"
#define D2 "fedcba9876543210fedcba9876543210"
	static const struct {
		const char *a, *b;
		enum ev_outcome outcome;
	} cases[] = {
		/* one digest that both name is enough, wherever it stands */
		{ ",\"inputs\":[\"" D1 "\",\"" D2 "\"]",
		  ",\"inputs\":[\"" D2 "\",\"" D1 "\"]", EV_REVIEW },
		{ ",\"inputs\":{\"p\":\"sha256:" D1 "\"}",
		  ",\"inputs\":[{\"digest\":{\"sha256\":\"" D1 "\"},"
		  "\"name\":\"x\"},\"" D2 "\"]", EV_REVIEW },
		{ ",\"inputs\":[\"0123456789ABCDEF0123456789ABCDEF\"]",
		  ",\"inputs\":[\"" D1 "\"]", EV_REVIEW },
		{ ",\"inputs\":[\"" D1 "\"]", ",\"inputs\":[\"" D2 "\"]",
		  EV_PASS },
		{ ",\"inputs\":[\"" D1 "\"]", ",\"inputs\":[\"cohort\"]",
		  EV_REVIEW },
		{ ",\"inputs\":{\"p\":\"1\",\"q\":[1]}",
		  ",\"inputs\":{\"q\":[1],\"p\":\"1\"}", EV_REVIEW },
		{ ",\"inputs\":{\"p\":\"1\"}", ",\"inputs\":{\"p\":\"2\"}",
		  EV_PASS },
		{ ",\"inputs\":{\"p\":\"1\"}",
		  ",\"inputs\":{\"p\":\"1\",\"q\":\"1\"}", EV_PASS },
		{ ",\"inputs\":{\"p\":\"1\",\"q\":\"1\"}",
		  ",\"inputs\":{\"p\":\"1\"}", EV_PASS },
		{ ",\"inputs\":[1,2]", ",\"inputs\":[2,1]", EV_PASS },
		{ ",\"inputs\":[true]", ",\"inputs\":[false]", EV_PASS },
		{ ",\"inputs\":[null]", ",\"inputs\":[null]", EV_REVIEW },
		{ "", "", EV_REVIEW },
		{ "", ",\"inputs\":{\"p\":\"1\"}", EV_REVIEW },
		{ ",\"inputs\":{\"p\":\"1\"}", ",\"inputs\":null", EV_REVIEW },
	};
	char text[400];
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		rf_again(state);
		rf_want_report("ci");
		ev_strs_add(&rf_report.review_by, "clinical");
		snprintf(text, sizeof(text), "{" SUITE "%s}", cases[i].a);
		report("fail", 1, 0, text);
		snprintf(text, sizeof(text), "{" SUITE "%s}", cases[i].b);
		report("pass", 2, 1, text);
		rf_judge();
		if (cases[i].outcome == EV_PASS)
			rf_says(RULE, EV_PASS, "0 days old", NULL);
		else
			rf_says(RULE, EV_REVIEW, "a re-run: passes after a "
				"worse result of the same suite and data "
				"(record 000000000002", "git evidence approve "
				"9d03e77 --role clinical --clears " RULE);
	}
}

static void other_data_in_between_hide_no_rerun(void **state)
{
	(void)state;
	rf_want_report("ci");
	report("fail", 1, 0, "{" SUITE ",\"inputs\":\"a\"}");
	report("pass", 2, 1, "{" SUITE ",\"inputs\":\"b\"}");
	report("pass", 3, 2, "{" SUITE ",\"inputs\":\"a\"}");
	rf_judge();
	assert_int_equal(rf_rule(RULE)->outcome, EV_REVIEW);
}

static void reports_of_other_suites_are_other_studies(void **state)
{
	struct ev_picks picks = { NULL, 0, 0 };
	struct ev_strs by = EV_STRS_INIT;

	(void)state;
	report("fail", 1, 0, "{" SUITE "}");
	report("pass", 2, 1, "{" OTHER "}");
	assert_int_equal(ev_picks_add(&picks, &rf, &rf.lines, EV_KIND_REPORT,
				      "arrhythmia", &by), 0);
	assert_int_equal(picks.n, 1);
	assert_false(picks.items[0].rerun);
	free(picks.items);
}

/* Clearing ----------------------------------------------------------------- */

#define TWO "{" SUITE ",\"gates\":[{\"id\":\"G02\",\"slice\":\"a\"," \
	"\"outcome\":\"review\"},{\"id\":\"G01\",\"outcome\":\"review\"}," \
	"{\"id\":\"G03\",\"outcome\":\"pass\"},{\"id\":\"G02\",\"slice\":" \
	"\"b\",\"outcome\":\"review\"}]}"

static void each_gate_in_review_is_open(void **state)
{
	(void)state;
	rf_want_report("ci");
	ev_strs_add(&rf_report.review_by, "clinical");
	report("review", 1, 0, TWO);
	rf_judge();
	rf_says(RULE, EV_REVIEW, "gate G02 on a; also G01, G02 on b (record",
		"git evidence approve 9d03e77 --role clinical --clears " RULE
		"/G01 --clears " RULE "/G02");
	assert_int_equal(rf.records[0].open.n, 2);
	assert_string_equal(rf.records[0].open.items[0], RULE "/G01");
	assert_string_equal(rf.records[0].open.items[1], RULE "/G02");
}

static void the_hint_names_the_only_gate(void **state)
{
	(void)state;
	rf_want_report("ci");
	ev_strs_add(&rf_report.review_by, "clinical");
	report("review", 1, 0, "{" SUITE ",\"gates\":[{\"id\":\"G01\","
	       "\"outcome\":\"review\"}]}");
	rf_judge();
	rf_says(RULE, EV_REVIEW, "gate G01 (record", "git evidence approve "
		"9d03e77 --role clinical --clears " RULE "/G01");
}

static void all_open_gates_or_the_rule_must_be_cleared(void **state)
{
	static const struct {
		const char *a, *b;
		int who;
		const char *names;
	} cases[] = {
		{ RULE, NULL, RF_ADA, ", accepted by Dr. Ada Kern" },
		{ RULE "/G01", RULE "/G02", RF_QUINN,
		  ", accepted by Dr. Ada Kern and Quinn Abara" },
		{ RULE "/G01", RULE "/G02", RF_ADA,
		  ", accepted by Dr. Ada Kern" },
		{ RULE "/G01", NULL, RF_ADA, NULL },
		{ RULE "/G02", RULE "/G03", RF_ADA, NULL },
		{ "reports.other", "tests.unit", RF_ADA, NULL },
	};
	const struct ev_verdict_rule *r;
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		rf_again(state);
		rf_want_report("ci");
		report("review", 1, 0, TWO);
		rf_vote(cases[i].a, RF_ADA);
		if (cases[i].b)
			rf_vote(cases[i].b, cases[i].who);
		rf_judge();
		r = rf_rule(RULE);
		if (!cases[i].names)
			assert_int_equal(r->outcome, EV_REVIEW);
		else if (r->outcome != EV_PASS || r->hint ||
			 strlen(r->detail) < strlen(cases[i].names) ||
			 strcmp(r->detail + strlen(r->detail) -
				strlen(cases[i].names), cases[i].names))
			fail_msg("%s", r->detail);
	}
}

static void what_is_accepted_in_part_says_what_is_left(void **state)
{
	(void)state;
	rf_want_report("ci");
	ev_strs_add(&rf_report.review_by, "clinical");
	report("review", 1, 0, TWO);
	rf_vote(RULE "/G02", RF_ADA);
	rf_judge();
	rf_says(RULE, EV_REVIEW, " by Build service); G02 accepted by Dr. Ada "
		"Kern", "git evidence approve 9d03e77 --role clinical "
		"--clears " RULE "/G01");
}

static void only_the_roles_for_review_may_clear(void **state)
{
	(void)state;
	rf_want_report("ci");
	ev_strs_add(&rf_report.review_by, "clinical");
	report("review", 1, 0, TWO);
	rf_vote(RULE, RF_QUINN);
	rf_judge();
	assert_int_equal(rf_rule(RULE)->outcome, EV_REVIEW);
	assert_ptr_equal(rf_votes_by, &rf_report.review_by);
}

static void a_gate_without_a_name_is_cleared_with_the_whole(void **state)
{
	(void)state;
	rf_want_report("ci");
	report("review", 1, 0, "{" SUITE ",\"gates\":[{\"id\":\"G01\","
	       "\"outcome\":\"review\"},{\"outcome\":\"review\"}]}");
	rf_vote(RULE "/G01", RF_ADA);
	rf_judge();
	assert_int_equal(rf_rule(RULE)->outcome, EV_REVIEW);
}

static void a_rerun_and_a_gate_are_both_open(void **state)
{
	(void)state;
	rf_want_report("ci");
	report("fail", 1, 0, NULL);
	report("pass", 2, 1, NULL);
	report("review", 3, 0, "{" SUITE ",\"gates\":[{\"id\":\"G01\","
	       "\"outcome\":\"review\"}]}");
	rf_vote(RULE "/G01", RF_ADA);
	rf_judge();
	assert_int_equal(rf_rule(RULE)->outcome, EV_REVIEW);
	assert_int_equal(rf.records[0].open.n, 2);
	assert_string_equal(rf.records[0].open.items[0], RULE);
}

static void rules_come_in_the_order_of_the_policy(void **state)
{
	struct ev_report_rule two[2];
	char other[] = "zebra";

	(void)state;
	rf_want_report("ci");
	rf_want_test("ci");
	two[0] = two[1] = rf_report;
	two[0].suite = other;
	rf_req.reports = two;
	rf_req.nreports = 2;
	rf_judge();
	assert_int_equal(rf_verdict.n, 3);
	assert_string_equal(rf_verdict.rules[0].rule, "reports.zebra");
	assert_string_equal(rf_verdict.rules[1].rule, RULE);
	assert_string_equal(rf_verdict.rules[2].rule, "tests.unit");
}

static void where_the_range_is_unknown_nothing_passes(void **state)
{
	(void)state;
	rf_want_report("ci");
	ev_strs_add(&rf_report.may_change, "docs/**");
	rf.range.known = false;
	report("pass", 1, 0, NULL);
	rf_judge();
	rf_says(RULE, EV_INCOMPLETE, "; not all commits where one may lie are "
		"here", NULL);
}

static void a_failure_is_one_whatever_is_unknown(void **state)
{
	(void)state;
	rf_want_report("ci");
	ev_strs_add(&rf_report.may_change, "docs/**");
	rf.range.known = false;
	report("fail", 1, 0, NULL);
	rf_judge();
	rf_says(RULE, EV_FAIL, "the report says 'fail'", REPLACE1);
}

static void only_a_rule_with_paths_minds_the_range(void **state)
{
	struct ev_report_rule two[2];

	(void)state;
	rf_want_report("ci");
	two[0] = two[1] = rf_report;
	ev_strs_add(&two[1].may_change, "docs/**");
	rf_req.reports = two;
	rf_req.nreports = 2;
	rf.range.known = false;
	report("pass", 1, 0, NULL);
	rf_judge();
	assert_int_equal(rf.records[0].outcome, EV_PASS);
	assert_int_equal(rf.records[1].outcome, EV_INCOMPLETE);
	ev_strs_release(&two[1].may_change);
}

#define T(name) cmocka_unit_test_setup_teardown(name, rf_setup, rf_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_report_of_the_suite_in_force_passes),
		T(without_a_report_the_rule_fails_with_the_command),
		T(a_report_that_a_remote_may_have_is_incomplete),
		T(a_report_by_somebody_else_does_not_count),
		T(a_report_of_another_suite_file_does_not_count),
		T(a_report_without_a_suite_digest_does_not_count),
		T(a_report_of_another_suite_supersedes_nothing_here),
		T(the_worst_report_wins),
		T(a_failure_names_gate_slice_value_and_limit),
		T(age_counts_from_the_signature_to_the_second),
		T(one_that_is_fresh_is_enough),
		T(a_bad_result_does_not_get_better_with_time),
		T(an_old_failure_is_told_as_a_failure),
		T(an_old_review_beside_a_fresh_pass_is_a_review),
		T(a_review_of_what_is_too_old_is_not_offered),
		T(a_pass_on_the_same_data_is_a_rerun_and_else_is_not),
		T(other_data_in_between_hide_no_rerun),
		T(reports_of_other_suites_are_other_studies),
		T(each_gate_in_review_is_open),
		T(the_hint_names_the_only_gate),
		T(all_open_gates_or_the_rule_must_be_cleared),
		T(what_is_accepted_in_part_says_what_is_left),
		T(only_the_roles_for_review_may_clear),
		T(a_gate_without_a_name_is_cleared_with_the_whole),
		T(a_rerun_and_a_gate_are_both_open),
		T(rules_come_in_the_order_of_the_policy),
		T(where_the_range_is_unknown_nothing_passes),
		T(a_failure_is_one_whatever_is_unknown),
		T(only_a_rule_with_paths_minds_the_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
