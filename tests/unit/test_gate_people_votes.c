/*
 * Counting approvals that are known to be in place: staleness, separation of
 * duties, clearing, and what is said of each.  The votes and records are made
 * by hand; the tables in tests/gate hold the same rules to signed ones.
 */
#include "tests/unit/peoplefix.h"

#define ID(n) #n "0000000000000000000000000000000000000000000000000000000000" \
	"00000"

static struct ev_decided decided[8];
static struct ev_vote votes[8];
static struct ev_record_rule rules[2];
static struct ev_pick picks[8];
static struct ev_line lines[8];
static struct ev_test_rule tests_of[2];
static struct ev_contributor people[4];
static struct ev_range_signer signer;
static char words[][32] = { "unit", "tests.unit", "other", "tests.other" };

static int setup(void **state)
{
	int i;

	px_setup(state);
	memset(decided, 0, sizeof(decided));
	memset(votes, 0, sizeof(votes));
	memset(rules, 0, sizeof(rules));
	memset(picks, 0, sizeof(picks));
	memset(lines, 0, sizeof(lines));
	memset(people, 0, sizeof(people));
	memset(&signer, 0, sizeof(signer));
	px_commit("one");
	px_open("", "main");
	px.decided.items = decided;
	px.votes = votes;
	px.records = rules;
	px.tier = EV_TIER_LOW;
	px.range.loaded = px.range.known = true;
	px.range.people = people;
	px.range.signers = &signer;
	for (i = 0; i < 2; i++) {
		tests_of[i].name = words[2 * i];
		rules[i].rule = words[2 * i + 1];
		rules[i].kind = EV_KIND_TEST;
		rules[i].test = &tests_of[i];
		rules[i].picks.items = picks + 4 * i;
	}
	return 0;
}

static int teardown(void **state)
{
	size_t i;

	for (i = 0; i < 8; i++) {
		free(decided[i].ref);
		ev_decision_release(&decided[i].d);
		ev_record_release(&lines[i].record);
	}
	memset(&px.decided, 0, sizeof(px.decided));
	memset(&px.range, 0, sizeof(px.range));
	memset(&px.manifests, 0, sizeof(px.manifests));
	memset(&px.lines, 0, sizeof(px.lines));
	px.votes = NULL;
	px.records = NULL;
	px.nvotes = px.nrecords = 0;
	return px_teardown(state);
}

static struct ev_vote *vote(int person, const char *role)
{
	struct ev_decided *x = &decided[px.nvotes];
	struct ev_vote *v = &votes[px.nvotes++];

	ev_decision_init(&x->d, EV_DECISION_APPROVAL);
	x->person = &px_people[person];
	x->ref = ev_strdupf(EV_TAGS "approve/1234/%s/%zu", role, px.nvotes);
	x->d.role = ev_strdup(role);
	x->d.name = ev_strdup(px_people[person].name);
	x->d.meaning = EV_MEANING_APPROVED;
	x->d.at = PX_NOW;
	memcpy(x->d.policy, px_policy.link, sizeof(x->d.policy));
	v->decided = x;
	v->counts = true;
	return v;
}

static void ask(const char *role, int64_t count)
{
	struct ev_quorum *q = &px_req.approvals[EV_TIER_NONE];

	EV_GROW(q->items, q->n, q->cap);
	q->items[q->n].role = ev_strdup(role);
	q->items[q->n++].count = count;
}

static void judge(void)
{
	ev_verdict_release(&px_verdict);
	fix_ok(ev_rule_approvals(&px));
}

/* A line of a test, and its pick in a rule. */
static struct ev_pick *record(int rule, const char *id, enum ev_outcome says)
{
	static size_t next;
	struct ev_line *l = &lines[next++ % 8];
	struct ev_record_rule *r = &rules[rule];
	struct ev_pick *p = &r->picks.items[r->picks.n++];

