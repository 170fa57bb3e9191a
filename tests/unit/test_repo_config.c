#include "gitfix.h"

#include "repo/config.h"
#include "repo/repo.h"

static struct ev_repo *opened(const char *path)
{
	struct ev_repo *r = NULL;

	fix_ok(ev_repo_open(&r, path));
	return r;
}

/* Each key must have the value that `git config --get` gives in `dir`. */
static void expect_as_git(const char *dir)
{
	static const char *const keys[] = {
		"evidence.a", "evidence.b", "Evidence.A", "evidence.Sub.key",
		"evidence.sub.key", "EVIDENCE.Sub.KEY",
		"evidence.my.dotted.key", "evidence.multi", "evidence.lines",
		"evidence.empty",
		"evidence.bare", "evidence.quoted", "evidence.none",
		"user.name", "core.bare", "remote.origin.url", "included.key",
		"plain",
		"evidence.tree",
	};
	struct ev_repo *r = opened(dir);
	const char *got;
	char *want;
	size_t i;
	int err;

	for (i = 0; i < EV_ARRAY_SIZE(keys); i++) {
		want = fix_out("git -C '%s' config --get '%s' || echo '<none>'",
			       dir, keys[i]);
		got = ev_config_get(r, keys[i], &err);
		assert_int_equal(err, 0);
		if (strcmp(got ? got : "<none>", want))
			fail_msg("%s is '%s', to git '%s'", keys[i],
				 got ? got : "<none>", want);
		free(want);
	}
	ev_repo_close(r);
}

static void write_config(void)
{
	fix_repo("a");
	fix_run("cat >>a/.git/config <<'END'\n"
		"[evidence]\n\ta = one\n\tB = two\n\tmulti = 1\n"
		"\tmulti = 2\n\tempty =\n\tbare\n"
		"\tlines = \"x\\ny\"\n\tquoted = \"  # kept  \" ; not\n"
		"[evidence \"Sub\"]\n\tkey = upper\n"
		"[evidence \"sub\"]\n\tkey = lower\n"
		"[evidence \"my.dotted\"]\n\tkey = dots\n"
		"END");
}

static void values_are_those_of_git(void **state)
{
	(void)state;
	write_config();
	expect_as_git("a");
}

static void the_command_line_wins(void **state)
{
	(void)state;
	write_config();
	setenv("GIT_CONFIG_PARAMETERS", "'evidence.a'='cli' 'evidence.b=old'"
	       " 'evidence.tree'='it'\\''s'", 1);
	expect_as_git("a");
}

static void configuration_by_count_wins(void **state)
{
	struct ev_repo *r;

	(void)state;
	write_config();
	setenv("GIT_CONFIG_COUNT", "2", 1);
	setenv("GIT_CONFIG_KEY_0", "evidence.a", 1);
	setenv("GIT_CONFIG_VALUE_0", "counted", 1);
	setenv("GIT_CONFIG_KEY_1", "evidence.Sub.key", 1);
	setenv("GIT_CONFIG_VALUE_1", "counted too", 1);
	expect_as_git("a");
	r = opened("a");
	assert_string_equal(ev_config_get(r, "evidence.a", NULL), "counted");
	ev_repo_close(r);
}

static void includes_are_read(void **state)
{
	(void)state;
	write_config();
	fix_run("git config --file inc included.key yes &&"
		" git config --file cond evidence.tree conditional &&"
		" git -C a config include.path ../../inc &&"
		" git -C a config \"includeIf.gitdir:$PWD/a/.path\""
		" \"$PWD/cond\"");
	expect_as_git("a");
}

static void the_global_file_is_the_one_git_reads(void **state)
{
	char path[512];

	(void)state;
	write_config();
	snprintf(path, sizeof(path), "%s/global", fix_root);
	fix_run("git config --file global evidence.none found &&"
		" git config --file global evidence.a hidden &&"
		" git config --file global user.name Global");
	setenv("GIT_CONFIG_GLOBAL", path, 1);
	expect_as_git("a");
}

static void a_worktree_has_its_own_configuration(void **state)
{
	(void)state;
	write_config();
	fix_run("git -C a worktree add -q ../w &&"
		" git -C a config core.repositoryFormatVersion 1 &&"
		" git -C a config extensions.worktreeConfig true &&"
		" git -C w config --worktree evidence.tree linked &&"
		" git -C a config --worktree evidence.tree main");
	expect_as_git("a");
	expect_as_git("w");
}

