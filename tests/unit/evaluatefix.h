/*
 * evaluatefix.h - a suite and predictions as text, and what comes of them
 */
#ifndef EV_TESTS_EVALUATEFIX_H
#define EV_TESTS_EVALUATEFIX_H

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "base/error.h"
#include "base/mem.h"
#include "clinical/evaluate.h"

struct made {
	struct ev_suite s;
	struct ev_cohort c;
	struct ev_reference r[2];
	struct ev_evaluation e;
};

/* The lines that every suite here begins with. */
#define SUITE_HEAD \
	"schema: git-evidence/suite/v1\n" \
	"suite: {id: toy, version: \"1\", tier: moderate}\n"
#define SUITE_DATA \
	"dataset:\n" \
	"  key: [row]\n" \
	"  columns: {patient: patient, label: label, score: score}\n" \
	"  label: {positive: \"1\", negative: \"0\"}\n" \
	"  score: {kind: probability, direction: higher_is_positive}\n" \
	"operating_points:\n" \
	"  half: {threshold: \"0.5\"}\n" \
	"min_n: {positives: 1, negatives: 1, patients: 1}\n"

static inline void must(int ret)
{
	if (ret < 0)
		fail_msg("%s\n%s", ev_error_last()->message,
			 ev_error_last()->details);
}

/* Evaluate; `old` (NULL: none) are the previous version's predictions. */
static inline void make(struct made *m, const char *suite, const char *rows,
			const char *old)
{
	memset(m, 0, sizeof(*m));
	must(ev_suite_parse(&m->s, "suite.yaml", suite, strlen(suite)));
	must(ev_cohort_read_memory(&m->c, &m->s, "rows.csv", rows,
				   strlen(rows)));
	if (old)
		must(ev_reference_read_memory(&m->r[0], &m->c, &m->s,
					      "previous", "old.csv", old,
					      strlen(old), NULL));
	must(ev_evaluate(&m->e, &m->s, &m->c, &m->r[0], &m->r[1], NULL));
}

static inline void made_release(struct made *m)
{
	ev_evaluation_release(&m->e);
	ev_reference_release(&m->r[0]);
	ev_reference_release(&m->r[1]);
	ev_cohort_release(&m->c);
	ev_suite_release(&m->s);
}

static inline const struct ev_slice_result *slice(const struct made *m,
						  const char *name)
{
	size_t i;

	for (i = 0; i < m->e.n_slices; i++)
		if (!strcmp(m->e.slices[i].name, name))
			return &m->e.slices[i];
	return NULL;
}

static inline const struct ev_measure *metric(const struct made *m,
					      const char *name,
					      const char *key)
{
	const struct ev_slice_result *r = slice(m, name);
	size_t i;

	assert_non_null(r);
	for (i = 0; i < m->s.n_requests; i++)
		if (!strcmp(m->s.requests[i].key, key))
			return &r->measures[i];
	fail_msg("no metric %s", key);
	return NULL;
}

static inline bool near(double a, double b)
{
	double d = a - b;

	return (d < 0 ? -d : d) <= 1e-12;
}

/* n rows "rK,pK,LABEL,SCORE[,MORE]", numbered from *k on. */
static inline void add_rows(struct ev_buf *b, unsigned *k, unsigned n,
			    int label, const char *score, const char *more)
{
	for (; n > 0; n--, (*k)++)
		ev_buf_addf(b, "r%u,p%u,%d,%s%s\n", *k, *k, label, score, more);
}

/* A suite in which the first `from` became `to`, and a part of what is said. */
struct spoilt { const char *from, *to, *says; };

static inline void refuse_spoilt(const char *suite, const struct spoilt *list,
				 size_t n)
{
	const struct ev_error *e;
	struct ev_buf b = EV_BUF_INIT;
	struct ev_suite s;
	const char *at;
	size_t i;

	for (i = 0; i < n; i++) {
		at = strstr(suite, list[i].from);
		if (!at)
			fail_msg("'%s' is not there", list[i].from);
		ev_buf_clear(&b);
		ev_buf_add(&b, suite, (size_t)(at - suite));
		ev_buf_addf(&b, "%s%s", list[i].to,
			    at + strlen(list[i].from));
		assert_int_equal(ev_suite_parse(&s, "suite.yaml", b.ptr,
						b.len), EV_EINVALID);
		e = ev_error_last();
		if (!strstr(e->message, list[i].says) &&
		    !strstr(e->details, list[i].says))
			fail_msg("'%s' says nothing of '%s'", e->message,
				 list[i].says);
	}
	ev_buf_release(&b);
}

#endif
