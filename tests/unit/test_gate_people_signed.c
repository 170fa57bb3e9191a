/*
 * Commits and tags signed by listed people and by others: commits.signed,
 * ref.signed_by, and the fingerprints among the contributors.  And approvals as
 * they are gathered: what they are bound to, and who may take them back.
 */
#include "tests/unit/peoplefix.h"
#include "tests/unit/signfix.h"

#include "base/clock.h"
#include "ledger/internal.h"

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

/* Approvals given, read and held to the question ---------------------------- */

static struct ev_line taken[2000];	/* withdrawals */
static size_t ntaken;

static struct ev_oid give(const char *from, enum ev_meaning meaning)
{
	struct ev_decision d;
	struct ev_oid tag;

	ev_decision_init(&d, EV_DECISION_APPROVAL);
	d.product = ev_strdup(px_words[2]);
	d.role = ev_strdup("clinical");
	d.name = ev_strdup(px_people[PX_ADA].name);
	d.email = ev_strdup("ada@example.org");
	d.ref = ev_strdup(PX_HEAD);
	d.at = px_q.now;
	d.has_from = *from;
	if (*from)
		fix_ok(ev_oid_parse(&d.from, from));
	d.commit = px_oid("main");
	d.tree = px_oid("main^{tree}");
	d.meaning = meaning;
	memcpy(d.policy, px_policy.link, sizeof(d.policy));
	fix_ok(ev_nonce(d.nonce));
	fix_ok(ev_decision_write(&tag, NULL, px_repo, &px_policy.trust, &d,
				 keys[0].fpr, NULL));
	ev_decision_release(&d);
	ev_evidence_release(&px_evidence);
	fix_ok(ev_evidence_read(&px_evidence, px_repo));
	ntaken = 0;
	return tag;
}

static void take_back(const struct ev_oid *tag, int person)
{
	struct ev_line *l = &taken[ntaken++];
	static char hex[EV_OID_HEX + 1], type[] = "approval";

	memset(l, 0, sizeof(*l));
	ev_oid_hex(hex, tag);
	l->record.kind = EV_KIND_REVOCATION;
	l->record.withdraws_type = type;
	l->record.withdraws_id = hex;
	l->person = &px_people[person];
}

/* The one vote, with what was taken back on the candidate or for all. */
static const struct ev_vote *gather(bool global)
{
	struct ev_lines *on = global ? &px.ledger->global : &px.lines;

	ev_votes_release(&px);
	px.ledger->global_read = true;
	on->items = taken;
	on->n = ntaken;
	fix_ok(ev_votes_gather(&px));
	memset(on, 0, sizeof(*on));
	assert_int_equal(px.nvotes, 1);
	return &px.votes[0];
}

static void counts(bool yes, const char *reason)
{
	const struct ev_vote *v = gather(false);

	if (v->counts != yes || !strstr(v->reason, reason))
		fail_msg("%d '%s'", v->counts, v->reason);
}

static void it_is_bound_to_the_whole_tree(void **state)
{
	(void)state;
	px_policy.version = 1;
	memset(px_policy.link + 7, '1', 64);
	give("", EV_MEANING_APPROVED);
	px_open("", "main");
	counts(true, "");
	/* Twelve digits can be made to agree. */
	px.tree.id[EV_OID_SIZE - 1] ^= 1;
	counts(false, "other content");
}

static void it_is_bound_to_the_old_value_though_that_is_not_here(void **state)
{
	static const char absent[] = "4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b";
	struct ev_oid from, to = px_oid("main");

	(void)state;
	memset(px_policy.link + 7, '1', 64);
	give(absent, EV_MEANING_APPROVED);
	fix_ok(ev_oid_parse(&from, absent));
	px_open_at(&from, &to, 0);
	counts(true, "");
	from.id[0] ^= 1;
	px_open_at(&from, &to, 0);
	counts(false, "given when the ref held 4b4b4b4b4b4b");
	px_open("", "main");
	counts(false, "given when the ref held 4b4b4b4b4b4b");
}

static void add_item(struct ev_quorum *q, const char *role, int64_t count)
{
	EV_GROW(q->items, q->n, q->cap);
	q->items[q->n].role = ev_strdup(role);
	q->items[q->n++].count = count;
}

static void a_yes_is_taken_back_by_its_giver_or_the_roles(void **state)
{
	char name[128], *hex;
	struct ev_oid tag;

	(void)state;
	memset(px_policy.link + 7, '1', 64);
	tag = give("", EV_MEANING_APPROVED);
	px_open("", "main");
	counts(true, "");
	take_back(&tag, PX_QUINN);
	take_back(&tag, PX_ROBIN);
	/* A quorum for changes of the policy has no say in it. */
	add_item(&px_policy.policy_change, "quality", 2);
	counts(true, "");
	ev_strs_add(&px_policy.revoke_approvals, "quality");
	counts(false, "withdrawn by Quinn Abara");
	assert_false(gather(true)->counts);
	ntaken = 0;
	counts(true, "");
	take_back(&tag, PX_ADA);
	counts(false, "withdrawn by Dr. Ada Kern");
	/* However many have no say in it. */
	ntaken = 0;
	while (ntaken < EV_ARRAY_SIZE(taken) - 1)
		take_back(&tag, PX_CI);
	counts(true, "");
	take_back(&tag, PX_ADA);
	counts(false, "withdrawn by Dr. Ada Kern");
	ntaken = 0;
	take_back(&tag, PX_ADA);
	/* By its name, which no other tag around that signature can have. */
	hex = taken[0].record.withdraws_id;
	snprintf(name, sizeof(name), "%s",
		 px.votes[0].decided->ref + strlen("refs/tags/"));
	taken[0].record.withdraws_id = name;
	counts(false, "withdrawn by Dr. Ada Kern");
	assert_false(gather(true)->counts);
	taken[0].record.withdraws_id = hex;
	/* Of another approval. */
	taken[0].record.withdraws_id[0] ^= 1;
	counts(true, "");
}

static void a_no_is_taken_back_by_its_giver_or_a_quorum(void **state)
{
	struct ev_oid tag;

	(void)state;
	memset(px_policy.link + 7, '1', 64);
	tag = give("", EV_MEANING_REJECTED);
	ev_strs_add(&px_policy.revoke_approvals, "quality");
	px_open("", "main");
	assert_true(gather(false)->rejects);
	take_back(&tag, PX_QUINN);
	take_back(&tag, PX_QUINN);
	/* Nobody has a say where nobody is asked. */
	assert_true(gather(false)->rejects);
	add_item(&px_policy.policy_change, "quality", 2);
	assert_true(gather(false)->rejects);
	take_back(&tag, PX_CI);
	ev_strs_add(&px_people[PX_CI].roles, "quality");
	assert_true(gather(false)->rejects);
	take_back(&tag, PX_ROBIN);
	assert_false(gather(false)->rejects);
	counts(false, "withdrawn by a quorum");
	assert_false(gather(true)->rejects);
	/* One person is not two, whatever roles they hold. */
	add_item(&px_policy.policy_change, "regulatory", 1);
	ev_strs_add(&px_people[PX_QUINN].roles, "regulatory");
	assert_true(gather(false)->rejects);
	ntaken = 0;
	take_back(&tag, PX_ADA);
	assert_false(gather(false)->rejects);
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
		TEST(it_is_bound_to_the_whole_tree),
		TEST(it_is_bound_to_the_old_value_though_that_is_not_here),
		TEST(a_yes_is_taken_back_by_its_giver_or_the_roles),
		TEST(a_no_is_taken_back_by_its_giver_or_a_quorum),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