	ev_record_release(&l->record);
	memset(l, 0, sizeof(*l));
	l->record.kind = EV_KIND_TEST;
	l->record.name = ev_strdup(tests_of[rule].name);
	memcpy(l->record.id, id, sizeof(l->record.id));
	l->person = &px_people[PX_CI];
	memset(p, 0, sizeof(*p));
	p->line = l;
	p->outcome = says;
	if (px.nrecords <= (size_t)rule)
		px.nrecords = (size_t)rule + 1;
	return p;
}

static void saw(struct ev_vote *v, const char *id)
{
	ev_strs_addf(&v->decided->d.records, "sha256:%s", id);
}

static void stale(struct ev_vote *v, const char *part)
{
	*v->reason = '\0';
	if (ev_vote_stale(v, &px) != (part != NULL) ||
	    (part && !strstr(v->reason, part)))
		fail_msg("'%s'", v->reason);
}

/* Counting ----------------------------------------------------------------- */

static void it_says_how_many_and_who(void **state)
{
	struct ev_vote *v;

	(void)state;
	ask("clinical", 1);
	ask("quality", 2);
	judge();
	px_says("approvals.clinical", EV_REVIEW, "0 of 1");
	assert_string_equal(px_rule("approvals.quality")->detail, "0 of 2");
	vote(PX_ROBIN, "quality");
	v = vote(PX_ADA, "clinical");
	v->counts = false;
	memcpy(v->reason, "says no more", 13);
	judge();
	assert_string_equal(px_rule("approvals.clinical")->detail,
			    "0 of 1 (Dr. Ada Kern: says no more)");
	assert_string_equal(px_rule("approvals.quality")->detail,
			    "1 of 2 (Robin Sato)");
	vote(PX_QUINN, "quality");
	judge();
	px_says("approvals.quality", EV_PASS, "2 of 2 (Quinn Abara, "
		"Robin Sato)");
	assert_null(px_rule("separation"));
	px_hints("approvals.quality", NULL);
}

static void one_word_of_each_person_is_enough(void **state)
{
	struct ev_vote *v;

	(void)state;
	ask("clinical", 2);
	v = vote(PX_ADA, "clinical");
	v->counts = false;
	memcpy(v->reason, "newer", 6);
	v = vote(PX_ADA, "clinical");
	v->counts = false;
	v->decided->d.at = PX_NOW - 1;
	memcpy(v->reason, "older", 6);
	judge();
	assert_string_equal(px_rule("approvals.clinical")->detail,
			    "0 of 2 (Dr. Ada Kern: newer)");
	vote(PX_ADA, "clinical");
	judge();
	assert_string_equal(px_rule("approvals.clinical")->detail,
			    "1 of 2 (Dr. Ada Kern)");
	vote(PX_ADA, "clinical");
	judge();
	px_says("approvals.clinical", EV_REVIEW, "1 of 2 (Dr. Ada Kern)");
}

static void a_crowd_is_cut_short(void **state)
{
	struct ev_vote *v;
	int i;

	(void)state;
	ask("quality", 1);
	for (i = 0; i < 7; i++) {
		v = vote(PX_QUINN, "quality");
		v->decided->person = NULL;
		free(v->decided->d.name);
		v->decided->d.name = ev_strdupf("Person %d", i);
		v->counts = false;
		memcpy(v->reason, "no", 3);
	}
	judge();
	px_says("approvals.quality", EV_REVIEW, "Person 4: no; 2 more)");
}

static void the_hint_can_be_pasted(void **state)
{
	char *want;

	(void)state;
	ask("clinical", 1);
	judge();
	want = ev_strdupf("git evidence approve %s --role clinical", px.label);
	assert_string_equal(px_rule("approvals.clinical")->hint, want);
	free(want);
	/* Which ref is meant has to be said where there are several. */
	px_protect[1].pattern = px_words[1];
	memcpy(px_words[1], "refs/heads/next", 16);
	judge();
	px_hints("approvals.clinical", " --role clinical --for production");
	px_q.ref = "refs/tags/v1";
	judge();
	px_hints("approvals.clinical", " --for refs/tags/v1");
	memcpy(px_words[1], "refs/tags/v*", 13);
}

