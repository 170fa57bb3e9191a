/*
 * division.h - slices that share no row, looked at together (for lib/clinical
 *              alone)
 *
 * Slices of a family share no row.  So one pass over the cohort numbers the
 * patients of each, one walk up the scores has the areas of all, and one pass
 * over a marker's order has that of each: what they cost does not grow with
 * the number of slices.  The engine keeps the division that was last asked
 * for; a slice of all rows is one of its own.
 */
#ifndef EV_CLINICAL_DIVISION_H
#define EV_CLINICAL_DIVISION_H

#include "clinical/engine.h"

/* Fill unit[] by place in the slice: its patients, numbered as they come; how
 * many there are.  Only if some patient has several rows. */
uint32_t ev_division_units(uint32_t *unit, struct ev_engine *g,
			   const struct ev_slice_result *slice);
/* By unit its patient, if each has all rows in the slice; else NULL. */
const uint32_t *ev_division_patients(struct ev_engine *g,
				     const struct ev_slice_result *slice);
/* The area of marker 0, or its pair with a reference (against >= 0); rows that
 * have no place in it by the suite's rule are left out. */
int ev_division_area(const struct ev_auc_gram **out, struct ev_engine *g,
		     const struct ev_slice_result *slice, int against);
/* The slice's rows by a marker's score; until another family is asked for. */
const uint32_t *ev_division_order(struct ev_engine *g,
				  const struct ev_slice_result *slice,
				  int marker);
void ev_division_free(struct ev_division *d);

#endif
