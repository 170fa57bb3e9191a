#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "data/rows.h"

/* Texts with their length, so that NUL can stand in them. */
#define T(s) s, sizeof(s) - 1

static int read_all(const char *text, size_t n, const char *name)
{
	const struct ev_rows_field *f;
	char *copy = ev_malloc(n);
	struct ev_rows *r;
	int ret;

	/* An exact copy: a sanitizer then sees every byte past its end. */
	memcpy(copy, text, n);
	ev_error_clear();
	ret = ev_rows_open_memory(&r, copy, n, name, EV_ROWS_GUESS);
	while (!ret && (ret = ev_rows_next(r, &f)) > 0)
		ret = 0;
	ev_rows_close(r);
	free(copy);
	return ret;
}

struct refusal {
	const char *text;
	size_t n;
	const char *message;		/* behind the file's name */
	const char *hint;		/* its beginning */
};

static void check(const struct refusal *c, const char *name)
{
	const struct ev_error *e;
	struct ev_buf wanted = EV_BUF_INIT;

	assert_int_equal(read_all(c->text, c->n, name), EV_EINVALID);
	e = ev_error_last();
	ev_buf_addf(&wanted, "%s:%s", name, c->message);
	assert_string_equal(e->message, wanted.ptr);
	if (strncmp(e->hints, c->hint, strlen(c->hint)))
		fail_msg("%s: hint '%s'", c->message, e->hints);
	ev_buf_release(&wanted);
}

static void bad_csv_is_refused_with_its_place_and_a_way_out(void **state)
{
	static const struct refusal cases[] = {
		{ T(""), "1:1: table is empty", "name the columns" },
		{ T("\n1\n"), "1:1: column 1 has no name", "name each column" },
		{ T("a,\"\",b\n"), "1:3: column 2 has no name",
		  "name each column" },
		{ T("a,b,\n"), "1:5: column 3 has no name",
		  "name each column" },
		{ T("a,b,c,b\n"), "1:7: second column 'b'", "rename one" },
		{ T("\xef\xbb\xbf" "a,b\n"),
		  "1:1: byte order mark before the first line",
		  "sed -i '1s/^\\xef\\xbb\\xbf//' 't.csv'" },
		{ T("\xff\xfe" "a\0,\0"), "1:1: text is UTF-16, not UTF-8",
		  "iconv -f UTF-16 -t UTF-8 't.csv'" },
		{ T("\xfe\xff" "\0a\0,"), "1:1: text is UTF-16, not UTF-8",
		  "iconv -f UTF-16 -t UTF-8 't.csv'" },
		{ T("a\0,\0b\0\n\0"), "1:2: NUL in the text",
		  "LC_ALL=C tr -d '\\000' <" },
		{ T("a,b\n1,\0\n"), "2:3: NUL in the text",
		  "LC_ALL=C tr -d '\\000' <" },
		{ T("a,b\n\"1\n\0\",2\n"), "3:1: NUL in the text",
		  "LC_ALL=C tr -d '\\000' <" },
		{ T("a,b\n1,\x01\n"), "2:3: control character U+0001",
		  "LC_ALL=C tr -d '\\001' <" },
		{ T("a,b\n1,Jos\xe9\n"),
		  "2:6: invalid UTF-8 (byte 0xe9)",
		  "iconv -f WINDOWS-1252 -t UTF-8 't.csv'" },
		{ T("a,b\n\"x\n\",Jos\xe9\n"),
		  "3:6: invalid UTF-8 (byte 0xe9)", "iconv" },
		{ T("a,b,c\n1,2,3\n4,5\n"),
		  "3:3: row ends with field 2, the header has 3",
		  "sed -n '3p' 't.csv'" },
		{ T("a,b\n1,2,3\n"),
		  "2:5: row has more fields than the header, which has 2",
		  "put a field that has" },
		{ T("a,b\n1,2,\n"),
		  "2:5: row has more fields than the header, which has 2",
		  "put a field that has" },
		{ T("a,b\n1,2\n\n3,4\n"), "3:1: empty line",
		  "sed -i '3d' 't.csv'" },
		{ T("a,b\n1,2\n\n"), "3:1: empty line",
		  "sed -i '3d' 't.csv'" },
		{ T("a,b\n1,\"2\n3,4\n"), "2:3: quote is never closed",
		  "close it" },
		{ T("a,b\n1,\""), "2:3: quote is never closed", "close it" },
		{ T("a,b\n1,2\"3\n"),
		  "2:4: quote within a field that does not begin with one",
		  "put the whole field in quotes" },
		{ T("a,b\n\"1\"x,2\n"),
		  "2:4: text behind the closing quote", "a quote within" },
		{ T("a,b\n\"1\" ,2\n"),
		  "2:4: text behind the closing quote", "a quote within" },
		{ T("a,b\n\"\"1\"\",2\n"),
		  "2:3: text behind the closing quote", "a quote within" },
		{ T("a,b\n\"1,\"2\n"),
		  "2:5: text behind the closing quote", "a quote within" },
		{ T("a,b\n1\",\"2\n"),
		  "2:2: quote within a field that does not begin with one",
		  "put the whole field in quotes" },
		{ T("a,b\r1,2\r"), "1:4: carriage return without a line feed",
		  "end lines in LF or CRLF" },
		{ T("a,b\n1\r2,3\n"), "2:2: carriage return without a line "
		  "feed", "end lines in LF or CRLF" },
		{ T("a,b\n1,2\r"), "2:4: carriage return without a line feed",
		  "end lines in LF or CRLF" },
		{ T("a;b\n1;2\n"), "1:1: fields are separated by ';'",
		  "write it with ','" },
		{ T("a\tb\n1\t2\n"), "1:1: fields are separated by tabs",
		  "its format is tsv" },
		{ T("PAR1\x15\x04"), "1:1: file is a Parquet file",
		  "write it as CSV" },
		{ T("PK\x03\x04\x14\0"), "1:1: file is a ZIP file or a "
		  "workbook", "write it as CSV" },
	};
	static const struct refusal tabs = {
		T("a,b\n1,2\n"), "1:1: fields are separated by commas",
		"its format is csv"
	};
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++)
		check(&cases[i], "t.csv");
	check(&tabs, "t.tsv");
}

