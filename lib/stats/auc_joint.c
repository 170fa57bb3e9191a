#include "base/compat.h"
#include "stats/auc_internal.h"

#include "base/error.h"
#include "stats/dist.h"

#define MOST 64
/* Of a pivot beside its variance: below, it is what rounding left. */
#define NOTHING 1e-11

/* Contrasts of neighbours and their covariance, as they are eliminated. */
struct elimination {
	size_t n;
	double cov[MOST][MOST];
	double rest[MOST];		/* of L D */
	double variance[MOST];		/* at first */
	bool used[MOST];
};

static void contrasts(struct elimination *e, const struct ev_auc_gram *g)
{
	struct ev_auc_contrast x, y;
	size_t i, j;

	e->n = g->k - 1;
	for (i = 0; i < e->n; i++) {
		x = (struct ev_auc_contrast){ i, i + 1 };
		e->rest[i] = ev_auc_contrast_value(g, x);
		e->used[i] = false;
		for (j = 0; j <= i; j++) {
			y = (struct ev_auc_contrast){ j, j + 1 };
			e->cov[i][j] = ev_auc_covariance(g, x, y);
			e->cov[j][i] = e->cov[i][j];
		}
		e->variance[i] = e->cov[i][i];
	}
}

/* The contrast whose pivot kept most of its variance; n if none is left. */
static size_t pivot(const struct elimination *e)
{
	size_t i, best = e->n;
	double share, most = NOTHING;

	for (i = 0; i < e->n; i++) {
		if (e->used[i] || !(e->variance[i] > 0))
			continue;
		share = e->cov[i][i] / e->variance[i];
		if (share > most) {
			most = share;
			best = i;
		}
	}
	return best;
}

/* Take contrast p out of the others; its share of chi-square. */
static double take(struct elimination *e, size_t p)
{
	double d = e->cov[p][p], f, part = e->rest[p] * e->rest[p] / d;
	size_t i, j;

	e->used[p] = true;
	for (i = 0; i < e->n; i++) {
		if (e->used[i])
			continue;
		f = e->cov[i][p] / d;
		e->rest[i] -= f * e->rest[p];
		for (j = 0; j < e->n; j++)
			if (!e->used[j])
				e->cov[i][j] -= f * e->cov[p][j];
	}
	return part;
}

static void solve(struct ev_auc_joint *out, const struct ev_auc_gram *g)
{
	struct elimination e;
	size_t i, p;

	contrasts(&e, g);
	for (p = pivot(&e); p < e.n; p = pivot(&e)) {
		out->chi2 += take(&e, p);
		out->df++;
	}
	if (out->df > 0)
		out->p = ev_chi2_sf(out->chi2, out->df);
	/* a difference that the data do not vary in cannot be tested */
	for (i = 0; i < e.n; i++)
		if (!e.used[i] && ev_fp_abs(e.rest[i]) > NOTHING)
			out->flags |= EV_STAT_DEGENERATE_VARIANCE;
	if (out->df == 0)
		out->flags |= EV_STAT_DEGENERATE_VARIANCE;
}

static void areas(struct ev_auc_joint *out, const struct ev_auc_gram *g)
{
	struct ev_auc_contrast x = { 0, EV_AUC_ALONE }, y = x;

	for (x.plus = 0; x.plus < g->k; x.plus++) {
		out->auc[x.plus] = ev_auc_contrast_value(g, x);
		if (out->flags)
			continue;
		for (y.plus = 0; y.plus <= x.plus; y.plus++) {
			out->cov[x.plus][y.plus] = ev_auc_covariance(g, x, y);
			out->cov[y.plus][x.plus] = out->cov[x.plus][y.plus];
		}
	}
}

int ev_auc_joint(struct ev_auc_joint *out, const struct ev_marker *m, size_t k,
		 const struct ev_cases *c)
{
	struct ev_auc_gram g;
	int ret;

	memset(out, 0, sizeof(*out));
	out->p = 1;
	if (k < 2 || k > MOST)
		return ev_fail(EV_EINVALID, "%zu markers to compare, not 2 to "
			       "%d", k, MOST);
	ret = ev_auc_gram(&g, m, k, c);
	if (ret == 0) {
		out->flags = ev_auc_lack(&g);
		if (!(out->flags & EV_STAT_UNDEFINED))
			areas(out, &g);
		if (!out->flags)
			solve(out, &g);
	}
	ev_auc_gram_release(&g);
	return ret;
}
