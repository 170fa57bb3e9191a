#include "base/compat.h"

#include "cmd/schemas.h"
#include "cmd/words.h"

#include "base/clock.h"
#include "handover/audit.h"

static const char *root, *since;
static struct ev_strs checkpoints, refs;

static const struct option options[] = {
	{ OPT_STRING, 0, "root", "<fingerprint>",
	  "the key that began the chain; default: evidence.root", &root },
	{ OPT_LIST, 0, "checkpoint", "<tag>",
	  "a checkpoint that somebody you trust vouches for", &checkpoints },
	{ OPT_STRING, 0, "since", "<release>",
	  "look at what was promoted after that release alone", &since },
	{ OPT_LIST, 0, "ref", "<ref>",
	  "look at this ref alone; default: every protected one", &refs },
	{ 0 }
};
static const char *const synopsis[] = {
	"audit [--root <fingerprint>] [--checkpoint <tag>]... "
	"[--since <release>] [--ref <ref>]... [-n] [--json]",
	NULL
};

static const enum colour colours[] = {
	[EV_INFO] = COLOUR_DIM, [EV_WARNING] = COLOUR_WARN,
	[EV_ALARM] = COLOUR_BAD,
};

/* JSON --------------------------------------------------------------------- */

static void json_oid(struct ev_json *j, const char *key,
		     const struct ev_oid *oid)
{
	char hex[EV_OID_HEX + 1];

	ev_oid_hex(hex, oid);
	ev_json_kv(j, key, ev_oid_is_zero(oid) ? NULL : hex);
}

