#include "base/compat.h"

#include "evaluatefix.h"

#define ROWS \
	"row,patient,label,score,sex,age,scan\n" \
	"a,p1,1,0.9,F,17,x\n" \
	"b,p1,0,0.2,F,18,y\n" \
	"c,p2,1,0.6,M,39.99,x\n" \
	"d,p3,0,0.4,M,40,z\n" \
	"e,p4,1,0.8,,,x\n" \
	"f,p5,0,0.1,F,65,y\n"
#define GATE "gates:\n  - {id: G, metric: n, pass: {ge: \"0\"}}\n"

static void is_slice(const struct made *m, const char *name,
		     const char *const *keys, size_t n)
{
	const struct ev_slice_result *r = slice(m, name);
	size_t i;

	if (!r)
		fail_msg("no slice %s", name);
	assert_int_equal(r->n, n);
	for (i = 0; i < n; i++)
		assert_string_equal(ev_cohort_key(&m->c, r->rows ? r->rows[i] :
						  i), keys[i]);
}

#define IS_SLICE(m, name, ...) \
	is_slice(m, name, (const char *const[]){ __VA_ARGS__ }, \
		 sizeof((const char *const[]){ __VA_ARGS__ }) / \
		 sizeof(const char *))

static void a_family_by_value_has_each_word_and_the_empty_one(void **state)
{
	struct made m;

	(void)state;
	make(&m, SUITE_HEAD SUITE_DATA "slices:\n  overall: {}\n"
	     "  sex: {by: sex}\n" GATE, ROWS, NULL);
	assert_int_equal(m.e.n_slices, 4);
	IS_SLICE(&m, "overall", "a", "b", "c", "d", "e", "f");
	IS_SLICE(&m, "sex=F", "a", "b", "f");
	IS_SLICE(&m, "sex=M", "c", "d");
	IS_SLICE(&m, "sex=", "e");
	assert_int_equal(slice(&m, "sex=F")->patients, 2);
	assert_int_equal(slice(&m, "sex=F")->positives, 1);
	assert_int_equal(slice(&m, "sex=F")->negatives, 2);
	made_release(&m);
}

static void cuts_close_below_and_open_above(void **state)
{
	struct made m;

	(void)state;
	make(&m, SUITE_HEAD SUITE_DATA "slices:\n  overall: {}\n"
	     "  age: {by: age, cuts: [18, 40, 60]}\n" GATE, ROWS, NULL);
	IS_SLICE(&m, "age=<18", "a");
	IS_SLICE(&m, "age=[18,40)", "b", "c");
	IS_SLICE(&m, "age=>=60", "f");
	IS_SLICE(&m, "age=", "e");
	/* nobody between 40 and 60 but for who is just 40 */
	IS_SLICE(&m, "age=[40,60)", "d");
	made_release(&m);
	make(&m, SUITE_HEAD SUITE_DATA "slices:\n  overall: {}\n"
	     "  age: {by: age, cuts: [10, 41, 60]}\n" GATE, ROWS, NULL);
	assert_null(slice(&m, "age=<10"));
	assert_int_equal(slice(&m, "age=[41,60)")->n, 0);
	made_release(&m);
}

static void groups_and_conditions_take_their_values(void **state)
{
	struct made m;

	(void)state;
	make(&m, SUITE_HEAD SUITE_DATA "slices:\n  overall: {}\n"
	     "  kind: {by: scan, groups: {plain: [x], other: [y, z], "
	     "gone: [w]}}\n"
	     "  women_x: {where: {sex: [F], scan: [x, z]}, tier: critical}\n"
	     GATE, ROWS, NULL);
	IS_SLICE(&m, "kind=plain", "a", "c", "e");
	IS_SLICE(&m, "kind=other", "b", "d", "f");
	assert_int_equal(slice(&m, "kind=gone")->n, 0);
	IS_SLICE(&m, "women_x", "a");
	assert_int_equal(slice(&m, "women_x")->tier, EV_TIER_CRITICAL);
	assert_int_equal(slice(&m, "kind=plain")->tier, EV_TIER_MODERATE);
	made_release(&m);
}

