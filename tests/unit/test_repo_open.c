#include "gitfix.h"

#include <sys/stat.h>

#include "repo/config.h"
#include "repo/git.h"
#include "repo/repo.h"

static struct ev_repo *opened(const char *path)
{
	struct ev_repo *r = NULL;

	fix_ok(ev_repo_open(&r, path));
	return r;
}

static void enter(const char *dir)
{
	if (chdir(dir))
		fail_msg("cannot enter '%s'", dir);
}

static void expect_path(const char *got, const char *below)
{
	char want[512];

	snprintf(want, sizeof(want), "%s/%s", fix_root, below);
	assert_non_null(got);
	assert_string_equal(got, want);
}

static void expect_head(struct ev_repo *r, const char *dir)
{
	char hex[EV_OID_HEX + 1], *want;
	struct ev_oid oid;

	fix_ok(ev_repo_commit(&oid, r, "HEAD"));
	ev_oid_hex(hex, &oid);
	want = fix_out("git -C '%s' rev-parse HEAD", dir);
	assert_string_equal(hex, want);
	free(want);
}

static void a_repository_is_found_from_a_folder_below(void **state)
{
	struct ev_repo *r;

	(void)state;
	fix_repo("a");
	enter("a/dir");
	r = opened(NULL);
	expect_path(ev_repo_gitdir(r), "a/.git");
	expect_path(ev_repo_commondir(r), "a/.git");
	expect_path(ev_repo_workdir(r), "a");
	assert_false(ev_repo_is_shallow(r));
	assert_false(ev_repo_is_partial(r));
	expect_head(r, ".");
	ev_repo_close(r);
	enter(fix_root);
	r = opened("a/dir");
	expect_path(ev_repo_workdir(r), "a");
	ev_repo_close(r);
}

static void no_repository_is_said_plainly(void **state)
{
	struct ev_repo *r = NULL;

	(void)state;
	setenv("GIT_CEILING_DIRECTORIES", fix_root, 1);
	fix_run("mkdir none");
	enter("none");
	fix_fails(ev_repo_open(&r, NULL), EV_ENOTFOUND,
		  "the current folder is not in a Git repository");
	assert_null(r);
	assert_non_null(strstr(ev_error_last()->hints, "git init"));
	fix_fails(ev_repo_open(&r, "/dev/null/x"), EV_ERROR, "/dev/null/x");
	setenv("GIT_DIR", "nowhere", 1);
	fix_fails(ev_repo_open(&r, NULL), EV_ENOTFOUND, "'nowhere'");
}

static void a_ceiling_stops_the_search(void **state)
{
	struct ev_repo *r = NULL;
	char ceiling[512];

	(void)state;
	fix_repo("a");
	fix_run("mkdir -p a/dir/deep/er");
	enter("a/dir/deep/er");
	snprintf(ceiling, sizeof(ceiling), "%s/a/dir", fix_root);
	setenv("GIT_CEILING_DIRECTORIES", ceiling, 1);
	fix_fails(ev_repo_open(&r, NULL), EV_ENOTFOUND, NULL);
	unsetenv("GIT_CEILING_DIRECTORIES");
	r = opened(NULL);
	ev_repo_close(r);
}

static void git_dir_and_work_tree_lead_where_git_goes(void **state)
{
	struct ev_repo *r;
	char dir[512];

	(void)state;
	fix_repo("a");
	fix_run("mkdir w");
	snprintf(dir, sizeof(dir), "%s/a/.git", fix_root);
	setenv("GIT_DIR", dir, 1);
	enter("w");
	r = opened(NULL);
	expect_path(ev_repo_gitdir(r), "a/.git");
	expect_path(ev_repo_workdir(r), "w");
	ev_repo_close(r);
	setenv("GIT_WORK_TREE", "../w", 1);
	r = opened(NULL);
	expect_path(ev_repo_gitdir(r), "a/.git");
	expect_path(ev_repo_workdir(r), "w");
	assert_string_equal(getenv("GIT_WORK_TREE"), "../w");
	assert_string_equal(getenv("GIT_DIR"), dir);
	ev_repo_close(r);
}

