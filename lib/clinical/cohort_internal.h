/*
 * cohort_internal.h - how predictions are read; for cohort and reference alone
 *
 * Texts (keys, patients, words of a column) lie one behind the other, each
 * ended by NUL, and are known by number.  The order of equal texts is that of
 * the rows.
 */
#ifndef EV_CLINICAL_COHORT_INTERNAL_H
#define EV_CLINICAL_COHORT_INTERNAL_H

#include "clinical/cohort.h"

/* Keys, patients and words of slices; longer ones are an error. */
#define EV_COHORT_MAX_TEXT 4096u

struct ev_cohort_texts {
	char *bytes;
	size_t used, cap;
	uint64_t *at;			/* where each begins */
	size_t n, at_cap;
};
/* Room for a text of up to n bytes, to be ended by ev_cohort_texts_end(). */
char *ev_cohort_texts_begin(struct ev_cohort_texts *t, size_t n);
void ev_cohort_texts_end(struct ev_cohort_texts *t, size_t n);
void ev_cohort_texts_add(struct ev_cohort_texts *t, const char *text, size_t n);
void ev_cohort_texts_release(struct ev_cohort_texts *t);
static inline const char *ev_cohort_texts_get(const struct ev_cohort_texts *t,
					      size_t i)
{
	return t->bytes + t->at[i];
}
/* order[i]: number of the i-th text by bytes.  Owned by the caller. */
uint32_t *ev_cohort_texts_order(const struct ev_cohort_texts *t);
/* Number the texts anew, so that i is what order[i] was. */
void ev_cohort_texts_permute(struct ev_cohort_texts *t, const uint32_t *order);

/* Each text once. */
struct ev_dictionary {
	struct ev_cohort_texts words;
	uint64_t *slots;		/* part of the hash, and number + 1 */
	size_t mask;
	uint64_t seed;
	uint32_t last;			/* what was asked for last */
};
uint32_t ev_dictionary_code(struct ev_dictionary *d, const char *text,
			    size_t n);
/* No more words: number them by bytes, and the n codes with them. */
void ev_dictionary_finish(struct ev_dictionary *d, uint32_t *codes, size_t n);
void ev_dictionary_release(struct ev_dictionary *d);

/* Keys of rows, and the lines where they stand. */
struct ev_line_break {			/* rows from here on are a line each */
	size_t row;
	uint64_t line;
};
struct ev_keys {
	struct ev_cohort_texts texts;
	uint32_t *order;		/* rows as read; NULL: as they are */
	bool unsorted;
	struct ev_line_break *breaks;
	size_t n_breaks, breaks_cap;
};
/* The key of the current row, of n columns of it. */
int ev_keys_add(struct ev_keys *k, const struct ev_rows *r,
		const struct ev_rows_field *fields, const size_t *columns,
		size_t n);
/* By bytes; the order (also in k->order) tells how, NULL if it was so. */
const uint32_t *ev_keys_sort(struct ev_keys *k);
uint64_t ev_keys_line(const struct ev_keys *k, size_t i);
/* EV_EINVALID if one key is twice, in one list or both; both are sorted. */
int ev_keys_unique(const struct ev_keys *a, const struct ev_keys *b,
		   const char *file);
void ev_keys_release(struct ev_keys *k);

/* Kept with a cohort. */
struct ev_cohort_keys {
	struct ev_keys rows, excluded;
	struct ev_dictionary patients;
	bool by_row;			/* no patients: each row is one */
};
/* Patients who are the first part of keys of several parts, from the sorted
 * keys: number them by bytes, without looking up a row. */
void ev_cohort_keys_patients(struct ev_cohort_keys *k, uint32_t *patient);

/* Where in a file's rows things are; EV_NO_FIELD: nowhere. */
#define EV_NO_FIELD SIZE_MAX
struct ev_plan {
	size_t *keys, n_keys;
	size_t patient, label, score, abstain;
	size_t *class_scores, n_class_scores;
	size_t *columns, n_columns;	/* by the cohort's columns */
};
/* Finds all that the suite needs and makes the cohort's columns.
 * EV_EINVALID with all that is not there. */
int ev_plan_cohort(struct ev_plan *p, struct ev_cohort *c,
		   const struct ev_suite *s, const struct ev_rows *r);
/* The keys and one score; of a whole reference label and abstain, too, if
 * they are there. */
int ev_plan_reference(struct ev_plan *p, const struct ev_suite *s,
		      const struct ev_rows *r, const char *what,
		      const char *score, bool whole);
void ev_plan_release(struct ev_plan *p);

/* Fields, as a suite reads them; all with the place of what is wrong. */
struct ev_label_words {
	const struct ev_suite *s;
	const struct ev_strs *last;
	size_t last_item;
	uint8_t last_label;
};
/* 1 and the label, 0 if it is empty. */
int ev_field_label(uint8_t *out, struct ev_label_words *w,
		   const struct ev_rows *r, const struct ev_rows_field *fields,
		   size_t i);
/* 1 and the score, 0 if it is missing. */
int ev_field_score(double *out, const struct ev_suite *s,
		   const struct ev_rows *r, const struct ev_rows_field *fields,
		   size_t i);
/* 1 and a number, 0 if it is missing. */
int ev_field_number(double *out, const struct ev_rows *r,
		    const struct ev_rows_field *fields, size_t i);
/* Seconds, from a number or a time of RFC 3339; EV_EINVALID if missing. */
int ev_field_time(double *out, const struct ev_rows *r,
		  const struct ev_rows_field *fields, size_t i);
/* 1 or 0. */
int ev_field_abstain(const struct ev_rows *r,
		     const struct ev_rows_field *fields, size_t i);
/* Score and state together. */
int ev_field_state(double *score, uint8_t *state, const struct ev_suite *s,
		   const struct ev_rows *r, const struct ev_rows_field *fields,
		   const struct ev_plan *p);

/* A cohort that is being read. */
struct ev_reading {
	struct ev_cohort *c;
	const struct ev_suite *s;
	struct ev_rows *r;
	struct ev_plan plan;
	struct ev_label_words labels;
	struct ev_dictionary *words;	/* by column */
	bool patients_in_keys;		/* the first of several parts */
	size_t room;
};
void ev_reading_resize(struct ev_reading *x, size_t room);
/* The current row; one without a label is only counted, and its key kept. */
int ev_reading_add(struct ev_reading *x, const struct ev_rows_field *fields);

/* Into c->alike, of a cohort that is read. */
void ev_cohort_find_alike(struct ev_cohort *c);

void ev_permute_doubles(double *items, const uint32_t *order, size_t n,
			size_t each);
void ev_permute_codes(uint32_t *items, const uint32_t *order, size_t n);
void ev_permute_bytes(uint8_t *items, const uint32_t *order, size_t n);

#endif
