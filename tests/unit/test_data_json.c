#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <cmocka.h>
#include <jansson.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "data/json.h"

/* Texts with their length, so that NUL can stand in them. */
#define T(s) s, sizeof(s) - 1

/* Read an exact copy: a sanitizer then sees every byte past its end. */
static int read_copy(struct ev_value **out, const char *text, size_t n)
{
	char *copy = ev_malloc(n);
	int ret;

	memcpy(copy, text, n);
	ret = ev_json_read(out, "f.json", copy, n);
	free(copy);
	return ret;
}

static struct ev_value *must_read(const char *text)
{
	struct ev_value *v;

	if (read_copy(&v, text, strlen(text)) < 0)
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
		{ T(""), "1:1: unexpected end of text" },
		{ T(" \n "), "2:2: unexpected end of text" },
		{ T("["), "1:2: unexpected end of text" },
		{ T("[1"), "1:3: unexpected end of text" },
		{ T("[1,"), "1:4: unexpected end of text" },
		{ T("{"), "1:2: unexpected end of text" },
		{ T("{\"a\""), "1:5: unexpected end of text" },
		{ T("{\"a\":"), "1:6: unexpected end of text" },
		{ T("{\"a\":1"), "1:7: unexpected end of text" },
		{ T("{\"a\":1,\n"), "2:1: unexpected end of text" },
		{ T("\"abc"), "1:5: unexpected end of text" },
		{ T("\"abc\\"), "1:6: unexpected end of text" },
		{ T("{\"a\":1,\n \"a\":2}"),
		  "2:2: duplicate key 'a', first at 1:2" },
		{ T("{\"b\":{\"a\":1,\"a\":2}}"),
		  "1:13: duplicate key 'a', first at 1:7" },
		{ T("{\"a\":1,\"\\u0061\":2}"),
		  "1:8: duplicate key 'a', first at 1:2" },
		{ T("1 2"), "1:3: trailing text after the value" },
		{ T("{}\n}"), "2:1: trailing text after the value" },
		{ T("{} x"), "1:4: trailing text after the value" },
		{ T("[1,]"), "1:4: expected a value, not ']'" },
		{ T("[,1]"), "1:2: expected a value, not ','" },
		{ T("[1 2]"), "1:4: expected ',' or ']', not '2'" },
		{ T("[1}"), "1:3: expected ',' or ']', not '}'" },
		{ T("{\"a\":1,}"),
		  "1:8: expected a key in double quotes, not '}'" },
		{ T("{a:1}"), "1:2: expected a key in double quotes, not 'a'" },
		{ T("{'a':1}"),
		  "1:2: expected a key in double quotes, not '''" },
		{ T("{1:2}"), "1:2: expected a key in double quotes, not '1'" },
		{ T("{\"a\" 1}"), "1:6: expected ':' after the key, not '1'" },
		{ T("{\"a\":1 \"b\":2}"),
		  "1:8: expected ',' or '}', not '\"'" },
		{ T("{\"a\":1]"), "1:7: expected ',' or '}', not ']'" },
		{ T("// x\n1"), "1:1: expected a value, not '/'" },
		{ T("+1"), "1:1: expected a value, not '+'" },
		{ T(".5"), "1:1: expected a value, not '.'" },
		{ T("[\xc3\xa9]"), "1:2: expected a value, not '\xc3\xa9'" },
		{ T("True"), "1:1: unknown word 'True'" },
		{ T("[nul]"), "1:2: unknown word 'nul'" },
		{ T("NaN"), "1:1: unknown word 'NaN'" },
		{ T("-Infinity"), "1:1: number without digits" },
		{ T("[-]"), "1:2: number without digits" },
		{ T("[01]"), "1:2: number with a leading zero" },
		{ T("-00"), "1:1: number with a leading zero" },
		{ T("1."), "1:1: number without digits after the point" },
		{ T("[1.e5]"), "1:2: number without digits after the point" },
		{ T("1e"), "1:1: number without digits in the exponent" },
		{ T("1e+]"), "1:1: number without digits in the exponent" },
		{ T("0x10"), "1:2: trailing text after the value" },
		{ T("[1,\n 9223372036854775808]"),
		  "2:2: number is too large" },
		{ T("-9223372036854775809"), "1:1: number is too large" },
		{ T("[1e400]"), "1:2: number is too large" },
		{ T("[-1.5E+999]"), "1:2: number is too large" },
		{ T("\"a\tb\""), "1:3: control character U+0009 in a string" },
		{ T("[\"a\nb\"]"),
		  "1:4: control character U+000A in a string" },
		{ T("\"\\\x01\""),
		  "1:3: control character U+0001 in a string" },
		{ T("\"ab\\q\""), "1:4: unknown escape in a string" },
		{ T("\"\\'\""), "1:2: unknown escape in a string" },
		{ T("\"\\u12g4\""),
		  "1:2: '\\u' without four hexadecimal digits" },
		{ T("\"\\u12\""),
		  "1:2: '\\u' without four hexadecimal digits" },
		{ T("\"x\\u0000\""), "1:3: NUL in a string" },
		{ T("\"\\ud800\""),
		  "1:2: half of a surrogate pair in a string" },
		{ T("\"\\udc00\\ud800\""),
		  "1:2: half of a surrogate pair in a string" },
		{ T("\"\\ud83d\\u0041\""),
		  "1:2: half of a surrogate pair in a string" },
		{ T("\"\\ud83d\\n\""),
		  "1:2: half of a surrogate pair in a string" },
		{ T("[1,\0 2]"), "1:4: NUL in the text" },
		{ T("\"a\0\""), "1:3: NUL in the text" },
		{ T("2\0"), "1:2: NUL in the text" },
		{ T("\"caf\xe9\""), "1:5: invalid UTF-8 (byte 0xe9)" },
		{ T("\"\xc3\xa9\xc3\""), "1:4: invalid UTF-8 (byte 0xc3)" },
		{ T("\"\xed\xa0\x80\""), "1:2: invalid UTF-8 (byte 0xed)" },
		{ T("\"\xc0\xaf\""), "1:2: invalid UTF-8 (byte 0xc0)" },
		{ T("\n\"\xf4\x90\x80\x80\""),
		  "2:2: invalid UTF-8 (byte 0xf4)" },
		{ T("\xef\xbb\xbf{}"),
		  "1:1: byte order mark before the value" },
		{ T("\xff\xfe{\0}\0"),
		  "1:1: text is UTF-16 or UTF-32, not UTF-8" },
		{ T("\xfe\xff\0{\0}"),
		  "1:1: text is UTF-16 or UTF-32, not UTF-8" },
		{ T("[\"\xc3\xa9\", x]"), "1:8: unknown word 'x'" },
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
		snprintf(expected, sizeof(expected), "f.json:%s",
			 cases[i].message);
		assert_string_equal(ev_error_last()->message, expected);
	}
}

