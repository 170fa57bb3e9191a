#include "base/compat.h"

#include "policyfix.h"

static int add_suite(struct ev_policy *p, const char *text)
{
	memset(p, 0, sizeof(*p));
	return ev_suite_add(p, "s.yaml", text, strlen(text));
}

static void a_suite_says_which_gates_nobody_waives(void **state)
{
	struct ev_policy p;

	(void)state;
	assert_int_equal(add_suite(&p, "suite: {id: a}\n"
				   "gates:\n"
				   "  - {id: G1, waivable: never}\n"
				   "  - {id: G2}\n"
				   "  - {id: G3, waivable: \"never\"}\n"), 0);
	assert_int_equal(p.suites[0].never.n, 2);
	assert_string_equal(p.suites[0].never.items[0], "G1");
	assert_string_equal(p.suites[0].never.items[1], "G3");
	ev_policy_release(&p);
}

static void a_suite_without_gates_forbids_nothing(void **state)
{
	static const char *const texts[] = {
		"suite: {id: a}\n", "suite: {id: a}\ngates: []\n",
		"suite: {id: a}\ngates: {G1: never}\n",
		"suite: {id: a}\ngates: [G1, 7]\n",
	};
	struct ev_policy p;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(texts); i++) {
		assert_int_equal(add_suite(&p, texts[i]), 0);
		assert_int_equal(p.suites[0].never.n, 0);
		ev_policy_release(&p);
	}
}

/* Rather than a word that is passed over, and a gate that is waived. */
static void a_suite_that_says_it_otherwise_is_refused(void **state)
{
	static const struct { const char *text, *said; } cases[] = {
		{ "suite: {id: a}\ngates: [{id: G1, waivable: no}]\n",
		  "s.yaml:2:28: a suite can only say 'waivable: never' of a "
		  "gate" },
		{ "suite: {id: a}\ngates: [{id: G1, waivable: Never}]\n",
		  "s.yaml:2:28: a suite can only say 'waivable: never' of a "
		  "gate" },
		{ "suite: {id: a}\ngates: [{id: G1, waivable: [clinical]}]\n",
		  "s.yaml:2:28: a suite can only say 'waivable: never' of a "
		  "gate" },
		{ "suite: {id: a}\ngates: [{waivable: never}]\n",
		  "s.yaml:2:20: a gate that is never to be waived needs an "
		  "id" },
		{ "suite: {id: a}\ngates: [{id: 7, waivable: never}]\n",
		  "s.yaml:2:27: a gate that is never to be waived needs an "
		  "id" },
	};
	struct ev_policy p;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		assert_int_equal(add_suite(&p, cases[i].text), EV_EINVALID);
		assert_string_equal(ev_error_last()->message, cases[i].said);
		ev_policy_release(&p);
	}
}

static int with_suite(const char *suite, const char *rule)
{
	char *to = ev_strdupf("waivable: [{rule: %s,", rule), *text;
	struct ev_policy p;
	int ret;

	text = pf_edit(pf_policy, "waivable: [{rule: "
		       "reports.arrhythmia-clinical,", to);
	memset(&p, 0, sizeof(p));
	ret = ev_suite_add(&p, ".evidence/suites/a.yaml", suite,
			   strlen(suite));
	assert_int_equal(ret, 0);
	ret = ev_policy_parse(&p, text, strlen(text));
	ev_policy_release(&p);
	free(text);
	free(to);
	return ret;
}

static void a_policy_cannot_let_be_waived_what_the_suite_forbids(void **state)
{
	static const char suite[] = "suite: {id: arrhythmia-clinical}\n"
		"gates: [{id: G1, waivable: never}, {id: G2}]\n";

	(void)state;
	assert_int_equal(with_suite(suite, "reports.arrhythmia-clinical/G2"),
			 0);
	/* the report as a whole may be, as long as G1 is passed */
	assert_int_equal(with_suite(suite, "reports.arrhythmia-clinical"), 0);
	assert_int_equal(with_suite(suite, "reports.arrhythmia-clinical/G1"),
			 EV_EINVALID);
	assert_string_equal(ev_error_last()->message,
			    ".evidence/policy.yaml:36:23: "
			    "'reports.arrhythmia-clinical/G1' can never be "
			    "waived, says '.evidence/suites/a.yaml'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_suite_says_which_gates_nobody_waives),
		cmocka_unit_test(a_suite_without_gates_forbids_nothing),
		cmocka_unit_test(a_suite_that_says_it_otherwise_is_refused),
		cmocka_unit_test(
			a_policy_cannot_let_be_waived_what_the_suite_forbids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
