#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "data/json.h"
#include "data/schema.h"
#include "data/yaml.h"

#define HEX40 "0123456789abcdef0123456789abcdef01234567"
#define HEX64 HEX40 "0123456789abcdef01234567"

static const char *const tiers[] = { "low", "moderate", "high", NULL };
static const struct ev_field model_fields[] = {
	{ "name", EV_F_STRING, EV_F_REQUIRED, NULL, NULL, "what it is called" },
	{ "digest", EV_F_DIGEST, EV_F_REQUIRED, NULL, NULL, NULL },
	{ "version", EV_F_TEXT, 0, NULL, NULL, NULL },
	{ 0 }
};
static const struct ev_field key_fields[] = {
	{ "fingerprint", EV_F_STRING, EV_F_REQUIRED, NULL, NULL, NULL },
	{ "since", EV_F_TIME, 0, NULL, NULL, NULL },
	{ 0 }
};
static const struct ev_field fields[] = {
	{ "model", EV_F_MAP, EV_F_REQUIRED, model_fields, NULL, "the model" },
	{ "risk_tier", EV_F_ENUM, 0, NULL, tiers, NULL },
	{ "keys", EV_F_LIST, 0, key_fields, NULL, NULL },
	{ "emails", EV_F_LIST, 0, NULL, NULL, NULL },
	{ "count", EV_F_INT, 0, NULL, NULL, NULL },
	{ "limit", EV_F_NUMBER, 0, NULL, NULL, NULL },
	{ "machine", EV_F_BOOL, 0, NULL, NULL, NULL },
	{ "commit", EV_F_OID, 0, NULL, NULL, NULL },
	{ "extra", EV_F_MAP, 0, NULL, NULL, NULL },
	{ "loose", EV_F_MAP, EV_F_OPEN, key_fields, NULL, NULL },
	{ "anything", EV_F_ANY, 0, NULL, NULL, NULL },
	{ 0 }
};

#define MODEL "model: {name: m, digest: 'sha256:" HEX64 "'}\n"

/* "where: message [hint]" a line. */
static void check(struct ev_buf *out, const char *yaml, const char *path)
{
	struct ev_problems p = EV_PROBLEMS_INIT;
	struct ev_value *v;
	size_t i;

	ev_buf_clear(out);
	if (ev_yaml_read(&v, "f", yaml, strlen(yaml)) < 0)
		fail_msg("%s: %s", yaml, ev_error_last()->message);
	ev_schema_check(&p, v, fields, path);
	for (i = 0; i < p.n; i++) {
		ev_buf_addf(out, "%s: %s", p.items[i].where,
			    p.items[i].message);
		if (p.items[i].hint)
			ev_buf_addf(out, " [%s]", p.items[i].hint);
		ev_buf_addc(out, '\n');
	}
	ev_problems_release(&p);
	ev_value_free(v);
}

static void a_complete_value_has_no_problems(void **state)
{
	struct ev_buf out = EV_BUF_INIT;

	(void)state;
	check(&out, MODEL
	      "risk_tier: high\n"
	      "keys: [{fingerprint: A1, since: 2026-01-31T12:00:00Z}]\n"
	      "emails: [ada@example.org]\n"
	      "count: -3\nlimit: 0.850\nmachine: true\n"
	      "commit: '" HEX40 "'\n"
	      "extra: {a: [1, ~]}\n"
	      "loose: {fingerprint: B2, other: 1}\n"
	      "anything:\n", "");
	assert_string_equal(out.ptr, "");
	check(&out, "model: {name: m, digest: 'sha256:" HEX64 "', "
	      "version: 1.10}\nkeys: []\nemails: []\n", "");
	assert_string_equal(out.ptr, "");
	ev_buf_release(&out);
}

