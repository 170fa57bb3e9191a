/*
 * sum.h - the exact sum of doubles, in whatever order they come
 *
 * An accumulator wide enough for every double (Neal, Fast exact summation
 * using small and large superaccumulators, arXiv 1505.05571, 2015): nothing
 * is rounded until ev_sum_value(), which rounds once, to nearest, ties to
 * even.  So the order of rows and how they are shared among workers cannot
 * change a digit; parts are brought together with ev_sum_merge().
 *
 * NaN and infinities are remembered: ev_sum_value() then answers as IEEE
 * addition would.  At most 2^62 terms.
 */
#ifndef EV_STATS_SUM_H
#define EV_STATS_SUM_H

#include "base/compat.h"

#define EV_SUM_WORDS 70

struct ev_sum {
	int64_t word[EV_SUM_WORDS];	/* worth 2^(32 i - 1074) each */
	int32_t room;		/* terms until carries must be moved */
	bool nan;
	bool plus_inf;
	bool minus_inf;
};

void ev_sum_init(struct ev_sum *s);
void ev_sum_add(struct ev_sum *s, double x);
/* a * b without its rounding, when neither over- nor underflows. */
void ev_sum_add_product(struct ev_sum *s, double a, double b);
void ev_sum_merge(struct ev_sum *into, struct ev_sum *from);
double ev_sum_value(struct ev_sum *s);
/* The sum of an array at once. */
double ev_sum_of(const double *x, size_t n);

#endif