static void a_stray_git_config_variable_does_not_matter(void **state)
{
	struct ev_repo *r;

	(void)state;
	write_config();
	fix_run("git config --file other evidence.a other");
	setenv("GIT_CONFIG", "other", 1);
	r = opened("a");
	assert_string_equal(ev_config_get(r, "evidence.a", NULL), "one");
	ev_repo_close(r);
	setenv("GIT_DIR", "a/.git", 1);
	r = opened(NULL);
	assert_string_equal(ev_config_get(r, "evidence.a", NULL), "one");
	ev_repo_close(r);
}

static void truth_is_told_as_git_tells_it(void **state)
{
	static const char *const values[] = { "true", "YES", "on", "1", "false",
		"No", "off", "0", "", "2", "-1", "1k", "0x0", "+7", "0g" };
	struct ev_repo *r;
	bool got;
	char *want;
	size_t i;

	(void)state;
	fix_repo("a");
	for (i = 0; i < EV_ARRAY_SIZE(values); i++) {
		fix_run("git -C a config evidence.t '%s'", values[i]);
		r = opened("a");
		got = ev_config_bool(r, "evidence.t", strcmp(values[i], "1"));
		want = fix_out("git -C a config --bool evidence.t");
		if (strcmp(got ? "true" : "false", want))
			fail_msg("'%s' is %s to git", values[i], want);
		free(want);
		ev_repo_close(r);
	}
	fix_run("git -C a config evidence.t maybe &&"
		" printf '[evidence]\\n\\tbare\\n' >>a/.git/config");
	r = opened("a");
	assert_true(ev_config_bool(r, "evidence.t", true));
	assert_false(ev_config_bool(r, "evidence.t", false));
	assert_true(ev_config_bool(r, "evidence.bare", false));
	assert_true(ev_config_bool(r, "evidence.unset", true));
	ev_repo_close(r);
}

static void numbers_have_the_units_of_git(void **state)
{
	static const char *const values[] = { "0", "12", "-3", "4k", "5M", "6g",
		"0x10", "9223372036854775807", "+8" };
	static const char *const bad[] = { "", "x", "1x", "1kk", "1.5",
		"9223372036854775808", "9000000000g" };
	struct ev_repo *r;
	char got[32], *want;
	size_t i;

	(void)state;
	fix_repo("a");
	for (i = 0; i < EV_ARRAY_SIZE(values); i++) {
		fix_run("git -C a config evidence.n '%s'", values[i]);
		r = opened("a");
		snprintf(got, sizeof(got), "%lld", (long long)
			 ev_config_int(r, "evidence.n", 77));
		want = fix_out("git -C a config --type=int evidence.n");
		assert_string_equal(got, want);
		free(want);
		ev_repo_close(r);
	}
	for (i = 0; i < EV_ARRAY_SIZE(bad); i++) {
		fix_run("git -C a config evidence.n '%s'", bad[i]);
		r = opened("a");
		if (ev_config_int(r, "evidence.n", 77) != 77)
			fail_msg("'%s' was read as a number", bad[i]);
		ev_repo_close(r);
	}
}

static void a_broken_configuration_is_an_error(void **state)
{
	struct ev_repo *r;
	int err = 0;

	(void)state;
	fix_repo("a");
	r = opened("a");
	fix_run("echo '[broken' >>a/.git/config");
	assert_null(ev_config_get(r, "evidence.a", &err));
	fix_fails(err, EV_EINVALID, "bad config");
	ev_repo_close(r);
}

static void trusted_keys_come_from_the_repository_alone(void **state)
{
	struct ev_buf out = EV_BUF_INIT;
	struct ev_repo *r;
	char path[512];

	(void)state;
	fix_repo("a");
	snprintf(path, sizeof(path), "%s/global", fix_root);
	fix_run("for f in global inc; do git config --file $f evidence.root $f;"
		" done; git -C a config include.path ../../inc &&"
		" git -C a config core.repositoryFormatVersion 1 &&"
		" git -C a config extensions.worktreeConfig true &&"
		" git -C a config --worktree evidence.root worktree");
	setenv("GIT_CONFIG_GLOBAL", path, 1);
	setenv("GIT_CONFIG_PARAMETERS", "'evidence.root'='cli'", 1);
	setenv("GIT_CONFIG_COUNT", "1", 1);
	setenv("GIT_CONFIG_KEY_0", "evidence.root", 1);
	setenv("GIT_CONFIG_VALUE_0", "env", 1);
	setenv("GIT_CONFIG", "global", 1);
	r = opened("a");
	fix_fails(ev_config_trusted(&out, r, "evidence.root"), EV_ENOTFOUND,
		  "'evidence.root' is not set in '");
	assert_int_equal(out.len, 0);
	fix_run("env -u GIT_CONFIG -u GIT_CONFIG_COUNT git -C a config --local"
		" evidence.root 'local\nvalue'");
	fix_ok(ev_config_trusted(&out, r, "evidence.root"));
	assert_string_equal(out.ptr, "local\nvalue");
	fix_run("echo '[broken' >>a/.git/config");
	fix_fails(ev_config_trusted(&out, r, "evidence.root"), EV_EINVALID,
		  "bad config");
	ev_repo_close(r);
	ev_buf_release(&out);
}

