/*
 * page_internal.h - the parts of a report's page (for page*.c alone)
 */
#ifndef EV_CLINICAL_PAGE_INTERNAL_H
#define EV_CLINICAL_PAGE_INTERNAL_H

#include "clinical/judge.h"
#include "clinical/page_parts.h"
#include "clinical/report.h"

/* The sections ------------------------------------------------------------- */

void ev_page_verdict(struct ev_html *h, const struct ev_evaluation *e);
void ev_page_gates(struct ev_html *h, const struct ev_evaluation *e);
void ev_page_slices(struct ev_html *h, const struct ev_evaluation *e);
/* Nothing where there are no readers. */
void ev_page_readers(struct ev_html *h, const struct ev_evaluation *e);
int ev_page_curves(struct ev_html *h, const struct ev_evaluation *e);
void ev_page_calibration(struct ev_html *h, const struct ev_evaluation *e);
void ev_page_metrics(struct ev_html *h, const struct ev_evaluation *e);
void ev_page_flow(struct ev_html *h, const struct ev_evaluation *e);
void ev_page_changes(struct ev_html *h, const struct ev_evaluation *e);
void ev_page_checks(struct ev_html *h, const struct ev_evaluation *e);
void ev_page_limitations(struct ev_html *h, const struct ev_evaluation *e,
			 const struct ev_report_context *x);
void ev_page_suite(struct ev_html *h, const struct ev_evaluation *e);
void ev_page_inputs(struct ev_html *h, const struct ev_evaluation *e,
		    const struct ev_report_context *x);

/* A class of several as it is named in keys, or NULL. */
const char *ev_page_class(const struct ev_suite *s, int index);
bool ev_page_is_share(enum ev_metric m);

#endif
