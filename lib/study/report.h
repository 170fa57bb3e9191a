/*
 * report.h - a validation report as a record (for lib/study alone)
 */
#ifndef EV_STUDY_REPORT_H
#define EV_STUDY_REPORT_H

#include "ledger/write.h"

/* Members of a map as JSON text, without the braces. */
int ev_draft_members(struct ev_buf *out, const struct ev_value *v);
/* A report over EV_REPORT_INLINE keeps its conclusions in the record; the whole
 * is the artifact report.json.  Takes the bytes out of `text`. */
int ev_draft_report(struct ev_draft *d, struct ev_repo *r,
		    const struct ev_value *root, struct ev_buf *text);

#endif
