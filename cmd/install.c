#include "base/compat.h"

#include "cmd/paths.h"
#include "cmd/render.h"
#include "cmd/setup.h"

static bool chain, server;
static const char *manual, *root;

static const struct option options[] = {
	{ OPT_FLAG, 0, "chain", NULL, "keep hooks that are there, and run them "
	  "before ours", &chain },
	{ OPT_STRING, 0, "manual", "<manager>", "say what to put where by "
	  "hand: husky, lefthook, pre-commit or git", &manual },
	{ OPT_FLAG, 0, "server", NULL, "the hooks of a server, which judge "
	  "every push", &server },
	{ OPT_STRING, 0, "root", "<fingerprint>", "pin the key that approved "
	  "the first policy", &root },
	{ 0 }
};
static const char *const synopsis[] = {
	"install [--chain] [--root <fingerprint>] [-n]",
	"install --server --root <fingerprint> [--chain] [-n]",
	"install --manual=<manager>",
	NULL
};

static int print_recipe(void)
{
	enum ev_hook_manager m;
	struct ev_buf program = EV_BUF_INIT;
	struct ev_strs lines = EV_STRS_INIT;
	size_t i;
	int ret = ev_hook_manager_parse(&m, manual);

	if (ret >= 0)
		ret = program_path(&program);
	if (ret >= 0)
		ev_hooks_recipe(&lines, m, program.ptr);
	for (i = 0; i < lines.n; i++)
		out_line("%s", lines.items[i]);
	ev_strs_release(&lines);
	ev_buf_release(&program);
	return ret;
}

static int run(struct context *ctx, int argc, const char **argv)
{
	struct ev_install how = { .server = server, .chain = chain,
		.dry_run = ctx->dry_run, .root = root };
	struct ev_strs done = EV_STRS_INIT;
	size_t i;
	int ret;

	if (argc)
		return usage_error(ctx, "unexpected word '%s'", argv[0]);
	if (manual && (server || chain || root))
		return usage_error(ctx, "--manual stands alone");
	if (manual) {
		ret = print_recipe();
		return ret < 0 ? report_error(ctx) : finish_output(EXIT_PASS);
	}
	ret = setup_hooks(&done, ctx->repo, &how);
	for (i = 0; i < done.n; i++)
		out_line("%s", done.items[i]);
	if (ret >= 0 && !done.n)
		say_note(ctx, "the hooks are in place");
	ev_strs_release(&done);
	return ret < 0 ? report_error(ctx) : finish_output(EXIT_PASS);
}

const struct verb verb_install = {
	.name = "install", .group = GROUP_SETUP, .flags = NEED_REPO | WRITES,
	.summary = "put the hooks in place",
	.synopsis = synopsis, .options = options, .run = run
};
