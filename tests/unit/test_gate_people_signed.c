/*
 * Commits and tags signed by listed people and by others: commits.signed,
 * ref.signed_by, and the fingerprints among the contributors.
 */
#include "tests/unit/peoplefix.h"
#include "tests/unit/signfix.h"

#include "base/clock.h"
#include "ledger/cache.h"

static struct ev_keyhome *home;
static struct ev_person_key keys[3];

/* Ada has two keys; mallory's is in the home and listed for nobody. */
static int group_setup(void **state)
{
	static const char *const names[] = { "ada", "rsa", "quinn" };
	size_t i;

	if (sf_setup(state))
		return -1;
	home = sf_open("ada quinn rsa mallory expired");
	for (i = 0; i < EV_ARRAY_SIZE(names); i++)
		memcpy(keys[i].fpr, sf_fpr(names[i]), 41);
	return 0;
}

static int group_teardown(void **state)
{
	ev_keyhome_close(home);
	return sf_teardown(state);
}

static int setup(void **state)
{
	px_setup(state);
	px_q.now = ev_now();
	px_policy.trust.home = home;
	px_people[PX_ADA].keys = keys;
	px_people[PX_ADA].nkeys = 2;
	px_people[PX_QUINN].keys = &keys[2];
	px_people[PX_QUINN].nkeys = 1;
	px_commit("base");
	return 0;
}

static int teardown(void **state)
{
	ev_cache_close(px_policy.trust.cache);
	px_policy.trust.cache = NULL;
	return px_teardown(state);
}

static void signed_commit(const char *name, const char *key)
{
	fix_run("echo %s >>'%s' && git add -A &&"
		" git -c user.signingKey='%s!' commit -qS -m '%s'", name, name,
		sf_fpr(key), name);
}

static void judge_commits(const char *from)
{
	px_req.commits_signed = true;
	px_open(from, "main");
	fix_ok(ev_range_load(&px.range, &px));
	fix_ok(ev_rule_commits(&px));
}

static void every_commit_must_be_signed(void **state)
{
	char *want;

	(void)state;
	signed_commit("one", "ada");
	signed_commit("two", "rsa");
	signed_commit("three", "quinn");
	judge_commits("main~3");
	px_says("commits.signed", EV_PASS, "3 of 3");
	px_hints("commits.signed", NULL);
	px_commit("four");
	judge_commits("main~4");
	want = fix_out("echo \"1 of 4 are not: $(git rev-parse --short main)"
		       " (not signed)\"");
	assert_string_equal(px_rule("commits.signed")->detail, want);
	free(want);
	px_hints("commits.signed", "git rebase --force-rebase --gpg-sign ");
	judge_commits("");
	px_hints("commits.signed", NULL);
	px_says("commits.signed", EV_FAIL, "2 of 5");
	judge_commits("main");
	px_says("commits.signed", EV_PASS, "0 of 0");
	px_req.commits_signed = false;
	px_open("main~", "main");
	fix_ok(ev_rule_commits(&px));
	assert_null(px_rule("commits.signed"));
}

static void three_are_named(void **state)
{
	char *want;

	(void)state;
	px_commit("one");
	signed_commit("two", "mallory");
	px_commit("three");
	judge_commits("main~3");
	assert_null(strstr(px_rule("commits.signed")->detail, "..."));
	want = fix_out("git rev-parse --short main~");
	assert_non_null(strstr(px_rule("commits.signed")->detail, want));
	px_says("commits.signed", EV_FAIL, "listed for nobody");
	free(want);
	px_commit("four");
	judge_commits("main~4");
	px_says("commits.signed", EV_FAIL, "4 of 4 are not: ");
	px_says("commits.signed", EV_FAIL, "listed for nobody), ...");
	want = fix_out("git rev-parse --short main~3");
	assert_null(strstr(px_rule("commits.signed")->detail, want));
	free(want);
}

static void what_is_altered_or_cut_off_is_not_signed(void **state)
{
	struct ev_oid to, from = px_oid("main");
	char *id;

	(void)state;
	signed_commit("one", "ada");
	id = fix_out("git cat-file commit main | sed 's/^one$/won/' |"
		     " git hash-object -t commit -w --stdin");
	fix_ok(ev_oid_parse(&to, id));
	free(id);
	px_req.commits_signed = true;
	px_open_at(&from, &to, 0);
	fix_ok(ev_rule_commits(&px));
	px_says("commits.signed", EV_FAIL, "not over these bytes");
	fix_run("git rev-parse main >.git/shallow");
	px_open("", "main");
	fix_ok(ev_rule_commits(&px));
	px_says("commits.signed", EV_INCOMPLETE, "shallow");
	px_hints("commits.signed", "git fetch --unshallow");
}

static void gpg_is_asked_once(void **state)
{
	unsigned runs;

	(void)state;
	signed_commit("one", "ada");
	signed_commit("two", "ada");
	judge_commits("main~2");
	runs = ev_sign_gpg_runs();
	judge_commits("main~2");
	px_says("commits.signed", EV_PASS, "2 of 2");
	assert_int_equal(ev_sign_gpg_runs(), runs);
}

