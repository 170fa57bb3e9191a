/*
 * cohortfix.h - a suite filled by hand, and files to read by it
 */
#ifndef EV_TESTS_COHORTFIX_H
#define EV_TESTS_COHORTFIX_H

#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "clinical/cohort.h"

/* Keys patient/window, AF against NSR and OTHER, probabilities. */
static inline void suite_init(struct ev_suite *s)
{
	memset(s, 0, sizeof(*s));
	ev_strs_add(&s->dataset.key, "patient");
	ev_strs_add(&s->dataset.key, "window");
	s->dataset.cluster = ev_strdup("patient");
	s->dataset.label = ev_strdup("truth");
	s->dataset.score = ev_strdup("score");
	ev_strs_add(&s->dataset.positive, "AF");
	ev_strs_add(&s->dataset.negative, "NSR");
	ev_strs_add(&s->dataset.negative, "OTHER");
	s->dataset.format = EV_ROWS_CSV;
	s->slices = ev_calloc(1, sizeof(*s->slices));
	s->slices[0].name = ev_strdup("overall");
	s->n_slices = 1;
}

static inline struct ev_family *suite_slice(struct ev_suite *s,
					    enum ev_slice_kind kind,
					    const char *name,
					    const char *column)
{
	struct ev_family *f;

	s->slices = ev_realloc(s->slices, (s->n_slices + 1) *
			       sizeof(*s->slices));
	f = &s->slices[s->n_slices++];
	memset(f, 0, sizeof(*f));
	f->name = ev_strdup(name);
	f->kind = kind;
	f->column = ev_strdup(column);
	return f;
}

static inline void suite_release(struct ev_suite *s)
{
	struct ev_dataset *d = &s->dataset;
	size_t i, k;

	ev_strs_release(&d->key);
	ev_strs_release(&d->positive);
	ev_strs_release(&d->negative);
	ev_strs_release(&d->classes);
	ev_strs_release(&d->class_scores);
	free(d->cluster);
	free(d->patient);
	free(d->label);
	free(d->score);
	free(d->abstain);
	free(s->previous.column);
	for (i = 0; i < s->n_slices; i++) {
		for (k = 0; k < s->slices[i].n_where; k++)
			free(s->slices[i].where[k].column);
		free(s->slices[i].where);
		free(s->slices[i].name);
		free(s->slices[i].column);
	}
	free(s->slices);
	ev_value_free(s->tree);
}

/* From an exact copy: a sanitizer then sees every byte past its end. */
static inline int cohort_try(struct ev_cohort *c, const struct ev_suite *s,
			     const char *text)
{
	size_t n = strlen(text);
	char *copy = ev_malloc(n);
	int ret;

	memcpy(copy, text, n);
	ret = ev_cohort_read_memory(c, s, "p.csv", copy, n);
	free(copy);
	return ret;
}

static inline void cohort_of(struct ev_cohort *c, const struct ev_suite *s,
			     const char *text)
{
	if (cohort_try(c, s, text) < 0)
		fail_msg("%s", ev_error_last()->message);
}

static inline void cohort_fails(const struct ev_suite *s, const char *text,
				const char *message, const char *hint)
{
	struct ev_cohort c;

	assert_true(cohort_try(&c, s, text) < 0);
	assert_string_equal(ev_error_last()->message, message);
	if (!strstr(ev_error_last()->hints, hint))
		fail_msg("hints: %s", ev_error_last()->hints);
}

#endif
