#include "base/compat.h"
#include "data/rows_internal.h"

#include "base/error.h"
#include "data/text.h"

/* What a careful reading of a row knows. */
struct reading {
	size_t p;			/* offset in the row */
	size_t line_start;
	uint64_t line;
	size_t n;			/* fields */
	bool doubled;			/* some field has "" in it */
	bool starved;			/* the block ends within the row */
};

static int fail_here(const struct ev_rows *r, size_t offset,
		     const char *what, const char *hint)
{
	ev_rows_fail_byte(r, offset, "%s", what);
	if (hint)
		ev_error_hint("%s", hint);
	return EV_EINVALID;
}

/* Behind the closing quote; in between, count lines. */
static int quoted_end(struct ev_rows *r, struct reading *s,
		      struct ev_rows_field *f)
{
	const char *row = r->block + r->at, *q, *lf;
	size_t n = r->end - r->at, from = s->p + 1, start = s->p;

	for (;;) {
		q = from < n ? memchr(row + from, '"', n - from) : NULL;
		if (!q || ((size_t)(q - row) + 1 == n && !r->eof)) {
			s->starved = !r->eof;
			return s->starved ? 0 :
			       fail_here(r, start, "quote is never closed",
					 "close it; a quote within a quoted "
					 "field is written twice");
		}
		from = (size_t)(q - row) + 1;
		if (from == n || row[from] != '"')
			break;
		s->doubled = true;
		from++;
	}
	f->text = row + start + 1;
	f->len = from - 1 - (start + 1);
	f->quoted = true;
	while ((lf = memchr(row + s->p, '\n', from - s->p))) {
		s->line++;
		s->p = s->line_start = (size_t)(lf - row) + 1;
	}
	s->p = from;
	return 0;
}

static int plain_end(struct ev_rows *r, struct reading *s,
		     struct ev_rows_field *f)
{
	const char *row = r->block + r->at;
	size_t n = r->end - r->at, p = s->p;

	while (p < n && row[p] != r->delimiter && row[p] != '\n' &&
	       row[p] != '\r' && row[p] != '"')
		p++;
	if (p == n && !r->eof) {
		s->starved = true;
		return 0;
	}
	if (p < n && row[p] == '"')
		return fail_here(r, p, "quote within a field that does not "
				 "begin with one", "put the whole field in "
				 "quotes, and write those in it twice");
	f->text = row + s->p;
	f->len = p - s->p;
	f->quoted = false;
	s->p = p;
	return 0;
}

static int read_field(struct ev_rows *r, struct reading *s)
{
	const char *row = r->block + r->at;
	struct ev_rows_field *f;
	int ret;

	ev_rows_field_room(r, s->n);
	f = &r->fields[s->n];
	f->column = (unsigned)(s->p - s->line_start) + 1;
	r->lines[s->n] = s->line;
	if (s->p < r->end - r->at && row[s->p] == '"')
		ret = quoted_end(r, s, f);
	else
		ret = plain_end(r, s, f);
	if (ret < 0 || s->starved)
		return ret;
	if (f->len > EV_ROWS_MAX_FIELD)
		return ev_rows_fail_long(r, r->lines[s->n], f->column, "field",
					 EV_ROWS_MAX_FIELD);
	s->n++;
	return 0;
}

/* 1 if a field follows, 0 if the row ends; p is then behind it. */
static int after_field(struct ev_rows *r, struct reading *s)
{
	const char *row = r->block + r->at;
	size_t n = r->end - r->at;

	if (s->p == n && !r->eof) {
		s->starved = true;
		return 0;
	}
	if (s->p == n)
		return 0;
	if (row[s->p] == r->delimiter) {
		s->p++;
		return 1;
	}
	if (row[s->p] == '\n') {
		s->p++;
		return 0;
	}
	if (row[s->p] != '\r')
		return fail_here(r, s->p, "text behind the closing quote",
				 "a quote within a quoted field is written "
				 "twice");
	if (s->p + 1 == n && !r->eof) {
		s->starved = true;
		return 0;
	}
	if (s->p + 1 == n || row[s->p + 1] != '\n')
		return fail_here(r, s->p, "carriage return without a line "
				 "feed", "end lines in LF or CRLF");
	s->p += 2;
	return 0;
}

static int fail_long(const struct ev_rows *r, const struct reading *s)
{
	ev_rows_fail_at(r, EV_EINVALID, s->line, s->p - s->line_start + 1,
			"row has more fields than the header, which has %zu",
			r->n);
	ev_error_hint("put a field that has the separator in it in quotes");
	return EV_EINVALID;
}

