#include "base/compat.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "data/json.h"
#include "data/yaml.h"

/* One of each, in a shape that nests. */
static void write_sample(struct ev_json *j)
{
	ev_json_object(j);
	ev_json_kv(j, "name", "a \"b\" \\ /");
	ev_json_kvi(j, "n", -9223372036854775807 - 1);
	ev_json_kvb(j, "yes", true);
	ev_json_kv(j, "none", NULL);
	ev_json_key(j, "list");
	ev_json_list(j);
	ev_json_int(j, 1);
	ev_json_number(j, "0.10");
	ev_json_object(j);
	ev_json_end_object(j);
	ev_json_list(j);
	ev_json_end_list(j);
	ev_json_end_list(j);
	ev_json_key(j, "map");
	ev_json_object(j);
	ev_json_kvb(j, "no", false);
	ev_json_end_object(j);
	ev_json_end_object(j);
}

static void compact_form_has_no_spaces(void **state)
{
	struct ev_buf out = EV_BUF_INIT;
	struct ev_json j;

	(void)state;
	ev_json_init(&j, &out);
	write_sample(&j);
	assert_string_equal(out.ptr,
		"{\"name\":\"a \\\"b\\\" \\\\ /\",\"n\":-9223372036854775808,"
		"\"yes\":true,\"none\":null,\"list\":[1,0.10,{},[]],"
		"\"map\":{\"no\":false}}");
	ev_buf_release(&out);
}

static void indented_form_gives_each_member_a_line(void **state)
{
	struct ev_buf out = EV_BUF_INIT;
	struct ev_json j;

	(void)state;
	ev_json_init(&j, &out);
	j.indent = 2;
	write_sample(&j);
	assert_string_equal(out.ptr,
		"{\n"
		"  \"name\": \"a \\\"b\\\" \\\\ /\",\n"
		"  \"n\": -9223372036854775808,\n"
		"  \"yes\": true,\n"
		"  \"none\": null,\n"
		"  \"list\": [\n"
		"    1,\n"
		"    0.10,\n"
		"    {},\n"
		"    []\n"
		"  ],\n"
		"  \"map\": {\n"
		"    \"no\": false\n"
		"  }\n"
		"}");
	ev_buf_release(&out);
}

static void check_string(bool ascii, const char *s, size_t n,
			 const char *expected)
{
	struct ev_buf out = EV_BUF_INIT;
	struct ev_json j;

	ev_json_init(&j, &out);
	j.ascii = ascii;
	ev_json_stringn(&j, s, n);
	assert_string_equal(out.ptr, expected);
	ev_buf_release(&out);
}

