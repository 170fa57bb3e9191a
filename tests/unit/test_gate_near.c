/* A row of few commits is told as git rev-list tells it, and else not at all. */
#include "gitfix.h"

#include "gate/near.h"
#include "gate/people.h"

static struct ev_oid oid_of(const char *name)
{
	char *hex = fix_out("git -C a rev-parse --verify '%s'", name);
	struct ev_oid oid;

	if (ev_oid_parse(&oid, hex))
		fail_msg("'%s' is '%s'", name, hex);
	free(hex);
	return oid;
}

/* "a": first, second (signed, or as if), third; a merge of them on top. */
static struct ev_repo *some_commits(void)
{
	struct ev_repo *r = NULL;

	fix_repo("a");
	fix_run("cd a && git commit -q --allow-empty -m second &&"
		" git cat-file commit HEAD | sed '/^committer/a\\\n"
		"gpgsig -----BEGIN PGP SIGNATURE-----\\\n \\\n"
		" -----END PGP SIGNATURE-----' |"
		" git hash-object -t commit -w --stdin >id &&"
		" git reset -q --hard $(cat id) && rm id &&"
		" git commit -q --allow-empty -m 'third' -m 'two lines' &&"
		" git branch third &&"
		" git checkout -q -b side HEAD~2 &&"
		" git commit -q --allow-empty -m side && git checkout -q main &&"
		" git merge -q --no-ff -m merge side");
	fix_ok(ev_repo_open(&r, "a"));
	return r;
}

static bool before(struct ev_repo *r, const char *old, const char *new)
{
	struct ev_oid a = oid_of(old), b = oid_of(new);

	return ev_near_before(r, &a, &b);
}

static void what_is_met_along_first_parents_goes_before(void **state)
{
	struct ev_repo *r = some_commits();

	(void)state;
	assert_true(before(r, "third~2", "third"));
	assert_true(before(r, "third~1", "main"));
	/* it may be before, and is on another line */
	assert_false(before(r, "side", "main"));
	assert_false(before(r, "third", "third~1"));
	assert_false(before(r, "third", "third"));
	assert_false(before(r, "third^{tree}", "third"));
	ev_repo_close(r);
}

static bool range(struct ev_buf *out, struct ev_repo *r, const char *old,
		  const char *new)
{
	struct ev_oid a = oid_of(old), b = oid_of(new);

	return ev_near_range(out, r, &a, &b);
}

static void a_row_is_what_rev_list_prints(void **state)
{
	struct ev_repo *r = some_commits();
	struct ev_buf out = EV_BUF_INIT;
	char *theirs;
	size_t i;

	(void)state;
	assert_true(range(&out, r, "third~2", "third"));
	for (i = 0; i < out.len; i++)
		if (!out.ptr[i])
			out.ptr[i] = '@';
	theirs = fix_out("git -C a rev-list --parents --header --encoding=none"
			 " third~2..third | tr '\\000' '@' |"
			 " sed 's/^    //'");
	ev_buf_chomp(&out);
	assert_string_equal(out.ptr, theirs);
	free(theirs);
	ev_buf_release(&out);
	ev_repo_close(r);
}

static void merges_and_far_commits_are_left_to_git(void **state)
{
	struct ev_repo *r = some_commits();
	struct ev_buf out = EV_BUF_INIT;

	(void)state;
	assert_false(range(&out, r, "third", "main"));
	assert_false(range(&out, r, "side", "third"));
	assert_int_equal(out.len, 0);
	fix_run("cd a && git checkout -q -B far && i=0 &&"
		" while [ $i -lt %d ]; do i=$((i + 1));"
		" git commit -q --allow-empty -m $i; done", EV_NEAR_MAX + 1);
	assert_false(before(r, "main", "far"));
	assert_true(before(r, "far~256", "far"));
	assert_false(range(&out, r, "main", "far"));
	assert_int_equal(out.len, 0);
	ev_buf_release(&out);
	ev_repo_close(r);
}

static void a_shallow_clone_is_left_to_git(void **state)
{
	struct ev_repo *r = some_commits();
	struct ev_buf out = EV_BUF_INIT;

	(void)state;
	ev_repo_close(r);
	fix_run("git clone -q --depth 2 --branch third \"file://$PWD/a\" b");
	fix_ok(ev_repo_open(&r, "b"));
	assert_false(range(&out, r, "third~1", "third"));
	assert_false(range(&out, r, "third", "third"));
	assert_false(before(r, "third~1", "third"));
	/* its name is stored */
	assert_false(before(r, "third~2", "third"));
	ev_buf_release(&out);
	ev_repo_close(r);
}

/* The commit is stored, and what it names is not. */
static void what_is_not_here_is_left_to_git(void **state)
{
	struct ev_repo *r = some_commits();
	struct ev_buf out = EV_BUF_INIT;
	struct ev_oid first = oid_of("third~2"), second = oid_of("third~1"),
		third = oid_of("third");

	(void)state;
	ev_repo_close(r);
	fix_run("cd a && first=$(git rev-parse third~2) &&"
		" rm -f .git/objects/$(echo $first | cut -c1-2)/"
		"$(echo $first | cut -c3-)");
	fix_ok(ev_repo_open(&r, "a"));
	assert_true(ev_near_before(r, &second, &third));
	assert_true(ev_near_range(&out, r, &second, &third));
	ev_buf_clear(&out);
	assert_false(ev_near_before(r, &first, &third));
	assert_false(ev_near_range(&out, r, &first, &third));
	assert_false(ev_near_range(&out, r, &first, &first));
	assert_false(ev_near_before(r, &third, &first));
	assert_int_equal(out.len, 0);
	ev_buf_release(&out);
	ev_repo_close(r);
}

/* git by itself would follow both, and the one that the gate asks does not. */
static void replace_refs_and_grafts_change_nothing(void **state)
{
	struct ev_repo *r = some_commits();
	struct ev_buf out = EV_BUF_INIT;
	struct ev_oid side = oid_of("side"), third = oid_of("third");
	enum ev_ancestry a;
	char *count;

	(void)state;
	ev_repo_close(r);
	fix_run("cd a && git config advice.graftFileDeprecated false &&"
		" git replace --graft third~1 side &&"
		" mkdir -p .git/info && echo"
		" $(git rev-parse third) $(git rev-parse side)"
		" >.git/info/grafts");
	count = fix_out("git -C a rev-list --count side..third 2>/dev/null");
	assert_string_equal(count, "1");
	free(count);
	fix_ok(ev_repo_open(&r, "a"));
	assert_false(ev_near_before(r, &side, &third));
	assert_false(ev_near_range(&out, r, &side, &third));
	fix_ok(ev_ancestry_ask(&a, r, &side, &third));
	assert_int_equal(a, EV_NOT_BEFORE);
	fix_run("cd a && mv .git/info/grafts . &&"
		" GIT_NO_REPLACE_OBJECTS=1 git branch first third~2 &&"
		" mv grafts .git/info");
	assert_true(before(r, "first", "third"));
	assert_true(range(&out, r, "first", "third"));
	ev_buf_release(&out);
	ev_repo_close(r);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fix_setup, fix_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_met_along_first_parents_goes_before),
		TEST(a_row_is_what_rev_list_prints),
		TEST(merges_and_far_commits_are_left_to_git),
		TEST(a_shallow_clone_is_left_to_git),
		TEST(what_is_not_here_is_left_to_git),
		TEST(replace_refs_and_grafts_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
