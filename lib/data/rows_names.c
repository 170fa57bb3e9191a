#include "base/compat.h"
#include "data/rows_internal.h"

#include <stdarg.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"

int ev_rows_name_add(struct ev_rows *r, const char *name, size_t n)
{
	if (r->n == EV_ROWS_MAX_COLUMNS)
		return ev_rows_fail_columns(r);
	EV_GROW(r->names, r->n, r->names_cap);
	r->names[r->n++] = ev_strndup(name, n);
	return 0;
}

int ev_rows_fail_columns(const struct ev_rows *r)
{
	ev_rows_fail_at(r, EV_ELIMIT, r->line, 1, "more than %u columns",
			EV_ROWS_MAX_COLUMNS);
	ev_error_hint("leave out those that nobody reads");
	return EV_ELIMIT;
}

int ev_rows_fail_long(const struct ev_rows *r, uint64_t line, uint64_t column,
		      const char *what, size_t max)
{
	ev_rows_fail_at(r, EV_ELIMIT, line, column,
			"%s is longer than %zu bytes", what, max);
	ev_error_hint("is there a quote left open, or a line feed missing?");
	return EV_ELIMIT;
}

int ev_rows_fail_empty(const struct ev_rows *r)
{
	ev_rows_fail_at(r, EV_EINVALID, r->line, 1, "empty line");
	ev_error_hint("sed -i '%llud' '%s'", (unsigned long long)r->line,
		      r->name);
	return EV_EINVALID;
}

static int by_name(const void *a, const void *b, void *names)
{
	char *const *all = names;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int order = strcmp(all[x], all[y]);

	return order ? order : (x > y) - (x < y);
}

bool ev_rows_names_sort(struct ev_rows *r, size_t *again)
{
	size_t i;

	free(r->sorted);
	r->sorted = ev_calloc(r->n, sizeof(*r->sorted));
	for (i = 0; i < r->n; i++)
		r->sorted[i] = (uint32_t)i;
	qsort_r(r->sorted, r->n, sizeof(*r->sorted), by_name, r->names);
	for (i = 1; i < r->n; i++) {
		*again = r->sorted[i];
		if (ev_streq(r->names[r->sorted[i - 1]], r->names[*again]))
			return false;
	}
	return true;
}

ptrdiff_t ev_rows_lookup(const struct ev_rows *r, const char *name, size_t n)
{
	size_t low = 0, high = r->n, middle;
	const char *there;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		there = r->names[r->sorted[middle]];
		order = strncmp(name, there, n);
		if (!order && there[n])
			order = -1;
		if (!order)
			return (ptrdiff_t)r->sorted[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -1;
}

ptrdiff_t ev_rows_find(const struct ev_rows *r, const char *name)
{
	return ev_rows_lookup(r, name, strlen(name));
}

const char *ev_rows_closest(const struct ev_rows *r, const char *name)
{
	return ev_closest(name, (const char *const *)r->names, r->n);
}

void ev_rows_field_room(struct ev_rows *r, size_t i)
{
	EV_GROW(r->fields, i, r->fields_cap);
	EV_GROW(r->lines, i, r->lines_cap);
}

int ev_rows_fail_at(const struct ev_rows *r, int code, uint64_t line,
		    uint64_t column, const char *fmt, ...)
{
	struct ev_buf message = EV_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	ev_buf_vaddf(&message, fmt, ap);
	va_end(ap);
	ev_fail(code, "%s:%llu:%llu: %s", r->name, (unsigned long long)line,
		(unsigned long long)column, message.ptr);
	ev_buf_release(&message);
	return code;
}

int ev_rows_fail_byte(const struct ev_rows *r, size_t offset,
		      const char *fmt, ...)
{
	const char *p = r->block + r->at, *end = p + offset, *lf;
	struct ev_buf message = EV_BUF_INIT;
	uint64_t line = r->line;
	va_list ap;

	while (p < end && (lf = memchr(p, '\n', (size_t)(end - p)))) {
		line++;
		p = lf + 1;
	}
	va_start(ap, fmt);
	ev_buf_vaddf(&message, fmt, ap);
	va_end(ap);
	ev_rows_fail_at(r, EV_EINVALID, line, (uint64_t)(end - p) + 1, "%s",
			message.ptr);
	ev_buf_release(&message);
	return EV_EINVALID;
}

int ev_rows_fail(const struct ev_rows *r, size_t i, const char *fmt, ...)
{
	struct ev_buf message = EV_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	ev_buf_vaddf(&message, fmt, ap);
	va_end(ap);
	ev_rows_fail_at(r, EV_EINVALID,
			r->several_lines ? r->lines[i] : r->line,
			r->fields[i].column, "%s", message.ptr);
	ev_buf_release(&message);
	return EV_EINVALID;
}

int ev_rows_whole_line(struct ev_rows *r, size_t *n, bool *lf)
{
	size_t looked = 0, have;
	const char *p, *found;
	int ret;

	for (;;) {
		p = r->block + r->at;
		have = r->end - r->at;
		found = have > looked ? memchr(p + looked, '\n',
					       have - looked) : NULL;
		if (found || r->eof)
			break;
		looked = have;
		ret = ev_rows_fill(r);
		if (ret < 0)
			return ret;
	}
	*lf = found != NULL;
	*n = found ? (size_t)(found - p) : have;
	if (*n > EV_ROWS_MAX_LINE)
		return ev_rows_fail_long(r, r->line, 1, "row",
					 EV_ROWS_MAX_LINE);
	return 0;
}

int ev_rows_text_check(const struct ev_rows *r, size_t n)
{
	const char *p = r->block + r->at;
	unsigned char c;
	size_t bad, i;

	if (ev_rows_is_plain(p, n))
		return 0;
	for (i = 0; i < n; i++) {
		c = (unsigned char)p[i];
		if (c >= 0x20 || c == '\t' || c == '\n' || c == '\r')
			continue;
		if (c)
			ev_rows_fail_byte(r, i, "control character U+%04X", c);
		else
			ev_rows_fail_byte(r, i, "NUL in the text");
		ev_error_hint("LC_ALL=C tr -d '\\%03o' <'%s' >NEW", c,
			      r->name);
		return EV_EINVALID;
	}
	if (!ev_utf8_valid(p, n, &bad)) {
		ev_rows_fail_byte(r, bad, "invalid UTF-8 (byte 0x%02x)",
				  (unsigned char)p[bad]);
		ev_error_hint("iconv -f WINDOWS-1252 -t UTF-8 '%s'", r->name);
		return EV_EINVALID;
	}
	return 0;
}
