#include "base/compat.h"

#include "cmd/approve.h"

#include "cmd/schemas.h"
#include "cmd/verdict.h"
#include "gate/client.h"

static struct approve opt;
static struct ev_strs clears;

static const struct option options[] = {
	{ OPT_STRING, 0, "role", "<role>", "in which role it is approved",
	  &opt.role },
	{ OPT_STRING, 0, "for", "<ref>",
	  "where it is to go; default: the only protected branch",
	  &opt.target },
	{ OPT_STRING, 0, "meaning", "<meaning>",
	  "reviewed, approved (default), responsible or rejected",
	  &opt.meaning },
	{ OPT_LIST, 0, "clears", "<name>",
	  "accept what is in review; may be repeated", &clears },
	{ OPT_FLAG, 0, "policy", NULL,
	  "approve the control set as the next policy", &opt.policy },
	{ OPT_FLAG, 0, "yes", NULL, "sign without asking", &opt.yes },
	{ OPT_STRING, 0, "key", "<fingerprint>", "sign with this key",
	  &opt.key },
	{ OPT_STRING, 0, "prepare", "<file>",
	  "write what is to be signed, and do not sign it", &opt.prepare },
	{ OPT_STRING, 0, "person", "<name>",
	  "who will sign what is prepared", &opt.person },
	{ OPT_STRING, 0, "complete", "<file>",
	  "take in the signature of what was prepared", &opt.complete },
	{ OPT_STRING, 0, "unsigned", "<file>",
	  "what was prepared, if it is not beside its signature",
	  &opt.unsigned_file },
	{ 0 }
};
static const char *const synopsis[] = {
	"approve [<rev>] --role <role> [--for <ref>] [--meaning <meaning>] "
	"[--clears <name>]... [<options>]",
	"approve --policy [<rev>] --role <role> [<options>]",
	"approve --complete <file> [<options>]",
	NULL
};

void approve_title(struct ev_buf *out, const struct ev_decision *d)
{
	if (d->kind == EV_DECISION_POLICY)
		ev_buf_addf(out, "policy version %lld, %.19s, as %s",
			    (long long)d->version, d->control_set, d->role);
	else
		ev_buf_addf(out, "%s for '%s' as %s",
			    ev_meaning_name(d->meaning), verdict_ref(d->ref),
			    d->role);
}

/* Who? --------------------------------------------------------------------- */

static int only_person(const struct ev_person **out,
		       const struct ev_trust *trust, const char *role)
{
	size_t i, n = 0;
	int ret;

	for (i = 0; i < trust->npeople; i++)
		if (!trust->people[i].machine &&
		    ev_person_has_role(&trust->people[i], role)) {
			*out = &trust->people[i];
			n++;
		}
	if (n == 1)
		return 0;
	ret = ev_fail(EV_EINVALID, n ? "%zu people have the role '%s': who is "
		      "to sign?" : "%zu people have the role '%s'", n, role);
	for (i = 0; i < trust->npeople; i++)
		if (n && !trust->people[i].machine &&
		    ev_person_has_role(&trust->people[i], role))
			ev_error_hint("--person '%s'", trust->people[i].name);
	return ret;
}

static int named_person(const struct ev_person **out,
			const struct ev_trust *trust, const char *name)
{
	size_t i;
	int ret;

	for (i = 0; i < trust->npeople; i++)
		if (!strcmp(trust->people[i].name, name)) {
			*out = &trust->people[i];
			return 0;
		}
	ret = ev_fail(EV_ENOTFOUND, "the policy lists nobody called '%s'",
		      name);
	for (i = 0; i < trust->npeople; i++)
		if (!trust->people[i].machine)
			ev_error_hint("--person '%s'", trust->people[i].name);
	return ret;
}

int approve_who(const struct ev_person **out, struct approve *a,
		struct ev_trust *trust)
{
	int ret;

	if (a->prepare) {
		ret = a->person ? named_person(out, trust, a->person) :
		      only_person(out, trust, a->role);
		if (ret == 0 && (*out)->nkeys)
			memcpy(a->fpr, (*out)->keys[0].fpr, sizeof(a->fpr));
		return ret;
	}
	ret = ev_draft_key(a->fpr, a->ctx->repo, trust, a->key);
	if (ret == 0)
		*out = ev_trust_person(trust, a->fpr, NULL);
	return ret;
}

/* Signing ------------------------------------------------------------------ */

int approve_finish(struct approve *a, struct ev_trust *trust)
{
	struct ev_repo *r = a->ctx->repo;
	size_t i;
	int ret;

	for (i = 0; i < a->warnings.n; i++)
		say_warning("%s", a->warnings.items[i]);
	a->ref = ev_decision_ref(&a->decision);
	if (a->prepare)
		return approve_prepare(a);
	ret = a->yes || a->ctx->dry_run ? 0 : ask_to_sign(a->ctx);
	if (ret < 0 || a->ctx->dry_run)
		return ret;
	ret = ev_decision_write(&a->tag, NULL, r, trust, &a->decision, a->fpr,
				NULL);
	a->written = ret == 0;
	return ret;
}

