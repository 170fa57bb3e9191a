/*
 * suite.h - a validation suite: what is measured, on whom, and what must hold
 *
 * The language of a suite file (git-evidence-suite(5)) read into one
 * structure in which every default is filled in; ev_suite_effective() writes
 * it out again, whole, for the report.  Text is checked by name and place:
 * unknown members, metrics, slices and columns are errors with the likely
 * name, and what the program does not do yet is refused by name.
 *
 * A suite owns all it points to; it is read-only after reading.
 */
#ifndef EV_CLINICAL_SUITE_H
#define EV_CLINICAL_SUITE_H

#include "base/str.h"
#include "base/tier.h"
#include "data/json.h"
#include "data/rows.h"
#include "data/schema.h"
#include "stats/adjust.h"
#include "stats/calibration.h"
#include "stats/samplesize.h"

#define EV_SUITE_MAX_GATES 1000u
#define EV_SUITE_MAX_SLICES 200u
#define EV_SUITE_MAX_METRICS 500u

/* A number as the suite writes it, compared as the decimal that it is. */
struct ev_decimal {
	char *text;
	double value;		/* nearest double, for plots and arithmetic */
};
/* EV_EINVALID with the place of v; a string or a plain number. */
int ev_decimal_read(struct ev_decimal *out, const struct ev_value *v);
/* -1, 0, 1: the exact value of x, no NaN, against the exact decimal. */
int ev_decimal_compare(double x, const struct ev_decimal *d);
/* The same for two decimals. */
int ev_decimal_order(const struct ev_decimal *a, const struct ev_decimal *b);
void ev_decimal_release(struct ev_decimal *d);

enum ev_label_kind { EV_LABEL_BINARY, EV_LABEL_CLASSES };
enum ev_score_kind {
	EV_SCORE_PROBABILITY,	/* in [0, 1]: calibration may be asked for */
	EV_SCORE_NUMBER		/* any finite number */
};
enum ev_missing_rule {
	EV_MISSING_WORST_CASE, EV_MISSING_AS_NEGATIVE, EV_MISSING_AS_POSITIVE,
	EV_MISSING_COMPLETE_CASE, EV_MISSING_FAIL
};

struct ev_dataset {
	char *path;			/* predictions.path, or NULL */
	enum ev_rows_format format;
	struct ev_strs key;		/* column names, at least one */
	/* column names; NULL: not said. label and score are always there */
	char *patient, *label, *score, *abstain, *time, *baseline;
	struct ev_strs columns;		/* further: role names ... */
	struct ev_strs column_names;	/* ... and the columns they stand for */
	enum ev_label_kind label_kind;
	struct ev_strs positive, negative;	/* label texts */
	struct ev_strs classes;		/* multi-class: names, in order */
	struct ev_strs class_scores;	/* their probability columns, or none */
	char *reference;		/* "adjudicated-2-of-3", or NULL */
	bool imperfect;			/* reference: imperfect: PPA and NPA */
	enum ev_score_kind score_kind;
	char *cluster;			/* independence.cluster column or NULL */
	enum ev_missing_rule missing;
	bool label_missing_fails;	/* else excluded and reported */
	struct ev_decimal missing_max;	/* max_fraction; text NULL: no limit */
	/* "evidence:lineage/NAME#ARTIFACT", one patient a line there */
	struct ev_strs no_overlap_with;
	int64_t holdout_max_uses;	/* -1: no limit */
	char *kind;			/* real_world, synthetic, mixed or NULL */
	/* of a synthetic cohort: what it is used for, its manifest; or NULL */
	char *use, *manifest;
	/* Several readers (stats/mrmc.h): columns of each row's reader,
	 * modality and case; NULL: there are none. */
	char *reader, *modality, *which;
	char *test, *control;		/* modalities; control may be NULL */
	bool fixed_readers;		/* else a sample, as the cases are */
	struct ev_decimal window_s;	/* how long a row lasts; text NULL: not
					   said */
};
static inline bool ev_has_readers(const struct ev_dataset *d)
{
	return d->reader && d->modality && d->which && d->test;
}

/* The column of role `episode`, or NULL. */
const char *ev_dataset_episode(const struct ev_dataset *d);

struct ev_point {			/* operating point */
	char *name;
	struct ev_decimal threshold;	/* score >= threshold is positive */
};

