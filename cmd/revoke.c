#include "base/compat.h"

#include "cmd/schemas.h"
#include "cmd/words.h"

#include "base/clock.h"
#include "base/hex.h"
#include "gate/client.h"
#include "ledger/revoke.h"

#define APPROVALS EV_TAGS "approve/"
#define POLICIES EV_TAGS "policy/"
#define ID_MIN 12

static const char *reason, *key;

static const struct option options[] = {
	{ OPT_STRING, 0, "reason", "<text>", "why it is withdrawn", &reason },
	{ OPT_STRING, 0, "key", "<fingerprint>", "sign with this key", &key },
	{ 0 }
};
static const char *const synopsis[] = {
	"revoke <id>|<line>|<tag>|<release>|<fingerprint> --reason <text> "
	"[-n] [<options>]",
	NULL
};

/* What is withdrawn, and what keeps its texts alive. */
struct target {
	struct ev_revoke what;
	struct ev_line line;		/* record or line */
	struct ev_decided decided;	/* approval */
	char label[300];		/* for messages */
};

static void target_release(struct target *t)
{
	ev_revoke_release(&t->what);
	ev_line_release(&t->line);
	ev_decided_release(&t->decided);
}

/* Approvals ---------------------------------------------------------------- */

/* "approve/4be1.../clinical/3f2a...", from whatever part of the name on, or
 * the id at its end. */
static bool is_called(const char *ref, const char *word)
{
	const char *p;

	if (!strcmp(ref, word))
		return true;
	for (p = strchr(ref, '/'); p; p = strchr(p + 1, '/'))
		if (!strcmp(p + 1, word))
			return true;
	return false;
}

/* The evidence tag that a word names, by name or object, or NULL. */
static const struct ev_tagref *find_tag(const struct ev_evidence *e,
					struct ev_repo *r, const char *word)
{
	enum ev_objtype type;
	struct ev_oid oid;
	size_t i;

	for (i = 0; i < e->n; i++)
		if (is_called(e->tags[i].name, word))
			return &e->tags[i];
	if (ev_repo_resolve(&oid, &type, r, word) < 0 || type != EV_OBJ_TAG) {
		ev_error_clear();
		return NULL;
	}
	for (i = 0; i < e->n; i++)
		if (ev_oid_eq(&e->tags[i].oid, &oid))
			return &e->tags[i];
	return NULL;
}

static void add_quorum_roles(struct ev_strs *roles, const struct ev_quorum *q)
{
	size_t i;

	for (i = 0; i < q->n; i++)
		ev_strs_add(roles, q->items[i].role);
}

static int take_approval(struct target *t, struct ev_repo *r,
			 const struct reader *reader,
			 const struct ev_tagref *tag)
{
	struct ev_strs quorum = EV_STRS_INIT;
	struct ev_decided *d = &t->decided;
	int ret;

	ret = ev_decided_read(d, r, tag->name, &tag->oid);
	if (ret == 0)
		ret = ev_decided_verify(d, r, reader->trust, ev_now());
	if (ret < 0)
		return ret;
	/* A no weighs more: it takes a quorum to go against it. */
	add_quorum_roles(&quorum, &reader->policy->policy_change);
	ev_revoke_approval(&t->what, d, d->d.meaning == EV_MEANING_REJECTED ?
			   &quorum : &reader->policy->revoke_approvals);
	snprintf(t->label, sizeof(t->label), "approval %.12s (%s by %.100s as "
		 "%.64s)", t->what.id, ev_meaning_name(d->d.meaning),
		 d->d.name, d->d.role);
	ev_strs_release(&quorum);
	return 0;
}

static int take_tag(struct target *t, struct ev_repo *r,
		    const struct reader *reader, const struct ev_tagref *tag)
{
	if (ev_starts_with(tag->name, APPROVALS))
		return take_approval(t, r, reader, tag);
	if (ev_starts_with(tag->name, POLICIES))
		return ev_fail(EV_EINVALID, "'%s' is the approval of a policy, "
			       "which cannot be withdrawn: a newer policy "
			       "replaces it", tag->name);
	return ev_fail(EV_EINVALID, "'%s' is a checkpoint, which cannot be "
		       "withdrawn", tag->name);
}

/* Links -------------------------------------------------------------------- */

/* Only where two follow one has a withdrawal a say. */
static int take_link(struct target *t, struct ev_repo *r,
		     const struct reader *reader, const char *link)
{
	const struct ev_policy *last = reader->chain.in_force;
	struct ev_decideds all = { NULL, 0, 0 };
	struct ev_strs roles = EV_STRS_INIT;
	const struct ev_decision *d;
	size_t i;
	int ret;

	ret = ev_decideds_load(&all, NULL, r, reader->trust, &reader->evidence,
			       POLICIES, ev_now());
	if (ret < 0)
		return ret;
	ret = EV_ENOTFOUND;
	for (i = 0; ret == EV_ENOTFOUND && i < all.n; i++) {
		d = &all.items[i].d;
		if (d->kind != EV_DECISION_POLICY ||
		    !ev_starts_with(d->control_set, link))
			continue;
		if (reader->chain.state != EV_CHAIN_FORKED || !last ||
		    strcmp(d->previous, last->link)) {
			ret = ev_fail(EV_EDENIED, "policy %.19s is not one of "
				      "several that follow the same one, so a "
				      "newer policy replaces it, and no "
				      "withdrawal does", d->control_set);
			break;
		}
		add_quorum_roles(&roles, &last->policy_change);
		ev_revoke_link(&t->what, d->control_set, &roles);
		snprintf(t->label, sizeof(t->label), "policy %.19s",
			 d->control_set);
		ret = 0;
	}
	ev_strs_release(&roles);
	ev_decideds_release(&all);
	return ret;
}

