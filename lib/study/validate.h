/*
 * validate.h - validations of a commit: what they are compared with, who saw
 *              the data before, their record, and doing them again
 *
 * The numbers are lib/clinical's; this file knows commits, records and the
 * policy chain.
 */
#ifndef EV_STUDY_VALIDATE_H
#define EV_STUDY_VALIDATE_H

#include "clinical/report.h"
#include "ledger/ledger.h"
#include "ledger/write.h"
#include "policy/chain.h"

/*
 * What a release was measured by: the newest live report of suite `id` about
 * the content of `commit`, and its artifacts "predictions" and "suite".
 */
struct ev_past_study {
	char record[65];
	struct ev_buf predictions;
	char *predictions_name;		/* for messages; set by the caller */
	struct ev_buf suite;		/* empty: the record has none */
};
/* EV_ENOTFOUND with what is not there (record, artifact not fetched) and the
 * command that brings it. */
int ev_past_study_find(struct ev_past_study *out, struct ev_repo *r,
		       struct ev_trust *trust, const struct ev_oid *ledger,
		       const struct ev_oid *commit, const char *suite_id);
void ev_past_study_release(struct ev_past_study *s);
/* The suite of the first live report of suite `id` that measured the file of
 * predictions with this digest, wherever it lies: a later one may have been
 * made to have another suite.  EV_ENOTFOUND. */
int ev_past_suite_find(struct ev_buf *out, struct ev_repo *r,
		       struct ev_trust *trust, const struct ev_oid *ledger,
		       const char *digest, const char *suite_id);

void ev_gate_diff_release(struct ev_gate_diff *d);
/* A gate that is gone, a limit, margin, minimum or level that asks less, a
 * bound that became an estimate, a new way to count missing scores ... is
 * looser; what cannot be told to be tighter counts as looser. */
int ev_gate_diff(struct ev_gate_diff *out, const struct ev_suite *anchor,
		 const struct ev_suite *now);

/*
 * Custody of suite and data, from ledger and policy chain:
 * - the suite was fixed when its digest first stood in a control set of the
 *   chain; a validation whose predictions some record names earlier than that
 *   is post hoc;
 * - the data (keys and labels of the cohort, whatever the predictions) were
 *   used by so many distinct candidates' reports before.
 */
struct ev_custody {
	bool known;			/* there is a chain and a ledger */
	int64_t fixed_at;		/* see ev_suite_since() */
	int64_t named_at;		/* 0: not yet */
	uint64_t uses;			/* other contents measured on the data */
	struct ev_strs lines;		/* sentences for report and page */
	struct ev_gate_diff diff;	/* against the anchor's suite */
	bool has_anchor_suite;
	/* Why that is not known, where there is an anchor; NULL.  What cannot
	 * be told to ask more counts as looser. */
	char *no_anchor_suite;
};
int ev_custody_look(struct ev_custody *out, struct ev_repo *r,
		    const struct ev_chain *chain, const struct ev_oid *ledger,
		    const struct ev_suite *s, const struct ev_cohort *c,
		    const struct ev_oid *tree, int64_t now);
/* Cap the outcome at review, with reasons and escalations, for a post hoc
 * suite, a loosened gate, a spent holdout. */
void ev_custody_apply(struct ev_evaluation *e, const struct ev_custody *c);
void ev_custody_release(struct ev_custody *c);

/*
 * Are patients of the data that the suite's dataset.no_overlap_with names among
 * the evaluated?  Then it is a fail, and for review where an id is another's but
 * for its form (ev_cohort_fold()); what cannot be looked at makes it incomplete,
 * with what to do.  Of the live lineage records of the name the newest counts
 * that is about the candidate's content or an ancestor of `commit`: what is
 * noted elsewhere must not answer for this device.  Where there is none, or no
 * candidate (`commit` NULL), all that lie elsewhere count together.
 */
int ev_leakage_look(struct ev_evaluation *e, struct ev_repo *r,
		    struct ev_trust *trust, const struct ev_oid *ledger,
		    const struct ev_oid *commit);

/*
 * Escalations "review xN consecutive": a gate that is not passed now, nor in
 * the newest counting reports of the same suite about the N - 1 contents that
 * were measured last.
 */
int ev_streaks_look(struct ev_evaluation *e, struct ev_repo *r,
		    struct ev_trust *trust, const struct ev_oid *ledger,
		    const struct ev_oid *tree);

/* Since when the suite with this digest stands in the chain (the earliest link
* that has it); 0: since the first link, or there is none; -1: no link has
 * it. */
int64_t ev_suite_since(const struct ev_chain *chain, const char *digest);

/* The record: report.json, predictions, suite, page, and the references'
 * predictions as artifacts. */
struct ev_validation {
	struct ev_oid commit;
	const char *key;		/* fingerprint, NULL: choose */
	const char *supersedes, *because;
	const char *predictions, *suite;	/* paths */
	const char *previous, *anchor;		/* paths, or NULL: releases */
	const struct ev_buf *previous_bytes, *anchor_bytes;
	const struct ev_buf *report;		/* JSON */
	const struct ev_buf *page;		/* HTML, or NULL */
	bool dry_run;
	char signer[41];		/* out */
	/* out: the same signer's live record says the same already, of the same
	 * commit; it is what is found in ev_written, and nothing is written */
	bool already;
};
int ev_validation_attach(struct ev_written *out, struct ev_repo *r,
			 struct ev_policy *policy, struct ev_validation *v);

/*
 * Do a report's numbers again from its artifacts.  Every number, outcome and
 * flag that differs is named by its path ("slices.overall.metrics.auc.value:
 * 0.9 in the record, 0.91 recomputed").  EV_ENOTFOUND when an artifact is not
 * here: nothing was recomputed.  A generator record is for generator.h.
 *
 * So is the page, which is compared byte for byte.  Where another version made
 * it and it is not the same, nobody can say whether its numbers are.
 */
enum ev_page_state {
	EV_PAGE_NONE,			/* the record keeps none */
	EV_PAGE_SAME, EV_PAGE_DIFFERS,
	EV_PAGE_ABSENT, EV_PAGE_OTHER_VERSION,	/* it was not compared */
};
struct ev_recomputed {
	bool done;
	size_t numbers;			/* compared; of a cohort, files */
	struct ev_strs differences;	/* the first twenty */
	size_t more;			/* beyond these */
	enum ev_page_state page;
};
int ev_recompute(struct ev_recomputed *out, struct ev_repo *r,
		 struct ev_ledger *l, const struct ev_line *line);
void ev_recomputed_release(struct ev_recomputed *r);
/* What differs between two values at a path, `was` in the record; NULL: nothing
 * there. */
struct ev_value;
void ev_recomputed_compare(struct ev_recomputed *out, const char *path,
			   const struct ev_value *was,
			   const struct ev_value *now);

#endif