static void bad_json_lines_are_refused_with_their_place(void **state)
{
	static const struct refusal cases[] = {
		{ T(""), "1:1: table is empty", "write an object a line" },
		{ T("\n"), "1:1: empty line", "sed -i '1d' 't.jsonl'" },
		{ T("{\"a\":1}\n\n{\"a\":1}\n"), "2:1: empty line",
		  "sed -i '2d' 't.jsonl'" },
		{ T("{}\n"), "1:1: object without members", "sed -n '" },
		{ T("[1]\n"), "1:1: expected an object in braces, not '['",
		  "sed -n '" },
		{ T("{\"a\":1,\"a\":2}\n"), "1:8: second member 'a'",
		  "keep one" },
		{ T("{\"\":1}\n"), "1:2: name is empty", "sed -n '" },
		{ T("{\"a\":1}\n{\"a\":1,\"a\":2}\n"),
		  "2:8: second member 'a'", "keep one" },
		{ T("{\"a\":1,\"b\":2}\n{\"b\":1}\n"),
		  "2:8: line lacks the first line's member 'a'",
		  "write null where" },
		{ T("{\"a\":1}\n{}\n"),
		  "2:3: line lacks the first line's member 'a'",
		  "write null where" },
		{ T("{\"score\":1}\n{\"scorre\":1}\n"),
		  "2:2: member 'scorre' is not in the first line",
		  "did you mean 'score'?" },
		{ T("{\"a\":{\"b\":1}}\n"), "1:6: nested value",
		  "one flat object a line" },
		{ T("{\"a\":1}\n{\"a\":[1]}\n"), "2:6: nested value",
		  "one flat object a line" },
		{ T("{\"a\":01}\n"), "1:6: number with a leading zero",
		  "sed -n '" },
		{ T("{\"a\":+1}\n"), "1:6: expected a string, a number, true, "
		  "false or null, not '+'", "sed -n '" },
		{ T("{\"a\":NaN}\n"), "1:6: expected a string, a number, "
		  "true, false or null, not 'N'", "sed -n '" },
		{ T("{\"a\":nul}\n"), "1:6: expected a string, a number, "
		  "true, false or null, not 'n'", "sed -n '" },
		{ T("{\"a\":truex}\n"), "1:10: expected ',' or '}', not 'x'",
		  "sed -n '" },
		{ T("{\"a\":"), "1:6: expected a string, a number, true, false "
		  "or null before the end of the line", "sed -n '" },
		{ T("{\"a\":1,}\n"), "1:8: expected a name in double quotes, "
		  "not '}'", "sed -n '" },
		{ T("{\"a\" 1}\n"), "1:6: expected ':' after the name, "
		  "not '1'", "sed -n '" },
		{ T("{\"a\":1} x\n"), "1:9: expected the end of the line, "
		  "not 'x'", "sed -n '" },
		{ T("{\"a\":1"), "1:7: expected ',' or '}' before the end of "
		  "the line", "sed -n '" },
		{ T("{\"a\":\"x\n\"}\n"), "1:6: string is never closed",
		  "sed -n '" },
		{ T("{\"a\":\"x\\"), "1:6: string is never closed",
		  "sed -n '" },
		{ T("{\"a\":\"\\q\"}\n"), "1:7: unknown escape in a string",
		  "sed -n '" },
		{ T("{\"a\":\"\\u001b[0m\"}\n"),
		  "1:6: control character in the string", "sed -n '" },
		{ T("{\"a\":\"\\u0000\"}\n"), "1:7: NUL in a string",
		  "sed -n '" },
		{ T("{\"a\":\"\0\"}\n"), "1:7: NUL in the text",
		  "LC_ALL=C tr -d '\\000' <" },
		{ T("{\"a\":\"\t\"}\n"), "1:7: control character in the string",
		  "sed -n '" },
		{ T("{\"a\":\"\xe9\"}\n"), "1:7: invalid UTF-8 (byte 0xe9)",
		  "iconv" },
		{ T("\xef\xbb\xbf{\"a\":1}\n"),
		  "1:1: byte order mark before the first line", "sed -i" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++)
		check(&cases[i], "t.jsonl");
}

static void is_limit(struct ev_buf *text, const char *name,
		     const char *message)
{
	assert_int_equal(read_all(text->ptr, text->len, name), EV_ELIMIT);
	assert_string_equal(ev_error_last()->message, message);
	ev_buf_clear(text);
}

static void add_many(struct ev_buf *text, char c, size_t n)
{
	memset(ev_buf_reserve(text, n), c, n);
	ev_buf_setlen(text, text->len + n);
}

static void what_is_too_long_is_refused_before_it_is_held(void **state)
{
	struct ev_buf text = EV_BUF_INIT;
	size_t i;

	(void)state;
	ev_buf_adds(&text, "a\nx\n");
	add_many(&text, 'x', EV_ROWS_MAX_FIELD + 1);
	is_limit(&text, "t.csv", "t.csv:3:1: field is longer than 1048576 "
		 "bytes");
	ev_buf_adds(&text, "a\n");
	add_many(&text, 'x', EV_ROWS_MAX_FIELD);
	assert_int_equal(read_all(text.ptr, text.len, "t.csv"), 0);
	ev_buf_clear(&text);
	ev_buf_adds(&text, "a\n");
	add_many(&text, 'x', EV_ROWS_MAX_LINE + EV_ROWS_MAX_FIELD);
	is_limit(&text, "t.csv", "t.csv:2:1: row is longer than 16777216 "
		 "bytes");
	ev_buf_adds(&text, "a\n\"");
	add_many(&text, '\n', EV_ROWS_MAX_LINE + EV_ROWS_MAX_FIELD);
	is_limit(&text, "t.csv", "t.csv:2:1: row is longer than 16777216 "
		 "bytes");
	ev_buf_adds(&text, "{\"a\":\"");
	add_many(&text, 'x', EV_ROWS_MAX_FIELD + 1);
	ev_buf_adds(&text, "\"}\n");
	is_limit(&text, "t.jsonl", "t.jsonl:1:6: field is longer than 1048576 "
		 "bytes");
	for (i = 0; i <= EV_ROWS_MAX_COLUMNS; i++)
		ev_buf_addf(&text, "%sc%zu", i ? "," : "", i);
	is_limit(&text, "t.csv", "t.csv:1:1: more than 4096 columns");
	for (i = 0; i <= EV_ROWS_MAX_COLUMNS; i++)
		ev_buf_addf(&text, "%s\"c%zu\":0", i ? "," : "{", i);
	ev_buf_adds(&text, "}\n");
	is_limit(&text, "t.jsonl", "t.jsonl:1:1: more than 4096 columns");
	ev_buf_release(&text);
}

static void as_many_columns_as_allowed_may_be_in_any_order(void **state)
{
	struct ev_buf text = EV_BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ROWS_MAX_COLUMNS; i++)
		ev_buf_addf(&text, "%s\"c%zu\":0", i ? "," : "{", i);
	ev_buf_adds(&text, "}\n{");
	for (i = EV_ROWS_MAX_COLUMNS; i-- > 0;)
		ev_buf_addf(&text, "\"c%zu\":0%s", i, i ? "," : "}");
	assert_int_equal(read_all(text.ptr, text.len, "t.jsonl"), 0);
	ev_buf_release(&text);
}

