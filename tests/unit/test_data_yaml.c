#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "data/json.h"
#include "data/yaml.h"

#define T(s) s, sizeof(s) - 1

/* Read an exact copy: a sanitizer then sees every byte past its end. */
static int read_copy(struct ev_value **out, const char *text, size_t n)
{
	char *copy = ev_malloc(n);
	int ret;

	memcpy(copy, text, n);
	ret = ev_yaml_read(out, "f.yaml", copy, n);
	free(copy);
	return ret;
}

static struct ev_value *must_read(const char *text, size_t n)
{
	struct ev_value *v;

	if (read_copy(&v, text, n) < 0)
		fail_msg("%s: %s", text, ev_error_last()->message);
	return v;
}

static void refusals_name_the_place_and_the_reason(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		const char *message;
	} cases[] = {
		/* what the subset leaves out */
		{ T("a: 1\nb: 2\na: 3\n"),
		  "3:1: duplicate key 'a', first at 1:1" },
		{ T("a: {b: 1, 'b': 2}\n"),
		  "1:11: duplicate key 'b', first at 1:5" },
		{ T("\xc3\xa9: 1\n\"\\u00e9\": 2\n"),
		  "2:1: duplicate key '\xc3\xa9', first at 1:1" },
		{ T("a: &x 1\n"), "1:4: anchors are not supported" },
		{ T("a: &x\n  b: 1\n"), "1:4: anchors are not supported" },
		{ T("a: &x [1]\n"), "1:4: anchors are not supported" },
		{ T("&k a: 1\n"), "1:1: anchors are not supported" },
		{ T("a: *x\n"), "1:4: aliases are not supported" },
		{ T("*x : 1\n"), "1:1: aliases are not supported" },
		{ T("a: !!str 1\n"), "1:4: tags are not supported" },
		{ T("a: ! 1\n"), "1:4: tags are not supported" },
		{ T("a: !mine {}\n"), "1:4: tags are not supported" },
		{ T("- !!set [a]\n"), "1:3: tags are not supported" },
		{ T("%TAG ! tag:x,2026:\n---\na: 1\n"),
		  "1:1: tags are not supported" },
		{ T("a:\n  <<: {b: 1}\n"),
		  "2:3: merge key '<<' is not supported" },
		{ T("a: 1\n---\nb: 2\n"), "2:1: more than one document" },
		{ T("---\n---\n"), "2:1: more than one document" },
		{ T("a: 1\n...\nb: 2\n"),
		  "3:1: expected the end of the document" },
		/* keys */
		{ T("1: a\n"), "1:1: key must be a string, not a number" },
		{ T("true: a\n"), "1:1: key must be a string, not a boolean" },
		{ T("~: a\n"), "1:1: key must be a string, not null" },
		{ T("? \n: a\n"), "1:2: key must be a string, not null" },
		{ T("{: a}\n"), "1:2: expected a value" },
		{ T("? [a, b]\n: 1\n"),
		  "1:3: key must be a string, not a list" },
		{ T("? {a: b}\n: 1\n"),
		  "1:3: key must be a string, not a map" },
		{ T("{[a]: 1}\n"), "1:2: key must be a string, not a list" },
		{ T("? |\n  a\n: 1\n"), "1:3: key must be on one line" },
		/* tabs */
		{ T("a:\n\tb: 1\n"), "2:1: tab used for indentation" },
		{ T("a:\n  \tb: 1\n"), "2:3: tab used for indentation" },
		{ T("\ta: 1\n"), "1:1: tab used for indentation" },
		{ T("a: [1,\n\t2]\n"), "2:1: tab used for indentation" },
		{ T("a: {\n  b: 1\n\t}\n"), "3:1: tab used for indentation" },
		{ T("a: x\n\ty\n"), "2:1: tab used for indentation" },
		{ T("a: |\n\tx\n"), "2:1: tab used for indentation" },
		{ T("-\ta\n"), "1:2: unexpected tab" },
		/* bytes */
		{ T("caf\xe9: 1\n"), "1:4: invalid UTF-8 (byte 0xe9)" },
		{ T("a: 1\nb: \xed\xa0\x80\n"),
		  "2:4: invalid UTF-8 (byte 0xed)" },
		{ T("\xff\xfe" "a\0:\0"),
		  "1:1: text is UTF-16 or UTF-32, not UTF-8" },
		{ T("\xfe\xff\0a\0:"),
		  "1:1: text is UTF-16 or UTF-32, not UTF-8" },
		{ T("\0\0\xfe\xff"), "1:1: NUL in the text" },
		{ T("a: b\0c\n"), "1:5: NUL in the text" },
		{ T("a: \"b\\0c\"\n"), "1:4: NUL in a string" },
		{ T("a: \x1b[0m\n"), "1:4: control character U+001B" },
		{ T("a: \x7f\n"), "1:4: control character U+007F" },
		{ T("\xc3\xa9: \xc2\x80\n"), "1:5: control character U+0080" },
		{ T("a: 1\n\xef\xbb\xbf" "b: 1\n"),
		  "2:1: byte order mark in the text" },
		/* numbers */
		{ T("a: 12345678901234567890\n"), "1:4: number is too large" },
		{ T("a: 4e10283\n"), "1:4: number is too large" },
		/* syntax */
		{ T("a: b: c\n"), "1:5: unexpected ': ' inside a value; "
		  "put the value in quotes" },
		{ T("a: @x\n"),
		  "1:4: unexpected '@'; put the value in quotes" },
		{ T("a: %x\n"),
		  "1:4: unexpected '%'; put the value in quotes" },
		{ T("a: {b: 1\n"),
		  "2:1: unexpected end of text, expected ',' or '}'" },
		{ T("a: [b"),
		  "1:6: unexpected end of text, expected ',' or ']'" },
		{ T("a: \"b"), "1:6: unexpected end of text" },
		{ T("a: 'b\nc"), "2:2: unexpected end of text" },
		{ T("a: \"\\q\"\n"), "1:5: unknown escape in a string" },
		{ T("a: 1\n b: 2\n"), "2:3: unexpected ': ' inside a value; "
		  "put the value in quotes" },
		{ T("a:\n  b: 1\n c: 2\n"),
		  "3:2: expected a key here; look at the indentation" },
		{ T("a: 1\nb\n"),
		  "3:1: unexpected end of text, expected ': ' after the key" },
		{ T("a: 1\n- b\n"),
		  "2:1: expected a key here; look at the indentation" },
		{ T("- a\nb: 1\n"),
		  "2:1: expected '- ' here; look at the indentation" },
		{ T("a: - b\n"), "1:4: unexpected '- '" },
		{ T("{\xc3\xa9: \"\xc3\xbc\" x}\n"),
		  "1:11: expected ',' or '}'" },
	};
	struct ev_value *v;
	char expected[200];
	size_t i;
	int ret;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		ret = read_copy(&v, cases[i].text, cases[i].n);
		if (ret == 0)
			fail_msg("accepted: %s", cases[i].text);
		assert_int_equal(ret, EV_EINVALID);
		assert_null(v);
		snprintf(expected, sizeof(expected), "f.yaml:%s",
			 cases[i].message);
		assert_string_equal(ev_error_last()->message, expected);
	}
}

