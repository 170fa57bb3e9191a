#include "base/compat.h"
#include "clinical/cohort.h"

#include <math.h>

#include "base/error.h"
#include "base/mem.h"
#include "clinical/cohort_internal.h"

#define FIRST_ROOM 1024

/* A cohort that is being read. */
struct reading {
	struct ev_cohort *c;
	const struct ev_suite *s;
	struct ev_rows *r;
	struct ev_plan plan;
	struct ev_label_words labels;
	struct ev_dictionary *words;	/* by column */
	bool patients_in_keys;		/* the first of several parts */
	size_t room;
};

static void resize(struct reading *x, size_t room)
{
	struct ev_cohort *c = x->c;
	struct ev_column *column;
	size_t i;

	x->room = room;
	c->score = ev_realloc(c->score, room * sizeof(*c->score));
	c->label = ev_realloc(c->label, room);
	c->state = ev_realloc(c->state, room);
	c->patient = ev_realloc(c->patient, room * sizeof(*c->patient));
	if (x->plan.n_class_scores)
		c->class_score = ev_realloc(c->class_score,
					    room * x->plan.n_class_scores *
					    sizeof(*c->class_score));
	for (i = 0; i < c->n_columns; i++) {
		column = &c->columns[i];
		if (column->numeric)
			column->number = ev_realloc(column->number, room *
						    sizeof(double));
		if (column->coded)
			column->code = ev_realloc(column->code, room *
						  sizeof(uint32_t));
	}
}

static int add_class_scores(struct reading *x,
			    const struct ev_rows_field *fields)
{
	size_t n = x->plan.n_class_scores, i;
	double *to = x->c->class_score + x->c->n * n;
	bool all = true;
	int ret;

	for (i = 0; i < n; i++) {
		ret = ev_field_score(&to[i], x->s, x->r, fields,
				     x->plan.class_scores[i]);
		if (ret < 0)
			return ret;
		all = all && ret;
	}
	if (!all && x->c->state[x->c->n] == EV_ROW_SCORED)
		x->c->state[x->c->n] = EV_ROW_NO_SCORE;
	if (x->c->state[x->c->n] != EV_ROW_SCORED)
		memset(to, 0, n * sizeof(*to));
	return 0;
}

static int refuse_missing(const struct reading *x)
{
	size_t i = x->plan.n_class_scores ? x->plan.class_scores[0] :
		   x->plan.score;

	ev_rows_fail(x->r, i, "score is missing");
	ev_error_hint("missing: {score: worst_case} counts such rows as "
		      "errors of the model");
	return EV_EINVALID;
}

static int add_scores(struct reading *x, const struct ev_rows_field *fields)
{
	struct ev_cohort *c = x->c;
	int ret;

	ret = ev_field_state(&c->score[c->n], &c->state[c->n], x->s, x->r,
			     fields, &x->plan);
	if (!ret && x->plan.n_class_scores)
		ret = add_class_scores(x, fields);
	if (ret < 0)
		return ret;
	if (c->state[c->n] == EV_ROW_NO_SCORE &&
	    x->s->dataset.missing == EV_MISSING_FAIL)
		return refuse_missing(x);
	c->flow.no_score += c->state[c->n] == EV_ROW_NO_SCORE;
	c->flow.abstained += c->state[c->n] == EV_ROW_ABSTAINED;
	return 0;
}

static int text_code(uint32_t *out, struct ev_dictionary *d,
		     const struct reading *x,
		     const struct ev_rows_field *fields, size_t i)
{
	if (fields[i].len > EV_COHORT_MAX_TEXT)
		return ev_rows_fail(x->r, i, "text in column '%s' is longer "
				    "than %u bytes",
				    ev_rows_column_name(x->r, i),
				    EV_COHORT_MAX_TEXT);
	*out = ev_dictionary_code(d, fields[i].text, fields[i].len);
	return 0;
}

static int add_patient(struct reading *x, const struct ev_rows_field *fields)
{
	size_t i = x->plan.patient;
	struct ev_cohort *c = x->c;

	if (c->keys->by_row || x->patients_in_keys)
		return 0;
	if (!fields[i].len)
		return ev_rows_fail(x->r, i, "patient in column '%s' is empty",
				    ev_rows_column_name(x->r, i));
	return text_code(&c->patient[c->n], &c->keys->patients, x, fields, i);
}