static void strings_are_escaped(void **state)
{
	static const struct {
		const char *s;
		size_t n;
		const char *plain, *ascii;
	} cases[] = {
		{ "", 0, "\"\"", "\"\"" },
		{ "a\tb\n\r\b\f", 7, "\"a\\tb\\n\\r\\b\\f\"",
		  "\"a\\tb\\n\\r\\b\\f\"" },
		{ "\x01\x1f", 2, "\"\\u0001\\u001f\"", "\"\\u0001\\u001f\"" },
		{ "a\0b", 3, "\"a\\u0000b\"", "\"a\\u0000b\"" },
		{ "~\x7f", 2, "\"~\x7f\"", "\"~\\u007f\"" },
		{ "\xc3\xa9", 2, "\"\xc3\xa9\"", "\"\\u00e9\"" },
		{ "\xef\xbf\xbf", 3, "\"\xef\xbf\xbf\"", "\"\\uffff\"" },
		{ "\xf0\x90\x80\x80", 4, "\"\xf0\x90\x80\x80\"",
		  "\"\\ud800\\udc00\"" },
		{ "\xf0\x9f\x98\x80x", 5, "\"\xf0\x9f\x98\x80x\"",
		  "\"\\ud83d\\ude00x\"" },
		{ "\xf4\x8f\xbf\xbf", 4, "\"\xf4\x8f\xbf\xbf\"",
		  "\"\\udbff\\udfff\"" },
		{ "a\xe9z", 3, "\"a\xef\xbf\xbdz\"", "\"a\\ufffdz\"" },
		{ "\xed\xa0\x80", 3,
		  "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"",
		  "\"\\ufffd\\ufffd\\ufffd\"" },
		{ "\xc3", 1, "\"\xef\xbf\xbd\"", "\"\\ufffd\"" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		check_string(false, cases[i].s, cases[i].n, cases[i].plain);
		check_string(true, cases[i].s, cases[i].n, cases[i].ascii);
	}
}

static void keys_are_escaped_as_strings_are(void **state)
{
	struct ev_buf out = EV_BUF_INIT;
	struct ev_json j;

	(void)state;
	ev_json_init(&j, &out);
	j.ascii = true;
	ev_json_object(&j);
	ev_json_kvi(&j, "\xc3\xa9\"", 1);
	ev_json_end_object(&j);
	assert_string_equal(out.ptr, "{\"\\u00e9\\\"\":1}");
	ev_buf_release(&out);
}

static void check_double(double d, const char *expected)
{
	struct ev_buf out = EV_BUF_INIT;
	struct ev_json j;

	ev_json_init(&j, &out);
	ev_json_double(&j, d);
	assert_string_equal(out.ptr, expected);
	ev_buf_release(&out);
}

static void doubles_take_their_shortest_form(void **state)
{
	(void)state;
	check_double(0, "0");
	check_double(-0.0, "-0");
	check_double(1, "1");
	check_double(0.1, "0.1");
	check_double(0.1 + 0.2, "0.30000000000000004");
	check_double(1.0 / 3, "0.3333333333333333");
	check_double(-2.5, "-2.5");
	check_double(123456789012345680.0, "1.2345678901234568e+17");
	check_double(1e22, "1e+22");
	check_double(DBL_MAX, "1.7976931348623157e+308");
	check_double(DBL_MIN, "2.2250738585072014e-308");
	check_double(DBL_TRUE_MIN, "5e-324");
	check_double(NAN, "null");
	check_double(INFINITY, "null");
	check_double(-INFINITY, "null");
}

static void doubles_do_not_follow_the_locale(void **state)
{
	static const char *const names[] = {
		"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE",
	};
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(names); i++)
		if (setlocale(LC_NUMERIC, names[i]))
			break;
	if (i == EV_ARRAY_SIZE(names)) {
		fputs("no locale with a decimal comma is installed\n", stderr);
		skip();
	}
	check_double(0.25, "0.25");
	setlocale(LC_NUMERIC, "C");
}

static void a_tree_is_written_in_its_own_order(void **state)
{
	static const char yaml[] =
		"z: 1.50\na: [x, 'y', ~, true]\nm: {k: \"1\"}\n";
	struct ev_buf out = EV_BUF_INIT;
	struct ev_value *v;
	struct ev_json j;

	(void)state;
	assert_int_equal(ev_yaml_read(&v, "f", yaml, sizeof(yaml) - 1), 0);
	ev_json_init(&j, &out);
	ev_json_value(&j, v);
	assert_string_equal(out.ptr, "{\"z\":1.50,\"a\":[\"x\",\"y\",null,"
			    "true],\"m\":{\"k\":\"1\"}}");
	ev_value_free(v);
	ev_buf_release(&out);
}

static void what_is_written_is_read_again(void **state)
{
	struct ev_buf out = EV_BUF_INIT;
	struct ev_value *v;
	struct ev_json j;
	int indent;

	(void)state;
	for (indent = 0; indent < 4; indent++) {
		ev_buf_clear(&out);
		ev_json_init(&j, &out);
		j.indent = (unsigned)indent;
		write_sample(&j);
		assert_int_equal(ev_json_read(&v, "f", out.ptr, out.len), 0);
		assert_string_equal(ev_get_string(v, "name"), "a \"b\" \\ /");
		assert_int_equal(ev_get(v, "list")->n, 4);
		ev_value_free(v);
	}
	ev_buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compact_form_has_no_spaces),
		cmocka_unit_test(indented_form_gives_each_member_a_line),
		cmocka_unit_test(strings_are_escaped),
		cmocka_unit_test(keys_are_escaped_as_strings_are),
		cmocka_unit_test(doubles_take_their_shortest_form),
		cmocka_unit_test(doubles_do_not_follow_the_locale),
		cmocka_unit_test(a_tree_is_written_in_its_own_order),
		cmocka_unit_test(what_is_written_is_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
