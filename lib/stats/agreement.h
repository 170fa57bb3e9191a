/*
 * agreement.h - what a 2x2 or k x k table says beyond its proportions
 *
 * Two-sided intervals at `level`; errors and flags as in estimate.h.  Counts
 * are at most 1e9 each and in total.  Sensitivity and the other proportions
 * are ev_wilson() of two cells.
 */
#ifndef EV_STATS_AGREEMENT_H
#define EV_STATS_AGREEMENT_H

#include "stats/estimate.h"

/* By truth and decision: P = tp + fn positives, N = fp + tn negatives. */
struct ev_table {
	int64_t tp, fp, fn, tn;
};

/*
 * Likelihood ratios se / (1 - sp) and (1 - se) / sp, with the log interval
 * of Simel, Samsa & Matchar (J. Clin. Epidemiol. 44 (1991) 763-770).  Without
 * positives or negatives, or over zero: EV_STAT_UNDEFINED; a ratio of zero
 * has EV_STAT_NO_INTERVAL, and so has a variance of zero (all called positive,
 * or all negative: a ratio of 1), with EV_STAT_DEGENERATE_VARIANCE.
 */
int ev_lr_positive(struct ev_estimate *out, const struct ev_table *t,
		   double level);
int ev_lr_negative(struct ev_estimate *out, const struct ev_table *t,
		   double level);
/*
 * Diagnostic odds ratio tp tn / (fp fn) with Woolf's interval (Ann. Hum.
 * Genet. 19 (1955) 251-253); with a zero cell all get 1/2 (Haldane), flagged.
 */
int ev_odds_ratio(struct ev_estimate *out, const struct ev_table *t,
		  double level);
/*
 * Predictive values at a prevalence in (0, 1) that is not the study's, with
 * the logit interval of Mercaldo, Lau & Zhou (Stat. Med. 26 (2007) 2170-2183).
 * A value of 0 or 1 has EV_STAT_NO_INTERVAL, and so has that of a device which
 * calls all alike, with EV_STAT_DEGENERATE_VARIANCE.
 */
int ev_ppv_at(struct ev_estimate *out, const struct ev_table *t,
	      double prevalence, double level);
int ev_npv_at(struct ev_estimate *out, const struct ev_table *t,
	      double prevalence, double level);
/*
 * (se + sp) / 2 and se + sp - 1 with the delta interval, var = var(se) +
 * var(sp).  When both variances are zero the bounds are those of the Wilson
 * intervals of se and sp, with EV_STAT_DEGENERATE_VARIANCE; the flag alone
 * when one is.
 */
int ev_balanced_accuracy(struct ev_estimate *out, const struct ev_table *t,
			 double level);
int ev_youden(struct ev_estimate *out, const struct ev_table *t,
	      double level);
/*
 * F1 = 2 tp / (2 tp + fp + fn) and Matthews' correlation, points without
 * interval (these take a bootstrap).  MCC of an empty margin, F1 of nothing
 * but true negatives: EV_STAT_UNDEFINED.
 */
int ev_f1(struct ev_estimate *out, const struct ev_table *t);
int ev_mcc(struct ev_estimate *out, const struct ev_table *t);

/* k classes, 2 <= k <= 1000: cell[i * k + j] rows of true class i called j. */
struct ev_confusion {
	const int64_t *cell;
	size_t k;
};

enum ev_kappa_weights {
	EV_KAPPA_UNWEIGHTED,	/* agreement of i and j: i == j */
	EV_KAPPA_LINEAR,	/* 1 - |i - j| / (k - 1) */
	EV_KAPPA_QUADRATIC	/* 1 - (i - j)^2 / (k - 1)^2 */
};

/*
 * Cohen's kappa, weighted or not, with two standard errors of Fleiss, Cohen &
 * Everitt (Psychol. Bull. 72 (1969) 323-327): se of the interval is that
 * under no agreement, as epiR's epi.kappa(method = "fleiss") has it, and
 * wide where agreement is good; se_at is the one at the kappa seen, with its
 * own interval.  No chance of disagreement: EV_STAT_UNDEFINED.
 */
struct ev_kappa {
	struct ev_estimate kappa;
	struct ev_estimate at;
};

int ev_kappa(struct ev_kappa *out, const struct ev_confusion *c,
	     enum ev_kappa_weights weights, double level);

/*
 * Of all classes, as scikit-learn defines them.  A class that is neither
 * there nor called has no F1 and takes no part in the mean; recall is that of
 * classes that are there.  mcc: Gorodkin (2004).  A member without a value is
 * 0 and named in `undefined`.
 */
struct ev_classes {
	double n;
	double accuracy;
	double balanced_accuracy;
	double macro_f1, micro_f1, weighted_f1;
	double mcc;
	bool undefined;		/* no rows at all */
	bool mcc_undefined;	/* an empty margin: one class alone */
};

int ev_classes(struct ev_classes *out, const struct ev_confusion *c);

#endif
