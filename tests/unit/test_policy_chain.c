#include "base/compat.h"
#include "signfix.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "ledger/decision.h"
#include "policy/chain.h"
#include "repo/refs.h"

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

#define PRODUCT "7b0e1111-2222-4333-8444-555555555555"

static char top[4096];			/* of the tree the test was started in */
static struct ev_repo *repo;
static struct ev_evidence evidence;
static struct ev_chain chain;

/* A line of shell in the repository; its output without the last LF. */
static char *sh(const char *line)
{
	const char *argv[] = { "sh", "-ec", line, NULL };
	struct ev_buf out = EV_BUF_INIT;

	sf_run(&out, argv, NULL, 0);
	ev_buf_chomp(&out);
	return ev_buf_detach(&out, NULL);
}

static void run(const char *fmt, ...) EV_PRINTF(1, 2);
static void run(const char *fmt, ...)
{
	struct ev_buf line = EV_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	ev_buf_vaddf(&line, fmt, ap);
	va_end(ap);
	free(sh(line.ptr));
	ev_buf_release(&line);
}

/* Control sets --------------------------------------------------------------- */

struct set {
	struct ev_oid tree;
	char link[72], previous[72];
	int64_t version;
	const char *product;
};

static void put_key(const char *name)
{
	run("cp '%s/" SF_KEYS "/%s.pub.asc' .evidence/keys/", top, name);
}

static void person(struct ev_buf *out, const char *name, const char *roles,
		   const char *key, bool machine)
{
	ev_buf_addf(out, "  - {name: %s, roles: [%s], machine: %s, "
		    "keys: [{fingerprint: %s}]}\n", name, roles,
		    machine ? "true" : "false", sf_fpr(key));
	put_key(key);
}

/* The usual people: Quinn and Robin are of the role quality, the root key is
 * Rhea's. */
static void people(struct ev_buf *out)
{
	person(out, "Build service", "ci, quality", "ci", true);
	person(out, "Quinn Abara", "quality", "quinn", false);
	person(out, "Robin Sato", "quality", "robin", false);
	person(out, "Rhea Lindqvist", "regulatory", "rhea", false);
	person(out, "Old Hand", "quality", "expired", false);
}

static void commit_set(struct set *out, int64_t version,
		       const struct set *previous, const char *product,
		       const struct ev_buf *who, const char *extra)
{
	struct ev_buf text = EV_BUF_INIT, list = EV_BUF_INIT;
	char *hex;

	memset(out, 0, sizeof(*out));
	out->version = version;
	out->product = product;
	ev_buf_addf(&text, "version: %lld\n", (long long)version);
	if (previous) {
		memcpy(out->previous, previous->link, sizeof(out->previous));
		ev_buf_addf(&text, "previous: %s\n", previous->link);
	}
	ev_buf_addf(&text, "product: {id: %s, name: RhythmGuard}\npeople:\n%s"
		    "protect: []\nrequirements: {}\npolicy_change: "
		    "{approvals: [{role: quality, count: 2}]}\n%s", product,
		    who->ptr, extra);
	sf_write(".evidence/policy.yaml", text.ptr);
	hex = sh("git add -A && git commit -q --allow-empty -m policy && "
		 "git rev-parse HEAD^{tree}");
	assert_int_equal(ev_oid_parse(&out->tree, hex), 0);
	free(hex);
	assert_int_equal(ev_control_set(&list, out->link, repo, &out->tree),
			 0);
	ev_buf_release(&text);
	ev_buf_release(&list);
}

static void usual_set(struct set *out, int64_t version,
		      const struct set *previous, const char *extra)
{
	struct ev_buf who = EV_BUF_INIT;

	people(&who);
	commit_set(out, version, previous, PRODUCT, &who, extra);
	ev_buf_release(&who);
}

/* Approvals ------------------------------------------------------------------ */

struct vote { const char *key, *name, *role, *time; };
static const struct vote rhea = { "rhea", "Rhea Lindqvist", "regulatory", NULL };
static const struct vote quinn = { "quinn", "Quinn Abara", "quality", NULL };
static const struct vote robin = { "robin", "Robin Sato", "quality", NULL };

