#include "base/compat.h"

#include "signfix.h"

#include "recordfix.h"

#include "base/clock.h"
#include "ledger/write.h"
#include "repo/refs.h"

#define RULE "reports.arrhythmia"
#define PASS "\"outcome\":\"pass\",\"suite\":{\"digest\":\"" RF_SUITE "\"}," \
	"\"gates\":[]"
#define FAIL "\"outcome\":\"fail\",\"suite\":{\"digest\":\"" RF_SUITE "\"}," \
	"\"gates\":[]"
#define NONE "no report of suite 'arrhythmia' for 9d03e77"
#define ATTACH "git evidence validate 9d03e77 --suite " RF_PATH " --attach"

static struct ev_buf dir;
static struct ev_trust trust;
static struct ev_person_key keys[3];
static struct ev_range_commit commits[8];

/* A line of shell in the repository; its output is a commit, if `out`. */
static void sh(struct ev_oid *out, const char *line)
{
	struct ev_buf text = EV_BUF_INIT, all = EV_BUF_INIT;
	const char *argv[] = { "sh", "-ec", NULL, NULL };

	ev_buf_addf(&all, "cd '%s' && %s", dir.ptr, line);
	argv[2] = all.ptr;
	sf_run(&text, argv, NULL, 0);
	ev_buf_chomp(&text);
	if (out)
		assert_int_equal(ev_oid_parse(out, text.ptr), 0);
	ev_buf_release(&text);
	ev_buf_release(&all);
}

/* A docs/d=1 a.c=1, B docs/d=2, C a.c=2, D docs/d=3 and README.md,
 * E docs/d=4, F as D. */
static const char history[] =
	"mkdir -p . && git init -q -b main . &&"
	" git config user.name 'Dr. Ada Kern' &&"
	" git config user.email ada@example.org &&"
	" c() { git add -A && git commit -qm $1 && git branch $1; } &&"
	" mkdir docs && echo 1 >docs/d && echo 1 >a.c && c A &&"
	" echo 2 >docs/d && c B && echo 2 >a.c && c C &&"
	" echo 3 >docs/d && echo r >README.md && c D &&"
	" echo 4 >docs/d && c E && git checkout -q D -- . && c F";

static int group_setup(void **state)
{
	if (sf_setup(state))
		return -1;
	ev_buf_init(&dir);
	ev_path_join(&dir, sf_root.ptr, "repo");
	assert_int_equal(ev_mkdirs(dir.ptr, 0700), 0);
	sh(NULL, history);
	ev_trust_init(&trust);
	trust.home = sf_open("ci quinn ada");
	memcpy(keys[RF_ADA].fpr, sf_fpr("ada"), 41);
	memcpy(keys[RF_QUINN].fpr, sf_fpr("quinn"), 41);
	memcpy(keys[RF_CI].fpr, sf_fpr("ci"), 41);
	return 0;
}

static int group_teardown(void **state)
{
	ev_keyhome_close(trust.home);
	ev_buf_release(&dir);
	return sf_teardown(state);
}

static struct ev_oid named(const char *name)
{
	struct ev_oid oid;

	assert_int_equal(ev_repo_commit(&oid, rf.repo, name), 0);
	return oid;
}

static int setup(void **state)
{
	static char product[] = "7b0e";
	size_t i;

	rf_setup(state);
	sh(NULL, "git update-ref -d refs/notes/evidence");
	assert_int_equal(ev_repo_open(&rf.repo, dir.ptr), 0);
	for (i = 0; i < 3; i++) {
		rf_people[i].keys = &keys[i];
		rf_people[i].nkeys = 1;
	}
	trust.product_id = product;
	trust.people = rf_people;
	trust.npeople = 3;
	rf_q.now = ev_now();
	rf.commit = named("E");
	assert_int_equal(ev_repo_tree_of(&rf.tree, rf.repo, &rf.commit), 0);
	rf.range.commits = commits;
	rf_want_report("ci");
	ev_strs_add(&rf_report.may_change, "docs/**");
	ev_strs_add(&rf_report.may_change, "*.md");
	return 0;
}

