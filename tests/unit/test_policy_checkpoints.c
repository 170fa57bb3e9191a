#include "base/compat.h"
#include "signfix.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "policy/checkpoints.h"
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
static struct ev_oid ledger;		/* the newest commit of it */
static char link_now[72];

/* Quinn is the root; Old Hand's key ended on 2025-06-01. */
struct signer { const char *key, *name; };
static const struct signer quinn = { "quinn", "Quinn Abara" };
static const struct signer old = { "expired", "Old Hand" };
static const struct signer ada = { "ada", "Dr. Ada Kern" };
static const struct signer ci = { "ci", "Build service" };

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

static void oid_of(struct ev_oid *out, const char *line)
{
	char *hex = sh(line);

	assert_int_equal(ev_oid_parse(out, hex), 0);
	free(hex);
}

static void person(struct ev_buf *out, const struct signer *s,
		   const char *role, bool machine)
{
	ev_buf_addf(out, "  - {name: %s, emails: [%s@example.org], roles: "
		    "[%s], machine: %s, keys: [{fingerprint: %s}]}\n", s->name,
		    s->key, role, machine ? "true" : "false", sf_fpr(s->key));
	run("cp '%s/" SF_KEYS "/%s.pub.asc' .evidence/keys/", top, s->key);
}

/* As somebody would who has only gpg and git: nothing is checked. */
static void sign_and_put(struct ev_oid *out, const struct ev_decision *d,
			 const char *key, const char *time)
{
	static const char *const ascii[] = { "--armor", NULL };
	struct ev_buf tag = EV_BUF_INIT, armour = EV_BUF_INIT;
	char *ref;

	assert_int_equal(ev_decision_format(&tag, d), 0);
	sf_sign_with(&armour, key, time, "--detach-sign", ascii, tag.ptr);
	ev_buf_add(&tag, armour.ptr, armour.len);
	assert_int_equal(ev_object_write(out, repo, EV_OBJ_TAG, tag.ptr,
					 tag.len), 0);
	ref = ev_decision_ref(d);
	assert_int_equal(ev_ref_cas(repo, ref, out, NULL, "test"), 0);
	free(ref);
	ev_buf_release(&tag);
	ev_buf_release(&armour);
}

static void begin_policy(void)
{
	struct ev_buf text = EV_BUF_INIT, list = EV_BUF_INIT;
	struct ev_decision d;
	struct ev_oid tag;

	ev_buf_addf(&text, "version: 1\nproduct: {id: %s, name: R}\npeople:\n",
		    PRODUCT);
	person(&text, &quinn, "quality", false);
	person(&text, &old, "quality", false);
	person(&text, &ada, "clinical", false);
	person(&text, &ci, "quality", true);
	ev_buf_adds(&text, "protect: []\nrequirements: {}\npolicy_change: "
		    "{approvals: [{role: quality, count: 1}]}\n"
		    "checkpoint: {by: [quality]}\n");
	sf_write(".evidence/policy.yaml", text.ptr);
	run("git add -A && git commit -q -m policy");
	ev_decision_init(&d, EV_DECISION_POLICY);
	oid_of(&d.tree, "git rev-parse HEAD^{tree}");
	assert_int_equal(ev_control_set(&list, link_now, repo, &d.tree), 0);
	memcpy(d.control_set, link_now, sizeof(d.control_set));
	d.product = ev_strdup(PRODUCT);
	d.version = 1;
	d.role = ev_strdup("quality");
	d.name = ev_strdup(quinn.name);
	d.email = ev_strdup("quinn@example.org");
	d.at = ev_now();
	assert_int_equal(ev_nonce(d.nonce), 0);
	sign_and_put(&tag, &d, "quinn", NULL);
	run("git config --local evidence.root %s", sf_fpr("quinn"));
	ev_decision_release(&d);
	ev_buf_release(&text);
	ev_buf_release(&list);
}

/* One more commit of the ledger. */
static void grow_ledger(void)
{
	oid_of(&ledger, "p=$(git rev-parse -q --verify refs/notes/evidence) "
	       "|| p=; git update-ref refs/notes/evidence $(git commit-tree "
	       "${p:+-p $p} -m ledger "
	       "4b825dc642cb6eb9a060e54bf8d69288fbee4904) && "
	       "git rev-parse refs/notes/evidence");
}

/* A checkpoint of a new ledger at that time, of which `before` (NULL at the
 * end) come before. */
