/*
 * suite_internal.h - how a suite is read, for this room's suite files only
 *
 * Every reader takes the value that it is about, which may be NULL or of
 * another type than it should be: the schema has spoken of that already, and
 * the reader says nothing.
 */
#ifndef EV_CLINICAL_SUITE_INTERNAL_H
#define EV_CLINICAL_SUITE_INTERNAL_H

#include "clinical/suite.h"

#define EV_SUITE_MAX_BYTES ((size_t)1 << 20)
#define EV_SUITE_MAX_ITEMS 1000u	/* of any other list */

/* suite_words.c: small things that all readers need ---------------------- */

/* The text of a string or a number; NULL. */
const char *ev_su_text(const struct ev_value *v);
/* A copy of the text of a member, or NULL. */
char *ev_su_dup(const struct ev_value *map, const char *key);
/* Strings and numbers of a list, or of one alone, as text; others are
 * problems, as an empty list is; `path` names it. */
void ev_su_strs(struct ev_strs *out, const struct ev_value *v,
		const char *path, struct ev_problems *bad);
/* The same where the schema has looked at the items already. */
void ev_su_words(struct ev_strs *out, const struct ev_value *v,
		 const char *path, struct ev_problems *bad);
/* Letters, digits and "_", "-", "."; with `slash`, '/' too. */
bool ev_su_name(const char *s, bool slash);
/* A whole number from `low` to `high`; else a problem, and false. */
bool ev_su_int(int64_t *out, const struct ev_value *v, const char *path,
	       int64_t low, int64_t high, struct ev_problems *bad);
/* Index of the word, or -1. */
int ev_su_index(const struct ev_value *v, const char *const *words);
/* "did you mean 'x'?", owned by the caller, or NULL. */
char *ev_su_meant(const char *word, const char *const *words, size_t n);

/* suite_decimal.c -------------------------------------------------------- */

/* What is wrong with the text as a decimal number; NULL: nothing. */
const char *ev_decimal_why(const char *text);
/* Text that is right. */
void ev_decimal_take(struct ev_decimal *out, const char *text);
/* Open interval: low < d < high; `closed`: the ends too. Else a problem. */
struct ev_su_range { double low, high; bool closed; const char *said; };
bool ev_su_decimal(struct ev_decimal *out, const struct ev_value *v,
		   const char *path, const struct ev_su_range *range,
		   struct ev_problems *bad);
/* The same where the schema says nothing of the type. */
bool ev_su_any_decimal(struct ev_decimal *out, const struct ev_value *v,
		       const char *path, const struct ev_su_range *range,
		       struct ev_problems *bad);

/* suite_dataset.c, suite_stats.c, suite_slices.c ------------------------- */

void ev_su_dataset(struct ev_suite *s, const struct ev_value *root,
		   struct ev_problems *bad);
void ev_dataset_release(struct ev_dataset *d);
/* suite_readers.c: dataset.readers, read and written. */
void ev_su_readers(struct ev_dataset *d, const struct ev_value *v,
		   const struct ev_value *dataset, struct ev_problems *bad);
void ev_su_write_readers(struct ev_json *j, const struct ev_dataset *d);
/* What readers have no such thing of; NULL, or what to say. */
const char *ev_su_readers_lack(const struct ev_dataset *d, enum ev_metric m);
extern const struct ev_field ev_su_readers_table[];
/* suite_time.c: dataset.window_s, and metrics of rows in time. */
void ev_su_window(struct ev_dataset *d, const struct ev_value *v,
		  struct ev_problems *bad);
bool ev_su_in_time(double *seconds, const struct ev_dataset *d,
		   const struct ev_value *at, enum ev_metric m,
		   const char *argument, struct ev_problems *bad);
/* Neither compared with another version nor over members of a slice. */
bool ev_su_stands_alone(enum ev_metric m);
void ev_su_references(struct ev_suite *s, const struct ev_value *root,
		      struct ev_problems *bad);
void ev_su_points(struct ev_suite *s, const struct ev_value *v,
		  struct ev_problems *bad);
void ev_su_stats(struct ev_suite *s, const struct ev_value *v,
		 struct ev_problems *bad);
void ev_su_minima(struct ev_suite *s, const struct ev_value *v,
		  struct ev_problems *bad);
void ev_su_slices(struct ev_suite *s, const struct ev_value *v,
		  struct ev_problems *bad);
void ev_su_family_release(struct ev_family *f);
/* Index of a family, or SIZE_MAX. */
size_t ev_su_family(const struct ev_suite *s, const char *name);
/* The column that a role stands for, or the word itself. */
const char *ev_su_column(const struct ev_dataset *d, const char *word);

/* suite_request.c, suite_metrics.c, suite_share.c ------------------------ */

/*
 * Requests for what the text says, which are more than one for a range.  Of
 * those that are there already nothing is added.  Answers the first's index,
 * or SIZE_MAX after a problem.
 */
size_t ev_su_request(struct ev_suite *s, const struct ev_value *v,
		     bool wanted, struct ev_problems *bad);
void ev_su_metrics(struct ev_suite *s, const struct ev_value *root,
		   struct ev_problems *bad);
/* After the gates: PPV and NPV at each prevalence. */
void ev_su_project(struct ev_suite *s, const struct ev_value *at,
		   struct ev_problems *bad);
size_t ev_su_add_request(struct ev_suite *s, const struct ev_request *q,
			 const char *key, const struct ev_value *at,
			 struct ev_problems *bad);
/* "label=AF and score<0.05"; NULL, or what is wrong with it. */
char *ev_su_share(struct ev_share *out, const struct ev_dataset *d,
		  const char *text, size_t n);

/* suite_gates.c, suite_compare.c, suite_condition.c, suite_policy.c ------ */

void ev_su_gates(struct ev_suite *s, const struct ev_value *v,
		 struct ev_problems *bad);
void ev_su_gate_release(struct ev_gate *g);
/* One gate as its readers see it. */
struct ev_su_gate {
	const struct ev_suite *s;
	struct ev_gate *g;
	const struct ev_value *v;
	const char *path;		/* "gates[3]" */
	const char *metric;		/* as written, or NULL */
	const struct ev_metric_info *info;	/* or NULL */
	struct ev_problems *bad;
};
void ev_su_compare(struct ev_su_gate *x, const struct ev_value *v);
/* pass and review, which stand in `v`. */
void ev_su_conditions(struct ev_su_gate *x, const struct ev_value *v,
		      const char *path);
/* 1, -1 or 0 as ev_metric_info: of what the gate judges. */
int ev_su_better(const struct ev_su_gate *x);
void ev_su_low_n(enum ev_low_n *out, const struct ev_value *v);
void ev_su_policy(struct ev_suite *s, const struct ev_value *v,
		  struct ev_problems *bad);

/* suite_effective_gates.c ------------------------------------------------ */

void ev_su_write_gates(struct ev_json *j, const struct ev_suite *s);

/* words of the file, in the order of their enums; ended by NULL ---------- */

extern const char *const ev_su_tiers[];		/* from EV_TIER_LOW */
extern const char *const ev_su_bounds[];
extern const char *const ev_su_comparators[];
extern const char *const ev_su_compares[];	/* from NON_INFERIORITY */
extern const char *const ev_su_low_ns[];	/* from EV_LOW_N_REVIEW */
extern const char *const ev_su_missings[];
extern const char *const ev_su_formats[];	/* from EV_ROWS_CSV */
extern const char *const ev_su_adjustments[];

#endif
