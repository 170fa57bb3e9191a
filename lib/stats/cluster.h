/*
 * cluster.h - proportions over rows of which several belong to one patient
 *
 * Rows of a patient are alike, so the patient is the unit of inference.  The
 * ratio estimator (Rao & Scott, Biometrics 48 (1992) 577-585; Cochran,
 * Sampling Techniques, 1977, ch. 6): p = sum x / sum n over the K clusters
 * with n > 0,
 *	v = K / (K - 1) sum (x - p n)^2 / (sum n)^2,
 * design effect v / (p (1 - p) / sum n), effective size sum n / deff, and
 * Wilson's interval of the effective counts.  Counts are summed as whole
 * numbers, so that the order of clusters changes nothing.
 *
 * A design effect below 1 comes from few clusters by chance far oftener than
 * from patients who differ less than rows would, and an interval narrower than
 * that of as many independent rows is not to be had by it: the effective size
 * is then the number of rows, as in the standards of the NCHS for proportions
 * (Parker et al., Vital Health Stat 2(175), 2017), with
 * EV_STAT_DEFF_BELOW_ONE.  Design effect, standard error and the two further
 * intervals are as they were computed.
 *
 * One cluster: a value with EV_STAT_ONE_CLUSTER and EV_STAT_NO_INTERVAL.  A
 * variance of zero (all right, all wrong, all alike): the effective size is
 * K, the number of patients, with EV_STAT_DEGENERATE_VARIANCE.
 *
 * Rows in total are at most 2^31 - 1 (EV_ELIMIT).
 */
#ifndef EV_STATS_CLUSTER_H
#define EV_STATS_CLUSTER_H

#include "stats/estimate.h"

struct ev_cluster {
	int64_t x;
	int64_t n;
};

struct ev_clustered {
	struct ev_estimate wilson;	/* of p n_eff and n_eff: the default */
	struct ev_estimate wald;	/* p -+ z se, cut to [0, 1] */
	struct ev_estimate logit;	/* on the scale of log(p / (1 - p)) */
	size_t clusters;		/* with n > 0 */
	double x, n;			/* of all */
	double se;
	double deff;
	double n_eff;
};

int ev_clustered_proportion(struct ev_clustered *out,
			    const struct ev_cluster *c, size_t k,
			    double level);

/*
 * First less second of two decisions on the same rows, x1 and x2 of n in each
 * cluster: the same estimator of x1 - x2, with a normal interval cut to
 * [-1, 1].  No difference in any cluster is EV_STAT_DEGENERATE_VARIANCE, and
 * the interval is then Tango's for K pairs without a discordant one.
 */
struct ev_cluster_pair {
	int64_t x1;
	int64_t x2;
	int64_t n;
};

int ev_clustered_difference(struct ev_estimate *out,
			    const struct ev_cluster_pair *c, size_t k,
			    double level);

#endif