static struct ev_oid put(const struct signer *s, const char *time, ...)
{
	const struct ev_oid *before;
	char hex[EV_OID_HEX + 1];
	struct ev_decision d;
	struct ev_oid tag;
	va_list ap;
	char day[32];

	grow_ledger();
	ev_decision_init(&d, EV_DECISION_CHECKPOINT);
	d.product = ev_strdup(PRODUCT);
	d.name = ev_strdup(s->name);
	d.email = ev_strdupf("%s@example.org", s->key);
	d.ledger = ledger;
	memcpy(d.policy, link_now, sizeof(d.policy));
	ev_decisions_digest(d.approvals, &evidence);
	va_start(ap, time);
	while ((before = va_arg(ap, const struct ev_oid *))) {
		ev_oid_hex(hex, before);
		ev_strs_add(&d.before, hex);
	}
	va_end(ap);
	ev_strs_sort(&d.before);
	snprintf(day, sizeof(day), "%.4s-%.2s-%.2sT%.2s:00:00Z", time,
		 time + 4, time + 6, time + 9);
	assert_int_equal(ev_time_parse(&d.at, day), 0);
	sign_and_put(&tag, &d, s->key, time);
	ev_decision_release(&d);
	return tag;
}

static struct ev_checkpoints *read_all(const struct ev_oids *vouched)
{
	struct ev_checkpoints *l;
	int ret;

	ev_chain_release(&chain);
	ev_evidence_release(&evidence);
	ev_repo_close(repo);
	assert_int_equal(ev_repo_open(&repo, NULL), 0);
	assert_int_equal(ev_evidence_read(&evidence, repo), 0);
	if (ev_chain_read_as(&chain, repo, &evidence, ev_now(), NULL,
			     vouched) < 0)
		fail_msg("%s", ev_error_last()->message);
	assert_int_equal(chain.state, EV_CHAIN_GOOD);
	l = ev_chain_checkpoints(&chain, &ret);
	if (!l)
		fail_msg("%d: %s", ret, ev_error_last()->message);
	return l;
}

static void is(const struct ev_checkpoints *l, const struct ev_oid *tag,
	       enum ev_checkpoint_state state, const char *reason)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (ev_oid_eq(&l->items[i].decided.oid, tag))
			break;
	if (i == l->n)
		fail_msg("it is not in the list");
	if (l->items[i].state != state ||
	    !strstr(l->items[i].reason, reason))
		fail_msg("state %d instead of %d: '%s'",
			 (int)l->items[i].state, (int)state,
			 l->items[i].reason);
}

#define IS_ACCEPTED(tag) is(l, &(tag), EV_CHECKPOINT_ACCEPTED, "")
#define IS_LATE(tag) is(l, &(tag), EV_CHECKPOINT_LATE, "expired on 2025-06-01")
#define IS_REFUSED(tag, why) is(l, &(tag), EV_CHECKPOINT_REFUSED, why)

