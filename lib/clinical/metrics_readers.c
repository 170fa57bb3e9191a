#include "base/compat.h"
#include "clinical/readers.h"

#include "base/error.h"

static void take_mean(struct ev_measure *m, const struct ev_mrmc_mean *mean,
		      bool fixed)
{
	m->e = fixed ? mean->fixed : mean->random;
	m->df = fixed ? 0 : mean->df;
}

/* Test less control, whichever is the first of the pair. */
static void take_gain(struct ev_measure *m, const struct ev_mrmc *x,
		      const struct ev_readings *r, bool fixed)
{
	const struct ev_auc_test *t = NULL;
	bool swapped = r->test > r->control;
	double lower;
	size_t i;

	for (i = 0; i < x->n_pairs; i++) {
		size_t low = swapped ? r->control : r->test;
		size_t high = swapped ? r->test : r->control;

		if (x->pairs[i].first == low && x->pairs[i].second == high)
			t = fixed ? &x->pairs[i].fixed : &x->pairs[i].random;
	}
	if (!t)
		return;
	m->e = t->difference;
	m->z = t->z;
	m->p = t->p;
	m->df = t->df;
	if (!swapped)
		return;
	lower = m->e.lower;
	m->e.value = -m->e.value;
	m->e.lower = -m->e.upper;
	m->e.upper = -lower;
	m->z = -m->z;
}

static int measure(struct ev_work *w, const struct ev_task *t,
		   const struct ev_readings *r)
{
	bool fixed = w->g->s->dataset.fixed_readers;
	enum ev_metric what = t->q->metric;
	struct ev_mrmc x;
	int ret;

	if (r->test == EV_NOWHERE ||
	    (what != EV_M_READER_AUC && r->control == EV_NOWHERE))
		return 1;
	ret = ev_mrmc(&x, &r->table, t->level);
	if (ret < 0)
		return ret;
	if (what == EV_M_READER_AUC_GAIN)
		take_gain(t->m, &x, r, fixed);
	else
		take_mean(t->m, &x.means[what == EV_M_READER_AUC ? r->test :
			  r->control], fixed);
	t->m->e.n = r->table.cases;
	ev_mrmc_release(&x);
	return 1;
}

int ev_measure_readers(struct ev_work *w, const struct ev_task *t)
{
	struct ev_readings r;
	int ret;

	if (t->q->metric < EV_M_READER_AUC ||
	    t->q->metric > EV_M_READER_AUC_GAIN)
		return EV_ENOTFOUND;
	ret = ev_readings_make(&r, w->g->s, w->g->c, w->rows, w->n, false);
	if (ret > 0)
		ret = measure(w, t, &r);
	ev_readings_release(&r);
	return ret < 0 ? ret : 1;
}
