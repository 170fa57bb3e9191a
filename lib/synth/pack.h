/*
 * pack.h - a scenario pack: who is in a cohort, and by what rules
 *
 * The language of git-evidence-pack(5) read into one structure, checked whole
 * before a row is drawn: names, levels, cycles, probabilities that do not sum
 * to 1, a correlation matrix that is not positive definite, quotas beyond the
 * cohort, constraints that no value can meet.  Weights and probabilities are
 * exact: decimals become thresholds of 64 bit words.
 *
 * Read-only after reading; shared by threads.
 */
#ifndef EV_SYNTH_PACK_H
#define EV_SYNTH_PACK_H

#include "base/str.h"
#include "data/json.h"
#include "synth/expr.h"
#include "synth/marginal.h"

#define EV_PACK_MAX_VARIABLES 1000u
#define EV_PACK_MAX_SCENARIOS 1000u
#define EV_PACK_MAX_LEVELS 1000u
#define EV_PACK_MAX_CONSTRAINTS 500u
#define EV_PACK_MAX_STATES 64u
#define EV_PACK_MAX_PATIENTS 100000000u
#define EV_PACK_ALG 1			/* changes when bytes would */

enum ev_var_type { EV_V_INT, EV_V_DECIMAL, EV_V_CATEGORY, EV_V_BOOLEAN,
		   EV_V_OFFSET,		/* whole days from the reference date */
		   EV_V_CODE };		/* a category written as code */

/* Cumulative thresholds of levels, in 2^-64: level i is drawn when the word
 * is below t[i] and not below t[i - 1]; the last is drawn otherwise. */
struct ev_levels {
	uint64_t *t;
	size_t n;
	size_t last;			/* the last that has a share: the one
					   drawn otherwise */
};
/* The level that a word draws. */
static inline size_t ev_levels_pick(const struct ev_levels *l, uint64_t word)
{
	size_t i = 0;

	while (i < l->last && word >= l->t[i])
		i++;
	return i;
}
/* Whether a word below 2^64 * p came; UINT64_MAX stands for p = 1. */
static inline bool ev_chance(uint64_t threshold, uint64_t word)
{
	return word < threshold || threshold == UINT64_MAX;
}

/* One conditional table: by level of `on`. */
struct ev_given {
	size_t on;			/* variable */
	struct ev_levels *levels;	/* by level of `on`, categories */
	struct ev_marginal *marginals;	/* by level of `on`, numbers */
	size_t n;
};
/* coefficient * value / scale; with a level (code): 1 if it has it, else 0 */
struct ev_term { size_t variable; double scale, coefficient; ptrdiff_t level; };
enum ev_link_function { EV_LINK_LOGIT, EV_LINK_LOG, EV_LINK_IDENTITY };
struct ev_predictor {
	enum ev_link_function link;
	double intercept;
	struct ev_term *terms;
	size_t n;
	double sd;			/* residual, identity and log; else 0 */
};
struct ev_cut { size_t of; double *at; size_t n; };	/* levels are labels */

enum ev_var_rule { EV_RULE_MARGINAL, EV_RULE_LEVELS, EV_RULE_GIVEN,
		   EV_RULE_PREDICTOR, EV_RULE_CUT, EV_RULE_EXPR };

/*
 * How a variable's value comes about; a scenario may bring another.  First
 * the rule (with its truncation: of a marginal or of given marginals it is in
 * these, of a predictor in truncate_low and truncate_high), then * factor +
 * shift, then the clip, then rounding to the places of the type.  The
 * truncation is compiled so that what comes out after factor and shift lies
 * in the range that the file names.
 */
struct ev_rule {
	enum ev_var_rule kind;
	struct ev_marginal marginal;
	struct ev_levels levels;
	struct ev_given given;
	struct ev_predictor predictor;
	struct ev_cut cut;
	struct ev_expr *expr;
	double shift, factor;		/* of a scenario: after the rule */
	bool has_clip;
	double clip_low, clip_high;
	bool has_truncate;		/* of predictors: of what comes out */
	double truncate_low, truncate_high;
};

enum ev_missing_kind { EV_MISS_NONE, EV_MISS_MCAR, EV_MISS_MAR, EV_MISS_MNAR,
		       EV_MISS_MONOTONE };
