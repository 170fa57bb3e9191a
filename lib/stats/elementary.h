/*
 * elementary.h - what logarithms are made of (for lib/stats alone)
 */
#ifndef EV_STATS_ELEMENTARY_H
#define EV_STATS_ELEMENTARY_H

/* log 2 = HIGH + MIDDLE to 96 bits; k * HIGH is exact for |k| < 2^11. */
#define EV_LN2_HIGH 0x1.62e42fefa38p-1
#define EV_LN2_MIDDLE 0x1.ef35793c7673p-45
#define EV_SQRT_2 0x1.6a09e667f3bcdp+0
/* log((1 + s) / (1 - s)) = 2s + s z (c[0] + c[1] z + ... c[10] z^10), z = s^2 */
#define EV_LOG_REST(i) (2.0 / (2 * (i) + 3))
/* log1p(-q) is taken of -q itself below this. */
#define EV_LOG1P_NEAR 0.29

#endif
