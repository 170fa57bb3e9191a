#include "base/compat.h"

#include "cmd/promoting.h"
#include "cmd/schemas.h"

static const char *target, *release, *remote, *key;
static bool yes;

static const struct option options[] = {
	{ OPT_STRING, 0, "for", "<ref>",
	  "where it is to go; default: the only protected branch", &target },
	{ OPT_STRING, 0, "release", "<name>",
	  "the release's tag; default: as policy and manifest say", &release },
	{ OPT_STRING, 0, "remote", "<remote>", "where it is pushed", &remote },
	{ OPT_STRING, 0, "key", "<fingerprint>", "sign with this key", &key },
	{ OPT_FLAG, 0, "yes", NULL, "sign without asking", &yes },
	{ 0 }
};
static const char *const synopsis[] = {
	"promote [<rev>] [--for <ref>] [--release <name>] [--yes] [-n] "
	"[<options>]",
	NULL
};

static int run(struct context *ctx, int argc, const char **argv)
{
	struct promoting s = { .ctx = ctx };
	char *ref = NULL;
	int ret;

	if (argc > 1)
		return usage_error(ctx, "too many words: '%s'", argv[1]);
	ret = promoting_begin(&s, ctx, key, remote, yes);
	if (ret == 0)
		ret = target_read(&ref, &s.p.to, &s.reader, ctx->repo,
				  argc ? argv[0] : "HEAD", target);
	s.p.ref = ref;
	s.p.tag = release;
	if (ret == 0)
		ret = promoting_run(&s);
	promoting_release(&s);
	free(ref);
	return ret < 0 ? report_error(ctx) : finish_output(ret);
}

const struct verb verb_promote = {
	.name = "promote",
	.group = GROUP_DECIDE,
	.flags = NEED_REPO | WRITES | HAS_JSON,
	.summary = "move a protected ref, and record by what right",
	.synopsis = synopsis,
	.options = options,
	.run = run,
	.json_schema = schema_promote,
};