struct ev_missingness {
	enum ev_missing_kind kind;
	uint64_t threshold;		/* MCAR, monotone */
	size_t on;			/* MAR: variable ... */
	uint64_t *by_level;		/* ... and threshold by its level; of
					   monotone ones NULL: the same for all */
	double intercept, slope;	/* MNAR: logit on own value */
	size_t after;			/* monotone: missing when this one is,
					   else by the above */
};

struct ev_variable {
	char *name, *unit, *code, *title;
	enum ev_var_type type;
	unsigned places;		/* decimal(places) */
	struct ev_strs levels;		/* categories and booleans: no, yes */
	struct ev_rule rule;
	struct ev_missingness missing;
	bool sensitive, hidden;		/* hidden: drawn, not written */
	uint64_t distinct;		/* unique: how many values there are to
					   be dealt out; else 0 */
	uint32_t stream;		/* "variable/NAME" */
	uint32_t stream_missing;	/* "missing/NAME" */
	ptrdiff_t latent;		/* row of the copula, or -1 */
	unsigned line, column;
};

struct ev_copula {			/* Gaussian, over `n` variables */
	size_t *variable;
	size_t n;
	double *factor;			/* lower Cholesky factor, n x n */
	double *latent;			/* the matrix itself, n x n */
	double *asked;			/* as asked for */
	enum { EV_TARGET_SPEARMAN, EV_TARGET_PEARSON, EV_TARGET_LATENT } target;
	double least_eigenvalue;
	bool repaired;
};

enum ev_constraint_kind { EV_C_HARD, EV_C_SOFT };
struct ev_constraint {
	char *id, *text;		/* the text is that of `expr` */
	enum ev_constraint_kind kind;
	const char *form;		/* "hard", "soft", "implication", ... */
	struct ev_expr *expr;		/* hard: must hold; soft: the event */
	double max_rate;		/* soft */
	ptrdiff_t unique;		/* variable no two patients share a value
					   of, then there is no `expr`; or -1 */
};

/* Longitudinal part; windows == 0: none. */
struct ev_shift { size_t state; double by; };
enum ev_gap_kind { EV_GAP_NONE,
		   EV_GAP_MCAR,		/* each window by itself */
		   EV_GAP_MONOTONE,	/* from some time on */
		   EV_GAP_BURST,	/* off, then on again */
		   EV_GAP_WITH };	/* when another series is */
struct ev_gap {
	enum ev_gap_kind kind;
	uint64_t threshold;		/* MCAR */
	double per_h, mean_s;		/* hazard or rate; mean length */
	size_t with;			/* series, itself of another kind */
};
struct ev_series {
	char *name;
	unsigned places;
	ptrdiff_t base;			/* variable, or -1: `level` */
	double level;
	double amplitude, period_h, phase_h;	/* circadian; 0: none */
	double phi, sd;			/* AR(1); sd alone: white noise */
	struct ev_shift *shifts;
	size_t n_shifts;
	struct ev_marginal *by_state;	/* drawn anew; NULL: none */
	ptrdiff_t by_level_of;		/* variable whose level shifts it */
	double *level_shift;
	bool has_clip;
	double clip_low, clip_high;
	struct ev_gap gap;
	uint32_t stream, stream_missing;
};
struct ev_waveform {
	bool enabled;
	double fs_hz;			/* samples per second */
	char *model;			/* "gaussian_pqrst" */
	size_t records;			/* of a patient: its first windows */
	size_t samples;			/* of a record */
	ptrdiff_t rate;			/* series: beats per minute */
	ptrdiff_t rr_cv, snr_db;	/* series, or -1 */
	uint8_t *af;			/* by state: no P, f-waves */
	uint32_t stream, stream_beat;	/* "waveform/sample", "waveform/beat" */
};
struct ev_longitudinal {
	double window_s, horizon_h;	/* 0: no windows */
	struct ev_marginal per_patient;
	char *state_name;		/* "rhythm"; NULL: no latent state */
	struct ev_strs states;
	struct ev_series *series;
	size_t n_series;
	ptrdiff_t burst_on;		/* artefact bursts: rate by level of;
					   -1: one rate for all */
	double *burst_per_h;		/* NULL: no bursts */
	double burst_mean_s;
	double dropout_per_h;
	struct ev_strs dropout_reasons;
	struct ev_levels dropout_levels;
	/* "windows/count", "windows/state", ... */
	uint32_t stream_count, stream_state, stream_burst, stream_dropout;
	struct ev_waveform waveform;
};

