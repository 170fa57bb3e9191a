#include "gitfix.h"

#include <sys/wait.h>

#include "repo/git.h"
#include "repo/refs.h"
#include "repo/repo.h"

static struct ev_repo *opened(const char *path)
{
	struct ev_repo *r = NULL;

	fix_ok(ev_repo_open(&r, path));
	return r;
}

static struct ev_oid oid_of(const char *dir, const char *name)
{
	char *hex = fix_out("git -C '%s' rev-parse --verify '%s'", dir, name);
	struct ev_oid oid;

	if (ev_oid_parse(&oid, hex))
		fail_msg("'%s' is '%s'", name, hex);
	free(hex);
	return oid;
}

/* Repository "a" with two commits, first and second. */
static struct ev_repo *two_commits(struct ev_oid *first, struct ev_oid *second)
{
	fix_repo("a");
	fix_run("git -C a commit -q --allow-empty -m second");
	*first = oid_of("a", "HEAD~1");
	*second = oid_of("a", "HEAD");
	return opened("a");
}

static void expect_ref(struct ev_repo *r, const char *name,
		       const struct ev_oid *want)
{
	struct ev_oid got;

	fix_ok(ev_ref_read(&got, r, name));
	assert_true(ev_oid_eq(&got, want));
}

static void a_ref_moves_only_from_the_value_it_had(void **state)
{
	static const char name[] = "refs/notes/evidence";
	struct ev_oid a, b, got;
	struct ev_repo *r;

	(void)state;
	r = two_commits(&a, &b);
	assert_int_equal(ev_ref_read(&got, r, name), EV_ENOTFOUND);
	fix_fails(ev_ref_cas(r, name, &b, &a, "x"), EV_ECONFLICT, name);
	fix_ok(ev_ref_cas(r, name, &a, NULL, "made"));
	fix_fails(ev_ref_cas(r, name, &b, NULL, "x"), EV_ECONFLICT, name);
	fix_fails(ev_ref_cas(r, name, &a, &b, "x"), EV_ECONFLICT, name);
	expect_ref(r, name, &a);
	fix_ok(ev_ref_cas(r, name, &b, &a, "moved"));
	got = oid_of("a", name);
	assert_true(ev_oid_eq(&got, &b));
	fix_fails(ev_ref_delete(r, name, &a), EV_ECONFLICT, name);
	fix_ok(ev_ref_delete(r, name, &b));
	assert_int_equal(ev_ref_read(&got, r, name), EV_ENOTFOUND);
	fix_fails(ev_ref_delete(r, name, &b), EV_ECONFLICT, name);
	/* Not a race: no retry would mend it. */
	memset(got.id, 7, sizeof(got.id));
	fix_fails(ev_ref_cas(r, name, &got, NULL, "x"), EV_ENOTFOUND,
		  "0707070707");
	ev_repo_close(r);
}

static void packed_refs_are_guarded_too(void **state)
{
	static const char name[] = "refs/tags/evidence/one";
	struct ev_oid a, b, got;
	struct ev_repo *r;

	(void)state;
	r = two_commits(&a, &b);
	fix_run("git -C a update-ref %s HEAD~1 && git -C a pack-refs --all",
		name);
	fix_fails(ev_ref_cas(r, name, &b, NULL, "x"), EV_ECONFLICT, name);
	fix_fails(ev_ref_cas(r, name, &a, &b, "x"), EV_ECONFLICT, name);
	fix_ok(ev_ref_cas(r, name, &b, &a, "x"));
	fix_run("git -C a pack-refs --all");
	expect_ref(r, name, &b);
	fix_fails(ev_ref_delete(r, name, &a), EV_ECONFLICT, name);
	fix_ok(ev_ref_delete(r, name, &b));
	assert_int_equal(ev_ref_read(&got, r, name), EV_ENOTFOUND);
	fix_run("! git -C a rev-parse -q --verify %s", name);
	ev_repo_close(r);
}

static void changes_by_git_are_seen_at_once(void **state)
{
	static const char name[] = "refs/heads/moving";
	struct ev_oid a, b, got;
	struct ev_repo *r;
	int i;

	(void)state;
	r = two_commits(&a, &b);
	for (i = 0; i < 10; i++) {
		fix_run("cd a && git update-ref %s HEAD~1 && git pack-refs"
			" --all", name);
		expect_ref(r, name, &a);
		fix_run("cd a && git update-ref %s HEAD && git pack-refs --all",
			name);
		expect_ref(r, name, &b);
		fix_run("git -C a update-ref -d %s", name);
		assert_int_equal(ev_ref_read(&got, r, name), EV_ENOTFOUND);
	}
	ev_repo_close(r);
}

