#include "base/compat.h"

#include "evaluatefix.h"

#define SUITE(more, metrics) \
	"schema: git-evidence/suite/v1\n" \
	"suite: {id: toy, version: \"1\", tier: moderate}\n" \
	"dataset:\n" \
	"  key: [row]\n" \
	"  columns: {patient: patient, label: label, score: score, time: t, " \
	"episode: ep}\n" \
	"  label: {positive: \"1\", negative: \"0\"}\n" more \
	"operating_points:\n" \
	"  half: {threshold: \"0.5\"}\n" \
	"  high: {threshold: \"0.9\"}\n" \
	"slices: {wing: {by: wing}}\n" \
	"min_n: {positives: 1, negatives: 1, patients: 1}\n" \
	"metrics: [" metrics "]\n" \
	"gates:\n  - {id: G, metric: n, pass: {ge: \"1\"}}\n"
#define HEAD "row,patient,label,score,t,ep,wing\n"
#define ALL "episode_sensitivity, episode_sensitivity(60s), " \
	"episode_sensitivity@high(30s), false_alerts_per_patient_day, " \
	"false_alerts_per_patient_day@high"

/*
 * Rows of 30 s.  a: an episode of 90 s found in its second row, one of 30 s
 * missed, an alert of two rows that is false, one that touches an episode; b:
 * an episode of 60 s missed, and two rows called with a gap between: two
 * alerts.  The ids of episodes are the same in both.
 */
static const char rows[] = HEAD
	"01,a,1,0.1,0,e1,x\n"
	"02,a,1,0.7,30,e1,x\n"
	"03,a,1,0.2,60,e1,x\n"
	"04,a,0,0.6,90,,x\n"
	"05,a,0,0.6,120,,x\n"
	"06,a,0,0.1,150,,x\n"
	"07,a,1,0.3,180,e2,x\n"
	"08,a,0,0.1,210,,x\n"
	"11,b,1,0.1,0,e1,y\n"
	"12,b,1,0.1,30,e1,y\n"
	"13,b,0,0.95,60,,y\n"
	"14,b,0,0.8,150,,y\n";

static void episodes_are_found_by_any_of_their_rows(void **state)
{
	const struct ev_measure *x;
	struct made m;

	(void)state;
	make(&m, SUITE("", ALL), rows, NULL);
	x = metric(&m, "overall", "episode_sensitivity");
	assert_int_equal((int)x->e.x, 1);
	assert_int_equal((int)x->e.n, 3);
	assert_true(x->by_patient);
	/* without the one of 30 s */
	x = metric(&m, "overall", "episode_sensitivity(60s)");
	assert_int_equal((int)x->e.n, 2);
	assert_true(near(x->e.value, 0.5));
	x = metric(&m, "overall", "episode_sensitivity@high(30s)");
	assert_int_equal((int)x->e.x, 0);
	x = metric(&m, "wing=y", "episode_sensitivity");
	assert_int_equal((int)x->e.n, 1);
	made_release(&m);
}

static void alerts_are_runs_and_false_if_nothing_was_there(void **state)
{
	const struct ev_measure *x;
	struct made m;

	(void)state;
	make(&m, SUITE("", ALL), rows, NULL);
	x = metric(&m, "overall", "false_alerts_per_patient_day");
	/* of a: rows 4 and 5; row 2 stands alone; of b: rows 13 and 14 */
	assert_int_equal((int)x->e.x, 3);
	assert_int_equal((int)x->e.n, 12);
	assert_true(near(x->e.value, 3.0 / 12 * 2880));
	assert_true(x->e.upper > x->e.value && x->e.lower < x->e.value);
	assert_string_equal(x->e.method, "garwood");
	x = metric(&m, "overall", "false_alerts_per_patient_day@high");
	assert_int_equal((int)x->e.x, 1);
	made_release(&m);
}

static void a_run_that_touches_an_episode_is_no_false_alert(void **state)
{
	const struct ev_measure *x;
	struct made m;

	(void)state;
	make(&m, SUITE("", ALL), HEAD
	     "1,a,1,0.7,0,e,x\n2,a,0,0.7,30,,x\n3,a,0,0.1,60,,x\n"
	     "4,b,0,0.1,0,,x\n5,b,0,0.7,30,,x\n6,c,0,0.7,60,,x\n", NULL);
	x = metric(&m, "overall", "false_alerts_per_patient_day");
	/* the last of b, and the first of c */
	assert_int_equal((int)x->e.x, 2);
	made_release(&m);
}

static void calls_flip_between_rows_that_follow_each_other(void **state)
{
	const struct ev_measure *x;
	struct made m;

	(void)state;
	make(&m, SUITE("", "flip_rate, flip_rate@high"), rows, NULL);
	x = metric(&m, "overall", "flip_rate");
	/* of a: 1-2, 2-3, 4-5, 5-6 and no other; of b: 11-12 */
	assert_int_equal((int)x->e.n, 5);
	assert_int_equal((int)x->e.x, 3);
	x = metric(&m, "overall", "flip_rate@high");
	assert_int_equal((int)x->e.x, 0);
	made_release(&m);
}

static void a_missing_score_is_the_worst(void **state)
{
	const struct ev_measure *x;
	struct made m;

	(void)state;
	make(&m, SUITE("", ALL), HEAD
	     "1,a,1,,0,e,x\n2,a,0,,60,,x\n3,a,0,0.1,90,,x\n4,b,0,0.1,0,,x\n",
	     NULL);
	x = metric(&m, "overall", "episode_sensitivity");
	assert_int_equal((int)x->e.x, 0);
	assert_int_equal((int)x->e.n, 1);
	x = metric(&m, "overall", "false_alerts_per_patient_day");
	assert_int_equal((int)x->e.x, 1);
	made_release(&m);
}