static int group_setup(void **state)
{
	int ret = sf_setup(state);

	assert_non_null(getcwd(top, sizeof(top)));
	sf_fpr("quinn");
	return ret;
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
	begin_policy();
	assert_int_equal(ev_evidence_read(&evidence, repo), 0);
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

/* -------------------------------------------------------------------------- */

static void those_that_a_valid_one_names_outlive_their_keys(void **state)
{
	struct ev_oid a = put(&old, "20250301T100000", NULL);
	struct ev_oid b = put(&old, "20250401T100000", &a, NULL);
	struct ev_oid c = put(&quinn, "20250701T100000", &b, NULL);
	struct ev_checkpoints *l = read_all(NULL);

	(void)state;
	IS_ACCEPTED(a);
	IS_ACCEPTED(b);
	IS_ACCEPTED(c);
	assert_false(l->late);
	assert_ptr_equal(ev_checkpoints_newest(l), &l->items[2]);
}

static void the_newest_is_used_though_its_key_has_expired(void **state)
{
	struct ev_oid a = put(&old, "20250301T100000", NULL);
	struct ev_oid b = put(&old, "20250401T100000", &a, NULL);
	struct ev_oid c = put(&old, "20250315T100000", NULL);
	struct ev_checkpoints *l = read_all(NULL);

	(void)state;
	IS_LATE(b);
	IS_ACCEPTED(a);
	IS_REFUSED(c, "expired on 2025-06-01");
	assert_true(l->late);
	assert_ptr_equal(ev_checkpoints_newest(l), &l->items[2]);
	assert_true(l->items[0].late && l->items[2].late);
}

static void an_expired_key_dates_nothing_behind_an_accepted_one(void **state)
{
	struct ev_oid a = put(&quinn, "20250701T100000", NULL);
	struct ev_oid b = put(&old, "20250501T100000", NULL);
	struct ev_oid c = put(&old, "20250501T110000", &a, NULL);
	struct ev_checkpoints *l = read_all(NULL);

	(void)state;
	IS_ACCEPTED(a);
	IS_REFUSED(b, "expired on 2025-06-01");
	/* It comes after the one that it names, and says it was before. */
	IS_REFUSED(c, "expired on 2025-06-01");
	assert_false(l->late);
}

static void who_may_not_makes_none_and_names_none(void **state)
{
	struct ev_oid a = put(&old, "20250301T100000", NULL);
	struct ev_oid b = put(&ada, "20250701T100000", &a, NULL);
	struct ev_oid c = put(&ci, "20250702T100000", &a, NULL);
	struct ev_checkpoints *l = read_all(NULL);

	(void)state;
	IS_REFUSED(b, "has no role of checkpoint.by");
	IS_REFUSED(c, "a machine");
	/* nothing that is used comes after it */
	is(l, &a, EV_CHECKPOINT_LATE, "expired");
	assert_false(l->items[0].named);
}

static void a_name_reaches_through_one_that_is_refused(void **state)
{
	struct ev_oid a = put(&old, "20250301T100000", NULL);
	struct ev_oid b = put(&ada, "20250401T100000", &a, NULL);
	struct ev_oid c = put(&quinn, "20250701T100000", &b, NULL);
	struct ev_checkpoints *l = read_all(NULL);

	(void)state;
	IS_ACCEPTED(c);
	IS_REFUSED(b, "has no role");
	/* the hash of `b` is the hash of its names */
	IS_ACCEPTED(a);
}

static void nothing_is_later_than_what_names_it(void **state)
{
	struct ev_oid a = put(&old, "20250501T100000", NULL);
	struct ev_oid b = put(&quinn, "20250401T100000", &a, NULL);
	struct ev_checkpoints *l = read_all(NULL);

	(void)state;
	IS_ACCEPTED(b);
	IS_REFUSED(a, "expired");
	assert_true(ev_oid_eq(&l->items[0].decided.oid, &a));
}

static void who_has_seen_one_need_not_be_told_again(void **state)
{
	struct ev_oids tags = EV_OIDS_INIT, ledgers = EV_OIDS_INIT;
	struct ev_oid a = put(&old, "20250301T100000", NULL);
	struct ev_oid b = put(&quinn, "20250701T100000", NULL), c;
	struct ev_checkpoints *l = read_all(NULL);

	(void)state;
	IS_REFUSED(a, "expired");
	/* by the user */
	ev_oids_add(&tags, &a);
	l = read_all(&tags);
	IS_ACCEPTED(a);
	/* by what an audit accepted */
	assert_int_equal(ev_high_water_write(repo, l), 0);
	ev_oids_release(&tags);
	assert_int_equal(ev_high_water_read(&tags, &ledgers, repo), 0);
	assert_int_equal(tags.n, 2);
	assert_true(ev_oids_has(&tags, &a) && ev_oids_has(&tags, &b));
	assert_true(ev_oids_has(&ledgers, &ledger));
	l = read_all(NULL);
	IS_ACCEPTED(a);
	c = put(&old, "20250301T110000", NULL);
	l = read_all(NULL);
	IS_ACCEPTED(a);
	IS_REFUSED(c, "expired");
	ev_oids_release(&tags);
	ev_oids_release(&ledgers);
	run("echo nonsense >.git/evidence/high-water");
	assert_int_equal(ev_high_water_read(&tags, &ledgers, repo),
			 EV_EINVALID);
	assert_non_null(strstr(ev_error_last()->message, "damaged"));
	ev_oids_release(&tags);
	ev_oids_release(&ledgers);
}

static void one_of_a_ledger_that_is_not_here_holds_nothing(void **state)
{
	struct ev_oid a = put(&quinn, "20250301T100000", NULL);
	const struct ev_holder *h = NULL;
	char hex[EV_OID_HEX + 1];
	struct ev_checkpoints *l;

	(void)state;
	ev_oid_hex(hex, &ledger);
	run("git update-ref -d refs/notes/evidence && "
	    "rm -f .git/objects/%.2s/%s", hex, hex + 2);
	l = read_all(NULL);
	IS_ACCEPTED(a);
	assert_false(l->items[0].ledger_here);
	assert_int_equal(ev_past_line(&h, chain.in_force->trust.past, repo,
				      &ev_oid_empty_tree, link_now + 7), 0);
	assert_null(h);
	assert_int_equal(chain.in_force->trust.past->n, 0);
}

static void a_new_one_names_the_tips_and_digests_the_decisions(void **state)
{
	struct ev_oid a = put(&quinn, "20250301T100000", NULL);
	struct ev_oid b = put(&quinn, "20250302T100000", &a, NULL);
	struct ev_oid c = put(&quinn, "20250303T100000", &a, NULL);
	struct ev_oids tips = EV_OIDS_INIT;
	struct ev_checkpoints *l = read_all(NULL);
	const struct ev_trust *t = &chain.in_force->trust;
	struct ev_decision d;
	char *digest;

	(void)state;
	ev_checkpoints_tips(&tips, l);
	assert_int_equal(tips.n, 2);
	assert_true(ev_oids_has(&tips, &b) && ev_oids_has(&tips, &c));
	ev_oids_release(&tips);
	ev_decision_init(&d, EV_DECISION_CHECKPOINT);
	assert_int_equal(ev_checkpoint_draft(&d, &chain, &evidence, &ledger,
			 ev_trust_person(t, sf_fpr("quinn"), NULL), 0), 0);
	assert_int_equal(d.before.n, 2);
	digest = sh("git for-each-ref --format='%(objectname) %(refname)' "
		    "refs/tags/evidence/policy | LC_ALL=C sort | sha256sum | "
		    "cut -d' ' -f1");
	assert_string_equal(d.approvals + 7, digest);
	free(digest);
	ev_decision_release(&d);
	ev_decision_init(&d, EV_DECISION_CHECKPOINT);
	assert_int_equal(ev_checkpoint_draft(&d, &chain, &evidence, &ledger,
			 ev_trust_person(t, sf_fpr("ci"), NULL), 0),
			 EV_EDENIED);
	assert_non_null(strstr(ev_error_last()->message, "machine"));
	assert_int_equal(ev_checkpoint_draft(&d, &chain, &evidence, &ledger,
			 ev_trust_person(t, sf_fpr("ada"), NULL), 0),
			 EV_EDENIED);
	ev_decision_release(&d);
}

static void what_was_then_is_judged_as_it_was(void **state)
{
	struct ev_oid a = put(&old, "20250301T100000", NULL), early = ledger;
	struct ev_oid b = put(&quinn, "20250401T100000", &a, NULL);
	struct ev_checkpoints *l = read_all(NULL);
	struct ev_past *past = chain.in_force->trust.past;
	struct ev_as_of then;

	(void)state;
	IS_ACCEPTED(b);
	assert_int_equal(ev_as_of_open(&then, repo, &chain, &l->items[0]), 0);
	assert_true(ev_oid_eq(&then.evidence.ledger, &early));
	assert_int_equal(then.now, l->items[0].decided.d.at);
	assert_int_equal(then.chain.n, 1);
	assert_ptr_equal(chain.in_force->trust.past, &then.past);
	assert_int_equal(ev_past_fill(&then.past, repo), 0);
	assert_int_equal(then.past.n, 0);	/* nothing was before it */
	ev_as_of_release(&then);
	assert_ptr_equal(chain.in_force->trust.past, past);
	assert_int_equal(ev_as_of_open(&then, repo, &chain, &l->items[1]), 0);
	assert_int_equal(ev_past_fill(&then.past, repo), 0);
	assert_int_equal(then.past.n, 1);
	ev_as_of_release(&then);
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(those_that_a_valid_one_names_outlive_their_keys),
		T(the_newest_is_used_though_its_key_has_expired),
		T(an_expired_key_dates_nothing_behind_an_accepted_one),
		T(who_may_not_makes_none_and_names_none),
		T(a_name_reaches_through_one_that_is_refused),
		T(nothing_is_later_than_what_names_it),
		T(who_has_seen_one_need_not_be_told_again),
		T(one_of_a_ledger_that_is_not_here_holds_nothing),
		T(a_new_one_names_the_tips_and_digests_the_decisions),
		T(what_was_then_is_judged_as_it_was),
	};

	return cmocka_run_group_tests(tests, group_setup, sf_teardown);
}