static void a_held_lock_is_a_conflict_with_a_mend(void **state)
{
	static const char name[] = "refs/notes/c";
	struct ev_oid a, b;
	struct ev_repo *r;

	(void)state;
	r = two_commits(&a, &b);
	fix_run("mkdir -p a/.git/refs/notes && : >a/.git/refs/notes/c.lock");
	fix_fails(ev_ref_cas(r, name, &a, NULL, "x"), EV_ECONFLICT, "locked");
	assert_non_null(strstr(ev_error_last()->hints, "refs/notes/c.lock"));
	fix_run("rm a/.git/refs/notes/c.lock");
	fix_ok(ev_ref_cas(r, name, &a, NULL, "x"));
	ev_repo_close(r);
}

static void a_ref_in_the_way_is_no_race(void **state)
{
	struct ev_oid a, b;
	struct ev_repo *r;

	(void)state;
	r = two_commits(&a, &b);
	fix_ok(ev_ref_cas(r, "refs/notes/x", &a, NULL, "x"));
	fix_fails(ev_ref_cas(r, "refs/notes/x/y", &a, NULL, "x"), EV_EEXISTS,
		  "refs/notes/x/y");
	fix_run("git -C a pack-refs --all");
	fix_fails(ev_ref_cas(r, "refs/notes/x/y", &a, NULL, "x"), EV_EEXISTS,
		  "refs/notes/x/y");
	fix_ok(ev_ref_cas(r, "refs/notes/d/y", &a, NULL, "x"));
	fix_fails(ev_ref_cas(r, "refs/notes/d", &a, NULL, "x"), EV_EEXISTS,
		  "refs/notes/d");
	fix_run("git -C a pack-refs --all");
	fix_fails(ev_ref_cas(r, "refs/notes/d", &a, NULL, "x"), EV_EEXISTS,
		  "refs/notes/d");
	fix_fails(ev_ref_cas(r, "refs/notes/a..b", &a, NULL, "x"), EV_EINVALID,
		  "not a valid name");
	ev_repo_close(r);
}

static void a_symbolic_ref_is_followed_not_replaced(void **state)
{
	struct ev_oid a, b;
	struct ev_repo *r;
	char *head;

	(void)state;
	r = two_commits(&a, &b);
	fix_ok(ev_ref_cas(r, "HEAD", &a, &b, "back"));
	head = fix_out("git -C a symbolic-ref HEAD");
	assert_string_equal(head, "refs/heads/main");
	free(head);
	expect_ref(r, "refs/heads/main", &a);
	ev_repo_close(r);
}

static void a_move_is_in_the_reflog_with_gits_identity(void **state)
{
	struct ev_oid a, b;
	struct ev_repo *r;
	char *line;

	(void)state;
	r = two_commits(&a, &b);
	setenv("GIT_COMMITTER_NAME", "Ben Ott", 1);
	fix_ok(ev_ref_cas(r, "refs/notes/evidence", &a, NULL,
			  "evidence: first"));
	line = fix_out("git -C a reflog show --format='%%gn %%gs'"
		       " refs/notes/evidence");
	assert_string_equal(line, "Ben Ott evidence: first");
	free(line);
	ev_repo_close(r);
}

static void a_worktree_writes_to_the_common_folder(void **state)
{
	struct ev_oid a, b, got;
	struct ev_repo *r;

	(void)state;
	ev_repo_close(two_commits(&a, &b));
	fix_run("git -C a worktree add -q ../w");
	r = opened("w");
	fix_ok(ev_ref_cas(r, "refs/notes/evidence", &a, NULL, "x"));
	got = oid_of("a", "refs/notes/evidence");
	assert_true(ev_oid_eq(&got, &a));
	ev_repo_close(r);
}

static int add_name(void *ctx, const char *name, const struct ev_oid *oid)
{
	char hex[EV_OID_HEX + 1];

	ev_oid_hex(hex, oid);
	ev_buf_addf(ctx, "%s %s\n", hex, name);
	return 0;
}

