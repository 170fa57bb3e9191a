#include "base/compat.h"

#include "suitefix.h"

#include "policy/internal.h"

/* A policy and a validation read one file: they must see one suite in it. */

static void a_policy_sees_the_suite_that_is_measured(void **state)
{
	struct ev_policy p = { 0 };
	struct ev_suite s;
	size_t i, never = 0;

	(void)state;
	assert_int_equal(sf_try(&s, sf_suite), 0);
	assert_int_equal(ev_suite_add(&p, SF_FILE, sf_suite,
				      strlen(sf_suite)), 0);
	assert_int_equal(p.nsuites, 1);
	assert_string_equal(p.suites[0].id, s.id);
	assert_string_equal(p.suites[0].version, s.version);
	assert_string_equal(p.suites[0].digest, s.digest);
	for (i = 0; i < s.n_gates; i++) {
		assert_int_equal(ev_strs_has(&p.suites[0].never,
					     s.gates[i].id),
				 !s.gates[i].waivable);
		never += !s.gates[i].waivable;
	}
	assert_int_equal(never, 1);
	assert_int_equal(p.suites[0].never.n, 1);
	ev_suite_release(&s);
	ev_policy_release(&p);
}

/* What a validation takes, a policy takes too, whatever is left out. */
static void what_is_a_suite_to_one_is_one_to_the_other(void **state)
{
	static const char *const ids[] = {
		"a", "A.b_c/d-e", "-a", "a b", "\"\"", "1.2.3", "a/", "/a",
		"\xc3\xa4",
		"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"
		"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee",
		"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee"
		"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeef",
	};
	struct ev_policy p = { 0 };
	size_t i, good = 0;
	char *to, *text;
	struct ev_suite s;
	int one, other;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(ids); i++) {
		to = ev_strdupf("id: %s\n", ids[i]);
		text = sf_edit(sf_suite, "id: arrhythmia-clinical\n", to);
		one = sf_try(&s, text);
		other = ev_suite_add(&p, SF_FILE, text, strlen(text));
		assert_int_equal(one, other);
		good += !one;
		ev_suite_release(&s);
		ev_policy_release(&p);
		free(text);
		free(to);
	}
	assert_int_equal(good, 6);
}

static void both_let_a_gate_say_never_and_nothing_else(void **state)
{
	struct ev_policy p = { 0 };
	struct ev_suite s;
	char *text;

	(void)state;
	text = sf_edit(sf_suite, "waivable: never", "waivable: allowed");
	assert_int_equal(sf_try(&s, text), EV_EINVALID);
	assert_int_equal(ev_suite_add(&p, SF_FILE, text, strlen(text)),
			 EV_EINVALID);
	ev_policy_release(&p);
	free(text);
}

#define T(test) cmocka_unit_test(test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_policy_sees_the_suite_that_is_measured),
		T(what_is_a_suite_to_one_is_one_to_the_other),
		T(both_let_a_gate_say_never_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