static void wrong_values_are_named_with_place_path_and_what_they_must_be
	(void **state)
{
	static const struct {
		const char *yaml, *problems;
	} cases[] = {
		{ "risk_tier: hgih\n",
		  "f:2:12: field 'risk_tier' must be one of 'low', "
		  "'moderate', 'high', not 'hgih' [did you mean 'high'?]\n" },
		{ "risk_tier: 3\n",
		  "f:2:12: field 'risk_tier' must be one of 'low', "
		  "'moderate', 'high', not a number\n" },
		{ "keys: {a: b}\n",
		  "f:2:7: field 'keys' must be a list, not a map\n" },
		{ "keys: [x]\n",
		  "f:2:8: field 'keys[0]' must be a map, not 'x'\n" },
		{ "keys:\n- fingerprint: A\n- fingerprint: 12\n  since: now\n",
		  "f:4:16: field 'keys[1].fingerprint' must be a string, "
		  "not a number [put it in quotes: \"12\"]\n"
		  "f:5:10: field 'keys[1].since' must be a time in UTC "
		  "(YYYY-MM-DDThh:mm:ssZ), not 'now'\n" },
		{ "keys: [{since: 2026-02-30T00:00:00Z}]\n",
		  "f:2:16: field 'keys[0].since' must be a time in UTC "
		  "(YYYY-MM-DDThh:mm:ssZ), not '2026-02-30T00:00:00Z'\n"
		  "f:2:8: missing field 'keys[0].fingerprint'\n" },
		{ "emails: [a, '', true, ~]\n",
		  "f:2:13: field 'emails[1]' must not be empty\n"
		  "f:2:17: field 'emails[2]' must be a string, not a boolean "
		  "[put it in quotes: \"true\"]\n"
		  "f:2:23: field 'emails[3]' must be a string, not null\n" },
		{ "emails: a\n",
		  "f:2:9: field 'emails' must be a list, not 'a'\n" },
		{ "count: 1.5\n",
		  "f:2:8: field 'count' must be a whole number, not '1.5'\n" },
		{ "count: '1'\n",
		  "f:2:8: field 'count' must be a whole number, not a string "
		  "[take off the quotes]\n" },
		{ "limit: .5\n",
		  "f:2:8: field 'limit' must be a number, not '.5'\n" },
		{ "limit: []\n",
		  "f:2:8: field 'limit' must be a number, not a list\n" },
		{ "machine: yes\n",
		  "f:2:10: field 'machine' must be true or false, "
		  "not 'yes'\n" },
		{ "machine: ''\n",
		  "f:2:10: field 'machine' must be true or false, "
		  "not empty\n" },
		{ "commit: " HEX40 "0\n",
		  "f:2:9: field 'commit' must be an object id (40 hex), "
		  "not '" HEX40 "0'\n" },
		{ "extra: 1\n",
		  "f:2:8: field 'extra' must be a map, not a number\n" },
		{ "loose: {other: 1}\n",
		  "f:2:8: missing field 'loose.fingerprint'\n" },
	};
	struct ev_buf yaml = EV_BUF_INIT, out = EV_BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		ev_buf_clear(&yaml);
		ev_buf_addf(&yaml, "%s%s", MODEL, cases[i].yaml);
		check(&out, yaml.ptr, "");
		assert_string_equal(out.ptr, cases[i].problems);
	}
	ev_buf_release(&yaml);
	ev_buf_release(&out);
}

static void missing_fields_are_reported_at_their_map(void **state)
{
	struct ev_buf out = EV_BUF_INIT;

	(void)state;
	check(&out, "count: 1\n", "");
	assert_string_equal(out.ptr, "f:1:1: missing field 'model'\n");
	check(&out, "count: 1\nmodel: {}\n", "");
	assert_string_equal(out.ptr,
			    "f:2:8: missing field 'model.name'\n"
			    "f:2:8: missing field 'model.digest'\n");
	ev_buf_release(&out);
}

