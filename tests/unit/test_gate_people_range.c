/*
 * from..to as one git process tells it: which commits, by whom, signed or not;
 * and when that cannot be told.
 */
#include "tests/unit/peoplefix.h"

#include "gate/history.h"

static void load(const char *from, const char *to)
{
	px_open(from, to);
	fix_ok(ev_range_load(&px.range, &px));
}

static void known(size_t commits)
{
	if (!px.range.known)
		fail_msg("%s", px.range.reason);
	assert_int_equal(px.range.ncommits, commits);
}

static void unknown(const char *part)
{
	assert_false(px.range.known);
	if (!strstr(px.range.reason, part))
		fail_msg("'%s'", px.range.reason);
}

static const struct ev_contributor *who(const char *email, const char *name)
{
	const struct ev_range *r = &px.range;
	size_t i;

	for (i = 0; i < r->npeople; i++)
		if (!strcmp(r->people[i].email, email) &&
		    !strcmp(r->people[i].name, name))
			return &r->people[i];
	return NULL;
}

static void commits_are_those_that_git_lists(void **state)
{
	struct ev_buf ours = EV_BUF_INIT;
	const struct ev_range_commit *x;
	char commit[EV_OID_HEX + 1], tree[EV_OID_HEX + 1], *theirs;
	size_t i;

	(void)state;
	px_commit("base");
	fix_run("git checkout -q -b a");
	px_commit("one");
	fix_run("git checkout -q -b b main");
	px_commit("two");
	fix_run("git checkout -q -b c main");
	px_commit("three");
	fix_run("git checkout -q main && git -c user.name=Q -c user.email=q@x"
		" merge -q --no-ff -m m a b c");
	px_commit("last");
	fix_run("git tag -a -m t t");
	load("main~2", "t");
	known(5);
	for (i = 0; i < px.range.ncommits; i++) {
		x = &px.range.commits[i];
		ev_oid_hex(commit, &x->commit);
		ev_oid_hex(tree, &x->tree);
		ev_buf_addf(&ours, "%s%s %s %s %s %s %s", i ? "\n" : "",
			    commit, tree, x->author, x->author_name,
			    x->committer, x->committer_name);
	}
	theirs = fix_out("git log --format='%%H %%T %%ae %%an %%ce %%cn'"
			 " main~2..t");
	assert_string_equal(ours.ptr, theirs);
	free(theirs);
	ev_buf_release(&ours);
	assert_true(px.range.has_from);
	assert_int_equal(px.range.npeople, 1);
}

static void what_the_ref_holds_is_not_in_it(void **state)
{
	(void)state;
	px_commit("one");
	px_commit("two");
	load("main", "main");
	known(0);
	assert_int_equal(px.range.npeople, 0);
	load("main", "main~");
	known(0);
	assert_false(px.range.has_from);
	load("main~", "main");
	known(1);
	assert_true(px.range.has_from);
	/* Asked again, it is not walked again. */
	px.range.ncommits = 7;
	fix_ok(ev_range_load(&px.range, &px));
	assert_int_equal(px.range.ncommits, 7);
	px.range.ncommits = 1;
	load("main", "");
	known(0);
}

static void a_new_ref_has_all_but_what_was_adopted(void **state)
{
	(void)state;
	px_commit("one");
	px_commit("two");
	px_commit("three");
	load("", "main");
	known(3);
	px_policy.has_adopted = true;
	px_policy.adopted = px_oid("main~");
	load("", "main");
	known(1);
	/* It is about new refs. */
	load("main~2", "main");
	known(2);
	/* It need not be here. */
	memset(&px_policy.adopted, 0x4b, sizeof(px_policy.adopted));
	load("", "main");
	known(3);
}

static void a_merge_not_made_yet_has_the_commits_of_its_parents(void **state)
{
	struct ev_oid one;

	(void)state;
	px_commit("base");
	fix_run("git branch production && git checkout -q -b a");
	px_commit("one");
	fix_run("git checkout -q -b b main");
	px_commit("two");
	px_q.merging = true;
	px_q.tree = px_oid("a^{tree}");
	one = px_oid("a");
	ev_oids_add(&px_heads, &one);
	one = px_oid("b");
	ev_oids_add(&px_heads, &one);
	load("production", "");
	known(2);
	assert_true(px.range.has_from);
}