/* What a row of the table says of the field "x" in its only column. */
static void number_fails(const char *field, const char *message,
			 const char *hint)
{
	const struct ev_rows_field *f;
	struct ev_buf text = EV_BUF_INIT;
	struct ev_rows *r;
	double x;

	ev_buf_addf(&text, "id,x\n1,%s\n", field);
	assert_int_equal(ev_rows_open_memory(&r, text.ptr, text.len, "t.csv",
					     EV_ROWS_CSV), 0);
	assert_int_equal(ev_rows_next(r, &f), 1);
	assert_int_equal(ev_rows_double(&x, r, 1), EV_EINVALID);
	assert_string_equal(ev_error_last()->message, message);
	assert_string_equal(ev_error_last()->hints, hint);
	ev_rows_close(r);
	ev_buf_release(&text);
}

static void a_text_that_is_no_number_is_told_where_and_how(void **state)
{
	static const char like[] = "write it like -12.5e-3, or nothing if "
				   "there is none\n";

	(void)state;
	number_fails("0x1p3", "t.csv:2:3: '0x1p3' in column 'x' is no number",
		     like);
	number_fails("inf", "t.csv:2:3: 'inf' in column 'x' is no number",
		     like);
	number_fails("", "t.csv:2:3: '' in column 'x' is no number", like);
	number_fails("\"0,5\"", "t.csv:2:3: '0,5' in column 'x' is no number",
		     "write 0.5: decimals have a point\n");
	number_fails("\"1,000.5\"",
		     "t.csv:2:3: '1,000.5' in column 'x' is no number", like);
	number_fails("1e309", "t.csv:2:3: '1e309' in column 'x' is too large",
		     "the largest number is 1.7976931348623157e308\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			bad_csv_is_refused_with_its_place_and_a_way_out),
		cmocka_unit_test(bad_json_lines_are_refused_with_their_place),
		cmocka_unit_test(what_is_too_long_is_refused_before_it_is_held),
		cmocka_unit_test(
			as_many_columns_as_allowed_may_be_in_any_order),
		cmocka_unit_test(
			a_text_that_is_no_number_is_told_where_and_how),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
