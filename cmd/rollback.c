#include "base/compat.h"

#include "cmd/promoting.h"
#include "cmd/schemas.h"
#include "cmd/verdict.h"

#include "base/clock.h"
#include "base/error.h"
#include "gate/rollback.h"

#define TAGS "refs/tags/"

static const char *target, *reason, *remote, *key;
static bool yes;

static const struct option options[] = {
	{ OPT_STRING, 0, "reason", "<text>", "why it has to go back", &reason },
	{ OPT_STRING, 0, "for", "<ref>",
	  "what goes back; default: the only protected branch", &target },
	{ OPT_STRING, 0, "remote", "<remote>", "where it is pushed", &remote },
	{ OPT_STRING, 0, "key", "<fingerprint>", "sign with this key", &key },
	{ OPT_FLAG, 0, "yes", NULL, "sign without asking", &yes },
	{ 0 }
};
static const char *const synopsis[] = {
	"rollback <release> --reason <text> [--for <ref>] [--yes] [-n] "
	"[<options>]",
	NULL
};

/* Which release? ------------------------------------------------------------ */

/* Those of a commit that Git knows by that name. */
static int of_commit(struct ev_releases *out, struct promoting *s,
		     struct ev_ledger *l, const char *name)
{
	struct ev_oid commit, tree;
	int ret;

	ret = ev_repo_commit(&commit, s->ctx->repo, name);
	if (ret == 0)
		ret = ev_repo_tree_of(&tree, s->ctx->repo, &commit);
	if (ret == 0)
		return ev_releases_at(out, s->ctx->repo, &s->reader.chain, l,
				      &commit, &tree);
	if (ret == EV_ENOTFOUND || ret == EV_EINVALID) {
		ev_error_clear();
		ret = 0;
	}
	return ret;
}

static int say_none(struct promoting *s, struct ev_ledger *l,
		    const char *name)
{
	int ret = ev_fail(EV_ENOTFOUND, "'%s' was never promoted to '%s', as "
			  "far as is known here", name,
			  verdict_ref(s->p.ref));

	ev_error_hint("git evidence sync                # what others have "
		      "promoted");
	if (!ev_ledger_absent(l))
		ev_error_hint("git evidence log %s --kind promotion",
			      verdict_ref(s->p.ref));
	return ret;
}

static int say_several(const struct ev_releases *l, const char *name)
{
	char when[EV_TIME_TEXT];
	size_t i;
	int ret;

	ret = ev_fail(EV_EINVALID, "'%s' names %zu promotions of different "
		      "content", name, l->n);
	for (i = 0; i < l->n; i++) {
		ev_time_format(when, l->items[i].at);
		ev_error_hint("git evidence rollback %.12s    # %.10s, %s",
			      l->items[i].record, when, *l->items[i].tag ?
			      l->items[i].tag + strlen(TAGS) : "no release");
	}
	return ret;
}

/* The newest, if all are of one content: the judgement chooses again. */
static int choose(struct ev_release *out, struct ev_releases *l,
		  const char *name)
{
	struct ev_release *last = &l->items[l->n - 1];
	size_t i;

	for (i = 0; i < l->n; i++)
		if (!ev_oid_eq(&l->items[i].tree, &last->tree))
			return say_several(l, name);
	*out = *last;
	memset(last, 0, sizeof(*last));
	return 0;
}

static int find(struct ev_release *out, struct promoting *s, const char *name)
{
	const struct ev_evidence *e = &s->reader.evidence;
	struct ev_releases all = { NULL, 0, 0 };
	struct ev_ledger *l = NULL;
	int ret;

	ret = ev_ledger_open(&l, s->ctx->repo, s->reader.trust, e->has_ledger ?
			     &e->ledger : NULL);
	if (ret < 0)
		return ret;
	ret = ev_releases_named(&all, s->ctx->repo, &s->reader.chain, l, name);
	if (ret == 0)
		ev_releases_keep(&all, s->p.ref);
	if (ret == 0 && !all.n) {
		ev_releases_release(&all);
		ret = of_commit(&all, s, l, name);
		if (ret == 0)
			ev_releases_keep(&all, s->p.ref);
	}
	if (ret == 0)
		ret = all.n ? choose(out, &all, name) : say_none(s, l, name);
	ev_releases_release(&all);
	ev_ledger_close(l);
	return ret;
}

/* -------------------------------------------------------------------------- */

/* A commit on top of `tip`; what was brought back already stays as it is. */
static int make(struct promoting *s, const struct ev_release *release,
		const struct ev_oid *tip)
{
	struct ev_rollback b = {
		.ref = s->p.ref, .release = release, .tip = *tip,
		.reason = reason, .keep = !s->ctx->dry_run, .now = s->p.now,
		.fpr = ev_rollback_signed(s->reader.policy, s->p.ref) ?
			s->fpr : NULL,
	};
	struct ev_oid tree;
	int ret;

	ret = ev_repo_tree_of(&tree, s->ctx->repo, tip);
	if (ret < 0)
		return ret;
	if (ev_oid_eq(&tree, &release->tree)) {
		s->p.to = *tip;
		return 0;
	}
	b.person = ev_trust_person(s->reader.trust, s->fpr, NULL);
	return ev_rollback_commit(&s->p.to, s->ctx->repo, &b);
}

static int go_back(struct promoting *s, const struct ev_release *release)
{
	struct ev_oid tip;
	int ret;

	ret = ev_rollback_tip(&tip, s->ctx->repo, s->p.ref, s->remote);
	if (ret == 0 && ev_oid_is_zero(&tip))
		ret = ev_fail(EV_ENOTFOUND, "there is no '%s' that could go "
			      "back", verdict_ref(s->p.ref));
	if (ret == 0)
		ret = make(s, release, &tip);
	s->p.rollback = release;
	s->p.reason = reason;
	if (ret == 0)
		ret = promoting_run(s);
	if (ret >= 0 && (s->result.end == EV_PROMOTE_DONE ||
			 s->result.end == EV_PROMOTE_ALREADY))
		ev_rollback_forget(s->ctx->repo, s->p.ref);
	return ret;
}

static int check_usage(struct context *ctx, int argc, const char **argv)
{
	if (!argc)
		return usage_error(ctx, "to which release?");
	if (argc > 1)
		return usage_error(ctx, "too many words: '%s'", argv[1]);
	if (!reason)
		return usage_error(ctx, "a rollback needs a --reason");
	return 0;
}

static int run(struct context *ctx, int argc, const char **argv)
{
	struct promoting s = { .ctx = ctx };
	struct ev_release release = { .ref = NULL };
	char *ref = NULL;
	int ret = check_usage(ctx, argc, argv);

	if (ret)
		return ret;
	ret = promoting_begin(&s, ctx, key, remote, yes);
	if (ret == 0)
		ret = ev_target_ref(&ref, s.reader.policy, target);
	s.p.ref = ref;
	if (ret == 0)
		ret = find(&release, &s, argv[0]);
	if (ret == 0)
		ret = go_back(&s, &release);
	ev_release_release(&release);
	promoting_release(&s);
	free(ref);
	return ret < 0 ? report_error(ctx) : finish_output(ret);
}

const struct verb verb_rollback = {
	.name = "rollback",
	.group = GROUP_DECIDE,
	.flags = NEED_REPO | WRITES | HAS_JSON,
	.summary = "bring back an earlier release by a new commit",
	.synopsis = synopsis,
	.options = options,
	.run = run,
	.json_schema = schema_rollback,
};