static void authors_and_committers_are_told_apart(void **state)
{
	const struct ev_contributor *x;

	(void)state;
	px_commit("base");
	setenv("GIT_AUTHOR_NAME", "Quinn Abara", 1);
	setenv("GIT_AUTHOR_EMAIL", "quinn@example.org", 1);
	px_commit("one");
	load("main~", "main");
	known(1);
	assert_int_equal(px.range.npeople, 2);
	x = who("quinn@example.org", "Quinn Abara");
	assert_non_null(x);
	assert_true(x->author && !x->committer);
	assert_true(ev_oid_eq(&x->commit, &px.commit));
	x = who("ada@example.org", "Dr. Ada Kern");
	assert_non_null(x);
	assert_true(!x->author && x->committer);
}

static void a_mailmap_only_adds(void **state)
{
	struct ev_strs all = EV_STRS_INIT;

	(void)state;
	px_commit("base");
	fix_run("echo 'Quinn Abara <quinn@example.org> <ada@example.org>'"
		" >.mailmap");
	px_commit("one");
	/* The file in the working folder is not the candidate's. */
	fix_run("echo 'Eve <eve@example.org> <ada@example.org>' >.mailmap");
	load("main~", "main");
	known(1);
	assert_int_equal(px.range.npeople, 2);
	assert_non_null(who("ada@example.org", "Dr. Ada Kern"));
	assert_non_null(who("quinn@example.org", "Quinn Abara"));
	assert_true(who("quinn@example.org", "Quinn Abara")->author);
	fix_ok(ev_range_contributors(&all, &px));
	assert_int_equal(all.n, 2);
	assert_string_equal(all.items[0], "ada@example.org");
	assert_string_equal(all.items[1], "quinn@example.org");
	ev_strs_release(&all);
}

static void a_mailmap_that_cannot_be_read_hides_nobody(void **state)
{
	(void)state;
	px_commit("base");
	fix_run("ln -s /etc/passwd .mailmap");
	px_commit("one");
	load("main~", "main");
	known(1);
	fix_run("rm .mailmap && mkdir .mailmap && touch .mailmap/x");
	px_commit("two");
	load("main~", "main");
	known(1);
	fix_run("rm -r .mailmap && head -c 4200000 /dev/zero | tr '\\0' '\\n'"
		" >.mailmap");
	px_commit("three");
	load("main~", "main");
	unknown(".mailmap is too large");
}

/* Commits as they come from elsewhere, byte for byte. */
static char *raw_commit(const char *fmt, const char *header)
{
	return fix_out("printf '%s' '%s' >c &&"
		       " git hash-object -t commit -w --literally c", fmt,
		       header);
}

static void odd_commits_are_read_as_git_reads_them(void **state)
{
	char *header, *id;
	struct ev_oid to, from;

	(void)state;
	px_commit("base");
	from = px_oid("main");
	header = fix_out("echo tree $(git rev-parse main^{tree});"
			 " echo parent $(git rev-parse main)");
	/* no message, and no empty line before it */
	id = raw_commit("%s\\nauthor A  <a@x> 1 +0000\\n"
			"committer  <b@x> 1 +0000\\n", header);
	fix_ok(ev_oid_parse(&to, id));
	px_open_at(&from, &to, 0);
	fix_ok(ev_range_load(&px.range, &px));
	known(1);
	assert_true(px.range.has_from);
	assert_non_null(who("a@x", "A"));
	assert_string_equal(px.range.commits[0].author_name, "A");
	assert_string_equal(px.range.commits[0].committer_name, "");
	assert_string_equal(px.range.commits[0].committer, "b@x");
	free(id);
	/* what a message says is no header, nor what a header goes on with */
	id = raw_commit("%s\\nauthor A <a@x> 1 +0000\\n"
			"committer B <b@x> 1 +0000\\nencoding ISO-8859-1\\n"
			"note x\\n author N <n@x> 1 +0000\\n gpgsig\\n\\n"
			"author C <c@x> 1 +0000\\ngpgsig x\\n\\nparent x\\n",
			header);
	fix_ok(ev_oid_parse(&to, id));
	px_open_at(&from, &to, 0);
	fix_ok(ev_range_load(&px.range, &px));
	known(1);
	assert_int_equal(px.range.npeople, 2);
	assert_false(px.range.commits[0].is_signed);
	free(id);
	/* a parent is one only before all else, a tree is the first line */
	id = raw_commit("%s\\nauthor A <a@x> 1 +0000\\n"
			"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\\n"
			"parent 4b825dc642cb6eb9a060e54bf8d69288fbee4904\\n"
			"committer B <b@x> 1 +0000\\n\\nm\\n", header);
	fix_ok(ev_oid_parse(&to, id));
	px_open_at(&from, &to, 0);
	fix_ok(ev_range_load(&px.range, &px));
	known(1);
	assert_true(ev_oid_eq(&px.range.commits[0].tree, &px.tree));
	free(id);
	/* two authors: git shows the first, and both have a say */
	id = raw_commit("%s\\nauthor J\\344n <a@x> 1 +0000\\n"
			"author C <c@x> 1 +0000\\n"
			"committer B <b@x> 1 +0000\\nencoding ISO-8859-1\\n"
			"gpgsig -----BEGIN\\n x\\n\\nm\\n", header);
	fix_ok(ev_oid_parse(&to, id));
	px_open_at(&from, &to, 0);
	fix_ok(ev_range_load(&px.range, &px));
	known(1);
	assert_string_equal(px.range.commits[0].author, "a@x");
	assert_non_null(who("a@x", "J\xc3\xa4n"));
	assert_non_null(who("c@x", "C"));
	assert_true(px.range.commits[0].is_signed);
	free(id);
	free(header);
}

