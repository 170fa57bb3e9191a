#include "base/compat.h"

#include "cmd/recompute.h"
#include "cmd/schemas.h"

#include <stdio.h>

#include "base/error.h"
#include "ledger/verify.h"
#include "policy/checkpoints.h"

static bool again;

static const struct option options[] = {
	{ OPT_FLAG, 0, "recompute", NULL, "make the numbers of the reports "
	  "again from what they keep", &again },
	{ 0 }
};

static const char *const synopsis[] = {
	"verify [<rev>] [--recompute] [--json]", NULL
};

static const char *const outcome_names[] = { "pass", "fail", "incomplete" };
static const char *const artifact_names[] = {
	[EV_ARTIFACT_GOOD] = "good",
	[EV_ARTIFACT_ELSEWHERE] = "elsewhere",
	[EV_ARTIFACT_ABSENT] = "absent",
	[EV_ARTIFACT_DIFFERENT] = "different",
	[EV_ARTIFACT_EXPUNGED] = "expunged",
};

static void json_sig(struct ev_json *j, const char *key,
		     const struct ev_object_signature *s)
{
	ev_json_key(j, key);
	ev_json_object(j);
	ev_json_kv(j, "status", ev_objsig_name(s->status));
	ev_json_kv(j, "signer", s->person ? s->person->name :
		   *s->signer ? s->signer : NULL);
	if (*s->reason)
		ev_json_kv(j, "reason", s->reason);
	ev_json_end_object(j);
}

