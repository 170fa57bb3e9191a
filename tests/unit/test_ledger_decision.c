#include "base/compat.h"
#include "signfix.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/mem.h"
#include "ledger/decision.h"
#include "ledger/record.h"
#include "repo/refs.h"
#include "sign/openpgp.h"

/*
 * libgit2 1.5 does not free what its regular expressions take; that is not
 * ours.
 */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libpcre2-8.so\n";
}

const char *__lsan_default_options(void);
const char *__lsan_default_options(void)
{
	return "print_suppressions=0";
}

#define DIGEST_A "sha256:1111111111111111111111111111111111111111111111111111" \
	"111111111111"
#define DIGEST_B "sha256:2222222222222222222222222222222222222222222222222222" \
	"222222222222"
#define NONCE "0123456789abcdef0123456789abcdef"
#define NAME "Dr. Ada K\xc3\xa9rn"

static char *top;		/* of the tree the test was started in */
static struct ev_repo *repo;
static struct ev_oid commit, tree;
static struct ev_trust trust;

/* A line of shell in the repository; its output without the last LF. */
static char *sh(const char *line)
{
	const char *argv[] = { "sh", "-ec", line, NULL };
	struct ev_buf out = EV_BUF_INIT;

	sf_run(&out, argv, NULL, 0);
	ev_buf_chomp(&out);
	return ev_buf_detach(&out, NULL);
}

static void oid_of(struct ev_oid *out, const char *line)
{
	char *hex = sh(line);

	assert_int_equal(ev_oid_parse(out, hex), 0);
	free(hex);
}

/* Ada: clinical and quality; ci: a machine; quinn is not listed. */
static void trust_people(void)
{
	static const char *const names[] = { "ada", "ci" };
	struct ev_person *p;
	size_t i;

	ev_trust_init(&trust);
	trust.home = sf_open("ada ci quinn");
	trust.product_id = ev_strdup("rhythm-net");
	trust.people = ev_calloc(2, sizeof(*trust.people));
	trust.npeople = 2;
	for (i = 0; i < 2; i++) {
		p = &trust.people[i];
		p->name = ev_strdup(i ? "CI" : NAME);
		ev_strs_addf(&p->emails, "%s@example.com", names[i]);
		ev_strs_add(&p->roles, i ? "ci" : "clinical");
		ev_strs_add(&p->roles, i ? "build" : "quality");
		p->keys = ev_calloc(1, sizeof(*p->keys));
		p->nkeys = 1;
		memcpy(p->keys[0].fpr, sf_fpr(names[i]), 41);
	}
	trust.people[1].machine = true;
}

static int group_setup(void **state)
{
	struct ev_buf path = EV_BUF_INIT;
	int ret = sf_setup(state);

	top = getcwd(NULL, 0);
	setenv("GIT_AUTHOR_NAME", "Dr. Ada Kern", 1);
	setenv("GIT_AUTHOR_EMAIL", "ada@example.com", 1);
	setenv("GIT_COMMITTER_NAME", "Dr. Ada Kern", 1);
	setenv("GIT_COMMITTER_EMAIL", "ada@example.com", 1);
	trust_people();
	ev_path_join(&path, sf_root.ptr, "repo");
	assert_int_equal(ev_mkdirs(path.ptr, 0700), 0);
	assert_int_equal(chdir(path.ptr), 0);
	ev_buf_release(&path);
	free(sh("git init -q -b main . && echo one >a && git add a && "
		"git commit -qm first && git config gpg.program gpg"));
	assert_int_equal(ev_repo_open(&repo, "."), 0);
	oid_of(&commit, "git rev-parse HEAD");
	oid_of(&tree, "git rev-parse HEAD^{tree}");
	return ret;
}

static int group_teardown(void **state)
{
	ev_trust_release(&trust);
	ev_repo_close(repo);
	assert_int_equal(chdir(top), 0);
	free(top);
	return sf_teardown(state);
}

/* Each test begins without decisions. */
static int no_decisions(void **state)
{
	(void)state;
	free(sh("git for-each-ref --format='delete %(refname)' refs/tags | "
		"git update-ref --stdin"));
	return 0;
}

static void approval(struct ev_decision *d)
{
	ev_decision_init(d, EV_DECISION_APPROVAL);
	d->product = ev_strdup("rhythm-net");
	d->at = ev_now();
	d->role = ev_strdup("clinical");
	d->name = ev_strdup(NAME);
	d->email = ev_strdup("ada@example.com");
	memcpy(d->nonce, NONCE, 33);
	d->ref = ev_strdup("refs/heads/production");
	d->commit = commit;
	d->tree = tree;
	memcpy(d->manifest, DIGEST_A, 72);
	ev_strs_add(&d->records, DIGEST_A);
	ev_strs_add(&d->records, DIGEST_B);
	ev_strs_add(&d->contributors, "ada@example.com");
	ev_strs_add(&d->contributors, "rob\"in@example.com");
	memcpy(d->policy, DIGEST_B, 72);
	d->meaning = EV_MEANING_APPROVED;
	ev_strs_add(&d->clears, "reports.S/G01");
}

static void policy_approval(struct ev_decision *d)
{
	ev_decision_init(d, EV_DECISION_POLICY);
	d->product = ev_strdup("rhythm-net");
	d->at = ev_now();
	d->role = ev_strdup("quality");
	d->name = ev_strdup(NAME);
	d->email = ev_strdup("ada@example.com");
	memcpy(d->nonce, NONCE, 33);
	d->tree = tree;
	memcpy(d->control_set, DIGEST_A, 72);
	d->version = 1;
}

