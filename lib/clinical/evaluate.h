/*
 * evaluate.h - measure a cohort by a suite and judge its gates
 *
 * Every slice has every metric that the suite asks for; every gate has one
 * row for each member of its slices and each reference.  The result depends
 * on suite, candidate and references alone, digit for digit: not on the order
 * of rows, the number of jobs or the machine.
 *
 * Outcomes (policy of the program, DESIGN): pass < review < incomplete <
 * fail; worst decides.  A gate whose metric is undefined, or whose slice is
 * below its minimum, is incomplete and then mapped by its tier (gate's
 * low_n, the suite's insufficient, default review review review fail, never
 * pass).  A pass whose estimate has a degenerate variance keeps its wider
 * interval; nothing passes on a number without interval, unless the
 * condition's bound is the estimate.
 */
#ifndef EV_CLINICAL_EVALUATE_H
#define EV_CLINICAL_EVALUATE_H

#include "clinical/cohort.h"
#include "stats/agreement.h"

enum ev_outcome_word { EV_OUT_PASS, EV_OUT_REVIEW, EV_OUT_INCOMPLETE,
		       EV_OUT_FAIL };
const char *ev_outcome_word(enum ev_outcome_word o);

/* The title of a metric; where the reference is imperfect, agreement. */
const char *ev_metric_called(const struct ev_suite *s, enum ev_metric m);

struct ev_measure {
	struct ev_estimate e;		/* value, interval, flags */
	bool by_patient;		/* unit of the interval */
	/* Decision metrics: the same with missing scores counted the other
	 * ways; [EV_MISSING_WORST_CASE .. COMPLETE_CASE]. */
	bool has_bounds;
	struct ev_estimate as[4];
	double p, z, df, chi2;		/* where the metric is a test */
	struct ev_table cells;		/* confusion; all decision metrics */
	double deff, n_eff;		/* clustered proportions; 0 */
	unsigned failures;		/* bootstrap replicates undefined */
};

/* The same at another level or as a difference, because a gate needs it. */
struct ev_asked {
	size_t request;
	int against;			/* 0 previous, 1 anchor, -1 the value */
	double level;
	struct ev_measure m;
};

struct ev_slice_result {
	size_t family;			/* index into suite->slices */
	char *name;			/* "overall", "sex=F", "age=[40,65)" */
	char *member;			/* "F"; "" for a single one */
	enum ev_tier tier;
	size_t n, patients;
	size_t positives, negatives;
	size_t no_score, abstained;
	const char *missed;		/* minimum that it misses, or NULL */
	struct ev_measure *measures;	/* by suite->requests */
	uint32_t *rows;			/* of the cohort, ascending; or NULL
					   for all */
	/* Paired differences candidate - reference, by request; NULL where
	 * there is no reference. [0] previous, [1] anchor */
	struct ev_measure *change[2];	/* method NULL: not computed */
	struct ev_asked *asked;		/* what gates need beside these */
	size_t n_asked;
	struct ev_bins bins;		/* reliability, probabilities only */
};

struct ev_gate_row {
	size_t gate;			/* index into suite->gates */
	size_t slice;			/* index of slice result; SIZE_MAX: a
					   statistic over a family (max_gap) */
	char *slice_name;		/* "overall", "sex=F", "sex" */
	const char *against;		/* "previous", "anchor" or NULL */
	enum ev_tier tier;
	enum ev_outcome_word outcome;
	bool low_n;			/* outcome is what insufficiency maps to */
	struct ev_estimate observed;	/* value and interval that was judged */
	/* Of the condition for a pass, whatever came out of it. */
	enum ev_bound bound;
	double judged;			/* the number compared; observed.. */
	char *limit;			/* ">= 0.92", "within [0.80, 1.25]" */
	char *reason;			/* one line: why this outcome */
	double margin;			/* compare gates, as applied */
	double adjusted_p;		/* detect_slices; -1: none */
	double passing;			/* true share that would pass with 80 %
					   power in so many; -1: none */
};

/* Rows of a family of slices that are in none of its members: values that no
 * group has, and pairs of a cross below their minimum. */
#define EV_LEFT_LISTED 50u
struct ev_left {
	size_t family;
	size_t pairs;
	size_t rows, n_values;		/* of values without a group */
	struct { const char *value; size_t rows; } values[EV_LEFT_LISTED];
	size_t n_listed;
};

struct ev_trigger { char *when; const struct ev_strs *roles; char *why; };

/* Failure modes, always looked for (CLINICAL 1.7). */
struct ev_miss { size_t row; double loss; };	/* worst by log loss */
struct ev_evaluation;
/* What a report calls a row: hexadecimal of a digest of suite and key, so that
 * who has the data finds it and nobody else learns a patient's id. */
#define EV_MISS_ID 17
int ev_miss_id(char out[EV_MISS_ID], const struct ev_evaluation *e,
	       size_t row);
/*
 * Where misses gather: the member of a slice by value whose share of them, at
 * the first operating point, is the least likely for its share of positive
 * rows (binomial, times the members looked at).  Rows are taken as independent:
 * it screens, and judges nothing.
 */
struct ev_concentration {
	const char *slice, *member;	/* NULL: nothing to tell */
	size_t missed, of;
	double expected;		/* its share of positives */
	double p;
};
struct ev_checks {
	struct ev_concentration concentration;
	size_t saturated;		/* p <= 1e-6 or >= 1 - 1e-6 */
	double stuck_score;
	size_t stuck;			/* rows with the commonest score */
	size_t confident_fn, confident_fp;	/* y=1 p<.05; y=0 p>.95 */
	struct ev_estimate confident_fn_rate, confident_fp_rate;
	bool leak_suspected;		/* AUC > 0.999 */
	size_t new_fn[2], new_fp[2];	/* against previous, anchor; first
					   operating point */
	struct ev_miss *worst;
	size_t n_worst;			/* at most 20 */
	double psi, ks;			/* scores against previous; -1: none */
};

struct ev_evaluation {
	const struct ev_suite *suite;
	const struct ev_cohort *cohort;
	const struct ev_reference *reference[2];	/* previous, anchor */
	struct ev_slice_result *slices;	/* the first is overall */
	size_t n_slices;
	struct ev_left *left;		/* what slices leave out */
	size_t n_left;
	size_t suppressed;		/* cross members below the minimum */
	struct ev_gate_row *rows;
	size_t n_rows;
	struct ev_trigger *triggers;
	size_t n_triggers;
	struct ev_checks checks;
	enum ev_outcome_word outcome;
	enum ev_outcome_word capped;	/* at best, if all gates passed */
	struct ev_strs reasons;		/* why it is not pass, one line each;
					   also caps set from outside */
};

struct ev_evaluate_options { unsigned jobs; };

int ev_evaluate(struct ev_evaluation *out, const struct ev_suite *s,
		const struct ev_cohort *c, const struct ev_reference *previous,
		const struct ev_reference *anchor,
		const struct ev_evaluate_options *o);
/* What is known from outside (post hoc suite, holdout spent, leakage) makes
 * the outcome no better than `cap`, with a reason. */
void ev_evaluation_cap(struct ev_evaluation *e, enum ev_outcome_word cap,
		       const char *fmt, ...) EV_PRINTF(3, 4);
void ev_evaluation_release(struct ev_evaluation *e);

/* The arithmetic of one gate, from counts to outcome, as text; EV_ENOTFOUND
 * with the likely id. */
int ev_explain(struct ev_buf *out, const struct ev_evaluation *e,
	       const char *gate);

#endif
