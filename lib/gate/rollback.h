/*
 * rollback.h - what the files about going back share; for this room
 */
#ifndef EV_GATE_ROLLBACK_H
#define EV_GATE_ROLLBACK_H

#include "gate/case.h"

/*
 * Take this promotion for the one whose content comes back: fills the case's
 * manifests, records, others and votes with what it lists, and says in
 * `rollback` whether all of that still stands.  What was tried before goes.
 * Withdrawn, superseded, or followed by something worse, it does not; age is
 * no matter.
 */
int ev_rollback_try(struct ev_case *c, const struct ev_release *x);

/* "git evidence rollback v1.0.0 --for production --reason '<reason>'"; owned
 * by the caller. */
char *ev_rollback_command(const struct ev_release *x);

#endif
