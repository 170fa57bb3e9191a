#include "base/compat.h"
#include "data/json.h"

#include <float.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/utf8.h"

void ev_json_init(struct ev_json *j, struct ev_buf *out)
{
	memset(j, 0, sizeof(*j));
	j->out = out;
	j->first = true;
}

static void new_line(struct ev_json *j)
{
	unsigned i;

	if (!j->indent)
		return;
	ev_buf_addc(j->out, '\n');
	for (i = 0; i < j->depth * j->indent; i++)
		ev_buf_addc(j->out, ' ');
}

/* What stands between the last token and a new key or value. */
static void separate(struct ev_json *j)
{
	if (j->after_key) {
		j->after_key = false;
		return;
	}
	if (!j->first)
		ev_buf_addc(j->out, ',');
	j->first = false;
	if (j->depth)
		new_line(j);
}

static void open_with(struct ev_json *j, char c)
{
	separate(j);
	ev_buf_addc(j->out, c);
	j->depth++;
	j->first = true;
}

static void close_with(struct ev_json *j, char c)
{
	j->depth--;
	if (!j->first)
		new_line(j);
	ev_buf_addc(j->out, c);
	j->first = false;
}

void ev_json_object(struct ev_json *j)
{
	open_with(j, '{');
}

void ev_json_end_object(struct ev_json *j)
{
	close_with(j, '}');
}

void ev_json_list(struct ev_json *j)
{
	open_with(j, '[');
}

void ev_json_end_list(struct ev_json *j)
{
	close_with(j, ']');
}

static void put_control(struct ev_buf *out, unsigned char c)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *known = c ? strchr(from, c) : NULL;

	if (known)
		ev_buf_addf(out, "\\%c", to[known - from]);
	else
		ev_buf_addf(out, "\\u%04x", c);
}

static void put_escaped(struct ev_buf *out, uint32_t cp)
{
	if (cp < 0x10000) {
		ev_buf_addf(out, "\\u%04x", (unsigned)cp);
		return;
	}
	cp -= 0x10000;
	ev_buf_addf(out, "\\u%04x\\u%04x", (unsigned)(0xd800 + (cp >> 10)),
		    (unsigned)(0xdc00 + (cp & 0x3ff)));
}

static void put_string(struct ev_json *j, const char *s, size_t n)
{
	const char *end = s + n, *start;
	uint32_t cp;
	size_t used;

	ev_buf_addc(j->out, '"');
	while (s < end) {
		start = s;
		while (s < end && *s >= 0x20 && *s <= 0x7e &&
		       *s != '"' && *s != '\\')
			s++;
		ev_buf_add(j->out, start, (size_t)(s - start));
		if (s == end)
			break;
		used = ev_utf8_decode(&cp, s, (size_t)(end - s));
		if (!used)
			cp = 0xfffd;
		if (cp < 0x7f)
			put_control(j->out, (unsigned char)cp);
		else if (j->ascii)
			put_escaped(j->out, cp);
		else if (used)
			ev_buf_add(j->out, s, used);
		else
			ev_buf_adds(j->out, "\xef\xbf\xbd");
		s += used ? used : 1;
	}
	ev_buf_addc(j->out, '"');
}

void ev_json_key(struct ev_json *j, const char *key)
{
	separate(j);
	put_string(j, key, strlen(key));
	ev_buf_adds(j->out, j->indent ? ": " : ":");
	j->after_key = true;
}

void ev_json_stringn(struct ev_json *j, const char *s, size_t n)
{
	separate(j);
	put_string(j, s, n);
}

void ev_json_string(struct ev_json *j, const char *s)
{
	if (s)
		ev_json_stringn(j, s, strlen(s));
	else
		ev_json_null(j);
}

void ev_json_number(struct ev_json *j, const char *text)
{
	separate(j);
	ev_buf_adds(j->out, text);
}

void ev_json_int(struct ev_json *j, int64_t n)
{
	separate(j);
	ev_buf_addf(j->out, "%" PRId64, n);
}

/* The decimal point of printf belongs to the locale, that of JSON does not. */
static void put_point(struct ev_buf *out, const char *text)
{
	const char *point = localeconv()->decimal_point;
	const char *at = *point ? strstr(text, point) : NULL;

	if (!at) {
		ev_buf_adds(out, text);
		return;
	}
	ev_buf_add(out, text, (size_t)(at - text));
	ev_buf_addc(out, '.');
	ev_buf_adds(out, at + strlen(point));
}

void ev_json_double(struct ev_json *j, double d)
{
	char text[64];
	int digits;

	if (!isfinite(d)) {
		ev_json_null(j);
		return;
	}
	/* Any 15 digits survive a normal double, fewer a subnormal one. */
	digits = fabs(d) < DBL_MIN ? 1 : DBL_DIG;
	do {
		snprintf(text, sizeof(text), "%.*g", digits, d);
	} while (digits++ < DBL_DECIMAL_DIG && strtod(text, NULL) != d);
	separate(j);
	put_point(j->out, text);
}

void ev_json_bool(struct ev_json *j, bool b)
{
	ev_json_number(j, b ? "true" : "false");
}

void ev_json_null(struct ev_json *j)
{
	ev_json_number(j, "null");
}

/* A tree is at most EV_DATA_MAX_DEPTH deep, so this may call itself. */
void ev_json_value(struct ev_json *j, const struct ev_value *v)
{
	size_t i;

	switch (v->type) {
	case EV_NULL:
		ev_json_null(j);
		break;
	case EV_BOOL:
		ev_json_bool(j, v->boolean);
		break;
	case EV_NUMBER:
		ev_json_number(j, v->text);
		break;
	case EV_STRING:
		ev_json_stringn(j, v->text, v->len);
		break;
	case EV_LIST:
		ev_json_list(j);
		for (i = 0; i < v->n; i++)
			ev_json_value(j, v->items[i]);
		ev_json_end_list(j);
		break;
	case EV_MAP:
		ev_json_object(j);
		for (i = 0; i < v->n; i++) {
			ev_json_key(j, v->keys[i]->text);
			ev_json_value(j, v->items[i]);
		}
		ev_json_end_object(j);
		break;
	}
}

void ev_json_kv(struct ev_json *j, const char *key, const char *s)
{
	ev_json_key(j, key);
	ev_json_string(j, s);
}

void ev_json_kvi(struct ev_json *j, const char *key, int64_t n)
{
	ev_json_key(j, key);
	ev_json_int(j, n);
}

void ev_json_kvb(struct ev_json *j, const char *key, bool b)
{
	ev_json_key(j, key);
	ev_json_bool(j, b);
}

void ev_json_strs(struct ev_json *j, const char *key, const struct ev_strs *l)
{
	size_t i;

	ev_json_key(j, key);
	ev_json_list(j);
	for (i = 0; i < l->n; i++)
		ev_json_string(j, l->items[i]);
	ev_json_end_list(j);
}
