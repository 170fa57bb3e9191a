/*
 * validate.h - the parts of the verb validate
 */
#ifndef EV_CMD_VALIDATE_H
#define EV_CMD_VALIDATE_H

#include "cmd/words.h"
#include "study/generator.h"
#include "study/validate.h"

/* All that is read, and what came out of it. */
struct validation {
	struct context *ctx;
	const char *suite_path, *predictions;
	struct ev_suite suite;
	struct ev_cohort cohort;
	struct ev_reference reference[2];	/* previous, anchor */
	const char *reference_path[2];		/* NULL: not from a file */
	bool has_past[2];			/* from a release's record */
	struct ev_past_study past[2];
	struct ev_evaluation evaluation;
	struct ev_data_use data;
	struct ev_strs limitations;
	/* With --attach, and where a release is named. */
	bool attach, has_reader;
	struct reader reader;
	struct ev_validation record;
	struct ev_oid tree;
	struct ev_custody custody;
	struct ev_written written;
};

/* Read what a release was measured by as reference 0 or 1. */
int validation_past(struct validation *v, int which, const char *release);
/* Policy and commit of what is to be attached, before anything is measured. */
int validation_begin(struct validation *v, const char *rev);
/* Are the data a synthetic cohort's, and may it be used so?  With its manifest,
 * or NULL, and by what the ledger knows. */
int validation_data(struct validation *v, const char *manifest,
		    const char *use);
/* Patients that must not be here, with --attach and without. */
int validation_leakage(struct validation *v);
/* What ledger and policy know of suite and data. */
int validation_custody(struct validation *v);
int validation_attach(struct validation *v, const struct ev_buf *report,
		      const struct ev_buf *page);
/* What people read; with `all` the gates that pass, too. */
void validation_print(const struct validation *v, bool all);
void validation_print_json(const struct validation *v,
			   const struct ev_buf *report);
void validation_print_record(const struct validation *v);
int validation_explain(const struct validation *v, const char *gate);
void validation_release(struct validation *v);

#endif
