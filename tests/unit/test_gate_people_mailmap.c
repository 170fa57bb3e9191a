/*
 * What .mailmap says, beside what git check-mailmap says of the same file.
 */
#include "tests/unit/gitfix.h"

#include "gate/mailmap.h"

static const char map_text[] =
"# Nobody <nobody@example.org> <somebody@example.org>\n"
"Ada Kern <ada@example.org>\n"
"<ada@example.org> <ada@home.example>\n"
"Quinn Abara <quinn@example.org> <q@old.example>\n"
"  Robin   Sato\t <robin@example.org>   bob   <shared@example.org>  # note\n"
"Rhea <rhea@example.org> ann <shared@example.org>\n"
"Somebody <some@example.org> <shared@example.org>\n"
"<only@example.org> one <names@example.org>\n"
"First <first@example.org> <twice@example.org>\n"
"Second <twice@example.org>\n"
"First <first@example.org> x <named@example.org>\n"
"Last <last@example.org> X <Named@example.org>\n"
"First <first@example.org> y <named@example.org>\n"
"<later@example.org> y <named@example.org>\n"
"Empty <empty@example.org> <>\n"
"<> <gone@example.org>\n"
"no address at all\n"
"Open <open@example.org\n"
"Late <late@example.org> > <very@example.org>\n"
"\n"
"CR <cr@example.org> <lf@example.org>\r\n"
"No End <end@example.org> <noend@example.org>";

static const struct { const char *name, *email; } rows[] = {
	{ "ada", "ada@example.org" }, { "Ada", "ADA@HOME.EXAMPLE" },
	{ "q", "q@old.example" }, { "Q", "quinn@example.org" },
	{ "bob", "shared@example.org" }, { "BOB", "Shared@example.org" },
	{ "ann", "shared@example.org" }, { "eve", "shared@example.org" },
	{ "one", "names@example.org" }, { "two", "names@example.org" },
	{ "x", "twice@example.org" }, { "x", "named@example.org" },
	{ "y", "named@example.org" }, { "e", "empty@example.org" },
	{ "n", "nobody@example.org" }, { "s", "somebody@example.org" },
	{ "g", "gone@example.org" }, { "o", "open@example.org" },
	{ "v", "very@example.org" }, { "l", "late@example.org" },
	{ "c", "lf@example.org" }, { "c", "cr@example.org" },
	{ "e", "noend@example.org" }, { "z", "unknown@example.org" },
	{ "a", "ada@example.orgs" }, { "a", "ada@example.or" },
};

static void git_reads_the_same(void **state)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_mailmap map;
	const char *email, *name;
	char *said, *ours;
	size_t i;

	(void)state;
	ev_buf_adds(&text, map_text);
	fix_run("git init -q --bare m");
	assert_return_code(ev_file_replace("map", text.ptr, text.len, 0600), 0);
	fix_run("cd m && git config mailmap.blob"
		" $(git hash-object -w --no-filters ../map)");
	ev_mailmap_read(&map, &text);
	for (i = 0; i < EV_ARRAY_SIZE(rows); i++) {
		name = rows[i].name;
		email = rows[i].email;
		said = fix_out("git -C m check-mailmap '%s <%s>'", name, email);
		ev_mailmap_find(&map, &email, &name);
		ours = ev_strdupf("%s <%s>", name, email);
		assert_string_equal(ours, said);
		free(ours);
		free(said);
	}
	ev_mailmap_release(&map);
	ev_buf_release(&text);
}

static void it_says_whether_anybody_is_somebody_else(void **state)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_mailmap map;
	const char *email = "shared@example.org", *name = "bob";

	(void)state;
	ev_buf_adds(&text, map_text);
	ev_mailmap_read(&map, &text);
	assert_true(ev_mailmap_find(&map, &email, &name));
	assert_string_equal(email, "robin@example.org");
	assert_string_equal(name, "Robin   Sato");
	email = "unknown@example.org";
	assert_false(ev_mailmap_find(&map, &email, &name));
	assert_string_equal(email, "unknown@example.org");
	ev_mailmap_release(&map);
	ev_buf_release(&text);
}

static void an_empty_file_and_bytes_that_are_no_text_say_nothing(void **state)
{
	static const char bytes[] = "\0A <a@example.org> <b@example.org>\n"
		"\xff\xfe <\xff> <\n<<<>>>\n";
	struct ev_buf text = EV_BUF_INIT;
	struct ev_mailmap map;
	const char *email = "b@example.org", *name = "b";

	(void)state;
	ev_mailmap_read(&map, &text);
	assert_false(ev_mailmap_find(&map, &email, &name));
	ev_mailmap_release(&map);
	ev_buf_add(&text, bytes, sizeof(bytes) - 1);
	ev_mailmap_read(&map, &text);
	assert_false(ev_mailmap_find(&map, &email, &name));
	ev_mailmap_release(&map);
	ev_buf_release(&text);
}

/* Whoever could make each lookup slow could hold up a server. */
static void many_lines_about_one_address_cost_little(void **state)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_mailmap map;
	const char *email, *name;
	char who[32];
	int i;

	(void)state;
	for (i = 0; i < 100000; i++)
		ev_buf_addf(&text, "N%d <n@x> o%d <o@x>\n<m%d@x> <o@x>\n", i,
			    i, i);
	ev_mailmap_read(&map, &text);
	assert_int_equal(map.n, 100001);
	for (i = 0; i < 100000; i++) {
		snprintf(who, sizeof(who), "o%d", i);
		email = "o@x";
		name = who;
		assert_true(ev_mailmap_find(&map, &email, &name));
		assert_int_equal(atoi(name + 1), i);
	}
	email = "o@x";
	name = "p";
	assert_true(ev_mailmap_find(&map, &email, &name));
	assert_string_equal(email, "m99999@x");
	ev_mailmap_release(&map);
	ev_buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(git_reads_the_same, fix_setup,
						fix_teardown),
		cmocka_unit_test(it_says_whether_anybody_is_somebody_else),
		cmocka_unit_test(
			an_empty_file_and_bytes_that_are_no_text_say_nothing),
		cmocka_unit_test(many_lines_about_one_address_cost_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