static void json_refs(struct ev_json *j, const struct ev_audit *a)
{
	size_t i;

	ev_json_key(j, "refs");
	ev_json_list(j);
	for (i = 0; i < a->nrefs; i++) {
		ev_json_object(j);
		ev_json_kv(j, "ref", a->refs[i].name);
		json_oid(j, "tip", &a->refs[i].tip);
		json_oid(j, "since", &a->refs[i].since);
		ev_json_kvb(j, "protected", !a->refs[i].ended);
		ev_json_kvi(j, "commits", (int64_t)a->refs[i].commits);
		ev_json_kvi(j, "steps", (int64_t)a->refs[i].steps);
		ev_json_kvi(j, "promotions", (int64_t)a->refs[i].promotions);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

static void json_coverage(struct ev_json *j, const struct ev_audit *a)
{
	ev_json_key(j, "coverage");
	ev_json_object(j);
	ev_json_kv(j, "policy", *a->policy ? a->policy : NULL);
	ev_json_kvi(j, "version", a->version);
	json_oid(j, "ledger", &a->ledger);
	ev_json_kvb(j, "fromCheckpoint", a->from_checkpoint);
	ev_json_kvi(j, "policies", (int64_t)a->links);
	ev_json_kvi(j, "checkpoints", (int64_t)a->checkpoints);
	ev_json_kvi(j, "decisions", (int64_t)a->decisions);
	ev_json_kvi(j, "records", (int64_t)a->records);
	ev_json_kvi(j, "releases", (int64_t)a->releases);
	json_refs(j, a);
	ev_json_end_object(j);
}

static void json_findings(struct ev_json *j, const struct ev_findings *f)
{
	const struct ev_finding *x;
	size_t i;

	ev_json_key(j, "findings");
	ev_json_list(j);
	for (i = 0; i < f->n; i++) {
		x = &f->items[i];
		ev_json_object(j);
		ev_json_kv(j, "code", ev_finding_word(x->code));
		ev_json_kv(j, "severity",
			   ev_severity_name(ev_finding_severity(x->code)));
		ev_json_kv(j, "subject", x->subject);
		ev_json_kv(j, "detail", x->detail);
		ev_json_kv(j, "hint", x->hint);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

static void print_json(struct context *ctx, const struct ev_audit *a)
{
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_json j;
	size_t i;

	json_begin(&j, &buf, ctx);
	ev_json_kv(&j, "outcome", ev_audit_outcome(a));
	ev_json_kv(&j, "root", *a->root ? a->root : NULL);
	json_coverage(&j, a);
	json_findings(&j, &a->findings);
	ev_json_key(&j, "missing");
	ev_json_list(&j);
	for (i = 0; i < a->missing.n; i++)
		ev_json_string(&j, a->missing.items[i]);
	ev_json_end_list(&j);
	json_finish(&j);
	ev_buf_release(&buf);
}

/* Text --------------------------------------------------------------------- */

static void print_findings(const struct ev_findings *f)
{
	const struct ev_finding *x;
	size_t i;

	for (i = 0; i < f->n; i++) {
		x = &f->items[i];
		out_word(colours[ev_finding_severity(x->code)],
			 ev_finding_word(x->code), 22);
		out_cell(x->subject, 18);
		out_line("%s", x->detail);
	}
}

static void print_ref(const struct ev_audit_ref *x)
{
	char begin[EV_OID_HEX + 1];

	if (ev_oid_is_zero(&x->tip)) {
		out_line("  %s: not there", x->name);
		return;
	}
	ev_oid_hex(begin, &x->since);
	if (ev_oid_is_zero(&x->since))
		out_line("  %s: steps %zu (promotions %zu), commits %zu, from "
			 "its first one on", x->name, x->steps, x->promotions,
			 x->commits);
	else
		out_line("  %s: steps %zu (promotions %zu), commits %zu; what "
			 "%.12s has before it is not covered", x->name,
			 x->steps, x->promotions, x->commits, begin);
}

static void print_summary(const struct ev_audit *a)
{
	const struct ev_findings *f = &a->findings;
	char ledger[EV_OID_HEX + 1];
	size_t i;

	out_line("%s: %zu alarm%s, %zu warning%s, %zu for information",
		 ev_audit_outcome(a), f->count[EV_ALARM],
		 f->count[EV_ALARM] == 1 ? "" : "s", f->count[EV_WARNING],
		 f->count[EV_WARNING] == 1 ? "" : "s", f->count[EV_INFO]);
	for (i = 0; i < a->nrefs; i++)
		print_ref(&a->refs[i]);
	ev_oid_hex(ledger, &a->ledger);
	if (!ev_oid_is_zero(&a->ledger))
		out_line("  ledger %.12s%s: records %zu", ledger,
			 a->from_checkpoint ? " of the newest checkpoint" : "",
			 a->records);
	out_line("  releases %zu, policies %zu, checkpoints %zu, decisions %zu",
		 a->releases, a->links, a->checkpoints, a->decisions);
}

static void print_hints(const struct ev_audit *a)
{
	struct ev_strs told = EV_STRS_INIT;
	const char *hint;
	size_t i;

	for (i = 0; i < a->missing.n; i++)
		say_warning("%s", a->missing.items[i]);
	for (i = 0; i < a->findings.n; i++) {
		hint = a->findings.items[i].hint;
		if (!hint || ev_strs_has(&told, hint))
			continue;
		ev_strs_add(&told, hint);
		say_hint("%s", hint);
	}
	if (a->missing.n)
		say_hint("git fetch --unshallow; git evidence sync");
	if (!*a->root)
		say_hint("git evidence audit --root <fingerprint>    # the key "
			 "that you trust, told to you elsewhere");
	if (a->findings.n)
		say_hint("man git-evidence-findings");
	ev_strs_release(&told);
}

/* -------------------------------------------------------------------------- */

static int read_checkpoints(struct ev_oids *out, struct ev_repo *r)
{
	enum ev_objtype type;
	struct ev_oid oid;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < checkpoints.n; i++) {
		ret = ev_repo_resolve(&oid, &type, r, checkpoints.items[i]);
		if (ret == 0 && type != EV_OBJ_TAG)
			ret = ev_fail(EV_EINVALID, "'%s' is a %s, and no tag "
				      "of a checkpoint", checkpoints.items[i],
				      ev_objtype_name(type));
		if (ret == 0)
			ev_oids_add(out, &oid);
	}
	return ret;
}

static int read_refs(struct ev_strs *out)
{
	char *ref;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < refs.n; i++) {
		ret = ev_target_ref(&ref, NULL, refs.items[i]);
		if (ret == 0)
			ev_strs_take(out, ref);
	}
	return ret;
}

static int run(struct context *ctx, int argc, const char **argv)
{
	struct ev_audit_ask ask = { .since = since, .now = ev_now(),
				    .no_mark = ctx->dry_run };
	struct ev_audit a;
	char key[41];
	int ret, status = EXIT_CANNOT;

	if (argc)
		return usage_error(ctx, "unexpected word '%s'", argv[0]);
	if (root && (!ev_key_id(key, root) || strlen(key) != 40))
		return usage_error(ctx, "'%s' is no fingerprint of 40 hex "
				   "digits", root);
	ask.root = root ? key : NULL;
	memset(&a, 0, sizeof(a));
	ret = read_checkpoints(&ask.vouched, ctx->repo);
	if (ret == 0)
		ret = read_refs(&ask.refs);
	if (ret == 0)
		ret = ev_audit(&a, ctx->repo, &ask);
	if (ret == 0 && ctx->json) {
		print_json(ctx, &a);
	} else if (ret == 0) {
		print_findings(&a.findings);
		print_summary(&a);
		out_flush();
		print_hints(&a);
	}
	if (ret == 0)
		status = ev_audit_exit(&a);
	ev_audit_release(&a);
	ev_oids_release(&ask.vouched);
	ev_strs_release(&ask.refs);
	return ret < 0 ? report_error(ctx) : finish_output(status);
}

const struct verb verb_audit = {
	.name = "audit",
	.group = GROUP_HANDOVER,
	.flags = NEED_REPO | HAS_JSON | MAY_PAGE | WRITES,
	.summary = "find what went into protected refs against the rules",
	.synopsis = synopsis,
	.options = options,
	.run = run,
	.json_schema = schema_audit,
};
