#include "base/compat.h"

#include "suitefix.h"

#include <time.h>

/* The suite with `n` items before `from`, if that is a line or begins one, or
 * instead of it; they are numbered where `one` has a '#'. */
static char *many(const char *from, const char *one, size_t n)
{
	struct ev_buf list = EV_BUF_INIT;
	const char *p;
	char *text;
	size_t i;

	for (i = 0; i < n; i++)
		for (p = one; *p; p++) {
			if (*p == '#')
				ev_buf_addf(&list, "%zu", i);
			else
				ev_buf_addc(&list, *p);
		}
	if (ev_ends_with(from, "\n") || ev_ends_with(from, "{"))
		ev_buf_adds(&list, from);
	text = sf_edit(sf_suite, from, list.ptr);
	ev_buf_release(&list);
	return text;
}

/* So many more are taken, and one above is not. */
static void check(const char *from, const char *one, size_t n,
		  const char *said)
{
	char *text = many(from, one, n);
	struct ev_suite s;

	if (sf_try(&s, text))
		fail_msg("%s", ev_error_last()->message);
	ev_suite_release(&s);
	free(text);
	text = many(from, one, n + 1);
	assert_int_equal(sf_try(&s, text), EV_EINVALID);
	assert_non_null(strstr(ev_error_last()->message, said));
	free(text);
}

static void there_are_ceilings_for_everything(void **state)
{
	(void)state;
	/* eight gates, seven slices and two points are there */
	check("policy:\n", "  - {id: X#, metric: auc, pass: {ge: 0.9}}\n", 992,
	      "more than 1000 gates");
	check("  scenario: {", "  x#: {by: x}\n", 193,
	      "more than 200 slices");
	check("stats:\n", "  x#: {threshold: 0.5}\n", 998,
	      "more than 1000 operating points");
}

static void there_are_ceilings_for_lists(void **state)
{
	char *text, *one;
	struct ev_suite s;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		one = many("[CLM-AF-SE, CLM-AF-SP]", "\n    - C#", 1000 + i);
		text = sf_edit(one, "    claim: CLM-AF-SE\n", "");
		assert_int_equal(sf_try(&s, text), i ? EV_EINVALID : 0);
		ev_suite_release(&s);
		free(text);
		free(one);
	}
	assert_string_equal(ev_error_last()->message, SF_FILE ":8:5: field "
			    "'suite.claims' has more than 1000 items");
}

static void metrics_have_one_ceiling_for_all_of_them(void **state)
{
	static const char *const ranges[] = {
		"net_benefit(0.001:0.483:0.001)",
		"net_benefit(0.001:0.500:0.001)",
	};
	struct ev_suite s;
	char *text;

	(void)state;
	text = sf_edit(sf_suite, "net_benefit(0.05:0.20:0.05)", ranges[0]);
	assert_int_equal(sf_try(&s, text), 0);
	assert_true(s.n_requests <= EV_SUITE_MAX_METRICS);
	assert_true(s.n_requests + 5 > EV_SUITE_MAX_METRICS);
	ev_suite_release(&s);
	free(text);
	text = sf_edit(sf_suite, "net_benefit(0.05:0.20:0.05)", ranges[1]);
	assert_int_equal(sf_try(&s, text), EV_EINVALID);
	assert_string_equal(ev_error_last()->message,
			    SF_FILE ":49:23: more than 500 metrics");
	free(text);
}

/* Of a thousand wrong gates a hundred are told. */
static void problems_are_told_up_to_a_hundred(void **state)
{
	const char *p;
	struct ev_suite s;
	char *text;
	size_t n = 0;

	(void)state;
	text = many("policy:\n", "  - {id: X#, metric: x, pass: {ge: 0.9}}\n",
		    900);
	assert_int_equal(sf_try(&s, text), EV_EINVALID);
	for (p = ev_error_last()->details; (p = strchr(p, '\n')); p++)
		n++;
	assert_int_equal(n, EV_PROBLEMS_MAX);
	assert_non_null(strstr(ev_error_last()->details,
			       "more problems are not listed\n"));
	free(text);
}

/* No suite of a size that is read takes long, whatever is in it. */
static void the_worst_suite_is_read_in_moments(void **state)
{
	struct ev_buf groups = EV_BUF_INIT;
	struct timespec from, to;
	struct ev_suite s;
	char *text;
	size_t i, k;

	(void)state;
	for (k = 0; k < 45; k++) {
		ev_buf_addf(&groups, "  y%zu: {by: x, groups: {", k);
		for (i = 0; i < 4000; i++)
			if (i % 1000)
				ev_buf_addf(&groups, ",%zx", i);
			else
				ev_buf_addf(&groups, "%sg%zx: [%zx",
					    i ? "], " : "", i, i);
		ev_buf_adds(&groups, "]}}\n");
	}
	assert_true(groups.len < 1000000);
	ev_buf_adds(&groups, "  scenario: {");
	text = sf_edit(sf_suite, "  scenario: {", groups.ptr);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	assert_int_equal(sf_try(&s, text), 0);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	assert_true(to.tv_sec - from.tv_sec < 20);
	ev_suite_release(&s);
	ev_buf_release(&groups);
	free(text);
}

#define T(test) cmocka_unit_test(test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(there_are_ceilings_for_everything),
		T(there_are_ceilings_for_lists),
		T(metrics_have_one_ceiling_for_all_of_them),
		T(problems_are_told_up_to_a_hundred),
		T(the_worst_suite_is_read_in_moments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