static void how_long_a_row_is_can_be_said(void **state)
{
	const struct ev_measure *x;
	struct made m;

	(void)state;
	/* nobody has two rows */
	make(&m, SUITE("", ALL), HEAD "1,a,1,0.7,0,e,x\n2,b,0,0.7,0,,x\n",
	     NULL);
	assert_true(metric(&m, "overall", "false_alerts_per_patient_day")
		    ->e.flags & EV_STAT_UNDEFINED);
	assert_true(metric(&m, "overall", "episode_sensitivity(60s)")
		    ->e.flags & EV_STAT_UNDEFINED);
	made_release(&m);
	make(&m, SUITE("  window_s: \"10\"\n", ALL), HEAD
	     "1,a,1,0.7,2026-01-01T00:00:00Z,e,x\n"
	     "2,b,0,0.7,2026-01-01T00:00:10Z,,x\n"
	     "3,b,0,0.7,2026-01-01T00:00:20Z,,x\n", NULL);
	x = metric(&m, "overall", "false_alerts_per_patient_day");
	assert_true(near(x->e.value, 1.0 / 3 * 8640));
	made_release(&m);
}

static void a_time_that_is_none_is_an_error(void **state)
{
	static const struct { const char *rows, *says; } wrong[] = {
		{ "1,a,1,0.7,,e,x\n", "rows.csv:2:11: time in column 't' is "
		  "missing" },
		{ "1,a,1,0.7,noon,e,x\n", "rows.csv:2:11: 'noon'" },
		{ "1,a,1,0.7,1e300,e,x\n", "rows.csv:2:11: '1e300' in column "
		  "'t' is no time" },
		{ "1,a,1,0.7,2026-13-01T00:00:00Z,e,x\n", "is no time" },
	};
	struct ev_suite s;
	struct ev_cohort c;
	size_t i;

	(void)state;
	must(ev_suite_parse(&s, "suite.yaml", SUITE("", ALL),
			    strlen(SUITE("", ALL))));
	for (i = 0; i < EV_ARRAY_SIZE(wrong); i++) {
		char *text = ev_strdupf("%s%s", HEAD, wrong[i].rows);

		assert_int_equal(ev_cohort_read_memory(&c, &s, "rows.csv",
				 text, strlen(text)), EV_EINVALID);
		if (!strstr(ev_error_last()->message, wrong[i].says))
			fail_msg("'%s' says nothing of '%s'",
				 ev_error_last()->message, wrong[i].says);
		free(text);
	}
	ev_suite_release(&s);
}

static void few_episodes_are_few_however_long(void **state)
{
	static const char suite[] =
		"schema: git-evidence/suite/v1\n"
		"suite: {id: toy, version: \"1\", tier: moderate}\n"
		"dataset:\n"
		"  key: [row]\n"
		"  columns: {patient: patient, label: label, score: score, "
		"time: t, episode: ep}\n"
		"  label: {positive: \"1\", negative: \"0\"}\n"
		"operating_points: {half: {threshold: \"0.5\"}}\n"
		"min_n: {positives: 3, negatives: 1, patients: 1}\n"
		"gates:\n  - {id: G, metric: episode_sensitivity, "
		"pass: {bound: estimate, ge: \"0\"}}\n";
	struct made m;

	(void)state;
	make(&m, suite, HEAD
	     "1,a,1,0.7,0,e,x\n2,a,1,0.7,30,e,x\n3,a,1,0.7,60,e,x\n"
	     "4,b,1,0.7,0,e,x\n5,b,0,0.1,30,,x\n", NULL);
	assert_int_equal(m.e.outcome, EV_OUT_REVIEW);
	assert_string_equal(m.e.rows[0].reason,
			    "2 episodes, and the suite's minimum is 3");
	made_release(&m);
}

static void a_suite_says_what_it_lacks(void **state)
{
	static const struct spoilt wrong[] = {
		{ "time: t, ", "", "needs 'dataset.columns.time'" },
		{ ", episode: ep", "", "needs 'dataset.columns.episode'" },
		{ "patient: patient, ", "", "needs 'dataset.columns.patient'" },
		{ "(60s)", "(60)", "no number of seconds" },
		{ "(60s)", "(s)", "no number of seconds" },
		{ "day@high", "day@low", "no operating point 'low'" },
		{ "{id: G, metric: n, pass: {ge: \"1\"}}", "{id: G, metric: "
		  "episode_sensitivity, compare: {type: non_inferiority, "
		  "against: previous, margin: \"0.1\"}, pass: {bound: lower}}",
		  "a comparison of episode_sensitivity is not supported" },
		{ "{id: G, metric: n, pass: {ge: \"1\"}}", "{id: G, metric: "
		  "episode_sensitivity, slice: wing, statistic: max_gap, "
		  "pass: {le: \"0.1\"}}", "'max_gap' of episode_sensitivity" },
	};

	(void)state;
	refuse_spoilt(SUITE("", ALL), wrong, EV_ARRAY_SIZE(wrong));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(episodes_are_found_by_any_of_their_rows),
		cmocka_unit_test(
			alerts_are_runs_and_false_if_nothing_was_there),
		cmocka_unit_test(
			a_run_that_touches_an_episode_is_no_false_alert),
		cmocka_unit_test(
			calls_flip_between_rows_that_follow_each_other),
		cmocka_unit_test(a_missing_score_is_the_worst),
		cmocka_unit_test(how_long_a_row_is_can_be_said),
		cmocka_unit_test(a_time_that_is_none_is_an_error),
		cmocka_unit_test(few_episodes_are_few_however_long),
		cmocka_unit_test(a_suite_says_what_it_lacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
