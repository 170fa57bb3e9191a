/*
 * What the predicate of a promotion says, and what is none: every member is
 * there, is what it is called, and is written in the one way there is.
 */
#include "tests/unit/gitfix.h"

#include "base/str.h"
#include "data/json.h"
#include "gate/releases.h"

#define D(c) "\"sha256:" c c c c c c c c "\""
#define A8 "aaaaaaaa"
#define B8 "bbbbbbbb"
#define C8 "cccccccc"
#define ONE "\"1111111111111111111111111111111111111111\""
#define TWO "\"2222222222222222222222222222222222222222\""
#define ZERO "\"0000000000000000000000000000000000000000\""

/* Members in the order of the format. */
static const char *const usual[][2] = {
	{ "ref", "\"refs/heads/production\"" },
	{ "from", ONE },
	{ "to", TWO },
	{ "release", "\"refs/tags/v1.0.0\"" },
	{ "rollback", "null" },
	{ "policy", D(A8) },
	{ "verdict", D(B8) },
	{ "manifest", D(C8) },
	{ "reports", "[" D(A8) "," D(B8) "]" },
	{ "tests", "[" D(C8) "]" },
	{ "waivers", "[]" },
	{ "approvals", "[" ONE "," TWO "]" },
	{ "checkpoint", "[" ONE "]" },
	{ "decisions", "[{\"object\":" ONE ",\"ref\":"
	  "\"refs/tags/evidence/approve/a/b/c\"}]" },
};

/* Parse the usual one with `key` as `value` (NULL: without it). */
static int parse(struct ev_release *x, const char *key, const char *value)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_value *v;
	const char *is;
	size_t i, n = 0;
	int ret;

	ev_buf_addc(&text, '{');
	for (i = 0; i < EV_ARRAY_SIZE(usual); i++) {
		is = !strcmp(usual[i][0], key) ? value : usual[i][1];
		if (is)
			ev_buf_addf(&text, "%s\"%s\":%s", n++ ? "," : "",
				    usual[i][0], is);
	}
	ev_buf_addc(&text, '}');
	assert_int_equal(ev_json_read(&v, "p", text.ptr, text.len), 0);
	ret = ev_release_parse(x, v);
	ev_value_free(v);
	ev_buf_release(&text);
	return ret;
}

static void good(const char *key, const char *value)
{
	struct ev_release x;
	int ret = parse(&x, key, value);

	if (ret < 0)
		fail_msg("%s: %s", key, ev_error_last()->message);
	ev_release_release(&x);
}

static void bad(const char *key, const char *value, const char *says)
{
	struct ev_release x;
	int ret = parse(&x, key, value);

	if (ret != EV_EINVALID || !strstr(ev_error_last()->message, says) ||
	    !strstr(ev_error_last()->message, key))
		fail_msg("%s as %s: %d '%s'", key, value ? value : "nothing",
			 ret, ev_error_last()->message);
	assert_null(x.ref);
	assert_null(x.reports.items);
}

/* -------------------------------------------------------------------------- */

static void all_that_it_says_is_read(void **state)
{
	struct ev_release x;
	char hex[EV_OID_HEX + 1];

	(void)state;
	assert_int_equal(parse(&x, "", NULL), 0);
	assert_string_equal(x.ref, "refs/heads/production");
	assert_string_equal(x.tag, "refs/tags/v1.0.0");
	assert_true(x.has_from);
	ev_oid_hex(hex, &x.from);
	assert_int_equal(hex[0], '1');
	ev_oid_hex(hex, &x.to);
	assert_int_equal(hex[0], '2');
	assert_int_equal(x.policy[7], 'a');
	assert_int_equal(x.verdict[7], 'b');
	assert_int_equal(x.manifest[7], 'c');
	assert_int_equal(x.reports.n, 2);
	assert_int_equal(x.tests.n, 1);
	assert_int_equal(x.waivers.n, 0);
	assert_int_equal(x.approvals.n, 2);
	assert_null(x.rollback_tag);
	assert_null(x.rollback_reason);
	assert_string_equal(x.rollback_of, "");
	ev_release_release(&x);
}

