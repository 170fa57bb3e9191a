#include "base/compat.h"
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

#include "base/error.h"

#define DAY INT64_C(86400)
#define TIME_MIN INT64_C(-62167219200)	/* 0000-01-01T00:00:00Z */
#define TIME_MAX INT64_C(253402300799)	/* 9999-12-31T23:59:59Z */

int64_t ev_now(void)
{
	return (int64_t)time(NULL);
}

int ev_build_time(int64_t *out)
{
	const char *s = getenv("SOURCE_DATE_EPOCH"), *p;
	int64_t t = 0;

	if (!s) {
		*out = ev_now();
		return 0;
	}
	for (p = s; *p >= '0' && *p <= '9' && t <= TIME_MAX; p++)
		t = t * 10 + (*p - '0');
	if (p == s || *p || t > TIME_MAX)
		return ev_fail(EV_EINVALID,
			       "SOURCE_DATE_EPOCH '%s' is no number of seconds",
			       s);
	*out = t;
	return 0;
}

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int month_days(int year, int month)
{
	static const int days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 0000-01-01, itself in a leap year, to the first of `year`. */
static int64_t year_days(int year)
{
	int64_t y = year;

	return y * 365 + (y + 3) / 4 - (y + 99) / 100 + (y + 399) / 400;
}

static int64_t date_seconds(int year, int month, int day)
{
	int64_t days = year_days(year) + day - 1;
	int m;

	for (m = 1; m < month; m++)
		days += month_days(year, m);
	return TIME_MIN + days * DAY;
}

void ev_time_format(char out[EV_TIME_TEXT], int64_t t)
{
	unsigned left, day;
	int year, month = 1;

	if (t < TIME_MIN)
		t = TIME_MIN;
	if (t > TIME_MAX)
		t = TIME_MAX;
	day = (unsigned)((t - TIME_MIN) / DAY);
	left = (unsigned)((t - TIME_MIN) % DAY);
	year = (int)(day / 366);
	while (year_days(year + 1) <= (int64_t)day)
		year++;
	day -= (unsigned)year_days(year);
	while (day >= (unsigned)month_days(year, month))
		day -= (unsigned)month_days(year, month++);
	snprintf(out, EV_TIME_TEXT, "%04u-%02u-%02uT%02u:%02u:%02uZ",
		 (unsigned)year % 10000, (unsigned)month % 100,
		 (day + 1) % 100, left / 3600 % 100, left / 60 % 60, left % 60);
}

/*
 * Digits stand for digits, everything else for itself.  Stops at the first
 * difference, so never looks past the end of `s`.
 */
static bool has_shape(const char *s, const char *shape)
{
	for (; *shape; s++, shape++) {
		if (*shape == '0' ? *s < '0' || *s > '9' : *s != *shape)
			return false;
	}
	return true;
}

static int number(const char *s, int digits)
{
	int v = 0;

	while (digits--)
		v = v * 10 + (*s++ - '0');
	return v;
}

static int read_date(int64_t *out, const char *s)
{
	int year, month, day;

	year = number(s, 4);
	month = number(s + 5, 2);
	day = number(s + 8, 2);
	if (month < 1 || month > 12)
		return EV_EINVALID;
	if (day < 1 || day > month_days(year, month))
		return EV_EINVALID;
	*out = date_seconds(year, month, day);
	return 0;
}

int ev_date_parse(int64_t *out, const char *s)
{
	if (!s || !has_shape(s, "0000-00-00") || s[10])
		return EV_EINVALID;
	return read_date(out, s);
}

int ev_time_parse(int64_t *out, const char *s)
{
	int hour, minute, second;
	const char *rest;
	int64_t day;

	if (!s || !has_shape(s, "0000-00-00T00:00:00"))
		return EV_EINVALID;
	hour = number(s + 11, 2);
	minute = number(s + 14, 2);
	second = number(s + 17, 2);
	if (hour > 23 || minute > 59 || second > 59)
		return EV_EINVALID;
	rest = s + 19;
	if (*rest == '.') {
		if (!has_shape(++rest, "0"))
			return EV_EINVALID;
		while (*rest >= '0' && *rest <= '9')
			rest++;
	}
	if (rest[0] != 'Z' || rest[1] || read_date(&day, s))
		return EV_EINVALID;
	*out = day + hour * 3600 + minute * 60 + second;
	return 0;
}
