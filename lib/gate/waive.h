/*
 * waive.h - drafting a waiver: what is let pass this once, and until when
 */
#ifndef EV_GATE_WAIVE_H
#define EV_GATE_WAIVE_H

#include "gate/judge.h"
#include "ledger/write.h"

#define EV_WAIVE_TEXT_MAX ((size_t)16 << 10)	/* the reason */
#define EV_WAIVE_RISK_MAX 200

struct ev_waive {
	const char *rule;		/* "reports.S/G01" */
	const char *ref;		/* full name of the target */
	struct ev_oid commit;
	const char *reason, *risk;
	const char *expires;		/* "2026-09-30": when that day begins,
					   in UTC, it is over */
	/* One of the same rule that this one replaces, and why; or NULL. */
	const char *supersedes, *because;
	const struct ev_person *person;	/* who will sign */
	int64_t now;
};

/* What is shown of it, and what it still takes. */
struct ev_waive_view {
	enum ev_outcome outcome;	/* of the rule or gate, as it is */
	char *detail;			/* what the verdict says of the rule */
	struct ev_strs records;		/* that it is bound to */
	struct ev_strs by;		/* roles that have to approve it */
	bool reviewed;			/* and somebody to clear it by name */
};
void ev_waive_view_release(struct ev_waive_view *v);

/*
 * Fill the draft of a waiver; `out` is initialised and keeps pointing at the
 * words of `a`.  EV_EDENIED: a machine, a rule that is not to be waived (with
 * what is), an end that is past or too far.  EV_EINVALID: a rule that holds,
 * or words that say nothing.  EV_EINCOMPLETE: what is undecided.  EV_EEXISTS:
 * one that fits is there, and is not the one that this replaces.
 */
int ev_waive_draft(struct ev_draft *out, struct ev_waive_view *view,
		   struct ev_repo *r, const struct ev_chain *chain,
		   const struct ev_evidence *e, const struct ev_waive *a);

#endif
