#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/str.h"
#include "study/result.h"

static const char *const argv[] = { "make", "check", NULL };

static void given(struct ev_result *r, struct ev_environment *e)
{
	static struct ev_environment empty = EV_ENVIRONMENT_INIT;

	memset(r, 0, sizeof(*r));
	r->argv = argv;
	r->environment = e ? e : &empty;
	memset(r->log_sha256, 'a', 64);
}

static void the_word_is_the_worst_of_status_and_tests(void **state)
{
	static const struct {
		int status;
		bool report;
		size_t passed, warned, failed;
		const char *word;
	} cases[] = {
		{ 0, false, 0, 0, 0, "PASSED" },
		{ 1, false, 0, 0, 0, "FAILED" },
		{ 0, true, 1, 0, 0, "PASSED" },
		{ 2, true, 1, 0, 0, "FAILED" },
		{ 0, true, 1, 0, 1, "FAILED" },
		{ 0, true, 1, 1, 0, "WARNED" },
		{ 0, true, 1, 1, 1, "FAILED" },
		{ 0, true, 0, 0, 0, "WARNED" },
	};
	struct ev_result r;
	struct ev_junit j;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		given(&r, NULL);
		memset(&j, 0, sizeof(j));
		j.passed.n = cases[i].passed;
		j.warned.n = cases[i].warned;
		j.failed.n = cases[i].failed;
		r.status = cases[i].status;
		r.junit = cases[i].report ? &j : NULL;
		assert_string_equal(ev_result_word(&r), cases[i].word);
	}
}

/* printf 'make\0check\0' | sha256sum */
#define ARGV_SHA256 \
	"c9d982963233fe907c9397e1f2dec96609ceac35f2abdc62c0584b1ed5691e92"

static void the_members_are_as_the_format_says(void **state)
{
	struct ev_environment e = EV_ENVIRONMENT_INIT;
	struct ev_env_section section = { .digest = "sha256:22" };
	struct ev_junit j = EV_JUNIT_INIT;
	struct ev_buf out = EV_BUF_INIT;
	struct ev_result r;
	char name[] = "os";

	(void)state;
	section.name = name;
	e.items = &section;
	e.n = 1;
	memcpy(e.fingerprint, "sha256:11", 10);
	given(&r, &e);
	ev_strs_add(&j.passed, "a");
	ev_strs_add(&j.failed, "b");
	j.skipped = 3;
	r.junit = &j;
	r.status = 137;
	r.signal = 9;
	r.finished = 60;
	r.hermetic = true;
	r.log_size = 12;
	r.log_truncated = true;
	ev_result_members(&out, &r);
	assert_string_equal(out.ptr,
		"\"result\":\"FAILED\",\"configuration\":[{\"name\":\"argv\","
		"\"digest\":{\"sha256\":\"" ARGV_SHA256 "\"},"
		"\"annotations\":{\"argv\":[\"make\",\"check\"]}}],"
		"\"passedTests\":[\"a\"],\"warnedTests\":[],"
		"\"failedTests\":[\"b\"],\"tests\":{\"passed\":1,\"failed\":1,"
		"\"warned\":0,\"skipped\":3,\"listed\":2},"
		"\"exitStatus\":137,\"signal\":9,"
		"\"startedAt\":\"1970-01-01T00:00:00Z\","
		"\"finishedAt\":\"1970-01-01T00:01:00Z\","
		"\"isolation\":\"bubblewrap\",\"environment\":{"
		"\"fingerprint\":\"sha256:11\",\"sections\":[{\"name\":\"os\","
		"\"digest\":\"sha256:22\"}]},\"log\":{\"size\":12,\"digest\":"
		"\"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaa\",\"truncated\":true}");
	ev_buf_release(&out);
	ev_junit_release(&j);
}

static void failed_names_come_first_when_not_all_fit(void **state)
{
	struct ev_junit j = EV_JUNIT_INIT;
	struct ev_buf out = EV_BUF_INIT;
	struct ev_result r;
	int i;

	(void)state;
	for (i = 0; i < 20000; i++)
		ev_strs_addf(&j.passed, "test number %05d", i);
	ev_strs_add(&j.failed, "the one that failed");
	given(&r, NULL);
	r.junit = &j;
	ev_result_members(&out, &r);
	assert_true(out.len < EV_RESULT_NAMES_MAX + 4096);
	assert_non_null(strstr(out.ptr,
			       "\"failedTests\":[\"the one that failed\"]"));
	assert_non_null(strstr(out.ptr, "\"test number 00000\""));
	assert_null(strstr(out.ptr, "\"test number 19999\""));
	assert_non_null(strstr(out.ptr, "\"passed\":20000"));
	ev_buf_release(&out);
	ev_junit_release(&j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_word_is_the_worst_of_status_and_tests),
		cmocka_unit_test(the_members_are_as_the_format_says),
		cmocka_unit_test(failed_names_come_first_when_not_all_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
