#include "base/compat.h"

#include "cmd/render.h"
#include "gate/install.h"

static const char *const synopsis[] = { "uninstall [-n]", NULL };

static int run(struct context *ctx, int argc, const char **argv)
{
	struct ev_strs done = EV_STRS_INIT, left = EV_STRS_INIT;
	size_t i;
	int ret, status;

	if (argc)
		return usage_error(ctx, "unexpected word '%s'", argv[0]);
	ret = ev_hooks_uninstall(&done, &left, ctx->repo, ctx->dry_run);
	for (i = 0; i < done.n; i++)
		out_line("%s", done.items[i]);
	for (i = 0; i < left.n; i++)
		say_warning("left: %s", left.items[i]);
	if (ret >= 0 && !done.n && !left.n)
		say_note(ctx, "there are no hooks of git-evidence here");
	status = left.n ? EXIT_FAIL : EXIT_PASS;
	ev_strs_release(&done);
	ev_strs_release(&left);
	return ret < 0 ? report_error(ctx) : finish_output(status);
}

const struct verb verb_uninstall = {
	.name = "uninstall", .group = GROUP_SETUP, .flags = NEED_REPO | WRITES,
	.summary = "take the hooks away, and put back what was there",
	.synopsis = synopsis, .run = run
};
