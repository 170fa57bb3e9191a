/*
 * estimate.h - a number with its interval, and what is wrong with it
 *
 * Functions that fill an estimate return 0, or EV_EINVALID for arguments that
 * no data can have (NaN, x > n, a level outside (0, 1)), EV_ELIMIT beyond a
 * stated size.  Data that carry no answer are no error: the function returns
 * 0 and sets flags.  No member is ever NaN or infinite, with two exceptions
 * that are stated where they occur; a member without meaning is 0 and its
 * flag says so.
 */
#ifndef EV_STATS_ESTIMATE_H
#define EV_STATS_ESTIMATE_H

#include "base/compat.h"

enum ev_stat_flag {
	/* the value does not exist: null in a report */
	EV_STAT_UNDEFINED = 1 << 0,
	/* there is a value, but no interval */
	EV_STAT_NO_INTERVAL = 1 << 1,
	/* the variance came out zero; the interval is a wider one instead */
	EV_STAT_DEGENERATE_VARIANCE = 1 << 2,
	/* one half was added to each cell (Haldane), as one was zero */
	EV_STAT_HALDANE = 1 << 3,
	/* fewer than two patients (clusters) carry data */
	EV_STAT_ONE_CLUSTER = 1 << 4,
	/* design effect below 1: rows of a patient differ more than chance */
	EV_STAT_DEFF_BELOW_ONE = 1 << 5,
	/* iteration had to be stopped */
	EV_STAT_NOT_CONVERGED = 1 << 6,
	/* a bound was cut off at the end of the range */
	EV_STAT_CLIPPED = 1 << 7,
	/* classes are separated perfectly: no finite slope */
	EV_STAT_SEPARATION = 1 << 8
};

struct ev_estimate {
	double value;
	double lower;		/* of the two-sided interval */
	double upper;
	double level;		/* of the interval, 0.95 */
	double se;		/* 0 where the method has none */
	double n;		/* what it is counted over; may be effective */
	double x;		/* counted, for proportions */
	const char *method;	/* "wilson"; static text */
	unsigned flags;		/* enum ev_stat_flag */
};

/* The names of flags as reports write them: "degenerate_variance". */
const char *ev_stat_flag_name(enum ev_stat_flag flag);

/* Zero everything, check and keep the level; EV_EINVALID. */
int ev_estimate_init(struct ev_estimate *e, const char *method, double level);
/* value -+ z se, cut to [low, high]; sets lower, upper, se and flags. */
void ev_estimate_wald(struct ev_estimate *e, double se, double low,
		      double high);
/* (upper - lower) / 2; 0 without an interval */
double ev_half_width(const struct ev_estimate *e);

#endif
