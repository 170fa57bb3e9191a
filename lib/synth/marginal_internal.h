/*
 * marginal_internal.h - for marginal*.c and the readers of packs
 */
#ifndef EV_SYNTH_MARGINAL_INTERNAL_H
#define EV_SYNTH_MARGINAL_INTERNAL_H

#include "synth/marginal.h"

/* A finite decimal number, plain or quoted; else a problem. */
bool ev_synth_number(double *out, const struct ev_value *v,
		     struct ev_problems *bad);
/* After reading: truncations that a kind brings with it; false: no mass there. */
bool ev_marginal_prepare(struct ev_marginal *m);

#endif
