#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "base/error.h"
#include "gate/install_internal.h"

static void a_call_is_found_in_what_people_write(void **state)
{
	static const char *const yes[] = {
		"git evidence hook pre-push",
		"git-evidence hook pre-push \"$@\"",
		"\t/usr/bin/git-evidence hook pre-push",
		"\"$x/git-evidence\" hook pre-push \"$@\" || exit",
		"'/a b/git-evidence' hook 'pre-push'",
		"      run: git evidence hook pre-push {1} {2}",
		"true\ngit evidence  hook\tpre-push",
		"x=evidence; git evidence hook pre-push",
	};
	static const char *const no[] = {
		"", "git evidence", "git evidence hook", "git evidence hook ",
		"# git evidence hook pre-push",
		"  # git evidence hook pre-push",
		"git evidence hook pre-push-extra",
		"git evidence hook pre",
		"git evidencehook pre-push",
		"git evidence hooked pre-push",
		"git evidence\nhook pre-push",
	};
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(yes); i++)
		if (!ev_hook_calls(yes[i], "pre-push"))
			fail_msg("not found: %s", yes[i]);
	for (i = 0; i < EV_ARRAY_SIZE(no); i++)
		if (ev_hook_calls(no[i], "pre-push"))
			fail_msg("found: %s", no[i]);
}

static void config_hooks_are_there_from_git_2_54_on(void **state)
{
	(void)state;
	assert_true(ev_git_has_config_hooks("git version 2.54.0"));
	assert_true(ev_git_has_config_hooks("git version 2.55.1.windows.1"));
	assert_true(ev_git_has_config_hooks("git version 3.0.0"));
	assert_false(ev_git_has_config_hooks("git version 2.53.9"));
	assert_false(ev_git_has_config_hooks("git version 2.39.5"));
	assert_false(ev_git_has_config_hooks("git version 1.99"));
	assert_false(ev_git_has_config_hooks("git"));
}

static void a_config_hook_needs_event_and_command(void **state)
{
	static const char good[] =
		"hook.evidence-pre-push.event pre-push\n"
		"hook.evidence-pre-push.command f() { '/x/git-evidence' hook "
		"pre-push \"$@\"; }; f\n";
	struct ev_buf text = EV_BUF_INIT;

	(void)state;
	assert_true(ev_config_calls(good, "pre-push"));
	assert_false(ev_config_calls(good, "pre-commit"));
	assert_false(ev_config_calls("", "pre-push"));
	assert_false(ev_config_calls("hook.a.event pre-push\n", "pre-push"));
	assert_false(ev_config_calls("hook.a.event pre-push\n"
				     "hook.b.command git evidence hook "
				     "pre-push\n", "pre-push"));
	assert_false(ev_config_calls("hook.a.event pre-push\n"
				     "hook.a.command lint\n", "pre-push"));
	ev_buf_adds(&text, good);
	ev_buf_adds(&text, "hook.evidence-pre-push.enabled false\n");
	assert_false(ev_config_calls(text.ptr, "pre-push"));
	ev_buf_clear(&text);
	ev_buf_adds(&text, good);
	ev_buf_adds(&text, "hook.pre-push.enabled no\n");
	assert_false(ev_config_calls(text.ptr, "pre-push"));
	ev_buf_clear(&text);
	ev_buf_adds(&text, good);
	ev_buf_adds(&text, "hook.evidence-pre-push.enabled true\n");
	assert_true(ev_config_calls(text.ptr, "pre-push"));
	ev_buf_release(&text);
}

/* Lines of the recipe for Git, without "git config --local ". */
static void the_recipe_for_git_names_every_hook_once(void **state)
{
	static const char set[] = "git config --local hook.evidence-";
	struct ev_strs lines = EV_STRS_INIT;
	const char *const *name;
	size_t i = 1;

	(void)state;
	ev_hooks_recipe(&lines, EV_MANAGER_GIT, "/opt/it's/git-evidence");
	assert_non_null(strstr(lines.items[0], "2.54"));
	for (name = ev_hook_names(false); *name; name++, i += 2) {
		char *event, *command;

		assert_true(i + 1 < lines.n);
		assert_true(ev_starts_with(lines.items[i], set));
		event = strstr(lines.items[i], ".event ");
		assert_non_null(event);
		assert_string_equal(event + 7, *name);
		assert_true(ev_starts_with(lines.items[i + 1], set));
		command = strstr(lines.items[i + 1], ".command '");
		assert_non_null(command);
		assert_non_null(strstr(command, "it'\\''\\'\\'''\\''s"));
		assert_true(ev_ends_with(command, "; }; f'"));
	}
	assert_int_equal(i, lines.n);
	ev_strs_release(&lines);
}

static void a_recipe_is_known_by_its_name(void **state)
{
	static const enum ev_hook_manager all[] = { EV_MANAGER_HUSKY,
		EV_MANAGER_LEFTHOOK, EV_MANAGER_PRE_COMMIT, EV_MANAGER_GIT };
	struct ev_strs lines = EV_STRS_INIT;
	enum ev_hook_manager m;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(all); i++) {
		m = EV_MANAGER_NONE;
		assert_int_equal(ev_hook_manager_parse(&m,
			ev_hook_manager_name(all[i])), 0);
		assert_int_equal(m, all[i]);
		ev_hooks_recipe(&lines, m, "/x/git-evidence");
		assert_true(lines.n > 0);
		ev_strs_release(&lines);
	}
	assert_int_equal(ev_hook_manager_parse(&m, "none"), EV_EINVALID);
	assert_int_equal(ev_hook_manager_parse(&m, ""), EV_EINVALID);
	assert_non_null(strstr(ev_error_last()->hints, "lefthook"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_is_found_in_what_people_write),
		cmocka_unit_test(config_hooks_are_there_from_git_2_54_on),
		cmocka_unit_test(a_config_hook_needs_event_and_command),
		cmocka_unit_test(the_recipe_for_git_names_every_hook_once),
		cmocka_unit_test(a_recipe_is_known_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