static void what_may_be_absent_is_null(void **state)
{
	struct ev_release x;

	(void)state;
	assert_int_equal(parse(&x, "from", "null"), 0);
	assert_false(x.has_from);
	ev_release_release(&x);
	assert_int_equal(parse(&x, "release", "null"), 0);
	assert_string_equal(x.tag, "");
	ev_release_release(&x);
	assert_int_equal(parse(&x, "manifest", "null"), 0);
	assert_string_equal(x.manifest, "");
	ev_release_release(&x);
	bad("to", "null", "null");
	bad("ref", "null", "null");
	bad("policy", "null", "null");
	bad("verdict", "null", "null");
	bad("reports", "null", "no list");
}

static void every_member_has_to_be_there(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(usual); i++)
		bad(usual[i][0], NULL, usual[i][1][0] == '[' ? "no list" :
		    "missing");
}

static void a_rollback_says_what_came_back_and_why(void **state)
{
	struct ev_release x;

	(void)state;
	assert_int_equal(parse(&x, "rollback", "{\"release\":"
			       "\"refs/tags/v0.9\",\"promotion\":" D(A8)
			       ",\"reason\":\"it is slow\"}"), 0);
	assert_string_equal(x.rollback_tag, "refs/tags/v0.9");
	assert_string_equal(x.rollback_reason, "it is slow");
	assert_int_equal(x.rollback_of[7], 'a');
	ev_release_release(&x);
	good("rollback", "{\"release\":null,\"promotion\":" D(A8)
	     ",\"reason\":\"it is slow\"}");
	bad("rollback", "\"v0.9\"", "no object");
	assert_int_equal(parse(&x, "rollback", "{\"release\":null,"
			       "\"promotion\":" D(A8) "}"), EV_EINVALID);
	assert_int_equal(parse(&x, "rollback", "{\"release\":null,"
			       "\"reason\":\"x\"}"), EV_EINVALID);
}

static void names_are_full_and_ones_that_git_allows(void **state)
{
	static const char *const names[] = {
		"\"production\"", "\"refs/\"", "\"refs/heads/a b\"", "\"\"",
		"\"refs/heads/a..b\"", "\"refs/heads//b\"", "7",
		"\"refs/heads/a\\nb\"", "\"refs/heads/a.lock\"",
		"\"refs/heads/a*\"", "\"refs/heads/a/\"",
		"\"refs/heads/a@{1}\"", "\"refs/heads/a\\\\b\"",
	};
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(names); i++)
		bad("ref", names[i], "");
	bad("release", "\"refs/heads/v1\"", "no full name");
	bad("release", "\"v1\"", "no full name");
	good("ref", "\"refs/heads/\\u00fcber/prod-1.x\"");
}

static void ids_are_whole_and_lower_case(void **state)
{
	(void)state;
	bad("to", ZERO, "no name of a commit");
	bad("from", ZERO, "no name of a commit");
	bad("to", "\"2222\"", "no name of a commit");
	bad("to", "\"222222222222222222222222222222222222222A\"",
	    "no name of a commit");
	bad("policy", "\"sha256:aa\"", "no digest");
	bad("policy", "\"aaaa\"", "no digest");
	bad("tests", "[\"sha256:aa\"]", "no list of");
	bad("tests", "[7]", "no list of");
	bad("approvals", "[" D(A8) "]", "no list of");
	bad("checkpoint", "[\"abc\"]", "no list of");
}

static void lists_are_sorted_and_name_each_once(void **state)
{
	(void)state;
	bad("reports", "[" D(B8) "," D(A8) "]", "not sorted");
	bad("reports", "[" D(A8) "," D(A8) "]", "not sorted");
	bad("approvals", "[" TWO "," ONE "]", "not sorted");
	bad("decisions", "[{\"object\":" ONE ",\"ref\":"
	    "\"refs/tags/evidence/b\"},{\"object\":" ONE ",\"ref\":"
	    "\"refs/tags/evidence/a\"}]", "not sorted");
}

