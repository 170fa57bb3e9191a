/*
 * bootstrap.h - intervals by drawing patients again, with replacement
 *
 * Patients are drawn within two strata (with a positive row, without), so
 * that no replicate lacks a class that the data have.  Replicate r draws from
 * the Philox stream (key, place r, EV_BOOT_VARIABLE): the same on any number
 * of jobs.  Percentile interval by quantiles of type 7 over the replicates
 * that are defined; failures are counted, and more than 5 % of them leave the
 * estimate without an interval.
 */
#ifndef EV_STATS_BOOTSTRAP_H
#define EV_STATS_BOOTSTRAP_H

#include "stats/estimate.h"

#define EV_BOOT_VARIABLE 0x626f6f74u
#define EV_BOOT_MAX_REPLICATES 1000000u

/*
 * A statistic of patients of which i counts times[i]: fill *value and return
 * 1, or 0 if it does not exist there; negative: give up.  Called from several
 * threads at once with the same `data`: it must not write to it.  `values`
 * has as many members as the plan's `statistics`: many in one pass.
 */
typedef int ev_statistic(double *values, uint8_t *defined, void *data,
			 const uint32_t *times);

struct ev_boot_plan {
	uint32_t patients;
	const uint8_t *stratum;		/* by patient: 0 or 1; NULL: one */
	unsigned replicates;
	uint64_t key;
	double level;
	unsigned jobs;			/* >= 1 */
	size_t statistics;
};

/* out[statistics]: lower, upper, level, se (of the replicates), method
 * "bootstrap"; `value` is left as the caller set it. failures may be NULL. */
int ev_bootstrap(struct ev_estimate *out, unsigned *failures,
		 const struct ev_boot_plan *plan, ev_statistic *f, void *data);

#endif
