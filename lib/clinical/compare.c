#include "base/compat.h"
#include "clinical/division.h"
#include "clinical/patients.h"

#include "base/error.h"
#include "base/mem.h"
#include "stats/paired.h"

/* Of two versions on one row: 1 or 0 each; false if it has no part. */
struct both {
	struct ev_engine *g;
	const struct ev_request *q;
	const struct ev_reference *ref;
	int marker;
	struct ev_cut cut;
};

/* Are rows of this truth a part of it? */
static bool counts(enum ev_metric m, int truth)
{
	return m == EV_M_ACCURACY ||
		(m == EV_M_SENSITIVITY) == (truth == 1);
}

static bool decided(int x[2], const struct both *b, size_t row)
{
	return counts(b->q->metric, b->g->c->label[row]) &&
		ev_both_right(x, b->g, b->marker - 1, &b->cut, row);
}

static bool in_share(int x[2], const struct both *b, size_t row)
{
	const struct ev_share *s = &b->q->share;
	const struct ev_engine *g = b->g;
	bool of = s->label < 0 || g->c->label[row] == s->label;

	if (g->drops && (g->c->state[row] != EV_ROW_SCORED ||
			 b->ref->state[row] != EV_ROW_SCORED))
		return false;
	x[0] = of && ev_cut_met(&b->cut, g->score[0][row]) != s->below;
	x[1] = of && ev_cut_met(&b->cut, g->score[b->marker][row]) !=
		s->below;
	return true;
}

static bool of_row(int x[2], const struct both *b, size_t row)
{
	uint8_t state;

	if (!b->ref->paired[row])
		return false;
	switch (b->q->metric) {
	case EV_M_SHARE:
		return in_share(x, b, row);
	case EV_M_ABSTAIN_RATE:
	case EV_M_MISSING_RATE:
		state = b->q->metric == EV_M_ABSTAIN_RATE ? EV_ROW_ABSTAINED :
			EV_ROW_NO_SCORE;
		x[0] = b->g->c->state[row] == state;
		x[1] = b->ref->state[row] == state;
		return true;
	default:
		return decided(x, b, row);
	}
}

static void by_rows(struct ev_pairs *p, struct ev_cluster_pair *units,
		    const struct ev_work *w, const struct both *b)
{
	size_t i, row;
	int x[2];

	for (i = 0; i < w->n; i++) {
		row = ev_work_row(w, i);
		if (!of_row(x, b, row))
			continue;
		p->both += x[0] && x[1];
		p->first += x[0] && !x[1];
		p->second += !x[0] && x[1];
		p->neither += !x[0] && !x[1];
		if (units) {
			struct ev_cluster_pair *u = &units[w->cluster_of[i]];

			u->x1 += x[0];
			u->x2 += x[1];
			u->n++;
		}
	}
}

static void by_patients(struct ev_cluster_pair *units, struct ev_work *w,
			const struct ev_task *t)
{
	const struct ev_patient_calls *of =
		ev_patients_calls(w->g, t->against, t->q->point), *at;
	struct ev_cluster_pair *u;
	size_t i;
	int truth;

	for (truth = 0; truth < 2; truth++) {
		if (!counts(t->q->metric, truth))
			continue;
		for (i = 0; i < w->clusters; i++) {
			at = &of[ev_work_patient(w, i)];
			u = &units[i];
			u->x1 += at->right[0][truth];
			u->x2 += at->right[1][truth];
			u->n += at->n[truth];
		}
	}
}

static bool is_decision(enum ev_metric m)
{
	return m == EV_M_SENSITIVITY || m == EV_M_SPECIFICITY ||
		m == EV_M_ACCURACY;
}

static int pairs(struct ev_work *w, const struct ev_task *t)
{
	struct both b = { .g = w->g, .q = t->q };
	struct ev_cluster_pair *units = NULL;
	struct ev_pairs p = { 0, 0, 0, 0 };
	int ret;

	b.ref = w->g->ref[t->against];
	b.marker = t->against + 1;
	b.cut = t->q->metric == EV_M_SHARE ? ev_cut_of(&t->q->share.limit) :
		w->g->cuts[t->q->point];
	if (w->cluster_of)
		units = ev_calloc((size_t)w->clusters + 1, sizeof(*units));
	if (w->whole && is_decision(t->q->metric))
		by_patients(units, w, t);
	else
		by_rows(&p, units, w, &b);
	memset(t->m, 0, sizeof(*t->m));
	if (units) {
		ret = ev_clustered_difference(&t->m->e, units, w->clusters,
					      t->level);
	} else {
		ret = w->g->s->stats.newcombe_paired ?
			ev_newcombe_paired(&t->m->e, &p, t->level) :
			ev_tango(&t->m->e, &p, t->level);
		t->m->e.n = (double)(p.both + p.first + p.second + p.neither);
	}
	free(units);
	return ret < 0 ? ret : 1;
}

