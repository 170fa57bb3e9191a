#include "base/compat.h"

#include "cmd/hook.h"

#include "base/file.h"
#include "repo/git.h"
#include "repo/refs.h"

#define HEADS "refs/heads/"
#define STATUS_MAX ((size_t)1 << 20)
#define REFLOG_MAX ((size_t)16 << 20)

/* What Git is in the middle of, by the file it keeps then, and the way out; one
 * that goes as `reset --merge` does refuses what it would lose. */
static const struct way {
	const char *file, *hint;
	bool merges;
} ways[] = {
	{ "MERGE_HEAD", "git merge --abort", true },
	{ "rebase-merge", "git rebase --abort", false },
	{ "rebase-apply/applying", "git am --abort", false },
	{ "rebase-apply", "git rebase --abort", false },
	{ "CHERRY_PICK_HEAD", "git cherry-pick --abort", true },
	{ "REVERT_HEAD", "git revert --abort", true },
	/* of several commits; what is kept for one is gone when we are asked */
	{ "sequencer", "git revert --abort", true },
};

/* How index and files stand to each other. */
struct state {
	bool changed;			/* anything, since HEAD */
	bool twice;			/* staged, and changed again: `reset
					   --merge` stops at that */
	bool unmerged;
};

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

/* `commit -a` has an index of its own, and when it is refused the old one
 * stays. */
static void use_lasting_index(void)
{
	const char *file = getenv("GIT_INDEX_FILE");
	struct ev_buf name = EV_BUF_INIT;

	if (file && ev_ends_with(file, ".lock")) {
		ev_buf_add(&name, file, strlen(file) - strlen(".lock"));
		setenv("GIT_INDEX_FILE", name.ptr, 1);
	}
	ev_buf_release(&name);
}

static void read_state(struct state *s, struct context *ctx)
{
	static const char *const args[] = {
		"--no-optional-locks", "status", "--porcelain",
		"--untracked-files=no", "--ignore-submodules=dirty", NULL
	};
	struct ev_buf out = EV_BUF_INIT_MAX(STATUS_MAX);
	struct ev_buf err = EV_BUF_INIT_MAX(4096);
	struct ev_process p = { .out = &out, .err = &err };
	const char *line, *end;

	memset(s, 0, sizeof(*s));
	use_lasting_index();
	if (ev_git(&p, ctx->repo, args) < 0)
		ev_error_clear();
	for (line = out.ptr; *line && line[1]; line = end + (*end != '\0')) {
		end = line + strcspn(line, "\n");
		s->changed = true;
		if (line[0] == 'U' || line[1] == 'U' ||
		    (line[0] == line[1] && strchr("AD", line[0])))
			s->unmerged = true;
		else if (line[0] != ' ' && line[1] != ' ')
			s->twice = true;
	}
	ev_buf_release(&out);
	ev_buf_release(&err);
}

/* Does the index hold what Git itself made of a merge, and nobody's work? */
static bool is_automatic(struct context *ctx)
{
	const char *same[] = { "diff-index", "--cached", "--quiet",
			       "AUTO_MERGE", "--", NULL };

	return asks(ctx, same, NULL);
}

static void say_abort(struct context *ctx, const char *hint, bool by_hand)
{
	struct state s;

	read_state(&s, ctx);
	if (s.unmerged || s.twice) {
		say_hint("%sgit stash       # leaves the branch as it was, and "
			 "keeps your changes",
			 s.unmerged ? "git add -u && " : "");
	} else if (by_hand && !is_automatic(ctx)) {
		say_hint("git stash       # leaves the branch as it was, and "
			 "keeps the result");
		say_hint("%s       # or drops it", hint);
	} else {
		say_hint("%s       # leaves the branch as it was", hint);
	}
}

void hook_say_merge_recovery(struct context *ctx, bool by_hand)
{
	say_abort(ctx, ways[0].hint, by_hand);
}

