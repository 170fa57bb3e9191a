/*
 * roc.h - how well a score ranks those with the condition above the others
 *
 * A higher score speaks for the condition, always: a direction is never
 * guessed from the data, and an AUC below 1/2 is reported as it is.  Counts
 * and placements are whole numbers of 64 and 128 bits, so that neither the
 * order of rows nor their number changes a digit.  Errors and flags as in
 * estimate.h; less than two rows of a class: EV_STAT_UNDEFINED for all that
 * has a variance.  n < 2^31 rows (EV_ELIMIT).
 *
 * Rows are named by index.  A marker brings the order of its scores; who
 * looks at many parts of the same data sorts once and filters the order.
 * Scores may be infinite (a missing prediction placed last or first), never
 * NaN (EV_EINVALID).
 */
#ifndef EV_STATS_ROC_H
#define EV_STATS_ROC_H

#include "stats/estimate.h"

struct ev_marker {
	const double *score;		/* by row */
	const uint32_t *order;		/* rows, ascending by score */
};

struct ev_cases {
	const uint8_t *truth;		/* by row: 1 with the condition, or 0 */
	const uint32_t *cluster;	/* by row: 0 .. clusters-1; NULL: a row
					   is its own patient */
	uint32_t clusters;
	size_t n;
};

/* Fill order[n] for the scores, ties by row; -0 and 0 are equal. EV_EINVALID
 * for NaN. */
int ev_marker_order(uint32_t *order, const double *score, size_t n);

/* The same, and in first[(n + 63) / 64] a bit, from the lowest on, for each
 * place where another score begins. */
int ev_marker_sort(uint32_t *order, uint64_t *first, const double *score,
		   size_t n);

enum ev_auc_interval { EV_AUC_WALD, EV_AUC_LOGIT };

/*
 * The area, Mann-Whitney with 1/2 for ties, and its variance: DeLong, DeLong
 * & Clarke-Pearson (Biometrics 44 (1988) 837-845) by mid-ranks (Sun & Xu,
 * IEEE SPL 21 (2014) 1389-1393); with clusters Obuchowski (Biometrics 53
 * (1997) 567-578), method "obuchowski".  value -+ z se cut to [0, 1], or on
 * the logit scale.  Zero variance: EV_STAT_DEGENERATE_VARIANCE and, instead,
 * the Clopper-Pearson interval of k of k (AUC 1), 0 of k (AUC 0) or of half
 * of k, k the smaller number of rows (patients) of a class: wider, never "1-1".
 */
int ev_auc(struct ev_estimate *out, const struct ev_marker *m,
	   const struct ev_cases *c, enum ev_auc_interval kind, double level);

/* A difference first - second with its test. */
struct ev_auc_test {
	struct ev_estimate difference;
	double z;		/* 0 without a variance */
	double p;		/* two-sided */
	double df;		/* unpaired: Welch's; 0: normal */
};

/* On the same rows, with their covariance (with clusters: Obuchowski's).
 * Zero variance (DEGENERATE_VARIANCE): Tango's interval of k pairs that never
 * differ, z 0 and p 1. */
int ev_auc_paired(struct ev_auc_test *out, const struct ev_marker *a,
		  const struct ev_marker *b, const struct ev_cases *c,
		  double level);
/* On different patients: t with Welch's degrees of freedom, as pROC.  A side
 * of zero variance brings its wider interval, and these are joined as in
 * Newcombe's method 10. */
int ev_auc_unpaired(struct ev_auc_test *out,
		    const struct ev_marker *a, const struct ev_cases *ca,
		    const struct ev_marker *b, const struct ev_cases *cb,
		    double level);

/*
 * The same of many groups of rows at once, in one walk up the scores.  Rows
 * come in the order of a marker by their places: 2 u + truth, with u the unit
 * (patient), or EV_AUC_NO_PLACE for a row that takes no part.  Each unit is of
 * one group, or of none, which is the number of groups.
 */
