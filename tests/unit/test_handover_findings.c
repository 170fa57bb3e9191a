/* Findings: each code has its word, and what is found twice stands once. */
#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "handover/findings.h"

static void every_code_has_a_word_of_its_own(void **state)
{
	int i, k;

	(void)state;
	for (i = 0; i < EV_F_CODES; i++) {
		assert_non_null(ev_finding_word(i));
		for (k = 0; k < i; k++)
			assert_string_not_equal(ev_finding_word(i),
						ev_finding_word(k));
	}
}

static void they_are_sorted_and_counted_once(void **state)
{
	struct ev_findings f = { NULL, 0, 0, { 0 } };

	(void)state;
	ev_findings_add(&f, EV_F_WAIVER_OPEN, "b", NULL, "until %d", 2030);
	ev_findings_add(&f, EV_F_UNGATED, "b", "git show b", "x");
	ev_findings_add(&f, EV_F_UNGATED, "a", NULL, "two\nlines");
	ev_findings_add(&f, EV_F_UNGATED, "b", NULL, "x");
	ev_findings_add(&f, EV_F_KEY_WEAK, "k", NULL, "%s", "short");
	ev_findings_sort(&f);
	assert_int_equal(f.n, 4);
	assert_int_equal(f.items[0].code, EV_F_KEY_WEAK);
	assert_string_equal(f.items[1].subject, "a");
	assert_string_equal(f.items[1].detail, "two lines");
	assert_string_equal(f.items[2].subject, "b");
	assert_string_equal(f.items[3].detail, "until 2030");
	assert_int_equal(f.count[EV_ALARM], 2);
	assert_int_equal(f.count[EV_WARNING], 1);
	assert_int_equal(f.count[EV_INFO], 1);
	ev_findings_sort(&f);
	assert_int_equal(f.count[EV_ALARM], 2);
	ev_findings_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_has_a_word_of_its_own),
		cmocka_unit_test(they_are_sorted_and_counted_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
