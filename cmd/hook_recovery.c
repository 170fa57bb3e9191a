#include "base/compat.h"

#include "cmd/hook.h"

#include "base/file.h"
#include "repo/git.h"
#include "repo/refs.h"

/* What Git is in the middle of, by the file it keeps then, and the way out. */
static const struct way {
	const char *file, *hint;
} ways[] = {
	{ "MERGE_HEAD", "git merge --abort" },
	{ "rebase-merge", "git rebase --abort" },
	{ "rebase-apply", "git rebase --abort" },
	{ "CHERRY_PICK_HEAD", "git cherry-pick --abort" },
	{ "REVERT_HEAD", "git revert --abort" },
};

static bool in_the_middle(struct context *ctx)
{
	struct ev_buf path = EV_BUF_INIT;
	bool found = false;
	size_t i;

	for (i = 0; !found && i < EV_ARRAY_SIZE(ways); i++) {
		ev_path_join(&path, ev_repo_gitdir(ctx->repo), ways[i].file);
		found = ev_file_exists(path.ptr);
		if (found)
			say_hint("%s", ways[i].hint);
	}
	ev_buf_release(&path);
	return found;
}

static bool is_checked_out(struct context *ctx, const char *ref)
{
	struct ev_buf head = EV_BUF_INIT;
	bool yes;

	yes = ev_repo_workdir(ctx->repo) &&
		ev_ref_real(&head, ctx->repo, "HEAD") == 0 &&
		!strcmp(head.ptr, ref);
	ev_error_clear();
	ev_buf_release(&head);
	return yes;
}

/* Exit status of git and whether it said something. */
static bool asks(struct context *ctx, const char *const *args, bool *said)
{
	struct ev_buf out = EV_BUF_INIT_MAX(4096), err = EV_BUF_INIT_MAX(4096);
	struct ev_process p = { .out = &out, .err = &err };
	bool yes;

	yes = ev_git(&p, ctx->repo, args) == 0 && p.status == 0;
	if (said)
		*said = out.len > 0;
	ev_error_clear();
	ev_buf_release(&out);
	ev_buf_release(&err);
	return yes;
}

/*
 * A fast-forward and `reset --hard` have changed index and files before they
 * ask; `commit` has not, and what it would have committed is nowhere else.
 */
static bool is_at(struct context *ctx, const char *hex)
{
	const char *same[] = { "diff-index", "--cached", "--quiet", hex, "--",
			       NULL };
	const char *held[] = { "for-each-ref", "--count=1", "--contains", hex,
			       NULL };
	bool said = false;

	return asks(ctx, same, NULL) && asks(ctx, held, &said) && said;
}

void hook_say_recovery(struct context *ctx, const struct ev_verdict *v)
{
	char hex[EV_OID_HEX + 1], old[EV_OID_HEX + 1];

	if (in_the_middle(ctx) || !is_checked_out(ctx, v->ref) || !v->has_to)
		return;
	ev_oid_hex(hex, &v->to);
	if (!is_at(ctx, hex)) {
		say_hint("git switch -c <branch>       # and commit there");
	} else if (v->has_from) {
		ev_repo_short(old, ctx->repo, &v->from);
		say_hint("git reset --merge %s       # brings the files back",
			 old);
	}
}
