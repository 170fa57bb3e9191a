/*
 * recompute_page.h - the page of a report, made again; for recompute.c
 */
#ifndef EV_STUDY_RECOMPUTE_PAGE_H
#define EV_STUDY_RECOMPUTE_PAGE_H

#include "study/validate.h"

struct ev_value;

/*
 * Render the page of `e`, which was computed anew, with all that the report
 * `was` says of what the repository knew then, and compare it byte for byte
 * with `page`.  `e` has the report's outcome, reasons and escalations
 * afterwards, and is only to be released.
 */
int ev_recompute_page(struct ev_recomputed *out, struct ev_evaluation *e,
		      const struct ev_value *was, const struct ev_buf *page);

#endif
