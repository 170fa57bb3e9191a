/*
 * holdout.h - have other data the same patients?  For custody alone
 */
#ifndef EV_STUDY_HOLDOUT_H
#define EV_STUDY_HOLDOUT_H

#include "clinical/cohort.h"
#include "ledger/ledger.h"

/*
 * Are more than half of the patients of `c` among those that a report of the
 * same suite measured?  `*known` is false if its predictions are not here, or
 * not to be read by this suite.
 */
int ev_holdout_shares(bool *out, bool *known, struct ev_repo *r,
		      struct ev_ledger *l, const struct ev_line *line,
		      const struct ev_suite *s, const struct ev_cohort *c);

#endif
