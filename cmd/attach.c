#include "base/compat.h"

#include "cmd/schemas.h"
#include "cmd/words.h"
#include "gate/client.h"
#include "study/attach.h"

static const char *change_id, *change_reason, *name, *type, *key;
static const char *supersede, *because;
static struct ev_strs artifacts;

static const struct option options[] = {
	{ OPT_STRING, 0, "change", "<id>", "change request (manifest)",
	  &change_id },
	{ OPT_STRING, 0, "reason", "<text>", "why it changed (manifest)",
	  &change_reason },
	{ OPT_LIST, 0, "artifact", "<name>=<path>",
	  "a file that the record names", &artifacts },
	{ OPT_STRING, 0, "name", "<name>", "name of the record", &name },
	{ OPT_STRING, 0, "type", "<uri>", "predicate type (statement)", &type },
	{ OPT_STRING, 0, "supersede", "<id>", "record that this one replaces",
	  &supersede },
	{ OPT_STRING, 0, "because", "<text>", "why it is replaced", &because },
	{ OPT_STRING, 0, "key", "<fingerprint>", "sign with this key", &key },
	{ 0 }
};

static const char *const synopsis[] = {
	"attach manifest [<rev>] [--change <id> --reason <text>] [<options>]",
	"attach test|report|lineage|generator|deployment <file> [<rev>] "
	"[<options>]",
	"attach statement <file> [<rev>] [--type <uri>] [<options>]",
	NULL
};

static void print_json(struct context *ctx, const struct ev_written *w,
		       const struct ev_attach *a, enum ev_kind kind,
		       bool written)
{
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_json j;
	char hex[EV_OID_HEX + 1];

	ev_oid_hex(hex, &a->commit);
	json_begin(&j, &buf, ctx);
	ev_json_kv(&j, "id", w->id);
	ev_json_kv(&j, "line", *w->line ? w->line : NULL);
	ev_json_kv(&j, "kind", ev_kind_name(kind));
	ev_json_kv(&j, "commit", hex);
	ev_json_kv(&j, "signer", a->signer);
	ev_json_kvb(&j, "written", written);
	json_finish(&j);
	ev_buf_release(&buf);
}

static void print(struct context *ctx, const struct ev_written *w,
		  const struct ev_attach *a, enum ev_kind kind, int ret)
{
	char small[EV_OID_HEX + 1];

	if (ctx->json) {
		print_json(ctx, w, a, kind, ret == 0 && !a->dry_run);
		return;
	}
	ev_repo_short(small, ctx->repo, &a->commit);
	if (ret == 1)
		out_line("an equal %s %.12s is there already for %s",
			 ev_kind_name(kind), w->id, small);
	else if (a->dry_run)
		out_line("would attach %s to %s", ev_kind_name(kind), small);
	else
		out_line("attached %s %.12s to %s", ev_kind_name(kind), w->id,
			 small);
}

static int attach(struct context *ctx, enum ev_kind kind, const char *file,
		  const char *rev)
{
	struct ev_attach a = {
		.name = name, .type = type, .key = key,
		.supersedes = supersede, .because = because,
		.change_id = change_id, .change_reason = change_reason,
		.artifacts = &artifacts, .dry_run = ctx->dry_run,
	};
	struct reader reader = { 0 };
	struct ev_written w;
	size_t i;
	int ret;

	ret = reader_require(&reader, ctx->repo);
	if (ret == 0)
		ret = rev_read(&a.commit, &reader, ctx->repo, rev);
	if (ret < 0)
		goto out;
	if (kind == EV_KIND_MANIFEST)
		ret = ev_attach_manifest(&w, ctx->repo, reader.policy, &a);
	else if (kind == EV_KIND_STATEMENT)
		ret = ev_attach_statement(&w, ctx->repo, reader.policy, &a, file);
	else
		ret = ev_attach_file(&w, ctx->repo, reader.policy, &a, kind, file);
	for (i = 0; i < a.warnings.n; i++)
		say_warning("%s", a.warnings.items[i]);
	if (ret == 0 && !ctx->dry_run)
		ev_unshared_set(ctx->repo, true);
	if (ret >= 0)
		print(ctx, &w, &a, kind, ret);
out:
	ev_strs_release(&a.warnings);
	reader_release(&reader);
	ev_strs_release(&artifacts);
	return ret < 0 ? report_error(ctx) : finish_output(EXIT_PASS);
}

static int run(struct context *ctx, int argc, const char **argv)
{
	static const enum ev_kind allowed[] = {
		EV_KIND_MANIFEST, EV_KIND_TEST, EV_KIND_REPORT,
		EV_KIND_LINEAGE, EV_KIND_GENERATOR, EV_KIND_DEPLOYMENT,
		EV_KIND_STATEMENT,
	};
	const char *words[EV_ARRAY_SIZE(allowed)], *near;
	enum ev_kind kind;
	bool file;
	size_t i;

	if (argc < 1)
		return usage_error(ctx, "what is to be attached?");
	kind = ev_kind_parse(argv[0]);
	for (i = 0; i < EV_ARRAY_SIZE(allowed); i++)
		words[i] = ev_kind_name(allowed[i]);
	for (i = 0; i < EV_ARRAY_SIZE(allowed) && allowed[i] != kind; i++)
		;
	if (kind == EV_KIND_NONE || i == EV_ARRAY_SIZE(allowed)) {
		near = ev_closest(argv[0], words, EV_ARRAY_SIZE(words));
		return usage_error(ctx, near ? "'%s' cannot be attached; did "
				   "you mean '%s'?" : "'%s' cannot be attached",
				   argv[0], near);
	}
	file = kind != EV_KIND_MANIFEST;
	if (file && argc < 2)
		return usage_error(ctx, "attach %s needs a file", argv[0]);
	if (argc > (file ? 3 : 2))
		return usage_error(ctx, "too many words: '%s'",
				   argv[file ? 3 : 2]);
	if (type && kind != EV_KIND_STATEMENT)
		return usage_error(ctx, "--type is for 'attach statement'");
	if ((change_id || change_reason) && kind != EV_KIND_MANIFEST)
		return usage_error(ctx, "--change and --reason are for 'attach "
				   "manifest'");
	if (!change_id != !change_reason)
		return usage_error(ctx, "--change and --reason go together");
	if (!supersede != !because)
		return usage_error(ctx, "--supersede and --because go "
				   "together");
	return attach(ctx, kind, file ? argv[1] : NULL,
		      argc > (file ? 2 : 1) ? argv[file ? 2 : 1] : "HEAD");
}

const struct verb verb_attach = {
	.name = "attach",
	.group = GROUP_RECORD,
	.flags = NEED_REPO | ASKS_CONFIG | WRITES | HAS_JSON,
	.summary = "sign evidence about a commit and keep it in the ledger",
	.synopsis = synopsis,
	.options = options,
	.run = run,
	.json_schema = schema_attach,
};
