#include "base/compat.h"
#include "clinical/engine.h"

#include "base/error.h"
#include "stats/drift.h"

/* Are scores spread as the reference's are? */
static int value_of(double *value, const struct ev_view *v, enum ev_metric m)
{
	struct ev_psi psi;
	struct ev_ks ks;
	int ret;

	if (m == EV_M_KS) {
		ret = ev_ks(&ks, v->score[0], v->n, v->score[1], v->n);
		*value = ks.d;
		return ret < 0 ? ret : !(ks.flags & EV_STAT_UNDEFINED);
	}
	ret = ev_psi(&psi, v->score[0], v->n, v->score[1], v->n, EV_PSI_BINS);
	*value = psi.value;
	return ret < 0 ? ret : !(psi.flags & EV_STAT_UNDEFINED);
}

int ev_measure_drift(struct ev_work *w, const struct ev_task *t)
{
	int against = t->against >= 0 ? t->against : w->g->ref[0] ? 0 : 1, ret;
	enum ev_metric m = t->q->metric;
	const struct ev_view *v;
	double value;

	if (m != EV_M_PSI && m != EV_M_KS)
		return EV_ENOTFOUND;
	if (!w->g->ref[against])
		return 1;
	v = ev_work_pair_scored(w, against);
	if (!v->n)
		return 1;
	ret = value_of(&value, v, m);
	if (ret <= 0)
		return ret < 0 ? ret : 1;
	memset(t->m, 0, sizeof(*t->m));
	t->m->e.value = value;
	t->m->e.method = m == EV_M_PSI ? "psi_deciles" : "ks";
	t->m->e.n = (double)v->n;
	t->m->e.level = t->level;
	t->m->e.flags = EV_STAT_NO_INTERVAL;
	return 1;
}
