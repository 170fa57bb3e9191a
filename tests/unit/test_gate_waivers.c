#include "base/compat.h"

#include "recordfix.h"

#include "base/clock.h"
#include "gate/records.h"
#include "gate/waiver.h"

#define LINK "sha256:" \
	"2222222222222222222222222222222222222222222222222222222222222222"
#define UNTIL "2026-10-01"		/* ten days after RF_NOW */
#define W 7				/* number of the waiver */

static struct ev_waivable waivable[2];
static struct ev_vote votes[4];
static struct ev_decided decided[4];

static int setup(void **state)
{
	rf_setup(state);
	memcpy(rf_policy.link, LINK, sizeof(LINK));
	rf_req.waivable = waivable;
	rf.votes = votes;
	rf.tier = EV_TIER_MODERATE;
	memset(waivable, 0, sizeof(waivable));
	memset(votes, 0, sizeof(votes));
	memset(decided, 0, sizeof(decided));
	return 0;
}

static int teardown(void **state)
{
	size_t i;

	ev_waivers_release(&rf);
	for (i = 0; i < rf_req.nwaivable; i++) {
		free(waivable[i].rule);
		ev_strs_release(&waivable[i].by);
	}
	for (i = 0; i < rf.nvotes; i++) {
		free(decided[i].d.role);
		ev_strs_release(&decided[i].d.records);
	}
	ev_strs_release(&rf_suite.never);
	return rf_teardown(state);
}

static void again(void **state)
{
	teardown(state);
	setup(state);
}

static void may_waive(const char *rule, const char *role)
{
	struct ev_waivable *x = &waivable[rf_req.nwaivable++];

	x->rule = ev_strdup(rule);
	ev_strs_add(&x->by, role);
	x->max_days = 30;
}

/* An approval that counts, and names the waiver. */
static void agrees(int person, const char *role)
{
	size_t n = rf.nvotes++;

	decided[n].person = &rf_people[person];
	decided[n].d.role = ev_strdup(role);
	ev_strs_addf(&decided[n].d.records, "sha256:" RF_ID, W, 0);
	votes[n].decided = &decided[n];
	votes[n].counts = true;
}

/* A waiver of record 1 of a rule, whose predicate has one text replaced. */
static void waives(const char *rule, const char *from, const char *to)
{
	struct rf_record x = { EV_KIND_WAIVER, rule, NULL, RF_ADA, W, 0,
			       EV_LIVE, NULL, 0, NULL };
	char *at, *text, *edited = NULL;

	text = ev_strdupf("{\"rule\":\"%s\",\"ref\":\"refs/heads/main\","
			  "\"policy\":\"" LINK "\",\"bound\":{\"manifest\":"
			  "null,\"records\":[\"sha256:" RF_ID "\"],"
			  "\"outcome\":\"fail\"},\"reason\":\"x\","
			  "\"risk\":\"R\",\"expires\":\"" UNTIL "\"}", rule,
			  1, 0);
	if (from) {
		at = strstr(text, from);
		assert_non_null(at);
		edited = ev_strdupf("%.*s%s%s", (int)(at - text), text, to,
				    at + strlen(from));
	}
	x.predicate = edited ? edited : text;
	rf_add(&x);
	free(edited);
	free(text);
}

static void failed_test(void)
{
	struct rf_record x = { EV_KIND_TEST, "unit", "fail", RF_CI, 1, 0,
			       EV_LIVE, NULL, 60, "{\"result\":\"FAILED\"}" };

	rf_want_test("ci");
	rf_add(&x);
	may_waive("tests.unit", "quality");
	agrees(RF_QUINN, "quality");
}

static void says(const char *name, enum ev_outcome outcome,
		 const char *detail)
{
	const struct ev_verdict_rule *r = rf_rule(name);

	if (!r)
		fail_msg("there is no rule '%s'", name);
	if (r->outcome != outcome || !strstr(r->detail, detail))
		fail_msg("%s: %s '%s', not '%s'", name,
			 ev_outcome_name(r->outcome), r->detail, detail);
}

