/*
 * guard_page.h - the parts of a cohort's page, for guard_page*.c
 */
#ifndef EV_SYNTH_GUARD_PAGE_H
#define EV_SYNTH_GUARD_PAGE_H

#include "clinical/page_parts.h"
#include "synth/guard_internal.h"

#define EV_PAGE_BINS 30u

/* guard_page_bins.c: a number in bins of one width, and what the declaration
 * would have in them; false: there is nothing to draw. */
struct ev_page_bins {
	double edge[EV_PAGE_BINS + 1];
	uint64_t seen[EV_PAGE_BINS], declared[EV_PAGE_BINS];
	size_t n, rows;
};
bool ev_page_bin(struct ev_page_bins *out, const struct ev_check *c,
		 size_t variable);
/* Shares of the levels; false: there is nothing to draw. */
bool ev_page_shares(double *seen, double *declared, size_t *rows,
		    const struct ev_check *c, size_t variable);

/* guard_page_plots.c */
void ev_page_distributions(struct ev_html *h, const struct ev_check *c);

#endif