static int auc(struct ev_work *w, const struct ev_task *t)
{
	const struct ev_auc_gram *gram;
	int at = t->against + 1, ret;
	struct ev_auc_test d;

	if (w->has_area[at]) {
		*t->m = w->area[at];
		if (ev_at_level(&t->m->e, t->level, -1, 1))
			return 1;
	}
	memset(t->m, 0, sizeof(*t->m));
	ret = ev_division_area(&gram, w->g, w->slice, t->against);
	if (ret == 0)
		ret = ev_auc_pair_of_group(&d, gram, t->level);
	if (ret < 0)
		return ret;
	t->m->e = d.difference;
	t->m->z = d.z;
	t->m->p = d.p;
	w->area[at] = *t->m;
	w->has_area[at] = true;
	return 1;
}

static int drawn(struct ev_work *w, const struct ev_task *t)
{
	bool scored = ev_needs_score(t->q->metric);
	const struct ev_view *v = scored ? ev_work_pair_scored(w, t->against) :
		ev_work_pair(w, t->against);
	double a, b;
	int ret;

	if (!v->n)
		return 1;
	ret = ev_weighted_value(&a, w, t->q, v, 0, NULL);
	if (ret == 1)
		ret = ev_weighted_value(&b, w, t->q, v, 1, NULL);
	if (ret <= 0)
		return ret < 0 ? ret : 1;
	memset(t->m, 0, sizeof(*t->m));
	t->m->e.value = a - b;
	t->m->e.n = (double)v->n;
	t->m->e.level = t->level;
	t->m->e.flags = EV_STAT_NO_INTERVAL;
	return 0;
}

bool ev_change_is_cheap(const struct ev_request *q)
{
	switch (q->metric) {
	case EV_M_SENSITIVITY:
	case EV_M_SPECIFICITY:
	case EV_M_ACCURACY:
	case EV_M_AUC:
	case EV_M_ABSTAIN_RATE:
	case EV_M_MISSING_RATE:
	case EV_M_SHARE:
		return true;
	default:
		return false;
	}
}

static bool can_draw(enum ev_metric m)
{
	return (m > EV_M_CONFUSION && m <= EV_M_MCE) || m == EV_M_NET_BENEFIT;
}

bool ev_change_is_possible(const struct ev_request *q)
{
	switch (q->metric) {
	case EV_M_NEW_FN_RATE:
	case EV_M_NEW_FP_RATE:
	case EV_M_PSI:
	case EV_M_KS:
		return true;
	default:
		return ev_change_is_cheap(q) || can_draw(q->metric);
	}
}

static int change(struct ev_work *w, const struct ev_task *t)
{
	enum ev_metric m = t->q->metric;

	if (w->g->s->dataset.label_kind == EV_LABEL_CLASSES)
		return EV_ENOTFOUND;
	if (m == EV_M_NEW_FN_RATE || m == EV_M_NEW_FP_RATE)
		return ev_measure_share(w, t);
	if (m == EV_M_PSI || m == EV_M_KS)
		return ev_measure_drift(w, t);
	if (m == EV_M_AUC)
		return auc(w, t);
	if (ev_change_is_cheap(t->q))
		return pairs(w, t);
	return can_draw(m) ? drawn(w, t) : EV_ENOTFOUND;
}

int ev_change_task(struct ev_work *w, const struct ev_task *t)
{
	int ret;

	ev_measure_undefined(t->m, t->level);
	if (!w->n)
		return 1;
	ret = change(w, t);
	if (ret == EV_ENOTFOUND)
		return ev_fail(EV_EINVALID, "metric '%s' cannot be compared "
			       "with another version", t->q->key);
	t->m->by_patient = ev_by_patient(w->g);
	if (ret == 0 && t->m->e.flags & EV_STAT_UNDEFINED)
		return 1;
	return ret;
}
