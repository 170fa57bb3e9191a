/*
 * admit_internal.h - for the files of admit.h
 */
#ifndef EV_GATE_ADMIT_INTERNAL_H
#define EV_GATE_ADMIT_INTERNAL_H

#include "gate/admit.h"

/* What is malformed, too large or not here is refused, too: such an error
 * becomes EV_EDENIED, with what it says.  All else is returned as it is. */
int ev_admit_denied(int ret);

#endif
