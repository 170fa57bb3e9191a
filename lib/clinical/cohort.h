/*
 * cohort.h - predictions as a suite reads them
 *
 * Rows stand in the order of their keys' bytes, whatever the file's order, and
 * patients are numbered by the bytes of their ids: nothing after this file
 * can depend on how the rows came.  Duplicate keys, labels that the suite does
 * not name, scores that are no finite number (or outside [0, 1] where they
 * are probabilities) are errors with file, line and column; an empty score, or
 * "NA" or "NaN" in any case, is missing.  Rows without a label are no part of
 * it.  Without a patient column each row is a patient of its own.
 *
 * Memory: 14 bytes a row, 4 for each column that a slice asks for (8 where it
 * has cuts), and the keys with 9 more bytes each; for a while as much again
 * where rows have to be put in order.
 */
#ifndef EV_CLINICAL_COHORT_H
#define EV_CLINICAL_COHORT_H

#include "clinical/suite.h"

enum ev_row_state { EV_ROW_SCORED, EV_ROW_NO_SCORE, EV_ROW_ABSTAINED };

struct ev_column {
	char *name;
	bool numeric;			/* a slice has cuts on it */
	bool coded;			/* a slice goes by its words; or both */
	bool time;			/* seconds, or times of RFC 3339 as
					   these; none is missing; numeric */
	double *number;			/* NaN: missing; only if numeric */
	uint32_t *code;			/* index into words; only if coded */
	char **words;			/* sorted by bytes, NUL-ended; "" is
					   one, if the column has empty ones */
	size_t n_words;
};

/* Received = excluded + analysed (STARD). */
struct ev_flow {
	uint64_t received;
	uint64_t no_label;		/* excluded: label empty */
	uint64_t analysed;		/* rows of the cohort */
	uint64_t no_score;		/* of these */
	uint64_t abstained;
	uint32_t patients;
};

struct ev_cohort {
	size_t n;
	double *score;			/* 0 where the state is not SCORED */
	uint8_t *label;			/* 1, 0; multi-class: class */
	uint8_t *state;			/* enum ev_row_state */
	uint32_t *patient;
	uint32_t patients;
	bool clustered;			/* some patient has several rows */
	double *class_score;		/* multi-class (else NULL): n x classes,
					   row-major; no score then is 0 */
	struct ev_column *columns;	/* those that slices name */
	size_t n_columns;
	struct ev_flow flow;
	/* Patients whose id is another's but for case, blanks at its ends or
	 * the form of its letters, and the first of them with its place; NULL */
	uint32_t alike;
	char *alike_said;
	char digest[72];		/* "sha256:..." of the file */
	char *name;			/* of the file, as the user gave it */
	/* internal: key bytes, patient ids */
	struct ev_cohort_keys *keys;
};

int ev_cohort_read(struct ev_cohort *out, const struct ev_suite *s,
		   const char *path);
int ev_cohort_read_memory(struct ev_cohort *out, const struct ev_suite *s,
			  const char *name, const char *bytes, size_t n);
void ev_cohort_release(struct ev_cohort *c);
/* Key of a row, patient id; until release.  The parts of a key are joined by
 * '/'; one within a part has a backslash before it, if there are several. */
const char *ev_cohort_key(const struct ev_cohort *c, size_t row);
const char *ev_cohort_patient(const struct ev_cohort *c, uint32_t patient);
/* An id without blanks at its ends, in one case and composed: the same for all
 * that may be one patient's.  Owned by the caller. */
char *ev_cohort_fold(const char *id);
/*
 * "sha256:..." of keys and labels in their order: the data themselves, whatever
 * was predicted of them.  Each row is its key, NUL, its label (1, 0, or the
 * class) and LF, after a line "git-evidence data v1".
 */
void ev_cohort_data_digest(char out[72], const struct ev_cohort *c);
/*
 * The same of keys and scores: the predictions themselves, whatever order they
 * stood in and however numbers were written.  Each row is its key, NUL, its
 * state as a byte (enum ev_row_state) and its score, or one for each of the
 * classes, as doubles of eight bytes, lowest first; after a line "git-evidence
 * predictions v1".
 */
void ev_cohort_content_digest(char out[72], const struct ev_cohort *c,
			      size_t classes);
const struct ev_column *ev_cohort_column(const struct ev_cohort *c,
					 const char *name);

/*
 * Another version's predictions for the same rows: by file (same keys, the
 * label, if there, must agree), or from a column of the candidate's own file
 * (suite: references.previous.column, dataset.columns.baseline).
 */
struct ev_reference {
	bool present;
	const char *what;		/* "previous", "anchor" */
	double *score;			/* by row of the candidate's cohort */
	uint8_t *state;			/* EV_ROW_NO_SCORE: not paired, too */
	uint8_t *paired;		/* 1: the row is in both */
	size_t n_paired;
	size_t only_here, only_there;	/* rows without partner */
	char digest[72];
	char *name;
};
int ev_reference_read(struct ev_reference *out, const struct ev_cohort *c,
		      const struct ev_suite *s, const char *what,
		      const char *path);
/* From a column of the candidate's file: read again, keys as they are. */
int ev_reference_column(struct ev_reference *out, const struct ev_cohort *c,
			const struct ev_suite *s, const char *what,
			const char *path, const char *column);
/* Either of them from bytes; `column` NULL: another file. */
int ev_reference_read_memory(struct ev_reference *out,
			     const struct ev_cohort *c,
			     const struct ev_suite *s, const char *what,
			     const char *name, const char *bytes, size_t n,
			     const char *column);
void ev_reference_release(struct ev_reference *r);

#endif