static void an_unknown_ledger_leaves_it_open(void **state)
{
	(void)state;
	ask("clinical", 1);
	px.ledger_unknown = true;
	judge();
	px_says("approvals.clinical", EV_REVIEW, "0 of 1");
	vote(PX_ADA, "clinical");
	judge();
	px_says("approvals.clinical", EV_INCOMPLETE, "1 of 1 (Dr. Ada Kern)");
	px_hints("approvals.clinical", "git evidence sync");
}

static void what_is_asked_rises_with_the_tier(void **state)
{
	struct ev_quorum *q = &px_req.approvals[EV_TIER_CRITICAL];

	(void)state;
	ask("clinical", 1);
	EV_GROW(q->items, q->n, q->cap);
	q->items[q->n].role = ev_strdup("quality");
	q->items[q->n++].count = 1;
	px.tier = EV_TIER_HIGH;
	judge();
	assert_null(px_rule("approvals.quality"));
	px.tier = EV_TIER_CRITICAL;
	judge();
	px_says("approvals.quality", EV_REVIEW, "0 of 1");
	px_says("approvals.clinical", EV_REVIEW, "0 of 1");
}

static void a_no_is_heard_in_any_role(void **state)
{
	struct ev_vote *v;

	(void)state;
	ask("clinical", 1);
	vote(PX_ADA, "clinical");
	v = vote(PX_ROBIN, "quality");
	v->counts = false;
	v->rejects = true;
	judge();
	px_says("approvals.clinical", EV_PASS, "1 of 1");
	px_says("approvals.quality", EV_FAIL, "rejected by Robin Sato");
	px_hints("approvals.quality", "git evidence revoke "
		 "approve/1234/quality/2 --reason");
	v = vote(PX_ADA, "clinical");
	v->counts = false;
	v->rejects = true;
	judge();
	px_says("approvals.clinical", EV_FAIL, "rejected by Dr. Ada Kern");
}

/* Staleness ---------------------------------------------------------------- */

static void what_was_seen_must_still_count(void **state)
{
	struct ev_vote *v = vote(PX_ADA, "clinical");
	struct ev_line other;
	struct ev_lines *on = &px.lines;

	(void)state;
	record(0, ID(1), EV_PASS);
	saw(v, ID(1));
	stale(v, NULL);
	saw(v, ID(2));
	stale(v, "record 200000000000, which it names, is not in the ledger");
	/* It is there, and no rule asks for it. */
	memset(&other, 0, sizeof(other));
	memcpy(other.record.id, ID(2), 65);
	other.record.kind = EV_KIND_TEST;
	other.record.name = words[2];
	on->items = &other;
	on->n = 1;
	stale(v, NULL);
	other.state = EV_SUPERSEDED;
	stale(v, "was superseded");
	other.state = EV_REVOKED;
	stale(v, "was withdrawn");
	other.state = EV_UNTIMELY;
	stale(v, "does not count any more");
	/* One that a rule asks for, and that is not among those that count. */
	other.state = EV_LIVE;
	other.record.name = words[0];
	stale(v, "does not count any more");
	other.record.kind = EV_KIND_REPORT;
	stale(v, NULL);
	/* It may lie elsewhere. */
	px.others = on;
	px.nothers = 1;
	stale(v, NULL);
	other.state = EV_REVOKED;
	stale(v, "was withdrawn");
	px.others = NULL;
	px.nothers = 0;
}

static void the_manifest_that_was_seen_must_still_count(void **state)
{
	struct ev_vote *v = vote(PX_ADA, "clinical");
	struct ev_line m;
	struct ev_pick pick = { .line = &m };

	(void)state;
	memset(&m, 0, sizeof(m));
	m.record.kind = EV_KIND_MANIFEST;
	memcpy(m.record.id, ID(3), 65);
	memcpy(v->decided->d.manifest, "sha256:" ID(3), 72);
	stale(v, "is not in the ledger");
	px.manifests.items = &pick;
	px.manifests.n = 1;
	stale(v, NULL);
	px.manifests.n = 0;
	px.lines.items = &m;
	px.lines.n = 1;
	stale(v, NULL);
	px_req.wants_manifest = true;
	stale(v, "does not count any more");
}

