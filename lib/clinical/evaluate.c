#include "base/compat.h"
#include "clinical/left.h"
#include "clinical/readers.h"

#include <stdarg.h>
#include "base/error.h"
#include "base/mem.h"

const char *ev_outcome_word(enum ev_outcome_word o)
{
	static const char *const words[] = {
		[EV_OUT_PASS] = "pass", [EV_OUT_REVIEW] = "review",
		[EV_OUT_INCOMPLETE] = "incomplete", [EV_OUT_FAIL] = "fail"
	};

	return words[o];
}

struct tasks {
	struct ev_task *items;
	size_t n, cap;
};

static void add_task(struct tasks *l, const struct ev_request *q, int against,
		     double level, struct ev_measure *m)
{
	struct ev_task *t;

	EV_GROW(l->items, l->n, l->cap);
	t = &l->items[l->n++];
	t->q = q;
	t->against = against;
	t->level = level;
	t->m = m;
	t->draws = false;
}

/* All that the suite asks for, and what can be compared without drawing. */
static void plan(struct tasks *l, const struct ev_evaluation *e,
		 struct ev_slice_result *r)
{
	const struct ev_suite *s = e->suite;
	size_t i;
	int k;

	r->measures = ev_calloc(s->n_requests + 1, sizeof(*r->measures));
	for (i = 0; i < s->n_requests; i++)
		add_task(l, &s->requests[i], -1, s->stats.confidence,
			 &r->measures[i]);
	for (k = 0; k < 2; k++) {
		if (!e->reference[k])
			continue;
		r->change[k] = ev_calloc(s->n_requests + 1,
					 sizeof(*r->change[k]));
		if (s->dataset.label_kind == EV_LABEL_CLASSES)
			continue;
		for (i = 0; i < s->n_requests; i++)
			if (ev_change_is_cheap(&s->requests[i]))
				add_task(l, &s->requests[i], k,
					 s->stats.confidence,
					 &r->change[k][i]);
	}
	for (i = 0; i < r->n_asked; i++)
		add_task(l, &s->requests[r->asked[i].request],
			 r->asked[i].against, r->asked[i].level,
			 &r->asked[i].m);
}

static int reliability(struct ev_work *w, struct ev_slice_result *r)
{
	const struct ev_stats_choice *s = &w->g->s->stats;
	const struct ev_view *v;
	struct ev_predicted d;

	if (w->g->s->dataset.score_kind != EV_SCORE_PROBABILITY ||
	    w->g->s->dataset.label_kind != EV_LABEL_BINARY || !w->n)
		return 0;
	v = ev_work_scored(w);
	if (!v->n)
		return 0;
	ev_view_predicted(&d, v, 0);
	return ev_bins(&r->bins, &d, s->ece_bins, s->ece_scheme,
		       s->ece_closure, s->confidence);
}

static int measure_slice(struct ev_engine *g, const struct ev_evaluation *e,
			 struct ev_slice_result *r)
{
	struct tasks l = { NULL, 0, 0 };
	struct ev_work w;
	size_t i;
	int ret;

	plan(&l, e, r);
	ret = ev_work_open(&w, g, r);
	for (i = 0; i < l.n && ret >= 0; i++) {
		struct ev_task *t = &l.items[i];

		ret = t->against < 0 ? ev_measure_task(&w, t) :
			ev_change_task(&w, t);
		t->draws = ret == 0;
	}
	if (ret >= 0)
		ret = ev_draw_tasks(&w, l.items, l.n);
	if (ret >= 0)
		ret = reliability(&w, r);
	ev_work_close(&w);
	free(l.items);
	if (ret < 0)
		ev_fail_prefix("slice '%s'", r->name);
	return ret < 0 ? ret : 0;
}

/* What the suite lets be missing. */
static void judge_missing(struct ev_evaluation *e)
{
	const struct ev_dataset *d = &e->suite->dataset;
	const struct ev_flow *f = &e->cohort->flow;
	uint64_t missing = f->no_score + f->abstained;

	if (d->missing == EV_MISSING_FAIL && missing)
		ev_evaluation_cap(e, EV_OUT_FAIL, "%llu of %llu rows have no "
				  "score, and the suite lets none be missing",
				  (unsigned long long)missing,
				  (unsigned long long)f->analysed);
	if (d->missing_max.text && f->analysed &&
	    ev_ratio_compare((double)missing, (double)f->analysed,
			     &d->missing_max) > 0)
		ev_evaluation_cap(e, EV_OUT_INCOMPLETE, "%llu of %llu rows "
				  "have no score, more than the share %s that "
				  "the suite lets be missing",
				  (unsigned long long)missing,
				  (unsigned long long)f->analysed,
				  d->missing_max.text);
	if (d->label_missing_fails && f->no_label)
		ev_evaluation_cap(e, EV_OUT_FAIL, "%llu of %llu rows have no "
				  "label, and the suite lets none be missing",
				  (unsigned long long)f->no_label,
				  (unsigned long long)f->received);
}