static void every_node_knows_its_place_in_bytes(void **state)
{
	static const char text[] =
		"{\n"
		"  \"\xc3\xa9\": [1, \"\xf0\x9f\x98\x80\", null],\r\n"
		"\t\"b\": {\"c\": true}\n"
		"}\n";
	struct ev_value *root = must_read(text);
	const struct ev_value *list;

	(void)state;
	assert_int_equal(root->line, 1);
	assert_int_equal(root->column, 1);
	assert_string_equal(root->file, "f.json");
	assert_int_equal(root->keys[0]->line, 2);
	assert_int_equal(root->keys[0]->column, 3);
	list = root->items[0];
	assert_int_equal(list->line, 2);
	assert_int_equal(list->column, 9);
	assert_int_equal(list->items[1]->column, 13);
	assert_int_equal(list->items[2]->column, 21);
	assert_int_equal(root->keys[1]->line, 3);
	assert_int_equal(root->keys[1]->column, 2);
	assert_int_equal(ev_get_path(root, "b.c")->line, 3);
	assert_int_equal(ev_get_path(root, "b.c")->column, 13);
	ev_value_free(root);
}

static void numbers_keep_their_text(void **state)
{
	static const char *const texts[] = {
		"0", "-0", "0.10", "1E5", "1e-7", "-12.500e+3",
		"9223372036854775807", "-9223372036854775808",
		"0.1234567890123456789012345678901234567890",
	};
	struct ev_value *v;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(texts); i++) {
		v = must_read(texts[i]);
		assert_int_equal(v->type, EV_NUMBER);
		assert_string_equal(v->text, texts[i]);
		assert_int_equal(v->len, strlen(texts[i]));
		ev_value_free(v);
	}
}

static void escapes_become_utf8(void **state)
{
	struct ev_value *v = must_read(
		"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC"
		"\\uD83D\\uDE00z\"");

	(void)state;
	assert_string_equal(v->text, "\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac"
			    "\xf0\x9f\x98\x80z");
	assert_int_equal(v->len, strlen(v->text));
	ev_value_free(v);
}

