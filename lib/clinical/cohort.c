#include "base/compat.h"
#include "clinical/cohort.h"

#include "base/error.h"
#include "base/mem.h"
#include "clinical/cohort_internal.h"

#define FIRST_ROOM 1024

static void permute(struct ev_reading *x, const uint32_t *order)
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

static void finish_patients(const struct ev_reading *x)
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

static int finish(struct ev_reading *x)
{
	struct ev_cohort *c = x->c;
	const uint32_t *order;
	size_t i;
	int ret;

	ev_reading_resize(x, c->n ? c->n : 1);
	order = ev_keys_sort(&c->keys->rows);
	ev_keys_sort(&c->keys->excluded);
	ret = ev_keys_unique(&c->keys->rows, &c->keys->excluded, c->name);
	if (ret < 0)
		return ret;
	if (order)
		permute(x, order);
	finish_patients(x);
	ev_cohort_find_alike(c);
	for (i = 0; i < c->n_columns; i++)
		if (c->columns[i].coded)
			finish_words(&c->columns[i], &x->words[i], c->n);
	memcpy(c->digest, "sha256:", 7);
	return ev_rows_digest(c->digest + 7, x->r);
}

/* Patients who are keys need no looking up. */
static void plan_patients(struct ev_reading *x)
{
	const struct ev_plan *p = &x->plan;
	bool is_key = p->patient == p->keys[0];

	x->c->keys->by_row = p->patient == EV_NO_FIELD ||
			     (is_key && p->n_keys == 1);
	x->patients_in_keys = is_key && p->n_keys > 1;
}

static int read_all(struct ev_reading *x)
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
	ev_reading_resize(x, FIRST_ROOM);
	while ((ret = ev_rows_next(x->r, &fields)) > 0) {
		ret = ev_reading_add(x, fields);
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
	struct ev_reading x = { .c = out, .s = s, .r = r,
				.labels = { .s = s } };
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
	free(c->alike_said);
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