static void accepted_text_means_what_json_says(void **state)
{
	static const struct {
		const char *yaml;
		size_t n;
		const char *json;
	} cases[] = {
		{ T(""), "null" },
		{ T("\n# nothing\n"), "null" },
		{ T("---\n"), "null" },
		{ T("--- a\n...\n"), "\"a\"" },
		{ T("%YAML 1.1\n---\na: 1\n"), "{\"a\":1}" },
		{ T("\xef\xbb\xbf" "a: 1\n"), "{\"a\":1}" },
		{ T("a:\nb: ~\nc: null\nd: Null\n"),
		  "{\"a\":null,\"b\":null,\"c\":null,\"d\":\"Null\"}" },
		{ T("[true, false, True, yes, no, on, off]"),
		  "[true,false,\"True\",\"yes\",\"no\",\"on\",\"off\"]" },
		{ T("[0, -1, 1.50, 1e5, 1E-7]"), "[0,-1,1.50,1e5,1E-7]" },
		{ T("[01, +1, .5, 1., 0x1F, 1_000, 1:30, .inf, 1.2.3]"),
		  "[\"01\",\"+1\",\".5\",\"1.\",\"0x1F\",\"1_000\",\"1:30\","
		  "\".inf\",\"1.2.3\"]" },
		{ T("['1', \"true\", '', \"~\"]"),
		  "[\"1\",\"true\",\"\",\"~\"]" },
		{ T("a: |\n  1\n  2\nb: >-\n  x\n  y\n"),
		  "{\"a\":\"1\\n2\\n\",\"b\":\"x y\"}" },
		{ T("a: |\n  x\ty\n    \tz\n"),
		  "{\"a\":\"x\\ty\\n  \\tz\\n\"}" },
		{ T("\"1\": a\n'~': b\n\"<<\": c\n\"\": d\n"),
		  "{\"1\":\"a\",\"~\":\"b\",\"<<\":\"c\",\"\":\"d\"}" },
		{ T("? a\n: b\n"), "{\"a\":\"b\"}" },
		{ T("- a\n- - b\n  - c\n- d: e\n  f: g\n"),
		  "[\"a\",[\"b\",\"c\"],{\"d\":\"e\",\"f\":\"g\"}]" },
		{ T("a: {b: {}, c: []}\n"), "{\"a\":{\"b\":{},\"c\":[]}}" },
		{ T("a: \"\\u00e9\\U0001F600\\x41\\\"\\\\\"\n"),
		  "{\"a\":\"\xc3\xa9\xf0\x9f\x98\x80" "A\\\"\\\\\"}" },
		{ T("a: b # no\nc: d#e\n"), "{\"a\":\"b\",\"c\":\"d#e\"}" },
		{ T("a: b\r\nc: d\r\n"), "{\"a\":\"b\",\"c\":\"d\"}" },
		{ T("a: b\tc\t\n"), "{\"a\":\"b\\tc\"}" },
		{ T("ref: \"refs/tags/v*\"\nx: ../**\n"),
		  "{\"ref\":\"refs/tags/v*\",\"x\":\"../**\"}" },
		{ T("a: http://example.org/x\n"),
		  "{\"a\":\"http://example.org/x\"}" },
	};
	struct ev_buf out = EV_BUF_INIT;
	struct ev_value *v;
	struct ev_json j;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		v = must_read(cases[i].yaml, cases[i].n);
		ev_buf_clear(&out);
		ev_json_init(&j, &out);
		ev_json_value(&j, v);
		assert_string_equal(out.ptr, cases[i].json);
		ev_value_free(v);
	}
	ev_buf_release(&out);
}