static void judge(void)
{
	assert_int_equal(ev_manifest_gather(&rf), 0);
	rf.tier = EV_TIER_MODERATE;
	assert_int_equal(ev_records_gather(&rf), 0);
	assert_int_equal(ev_waivers_gather(&rf), 0);
	assert_int_equal(ev_rule_manifest(&rf), 0);
	assert_int_equal(ev_rule_records(&rf), 0);
}

/* -------------------------------------------------------------------------- */

static void one_that_fits_and_is_agreed_to_lets_its_rule_pass(void **state)
{
	(void)state;
	failed_test();
	waives("tests.unit", NULL, NULL);
	judge();
	rf_says("tests.unit", EV_PASS, "waived 000000000007 until " UNTIL,
		NULL);
}

/* Whatever a signer writes, the rule stands and says why. */
static void what_is_malformed_or_for_something_else_lets_nothing_pass(
	void **state)
{
	static const struct { const char *from, *to, *reason; } cases[] = {
		{ "\"rule\":\"tests.unit\"", "\"rule\":7", "not its rule" },
		{ "\"rule\":\"tests.unit\",", "", "not its rule" },
		{ "refs/heads/main", "refs/heads/mai", "refs/heads/mai" },
		{ "refs/heads/main", "main", "given for main" },
		{ "\"ref\":\"refs/heads/main\",", "", "no ref" },
		{ "\"policy\":\"" LINK "\",", "", "names no policy" },
		{ LINK, "sha256:22", "names no policy" },
		{ "\"bound\":{", "\"bind\":{", "other records" },
		{ "\"records\":[", "\"records\":[7,", "other records" },
		{ "\"records\":[", "\"recs\":[", "other records" },
		{ "[\"sha256:", "[\"sha512:", "other records" },
		{ "[\"sha256:", "[\"", "other records" },
		{ "\"manifest\":null", "\"manifest\":7", "another manifest" },
		{ "\"manifest\":null", "\"manifest\":\"sha256:\"",
		  "another manifest" },
		{ "\"manifest\":null", "\"manifest\":\"" LINK "\"",
		  "another manifest" },
		{ "\"outcome\":\"fail\"", "\"outcome\":\"pass\"",
		  "neither fail nor review" },
		{ "\"outcome\":\"fail\"", "\"outcome\":7",
		  "neither fail nor review" },
		{ "\"outcome\":\"fail\"", "\"outcome\":\"review\"",
		  "given when it was review" },
		{ "\"reason\":\"x\",", "", "no reason" },
		{ "\"risk\":\"R\",", "", "no risk" },
		{ ",\"expires\":\"" UNTIL "\"", "", "no day" },
		{ "\"" UNTIL "\"", "20261001", "no day" },
		{ UNTIL, UNTIL "T00:00:00Z", "no day" },
		{ UNTIL, "2026-02-30", "no day" },
		{ UNTIL, "9999-12-31", "longer than 30 days" },
		{ UNTIL, "2026-09-21", "expired" },
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		again(state);
		failed_test();
		waives("tests.unit", cases[i].from, cases[i].to);
		judge();
		says("tests.unit", EV_FAIL, cases[i].reason);
		assert_false(rf.waivers[0].fits);
	}
}

/* The mend while it lasts, near its end. */
#define RENEW(in) "git evidence waive tests.unit 9d03e77 --supersede " \
	"000000000007 --because '<reason>' --reason '<reason>' --risk '<id>' " \
	"--expires '<date>'    # it ends on " UNTIL ", in " in

static void it_is_over_when_its_day_begins(void **state)
{
	int64_t day;

	assert_int_equal(ev_date_parse(&day, UNTIL), 0);
	failed_test();
	waives("tests.unit", NULL, NULL);
	rf_q.now = day - 1;
	judge();
	rf_says("tests.unit", EV_PASS, "waived", RENEW("0 days"));
	again(state);
	failed_test();
	waives("tests.unit", NULL, NULL);
	rf_q.now = day;
	judge();
	says("tests.unit", EV_FAIL, "expired on " UNTIL);
}

