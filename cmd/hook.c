#include "base/compat.h"

#include "cmd/hook.h"

#include <unistd.h>

#include "base/file.h"
#include "repo/config.h"

#define INPUT_MAX ((size_t)64 << 20)

static bool server;

static const struct option options[] = {
	{ OPT_FLAG, 0, "server", NULL, "judge as the server does "
	  "(reference-transaction)", &server },
	{ 0 }
};

static const char *const synopsis[] = {
	"hook pre-push <remote> <url>",
	"hook pre-merge-commit",
	"hook pre-commit",
	"hook prepare-commit-msg <file> [<source> [<commit>]]",
	"hook reference-transaction [--server] <state>",
	"hook pre-receive",
	NULL
};

static const struct hook {
	const char *name;
	int least, most;		/* words */
	int (*run)(struct context *ctx, int argc, const char **argv);
} hooks[] = {
	{ "pre-push", 2, 2, hook_pre_push },
	{ "pre-merge-commit", 0, 0, hook_pre_merge_commit },
	{ "pre-commit", 0, 0, hook_pre_commit },
	{ "prepare-commit-msg", 1, 3, hook_prepare_commit_msg },
	{ "reference-transaction", 1, 1, hook_transaction },
	{ "pre-receive", 0, 0, hook_pre_receive },
};

/* Standard input ------------------------------------------------------------ */

static int malformed(size_t row)
{
	return ev_fail(EV_EINVALID, "line %zu of standard input is not what "
		       "git gives to this hook", row);
}

/* Cut off the last word; NULL if there is no blank before it. */
static char *last_word(char *line)
{
	char *blank = strrchr(line, ' ');

	if (!blank)
		return NULL;
	*blank = '\0';
	return blank + 1;
}

/* A local name may hold blanks ("HEAD@{1 day ago}"), so it goes from the end. */
static int read_push(struct ev_ref_changes *out, char *line, size_t row)
{
	struct ev_oid old, new;
	char *remote = last_word(line), *ref = last_word(line);
	char *local = last_word(line);

	if (!remote || !ref || !local || ev_oid_parse(&old, remote) < 0 ||
	    ev_oid_parse(&new, local) < 0 || !*ref)
		return malformed(row);
	ev_ref_changes_add(out, ref, &old, &new);
	return 0;
}

static int read_move(struct ev_ref_changes *out, char *line, size_t row)
{
	struct ev_oid old, new;
	const size_t second = EV_OID_HEX + 1, ref = 2 * second;

	if (strlen(line) <= ref || line[second - 1] != ' ' ||
	    line[ref - 1] != ' ')
		return malformed(row);
	line[second - 1] = line[ref - 1] = '\0';
	if (ev_oid_parse(&old, line) < 0 ||
	    ev_oid_parse(&new, line + second) < 0)
		return malformed(row);
	ev_ref_changes_add(out, line + ref, &old, &new);
	return 0;
}

int hook_read_changes(struct ev_ref_changes *out, bool of_push)
{
	struct ev_buf text = EV_BUF_INIT_MAX(INPUT_MAX);
	char *line, *end;
	size_t row = 0;
	int ret;

	memset(out, 0, sizeof(*out));
	ret = ev_fd_read(&text, STDIN_FILENO, "standard input", INPUT_MAX);
	if (ret == 0 && strlen(text.ptr) != text.len)
		ret = ev_fail(EV_EINVALID, "standard input holds a NUL");
	for (line = text.ptr; ret == 0 && *line; line = end) {
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		if (++row > HOOK_LINES)
			ret = ev_fail(EV_ELIMIT, "more than %d refs at once",
				      HOOK_LINES);
		else
			ret = of_push ? read_push(out, line, row) :
			      read_move(out, line, row);
	}
	if (ret < 0)
		ev_ref_changes_release(out);
	ev_buf_release(&text);
	return ret;
}

/* Dispatch ------------------------------------------------------------------ */

static int run(struct context *ctx, int argc, const char **argv)
{
	const struct hook *h = NULL;
	size_t i;

	if (argc < 1)
		return usage_error(ctx, "which hook?");
	for (i = 0; i < EV_ARRAY_SIZE(hooks); i++)
		if (!strcmp(argv[0], hooks[i].name))
			h = &hooks[i];
	if (!h)
		return usage_error(ctx, "there is no hook '%s'", argv[0]);
	if (argc - 1 < h->least || argc - 1 > h->most)
		return usage_error(ctx, "hook %s was given %d words", h->name,
				   argc - 1);
	if (server && h->run != hook_transaction)
		return usage_error(ctx, "--server is for reference-transaction");
	/* Most transactions are told of three times, and asked about once. */
	if (h->run == hook_transaction && strcmp(argv[1], "prepared"))
		return EXIT_PASS;
	if (ev_repo_open(&ctx->repo, NULL) < 0)
		return report_error(ctx);
	/* The shell asks only about what is protected; a server about all. */
	if (!server && h->run != hook_pre_receive)
		ev_config_begin(ctx->repo);
	if (server)
		return hook_server_transaction(ctx, argc - 1, argv + 1);
	return h->run(ctx, argc - 1, argv + 1);
}

const struct verb verb_hook = {
	.name = "hook",
	.group = GROUP_PLUMBING,
	.summary = "judge what Git is about to do, for the hooks",
	.synopsis = synopsis,
	.options = options,
	.run = run,
};
