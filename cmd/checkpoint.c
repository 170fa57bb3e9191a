#include "base/compat.h"

#include "cmd/schemas.h"
#include "cmd/words.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "gate/client.h"
#include "ledger/remote.h"
#include "ledger/write.h"
#include "policy/checkpoints.h"
#include "repo/config.h"
#include "repo/refs.h"

static const char *key;

static const struct option options[] = {
	{ OPT_STRING, 0, "key", "<fingerprint>", "sign with this key", &key },
	{ 0 }
};
static const char *const synopsis[] = {
	"checkpoint [-n] [--key <fingerprint>] [--json]",
	NULL
};

struct checkpoint {
	struct context *ctx;
	struct reader reader;
	struct ev_decision d;
	struct ev_oid tag;
	bool there;			/* one of this ledger is, and is used */
	char *ref;
	char fpr[41];
};

static void print_json(const struct checkpoint *c)
{
	struct ev_buf buf = EV_BUF_INIT;
	char ledger[EV_OID_HEX + 1], tag[EV_OID_HEX + 1];
	struct ev_json j;

	ev_oid_hex(ledger, &c->d.ledger);
	ev_oid_hex(tag, &c->tag);
	json_begin(&j, &buf, c->ctx);
	ev_json_kv(&j, "ref", c->ref);
	ev_json_kv(&j, "object", ev_oid_is_zero(&c->tag) ? NULL : tag);
	ev_json_kv(&j, "ledger", ledger);
	ev_json_kv(&j, "approvals", c->d.approvals);
	ev_json_kv(&j, "policy", c->d.policy);
	ev_json_strs(&j, "previous", &c->d.before);
	ev_json_kv(&j, "signer", c->fpr);
	ev_json_kvb(&j, "written", !c->there && !c->ctx->dry_run);
	json_finish(&j);
	ev_buf_release(&buf);
}

static void print_text(const struct checkpoint *c)
{
	char ledger[EV_OID_HEX + 1];

	ev_oid_hex(ledger, &c->d.ledger);
	out_line("%s ledger %.12s: %s", c->there ? "there is a checkpoint of" :
		 c->ctx->dry_run ? "would sign" : "signed", ledger,
		 c->ref + strlen("refs/tags/"));
	if (!c->there && !c->ctx->dry_run)
		say_hint("git evidence sync");
}

/*
 * Where a remote has a ledger, what it held when it was last fetched: that has
 * only what a server takes, and others have it too.
 */
static int find_ledger(struct checkpoint *c, const struct ev_evidence *e)
{
	struct ev_repo *r = c->ctx->repo;
	struct ev_oid mine, theirs;
	struct ev_remote m;
	char *track;
	int ret;

	if (!e->has_ledger)
		return ev_fail(EV_ENOTFOUND, "there is no ledger here yet, so "
			       "nothing can be held");
	c->d.ledger = e->ledger;
	ret = ev_remote_init(&m, r, ev_config_remote(r));
	if (ret < 0) {
		ev_remote_release(&m);
		ev_error_clear();	/* there is none */
		return ret == EV_ENOTFOUND ? 0 : ret;
	}
	track = ev_remote_ref(&m, "refs/notes-remote/", "/evidence");
	ret = ev_ref_read(&theirs, r, track);
	free(track);
	ev_remote_release(&m);
	if (ret == EV_ENOTFOUND) {
		ev_error_clear();
		return 0;
	}
	if (ret == 0)
		ret = ev_repo_tree_of(&mine, r, &c->d.ledger);
	c->d.ledger = theirs;
	if (ret == 0)
		ret = ev_repo_tree_of(&theirs, r, &c->d.ledger);
	if (ret == 0 && !ev_oid_eq(&mine, &theirs)) {
		say_warning("what is only in this clone will not be held");
		say_hint("git evidence sync");
	}
	return ret;
}

/* Of one commit of the ledger there is one checkpoint. */
static int find_there(struct checkpoint *c)
{
	const struct ev_oid *tag = ev_evidence_tag(&c->reader.evidence,
						   c->ref);
	const struct ev_checkpoints *l;
	size_t i;
	int ret;

	if (!tag)
		return 0;
	l = ev_chain_checkpoints(&c->reader.chain, &ret);
	if (!l)
		return ret;
	for (i = 0; i < l->n; i++)
		if (ev_oid_eq(&l->items[i].decided.oid, tag) &&
		    l->items[i].state == EV_CHECKPOINT_ACCEPTED) {
			c->there = true;
			c->tag = *tag;
			return 0;
		}
	ev_fail(EV_EEXISTS, "'%s' is there, and is not accepted: a new one "
		"needs a newer ledger", c->ref + strlen("refs/tags/"));
	ev_error_hint("git evidence attach <kind> <file>   # anything that is "
		      "recorded makes one");
	return EV_EEXISTS;
}

static int sign(struct checkpoint *c)
{
	struct reader *reader = &c->reader;
	struct ev_repo *r = c->ctx->repo;
	const struct ev_person *p;
	int ret;

	ret = ev_draft_key(c->fpr, r, reader->trust, key);
	if (ret == 0)
		ret = find_ledger(c, &reader->evidence);
	if (ret < 0)
		return ret;
	p = ev_trust_person(reader->trust, c->fpr, NULL);
	ret = ev_checkpoint_draft(&c->d, &reader->chain, &reader->evidence,
				  &c->d.ledger, p, ev_now());
	if (ret < 0)
		return ret;
	c->ref = ev_decision_ref(&c->d);
	ret = find_there(c);
	if (ret == 0 && !c->there && !c->ctx->dry_run) {
		ret = ev_decision_write(&c->tag, NULL, r, reader->trust,
					&c->d, c->fpr, NULL);
		if (ret == 0)
			ev_unshared_set(r, true);
	}
	return ret;
}

static int run(struct context *ctx, int argc, const char **argv)
{
	struct checkpoint c = { .ctx = ctx };
	int ret;

	if (argc)
		return usage_error(ctx, "too many words: '%s'", argv[0]);
	ev_decision_init(&c.d, EV_DECISION_CHECKPOINT);
	ret = reader_require(&c.reader, ctx->repo);
	if (ret == 0)
		ret = sign(&c);
	if (ret == 0 && ctx->json)
		print_json(&c);
	else if (ret == 0)
		print_text(&c);
	ev_decision_release(&c.d);
	free(c.ref);
	reader_release(&c.reader);
	return ret < 0 ? report_error(ctx) : finish_output(EXIT_PASS);
}

const struct verb verb_checkpoint = {
	.name = "checkpoint",
	.group = GROUP_PLUMBING,
	.flags = NEED_REPO | WRITES | HAS_JSON,
	.summary = "sign all evidence so far, so that it outlives its keys",
	.synopsis = synopsis,
	.options = options,
	.run = run,
	.json_schema = schema_checkpoint,
};