static void checkpoint(struct ev_decision *d)
{
	ev_decision_init(d, EV_DECISION_CHECKPOINT);
	d->product = ev_strdup("rhythm-net");
	d->at = ev_now();
	d->name = ev_strdup(NAME);
	d->email = ev_strdup("ada@example.com");
	d->ledger = commit;
	memcpy(d->approvals, DIGEST_A, 72);
	memcpy(d->policy, DIGEST_B, 72);
	ev_strs_add(&d->before, "00000000000000000000000000000000000000aa");
}

static void release(struct ev_decision *d)
{
	checkpoint(d);
	d->kind = EV_DECISION_RELEASE;
	d->ref = ev_strdup("refs/tags/v2.8.0");
	d->commit = commit;
}

static void (*const drafts[])(struct ev_decision *d) = {
	approval, policy_approval, checkpoint, release
};

static void fails(int ret, int code, const char *part)
{
	if (ret != code || !strstr(ev_error_last()->message, part))
		fail_msg("got %d '%s', expected %d '%s'", ret,
			 ev_error_last()->message, code, part);
}

static void ok(int ret)
{
	if (ret < 0)
		fail_msg("%d: %s", ret, ev_error_last()->message);
}

/* What is written --------------------------------------------------------- */

static void an_approval_is_written_as_the_format_says(void **state)
{
	struct ev_decision d;
	struct ev_buf text = EV_BUF_INIT;

	(void)state;
	approval(&d);
	d.at = 1769860800;
	ok(ev_oid_parse(&d.tree, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
	ok(ev_oid_parse(&d.commit, "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"));
	ok(ev_decision_format(&text, &d));
	assert_string_equal(text.ptr,
"object aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
"type tree\n"
"tag evidence/approve/aaaaaaaaaaaa/clinical/0123456789ab\n"
"tagger Dr. Ada K\xc3\xa9rn <ada@example.com> 1769860800 +0000\n"
"\n"
"approved for refs/heads/production as clinical\n"
"\n"
"{\n"
"  \"type\": \"https://git-evidence.dev/approval/v1\",\n"
"  \"product\": \"rhythm-net\",\n"
"  \"ref\": \"refs/heads/production\",\n"
"  \"from\": null,\n"
"  \"gitCommit\": \"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\",\n"
"  \"gitTree\": \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\n"
"  \"manifest\": \"" DIGEST_A "\",\n"
"  \"records\": [\n"
"    \"" DIGEST_A "\",\n"
"    \"" DIGEST_B "\"\n"
"  ],\n"
"  \"contributors\": [\n"
"    \"ada@example.com\",\n"
"    \"rob\\\"in@example.com\"\n"
"  ],\n"
"  \"policy\": \"" DIGEST_B "\",\n"
"  \"role\": \"clinical\",\n"
"  \"meaning\": \"approved\",\n"
"  \"clears\": [\n"
"    \"reports.S/G01\"\n"
"  ],\n"
"  \"name\": \"Dr. Ada K\\u00e9rn\",\n"
"  \"approvedAt\": \"2026-01-31T12:00:00Z\",\n"
"  \"nonce\": \"" NONCE "\"\n"
"}\n");
	ev_buf_release(&text);
	ev_decision_release(&d);
}

static void a_policy_approval_and_a_checkpoint_have_their_own_members(
	void **state)
{
	struct ev_decision d;
	struct ev_buf text = EV_BUF_INIT;

	(void)state;
	policy_approval(&d);
	d.at = 0;
	ok(ev_decision_format(&text, &d));
	assert_non_null(strstr(text.ptr, "\ntag evidence/policy/111111111111/"
			       "quality/0123456789ab\n"));
	assert_non_null(strstr(text.ptr, "\n\n"
"policy version 1 approved as quality\n"
"\n"
"{\n"
"  \"type\": \"https://git-evidence.dev/policy-approval/v1\",\n"
"  \"product\": \"rhythm-net\",\n"
"  \"controlSet\": \"" DIGEST_A "\",\n"
"  \"version\": 1,\n"
"  \"previous\": null,\n"
"  \"role\": \"quality\",\n"
"  \"name\": \"Dr. Ada K\\u00e9rn\",\n"
"  \"approvedAt\": \"1970-01-01T00:00:00Z\",\n"
"  \"nonce\": \"" NONCE "\"\n"
"}\n"));
	ev_decision_release(&d);
	checkpoint(&d);
	d.at = 0;
	ok(ev_oid_parse(&d.ledger, "cccccccccccccccccccccccccccccccccccccccc"));
	ev_buf_clear(&text);
	ok(ev_decision_format(&text, &d));
	assert_non_null(strstr(text.ptr, "type commit\n"
			       "tag evidence/checkpoint/cccccccccccc\n"));
	assert_non_null(strstr(text.ptr, "\n\n"
"checkpoint of ledger cccccccccccc\n"
"\n"
"{\n"
"  \"type\": \"https://git-evidence.dev/checkpoint/v1\",\n"
"  \"product\": \"rhythm-net\",\n"
"  \"ledger\": \"cccccccccccccccccccccccccccccccccccccccc\",\n"
"  \"approvals\": \"" DIGEST_A "\",\n"
"  \"policy\": \"" DIGEST_B "\",\n"
"  \"previous\": [\n"
"    \"00000000000000000000000000000000000000aa\"\n"
"  ],\n"
"  \"recordedAt\": \"1970-01-01T00:00:00Z\"\n"
"}\n"));
	ev_buf_release(&text);
	ev_decision_release(&d);
}

static void a_release_is_a_checkpoint_on_the_commit(void **state)
{
	struct ev_decision d;
	struct ev_buf text = EV_BUF_INIT;

	(void)state;
	release(&d);
	d.at = 0;
	free(d.ref);
	d.ref = ev_strdup("refs/tags/rel/\xc3\xa9-1");
	ok(ev_oid_parse(&d.commit, "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"));
	ok(ev_oid_parse(&d.ledger, "cccccccccccccccccccccccccccccccccccccccc"));
	ok(ev_decision_format(&text, &d));
	assert_true(ev_starts_with(text.ptr,
"object bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n"
"type commit\n"
"tag rel/\xc3\xa9-1\n"
"tagger Dr. Ada K\xc3\xa9rn <ada@example.com> 0 +0000\n"
"\n"
"release rel/\\u00e9-1\n"
"\n"
"{\n"
"  \"type\": \"https://git-evidence.dev/checkpoint/v1\",\n"
"  \"product\": \"rhythm-net\",\n"
"  \"ledger\": \"cccccccccccccccccccccccccccccccccccccccc\",\n"));
	assert_true(ev_ends_with(text.ptr,
				 "  \"recordedAt\": \"1970-01-01T00:00:00Z\"\n"
				 "}\n"));
	ev_buf_release(&text);
	ev_decision_release(&d);
}

static void a_release_can_take_no_reserved_name(void **state)
{
	static const char *const names[] = {
		"refs/tags/evidence/checkpoint/111111111111",
		"refs/tags/evidence/v1", "refs/tags/Evidence/v1",
		"refs/tags/evidence", "refs/tags", "refs/heads/v1", "v1",
		"refs/tags/", "refs/tags/v1..2", "refs/tags/v1 2",
		"refs/tags/a\nb", "refs/tags/v1.lock", "refs/tags//v1",
		"refs/tags/-/../v1",
	};
	struct ev_buf text = EV_BUF_INIT;
	struct ev_decision d;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(names); i++) {
		release(&d);
		free(d.ref);
		d.ref = ev_strdup(names[i]);
		if (ev_decision_format(&text, &d) != EV_EINVALID)
			fail_msg("'%s' is taken", names[i]);
		ev_decision_release(&d);
	}
	assert_int_equal(text.len, 0);
	ev_buf_release(&text);
}

static void what_is_written_reads_back_as_it_was(void **state)
{
	struct ev_buf text = EV_BUF_INIT, again = EV_BUF_INIT;
	struct ev_decision d, back;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(drafts); i++) {
		drafts[i](&d);
		ev_buf_clear(&text);
		ev_buf_clear(&again);
		ok(ev_decision_format(&text, &d));
		ok(ev_decision_parse(&back, NULL, text.ptr, text.len));
		assert_int_equal(back.kind, d.kind);
		assert_string_equal(back.name, NAME);
		assert_string_equal(back.email, d.email);
		assert_true(back.at == d.at);
		assert_true(ev_oid_eq(&back.tree, &d.tree));
		assert_true(ev_oid_eq(&back.ledger, &d.ledger));
		assert_int_equal(back.records.n, d.records.n);
		ok(ev_decision_format(&again, &back));
		assert_string_equal(again.ptr, text.ptr);
		ev_decision_release(&back);
		ev_decision_release(&d);
	}
	ev_buf_release(&text);
	ev_buf_release(&again);
}

