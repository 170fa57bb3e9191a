#include "base/compat.h"

#include "recordfix.h"

static void test(const char *outcome, int person, unsigned n,
		 unsigned supersedes)
{
	struct rf_record x = { .kind = EV_KIND_TEST, .name = "unit",
			       .outcome = outcome, .person = person, .n = n,
			       .supersedes = supersedes };

	rf_add(&x);
}

/* Who may sign ------------------------------------------------------------- */

static void a_rule_allows_whoever_has_one_of_its_roles(void **state)
{
	struct ev_strs by = EV_STRS_INIT;

	(void)state;
	assert_true(ev_by_allows(&by, &rf_people[RF_ADA]));
	assert_true(ev_by_allows(NULL, &rf_people[RF_ADA]));
	assert_false(ev_by_allows(&by, NULL));
	ev_strs_add(&by, "quality");
	assert_false(ev_by_allows(&by, &rf_people[RF_ADA]));
	assert_false(ev_by_allows(&by, NULL));
	ev_strs_add(&by, "clinical");
	assert_true(ev_by_allows(&by, &rf_people[RF_ADA]));
	ev_strs_release(&by);
}

/* Tests -------------------------------------------------------------------- */

static void a_test_by_the_right_people_passes(void **state)
{
	struct rf_record x = { .kind = EV_KIND_TEST, .name = "unit",
			       .outcome = "pass", .person = RF_CI, .n = 1 };

	(void)state;
	rf_want_test("ci");
	x.predicate = "{\"tests\":{\"passed\":120,\"failed\":0,\"warned\":0}}";
	rf_add(&x);
	rf_judge();
	rf_says("tests.unit", EV_PASS, "120 tests passed (record 000000000001 "
		"by Build service)", NULL);
}

static void a_test_that_is_not_there_fails_with_the_command(void **state)
{
	struct rf_record other = { .kind = EV_KIND_TEST, .name = "integration",
				   .outcome = "pass", .person = RF_CI,
				   .n = 1 };

	(void)state;
	rf_want_test("ci");
	rf_add(&other);
	rf_judge();
	rf_says("tests.unit", EV_FAIL, "no test 'unit' for 9d03e77",
		"git evidence run 9d03e77 --name unit -- COMMAND");
	assert_string_equal(rf_rule("tests.unit")->detail,
			    "no test 'unit' for 9d03e77");
	rf_is_for("tests.unit", "ci");
}

static void a_test_that_anybody_may_sign_is_for_nobody_by_name(void **state)
{
	(void)state;
	rf_want_test(NULL);
	rf_judge();
	rf_is_for("tests.unit", "");
}

static void what_a_remote_may_have_is_incomplete(void **state)
{
	(void)state;
	rf_want_test("ci");
	rf.ledger_unknown = true;
	rf_judge();
	rf_says("tests.unit", EV_INCOMPLETE, "no test 'unit'",
		"git evidence sync");
	rf_is_for("tests.unit", "");
}

static void a_record_of_another_kind_or_name_does_not_count(void **state)
{
	struct rf_record x = { .kind = EV_KIND_REPORT, .name = "unit",
			       .outcome = "pass", .person = RF_CI, .n = 1 };

	(void)state;
	rf_want_test("ci");
	rf_add(&x);
	rf_judge();
	rf_says("tests.unit", EV_FAIL, "no test 'unit'",
		"git evidence run 9d03e77 --name unit -- COMMAND");
}

static void a_record_by_somebody_else_is_told_as_such(void **state)
{
	(void)state;
	rf_want_test("ci");
	test("pass", RF_QUINN, 1, 0);
	rf_judge();
	rf_says("tests.unit", EV_FAIL, "no test 'unit' for 9d03e77: 1 record "
		"by Quinn Abara, who is not in ci",
		"git evidence run 9d03e77 --name unit -- COMMAND");
}

static void records_by_several_others_are_counted(void **state)
{
	(void)state;
	rf_want_test("ci");
	test("pass", RF_QUINN, 1, 0);
	test("pass", RF_ADA, 2, 0);
	rf_judge();
	rf_says("tests.unit", EV_FAIL, ": 2 records by Quinn Abara and others, "
		"who are not in ci",
		"git evidence run 9d03e77 --name unit -- COMMAND");
}

