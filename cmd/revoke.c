#include "base/compat.h"

#include "cmd/revoke.h"
#include "cmd/schemas.h"

#include "base/clock.h"
#include "gate/client.h"
#include "ledger/expunge.h"

static const char *reason, *key;
static struct key_words key_words;

static const struct option options[] = {
	{ OPT_STRING, 0, "reason", "<text>", "why it is withdrawn", &reason },
	{ OPT_FLAG, 0, "compromised", NULL,
	  "of a key: somebody else may have used it", &key_words.compromised },
	{ OPT_STRING, 0, "checkpoint", "<tag>",
	  "the last good one before that, or none", &key_words.checkpoint },
	{ OPT_STRING, 0, "key", "<fingerprint>", "sign with this key", &key },
	{ 0 }
};
static const char *const synopsis[] = {
	"revoke <id>|<line>|<tag>|<release> --reason <text> [-n] [<options>]",
	"revoke <fingerprint> --reason <text> "
	"[--compromised --checkpoint <tag>|none] [-n] [<options>]",
	"revoke sha256:<digest> --reason <text> [-n] [<options>]",
	NULL
};

static void json_loss(struct ev_json *j, const struct target *t)
{
	ev_json_kvb(j, "compromised", t->what.compromised);
	if (t->what.compromised)
		ev_json_kv(j, "checkpoint", *t->what.checkpoint ?
			   t->what.checkpoint : NULL);
	ev_json_key(j, "lost");
	ev_json_object(j);
	ev_json_kvi(j, "records", (int64_t)t->loss.records);
	ev_json_kvi(j, "decisions", (int64_t)t->loss.decisions);
	ev_json_end_object(j);
}

static void print(struct context *ctx, const struct target *t,
		  const struct ev_written *w, const char *signer,
		  bool expunged)
{
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_json j;

	if (!ctx->json) {
		out_line("%s %s%s%.12s", ctx->dry_run ? "would withdraw" :
			 "withdrew", t->label, ctx->dry_run ? "" :
			 ": record ", ctx->dry_run ? "" : w->id);
		if (expunged)
			out_line("it is expunged: git gc removes the object "
				 "where nothing else holds it");
		return;
	}
	json_begin(&j, &buf, ctx);
	ev_json_kv(&j, "id", w->id);
	ev_json_kv(&j, "line", *w->line ? w->line : NULL);
	ev_json_key(&j, "target");
	ev_json_object(&j);
	ev_json_kv(&j, "type", ev_revoke_type_name(t->what.type));
	ev_json_kv(&j, "id", t->what.id);
	ev_json_end_object(&j);
	if (t->what.type == EV_REVOKE_KEY)
		json_loss(&j, t);
	if (t->what.type == EV_REVOKE_ARTIFACT)
		ev_json_kvb(&j, "expunged", expunged);
	ev_json_kv(&j, "signer", signer);
	ev_json_kvb(&j, "written", !ctx->dry_run);
	json_finish(&j);
	ev_buf_release(&buf);
}

/* With the last signature that was missing it goes at once. */
static int expunge(bool *expunged, struct reader *reader, struct ev_repo *r)
{
	size_t n;
	int ret;

	reader_release(reader);
	ret = reader_require(reader, r);
	if (ret == 0)
		ret = ev_artifacts_expunge(&n, r, reader->trust);
	*expunged = ret == 0 && n;
	return ret;
}

/* Who signs, and whether they may. */
static int entitle(char fpr[41], struct context *ctx, struct target *t,
		   struct reader *reader, struct ev_ledger *l)
{
	int ret;

	ret = ev_draft_key(fpr, ctx->repo, reader->trust, key);
	if (ret == 0)
		ret = ev_revoke_entitled(&t->what, reader->trust, fpr);
	if (ret == 0)
		ret = key_choose(t, ctx->repo, reader, &key_words);
	if (ret == 0)
		ret = ev_revoke_is_new(&t->what, l, reader->trust, fpr);
	return ret;
}

static int withdraw(struct context *ctx, struct target *t,
		    struct reader *reader, const char *word)
{
	struct ev_repo *r = ctx->repo;
	struct ev_ledger *l = NULL;
	struct ev_written written;
	struct ev_draft draft;
	bool expunged = false;
	char fpr[41];
	int ret;

	ev_draft_init(&draft, EV_KIND_REVOCATION);
	ret = ev_ledger_open(&l, r, reader->trust, NULL);
	if (ret == 0)
		ret = target_find(t, r, l, reader, word);
	if (ret == 0)
		ret = entitle(fpr, ctx, t, reader, l);
	if (ret == 0)
		ret = ev_revoke_draft(&draft, &t->what, reason);
	if (ret < 0)
		goto out;
	key_tell_loss(ctx, t);
	ret = ev_draft_write(&written, r, reader->trust, &draft, fpr,
			     ctx->dry_run);
	if (ret < 0)
		goto out;
	if (!ctx->dry_run)
		ev_unshared_set(r, true);
	ev_ledger_close(l);
	l = NULL;
	if (!ctx->dry_run && t->what.type == EV_REVOKE_ARTIFACT)
		ret = expunge(&expunged, reader, r);
	if (ret == 0)
		print(ctx, t, &written, fpr, expunged);
out:
	ev_draft_release(&draft);
	ev_ledger_close(l);
	return ret;
}

static int run(struct context *ctx, int argc, const char **argv)
{
	struct reader reader = { .policy = NULL };
	struct target t = { .label = "" };
	int ret;

	if (argc != 1)
		return usage_error(ctx, argc ? "too many words: '%s'" :
				   "what is to be withdrawn?",
				   argc ? argv[1] : "");
	if (!reason)
		return usage_error(ctx, "a withdrawal needs a --reason");
	if (key_words.checkpoint && !key_words.compromised)
		return usage_error(ctx, "--checkpoint is for a key that is "
				   "--compromised");
	ret = reader_require(&reader, ctx->repo);
	if (ret == 0)
		ret = withdraw(ctx, &t, &reader, argv[0]);
	target_release(&t);
	reader_release(&reader);
	return ret < 0 ? report_error(ctx) : finish_output(EXIT_PASS);
}

const struct verb verb_revoke = {
	.name = "revoke",
	.group = GROUP_DECIDE,
	.flags = NEED_REPO | WRITES | HAS_JSON,
	.summary = "withdraw a record, an approval, a release or a key",
	.synopsis = synopsis,
	.options = options,
	.run = run,
	.json_schema = schema_revoke,
};
