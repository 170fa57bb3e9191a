/*
 * multiclass.h - probabilities of several classes
 *
 * Points without interval (these take a bootstrap); `times` says how often
 * each cluster (row, without clusters) counts, NULL: once.  Sums are exact:
 * the order of rows changes nothing.  Errors and flags as in estimate.h: a
 * probability outside [0, 1], a truth that is no class: EV_EINVALID.  That a
 * row's probabilities add up to 1 is left to the one who read them.
 *
 * F1, kappa and the like, which rest on decisions, are in agreement.h.
 */
#ifndef EV_STATS_MULTICLASS_H
#define EV_STATS_MULTICLASS_H

#include "stats/calibration.h"
#include "stats/roc.h"

#define EV_CLASSES_MOST 255

struct ev_multiclass {
	const double *p;		/* [row * k + class] */
	const uint8_t *truth;		/* by row: 0 .. k-1 */
	const uint32_t *cluster;	/* as in struct ev_cases */
	uint32_t clusters;
	size_t n;
	size_t k;			/* 2 .. EV_CLASSES_MOST */
};

/* The rows in the order of each class's probability: sorted once, for as many
 * areas as are wanted.  `d` is kept, not copied. */
struct ev_class_ranks {
	const struct ev_multiclass *d;
	double *p;			/* [class * n + row] */
	uint32_t *order;		/* [class * n + place] */
	uint8_t *is;			/* [class * n + row] */
};

int ev_class_ranks_init(struct ev_class_ranks *r,
			const struct ev_multiclass *d);
void ev_class_ranks_release(struct ev_class_ranks *r);

/*
 * Areas.  One class against the rest; their mean, each class the same or as
 * often as it is there; Hand & Till (Mach. Learn. 45 (2001) 171-186), the
 * mean over pairs of classes a, b, rows of the two alone, by the probability
 * of a and by that of b.  A class that is not there makes a mean undefined.
 */
int ev_class_auc(struct ev_estimate *out, const struct ev_class_ranks *r,
		 size_t class, const uint32_t *times);
int ev_class_auc_macro(struct ev_estimate *out,
		       const struct ev_class_ranks *r, const uint32_t *times);
int ev_class_auc_weighted(struct ev_estimate *out,
			  const struct ev_class_ranks *r,
			  const uint32_t *times);
int ev_hand_till(struct ev_estimate *out, const struct ev_class_ranks *r,
		 const uint32_t *times);

/*
 * Mean over rows of sum (p - y)^2 over classes, 0 to 2; of -log p of the
 * true class, kept in [EV_CAL_EPSILON, 1 - EV_CAL_EPSILON], rows for which
 * that mattered in *clipped (may be NULL).
 */
int ev_multiclass_brier(struct ev_estimate *out,
			const struct ev_multiclass *d, const uint32_t *times);
int ev_multiclass_log_loss(struct ev_estimate *out,
			   const struct ev_multiclass *d,
			   const uint32_t *times, size_t *clipped);
/* ECE of the greatest probability (the first, if several are) and whether
 * that class is the true one; bins of equal width. */
int ev_top_label_ece(struct ev_estimate *out, const struct ev_multiclass *d,
		     const uint32_t *times, unsigned bins,
		     enum ev_bin_closure closure);

#endif
