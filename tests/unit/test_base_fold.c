#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

#include "base/fold.h"
#include "base/mem.h"

struct pair { const char *a, *b; };

static void fold_is(const char *text, const char *want)
{
	char *got = ev_fold(text);

	assert_string_equal(got, want);
	free(got);
}

static void one_name_in_any_letter_case(void **state)
{
	static const struct pair same[] = {
		{ "refs/heads/production", "refs/heads/Production" },
		{ "refs/heads/production", "REFS/HEADS/PRODUCTION" },
		{ "\xc3\x89t\xc3\xa9", "\xc3\xa9T\xc3\x89" },
		{ "\xce\xa3\xce\xaf\xcf\x83\xcf\x85\xcf\x86\xce\xbf\xcf\x82",
		  "\xcf\x83\xce\xaf\xcf\x83\xcf\x85\xcf\x86\xce\xbf\xcf\x83" },
		{ "production", "production" },
		{ "", "" },
	};
	static const struct pair other[] = {
		{ "production", "productions" },
		{ "release-1", "release_1" },
		{ "a", "" },
		{ "\xc3\xa9", "e" },
		{ "i", "\xc4\xb1" },		/* dotless */
		{ "\xd0\xb0", "a" },		/* Cyrillic */
	};
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(same); i++)
		assert_true(ev_fold_eq(same[i].a, same[i].b));
	for (i = 0; i < EV_ARRAY_SIZE(other); i++)
		assert_false(ev_fold_eq(other[i].a, other[i].b));
}

static void letters_that_fold_to_others(void **state)
{
	(void)state;
	fold_is("relea\xc5\xbf" "e", "release");	/* long s */
	fold_is("\xe2\x84\xaa" "elvin", "kelvin");	/* Kelvin sign */
	fold_is("stra\xc3\x9f" "e", "strasse");		/* sharp s */
	fold_is("stra\xe1\xba\x9e" "e", "strasse");	/* its capital */
	fold_is("\xc4\xb0", "i\xcc\x87");		/* I with a dot */
	fold_is("\xef\xac\x81x", "fix");		/* ligature fi */
	fold_is("\xe2\x84\xab", "\xc3\xa5");		/* Angstrom sign */
}

static void composed_and_decomposed_are_one(void **state)
{
	(void)state;
	fold_is("caf\xc3\xa9", "caf\xc3\xa9");
	fold_is("cafe\xcc\x81", "caf\xc3\xa9");
	fold_is("CAFE\xcc\x81", "caf\xc3\xa9");
	assert_true(ev_fold_eq("\xc3\x84", "A\xcc\x88"));
	/* two marks in either order */
	assert_true(ev_fold_eq("q\xcc\x87\xcc\xa3", "q\xcc\xa3\xcc\x87"));
	/* alpha with tonos and iota subscript, in one, two and three parts */
	assert_true(ev_fold_eq("\xe1\xbe\xb4", "\xce\xac\xcd\x85"));
	assert_true(ev_fold_eq("\xe1\xbe\xb4", "\xce\xb1\xcd\x85\xcc\x81"));
}

static void folding_twice_is_folding_once(void **state)
{
	static const char *const texts[] = {
		"\xe1\xbe\xb4", "\xc4\xb0", "\xcd\x85\xcc\x81", "\xe1\xba\x9e",
		"J\xcc\x8c", "\xc7\xb0", "\xce\x90", "\xe1\xbd\x90\xcc\x93",
		"A\xcc\x8a\xcc\xa3", "\xef\xac\x93", "\xea\xad\xb0",
	};
	char *once, *twice;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(texts); i++) {
		once = ev_fold(texts[i]);
		twice = ev_fold(once);
		assert_string_equal(once, twice);
		free(once);
		free(twice);
	}
}

static void bytes_that_are_no_text_stay(void **state)
{
	static const char *const texts[] = {
		"A\xff", "\xc3", "\xc0\xafX", "\xed\xa0\x80X", "\x80XYZ",
		"X\xf4\x90\x80\x80",
	};
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(texts); i++)
		fold_is(texts[i], texts[i]);
	assert_false(ev_fold_eq("A\xff", "a\xff"));
	assert_true(ev_fold_eq("A\xff", "A\xff"));
}

static void a_star_stands_for_anything(void **state)
{
	static const struct { const char *pattern, *text; bool match; } t[] = {
		{ "refs/tags/v*", "refs/tags/v1", true },
		{ "refs/tags/v*", "refs/tags/v", true },
		{ "refs/tags/v*", "refs/tags/v1/rc/2", true },
		{ "refs/tags/v*", "refs/tags/w1", false },
		{ "refs/tags/v*", "refs/tags/", false },
		{ "refs/tags/v*", "arefs/tags/v1", false },
		{ "*", "", true },
		{ "*", "a/b", true },
		{ "**", "", true },
		{ "", "", true },
		{ "", "a", false },
		{ "docs/**", "docs/a/b.md", true },
		{ "docs/**", "docs", false },
		{ "*.md", "README.md", true },
		{ "*.md", "docs/a.md", true },
		{ "*.md", "README.md.sh", false },
		{ "a*b*c", "abc", true },
		{ "a*b*c", "aXbYbZc", true },
		{ "a*b*c", "aXbYbZ", false },
		{ "a*b*c", "acb", false },
		{ "*ab", "aab", true },
		{ "*ab*ab", "ab", false },
		{ "*ab*ab", "abab", true },
		{ "a?c", "abc", false },
		{ "a?c", "a?c", true },
		{ "[ab]", "a", false },
		{ "[ab]", "[ab]", true },
		{ "\\*", "*", false },
		{ "\\*", "\\x", true },
		{ "release", "release", true },
		{ "release", "Release", false },
		{ "release", "releases", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(t); i++)
		if (ev_glob(t[i].pattern, t[i].text) != t[i].match)
			fail_msg("'%s' and '%s'", t[i].pattern, t[i].text);
}

/* Backtracking into every star would take longer than the sun will last. */
static void many_stars_are_no_trap(void **state)
{
	enum { STARS = 1000, LETTERS = 20000 };
	char *pattern = ev_malloc(2 * STARS + 2);
	char *text = ev_malloc(LETTERS + 1);
	clock_t before = clock();
	size_t i;

	(void)state;
	for (i = 0; i < STARS; i++)
		memcpy(pattern + 2 * i, "*a", 2);
	memcpy(pattern + 2 * (size_t)STARS, "b", 2);
	memset(text, 'a', LETTERS);
	text[LETTERS] = '\0';
	assert_false(ev_glob(pattern, text));
	text[LETTERS - 1] = 'b';
	assert_true(ev_glob(pattern, text));
	assert_true(clock() - before < 5 * CLOCKS_PER_SEC);
	free(pattern);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_name_in_any_letter_case),
		cmocka_unit_test(letters_that_fold_to_others),
		cmocka_unit_test(composed_and_decomposed_are_one),
		cmocka_unit_test(folding_twice_is_folding_once),
		cmocka_unit_test(bytes_that_are_no_text_stay),
		cmocka_unit_test(a_star_stands_for_anything),
		cmocka_unit_test(many_stars_are_no_trap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
