#include "base/compat.h"
#include "stats/estimate.h"

#include "base/error.h"
#include "stats/dist.h"

const char *ev_stat_flag_name(enum ev_stat_flag flag)
{
	switch (flag) {
	case EV_STAT_UNDEFINED:
		return "undefined";
	case EV_STAT_NO_INTERVAL:
		return "no_interval";
	case EV_STAT_DEGENERATE_VARIANCE:
		return "degenerate_variance";
	case EV_STAT_HALDANE:
		return "haldane";
	case EV_STAT_ONE_CLUSTER:
		return "one_cluster";
	case EV_STAT_DEFF_BELOW_ONE:
		return "deff_below_one";
	case EV_STAT_NOT_CONVERGED:
		return "not_converged";
	case EV_STAT_CLIPPED:
		return "clipped";
	case EV_STAT_SEPARATION:
		return "separation";
	}
	return "unknown";
}

int ev_estimate_init(struct ev_estimate *e, const char *method, double level)
{
	memset(e, 0, sizeof(*e));
	e->method = method;
	if (!(level > 0 && level < 1))
		return ev_fail(EV_EINVALID,
			       "confidence level is not between 0 and 1");
	e->level = level;
	return 0;
}

void ev_estimate_wald(struct ev_estimate *e, double se, double low,
		      double high)
{
	double z = ev_normal_z(e->level);

	e->se = se;
	e->lower = e->value - z * se;
	e->upper = e->value + z * se;
	if (e->lower < low) {
		e->lower = low;
		e->flags |= EV_STAT_CLIPPED;
	}
	if (e->upper > high) {
		e->upper = high;
		e->flags |= EV_STAT_CLIPPED;
	}
}

double ev_half_width(const struct ev_estimate *e)
{
	return (e->upper - e->lower) / 2;
}