/* As somebody would who has only gpg and git: nothing is checked. */
static void approve(const struct set *s, const struct vote *v)
{
	struct ev_decision d;
	struct ev_buf tag = EV_BUF_INIT, armour = EV_BUF_INIT;
	static const char *const ascii[] = { "--armor", NULL };
	struct ev_oid oid;
	char *ref;

	ev_decision_init(&d, EV_DECISION_POLICY);
	d.product = ev_strdup(s->product);
	memcpy(d.control_set, s->link, sizeof(d.control_set));
	memcpy(d.previous, s->previous, sizeof(d.previous));
	d.version = s->version;
	d.tree = s->tree;
	d.role = ev_strdup(v->role);
	d.name = ev_strdup(v->name);
	d.email = ev_strdup("x@example.org");
	d.at = ev_now();
	assert_int_equal(ev_nonce(d.nonce), 0);
	assert_int_equal(ev_decision_format(&tag, &d), 0);
	sf_sign_with(&armour, v->key, v->time, "--detach-sign", ascii,
		     tag.ptr);
	ev_buf_add(&tag, armour.ptr, armour.len);
	assert_int_equal(ev_object_write(&oid, repo, EV_OBJ_TAG, tag.ptr,
					 tag.len), 0);
	ref = ev_decision_ref(&d);
	assert_int_equal(ev_ref_cas(repo, ref, &oid, NULL, "test"), 0);
	free(ref);
	ev_buf_release(&tag);
	ev_buf_release(&armour);
	ev_decision_release(&d);
}

static void pin(const char *key)
{
	run("git config --local evidence.root %s", sf_fpr(key));
}

static enum ev_chain_state read_chain(void)
{
	ev_chain_release(&chain);
	ev_evidence_release(&evidence);
	ev_repo_close(repo);
	assert_int_equal(ev_repo_open(&repo, NULL), 0);
	assert_int_equal(ev_evidence_read(&evidence, repo), 0);
	if (ev_chain_read(&chain, repo, &evidence, ev_now()) < 0)
		fail_msg("%s", ev_error_last()->message);
	return chain.state;
}

static void assert_in_force(const struct set *s)
{
	if (read_chain() != EV_CHAIN_GOOD)
		fail_msg("state %d: %s", (int)chain.state, chain.reason);
	assert_string_equal(chain.in_force->link, s->link);
	assert_int_equal(chain.in_force->version, s->version);
}