/* Some of these are read without Git; each is to be read as Git reads it. */
static void trusted_keys_are_read_as_git_reads_them(void **state)
{
	static const char *const texts[] = {
		"[evidence]\n\troot = A1\n",
		"[evidence]\n\troot=A1",
		"[EVIDENCE]\nRooT =\t A 1  2 \t \n[core]\nroot = B2\n",
		"[evidence]\nroot = A1\nroot = B2\n[core]\n[evidence]\nroot = C3\n",
		"[evidence \"root\"]\n\troot = A1\n",
		"[evidence \"\"]\n\troot = A1\n[evidence \"a\\\"b\"]\nroot = B2\n",
		"[evidence.x]\n\troot = A1\n[evidence.root]\nroot = B2\n",
		"[evidences]\nroot = A1\n[evidenc]\nroot = B2\n",
		"[evidence]\nroots = A1\nroo = B2\nroot-a = C3\n",
		"[evidence]\nroot = A1 # old\n", "[evidence]\nroot = A1;old\n",
		"# root\n[evidence]\n; x\n  # root = B2\nroot = A1\n",
		"[evidence] root = A1\n", "[evidence] # x\nroot = A1\n",
		"[evidence]\nroot = \"A1 \"\n", "[evidence]\nroot = A\\\n1\n",
		"[evidence]\nx = a\\\nroot = A1\n", "[evidence]\nroot = A\\t1\n",
		"[core]\nx = \"a\\\n[evidence]\\\nroot = A1\"\nroot = B2\n",
		"[evidence]\r\nroot = A1\r\n", "[evidence]\nroot = A1\r\n",
		"\357\273\277[evidence]\nroot = A1\n",
		"[evidence]\nroot = \303\244 b\n", "[evidence]\nroot = A\t1\n",
		"[evidence]\nroot =\n", "[evidence]\nroot = \n[x]\ny\n",
		"[evidence]\n1root = A1\n", "[evidence]\nro ot = A1\n",
		"[evidence]\nroot.x = A1\n", "[evidence]\nroot_ = A1\n",
		"[evidence]\n= A1\n", "[]\nroot = A1\n", "root = A1\n",
		"[ evidence]\nroot = A1\n", "[evidence ]\nroot = A1\n",
		"[evidence  \"x\"]\nroot = A1\n", "[evidence \"x\" ]\nroot = A\n",
		"[evidence \"x]\nroot = A1\n", "[evidence\nroot = A1\n",
		"[evidence]]\nroot = A1\n", "[include]\npath = inc\n",
		"", "\n", "\f[evidence]\nroot = A1\n", "  [evidence]\nroot = A\n",
	};
	struct ev_buf out = EV_BUF_INIT;
	struct ev_repo *r;
	char *want;
	size_t i;
	FILE *f;
	int ret;

	(void)state;
	fix_repo("a");
	r = opened("a");
	fix_run("git config --file a/.git/inc evidence.root inc");
	for (i = 0; i < EV_ARRAY_SIZE(texts); i++) {
		f = fopen("a/.git/config", "w");
		assert_non_null(f);
		fputs(texts[i], f);
		assert_int_equal(fclose(f), 0);
		want = fix_out("git config --file a/.git/config --no-includes "
			       "--get evidence.root 2>/dev/null && echo =0 || "
			       "echo \"=$?\"");
		ev_buf_clear(&out);
		ret = ev_config_trusted(&out, r, "evidence.root");
		ev_buf_addf(&out, "%s=%d", ret ? "" : "\n", !ret ? 0 :
			    ret == EV_ENOTFOUND ? 1 : 2);
		if (strcmp(out.ptr, want) && !(ret == EV_EINVALID &&
					       strcmp(want, "=1") > 0))
			fail_msg("%zu: '%s' instead of '%s': %s", i, out.ptr,
				 want, texts[i]);
		free(want);
	}
	fix_run("echo '[evidence]\nroot = plain' >a/.git/config");
	want = ev_strdup(getenv("PATH"));
	setenv("PATH", fix_root, 1);
	ev_buf_clear(&out);
	ret = ev_config_trusted(&out, r, "evidence.root");
	setenv("PATH", want, 1);
	free(want);
	fix_ok(ret);
	assert_string_equal(out.ptr, "plain");
	ev_repo_close(r);
	ev_buf_release(&out);
}