static void json_artifacts(struct ev_json *j, const struct ev_verification *v)
{
	char digest[80];
	size_t i;

	ev_json_key(j, "artifacts");
	ev_json_list(j);
	for (i = 0; i < v->nartifacts; i++) {
		ev_json_object(j);
		ev_json_kv(j, "record", v->artifacts[i].record);
		ev_json_kv(j, "name", v->artifacts[i].a.name);
		snprintf(digest, sizeof(digest), "sha256:%s",
			 v->artifacts[i].a.sha256);
		ev_json_kv(j, "digest", digest);
		ev_json_kv(j, "state", artifact_names[v->artifacts[i].state]);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

/* A chain that cannot be followed makes the whole fail: nobody can say whose
 * keys count. */
static bool is_broken(const struct ev_chain *c)
{
	return c->state == EV_CHAIN_FORKED || c->state == EV_CHAIN_BROKEN;
}

static const char *outcome_of(const struct ev_verification *v,
			      const struct ev_chain *c)
{
	return outcome_names[is_broken(c) ? 1 : v->outcome];
}

static void json_texts(struct ev_json *j, const char *key, const char *first,
		       const struct ev_strs *l)
{
	size_t i;

	ev_json_key(j, key);
	ev_json_list(j);
	if (first)
		ev_json_string(j, first);
	for (i = 0; i < l->n; i++)
		ev_json_string(j, l->items[i]);
	ev_json_end_list(j);
}

static void print_json(struct context *ctx, const struct ev_verification *v,
		       const struct ev_chain *c,
		       const struct recomputed_list *redone)
{
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_json j;
	char hex[EV_OID_HEX + 1];
	size_t i;

	json_begin(&j, &buf, ctx);
	ev_json_kv(&j, "outcome", outcome_of(v, c));
	ev_oid_hex(hex, &v->commit);
	ev_json_kv(&j, "commit", hex);
	ev_oid_hex(hex, &v->tree);
	ev_json_kv(&j, "tree", hex);
	json_policy(&j, c);
	json_sig(&j, "commitSignature", &v->commit_sig);
	if (v->has_tag)
		json_sig(&j, "tagSignature", &v->tag_sig);
	ev_json_key(&j, "records");
	ev_json_list(&j);
	for (i = 0; i < v->lines.n; i++) {
		ev_json_object(&j);
		json_record(&j, &v->lines.items[i]);
		ev_json_end_object(&j);
	}
	ev_json_end_list(&j);
	json_ignored(&j, &v->lines);
	json_artifacts(&j, v);
	if (again)
		recomputed_json(&j, redone);
	json_texts(&j, "findings", is_broken(c) ? c->reason : NULL,
		   &v->findings);
	json_texts(&j, "missing", NULL, &v->missing);
	json_finish(&j);
	ev_buf_release(&buf);
}

static void row(const char *mark, enum colour c, const char *what,
		const char *fact)
{
	out_raw("  ", 2);
	out_word(c, mark, 11);
	out_cell(what, 29);
	out_cell(fact, 0);
	out_raw("\n", 1);
}

static void print_sig(const char *what, const struct ev_object_signature *s)
{
	char fact[400];

	if (s->status == EV_OBJSIG_GOOD)
		snprintf(fact, sizeof(fact), "signed by %s", s->person->name);
	else
		snprintf(fact, sizeof(fact), "%s", s->reason);
	row(ev_objsig_name(s->status), s->status == EV_OBJSIG_BAD ? COLOUR_BAD :
	    s->status == EV_OBJSIG_GOOD ? COLOUR_GOOD : COLOUR_NONE, what,
	    fact);
}

static void print_line(const struct ev_line *l)
{
	char what[200], fact[600];
	const struct ev_record *r = &l->record;
	enum colour c = l->state == EV_LIVE ? COLOUR_GOOD :
			l->state == EV_BAD ? COLOUR_BAD : COLOUR_DIM;

	snprintf(what, sizeof(what), "%s%s%s",
		 r->kind ? ev_kind_name(r->kind) : "line",
		 r->name && *r->name ? " " : "", r->name ? r->name : "");
	if (l->state == EV_LIVE)
		snprintf(fact, sizeof(fact), "%.12s by %s, %s", r->id,
			 signer_name(l), r->recorded_at);
	else
		snprintf(fact, sizeof(fact), "%.12s: %s",
			 r->kind ? r->id : r->line, l->reason);
	row(ev_state_name(l->state), c, what, fact);
}

/* Which policy says who may sign, and who says that it does. */
static void print_policy(const struct ev_chain *c)
{
	const struct ev_policy *p = ev_chain_policy(c);
	const struct ev_person *root = NULL;
	bool pinned = c->in_force && c->pinned;
	char fact[400];

	if (is_broken(c)) {
		row("bad", COLOUR_BAD, "policy.link", c->reason);
		return;
	}
	if (!p) {
		row("none", COLOUR_WARN, "policy.link",
		    "HEAD has no control set");
		return;
	}
	if (pinned)
		root = ev_trust_person(&p->trust, c->root, NULL);
	if (!c->in_force && c->pinned)
		snprintf(fact, sizeof(fact), "HEAD's control set %.19s, "
			 "version %lld, not approved by the pinned root %.16s",
			 p->link, (long long)p->version, c->root);
	else if (!c->in_force)
		snprintf(fact, sizeof(fact), "HEAD's control set %.19s, "
			 "version %lld, approved by nobody yet", p->link,
			 (long long)p->version);
	else if (!pinned)
		snprintf(fact, sizeof(fact), "%.19s, version %lld, in force; "
			 "no root is pinned here", p->link,
			 (long long)p->version);
	else
		snprintf(fact, sizeof(fact), "%.19s, version %lld, in force; "
			 "pinned root %.16s%s%.200s", p->link,
			 (long long)p->version, c->root, root ? " of " : "",
			 root ? root->name : "");
	row(pinned ? "good" : "trusted", pinned ? COLOUR_GOOD : COLOUR_WARN,
	    "policy.link", fact);
}

static void print_text(struct context *ctx, const struct ev_verification *v,
		       const struct ev_chain *c)
{
	char small[EV_OID_HEX + 1], fact[200];
	size_t i, hidden;

	ev_repo_short(small, ctx->repo, &v->commit);
	out_line("evidence of %s: %s", small, outcome_of(v, c));
	print_policy(c);
	if (v->has_tag)
		print_sig("tag", &v->tag_sig);
	print_sig("commit", &v->commit_sig);
	for (i = 0; i < v->lines.n; i++)
		print_line(&v->lines.items[i]);
	for (i = 0; i < v->nartifacts; i++)
		row(artifact_names[v->artifacts[i].state],
		    v->artifacts[i].state == EV_ARTIFACT_DIFFERENT ? COLOUR_BAD
		    : COLOUR_NONE, "artifact", v->artifacts[i].a.name);
	hidden = v->lines.count[EV_MALFORMED] + v->lines.count[EV_FOREIGN];
	if (hidden) {
		snprintf(fact, sizeof(fact), "%zu malformed, %zu foreign",
			 v->lines.count[EV_MALFORMED],
			 v->lines.count[EV_FOREIGN]);
		row("ignored", COLOUR_DIM, "lines without effect", fact);
	}
}

static int exit_status(const struct ev_verification *v,
		       const struct ev_chain *c, bool late)
{
	if (v->outcome == 1 || is_broken(c))
		return EXIT_FAIL;
	if (v->outcome)
		return EXIT_INCOMPLETE;
	/* Whose policy it is was taken on trust if nobody pinned a root. */
	return c->in_force && c->pinned && !late ? EXIT_PASS : EXIT_FIRST_USE;
}

/* What rests on a checkpoint that may have been made later than it says. */
static bool say_late(const struct reader *r)
{
	char reason[200];
	bool late = ev_chain_late(reason, &r->chain);

	if (late)
		say_warning("%s", reason);
	return late || r->borrowed_late;
}

/* Well signed and recalled are two things; who asks for the one has to hear of
 * the other. */
static void say_withdrawn(const struct ev_verification *v)
{
	const struct ev_line *l;
	size_t i;

	for (i = 0; i < v->lines.n; i++) {
		l = &v->lines.items[i];
		if (l->record.kind == EV_KIND_REVOCATION &&
		    (l->state == EV_LIVE || l->stood) &&
		    ev_streq(l->record.withdraws_type, "release"))
			say_warning("release '%s' was withdrawn by %s (record "
				    "%.12s): it may not be used",
				    l->record.withdraws_id, signer_name(l),
				    l->record.id);
	}
}

static void explain(const struct ev_verification *v, const struct ev_chain *c)
{
	size_t i;

	say_withdrawn(v);
	for (i = 0; i < v->findings.n; i++)
		say_warning("%s", v->findings.items[i]);
	for (i = 0; i < v->missing.n; i++)
		say_warning("%s", v->missing.items[i]);
	if (v->ledger_absent)
		say_hint("git evidence sync");
	for (i = 0; i < v->nartifacts; i++)
		if (v->artifacts[i].state == EV_ARTIFACT_ABSENT) {
			say_hint("git evidence sync --artifacts    # some "
				 "artifacts are not in this clone");
			break;
		}
	if (is_broken(c))
		say_hint("git evidence doctor");
	else if (c->in_force && !c->pinned)
		say_hint("git config --local evidence.root <fingerprint>    # "
			 "the key that you trust, told to you elsewhere");
}

/* A tag is verified under the name that was said; a release that Git does not
 * know is its commit. */
static int choose(char hex[EV_OID_HEX + 1], const char **name,
		  const struct reader *reader, struct ev_repo *r)
{
	enum ev_objtype type;
	struct ev_oid oid;
	int ret = ev_repo_resolve(&oid, &type, r, *name);

	if (ret != EV_ENOTFOUND)
		return ret;
	ret = rev_read(&oid, reader, r, *name);
	ev_oid_hex(hex, &oid);
	*name = hex;
	return ret;
}

static int run(struct context *ctx, int argc, const char **argv)
{
	struct ev_verification v;
	struct reader reader = { 0 };
	struct recomputed_list redone = { 0 };
	const char *name = argc ? argv[0] : "HEAD";
	struct ev_oid head;
	char hex[EV_OID_HEX + 1];
	int ret, status = EXIT_CANNOT;
	bool late;

	if (argc > 1)
		return usage_error(ctx, "too many words: '%s'", argv[1]);
	memset(&v, 0, sizeof(v));
	ret = argc ? 0 : ev_repo_commit(&head, ctx->repo, "HEAD");
	if (ret == 0)
		ret = reader_open(&reader, ctx->repo);
	if (ret == 0)
		ret = choose(hex, &name, &reader, ctx->repo);
	if (ret == 0)
		ret = ev_verify(&v, ctx->repo, reader.trust, name,
				reader_ledger(&reader));
	if (ret == 0 && again)
		ret = recompute_reports(&redone, &v, &reader, ctx->repo);
	if (ret == 0) {
		if (ctx->json)
			print_json(ctx, &v, &reader.chain, &redone);
		else
			print_text(ctx, &v, &reader.chain);
		if (!ctx->json)
			recomputed_print(&redone);
		explain(&v, &reader.chain);
		late = say_late(&reader);
		status = exit_status(&v, &reader.chain, late);
	}
	recomputed_release(&redone);
	ev_verification_release(&v);
	reader_release(&reader);
	return ret < 0 ? report_error(ctx) : finish_output(status);
}

const struct verb verb_verify = {
	.name = "verify",
	.group = GROUP_LOOK,
	.flags = NEED_REPO | ASKS_CONFIG | HAS_JSON,
	.summary = "verify the evidence of a commit",
	.synopsis = synopsis,
	.options = options,
	.run = run,
	.json_schema = schema_verify,
};