static int begin(void **state)
{
	char name[64];

	(void)state;
	snprintf(name, sizeof(name), "%s/repo", sf_root.ptr);
	assert_int_equal(ev_rmtree(name), 0);
	assert_int_equal(ev_mkdirs(name, 0700), 0);
	assert_int_equal(chdir(name), 0);
	setenv("GIT_AUTHOR_NAME", "A", 1);
	setenv("GIT_AUTHOR_EMAIL", "a@example.org", 1);
	setenv("GIT_COMMITTER_NAME", "A", 1);
	setenv("GIT_COMMITTER_EMAIL", "a@example.org", 1);
	run("git init -q -b main && mkdir -p .evidence/keys");
	assert_int_equal(ev_repo_open(&repo, NULL), 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	ev_chain_release(&chain);
	ev_evidence_release(&evidence);
	ev_repo_close(repo);
	repo = NULL;
	return chdir(top);
}

/* The first link ------------------------------------------------------------- */

static void the_root_key_itself_must_approve_the_first_policy(void **state)
{
	struct set one;

	(void)state;
	pin("rhea");
	usual_set(&one, 1, NULL, "");
	assert_int_equal(read_chain(), EV_CHAIN_NONE);
	approve(&one, &quinn);
	approve(&one, &robin);
	assert_int_equal(read_chain(), EV_CHAIN_NONE);
	assert_null(chain.in_force);
	approve(&one, &rhea);
	assert_in_force(&one);
	assert_true(chain.pinned);
	assert_string_equal(chain.root, sf_fpr("rhea"));
}

static void the_root_key_need_not_belong_to_anybody(void **state)
{
	static const struct vote mallory = { "mallory", "Root", "root", NULL };
	struct set one;

	(void)state;
	pin("mallory");
	usual_set(&one, 1, NULL, "");
	approve(&one, &mallory);
	/* ... but its block must be in the approved tree. */
	assert_int_equal(read_chain(), EV_CHAIN_NONE);
	put_key("mallory");
	usual_set(&one, 1, NULL, "");
	approve(&one, &mallory);
	assert_in_force(&one);
}

static void without_a_pin_the_first_policy_is_taken_unless_there_are_two(void **s)
{
	static const struct vote mallory = { "mallory", "Quinn Abara",
					     "quality", NULL };
	static const struct vote machine = { "ci", "Build service", "quality",
					     NULL };
	struct set one, other;

	(void)s;
	usual_set(&one, 1, NULL, "");
	approve(&one, &mallory);
	approve(&one, &machine);
	assert_int_equal(read_chain(), EV_CHAIN_NONE);
	approve(&one, &quinn);
	assert_in_force(&one);
	assert_false(chain.pinned);
	usual_set(&other, 1, NULL, "retention: {years: 3}\n");
	approve(&other, &robin);
	assert_int_equal(read_chain(), EV_CHAIN_FORKED);
	assert_non_null(strstr(chain.reason, "2 policies follow nothing"));
}

/* Later links ---------------------------------------------------------------- */

static void given_first(struct set *one)
{
	pin("rhea");
	usual_set(one, 1, NULL, "");
	approve(one, &rhea);
	assert_in_force(one);
}

static void the_quorum_of_the_old_policy_judges_the_new_one(void **state)
{
	static const struct vote machine = { "ci", "Build service", "quality",
					     NULL };
	static const struct vote wrong_role = { "rhea", "Rhea Lindqvist",
						"quality", NULL };
	struct set one, two;

	(void)state;
	given_first(&one);
	usual_set(&two, 2, &one, "");
	approve(&two, &quinn);
	approve(&two, &quinn);		/* one person counts once */
	approve(&two, &machine);
	approve(&two, &wrong_role);
	assert_in_force(&one);
	approve(&two, &robin);
	assert_in_force(&two);
	assert_int_equal(chain.n, 2);
	assert_ptr_equal(ev_chain_link(&chain, one.link), chain.links[0]);
	assert_null(ev_chain_link(&chain, "sha256:00"));
}

/* An older policy must not come back because somebody's key has expired. */
static void a_policy_whose_approvals_expired_breaks_the_chain(void **state)
{
	static const struct vote expired = { "expired", "Old Hand", "quality",
					     "20250301T000000" };
	struct set one, two;

	(void)state;
	given_first(&one);
	usual_set(&two, 2, &one, "");
	approve(&two, &expired);
	assert_in_force(&one);
	approve(&two, &quinn);
	assert_int_equal(read_chain(), EV_CHAIN_BROKEN);
	assert_non_null(strstr(chain.reason, "approve it anew"));
	approve(&two, &robin);
	assert_in_force(&two);
}

static void a_root_key_that_expired_breaks_the_chain(void **state)
{
	static const struct vote root = { "expired", "Old Hand", "quality",
					  "20250301T000000" };
	struct set one;

	(void)state;
	pin("expired");
	usual_set(&one, 1, NULL, "");
	approve(&one, &root);
	assert_int_equal(read_chain(), EV_CHAIN_BROKEN);
	assert_null(chain.in_force);
}

static void people_whom_only_the_new_policy_lists_have_no_say(void **state)
{
	static const struct vote ada = { "ada", "Ada Kern", "quality", NULL };
	static const struct vote twin = { "twin", "Bo Lund", "quality", NULL };
	struct ev_buf who = EV_BUF_INIT;
	struct set one, two;

	(void)state;
	given_first(&one);
	person(&who, "Ada Kern", "quality", "ada", false);
	person(&who, "Bo Lund", "quality", "twin", false);
	commit_set(&two, 2, &one, PRODUCT, &who, "");
	approve(&two, &ada);
	approve(&two, &twin);
	assert_in_force(&one);
	ev_buf_release(&who);
}

static void version_predecessor_and_product_must_follow(void **state)
{
	struct ev_buf who = EV_BUF_INIT;
	struct set one, two;

	(void)state;
	given_first(&one);
	people(&who);
	usual_set(&two, 3, &one, "");
	approve(&two, &quinn);
	approve(&two, &robin);
	assert_in_force(&one);
	two = one;			/* the old one again: no way back */
	approve(&two, &quinn);
	approve(&two, &robin);
	assert_in_force(&one);
	commit_set(&two, 2, &one, "another-product", &who, "");
	approve(&two, &quinn);
	approve(&two, &robin);
	assert_in_force(&one);
	ev_buf_release(&who);
}

static void nobody_can_lie_about_what_others_approved(void **state)
{
	struct set one, two, lie;

	(void)state;
	given_first(&one);
	usual_set(&two, 2, &one, "");
	lie = two;
	lie.version = 7;
	approve(&lie, &quinn);
	memset(lie.previous, 0, sizeof(lie.previous));
	approve(&lie, &quinn);
	lie = two;			/* another tree under this digest */
	lie.tree = one.tree;
	approve(&lie, &quinn);
	assert_in_force(&one);
	approve(&two, &robin);
	assert_in_force(&one);
	approve(&two, &quinn);
	assert_in_force(&two);
}

static void approvals_on_different_trees_count_together(void **state)
{
	struct set one, two, same;
	char *hex;

	(void)state;
	given_first(&one);
	usual_set(&two, 2, &one, "");
	approve(&two, &quinn);
	hex = sh("echo code >code && git add -A && git commit -q -m code && "
		 "git rev-parse HEAD^{tree}");
	same = two;
	assert_int_equal(ev_oid_parse(&same.tree, hex), 0);
	free(hex);
	approve(&same, &robin);
	assert_in_force(&two);
}

/* Forks and gaps ------------------------------------------------------------- */

/* A revocation of the link on the empty tree. */
static void withdraw(const struct set *s, const char *key)
{
	run("p='{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":"
	    "[{\"name\":\"tree\",\"digest\":{\"gitTree\":"
	    "\"4b825dc642cb6eb9a060e54bf8d69288fbee4904\"}}],"
	    "\"predicateType\":\"https://git-evidence.dev/revocation/v1\","
	    "\"predicate\":{\"target\":{\"type\":\"link\",\"id\":\"%s\"},"
	    "\"reason\":\"a mistake\",\"gitEvidence\":{\"product\":\"" PRODUCT
	    "\",\"recordedAt\":\"2026-01-01T00:00:00Z\",\"tool\":"
	    "{\"name\":\"t\",\"version\":\"0\"}}}}'; "
	    "sig=$({ printf 'DSSEv1 28 application/vnd.in-toto+json %%d ' "
	    "${#p}; printf %%s \"$p\"; } | gpg --batch --quiet --no-tty "
	    "--local-user %s --detach-sign | base64 -w0); "
	    "e=$(git hash-object -t tree -w /dev/null); "
	    "git notes --ref=evidence append -m \"{\\\"payload\\\":\\\"$("
	    "printf %%s \"$p\" | base64 -w0)\\\",\\\"payloadType\\\":"
	    "\\\"application/vnd.in-toto+json\\\",\\\"signatures\\\":"
	    "[{\\\"keyid\\\":\\\"%s\\\",\\\"sig\\\":\\\"$sig\\\"}]}\" $e",
	    s->link, sf_fpr(key), sf_fpr(key));
}

static void two_policies_after_one_are_a_fork_until_the_quorum_withdraws(void **st)
{
	struct ev_chain before;
	struct set one, two, other;
	char why[200];

	(void)st;
	given_first(&one);
	usual_set(&two, 2, &one, "");
	approve(&two, &quinn);
	approve(&two, &robin);
	assert_in_force(&two);
	before = chain;
	memset(&chain, 0, sizeof(chain));
	usual_set(&other, 2, &one, "retention: {years: 3}\n");
	approve(&other, &quinn);
	assert_in_force(&two);
	assert_false(ev_chain_would_fork(why, &before, &chain));
	approve(&other, &robin);
	assert_int_equal(read_chain(), EV_CHAIN_FORKED);
	assert_true(ev_chain_would_fork(why, &before, &chain));
	assert_string_equal(chain.in_force->link, one.link);
	ev_chain_release(&before);
	withdraw(&other, "quinn");
	assert_int_equal(read_chain(), EV_CHAIN_FORKED);
	withdraw(&other, "ci");		/* a machine has no say */
	assert_int_equal(read_chain(), EV_CHAIN_FORKED);
	withdraw(&other, "robin");
	assert_in_force(&two);
}

static void nothing_but_a_fork_can_be_withdrawn(void **state)
{
	struct set one, two;

	(void)state;
	given_first(&one);
	usual_set(&two, 2, &one, "");
	approve(&two, &quinn);
	approve(&two, &robin);
	withdraw(&two, "quinn");
	withdraw(&two, "robin");
	assert_in_force(&two);
}

static void a_policy_that_is_approved_and_cannot_be_read_breaks_the_chain(void **s)
{
	struct set one, two;

	(void)s;
	given_first(&one);
	usual_set(&two, 2, &one, "tomorrow: {}\n");
	approve(&two, &quinn);
	assert_in_force(&one);
	approve(&two, &robin);
	assert_int_equal(read_chain(), EV_CHAIN_BROKEN);
	assert_non_null(strstr(chain.reason, "'tomorrow'"));
}

static void an_approval_whose_tree_is_gone_breaks_the_chain(void **state)
{
	struct set one, two;
	char hex[EV_OID_HEX + 1];

	(void)state;
	given_first(&one);
	usual_set(&two, 2, &one, "");
	approve(&two, &quinn);
	approve(&two, &robin);
	assert_in_force(&two);
	ev_oid_hex(hex, &two.tree);
	run("rm .git/objects/%.2s/%s", hex, hex + 2);
	assert_int_equal(read_chain(), EV_CHAIN_BROKEN);
}

static void a_root_that_is_no_fingerprint_is_said(void **state)
{
	(void)state;
	run("git config evidence.root 6E3F");
	assert_int_equal(ev_chain_read(&chain, repo, &evidence, ev_now()),
			 EV_EINVALID);
	assert_non_null(strstr(ev_error_last()->message, "'6E3F'"));
}

static void a_reader_without_a_chain_goes_by_heads_policy(void **state)
{
	struct set one;

	(void)state;
	pin("rhea");
	assert_int_equal(read_chain(), EV_CHAIN_NONE);
	assert_int_equal(ev_chain_provisional(&chain, repo), 0);
	assert_null(ev_chain_policy(&chain));
	usual_set(&one, 1, NULL, "");
	assert_int_equal(read_chain(), EV_CHAIN_NONE);
	assert_int_equal(ev_chain_provisional(&chain, repo), 0);
	assert_string_equal(ev_chain_policy(&chain)->link, one.link);
	approve(&one, &rhea);
	assert_in_force(&one);
	assert_int_equal(ev_chain_provisional(&chain, repo), 0);
	assert_null(chain.provisional);
}

static int setup_group(void **state)
{
	static const char *const argv[] = {
		"gpg", "--batch", "--quiet", "--import",
		SF_KEYS "/robin.sec.asc", SF_KEYS "/rhea.sec.asc",
		SF_KEYS "/twin.sec.asc", NULL
	};
	int ret = sf_setup(state);

	sf_run(NULL, argv, NULL, 0);
	sf_fpr("rhea");			/* read while we are at the top */
	return ret;
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_root_key_itself_must_approve_the_first_policy),
		T(the_root_key_need_not_belong_to_anybody),
		T(without_a_pin_the_first_policy_is_taken_unless_there_are_two),
		T(the_quorum_of_the_old_policy_judges_the_new_one),
		T(a_policy_whose_approvals_expired_breaks_the_chain),
		T(a_root_key_that_expired_breaks_the_chain),
		T(people_whom_only_the_new_policy_lists_have_no_say),
		T(version_predecessor_and_product_must_follow),
		T(nobody_can_lie_about_what_others_approved),
		T(approvals_on_different_trees_count_together),
		T(two_policies_after_one_are_a_fork_until_the_quorum_withdraws),
		T(nothing_but_a_fork_can_be_withdrawn),
		T(a_policy_that_is_approved_and_cannot_be_read_breaks_the_chain),
		T(an_approval_whose_tree_is_gone_breaks_the_chain),
		T(a_root_that_is_no_fingerprint_is_said),
		T(a_reader_without_a_chain_goes_by_heads_policy),
	};

	if (!getcwd(top, sizeof(top)))
		return 1;
	return cmocka_run_group_tests(tests, setup_group, sf_teardown);
}
