#include "base/compat.h"

#include "cmd/hook.h"

#include "base/clock.h"
#include "cmd/verdict.h"
#include "gate/receive.h"

/* The error that the library left for one ref, said as ours. */
static void print_refusal(struct context *ctx, const struct ev_received *x)
{
	const char *p, *end;

	ev_fail(EV_EDENIED, "push to '%s' is refused: %s", verdict_ref(x->ref),
		x->message);
	for (p = x->details; p && *p; p = end + (*end != '\0')) {
		end = p + strcspn(p, "\n");
		ev_error_detail("%.*s", (int)(end - p), p);
	}
	for (p = x->hints; p && *p; p = end + (*end != '\0')) {
		end = p + strcspn(p, "\n");
		ev_error_hint("%.*s", (int)(end - p), p);
	}
	report_error(ctx);
}

static void print(struct context *ctx, const struct ev_receipt *receipt)
{
	struct ev_buf head = EV_BUF_INIT;
	size_t i;

	for (i = 0; i < receipt->n; i++) {
		const struct ev_received *x = &receipt->items[i];

		if (!x->refused)
			continue;
		if (x->message) {
			print_refusal(ctx, x);
			continue;
		}
		ev_buf_clear(&head);
		ev_buf_addf(&head, "push to '%s' is blocked",
			    verdict_ref(x->ref));
		verdict_print(ctx, &x->verdict, head.ptr, false, true);
	}
	ev_buf_release(&head);
}

static int judge(struct context *ctx, enum ev_receive_stage stage)
{
	struct ev_ref_changes push = { NULL, 0, 0 };
	struct ev_receipt receipt = { 0 };
	const char *space = getenv("GIT_NAMESPACE");
	int ret;

	/* Its refs are not where the names say. */
	if (space && *space)
		ret = ev_fail(EV_EINVALID, "GIT_NAMESPACE is set, and refs in "
			      "a namespace cannot be judged");
	else
		ret = hook_read_changes(&push, false);
	if (ret == 0)
		ret = ev_receive(&receipt, ctx->repo, stage, &push, ev_now());
	if (ret == 0)
		print(ctx, &receipt);
	ret = ret < 0 ? report_error(ctx) :
	      receipt.refused ? EXIT_FAIL : EXIT_PASS;
	ev_receipt_release(&receipt);
	ev_ref_changes_release(&push);
	return ret;
}

int hook_pre_receive(struct context *ctx, int argc, const char **argv)
{
	(void)argc;
	(void)argv;
	return judge(ctx, EV_RECEIVE_PUSH);
}

int hook_server_transaction(struct context *ctx, int argc, const char **argv)
{
	(void)argc;
	(void)argv;
	return judge(ctx, EV_RECEIVE_TRANSACTION);
}
