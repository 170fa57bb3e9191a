#include "base/compat.h"

#include "base/file.h"
#include "cmd/schemas.h"
#include "cmd/words.h"
#include "gate/client.h"
#include "ledger/import.h"

static const char *const synopsis[] = { "import <file> [-n]", NULL };

static void print_json(struct context *ctx, const struct ev_import_result *i)
{
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_json j;
	size_t k;

	json_begin(&j, &buf, ctx);
	ev_json_kvi(&j, "lines", (int64_t)i->lines);
	ev_json_kvi(&j, "added", (int64_t)i->added);
	ev_json_kvi(&j, "known", (int64_t)i->known);
	ev_json_key(&j, "refused");
	ev_json_list(&j);
	for (k = 0; k < i->nrefused; k++) {
		ev_json_object(&j);
		ev_json_kvi(&j, "row", (int64_t)i->refused[k].row);
		ev_json_kv(&j, "reason", i->refused[k].reason);
		ev_json_end_object(&j);
	}
	ev_json_end_list(&j);
	ev_json_kvb(&j, "dryRun", ctx->dry_run);
	json_finish(&j);
	ev_buf_release(&buf);
}

static void print(struct context *ctx, const char *file,
		  const struct ev_import_result *i)
{
	size_t k;

	for (k = 0; k < i->nrefused && k < 20; k++)
		say_warning("%s:%zu: not admitted: %s", file,
			    i->refused[k].row, i->refused[k].reason);
	if (i->nrefused > 20)
		say_warning("%s: %zu more lines not admitted", file,
			    i->nrefused - 20);
	if (ctx->json) {
		print_json(ctx, i);
		return;
	}
	out_line("%s %zu of %zu lines, %zu known, %zu refused",
		 ctx->dry_run ? "would import" : "imported", i->added,
		 i->lines, i->known, i->nrefused);
}

static int run(struct context *ctx, int argc, const char **argv)
{
	struct ev_import_result result = { 0 };
	struct reader reader = { 0 };
	struct ev_buf bundle = EV_BUF_INIT_MAX(EV_IMPORT_MAX_BYTES);
	int ret, status;

	if (argc != 1)
		return usage_error(ctx, argc ? "too many words: '%s'" :
				   "which file is to be imported?",
				   argc ? argv[1] : "");
	ret = ev_file_read(&bundle, argv[0], EV_IMPORT_MAX_BYTES);
	if (ret == 0)
		ret = reader_require(&reader, ctx->repo);
	if (ret == 0)
		ret = ev_import(&result, ctx->repo, reader.trust, &bundle,
				ctx->dry_run);
	if (ret == 0 && result.added && !ctx->dry_run)
		ev_unshared_set(ctx->repo, true);
	if (ret == 0)
		print(ctx, argv[0], &result);
	/* What was refused is a finding; what was admitted stays admitted. */
	status = result.nrefused ? EXIT_FAIL : EXIT_PASS;
	ev_import_release(&result);
	reader_release(&reader);
	ev_buf_release(&bundle);
	return ret < 0 ? report_error(ctx) : finish_output(status);
}

const struct verb verb_import = {
	.name = "import",
	.group = GROUP_HANDOVER,
	.flags = NEED_REPO | WRITES | HAS_JSON,
	.summary = "admit the records of an in-toto bundle file",
	.synopsis = synopsis,
	.run = run,
	.json_schema = schema_import,
};
