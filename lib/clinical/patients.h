/*
 * patients.h - what each patient's rows come to, for lib/clinical alone
 *
 * A slice that has all rows of its patients has their sums as the cohort has
 * them.  So these are taken once, when somebody asks for them, and slices
 * look up their patients' instead of going through their rows.
 */
#ifndef EV_CLINICAL_PATIENTS_H
#define EV_CLINICAL_PATIENTS_H

#include "clinical/engine.h"

/* Rows with and without the condition on which two versions have a say: how
 * many, and how often each is right. */
struct ev_patient_calls {
	uint32_t n[2], right[2][2];	/* by truth; by version and truth */
};

/* All by the cohort's patient. */
const struct ev_cells *ev_patients_cells(struct ev_engine *g, size_t point);
const struct ev_patient_calls *ev_patients_calls(struct ev_engine *g,
						 int against, size_t point);
/* Of rows with a score, with losses if the suite asks for them. */
int ev_patients_sums(const struct ev_patient_sums **out, struct ev_engine *g);
bool ev_asks_for_loss(const struct ev_suite *s);
void ev_patients_free(struct ev_patients *p, size_t points);

/* Right or wrong, 1 or 0, by two versions; false if one has no say. */
bool ev_both_right(int right[2], const struct ev_engine *g, int against,
		   const struct ev_cut *cut, size_t row);

#endif
