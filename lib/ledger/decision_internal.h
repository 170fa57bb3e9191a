/*
 * decision_internal.h - what writes and what reads a decision; this room only
 */
#ifndef EV_LEDGER_DECISION_INTERNAL_H
#define EV_LEDGER_DECISION_INTERNAL_H

#include "ledger/decision.h"

/* Members of the JSON object in their order, ended by NULL; and its `type`. */
const char *const *ev_decision_members(enum ev_decision_kind kind);
const char *ev_decision_type(enum ev_decision_kind kind);

/* Can every field be written, so that it reads back as it is?  EV_EINVALID. */
int ev_decision_check(const struct ev_decision *d);

/* What a signature by `s` means for the decision: sets all below `oid`. */
void ev_decided_judge(struct ev_decided *d,
		      const struct ev_object_signature *s);

#endif