static void nothing_worse_may_have_come(void **state)
{
	struct ev_vote *v = vote(PX_ADA, "clinical");
	struct ev_pick *p;

	(void)state;
	record(0, ID(1), EV_PASS);
	p = record(0, ID(2), EV_PASS);
	saw(v, ID(1));
	stale(v, NULL);
	p->outcome = EV_REVIEW;
	stale(v, "record 200000000000 of tests.unit came since, and says "
	      "review");
	saw(v, ID(2));
	stale(v, NULL);
	/* As bad as what was seen. */
	record(0, ID(3), EV_REVIEW);
	stale(v, NULL);
	p = record(0, ID(4), EV_PASS);
	stale(v, NULL);
	p->outcome = EV_FAIL;
	stale(v, "and says fail");
	p->outcome = EV_PASS;
	/* Where nothing was seen, it was as good as passed. */
	p = record(1, ID(5), EV_PASS);
	stale(v, NULL);
	p->rerun = true;
	stale(v, "of tests.other came since, and says review");
}

static void the_requirement_must_be_the_same(void **state)
{
	struct ev_vote *v = vote(PX_ADA, "clinical");
	struct ev_policy older = px_policy;
	struct ev_protect entry = px_protect[0];

	(void)state;
	memcpy(v->decided->d.policy, "sha256:00", 10);
	stale(v, "never in force");
	memcpy(older.link, "sha256:00", 10);
	older.version = 1;
	older.protects = &entry;
	older.nprotects = 1;
	px_links[0] = &older;
	px_links[1] = &px_policy;
	px_chain.n = 2;
	stale(v, NULL);
	memcpy(entry.digest, "sha256:bb", 10);
	stale(v, "the requirement changed since (policy version 1)");
	memcpy(entry.digest, "sha256:aa", 10);
	entry.pattern = px_words[1];
	stale(v, "the requirement changed");
}

/* Clearing ----------------------------------------------------------------- */

static void whoever_saw_it_may_accept_it(void **state)
{
	struct ev_vote *v = vote(PX_ADA, "clinical");
	struct ev_strs by = EV_STRS_INIT;

	(void)state;
	record(0, ID(1), EV_REVIEW);
	saw(v, ID(1));
	ask("clinical", 1);
	assert_null(ev_votes_clear(&px, "tests.unit", &by));
	ev_strs_add(&v->decided->d.clears, "tests.unit");
	assert_ptr_equal(ev_votes_clear(&px, "tests.unit", &by),
			 &px_people[PX_ADA]);
	assert_ptr_equal(ev_votes_clear(&px, "tests.unit", NULL),
			 &px_people[PX_ADA]);
	assert_null(ev_votes_clear(&px, "tests.unit/G01", &by));
	assert_null(ev_votes_clear(&px, "tests.uni", &by));
	ev_strs_add(&by, "quality");
	assert_null(ev_votes_clear(&px, "tests.unit", &by));
	ev_strs_add(&by, "clinical");
	assert_non_null(ev_votes_clear(&px, "tests.unit", &by));
	/* As what nobody asked for, only by whom the rule itself names. */
	v->decided->d.role[0] = 'C';
	assert_non_null(ev_votes_clear(&px, "tests.unit", &by));
	assert_null(ev_votes_clear(&px, "tests.unit", NULL));
	v->decided->d.role[0] = 'c';
	v->conflicted = true;
	assert_null(ev_votes_clear(&px, "tests.unit", &by));
	v->conflicted = v->counts = false;
	assert_null(ev_votes_clear(&px, "tests.unit", &by));
	v->counts = true;
	/* Another record in review came since, no worse and not seen. */
	record(0, ID(2), EV_PASS);
	assert_non_null(ev_votes_clear(&px, "tests.unit", &by));
	record(0, ID(3), EV_REVIEW);
	assert_null(ev_votes_clear(&px, "tests.unit", &by));
	saw(v, ID(3));
	assert_non_null(ev_votes_clear(&px, "tests.unit", &by));
	ev_strs_release(&by);
}