static void decisions_are_tags(void **state)
{
	(void)state;
	good("decisions", "[]");
	good("decisions", "[{\"object\":" ONE ",\"ref\":\"refs/tags/v1\"}]");
	bad("decisions", "[{\"object\":" ONE ",\"ref\":\"refs/heads/v1\"}]",
	    "no list of tags");
	bad("decisions", "[{\"object\":\"1\",\"ref\":"
	    "\"refs/tags/evidence/a\"}]", "no list of tags");
	bad("decisions", "[{\"ref\":\"refs/tags/evidence/a\"}]",
	    "no list of tags");
	bad("decisions", "[7]", "no list of tags");
	bad("decisions", "{}", "no list");
}

static void what_is_too_large_is_refused(void **state)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_release x;
	size_t i;

	(void)state;
	ev_buf_adds(&text, "\"refs/heads/");
	for (i = 0; i < EV_RELEASE_NAME_MAX; i++)
		ev_buf_addc(&text, 'a');
	ev_buf_addc(&text, '"');
	assert_int_equal(parse(&x, "ref", text.ptr), EV_ELIMIT);
	ev_buf_clear(&text);
	for (i = 0; i <= EV_RELEASE_LIST_MAX; i++)
		ev_buf_addf(&text, "%c\"%040zx\"", i ? ',' : '[', i + 1);
	ev_buf_addc(&text, ']');
	assert_int_equal(parse(&x, "approvals", text.ptr), EV_ELIMIT);
	assert_null(x.ref);
	ev_buf_clear(&text);
	for (i = 0; i < EV_RELEASE_LIST_MAX; i++)
		ev_buf_addf(&text, "%c\"%040zx\"", i ? ',' : '[', i + 1);
	ev_buf_addc(&text, ']');
	good("approvals", text.ptr);
	ev_buf_release(&text);
}

static void what_is_no_object_is_no_promotion(void **state)
{
	struct ev_release x;
	struct ev_value *v;

	(void)state;
	assert_int_equal(ev_json_read(&v, "p", "[]", 2), 0);
	assert_int_equal(ev_release_parse(&x, v), EV_EINVALID);
	ev_value_free(v);
	assert_int_equal(ev_release_parse(&x, NULL), EV_EINVALID);
}

/* What could come back ------------------------------------------------------ */

static void add(struct ev_releases *l, const char *ref, bool counts)
{
	struct ev_release *x;

	EV_GROW(l->items, l->n, l->cap);
	x = &l->items[l->n++];
	memset(x, 0, sizeof(*x));
	x->ref = ev_strdup(ref);
	x->tag = ev_strdup("");
	x->counts = counts;
}

static void only_what_could_come_back_to_a_ref_is_left(void **state)
{
	struct ev_releases l = { NULL, 0, 0 };

	(void)state;
	add(&l, "refs/heads/a", true);
	add(&l, "refs/heads/b", true);
	add(&l, "refs/heads/a", false);
	add(&l, "refs/heads/a", false);
	l.items[3].withdrawn = true;
	add(&l, "refs/heads/a", false);
	l.items[4].unsure = true;
	add(&l, "refs/heads/a", true);
	l.items[5].rollback_reason = ev_strdup("it is slow");
	ev_releases_keep(&l, "refs/heads/a");
	assert_int_equal(l.n, 3);
	assert_true(l.items[0].counts);
	assert_true(l.items[1].withdrawn);
	assert_true(l.items[2].unsure);
	ev_releases_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_it_says_is_read),
		cmocka_unit_test(what_may_be_absent_is_null),
		cmocka_unit_test(every_member_has_to_be_there),
		cmocka_unit_test(a_rollback_says_what_came_back_and_why),
		cmocka_unit_test(names_are_full_and_ones_that_git_allows),
		cmocka_unit_test(ids_are_whole_and_lower_case),
		cmocka_unit_test(lists_are_sorted_and_name_each_once),
		cmocka_unit_test(decisions_are_tags),
		cmocka_unit_test(what_is_too_large_is_refused),
		cmocka_unit_test(what_is_no_object_is_no_promotion),
		cmocka_unit_test(only_what_could_come_back_to_a_ref_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
