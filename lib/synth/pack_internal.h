/*
 * pack_internal.h - how a pack is read, for pack*.c only
 *
 * Every reader takes the value that it is about, which may be NULL or of
 * another type than it should be: the schema has spoken of that already, and
 * the reader says nothing.
 */
#ifndef EV_SYNTH_PACK_INTERNAL_H
#define EV_SYNTH_PACK_INTERNAL_H

#include "base/buf.h"
#include "data/schema.h"
#include "synth/pack.h"

#define EV_PACK_MAX_BYTES ((size_t)4 << 20)
#define EV_PACK_MAX_ITEMS 1000u
#define EV_PACK_MAX_COPULA 100u

/* A pack while it is read. */
struct ev_pk {
	struct ev_pack *p;
	struct ev_problems *bad;
	const struct ev_value *root;
	const struct ev_value **at;	/* by variable: its value in the file */
};

/* pack_words.c ----------------------------------------------------------- */

const char *ev_pk_text(const struct ev_value *v);	/* or NULL */
char *ev_pk_dup(const struct ev_value *map, const char *key);
/* A list of texts, or one alone; empty, doubled or other ones are problems. */
void ev_pk_strs(struct ev_pk *k, struct ev_strs *out,
		const struct ev_value *v, const char *path);
/* The keys of a map, in its order, that are words of a table: neither empty nor
 * with control characters. */
void ev_pk_keys(struct ev_pk *k, struct ev_strs *out,
		const struct ev_value *map, const char *path);
/* Letters, digits, '_'; the first no digit. */
bool ev_pk_is_name(const char *s);
/*
 * A column of the cohort can be named so: it is a name, no word of
 * expressions, no column that there is anyway, and nothing of the pack has
 * it.  Else a problem; `what` is "variable", "series", ...
 */
bool ev_pk_column(struct ev_pk *k, const struct ev_value *at,
		  const char *name, const char *what);
/* Letters, digits and . _ - */
bool ev_pk_is_id(const char *s);
int ev_pk_index(const struct ev_value *v, const char *const *words);
/* A finite number in [low, high]; else a problem, and false. */
bool ev_pk_number(struct ev_pk *k, double *out, const struct ev_value *v,
		  const char *path, double low, double high);
bool ev_pk_whole(struct ev_pk *k, uint64_t *out, const struct ev_value *v,
		 const char *path, uint64_t low, uint64_t high);
/* [low, high], low < high; false and a problem if it is no such pair. */
bool ev_pk_pair(struct ev_pk *k, double *low, double *high,
		const struct ev_value *v, const char *path);
/* "did you mean 'x'?" of a list, owned by the caller, or NULL. */
char *ev_pk_meant(const char *word, const struct ev_strs *words);
/* Index of a variable that is named at `at`; else a problem, and -1. */
ptrdiff_t ev_pk_variable(struct ev_pk *k, const struct ev_value *at,
			 const char *name, const char *path);
/* Index in a list of levels or states; else a problem, and -1. */
ptrdiff_t ev_pk_level(struct ev_pk *k, const struct ev_value *at,
		      const char *name, const struct ev_strs *levels,
		      const char *what);

/* pack_chance.c: exact shares -------------------------------------------- */

#define EV_PK_ONE UINT64_C(1000000000000000000)	/* 10^18 */

/* A decimal from 0 to 1 with at most 18 places, in 10^-18. */
bool ev_pk_share(struct ev_pk *k, uint64_t *out, const struct ev_value *v,
		 const char *path);
/* The same as a threshold of 64 bit words; see ev_chance(). */
bool ev_pk_chance(struct ev_pk *k, uint64_t *out, const struct ev_value *v,
		  const char *path);
/* floor(share * 2^64); UINT64_MAX for 1 */
uint64_t ev_pk_threshold(uint64_t share);
/* {LEVEL: share, ...}, sum exactly 1; levels that are left out have none. */
bool ev_pk_levels(struct ev_pk *k, struct ev_levels *out,
		  const struct ev_value *v, const struct ev_strs *levels,
		  const char *path);
/* One level for certain. */
void ev_pk_certain(struct ev_levels *out, size_t level, size_t n);
/* no and yes with P(yes) = share */
void ev_pk_yes(struct ev_levels *out, uint64_t share);
/* A weight: a decimal above 0 with at most 6 digits before and 6 after the
 * point, in 10^-6; false: it is none. */
bool ev_pk_weight(uint64_t *out, const char *text);

/* pack_head.c ------------------------------------------------------------ */