#define EV_AUC_MARKERS 2
#define EV_AUC_NO_PLACE UINT32_MAX
struct ev_auc_order {
	const uint32_t *place;
	const uint64_t *first;		/* of ev_marker_sort() */
};
struct ev_auc_rows {
	size_t n;
	const uint32_t *group;		/* by unit */
	uint32_t units;
	size_t groups;
	bool single;			/* each unit has one row */
};
struct ev_auc_gram;			/* what a group comes to */
/* 1 or 2 orders of the same n rows; free what comes out. */
int ev_auc_groups(struct ev_auc_gram **out, const struct ev_auc_order *orders,
		  size_t k, const struct ev_auc_rows *r);
void ev_auc_groups_free(struct ev_auc_gram *g, size_t groups);
const struct ev_auc_gram *ev_auc_group(const struct ev_auc_gram *g, size_t i);
/* As ev_auc() by the first order; as ev_auc_paired(). */
int ev_auc_of_group(struct ev_estimate *out, const struct ev_auc_gram *g,
		    enum ev_auc_interval kind, double level);
int ev_auc_pair_of_group(struct ev_auc_test *out, const struct ev_auc_gram *g,
			 double level);

/* k markers on the same rows, 2 <= k <= 64: are their areas all equal?
 * L D' (L S L')^- L D with the rank of L S L' as degrees of freedom. */
struct ev_auc_joint {
	double auc[64];
	double cov[64][64];
	double chi2;
	double df;		/* 0: nothing to test, p is 1 */
	double p;
	unsigned flags;		/* degenerate_variance: also if a difference
				   is left that has no variance */
};
int ev_auc_joint(struct ev_auc_joint *out, const struct ev_marker *m, size_t k,
		 const struct ev_cases *c);

/*
 * Points without interval (these take a bootstrap).  `times` says how often
 * each cluster (row, without clusters) counts; NULL: once.
 * Sensitivity at specificity >= s0: the greatest over cut-points, by steps,
 * nothing interpolated; and the reverse.
 * Partial area over specificity [from, 1], and McClish's (Med. Decis. Making
 * 9 (1989) 190-195) standardised one.
 * Average precision: sum of (R_n - R_{n-1}) P_n over distinct thresholds.
 */
int ev_weighted_auc(struct ev_estimate *out, const struct ev_marker *m,
		    const struct ev_cases *c, const uint32_t *times);
/* Rows by score as ev_auc_groups() takes them, so that nothing has to be
 * looked up out of order but `times`; for as many areas as are wanted.  Free
 * place and first. */
int ev_marker_places(uint32_t **place, uint64_t **first,
		     const struct ev_marker *m, const struct ev_cases *c);
/* As ev_weighted_auc(), of n rows; times by cluster (row, without). */
int ev_ordered_auc(struct ev_estimate *out, const struct ev_auc_order *o,
		   size_t n, const uint32_t *times);
int ev_sens_at_spec(struct ev_estimate *out, const struct ev_marker *m,
		    const struct ev_cases *c, const uint32_t *times,
		    double spec);
int ev_spec_at_sens(struct ev_estimate *out, const struct ev_marker *m,
		    const struct ev_cases *c, const uint32_t *times,
		    double sens);
int ev_partial_auc(struct ev_estimate *out, const struct ev_marker *m,
		   const struct ev_cases *c, const uint32_t *times,
		   double from, bool mcclish);
int ev_average_precision(struct ev_estimate *out, const struct ev_marker *m,
			 const struct ev_cases *c, const uint32_t *times);

/* The curve, for drawing: at most `cap` points from (0, 0) to (1, 1), corners
 * kept, points thinned evenly along it beyond that.  Returns their number; 0
 * without one of the classes.  The first threshold is infinite: nobody. */
struct ev_roc_point { double fpr, tpr, threshold; };
size_t ev_roc_curve(struct ev_roc_point *out, size_t cap,
		    const struct ev_marker *m, const struct ev_cases *c);

#endif