struct ev_label {
	char *name;
	uint8_t *positive;		/* by state, or level of `from` */
	ptrdiff_t from;			/* variable, or -1: the latent state */
	unsigned raters, needed;	/* 0: no noise */
	uint64_t sens, spec;		/* thresholds of 64 bit words */
	uint32_t stream;
};

/* A simulated device: score of the state, for trying suites. */
struct ev_score_model {
	bool given;
	char *name;			/* column */
	size_t label;
	double auc;			/* binormal */
	double threshold;		/* where errors balance: 0.5 */
	ptrdiff_t noise_on;		/* variable that spoils it, or -1 */
	double *noise;
	double abstain_base;
	double *abstain_by;		/* by level of noise_on */
	uint32_t stream;
};

enum ev_risk { EV_RISK_COMMON, EV_RISK_EDGE, EV_RISK_HIGH };
struct ev_override { size_t variable; struct ev_rule rule; };
struct ev_scenario {
	char *id, *title;
	enum ev_risk risk;
	bool has_quota;
	uint64_t quota;			/* exact */
	char *weight;			/* decimal text */
	uint64_t at_least;
	struct ev_strs hazards;
	struct ev_override *set;
	size_t n_set;
	/* latent state: where it begins, and rates per hour i -> j */
	struct ev_levels initial;
	double *rate;			/* states x states, or NULL */
	double dropout_per_h;		/* -1: the pack's */
	char *rationale;
};

struct ev_behaviour {			/* expected_behaviour */
	char *scenario, *metric, *order_of, *by;
	bool increasing;
	int bound;			/* -1 lower, 0 estimate, 1 upper */
	bool at_least;			/* ge, else le */
	char *limit;
	bool otherwise_review;
};

struct ev_assumption { char *id, *statement, *source; };

struct ev_pack {
	char *id, *version, *title, *owner, *reference_date;
	bool derived_from_patient_data;
	struct ev_strs allowed_uses, prohibited_uses, limitations;
	struct ev_assumption *assumptions;
	size_t n_assumptions;
	uint64_t patients;		/* cohort.patients: the default */
	char *id_prefix;
	bool key_by_seed;		/* key_scope: seed */
	struct ev_variable *variables;	/* in the order of the file */
	size_t n_variables;
	size_t *order;			/* of evaluation: topological, by name
					   among those that are free */
	struct ev_copula copula;
	struct ev_constraint *constraints;
	size_t n_constraints;
	struct ev_longitudinal series;
	struct ev_label *labels;
	size_t n_labels;
	struct ev_score_model score;
	struct ev_scenario *scenarios;
	size_t n_scenarios;
	unsigned strength;		/* t of t-way coverage; 0: none */
	size_t *factors;
	size_t n_factors;
	struct ev_behaviour *behaviours;
	size_t n_behaviours;
	const struct ev_value *guardrails;	/* read by guard.h; or NULL */
	uint32_t stream_id;		/* "patient/id" */
	char digest[72];		/* "sha256:..." of the file */
	struct ev_value *tree;
};

/* EV_EINVALID with all problems, each with file:line:column. */
int ev_pack_read(struct ev_pack *out, const char *path);
int ev_pack_parse(struct ev_pack *out, const char *name, const char *text,
		  size_t n);
void ev_pack_release(struct ev_pack *p);
ptrdiff_t ev_pack_variable(const struct ev_pack *p, const char *name);
/* The schema of the file. */
extern const struct ev_field ev_pack_fields[];

/* First 32 bits, big-endian, of the SHA-256 of "variable/NAME" and so on. */
uint32_t ev_pack_stream(const char *purpose, const char *name);
/* The rule that holds for a variable in a scenario. */
const struct ev_rule *ev_pack_rule(const struct ev_pack *p, size_t scenario,
				   size_t variable);
/* Categories, codes and booleans have levels, others are numbers. */
bool ev_variable_has_levels(const struct ev_variable *v);

/*
 * How many patients each scenario has in a cohort of n: quotas first, exactly;
 * the rest by weight and largest remainder (ties: the earlier one), at_least
 * met.  EV_EINVALID if they do not fit.
 */
int ev_pack_allocate(uint64_t *counts, const struct ev_pack *p, uint64_t n);

/* How the value of a variable (or column) comes about, as text. */
int ev_pack_explain(struct ev_buf *out, const struct ev_pack *p,
		    const char *name);
const char *ev_risk_name(enum ev_risk r);

#endif
