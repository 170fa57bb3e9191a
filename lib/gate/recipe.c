#include "base/compat.h"
#include "gate/install.h"

#include "base/buf.h"

/*
 * Files that a manager reads are committed, so they name the program as every
 * clone finds it; 4 is a pass that trusts a root at first use.
 */
#define RUN "git evidence hook "
#define OR_FIRST_USE " || test $? = 4"

static void husky(struct ev_strs *lines)
{
	static const char *const hooks[] = { "pre-push", "pre-merge-commit",
		"pre-commit", "prepare-commit-msg" };
	size_t i;

	ev_strs_add(lines, "# appends; what reads standard input has to stand "
		    "below it");
	for (i = 0; i < EV_ARRAY_SIZE(hooks); i++)
		ev_strs_addf(lines, "echo '" RUN "%s \"$@\"" OR_FIRST_USE
			     "' >>.husky/%s", hooks[i], hooks[i]);
	ev_strs_add(lines, "# husky has no reference-transaction: a "
		    "fast-forward is judged when it is pushed");
}

/* Not commands: those it leaves out when no file of a push or a commit differs,
 * as when a commit is pushed to a second branch. */
static void lefthook(struct ev_strs *lines)
{
	static const struct { const char *hook; bool input; } hooks[] = {
		{ "pre-push", true }, { "pre-merge-commit", false },
		{ "pre-commit", false }, { "prepare-commit-msg", false },
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(hooks); i++)
		ev_strs_addf(lines, "mkdir -p .lefthook/%s && echo '" RUN
			     "%s \"$@\"" OR_FIRST_USE
			     "' >.lefthook/%s/evidence",
			     hooks[i].hook, hooks[i].hook, hooks[i].hook);
	ev_strs_add(lines, "# lefthook.yml; then: lefthook install");
	for (i = 0; i < EV_ARRAY_SIZE(hooks); i++) {
		ev_strs_addf(lines, "%s:", hooks[i].hook);
		ev_strs_add(lines, "  scripts:");
		ev_strs_add(lines, "    evidence:");
		ev_strs_add(lines, "      runner: sh");
		if (hooks[i].input)
			ev_strs_add(lines, "      use_stdin: true");
	}
}

/* It gives its own hooks one ref of a push at most, and no standard input; but
 * it runs what it finds in its place first, with all of it. */
static void pre_commit(struct ev_strs *lines)
{
	ev_strs_add(lines, "git evidence install --chain");
	ev_strs_add(lines, "# or, before pre-commit is installed, which then "
		    "keeps ours:");
	ev_strs_add(lines, "git evidence install && pre-commit install "
		    "--hook-type pre-commit --hook-type pre-push");
}

static void shell_word(struct ev_buf *out, const char *word)
{
	ev_buf_addc(out, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			ev_buf_adds(out, "'\\'");
		ev_buf_addc(out, *word);
	}
	ev_buf_addc(out, '\'');
}

/* Git puts the arguments of the hook after the command. */
static void git(struct ev_strs *lines, const char *program)
{
	const char *const *name = ev_hook_names(false);
	struct ev_buf run = EV_BUF_INIT, word = EV_BUF_INIT;

	ev_strs_add(lines, "# Git 2.54 or later; an older one passes over "
		    "these settings");
	for (; *name; name++) {
		ev_buf_clear(&run);
		ev_buf_adds(&run, "f() { ");
		if (!strcmp(*name, "reference-transaction"))
			ev_buf_adds(&run, "test \"$1\" != prepared || ");
		shell_word(&run, program);
		ev_buf_addf(&run, " hook %s \"$@\"" OR_FIRST_USE "; }; f",
			    *name);
		ev_buf_clear(&word);
		shell_word(&word, run.ptr);
		ev_strs_addf(lines, "git config --local hook.evidence-%s.event "
			     "%s", *name, *name);
		ev_strs_addf(lines, "git config --local hook.evidence-%s."
			     "command %s", *name, word.ptr);
	}
	ev_buf_release(&run);
	ev_buf_release(&word);
}

void ev_hooks_recipe(struct ev_strs *lines, enum ev_hook_manager m,
		     const char *program)
{
	switch (m) {
	case EV_MANAGER_NONE:
		break;
	case EV_MANAGER_HUSKY:
		husky(lines);
		break;
	case EV_MANAGER_LEFTHOOK:
		lefthook(lines);
		break;
	case EV_MANAGER_PRE_COMMIT:
		pre_commit(lines);
		break;
	case EV_MANAGER_GIT:
		git(lines, program);
		break;
	}
}