static void no_value_that_could_be_read_otherwise_is_written(void **state)
{
	static const struct {
		size_t field; const char *value, *part;
	} bad[] = {
#define F(member) offsetof(struct ev_decision, member)
		{ F(name), "Ada <x", "has a letter" },
		{ F(name), "Ada> x", "has a letter" },
		{ F(name), "Ada\nx", "has a letter" },
		{ F(name), "", "is empty" },
		{ F(name), " Ada", "with a space" },
		{ F(name), "Ada\xff", "not UTF-8" },
		{ F(email), "a@b>", "has a letter" },
		{ F(email), "a\n@b", "has a letter" },
		{ F(role), "a/b", "no part of a ref" },
		{ F(role), "", "no part of a ref" },
		{ F(role), "..", "no part of a ref" },
		{ F(role), "Clinical", "no part of a ref" },
		{ F(ref), "production", "no full name" },
		{ F(ref), "refs/heads/a b", "no full name" },
		{ F(product), "", "is empty" },
#undef F
	};
	struct ev_buf text = EV_BUF_INIT;
	struct ev_decision d;
	char **field;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(bad); i++) {
		approval(&d);
		field = (char **)(void *)((char *)&d + bad[i].field);
		free(*field);
		*field = ev_strdup(bad[i].value);
		fails(ev_decision_format(&text, &d), EV_EINVALID, bad[i].part);
		assert_int_equal(text.len, 0);
		ev_decision_release(&d);
	}
	approval(&d);
	ev_strs_add(&d.clears, "a");
	fails(ev_decision_format(&text, &d), EV_EINVALID, "not sorted");
	ev_decision_release(&d);
	approval(&d);
	ev_strs_add(&d.clears, "reports.S/G01");
	fails(ev_decision_format(&text, &d), EV_EINVALID, "twice");
	ev_decision_release(&d);
	approval(&d);
	d.at = -1;
	fails(ev_decision_format(&text, &d), EV_EINVALID, "before 1970");
	ev_decision_release(&d);
	ev_buf_release(&text);
}

static void a_decision_has_a_largest_size(void **state)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_decision d;
	size_t i;

	(void)state;
	approval(&d);
	for (i = 0; i < EV_DECISION_MAX / 16; i++)
		ev_strs_addf(&d.contributors, "s%015zu@example.com", i);
	fails(ev_decision_format(&text, &d), EV_ELIMIT, "bytes allowed");
	assert_int_equal(text.len, 0);
	ev_buf_reserve(&text, EV_DECISION_MAX + 1);
	memset(text.ptr, 'x', EV_DECISION_MAX + 1);
	ev_decision_release(&d);
	fails(ev_decision_parse(&d, NULL, text.ptr, EV_DECISION_MAX + 1),
	      EV_EINVALID, "more than");
	ev_buf_release(&text);
}

/* What is read ------------------------------------------------------------- */