static void assert_place(const struct ev_value *v, unsigned line,
			 unsigned column)
{
	assert_non_null(v);
	assert_int_equal(v->line, line);
	assert_int_equal(v->column, column);
	assert_string_equal(v->file, "f.yaml");
}

static void every_node_knows_its_place_in_bytes(void **state)
{
	static const char text[] =
		"# caf\xc3\xa9\r\n"
		"\xc3\xa9: [1, \"\xf0\x9f\x98\x80\", x]\r\n"
		"b:\n"
		"  c: |\n"
		"    text\n"
		"  d:\n"
		"  - e: 1\n";
	struct ev_value *root = must_read(text, sizeof(text) - 1);
	const struct ev_value *list;

	(void)state;
	assert_place(root, 2, 1);
	assert_place(root->keys[0], 2, 1);
	list = root->items[0];
	assert_place(list, 2, 5);
	assert_place(list->items[0], 2, 6);
	assert_place(list->items[1], 2, 9);
	assert_place(list->items[2], 2, 17);
	assert_place(ev_get(root, "b"), 4, 3);
	assert_place(ev_get_path(root, "b.c"), 4, 6);
	assert_place(ev_get_path(root, "b.d"), 7, 3);
	assert_place(ev_get_path(root, "b.d")->items[0], 7, 5);
	assert_place(ev_get(ev_get_path(root, "b.d")->items[0], "e"), 7, 8);
	ev_value_free(root);
}