static void a_cross_keeps_what_has_its_minimum_and_counts_the_others(
	void **state)
{
	struct made m;

	(void)state;
	make(&m, SUITE_HEAD SUITE_DATA "slices:\n  overall: {}\n"
	     "  sex: {by: sex}\n  scan: {by: scan}\n"
	     "  both: {cross: [sex, scan]}\n" GATE, ROWS, NULL);
	/* F,x F,y M,x M,z and ,x are there, none has both classes */
	assert_int_equal(m.e.suppressed, 5);
	assert_null(slice(&m, "both=F,x"));
	made_release(&m);
	make(&m, SUITE_HEAD SUITE_DATA "slices:\n  overall: {}\n"
	     "  sex: {by: sex}\n  age: {by: age, cuts: [50]}\n"
	     "  both: {cross: [sex, age]}\n" GATE, ROWS, NULL);
	IS_SLICE(&m, "both=F,<50", "a", "b");
	IS_SLICE(&m, "both=M,<50", "c", "d");
	assert_int_equal(m.e.suppressed, 2);
	made_release(&m);
}

/* What no member has is told, and keeps a gate from passing. */
static void rows_of_no_member_keep_a_gate_from_passing(void **state)
{
	static const char *const more[] = { "", ", ungrouped: ignore" };
	static const char rows[] = "row,patient,label,score,sex,age,scan\n"
		"a,p1,1,0.9,F,17,x\nb,p1,0,0.95,F,18,y\nc,p2,1,0.6,M,39,x\n"
		"d,p3,0,0.4,M,40,z\ne,p4,1,0.8,,,x\nf,p5,0,0.1,F,65,y\n";
	char text[2000];
	struct made m;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		snprintf(text, sizeof(text), SUITE_HEAD SUITE_DATA
			 "slices:\n  scan: {by: scan, groups: {X: x, Y: y}%s}\n"
			 "gates:\n  - {id: G, metric: n, slice: scan, pass: "
			 "{ge: \"0\"}}\n", more[i]);
		make(&m, text, rows, NULL);
		assert_int_equal(m.e.outcome, i ? EV_OUT_PASS : EV_OUT_REVIEW);
		assert_int_equal(m.e.n_left, 1);
		assert_int_equal(m.e.left[0].rows, 1);
		assert_string_equal(m.e.left[0].values[0].value, "z");
		assert_int_equal(m.e.n_rows, i ? 2 : 3);
		if (!i)
			assert_string_equal(m.e.reasons.items[0], "G: scan: 1 "
					    "row is in no group of 'scan': 'z' "
					    "(1)");
		made_release(&m);
	}
	make(&m, SUITE_HEAD SUITE_DATA "slices:\n  sex: {by: sex}\n"
	     "  age: {by: age, cuts: [50]}\n  both: {cross: [sex, age]}\n"
	     "gates:\n  - {id: G, metric: n, slice: both, pass: {ge: \"0\"}}\n",
	     rows, NULL);
	assert_true(m.e.suppressed > 0 && m.e.n_slices > 6);
	assert_int_equal(m.e.outcome, EV_OUT_REVIEW);
	assert_non_null(strstr(m.e.reasons.items[0], "below the minimum and "
			       "not judged"));
	made_release(&m);
}

static void a_column_that_is_not_there_is_an_error(void **state)
{
	struct made m;
	static const char suite[] = SUITE_HEAD SUITE_DATA
		"slices:\n  overall: {}\n  site: {by: sight}\n" GATE;

	(void)state;
	memset(&m, 0, sizeof(m));
	must(ev_suite_parse(&m.s, "suite.yaml", suite, strlen(suite)));
	assert_int_equal(ev_cohort_read_memory(&m.c, &m.s, "rows.csv", ROWS,
					       strlen(ROWS)), EV_EINVALID);
	assert_non_null(strstr(ev_error_last()->message, "sight"));
	ev_suite_release(&m.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_family_by_value_has_each_word_and_the_empty_one),
		cmocka_unit_test(cuts_close_below_and_open_above),
		cmocka_unit_test(groups_and_conditions_take_their_values),
		cmocka_unit_test(
		a_cross_keeps_what_has_its_minimum_and_counts_the_others),
		cmocka_unit_test(rows_of_no_member_keep_a_gate_from_passing),
		cmocka_unit_test(a_column_that_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