static void the_worst_outcome_wins(void **state)
{
	static const struct { const char *a, *b; enum ev_outcome worst; }
	cases[] = {
		{ "pass", "pass", EV_PASS },
		{ "pass", "review", EV_REVIEW },
		{ "review", "incomplete", EV_INCOMPLETE },
		{ "incomplete", "fail", EV_FAIL },
		{ "fail", "pass", EV_FAIL },
		{ "pass", "no such word", EV_FAIL },
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		rf_again(state);
		rf_want_test("ci");
		test(cases[i].a, RF_CI, 1, 0);
		test(cases[i].b, RF_CI, 2, 0);
		rf_judge();
		assert_int_equal(rf_rule("tests.unit")->outcome,
				 cases[i].worst);
	}
}

static void a_failure_says_what_failed_and_how_it_is_replaced(void **state)
{
	struct rf_record x = { .kind = EV_KIND_TEST, .name = "unit",
			       .outcome = "fail", .person = RF_CI,
			       .n = 0xabc };

	(void)state;
	rf_want_test("ci");
	x.predicate = "{\"tests\":{\"passed\":117,\"failed\":3,\"warned\":0},"
		"\"failedTests\":[\"dose.limit\",\"dose.unit\"]}";
	rf_add(&x);
	rf_judge();
	rf_says("tests.unit", EV_FAIL, "3 of 120 tests failed, first "
		"'dose.limit' (record 000000000abc by Build service)",
		"git evidence run 9d03e77 --name unit --supersede "
		"000000000abc --because '<reason>' -- COMMAND");
	rf_is_for("tests.unit", "ci");
}

static void a_failure_without_counts_gives_the_status(void **state)
{
	struct rf_record x = { .kind = EV_KIND_TEST, .name = "unit",
			       .outcome = "fail", .person = RF_CI, .n = 1 };

	(void)state;
	rf_want_test("ci");
	x.predicate = "{\"exitStatus\":2}";
	rf_add(&x);
	x.n = 2;
	x.age = 1;
	rf_add(&x);
	rf_judge();
	rf_says("tests.unit", EV_FAIL, "failed with status 2 (record "
		"000000000001 by Build service); 1 more record is no better",
		"git evidence run 9d03e77 --name unit --supersede "
		"000000000001 --because '<reason>' -- COMMAND");
}

/* Withdrawn, superseded ---------------------------------------------------- */

static void only_live_and_superseded_lines_are_looked_at(void **state)
{
	static const enum ev_state states[] = {
		EV_REVOKED, EV_DUPLICATE, EV_MALFORMED, EV_FOREIGN,
		EV_MISPLACED, EV_UNTIMELY, EV_BAD,
	};
	struct rf_record x = { .kind = EV_KIND_TEST, .name = "unit",
			       .outcome = "pass", .person = RF_CI };
	size_t i;

	(void)state;
	rf_want_test("ci");
	for (i = 0; i < EV_ARRAY_SIZE(states); i++) {
		x.n = (unsigned)i + 1;
		x.state = states[i];
		rf_add(&x);
	}
	rf_judge();
	assert_int_equal(rf_rule("tests.unit")->outcome, EV_FAIL);
	assert_int_equal(rf.records[0].picks.n, 0);
}

static void a_withdrawn_record_is_told_as_such(void **state)
{
	struct rf_record x = { .kind = EV_KIND_TEST, .name = "unit",
			       .outcome = "pass", .person = RF_CI, .n = 1,
			       .state = EV_REVOKED,
			       .reason = "withdrawn by record abc" };

	(void)state;
	rf_want_test("ci");
	rf_add(&x);
	test("pass", RF_QUINN, 2, 0);
	rf_judge();
	rf_says("tests.unit", EV_FAIL, ": record 000000000001 is withdrawn by "
		"record abc", "git evidence run 9d03e77 --name unit -- "
		"COMMAND");
}

static void a_signature_that_does_not_count_is_told(void **state)
{
	struct rf_record x = { .kind = EV_KIND_TEST, .name = "unit",
			       .outcome = "pass", .person = RF_CI, .n = 1,
			       .state = EV_UNTIMELY,
			       .reason = "key expired" };

	(void)state;
	rf_want_test("ci");
	rf_add(&x);
	rf_judge();
	rf_says("tests.unit", EV_FAIL, ": record 000000000001: key expired",
		"git evidence run 9d03e77 --name unit -- COMMAND");
}

static void one_record_of_two_signers_counts_once_for_each(void **state)
{
	(void)state;
	rf_want_test(NULL);
	test("pass", RF_CI, 1, 0);
	test("pass", RF_CI, 1, 0);
	test("pass", RF_ADA, 1, 0);
	rf_judge();
	assert_int_equal(rf.records[0].picks.n, 2);
}