static void a_path_wins_over_the_environment(void **state)
{
	struct ev_buf out = EV_BUF_INIT;
	const char *const args[] = { "rev-parse", "--absolute-git-dir", NULL };
	struct ev_repo *r;

	(void)state;
	fix_repo("a");
	fix_repo("b");
	setenv("GIT_DIR", "a/.git", 1);
	setenv("GIT_INDEX_FILE", "a/.git/index", 1);
	setenv("GIT_OBJECT_DIRECTORY", "a/.git/objects", 1);
	r = opened("b");
	expect_path(ev_repo_gitdir(r), "b/.git");
	fix_ok(ev_git_out(&out, r, args));
	expect_path(out.ptr, "b/.git");
	ev_repo_close(r);
	ev_buf_release(&out);
}

static void a_bare_repository_has_no_work_tree(void **state)
{
	struct ev_repo *r;

	(void)state;
	fix_repo("a");
	fix_run("git clone -q --bare a b.git");
	enter("b.git");
	r = opened(NULL);
	expect_path(ev_repo_gitdir(r), "b.git");
	assert_null(ev_repo_workdir(r));
	expect_head(r, ".");
	ev_repo_close(r);
}

static void a_bare_repository_is_refused_where_git_refuses(void **state)
{
	struct ev_repo *r = NULL;

	(void)state;
	fix_repo("a");
	fix_run("git clone -q --bare a b.git");
	enter("b.git");
	setenv("GIT_CONFIG_COUNT", "1", 1);
	setenv("GIT_CONFIG_KEY_0", "safe.bareRepository", 1);
	setenv("GIT_CONFIG_VALUE_0", "explicit", 1);
	fix_fails(ev_repo_open(&r, NULL), EV_ERROR, "bare repository");
	setenv("GIT_DIR", ".", 1);
	r = opened(NULL);
	ev_repo_close(r);
}

static void a_linked_worktree_shares_the_common_folder(void **state)
{
	struct ev_repo *r;
	char *dir;

	(void)state;
	fix_repo("a");
	fix_run("git -C a worktree add -q ../w");
	enter("w");
	r = opened(NULL);
	expect_path(ev_repo_gitdir(r), "a/.git/worktrees/w");
	expect_path(ev_repo_commondir(r), "a/.git");
	expect_path(ev_repo_workdir(r), "w");
	expect_head(r, ".");
	ev_repo_close(r);
	/* As in a hook of a linked worktree. */
	dir = fix_out("git rev-parse --absolute-git-dir");
	setenv("GIT_DIR", dir, 1);
	r = opened(NULL);
	expect_path(ev_repo_commondir(r), "a/.git");
	expect_path(ev_repo_workdir(r), "w");
	ev_repo_close(r);
	free(dir);
}

static void a_submodule_is_a_repository_of_its_own(void **state)
{
	struct ev_repo *r;

	(void)state;
	fix_repo("a");
	fix_repo("b");
	fix_run("git -C a -c protocol.file.allow=always submodule --quiet add"
		" ../b sub");
	enter("a/sub");
	r = opened(NULL);
	expect_path(ev_repo_gitdir(r), "a/.git/modules/sub");
	expect_path(ev_repo_workdir(r), "a/sub");
	expect_head(r, ".");
	ev_repo_close(r);
}

static void extensions_that_do_not_matter_are_accepted(void **state)
{
	static const char *const pairs[] = {
		"worktreeConfig true", "preciousObjects true",
		"partialClone origin", "objectFormat sha1",
	};
	struct ev_repo *r;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(pairs); i++) {
		fix_repo("a");
		fix_run("git -C a config core.repositoryFormatVersion 1 &&"
			" git -C a config extensions.%s", pairs[i]);
		r = opened("a");
		expect_head(r, "a");
		ev_repo_close(r);
		fix_run("rm -rf a");
	}
}

static void a_sparse_checkout_reads_the_worktree_configuration(void **state)
{
	struct ev_repo *r;

	(void)state;
	fix_repo("a");
	fix_run("git -C a sparse-checkout set dir &&"
		" git -C a config core.repositoryFormatVersion 1 &&"
		" git -C a config --worktree evidence.here yes");
	r = opened("a");
	assert_true(ev_config_bool(r, "core.sparseCheckout", false));
	assert_string_equal(ev_config_get(r, "evidence.here", NULL), "yes");
	ev_repo_close(r);
}

static void unknown_extensions_are_named(void **state)
{
	struct ev_repo *r = NULL;

	(void)state;
	fix_repo("a");
	fix_run("git -C a config core.repositoryFormatVersion 1 &&"
		" git -C a config extensions.fancy true");
	fix_fails(ev_repo_open(&r, "a"), EV_EINVALID, "extension 'fancy'");
	fix_run("sed -i s/fancy/refStorage/ a/.git/config");
	fix_fails(ev_repo_open(&r, "a"), EV_EINVALID, "reftable");
}

