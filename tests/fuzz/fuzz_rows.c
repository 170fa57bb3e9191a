/*
 * Any bytes as a table, of which the first chooses the format: no fault, each
 * field lies where it says, rows read the same when they are written anew or
 * lie across two blocks, and numbers are strtod's.
 */
#include "base/compat.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "data/rows.h"

#define BLOCK ((size_t)256 << 10)
#define CHOICES 3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All fields, each ended by NUL, and how many rows. */
struct table {
	struct ev_buf fields;
	size_t columns, rows;
};

static void check_number(const struct ev_rows_field *f)
{
	static const char letters[] = "+-.0123456789eE";
	double mine = 0, theirs;
	char *copy, *end;
	size_t i;
	bool ok;

	for (i = 0; i < f->len; i++)
		if (!strchr(letters, f->text[i]))
			break;
	ok = ev_parse_double(&mine, f->text, f->len);
	if (i < f->len) {
		if (ok)
			abort();
		return;
	}
	copy = ev_strndup(f->text, f->len);
	theirs = strtod(copy, &end);
	if (ok != (end != copy && !*end && theirs - theirs == 0))
		abort();
	if (ok && memcmp(&mine, &theirs, sizeof(mine)))
		abort();
	free(copy);
}

/* The field's first byte is where the last error says. */
static void check_place(const struct ev_rows *r, size_t i,
			const struct ev_rows_field *f, const char *text,
			size_t n)
{
	const char *end = text + n, *p = text, *lf;
	unsigned long long line, column;

	ev_rows_fail(r, i, "here");
	if (sscanf(ev_error_last()->message, "f:%llu:%llu: here", &line,
		   &column) != 2)
		abort();
	for (; line > 1; line--) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (!lf)
			abort();
		p = lf + 1;
	}
	if (column - 1 > (size_t)(end - p) || column != f->column)
		abort();
	p += column - 1;
	if (f->quoted ? *p != '"' : (size_t)(end - p) < f->len ||
	    memcmp(p, f->text, f->len))
		abort();
}

static void check_field(const struct ev_rows *r, size_t i,
			const struct ev_rows_field *f, const char *text,
			size_t n)
{
	if (f->len > EV_ROWS_MAX_FIELD || memchr(f->text, 0, f->len) ||
	    !ev_utf8_valid(f->text, f->len, NULL))
		abort();
	check_number(f);
	/* What was inflated has no text to look into. */
	if (n >= 2 && !memcmp(text, "\x1f\x8b", 2))
		return;
	check_place(r, i, f, text, n);
}

static int read_table(struct table *out, const char *text, size_t n,
		      enum ev_rows_format format, bool check)
{
	const struct ev_rows_field *f;
	struct ev_rows *r;
	char digest[65];
	size_t i;
	int ret;

	memset(out, 0, sizeof(*out));
	ev_buf_init(&out->fields);
	ret = ev_rows_open_memory(&r, text, n, "f", format);
	if (ret < 0)
		return ret;
	ev_rows_limit(r, 100000, 16 << 20);
	out->columns = ev_rows_columns(r);
	for (i = 0; i < out->columns; i++) {
		if (ev_rows_find(r, ev_rows_column_name(r, i)) !=
		    (ptrdiff_t)i)
			abort();
		ev_buf_adds(&out->fields, ev_rows_column_name(r, i));
		ev_buf_addc(&out->fields, 0);
	}
	while ((ret = ev_rows_next(r, &f)) > 0) {
		out->rows++;
		for (i = 0; i < out->columns; i++) {
			if (check)
				check_field(r, i, &f[i], text, n);
			ev_buf_add(&out->fields, f[i].text, f[i].len);
			ev_buf_addc(&out->fields, 0);
		}
	}
	if (!ret && ev_rows_digest(digest, r) < 0)
		abort();
	ev_rows_close(r);
	return ret;
}

static void check_error(int ret)
{
	const struct ev_error *e = ev_error_last();
	unsigned long long line, column;

	if (e->code != ret || (ret != EV_EINVALID && ret != EV_ELIMIT) ||
	    sscanf(e->message, "f:%llu:%llu: ", &line, &column) != 2 ||
	    !line || !column)
		abort();
}

/* As CSV with all in quotes; rows behind the first may be pushed on. */
static void write_table(struct ev_buf *out, const struct table *t,
			size_t push)
{
	const char *p = t->fields.ptr;
	size_t i, row, k, more;

	for (row = 0; row <= t->rows; row++) {
		for (i = 0; i < t->columns; i++) {
			ev_buf_adds(out, i ? ",\"" : "\"");
			for (; *p; p++)
				ev_buf_adds(out, *p == '"' ? "\"\"" :
					    (char[]){ *p, 0 });
			p++;
			ev_buf_addc(out, '"');
		}
		ev_buf_adds(out, row & 1 ? "\r\n" : "\n");
		if (row)
			continue;
		/* Rows of nothing but one long field. */
		while (out->len + t->columns < push) {
			more = push - out->len - t->columns;
			more = more < 50000 ? more : 50000;
			for (k = 0; k < more; k++)
				ev_buf_addc(out, 'x');
			for (i = 1; i < t->columns; i++)
				ev_buf_addc(out, ',');
			ev_buf_addc(out, '\n');
		}
	}
}

static void check_again(const struct table *t, size_t push)
{
	struct ev_buf text = EV_BUF_INIT;
	struct table other;
	size_t head = 0, i, tail;

	write_table(&text, t, push);
	if (read_table(&other, text.ptr, text.len, EV_ROWS_CSV, false) < 0 ||
	    other.columns != t->columns || other.rows < t->rows)
		abort();
	for (i = 0; i < t->columns; i++)
		head += strlen(t->fields.ptr + head) + 1;
	tail = t->fields.len - head;
	if (other.fields.len < t->fields.len ||
	    memcmp(other.fields.ptr, t->fields.ptr, head) ||
	    memcmp(other.fields.ptr + other.fields.len - tail,
		   t->fields.ptr + head, tail))
		abort();
	ev_buf_release(&other.fields);
	ev_buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum ev_rows_format formats[CHOICES] = {
		EV_ROWS_CSV, EV_ROWS_TSV, EV_ROWS_JSONL
	};
	const char *text = (const char *)data + 1;
	struct table t;
	size_t n;
	int ret;

	if (!size)
		return 0;
	n = size - 1;
	ret = read_table(&t, text, n, formats[data[0] % CHOICES], true);
	if (ret < 0) {
		check_error(ret);
	} else if (t.fields.len < BLOCK / 4) {
		check_again(&t, 0);
		/* The first block ends somewhere in the rows. */
		if (t.columns < 100 && data[0] > 'm')
			check_again(&t, BLOCK - n * (size_t)(data[0] - 'm') /
				    (256 - 'm'));
	}
	ev_buf_release(&t.fields);
	return 0;
}
