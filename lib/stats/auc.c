#include "base/compat.h"
#include "stats/auc_internal.h"

#include "base/error.h"
#include "stats/dist.h"
#include "stats/paired.h"
#include "stats/proportion.h"
#include "stats/special.h"

static const struct ev_auc_contrast first = { 0, EV_AUC_ALONE };
static const struct ev_auc_contrast less = { 0, 1 };

/* Without a variance: Clopper & Pearson's of the share of k that U makes. */
static int instead(struct ev_estimate *out, const struct ev_auc_gram *g)
{
	ev_int128 share = (ev_int128)g->sums[0].u * ev_auc_smaller(g);
	ev_int128 whole = 2 * (ev_int128)g->m * g->n;
	int64_t k = ev_auc_smaller(g), low = (int64_t)(share / whole);
	int64_t high = low + (share % whole != 0);
	struct ev_estimate e;
	int ret;

	out->flags |= EV_STAT_DEGENERATE_VARIANCE;
	if (k > 1000000000) {
		/* as many as clopper_pearson() takes: no narrower */
		low = (int64_t)((double)low / (double)k * 1e9);
		high = high == k ? 1000000000 : low + 1;
		k = 1000000000;
	}
	ret = ev_clopper_pearson(&e, low, k, out->level);
	out->lower = e.lower;
	if (ret == 0)
		ret = ev_clopper_pearson(&e, high, k, out->level);
	out->upper = e.upper;
	return ret;
}

static void logit(struct ev_estimate *out, const struct ev_auc_gram *g)
{
	int64_t u = g->sums[0].u, rest = 2 * g->m * g->n - u;
	double whole = (double)(2 * g->m * g->n);
	double high = (double)u / whole, low = (double)rest / whole, l, half;

	l = ev_log((double)u / (double)rest);
	half = ev_normal_z(out->level) * out->se / (high * low);
	out->lower = 1 / (1 + ev_exp(half - l));
	out->upper = 1 / (1 + ev_exp(-half - l));
}

/* All of an area but its gram; *variance is 0 without one. */
static int area(struct ev_estimate *out, double *variance,
		const struct ev_auc_gram *g, enum ev_auc_interval kind)
{
	*variance = 0;
	out->n = (double)(g->m + g->n);
	out->flags = ev_auc_lack(g);
	if (out->flags & EV_STAT_UNDEFINED)
		return 0;
	out->value = ev_auc_contrast_value(g, first);
	if (out->flags)
		return 0;
	*variance = ev_auc_covariance(g, first, first);
	if (!(*variance > 0))
		return instead(out, g);
	if (kind == EV_AUC_WALD) {
		ev_estimate_wald(out, sqrt(*variance), 0, 1);
		return 0;
	}
	out->se = sqrt(*variance);
	logit(out, g);
	return 0;
}

static int start(struct ev_estimate *out, bool clustered,
		 enum ev_auc_interval kind, double level)
{
	static const char *const names[2][2] = {
		{ "delong", "delong_logit" },
		{ "obuchowski", "obuchowski_logit" },
	};

	return ev_estimate_init(out, names[clustered]
				[kind == EV_AUC_LOGIT], level);
}

int ev_auc(struct ev_estimate *out, const struct ev_marker *m,
	   const struct ev_cases *c, enum ev_auc_interval kind, double level)
{
	struct ev_auc_gram g;
	double variance;
	int ret = start(out, c->cluster != NULL, kind, level);

	if (ret < 0)
		return ret;
	ret = ev_auc_gram(&g, m, 1, c);
	if (ret == 0)
		ret = area(out, &variance, &g, kind);
	ev_auc_gram_release(&g);
	return ret;
}

/* The interval of k pairs that never differ, or all of them one way. */
static int instead_paired(struct ev_estimate *out, const struct ev_auc_gram *g)
{
	int64_t k = ev_auc_smaller(g);
	struct ev_pairs p = { 0 };
	struct ev_estimate e;
	int ret;

	out->flags |= EV_STAT_DEGENERATE_VARIANCE;
	out->lower = -1;
	out->upper = 1;
	if (k > 1000000000)
		k = 1000000000;
	if (out->value == 0)
		p.both = k;
	else if (out->value == 1)
		p.first = k;
	else if (out->value == -1)
		p.second = k;
	else
		return 0;
	ret = ev_tango(&e, &p, out->level);
	if (ret < 0)
		return ret;
	out->lower = e.lower < out->value ? e.lower : out->value;
	out->upper = e.upper > out->value ? e.upper : out->value;
	return 0;
}

/* All of a difference but its gram. */
static int paired(struct ev_auc_test *out, const struct ev_auc_gram *g)
{
	struct ev_estimate *e = &out->difference;
	double variance;

	e->n = (double)(g->m + g->n);
	e->flags = ev_auc_lack(g);
	if (e->flags & EV_STAT_UNDEFINED)
		return 0;
	e->value = ev_auc_contrast_value(g, less);
	if (e->flags)
		return 0;
	variance = ev_auc_covariance(g, less, less);
	if (!(variance > 0))
		return instead_paired(e, g);
	ev_estimate_wald(e, sqrt(variance), -1, 1);
	out->z = e->value / e->se;
	out->p = ev_normal_two_sided(out->z);
	return 0;
}