/* `text` with the first `from` (which must be there) made `to`. */
static void put(struct ev_buf *out, const struct ev_buf *text, const char *from,
		const char *to)
{
	const char *p = strstr(text->ptr, from);

	if (!p)
		fail_msg("there is no '%s'", from);
	ev_buf_clear(out);
	ev_buf_add(out, text->ptr, (size_t)(p - text->ptr));
	ev_buf_adds(out, to);
	ev_buf_adds(out, p + strlen(from));
}

static void a_tag_that_is_not_written_so_is_refused(void **state)
{
	static const struct { const char *from, *to, *part; } bad[] = {
		{ "\"product\": \"rhythm-net\",\n  \"ref\": "
		  "\"refs/heads/production\"",
		  "\"ref\": \"refs/heads/production\",\n  \"product\": "
		  "\"rhythm-net\"", "stands where 'product' belongs" },
		{ "\"nonce\": \"" NONCE "\"", "\"nonce\": \"" NONCE "\",\n"
		  "  \"note\": \"x\"", "unknown member 'note'" },
		{ ",\n  \"nonce\": \"" NONCE "\"", "", "there is no 'nonce'" },
		{ "\"from\": null", "\"from\": null,\n  \"from\": null",
		  "from" },
		{ "\"from\": null", "\"from\": false", "a string or null" },
		{ "\"from\": null", "\"from\": \"\"", "no id" },
		{ "\"from\": null", "\"from\": "
		  "\"0000000000000000000000000000000000000000\"", "missing" },
		{ "\"manifest\": \"" DIGEST_A "\"", "\"manifest\": 1",
		  "a string or null" },
		{ "\"manifest\": \"sha256:1", "\"manifest\": \"sha256:X",
		  "sha256:<64" },
		{ "\"records\": [", "\"records\": {}, \"x\": [",
		  "stands where" },
		{ DIGEST_B "\"\n  ],", DIGEST_A "\"\n  ],", "twice" },
		{ "    \"" DIGEST_A "\",\n    \"" DIGEST_B "\"\n",
		  "    \"" DIGEST_B "\",\n    \"" DIGEST_A "\"\n", "sorted" },
		{ "\"clears\": [\n    \"reports", "\"clears\": [\n    1, "
		  "\"reports", "a list of strings" },
		{ "\"meaning\": \"approved\"", "\"meaning\": \"maybe\"",
		  "is not reviewed" },
		{ "\"role\": \"clinical\"", "\"role\": \"cli/nical\"",
		  "no part of a ref" },
		{ "\"role\": \"clinical\"", "\"role\": \"quality\"",
		  "not as its fields" },
		{ "as clinical\n", "as clinical \n", "not as its fields" },
		{ "as clinical\n", "as clinical\r\n", "not as its fields" },
		{ "approved for", "rejected for", "not as its fields" },
		{ "K\\u00e9rn", "K\xc3\xa9rn", "not as its fields" },
		{ "K\\u00e9rn", "K\\u00E9rn", "not as its fields" },
		{ "K\\u00e9rn", "Kern", "not as its fields" },
		{ "{\n  \"type\"", "{\r\n  \"type\"", "not as its fields" },
		{ "{\n  \"type\"", "{ \"type\"", "not as its fields" },
		{ "\"nonce\": \"0123", "\"nonce\": \"1123",
		  "not as its fields" },
		{ "\"nonce\": \"0123", "\"nonce\": \"ABCD", "32 hex digits" },
		{ "\"\n}\n", "\"\n}\n\n", "not as its fields" },
		{ "\"\n}\n", "\"\n}", "not as its fields" },
		{ "\"\n}\n", "\"\n}\nand more\n", "message:" },
		{ "/v1\"", "/v2\"", "no decision" },
		{ " +0000\n", " +0100\n", "not as its fields" },
		{ "type tree\n", "type commit\n", "not as its fields" },
		{ "type tree\n", "type tag\n", "not as its fields" },
		{ "\"gitTree\": \"", "\"gitTree\": \"0", "no id" },
		{ "tag evidence/approve/", "tag evidence/policy/",
		  "not as its fields" },
		{ "tag evidence", "tag x/evidence", "not as its fields" },
		{ "tagger Dr.", "tagger Prof.", "not as its fields" },
		{ "\n\n{", "\n{", "no text below" },
	};
	struct ev_buf text = EV_BUF_INIT, changed = EV_BUF_INIT;
	struct ev_decision d;
	size_t i;

	(void)state;
	approval(&d);
	ok(ev_decision_format(&text, &d));
	ev_decision_release(&d);
	for (i = 0; i < EV_ARRAY_SIZE(bad); i++) {
		put(&changed, &text, bad[i].from, bad[i].to);
		fails(ev_decision_parse(&d, NULL, changed.ptr, changed.len),
		      EV_EINVALID, bad[i].part);
	}
	ev_buf_release(&text);
	ev_buf_release(&changed);
}

static void another_tree_than_the_signed_one_is_refused(void **state)
{
	struct ev_buf text = EV_BUF_INIT, changed = EV_BUF_INIT;
	struct ev_decision d;
	char from[64], to[64];

	(void)state;
	approval(&d);
	ok(ev_decision_format(&text, &d));
	ev_decision_release(&d);
	memcpy(from, text.ptr, 47);
	from[47] = '\0';
	memcpy(to, from, sizeof(to));
	to[46] = to[46] == '0' ? '1' : '0';
	put(&changed, &text, from, to);
	fails(ev_decision_parse(&d, NULL, changed.ptr, changed.len),
	      EV_EINVALID, "line 1 of the tag");
	ev_buf_release(&text);
	ev_buf_release(&changed);
}

