#include "base/compat.h"
#include "data/rows_internal.h"

#include "base/error.h"
#include "base/mem.h"
#include "data/text.h"

#define KEEP_ONE "keep one of them"

/* A line being read; offsets are into it. */
struct scan {
	struct ev_rows *r;
	const char *line, *p, *end;
};

static int hint_line(const struct scan *s)
{
	ev_error_hint("sed -n '%llup' '%s'", (unsigned long long)s->r->line,
		      s->r->name);
	return EV_EINVALID;
}

static int fail(const struct scan *s, const char *at, const char *what)
{
	ev_rows_fail_at(s->r, EV_EINVALID, s->r->line,
			(uint64_t)(at - s->line) + 1, "%s", what);
	return hint_line(s);
}

static int fail_wanted(const struct scan *s, const char *wanted)
{
	uint64_t column = (uint64_t)(s->p - s->line) + 1;
	const char *end = s->p + 1;

	while (end < s->end && ((unsigned char)*end & 0xc0) == 0x80)
		end++;
	if (s->p == s->end)
		ev_rows_fail_at(s->r, EV_EINVALID, s->r->line, column,
				"expected %s before the end of the line",
				wanted);
	else
		ev_rows_fail_at(s->r, EV_EINVALID, s->r->line, column,
				"expected %s, not '%.*s'", wanted,
				(int)(end - s->p), s->p);
	return hint_line(s);
}

static bool next_is(struct scan *s, char c)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' ||
				 *s->p == '\r'))
		s->p++;
	return s->p < s->end && *s->p == c;
}

static int too_long(const struct scan *s, const char *at)
{
	return ev_rows_fail_long(s->r, s->r->line,
				 (uint64_t)(at - s->line) + 1, "field",
				 EV_ROWS_MAX_FIELD);
}

static bool has_control(const char *text, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((unsigned char)text[i] < 0x20 && text[i] != '\t' &&
		    text[i] != '\n' && text[i] != '\r')
			return true;
	return false;
}

/* Escapes are undone in r->scratch, which has room for the whole line. */
static int read_string(struct scan *s, const char **text, size_t *n)
{
	const char *start = s->p + 1, *p = start, *why;
	bool escaped = false;
	char *to;
	size_t bad;

	for (; p < s->end && *p != '"'; p++) {
		if (*p == '\t' || *p == '\r')
			return fail(s, p, "control character in the string");
		if (*p != '\\')
			continue;
		escaped = true;
		if (++p == s->end)
			break;
	}
	if (p == s->end)
		return fail(s, s->p, "string is never closed");
	*text = start;
	*n = (size_t)(p - start);
	if (*n > EV_ROWS_MAX_FIELD)
		return too_long(s, s->p);
	s->p = p + 1;
	if (!escaped)
		return 0;
	to = s->r->scratch.ptr + s->r->scratch.len;
	if (!ev_json_unescape(to, n, start, &bad, &why))
		return fail(s, start + bad, why);
	if (has_control(to, *n))
		return fail(s, start - 1, "control character in the string");
	*text = to;
	s->r->scratch.len += *n;
	return 0;
}

static int read_word(struct scan *s, struct ev_rows_field *f)
{
	static const char *const words[] = { "true", "false", "null" };
	size_t left = (size_t)(s->end - s->p), i, n;

	for (i = 0; i < EV_ARRAY_SIZE(words); i++) {
		n = strlen(words[i]);
		if (n > left || memcmp(s->p, words[i], n))
			continue;
		f->text = s->p;
		f->len = i == 2 ? 0 : n;
		s->p += n;
		return 0;
	}
	return fail_wanted(s, "a string, a number, true, false or null");
}

static int read_value(struct scan *s, struct ev_rows_field *f)
{
	const char *why;

	next_is(s, 0);
	f->column = (unsigned)(s->p - s->line) + 1;
	f->quoted = s->p < s->end && *s->p == '"';
	if (f->quoted)
		return read_string(s, &f->text, &f->len);
	if (s->p < s->end && (*s->p == '{' || *s->p == '[')) {
		ev_rows_fail_at(s->r, EV_EINVALID, s->r->line, f->column,
				"nested value");
		ev_error_hint("one flat object a line: strings, numbers, true, "
			      "false and null");
		return EV_EINVALID;
	}
	if (s->p == s->end || !strchr("-0123456789", *s->p) || !*s->p)
		return read_word(s, f);
	f->text = s->p;
	f->len = ev_number_scan(s->p, (size_t)(s->end - s->p), &why);
	if (!f->len)
		return fail(s, s->p, why);
	if (f->len > EV_ROWS_MAX_FIELD)
		return too_long(s, s->p);
	s->p += f->len;
	return 0;
}

static int fail_name(const struct scan *s, const char *at, const char *name,
		     size_t n, const char *what, const char *hint)
{
	ev_rows_fail_at(s->r, EV_EINVALID, s->r->line,
			(uint64_t)(at - s->line) + 1, "%s '%.*s'", what,
			ev_text_clip(name, n), name);
	ev_error_hint("%s", hint);
	return EV_EINVALID;
}