static int teardown(void **state)
{
	struct ev_repo *r = rf.repo;
	struct ev_ledger *l = rf.ledger;

	rf_teardown(state);
	ev_ledger_close(l);
	ev_repo_close(r);
	return 0;
}

/* The range, newest first, and what the ref holds ("": nothing). */
static void range(const char *names, const char *from)
{
	struct ev_range_commit *x;
	char name[2] = "";

	for (; *names; names++) {
		*name = *names;
		x = &commits[rf.range.ncommits++];
		x->commit = named(name);
		assert_int_equal(ev_repo_tree_of(&x->tree, rf.repo,
						 &x->commit), 0);
	}
	rf.has_from_tree = *from;
	if (!*from)
		return;
	rf.from_commit = named(from);
	assert_int_equal(ev_repo_tree_of(&rf.from_tree, rf.repo,
					 &rf.from_commit), 0);
}

/* Attach a report to a commit; its id, for the next one to supersede. */
static const char *report(const char *name, int person, const char *members,
			  const char *supersedes)
{
	static struct ev_written written;
	struct ev_draft d;

	ev_draft_init(&d, EV_KIND_REPORT);
	d.name = "arrhythmia";
	d.commit = named(name);
	d.supersedes = supersedes;
	d.because = supersedes ? "cohort was cut" : NULL;
	assert_int_equal(ev_repo_tree_of(&d.tree, rf.repo, &d.commit), 0);
	ev_buf_adds(&d.members, members);
	if (ev_draft_write(&written, rf.repo, &trust, &d, keys[person].fpr,
			   false) < 0)
		fail_msg("%s", ev_error_last()->message);
	ev_draft_release(&d);
	return written.id;
}

/* What judge.c does before it gathers. */
static void judge(void)
{
	struct ev_oid tip;

	if (ev_ref_read(&tip, rf.repo, EV_LEDGER_REF) == 0) {
		rf_evidence.has_ledger = true;
		rf_evidence.ledger = tip;
	}
	assert_int_equal(ev_ledger_open(&rf.ledger, rf.repo, &trust,
					rf_evidence.has_ledger ? &tip : NULL),
			 0);
	assert_int_equal(ev_ledger_lines(&rf.lines, rf.ledger, &rf.commit,
					 &rf.tree), 0);
	rf_judge();
}

static void a_report_on_the_candidate_itself_counts(void **state)
{
	(void)state;
	range("ED", "C");
	report("E", RF_CI, PASS, NULL);
	judge();
	rf_says(RULE, EV_PASS, "0 days old (record ", NULL);
	assert_non_null(strstr(rf_rule(RULE)->detail, " by Build service)"));
	assert_true(ev_oid_eq(&rf.records[0].picks.items[0].commit,
			      &rf.commit));
}

static void a_report_on_a_commit_that_differs_in_words_counts(void **state)
{
	struct ev_buf on = EV_BUF_INIT;
	char name[EV_OID_HEX + 1];
	struct ev_oid d;

	(void)state;
	range("EDC", "B");
	report("D", RF_CI, PASS, NULL);
	judge();
	d = named("D");
	ev_repo_short(name, rf.repo, &d);
	ev_buf_addf(&on, "by Build service, on %s)", name);
	rf_says(RULE, EV_PASS, on.ptr, NULL);
	assert_true(ev_oid_eq(&rf.records[0].picks.items[0].commit, &d));
	ev_buf_release(&on);
}

static void a_report_on_what_the_ref_holds_counts(void **state)
{
	(void)state;
	range("ED", "C");
	report("C", RF_CI, PASS, NULL);
	judge();
	rf_says(RULE, EV_PASS, "0 days old", NULL);
}