/* Git goes by the bytes, whatever they are said to mean. */
static void what_an_encoding_makes_of_a_commit_is_not_what_it_is(void **state)
{
	char *header, *id;
	struct ev_oid to, from;

	(void)state;
	px_commit("one");
	px_commit("two");
	from = px_oid("main");
	header = fix_out("echo tree $(git rev-parse main^{tree});"
			 " echo parent $(git rev-parse main~)");
	id = fix_out("{ printf '%%s\\nauthor ' '%s';"
		     " printf '\\n%%s\\nparent %%s\\nauthor C <c@x> 1 +0000'"
		     " \"tree $(git rev-parse main^{tree})\""
		     " $(git rev-parse main) | iconv -t IBM037;"
		     " printf '<a@x> 1 +0000\\ncommitter B <b@x> 1 +0000\\n';"
		     " printf 'encoding IBM037\\n\\nm\\n'; } >c &&"
		     " git hash-object -t commit -w --literally c", header);
	fix_ok(ev_oid_parse(&to, id));
	px_open_at(&from, &to, 0);
	fix_ok(ev_range_load(&px.range, &px));
	known(1);
	assert_false(px.range.has_from);
	assert_string_equal(px.range.commits[0].author, "a@x");
	free(id);
	/* what it shows is somebody too */
	id = raw_commit("%s\\nauthor A <ada+AEA-x> 1 +0000\\n"
			"committer B <b@x> 1 +0000\\nencoding UTF-7\\n\\n",
			header);
	fix_ok(ev_oid_parse(&to, id));
	px_open_at(&from, &to, 0);
	fix_ok(ev_range_load(&px.range, &px));
	known(1);
	assert_non_null(who("ada+AEA-x", "A"));
	assert_non_null(who("ada@x", "A"));
	assert_true(who("ada@x", "A")->author);
	assert_false(who("ada@x", "A")->committer);
	free(id);
	/* and nobody, what no encoding is, or is none of a name */
	id = raw_commit("%s\\nauthor A <+AAA-x> 1 +0000\\n"
			"committer B <b@x> 1 +0000\\nencoding UTF-7//X\\n"
			"encoding UTF-7\\n\\n", header);
	fix_ok(ev_oid_parse(&to, id));
	px_open_at(&from, &to, 0);
	fix_ok(ev_range_load(&px.range, &px));
	known(1);
	assert_int_equal(px.range.npeople, 2);
	free(id);
	free(header);
}

static void who_made_it_has_to_be_said(void **state)
{
	static const char *const headers[] = {
		"%s\\nauthor A <a@x> 1 +0000\\n\\nm\\n",
		"%s\\ncommitter B <b@x> 1 +0000\\n\\nm\\n",
		"%s\\nauthor <> 1 +0000\\ncommitter B <b@x> 1 +0000\\n\\nm\\n",
		"%s\\nauthor A 1 +0000\\ncommitter B <b@x> 1 +0000\\n\\nm\\n",
		"%s\\nauthor \\0A <a@x> 1 +0000\\ncommitter B <b@x> 1 +0000\\n",
	};
	char *header, *id;
	struct ev_oid to, from;
	size_t i;

	(void)state;
	px_commit("base");
	from = px_oid("main");
	header = fix_out("echo tree $(git rev-parse main^{tree});"
			 " echo parent $(git rev-parse main)");
	for (i = 0; i < EV_ARRAY_SIZE(headers); i++) {
		id = raw_commit(headers[i], header);
		fix_ok(ev_oid_parse(&to, id));
		px_open_at(&from, &to, 0);
		fix_ok(ev_range_load(&px.range, &px));
		unknown("does not say who made");
		free(id);
	}
	free(header);
}

