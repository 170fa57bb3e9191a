/*
 * guard_internal.h - for guard*.c
 */
#ifndef EV_SYNTH_GUARD_INTERNAL_H
#define EV_SYNTH_GUARD_INTERNAL_H

#include "synth/guard.h"

/* guard_table.c ----------------------------------------------------------- */

struct ev_guard_column {
	char *name;
	ptrdiff_t variable;		/* of the pack, or -1 */
	bool numeric;
	double *x;			/* number or code of a level; NaN:
					   missing */
	struct ev_strs levels;		/* the pack's first, in its order */
	size_t declared;		/* how many are the pack's */
	size_t missing;
	double low, high;		/* of numbers */
};
struct ev_guard_table {
	struct ev_guard_column *columns;
	size_t n_columns;
	size_t n, cap;			/* rows that are held */
	uint64_t rows, step;		/* rows of the file; every step-th */
	char digest[65];
};
const struct ev_guard_column *
ev_guard_column(const struct ev_guard_table *t, const char *name);
/* The column of a variable, or NULL: hidden. */
const struct ev_guard_column *
ev_guard_variable(const struct ev_guard_table *t, size_t variable);
/* Codes of b's levels among a's; new ones come after them. */
size_t *ev_guard_codes(size_t *all, const struct ev_guard_column *a,
		       const struct ev_guard_column *b);
/* Columns of patients that are compared: in both, of one kind, and neither
 * identifiers nor what `without` names.  Freed by the caller. */
struct ev_guard_pair { const struct ev_guard_column *a, *b; };
struct ev_guard_pair *ev_guard_pairs(size_t *n, const struct ev_guard_table *a,
				     const struct ev_guard_table *b,
				     const struct ev_strs *without);
/* The scenario of each row, by index; SIZE_MAX where there is none such. */
size_t *ev_guard_scenarios(const struct ev_guard_table *t,
			   const struct ev_pack *p);
/* Values that are not missing, ascending, freed by the caller; of *n rows,
 * and *n is then how many. */
double *ev_guard_sorted(size_t *n, const struct ev_guard_column *c);

/* guard_rank.c: of *n values without missing ones, which are thinned out, and
 * *n is then how many; NaN: one is constant. */
double ev_guard_spearman(double *x, double *y, size_t *n);

/* guard.c: items ---------------------------------------------------------- */

/* A guardrail to be judged, by name; then one of those below. */
struct ev_guard *ev_guard_add(struct ev_guards *g, const char *fmt, ...)
	EV_PRINTF(2, 3);
void ev_guard_says(struct ev_guard *x, const char *fmt, ...) EV_PRINTF(2, 3);
/* `review` NaN: beyond the limit is a fail. */
void ev_guard_at_most(struct ev_guard *x, double value, double limit,
		      double review);
void ev_guard_at_least(struct ev_guard *x, double value, double limit,
		       double review);
void ev_guard_undefined(struct ev_guard *x, const char *fmt, ...)
	EV_PRINTF(2, 3);
void ev_guard_not_applicable(struct ev_guard *x, const char *fmt, ...)
	EV_PRINTF(2, 3);
/* What is asked for is not here. */
void ev_guard_incomplete(struct ev_guard *x, const char *fmt, ...)
	EV_PRINTF(2, 3);

/* guard_limits.c ---------------------------------------------------------- */

/* As they are called in a pack: "similarity.ks". */
enum ev_guard_kind {
	EV_G_KS, EV_G_TVD, EV_G_CORRELATION, EV_G_CONTINGENCY, EV_G_MISSINGNESS,
	EV_G_ADHERENCE, EV_G_COVERAGE,
	EV_G_REF_KS, EV_G_REF_TVD, EV_G_REF_PSI, EV_G_REF_WASSERSTEIN,
	EV_G_REF_CORRELATION, EV_G_REF_CONTINGENCY, EV_G_REF_MISSINGNESS,
	EV_G_REF_ADHERENCE, EV_G_REF_COVERAGE, EV_G_REF_PMSE,
	EV_G_REF_DISCRIMINATOR,
	EV_G_T_WAY, EV_G_ACCEPTANCE, EV_G_UNIQUE,
	EV_G_DCR, EV_G_OVERFITTING, EV_G_NNDR, EV_G_MEMBERSHIP,
	EV_G_MEMBERSHIP_TPR,
	EV_G_KINDS
};
struct ev_guard_limit {
	double pass, review;		/* NaN: by the number of rows */
	double times;			/* review as a multiple; else 0 */
};
/* The limits that hold: the pack's, else the defaults. */
struct ev_guard_limit ev_guard_limit(const struct ev_pack *p,
				     enum ev_guard_kind kind);
