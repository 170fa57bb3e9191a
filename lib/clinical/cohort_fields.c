#include "base/compat.h"
#include "clinical/cohort_internal.h"

#include <strings.h>

#include "base/clock.h"
#include "base/error.h"
#include "data/text.h"

/* Milliseconds of it are exact. */
#define MOST_SECONDS 1e12

static bool is(const struct ev_rows_field *f, const char *word)
{
	return strlen(word) == f->len && !memcmp(f->text, word, f->len);
}

static bool is_any_case(const struct ev_rows_field *f, const char *word)
{
	return strlen(word) == f->len && !strncasecmp(f->text, word, f->len);
}

static bool find_label(struct ev_label_words *w, const struct ev_strs *words,
		       const struct ev_rows_field *f, uint8_t label)
{
	size_t i;

	for (i = 0; i < words->n; i++) {
		if (!is(f, words->items[i]))
			continue;
		w->last = words;
		w->last_item = i;
		w->last_label = words == &w->s->dataset.classes ? (uint8_t)i :
				label;
		return true;
	}
	return false;
}

static int unknown_label(const struct ev_suite *s, const struct ev_rows *r,
			 const struct ev_rows_field *f, size_t i)
{
	const struct ev_dataset *d = &s->dataset;
	int n = ev_text_clip(f->text, f->len);

	ev_rows_fail(r, i, "label '%.*s' is none that the suite names", n,
		     f->text);
	if (d->label_kind == EV_LABEL_CLASSES)
		ev_error_hint("its classes begin with '%s'",
			      d->classes.n ? d->classes.items[0] : "");
	else if (!d->negative.n)
		ev_error_hint("say which labels are negative: "
			      "label: {positive: ..., negative: [\"%.*s\"]}",
			      n, f->text);
	else
		ev_error_hint("add it to dataset.label.negative, or leave the "
			      "field empty if there is no label");
	return EV_EINVALID;
}

int ev_field_label(uint8_t *out, struct ev_label_words *w,
		   const struct ev_rows *r, const struct ev_rows_field *fields,
		   size_t i)
{
	const struct ev_dataset *d = &w->s->dataset;
	const struct ev_rows_field *f = &fields[i];
	bool found;

	if (!f->len)
		return 0;
	found = w->last && is(f, w->last->items[w->last_item]);
	if (!found && d->label_kind == EV_LABEL_CLASSES)
		found = find_label(w, &d->classes, f, 0);
	else if (!found)
		found = find_label(w, &d->positive, f, 1) ||
			find_label(w, &d->negative, f, 0);
	if (!found)
		return unknown_label(w->s, r, f, i);
	*out = w->last_label;
	return 1;
}

int ev_field_number(double *out, const struct ev_rows *r,
		    const struct ev_rows_field *fields, size_t i)
{
	const struct ev_rows_field *f = &fields[i];
	int ret;

	*out = 0;
	if (!f->len || ((*f->text | 32) == 'n' &&
			(is_any_case(f, "NA") || is_any_case(f, "NaN"))))
		return 0;
	ret = ev_rows_double(out, r, i);
	/* One zero, not two. */
	*out += 0.0;
	return ret < 0 ? ret : 1;
}

int ev_field_time(double *out, const struct ev_rows *r,
		  const struct ev_rows_field *fields, size_t i)
{
	const struct ev_rows_field *f = &fields[i];
	char text[64];
	int64_t at;

	if (f->len >= 20 && f->len < sizeof(text) && f->text[4] == '-') {
		memcpy(text, f->text, f->len);
		text[f->len] = '\0';
		if (ev_time_parse(&at, text) == 0) {
			*out = (double)at;
			return 0;
		}
	} else if (f->len) {
		int ret = ev_rows_double(out, r, i);

		if (ret < 0 || (*out > -MOST_SECONDS && *out < MOST_SECONDS))
			return ret < 0 ? ret : 0;
	}
	ev_rows_fail(r, i, f->len ? "'%.*s' in column '%s' is no time" :
		     "time%.*s in column '%s' is missing",
		     ev_text_clip(f->text, f->len), f->text,
		     ev_rows_column_name(r, i));
	ev_error_hint("seconds, or a time as 2026-01-31T12:00:00Z");
	return EV_EINVALID;
}

int ev_field_score(double *out, const struct ev_suite *s,
		   const struct ev_rows *r, const struct ev_rows_field *fields,
		   size_t i)
{
	const struct ev_rows_field *f = &fields[i];
	int ret;

	ret = ev_field_number(out, r, fields, i);
	if (ret <= 0 || s->dataset.score_kind != EV_SCORE_PROBABILITY ||
	    (*out >= 0 && *out <= 1))
		return ret;
	ev_rows_fail(r, i, "score %.*s is no probability, from 0 to 1",
		     ev_text_clip(f->text, f->len), f->text);
	ev_error_hint("if scores are no probabilities: "
		      "score: {kind: number}");
	return EV_EINVALID;
}

int ev_field_abstain(const struct ev_rows *r,
		     const struct ev_rows_field *fields, size_t i)
{
	static const char *const yes[] = { "true", "1", "yes", "y" };
	static const char *const no[] = { "false", "0", "no", "n" };
	const struct ev_rows_field *f = &fields[i];
	size_t k;

	if (!f->len)
		return 0;
	for (k = 0; k < EV_ARRAY_SIZE(yes); k++)
		if (is_any_case(f, yes[k]))
			return 1;
	for (k = 0; k < EV_ARRAY_SIZE(no); k++)
		if (is_any_case(f, no[k]))
			return 0;
	ev_rows_fail(r, i, "'%.*s' in column '%s' says neither yes nor no",
		     ev_text_clip(f->text, f->len), f->text,
		     ev_rows_column_name(r, i));
	ev_error_hint("true, 1, yes, y; false, 0, no, n, or nothing");
	return EV_EINVALID;
}

int ev_field_state(double *score, uint8_t *state, const struct ev_suite *s,
		   const struct ev_rows *r, const struct ev_rows_field *fields,
		   const struct ev_plan *p)
{
	int has = 1, abstains = 0;

	*score = 0;
	if (p->score != EV_NO_FIELD)
		has = ev_field_score(score, s, r, fields, p->score);
	if (has < 0)
		return has;
	if (p->abstain != EV_NO_FIELD)
		abstains = ev_field_abstain(r, fields, p->abstain);
	if (abstains < 0)
		return abstains;
	*state = abstains ? EV_ROW_ABSTAINED : has ? EV_ROW_SCORED :
		 EV_ROW_NO_SCORE;
	if (*state != EV_ROW_SCORED)
		*score = 0;
	return 0;
}
