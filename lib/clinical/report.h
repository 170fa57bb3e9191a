/*
 * report.h - an evaluation as the JSON report, and as a page
 */
#ifndef EV_CLINICAL_REPORT_H
#define EV_CLINICAL_REPORT_H

#include "clinical/evaluate.h"

/* One difference between the suite that measured the anchor and this one. */
struct ev_gate_change {
	char *gate;			/* id, or "min_n", "missing" ... */
	char *what;			/* "pass.ge 0.92 -> 0.90" */
	bool looser;
};
struct ev_gate_diff { struct ev_gate_change *items; size_t n, cap; };

/* What ledger and policy chain knew of suite and data; see study/validate.h. */
struct ev_report_custody {
	bool in_policy;			/* the suite stands in some policy */
	int64_t fixed_at;		/* since then; 0: since the first */
	int64_t named_at;		/* predictions; 0: by no record yet */
	uint64_t uses;			/* of the data, by other candidates */
	const struct ev_gate_diff *diff;	/* NULL: nothing to compare */
};

/* A synthetic cohort that the data are of; see study/generator.h. */
struct ev_report_cohort {
	const char *record;		/* its generator record, or NULL */
	const char *digest, *pack;	/* of the cohort, or NULL; "id version" */
	uint64_t patients;		/* of it among the data; 0: the file */
	bool simulated_score;
};

/* What stands beside the numbers; members may be NULL. */
struct ev_report_context {
	const char *commit, *tree;	/* of the candidate */
	const char *tool_version;
	const char *product, *release;
	const char *predictions_size;
	const struct ev_strs *limitations;
	const struct ev_strs *custody;	/* lines about suite and holdout */
	const struct ev_report_custody *facts;	/* the same, for machines */
	const struct ev_report_cohort *cohorts;
	size_t n_cohorts;
	const char *use;		/* of these */
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
