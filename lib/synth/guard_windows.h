/*
 * guard_windows.h - what happens over time, for guard_windows.c
 *
 * Bursts begin at a rate and hold for exponential times; of a window, which is
 * touched if any of it is, the chance is exact, and that of two neighbours as
 * well: from it a wrong length is told that leaves the share as it should be.
 */
#ifndef EV_SYNTH_GUARD_WINDOWS_H
#define EV_SYNTH_GUARD_WINDOWS_H

#include "synth/guard_internal.h"

struct ev_windows {
	struct ev_check *c;
	const struct ev_guard_table *t;
	const struct ev_guard_column *start;
	size_t *patient;		/* by window: row of the cohort */
};
struct ev_burst {
	const char *name;
	const struct ev_guard_column *column;
	bool flag;			/* 1 is touched; else missing is */
	ptrdiff_t on;			/* the rate is by its level, or -1 */
	const double *per_h;
	double mean_s;
};
void ev_windows_bursts(struct ev_windows *w, const struct ev_burst *b,
		       size_t of);

#endif