static int stop(void *ctx, const char *name, const struct ev_oid *oid)
{
	(void)name;
	(void)oid;
	++*(int *)ctx;
	return EV_ESTOP;
}

static void refs_are_listed_as_for_each_ref_does(void **state)
{
	static const char *const prefixes[] = { "refs/", "refs/tags/evidence/",
		"refs/heads/", "refs/none/", "refs/tags/e" };
	struct ev_buf got = EV_BUF_INIT;
	struct ev_oid a, b;
	struct ev_repo *r;
	size_t i;
	char *want;
	int n = 0;

	(void)state;
	r = two_commits(&a, &b);
	fix_run("cd a && for n in z b/c evidence/1 evidence/10 evidence/2; do"
		" git tag -m x $n; done; git pack-refs --all;"
		" git tag evidence/1a; git tag -f z HEAD~1; git branch a-b;"
		" git branch a/b; git symbolic-ref refs/heads/sym"
		" refs/heads/main; git tag -d evidence/2");
	for (i = 0; i < EV_ARRAY_SIZE(prefixes); i++) {
		ev_buf_clear(&got);
		fix_ok(ev_ref_each(r, prefixes[i], add_name, &got));
		ev_buf_chomp(&got);
		want = fix_out("git -C a for-each-ref --format='%%(objectname)"
			       " %%(refname)' | grep ' %s' || true",
			       prefixes[i]);
		assert_string_equal(got.ptr, want);
		free(want);
	}
	assert_int_equal(ev_ref_each(r, "refs/", stop, &n), EV_ESTOP);
	assert_int_equal(n, 1);
	ev_repo_close(r);
	ev_buf_release(&got);
}

/* Names -------------------------------------------------------------- */

static void expect_name(struct ev_repo *r, const char *name)
{
	char hex[EV_OID_HEX + 1], *want, *kind;
	enum ev_objtype type;
	struct ev_oid oid;
	int ret;

	want = fix_out("x=$(git -C a rev-parse --verify -q '%s') &&"
		       " echo \"$x\" || echo none", name);
	ret = ev_repo_resolve(&oid, &type, r, name);
	if (!strcmp(want, "none")) {
		fix_fails(ret, EV_ENOTFOUND, "unknown revision '");
		free(want);
		return;
	}
	if (ret)
		fail_msg("'%s': %s", name, ev_error_last()->message);
	ev_oid_hex(hex, &oid);
	if (strcmp(hex, want))
		fail_msg("'%s' is %s, to git %s", name, hex, want);
	kind = fix_out("git -C a cat-file -t %s", want);
	assert_string_equal(ev_objtype_name(type), kind);
	free(want);
	free(kind);
}

static void names_mean_what_they_mean_to_git(void **state)
{
	static const char *const names[] = {
		"HEAD", "@", "HEAD~1", "HEAD^", "HEAD^2", "HEAD^^", "HEAD~9",
		"main", "heads/main", "refs/heads/main", "main~1^0", "main@{0}",
		"@{0}", "@{-1}", "side", "v1", "tags/v1", "v1^{}",
		"v1^{commit}", "v1^{tree}", "v1^{blob}", "v1~1", "HEAD:a.txt",
		"HEAD:dir",
		"HEAD:", "HEAD:none", "HEAD:./a.txt", ":a.txt", ":0:a.txt",
		":/first", "HEAD^{/second}", ":/nothing", "origin",
		"refs/none", "none", "main..", "main^!", "main^@", "x y",
		"main^{object}",
		"dead", "deadbeef", "feature.x", "lock.lock", "a..b", "v1-0-g0",
		"main:a.txt", "stash", "refs/stash", "ORIG_HEAD", "MERGE_HEAD",
		"config", "index", "HEAD^{tree}:dir/b.txt", "a/b", "b", "/main",
		"main/", "heads//main", "refs/heads/Main", "remote/thing",
		"remote", "refs/x.lock", "refs//heads/main",
	};
	char name[64], *hex;
	struct ev_oid a, b;
	struct ev_repo *r;
	size_t i, n;

	(void)state;
	r = two_commits(&a, &b);
	fix_run("cd a && git tag -m one v1 && git branch feature.x &&"
		" git branch a/b && git branch deadbeef HEAD~1 &&"
		" git checkout -q -b side && git checkout -q main &&"
		" git update-ref refs/remotes/remote/thing HEAD~1 &&"
		" git symbolic-ref refs/remotes/remote/HEAD"
		" refs/remotes/remote/thing && git reset -q --soft HEAD~0");
	for (i = 0; i < EV_ARRAY_SIZE(names); i++)
		expect_name(r, names[i]);
	hex = fix_out("git -C a rev-parse HEAD");
	for (n = 40; n > 3; n -= n > 10 ? 7 : 1) {
		snprintf(name, sizeof(name), "%.*s", (int)n, hex);
		expect_name(r, name);
	}
	for (i = 0; hex[i]; i++)
		if (hex[i] >= 'a' && hex[i] <= 'z')
			hex[i] = (char)(hex[i] - 32);
	expect_name(r, hex);
	free(hex);
	ev_repo_close(r);
}

