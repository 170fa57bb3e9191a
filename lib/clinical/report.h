/*
 * report.h - an evaluation as the JSON report, and as a page
 */
#ifndef EV_CLINICAL_REPORT_H
#define EV_CLINICAL_REPORT_H

#include "clinical/evaluate.h"

/* What stands beside the numbers; members may be NULL. */
struct ev_report_context {
	const char *commit, *tree;	/* of the candidate */
	const char *tool_version;
	const char *product, *release;
	const char *predictions_size;
	const struct ev_strs *limitations;
	const struct ev_strs *custody;	/* lines about suite and holdout */
};

/*
 * One object, "schema": "git-evidence/validate/1" first: outcome, reasons,
 * suite {id, version, digest, tier}, inputs, flow, slices, gates, escalations,
 * checks, effectiveSuite (formats(5), section report).  Numbers are shortest
 * round-trip doubles, undefined is null with a flag.  Byte for byte the same
 * for the same evaluation.
 */
void ev_report_json(struct ev_json *j, const struct ev_evaluation *e,
		    const struct ev_report_context *x);

/* A self-contained HTML page: no script, inline SVG, prints. */
int ev_report_page(struct ev_buf *out, const struct ev_evaluation *e,
		   const struct ev_report_context *x);

#endif