static void a_gate_is_cleared_by_its_own_name(void **state)
{
	struct ev_vote *v = vote(PX_ADA, "clinical");

	(void)state;
	record(0, ID(1), EV_REVIEW);
	ask("clinical", 1);
	ev_strs_add(&v->decided->d.clears, "tests.unit/G01");
	assert_null(ev_votes_clear(&px, "tests.unit/G01", NULL));
	saw(v, ID(1));
	assert_non_null(ev_votes_clear(&px, "tests.unit/G01", NULL));
	assert_null(ev_votes_clear(&px, "tests.unit", NULL));
	/* A rule whose name only begins so is another rule. */
	record(1, ID(2), EV_REVIEW);
	memcpy(words[3], "tests.unit/G01x", 16);
	assert_non_null(ev_votes_clear(&px, "tests.unit/G01", NULL));
	/* Nor has what was not seen there a say in that one. */
	memcpy(words[3], "tests.unit2", 12);
	ev_strs_add(&v->decided->d.clears, words[3]);
	saw(v, ID(2));
	record(0, ID(3), EV_REVIEW);
	assert_non_null(ev_votes_clear(&px, words[3], NULL));
	assert_null(ev_votes_clear(&px, "tests.unit/G01", NULL));
	memcpy(words[3], "tests.other", 12);
}

/* Separation --------------------------------------------------------------- */

static char texts[4][2][40];

static void maker(int i, const char *email, const char *name, bool author,
		  bool committer)
{
	snprintf(texts[i][0], sizeof(texts[i][0]), "%s", email);
	snprintf(texts[i][1], sizeof(texts[i][1]), "%s", name);
	people[i].email = texts[i][0];
	people[i].name = texts[i][1];
	people[i].author = author;
	people[i].committer = committer;
	people[i].commit = px.commit;
	px.range.npeople = (size_t)i + 1;
}

static void separate(bool author, bool committer, bool recorder)
{
	size_t i;

	px_req.has_separation = true;
	px_req.not_author = author;
	px_req.not_committer = committer;
	px_req.not_recorder = recorder;
	for (i = 0; i < px.nvotes; i++) {
		votes[i].conflicted = false;
		*votes[i].reason = '\0';
	}
	fix_ok(ev_votes_separate(&px));
	judge();
}

static void whoever_made_it_does_not_approve_it(void **state)
{
	static const struct { const char *email, *name; bool theirs; } rows[] = {
		{ "ada@example.org", "x", true },
		{ "ADA@Example.ORG", "x", true },
		{ "x@x", "Dr. Ada Kern", true },
		{ "x@x", "DR. ADA KERN", true },
		{ "x@x", "Dr. Ada Kerner", false },
		{ "x@x", "Dr. Ada Ker", false },
		{ "eva.ada@example.org", "Ada", false },
		{ "", "", false },
	};
	struct ev_vote *v = vote(PX_ADA, "clinical");
	size_t i;

	(void)state;
	ask("clinical", 1);
	for (i = 0; i < EV_ARRAY_SIZE(rows); i++) {
		maker(0, rows[i].email, rows[i].name, true, false);
		separate(true, true, true);
		assert_int_equal(v->conflicted, rows[i].theirs);
		px_says("separation", rows[i].theirs ? EV_FAIL : EV_PASS,
			rows[i].theirs ? "Dr. Ada Kern for clinical: author of"
				       : "nobody approves as author, "
					 "committer, recorder");
		px_says("approvals.clinical", rows[i].theirs ? EV_REVIEW :
			EV_PASS, rows[i].theirs ? "0 of 1 (Dr. Ada Kern: "
			"author of" : "1 of 1 (Dr. Ada Kern)");
		separate(false, true, true);
		assert_false(v->conflicted);
		maker(0, rows[i].email, rows[i].name, false, true);
		separate(true, false, true);
		assert_false(v->conflicted);
		separate(false, true, true);
		assert_int_equal(v->conflicted, rows[i].theirs);
	}
	/* Of one that does not count another reason is told already. */
	maker(0, "ada@example.org", "x", true, true);
	v->counts = false;
	memcpy(v->reason, "stale", 6);
	fix_ok(ev_votes_separate(&px));
	assert_false(v->conflicted);
	assert_string_equal(v->reason, "stale");
	v->counts = true;
	px_req.has_separation = false;
	fix_ok(ev_votes_separate(&px));
	assert_false(v->conflicted);
	px_req.has_separation = true;
	fix_ok(ev_votes_separate(&px));
	assert_true(v->conflicted);
}

