/*
 * guard.h - is the cohort what the pack declares, and nobody's data
 *
 * Definitions and default limits: CLINICAL 4.4 and git-evidence-pack(5); each
 * guardrail has a value, a limit for pass and one for review, and an outcome.
 * Against the declaration (exact distributions), and, if there is one, against
 * a protected reference table, which is read and never stored: no text and no
 * number of its rows is in an answer, only counts, shares and distances.
 * Distances do not show anonymity: a report says "no leak detected by tests
 * ...".  What cannot be computed is undefined, which is no pass; what has no
 * meaning for a pack is not applicable, and says why.
 */
#ifndef EV_SYNTH_GUARD_H
#define EV_SYNTH_GUARD_H

#include "clinical/evaluate.h"
#include "synth/output.h"

#define EV_GUARD_MAX_ROWS 2000000u	/* of a reference: EV_ELIMIT */
#define EV_GUARD_ROWS 1000000u		/* of a cohort; more: every k-th */
#define EV_GUARD_MAX_TUPLES 100u	/* missing ones that are named */

struct ev_guard {
	char *id;			/* "ks.age", "coverage.t_way" */
	char *says;			/* one sentence */
	double value;			/* NaN: undefined or not applicable */
	double limit, review;		/* as judged; NaN: none */
	bool at_least;			/* the value must not be below, else
					   not above */
	enum ev_outcome_word outcome;
	bool not_applicable;
	bool undefined;			/* constant column ... */
};
struct ev_guards {
	struct ev_guard *items;
	size_t n, cap;
	enum ev_outcome_word outcome;	/* the worst */
	char *leak;			/* "no leak detected by tests ..." */
	struct ev_strs missing_tuples;	/* t-way */
	uint64_t covered, valid;
	char histograms[65];		/* digest of the file, or "" */
};
void ev_guards_release(struct ev_guards *g);
/* By id, or NULL. */
const struct ev_guard *ev_guards_find(const struct ev_guards *g,
				      const char *id);

/* A table to be compared: columns by name, numbers or levels. */
struct ev_guard_table;
/*
 * CSV, TSV, JSON lines.  A column of numbers alone, or of days YYYY-MM-DD, is
 * of numbers, any other of levels; empty is missing.  With a pack its
 * variables have the types that it says; and rows beyond `rows` (0: any) are
 * thinned out evenly.  Messages name places, never what stands there.
 */
int ev_guard_table_read(struct ev_guard_table **out, const char *path);
int ev_guard_table_read_pack(struct ev_guard_table **out, const char *path,
			     const struct ev_pack *p, uint64_t rows);
void ev_guard_table_free(struct ev_guard_table *t);
size_t ev_guard_table_rows(const struct ev_guard_table *t);
/* SHA-256 of the file, lower-case hexadecimal. */
const char *ev_guard_table_digest(const struct ev_guard_table *t);

struct ev_guard_inputs {
	const struct ev_source *source;
	const struct ev_synth_result *result;
	const struct ev_guard_table *cohort;	/* patients.csv read again */
	const struct ev_guard_table *windows;	/* or NULL */
	const struct ev_guard_table *reference, *holdout;	/* or NULL */
	const char *pack_path;			/* beside it lie histograms */
	/* What a suite measured of a device on this cohort, or NULL; with its
	   data, these have to be of the cohort. */
	const struct ev_evaluation *downstream;
	unsigned jobs;
};
/* Whether any check looks at the table of windows. */
bool ev_guards_want_windows(const struct ev_pack *p);
int ev_guards_check(struct ev_guards *out, const struct ev_guard_inputs *in);
/* A list of objects. */
void ev_guards_json(struct ev_json *j, const struct ev_guards *g);
int ev_guards_page(struct ev_buf *out, const struct ev_guards *g,
		   const struct ev_guard_inputs *in);

/*
 * The measures themselves, on two tables (SDMetrics has the same names); `a`
 * is the cohort, `b` the reference.  EV_ENOTFOUND without the column; *out is
 * NaN where it is undefined.
 */
int ev_ks_complement(double *out, const struct ev_guard_table *a,
		     const struct ev_guard_table *b, const char *column);
int ev_tv_complement(double *out, const struct ev_guard_table *a,
		     const struct ev_guard_table *b, const char *column);
int ev_contingency_similarity(double *out, const struct ev_guard_table *a,
			      const struct ev_guard_table *b,
			      const char *x, const char *y);
int ev_missing_similarity(double *out, const struct ev_guard_table *a,
			  const struct ev_guard_table *b, const char *column);
/* Of numbers the share of b's range, of levels that of b's levels. */
int ev_coverage(double *out, const struct ev_guard_table *a,
		const struct ev_guard_table *b, const char *column);
/* Share of a's values within b's range, or among b's levels. */
int ev_adherence(double *out, const struct ev_guard_table *a,
		 const struct ev_guard_table *b, const char *column);
/* Least Gower distance of each row of `a` to the rows of `b`, over the columns
 * that both have, but for those in `without`. */
int ev_dcr(double *out, const struct ev_guard_table *a,
	   const struct ev_guard_table *b, const struct ev_strs *without,
	   unsigned jobs);

#endif