/* One patient by two names is counted twice, and its rows as independent. */
static void judge_patients(struct ev_evaluation *e)
{
	uint32_t n = e->cohort->alike;

	if (n)
		ev_evaluation_cap(e, EV_OUT_REVIEW, "%u patient%s may be "
				  "another of the data: the id%s only in case, "
				  "blanks or the form of letters", n,
				  n == 1 ? "" : "s", n == 1 ? " differs" :
				  "s differ");
}

/* Rows that only one version has say nothing of a difference. */
static void judge_pairing(struct ev_evaluation *e)
{
	size_t all;
	int k;

	for (k = 0; k < 2; k++) {
		const struct ev_reference *r = e->reference[k];

		if (!r)
			continue;
		all = r->n_paired + r->only_here;
		if (all && ev_ratio_compare((double)r->n_paired, (double)all,
					    &e->suite->pairing_require) < 0)
			ev_evaluation_cap(e, EV_OUT_INCOMPLETE, "only %zu of "
					  "%zu rows are in '%s' too; the suite "
					  "requires the share %s", r->n_paired,
					  all, r->name,
					  e->suite->pairing_require.text);
	}
}

static void EV_PRINTF(3, 4) no_better(struct ev_evaluation *e,
				      enum ev_outcome_word o,
				      const char *fmt, ...)
{
	struct ev_buf b = EV_BUF_INIT;
	va_list ap;

	if (o > e->outcome)
		e->outcome = o;
	va_start(ap, fmt);
	ev_buf_vaddf(&b, fmt, ap);
	va_end(ap);
	ev_strs_add(&e->reasons, b.ptr);
	ev_buf_release(&b);
}

static void judge_rows(struct ev_evaluation *e)
{
	size_t i;

	for (i = 0; i < e->n_rows; i++) {
		const struct ev_gate_row *r = &e->rows[i];

		if (r->outcome == EV_OUT_PASS)
			continue;
		no_better(e, r->outcome, "%s: %s%s%s: %s",
			  e->suite->gates[r->gate].id, r->slice_name,
			  r->against ? " against " : "",
			  r->against ? r->against : "", r->reason);
	}
}

static const struct ev_reference *present(const struct ev_reference *r)
{
	return r && r->present ? r : NULL;
}

int ev_evaluate(struct ev_evaluation *out, const struct ev_suite *s,
		const struct ev_cohort *c, const struct ev_reference *previous,
		const struct ev_reference *anchor,
		const struct ev_evaluate_options *o)
{
	struct ev_engine g;
	size_t i;
	int ret;

	memset(out, 0, sizeof(*out));
	out->suite = s;
	out->cohort = c;
	out->reference[0] = present(previous);
	out->reference[1] = present(anchor);
	ret = ev_readers_check(s, c);
	if (ret >= 0)
		ret = ev_slices_make(out);
	if (ret >= 0)
		ret = ev_gates_plan(out);
	if (ret < 0)
		return ret;
	ret = ev_measuring_open(&g, out, o);
	for (i = 0; i < out->n_slices && ret >= 0; i++)
		ret = measure_slice(&g, out, &out->slices[i]);
	if (ret >= 0)
		ret = ev_gates_judge(out, &g);
	if (ret >= 0)
		ret = ev_checks_make(out, &g);
	ev_measuring_close(&g);
	if (ret < 0)
		return ret;
	judge_rows(out);
	judge_missing(out);
	judge_patients(out);
	judge_pairing(out);
	return ev_escalate(out);
}

void ev_evaluation_cap(struct ev_evaluation *e, enum ev_outcome_word cap,
		       const char *fmt, ...)
{
	struct ev_buf b = EV_BUF_INIT;
	va_list ap;

	if (cap > e->capped)
		e->capped = cap;
	va_start(ap, fmt);
	ev_buf_vaddf(&b, fmt, ap);
	va_end(ap);
	no_better(e, cap, "%s", b.ptr);
	ev_buf_release(&b);
}

void ev_evaluation_release(struct ev_evaluation *e)
{
	size_t i;

	for (i = 0; i < e->n_slices; i++)
		ev_slice_release(&e->slices[i]);
	free(e->slices);
	for (i = 0; i < e->n_rows; i++) {
		free(e->rows[i].slice_name);
		free(e->rows[i].limit);
		free(e->rows[i].reason);
	}
	free(e->rows);
	for (i = 0; i < e->n_triggers; i++) {
		free(e->triggers[i].when);
		free(e->triggers[i].why);
	}
	free(e->triggers);
	ev_left_release(e);
	free(e->checks.worst);
	ev_strs_release(&e->reasons);
	memset(e, 0, sizeof(*e));
}