static void each_byte_of_it_is_held_to_the_form(void **state)
{
	struct ev_buf text = EV_BUF_INIT, again = EV_BUF_INIT;
	struct ev_decision d;
	char kept;
	size_t i;

	(void)state;
	approval(&d);
	ok(ev_decision_format(&text, &d));
	ev_decision_release(&d);
	for (i = 0; i < text.len; i++) {
		kept = text.ptr[i];
		text.ptr[i] = (char)(kept ^ 1);
		/* It may say something else; then it says so everywhere. */
		if (ev_decision_parse(&d, NULL, text.ptr, text.len) == 0) {
			ev_buf_clear(&again);
			ok(ev_decision_format(&again, &d));
			assert_string_equal(again.ptr, text.ptr);
			ev_decision_release(&d);
		}
		text.ptr[i] = kept;
		assert_int_not_equal(ev_decision_parse(&d, NULL, text.ptr, i),
				     0);
	}
	ev_buf_release(&text);
	ev_buf_release(&again);
}

/* What is signed ----------------------------------------------------------- */

static void git_verifies_what_we_write(void **state)
{
	struct ev_decided got;
	struct ev_decision d;
	struct ev_oid tag, at;
	char *ref, *line;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(drafts); i++) {
		drafts[i](&d);
		ok(ev_decision_write(&tag, &ref, repo, &trust, &d,
				     sf_fpr("ada"), NULL));
		ok(ev_ref_read(&at, repo, ref));
		assert_true(ev_oid_eq(&at, &tag));
		line = ev_strdupf("git verify-tag %s 2>&1 && "
				  "git fsck --strict --no-dangling 2>&1",
				  ref + strlen("refs/tags/"));
		free(sh(line));
		free(line);
		ok(ev_decided_read(&got, repo, ref, &tag));
		ok(ev_decided_verify(&got, repo, &trust, ev_now()));
		assert_string_equal(got.reason, "");
		assert_int_equal(got.sig, EV_OBJSIG_GOOD);
		assert_ptr_equal(got.person, &trust.people[0]);
		assert_string_equal(got.signer, sf_fpr("ada"));
		assert_in_range(got.signed_at, d.at, ev_now());
		ev_decided_release(&got);
		free(ref);
		ev_decision_release(&d);
	}
}

static void a_signature_made_elsewhere_is_taken_in_any_armour(void **state)
{
	static const char *const options[] = { "--comment", "hello", NULL };
	struct ev_buf text = EV_BUF_INIT, armour = EV_BUF_INIT;
	struct ev_buf crlf = EV_BUF_INIT;
	struct ev_decision d;
	struct ev_oid tag, again;
	char *ref, *p;

	(void)state;
	approval(&d);
	ok(ev_decision_format(&text, &d));
	sf_sign_with(&armour, "ada", NULL, "-ab", options, text.ptr);
	for (p = armour.ptr; *p; p++)
		ev_buf_addf(&crlf, "%s%c", *p == '\n' ? "\r" : "", *p);
	assert_non_null(strstr(crlf.ptr, "Comment: hello\r\n"));
	ok(ev_decision_write(&tag, &ref, repo, &trust, &d, NULL, &crlf));
	/* Once more is the same. */
	ok(ev_decision_write(&again, NULL, repo, &trust, &d, NULL, &armour));
	assert_true(ev_oid_eq(&tag, &again));
	p = ev_strdupf("git verify-tag %s 2>&1 && git cat-file tag %s | "
		       "grep -c Comment || :", ref + strlen("refs/tags/"), ref);
	free(ref);
	ref = sh(p);
	assert_non_null(strstr(ref, "\n0"));
	free(ref);
	free(p);
	ev_buf_clear(&armour);
	ev_buf_adds(&armour, crlf.ptr);
	ev_buf_adds(&armour, crlf.ptr);
	fails(ev_decision_write(&tag, NULL, repo, &trust, &d, NULL, &armour),
	      EV_EINVALID, "more than one signature");
	ev_decision_release(&d);
	ev_buf_release(&text);
	ev_buf_release(&crlf);
	ev_buf_release(&armour);
}

static size_t count_tags(void)
{
	char *out = sh("git for-each-ref refs/tags | wc -l");
	size_t n = strtoul(out, NULL, 10);

	free(out);
	return n;
}

static void what_would_not_count_is_not_written(void **state)
{
	struct ev_decision d;
	struct ev_oid tag;
	char *ref;

	(void)state;
	approval(&d);
	fails(ev_decision_write(&tag, &ref, repo, &trust, &d, sf_fpr("quinn"),
				NULL), EV_EDENIED, "would not count");
	fails(ev_decision_write(&tag, &ref, repo, &trust, &d, sf_fpr("ci"),
				NULL), EV_EDENIED, "in the name of");
	fails(ev_decision_write(&tag, &ref, repo, NULL, &d, sf_fpr("ada"),
				NULL), EV_EDENIED, "no policy");
	free(d.role);
	d.role = ev_strdup("regulatory");
	fails(ev_decision_write(&tag, &ref, repo, &trust, &d, sf_fpr("ada"),
				NULL), EV_EDENIED, "has not the role");
	free(d.role);
	d.role = ev_strdup("clinical");
	free(d.email);
	d.email = ev_strdup("quinn@example.com");
	fails(ev_decision_write(&tag, &ref, repo, &trust, &d, sf_fpr("ada"),
				NULL), EV_EDENIED, "no e-mail address");
	free(d.email);
	d.email = ev_strdup("ada@example.com");
	d.tree = commit;
	fails(ev_decision_write(&tag, &ref, repo, &trust, &d, sf_fpr("ada"),
				NULL), EV_EINVALID, "is a commit, not a tree");
	memset(d.tree.id, 7, sizeof(d.tree.id));
	assert_int_equal(ev_decision_write(&tag, &ref, repo, &trust, &d,
					   sf_fpr("ada"), NULL), EV_ENOTFOUND);
	assert_null(ref);
	assert_int_equal(count_tags(), 0);
	ev_decision_release(&d);
}

