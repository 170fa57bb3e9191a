#include "base/compat.h"
#include "stats/cluster.h"

#include "base/error.h"
#include "stats/dist.h"
#include "stats/fp.h"
#include "stats/paired.h"
#include "stats/proportion.h"
#include "stats/special.h"

__extension__ typedef __int128 wide;

/* Sums over clusters; all products below 2^126, as n < 2^31. */
struct sums {
	size_t k;
	int64_t x, n;
	wide xx, xn, nn;
};

static int add(struct sums *s, int64_t x, int64_t n)
{
	if (n == 0)
		return 0;
	s->k++;
	s->x += x;
	s->n += n;
	if (s->n > INT32_MAX)
		return ev_fail(EV_ELIMIT, "more than %d rows in clusters",
			       INT32_MAX);
	s->xx += (wide)x * x;
	s->xn += (wide)x * n;
	s->nn += (wide)n * n;
	return 0;
}

/* v of the ratio estimator, k > 1; exactly zero when it is. */
static double variance(const struct sums *s)
{
	double k = (double)s->k, n = (double)s->n;
	wide squares;

	/* n^2 sum (x - p n_i)^2 */
	squares = (wide)s->n * s->n * s->xx -
		  2 * (wide)s->x * s->n * s->xn + (wide)s->x * s->x * s->nn;
	return k / (k - 1) * ((double)squares / (n * n) / (n * n));
}

static void logit_interval(struct ev_estimate *e, double p, double se)
{
	double l, half;

	if (p == 0 || p == 1 || se == 0) {
		e->flags |= EV_STAT_NO_INTERVAL;
		return;
	}
	l = ev_log(p / (1 - p));
	half = ev_normal_z(e->level) * se / (p * (1 - p));
	e->lower = 1 / (1 + ev_exp(-(l - half)));
	e->upper = 1 / (1 + ev_exp(-(l + half)));
}

static int intervals(struct ev_clustered *out, const struct sums *s,
		     double level)
{
	double p = out->wilson.value, v = variance(s);
	unsigned flags = 0;
	int ret;

	out->se = sqrt(v);
	if (v == 0) {
		flags = EV_STAT_DEGENERATE_VARIANCE;
		out->n_eff = (double)s->k;
		out->deff = out->n / out->n_eff;
	} else {
		out->deff = v / (p * (1 - p) / out->n);
		out->n_eff = out->n;
		if (out->deff < 1)
			flags = EV_STAT_DEFF_BELOW_ONE;
		else
			out->n_eff = out->n / out->deff;
	}
	ret = ev_wilson(&out->wilson, p * out->n_eff, out->n_eff, level);
	if (ret < 0)
		return ret;
	out->wilson.value = p;
	out->wilson.method = "ratio_wilson";
	out->wilson.x = out->x;
	out->wilson.n = out->n;
	out->wilson.se = out->se;
	ev_estimate_wald(&out->wald, out->se, 0, 1);
	logit_interval(&out->logit, p, out->se);
	out->logit.se = out->se;
	out->wilson.flags |= flags;
	out->wald.flags |= flags;
	out->logit.flags |= flags;
	return 0;
}

int ev_clustered_proportion(struct ev_clustered *out,
			    const struct ev_cluster *c, size_t k,
			    double level)
{
	struct ev_estimate *each[3] = { &out->wilson, &out->wald,
					&out->logit };
	const char *const method[3] = { "ratio_wilson", "ratio_wald",
					"ratio_logit" };
	struct sums s = { 0 };
	unsigned flags = 0;
	size_t i;
	int ret = 0;

	memset(out, 0, sizeof(*out));
	for (i = 0; ret == 0 && i < k; i++) {
		if (c[i].x < 0 || c[i].n < c[i].x)
			return ev_fail(EV_EINVALID, "no x of n in cluster "
				       "%zu: x = %lld, n = %lld", i,
				       (long long)c[i].x, (long long)c[i].n);
		ret = add(&s, c[i].x, c[i].n);
	}
	for (i = 0; ret == 0 && i < 3; i++)
		ret = ev_estimate_init(each[i], method[i], level);
	if (ret < 0)
		return ret;
	out->clusters = s.k;
	out->x = (double)s.x;
	out->n = (double)s.n;
	if (s.k == 0)
		flags = EV_STAT_UNDEFINED;
	else if (s.k == 1)
		flags = EV_STAT_ONE_CLUSTER | EV_STAT_NO_INTERVAL;
	for (i = 0; i < 3; i++) {
		each[i]->x = out->x;
		each[i]->n = out->n;
		each[i]->value = s.k > 0 ? out->x / out->n : 0;
		each[i]->flags = flags;
	}
	return flags ? 0 : intervals(out, &s, level);
}

int ev_clustered_difference(struct ev_estimate *out,
			    const struct ev_cluster_pair *c, size_t k,
			    double level)
{
	struct ev_pairs none = { 0 };
	struct ev_estimate wide_one;
	struct sums s = { 0 };
	double v;
	size_t i;
	int ret = ev_estimate_init(out, "ratio_difference", level);

	for (i = 0; ret == 0 && i < k; i++) {
		if (c[i].x1 < 0 || c[i].n < c[i].x1 || c[i].x2 < 0 ||
		    c[i].n < c[i].x2)
			return ev_fail(EV_EINVALID, "no x of n in cluster "
				       "%zu", i);
		ret = add(&s, c[i].x1 - c[i].x2, c[i].n);
	}
	if (ret < 0)
		return ret;
	out->n = (double)s.n;
	if (s.k == 0) {
		out->flags = EV_STAT_UNDEFINED;
		return 0;
	}
	out->value = (double)s.x / out->n;
	if (s.k == 1) {
		out->flags = EV_STAT_ONE_CLUSTER | EV_STAT_NO_INTERVAL;
		return 0;
	}
	v = variance(&s);
	if (v > 0) {
		ev_estimate_wald(out, sqrt(v), -1, 1);
		return 0;
	}
	/* every cluster differs by the same share: 0, or all of its rows */
	none.both = s.x == 0 ? (int64_t)s.k : 0;
	none.first = s.x > 0 ? (int64_t)s.k : 0;
	none.second = s.x < 0 ? (int64_t)s.k : 0;
	ret = ev_tango(&wide_one, &none, level);
	out->lower = wide_one.lower < out->value ? wide_one.lower : -1;
	out->upper = wide_one.upper > out->value ? wide_one.upper : 1;
	out->flags = EV_STAT_DEGENERATE_VARIANCE;
	return ret;
}
