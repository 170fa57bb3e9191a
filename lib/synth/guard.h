/*
 * guard.h - is the cohort what the pack declares, and nobody's data
 *
 * Definitions and default limits: CLINICAL 4.4; each guardrail has a value, a
 * limit for pass and one for review, and an outcome.  Against the declaration
 * (exact distributions), and, if there is one, against a protected reference
 * table, which is read and never stored.  Distances do not show anonymity: a
 * report says "no leak detected by tests ...".
 */
#ifndef EV_SYNTH_GUARD_H
#define EV_SYNTH_GUARD_H

#include "clinical/evaluate.h"
#include "synth/output.h"

struct ev_guard {
	char *id;			/* "ks.age", "coverage.t_way" */
	char *says;			/* one sentence */
	double value;
	double limit, review;		/* as judged; NaN: none */
	enum ev_outcome_word outcome;
	bool not_applicable;
	bool undefined;			/* constant column ... */
};
struct ev_guards {
	struct ev_guard *items;
	size_t n, cap;
	enum ev_outcome_word outcome;	/* the worst */
	struct ev_strs missing_tuples;	/* t-way, at most 100 */
	uint64_t covered, valid;
};
void ev_guards_release(struct ev_guards *g);

/* A table to be compared: columns by name, numbers or texts. */
struct ev_guard_table;
int ev_guard_table_read(struct ev_guard_table **out, const char *path);
void ev_guard_table_free(struct ev_guard_table *t);

struct ev_guard_inputs {
	const struct ev_source *source;
	const struct ev_synth_result *result;
	const struct ev_guard_table *cohort;	/* patients.csv read again */
	const struct ev_guard_table *reference, *holdout;	/* or NULL */
	const struct ev_evaluation *downstream;	/* or NULL */
	unsigned jobs;
};
int ev_guards_check(struct ev_guards *out, const struct ev_guard_inputs *in);
void ev_guards_json(struct ev_json *j, const struct ev_guards *g);
int ev_guards_page(struct ev_buf *out, const struct ev_guards *g,
		   const struct ev_guard_inputs *in);

/* The measures themselves, on two tables (SDMetrics has the same names). */
int ev_ks_complement(double *out, const struct ev_guard_table *a,
		     const struct ev_guard_table *b, const char *column);
int ev_tv_complement(double *out, const struct ev_guard_table *a,
		     const struct ev_guard_table *b, const char *column);
int ev_contingency_similarity(double *out, const struct ev_guard_table *a,
			      const struct ev_guard_table *b,
			      const char *x, const char *y);
/* Least Gower distance of each row of `a` to the rows of `b`. */
int ev_dcr(double *out, const struct ev_guard_table *a,
	   const struct ev_guard_table *b, unsigned jobs);

#endif
