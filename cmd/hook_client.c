#include "base/compat.h"

#include "cmd/hook.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cmd/share.h"
#include "cmd/verdict.h"
#include "gate/client.h"
#include "ledger/record.h"
#include "repo/config.h"

#define HEADS_MAX ((size_t)1 << 20)

static bool stops(const struct ev_verdict *v)
{
	int exit = ev_verdict_exit(v);

	return exit != EXIT_PASS && exit != EXIT_FIRST_USE;
}

/* Print those that stop Git; are there any? */
static bool print_stops(struct context *ctx, const struct ev_verdicts *list,
			const char *what)
{
	struct ev_buf head = EV_BUF_INIT;
	bool any = false;
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (!stops(&list->items[i]))
			continue;
		any = true;
		ev_buf_clear(&head);
		ev_buf_addf(&head, "%s '%s' is blocked", what,
			    verdict_ref(list->items[i].ref));
		verdict_print(ctx, &list->items[i], head.ptr, false, true);
	}
	ev_buf_release(&head);
	return any;
}

static void warn_unread(const struct ev_verdicts *list)
{
	if (list->unread)
		say_warning("nothing is judged here until HEAD's policy is "
			    "mended: %s", list->unread);
}

/* pre-push ------------------------------------------------------------------ */

static void warn_kept(const struct ev_sync_result *s)
{
	size_t i;

	for (i = 0; i < s->kept.n && i < 5; i++)
		say_warning("evidence stays here: %s",
			    s->kept.items[i].reason);
	if (s->kept.n > 5)
		say_warning("%zu more stay here", s->kept.n - 5);
}

/* As git-lfs does: what no remote has yet goes along. */
static int push_evidence(struct context *ctx, const char *remote)
{
	struct ev_sync_options o = { .remote = remote, .push_only = true };
	struct ev_sync_result result = { 0 };
	int ret;

	ret = share_evidence(&result, ctx->repo, &o);
	if (ret == 0)
		warn_kept(&result);
	ev_sync_result_release(&result);
	return ret;
}

/* Whoever pushes the ledger itself sends the evidence as they mean it: ours
 * would only be first. */
static bool brings_ledger(const struct ev_ref_changes *push)
{
	size_t i;

	for (i = 0; i < push->n; i++)
		if (!strcmp(push->items[i].ref, EV_LEDGER_REF))
			return true;
	return false;
}

/* A protected ref needs its evidence there first; another one goes without. */
static int share(struct context *ctx, const char *remote, bool needed)
{
	if (!ev_unshared(ctx->repo))
		return EXIT_PASS;
	if (!ev_config_bool(ctx->repo, "evidence.pushWithBranch", true)) {
		/* The server cannot know that what it lacks is here. */
		if (needed)
			say_hint("git evidence sync %s    # some evidence has "
				 "not been shared yet", remote);
		return EXIT_PASS;
	}
	if (push_evidence(ctx, remote) == 0)
		return EXIT_PASS;
	if (needed) {
		report_error(ctx);
		return EXIT_FAIL;
	}
	say_warning("evidence is not pushed: %s", ev_error_last()->message);
	say_hint("git evidence sync %s", remote);
	return EXIT_PASS;
}

int hook_pre_push(struct context *ctx, int argc, const char **argv)
{
	struct ev_ref_changes push = { NULL, 0, 0 };
	struct ev_verdicts list = { 0 };
	int ret, status;

	(void)argc;
	ret = hook_read_changes(&push, true);
	if (ret == 0)
		ret = ev_client_push(&list, ctx->repo, &push, ev_now());
	if (ret < 0)
		status = report_error(ctx);
	else if (print_stops(ctx, &list, "push to"))
		status = EXIT_FAIL;
	else if (brings_ledger(&push))
		status = EXIT_PASS;
	else
		status = share(ctx, argv[0], list.n > 0);
	ev_verdicts_release(&list);
	ev_ref_changes_release(&push);
	return status;
}

/* Merges -------------------------------------------------------------------- */

/* The commit by any name of it; nothing is permitted by a name that none has. */
static void add_head(struct ev_oids *out, struct context *ctx,
		     const char *name)
{
	struct ev_oid oid;

	if (ev_repo_commit(&oid, ctx->repo, name) < 0)
		ev_error_clear();
	else if (!ev_oids_has(out, &oid))
		ev_oids_add(out, &oid);
}

