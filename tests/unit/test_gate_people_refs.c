/*
 * How a protected ref may move: names, rewinds, what is made once, and what a
 * branch holds or gets; in repositories with and without all of the history.
 */
#include "tests/unit/peoplefix.h"

static void judge(const char *from, const char *to)
{
	px_open(from, to);
	fix_ok(ev_rule_refs(&px));
}

static void judge_tag(const char *ref, const char *from, const char *to)
{
	struct ev_oid old = px_oid(from), new = px_oid(to);

	px_q.ref = ref;
	px_open_at(&old, &new, 1);
	fix_ok(ev_rule_refs(&px));
}

static void a_ref_moves_forward(void **state)
{
	(void)state;
	px_commit("one");
	px_commit("two");
	px_commit("three");
	judge("main~2", "main");
	assert_int_equal(px_verdict.n, 1);
	px_says("ref.rewind", EV_PASS, "goes before");
	judge("main", "main");
	px_says("ref.rewind", EV_PASS, "stays where it is");
	judge("", "main");
	px_says("ref.rewind", EV_PASS, "is new");
	fix_run("git checkout -q -b side main~2");
	px_commit("four");
	fix_run("git merge -q -s ours --no-edit main");
	judge("main", "side");
	px_says("ref.rewind", EV_PASS, "goes before");
}

/* With a range that is needed anyway, and without. */
static void it_moves_neither_back_nor_aside(void **state)
{
	char *hint;
	int ranged;

	(void)state;
	px_commit("one");
	px_commit("two");
	fix_run("git checkout -q -b side main~");
	px_commit("three");
	for (ranged = 0; ranged < 2; ranged++) {
		px_req.commits_signed = ranged;
		judge("main", "main~");
		px_says("ref.rewind", EV_FAIL, "does not go before");
		hint = fix_out("echo \"git commit-tree -p $(git rev-parse"
			       " --short main) -m 'back to $(git rev-parse"
			       " --short main~)'\"");
		px_hints("ref.rewind", hint);
		free(hint);
		judge("main", "side");
		px_says("ref.rewind", EV_FAIL, "does not go before");
		px_hints("ref.rewind", "git merge ");
		judge("main~", "side");
		px_says("ref.rewind", EV_PASS, "goes before");
		assert_int_equal(px.range.loaded, ranged);
	}
}

/* The hint of a rewind, taken at its word, gives a step forward. */
static void the_mend_of_a_rewind_is_a_commit_that_goes_back(void **state)
{
	const struct ev_verdict_rule *r;

	(void)state;
	px_commit("one");
	px_commit("two");
	judge("main", "main~");
	r = px_rule("ref.rewind");
	assert_non_null(r);
	fix_run("git tag back \"$(%s\n)\"", r->hint);
	judge("main", "back");
	px_says("ref.rewind", EV_PASS, "goes before");
	fix_run("git diff --quiet back main~");
}

static void it_is_not_deleted(void **state)
{
	(void)state;
	px_commit("one");
	px_protect[0].create_once = true;
	judge("main", "");
	px_says("ref.rewind", EV_FAIL, "deleted");
	px_says("ref.create_once", EV_FAIL, "made once");
	assert_int_equal(px_verdict.n, 2);
}

static void what_is_made_once_does_not_move(void **state)
{
	(void)state;
	px_commit("one");
	px_commit("two");
	px_protect[0].create_once = true;
	judge("main~", "main");
	px_says("ref.create_once", EV_FAIL, "made once");
	px_says("ref.rewind", EV_PASS, "");
	judge("", "main");
	px_says("ref.create_once", EV_PASS, "new");
}

