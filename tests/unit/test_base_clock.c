#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <time.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/error.h"

#define FIRST INT64_C(-62167219200)
#define LAST INT64_C(253402300799)
#define DAY INT64_C(86400)

static void times_that_exist_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t want;
	} rows[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1969-12-31T23:59:59Z", -1 },
		{ "2001-09-09T01:46:40Z", 1000000000 },
		{ "2038-01-19T03:14:08Z", INT64_C(2147483648) },
		{ "2024-02-29T12:00:00Z", 1709208000 },
		{ "2000-02-29T00:00:00Z", 951782400 },
		{ "2026-01-31T12:00:00.5Z", 1769860800 },
		{ "2026-01-31T12:00:00.999999999Z", 1769860800 },
		{ "0000-01-01T00:00:00Z", FIRST },
		{ "0000-02-29T00:00:00Z", FIRST + 59 * DAY },
		{ "9999-12-31T23:59:59Z", LAST },
	};
	int64_t got;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(rows); i++) {
		if (ev_time_parse(&got, rows[i].text))
			fail_msg("%s was refused", rows[i].text);
		assert_true(got == rows[i].want);
	}
}

static void times_that_do_not_exist_are_refused(void **state)
{
	static const char *const rows[] = {
		"", "2026", "2026-01-31", "2026-01-31T12:00:00",
		"2026-01-31T12:00Z", "2026-01-31 12:00:00Z",
		"2026-01-31t12:00:00Z", "2026-01-31T12:00:00z",
		"2026-01-31T12:00:00+00:00", "2026-01-31T12:00:00-00:00",
		"2026-01-31T12:00:00Z ", " 2026-01-31T12:00:00Z",
		"2026-01-31T12:00:00ZZ", "2026-01-31T12:00:00.Z",
		"2026-01-31T12:00:00.5", "2026-01-31T12:00:00,5Z",
		"2026-01-31T12:00:00.5 Z", "2026-01-31T12:00:00.-5Z",
		"2026-01-31T24:00:00Z", "2026-01-31T23:60:00Z",
		"2026-01-31T23:59:60Z", "2016-12-31T23:59:60Z",
		"2026-00-31T12:00:00Z", "2026-13-31T12:00:00Z",
		"2026-01-00T12:00:00Z", "2026-01-32T12:00:00Z",
		"2026-04-31T12:00:00Z", "2026-06-31T12:00:00Z",
		"2026-09-31T12:00:00Z", "2026-11-31T12:00:00Z",
		"2026-02-29T12:00:00Z", "2024-02-30T12:00:00Z",
		"1900-02-29T12:00:00Z", "2100-02-29T12:00:00Z",
		"2026-1-31T12:00:00Z", "026-01-31T12:00:00Z",
		"12026-01-31T12:00:00Z", "+026-01-31T12:00:00Z",
		"-026-01-31T12:00:00Z", "2026-+1-31T12:00:00Z",
		"2026-01-31T-1:00:00Z", "2026-01-31T 1:00:00Z",
		"2026/01/31T12:00:00Z", "20260131T120000Z",
		"2026-01-31T12:00:0\xc2\xb2Z",
	};
	int64_t got = 42;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(rows); i++) {
		if (ev_time_parse(&got, rows[i]) != EV_EINVALID)
			fail_msg("'%s' was taken", rows[i]);
		assert_true(got == 42);
	}
	assert_int_equal(ev_time_parse(&got, NULL), EV_EINVALID);
}

static void dates_are_as_strict(void **state)
{
	static const char *const bad[] = {
		"", "2026-02-29", "2026-02", "2026-02-01T00:00:00Z",
		"2026-02-01 ", "2026-2-1", "1900-02-29", "2026-00-01",
		"2026-01-32",
	};
	int64_t got;
	size_t i;

	(void)state;
	assert_int_equal(ev_date_parse(&got, "2024-02-29"), 0);
	assert_true(got == 1709164800);
	assert_int_equal(ev_date_parse(&got, "1970-01-01"), 0);
	assert_true(got == 0);
	for (i = 0; i < EV_ARRAY_SIZE(bad); i++)
		if (ev_date_parse(&got, bad[i]) != EV_EINVALID)
			fail_msg("'%s' was taken", bad[i]);
	assert_int_equal(ev_date_parse(&got, NULL), EV_EINVALID);
}

static void assert_like_the_c_library(int64_t t)
{
	char ours[EV_TIME_TEXT], theirs[64];
	time_t secs = (time_t)t;
	int64_t again;
	struct tm tm;

	assert_non_null(gmtime_r(&secs, &tm));
	snprintf(theirs, sizeof(theirs), "%04d-%02d-%02dT%02d:%02d:%02dZ",
		 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		 tm.tm_min, tm.tm_sec);
	ev_time_format(ours, t);
	assert_string_equal(ours, theirs);
	assert_int_equal(ev_time_parse(&again, ours), 0);
	assert_true(again == t);
}

static void every_time_survives_the_round_trip(void **state)
{
	int64_t t;

	(void)state;
	for (t = FIRST; t <= LAST; t += 89 * DAY + 12347)
		assert_like_the_c_library(t);
	/* Both ends of each day from 1890 to 2110, and of year zero. */
	for (t = -80 * 365 * DAY; t < 140 * 366 * DAY; t += DAY) {
		assert_like_the_c_library(t);
		assert_like_the_c_library(t - 1);
	}
	for (t = FIRST; t < FIRST + 800 * DAY; t += DAY)
		assert_like_the_c_library(t);
	assert_like_the_c_library(LAST);
}

static void years_beyond_four_digits_are_held_to_the_ends(void **state)
{
	char text[EV_TIME_TEXT];

	(void)state;
	ev_time_format(text, LAST + 1);
	assert_string_equal(text, "9999-12-31T23:59:59Z");
	ev_time_format(text, INT64_MAX);
	assert_string_equal(text, "9999-12-31T23:59:59Z");
	ev_time_format(text, INT64_MIN);
	assert_string_equal(text, "0000-01-01T00:00:00Z");
}

static void the_time_of_a_build_can_be_given(void **state)
{
	static const char *const bad[] = {
		"", "x", "-1", "+1", " 1", "1 ", "1.5", "0x10",
		"253402300800", "99999999999999999999999999",
	};
	int64_t got, before;
	size_t i;

	(void)state;
	setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
	assert_int_equal(ev_build_time(&got), 0);
	assert_true(got == 1700000000);
	setenv("SOURCE_DATE_EPOCH", "253402300799", 1);
	assert_int_equal(ev_build_time(&got), 0);
	assert_true(got == LAST);
	for (i = 0; i < EV_ARRAY_SIZE(bad); i++) {
		setenv("SOURCE_DATE_EPOCH", bad[i], 1);
		ev_error_clear();
		if (ev_build_time(&got) != EV_EINVALID)
			fail_msg("'%s' was taken", bad[i]);
		assert_non_null(strstr(ev_error_last()->message,
				       "SOURCE_DATE_EPOCH"));
	}
	unsetenv("SOURCE_DATE_EPOCH");
	before = ev_now();
	assert_int_equal(ev_build_time(&got), 0);
	assert_true(got >= before && got <= ev_now());
	assert_true(before > 1700000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_that_exist_are_read),
		cmocka_unit_test(times_that_do_not_exist_are_refused),
		cmocka_unit_test(dates_are_as_strict),
		cmocka_unit_test(every_time_survives_the_round_trip),
		cmocka_unit_test(years_beyond_four_digits_are_held_to_the_ends),
		cmocka_unit_test(the_time_of_a_build_can_be_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