static void letters_beyond_ascii_fold_too(void **state)
{
	struct ev_vote *v = vote(PX_ADA, "clinical");

	(void)state;
	free(px_people[PX_ADA].name);
	px_people[PX_ADA].name = ev_strdup("\xc3\x85sa \xc3\x96" "berg");
	maker(0, "x@x", "A\xcc\x8aSA \xc3\xb6" "BERG", true, false);
	separate(true, false, false);
	assert_true(v->conflicted);
}

static void somebody_else_may_fill_the_place(void **state)
{
	(void)state;
	ask("quality", 1);
	maker(0, "quinn@example.org", "Q", true, true);
	vote(PX_QUINN, "quality");
	vote(PX_ROBIN, "quality");
	separate(true, true, true);
	px_says("approvals.quality", EV_PASS, "1 of 1 (Robin Sato; "
		"Quinn Abara: author of ");
	px_says("separation", EV_PASS, "");
}

static void a_signature_under_a_commit_is_as_good_as_a_name(void **state)
{
	struct ev_vote *v = vote(PX_ADA, "clinical");

	(void)state;
	signer.person = &px_people[PX_QUINN];
	signer.commit = px.commit;
	px.range.nsigners = 1;
	px.range.has_signers = true;
	separate(true, false, false);
	assert_false(v->conflicted);
	signer.person = &px_people[PX_ADA];
	separate(true, false, false);
	assert_true(v->conflicted);
	assert_non_null(strstr(v->reason, "signed commit"));
	separate(false, false, true);
	assert_false(v->conflicted);
}

static void contributors_of_one_approval_bar_every_approver(void **state)
{
	struct ev_vote *v = vote(PX_ADA, "clinical"), *q;
	struct ev_person_key key = { .fpr = "1111111111111111111111111111"
				     "111111111111" };

	(void)state;
	q = vote(PX_QUINN, "quality");
	ev_strs_add(&q->decided->d.contributors, "Ada@example.org");
	separate(true, false, false);
	assert_true(v->conflicted);
	assert_false(q->conflicted);
	separate(false, false, true);
	assert_false(v->conflicted);
	/* Those of an approval that does not count have no say. */
	q->counts = false;
	separate(true, false, false);
	assert_false(v->conflicted);
	q->counts = true;
	/* In the range only as what the policy allows. */
	maker(0, "Ada@example.org", "x", false, true);
	separate(true, false, false);
	assert_false(v->conflicted);
	separate(true, true, false);
	assert_true(v->conflicted);
	/* A key is somebody's as well. */
	memcpy(q->decided->d.contributors.items[0], "x", 2);
	px.range.npeople = 0;
	ev_strs_add(&q->decided->d.contributors, key.fpr);
	separate(true, false, false);
	assert_false(v->conflicted);
	px_people[PX_ADA].keys = &key;
	px_people[PX_ADA].nkeys = 1;
	separate(true, false, false);
	assert_true(v->conflicted);
	px_people[PX_ADA].nkeys = 0;
}

