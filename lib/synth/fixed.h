/*
 * fixed.h - numbers in fixed point, without printf and without locale
 *
 * The double itself is rounded, exactly: 0.125 to two places is a tie and
 * becomes 0.12, 1.005 is none (it is less) and becomes 1.00.  Products that
 * are near a tie are computed again in 128 bits.
 */
#ifndef EV_SYNTH_FIXED_H
#define EV_SYNTH_FIXED_H

#include "base/compat.h"

#define EV_FIXED_MAX_PLACES 18u
#define EV_FIXED_LIMIT 1e19		/* of |x| */

/* `x` with `places` decimals, half to even, its length; "" for NaN and for
 * what is out of range.  There is no negative zero. */
size_t ev_fixed(char out[48], double x, unsigned places);
/* The double nearest to that decimal number; NaN for NaN and out of range. */
double ev_fixed_round(double x, unsigned places);

#endif
