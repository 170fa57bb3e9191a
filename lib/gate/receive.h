/*
 * receive.h - the server's judgement of a push, and of a ref transaction
 *
 * Before the first link a server with a root takes ordinary refs unjudged,
 * except those that the tip's own policy protects; below the reserved names it
 * takes only policy approvals signed by the root key.  From the first link on
 * a missing or unreadable chain refuses every ref.
 */
#ifndef EV_GATE_RECEIVE_H
#define EV_GATE_RECEIVE_H

#include "gate/judge.h"

enum ev_receive_stage {
	EV_RECEIVE_PUSH,	/* pre-receive: the whole push, from quarantine;
				   its own evidence counts provisionally */
	EV_RECEIVE_TRANSACTION	/* reference-transaction, prepared: only what
				   the refs hold and this transaction brings */
};

struct ev_received {
	char *ref;			/* as pushed */
	bool refused;
	char *message;			/* NULL: see the verdict */
	char *details, *hints;		/* lines; NULL if none */
	struct ev_verdict verdict;	/* of a protected ref */
};
struct ev_receipt {
	bool refused;			/* any of them is */
	struct ev_received *items;
	size_t n, cap;
};
void ev_receipt_release(struct ev_receipt *r);

/* Judge all; negative only when it could not be done, which is a refusal. A
 * change whose new value is its old one is passed over. */
int ev_receive(struct ev_receipt *out, struct ev_repo *r,
	       enum ev_receive_stage stage, const struct ev_ref_changes *push,
	       int64_t now);

#endif
