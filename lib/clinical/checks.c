#include "base/compat.h"
#include "clinical/engine.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/mem.h"
#include "stats/special.h"

#define WORST 20
#define CONFIDENT 0.05
#define LEAK 0.999

int ev_miss_id(char out[EV_MISS_ID], const struct ev_evaluation *e, size_t row)
{
	const char *key = ev_cohort_key(e->cohort, row);
	unsigned char digest[EV_SHA256_SIZE];
	struct ev_sha256 *h = ev_sha256_new();

	ev_sha256_add(h, e->suite->digest, strlen(e->suite->digest) + 1);
	ev_sha256_add(h, key, strlen(key));
	ev_sha256_finish(h, digest);
	ev_sha256_free(h);
	ev_hex_encode(out, digest, (EV_MISS_ID - 1) / 2);
	return 0;
}

/* How much was given to what is true. */
static double given(const struct ev_cohort *c, size_t row)
{
	return c->label[row] ? c->score[row] : 1 - c->score[row];
}

static double loss(double p)
{
	p = p < EV_CAL_EPSILON ? EV_CAL_EPSILON : p;
	return -ev_log(p);
}

/* The rows to which least was given, the earlier first among equals. */
static void find_worst(struct ev_checks *k, const struct ev_cohort *c)
{
	struct ev_miss *w = ev_calloc(WORST + 1, sizeof(*w));
	size_t i, at, n = 0;

	for (i = 0; i < c->n; i++) {
		double p;

		if (c->state[i] != EV_ROW_SCORED)
			continue;
		p = given(c, i);
		if (n == WORST && p >= w[n - 1].loss)
			continue;
		for (at = n; at > 0 && w[at - 1].loss > p; at--)
			w[at] = w[at - 1];
		w[at].row = i;
		w[at].loss = p;
		n += n < WORST;
	}
	for (i = 0; i < n; i++)
		w[i].loss = loss(w[i].loss);
	k->worst = w;
	k->n_worst = n;
}

/* Wrong and sure of it, among those of the class. */
static int confident(struct ev_estimate *out, size_t *count,
		     struct ev_work *w, int truth)
{
	const struct ev_cohort *c = w->g->c;
	struct ev_cluster *units = NULL;
	struct ev_measure m;
	int64_t x = 0, n = 0;
	size_t i;
	int ret;

	if (w->cluster_of)
		units = ev_calloc((size_t)w->clusters + 1, sizeof(*units));
	for (i = 0; i < c->n; i++) {
		bool is;

		if (c->label[i] != truth || c->state[i] != EV_ROW_SCORED)
			continue;
		is = truth ? c->score[i] < CONFIDENT :
			c->score[i] > 1 - CONFIDENT;
		x += is;
		n++;
		if (units) {
			units[w->cluster_of[i]].x += is;
			units[w->cluster_of[i]].n++;
		}
	}
	memset(&m, 0, sizeof(m));
	ret = ev_measure_proportion(w, &m, x, n, units,
				    w->g->s->stats.confidence);
	*out = m.e;
	*count = (size_t)x;
	free(units);
	return ret;
}

/* Errors that the reference did not make, at the first operating point. */
static void new_errors(struct ev_checks *k, const struct ev_engine *g)
{
	const struct ev_cohort *c = g->c;
	size_t i;
	int a, truth, now, then;

	for (a = 0; a < 2; a++) {
		const struct ev_reference *r = g->ref[a];

		for (i = 0; r && g->s->n_points && i < c->n; i++) {
			truth = c->label[i];
			if (!r->paired[i])
				continue;
			now = ev_call_by(g->rule, truth, ev_call_of(
				&g->cuts[0], c->state[i], c->score[i]));
			then = ev_call_by(g->rule, truth, ev_call_of(
				&g->cuts[0], r->state[i], r->score[i]));
			if (now < 0 || then != truth || now == truth)
				continue;
			k->new_fn[a] += truth == 1;
			k->new_fp[a] += truth == 0;
		}
	}
}

static int share(size_t *count, struct ev_work *w, enum ev_metric metric)
{
	struct ev_request q = { .metric = metric };
	struct ev_measure m;
	struct ev_task t = { &q, -1, w->g->s->stats.confidence, &m, false };
	int ret;

	ev_measure_undefined(&m, t.level);
	ret = ev_measure_share(w, &t);
	*count = (size_t)m.e.x;
	return ret < 0 ? ret : 0;
}

static int drift(double *out, struct ev_work *w, enum ev_metric metric)
{
	struct ev_request q = { .metric = metric };
	struct ev_measure m;
	struct ev_task t = { &q, 0, w->g->s->stats.confidence, &m, false };
	int ret;

	*out = -1;
	if (!w->g->ref[0])
		return 0;
	ev_measure_undefined(&m, t.level);
	ret = ev_measure_drift(w, &t);
	if (ret >= 0 && !(m.e.flags & EV_STAT_UNDEFINED))
		*out = m.e.value;
	return ret < 0 ? ret : 0;
}

static int guard_leak(struct ev_evaluation *e, struct ev_work *w)
{
	struct ev_request q = { .metric = EV_M_AUC };
	double auc;
	int ret = ev_weighted_value(&auc, w, &q, ev_work_rank(w), 0, NULL);

	if (ret <= 0)
		return ret;
	e->checks.leak_suspected = auc > LEAK;
	if (e->checks.leak_suspected)
		ev_evaluation_cap(e, EV_OUT_REVIEW, "an AUC above %s is "
				  "seldom true: do the predictions know the "
				  "label?", "0.999");
	return 0;
}

static int probabilities(struct ev_checks *k, struct ev_work *w)
{
	int ret;

	if (w->g->s->dataset.score_kind != EV_SCORE_PROBABILITY)
		return 0;
	find_worst(k, w->g->c);
	ret = share(&k->saturated, w, EV_M_SATURATED);
	if (ret >= 0)
		ret = confident(&k->confident_fn_rate, &k->confident_fn, w, 1);
	if (ret >= 0)
		ret = confident(&k->confident_fp_rate, &k->confident_fp, w, 0);
	return ret;
}

static int look(struct ev_evaluation *e, struct ev_work *w)
{
	struct ev_checks *k = &e->checks;
	int ret;

	ret = probabilities(k, w);
	if (ret >= 0)
		ret = share(&k->stuck, w, EV_M_STUCK);
	k->stuck_score = ev_commonest_score(w);
	new_errors(k, w->g);
	ev_concentration_find(&k->concentration, w->g);
	if (ret >= 0)
		ret = drift(&k->psi, w, EV_M_PSI);
	if (ret >= 0)
		ret = drift(&k->ks, w, EV_M_KS);
	if (ret >= 0)
		ret = guard_leak(e, w);
	return ret;
}

int ev_checks_make(struct ev_evaluation *e, struct ev_engine *g)
{
	struct ev_work w;
	int ret;

	e->checks.psi = e->checks.ks = -1;
	if (!e->cohort->n || g->s->dataset.label_kind != EV_LABEL_BINARY)
		return 0;
	/* what slices alone need makes room */
	ev_engine_forget(g);
	ev_work_open(&w, g, &e->slices[0]);
	ret = look(e, &w);
	ev_work_close(&w);
	return ret < 0 ? ret : 0;
}