/* Which column a name is: mostly the one after the last. */
static ptrdiff_t column_of(const struct ev_rows *r, size_t guess,
			   const char *name, size_t n)
{
	if (guess < r->n && strlen(r->names[guess]) == n &&
	    !memcmp(r->names[guess], name, n))
		return (ptrdiff_t)guess;
	return ev_rows_lookup(r, name, n);
}

static int unknown_member(const struct scan *s, const char *at,
			  const char *name, size_t n)
{
	char *copy = ev_strndup(name, n);
	const char *near = ev_rows_closest(s->r, copy);

	free(copy);
	ev_rows_fail_at(s->r, EV_EINVALID, s->r->line,
			(uint64_t)(at - s->line) + 1,
			"member '%.*s' is not in the first line",
			ev_text_clip(name, n), name);
	if (near)
		ev_error_hint("did you mean '%s'?", near);
	else
		ev_error_hint("write it in every line, null where there is "
			      "no value");
	return EV_EINVALID;
}

/* The member that begins here, into its field; i is its number. */
static int read_member(struct scan *s, size_t i, bool header)
{
	struct ev_rows *r = s->r;
	const char *at, *name;
	ptrdiff_t column;
	size_t n;
	int ret;

	if (!next_is(s, '"'))
		return fail_wanted(s, "a name in double quotes");
	at = s->p;
	ret = read_string(s, &name, &n);
	if (ret < 0)
		return ret;
	if (header) {
		if (!n)
			return fail(s, at, "name is empty");
		ret = ev_rows_name_add(r, name, n);
		if (ret < 0)
			return ret;
		ev_rows_field_room(r, i);
		r->lines[i] = (uint64_t)(at - s->line);
		column = (ptrdiff_t)i;
	} else {
		column = column_of(r, i, name, n);
		if (column < 0)
			return unknown_member(s, at, name, n);
		if (r->seen[column] == r->rows + 1)
			return fail_name(s, at, name, n,
					 "second member", KEEP_ONE);
		r->seen[column] = r->rows + 1;
	}
	if (!next_is(s, ':'))
		return fail_wanted(s, "':' after the name");
	s->p++;
	return read_value(s, &r->fields[column]);
}

static int missing_member(const struct scan *s)
{
	const struct ev_rows *r = s->r;
	size_t i;

	for (i = 0; r->seen[i] == r->rows + 1; i++)
		;
	return fail_name(s, s->end, r->names[i], strlen(r->names[i]),
			 "line lacks the first line's member",
			 "write null where there is no value");
}

static int read_object(struct scan *s, bool header)
{
	size_t i = 0;
	int ret;

	if (!next_is(s, '{'))
		return fail_wanted(s, "an object in braces");
	do {
		s->p++;
		if (!i && next_is(s, '}'))
			break;
		ret = read_member(s, i, header);
		if (ret < 0)
			return ret;
		i++;
	} while (next_is(s, ','));
	if (!next_is(s, '}'))
		return fail_wanted(s, "',' or '}'");
	s->p++;
	next_is(s, 0);
	if (s->p < s->end)
		return fail_wanted(s, "the end of the line");
	if (header && !i)
		return fail(s, s->line, "object without members");
	return !header && i < s->r->n ? missing_member(s) : 0;
}

static int read_line(struct ev_rows *r, bool header)
{
	struct scan s = { .r = r };
	size_t n, i;
	bool lf;
	int ret;

	ret = ev_rows_whole_line(r, &n, &lf);
	if (ret < 0 || (!n && !lf))
		return ret;
	s.line = s.p = r->block + r->at;
	s.end = s.line + n;
	ret = ev_rows_text_check(r, n);
	if (ret < 0)
		return ret;
	for (i = 0; i < n && (s.line[i] == ' ' || s.line[i] == '\r'); i++)
		;
	if (i == n)
		return ev_rows_fail_empty(r);
	ev_buf_clear(&r->scratch);
	if (memchr(s.line, '\\', n))
		ev_buf_reserve(&r->scratch, n);
	ret = read_object(&s, header);
	r->row = n + lf;
	return ret < 0 ? ret : 1;
}

int ev_rows_json_header(struct ev_rows *r)
{
	size_t again;
	int ret;

	ret = read_line(r, true);
	if (ret < 0)
		return ret;
	if (!ev_rows_names_sort(r, &again)) {
		ev_rows_fail_at(r, EV_EINVALID, 1, r->lines[again] + 1,
				"second member '%.*s'",
				ev_text_clip(r->names[again],
					     strlen(r->names[again])),
				r->names[again]);
		ev_error_hint(KEEP_ONE);
		return EV_EINVALID;
	}
	r->seen = ev_calloc(r->n, sizeof(*r->seen));
	/* It is a row as well. */
	r->row = 0;
	return 0;
}

int ev_rows_json_next(struct ev_rows *r)
{
	int ret = read_line(r, false);

	if (ret > 0)
		r->next_line++;
	return ret;
}