enum ev_metric {
	EV_M_CONFUSION, EV_M_SENSITIVITY, EV_M_SPECIFICITY, EV_M_PPV, EV_M_NPV,
	EV_M_PPV_AT, EV_M_NPV_AT, EV_M_LR_POS, EV_M_LR_NEG, EV_M_DOR,
	EV_M_ACCURACY, EV_M_BALANCED_ACCURACY, EV_M_YOUDEN, EV_M_F1, EV_M_MCC,
	EV_M_KAPPA,
	EV_M_AUC, EV_M_SENS_AT_SPEC, EV_M_SPEC_AT_SENS, EV_M_PARTIAL_AUC,
	EV_M_AVERAGE_PRECISION,
	EV_M_BRIER, EV_M_SCALED_BRIER, EV_M_LOG_LOSS, EV_M_CITL,
	EV_M_CAL_SLOPE, EV_M_CAL_INTERCEPT, EV_M_OE, EV_M_ECE, EV_M_MCE,
	EV_M_HOSMER_LEMESHOW, EV_M_SPIEGELHALTER, EV_M_WEAK_CALIBRATION,
	EV_M_NET_BENEFIT,
	EV_M_ABSTAIN_RATE, EV_M_MISSING_RATE, EV_M_PREVALENCE,
	EV_M_N, EV_M_N_POSITIVES, EV_M_N_NEGATIVES, EV_M_N_PATIENTS,
	EV_M_SHARE,			/* share(label=X and score<0.05) */
	EV_M_NEW_FN_RATE, EV_M_NEW_FP_RATE,	/* against a reference */
	EV_M_SATURATED, EV_M_STUCK, EV_M_PSI, EV_M_KS,	/* failure modes */
	EV_M_MULTI_ACCURACY, EV_M_MACRO_F1, EV_M_MICRO_F1, EV_M_WEIGHTED_F1,
	EV_M_MULTI_KAPPA, EV_M_MULTI_MCC, EV_M_OVR_AUC, EV_M_OVO_AUC,
	EV_M_MULTI_BRIER, EV_M_TOP_ECE,
	EV_M_READER_AUC, EV_M_READER_AUC_CONTROL, EV_M_READER_AUC_GAIN,
	EV_M_EPISODE_SENSITIVITY, EV_M_FALSE_ALERTS,	/* rows in time */
	EV_M_FLIP_RATE,
	EV_M__COUNT
};

static inline bool ev_is_in_time(enum ev_metric m)
{
	return m >= EV_M_EPISODE_SENSITIVITY && m <= EV_M_FLIP_RATE;
}

/* What share(...) counts among its denominator. */
struct ev_share {
	int label;			/* 1, 0, -1: any */
	bool below;			/* score < limit, else score >= limit */
	struct ev_decimal limit;
};

struct ev_request {			/* one column of the result */
	char *key;			/* as written: "sensitivity@alert" */
	enum ev_metric metric;
	size_t point;			/* index of the operating point */
	double argument;		/* spec, sens, threshold, prevalence;
					   seconds of episodes, 0: all */
	struct ev_share share;
	int class_index;		/* multi-class one-vs-rest; -1 */
	bool wanted;			/* listed under metrics; else a gate's */
};

/* What the metric is: for schema, defaults, messages and plots. */
struct ev_metric_info {
	enum ev_metric metric;
	const char *word;		/* "sensitivity" */
	const char *title;		/* "Sensitivity" */
	bool takes_point, takes_argument;
	int better;			/* 1 higher, -1 lower, 0 neither */
	bool needs_positives, needs_negatives, needs_probability;
	bool count;			/* whole number, no interval */
	bool no_interval;		/* also of other numbers */
	bool reported_only;		/* no single number to judge */
	double ideal;			/* where better is 0: slope 1, citl 0 */
	double low, high;		/* range; infinite where open */
};
const struct ev_metric_info *ev_metric_info(enum ev_metric m);

enum ev_slice_kind { EV_SLICE_ALL, EV_SLICE_BY, EV_SLICE_CUTS,
		     EV_SLICE_GROUPS, EV_SLICE_WHERE, EV_SLICE_CROSS };
struct ev_slice_group { char *name; struct ev_strs values; };
struct ev_slice_where { char *column; struct ev_strs values; };
struct ev_family {			/* of slices */
	char *name;
	enum ev_slice_kind kind;
	char *column;			/* by */
	struct ev_decimal *cuts;	/* ascending */
	size_t n_cuts;
	struct ev_slice_group *groups;
	size_t n_groups;
	struct ev_slice_where *where;	/* all must hold */
	size_t n_where;
	size_t cross[2];		/* indices of earlier families */
	bool has_tier;
	enum ev_tier tier;
	bool synthetic;			/* source: synth */
	bool ignores_ungrouped;		/* ungrouped: ignore */
};

enum ev_bound { EV_BOUND_LOWER, EV_BOUND_UPPER, EV_BOUND_ESTIMATE,
		EV_BOUND_INTERVAL };