static void a_record_withdrawn_in_one_place_is_withdrawn_in_all(void **state)
{
	struct rf_record x = { .kind = EV_KIND_TEST, .name = "unit",
			       .outcome = "pass", .person = RF_CI, .n = 1,
			       .state = EV_REVOKED };

	(void)state;
	rf_want_test("ci");
	test("pass", RF_CI, 1, 0);
	rf_add(&x);
	rf_judge();
	assert_int_equal(rf_rule("tests.unit")->outcome, EV_FAIL);
}

static void the_ledgers_own_superseding_has_no_say(void **state)
{
	struct rf_record x = { .kind = EV_KIND_TEST, .name = "unit",
			       .outcome = "fail", .person = RF_CI, .n = 1,
			       .state = EV_SUPERSEDED };

	(void)state;
	rf_want_test("ci");
	ev_strs_add(&rf_people[RF_QUINN].roles, "shared");
	ev_strs_add(&rf_people[RF_CI].roles, "shared");
	rf_add(&x);
	test("pass", RF_QUINN, 2, 1);
	rf_judge();
	rf_says("tests.unit", EV_FAIL, "failed (record",
		"git evidence run 9d03e77 --name unit --supersede "
		"000000000001 --because '<reason>' -- COMMAND");
}

static void superseding_needs_no_shared_role_when_the_rule_allows(void **state)
{
	(void)state;
	rf_want_test("ci");
	ev_strs_add(&rf_test.by, "quality");
	test("pass", RF_CI, 1, 0);
	test("pass", RF_QUINN, 2, 1);
	rf_judge();
	assert_int_equal(rf.records[0].picks.n, 1);
	assert_string_equal(rf.records[0].picks.items[0].line->person->name,
			    "Quinn Abara");
}

static void a_pass_after_a_failure_is_a_rerun_for_review(void **state)
{
	static const char *const worse[] = { "fail", "incomplete", "review" };
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(worse); i++) {
		rf_again(state);
		rf_want_test("ci");
		test(worse[i], RF_CI, 1, 0);
		test("pass", RF_CI, 2, 1);
		rf_judge();
		rf_says("tests.unit", EV_REVIEW, "a re-run",
			"git evidence approve 9d03e77 --role ROLE --clears "
			"tests.unit");
		assert_true(rf.records[0].picks.items[0].rerun);
		assert_int_equal(rf.records[0].picks.items[0].outcome, EV_PASS);
		assert_int_equal(rf.records[0].open.n, 1);
		assert_string_equal(rf.records[0].open.items[0], "tests.unit");
	}
}

static void a_pass_after_a_pass_is_no_rerun(void **state)
{
	(void)state;
	rf_want_test("ci");
	test("pass", RF_CI, 1, 0);
	test("pass", RF_CI, 2, 1);
	rf_judge();
	rf_says("tests.unit", EV_PASS, "passed", NULL);
	assert_int_equal(rf.records[0].picks.n, 1);
}

static void a_failure_after_a_pass_stays_a_failure(void **state)
{
	(void)state;
	rf_want_test("ci");
	test("pass", RF_CI, 1, 0);
	test("fail", RF_CI, 2, 1);
	rf_judge();
	assert_int_equal(rf_rule("tests.unit")->outcome, EV_FAIL);
}

static void a_failure_after_a_failure_is_no_rerun(void **state)
{
	(void)state;
	rf_want_test("ci");
	test("fail", RF_CI, 1, 0);
	test("fail", RF_CI, 2, 1);
	rf_judge();
	assert_int_equal(rf.records[0].picks.n, 1);
	assert_false(rf.records[0].picks.items[0].rerun);
}

/* The content is the same; what else a test says of itself does not matter. */
static void a_test_of_other_words_is_a_rerun_all_the_same(void **state)
{
	struct rf_record x = { .kind = EV_KIND_TEST, .name = "unit",
			       .outcome = "fail", .person = RF_CI, .n = 1,
			       .predicate = "{\"inputs\":\"a\"}" };

	(void)state;
	rf_want_test("ci");
	rf_add(&x);
	x.outcome = "pass";
	x.predicate = "{\"inputs\":\"b\"}";
	x.n = 2;
	x.supersedes = 1;
	rf_add(&x);
	rf_judge();
	assert_int_equal(rf_rule("tests.unit")->outcome, EV_REVIEW);
}

static void a_rerun_in_two_steps_is_a_rerun(void **state)
{
	(void)state;
	rf_want_test("ci");
	test("fail", RF_CI, 1, 0);
	test("pass", RF_CI, 2, 1);
	test("pass", RF_CI, 3, 2);
	rf_judge();
	assert_int_equal(rf.records[0].picks.n, 1);
	assert_int_equal(rf_rule("tests.unit")->outcome, EV_REVIEW);
}

