#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "data/xml.h"
#include "study/junit.h"

static int read_text(struct ev_junit *out, const char *text)
{
	return ev_junit_read(out, "r.xml", text, strlen(text));
}

static void assert_refused(const char *text, int code, const char *message)
{
	struct ev_junit j = EV_JUNIT_INIT;

	ev_error_clear();
	assert_int_equal(read_text(&j, text), code);
	assert_string_equal(ev_error_last()->message, message);
	assert_int_equal(j.passed.n + j.failed.n + j.warned.n, 0);
}

static void tests_are_sorted_into_passed_failed_and_skipped(void **state)
{
	struct ev_junit j = EV_JUNIT_INIT;

	(void)state;
	assert_int_equal(read_text(&j,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites><testsuite name=\"a\">"
		"<properties><property name=\"failure\"/></properties>"
		"<testcase classname=\"m.T\" name=\"z\" time=\"0.1\"/>"
		"<testcase classname=\"m.T\" name=\"a\"><system-out>x"
		"</system-out></testcase>"
		"<testcase name=\"f\"><failure message=\"m\">&lt;x&gt;"
		"</failure></testcase>"
		"<testcase name=\"e\"><error/></testcase>"
		"<testcase name=\"s\"><skipped/></testcase>"
		"</testsuite></testsuites>"), 0);
	assert_int_equal(j.passed.n, 2);
	assert_string_equal(j.passed.items[0], "m.T.a");
	assert_string_equal(j.passed.items[1], "m.T.z");
	assert_int_equal(j.failed.n, 2);
	assert_string_equal(j.failed.items[0], "e");
	assert_string_equal(j.failed.items[1], "f");
	assert_int_equal(j.skipped, 1);
	assert_int_equal(j.warned.n, 0);
	ev_junit_release(&j);
}

static void a_test_that_passed_on_a_second_try_is_a_warning(void **state)
{
	struct ev_junit j = EV_JUNIT_INIT;

	(void)state;
	assert_int_equal(read_text(&j,
		"<testsuite>"
		"<testcase name=\"flaky\"><flakyFailure/></testcase>"
		"<testcase name=\"lost\"><rerunFailure/><failure/></testcase>"
		"<testcase name=\"both\"><flakyError/><skipped/></testcase>"
		"</testsuite>"), 0);
	assert_int_equal(j.warned.n, 2);
	assert_string_equal(j.warned.items[0], "both");
	assert_string_equal(j.warned.items[1], "flaky");
	assert_int_equal(j.failed.n, 1);
	ev_junit_release(&j);
}

static void only_direct_children_of_a_test_judge_it(void **state)
{
	struct ev_junit j = EV_JUNIT_INIT;

	(void)state;
	assert_int_equal(read_text(&j,
		"<testsuite><testcase name=\"a\">"
		"<system-out><failure/></system-out>"
		"<testcase name=\"nested\"><failure/></testcase>"
		"</testcase></testsuite>"), 0);
	assert_int_equal(j.passed.n, 1);
	assert_int_equal(j.failed.n, 0);
	ev_junit_release(&j);
}

static void other_documents_are_no_junit_report(void **state)
{
	(void)state;
	assert_refused("<html></html>", EV_EINVALID,
		       "r.xml:1:1: 'html' is not the root of a JUnit report");
	assert_refused("<testsuite>\n<testcase/></testsuite>", EV_EINVALID,
		       "r.xml:2:1: testcase has no 'name'");
	assert_refused("", EV_EINVALID, "r.xml:1:1: no element found");
	assert_refused("<testsuite>", EV_EINVALID,
		       "r.xml:1:12: no element found");
}

static void declarations_that_could_define_entities_are_refused(void **state)
{
	(void)state;
	assert_refused("<!DOCTYPE x [<!ENTITY a \"b\">]><testsuite/>",
		       EV_EINVALID,
		       "r.xml:1:13: document type declarations are refused");
	assert_refused("<!DOCTYPE testsuite SYSTEM \"http://x/y\">"
		       "<testsuite/>", EV_EINVALID,
		       "r.xml:1:40: document type declarations are refused");
	assert_refused("<testsuite name=\"&a;\"/>", EV_EINVALID,
		       "r.xml:1:1: undefined entity");
}

static void encodings_other_than_utf8_are_refused(void **state)
{
	(void)state;
	assert_refused("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>"
		       "<testsuite/>", EV_EINVALID,
		       "r.xml:1:1: encoding is not UTF-8");
	assert_refused("\xff\xfe<", EV_EINVALID,
		       "r.xml:1:1: encoding is not UTF-8");
}

static void long_names_are_cut_between_letters(void **state)
{
	struct ev_junit j = EV_JUNIT_INIT;
	struct ev_buf text = EV_BUF_INIT;
	size_t i;

	(void)state;
	ev_buf_adds(&text, "<testsuite><testcase name=\"x");
	for (i = 0; i < EV_JUNIT_NAME_MAX; i++)
		ev_buf_adds(&text, "\xc3\xa4");
	ev_buf_adds(&text, "\"/></testsuite>");
	assert_int_equal(read_text(&j, text.ptr), 0);
	assert_int_equal(strlen(j.passed.items[0]), EV_JUNIT_NAME_MAX - 1);
	ev_junit_release(&j);
	ev_buf_release(&text);
}

static void depth_is_limited(void **state)
{
	struct ev_buf text = EV_BUF_INIT;
	unsigned i;

	(void)state;
	ev_buf_adds(&text, "<testsuite>");
	for (i = 0; i < EV_XML_MAX_DEPTH; i++)
		ev_buf_adds(&text, "<a>");
	assert_refused(text.ptr, EV_ELIMIT,
		       "r.xml:1:201: elements are nested too deeply");
	ev_buf_release(&text);
}

static void the_number_of_elements_is_limited(void **state)
{
	struct ev_buf text = EV_BUF_INIT;
	unsigned i;

	(void)state;
	ev_buf_adds(&text, "<testsuite>");
	for (i = 0; i < EV_XML_MAX_ELEMENTS; i++)
		ev_buf_adds(&text, "<a/>");
	ev_buf_adds(&text, "</testsuite>");
	assert_refused(text.ptr, EV_ELIMIT, "r.xml:1:4000008: too many elements");
	ev_buf_release(&text);
}

static void attributes_of_an_element_are_limited(void **state)
{
	struct ev_buf text = EV_BUF_INIT;
	unsigned i;

	(void)state;
	ev_buf_adds(&text, "<testsuite");
	for (i = 0; i <= EV_XML_MAX_ATTRIBUTES; i++)
		ev_buf_addf(&text, " a%u=\"\"", i);
	ev_buf_adds(&text, "/>");
	assert_refused(text.ptr, EV_ELIMIT, "r.xml:1:1: too many attributes");
	ev_buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			tests_are_sorted_into_passed_failed_and_skipped),
		cmocka_unit_test(
			a_test_that_passed_on_a_second_try_is_a_warning),
		cmocka_unit_test(only_direct_children_of_a_test_judge_it),
		cmocka_unit_test(other_documents_are_no_junit_report),
		cmocka_unit_test(
			declarations_that_could_define_entities_are_refused),
		cmocka_unit_test(encodings_other_than_utf8_are_refused),
		cmocka_unit_test(long_names_are_cut_between_letters),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(the_number_of_elements_is_limited),
		cmocka_unit_test(attributes_of_an_element_are_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
