#include "base/compat.h"

#include "cmd/schemas.h"
#include "cmd/verdict.h"
#include "cmd/words.h"

#include "base/clock.h"
#include "base/mem.h"

static const char *target;
static bool all;

static const struct option options[] = {
	{ OPT_STRING, 0, "for", "<ref>",
	  "where it is to go; default: the only protected branch", &target },
	{ OPT_FLAG, 0, "all", NULL, "list the rules that hold too", &all },
	{ 0 }
};
static const char *const synopsis[] = {
	"check [<rev>] [--for <ref>] [--all] [--json]", NULL
};

static void print_json(struct context *ctx, const struct ev_verdict *v)
{
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_json j;

	json_begin(&j, &buf, ctx);
	ev_verdict_json(&j, v);
	json_finish(&j);
	ev_buf_release(&buf);
}

static int judge(struct ev_verdict *v, struct context *ctx, const char *rev)
{
	struct ev_question q = { .now = ev_now() };
	struct reader reader = { .policy = NULL };
	struct ev_oids heads = EV_OIDS_INIT;
	char *ref = NULL;
	int ret;

	ret = reader_for_verdict(&reader, ctx->repo);
	/* where nothing is in force that names a ref, no move is let pass */
	if (ret == 0 && !reader.policy && !target)
		ref = ev_strdup("HEAD");
	if (ret == 0)
		ret = ref ? rev_read(&q.to, &reader, ctx->repo, rev) :
			target_read(&ref, &q.to, &reader, ctx->repo, rev,
				    target);
	if (ret == 0)
		ret = ev_target_move(&q.from, ctx->repo, ref, &q.to);
	q.ref = ref;
	if (ret == 0)
		ret = ev_rollback_ask(&q, &heads, ctx->repo, &reader.chain,
				      &reader.evidence);
	if (ret == 0)
		ret = ev_judge(v, ctx->repo, &reader.chain, &reader.evidence,
			       &q);
	free(ref);
	ev_oids_release(&heads);
	reader_release(&reader);
	return ret;
}

static int run(struct context *ctx, int argc, const char **argv)
{
	struct ev_verdict v;
	int ret, status = EXIT_CANNOT;

	if (argc > 1)
		return usage_error(ctx, "too many words: '%s'", argv[1]);
	ev_verdict_init(&v);
	ret = judge(&v, ctx, argc ? argv[0] : "HEAD");
	if (ret == 0) {
		if (ctx->json)
			print_json(ctx, &v);
		else
			verdict_print(ctx, &v, NULL, all, false);
		if (v.is_protected && v.has_from && ev_oid_eq(&v.from, &v.to))
			say_note(ctx, "note: the ref holds it already; "
				 "approvals count for the move that they were "
				 "given for");
		status = ev_verdict_exit(&v);
	}
	ev_verdict_release(&v);
	return ret < 0 ? report_error(ctx) : finish_output(status);
}

const struct verb verb_check = {
	.name = "check",
	.group = GROUP_DECIDE,
	.flags = NEED_REPO | ASKS_CONFIG | HAS_JSON,
	.summary = "judge whether a commit may go to a protected ref",
	.synopsis = synopsis,
	.options = options,
	.run = run,
	.json_schema = schema_check,
};
