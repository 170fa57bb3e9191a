/*
 * minimum.h - has a number enough rows to be judged (for lib/clinical alone)
 *
 * What counts are the rows that the number is made of: where missing scores
 * take no part, or rows without a partner, many rows of a slice can be few.
 */
#ifndef EV_CLINICAL_MINIMUM_H
#define EV_CLINICAL_MINIMUM_H

#include "clinical/engine.h"

struct ev_below {
	const char *what;		/* "positives", ... "patients" */
	int64_t have, least;
	bool fewer;			/* not all rows of the slice count */
};

/* Does a slice miss the minimum of a gate's row?  The graver tier's. */
bool ev_row_below(struct ev_below *out, const struct ev_evaluation *e,
		  const struct ev_gate_row *row,
		  const struct ev_slice_result *r, int against);

#endif