/* `leak: {status: not_applicable, because: ...}`; NULL: it says no such. */
const char *ev_guard_no_leak(const struct ev_pack *p);
/* `reference.histograms`, a path from where the pack lies; or NULL. */
const char *ev_guard_histograms(const struct ev_pack *p);

/* What a check works with. */
struct ev_check {
	struct ev_guards *out;
	const struct ev_guard_inputs *in;
	const struct ev_pack *p;
	const struct ev_source *s;
	const struct ev_guard_table *t;
	size_t *scenario;		/* by row of t */
	const struct ev_guard_column **column;	/* by variable, or NULL */
	uint8_t *alone;			/* by constraint: of one variable */
	size_t *group;			/* by variable: what may bear on it */
};
/* The patient's row of each row of another table of theirs; SIZE_MAX: none. */
size_t *ev_guard_patients(const struct ev_check *c,
			  const struct ev_guard_table *t);

void ev_check_open(struct ev_check *c, struct ev_guards *out,
		   const struct ev_guard_inputs *in);
void ev_check_close(struct ev_check *c);

/* guard_law.c: what is declared of one variable --------------------------- */

/* Whether its distribution in a scenario needs no value of a patient. */
bool ev_law_is_exact(const struct ev_source *s, size_t scenario,
		     size_t variable);
/* P(X < x) and P(X <= x) of the written number; `full` by variable, for what
 * is not exact; NaN where a value it needs is missing. */
void ev_law_at(double out[2], const struct ev_source *s, size_t scenario,
	       size_t variable, const double *full, double x);
/* Shares of the levels; false where a value it needs is missing. */
bool ev_law_levels(double *out, const struct ev_source *s, size_t scenario,
		   size_t variable, const double *full);
/* The variables that a rule needs, marked. */
void ev_law_uses(const struct ev_rule *r, uint8_t *used);

/* The checks, each adding its guardrails ----------------------------------- */

int ev_check_scenarios(struct ev_check *c);	/* guard_rare.c */
int ev_check_declared(struct ev_check *c);	/* guard_spec.c */
int ev_check_derived(struct ev_check *c);
int ev_check_correlation(struct ev_check *c);	/* guard_rank.c */
int ev_check_missing(struct ev_check *c);	/* guard_missing.c */
int ev_check_windows(struct ev_check *c);	/* guard_windows.c */
int ev_check_constraints(struct ev_check *c);	/* guard_constraints.c */
int ev_check_tuples(struct ev_check *c);	/* guard_tuples.c */
int ev_check_modes(struct ev_check *c);		/* guard_copies.c */
int ev_check_histograms(struct ev_check *c);	/* guard_histograms.c */
int ev_check_reference(struct ev_check *c);	/* guard_reference.c */
int ev_check_propensity(struct ev_check *c);	/* guard_propensity.c */
int ev_check_leak(struct ev_check *c);		/* guard_leak_copies.c */
int ev_leak_distances(struct ev_check *c);	/* guard_leak.c */
int ev_check_behaviour(struct ev_check *c);	/* guard_behaviour.c */
int ev_check_downstream(struct ev_check *c);	/* guard_downstream.c */

/* guard_constraints.c: which constraints are of one variable alone, and which
 * variables bear on each other. */
void ev_check_groups(struct ev_check *c);
/* Whether a value meets the hard constraints that are of this variable. */
bool ev_check_allows(const struct ev_check *c, size_t variable, double x);
/* How far patients drawn again for hard constraints may move a variable;
 * `exact`: what is of it alone is reckoned with by ev_check_allows(). */
double ev_check_slack(const struct ev_check *c, size_t variable, bool exact);
/* A threshold of 64 bit words as a share. */
static inline double ev_share_of(uint64_t threshold)
{
	return threshold == UINT64_MAX ? 1 : (double)threshold * 0x1p-64;
}
/* The values of a row by variable; NaN: missing or hidden. */
void ev_check_row(double *values, const struct ev_check *c, size_t row);

#endif
