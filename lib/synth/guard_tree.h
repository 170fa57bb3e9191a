/*
 * guard_tree.h - the nearest rows after Gower, exactly and not by all pairs
 *
 * The distance of two rows is the mean over columns: of numbers |difference|
 * by the range of the reference, at most 1; of levels 0 or 1; of a missing
 * value 0 to another one and 1 to any other; of a number that is constant in
 * the reference 0 or 1 too.  A tree of boxes, halved where
 * they are widest: a box whose least distance is not below the second best so
 * far is passed over.  Bounds add up in the order of columns as distances do,
 * so that rounding never hides a row, and the answer is that of all pairs to
 * the last digit.
 */
#ifndef EV_SYNTH_GUARD_TREE_H
#define EV_SYNTH_GUARD_TREE_H

#include "synth/guard_rows.h"

/* The columns of a distance, in the order that they are added up in: those of
 * numbers first. */
struct ev_gower {
	size_t k, numbers;
	size_t *column;
	double *low, *range;		/* of the reference; of levels 0 and 1 */
};
/* By the range of the pairs' second columns. */
void ev_gower_init(struct ev_gower *g, const struct ev_guard_pair *pairs,
		   size_t k);
void ev_gower_of(struct ev_gower *g, size_t k, const uint8_t *numeric,
		 const double *low, const double *range);
void ev_gower_release(struct ev_gower *g);
/* A row as it is compared: numbers from the low end, by the range. */
void ev_gower_scale(double *out, const struct ev_gower *g, const double *x);
double ev_gower_distance(const struct ev_gower *g, const double *x,
			 const double *y);

struct ev_tree;
struct ev_tree *ev_tree_new(const struct ev_points *p,
			    const struct ev_gower *g);
void ev_tree_free(struct ev_tree *t);
/* Distances of the nearest and the second nearest row to each row of q;
 * infinite where there are not so many.  `second` may be NULL. */
void ev_tree_nearest(double *first, double *second, const struct ev_tree *t,
		     const struct ev_points *q, unsigned jobs);

#endif