static bool in_the_middle(struct context *ctx)
{
	struct ev_buf path = EV_BUF_INIT;
	bool found = false;
	size_t i;

	for (i = 0; !found && i < EV_ARRAY_SIZE(ways); i++) {
		ev_path_join(&path, ev_repo_gitdir(ctx->repo), ways[i].file);
		found = ev_file_exists(path.ptr);
		if (found && ways[i].merges)
			say_abort(ctx, ways[i].hint, true);
		else if (found)
			say_hint("%s", ways[i].hint);
	}
	ev_buf_release(&path);
	return found;
}

/*
 * `branch -M` has deleted the old name before it asks about the new one, and
 * then leaves its reflog under this name.
 */
static void say_lost_branch(struct context *ctx, const char *head)
{
	struct ev_buf path = EV_BUF_INIT, text = EV_BUF_INIT_MAX(REFLOG_MAX);
	struct ev_oid tip, held;
	const char *name = "<name>";
	char hex[EV_OID_HEX + 1];
	const char *line;

	ev_path_join(&path, ev_repo_commondir(ctx->repo),
		     "logs/refs/.tmp-renamed-log");
	if (ev_file_read(&text, path.ptr, REFLOG_MAX) < 0)
		goto out;
	ev_buf_chomp(&text);
	line = strrchr(text.ptr, '\n');
	line = line ? line + 1 : text.ptr;
	if (strlen(line) < 2 * EV_OID_HEX + 1)
		goto out;
	memcpy(hex, line + EV_OID_HEX + 1, EV_OID_HEX);
	hex[EV_OID_HEX] = '\0';
	if (ev_oid_parse(&tip, hex) < 0 || ev_oid_is_zero(&tip))
		goto out;
	if (ev_starts_with(head, HEADS) &&
	    ev_ref_read(&held, ctx->repo, head) == EV_ENOTFOUND)
		name = head + strlen(HEADS);
	say_hint("git branch %s %s       # is back then", name, hex);
out:
	ev_error_clear();
	ev_buf_release(&path);
	ev_buf_release(&text);
}

/*
 * A fast-forward and `reset --hard` have changed index and files before they
 * ask; `commit` has not, and what it would have committed is nowhere else,
 * unless Git made it.
 */
static bool is_at(struct context *ctx, const char *hex)
{
	const char *same[] = { "diff-index", "--cached", "--quiet", hex, "--",
			       NULL };
	const char *held[] = { "for-each-ref", "--count=1", "--contains", hex,
			       NULL };
	bool said = false;

	if (!asks(ctx, same, NULL))
		return false;
	return (asks(ctx, held, &said) && said) || is_automatic(ctx);
}

static void say_way_back(struct context *ctx, const struct ev_verdict *v,
			 bool is_head)
{
	char hex[EV_OID_HEX + 1], head[EV_OID_HEX + 1];
	struct ev_oid oid;
	struct state s;

	read_state(&s, ctx);
	if (!s.changed || ev_repo_commit(&oid, ctx->repo, "HEAD") < 0) {
		ev_error_clear();
		return;
	}
	ev_oid_hex(hex, &v->to);
	ev_repo_short(head, ctx->repo, &oid);
	if (!is_at(ctx, hex)) {
		if (is_head)
			say_hint("git switch -c <branch>       # and commit "
				 "there");
	} else if (s.twice) {
		/* a `reset` that keeps the files */
		say_hint("git reset %s       # brings the index back", head);
	} else {
		say_hint("git reset --merge %s       # brings the files back",
			 head);
	}
}

void hook_say_recovery(struct context *ctx, const struct ev_verdict *v)
{
	struct ev_buf head = EV_BUF_INIT;

	if (in_the_middle(ctx))
		return;
	if (ev_ref_real(&head, ctx->repo, "HEAD") < 0)
		ev_error_clear();
	if (!v->has_to)
		say_lost_branch(ctx, head.ptr);
	else if (ev_repo_workdir(ctx->repo))
		say_way_back(ctx, v, !strcmp(head.ptr, v->ref));
	ev_buf_release(&head);
}