static void a_merge_goes_on_from_one_of_its_parents(void **state)
{
	struct ev_oid one, two;

	(void)state;
	px_commit("one");
	px_commit("two");
	px_commit("three");
	one = px_oid("main~2");
	two = px_oid("main~");
	px_q.merging = true;
	px_q.tree = px_oid("main^{tree}");
	ev_oids_add(&px_heads, &one);
	judge("main~2", "");
	px_says("ref.rewind", EV_PASS, "goes before");
	ev_oids_add(&px_heads, &two);
	judge("main~", "");
	px_says("ref.rewind", EV_PASS, "goes before");
	judge("main", "");
	px_says("ref.rewind", EV_FAIL, "does not go before");
	px_heads.items[0] = px_heads.items[1];
	px_heads.n = 1;
	judge("main~2", "");
	px_says("ref.rewind", EV_PASS, "goes before");
	/* Nothing is there yet that could be signed. */
	ev_strs_add(&px_protect[0].signed_by, "quality");
	judge("main~2", "");
	assert_null(px_rule("ref.signed_by"));
}

static void without_the_history_nothing_is_told(void **state)
{
	struct ev_oid absent, to;
	int ranged;

	(void)state;
	px_commit("one");
	px_commit("two");
	px_commit("three");
	memset(&absent, 0x4b, sizeof(absent));
	to = px_oid("main");
	px_open_at(&absent, &to, 0);
	fix_ok(ev_rule_refs(&px));
	px_says("ref.rewind", EV_INCOMPLETE, "is not here");
	px_hints("ref.rewind", "git fetch");
	px_open_at(&to, &absent, 0);
	fix_ok(ev_rule_refs(&px));
	px_says("ref.target", EV_INCOMPLETE, "is not here");
	assert_int_equal(px_verdict.n, 1);
	fix_run("git tag first main~2 && git rev-parse main~ >.git/shallow");
	for (ranged = 0; ranged < 2; ranged++) {
		px_req.commits_signed = ranged;
		judge("first", "main");
		px_says("ref.rewind", EV_INCOMPLETE, "cannot be told");
		px_hints("ref.rewind", "git fetch --unshallow");
		judge("main~", "main");
		px_says("ref.rewind", EV_PASS, "goes before");
	}
	fix_run("rm .git/shallow &&"
		" rm -f .git/objects/$(git rev-parse main~ | sed 's,^..,&/,')");
	judge("first", "main");
	px_says("ref.rewind", EV_INCOMPLETE, "cannot be told");
}

static void only_a_commit_can_be_judged(void **state)
{
	(void)state;
	px_commit("one");
	fix_run("git tag -a -m x x && git tag -a -m y y x &&"
		" git tag -a -m z z main:one");
	judge("", "main^{tree}");
	px_says("ref.target", EV_FAIL, "is a tree, not a commit");
	judge("", "main:one");
	px_says("ref.target", EV_FAIL, "is a blob, not a commit");
	judge("", "x");
	px_says("ref.target", EV_FAIL, "is a tag, not a commit");
	judge("", "main");
	assert_null(px_rule("ref.target"));
	judge_tag("refs/tags/v1", "", "x");
	assert_null(px_rule("ref.target"));
	judge_tag("refs/tags/v1", "", "y");
	px_says("ref.target", EV_FAIL, "one step");
	judge_tag("refs/tags/v1", "", "z");
	px_says("ref.target", EV_FAIL, "one step");
	judge_tag("refs/tags/v1", "main:one", "x");
	px_says("ref.rewind", EV_FAIL, "no commit");
}

static void a_name_that_only_differs_in_case_is_no_other(void **state)
{
	(void)state;
	px_commit("one");
	px_q.ref = "refs/heads/Production";
	judge("", "main");
	px_says("ref.name", EV_FAIL, PX_HEAD);
	judge_tag("refs/tags/V1", "", "main");
	px_says("ref.name", EV_FAIL, "refs/tags/v*");
	judge_tag("refs/tags/v1", "", "main");
	assert_null(px_rule("ref.name"));
}

static struct ev_ref_changes with;

