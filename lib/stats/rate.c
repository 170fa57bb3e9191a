#include "base/compat.h"
#include "stats/rate.h"

#include <math.h>

#include "base/error.h"
#include "stats/dist.h"

__extension__ typedef __int128 wide;

struct sums {
	size_t k;
	int64_t x, n;
	wide xx, xn, nn;
};

static int add(struct sums *s, const struct ev_cluster *c, size_t i)
{
	if (c->x < 0 || c->n < c->x)
		return ev_fail(EV_EINVALID, "no x of n in cluster %zu: x = "
			       "%lld, n = %lld", i, (long long)c->x,
			       (long long)c->n);
	if (!c->n)
		return 0;
	s->k++;
	s->x += c->x;
	s->n += c->n;
	if (s->n > INT32_MAX)
		return ev_fail(EV_ELIMIT, "more than %d rows in clusters",
			       INT32_MAX);
	s->xx += (wide)c->x * c->x;
	s->xn += (wide)c->x * c->n;
	s->nn += (wide)c->n * c->n;
	return 0;
}

static double variance(const struct sums *s)
{
	double k = (double)s->k, n = (double)s->n;
	/* all products below 2^126, as n < 2^31 */
	wide squares = (wide)s->n * s->n * s->xx -
		2 * (wide)s->x * s->n * s->xn + (wide)s->x * s->x * s->nn;

	return k / (k - 1) * ((double)squares / (n * n) / (n * n));
}

static void garwood(struct ev_rate *out, const struct sums *s, double d,
		    double scale)
{
	double half = ev_alpha(out->e.level) / 2, x = (double)s->x / d;

	out->n_eff = (double)s->n / d;
	out->e.lower = x > 0 ? ev_chi2_quantile(half, 2 * x) / 2 /
		out->n_eff * scale : 0;
	out->e.upper = ev_chi2_quantile(1 - half, 2 * x + 2) / 2 /
		out->n_eff * scale;
}

int ev_clustered_rate(struct ev_rate *out, const struct ev_cluster *c,
		      size_t k, double scale, double level)
{
	struct sums s = { 0 };
	double v, d = 1;
	size_t i;
	int ret;

	memset(out, 0, sizeof(*out));
	ret = ev_estimate_init(&out->e, "garwood", level);
	if (ret == 0 && !(scale > 0))
		ret = ev_fail(EV_EINVALID, "a rate for no exposure");
	for (i = 0; ret == 0 && i < k; i++)
		ret = add(&s, &c[i], i);
	if (ret < 0)
		return ret;
	out->e.x = (double)s.x;
	out->e.n = (double)s.n;
	if (!s.n) {
		out->e.flags = EV_STAT_UNDEFINED | EV_STAT_NO_INTERVAL;
		return 0;
	}
	out->e.value = (double)s.x / (double)s.n * scale;
	if (s.k < 2) {
		out->e.flags = EV_STAT_ONE_CLUSTER | EV_STAT_NO_INTERVAL;
		return 0;
	}
	v = variance(&s);
	if (v > 0) {
		out->e.se = sqrt(v) * scale;
		d = out->deff = v * (double)s.n * ((double)s.n /
						   (double)s.x);
		if (d < 1)
			out->e.flags |= EV_STAT_DEFF_BELOW_ONE;
	} else {
		out->e.flags |= EV_STAT_DEGENERATE_VARIANCE;
	}
	garwood(out, &s, d > 1 ? d : 1, scale);
	return 0;
}
