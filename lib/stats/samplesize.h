/*
 * samplesize.h - was there enough data to say so
 *
 * Numbers of patients are answered unrounded, as the formulas give them; take
 * the next whole number.  Errors: EV_EINVALID for arguments outside the
 * domain that is named.  An answer is never NaN or infinite.
 */
#ifndef EV_STATS_SAMPLESIZE_H
#define EV_STATS_SAMPLESIZE_H

#include "base/compat.h"

/* The least numbers that a slice must have; fewer is "incomplete". */
struct ev_minimum {
	int64_t positives;
	int64_t negatives;
	int64_t patients;
};

/* 30, 30 and 20; for tier critical 60, 60 and 40. */
struct ev_minimum ev_minimum_default(bool critical);
/* The first that is missed: "positives", "negatives", "patients", or NULL. */
const char *ev_minimum_missed(const struct ev_minimum *least,
			      const struct ev_minimum *have);

/*
 * The largest rate that n patients without an event do not exclude, 1 -
 * alpha^(1/n) (Hanley & Lippman-Hand, JAMA 249 (1983) 1743: 3/n for alpha =
 * 0.05); 1 for n = 0.  n >= 0, 0 < alpha < 1.
 */
int ev_rule_of_three(double *rate, int64_t n, double alpha);

/*
 * The smallest true proportion with which x of n has its lower two-sided
 * bound at `level` at or above `limit` with the given power: x* is the least
 * x that passes, and p solves P(X >= x*) = power.  `exact`: Clopper-Pearson,
 * else Wilson.  *x is -1 and *p 1 when not even n of n passes.
 */
int ev_smallest_passing(double *p, int64_t *x, int64_t n, double limit,
			double level, double power, bool exact);

/*
 * Patients for a sensitivity `se` known to +- d, at a prevalence (Buderer,
 * Acad. Emerg. Med. 3 (1996) 895-900): z^2 se (1 - se) / (d^2 prevalence).
 * For a specificity give 1 - prevalence.
 */
int ev_size_buderer(double *n, double se, double d, double prevalence,
		    double level);
/*
 * Patients for a standard error `se` of log(O:E) at an outcome share phi
 * (Riley et al., Stat. Med. 40 (2021) 4230-4251): (1 - phi) / (phi se^2).
 */
int ev_size_observed_expected(double *n, double phi, double se);
/*
 * Standard error of a c-statistic c in n patients of whom a share phi has the
 * outcome (Newcombe, Stat. Med. 25 (2006) 559-573; Riley et al. 2021).
 */
int ev_se_cstatistic(double *se, double c, double n, double phi);
/* Hanley & McNeil (Radiology 143 (1982) 29-36), m positives, n negatives. */
int ev_se_hanley_mcneil(double *se, double auc, double m, double n);
/*
 * Positives needed to tell an AUC from 1/2 at two-sided alpha with power, and
 * `ratio` negatives each (Obuchowski & McClish, Stat. Med. 16 (1997) 1529,
 * as pROC's power.roc.test has it).  1/2 < auc < 1.
 */
int ev_size_auc(double *positives, double auc, double alpha, double power,
		double ratio);

#endif
