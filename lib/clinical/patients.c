#include "base/compat.h"
#include "clinical/patients.h"

#include "base/mem.h"
#include "stats/calibration.h"

struct ev_patients {
	struct ev_cells **cells;	/* by operating point */
	struct ev_patient_calls **calls[2];	/* by reference, by point */
	struct ev_patient_sums *sums;
};

static struct ev_patients *patients(struct ev_engine *g)
{
	size_t points = g->s->n_points + 1;
	int k;

	if (g->patients)
		return g->patients;
	g->patients = ev_calloc(1, sizeof(*g->patients));
	g->patients->cells = ev_calloc(points, sizeof(struct ev_cells *));
	for (k = 0; k < 2; k++)
		g->patients->calls[k] =
			ev_calloc(points, sizeof(struct ev_patient_calls *));
	return g->patients;
}

void ev_patients_free(struct ev_patients *p, size_t points)
{
	size_t i;

	if (!p)
		return;
	for (i = 0; i < points; i++) {
		free(p->cells[i]);
		free(p->calls[0][i]);
		free(p->calls[1][i]);
	}
	free(p->cells);
	free(p->calls[0]);
	free(p->calls[1]);
	ev_patient_sums_free(p->sums);
	free(p);
}

const struct ev_cells *ev_patients_cells(struct ev_engine *g, size_t point)
{
	struct ev_cells **at = &patients(g)->cells[point];
	const struct ev_cut cut = g->cuts[point];
	const struct ev_cohort *c = g->c;
	size_t i;

	if (*at)
		return *at;
	*at = ev_calloc((size_t)c->patients + 1, sizeof(**at));
	for (i = 0; i < c->n; i++)
		(*at)[c->patient[i]].n[c->label[i]]
			[ev_call_of(&cut, c->state[i], c->score[i])]++;
	return *at;
}

bool ev_both_right(int right[2], const struct ev_engine *g, int against,
		   const struct ev_cut *cut, size_t row)
{
	const struct ev_reference *r = g->ref[against];
	const struct ev_cohort *c = g->c;
	int truth = c->label[row], now, then;

	now = ev_call_by(g->rule, truth, ev_call_of(cut, c->state[row],
						    c->score[row]));
	then = ev_call_by(g->rule, truth, ev_call_of(cut, r->state[row],
						     r->score[row]));
	right[0] = now == truth;
	right[1] = then == truth;
	return now >= 0 && then >= 0;
}

const struct ev_patient_calls *ev_patients_calls(struct ev_engine *g,
						 int against, size_t point)
{
	struct ev_patient_calls **of = &patients(g)->calls[against][point];
	const struct ev_cut cut = g->cuts[point];
	const struct ev_cohort *c = g->c;
	struct ev_patient_calls *at;
	int truth, right[2];
	size_t i;

	if (*of)
		return *of;
	*of = ev_calloc((size_t)c->patients + 1, sizeof(**of));
	for (i = 0; i < c->n; i++) {
		if (!g->ref[against]->paired[i] ||
		    !ev_both_right(right, g, against, &cut, i))
			continue;
		at = &(*of)[c->patient[i]];
		truth = c->label[i];
		at->n[truth]++;
		at->right[0][truth] += (uint32_t)right[0];
		at->right[1][truth] += (uint32_t)right[1];
	}
	return *of;
}

bool ev_asks_for_loss(const struct ev_suite *s)
{
	size_t i;

	for (i = 0; i < s->n_requests; i++)
		if (s->requests[i].metric == EV_M_LOG_LOSS)
			return true;
	return false;
}

int ev_patients_sums(const struct ev_patient_sums **out, struct ev_engine *g)
{
	struct ev_patients *p = patients(g);
	struct ev_slice_result all;
	struct ev_predicted d;
	struct ev_work w;
	int ret = 0;

	if (!p->sums) {
		memset(&all, 0, sizeof(all));
		all.n = g->c->n;
		all.no_score = g->c->flow.no_score;
		all.abstained = g->c->flow.abstained;
		ev_work_open(&w, g, &all);
		ev_view_predicted(&d, ev_work_scored(&w), 0);
		ret = ev_patient_sums(&p->sums, &d, ev_asks_for_loss(g->s));
		ev_work_close(&w);
	}
	*out = p->sums;
	return ret;
}