static void a_release_is_what_the_branch_holds_or_gets(void **state)
{
	struct ev_oid one, two, none = ev_oid_zero;

	(void)state;
	px_commit("one");
	px_commit("two");
	fix_run("git update-ref " PX_HEAD " main~ && git tag -a -m x x main~");
	one = px_oid("main~");
	two = px_oid("main");
	px_req.promoted_on = px_words[0];
	judge_tag("refs/tags/v1", "", "main~");
	px_says("ref.promoted_on", EV_PASS, "holds");
	judge_tag("refs/tags/v1", "", "x");
	px_says("ref.promoted_on", EV_PASS, "holds");
	judge_tag("refs/tags/v1", "", "main");
	px_says("ref.promoted_on", EV_FAIL, "does not hold");
	px_q.with = &with;
	ev_ref_changes_add(&with, "refs/heads/other", &none, &two);
	judge_tag("refs/tags/v1", "", "main");
	px_says("ref.promoted_on", EV_FAIL, "does not hold");
	ev_ref_changes_add(&with, PX_HEAD, &one, &two);
	judge_tag("refs/tags/v1", "", "main");
	px_says("ref.promoted_on", EV_PASS, "by the same push");
	with.items[1].new = none;
	judge_tag("refs/tags/v1", "", "main");
	px_says("ref.promoted_on", EV_FAIL, "does not hold");
	with.items[1].new = px_oid("x");
	judge_tag("refs/tags/v1", "", "x");
	px_says("ref.promoted_on", EV_PASS, "by the same push");
	ev_ref_changes_release(&with);
	px_q.with = NULL;
	fix_run("git update-ref -d " PX_HEAD);
	judge_tag("refs/tags/v1", "", "main");
	px_says("ref.promoted_on", EV_FAIL, "is not there");
}

static void a_clone_goes_by_what_the_remote_held(void **state)
{
	(void)state;
	px_commit("one");
	px_commit("two");
	px_req.promoted_on = px_words[0];
	px_q.authoritative = false;
	judge_tag("refs/tags/v1", "", "main");
	px_says("ref.promoted_on", EV_FAIL, "is not there");
	fix_run("git remote add origin ../elsewhere");
	judge_tag("refs/tags/v1", "", "main");
	px_says("ref.promoted_on", EV_INCOMPLETE, "not known here");
	fix_run("git update-ref refs/remotes/origin/production main");
	judge_tag("refs/tags/v1", "", "main");
	px_says("ref.promoted_on", EV_PASS, "holds");
	judge_tag("refs/tags/v1", "", "main~");
	px_says("ref.promoted_on", EV_FAIL, "does not hold");
	/* On a server a tracking ref is nothing. */
	px_q.authoritative = true;
	judge_tag("refs/tags/v1", "", "main");
	px_says("ref.promoted_on", EV_FAIL, "is not there");
}

static void what_is_not_signed_is_not_signed_by_anyone(void **state)
{
	(void)state;
	px_commit("one");
	fix_run("git tag -a -m x v1");
	ev_strs_add(&px_protect[0].signed_by, "quality");
	ev_strs_add(&px_protect[1].signed_by, "quality");
	ev_strs_add(&px_protect[1].signed_by, "clinical");
	judge("", "main");
	px_says("ref.signed_by", EV_FAIL, "not signed by quality: not signed");
	px_hints("ref.signed_by", "git commit --amend --no-edit --gpg-sign");
	judge_tag("refs/tags/v1", "", "v1");
	px_says("ref.signed_by", EV_FAIL,
		"not signed by quality or clinical: not signed");
	px_hints("ref.signed_by", "git tag --sign --force 'v1' '");
	judge_tag("refs/tags/v1", "", "main");
	px_says("ref.signed_by", EV_FAIL, "no annotated tag");
}

#define REPO_TEST(f) cmocka_unit_test_setup_teardown(f, px_setup, px_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		REPO_TEST(a_ref_moves_forward),
		REPO_TEST(it_moves_neither_back_nor_aside),
		REPO_TEST(the_mend_of_a_rewind_is_a_commit_that_goes_back),
		REPO_TEST(it_is_not_deleted),
		REPO_TEST(what_is_made_once_does_not_move),
		REPO_TEST(a_merge_goes_on_from_one_of_its_parents),
		REPO_TEST(without_the_history_nothing_is_told),
		REPO_TEST(only_a_commit_can_be_judged),
		REPO_TEST(a_name_that_only_differs_in_case_is_no_other),
		REPO_TEST(a_release_is_what_the_branch_holds_or_gets),
		REPO_TEST(a_clone_goes_by_what_the_remote_held),
		REPO_TEST(what_is_not_signed_is_not_signed_by_anyone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