static void an_empty_document_is_null_at_its_beginning(void **state)
{
	struct ev_value *v = must_read(T(""));

	(void)state;
	assert_int_equal(v->type, EV_NULL);
	assert_place(v, 1, 1);
	ev_value_free(v);
}

static void a_byte_order_mark_takes_no_column(void **state)
{
	struct ev_value *v = must_read(T("\xef\xbb\xbf" "a: b\n"));

	(void)state;
	assert_place(v->keys[0], 1, 1);
	assert_place(v->items[0], 1, 4);
	ev_value_free(v);
}

static void quotes_are_remembered(void **state)
{
	struct ev_value *v = must_read(T("[a, 'b', \"c\"]"));

	(void)state;
	assert_false(v->items[0]->quoted);
	assert_true(v->items[1]->quoted);
	assert_true(v->items[2]->quoted);
	ev_value_free(v);
}

static void hints_say_what_quotes_would_do(void **state)
{
	struct ev_value *v;

	(void)state;
	assert_int_equal(read_copy(&v, T("1: a\n")), EV_EINVALID);
	assert_string_equal(ev_error_last()->hints, "put the key in quotes\n");
	assert_int_equal(read_copy(&v, T("a: 4e10283\n")), EV_EINVALID);
	assert_string_equal(ev_error_last()->hints,
			    "put it in quotes if it is an identifier\n");
}

static void flow_list(struct ev_buf *b, int levels)
{
	int i;

	ev_buf_clear(b);
	for (i = 0; i < levels; i++)
		ev_buf_adds(b, "[");
	for (i = 0; i < levels; i++)
		ev_buf_adds(b, "]");
}

static void block_map(struct ev_buf *b, int levels)
{
	int i, k;

	ev_buf_clear(b);
	for (i = 0; i < levels; i++) {
		for (k = 0; k < i; k++)
			ev_buf_adds(b, " ");
		ev_buf_adds(b, i + 1 < levels ? "a:\n" : "a: 1\n");
	}
}

