#include "base/compat.h"

#include "cmd/schemas.h"
#include "cmd/verdict.h"
#include "cmd/words.h"

#include "base/clock.h"
#include "gate/client.h"
#include "gate/waive.h"

static const char *reason, *risk, *expires, *target, *key;
static const char *supersede, *because;

static const struct option options[] = {
	{ OPT_STRING, 0, "reason", "<text>", "why it may pass", &reason },
	{ OPT_STRING, 0, "risk", "<id>", "the risk assessment that says so",
	  &risk },
	{ OPT_STRING, 0, "expires", "<date>",
	  "the day (UTC) from whose beginning on it is over", &expires },
	{ OPT_STRING, 0, "for", "<ref>",
	  "where it is to go; default: the only protected branch", &target },
	{ OPT_STRING, 0, "supersede", "<id>", "waiver that this one replaces",
	  &supersede },
	{ OPT_STRING, 0, "because", "<text>", "why it is replaced", &because },
	{ OPT_STRING, 0, "key", "<fingerprint>", "sign with this key", &key },
	{ 0 }
};
static const char *const synopsis[] = {
	"waive <rule> [<rev>] --reason <text> --risk <id> --expires <date> "
	"[--for <ref>] [--supersede <id> --because <text>] [-n] [<options>]",
	NULL
};

struct waive {
	struct context *ctx;
	struct reader reader;
	struct ev_waive ask;
	struct ev_waive_view view;
	struct ev_draft draft;
	struct ev_written written;
	char fpr[41];
	char *ref;
};

static void print_json(const struct waive *w)
{
	struct ev_buf buf = EV_BUF_INIT;
	char hex[EV_OID_HEX + 1];
	struct ev_json j;
	size_t i;

	json_begin(&j, &buf, w->ctx);
	ev_json_kv(&j, "id", w->written.id);
	ev_json_kv(&j, "line", *w->written.line ? w->written.line : NULL);
	ev_json_kv(&j, "rule", w->ask.rule);
	ev_json_kv(&j, "target", w->ref);
	ev_oid_hex(hex, &w->ask.commit);
	ev_json_kv(&j, "commit", hex);
	ev_json_kv(&j, "outcome", ev_outcome_name(w->view.outcome));
	ev_json_key(&j, "records");
	ev_json_list(&j);
	for (i = 0; i < w->view.records.n; i++)
		ev_json_string(&j, w->view.records.items[i]);
	ev_json_end_list(&j);
	ev_json_kv(&j, "expires", w->ask.expires);
	ev_json_kv(&j, "supersedes", w->draft.supersedes);
	ev_json_key(&j, "awaited");
	ev_json_list(&j);
	for (i = 0; i < w->view.by.n; i++)
		ev_json_string(&j, w->view.by.items[i]);
	ev_json_end_list(&j);
	ev_json_kv(&j, "signer", w->fpr);
	ev_json_kvb(&j, "written", !w->ctx->dry_run);
	json_finish(&j);
	ev_buf_release(&buf);
}

static void print_text(const struct waive *w)
{
	char label[EV_OID_HEX + 1];
	struct ev_buf clear = EV_BUF_INIT;
	size_t i;

	ev_repo_short(label, w->ctx->repo, &w->ask.commit);
	out_line("%s %s for '%s' until %s%s%.12s", w->ctx->dry_run ?
		 "would waive" : "waived", w->ask.rule, verdict_ref(w->ref),
		 w->ask.expires, w->ctx->dry_run ? "" : ": record ",
		 w->ctx->dry_run ? "" : w->written.id);
	if (w->view.detail)
		out_line("  %s  %s", ev_outcome_name(w->view.outcome),
			 w->view.detail);
	if (w->view.reviewed)
		ev_buf_addf(&clear, " --clears %s", w->ask.rule);
	for (i = 0; i < w->view.by.n; i++)
		say_hint("git evidence approve %s --for %s --role %s%s", label,
			 verdict_ref(w->ref), w->view.by.items[i], clear.ptr);
	ev_buf_release(&clear);
}

static int sign(struct waive *w)
{
	struct ev_repo *r = w->ctx->repo;
	int ret;

	ret = ev_draft_key(w->fpr, r, w->reader.trust, key);
	if (ret < 0)
		return ret;
	w->ask.person = ev_trust_person(w->reader.trust, w->fpr, NULL);
	ret = ev_waive_draft(&w->draft, &w->view, r, &w->reader.chain,
			     &w->reader.evidence, &w->ask);
	if (ret == 0)
		ret = ev_draft_write(&w->written, r, w->reader.trust,
				     &w->draft, w->fpr, w->ctx->dry_run);
	if (ret == 0 && !w->ctx->dry_run)
		ev_unshared_set(r, true);
	return ret;
}

static int waive(struct waive *w, const char *rev)
{
	struct ev_repo *r = w->ctx->repo;
	int ret;

	ret = reader_require(&w->reader, r);
	if (ret == 0)
		ret = ev_target_ref(&w->ref, w->reader.policy, target);
	if (ret == 0)
		ret = rev_read(&w->ask.commit, &w->reader, r, rev);
	w->ask.ref = w->ref;
	w->ask.now = ev_now();
	if (ret == 0)
		ret = sign(w);
	if (ret == 0 && w->ctx->json)
		print_json(w);
	else if (ret == 0)
		print_text(w);
	return ret;
}

static int check_usage(struct context *ctx, int argc, const char **argv)
{
	if (!argc)
		return usage_error(ctx, "which rule is to be waived?");
	if (argc > 2)
		return usage_error(ctx, "too many words: '%s'", argv[2]);
	if (!reason)
		return usage_error(ctx, "a waiver needs a --reason");
	if (!risk)
		return usage_error(ctx, "a waiver needs the id of a --risk");
	if (!expires)
		return usage_error(ctx, "a waiver needs to say when it "
				   "--expires");
	if (!supersede != !because)
		return usage_error(ctx, "--supersede and --because go "
				   "together");
	return 0;
}

static int run(struct context *ctx, int argc, const char **argv)
{
	struct waive w = { .ctx = ctx };
	int ret = check_usage(ctx, argc, argv);

	if (ret)
		return ret;
	w.ask.rule = argv[0];
	w.ask.reason = reason;
	w.ask.risk = risk;
	w.ask.expires = expires;
	w.ask.supersedes = supersede;
	w.ask.because = because;
	ev_draft_init(&w.draft, EV_KIND_WAIVER);
	ret = waive(&w, argc > 1 ? argv[1] : "HEAD");
	ev_draft_release(&w.draft);
	ev_waive_view_release(&w.view);
	free(w.ref);
	reader_release(&w.reader);
	return ret < 0 ? report_error(ctx) : finish_output(EXIT_PASS);
}

const struct verb verb_waive = {
	.name = "waive",
	.group = GROUP_DECIDE,
	.flags = NEED_REPO | ASKS_CONFIG | WRITES | HAS_JSON,
	.summary = "let a rule that does not hold pass, for this once",
	.synopsis = synopsis,
	.options = options,
	.run = run,
	.json_schema = schema_waive,
};