static void a_digest_is_lower_case_and_complete(void **state)
{
	static const char *const wrong[] = {
		"1", "'sha256:'", "'" HEX64 "'", "'sha256:" HEX40 "'",
		"'sha256:" HEX64 "0'", "'SHA256:" HEX64 "'",
		"'sha256:A123456789abcdef0123456789abcdef01234567"
		"0123456789abcdef01234567'",
		"'sha256:" HEX64 " '",
	};
	struct ev_buf yaml = EV_BUF_INIT, out = EV_BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(wrong); i++) {
		ev_buf_clear(&yaml);
		ev_buf_addf(&yaml, "model: {name: m, digest: %s}", wrong[i]);
		check(&out, yaml.ptr, "");
		assert_non_null(strstr(out.ptr,
			"f:1:26: field 'model.digest' must be a sha256 digest "
			"(sha256:<64 hex>), not "));
	}
	check(&out, "model: {name: m, digest: 7}", "");
	assert_string_equal(out.ptr,
		"f:1:26: field 'model.digest' must be a sha256 digest "
		"(sha256:<64 hex>), not a number\n");
	ev_buf_release(&yaml);
	ev_buf_release(&out);
}

static void unknown_fields_are_problems_and_near_ones_are_named(void **state)
{
	struct ev_buf out = EV_BUF_INIT;

	(void)state;
	check(&out, MODEL "risk_teir: low\n", "");
	assert_string_equal(out.ptr, "f:2:1: unknown field 'risk_teir' "
			    "[did you mean 'risk_tier'?]\n");
	check(&out, "model:\n  name: m\n  digset: x\n", "");
	assert_string_equal(out.ptr,
		"f:3:3: unknown field 'model.digset' "
		"[did you mean 'digest'?]\n"
		"f:2:3: missing field 'model.digest'\n");
	check(&out, MODEL "zzzzzz: 1\n", "");
	assert_string_equal(out.ptr, "f:2:1: unknown field 'zzzzzz'\n");
	/* What is there already cannot have been meant. */
	check(&out, MODEL "count: 1\ncounts: 2\n", "");
	assert_string_equal(out.ptr, "f:3:1: unknown field 'counts'\n");
	ev_buf_release(&out);
}

static void the_root_must_be_a_map(void **state)
{
	struct ev_buf out = EV_BUF_INIT;

	(void)state;
	check(&out, "[1]\n", "");
	assert_string_equal(out.ptr, "f:1:1: value must be a map, "
			    "not a list\n");
	check(&out, "", "");
	assert_string_equal(out.ptr, "f:1:1: value must be a map, not null\n");
	ev_buf_release(&out);
}

static void a_path_is_put_before_the_names(void **state)
{
	struct ev_buf out = EV_BUF_INIT;

	(void)state;
	check(&out, "cuont: 1\nkeys: [1]\n", "a.b");
	assert_string_equal(out.ptr,
		"f:1:1: unknown field 'a.b.cuont' [did you mean 'count'?]\n"
		"f:2:8: field 'a.b.keys[0]' must be a map, not a number\n"
		"f:1:1: missing field 'a.b.model'\n");
	ev_buf_release(&out);
}

static void a_flood_of_problems_is_cut(void **state)
{
	struct ev_problems p = EV_PROBLEMS_INIT;
	struct ev_buf yaml = EV_BUF_INIT;
	struct ev_value *v;
	int i;

	(void)state;
	ev_buf_adds(&yaml, MODEL);
	for (i = 0; i < 5000; i++)
		ev_buf_addf(&yaml, "x%d: 1\n", i);
	assert_int_equal(ev_yaml_read(&v, "f", yaml.ptr, yaml.len), 0);
	ev_schema_check(&p, v, fields, "");
	assert_int_equal(p.n, EV_PROBLEMS_MAX + 1);
	assert_string_equal(p.items[EV_PROBLEMS_MAX].message,
			    "more problems are not listed");
	assert_int_equal(ev_problems_fail(&p), EV_EINVALID);
	ev_problems_release(&p);
	ev_value_free(v);
	ev_buf_release(&yaml);
}