static void sha256_object_names_are_refused_in_one_sentence(void **state)
{
	struct ev_repo *r = NULL;

	(void)state;
	fix_run("git init -q --object-format=sha256 s");
	fix_fails(ev_repo_open(&r, "s"), EV_EINVALID,
		  "this repository uses SHA-256 object names,"
		  " which git-evidence does not read yet");
	enter("s");
	fix_fails(ev_repo_open(&r, NULL), EV_EINVALID, "SHA-256");
	assert_null(r);
}

static void a_shallow_clone_says_so_in_its_worktrees_too(void **state)
{
	struct ev_repo *r;

	(void)state;
	fix_repo("a");
	fix_run("git -C a commit -q --allow-empty -m second &&"
		" git clone -q --depth 1 \"file://$PWD/a\" s &&"
		" git -C s worktree add -q ../w");
	r = opened("s");
	assert_true(ev_repo_is_shallow(r));
	expect_head(r, "s");
	ev_repo_close(r);
	r = opened("w");
	assert_true(ev_repo_is_shallow(r));
	ev_repo_close(r);
}

static void an_empty_repository_opens_without_a_commit(void **state)
{
	struct ev_repo *r;
	struct ev_oid oid;

	(void)state;
	fix_run("git init -q e");
	r = opened("e");
	fix_fails(ev_repo_commit(&oid, r, "HEAD"), EV_ENOTFOUND,
		  "there is no commit yet");
	fix_fails(ev_repo_commit(&oid, r, "@"), EV_ENOTFOUND,
		  "there is no commit yet");
	fix_fails(ev_repo_commit(&oid, r, "HEAD~1"), EV_ENOTFOUND,
		  "there is no commit yet");
	fix_fails(ev_repo_commit(&oid, r, "main"), EV_ENOTFOUND,
		  "unknown revision 'main'");
	ev_repo_close(r);
}

static void a_detached_head_is_read(void **state)
{
	struct ev_repo *r;

	(void)state;
	fix_repo("a");
	fix_run("git -C a checkout -q --detach");
	r = opened("a");
	expect_head(r, "a");
	ev_repo_close(r);
}

static void a_foreign_owner_is_told_in_the_words_of_git(void **state)
{
	struct ev_repo *r = NULL;
	char line[512];

	(void)state;
	if (geteuid())
		skip();
	fix_repo("a");
	fix_run("chown -R 12345 a");
	enter("a");
	fix_fails(ev_repo_open(&r, NULL), EV_ERROR,
		  "detected dubious ownership in repository at '");
	snprintf(line, sizeof(line), "git config --global --add safe.directory"
		 " '%s/a'\n", fix_root);
	assert_string_equal(ev_error_last()->hints, line);
	enter(fix_root);
	fix_fails(ev_repo_open(&r, "a"), EV_ERROR, "dubious ownership");
}

static void a_foreign_owner_is_accepted_where_git_accepts(void **state)
{
	struct ev_repo *r;

	(void)state;
	if (geteuid())
		skip();
	fix_repo("a");
	fix_run("chown -R 12345 a");
	fix_run("printf '[safe]\\n\\tdirectory = *\\n' >global");
	setenv("GIT_CONFIG_GLOBAL", "global", 1);
	fix_run("test -s global");
	setenv("GIT_CONFIG_GLOBAL", "../global", 1);
	enter("a");
	r = opened(NULL);
	expect_path(ev_repo_workdir(r), "a");
	expect_head(r, ".");
	ev_repo_close(r);
	setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
	assert_true(ev_repo_open(&r, NULL) < 0);
}

static void without_git_the_mend_is_said(void **state)
{
	const char *const args[] = { "version", NULL };
	char *path = ev_strdup(getenv("PATH"));
	struct ev_repo *r;
	int ret;

	(void)state;
	fix_repo("a");
	r = opened("a");
	setenv("PATH", fix_root, 1);
	ret = ev_git_out(NULL, r, args);
	setenv("PATH", path, 1);
	fix_fails(ret, EV_ENOTFOUND, "cannot run 'git'");
	assert_true(*ev_error_last()->hints != '\0');
	ev_repo_close(r);
	free(path);
}

