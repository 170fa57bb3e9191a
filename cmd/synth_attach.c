#include "base/compat.h"

#include "cmd/synth_attach.h"

#include "base/clock.h"
#include "cmd/usage.h"
#include "gate/client.h"

struct synth_attach synth_attach;

int synth_attach_usage(struct context *ctx, bool making)
{
	const struct synth_attach *a = &synth_attach;
	const char *option = a->name ? "--name" : a->key ? "--key" :
		a->supersede ? "--supersede" : a->because ? "--because" :
		NULL;

	if (a->wanted && !making)
		return usage_error(ctx, "--attach is for making a cohort");
	if (!a->wanted && option)
		return usage_error(ctx, "%s is for --attach", option);
	if (!a->supersede != !a->because)
		return usage_error(ctx, "--supersede and --because go "
				   "together");
	return 0;
}

int synth_attach_begin(struct context *ctx, const char *rev,
		       const char *pack, const char *digest)
{
	struct synth_attach *a = &synth_attach;
	struct ev_generation *g = &a->record;
	int ret;

	if (!a->wanted)
		return 0;
	if (!ctx->repo)
		return ev_fail(EV_ENOTFOUND, "there is no repository to attach "
			       "a cohort's manifest to");
	a->has_reader = true;
	ret = reader_require(&a->reader, ctx->repo);
	if (ret == 0)
		ret = rev_read(&g->commit, &a->reader, ctx->repo, rev);
	if (ret == 0)
		ret = ev_pack_approved(&a->approved_by, ctx->repo,
				       &a->reader.chain, &a->reader.evidence,
				       digest, ev_now());
	g->name = a->name;
	g->key = a->key;
	g->supersedes = a->supersede;
	g->because = a->because;
	g->pack = pack;
	return ret;
}

int synth_attach_record(struct context *ctx, const struct ev_buf *manifest,
			const struct ev_buf *page)
{
	struct synth_attach *a = &synth_attach;
	int ret;

	if (!a->wanted)
		return 0;
	a->record.manifest = manifest;
	a->record.page = page;
	ret = ev_generation_attach(&a->written, ctx->repo, a->reader.policy,
				   &a->record);
	a->done = ret == 0;
	if (ret == 0)
		ev_unshared_set(ctx->repo, true);
	return ret;
}

void synth_attach_json(struct ev_json *j)
{
	const struct synth_attach *a = &synth_attach;
	char hex[EV_OID_HEX + 1];

	if (!a->done)
		return;
	ev_oid_hex(hex, &a->record.commit);
	ev_json_key(j, "record");
	ev_json_object(j);
	ev_json_kv(j, "id", a->written.id);
	ev_json_kv(j, "line", a->written.line);
	ev_json_kv(j, "commit", hex);
	ev_json_kv(j, "signer", a->record.signer);
	ev_json_end_object(j);
}

void synth_attach_print(struct context *ctx)
{
	const struct synth_attach *a = &synth_attach;
	char small[EV_OID_HEX + 1];

	if (!a->done)
		return;
	ev_repo_short(small, ctx->repo, &a->record.commit);
	out_line("attached its manifest to %s as generator %.12s", small,
		 a->written.id);
}

void synth_attach_release(void)
{
	struct synth_attach *a = &synth_attach;

	if (a->has_reader)
		reader_release(&a->reader);
	ev_strs_release(&a->approved_by);
	memset(a, 0, sizeof(*a));
}