static void whoever_recorded_it_does_not_approve_it(void **state)
{
	struct ev_vote *v = vote(PX_ADA, "clinical");
	struct ev_line m;
	struct ev_pick pick = { .line = &m }, *p;

	(void)state;
	p = record(0, ID(1), EV_PASS);
	separate(true, true, true);
	assert_false(v->conflicted);
	lines[p->line - lines].person = &px_people[PX_ADA];
	separate(true, true, false);
	assert_false(v->conflicted);
	separate(true, true, true);
	assert_true(v->conflicted);
	assert_non_null(strstr(v->reason, "recorded tests.unit (10000"));
	px.nrecords = 0;
	memset(&m, 0, sizeof(m));
	m.person = &px_people[PX_ADA];
	px.manifests.items = &pick;
	px.manifests.n = 1;
	separate(false, false, true);
	assert_true(v->conflicted);
	assert_non_null(strstr(v->reason, "recorded the manifest"));
}

static void a_conflict_is_one_in_every_role(void **state)
{
	struct ev_vote *one, *two;

	(void)state;
	ask("clinical", 1);
	ask("quality", 1);
	maker(0, "ada@example.org", "x", true, true);
	one = vote(PX_ADA, "clinical");
	two = vote(PX_ADA, "quality");
	separate(true, true, true);
	assert_true(one->conflicted && two->conflicted);
	assert_string_equal(one->reason, two->reason);
	px_says("separation", EV_FAIL, "for clinical: author of");
	px_says("separation", EV_FAIL, "; Dr. Ada Kern for quality: author");
}

static void a_range_that_is_not_known_leaves_it_open(void **state)
{
	(void)state;
	ask("clinical", 1);
	vote(PX_ADA, "clinical");
	px.range.known = false;
	memcpy(px.range.reason, "cut off", 8);
	separate(true, false, false);
	px_says("separation", EV_INCOMPLETE, "cut off");
	px_hints("separation", "git fetch");
	separate(false, true, false);
	px_says("separation", EV_INCOMPLETE, "cut off");
	separate(false, false, true);
	px_says("separation", EV_PASS, "recorder");
}

static void one_person_fills_one_place(void **state)
{
	(void)state;
	ask("clinical", 1);
	ask("quality", 1);
	px_req.has_separation = px_req.one_role = true;
	vote(PX_ADA, "clinical");
	vote(PX_ADA, "quality");
	judge();
	px_says("approvals.clinical", EV_PASS, "1 of 1 (Dr. Ada Kern)");
	px_says("approvals.quality", EV_REVIEW,
		"0 of 1 (Dr. Ada Kern: counts for another role)");
	px_says("separation", EV_FAIL, "Dr. Ada Kern for quality: counts for "
		"another role");
	vote(PX_QUINN, "clinical");
	judge();
	px_says("approvals.clinical", EV_PASS, "1 of 1 (Quinn Abara)");
	px_says("approvals.quality", EV_PASS, "1 of 1 (Dr. Ada Kern)");
	px_says("separation", EV_PASS, "counted twice");
	px_req.one_role = false;
	px.nvotes = 2;
	judge();
	px_says("approvals.quality", EV_PASS, "1 of 1 (Dr. Ada Kern)");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_says_how_many_and_who),
		TEST(one_word_of_each_person_is_enough),
		TEST(a_crowd_is_cut_short),
		TEST(the_hint_can_be_pasted),
		TEST(an_unknown_ledger_leaves_it_open),
		TEST(what_is_asked_rises_with_the_tier),
		TEST(a_no_is_heard_in_any_role),
		TEST(what_was_seen_must_still_count),
		TEST(the_manifest_that_was_seen_must_still_count),
		TEST(nothing_worse_may_have_come),
		TEST(the_requirement_must_be_the_same),
		TEST(whoever_saw_it_may_accept_it),
		TEST(a_gate_is_cleared_by_its_own_name),
		TEST(whoever_made_it_does_not_approve_it),
		TEST(letters_beyond_ascii_fold_too),
		TEST(somebody_else_may_fill_the_place),
		TEST(a_signature_under_a_commit_is_as_good_as_a_name),
		TEST(contributors_of_one_approval_bar_every_approver),
		TEST(whoever_recorded_it_does_not_approve_it),
		TEST(a_conflict_is_one_in_every_role),
		TEST(a_range_that_is_not_known_leaves_it_open),
		TEST(one_person_fills_one_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
