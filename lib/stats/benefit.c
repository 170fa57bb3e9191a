#include "base/compat.h"
#include "stats/calibration.h"

#include "base/error.h"
#include "stats/predicted.h"

static int begin(const struct ev_predicted *d, double t)
{
	if (!(t > 0 && t < 1))
		return ev_fail(EV_EINVALID, "threshold of a net benefit is "
			       "not between 0 and 1");
	return ev_predicted_check(d);
}

/* TP/n - FP/n t/(1-t) */
static double benefit(double tp, double fp, double n, double t)
{
	return tp / n - fp / n * (t / (1 - t));
}

int ev_net_benefit(struct ev_estimate *out, const struct ev_predicted *d,
		   const uint32_t *times, double t)
{
	uint64_t n[2] = { 0, 0 }, all = 0, w;
	size_t i;
	int ret = begin(d, t);

	ev_estimate_init(out, "net_benefit", 0.95);
	out->level = 0;
	out->flags = EV_STAT_UNDEFINED;
	if (ret < 0)
		return ret;
	for (i = 0; i < d->n; i++) {
		w = !times ? 1 : times[d->cluster ? d->cluster[i] : i];
		all += w;
		if (d->p[i] >= t)
			n[d->y[i]] += w;
	}
	if (all == 0)
		return 0;
	out->n = (double)all;
	out->x = (double)(n[0] + n[1]);
	out->value = benefit((double)n[1], (double)n[0], out->n, t);
	out->flags = EV_STAT_NO_INTERVAL;
	return 0;
}

int ev_net_benefit_all(double *out, const struct ev_predicted *d, double t)
{
	size_t i, y = 0;
	int ret = begin(d, t);

	*out = 0;
	if (ret < 0)
		return ret;
	if (d->n == 0)
		return ev_fail(EV_ENOTFOUND, "no rows for a net benefit");
	for (i = 0; i < d->n; i++)
		y += d->y[i];
	*out = benefit((double)y, (double)(d->n - y), (double)d->n, t);
	return 0;
}
