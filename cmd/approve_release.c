#include "base/compat.h"

#include "cmd/approve.h"

#include "base/clock.h"
#include "cmd/verdict.h"

static void print_list(const char *title, const struct ev_strs *l)
{
	size_t i;

	if (!l->n)
		return;
	out_raw("\n", 1);
	out_line("%s:", title);
	for (i = 0; i < l->n; i++)
		out_line("  %s", l->items[i]);
}

static void print_view(struct context *ctx, const struct ev_decision *d,
		       const struct ev_approve_view *v)
{
	struct ev_buf title = EV_BUF_INIT;
	char commit[EV_OID_HEX + 1], tree[EV_OID_HEX + 1];
	char from[EV_OID_HEX + 1];

	ev_repo_short(commit, ctx->repo, &v->commit);
	ev_oid_hex(tree, &v->tree);
	approve_title(&title, d);
	out_line("to be signed: %s %s, by %s", commit, title.ptr, d->name);
	if (d->has_from)
		ev_repo_short(from, ctx->repo, &d->from);
	out_line("  tree %.12s; '%s' holds %s", tree, verdict_ref(d->ref),
		 d->has_from ? from : "nothing yet");
	print_list("manifest", &v->manifest);
	print_list("records", &v->outcomes);
	print_list("narrowest bounds", &v->bounds);
	print_list("open waivers", &v->waivers);
	print_list("changes", &v->changes);
	print_list("made by", &d->contributors);
	print_list("accepted with it", &d->clears);
	out_raw("\n", 1);
	verdict_print_rules(ctx, &v->verdict, NULL, true, false);
	ev_buf_release(&title);
}

int approve_release(struct approve *a)
{
	struct ev_approve ask = { .role = a->role, .clears = a->clears,
				  .now = ev_now() };
	struct ev_approve_view view = { .from = { { 0 } } };
	struct ev_repo *r = a->ctx->repo;
	char *ref = NULL;
	size_t i;
	int ret;

	ask.meaning = EV_MEANING_APPROVED;
	ret = a->meaning ? ev_meaning_parse(&ask.meaning, a->meaning) : 0;
	if (ret == 0)
		ret = ev_target_ref(&ref, a->reader.policy, a->target);
	if (ret == 0)
		ret = rev_read(&ask.commit, &a->reader, r, a->rev);
	if (ret == 0)
		ret = approve_who(&ask.person, a, a->reader.trust);
	ask.ref = ref;
	if (ret == 0)
		ret = ev_approve_draft(&a->decision, &view, r,
				       &a->reader.chain, &a->reader.evidence,
				       &ask);
	if (ret == 0) {
		if (!a->ctx->json)
			print_view(a->ctx, &a->decision, &view);
		for (i = 0; i < view.warnings.n; i++)
			ev_strs_add(&a->warnings, view.warnings.items[i]);
		ret = approve_finish(a, a->reader.trust);
		ev_approve_view_release(&view);
	}
	free(ref);
	return ret;
}