static void objects_in_quarantine_are_seen_by_us_and_by_git(void **state)
{
	const char *args[] = { "cat-file", "-t", NULL, NULL };
	struct ev_buf out = EV_BUF_INIT;
	enum ev_objtype type;
	struct ev_repo *r;
	struct ev_oid oid;
	char *hex;

	(void)state;
	fix_repo("a");
	fix_run("git clone -q --bare a b.git && mkdir q");
	hex = fix_out("export GIT_DIR=b.git GIT_OBJECT_DIRECTORY=$PWD/q"
		      " GIT_ALTERNATE_OBJECT_DIRECTORIES=$PWD/b.git/objects;"
		      " echo new | git hash-object -w --stdin");
	assert_int_equal(ev_oid_parse(&oid, hex), 0);
	enter("b.git");
	setenv("GIT_DIR", ".", 1);
	setenv("GIT_OBJECT_DIRECTORY", "../q", 1);
	setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", "./objects", 1);
	r = opened(NULL);
	fix_ok(ev_object_info(&type, NULL, r, &oid));
	assert_int_equal(type, EV_OBJ_BLOB);
	expect_head(r, ".");
	args[2] = hex;
	fix_ok(ev_git_out(&out, r, args));
	assert_string_equal(out.ptr, "blob");
	ev_repo_close(r);
	ev_buf_release(&out);
	free(hex);
}

static void the_state_folder_is_shared_and_made(void **state)
{
	struct ev_buf dir = EV_BUF_INIT;
	struct ev_repo *r;
	struct stat st;

	(void)state;
	fix_repo("a");
	fix_run("git -C a worktree add -q ../w");
	r = opened("w");
	fix_ok(ev_repo_statedir(&dir, r));
	expect_path(dir.ptr, "a/.git/evidence");
	assert_int_equal(stat(dir.ptr, &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	ev_repo_close(r);
	ev_buf_release(&dir);
}

static void the_identity_is_the_one_git_would_use(void **state)
{
	struct ev_buf name = EV_BUF_INIT, email = EV_BUF_INIT;
	struct ev_repo *r;

	(void)state;
	fix_repo("a");
	r = opened("a");
	fix_ok(ev_repo_ident(&name, &email, r));
	assert_string_equal(name.ptr, "Dr. Ada Kern");
	assert_string_equal(email.ptr, "ada@example.org");
	unsetenv("GIT_COMMITTER_NAME");
	unsetenv("GIT_COMMITTER_EMAIL");
	fix_run("git -C a config user.useConfigOnly true");
	fix_fails(ev_repo_ident(&name, &email, r), EV_ENOTFOUND,
		  "Git does not know who you are");
	assert_non_null(strstr(ev_error_last()->hints, "user.email"));
	fix_run("git -C a config user.name 'Ben <b> Ott' &&"
		" git -C a config user.email ben@example.org");
	ev_buf_clear(&name);
	ev_buf_clear(&email);
	fix_ok(ev_repo_ident(&name, &email, r));
	assert_string_equal(email.ptr, "ben@example.org");
	ev_repo_close(r);
	ev_buf_release(&name);
	ev_buf_release(&email);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, fix_setup, fix_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_repository_is_found_from_a_folder_below),
		T(no_repository_is_said_plainly),
		T(a_ceiling_stops_the_search),
		T(git_dir_and_work_tree_lead_where_git_goes),
		T(a_path_wins_over_the_environment),
		T(a_bare_repository_has_no_work_tree),
		T(a_bare_repository_is_refused_where_git_refuses),
		T(a_linked_worktree_shares_the_common_folder),
		T(a_submodule_is_a_repository_of_its_own),
		T(extensions_that_do_not_matter_are_accepted),
		T(a_sparse_checkout_reads_the_worktree_configuration),
		T(unknown_extensions_are_named),
		T(sha256_object_names_are_refused_in_one_sentence),
		T(a_shallow_clone_says_so_in_its_worktrees_too),
		T(an_empty_repository_opens_without_a_commit),
		T(a_detached_head_is_read),
		T(a_foreign_owner_is_told_in_the_words_of_git),
		T(a_foreign_owner_is_accepted_where_git_accepts),
		T(without_git_the_mend_is_said),
		T(objects_in_quarantine_are_seen_by_us_and_by_git),
		T(the_state_folder_is_shared_and_made),
		T(the_identity_is_the_one_git_would_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