static void a_tag_that_is_there_is_never_written_over(void **state)
{
	struct ev_decision d;
	struct ev_oid tag, other, at;
	char *ref;

	(void)state;
	approval(&d);
	ok(ev_decision_write(&tag, &ref, repo, &trust, &d, sf_fpr("ada"),
			     NULL));
	d.meaning = EV_MEANING_REJECTED;
	fails(ev_decision_write(&other, NULL, repo, &trust, &d, sf_fpr("ada"),
				NULL), EV_EEXISTS, "is there already");
	ok(ev_ref_read(&at, repo, ref));
	assert_true(ev_oid_eq(&at, &tag));
	free(ref);
	ev_decision_release(&d);
}

/* Hostile tags ------------------------------------------------------------- */

/* `text` signed by `name`, put where the approval belongs (or at `ref`). */
static void plant(struct ev_oid *tag, const char *name, const char *text,
		  const char *ref)
{
	struct ev_buf raw = EV_BUF_INIT;

	ev_buf_adds(&raw, text);
	if (name)
		ok(ev_sign_armored(&raw, sf_fpr(name), raw.ptr, raw.len));
	ok(ev_object_write(tag, repo, EV_OBJ_TAG, raw.ptr, raw.len));
	ok(ev_ref_cas(repo, ref, tag, NULL, "test"));
	ev_buf_release(&raw);
}

static void verified(struct ev_decided *d, const char *ref,
		     const struct ev_oid *tag)
{
	ok(ev_decided_read(d, repo, ref, tag));
	ok(ev_decided_verify(d, repo, &trust, ev_now()));
}

static void a_good_signature_is_not_enough(void **state)
{
	struct ev_buf text = EV_BUF_INIT, changed = EV_BUF_INIT;
	struct ev_decided got;
	struct ev_decision d;
	struct ev_oid tag;
	char *ref;

	(void)state;
	approval(&d);
	ok(ev_decision_format(&text, &d));
	ref = ev_decision_ref(&d);
	plant(&tag, "ada", text.ptr, EV_TAGS "approve/000000000000/clinical/"
	      "0123456789ab");
	fails(ev_decided_read(&got, repo, EV_TAGS "approve/000000000000/"
			      "clinical/0123456789ab", &tag), EV_EINVALID,
	      "it belongs at");
	put(&changed, &text, "\"clears\"", "\"clear\"");
	plant(&tag, "ada", changed.ptr, ref);
	fails(ev_decided_read(&got, repo, ref, &tag), EV_EINVALID,
	      "stands where 'clears'");
	fails(ev_decided_read(&got, repo, ref, &commit), EV_EINVALID,
	      "is a commit, not a tag");
	memset(tag.id, 9, sizeof(tag.id));
	assert_int_equal(ev_decided_read(&got, repo, ref, &tag), EV_ENOTFOUND);
	free(ref);
	ev_decision_release(&d);
	ev_buf_release(&text);
	ev_buf_release(&changed);
}

static void a_tag_that_calls_a_commit_a_tree_is_refused(void **state)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_decided got;
	struct ev_decision d;
	struct ev_oid tag;
	char *ref;

	(void)state;
	approval(&d);
	d.tree = commit;
	ok(ev_decision_format(&text, &d));
	ref = ev_decision_ref(&d);
	plant(&tag, "ada", text.ptr, ref);
	fails(ev_decided_read(&got, repo, ref, &tag), EV_EINVALID,
	      "calls its object a tree, and it is a commit");
	free(ref);
	ev_decision_release(&d);
	ev_buf_release(&text);
}

static void two_signatures_and_text_after_one_are_refused(void **state)
{
	static const char *const options[] = { "--comment", "x", NULL };
	struct ev_buf text = EV_BUF_INIT, raw = EV_BUF_INIT;
	struct ev_decision d, back;

	(void)state;
	approval(&d);
	ok(ev_decision_format(&text, &d));
	ev_buf_adds(&raw, text.ptr);
	ok(ev_sign_armored(&raw, sf_fpr("ada"), raw.ptr, raw.len));
	ok(ev_decision_parse(&back, NULL, raw.ptr, raw.len));
	ev_decision_release(&back);
	ev_buf_adds(&raw, "\n");
	fails(ev_decision_parse(&back, NULL, raw.ptr, raw.len), EV_EINVALID,
	      "armour");
	ev_buf_adds(&raw, "and more\n");
	fails(ev_decision_parse(&back, NULL, raw.ptr, raw.len), EV_EINVALID,
	      "text after");
	ev_buf_clear(&raw);
	ev_buf_adds(&raw, text.ptr);
	ok(ev_sign_armored(&raw, sf_fpr("ada"), text.ptr, text.len));
	ok(ev_sign_armored(&raw, sf_fpr("ci"), text.ptr, text.len));
	fails(ev_decision_parse(&back, NULL, raw.ptr, raw.len), EV_EINVALID,
	      "more than one signature");
	ev_buf_clear(&raw);
	ev_buf_adds(&raw, text.ptr);
	sf_sign_with(&raw, "ada", NULL, "-ab", options, text.ptr);
	fails(ev_decision_parse(&back, NULL, raw.ptr, raw.len), EV_EINVALID,
	      "armour is not as");
	ev_decision_release(&d);
	ev_buf_release(&text);
	ev_buf_release(&raw);
}

static void a_tag_of_a_decision_is_none(void **state)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_decided got;
	struct ev_decision d;
	struct ev_oid tag;
	char hex[EV_OID_HEX + 1], *ref;

	(void)state;
	approval(&d);
	ok(ev_decision_write(&tag, &ref, repo, &trust, &d, sf_fpr("ada"),
			     NULL));
	free(sh("git update-ref -d $(git for-each-ref "
		"--format='%(refname)' refs/tags)"));
	ev_oid_hex(hex, &tag);
	ev_buf_addf(&text, "object %s\ntype tag\ntag %s\n"
		    "tagger Ada <ada@example.com> 1 +0000\n\nnested\n", hex,
		    ref + strlen("refs/tags/"));
	plant(&tag, "ada", text.ptr, ref);
	fails(ev_decided_read(&got, repo, ref, &tag), EV_EINVALID,
	      "no text below");
	free(ref);
	ev_decision_release(&d);
	ev_buf_release(&text);
}