static void signers_are_contributors_where_it_matters(void **state)
{
	struct ev_strs all = EV_STRS_INIT;

	(void)state;
	signed_commit("one", "ada");
	signed_commit("two", "quinn");
	signed_commit("three", "ada");
	signed_commit("four", "mallory");
	signed_commit("five", "ci");
	px_open("main~5", "main");
	fix_ok(ev_range_contributors(&all, &px));
	assert_int_equal(all.n, 1);
	assert_string_equal(all.items[0], "ada@example.org");
	ev_strs_release(&all);
	px_req.has_separation = true;
	px_open("main~5", "main");
	fix_ok(ev_range_contributors(&all, &px));
	assert_int_equal(all.n, 4);
	assert_string_equal(all.items[0], keys[0].fpr);
	assert_string_equal(all.items[1], keys[2].fpr);
	assert_string_equal(all.items[2], sf_fpr("mallory"));
	assert_string_equal(all.items[3], "ada@example.org");
	assert_int_equal(px.range.nsigners, 3);
	assert_ptr_equal(px.range.signers[1].person, &px_people[PX_ADA]);
	assert_null(px.range.signers[0].person);
	ev_strs_release(&all);
}

/* Whoever names a key that is not theirs must not bar its owner. */
static void a_bad_signature_names_no_signer(void **state)
{
	struct ev_oid to, from = px_oid("main");
	char *id;

	(void)state;
	signed_commit("one", "quinn");
	id = fix_out("git cat-file commit main | sed 's/^one$/won/' |"
		     " git hash-object -t commit -w --stdin");
	fix_ok(ev_oid_parse(&to, id));
	free(id);
	px_req.has_separation = true;
	px_open_at(&from, &to, 0);
	fix_ok(ev_range_load(&px.range, &px));
	assert_true(px.range.commits[0].is_signed);
	fix_ok(ev_range_signatures(&px));
	assert_int_equal(px.range.nsigners, 0);
	assert_int_equal(px.range.commits[0].sig, EV_OBJSIG_BAD);
}

static void judge_tag(const char *ref, const char *to)
{
	struct ev_oid none = ev_oid_zero, new = px_oid(to);

	px_q.ref = ref;
	px_open_at(&none, &new, 1);
	fix_ok(ev_rule_refs(&px));
}

static void sign_tag(const char *name, const char *key)
{
	fix_run("git -c user.signingKey='%s!' tag -s -m m '%s' main",
		sf_fpr(key), name);
}

static void a_tag_is_signed_by_the_role_under_its_own_name(void **state)
{
	(void)state;
	ev_strs_add(&px_protect[1].signed_by, "quality");
	sign_tag("v1", "quinn");
	sign_tag("v2", "ada");
	sign_tag("v3", "mallory");
	judge_tag("refs/tags/v1", "v1");
	px_says("ref.signed_by", EV_PASS, "Quinn Abara");
	px_hints("ref.signed_by", NULL);
	judge_tag("refs/tags/v2", "v2");
	px_says("ref.signed_by", EV_FAIL,
		"signed by Dr. Ada Kern, who is not quality");
	judge_tag("refs/tags/v3", "v3");
	px_says("ref.signed_by", EV_FAIL, "listed for nobody");
	/* Under another name, and below another folder. */
	judge_tag("refs/tags/v4", "v1");
	px_says("ref.signed_by", EV_FAIL, "made as 'v1', not as 'v4'");
	judge_tag("refs/tags/v/v1", "v1");
	px_says("ref.signed_by", EV_FAIL, "made as 'v1', not as 'v/v1'");
}

static void a_branch_goes_by_its_last_commit(void **state)
{
	(void)state;
	ev_strs_add(&px_protect[0].signed_by, "quality");
	signed_commit("one", "quinn");
	px_open("", "main");
	fix_ok(ev_rule_refs(&px));
	px_says("ref.signed_by", EV_PASS, "Quinn Abara");
	signed_commit("two", "ada");
	px_open("", "main");
	fix_ok(ev_rule_refs(&px));
	px_says("ref.signed_by", EV_FAIL, "who is not quality");
	/* A signed commit is no signed tag. */
	ev_strs_add(&px_protect[1].signed_by, "clinical");
	judge_tag("refs/tags/v1", "main");
	px_says("ref.signed_by", EV_FAIL, "no annotated tag");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_commit_must_be_signed),
		TEST(three_are_named),
		TEST(what_is_altered_or_cut_off_is_not_signed),
		TEST(gpg_is_asked_once),
		TEST(signers_are_contributors_where_it_matters),
		TEST(a_bad_signature_names_no_signer),
		TEST(a_tag_is_signed_by_the_role_under_its_own_name),
		TEST(a_branch_goes_by_its_last_commit),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
