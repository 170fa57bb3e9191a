#include "base/compat.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/mem.h"
#include "synth/expr.h"

/* a, b: numbers; c: a boolean; d: x, y, 3 */
static ptrdiff_t find(void *ctx, const char *name, const char **near)
{
	(void)ctx;
	if (!strcmp(name, "aa"))
		*near = "a";
	return strlen(name) == 1 && *name >= 'a' && *name <= 'd' ?
		*name - 'a' : -1;
}

static ptrdiff_t level(void *ctx, size_t i, const char *text)
{
	static const char *const two[] = { "no", "yes" };
	static const char *const three[] = { "x", "y", "3" };
	ptrdiff_t n;

	(void)ctx;
	for (n = 0; n < (i == 2 ? 2 : 3); n++)
		if (!strcmp(text, i == 2 ? two[n] : three[n]))
			return n;
	return -1;
}

static bool is_number(void *ctx, size_t i)
{
	(void)ctx;
	return i < 2;
}

static const struct ev_expr_names names = { NULL, find, level, is_number };

static struct ev_expr *parse(const char *text)
{
	struct ev_expr *e;
	size_t at;

	if (ev_expr_parse(&e, text, &at, &names) < 0)
		fail_msg("'%s' at %zu: %s", text, at, ev_error_last()->message);
	return e;
}

static enum ev_truth truth(const char *text, double a, double b, double c,
			   double d)
{
	double values[] = { a, b, c, d };
	struct ev_expr *e = parse(text);
	enum ev_truth t = ev_expr_truth(e, values);

	ev_expr_free(e);
	return t;
}

static void products_bind_before_sums_before_comparisons(void **state)
{
	double values[] = { 7, 2, 0, 0 };
	struct ev_expr *e = parse("1 + a * b - a / b - -b");

	(void)state;
	assert_true(ev_expr_is_number(e));
	assert_true(fabs(ev_expr_number(e, values) - 13.5) < 1e-15);
	ev_expr_free(e);
	assert_int_equal(truth("a - 1 - 1 = 5", 7, 0, 0, 0), EV_TRUE);
	assert_int_equal(truth("a / b / 2 < 2", 8, 2, 0, 0), EV_FALSE);
	assert_int_equal(truth("(a + 1) * 2 >= 1.6e1", 7, 2, 0, 0), EV_TRUE);
}

static void and_binds_before_or(void **state)
{
	(void)state;
	assert_int_equal(truth("c or c and a > 5", 1, 0, 1, 0), EV_TRUE);
	assert_int_equal(truth("(c or c) and a > 5", 1, 0, 1, 0), EV_FALSE);
	assert_int_equal(truth("not c and a > 5", 1, 0, 0, 0), EV_FALSE);
	assert_int_equal(truth("not (c and a > 5)", 1, 0, 1, 0), EV_TRUE);
	assert_int_equal(truth("not not c", 1, 0, 1, 0), EV_TRUE);
}

static void levels_are_named_or_quoted(void **state)
{
	(void)state;
	assert_int_equal(truth("d = x", 0, 0, 0, 0), EV_TRUE);
	assert_int_equal(truth("d = '3'", 0, 0, 0, 2), EV_TRUE);
	assert_int_equal(truth("d != y", 0, 0, 0, 1), EV_FALSE);
	assert_int_equal(truth("c = no", 0, 0, 0, 1), EV_TRUE);
}

static void what_is_missing_decides_only_where_it_must(void **state)
{
	double nan = (double)NAN;

	(void)state;
	assert_int_equal(truth("a > 1", nan, 0, 0, 0), EV_UNKNOWN);
	assert_int_equal(truth("a != 1", nan, 0, 0, 0), EV_UNKNOWN);
	assert_int_equal(truth("a > 1 or c", nan, 0, 1, 0), EV_TRUE);
	assert_int_equal(truth("c and a > 1", nan, 0, 0, 0), EV_FALSE);
	assert_int_equal(truth("a > 1 and c", nan, 0, 0, 0), EV_FALSE);
	assert_int_equal(truth("a > 1 and c", nan, 0, 1, 0), EV_UNKNOWN);
	assert_int_equal(truth("not (a + b > 1)", 1, nan, 1, 0), EV_UNKNOWN);
	assert_int_equal(truth("d = x or c", 0, 0, nan, nan), EV_UNKNOWN);
}

