/*
 * paired.h - two decisions on the same patients: difference and McNemar
 *
 * Sign: first minus second, so that a candidate that is better is positive.
 * Errors and flags as in estimate.h; no pair at all is EV_STAT_UNDEFINED.
 * Counts are at most 1e9.
 */
#ifndef EV_STATS_PAIRED_H
#define EV_STATS_PAIRED_H

#include "stats/estimate.h"

struct ev_pairs {
	int64_t both;		/* right by both */
	int64_t first;		/* right by the first alone */
	int64_t second;		/* right by the second alone */
	int64_t neither;
};

/*
 * Tango's score interval for the difference (Stat. Med. 17 (1998) 891-908),
 * (b - c - n d)^2 = z^2 n (2 q + d (1 - d)), solved by bisection; its bound
 * at level 1 - 2 alpha is the non-inferiority bound at alpha.
 */
int ev_tango(struct ev_estimate *out, const struct ev_pairs *p, double level);
/* Newcombe's hybrid score interval, method 10 (Stat. Med. 17 (1998) 2635) */
int ev_newcombe_paired(struct ev_estimate *out, const struct ev_pairs *p,
		       double level);
/* The textbook interval, for comparison only. */
int ev_wald_paired(struct ev_estimate *out, const struct ev_pairs *p,
		   double level);

/*
 * McNemar (Psychometrika 12 (1947) 153-157) on the discordant pairs.  exact_p:
 * twice the smaller binomial tail at 1/2, at most 1; mid_p: the same with
 * half the mass of what was seen (Fagerland, Lydersen & Laake 2013).  chi2
 * with one degree of freedom, corrected by max(|b - c| - 1, 0).  Without
 * discordant pairs all p are 1 and all chi2 0.
 */
struct ev_mcnemar {
	double exact_p;
	double mid_p;
	double chi2;
	double chi2_p;
	double corrected;
	double corrected_p;
	double discordant;
};

int ev_mcnemar(struct ev_mcnemar *out, const struct ev_pairs *p);

#endif