static void every_truncation_is_refused(void **state)
{
	static const char text[] =
		"{\"a\": [1.5e3, \"x\\u00e9\\n\", true, null, {}], \"b\": {}}";
	struct ev_value *v;
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(text) - 1; n++)
		assert_int_equal(read_copy(&v, text, n), EV_EINVALID);
	assert_int_equal(read_copy(&v, text, n), 0);
	ev_value_free(v);
}

static void nested(struct ev_buf *b, const char *open, const char *close,
		   int levels)
{
	int i;

	ev_buf_clear(b);
	for (i = 0; i < levels; i++)
		ev_buf_adds(b, open);
	ev_buf_adds(b, "1");
	for (i = 0; i < levels; i++)
		ev_buf_adds(b, close);
}

static void depth_is_limited(void **state)
{
	struct ev_buf b = EV_BUF_INIT;
	struct ev_value *v;

	(void)state;
	nested(&b, "[", "]", 64);
	assert_int_equal(ev_json_read(&v, "f", b.ptr, b.len), 0);
	ev_value_free(v);
	nested(&b, "[", "]", 65);
	assert_int_equal(ev_json_read(&v, "f", b.ptr, b.len), EV_ELIMIT);
	assert_string_equal(ev_error_last()->message,
			    "f:1:65: nested deeper than 64 levels");
	nested(&b, "{\"a\":", "}", 64);
	assert_int_equal(ev_json_read(&v, "f", b.ptr, b.len), 0);
	ev_value_free(v);
	nested(&b, "{\"a\":", "}", 10000);
	assert_int_equal(ev_json_read(&v, "f", b.ptr, b.len), EV_ELIMIT);
	ev_buf_release(&b);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void too_many_bytes_are_refused_unread(void **state)
{
	size_t n = (size_t)100 << 20;
	char *text = ev_malloc(n);
	struct ev_value *v;
	double start;

	(void)state;
	memset(text, '[', n);
	start = seconds();
	assert_int_equal(ev_json_read(&v, "big", text, n), EV_ELIMIT);
	assert_true(seconds() - start < 0.5);
	assert_string_equal(ev_error_last()->message,
			    "big: larger than 16777216 bytes");
	free(text);
}

static void the_limit_itself_is_still_read(void **state)
{
	size_t n = EV_DATA_MAX_BYTES;
	char *text = ev_malloc(n);
	struct ev_value *v;

	(void)state;
	memset(text, 'a', n);
	text[0] = text[n - 1] = '"';
	assert_int_equal(ev_json_read(&v, "big", text, n), 0);
	assert_int_equal(v->len, n - 2);
	ev_value_free(v);
	free(text);
}

static void too_many_values_are_refused(void **state)
{
	size_t i, n = 2 * (size_t)EV_DATA_MAX_NODES + 1;
	char *text = ev_malloc(n);
	struct ev_value *v;

	(void)state;
	text[0] = '[';
	for (i = 1; i < n; i++)
		text[i] = i % 2 ? '1' : ',';
	text[n - 1] = ']';
	assert_int_equal(ev_json_read(&v, "f", text, n), EV_ELIMIT);
	assert_string_equal(ev_error_last()->message,
			    "f:1:2000000: more than 1000000 values");
	/* One value fewer, and list and items are as many as may be. */
	text[n - 3] = ']';
	assert_int_equal(ev_json_read(&v, "f", text, n - 2), 0);
	assert_int_equal(v->n, EV_DATA_MAX_NODES - 1);
	ev_value_free(v);
	free(text);
}

static void a_late_duplicate_among_many_keys_is_found(void **state)
{
	struct ev_buf b = EV_BUF_INIT;
	struct ev_value *v;
	double start;
	int i;

	(void)state;
	ev_buf_adds(&b, "{");
	for (i = 0; i < 200000; i++)
		ev_buf_addf(&b, "\"%d\":1,\n", i);
	ev_buf_adds(&b, "\"7\":1,\"3\":1,\"7\":1}");
	start = seconds();
	assert_int_equal(ev_json_read(&v, "f", b.ptr, b.len), EV_EINVALID);
	assert_true(seconds() - start < 5);
	assert_string_equal(ev_error_last()->message,
			    "f:200001:1: duplicate key '7', first at 8:1");
	ev_buf_release(&b);
}

static void a_long_key_is_clipped_in_the_message(void **state)
{
	struct ev_buf b = EV_BUF_INIT;
	struct ev_value *v;
	int i, k;

	(void)state;
	ev_buf_adds(&b, "{");
	for (k = 0; k < 2; k++) {
		ev_buf_adds(&b, k ? ",\"x" : "\"x");
		for (i = 0; i < 5000; i++)
			ev_buf_adds(&b, "\xc3\xa9");
		ev_buf_adds(&b, "\":1");
	}
	ev_buf_adds(&b, "}");
	assert_int_equal(ev_json_read(&v, "f", b.ptr, b.len), EV_EINVALID);
	assert_true(strlen(ev_error_last()->message) < 120);
	assert_non_null(strstr(ev_error_last()->message,
			       "\xc3\xa9', first at 1:2"));
	ev_buf_release(&b);
}

static void we_and_jansson_agree_on_what_is_json(void **state)
{
	static const struct {
		const char *text;
		size_t n;
	} cases[] = {
		{ T("") }, { T(" ") }, { T("null") }, { T("true") },
		{ T("false") }, { T("nulls") }, { T("tru") }, { T("0") },
		{ T("-0") }, { T("-") }, { T("00") }, { T("01") }, { T("1.0") },
		{ T("1.") }, { T(".1") }, { T("1e1") }, { T("1E+1") },
		{ T("1e") }, { T("1e+") }, { T("1e1.5") }, { T("+1") },
		{ T("1e308") }, { T("1e309") }, { T("1e-999") },
		{ T("9223372036854775807") }, { T("9223372036854775808") },
		{ T("-9223372036854775808") }, { T("-9223372036854775809") },
		{ T("0x1") }, { T("NaN") }, { T("Infinity") }, { T("\"\"") },
		{ T("\"a\"") }, { T("'a'") }, { T("\"") }, { T("\"\\\"") },
		{ T("\"\\\"\"") }, { T("\"\\/\"") }, { T("\"\\x\"") },
		{ T("\"\\u00\"") }, { T("\"\\u00e9\"") }, { T("\"\\u0000\"") },
		{ T("\"\\ud800\"") }, { T("\"\\ud800\\udc00\"") },
		{ T("\"\\udc00\"") }, { T("\"\\ud800\\ud800\"") },
		{ T("\"\\uFFFF\"") }, { T("\"\x7f\"") }, { T("\"\x1f\"") },
		{ T("\"a\0b\"") }, { T("\"\xc3\xa9\"") }, { T("\"\xe9\"") },
		{ T("\"\xed\xa0\x80\"") }, { T("\"\xf4\x8f\xbf\xbf\"") },
		{ T("\"\xf4\x90\x80\x80\"") }, { T("\"\xc0\x80\"") },
		{ T("[]") }, { T("[1]") }, { T("[1,]") }, { T("[,]") },
		{ T("[1 2]") }, { T("[") }, { T("]") }, { T("[[]]") },
		{ T("[}") }, { T("{}") }, { T("{\"a\":1}") }, { T("{\"a\"}") },
		{ T("{\"a\":}") }, { T("{\"a\":1,}") }, { T("{,}") },
		{ T("{a:1}") }, { T("{\"\":1}") }, { T("{\"a\":1,\"a\":1}") },
		{ T("{\"a\":{\"a\":1}}") }, { T("{1:1}") }, { T("{} {}") },
		{ T("[] x") }, { T("\xef\xbb\xbf[]") }, { T("[1]//") },
		{ T("/**/1") }, { T("\f1") }, { T("\xc2\xa0" "1") },
		{ T("\r\n\t 1 \r\n\t") }, { T("[1]\0") },
	};
	struct ev_value *v;
	json_t *theirs;
	bool ours;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		ours = read_copy(&v, cases[i].text, cases[i].n) == 0;
		theirs = json_loadb(cases[i].text, cases[i].n,
				    JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
				    NULL);
		if (ours != (theirs != NULL))
			fail_msg("case %zu '%s': we %s it", i, cases[i].text,
				 ours ? "accept" : "refuse");
		json_decref(theirs);
		ev_value_free(v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusals_name_the_place_and_the_reason),
		cmocka_unit_test(every_node_knows_its_place_in_bytes),
		cmocka_unit_test(numbers_keep_their_text),
		cmocka_unit_test(escapes_become_utf8),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(too_many_bytes_are_refused_unread),
		cmocka_unit_test(the_limit_itself_is_still_read),
		cmocka_unit_test(too_many_values_are_refused),
		cmocka_unit_test(a_late_duplicate_among_many_keys_is_found),
		cmocka_unit_test(a_long_key_is_clipped_in_the_message),
		cmocka_unit_test(we_and_jansson_agree_on_what_is_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