static void configuration_changes_nothing(void **state)
{
	(void)state;
	px_commit("base");
	px_commit("one");
	fix_run("git config i18n.logOutputEncoding UTF-16 &&"
		" git config log.showSignature true &&"
		" git config format.pretty oneline &&"
		" git config color.ui always &&"
		" git config log.mailmap true && echo 'E <e@x> <ada@example.org>'"
		" >map && git config mailmap.file map");
	load("main~", "main");
	known(1);
	assert_int_equal(px.range.npeople, 1);
	assert_non_null(who("ada@example.org", "Dr. Ada Kern"));
}

static void replaced_and_grafted_history_is_not_followed(void **state)
{
	(void)state;
	px_commit("one");
	px_commit("two");
	px_commit("three");
	fix_run("git replace --graft main main~2");
	load("main~2", "main");
	known(2);
}

static void a_shallow_clone_says_so(void **state)
{
	(void)state;
	px_commit("one");
	px_commit("two");
	px_commit("three");
	fix_run("git clone -q --depth=2 \"file://$PWD\" ../shallow");
	assert_return_code(chdir("../shallow"), 0);
	load("main~", "main");
	known(1);
	assert_true(px.range.has_from);
	load("", "main");
	unknown("shallow");
	assert_string_equal(ev_range_hint(&px), "git fetch --unshallow");
	/* A parent that is named is not one that is here. */
	memset(&px_q.from, 0x4b, sizeof(px_q.from));
	px_open_at(&px_q.from, &px_q.to, 0);
	fix_ok(ev_range_load(&px.range, &px));
	unknown("is not here");
}

/* `from` hides less than it should where its own history is cut off. */
static void what_a_cut_off_value_hides_is_not_told(void **state)
{
	(void)state;
	px_commit("one");
	px_commit("two");
	fix_run("git checkout -q -b side main~");
	px_commit("three");
	fix_run("git checkout -q --orphan new && git rm -qrf .");
	px_commit("four");
	load("main", "side");
	known(1);
	load("main", "new");
	known(1);
	fix_run("git rev-parse main >.git/shallow");
	load("main", "side");
	unknown("shallow");
	load("main", "new");
	unknown("shallow");
	load("", "new");
	known(1);
}

static void missing_objects_are_told(void **state)
{
	struct ev_strs all = EV_STRS_INIT;

	(void)state;
	px_commit("one");
	px_commit("two");
	px_commit("three");
	fix_run("rm -f .git/objects/$(git rev-parse main~ |"
		" sed 's,^..,&/,')");
	load("", "main");
	unknown("not all here");
	fix_fails(ev_range_contributors(&all, &px), EV_EINCOMPLETE,
		  "not all here");
	assert_int_equal(all.n, 0);
	assert_string_equal(ev_range_hint(&px), "git fetch");
}

static void an_old_value_that_is_no_commit_is_told(void **state)
{
	struct ev_oid blob, to;

	(void)state;
	px_commit("one");
	blob = px_oid("main:one");
	to = px_oid("main");
	px_open_at(&blob, &to, 0);
	fix_ok(ev_range_load(&px.range, &px));
	unknown("no commit");
}

/* The stream in pieces of any size, and what may not be in it. */

#define OID "1111111111111111111111111111111111111111"
#define OTHER "2222222222222222222222222222222222222222"

static int feed(struct ev_history *h, struct ev_range *r, const char *p,
		size_t n, size_t piece)
{
	size_t i;
	int ret = 0;

	memset(r, 0, sizeof(*r));
	ev_buf_init(&r->pool);
	ev_history_init(h, r);
	for (i = 0; i < n && ret == 0; i += piece)
		ret = ev_history_feed(h, p + i, n - i < piece ? n - i : piece);
	if (ret == 0)
		ev_history_end(h);
	return ret;
}

