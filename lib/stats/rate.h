/*
 * rate.h - how often something happens, over rows of several patients
 *
 * Events x in each cluster over its exposure n, both whole numbers, x <= n.
 * The rate is X / N with X = sum x, N = sum n, its variance that of the ratio
 * estimator (cluster.h), and the design effect that variance over Poisson's,
 * X / N^2.  The interval is Garwood's (Biometrika 28 (1936) 437-442) of the
 * effective counts X / d over N / d, d the design effect, but at least 1:
 * from chi2(a/2, 2X) / 2 to chi2(1 - a/2, 2X + 2) / 2.
 *
 * No event at all, or the same rate in each cluster: the counts as they are,
 * with EV_STAT_DEGENERATE_VARIANCE.  One cluster: EV_STAT_ONE_CLUSTER and no
 * interval.  No exposure: EV_STAT_UNDEFINED.  N < 2^31 (EV_ELIMIT).
 */
#ifndef EV_STATS_RATE_H
#define EV_STATS_RATE_H

#include "stats/cluster.h"

struct ev_rate {
	struct ev_estimate e;		/* events per unit of exposure */
	double deff, n_eff;
};

/* `scale`: units of exposure that the answer is for (2880 rows of 30 s make a
 * day); above 0. */
int ev_clustered_rate(struct ev_rate *out, const struct ev_cluster *c,
		      size_t k, double scale, double level);

#endif