int ev_auc_paired(struct ev_auc_test *out, const struct ev_marker *a,
		  const struct ev_marker *b, const struct ev_cases *c,
		  double level)
{
	const struct ev_marker both[2] = { *a, *b };
	struct ev_auc_gram g;
	int ret;

	memset(out, 0, sizeof(*out));
	out->p = 1;
	ret = start(&out->difference, c->cluster != NULL, EV_AUC_WALD, level);
	if (ret < 0)
		return ret;
	ret = ev_auc_gram(&g, both, 2, c);
	if (ret == 0)
		ret = paired(out, &g);
	ev_auc_gram_release(&g);
	return ret;
}

int ev_auc_of_group(struct ev_estimate *out, const struct ev_auc_gram *g,
		    enum ev_auc_interval kind, double level)
{
	int ret = start(out, g->clustered, kind, level);
	double variance;

	return ret < 0 ? ret : area(out, &variance, g, kind);
}

int ev_auc_pair_of_group(struct ev_auc_test *out, const struct ev_auc_gram *g,
			 double level)
{
	int ret;

	memset(out, 0, sizeof(*out));
	out->p = 1;
	ret = start(&out->difference, g->clustered, EV_AUC_WALD, level);
	return ret < 0 ? ret : paired(out, g);
}

/* One of two independent areas, with its interval and size. */
struct side {
	struct ev_estimate e;
	double variance;
	double units;		/* rows, or clusters */
};

static int one_side(struct side *s, const struct ev_marker *m,
		    const struct ev_cases *c, double level)
{
	struct ev_auc_gram g;
	int ret = start(&s->e, c->cluster != NULL, EV_AUC_WALD, level);

	if (ret < 0)
		return ret;
	ret = ev_auc_gram(&g, m, 1, c);
	s->units = (double)g.clusters;
	if (ret == 0)
		ret = area(&s->e, &s->variance, &g, EV_AUC_WALD);
	ev_auc_gram_release(&g);
	return ret;
}

static void welch(struct ev_auc_test *out, const struct side *a,
		  const struct side *b)
{
	double va = a->variance, vb = b->variance, half;
	struct ev_estimate *e = &out->difference;

	e->se = sqrt(va + vb);
	out->df = (va + vb) * (va + vb) /
		  (va * va / (a->units - 1) + vb * vb / (b->units - 1));
	out->z = e->value / e->se;
	out->p = ev_t_two_sided(out->z, out->df);
	half = ev_t_quantile(1 - ev_alpha(e->level) / 2, out->df) * e->se;
	e->lower = e->value - half;
	e->upper = e->value + half;
}

/* Where a variance is zero, that side's wider interval stands for it: square
 * and add (Newcombe 1998, method 10). */
static void squares(struct ev_estimate *e, const struct side *a,
		    const struct side *b)
{
	double al = a->e.value - a->e.lower, au = a->e.upper - a->e.value;
	double bl = b->e.value - b->e.lower, bu = b->e.upper - b->e.value;

	e->lower = e->value - sqrt(al * al + bu * bu);
	e->upper = e->value + sqrt(au * au + bl * bl);
}

static void cut(struct ev_estimate *e)
{
	if (e->lower < -1) {
		e->lower = -1;
		e->flags |= EV_STAT_CLIPPED;
	}
	if (e->upper > 1) {
		e->upper = 1;
		e->flags |= EV_STAT_CLIPPED;
	}
}

int ev_auc_unpaired(struct ev_auc_test *out,
		    const struct ev_marker *a, const struct ev_cases *ca,
		    const struct ev_marker *b, const struct ev_cases *cb,
		    double level)
{
	struct ev_estimate *e = &out->difference;
	struct side sa, sb;
	int ret;

	memset(out, 0, sizeof(*out));
	out->p = 1;
	ret = start(e, ca->cluster || cb->cluster, EV_AUC_WALD, level);
	if (ret == 0)
		ret = one_side(&sa, a, ca, level);
	if (ret == 0)
		ret = one_side(&sb, b, cb, level);
	if (ret < 0)
		return ret;
	e->n = sa.e.n + sb.e.n;
	e->flags = (sa.e.flags | sb.e.flags) & ~(unsigned)EV_STAT_CLIPPED;
	if (e->flags & EV_STAT_UNDEFINED) {
		e->flags = EV_STAT_UNDEFINED;
		return 0;
	}
	e->value = sa.e.value - sb.e.value;
	if (e->flags & EV_STAT_NO_INTERVAL) {
		e->flags = EV_STAT_ONE_CLUSTER | EV_STAT_NO_INTERVAL;
		return 0;
	}
	if (sa.variance + sb.variance > 0)
		welch(out, &sa, &sb);
	if (e->flags & EV_STAT_DEGENERATE_VARIANCE)
		squares(e, &sa, &sb);
	cut(e);
	return 0;
}
