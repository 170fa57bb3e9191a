#include "gitfix.h"

#include "base/str.h"
#include "gate/client.h"

/* A policy that protects these names, ended by NULL. */
static struct ev_protect protects[8];
static struct ev_policy policy_of(const char *const *names)
{
	struct ev_policy p = { .protects = protects };

	memset(protects, 0, sizeof(protects));
	for (; *names; names++)
		protects[p.nprotects++].pattern = ev_strdup(*names);
	return p;
}

static void forget(struct ev_policy *p)
{
	while (p->nprotects)
		free(p->protects[--p->nprotects].pattern);
}

/* What sh(1) finds for `ref`: a pattern of the list, or "end". */
static char *found(const char *ref)
{
	return fix_out("LC_ALL=C sh -c 'IFS=; while read -r p; do "
		       "case $1 in $p) echo \"$p\"; exit;; esac; done "
		       "<a/.git/evidence/protected; echo end' sh '%s'", ref);
}

static void expect(bool want, const char *ref)
{
	char *got = found(ref);

	if (!strcmp(got, "end") == want)
		fail_msg("'%s' is %s the list: %s", ref,
			 want ? "not on" : "on", got);
	free(got);
}

static void the_list_holds_every_name_that_may_be_meant(void **state)
{
	static const char *const names[] = { "refs/heads/Pr-1", "refs/tags/v*",
		"refs/heads/str\303\266me", NULL };
	struct ev_policy p = policy_of(names);
	struct ev_repo *r = NULL;

	(void)state;
	fix_repo("a");
	fix_ok(ev_repo_open(&r, "a"));
	assert_false(ev_protected_listed(r));
	fix_ok(ev_protected_list(r, &p));
	assert_true(ev_protected_listed(r));
	expect(true, "refs/heads/Pr-1");
	expect(true, "REFS/heads/pR-1");
	expect(true, "refs/tags/v");
	expect(true, "refs/tags/V1/2");
	expect(true, "refs/heads/str\303\266me");
	expect(true, "refs/heads/STRO\314\210ME");
	/* may be meant, for all that sh knows */
	expect(true, "refs/heads/\303\204");
	expect(true, "refs/tags/evidence/policy/1/2/3");
	expect(false, "refs/heads/Pr-11");
	expect(false, "refs/heads/main");
	expect(false, "refs/tags/w");
	expect(false, "refs/tags/evidence/approve/1");
	forget(&p);
	ev_protected_forget(r);
	assert_false(ev_protected_listed(r));
	ev_repo_close(r);
}

static void a_protected_name_that_is_symbolic_brings_its_target(void **state)
{
	static const char *const names[] = { "refs/heads/production", NULL };
	struct ev_policy p = policy_of(names);
	struct ev_repo *r = NULL;

	(void)state;
	fix_repo("a");
	fix_ok(ev_repo_open(&r, "a"));
	fix_ok(ev_protected_list(r, &p));
	expect(false, "refs/heads/stable");
	fix_run("git -C a symbolic-ref refs/heads/production "
		"refs/heads/stable");
	fix_ok(ev_protected_list(r, &p));
	expect(true, "refs/heads/stable");
	expect(true, "refs/heads/production");
	forget(&p);
	ev_repo_close(r);
}

static void a_list_that_is_as_it_should_be_is_not_written_again(void **state)
{
	static const char *const names[] = { "refs/heads/production", NULL };
	static const char *const none[] = { NULL };
	struct ev_policy p = policy_of(names);
	struct ev_repo *r = NULL;
	char *before, *after;

	(void)state;
	fix_repo("a");
	fix_ok(ev_repo_open(&r, "a"));
	fix_ok(ev_protected_list(r, &p));
	before = fix_out("stat -c %%i a/.git/evidence/protected");
	fix_ok(ev_protected_list(r, &p));
	after = fix_out("stat -c %%i a/.git/evidence/protected");
	assert_string_equal(before, after);
	free(after);
	forget(&p);
	p = policy_of(none);
	fix_ok(ev_protected_list(r, &p));
	expect(false, "refs/heads/production");
	expect(false, "refs/heads/\303\204");
	free(before);
	ev_repo_close(r);
}

static void what_is_not_shared_is_remembered_until_it_is(void **state)
{
	struct ev_repo *r = NULL;

	(void)state;
	fix_repo("a");
	fix_ok(ev_repo_open(&r, "a"));
	assert_false(ev_unshared(r));
	ev_unshared_set(r, false);
	assert_false(ev_unshared(r));
	ev_unshared_set(r, true);
	ev_unshared_set(r, true);
	assert_true(ev_unshared(r));
	fix_run("test -f a/.git/evidence/unshared");
	ev_unshared_set(r, false);
	assert_false(ev_unshared(r));
	ev_repo_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, fix_setup, fix_teardown)
		T(the_list_holds_every_name_that_may_be_meant),
		T(a_protected_name_that_is_symbolic_brings_its_target),
		T(a_list_that_is_as_it_should_be_is_not_written_again),
		T(what_is_not_shared_is_remembered_until_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