static void problems_become_one_error(void **state)
{
	struct ev_problems p = EV_PROBLEMS_INIT;
	const struct ev_error *e;
	struct ev_value *v;

	(void)state;
	assert_int_equal(ev_problems_fail(&p), 0);
	assert_int_equal(ev_yaml_read(&v, "f", "a", 1), 0);
	ev_problem_add(&p, v, "do this", "first of %d", 3);
	ev_problem_add(&p, NULL, "do this", "second");
	ev_problem_add(&p, v, "do that", "third");
	ev_problem_add(&p, NULL, NULL, "fourth");
	assert_int_equal(ev_problems_fail(&p), EV_EINVALID);
	e = ev_error_last();
	assert_int_equal(e->code, EV_EINVALID);
	assert_string_equal(e->message, "f:1:1: first of 3");
	assert_string_equal(e->details, "second\nf:1:1: third\nfourth\n");
	assert_string_equal(e->hints, "do this\ndo that\n");
	ev_problems_release(&p);
	assert_int_equal(p.n, 0);
	ev_value_free(v);
}

static void the_table_is_exported_as_json_schema(void **state)
{
	static const char expected[] =
		"{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
		"\"title\":\"Sample\",\"type\":\"object\",\"properties\":{"
		"\"model\":{\"description\":\"the model\",\"type\":\"object\","
		"\"properties\":{\"name\":{\"description\":\"what it is "
		"called\",\"type\":\"string\",\"minLength\":1},\"digest\":{"
		"\"type\":\"string\",\"pattern\":\"^sha256:[0-9a-f]{64}$\"},"
		"\"version\":{\"type\":[\"string\",\"number\"],"
		"\"minLength\":1}},"
		"\"required\":[\"name\",\"digest\"],"
		"\"additionalProperties\":false},"
		"\"risk_tier\":{\"enum\":[\"low\",\"moderate\",\"high\"]},"
		"\"keys\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
		"\"properties\":{\"fingerprint\":{\"type\":\"string\","
		"\"minLength\":1},\"since\":{\"type\":\"string\","
		"\"format\":\"date-time\",\"pattern\":\"Z$\"}},"
		"\"required\":[\"fingerprint\"],"
		"\"additionalProperties\":false}},"
		"\"emails\":{\"type\":\"array\",\"items\":{"
		"\"type\":\"string\",\"minLength\":1}},"
		"\"count\":{\"type\":\"integer\"},"
		"\"limit\":{\"type\":\"number\"},"
		"\"machine\":{\"type\":\"boolean\"},"
		"\"commit\":{\"type\":\"string\","
		"\"pattern\":\"^[0-9a-f]{40}$\"},"
		"\"extra\":{\"type\":\"object\"},"
		"\"loose\":{\"type\":\"object\",\"properties\":{"
		"\"fingerprint\":{\"type\":\"string\",\"minLength\":1},"
		"\"since\":{\"type\":\"string\",\"format\":\"date-time\","
		"\"pattern\":\"Z$\"}},\"required\":[\"fingerprint\"],"
		"\"additionalProperties\":true},"
		"\"anything\":{}},"
		"\"required\":[\"model\"],\"additionalProperties\":false}";
	struct ev_buf out = EV_BUF_INIT;
	struct ev_value *v;
	struct ev_json j;

	(void)state;
	ev_json_init(&j, &out);
	ev_schema_export(&j, fields, "Sample");
	assert_string_equal(out.ptr, expected);
	assert_int_equal(ev_json_read(&v, "schema", out.ptr, out.len), 0);
	ev_value_free(v);
	ev_buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_complete_value_has_no_problems),
		cmocka_unit_test(
	wrong_values_are_named_with_place_path_and_what_they_must_be),
		cmocka_unit_test(missing_fields_are_reported_at_their_map),
		cmocka_unit_test(a_digest_is_lower_case_and_complete),
		cmocka_unit_test(
			unknown_fields_are_problems_and_near_ones_are_named),
		cmocka_unit_test(the_root_must_be_a_map),
		cmocka_unit_test(a_path_is_put_before_the_names),
		cmocka_unit_test(a_flood_of_problems_is_cut),
		cmocka_unit_test(problems_become_one_error),
		cmocka_unit_test(the_table_is_exported_as_json_schema),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