static void pieces_of_any_size_give_the_same(void **state)
{
	static const char text[] =
		OID " " OTHER "\ntree " OTHER "\nparent " OTHER "\n"
		"author A <a@x> 1 +0000\ncommitter B <b@x> 1 +0000\n"
		"gpgsig x\n y\n\n    text\n\0"
		OTHER "\ntree " OID "\nauthor A <a@x> 1 +0000\n"
		"committer A <a@x> 1 +0000\n\0";
	struct ev_history h;
	struct ev_range r;
	size_t piece;

	(void)state;
	for (piece = 1; piece < sizeof(text); piece++) {
		fix_ok(feed(&h, &r, text, sizeof(text) - 1, piece));
		assert_int_equal(h.at, EV_AT_NAME);
		assert_int_equal(r.ncommits, 2);
		assert_string_equal(r.commits[0].author, "a@x");
		assert_string_equal(r.commits[0].committer_name, "B");
		assert_true(r.commits[0].is_signed);
		assert_string_equal(r.commits[1].committer, "a@x");
		assert_false(r.commits[1].is_signed);
		assert_int_equal(h.nmakers, 2);
		ev_history_release(&h);
		ev_range_release(&r);
	}
}

static void what_cannot_be_read_stops(void **state)
{
	static const struct { const char *text, *reason; } rows[] = {
		{ "warning: x\n", "cannot be read" },
		{ OID "\ntree x\n", "tree" },
		{ OID "\ntree " OTHER "\nparent x\n", "parent" },
	};
	struct ev_history h;
	struct ev_range r;
	struct ev_buf line = EV_BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(rows); i++) {
		assert_int_equal(feed(&h, &r, rows[i].text,
				      strlen(rows[i].text), 64), EV_ESTOP);
		assert_non_null(strstr(r.reason, rows[i].reason));
		ev_history_release(&h);
		ev_range_release(&r);
	}
	ev_buf_adds(&line, OID "\nauthor ");
	for (i = 0; i < 100000; i++)
		ev_buf_adds(&line, "a long long name");
	ev_buf_adds(&line, "\n");
	assert_int_equal(feed(&h, &r, line.ptr, line.len, 65536), EV_ESTOP);
	assert_non_null(strstr(r.reason, "too long"));
	ev_history_release(&h);
	ev_range_release(&r);
	ev_buf_release(&line);
}

static void many_people_are_told_apart(void **state)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_history h;
	struct ev_range r;
	size_t i;

	(void)state;
	for (i = 0; i < 3000; i++) {
		ev_buf_addf(&text, OID "\ntree " OID "\nauthor A%zu <%zu@x> 1\n"
			    "committer A%zu <%zu@x> 1\n", i % 1500, i % 1500,
			    i % 700, i % 700);
		ev_buf_addc(&text, '\0');
	}
	fix_ok(feed(&h, &r, text.ptr, text.len, 4096));
	assert_int_equal(r.ncommits, 3000);
	assert_int_equal(h.nmakers, 1500);
	assert_string_equal(r.commits[2999].author, "1499@x");
	assert_string_equal(r.commits[2999].author_name, "A1499");
	assert_string_equal(r.commits[2999].committer, "199@x");
	assert_false(h.makers[1400].committer);
	assert_true(h.makers[600].committer);
	ev_history_release(&h);
	ev_range_release(&r);
	ev_buf_release(&text);
}

#define REPO_TEST(f) cmocka_unit_test_setup_teardown(f, px_setup, px_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		REPO_TEST(commits_are_those_that_git_lists),
		REPO_TEST(what_the_ref_holds_is_not_in_it),
		REPO_TEST(a_new_ref_has_all_but_what_was_adopted),
		REPO_TEST(a_merge_not_made_yet_has_the_commits_of_its_parents),
		REPO_TEST(authors_and_committers_are_told_apart),
		REPO_TEST(a_mailmap_only_adds),
		REPO_TEST(a_mailmap_that_cannot_be_read_hides_nobody),
		REPO_TEST(odd_commits_are_read_as_git_reads_them),
		REPO_TEST(what_an_encoding_makes_of_a_commit_is_not_what_it_is),
		REPO_TEST(who_made_it_has_to_be_said),
		REPO_TEST(configuration_changes_nothing),
		REPO_TEST(replaced_and_grafted_history_is_not_followed),
		REPO_TEST(a_shallow_clone_says_so),
		REPO_TEST(what_a_cut_off_value_hides_is_not_told),
		REPO_TEST(missing_objects_are_told),
		REPO_TEST(an_old_value_that_is_no_commit_is_told),
		cmocka_unit_test(pieces_of_any_size_give_the_same),
		cmocka_unit_test(what_cannot_be_read_stops),
		cmocka_unit_test(many_people_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