/* -------------------------------------------------------------------------- */

static const char *or_null(const char *s)
{
	return s && *s ? s : NULL;
}

static void print_json(const struct approve *a)
{
	const struct ev_decision *d = &a->decision;
	bool policy = d->kind == EV_DECISION_POLICY;
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_json j;
	char hex[EV_OID_HEX + 1];

	json_begin(&j, &buf, a->ctx);
	ev_json_kv(&j, "ref", a->ref);
	ev_oid_hex(hex, &a->tag);
	ev_json_kv(&j, "tag", a->written ? hex : NULL);
	ev_json_kv(&j, "kind", policy ? "policy-approval" : "approval");
	ev_json_kv(&j, "role", d->role);
	ev_json_kv(&j, "name", d->name);
	ev_json_kv(&j, "meaning", policy ? NULL : ev_meaning_name(d->meaning));
	ev_json_kv(&j, "target", d->ref);
	ev_oid_hex(hex, &d->commit);
	ev_json_kv(&j, "commit", policy ? NULL : hex);
	ev_oid_hex(hex, &d->tree);
	ev_json_kv(&j, "tree", hex);
	ev_json_kv(&j, "controlSet", or_null(policy ? d->control_set :
					     d->policy));
	ev_json_key(&j, "version");
	if (policy)
		ev_json_int(&j, d->version);
	else
		ev_json_null(&j);
	ev_json_kv(&j, "prepared", a->ctx->dry_run ? NULL : a->prepare);
	ev_json_strs(&j, "warnings", &a->warnings);
	ev_json_kvb(&j, "written", a->written);
	json_finish(&j);
	ev_buf_release(&buf);
}

static void print(struct approve *a)
{
	struct ev_buf title = EV_BUF_INIT;

	if (a->ctx->json) {
		print_json(a);
	} else if (!a->prepare || a->ctx->dry_run) {
		approve_title(&title, &a->decision);
		if (!a->complete)
			out_raw("\n", 1);
		out_line("%s: %s", a->ctx->dry_run ? "would sign" : "signed",
			 title.ptr);
		if (a->written)
			out_line("  %s", a->ref + strlen("refs/tags/"));
	}
	if (a->written && a->decision.kind == EV_DECISION_POLICY &&
	    !a->reader.chain.in_force && !a->reader.chain.pinned)
		say_hint("git config --local evidence.root %s    # to trust "
			 "what this key approves first", a->fpr);
	if (a->written)
		say_hint("git evidence sync                # to share it");
	ev_buf_release(&title);
}

static int check_usage(struct context *ctx, int argc, const char **argv)
{
	if (argc > 1)
		return usage_error(ctx, "too many words: '%s'", argv[1]);
	if (opt.complete && (argc || opt.prepare || opt.role || opt.meaning ||
			     clears.n || opt.policy || opt.target ||
			     opt.person || opt.key))
		return usage_error(ctx, "what was prepared says all that "
				   "--complete needs");
	if (!opt.complete && opt.unsigned_file)
		return usage_error(ctx, "--unsigned is for --complete");
	if (!opt.complete && !opt.role)
		return usage_error(ctx, "an approval needs a --role");
	if (opt.policy && (opt.target || opt.meaning || clears.n))
		return usage_error(ctx, "--for, --meaning and --clears are not "
				   "for --policy");
	if (opt.person && !opt.prepare)
		return usage_error(ctx, "--person is for --prepare");
	if (opt.prepare && (opt.key || opt.yes))
		return usage_error(ctx, "--prepare signs nothing, so it takes "
				   "no --key and no --yes");
	return 0;
}

static int run(struct context *ctx, int argc, const char **argv)
{
	struct approve *a = &opt;
	int ret = check_usage(ctx, argc, argv);

	if (ret)
		return ret;
	a->ctx = ctx;
	a->rev = argc ? argv[0] : "HEAD";
	a->clears = &clears;
	ret = a->policy || a->complete ? reader_read(&a->reader, ctx->repo) :
	      reader_require(&a->reader, ctx->repo);
	if (ret == 0)
		ret = a->complete ? approve_complete(a) : a->policy ?
		      approve_policy(a) : approve_release(a);
	if (ret == 0 && a->written) {
		ev_unshared_set(ctx->repo, true);
		if (a->decision.kind == EV_DECISION_POLICY)
			ev_protected_forget(ctx->repo);
	}
	if (ret == 0)
		print(a);
	free(a->ref);
	ev_decision_release(&a->decision);
	ev_strs_release(&a->warnings);
	ev_strs_release(&clears);
	reader_release(&a->reader);
	return ret < 0 ? report_error(ctx) : finish_output(EXIT_PASS);
}

const struct verb verb_approve = {
	.name = "approve",
	.group = GROUP_DECIDE,
	.flags = NEED_REPO | ASKS_CONFIG | WRITES | HAS_JSON,
	.summary = "sign that a commit, or a policy, may be used",
	.synopsis = synopsis,
	.options = options,
	.run = run,
	.json_schema = schema_approve,
};
