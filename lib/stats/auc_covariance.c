#include "base/compat.h"
#include "stats/auc_internal.h"

/* Sums of products of two contrasts, x and y. */
struct sums {
	int64_t ux, uy;
	ev_int128 cc, dd, cd, dc;	/* C_x C_y, D_x D_y, C_x D_y, D_x C_y */
	struct ev_auc_sums x, y;
};

static struct ev_auc_sums single(const struct ev_auc_gram *g,
				 struct ev_auc_contrast x)
{
	struct ev_auc_sums s = g->sums[x.plus];
	const struct ev_auc_sums *minus;

	if (x.minus == EV_AUC_ALONE)
		return s;
	minus = &g->sums[x.minus];
	s.u -= minus->u;
	s.mc -= minus->mc;
	s.nc -= minus->nc;
	s.md -= minus->md;
	s.nd -= minus->nd;
	return s;
}

static void add(struct sums *s, const struct ev_auc_gram *g, size_t x,
		size_t y, int sign)
{
	const struct ev_auc_products *p;

	if (x == EV_AUC_ALONE || y == EV_AUC_ALONE)
		return;
	p = &g->products[x * g->k + y];
	s->cc += sign * p->cc;
	s->dd += sign * p->dd;
	s->cd += sign * p->cd;
	s->dc += sign * g->products[y * g->k + x].cd;
}

static struct sums both(const struct ev_auc_gram *g, struct ev_auc_contrast x,
			struct ev_auc_contrast y)
{
	struct sums s = { 0 };

	s.x = single(g, x);
	s.y = single(g, y);
	add(&s, g, x.plus, y.plus, 1);
	add(&s, g, x.plus, y.minus, -1);
	add(&s, g, x.minus, y.plus, -1);
	add(&s, g, x.minus, y.minus, 1);
	return s;
}

int64_t ev_auc_contrast_u(const struct ev_auc_gram *g,
			  struct ev_auc_contrast x)
{
	return single(g, x).u;
}

double ev_auc_contrast_value(const struct ev_auc_gram *g,
			     struct ev_auc_contrast x)
{
	return (double)ev_auc_contrast_u(g, x) / (double)(2 * g->m * g->n);
}

/*
 * The sum over clusters of (a X - p u) (b Y - q v), X and Y parts of the
 * contrasts, p and q rows, all of it exact:
 *	ab XY - a v qX - b u pY + uv pq
 */
static struct ev_wide centred(int64_t a, int64_t u, int64_t b, int64_t v,
			      ev_int128 xy, ev_int128 qx, ev_int128 py,
			      ev_int128 pq)
{
	struct ev_wide s;

	s = ev_wide_times(ev_wide_times(ev_wide_of(xy), a), b);
	s = ev_wide_add(s, ev_wide_times(ev_wide_times(ev_wide_of(qx), a), -v));
	s = ev_wide_add(s, ev_wide_times(ev_wide_times(ev_wide_of(py), b), -u));
	return ev_wide_add(s, ev_wide_times(ev_wide_times(ev_wide_of(pq), u),
					    v));
}

/*
 * Obuchowski's S10 / M + S01 / N + (S11 + S11') / (M N), where S10 is I10 /
 * ((I10 - 1) M) times the sum of squares P of M C - m U over (2 M N)^2, S01
 * the same of N D - n U with Q, and S11 has I / (I - 1) times their product
 * R.  As 1 / (I - 1) <= 1 / (I10 - 1), it is the sum of
 *	I / (I - 1) (N^2 P + M^2 Q + M N (R + R')) / (M N)^2
 *	(I - I10) / ((I10 - 1) (I - 1)) P / M^2
 *	(I - I01) / ((I01 - 1) (I - 1)) Q / N^2
 * over (2 M N)^2: each is a sum of squares for a variance, so nothing cancels
 * and zero is zero.  With one row a cluster this is DeLong's.
 */
double ev_auc_covariance(const struct ev_auc_gram *g,
			 struct ev_auc_contrast x, struct ev_auc_contrast y)
{
	const struct sums s = both(g, x, y);
	double m = (double)g->m, n = (double)g->n, mn = m * n;
	double all = (double)g->clusters, im = (double)g->clusters_m;
	double in = (double)g->clusters_n, v;
	struct ev_wide p, q, r, total;

	p = centred(g->m, s.x.u, g->m, s.y.u, s.cc, s.x.mc, s.y.mc, g->mm);
	q = centred(g->n, s.x.u, g->n, s.y.u, s.dd, s.x.nd, s.y.nd, g->nn);
	r = ev_wide_add(centred(g->m, s.x.u, g->n, s.y.u, s.cd, s.x.nc,
				s.y.md, g->mn),
			centred(g->n, s.x.u, g->m, s.y.u, s.dc, s.x.md,
				s.y.nc, g->mn));
	total = ev_wide_times(ev_wide_times(p, g->n), g->n);
	total = ev_wide_add(total, ev_wide_times(ev_wide_times(q, g->m),
						 g->m));
	total = ev_wide_add(total, ev_wide_times(r, g->m * g->n));
	v = all / (all - 1) * (ev_wide_double(total) / mn / mn);
	v += (all - im) / ((im - 1) * (all - 1)) * (ev_wide_double(p) / m / m);
	v += (all - in) / ((in - 1) * (all - 1)) * (ev_wide_double(q) / n / n);
	return v / mn / mn / 4;
}

unsigned ev_auc_lack(const struct ev_auc_gram *g)
{
	if (g->m < 2 || g->n < 2)
		return EV_STAT_UNDEFINED;
	if (g->clusters_m < 2 || g->clusters_n < 2)
		return EV_STAT_ONE_CLUSTER | EV_STAT_NO_INTERVAL;
	return 0;
}

int64_t ev_auc_smaller(const struct ev_auc_gram *g)
{
	return g->clusters_m < g->clusters_n ? g->clusters_m : g->clusters_n;
}