static void who_signs_for_another_does_not_count(void **state)
{
	static const struct {
		const char *key, *part; enum ev_objsig sig;
	} cases[] = {
		{ NULL, "not signed", EV_OBJSIG_NONE },
		{ "mallory", "not listed", EV_OBJSIG_FOREIGN },
		{ "quinn", "listed for nobody", EV_OBJSIG_FOREIGN },
		{ "ci", "signed by CI in the name of", EV_OBJSIG_UNTIMELY },
	};
	struct ev_buf text = EV_BUF_INIT;
	struct ev_decided got;
	struct ev_decision d;
	struct ev_oid tag;
	char *ref;
	size_t i;

	(void)state;
	approval(&d);
	ok(ev_decision_format(&text, &d));
	ref = ev_decision_ref(&d);
	for (i = 0; i < EV_ARRAY_SIZE(cases); i++) {
		plant(&tag, cases[i].key, text.ptr, ref);
		verified(&got, ref, &tag);
		assert_int_equal(got.sig, cases[i].sig);
		if (!strstr(got.reason, cases[i].part))
			fail_msg("'%s'", got.reason);
		ev_decided_release(&got);
		ok(ev_ref_delete(repo, ref, &tag));
	}
	free(ref);
	ev_decision_release(&d);
	ev_buf_release(&text);
}

static void a_role_that_was_taken_away_ends_it(void **state)
{
	struct ev_strs roles = trust.people[0].roles;
	struct ev_decided got;
	struct ev_decision d;
	struct ev_oid tag;
	char *ref;

	(void)state;
	approval(&d);
	ok(ev_decision_write(&tag, &ref, repo, &trust, &d, sf_fpr("ada"),
			     NULL));
	memset(&trust.people[0].roles, 0, sizeof(roles));
	verified(&got, ref, &tag);
	trust.people[0].roles = roles;
	assert_int_equal(got.sig, EV_OBJSIG_UNTIMELY);
	assert_non_null(strstr(got.reason, "has not the role clinical"));
	ev_decided_release(&got);
	free(ref);
	ev_decision_release(&d);
}

/* Many --------------------------------------------------------------------- */

static void those_of_a_tree_are_found_and_the_rest_counted(void **state)
{
	struct ev_evidence e = EV_EVIDENCE_INIT;
	struct ev_decideds all = { NULL, 0, 0 };
	struct ev_decision d;
	struct ev_oid tag;
	unsigned asked;
	size_t i, bad = 7;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(drafts); i++) {
		drafts[i](&d);
		ok(ev_decision_write(&tag, NULL, repo, &trust, &d,
				     sf_fpr("ada"), NULL));
		ev_decision_release(&d);
	}
	ok(ev_ref_cas(repo, EV_TAGS "approve/junk", &commit, NULL, "test"));
	ok(ev_evidence_read(&e, repo));
	assert_int_equal(e.n, 4);
	assert_false(e.has_ledger);
	asked = ev_sign_gpg_runs();
	ok(ev_decideds_load(&all, &bad, repo, &trust, &e, EV_TAGS "approve/",
			    ev_now()));
	assert_int_equal(all.n, 1);
	assert_int_equal(bad, 1);
	assert_int_equal(all.items[0].sig, EV_OBJSIG_GOOD);
	/* What was verified when it was written is known. */
	assert_int_equal(ev_sign_gpg_runs(), asked);
	ev_decideds_release(&all);
	ev_evidence_release(&e);
}

static void what_was_verified_is_known_to_the_next_process(void **state)
{
	struct ev_object_signature s;
	struct ev_decision d;
	struct ev_oid tag;
	unsigned asked;
	char *ref;

	(void)state;
	approval(&d);
	ok(ev_decision_write(&tag, &ref, repo, &trust, &d, sf_fpr("ada"),
			     NULL));
	ev_trust_release(&trust);
	assert_int_equal(chdir(top), 0);
	trust_people();
	asked = ev_sign_gpg_runs();
	ok(ev_object_signature(&s, repo, &trust, &tag, ref, ev_now()));
	assert_int_equal(s.status, EV_OBJSIG_GOOD);
	assert_int_equal(ev_sign_gpg_runs(), asked);
	/* Neither its place nor the time is. */
	ok(ev_object_signature(&s, repo, &trust, &tag, "refs/tags/v1",
			       ev_now()));
	assert_int_equal(s.status, EV_OBJSIG_BAD);
	ok(ev_object_signature(&s, repo, &trust, &tag, ref, ev_now() - 99999));
	assert_int_equal(s.status, EV_OBJSIG_UNTIMELY);
	assert_int_equal(ev_sign_gpg_runs(), asked);
	assert_int_equal(chdir(ev_repo_workdir(repo)), 0);
	free(ref);
	ev_decision_release(&d);
}

/* Evidence ----------------------------------------------------------------- */

static void tags_stay_in_order_of_their_names(void **state)
{
	static const char *const names[] = { "m", "c", "z", "a", "n", "b" };
	struct ev_evidence e = EV_EVIDENCE_INIT, copy;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(names); i++)
		ev_evidence_set_tag(&e, names[i], &commit);
	ev_evidence_set_tag(&e, "c", &tree);
	ev_evidence_set_tag(&e, "n", &ev_oid_zero);
	ev_evidence_set_tag(&e, "absent", &ev_oid_zero);
	ev_evidence_copy(&copy, &e);
	ev_evidence_release(&e);
	assert_int_equal(copy.n, 5);
	for (i = 1; i < copy.n; i++)
		assert_true(strcmp(copy.tags[i - 1].name, copy.tags[i].name) <
			    0);
	assert_true(ev_oid_eq(&copy.tags[2].oid, &tree));
	ev_evidence_release(&copy);
}

