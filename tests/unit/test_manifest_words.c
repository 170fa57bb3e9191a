#include "gitfix.h"

#include "manifest/build.h"

static void words_that_only_hold_a_place_are_refused(void **state)
{
	static const char *const words[] = {
		"", " ", "TBD", "tbd", " ToDo ", "unknown", "UNKNOWN", "n/a",
		"N/A", "none", "xxx", "XXXX", "?", "???", "...", "TBD by QA",
		"TODO: ask", "<name>", "not applicable", "changeme", "-",
		"00000000000000000000000000000000",
		"sha256:0000000000000000000000000000000000000000000000000000"
		"000000000000",
		"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495"
		"991b7852b855",
		"sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffff"
		"ffffffffffff",
	};
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(words); i++)
		if (!ev_is_placeholder(words[i]))
			fail_msg("'%s' passes", words[i]);
}

static void words_that_say_something_pass(void **state)
{
	static const char *const words[] = {
		"0", "1.0", "RhythmGuard", "x", "xx", "isotonic", "todos los",
		"nonexistent", "IU-1", "unknown rhythm class added", "a < b",
		"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d"
		"6c15b0f00a08", "0000", "tbdx",
	};
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(words); i++)
		if (ev_is_placeholder(words[i]))
			fail_msg("'%s' is refused", words[i]);
}

static void unfinished_is_narrower_than_placeholder(void **state)
{
	(void)state;
	assert_true(ev_is_unfinished("TBD"));
	assert_false(ev_is_unfinished("none"));
	assert_false(ev_is_unfinished("unknown"));
}

static void trailers_are_read_as_git_reads_them(void **state)
{
	static const struct { const char *message, *value; } cases[] = {
		{ "t\n\nChange-Id: CR-1\n", "CR-1" },
		{ "t\n\nbody\n\nchange-id : CR-2 \nB: c\n\n", "CR-2" },
		{ "t\n\nChange-Id: a\nChange-Id: b\n", "b" },
		{ "t\n\nChange-Id: a\n  b\n", "a b" },
		{ "t\n\ntext\nSigned-off-by: x\nChange-Id: q\n", "q" },
		{ "t\n\ntext\nChange-Id: q\n", NULL },
		{ "Change-Id: CR-1\n", NULL },
		{ "t\n\nChange-Id: CR-1\n\nlast words\n", NULL },
		{ "t\n\nChange-Id:\n", NULL },
		{ "t\n\nChange-Ids: CR-1\n", NULL },
		{ "", NULL },
		{ "t\n\nChange-Id: CR-9", "CR-9" },
	};
	char *got;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		got = ev_trailer(cases[i].message, "Change-Id");
		if (!ev_streq(got, cases[i].value))
			fail_msg("'%s' gives '%s'", cases[i].message,
				 got ? got : "(none)");
		free(got);
	}
}

#define VERSION "version https://git-lfs.github.com/spec/v1\n"
#define OID "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

static void lfs_pointers_are_told_from_files(void **state)
{
	static const struct { const char *text; int ret; } cases[] = {
		{ VERSION "oid sha256:" OID "\nsize 12345\n", 1 },
		{ VERSION "ext-0-x sha256:" OID "\noid sha256:" OID
		  "\nsize 0\n", 1 },
		{ "hello\n", 0 }, { "", 0 },
		{ VERSION, EV_EINVALID },
		{ VERSION "oid sha256:" OID "\n", EV_EINVALID },
		{ VERSION "oid sha256:" OID "00\nsize 1\n", EV_EINVALID },
		{ VERSION "oid sha256:" OID "\nsize 12x\n", EV_EINVALID },
		{ VERSION "oid md5:" OID "\nsize 12\n", EV_EINVALID },
		{ VERSION "oid sha256:" OID "\nsize 12", EV_EINVALID },
		{ VERSION "size 12\noid sha256:", EV_EINVALID },
		{ VERSION "size 12", EV_EINVALID },
	};
	char hex[65];
	uint64_t size;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++)
		assert_int_equal(ev_lfs_pointer(hex, &size, cases[i].text,
						strlen(cases[i].text)),
				 cases[i].ret);
	ev_lfs_pointer(hex, &size, cases[0].text, strlen(cases[0].text));
	assert_string_equal(hex, OID);
	assert_int_equal(size, 12345);
}

/* The sanitizers see whether anything behind the text is looked at. */
static void an_lfs_pointer_cut_short_at_its_limit_is_malformed(void **state)
{
	static const char head[] = VERSION "size 12\n";
	static const char tail[] = "\noid sha256:\n";
	char text[1024], hex[65];
	uint64_t size;

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, head, sizeof(head) - 1);
	memcpy(text + sizeof(text) - (sizeof(tail) - 1), tail,
	       sizeof(tail) - 1);
	assert_int_equal(ev_lfs_pointer(hex, &size, text, sizeof(text)),
			 EV_EINVALID);
}

static void claims_fail(const char *text, const char *part)
{
	struct ev_claims c = EV_CLAIMS_INIT;

	fix_fails(ev_claims_parse(&c, "claims.yaml", text, strlen(text)),
		  EV_EINVALID, part);
	assert_null(c.root);
}

static void claims_must_name_an_intended_use_that_is_listed(void **state)
{
	static const char good[] =
		"intended_uses: [{id: IU-1, statement: detects AF}]\n"
		"claims: [{id: C-1, statement: sees it, intended_use: IU-1}]\n";
	struct ev_claims c = EV_CLAIMS_INIT;

	(void)state;
	fix_ok(ev_claims_parse(&c, "claims.yaml", good, strlen(good)));
	assert_string_equal(ev_get_string(ev_claims_claim(&c, "C-1"),
					  "intended_use"), "IU-1");
	assert_non_null(ev_claims_use(&c, "IU-1"));
	assert_null(ev_claims_use(&c, "C-1"));
	assert_string_equal(ev_claims_closest(c.claims, "C-2"), "C-1");
	ev_claims_release(&c);
	claims_fail("intended_uses: [{id: IU-1, statement: detects AF}]\n"
		    "claims: [{id: C-1, statement: a b, intended_use: IU-2}]\n",
		    "claims.yaml:2:50: claim 'C-1' names intended use 'IU-2'");
	claims_fail("intended_uses: [{id: A, statement: x y}, "
		    "{id: A, statement: y z}]\n", "'A' is used twice");
	claims_fail("intended_uses: [{id: A, statement: TBD}]\n",
		    "statement of 'A' is a placeholder");
	claims_fail("claims: []\n", "intended_uses");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_that_only_hold_a_place_are_refused),
		cmocka_unit_test(words_that_say_something_pass),
		cmocka_unit_test(unfinished_is_narrower_than_placeholder),
		cmocka_unit_test(trailers_are_read_as_git_reads_them),
		cmocka_unit_test(lfs_pointers_are_told_from_files),
		cmocka_unit_test(
		    an_lfs_pointer_cut_short_at_its_limit_is_malformed),
		cmocka_unit_test(
			claims_must_name_an_intended_use_that_is_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
