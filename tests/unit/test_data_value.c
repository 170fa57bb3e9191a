#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "base/error.h"
#include "data/json.h"
#include "data/yaml.h"

static struct ev_value *must_read(const char *text)
{
	struct ev_value *v;

	if (ev_json_read(&v, "f", text, strlen(text)) < 0)
		fail_msg("%s: %s", text, ev_error_last()->message);
	return v;
}

static void members_are_found_by_name_and_by_path(void **state)
{
	struct ev_value *v = must_read(
		"{\"a\":{\"b\":{\"c\":\"x\"}},\"ab\":1,\"d.e\":2,\"\":3}");

	(void)state;
	assert_string_equal(ev_get_path(v, "a.b.c")->text, "x");
	assert_ptr_equal(ev_get_path(v, "ab"), ev_get(v, "ab"));
	assert_string_equal(ev_get(v, "d.e")->text, "2");
	assert_string_equal(ev_get(v, "")->text, "3");
	assert_null(ev_get(v, "b"));
	assert_null(ev_get_path(v, "a.x.c"));
	assert_null(ev_get_path(v, "ab.c"));
	assert_null(ev_get_path(v, "a.b.c.d"));
	assert_null(ev_get_path(v, "d.e"));
	ev_value_free(v);
}

static void absent_trees_have_no_members(void **state)
{
	(void)state;
	assert_null(ev_get(NULL, "a"));
	assert_null(ev_get_path(NULL, "a.b"));
	assert_null(ev_get_string(NULL, "a"));
	ev_value_free(NULL);
}

static void only_strings_are_given_as_strings(void **state)
{
	struct ev_value *v = must_read("{\"s\":\"x\",\"n\":1,\"l\":[]}");

	(void)state;
	assert_string_equal(ev_get_string(v, "s"), "x");
	assert_null(ev_get_string(v, "n"));
	assert_null(ev_get_string(v, "l"));
	assert_null(ev_get_string(v, "none"));
	ev_value_free(v);
}

static void whole_numbers_are_read_exactly(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t n;
	} cases[] = {
		{ "0", true, 0 }, { "-0", true, 0 }, { "-17", true, -17 },
		{ "9223372036854775807", true, INT64_MAX },
		{ "-9223372036854775808", true, INT64_MIN },
		{ "1.0", false, 0 }, { "1e2", false, 0 },
		{ "\"1\"", false, 0 }, { "true", false, 0 },
		{ "null", false, 0 }, { "[1]", false, 0 },
	};
	struct ev_value *v;
	int64_t n;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		v = must_read(cases[i].text);
		n = 0;
		assert_int_equal(ev_value_int(v, &n), cases[i].ok);
		assert_true(n == cases[i].n);
		ev_value_free(v);
	}
	assert_false(ev_value_int(NULL, &n));
}

static void a_failure_at_a_value_names_its_place(void **state)
{
	struct ev_value *v = must_read("{\n \"a\": 1}");

	(void)state;
	assert_int_equal(ev_fail_at(ev_get(v, "a"), "'%s' is %d", "a", 1),
			 EV_EINVALID);
	assert_string_equal(ev_error_last()->message, "f:2:7: 'a' is 1");
	assert_int_equal(ev_fail_at(NULL, "no place"), EV_EINVALID);
	assert_string_equal(ev_error_last()->message, "no place");
	ev_value_free(v);
}

static void the_file_name_outlives_the_caller(void **state)
{
	char name[] = "x.yaml";
	struct ev_value *v;

	(void)state;
	assert_int_equal(ev_yaml_read(&v, name, "a: [1]", 6), 0);
	memset(name, '#', sizeof(name) - 1);
	assert_string_equal(ev_get(v, "a")->items[0]->file, "x.yaml");
	ev_value_free(v);
}

static void every_type_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(ev_type_name(EV_NULL), "null");
	assert_string_equal(ev_type_name(EV_BOOL), "boolean");
	assert_string_equal(ev_type_name(EV_NUMBER), "number");
	assert_string_equal(ev_type_name(EV_STRING), "string");
	assert_string_equal(ev_type_name(EV_LIST), "list");
	assert_string_equal(ev_type_name(EV_MAP), "map");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_found_by_name_and_by_path),
		cmocka_unit_test(absent_trees_have_no_members),
		cmocka_unit_test(only_strings_are_given_as_strings),
		cmocka_unit_test(whole_numbers_are_read_exactly),
		cmocka_unit_test(a_failure_at_a_value_names_its_place),
		cmocka_unit_test(the_file_name_outlives_the_caller),
		cmocka_unit_test(every_type_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
