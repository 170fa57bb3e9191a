#include "base/compat.h"

#include "gitfix.h"

#include "base/hash.h"
#include "policy/policy.h"

static char top[PATH_MAX];
static struct ev_repo *repo;

/* A repository with the key of the build service and a policy that lists it. */
static int setup(void **state)
{
	fix_setup(state);
	fix_run("git init -q -b main dev && mkdir -p dev/.evidence/keys "
		"dev/.evidence/suites/more && "
		"cp '%s/tests/data/keys/ci.pub.asc' dev/.evidence/keys/ci.asc",
		top);
	fix_run("cd dev/.evidence && cat >policy.yaml <<-END\n"
		"version: 1\n"
		"product: {id: x, name: y}\n"
		"people: [{name: Build service, roles: [ci], machine: true, "
		"keys: [{fingerprint: $(sed -n 's/^ci *//p' "
		"'%s/tests/data/keys/fingerprints')}]},\n"
		"  {name: Ada, roles: [quality], keys: [{fingerprint: "
		"A000000000000000000000000000000000000001}]}]\n"
		"protect: [{ref: refs/heads/main, require: r}]\n"
		"requirements: {r: {reports: [{suite: a, by: [ci]}]}}\n"
		"policy_change: {approvals: [{role: quality, count: 1}]}\n"
		"END\n", top);
	fix_run("cd dev/.evidence/suites && echo 'suite: {id: a, version: 1.0}'"
		" >a.yaml && echo 'suite: {id: b}' >more/b.yml &&"
		" echo '{[' >README && git add .. && git commit -qm one");
	fix_ok(ev_repo_open(&repo, "dev"));
	return 0;
}

static int teardown(void **state)
{
	ev_repo_close(repo);
	repo = NULL;
	return fix_teardown(state);
}

static int read_rev(struct ev_policy *p, const char *rev)
{
	enum ev_objtype type;
	struct ev_oid oid;

	fix_ok(ev_repo_resolve(&oid, &type, repo, rev));
	return ev_policy_read(p, repo, &oid);
}

static void a_commit_and_its_tree_hold_one_policy(void **state)
{
	struct ev_policy a, b;
	char *link;

	(void)state;
	fix_ok(read_rev(&a, "HEAD"));
	fix_ok(read_rev(&b, "HEAD^{tree}"));
	link = fix_out("cd dev && for f in $(git ls-tree -r --name-only HEAD "
		       "| grep ^.evidence/); do sha256sum $f; done | "
		       "sha256sum | cut -c1-64");
	assert_memory_equal(a.link, "sha256:", 7);
	assert_string_equal(a.link + 7, link);
	assert_string_equal(a.link, b.link);
	assert_string_equal(a.trust.digest, link);
	assert_true(ev_oid_eq(&a.tree, &b.tree));
	assert_true(ev_oid_eq(&b.commit, &b.tree));
	assert_false(ev_oid_eq(&a.commit, &a.tree));
	assert_non_null(ev_keyhome_find(a.trust.home,
					a.trust.people[0].keys[0].fpr, NULL));
	free(link);
	ev_policy_release(&a);
	ev_policy_release(&b);
}

static void suites_are_read_wherever_they_lie(void **state)
{
	struct ev_policy p;
	char *want;

	(void)state;
	fix_ok(read_rev(&p, "HEAD"));
	assert_int_equal(p.nsuites, 2);
	want = fix_out("sha256sum <dev/.evidence/suites/a.yaml | cut -c1-64");
	assert_string_equal(ev_policy_suite(&p, "a")->digest + 7, want);
	assert_string_equal(ev_policy_suite(&p, "a")->version, "1.0");
	assert_string_equal(ev_policy_suite(&p, "b")->path,
			    ".evidence/suites/more/b.yml");
	assert_ptr_equal(p.requirements[0].reports[0].file,
			 ev_policy_suite(&p, "a"));
	free(want);
	ev_policy_release(&p);
}

static void what_is_committed_counts_and_not_the_folder(void **state)
{
	struct ev_policy p;

	(void)state;
	fix_run("cd dev && echo nonsense >.evidence/policy.yaml");
	fix_ok(ev_policy_read_head(&p, repo));
	ev_policy_release(&p);
}

static void refuse_change(const char *script, int code, const char *said)
{
	struct ev_policy p;

	fix_run("cd dev && %s && git add -A && git commit -qm change",
		script);
	fix_fails(read_rev(&p, "HEAD"), code, said);
	fix_run("cd dev && git reset -q --hard HEAD~1");
}

static void a_broken_control_set_is_refused_by_its_file(void **state)
{
	(void)state;
	refuse_change("echo '{[' >.evidence/suites/c.yaml", EV_EINVALID,
		      ".evidence/suites/c.yaml:");
	refuse_change("echo 'suite: {id: a}' >.evidence/suites/c.yaml",
		      EV_EINVALID, ".evidence/suites/c.yaml:1:13: suite 'a' "
		      "is defined in '.evidence/suites/a.yaml' already");
	refuse_change("git rm -q .evidence/suites/a.yaml", EV_EINVALID,
		      ".evidence/policy.yaml:6:38: no file in "
		      ".evidence/suites defines the suite 'a'");
	refuse_change("ln -s a.yaml .evidence/suites/c.yaml", EV_EINVALID,
		      "'.evidence/suites/c.yaml' in the control set is no "
		      "regular file");
	refuse_change("touch '.evidence/suites/a b.yaml'", EV_EINVALID,
		      "'.evidence/suites/a b.yaml' may not be in the control "
		      "set");
	refuse_change("echo no >.evidence/keys/x.asc", EV_EINVALID, "x.asc");
	refuse_change("sed -i s/version:/verison:/ .evidence/policy.yaml",
		      EV_EINVALID, ".evidence/policy.yaml:1:1: unknown field "
		      "'verison'");
	refuse_change("head -c 2000000 /dev/zero | tr '\\0' '#' "
		      ">.evidence/suites/c.yaml", EV_ELIMIT,
		      "'.evidence/suites/c.yaml'");
}

static void without_a_policy_there_is_none(void **state)
{
	char *commit = fix_out("git -C dev rev-parse HEAD"), *said;
	struct ev_policy p;

	(void)state;
	free(commit);
	fix_run("cd dev && git rm -q .evidence/policy.yaml && "
		"git commit -qm none");
	commit = fix_out("git -C dev rev-parse HEAD");
	said = ev_strdupf("there is no '.evidence/policy.yaml' in commit "
			  "%.12s", commit);
	fix_fails(read_rev(&p, "HEAD"), EV_ENOTFOUND, said);
	assert_non_null(strstr(ev_error_last()->hints, "git evidence init"));
	assert_null(p.root);
	fix_fails(read_rev(&p, "HEAD^{tree}"), EV_ENOTFOUND, "in tree ");
	free(said);
	free(commit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_commit_and_its_tree_hold_one_policy, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			suites_are_read_wherever_they_lie, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_is_committed_counts_and_not_the_folder, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_broken_control_set_is_refused_by_its_file, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			without_a_policy_there_is_none, setup, teardown),
	};

	if (!getcwd(top, sizeof(top)))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
