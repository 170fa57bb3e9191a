#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"

static void beginnings_and_ends_are_told(void **state)
{
	(void)state;
	assert_true(ev_starts_with("refs/notes/x", "refs/notes/"));
	assert_true(ev_starts_with("a", ""));
	assert_false(ev_starts_with("re", "refs"));
	assert_false(ev_starts_with(NULL, ""));
	assert_true(ev_ends_with("model.onnx", ".onnx"));
	assert_true(ev_ends_with("a", ""));
	assert_false(ev_ends_with("nnx", "onnx"));
	assert_false(ev_ends_with(NULL, "x"));
}

static void nothing_equals_only_nothing(void **state)
{
	(void)state;
	assert_true(ev_streq("a", "a"));
	assert_false(ev_streq("a", "b"));
	assert_true(ev_streq(NULL, NULL));
	assert_false(ev_streq(NULL, ""));
	assert_false(ev_streq("", NULL));
}

static void a_list_owns_sorts_and_thins_its_strings(void **state)
{
	struct ev_strs l = EV_STRS_INIT;

	(void)state;
	ev_strs_sort(&l);
	ev_strs_uniq(&l);
	ev_strs_add(&l, "b");
	ev_strs_addf(&l, "%c%d", 'a', 1);
	ev_strs_take(&l, ev_strdup("\xc3\xa4"));
	ev_strs_add(&l, "B");
	ev_strs_add(&l, "b");
	ev_strs_add(&l, "a1");
	assert_int_equal(l.n, 6);
	assert_string_equal(l.items[1], "a1");
	assert_true(ev_strs_has(&l, "B"));
	assert_false(ev_strs_has(&l, "a"));
	ev_strs_sort(&l);
	ev_strs_uniq(&l);
	assert_int_equal(l.n, 4);
	assert_string_equal(l.items[0], "B");
	assert_string_equal(l.items[1], "a1");
	assert_string_equal(l.items[2], "b");
	assert_string_equal(l.items[3], "\xc3\xa4");
	ev_strs_release(&l);
	assert_int_equal(l.n, 0);
	ev_strs_release(&l);
}

static void distance_counts_edits_and_neighbour_swaps(void **state)
{
	static const struct {
		const char *a, *b;
		size_t want;
	} rows[] = {
		{ "", "", 0 }, { "", "abc", 3 }, { "abc", "", 3 },
		{ "gate", "gate", 0 }, { "gate", "gaet", 1 },
		{ "ab", "ba", 1 }, { "kitten", "sitting", 3 },
		{ "ca", "abc", 3 }, { "validate", "vaildate", 1 },
		{ "sync", "snyc", 1 }, { "record", "recrod", 1 },
		{ "dossier", "dosier", 1 }, { "abcd", "badc", 2 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(rows); i++) {
		assert_int_equal(ev_edit_distance(rows[i].a, rows[i].b),
				 rows[i].want);
		assert_int_equal(ev_edit_distance(rows[i].b, rows[i].a),
				 rows[i].want);
	}
}

static void only_a_near_word_is_proposed(void **state)
{
	static const char *const words[] = {
		"gate", "validate", "approve", "dossier", "log", "sync",
		"recertification"
	};
	size_t n = EV_ARRAY_SIZE(words);

	(void)state;
	assert_string_equal(ev_closest("gaet", words, n), "gate");
	assert_string_equal(ev_closest("vlidaet", words, n), "validate");
	assert_string_equal(ev_closest("lgo", words, n), "log");
	assert_string_equal(ev_closest("sync", words, n), "sync");
	assert_null(ev_closest("lost", words, n));
	assert_null(ev_closest("promote", words, n));
	assert_null(ev_closest("", words, n));
	assert_null(ev_closest("gate", words, 0));
	/* Three is the most, however long the word. */
	assert_null(ev_closest("recertifxxxxion", words, n));
	assert_string_equal(ev_closest("recertifxxxtion", words, n),
			    "recertification");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(beginnings_and_ends_are_told),
		cmocka_unit_test(nothing_equals_only_nothing),
		cmocka_unit_test(a_list_owns_sorts_and_thins_its_strings),
		cmocka_unit_test(distance_counts_edits_and_neighbour_swaps),
		cmocka_unit_test(only_a_near_word_is_proposed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
