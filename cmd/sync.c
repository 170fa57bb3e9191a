#include "base/compat.h"

#include "cmd/schemas.h"
#include "cmd/share.h"
#include "cmd/words.h"
#include "ledger/record.h"
#include "repo/config.h"
#include "repo/refs.h"

static bool fetch_only, push_only, artifacts;

static const struct option options[] = {
	{ OPT_FLAG, 0, "fetch-only", NULL, "bring evidence here, send none",
	  &fetch_only },
	{ OPT_FLAG, 0, "push-only", NULL, "send evidence, bring none",
	  &push_only },
	{ OPT_FLAG, 0, "artifacts", NULL, "bring the artifacts too",
	  &artifacts },
	{ 0 }
};
static const char *const synopsis[] = {
	"sync [<remote>] [--fetch-only|--push-only] [--artifacts] [-n]", NULL
};

static void json_findings(struct ev_json *j, const char *key,
			  const struct ev_sync_findings *f)
{
	char hex[EV_OID_HEX + 1];
	size_t i;

	ev_json_key(j, key);
	ev_json_list(j);
	for (i = 0; i < f->n; i++) {
		ev_oid_hex(hex, &f->items[i].object);
		ev_json_object(j);
		ev_json_kv(j, "object", hex);
		if (f->items[i].ref)
			ev_json_kv(j, "ref", f->items[i].ref);
		else
			ev_json_kv(j, "line", f->items[i].line);
		ev_json_kv(j, "reason", f->items[i].reason);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

static void print_json(struct context *ctx, const char *remote,
		       const struct ev_sync_result *s)
{
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_json j;

	json_begin(&j, &buf, ctx);
	ev_json_kv(&j, "remote", remote);
	ev_json_kvi(&j, "received", (int64_t)s->received);
	ev_json_kvi(&j, "sent", (int64_t)s->sent);
	ev_json_key(&j, "artifacts");
	ev_json_object(&j);
	ev_json_kvi(&j, "received", (int64_t)s->artifacts_received);
	ev_json_kvi(&j, "sent", (int64_t)s->artifacts_sent);
	ev_json_end_object(&j);
	ev_json_key(&j, "decisions");
	ev_json_object(&j);
	ev_json_kvi(&j, "received", (int64_t)s->decisions_received);
	ev_json_kvi(&j, "sent", (int64_t)s->decisions_sent);
	ev_json_end_object(&j);
	json_findings(&j, "restored", &s->restored);
	json_findings(&j, "kept", &s->kept);
	ev_json_kvb(&j, "dryRun", ctx->dry_run);
	json_finish(&j);
	ev_buf_release(&buf);
}

static void warn(const char *what, const struct ev_sync_findings *f)
{
	char hex[EV_OID_HEX + 1];
	size_t i;

	for (i = 0; i < f->n && i < 20; i++) {
		if (f->items[i].ref) {
			say_warning("%s tag '%s': %s", what, f->items[i].ref,
				    f->items[i].reason);
			continue;
		}
		ev_oid_hex(hex, &f->items[i].object);
		say_warning("%s line %.12s of %.12s: %s", what,
			    f->items[i].line, hex, f->items[i].reason);
	}
	if (f->n > 20)
		say_warning("%s %zu more", what, f->n - 20);
}

static void print(struct context *ctx, const char *remote,
		  const struct ev_sync_result *s)
{
	warn("restored", &s->restored);
	warn("kept here", &s->kept);
	if (ctx->json) {
		print_json(ctx, remote, s);
		return;
	}
	out_line("%s: %s %zu record%s, %s %zu", remote,
		 ctx->dry_run ? "would receive" : "received", s->received,
		 s->received == 1 ? "" : "s",
		 ctx->dry_run ? "would send" : "sent", s->sent);
	if (ctx->dry_run && s->artifacts_sent)
		out_line("%s: would send %zu artifact%s", remote,
			 s->artifacts_sent, s->artifacts_sent == 1 ? "" : "s");
	else if (s->artifacts_received || s->artifacts_sent)
		out_line("%s: artifacts received %zu, sent %zu", remote,
			 s->artifacts_received, s->artifacts_sent);
	if (s->decisions_received || s->decisions_sent)
		out_line("%s: %s %zu decision%s, %s %zu", remote,
			 ctx->dry_run ? "would receive" : "received",
			 s->decisions_received,
			 s->decisions_received == 1 ? "" : "s",
			 ctx->dry_run ? "would send" : "sent",
			 s->decisions_sent);
}

/* check sends people here as long as there is no ledger. */
static void hint_no_ledger(struct context *ctx, const struct ev_sync_result *s)
{
	struct ev_oid tip;

	if (push_only || ctx->dry_run || ctx->json || s->kept.n ||
	    s->decisions_received || s->decisions_sent ||
	    ev_ref_read(&tip, ctx->repo, EV_LEDGER_REF) != EV_ENOTFOUND)
		return;
	ev_error_clear();
	say_hint("git evidence attach manifest    # nobody has recorded "
		 "anything yet");
}

static int run(struct context *ctx, int argc, const char **argv)
{
	struct ev_sync_options o = {
		.fetch_only = fetch_only, .push_only = push_only,
		.artifacts = artifacts, .dry_run = ctx->dry_run,
	};
	struct ev_sync_result result = { 0 };
	int ret;

	if (argc > 1)
		return usage_error(ctx, "too many words: '%s'", argv[1]);
	if (fetch_only && push_only)
		return usage_error(ctx, "--fetch-only and --push-only exclude "
				   "each other");
	o.remote = argc ? argv[0] : ev_config_remote(ctx->repo);
	ret = share_evidence(&result, ctx->repo, &o);
	if (ret == 0) {
		print(ctx, result.remote, &result);
		hint_no_ledger(ctx, &result);
	}
	ev_sync_result_release(&result);
	return ret < 0 ? report_error(ctx) : finish_output(EXIT_PASS);
}

const struct verb verb_sync = {
	.name = "sync",
	.group = GROUP_HANDOVER,
	.flags = NEED_REPO | WRITES | HAS_JSON,
	.summary = "share records and decisions with a remote",
	.synopsis = synopsis,
	.options = options,
	.run = run,
	.json_schema = schema_sync,
};
