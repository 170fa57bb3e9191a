/*
 * bootstrap.h - intervals by drawing patients again, with replacement
 *
 * Patients are drawn within two strata (with a positive row, without), so
 * that no replicate lacks a class that the data have.  Replicate r draws from
 * the Philox stream (key, place r, EV_BOOT_VARIABLE): the same on any number
 * of jobs.  Percentile interval by quantiles of type 7 over the replicates
 * that are defined; failures are counted, and more than 5 % of them leave the
 * estimate without an interval.
 *
 * Work is linear in patients and replicates: to draw 2000 replicates of 100000
 * patients takes some 0.7 s of processor time, shared among the jobs.
 *
 * Without spread among replicates there is no interval either, but
 * EV_STAT_DEGENERATE_VARIANCE | EV_STAT_NO_INTERVAL: "1 to 1" is not what a
 * hundred patients without an error say.
 */
#ifndef EV_STATS_BOOTSTRAP_H
#define EV_STATS_BOOTSTRAP_H

#include "stats/estimate.h"

#define EV_BOOT_VARIABLE 0x626f6f74u
#define EV_BOOT_MAX_REPLICATES 1000000u
#define EV_BOOT_MAX_JOBS 256u
/* replicates times statistics */
#define EV_BOOT_MAX_VALUES 100000000u

/*
 * A statistic of patients of which i counts times[i]: fill *value and return
 * 1, or 0 if it does not exist there; negative: give up.  Called from several
 * threads at once with the same `data`: it must not write to it.  `values`
 * has as many members as the plan's `statistics`: many in one pass.  With 1,
 * defined[i] says which of them exist (all, as it is set before the call); a
 * value that is not finite does not.
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

/*
 * out[statistics]: lower, upper, level, se (of the replicates), method
 * "bootstrap"; flags are added, `value` is left as the caller set it.
 * failures[statistics] may be NULL.  Fewer than two patients:
 * EV_STAT_ONE_CLUSTER, no interval.  A statistic that gives up ends it all
 * with the code and message of the earliest such replicate.
 */
int ev_bootstrap(struct ev_estimate *out, unsigned *failures,
		 const struct ev_boot_plan *plan, ev_statistic *f, void *data);

/*
 * How often replicate r counts each patient: the stream's 32 bit words in
 * turn, one for each patient of stratum 0 and then of stratum 1; word w draws
 * number w n >> 32 of the stratum's n patients in their order, unless the low
 * half of w n is below 2^32 mod n, when the next word is taken (Lemire 2019).
 */
int ev_boot_times(uint32_t *times, const struct ev_boot_plan *plan,
		  unsigned r);

/*
 * Sums over patients: out[j] = sum of times[i] count[i k + j], j < k; times
 * NULL: once.  From counts by patient every statistic of a table (F1, MCC,
 * kappa of a k x k one, net benefit from TP, FP and n) is had at the price of
 * one pass over patients, whatever the rows.
 */
void ev_weighted_counts(int64_t *out, const uint32_t *count, size_t k,
			uint32_t patients, const uint32_t *times);

#endif
