/*
 * verdict.h - a verdict as people read it
 *
 *	error: push to 'production' is blocked: 2 of 9 rules do not hold for ...
 *	  fail    manifest.fields          ... is missing
 *	  review  approvals.clinical       0 of 1
 *	  pass    7 others                 (git evidence check ... --all)
 *	hint: git evidence approve 9d03e77 --role clinical
 *
 * The worst come first; hints stand at the end, each once.
 */
#ifndef EV_CMD_VERDICT_H
#define EV_CMD_VERDICT_H

#include "cmd/render.h"
#include "gate/verdict.h"

/* "refs/heads/production" -> "production"; any other full name stays, so that
 * --for takes it for what it is. */
const char *verdict_ref(const char *ref);
/* How messages call what is judged: the short commit, for a merge that is not
 * made yet its tree, "its deletion". */
void verdict_label(char out[EV_OID_HEX + 1], struct context *ctx,
		   const struct ev_verdict *v);

/*
 * Print it, to standard error if a hook speaks and to standard output else.
 * `head` is the beginning of the sentence ("push to 'production' is blocked"),
 * which makes it an error; NULL: the sentence of check.  With `all` the rules
 * that hold are listed too.
 */
void verdict_print(struct context *ctx, const struct ev_verdict *v,
		   const char *head, bool all, bool to_stderr);
/* Its parts, for a verb that says something of its own in between. */
void verdict_print_rules(struct context *ctx, const struct ev_verdict *v,
			 const char *head, bool all, bool to_stderr);
void verdict_print_hints(const struct ev_verdict *v);

#endif
