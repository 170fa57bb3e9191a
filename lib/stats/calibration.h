/*
 * calibration.h - do predicted probabilities mean what they say
 *
 * Inputs by row: p in [0, 1], y 0 or 1, cluster (patient) or NULL; n < 2^31
 * rows (EV_ELIMIT).  Sums are those of fixed.h: the order of rows changes
 * nothing.  Errors and flags as in estimate.h.  With clusters intervals rest
 * on the patient (ratio estimator of means, sandwich variance of models);
 * method names then end in "_clustered".
 */
#ifndef EV_STATS_CALIBRATION_H
#define EV_STATS_CALIBRATION_H

#include "stats/estimate.h"

struct ev_predicted {
	const double *p;
	const uint8_t *y;
	const uint32_t *cluster;	/* NULL: a row is its own patient */
	uint32_t clusters;
	size_t n;
};

/* Natural logarithm's argument is kept in [EV_CAL_EPSILON, 1 - ...]; rows for
 * which that mattered are counted in *clipped where a function has it. */
#define EV_CAL_EPSILON 1e-15

/* mean (p - y)^2, and 1 - BS / (ybar (1 - ybar)); CI of the first only: mean
 * -+ z SE, or, without variance, Wilson's with the units as n */
int ev_brier(struct ev_estimate *out, const struct ev_predicted *d,
	     double level);
int ev_scaled_brier(struct ev_estimate *out, const struct ev_predicted *d);
int ev_log_loss(struct ev_estimate *out, const struct ev_predicted *d,
		double level, size_t *clipped);
/* sum y / sum p, exp(ln -+ z sqrt((1 - ybar) / sum y)), clustered: delta */
int ev_observed_expected(struct ev_estimate *out,
			 const struct ev_predicted *d, double level);

/*
 * The same from sums by patient (d->cluster), taken once for all three, with
 * or without losses.  Free what comes out.
 */
struct ev_patient_sums;
int ev_patient_sums(struct ev_patient_sums **out, const struct ev_predicted *d,
		    bool losses);
/* Of some patients, by their numbers (NULL: of the first n); both `all` and
 * `patient` have to outlive it. */
int ev_patient_sums_of(struct ev_patient_sums **out,
		       const struct ev_patient_sums *all,
		       const uint32_t *patient, uint32_t n);
void ev_patient_sums_free(struct ev_patient_sums *s);
int ev_patient_brier(struct ev_estimate *out, const struct ev_patient_sums *s,
		     double level);
int ev_patient_log_loss(struct ev_estimate *out,
			const struct ev_patient_sums *s, double level);
int ev_patient_observed_expected(struct ev_estimate *out,
				 const struct ev_patient_sums *s,
				 double level);
/* -log of what was given to y, kept as above. */
void ev_loss_column(double *loss, const double *p, const uint8_t *y, size_t n);

/*
 * logit P(y) = a + b logit p by iteratively reweighted least squares, at most
 * 50 steps.  in_the_large: a with b held at 1.  Wald intervals; with clusters
 * from the sandwich with K / (K - 1), K clusters (rms::robcov has no factor,
 * Stata has this one).  Perfect separation, also where classes touch in one
 * value of p: EV_STAT_SEPARATION and undefined; no step left:
 * EV_STAT_NOT_CONVERGED and undefined; one class, or the same p throughout:
 * undefined.  weak: likelihood ratio of (a, b) against (0, 1), chi-square with
 * 2 degrees.
 */
struct ev_calibration {
	struct ev_estimate in_the_large;
	struct ev_estimate intercept;
	struct ev_estimate slope;
	double naive_se_slope, naive_se_intercept, naive_se_large;
	double weak_chi2, weak_p;
	size_t clipped;
	unsigned flags;
};
int ev_calibration(struct ev_calibration *out, const struct ev_predicted *d,
		   double level);
/*
 * A part of it: what nobody asks for is left as it begins.  EV_CAL_POINT: no
 * more than the numbers themselves, and the errors of independent rows.
 * logit: of each p, kept away from 0 and 1, as ev_logit_column() has them;
 * NULL: they are taken here.
 */
#define EV_CAL_LARGE 1u
#define EV_CAL_JOINT 2u
#define EV_CAL_WEAK 4u
#define EV_CAL_POINT 8u
int ev_calibration_of(struct ev_calibration *out, const struct ev_predicted *d,
		      const double *logit, unsigned what, double level);
void ev_logit_column(double *x, const double *p, size_t n);

struct ev_spiegelhalter { double z, p; unsigned flags; };
int ev_spiegelhalter(struct ev_spiegelhalter *out,
		     const struct ev_predicted *d);

enum ev_bin_scheme { EV_BIN_WIDTH, EV_BIN_MASS };
enum ev_bin_closure { EV_BIN_RIGHT, EV_BIN_LEFT };

/*
 * Reliability bins.  Right: (i/B, (i+1)/B], the first closed at 0 (Guo et al.,
 * ICML 2017); left: [i/B, (i+1)/B), the last closed at 1.  i/B is the double i
 * * (1/B), as numpy.linspace has it, so that bins are those of scikit-learn:
 * p = 0.3 lies in the third of ten bins also when they are left-closed, as
 * 3 * 0.1 is a little more.  Mass: quantiles (type 7), ties together, so
 * there may be fewer bins.
 */
#define EV_BINS_MAX 1000
struct ev_bin {
	double low, high;
	int64_t n, positives;
	double mean_p;
	struct ev_estimate observed;	/* Wilson, clustered with n_eff */
};
struct ev_bins {
	struct ev_bin *items;		/* empty bins are there, with n = 0 */
	size_t n;
	double ece, mce;
	unsigned flags;			/* EV_STAT_UNDEFINED without rows */
};
int ev_bins(struct ev_bins *out, const struct ev_predicted *d, unsigned bins,
	    enum ev_bin_scheme scheme, enum ev_bin_closure closure,
	    double level);
void ev_bins_release(struct ev_bins *b);
/* ECE alone, each cluster counted `times` (bootstrap; NULL: once), rows
 * without clusters; EV_BIN_WIDTH only.  EV_ENOTFOUND without rows. */
int ev_weighted_ece(double *ece, const struct ev_predicted *d,
		    const uint32_t *times, unsigned bins,
		    enum ev_bin_closure closure);

/* Hosmer & Lemeshow.  quantile2: groups by quantiles of type 2, ties
 * together; quantile7: as ResourceSelection::hoslem.test.  df: groups - 2 on
 * the data of development, groups on external data. */
enum ev_hl_rule { EV_HL_QUANTILE2, EV_HL_QUANTILE7 };
struct ev_hosmer_lemeshow {
	double chi2, df, p;
	unsigned groups;		/* fewer than asked where p are tied */
	unsigned flags;
};
int ev_hosmer_lemeshow(struct ev_hosmer_lemeshow *out,
		       const struct ev_predicted *d, unsigned groups,
		       enum ev_hl_rule rule, bool external);

/* TP/n - FP/n t/(1-t) at threshold t in (0, 1), p >= t positive; all:
 * everybody treated, EV_ENOTFOUND without rows. */
int ev_net_benefit(struct ev_estimate *out, const struct ev_predicted *d,
		   const uint32_t *times, double t);
int ev_net_benefit_all(double *out, const struct ev_predicted *d, double t);

#endif