static void it_may_last_from_its_signature_not_from_now(void **state)
{
	int64_t day;

	assert_int_equal(ev_date_parse(&day, UNTIL), 0);
	failed_test();
	waives("tests.unit", NULL, NULL);
	rf.lines.items[1].record.signed_at = day - 30 * RF_DAY;
	judge();
	rf_says("tests.unit", EV_PASS, "waived", RENEW("9 days"));
	again(state);
	failed_test();
	waives("tests.unit", NULL, NULL);
	rf.lines.items[1].record.signed_at = day - 30 * RF_DAY - 1;
	judge();
	says("tests.unit", EV_FAIL, "longer than 30 days");
}

static void a_vote_that_does_not_count_agrees_to_nothing(void **state)
{
	size_t i;

	for (i = 0; i < 4; i++) {
		again(state);
		failed_test();
		waives("tests.unit", NULL, NULL);
		votes[0].counts = i != 0;
		votes[0].conflicted = i == 1;
		if (i == 2)
			decided[0].person = NULL;
		if (i == 3)
			ev_strs_release(&decided[0].d.records);
		judge();
		rf_says("tests.unit", EV_FAIL, "a role is short: quality",
			"git evidence approve 9d03e77 --role quality");
		assert_true(rf.waivers[0].fits);
	}
}

static void only_a_few_that_do_not_count_are_told(void **state)
{
	size_t i;

	(void)state;
	failed_test();
	for (i = 0; i < 9; i++)
		waives("tests.unit", UNTIL, "2026-01-01");
	judge();
	says("tests.unit", EV_FAIL, "; and 6 more that do not count");
}

static void of_a_suite_and_a_gate_of_one_name_the_suite_is_meant(void **state)
{
	struct rf_record x = { EV_KIND_REPORT, "a", "fail", RF_CI, 1, 0,
		EV_LIVE, NULL, 60, "{\"outcome\":\"fail\",\"suite\":{\"digest"
		"\":\"" RF_SUITE "\"},\"gates\":[{\"id\":\"b\",\"outcome\":"
		"\"fail\"}]}" };
	struct ev_report_rule two[2];
	char a[] = "a", ab[] = "a/b";

	(void)state;
	rf_want_report("ci");
	two[0] = two[1] = rf_report;
	two[0].suite = a;
	two[1].suite = ab;
	rf_req.reports = two;
	rf_req.nreports = 2;
	rf_add(&x);
	x.n = 2;
	x.name = "a/b";
	rf_add(&x);
	may_waive("reports.a/b", "quality");
	agrees(RF_QUINN, "quality");
	waives("reports.a/b", "\"sha256:000000000001", "\"sha256:000000000002");
	judge();
	says("reports.a", EV_FAIL, "gate b");
	rf_says("reports.a/b", EV_PASS, "waived", NULL);
}

