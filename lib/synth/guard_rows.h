/*
 * guard_rows.h - rows of tables as points, for guard*.c
 *
 * Columns that two tables share, with one code for one level; numbers of the
 * second are rounded as the pack's variables are, so that a copy is found
 * that lost digits on its way.
 */
#ifndef EV_SYNTH_GUARD_ROWS_H
#define EV_SYNTH_GUARD_ROWS_H

#include "synth/guard_internal.h"

struct ev_points {
	double *x;			/* n x k, by row; NaN: missing */
	size_t n, k;
};
/* All rows of a table in the columns `pairs[..].b` (second) or `.a`. */
void ev_points_init(struct ev_points *out, const struct ev_guard_table *t,
		    const struct ev_guard_pair *pairs, size_t k, bool second,
		    const struct ev_pack *p);
void ev_points_release(struct ev_points *p);

/* How many rows of `a` stand in `b` as they are. */
size_t ev_points_copies(const struct ev_points *a, const struct ev_points *b);
/* How many different rows there are, and how often the commonest one is. */
size_t ev_points_unique(size_t *most, const struct ev_points *p);
/* How likely two rows are the same, if columns had no bearing on each other;
 * `skip` (by column, may be NULL) leaves some out. */
double ev_points_collision(const struct ev_points *p, const uint8_t *skip);

/* A cohort of the same pack by another seed, in the columns `.a`. */
int ev_points_other(struct ev_points *out, const struct ev_check *c,
		    const struct ev_guard_pair *pairs, size_t k);

#endif