static void options_and_negations_are_no_names(void **state)
{
	static const char *const bad[] = { "", "-h", "--all", "--git-dir",
		"^HEAD", "HEAD..main", "--",
		"0000000000000000000000000000000000000001" };
	struct ev_oid a, b;
	struct ev_repo *r;
	size_t i;

	(void)state;
	r = two_commits(&a, &b);
	for (i = 0; i < EV_ARRAY_SIZE(bad); i++)
		fix_fails(ev_repo_resolve(&a, NULL, r, bad[i]), EV_ENOTFOUND,
			  "unknown revision");
	ev_repo_close(r);
}

static void ambiguous_names_are_refused(void **state)
{
	struct ev_oid a, b;
	struct ev_repo *r;

	(void)state;
	r = two_commits(&a, &b);
	fix_run("cd a && git tag main HEAD~1");
	fix_fails(ev_repo_resolve(&a, NULL, r, "main"), EV_EINVALID,
		  "'main' is ambiguous");
	assert_string_equal(ev_error_last()->details,
			    "refs/tags/main\nrefs/heads/main\n");
	fix_fails(ev_repo_resolve(&a, NULL, r, "main~0"), EV_EINVALID,
		  "'main~0' is ambiguous");
	fix_ok(ev_repo_resolve(&a, NULL, r, "refs/heads/main"));
	assert_true(ev_oid_eq(&a, &b));
	fix_ok(ev_repo_resolve(&a, NULL, r, "heads/main"));
	ev_repo_close(r);
}

static void a_short_id_for_several_objects_lists_them(void **state)
{
	struct ev_oid oid, first;
	char text[32], *name;
	struct ev_repo *r;
	int i, n;

	(void)state;
	fix_repo("a");
	r = opened("a");
	/* Among 2000 ids two begin alike, as good as surely. */
	for (i = 0; i < 2000; i++) {
		n = snprintf(text, sizeof(text), "%d\n", i);
		fix_ok(ev_object_write(&oid, r, EV_OBJ_BLOB, text, (size_t)n));
	}
	name = fix_out("cd a/.git/objects && ls -d [0-9a-f]*/* | tr -d / |"
		       " cut -c1-4 | sort | uniq -d | head -1");
	assert_int_equal(strlen(name), 4);
	fix_fails(ev_repo_resolve(&first, NULL, r, name), EV_EINVALID,
		  "is ambiguous");
	assert_non_null(strstr(ev_error_last()->details, "blob"));
	free(name);
	ev_repo_close(r);
}

static void a_commit_is_peeled_or_named_for_what_it_is(void **state)
{
	struct ev_oid a, b, got, tree, want;
	struct ev_repo *r;

	(void)state;
	r = two_commits(&a, &b);
	fix_run("cd a && git tag -m x t && git -c advice.nestedTag=false tag"
		" -m y tt t && git tag -m z tb HEAD:a.txt");
	fix_ok(ev_repo_commit(&got, r, "tt"));
	assert_true(ev_oid_eq(&got, &b));
	fix_fails(ev_repo_commit(&got, r, "HEAD:a.txt"), EV_EINVALID,
		  "'HEAD:a.txt' is a blob, not a commit");
	fix_fails(ev_repo_commit(&got, r, "tb"), EV_EINVALID,
		  "'tb' is a tag of a blob, not a commit");
	want = oid_of("a", "HEAD^{tree}");
	fix_ok(ev_repo_tree_of(&tree, r, &b));
	assert_true(ev_oid_eq(&tree, &want));
	ev_repo_close(r);
}

