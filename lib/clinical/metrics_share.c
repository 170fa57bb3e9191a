#include "base/compat.h"
#include "clinical/engine.h"

#include "base/error.h"
#include "base/mem.h"

/* A share of rows: which ones are counted over, and which ones count. */
struct tally {
	const struct ev_engine *g;
	const struct ev_request *q;
	struct ev_cut cut;
	const struct ev_reference *ref;
	double stuck;
};

/* 1 counts, 0 is counted over, -1 has no part in it. */
typedef int tally_row(const struct tally *y, size_t row);

static int is_abstained(const struct tally *y, size_t row)
{
	return y->g->c->state[row] == EV_ROW_ABSTAINED;
}

static int is_missing(const struct tally *y, size_t row)
{
	return y->g->c->state[row] == EV_ROW_NO_SCORE;
}

static int is_positive(const struct tally *y, size_t row)
{
	return y->g->c->label[row] == 1;
}

/* Missing scores are where the rule puts them for ranks. */
static int is_in_share(const struct tally *y, size_t row)
{
	const struct ev_share *s = &y->q->share;
	bool met;

	if (y->g->drops && y->g->c->state[row] != EV_ROW_SCORED)
		return -1;
	met = ev_cut_met(&y->cut, y->g->score[0][row]);
	return (s->label < 0 || y->g->c->label[row] == s->label) &&
		met != s->below;
}

static int is_saturated(const struct tally *y, size_t row)
{
	double p = y->g->c->score[row];

	if (y->g->c->state[row] != EV_ROW_SCORED)
		return -1;
	return p <= 1e-6 || p >= 1 - 1e-6;
}

static int is_stuck(const struct tally *y, size_t row)
{
	if (y->g->c->state[row] != EV_ROW_SCORED)
		return -1;
	return y->g->c->score[row] == y->stuck;
}

/* Right by the reference and wrong now, of those with the condition (or of
 * those without). */
static int is_new_error(const struct tally *y, size_t row)
{
	const struct ev_engine *g = y->g;
	int truth = y->q->metric == EV_M_NEW_FN_RATE, now, then;

	if (!y->ref->paired[row] || g->c->label[row] != truth)
		return -1;
	now = ev_call_by(g->rule, truth, ev_call_of(&y->cut,
			 g->c->state[row], g->c->score[row]));
	then = ev_call_by(g->rule, truth, ev_call_of(&y->cut,
			  y->ref->state[row], y->ref->score[row]));
	if (now < 0 || then < 0)
		return -1;
	return then == truth && now != truth;
}

static int measure(struct ev_work *w, const struct ev_task *t,
		   const struct tally *y, tally_row *f)
{
	struct ev_cluster *units = NULL;
	int64_t x = 0, n = 0;
	size_t i;
	int ret;

	if (w->cluster_of)
		units = ev_calloc((size_t)w->clusters + 1, sizeof(*units));
	for (i = 0; i < w->n; i++) {
		int is = f(y, ev_work_row(w, i));

		if (is < 0)
			continue;
		x += is;
		n++;
		if (units) {
			units[w->cluster_of[i]].x += is;
			units[w->cluster_of[i]].n++;
		}
	}
	memset(t->m, 0, sizeof(*t->m));
	ret = ev_measure_proportion(w, t->m, x, n, units, t->level);
	free(units);
	return ret < 0 ? ret : 1;
}

/* Shares that rows have each for itself. */
static tally_row *row_of(enum ev_metric m)
{
	switch (m) {
	case EV_M_ABSTAIN_RATE:
		return is_abstained;
	case EV_M_MISSING_RATE:
		return is_missing;
	case EV_M_PREVALENCE:
		return is_positive;
	case EV_M_SHARE:
		return is_in_share;
	case EV_M_SATURATED:
		return is_saturated;
	default:
		return NULL;
	}
}

struct ev_cluster *ev_share_units(struct ev_work *w,
				  const struct ev_request *q)
{
	struct tally y = { .g = w->g, .q = q };
	tally_row *f = row_of(q->metric);
	struct ev_cluster *units;
	size_t i;

	if (!f)
		return NULL;
	if (q->metric == EV_M_SHARE)
		y.cut = ev_cut_of(&q->share.limit);
	units = ev_calloc((size_t)w->clusters + 1, sizeof(*units));
	for (i = 0; i < w->n; i++) {
		int is = f(&y, ev_work_row(w, i));

		if (is < 0)
			continue;
		units[w->cluster_of ? w->cluster_of[i] : i].x += is;
		units[w->cluster_of ? w->cluster_of[i] : i].n++;
	}
	return units;
}

static double commonest(struct ev_work *w)
{
	const struct ev_view *v = ev_work_scored(w);
	const uint32_t *order = ev_work_order(w, v, 0);
	size_t i, from = 0, best = 0;
	double score = 0;

	for (i = 1; i <= v->n; i++) {
		if (i < v->n && v->score[0][order[i]] ==
		    v->score[0][order[from]])
			continue;
		if (i - from > best) {
			best = i - from;
			score = v->score[0][order[from]];
		}
		from = i;
	}
	return score;
}

double ev_commonest_score(struct ev_work *w)
{
	if (!w->has_stuck)
		w->stuck = commonest(w);
	w->has_stuck = true;
	return w->stuck;
}

static int new_error(struct ev_work *w, const struct ev_task *t,
		     struct tally *y)
{
	int against = t->against;

	if (against < 0)
		against = w->g->ref[0] ? 0 : 1;
	y->ref = w->g->ref[against];
	if (!y->ref)
		return 1;
	y->cut = w->g->cuts[t->q->point];
	return measure(w, t, y, is_new_error);
}

int ev_measure_share(struct ev_work *w, const struct ev_task *t)
{
	struct tally y = { .g = w->g, .q = t->q };

	switch (t->q->metric) {
	case EV_M_SHARE:
		y.cut = ev_cut_of(&t->q->share.limit);
		return measure(w, t, &y, is_in_share);
	case EV_M_ABSTAIN_RATE:
	case EV_M_MISSING_RATE:
	case EV_M_PREVALENCE:
	case EV_M_SATURATED:
		return measure(w, t, &y, row_of(t->q->metric));
	case EV_M_STUCK:
		y.stuck = ev_commonest_score(w);
		return measure(w, t, &y, is_stuck);
	case EV_M_NEW_FN_RATE:
	case EV_M_NEW_FP_RATE:
		return new_error(w, t, &y);
	default:
		return EV_ENOTFOUND;
	}
}