/* Otherwise one record would take the failure away and another one pass. */
static void a_pass_beside_a_replaced_failure_is_a_rerun(void **state)
{
	(void)state;
	rf_want_test("ci");
	test("fail", RF_CI, 1, 0);
	test("review", RF_CI, 2, 1);
	test("pass", RF_CI, 3, 0);
	rf_judge();
	assert_int_equal(rf.records[0].picks.n, 2);
	assert_true(rf.records[0].picks.items[0].rerun ||
		    rf.records[0].picks.items[1].rerun);
	assert_int_equal(rf_rule("tests.unit")->outcome, EV_REVIEW);
}

static void a_replacement_that_is_withdrawn_gives_the_elder_back(void **state)
{
	struct rf_record x = { .kind = EV_KIND_TEST, .name = "unit",
			       .outcome = "pass", .person = RF_CI, .n = 2,
			       .supersedes = 1, .state = EV_REVOKED };

	(void)state;
	rf_want_test("ci");
	test("fail", RF_CI, 1, 0);
	rf_add(&x);
	test("pass", RF_CI, 3, 2);
	rf_judge();
	assert_int_equal(rf_rule("tests.unit")->outcome, EV_FAIL);
	assert_int_equal(rf.records[0].picks.n, 2);
}

static void superseding_needs_the_same_kind_name_type_and_tree(void **state)
{
	static const struct { const char *type; bool tree; } cases[] = {
		{ "https://example.org/other", false }, { NULL, true },
	};
	struct rf_record x = { .kind = EV_KIND_TEST, .name = "unit",
			       .outcome = "fail", .person = RF_CI, .n = 1 };
	struct ev_picks picks = { NULL, 0, 0 };
	struct ev_line *line;
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		rf_again(state);
		rf_want_test("ci");
		line = rf_add(&x);
		if (cases[i].type) {
			free(line->record.type);
			line->record.type = ev_strdup(cases[i].type);
		}
		if (cases[i].tree)
			line->record.tree.id[0] ^= 1;
		test("pass", RF_CI, 2, 1);
		assert_int_equal(ev_picks_add(&picks, &rf, &rf.lines,
					      EV_KIND_TEST, "unit",
					      &rf_test.by), 0);
		assert_int_equal(picks.n, 2);
		free(picks.items);
		memset(&picks, 0, sizeof(picks));
	}
}

static void records_in_a_circle_count_for_nothing(void **state)
{
	(void)state;
	rf_want_test("ci");
	test("pass", RF_CI, 1, 3);
	test("pass", RF_CI, 2, 1);
	test("pass", RF_CI, 3, 2);
	rf_judge();
	assert_int_equal(rf_rule("tests.unit")->outcome, EV_FAIL);
}

static void picks_come_worst_first_then_newest(void **state)
{
	static const struct { const char *outcome; int64_t age; unsigned n; }
	records[] = {
		{ "pass", 1, 1 }, { "fail", 9, 2 }, { "review", 5, 3 },
		{ "fail", 3, 4 }, { "incomplete", 7, 5 }, { "pass", 0, 6 },
	};
	static const unsigned order[] = { 4, 2, 5, 3, 6, 1 };
	struct rf_record x = { .kind = EV_KIND_TEST, .name = "unit",
			       .person = RF_CI };
	struct ev_strs by = EV_STRS_INIT;
	struct ev_picks picks = { NULL, 0, 0 };
	char id[65];
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(records); i++) {
		x.outcome = records[i].outcome;
		x.age = records[i].age;
		x.n = records[i].n;
		rf_add(&x);
	}
	assert_int_equal(ev_picks_add(&picks, &rf, &rf.lines, EV_KIND_TEST,
				      "unit", &by), 0);
	assert_int_equal(picks.n, EV_ARRAY_SIZE(order));
	for (i = 0; i < picks.n; i++) {
		snprintf(id, sizeof(id), RF_ID, order[i], 0);
		assert_string_equal(picks.items[i].line->record.id, id);
		assert_non_null(picks.items[i].predicate);
	}
	free(picks.items);
}

/* Clearing ----------------------------------------------------------------- */