/* Records ------------------------------------------------------------------ */

static int take_record(struct target *t, struct ev_ledger *l,
		       const struct reader *reader, const char *id)
{
	const struct ev_record *r = &t->line.record;
	bool as_line;
	int ret;

	ret = ev_ledger_find(&t->line, l, id);
	if (ret < 0)
		return ret;
	as_line = !r->kind || !ev_starts_with(r->id, id);
	ret = ev_revoke_record(&t->what, &t->line, as_line, reader->trust);
	if (ret < 0)
		return ret;
	if (t->what.type == EV_REVOKE_LINE)
		snprintf(t->label, sizeof(t->label), "line %.12s",
			 t->what.id);
	else
		snprintf(t->label, sizeof(t->label), "record %.12s (%s%s%.100s "
			 "by %.100s)", t->what.id, ev_kind_name(r->kind),
			 *r->name ? " " : "", r->name,
			 t->line.person ? t->line.person->name : "nobody");
	return 0;
}

static bool is_listed_key(const struct ev_trust *trust, const char *word)
{
	char id[41];

	return trust->home && ev_key_id(id, word) &&
		(strlen(id) == 40 || strlen(id) == 16) &&
		ev_keyhome_find(trust->home, id, NULL);
}

static bool is_release(struct ev_repo *r, const char *word)
{
	enum ev_objtype type;
	struct ev_oid oid;
	int ret = ev_repo_resolve(&oid, &type, r, word);

	if (ret < 0)
		ev_error_clear();
	return ret == 0 && type == EV_OBJ_TAG;
}

static int find_target(struct target *t, struct ev_repo *r,
		       struct ev_ledger *l, const struct reader *reader,
		       const char *word)
{
	const char *hex = ev_starts_with(word, "sha256:") ? word + 7 : word;
	size_t n = strlen(hex);
	const struct ev_tagref *tag = find_tag(&reader->evidence, r, word);
	int ret = EV_ENOTFOUND;

	if (tag)
		return take_tag(t, r, reader, tag);
	if (hex != word && n >= ID_MIN)
		ret = take_link(t, r, reader, word);
	if (ret != EV_ENOTFOUND)
		return ret;
	if (is_listed_key(reader->trust, word))
		return ev_fail(EV_EINVALID, "'%s' is a key: keys cannot be "
			       "withdrawn yet", word);
	if (n >= ID_MIN && n <= 64 && strspn(hex, "0123456789abcdef") == n)
		ret = take_record(t, l, reader, hex);
	if (ret != EV_ENOTFOUND)
		return ret;
	if (is_release(r, word))
		return ev_fail(EV_EINVALID, "'%s' is a release: releases "
			       "cannot be withdrawn yet", word);
	return ev_fail(EV_ENOTFOUND, "no record, line, approval or policy '%s' "
		       "is here; artifacts cannot be withdrawn yet", word);
}

/* -------------------------------------------------------------------------- */

static void print(struct context *ctx, const struct target *t,
		  const struct ev_written *w, const char *signer)
{
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_json j;

	if (!ctx->json) {
		out_line("%s %s%s%.12s", ctx->dry_run ? "would withdraw" :
			 "withdrew", t->label, ctx->dry_run ? "" :
			 ": record ", ctx->dry_run ? "" : w->id);
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
	ev_json_kv(&j, "signer", signer);
	ev_json_kvb(&j, "written", !ctx->dry_run);
	json_finish(&j);
	ev_buf_release(&buf);
}

static int withdraw(struct context *ctx, struct target *t,
		    struct reader *reader, const char *word)
{
	struct ev_repo *r = ctx->repo;
	struct ev_ledger *l = NULL;
	struct ev_written written;
	struct ev_draft draft;
	char fpr[41];
	int ret;

	ev_draft_init(&draft, EV_KIND_REVOCATION);
	ret = ev_ledger_open(&l, r, reader->trust, NULL);
	if (ret == 0)
		ret = find_target(t, r, l, reader, word);
	if (ret == 0)
		ret = ev_draft_key(fpr, r, reader->trust, key);
	if (ret == 0)
		ret = ev_revoke_entitled(&t->what, reader->trust, fpr);
	if (ret == 0)
		ret = ev_revoke_is_new(&t->what, l, reader->trust, fpr);
	if (ret == 0)
		ret = ev_revoke_draft(&draft, &t->what, reason);
	if (ret == 0)
		ret = ev_draft_write(&written, r, reader->trust, &draft, fpr,
				     ctx->dry_run);
	if (ret == 0) {
		if (!ctx->dry_run)
			ev_unshared_set(r, true);
		print(ctx, t, &written, fpr);
	}
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
	.summary = "withdraw a record, a line, an approval or a policy",
	.synopsis = synopsis,
	.options = options,
	.run = run,
	.json_schema = schema_revoke,
};