void ev_pk_head(struct ev_pk *k);
void ev_pk_factors(struct ev_pk *k);
void ev_pk_outputs(struct ev_pk *k);
void ev_pk_behaviours(struct ev_pk *k);
/* pack_guardrails.c: checked alone; guard.h reads them. */
void ev_pk_guardrails(struct ev_pk *k);

/* pack_variables.c, pack_rule.c ------------------------------------------ */

void ev_pk_variables(struct ev_pk *k);
void ev_pk_missing(struct ev_pk *k);	/* after series */
void ev_pk_gap(struct ev_pk *k, size_t series, const struct ev_value *v,
	       const char *path);
/* The members of `v` that say how a value comes about; false: none does. */
bool ev_pk_rule(struct ev_pk *k, struct ev_rule *out, size_t variable,
		const struct ev_value *v, const char *path);
/* clip and truncate, and their compilation for factor and shift */
void ev_pk_range(struct ev_pk *k, struct ev_rule *r, size_t variable,
		 const struct ev_value *v, const char *path);
void ev_pk_rule_release(struct ev_rule *r);
/* A value that is the same for all: `true`, 3, F. */
bool ev_pk_value(struct ev_pk *k, struct ev_rule *out, size_t variable,
		 const struct ev_value *v, const char *path);
struct ev_expr *ev_pk_expr(struct ev_pk *k, const struct ev_value *v,
			   const char *path);

/* pack_constraint_forms.c: kinds of constraints ---------------------------- */

/* Each is written as an expression; what is asked of its parts is asked
 * before, so that problems have their places. */
struct ev_pk_form {
	struct ev_pk *k;
	struct ev_constraint *c;
	const struct ev_value *at;	/* the value of the kind */
	const char *path;
	uint8_t *used;			/* by variable */
	struct ev_buf text;
	bool whole;			/* nothing was wrong so far */
};
void ev_pk_implication(struct ev_pk_form *r);
void ev_pk_range_form(struct ev_pk_form *r);
void ev_pk_ordering(struct ev_pk_form *r);
void ev_pk_sum(struct ev_pk_form *r);
void ev_pk_temporal(struct ev_pk_form *r);

/* others ----------------------------------------------------------------- */

void ev_pk_order(struct ev_pk *k);		/* after scenarios */
void ev_pk_rule_uses(const struct ev_rule *r, uint8_t *used);
void ev_pk_copula(struct ev_pk *k);
void ev_pk_constraints(struct ev_pk *k);
void ev_pk_reach(struct ev_pk *k);		/* after scenarios */
/* From where to where a number can be, rounding included. */
struct ev_pk_reach { double low, high; };
struct ev_pk_reach ev_pk_support(const struct ev_rule *rule,
				 const struct ev_variable *x);
void ev_pk_series(struct ev_pk *k);
void ev_pk_waveform(struct ev_pk *k, const struct ev_value *v);
void ev_pk_one_series(struct ev_pk *k, struct ev_series *x,
		      const struct ev_value *key, const struct ev_value *v);
/* Numbers by level: each has to be named. */
double *ev_pk_by_level(struct ev_pk *k, const struct ev_variable *on,
		       const struct ev_value *v, const char *path, double low,
		       double high);
/* A variable that has levels; else a problem, and -1. */
ptrdiff_t ev_pk_with_levels(struct ev_pk *k, const struct ev_value *at,
			    const char *name, const char *path);
void ev_pk_labels(struct ev_pk *k);
void ev_pk_score(struct ev_pk *k);
void ev_pk_scenarios(struct ev_pk *k);
void ev_pk_streams(struct ev_pk *k);
void ev_pk_series_release(struct ev_longitudinal *s);
void ev_pk_scenario_release(struct ev_scenario *s);
/* Rates "A>B: 0.1" into a matrix. */
double *ev_pk_rates(struct ev_pk *k, const struct ev_value *v,
		    const char *path);
/* A state, or {STATE: share}. */
bool ev_pk_initial(struct ev_pk *k, struct ev_levels *out,
		   const struct ev_value *v, const char *path);

/* pack_matrix.c: symmetric n x n ------------------------------------------ */

double ev_pk_sine(double x);			/* |x| <= pi */
bool ev_pk_cholesky(double *factor, const double *m, size_t n);
/* Eigenvalues, and vectors in the columns of `vectors`; by Jacobi. */
void ev_pk_eigen(double *values, double *vectors, const double *m, size_t n);
/* The nearest correlation matrix (Higham 2002), then positive definite. */
void ev_pk_nearest(double *m, size_t n);

#endif