static void a_report_on_other_content_does_not_count(void **state)
{
	(void)state;
	range("EDCB", "A");
	report("B", RF_CI, PASS, NULL);
	report("A", RF_CI, PASS, NULL);
	judge();
	rf_says(RULE, EV_FAIL, NONE, ATTACH);
	assert_int_equal(rf.nothers, 0);
}

static void a_report_outside_the_range_does_not_count(void **state)
{
	(void)state;
	range("ED", "");
	report("C", RF_CI, PASS, NULL);
	judge();
	rf_says(RULE, EV_FAIL, NONE, ATTACH);
}

static void a_path_that_may_not_change_keeps_it_from_counting(void **state)
{
	(void)state;
	ev_strs_release(&rf_report.may_change);
	ev_strs_add(&rf_report.may_change, "*.md");
	range("EDC", "B");
	report("D", RF_CI, PASS, NULL);
	judge();
	rf_says(RULE, EV_FAIL, NONE, ATTACH);
}

static void nothing_is_looked_at_unless_something_may_change(void **state)
{
	(void)state;
	ev_strs_release(&rf_report.may_change);
	rf.range.known = false;
	range("EDC", "B");
	report("D", RF_CI, PASS, NULL);
	judge();
	rf_says(RULE, EV_FAIL, NONE, ATTACH);
	assert_int_equal(rf.nothers, 0);
}

static void a_report_there_is_held_to_the_same_people(void **state)
{
	(void)state;
	range("EDC", "B");
	report("D", RF_QUINN, PASS, NULL);
	judge();
	rf_says(RULE, EV_FAIL, NONE, ATTACH);
}

static void the_worst_wins_wherever_it_lies(void **state)
{
	struct ev_buf hint = EV_BUF_INIT;
	char name[EV_OID_HEX + 1];
	struct ev_oid d;
	const char *id;

	(void)state;
	range("EDC", "B");
	report("E", RF_CI, PASS, NULL);
	id = report("D", RF_CI, FAIL, NULL);
	judge();
	d = named("D");
	ev_repo_short(name, rf.repo, &d);
	ev_buf_addf(&hint, "git evidence validate %s --suite "
		    RF_PATH " --attach --supersede %.12s --because '<reason>'", name, id);
	rf_says(RULE, EV_FAIL, "the report says 'fail'", hint.ptr);
	ev_buf_release(&hint);
}

static void a_rerun_on_newer_words_is_a_rerun(void **state)
{
	char id[65];

	(void)state;
	range("EDC", "B");
	memcpy(id, report("D", RF_CI, FAIL ",\"inputs\":\"a\"", NULL), 65);
	report("D", RF_CI, PASS ",\"inputs\":\"b\"", id);
	report("E", RF_CI, PASS ",\"inputs\":\"a\"", NULL);
	judge();
	assert_int_equal(rf.records[0].picks.n, 2);
	assert_int_equal(rf_rule(RULE)->outcome, EV_REVIEW);
}

static void one_content_on_two_commits_counts_once(void **state)
{
	(void)state;
	range("FEDC", "B");
	report("D", RF_CI, PASS, NULL);
	judge();
	assert_int_equal(rf.nothers, 2);
	assert_int_equal(rf.records[0].picks.n, 1);
	rf_says(RULE, EV_PASS, "0 days old", NULL);
}

static void each_rule_has_its_own_paths(void **state)
{
	struct ev_report_rule two[2];

	(void)state;
	two[0] = two[1] = rf_report;
	memset(&two[0].may_change, 0, sizeof(two[0].may_change));
	rf_req.reports = two;
	rf_req.nreports = 2;
	range("EDC", "B");
	report("D", RF_CI, PASS, NULL);
	judge();
	assert_int_equal(rf.records[0].outcome, EV_FAIL);
	assert_int_equal(rf.records[1].outcome, EV_PASS);
}

