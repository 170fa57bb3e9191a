/*
 * classes.h - rows of several classes (for lib/clinical alone)
 *
 * The class with the greatest probability is the one that is called, the
 * first of several.  A row without probabilities is called the class after
 * its own, so that it is wrong, unless the suite leaves such rows out; ranks
 * and probabilities look at rows that have them.
 */
#ifndef EV_CLINICAL_CLASSES_H
#define EV_CLINICAL_CLASSES_H

#include "clinical/engine.h"

struct ev_class_rows {
	size_t k;
	uint8_t *called;		/* by place in the slice; EV_NO_CALL */
	/* Rows with probabilities, side by side. */
	size_t n;
	uint8_t *truth;			/* class */
	uint32_t *unit;			/* cluster, or place in the slice */
	double *top;			/* greatest probability */
	uint8_t *right;			/* the class called is the true one */
	double *square;			/* sum of squares of the row */
	/* By class, n each. */
	double *score;
	uint32_t *order;
	uint8_t *is;			/* of the class */
	int ret;			/* what went wrong while sorting */
};
#define EV_NO_CALL UINT8_MAX

const struct ev_class_rows *ev_work_classes(struct ev_work *w);
void ev_class_rows_free(struct ev_class_rows *c);
/* All rows of the slice as units to draw; no scores. */
const struct ev_view *ev_work_class_view(struct ev_work *w);
int ev_classes_value(double *value, struct ev_work *w,
		     const struct ev_request *q, const uint32_t *times);

#endif
