#include "base/compat.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "base/error.h"
#include "base/mem.h"

static void there_is_always_a_last_error(void **state)
{
	const struct ev_error *e;

	(void)state;
	ev_error_clear();
	e = ev_error_last();
	assert_int_equal(e->code, EV_OK);
	assert_string_equal(e->message, "");
	assert_string_equal(e->details, "");
	assert_string_equal(e->hints, "");
}

static void failing_returns_the_code_and_keeps_the_text(void **state)
{
	(void)state;
	errno = EINTR;
	assert_int_equal(ev_fail(EV_EINVALID, "bad '%s'", "x"), EV_EINVALID);
	assert_int_equal(errno, EINTR);
	assert_int_equal(ev_error_last()->code, EV_EINVALID);
	assert_string_equal(ev_error_last()->message, "bad 'x'");
}

static void the_reason_of_the_system_is_added(void **state)
{
	(void)state;
	errno = ENOENT;
	assert_int_equal(ev_fail_errno(EV_ENOTFOUND, "cannot open '%s'", "f"),
			 EV_ENOTFOUND);
	assert_int_equal(errno, ENOENT);
	assert_string_equal(ev_error_last()->message,
			    "cannot open 'f': No such file or directory");
}

static void a_prefix_keeps_code_details_and_hints(void **state)
{
	const struct ev_error *e;

	(void)state;
	ev_fail(EV_ELIMIT, "too long");
	ev_error_detail("line %d", 7);
	ev_error_hint("shorten it");
	assert_int_equal(ev_fail_prefix("in '%s'", "a.yaml"), EV_ELIMIT);
	e = ev_error_last();
	assert_string_equal(e->message, "in 'a.yaml': too long");
	assert_string_equal(e->details, "line 7\n");
	assert_string_equal(e->hints, "shorten it\n");
}

static void details_and_hints_are_lines_of_the_last_error_only(void **state)
{
	(void)state;
	ev_fail(EV_EINVALID, "one");
	ev_error_detail("a");
	ev_error_detail("b\n");
	ev_error_hint("h");
	assert_string_equal(ev_error_last()->details, "a\nb\n");
	ev_fail(EV_EINVALID, "two");
	assert_string_equal(ev_error_last()->details, "");
	assert_string_equal(ev_error_last()->hints, "");
}

static void a_name_cannot_add_a_line_of_its_own(void **state)
{
	(void)state;
	ev_fail(EV_EINVALID, "x");
	ev_error_hint("remove '%s'", "a\nhint: b");
	assert_string_equal(ev_error_last()->hints,
			    "remove 'a\\u{000A}hint: b'\n");
}

static void an_error_can_be_made_of_the_last_one(void **state)
{
	const struct ev_error *e;

	(void)state;
	ev_fail(EV_EINVALID, "inner");
	ev_error_detail("detail");
	e = ev_error_last();
	ev_fail(EV_ERROR, "outer (%s, %s)", e->message, e->details);
	assert_string_equal(ev_error_last()->message,
			    "outer (inner, detail\n)");
	ev_error_detail("%s", ev_error_last()->message);
	assert_string_equal(ev_error_last()->details,
			    "outer (inner, detail\\u{000A})\n");
	ev_fail(EV_ERROR, "twice");
	ev_fail_prefix("%s", ev_error_last()->message);
	assert_string_equal(ev_error_last()->message, "twice: twice");
}

static void endless_text_is_cut(void **state)
{
	char *long_text = ev_malloc(1 << 20);
	int i;

	(void)state;
	memset(long_text, 'x', (1 << 20) - 1);
	long_text[(1 << 20) - 1] = '\0';
	ev_fail(EV_ERROR, "%s", long_text);
	assert_int_equal(strlen(ev_error_last()->message), 1 << 16);
	for (i = 0; i < 40; i++)
		ev_error_detail("%.*s", 100000, long_text);
	assert_true(strlen(ev_error_last()->details) <= 1 << 20);
	free(long_text);
}

static void *fail_elsewhere(void *arg)
{
	bool *fresh = arg;

	*fresh = !*ev_error_last()->message;
	ev_fail(EV_EDENIED, "elsewhere");
	ev_error_hint("leaks if the thread does not clean up");
	return NULL;
}

static void threads_do_not_see_each_others_errors(void **state)
{
	bool fresh = false;
	pthread_t t;

	(void)state;
	ev_fail(EV_EINVALID, "here");
	assert_int_equal(pthread_create(&t, NULL, fail_elsewhere, &fresh), 0);
	pthread_join(t, NULL);
	assert_true(fresh);
	assert_string_equal(ev_error_last()->message, "here");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_is_always_a_last_error),
		cmocka_unit_test(failing_returns_the_code_and_keeps_the_text),
		cmocka_unit_test(the_reason_of_the_system_is_added),
		cmocka_unit_test(a_prefix_keeps_code_details_and_hints),
		cmocka_unit_test(
			details_and_hints_are_lines_of_the_last_error_only),
		cmocka_unit_test(a_name_cannot_add_a_line_of_its_own),
		cmocka_unit_test(an_error_can_be_made_of_the_last_one),
		cmocka_unit_test(endless_text_is_cut),
		cmocka_unit_test(threads_do_not_see_each_others_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
