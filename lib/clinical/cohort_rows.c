#include "base/compat.h"
#include "clinical/cohort_internal.h"

#include <math.h>

#include "base/error.h"
#include "base/mem.h"

void ev_reading_resize(struct ev_reading *x, size_t room)
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

static int add_class_scores(struct ev_reading *x,
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

static int refuse_missing(const struct ev_reading *x)
{
	size_t i = x->plan.n_class_scores ? x->plan.class_scores[0] :
		   x->plan.score;

	ev_rows_fail(x->r, i, "score is missing");
	ev_error_hint("missing: {score: worst_case} counts such rows as "
		      "errors of the model");
	return EV_EINVALID;
}

static int add_scores(struct ev_reading *x, const struct ev_rows_field *fields)
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
		     const struct ev_reading *x,
		     const struct ev_rows_field *fields, size_t i)
{
	if (fields[i].len > EV_COHORT_MAX_TEXT) {
		ev_rows_fail(x->r, i, "text in column '%s' is longer than %u "
			     "bytes", ev_rows_column_name(x->r, i),
			     EV_COHORT_MAX_TEXT);
		ev_error_hint("is it the column that the suite means?");
		return EV_EINVALID;
	}
	*out = ev_dictionary_code(d, fields[i].text, fields[i].len);
	return 0;
}

static int add_patient(struct ev_reading *x, const struct ev_rows_field *fields)
{
	size_t i = x->plan.patient;
	struct ev_cohort *c = x->c;

	if (c->keys->by_row || x->patients_in_keys)
		return 0;
	if (!fields[i].len) {
		ev_rows_fail(x->r, i, "patient in column '%s' is empty",
			     ev_rows_column_name(x->r, i));
		ev_error_hint("say whose row it is");
		return EV_EINVALID;
	}
	return text_code(&c->patient[c->n], &c->keys->patients, x, fields, i);
}

static int add_columns(struct ev_reading *x, const struct ev_rows_field *fields)
{
	struct ev_cohort *c = x->c;
	struct ev_column *column;
	size_t i, at;
	int ret;

	for (i = 0; i < c->n_columns; i++) {
		column = &c->columns[i];
		at = x->plan.columns[i];
		if (column->time) {
			ret = ev_field_time(&column->number[c->n], x->r,
					    fields, at);
			if (ret < 0)
				return ret;
		} else if (column->numeric) {
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

static int refuse_unlabelled(const struct ev_reading *x)
{
	ev_rows_fail(x->r, x->plan.label, "label is missing");
	ev_error_hint("missing: {label: exclude_and_report} leaves such rows "
		      "out");
	return EV_EINVALID;
}

int ev_reading_add(struct ev_reading *x, const struct ev_rows_field *fields)
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
		return refuse_unlabelled(x);
	if (!ret) {
		c->flow.no_label++;
		return ev_keys_add(&c->keys->excluded, x->r, fields, p->keys,
				   p->n_keys);
	}
	if (c->n == x->room)
		ev_reading_resize(x, 2 * x->room);
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