static void short_ids_are_those_of_git(void **state)
{
	char got[EV_OID_HEX + 1], hex[EV_OID_HEX + 1], *want;
	static const char *const lengths[] = { "auto", "9", "4", "40" };
	struct ev_oid a, b;
	struct ev_repo *r;
	size_t i;

	(void)state;
	ev_repo_close(two_commits(&a, &b));
	ev_oid_hex(hex, &b);
	for (i = 0; i < EV_ARRAY_SIZE(lengths); i++) {
		fix_run("git -C a config core.abbrev %s", lengths[i]);
		r = opened("a");
		ev_repo_short(got, r, &b);
		if (!strcmp(lengths[i], "4")) {
			assert_int_equal(strlen(got), 7);
		} else {
			want = fix_out("git -C a rev-parse --short %s", hex);
			assert_string_equal(got, want);
			free(want);
		}
		ev_repo_close(r);
	}
}

/* Races -------------------------------------------------------------- */

#define RACERS 8
#define ROUNDS 25

/* A commit over `parent` whose message is the next number. */
static int add_one(struct ev_oid *out, struct ev_repo *r,
		   const struct ev_oid *parent)
{
	struct ev_buf raw = EV_BUF_INIT;
	char tree[EV_OID_HEX + 1], up[EV_OID_HEX + 1];
	int ret;

	ev_oid_hex(tree, &ev_oid_empty_tree);
	ev_buf_addf(&raw, "tree %s\n", tree);
	if (parent) {
		ev_oid_hex(up, parent);
		ev_buf_addf(&raw, "parent %s\n", up);
	}
	ev_buf_addf(&raw, "author a <a@b> %d +0000\ncommitter a <a@b> 1 +0000"
		    "\n\nx\n", (int)getpid());
	ret = ev_object_write(out, r, EV_OBJ_COMMIT, raw.ptr, raw.len);
	ev_buf_release(&raw);
	return ret;
}

static int race_once(struct ev_repo *r)
{
	struct ev_oid old, next;
	unsigned attempt;
	int ret, has;

	for (attempt = 0; attempt < 2000; attempt++) {
		has = !ev_ref_read(&old, r, "refs/notes/race");
		ret = add_one(&next, r, has ? &old : NULL);
		if (!ret)
			ret = ev_ref_cas(r, "refs/notes/race", &next,
					 has ? &old : NULL, "one more");
		if (ret != EV_ECONFLICT)
			return ret;
		ev_ref_backoff(attempt);
	}
	return EV_ECONFLICT;
}

static int race(void)
{
	struct ev_repo *r = NULL;
	int i, ret;

	ret = ev_repo_open(&r, "a");
	for (i = 0; !ret && i < ROUNDS; i++)
		ret = race_once(r);
	if (ret)
		fprintf(stderr, "racer: %s\n", ev_error_last()->message);
	ev_repo_close(r);
	return ret ? 1 : 0;
}

static void eight_processes_lose_nothing(void **state)
{
	char *count, want[16];
	int i, status;
	pid_t pid[RACERS];

	(void)state;
	fix_repo("a");
	for (i = 0; i < RACERS; i++) {
		pid[i] = fork();
		if (!pid[i])
			_exit(race());
	}
	for (i = 0; i < 20; i++)
		fix_run("git -C a pack-refs --all || true");
	for (i = 0; i < RACERS; i++) {
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_int_equal(status, 0);
	}
	count = fix_out("git -C a rev-list --count refs/notes/race");
	snprintf(want, sizeof(want), "%d", RACERS * ROUNDS);
	assert_string_equal(count, want);
	free(count);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, fix_setup, fix_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_ref_moves_only_from_the_value_it_had),
		T(packed_refs_are_guarded_too),
		T(changes_by_git_are_seen_at_once),
		T(a_held_lock_is_a_conflict_with_a_mend),
		T(a_ref_in_the_way_is_no_race),
		T(a_symbolic_ref_is_followed_not_replaced),
		T(a_move_is_in_the_reflog_with_gits_identity),
		T(a_worktree_writes_to_the_common_folder),
		T(refs_are_listed_as_for_each_ref_does),
		T(names_mean_what_they_mean_to_git),
		T(options_and_negations_are_no_names),
		T(ambiguous_names_are_refused),
		T(a_short_id_for_several_objects_lists_them),
		T(a_commit_is_peeled_or_named_for_what_it_is),
		T(short_ids_are_those_of_git),
		T(eight_processes_lose_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