static void reserved_names_are_known_in_any_letters(void **state)
{
	static const char *const reserved[] = {
		"refs/notes/evidence", "refs/notes/evidence-artifacts",
		"refs/tags/evidence", "refs/tags/evidence/x/y",
		"refs/Tags/EVIDENCE/x", "refs/notes/Evidence/x",
		"refs/notes/evidence-artifacts/x", "refs/notes", "refs/tags",
	};
	static const char *const free_names[] = {
		"refs/heads/evidence", "refs/tags/evidences",
		"refs/tags/evidence-1", "refs/notes/evidence2",
		"refs/notes/commits", "refs/tags/v1", "refs",
	};
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(reserved); i++)
		if (!ev_ref_is_reserved(reserved[i]))
			fail_msg("%s", reserved[i]);
	for (i = 0; i < EV_ARRAY_SIZE(free_names); i++)
		if (ev_ref_is_reserved(free_names[i]))
			fail_msg("%s", free_names[i]);
}

/* Revocations -------------------------------------------------------------- */

static void live_revocations_of_a_thing_are_found_by_type_and_id(void **state)
{
	static char approval_type[] = "approval", link_type[] = "link";
	static char a[] = "a", b[] = "b";
	struct ev_line items[6];
	struct ev_lines lines = EV_LINES_INIT;
	const struct ev_line *found[2] = { NULL, NULL };
	size_t i;

	(void)state;
	memset(items, 0, sizeof(items));
	for (i = 0; i < EV_ARRAY_SIZE(items); i++) {
		items[i].record.kind = EV_KIND_REVOCATION;
		items[i].record.withdraws_type = approval_type;
		items[i].record.withdraws_id = a;
	}
	items[0].state = EV_UNTIMELY;
	items[1].record.withdraws_type = link_type;
	items[2].record.withdraws_id = b;
	items[3].record.kind = EV_KIND_TEST;
	lines.items = items;
	lines.n = EV_ARRAY_SIZE(items);
	assert_int_equal(ev_lines_revoking(found, 2, &lines, "approval", "a"),
			 2);
	assert_ptr_equal(found[0], &items[4]);
	assert_ptr_equal(found[1], &items[5]);
	found[1] = NULL;
	assert_int_equal(ev_lines_revoking(found, 1, &lines, "approval", "a"),
			 2);
	assert_null(found[1]);
	assert_int_equal(ev_lines_revoking(NULL, 0, &lines, "link", "a"), 1);
	assert_int_equal(ev_lines_revoking(NULL, 0, &lines, "link", "b"), 0);
	assert_int_equal(ev_lines_revoking(NULL, 0, NULL, "link", "a"), 0);
}

static void a_repository_without_ledger_has_no_revocations(void **state)
{
	const struct ev_lines *lines;
	struct ev_ledger *l;
	int err = 1;

	(void)state;
	ok(ev_ledger_open(&l, repo, &trust, NULL));
	lines = ev_ledger_global(l, &err);
	assert_non_null(lines);
	assert_int_equal(err, 0);
	assert_int_equal(lines->n, 0);
	ev_ledger_close(l);
}

static void words_have_one_form(void **state)
{
	enum ev_meaning m;
	char one[33], two[33];
	int k;

	(void)state;
	for (k = EV_MEANING_REVIEWED; k <= EV_MEANING_REJECTED; k++) {
		ok(ev_meaning_parse(&m, ev_meaning_name((enum ev_meaning)k)));
		assert_int_equal(m, k);
	}
	fails(ev_meaning_parse(&m, "Approved"), EV_EINVALID, "'Approved'");
	assert_true(ev_digest_valid(DIGEST_A));
	assert_false(ev_digest_valid("sha256:1"));
	assert_false(ev_digest_valid(DIGEST_A "1"));
	assert_false(ev_digest_valid(NULL));
	ok(ev_nonce(one));
	ok(ev_nonce(two));
	assert_true(ev_is_hex(one, 32));
	assert_string_not_equal(one, two);
}

#define T(f) cmocka_unit_test_setup(f, no_decisions)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(an_approval_is_written_as_the_format_says),
		T(a_policy_approval_and_a_checkpoint_have_their_own_members),
		T(a_release_is_a_checkpoint_on_the_commit),
		T(a_release_can_take_no_reserved_name),
		T(what_is_written_reads_back_as_it_was),
		T(no_value_that_could_be_read_otherwise_is_written),
		T(a_decision_has_a_largest_size),
		T(a_tag_that_is_not_written_so_is_refused),
		T(another_tree_than_the_signed_one_is_refused),
		T(each_byte_of_it_is_held_to_the_form),
		T(git_verifies_what_we_write),
		T(a_signature_made_elsewhere_is_taken_in_any_armour),
		T(what_would_not_count_is_not_written),
		T(a_tag_that_is_there_is_never_written_over),
		T(a_good_signature_is_not_enough),
		T(a_tag_that_calls_a_commit_a_tree_is_refused),
		T(two_signatures_and_text_after_one_are_refused),
		T(a_tag_of_a_decision_is_none),
		T(who_signs_for_another_does_not_count),
		T(a_role_that_was_taken_away_ends_it),
		T(those_of_a_tree_are_found_and_the_rest_counted),
		T(what_was_verified_is_known_to_the_next_process),
		T(tags_stay_in_order_of_their_names),
		T(reserved_names_are_known_in_any_letters),
		T(live_revocations_of_a_thing_are_found_by_type_and_id),
		T(a_repository_without_ledger_has_no_revocations),
		T(words_have_one_form),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