static void what_is_read_meanwhile_is_what_counts(void **state)
{
	struct ev_repo *r;

	(void)state;
	write_config();
	r = opened("a");
	ev_config_begin(r);
	ev_config_begin(r);
	assert_string_equal(ev_config_get(r, "evidence.a", NULL), "one");
	ev_config_begin(r);
	fix_ok(ev_config_set(r, "evidence.a", "two"));
	assert_string_equal(ev_config_get(r, "evidence.a", NULL), "two");
	ev_repo_close(r);
	r = opened("a");
	ev_config_begin(r);
	fix_ok(ev_config_set(r, "evidence.a", "three"));
	assert_string_equal(ev_config_get(r, "evidence.a", NULL), "three");
	ev_repo_close(r);
	r = opened("a");
	ev_config_begin(r);
	ev_repo_close(r);
	ev_config_begin(NULL);
}

static void what_cannot_be_read_meanwhile_is_said_when_asked(void **state)
{
	struct ev_repo *r;
	int err = 0;

	(void)state;
	fix_repo("a");
	r = opened("a");
	fix_run("echo '[broken' >>a/.git/config");
	ev_config_begin(r);
	assert_null(ev_config_get(r, "evidence.a", &err));
	assert_int_equal(err, EV_EINVALID);
	assert_non_null(strstr(ev_error_last()->message, "bad config"));
	ev_repo_close(r);
}

static void what_is_set_is_read_and_old_values_live_on(void **state)
{
	const char *before, *after;
	struct ev_repo *r;
	char *all;

	(void)state;
	write_config();
	r = opened("a");
	before = ev_config_get(r, "evidence.a", NULL);
	fix_ok(ev_config_set(r, "evidence.a", "-new value"));
	after = ev_config_get(r, "evidence.a", NULL);
	assert_string_equal(before, "one");
	assert_string_equal(after, "-new value");
	fix_ok(ev_config_set(r, "evidence.multi", "single"));
	fix_ok(ev_config_add(r, "Evidence.list", "x"));
	fix_ok(ev_config_add(r, "evidence.List", "y"));
	fix_ok(ev_config_add(r, "evidence.list", "x"));
	all = fix_out("git -C a config --get-all evidence.list;"
		      " git -C a config --get-all evidence.multi");
	assert_string_equal(all, "x\ny\nsingle");
	free(all);
	fix_fails(ev_config_set(r, "nodots", "x"), EV_ERROR,
		  "cannot set 'nodots'");
	ev_repo_close(r);
}

static void there_is_configuration_outside_a_repository(void **state)
{
	char path[512];

	(void)state;
	snprintf(path, sizeof(path), "%s/global", fix_root);
	fix_run("git config --file global evidence.out side");
	setenv("GIT_CONFIG_GLOBAL", path, 1);
	setenv("GIT_CEILING_DIRECTORIES", fix_root, 1);
	assert_string_equal(ev_config_get(NULL, "evidence.out", NULL), "side");
	assert_null(ev_config_get(NULL, "evidence.none", NULL));
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, fix_setup, fix_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(values_are_those_of_git),
		T(the_command_line_wins),
		T(configuration_by_count_wins),
		T(includes_are_read),
		T(the_global_file_is_the_one_git_reads),
		T(a_worktree_has_its_own_configuration),
		T(a_stray_git_config_variable_does_not_matter),
		T(truth_is_told_as_git_tells_it),
		T(numbers_have_the_units_of_git),
		T(a_broken_configuration_is_an_error),
		T(trusted_keys_come_from_the_repository_alone),
		T(trusted_keys_are_read_as_git_reads_them),
		T(what_is_read_meanwhile_is_what_counts),
		T(what_cannot_be_read_meanwhile_is_said_when_asked),
		T(what_is_set_is_read_and_old_values_live_on),
		T(there_is_configuration_outside_a_repository),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
