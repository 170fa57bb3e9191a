/*
 * draw.h - replicates of a bootstrap (for lib/stats alone)
 */
#ifndef EV_STATS_DRAW_H
#define EV_STATS_DRAW_H

#include "stats/bootstrap.h"

struct ev_draw {
	uint32_t *member;	/* stratum 0, then 1; NULL: all in order */
	uint32_t n[2];
	uint32_t patients;
	uint64_t key;
};

int ev_draw_init(struct ev_draw *d, const struct ev_boot_plan *plan);
void ev_draw_release(struct ev_draw *d);
/* See ev_boot_times(); room for as many numbers. */
void ev_draw_times(uint32_t *times, uint32_t *room, const struct ev_draw *d,
		   unsigned r);

#endif