static int add_columns(struct reading *x, const struct ev_rows_field *fields)
{
	struct ev_cohort *c = x->c;
	struct ev_column *column;
	size_t i, at;
	int ret;

	for (i = 0; i < c->n_columns; i++) {
		column = &c->columns[i];
		at = x->plan.columns[i];
		if (column->numeric) {
			ret = ev_field_number(&column->number[c->n], x->r,
					      fields, at);
			if (ret < 0)
				return ret;
			if (!ret)
				column->number[c->n] = (double)NAN;
		}
		if (!column->coded)
			continue;
		ret = text_code(&column->code[c->n], &x->words[i], x, fields,
				at);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static int add_row(struct reading *x, const struct ev_rows_field *fields)
{
	struct ev_cohort *c = x->c;
	const struct ev_plan *p = &x->plan;
	uint8_t label;
	int ret;

	c->flow.received++;
	ret = ev_field_label(&label, &x->labels, x->r, fields, p->label);
	if (ret < 0)
		return ret;
	if (!ret && x->s->dataset.label_missing_fails)
		return ev_rows_fail(x->r, p->label, "label is missing");
	if (!ret) {
		c->flow.no_label++;
		return ev_keys_add(&c->keys->excluded, x->r, fields, p->keys,
				   p->n_keys);
	}
	if (c->n == x->room)
		resize(x, 2 * x->room);
	c->label[c->n] = label;
	ret = ev_keys_add(&c->keys->rows, x->r, fields, p->keys, p->n_keys);
	if (!ret)
		ret = add_patient(x, fields);
	if (!ret)
		ret = add_scores(x, fields);
	if (!ret)
		ret = add_columns(x, fields);
	if (!ret)
		c->n++;
	return ret;
}

static void permute(struct reading *x, const uint32_t *order)
{
	struct ev_cohort *c = x->c;
	struct ev_column *column;
	size_t i;

	ev_permute_doubles(c->score, order, c->n, 1);
	ev_permute_bytes(c->label, order, c->n);
	ev_permute_bytes(c->state, order, c->n);
	if (!c->keys->by_row && !x->patients_in_keys)
		ev_permute_codes(c->patient, order, c->n);
	if (x->plan.n_class_scores)
		ev_permute_doubles(c->class_score, order, c->n,
				   x->plan.n_class_scores);
	for (i = 0; i < c->n_columns; i++) {
		column = &c->columns[i];
		if (column->numeric)
			ev_permute_doubles(column->number, order, c->n, 1);
		if (column->coded)
			ev_permute_codes(column->code, order, c->n);
	}
}

static void finish_patients(const struct reading *x)
{
	struct ev_cohort *c = x->c;
	size_t i;

	if (c->keys->by_row) {
		for (i = 0; i < c->n; i++)
			c->patient[i] = (uint32_t)i;
		c->patients = (uint32_t)c->n;
	} else {
		if (x->patients_in_keys)
			ev_cohort_keys_patients(c->keys, c->patient);
		else
			ev_dictionary_finish(&c->keys->patients, c->patient,
					     c->n);
		c->patients = (uint32_t)c->keys->patients.words.n;
	}
	c->clustered = c->patients < c->n;
	c->flow.patients = c->patients;
	c->flow.analysed = c->n;
}

static void finish_words(struct ev_column *column, struct ev_dictionary *d,
			 size_t n)
{
	size_t i;

	ev_dictionary_finish(d, column->code, n);
	column->n_words = d->words.n;
	column->words = ev_calloc(d->words.n, sizeof(*column->words));
	for (i = 0; i < d->words.n; i++)
		column->words[i] = ev_strdup(ev_cohort_texts_get(&d->words, i));
}

static int finish(struct reading *x)
{
	struct ev_cohort *c = x->c;
	const uint32_t *order;
	size_t i;
	int ret;

	resize(x, c->n ? c->n : 1);
	order = ev_keys_sort(&c->keys->rows);
	ev_keys_sort(&c->keys->excluded);
	ret = ev_keys_unique(&c->keys->rows, &c->keys->excluded, c->name);
	if (ret < 0)
		return ret;
	if (order)
		permute(x, order);
	finish_patients(x);
	for (i = 0; i < c->n_columns; i++)
		if (c->columns[i].coded)
			finish_words(&c->columns[i], &x->words[i], c->n);
	memcpy(c->digest, "sha256:", 7);
	return ev_rows_digest(c->digest + 7, x->r);
}

/* Patients who are keys need no looking up. */
static void plan_patients(struct reading *x)
{
	const struct ev_plan *p = &x->plan;
	bool is_key = p->patient == p->keys[0];

	x->c->keys->by_row = p->patient == EV_NO_FIELD ||
			     (is_key && p->n_keys == 1);
	x->patients_in_keys = is_key && p->n_keys > 1;
}

static int read_all(struct reading *x)
{
	const struct ev_rows_field *fields;
	struct ev_cohort *c = x->c;
	size_t i;
	int ret;

	ret = ev_plan_cohort(&x->plan, c, x->s, x->r);
	if (ret < 0)
		return ret;
	x->words = ev_calloc(c->n_columns, sizeof(*x->words));
	plan_patients(x);
	resize(x, FIRST_ROOM);
	while ((ret = ev_rows_next(x->r, &fields)) > 0) {
		ret = add_row(x, fields);
		if (ret < 0)
			break;
	}
	if (!ret)
		ret = finish(x);
	for (i = 0; i < c->n_columns; i++)
		ev_dictionary_release(&x->words[i]);
	free(x->words);
	return ret;
}

/* Closes r. */
static int read_from(struct ev_cohort *out, const struct ev_suite *s,
		     struct ev_rows *r)
{
	struct reading x = { .c = out, .s = s, .r = r, .labels = { .s = s } };
	int ret;

	out->name = ev_strdup(ev_rows_name(r));
	out->keys = ev_calloc(1, sizeof(*out->keys));
	ret = read_all(&x);
	ev_plan_release(&x.plan);
	ev_rows_close(r);
	if (ret < 0)
		ev_cohort_release(out);
	return ret;
}

int ev_cohort_read(struct ev_cohort *out, const struct ev_suite *s,
		   const char *path)
{
	struct ev_rows *r;
	int ret;

	memset(out, 0, sizeof(*out));
	ret = ev_rows_open(&r, path, NULL, s->dataset.format);
	return ret < 0 ? ret : read_from(out, s, r);
}

int ev_cohort_read_memory(struct ev_cohort *out, const struct ev_suite *s,
			  const char *name, const char *bytes, size_t n)
{
	struct ev_rows *r;
	int ret;

	memset(out, 0, sizeof(*out));
	ret = ev_rows_open_memory(&r, bytes, n, name, s->dataset.format);
	return ret < 0 ? ret : read_from(out, s, r);
}

static void release_column(struct ev_column *column)
{
	size_t i;

	for (i = 0; i < column->n_words; i++)
		free(column->words[i]);
	free(column->words);
	free(column->name);
	free(column->number);
	free(column->code);
}

void ev_cohort_release(struct ev_cohort *c)
{
	size_t i;

	free(c->score);
	free(c->label);
	free(c->state);
	free(c->patient);
	free(c->class_score);
	for (i = 0; i < c->n_columns; i++)
		release_column(&c->columns[i]);
	free(c->columns);
	free(c->name);
	if (c->keys) {
		ev_keys_release(&c->keys->rows);
		ev_keys_release(&c->keys->excluded);
		ev_dictionary_release(&c->keys->patients);
	}
	free(c->keys);
	memset(c, 0, sizeof(*c));
}

const char *ev_cohort_key(const struct ev_cohort *c, size_t row)
{
	return ev_cohort_texts_get(&c->keys->rows.texts, row);
}

const char *ev_cohort_patient(const struct ev_cohort *c, uint32_t patient)
{
	if (c->keys->by_row)
		return ev_cohort_key(c, patient);
	return ev_cohort_texts_get(&c->keys->patients.words, patient);
}

const struct ev_column *ev_cohort_column(const struct ev_cohort *c,
					 const char *name)
{
	size_t i;

	for (i = 0; i < c->n_columns; i++)
		if (ev_streq(c->columns[i].name, name))
			return &c->columns[i];
	return NULL;
}