static void every_comparison_compares(void **state)
{
	(void)state;
	assert_int_equal(truth("a = b", 1, 1, 0, 0), EV_TRUE);
	assert_int_equal(truth("a != b", 1, 1, 0, 0), EV_FALSE);
	assert_int_equal(truth("a < b", 1, 1, 0, 0), EV_FALSE);
	assert_int_equal(truth("a <= b", 1, 1, 0, 0), EV_TRUE);
	assert_int_equal(truth("a > b", 1, 1, 0, 0), EV_FALSE);
	assert_int_equal(truth("a >= b", 1, 1, 0, 0), EV_TRUE);
}

static void it_says_what_it_uses(void **state)
{
	struct ev_expr *e = parse("a + 1 > 2 and d != x");
	uint8_t used[4] = { 0 };

	(void)state;
	ev_expr_uses(e, used);
	assert_true(used[0] && !used[1] && !used[2] && used[3]);
	ev_expr_free(e);
}

static void what_is_wrong_is_told_with_its_place(void **state)
{
	static const struct { const char *text; size_t at; const char *said; }
	all[] = {
		{ "", 0, "the expression ends too early" },
		{ "a >", 3, "the expression ends too early" },
		{ "a > 1 b", 6, "nothing may follow here" },
		{ "(a > 1", 6, "')' is missing here" },
		{ "a > 1 > 2", 6, "nothing may follow here" },
		{ "aa > 1", 0, "no variable has this name" },
		{ "a > zz", 4, "no variable has this name" },
		{ "d", 0, "this variable has levels: compare it with one by = "
		  "or !=" },
		{ "d = z", 4, "the variable has no such level" },
		{ "d = 3", 4, "a level is needed here" },
		{ "a and c", 2, "both sides of this have to be true or false" },
		{ "c + 1", 2, "both sides of this have to be numbers" },
		{ "not a", 0, "'not' needs something true or false" },
		{ "-c", 0, "this is true or false, not a number" },
		{ "a > 1.2.3", 4, "this is no number" },
		{ "a > 'x'", 4, "a number, name or '(' is needed here" },
		{ "a & b", 2, "nothing may follow here" },
	};
	struct ev_expr *e;
	size_t i, at;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(all); i++) {
		assert_int_equal(ev_expr_parse(&e, all[i].text, &at, &names),
				 EV_EINVALID);
		assert_null(e);
		assert_string_equal(ev_error_last()->message, all[i].said);
		if (at != all[i].at)
			fail_msg("'%s' is wrong at %zu, not %zu", all[i].text,
				 all[i].at, at);
	}
	ev_expr_parse(&e, "aa > 1", &at, &names);
	assert_string_equal(ev_error_last()->hints, "did you mean 'a'?\n");
}

static void refuse_many(const char *piece, size_t n, const char *end,
			const char *said)
{
	char *text = ev_calloc(n * strlen(piece) + strlen(end) + 1, 1);
	struct ev_expr *e;
	size_t at, i;

	for (i = 0; i < n; i++)
		memcpy(text + i * strlen(piece), piece, strlen(piece));
	memcpy(text + n * strlen(piece), end, strlen(end));
	assert_int_equal(ev_expr_parse(&e, text, &at, &names), EV_EINVALID);
	assert_string_equal(ev_error_last()->message, said);
	free(text);
}

static void it_has_limits(void **state)
{
	(void)state;
	refuse_many("(", 70, "a", "the expression is too deep");
	refuse_many("not ", 70, "c", "the expression is too deep");
	refuse_many("-", 70, "a", "the expression is too deep");
	refuse_many("a+", 300, "a > 1", "the expression has too many parts");
	refuse_many(" ", EV_EXPR_MAX_BYTES, "c", "the expression is too long");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(products_bind_before_sums_before_comparisons),
		cmocka_unit_test(and_binds_before_or),
		cmocka_unit_test(levels_are_named_or_quoted),
		cmocka_unit_test(what_is_missing_decides_only_where_it_must),
		cmocka_unit_test(every_comparison_compares),
		cmocka_unit_test(it_says_what_it_uses),
		cmocka_unit_test(what_is_wrong_is_told_with_its_place),
		cmocka_unit_test(it_has_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