static void what_is_not_here_is_not_decided(void **state)
{
	static const char lose[] =
		"t=$(git rev-parse D:docs) && f=.git/objects/$(echo $t |"
		" sed 's:^..:&/:') && mv $f lost && echo $f >where";
	static const char find[] = "mv lost $(cat where)";

	(void)state;
	range("EDC", "B");
	report("E", RF_CI, PASS, NULL);
	report("D", RF_CI, FAIL, NULL);
	sh(NULL, lose);
	ev_repo_close(rf.repo);
	assert_int_equal(ev_repo_open(&rf.repo, dir.ptr), 0);
	judge();
	sh(NULL, find);
	rf_says(RULE, EV_INCOMPLETE, "0 days old (record", NULL);
	assert_non_null(strstr(rf_rule(RULE)->detail,
			       "; not all commits where one may lie are here"));
}

static void without_a_ledger_there_is_nothing_to_look_at(void **state)
{
	(void)state;
	range("EDC", "B");
	judge();
	rf_says(RULE, EV_FAIL, NONE, ATTACH);
}

static void a_predicate_is_read_once(void **state)
{
	const struct ev_value *a, *b;
	size_t n;

	(void)state;
	range("E", "");
	report("E", RF_CI, PASS, NULL);
	judge();
	n = rf.ntrees;
	assert_int_equal(n, 1);
	assert_int_equal(ev_case_predicate(&a, &rf, &rf.lines.items[0]), 0);
	assert_int_equal(ev_case_predicate(&b, &rf, &rf.lines.items[0]), 0);
	assert_ptr_equal(a, b);
	assert_int_equal(rf.ntrees, n);
	assert_string_equal(ev_get_string(a, "outcome"), "pass");
}

static void a_line_that_is_not_in_its_note_is_no_answer(void **state)
{
	const struct ev_value *v;
	struct ev_line line;

	(void)state;
	range("E", "");
	report("E", RF_CI, PASS, NULL);
	judge();
	line = rf.lines.items[0];
	line.record.line[0] = line.record.line[0] == '0' ? '1' : '0';
	assert_int_equal(ev_case_predicate(&v, &rf, &line), EV_ENOTFOUND);
	assert_non_null(strstr(ev_error_last()->message,
			       "is not in its note"));
}

static void all_records_of_one_note_are_read(void **state)
{
	(void)state;
	range("E", "");
	report("E", RF_CI, PASS ",\"inputs\":\"a\"", NULL);
	report("E", RF_CI, PASS ",\"inputs\":\"b\"", NULL);
	report("E", RF_QUINN, PASS ",\"inputs\":\"c\"", NULL);
	judge();
	assert_int_equal(rf.records[0].picks.n, 2);
	assert_int_equal(rf.ntrees, 2);
	assert_string_not_equal(
		ev_get_string(rf.records[0].picks.items[0].predicate, "inputs"),
		ev_get_string(rf.records[0].picks.items[1].predicate,
			      "inputs"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_report_on_the_candidate_itself_counts),
		T(a_report_on_a_commit_that_differs_in_words_counts),
		T(a_report_on_what_the_ref_holds_counts),
		T(a_report_on_other_content_does_not_count),
		T(a_report_outside_the_range_does_not_count),
		T(a_path_that_may_not_change_keeps_it_from_counting),
		T(nothing_is_looked_at_unless_something_may_change),
		T(a_report_there_is_held_to_the_same_people),
		T(the_worst_wins_wherever_it_lies),
		T(a_rerun_on_newer_words_is_a_rerun),
		T(one_content_on_two_commits_counts_once),
		T(each_rule_has_its_own_paths),
		T(what_is_not_here_is_not_decided),
		T(without_a_ledger_there_is_nothing_to_look_at),
		T(a_predicate_is_read_once),
		T(a_line_that_is_not_in_its_note_is_no_answer),
		T(all_records_of_one_note_are_read),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