enum ev_comparator { EV_GE, EV_GT, EV_LE, EV_LT, EV_WITHIN };
struct ev_condition {
	bool given;
	enum ev_bound bound;
	enum ev_comparator comparator;
	struct ev_decimal limit, limit2;	/* limit2: of within */
	/* compare gates: the limit comes from the margin, text NULL */
};
enum ev_compare { EV_CMP_NONE, EV_CMP_NON_INFERIORITY, EV_CMP_SUPERIORITY,
		  EV_CMP_EQUIVALENCE, EV_CMP_NO_NEW_HARM, EV_CMP_CHANGE };
#define EV_AGAINST_PREVIOUS 1u
#define EV_AGAINST_ANCHOR 2u
struct ev_margin { char *slice; struct ev_decimal margin; };
enum ev_statistic_kind { EV_OF_VALUE, EV_OF_MAX_GAP };
enum ev_low_n { EV_LOW_N_DEFAULT, EV_LOW_N_REVIEW, EV_LOW_N_INCOMPLETE,
		EV_LOW_N_FAIL };

struct ev_gate {
	char *id, *hazard, *claim, *rationale;
	size_t request;			/* index of the metric */
	size_t *slices;			/* indices of families */
	size_t n_slices;
	enum ev_statistic_kind statistic;
	enum ev_compare compare;
	unsigned against;
	struct ev_decimal margin;	/* text NULL: by slice only */
	struct ev_margin *margins;	/* by slice family or member */
	size_t n_margins;
	struct ev_condition pass, review;
	bool otherwise_review;		/* what does not pass is review */
	bool has_tier;
	enum ev_tier tier;
	bool waivable;
	enum ev_low_n low_n;
	unsigned line, column;		/* of the gate in the file */
};

/* "fail in tier T", "drift_from_anchor > D*margin" (a decimal above 0),
 * "gate_loosened", "review xN consecutive" */
struct ev_escalation { char *when; struct ev_strs roles; };

/* N of "review xN consecutive", 2 to 99; else 0. */
unsigned ev_escalation_times(const char *when);

struct ev_stats_choice {
	double confidence;		/* reported intervals; 0.95 */
	bool confidence_given;
	bool clopper_pearson, jeffreys;	/* proportions; else Wilson */
	bool auc_logit;
	bool newcombe_paired;		/* else Tango */
	unsigned replicates;		/* bootstrap; 2000 */
	uint64_t seed;
	unsigned ece_bins;
	enum ev_bin_scheme ece_scheme;
	enum ev_bin_closure ece_closure;
	unsigned hl_groups;
	enum ev_hl_rule hl_rule;
	bool hl_external;
	enum ev_adjustment detect_slices;
};

struct ev_reference_spec {		/* references.previous, .anchor */
	bool given;
	char *release, *path, *column, *reason;
};

struct ev_suite {
	char *id, *version, *title, *intended_use, *risk_file;
	struct ev_strs claims, gate_change_roles;
	enum ev_tier tier;
	struct ev_dataset dataset;
	struct ev_reference_spec previous, anchor;
	struct ev_strs pairing_keys;
	struct ev_decimal pairing_require;	/* 1 if not said */
	struct ev_point *points;
	size_t n_points;
	struct ev_stats_choice stats;
	struct ev_family *slices;	/* the first is always "overall" */
	size_t n_slices;
	struct ev_minimum min_n;	/* of tiers below critical */
	struct ev_minimum min_n_critical;
	struct ev_request *requests;
	size_t n_requests;
	struct ev_decimal *prevalences;	/* prevalence_projection */
	size_t n_prevalences;
	struct ev_gate *gates;
	size_t n_gates;
	enum ev_low_n low_n[EV_TIERS];	/* policy.insufficient, by tier */
	struct ev_escalation *escalations;
	size_t n_escalations;
	char digest[72];		/* "sha256:..." of the file's bytes */
	struct ev_value *tree;		/* the file as read */
};

/* EV_EINVALID with all problems (schema.h), each with its place. */
int ev_suite_read(struct ev_suite *out, const char *path);
int ev_suite_parse(struct ev_suite *out, const char *name, const char *text,
		   size_t n);
void ev_suite_release(struct ev_suite *s);

/* The suite with every default, as one JSON value. */
void ev_suite_effective(struct ev_json *j, const struct ev_suite *s);
/* The schema of the file, for `help --schema suite`. */
extern const struct ev_field ev_suite_fields[];

/* Two-sided level that a gate's bound has: stats.confidence if the suite says
 * it, else 0.90 for low and moderate, 0.95 for high and critical. */
double ev_gate_level(const struct ev_suite *s, enum ev_tier t);
/* 1.5, 1, 1, 0.5: what a margin given for all slices is multiplied with. */
double ev_tier_margin_factor(enum ev_tier t);

#endif
