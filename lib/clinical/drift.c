#include "base/compat.h"
#include "clinical/engine.h"

#include "base/error.h"
#include "base/mem.h"
#include "stats/drift.h"

static double *in_order(const double *x, const uint32_t *order, size_t n)
{
	double *out = ev_malloc((n + 1) * sizeof(*out));
	size_t i;

	for (i = 0; i < n; i++)
		out[i] = x[order[i]];
	return out;
}

/* Are scores spread as the reference's are?  Both answers at once, as the
 * order costs most. */
static int look(struct ev_work *w, const struct ev_view *v, int against)
{
	struct ev_drift_values *d = &w->drift[against];
	double *x, *reference;
	struct ev_psi psi;
	struct ev_ks ks;
	int ret;

	if (d->made)
		return 0;
	x = in_order(v->score[0], ev_work_order(w, v, 0), v->n);
	reference = in_order(v->score[1], ev_work_order(w, v, 1), v->n);
	ret = ev_ks_sorted(&ks, x, v->n, reference, v->n);
	if (ret >= 0)
		ret = ev_psi_sorted(&psi, x, v->n, reference, v->n,
				    EV_PSI_BINS);
	free(x);
	free(reference);
	if (ret < 0)
		return ret;
	d->made = true;
	d->value[0] = psi.value;
	d->value[1] = ks.d;
	d->defined[0] = !(psi.flags & EV_STAT_UNDEFINED);
	d->defined[1] = !(ks.flags & EV_STAT_UNDEFINED);
	return 0;
}

int ev_measure_drift(struct ev_work *w, const struct ev_task *t)
{
	int against = t->against >= 0 ? t->against : w->g->ref[0] ? 0 : 1, ret;
	enum ev_metric m = t->q->metric;
	bool is_ks = m == EV_M_KS;
	const struct ev_view *v;

	if (m != EV_M_PSI && m != EV_M_KS)
		return EV_ENOTFOUND;
	if (!w->g->ref[against])
		return 1;
	v = ev_work_pair_scored(w, against);
	if (!v->n)
		return 1;
	ret = look(w, v, against);
	if (ret < 0)
		return ret;
	if (!w->drift[against].defined[is_ks])
		return 1;
	memset(t->m, 0, sizeof(*t->m));
	t->m->e.value = w->drift[against].value[is_ks];
	t->m->e.method = is_ks ? "ks" : "psi_deciles";
	t->m->e.n = (double)v->n;
	t->m->e.level = t->level;
	t->m->e.flags = EV_STAT_NO_INTERVAL;
	return 1;
}