static void a_warning_is_for_people_to_review(void **state)
{
	struct rf_record x = { .kind = EV_KIND_TEST, .name = "unit",
			       .outcome = "review", .person = RF_CI, .n = 1 };

	(void)state;
	rf_want_test("ci");
	rf_req.approvals[EV_TIER_NONE].items =
		ev_calloc(1, sizeof(struct ev_quorum_item));
	rf_req.approvals[EV_TIER_NONE].n = 1;
	rf_req.approvals[EV_TIER_NONE].items[0].role = ev_strdup("quality");
	rf_req.approvals[EV_TIER_NONE].items[0].count = 1;
	x.predicate = "{\"tests\":{\"passed\":9,\"failed\":0,\"warned\":1},"
		"\"warnedTests\":[\"flaky\"]}";
	rf_add(&x);
	rf_judge();
	rf_says("tests.unit", EV_REVIEW, "1 of 10 tests warned: 'flaky' "
		"(record", "git evidence approve 9d03e77 --role quality "
		"--clears tests.unit");
}

static void a_hint_names_the_ref_where_there_is_a_choice(void **state)
{
	struct ev_protect two[2];

	(void)state;
	rf_want_test("ci");
	two[0] = two[1] = rf_protect;
	two[1].pattern = rf_word[3];
	rf_policy.protects = two;
	rf_policy.nprotects = 2;
	test("review", RF_CI, 1, 0);
	rf_judge();
	rf_says("tests.unit", EV_REVIEW, "ended with a warning",
		"git evidence approve 9d03e77 --role ROLE --for main "
		"--clears tests.unit");
}

static void a_cleared_review_is_a_pass_that_says_by_whom(void **state)
{
	(void)state;
	rf_want_test("ci");
	test("review", RF_CI, 1, 0);
	rf_vote("tests.unit", RF_ADA);
	rf_judge();
	rf_says("tests.unit", EV_PASS, ", accepted by Dr. Ada Kern", NULL);
	assert_non_null(rf_votes_by);
	assert_int_equal(rf_votes_by->n, 0);
	assert_int_equal(rf.records[0].outcome, EV_REVIEW);
}

static void nobody_can_clear_what_failed_or_is_incomplete(void **state)
{
	static const char *const words[] = { "fail", "incomplete" };
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(words); i++) {
		rf_again(state);
		rf_want_test("ci");
		test(words[i], RF_CI, 1, 0);
		rf_vote("tests.unit", RF_ADA);
		rf_judge();
		assert_true(rf_rule("tests.unit")->outcome > EV_REVIEW);
	}
}

static void nothing_is_said_where_nothing_is_required(void **state)
{
	(void)state;
	test("fail", RF_CI, 1, 0);
	rf_judge();
	assert_int_equal(rf_verdict.n, 0);
	assert_int_equal(rf_verdict.outcome, EV_PASS);
}

#define T(name) cmocka_unit_test_setup_teardown(name, rf_setup, rf_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_rule_allows_whoever_has_one_of_its_roles),
		T(a_test_by_the_right_people_passes),
		T(a_test_that_is_not_there_fails_with_the_command),
		T(a_test_that_anybody_may_sign_is_for_nobody_by_name),
		T(what_a_remote_may_have_is_incomplete),
		T(a_record_of_another_kind_or_name_does_not_count),
		T(a_record_by_somebody_else_is_told_as_such),
		T(records_by_several_others_are_counted),
		T(the_worst_outcome_wins),
		T(a_failure_says_what_failed_and_how_it_is_replaced),
		T(a_failure_without_counts_gives_the_status),
		T(only_live_and_superseded_lines_are_looked_at),
		T(a_withdrawn_record_is_told_as_such),
		T(a_signature_that_does_not_count_is_told),
		T(one_record_of_two_signers_counts_once_for_each),
		T(a_record_withdrawn_in_one_place_is_withdrawn_in_all),
		T(the_ledgers_own_superseding_has_no_say),
		T(superseding_needs_no_shared_role_when_the_rule_allows),
		T(a_pass_after_a_failure_is_a_rerun_for_review),
		T(a_pass_after_a_pass_is_no_rerun),
		T(a_failure_after_a_pass_stays_a_failure),
		T(a_failure_after_a_failure_is_no_rerun),
		T(a_test_of_other_words_is_a_rerun_all_the_same),
		T(a_rerun_in_two_steps_is_a_rerun),
		T(a_pass_beside_a_replaced_failure_is_a_rerun),
		T(a_replacement_that_is_withdrawn_gives_the_elder_back),
		T(superseding_needs_the_same_kind_name_type_and_tree),
		T(records_in_a_circle_count_for_nothing),
		T(picks_come_worst_first_then_newest),
		T(a_warning_is_for_people_to_review),
		T(a_hint_names_the_ref_where_there_is_a_choice),
		T(a_cleared_review_is_a_pass_that_says_by_whom),
		T(nobody_can_clear_what_failed_or_is_incomplete),
		T(nothing_is_said_where_nothing_is_required),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