static void depth_is_limited(void **state)
{
	struct ev_buf b = EV_BUF_INIT;
	struct ev_value *v;

	(void)state;
	flow_list(&b, 64);
	assert_int_equal(ev_yaml_read(&v, "f", b.ptr, b.len), 0);
	ev_value_free(v);
	flow_list(&b, 65);
	assert_int_equal(ev_yaml_read(&v, "f", b.ptr, b.len), EV_ELIMIT);
	assert_string_equal(ev_error_last()->message,
			    "f:1:65: nested deeper than 64 levels");
	flow_list(&b, 10000);
	assert_int_equal(ev_yaml_read(&v, "f", b.ptr, b.len), EV_ELIMIT);
	block_map(&b, 64);
	assert_int_equal(ev_yaml_read(&v, "f", b.ptr, b.len), 0);
	ev_value_free(v);
	block_map(&b, 65);
	assert_int_equal(ev_yaml_read(&v, "f", b.ptr, b.len), EV_ELIMIT);
	assert_string_equal(ev_error_last()->message,
			    "f:65:65: nested deeper than 64 levels");
	ev_buf_release(&b);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void too_many_bytes_are_refused_unread(void **state)
{
	size_t n = (size_t)100 << 20;
	char *text = ev_malloc(n);
	struct ev_value *v;
	double start;

	(void)state;
	memset(text, '-', n);
	start = seconds();
	assert_int_equal(ev_yaml_read(&v, "big", text, n), EV_ELIMIT);
	assert_true(seconds() - start < 0.5);
	assert_string_equal(ev_error_last()->message,
			    "big: larger than 16777216 bytes");
	free(text);
}

static void too_many_values_are_refused(void **state)
{
	struct ev_buf b = EV_BUF_INIT;
	struct ev_value *v;
	int i;

	(void)state;
	for (i = 0; i < EV_DATA_MAX_NODES; i++)
		ev_buf_adds(&b, "- 1\n");
	assert_int_equal(ev_yaml_read(&v, "f", b.ptr, b.len), EV_ELIMIT);
	assert_string_equal(ev_error_last()->message,
			    "f:1000000:3: more than 1000000 values");
	ev_buf_release(&b);
}

static void an_alias_bomb_does_not_go_off(void **state)
{
	struct ev_buf b = EV_BUF_INIT;
	struct ev_value *v;
	double start;
	int i, k;

	(void)state;
	ev_buf_adds(&b, "a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
	for (i = 1; i < 30; i++) {
		ev_buf_addf(&b, "a%d: &a%d [", i, i);
		for (k = 0; k < 9; k++)
			ev_buf_addf(&b, "%s*a%d", k ? ", " : "", i - 1);
		ev_buf_adds(&b, "]\n");
	}
	start = seconds();
	assert_int_equal(ev_yaml_read(&v, "f", b.ptr, b.len), EV_EINVALID);
	assert_true(seconds() - start < 0.5);
	assert_string_equal(ev_error_last()->message,
			    "f:1:5: anchors are not supported");
	ev_buf_release(&b);
}

/* What ends early is refused or means less, and is never read past its end. */
static void truncations_are_read_within_their_bytes(void **state)
{
	static const char text[] =
		"%YAML 1.1\n---\na: [1.5e3, \"x\\u00e9\\n\", 'it''s']\n"
		"\xc3\xa9:\n  - |\n    text\n  - >+\n    more\n\n"
		"? k\n: {b: c}\n...\n";
	struct ev_value *v;
	size_t n;
	int ret;

	(void)state;
	for (n = 0; n < sizeof(text); n++) {
		ret = read_copy(&v, text, n);
		assert_true(ret == 0 || ret == EV_EINVALID);
		assert_true((ret == 0) == (v != NULL));
		ev_value_free(v);
	}
}

static void a_long_line_costs_its_length(void **state)
{
	struct ev_buf b = EV_BUF_INIT;
	struct ev_value *v;
	double start;
	int i;

	(void)state;
	ev_buf_adds(&b, "[");
	for (i = 0; i < 100000; i++)
		ev_buf_adds(&b, "\"\xc3\xa9\", {a: b}, ");
	ev_buf_adds(&b, "1]");
	start = seconds();
	assert_int_equal(ev_yaml_read(&v, "f", b.ptr, b.len), 0);
	assert_true(seconds() - start < 8);
	assert_int_equal(v->items[v->n - 1]->column, b.len - 1);
	ev_value_free(v);
	ev_buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusals_name_the_place_and_the_reason),
		cmocka_unit_test(accepted_text_means_what_json_says),
		cmocka_unit_test(every_node_knows_its_place_in_bytes),
		cmocka_unit_test(an_empty_document_is_null_at_its_beginning),
		cmocka_unit_test(a_byte_order_mark_takes_no_column),
		cmocka_unit_test(quotes_are_remembered),
		cmocka_unit_test(hints_say_what_quotes_would_do),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(too_many_bytes_are_refused_unread),
		cmocka_unit_test(too_many_values_are_refused),
		cmocka_unit_test(an_alias_bomb_does_not_go_off),
		cmocka_unit_test(truncations_are_read_within_their_bytes),
		cmocka_unit_test(a_long_line_costs_its_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