static void heads_of_environment(struct ev_oids *out, struct context *ctx)
{
	char **e, hex[EV_OID_HEX + 1];
	struct ev_oid oid;

	for (e = environ; *e; e++) {
		if (strncmp(*e, "GITHEAD_", 8) ||
		    strcspn(*e + 8, "=") != EV_OID_HEX)
			continue;
		memcpy(hex, *e + 8, EV_OID_HEX);
		hex[EV_OID_HEX] = '\0';
		if (ev_oid_parse(&oid, hex) == 0)
			add_head(out, ctx, hex);
	}
}

static void path_of(struct ev_buf *out, struct context *ctx, const char *name)
{
	ev_path_join(out, ev_repo_gitdir(ctx->repo), name);
}

/* 1 and the heads of a merge that is not concluded yet, 0 if there is none. */
static int heads_of_file(struct ev_oids *out, struct context *ctx)
{
	struct ev_buf path = EV_BUF_INIT, text = EV_BUF_INIT_MAX(HEADS_MAX);
	char *line, *save = NULL;
	int ret;

	path_of(&path, ctx, "MERGE_HEAD");
	ret = ev_file_read(&text, path.ptr, HEADS_MAX);
	if (ret == EV_ENOTFOUND) {
		ev_error_clear();
		goto out;
	}
	if (ret < 0)
		goto out;
	for (line = strtok_r(text.ptr, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		add_head(out, ctx, line);
	ret = 1;
out:
	ev_buf_release(&path);
	ev_buf_release(&text);
	return ret == EV_ENOTFOUND ? 0 : ret;
}

static int judge_merge(struct context *ctx, const struct ev_oids *heads,
		       bool by_hand)
{
	struct ev_verdicts list = { 0 };
	int status = EXIT_PASS;

	if (ev_client_merge(&list, ctx->repo, heads, ev_now()) < 0) {
		status = report_error(ctx);
	} else if (print_stops(ctx, &list, "merge into")) {
		hook_say_merge_recovery(ctx, by_hand);
		status = EXIT_FAIL;
	}
	warn_unread(&list);
	ev_verdicts_release(&list);
	return status;
}

int hook_pre_merge_commit(struct context *ctx, int argc, const char **argv)
{
	struct ev_oids heads = EV_OIDS_INIT;
	int status;

	(void)argc;
	(void)argv;
	heads_of_environment(&heads, ctx);
	status = judge_merge(ctx, &heads, false);
	ev_oids_release(&heads);
	return status;
}

int hook_pre_commit(struct context *ctx, int argc, const char **argv)
{
	struct ev_oids heads = EV_OIDS_INIT;
	int ret, status = EXIT_PASS;

	(void)argc;
	(void)argv;
	ret = heads_of_file(&heads, ctx);
	if (ret < 0)
		status = report_error(ctx);
	else if (ret)
		status = judge_merge(ctx, &heads, true);
	ev_oids_release(&heads);
	return status;
}

/* The one hook that `git merge --no-verify` does not skip. */
int hook_prepare_commit_msg(struct context *ctx, int argc, const char **argv)
{
	return hook_pre_commit(ctx, argc, argv);
}

/* Transactions -------------------------------------------------------------- */

int hook_transaction(struct context *ctx, int argc, const char **argv)
{
	struct ev_ref_changes moves = { NULL, 0, 0 };
	struct ev_verdicts list = { 0 };
	int ret, status = EXIT_PASS;
	size_t i;

	(void)argc;
	(void)argv;
	ret = hook_read_changes(&moves, false);
	if (ret == 0)
		ret = ev_client_transaction(&list, ctx->repo, &moves,
					    ev_now());
	if (ret < 0) {
		status = report_error(ctx);
	} else if (print_stops(ctx, &list, "moving")) {
		for (i = 0; i < list.n; i++)
			if (stops(&list.items[i]))
				hook_say_recovery(ctx, &list.items[i]);
		status = EXIT_FAIL;
	}
	warn_unread(&list);
	ev_verdicts_release(&list);
	ev_ref_changes_release(&moves);
	return status;
}
