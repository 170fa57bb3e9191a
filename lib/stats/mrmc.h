/*
 * mrmc.h - several readers, each with several modalities, on the same cases
 *
 * Areas under the curve by reader and modality (a reader with and without
 * the device, say), compared as Obuchowski & Rockette (Commun. Stat. Simul.
 * 24 (1995) 285-308), with the degrees of freedom of Hillis (Stat. Med. 26
 * (2007) 596-619), from the covariances of DeLong, or of Obuchowski where
 * cases belong to patients:
 *	random	readers and cases are samples: the answer is for readers like
 *		these
 *	fixed	cases are a sample: the answer is for these readers alone
 *
 * Errors and flags as in estimate.h.  Sums are exact: neither the order of
 * rows nor how readers, modalities and cases are numbered changes a digit,
 * but for signs.
 */
#ifndef EV_STATS_MRMC_H
#define EV_STATS_MRMC_H

#include "stats/roc.h"

#define EV_MRMC_MOST 256	/* readers times modalities */

/* A row for each reader, modality and case: none missing, none twice. */
struct ev_mrmc_table {
	const uint32_t *reader;		/* by row: 0 .. readers-1 */
	const uint32_t *modality;	/* 0 .. modalities-1 */
	const uint32_t *which;		/* the case: 0 .. cases-1 */
	const uint8_t *truth;		/* of the case, in each of its rows */
	const double *rating;		/* as in struct ev_marker */
	size_t n;
	uint32_t readers, modalities, cases;
	const uint32_t *patient;	/* by case; NULL: a case is its own */
	uint32_t patients;
};

/* The mean over readers, from the data of that modality alone. */
struct ev_mrmc_mean {
	struct ev_estimate random;
	double df;			/* of random; 0: normal */
	struct ev_estimate fixed;
};

/* The mean of `first` less that of `second`; `z` of random is a t. */
struct ev_mrmc_pair {
	size_t first, second;		/* first < second */
	struct ev_auc_test random;
	struct ev_auc_test fixed;
};

struct ev_mrmc {
	size_t readers, modalities;
	double *auc;			/* [modality * readers + reader] */
	/* variance of an area; covariance of areas of the same reader, of
	   the same modality, of neither (means of DeLong's) */
	double error, cov1, cov2, cov3;
	/* are all modalities equal?  random: MS(T) / (MS(TR) + r max(cov2 -
	   cov3, 0)) is F; fixed: (t - 1) MS(T) / (error - cov1 + (r - 1)
	   max(cov2 - cov3, 0)) is chi-square */
	double mst, mstr;
	double denominator, f, df1, df2, p;	/* df2 0: infinite */
	double chi2, chi2_df, chi2_p;
	unsigned random_flags, fixed_flags;	/* of these tests */
	struct ev_mrmc_mean *means;	/* [modalities] */
	struct ev_mrmc_pair *pairs;
	size_t n_pairs;
};

/*
 * EV_EINVALID for a table that is not complete, rows that differ in the truth
 * of a case, or a rating that is not a number; the message has the numbers of
 * reader, modality and case.  EV_ELIMIT beyond EV_MRMC_MOST and 2^31 ratings.
 * One reader has no random part, one modality no pairs: EV_STAT_UNDEFINED.  A
 * variance of zero: EV_STAT_DEGENERATE_VARIANCE and EV_STAT_NO_INTERVAL, p is
 * 1.
 */
int ev_mrmc(struct ev_mrmc *out, const struct ev_mrmc_table *t, double level);
void ev_mrmc_release(struct ev_mrmc *m);

#endif
