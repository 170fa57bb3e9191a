#include "base/compat.h"

#include "cmd/show.h"

#include "base/clock.h"
#include "base/error.h"
#include "cmd/verdict.h"
#include "gate/releases.h"
#include "ledger/decision.h"

#define TAGS "refs/tags/"

static void print_step(struct context *ctx, const struct ev_release *x)
{
	char from[EV_OID_HEX + 1] = "", to[EV_OID_HEX + 1];

	ev_repo_short(to, ctx->repo, &x->to);
	if (x->has_from)
		ev_repo_short(from, ctx->repo, &x->from);
	out_line("Step:     %s %s%s%s%s%s", verdict_ref(x->ref), from,
		 x->has_from ? ".." : "new, ", to, *x->tag ? ", release " : "",
		 *x->tag ? x->tag + strlen(TAGS) : "");
	if (!x->rollback_reason)
		return;
	if (*x->rollback_tag)
		out_line("Back to:  %s, because %s",
			 x->rollback_tag + strlen(TAGS), x->rollback_reason);
	else
		out_line("Back to:  promotion %.12s, because %s",
			 x->rollback_of + strlen("sha256:"),
			 x->rollback_reason);
}

static const char *ref_of(const struct ev_evidence *e,
			  const struct ev_oid *oid)
{
	size_t i;

	for (i = 0; i < e->n; i++)
		if (ev_oid_eq(&e->tags[i].oid, oid))
			return e->tags[i].name;
	return NULL;
}

/* One approval that the promotion lists, as far as it is here. */
static int print_approval(struct context *ctx, const struct reader *reader,
			  const char *hex)
{
	struct ev_decided d = { .ref = NULL };
	char when[EV_TIME_TEXT];
	const char *ref = NULL;
	struct ev_oid oid;
	int ret = 0;

	if (ev_oid_parse(&oid, hex) == 0)
		ref = ref_of(&reader->evidence, &oid);
	if (ref)
		ret = ev_decided_read(&d, ctx->repo, ref, &oid);
	if (!ref || ret == EV_EINVALID || ret == EV_ENOTFOUND) {
		ev_error_clear();
		out_line("Approved: by tag %.12s, which is not here", hex);
		return 0;
	}
	if (ret == 0)
		ret = ev_decided_verify(&d, ctx->repo, reader->trust,
					ev_now());
	if (ret == 0) {
		ev_time_format(when, d.d.at);
		out_line("Approved: %s as %s, %s%s%s", d.person ?
			 d.person->name : d.d.name, d.d.role, when,
			 *d.reason ? "; does not count: " : "", d.reason);
	}
	ev_decided_release(&d);
	return ret;
}

int print_promotion(struct context *ctx, const struct reader *reader,
		    const struct ev_value *predicate)
{
	struct ev_release x;
	size_t i;
	int ret = ev_release_parse(&x, predicate);

	if (ret == EV_EINVALID || ret == EV_ELIMIT) {
		ev_error_clear();	/* it is shown as it is */
		return 0;
	}
	if (ret < 0)
		return ret;
	print_step(ctx, &x);
	for (i = 0; ret == 0 && reader->trust && i < x.approvals.n; i++)
		ret = print_approval(ctx, reader, x.approvals.items[i]);
	ev_release_release(&x);
	return ret;
}
