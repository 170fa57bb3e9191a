/*
 * timeline.h - rows of each patient in time (for lib/clinical alone)
 *
 * A row lasts dataset.window_s; where that is not said, the commonest time
 * between a row and the patient's next (the least of several).  Times are
 * whole milliseconds, so that 0.3 - 0.2 is 0.2 - 0.1.
 */
#ifndef EV_CLINICAL_TIMELINE_H
#define EV_CLINICAL_TIMELINE_H

#include "clinical/engine.h"

struct ev_timeline {
	uint32_t *order;		/* rows by patient, time, row */
	int64_t *at;			/* by row: milliseconds */
	int64_t step;			/* a row's; 0: not known */
	const struct ev_column *episode;	/* or NULL */
};

/* Nothing where no metric asks for it. */
int ev_timeline_make(struct ev_engine *g);
void ev_timeline_free(struct ev_timeline *t);

#endif
