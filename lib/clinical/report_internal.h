/*
 * report_internal.h - the parts of the JSON report (for lib/clinical alone)
 */
#ifndef EV_CLINICAL_REPORT_INTERNAL_H
#define EV_CLINICAL_REPORT_INTERNAL_H

#include "clinical/engine.h"
#include "clinical/report.h"

void ev_json_kvd(struct ev_json *j, const char *key, double d);
/* "value" (null if undefined) and "ci" (null if there is none). */
void ev_report_put_estimate(struct ev_json *j, const struct ev_estimate *e,
			bool by_patient);
/* "flags"; `count`: that there is no interval is no news. */
void ev_report_put_flags(struct ev_json *j, unsigned flags, bool count,
		     bool scored_only);
/* "slices", "gates", "checks", each with its key. */
void ev_report_put_slices(struct ev_json *j, const struct ev_evaluation *e);
void ev_report_put_gates(struct ev_json *j, const struct ev_evaluation *e);
void ev_report_put_checks(struct ev_json *j, const struct ev_evaluation *e);
/* "readers"; nothing where there are none. */
void ev_report_put_readers(struct ev_json *j, const struct ev_evaluation *e);

#endif