/* What of a report stands when gates are forgiven. */
static void gates_that_are_not_forgiven_decide(void **state)
{
	static const struct {
		const char *report;
		enum ev_outcome before, after;
	} cases[] = {
		{ "{\"outcome\":\"fail\",\"gates\":[{\"id\":\"G\",\"outcome\":"
		  "\"fail\"}]}", EV_FAIL, EV_PASS },
		{ "{\"outcome\":\"fail\",\"gates\":[{\"id\":\"G\",\"outcome\":"
		  "\"fail\"},{\"id\":\"H\",\"outcome\":\"fail\"}]}", EV_FAIL,
		  EV_FAIL },
		{ "{\"outcome\":\"fail\",\"gates\":[{\"id\":\"G\",\"outcome\":"
		  "\"fail\"},{\"outcome\":\"fail\"}]}", EV_FAIL, EV_FAIL },
		{ "{\"outcome\":\"fail\",\"gates\":[{\"id\":\"G\",\"outcome\":"
		  "\"fail\"},{\"id\":\"H\",\"outcome\":\"review\"}]}", EV_FAIL,
		  EV_REVIEW },
		{ "{\"outcome\":\"fail\",\"gates\":[{\"id\":\"G\",\"outcome\":"
		  "\"fail\"},{\"id\":\"G\",\"outcome\":\"incomplete\"}]}",
		  EV_FAIL, EV_INCOMPLETE },
		{ "{\"outcome\":\"fail\",\"gates\":[{\"id\":\"G\",\"outcome\":"
		  "\"review\"}]}", EV_FAIL, EV_FAIL },
		{ "{\"outcome\":\"incomplete\",\"gates\":[{\"id\":\"G\","
		  "\"outcome\":\"fail\"}]}", EV_FAIL, EV_INCOMPLETE },
		{ "{\"outcome\":\"fail\",\"capped\":\"review\",\"gates\":"
		  "[{\"id\":\"G\",\"outcome\":\"fail\"}]}", EV_FAIL,
		  EV_REVIEW },
		{ "{\"outcome\":\"fail\",\"capped\":\"incomplete\","
		  "\"gates\":[{\"id\":\"G\",\"outcome\":\"fail\"}]}",
		  EV_FAIL, EV_INCOMPLETE },
		{ "{\"outcome\":\"fail\",\"capped\":1,\"gates\":[{\"id\":"
		  "\"G\",\"outcome\":\"fail\"}]}", EV_FAIL, EV_FAIL },
		{ "{\"outcome\":\"fail\",\"capped\":\"pass\",\"gates\":"
		  "[{\"id\":\"G\",\"outcome\":\"fail\"}]}", EV_FAIL,
		  EV_PASS },
		{ "{\"outcome\":\"fail\",\"gates\":[]}", EV_FAIL, EV_FAIL },
		{ "{\"outcome\":\"fail\"}", EV_FAIL, EV_FAIL },
		{ "{\"outcome\":\"fail\",\"gates\":[{\"id\":7,\"outcome\":"
		  "\"fail\"}]}", EV_FAIL, EV_FAIL },
	};
	struct ev_strs forgiven = EV_STRS_INIT;
	struct ev_value *v;
	struct ev_pick p;
	size_t i;

	(void)state;
	ev_strs_add(&forgiven, "G");
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		assert_int_equal(ev_json_read(&v, "r", cases[i].report,
					      strlen(cases[i].report)), 0);
		memset(&p, 0, sizeof(p));
		p.predicate = v;
		p.outcome = cases[i].before;
		if (ev_gates_rest(&p, &forgiven) != cases[i].after)
			fail_msg("%s gave %d", cases[i].report,
				 (int)ev_gates_rest(&p, &forgiven));
		ev_value_free(v);
	}
	ev_strs_release(&forgiven);
}

static void what_a_suite_forbids_is_forbidden_in_whole_and_in_part(
	void **state)
{
	static const char *const rules[] = {
		"reports.arrhythmia", "reports.arrhythmia/G"
	};
	struct rf_record x = { EV_KIND_REPORT, "arrhythmia", "fail", RF_CI, 1,
		0, EV_LIVE, NULL, 60, "{\"outcome\":\"fail\",\"suite\":{"
		"\"digest\":\"" RF_SUITE "\"},\"gates\":[{\"id\":\"G\","
		"\"outcome\":\"fail\"}]}" };
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(rules); i++) {
		again(state);
		rf_want_report("ci");
		rf_add(&x);
		may_waive(rules[i], "quality");
		agrees(RF_QUINN, "quality");
		ev_strs_add(&rf_suite.never, "G");
		waives(rules[i], NULL, NULL);
		judge();
		says("reports.arrhythmia", EV_FAIL,
			"the suite lets nobody waive G");
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(one_that_fits_and_is_agreed_to_lets_its_rule_pass),
		T(what_is_malformed_or_for_something_else_lets_nothing_pass),
		T(it_is_over_when_its_day_begins),
		T(it_may_last_from_its_signature_not_from_now),
		T(a_vote_that_does_not_count_agrees_to_nothing),
		T(only_a_few_that_do_not_count_are_told),
		T(of_a_suite_and_a_gate_of_one_name_the_suite_is_meant),
		T(gates_that_are_not_forgiven_decide),
		T(what_a_suite_forbids_is_forbidden_in_whole_and_in_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