/* The row as it stands in the block; nothing is changed yet. */
static int read_careful(struct ev_rows *r, struct reading *s)
{
	int more;

	memset(s, 0, sizeof(*s));
	s->line = r->line;
	do {
		if (r->n && s->n == r->n)
			return fail_long(r, s);
		more = read_field(r, s);
		if (more < 0 || s->starved)
			return more;
		more = after_field(r, s);
		if (more < 0 || s->starved)
			return more;
		if (s->n == EV_ROWS_MAX_COLUMNS && more)
			return ev_rows_fail_columns(r);
	} while (more);
	return 0;
}

/* Fields with doubled quotes, in their place. */
static void undouble(struct ev_rows_field *f)
{
	char *to = (char *)(uintptr_t)f->text, *p = to, *end = to + f->len, *q;

	while ((q = memchr(p, '"', (size_t)(end - p)))) {
		memmove(to, p, (size_t)(q + 1 - p));
		to += q + 1 - p;
		p = q + 2;
	}
	memmove(to, p, (size_t)(end - p));
	f->len = (size_t)(to + (end - p) - f->text);
}

static int fail_short(const struct ev_rows *r, const struct reading *s)
{
	const struct ev_rows_field *last = &r->fields[s->n - 1];

	if (s->n == 1 && !last->len && !last->quoted)
		return ev_rows_fail_empty(r);
	ev_rows_fail_at(r, EV_EINVALID, r->lines[s->n - 1], last->column,
			"row ends with field %zu, the header has %zu", s->n,
			r->n);
	ev_error_hint("sed -n '%llup' '%s'", (unsigned long long)r->line,
		      r->name);
	return EV_EINVALID;
}

static int careful(struct ev_rows *r)
{
	struct reading s;
	size_t i;
	int ret;

	for (;;) {
		ret = read_careful(r, &s);
		if (ret < 0)
			return ret;
		if (!s.starved)
			break;
		ret = ev_rows_fill(r);
		if (ret < 0)
			return ret;
	}
	if (s.p > EV_ROWS_MAX_LINE + 2)
		return ev_rows_fail_long(r, r->line, 1, "row",
					 EV_ROWS_MAX_LINE);
	ret = ev_rows_text_check(r, s.p);
	if (!ret && r->n && s.n < r->n)
		ret = fail_short(r, &s);
	if (ret < 0)
		return ret;
	for (i = 0; s.doubled && i < s.n; i++)
		if (r->fields[i].quoted)
			undouble(&r->fields[i]);
	r->several_lines = s.line != r->line;
	r->next_line = s.line + 1;
	r->row = s.p;
	return (int)s.n;
}

int ev_rows_csv_next(struct ev_rows *r)
{
	size_t n, text;
	bool lf;
	int ret;

	ret = ev_rows_whole_line(r, &n, &lf);
	if (ret < 0 || (!n && !lf))
		return ret;
	text = n && lf && r->block[r->at + n - 1] == '\r' ? n - 1 : n;
	if (ev_rows_split(r, text)) {
		r->row = n + lf;
		r->next_line++;
		return 1;
	}
	ret = careful(r);
	return ret < 0 ? ret : 1;
}

/* One column, and in its name what other tables are separated by. */
static int fail_separator(const struct ev_rows *r)
{
	const char *name = r->names[0];
	const char *what = strchr(name, ';') ? ";" : strchr(name, '\t') ?
			   "tabs" : strchr(name, ',') ? "commas" : NULL;

	if (r->n > 1 || !what || r->fields[0].quoted)
		return 0;
	if (*what == ';') {
		ev_rows_fail_at(r, EV_EINVALID, 1, 1, "fields are separated "
				"by ';'");
		ev_error_hint("write it with ',' between fields and '.' in "
			      "numbers");
		return EV_EINVALID;
	}
	ev_rows_fail_at(r, EV_EINVALID, 1, 1, "fields are separated by %s",
			what);
	ev_error_hint("its format is %s", *what == 't' ? "tsv" : "csv");
	return EV_EINVALID;
}

int ev_rows_csv_header(struct ev_rows *r)
{
	size_t i, again;
	int n, ret;

	n = careful(r);
	if (n < 0)
		return n;
	for (i = 0; i < (size_t)n; i++) {
		if (!r->fields[i].len) {
			ev_rows_fail(r, i, "column %zu has no name", i + 1);
			ev_error_hint("name each column in the first line");
			return EV_EINVALID;
		}
		ret = ev_rows_name_add(r, r->fields[i].text,
				       r->fields[i].len);
		if (ret < 0)
			return ret;
	}
	if (ev_rows_names_sort(r, &again))
		return fail_separator(r);
	ev_rows_fail(r, again, "second column '%.*s'",
		     ev_text_clip(r->names[again], strlen(r->names[again])),
		     r->names[again]);
	ev_error_hint("rename one of them");
	return EV_EINVALID;
}
