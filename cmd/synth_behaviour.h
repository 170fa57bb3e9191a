/*
 * synth_behaviour.h - what a device answered for the patients of a cohort,
 *                     measured by a suite, for cmd/synth_guard.c
 */
#ifndef EV_CMD_SYNTH_BEHAVIOUR_H
#define EV_CMD_SYNTH_BEHAVIOUR_H

#include "clinical/evaluate.h"

int synth_behaviour_measure(const char *suite, const char *predictions,
			    unsigned jobs);
/* What was measured, until release; NULL: nothing was. */
const struct ev_evaluation *synth_behaviour_of(void);
void synth_behaviour_release(void);

#endif
