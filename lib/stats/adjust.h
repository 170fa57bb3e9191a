/*
 * adjust.h - p-values of several tests, adjusted for their number
 *
 * Compare an adjusted p with alpha itself.  Bonferroni; Holm (Scand. J. Stat.
 * 6 (1979) 65-70); Hochberg (Biometrika 75 (1988) 800-802), for independent
 * or positively dependent tests; Benjamini & Hochberg (JRSS B 57 (1995)
 * 289-300), which bounds the false discovery rate.
 *
 * Gates that must all pass need none of these: an intersection-union test
 * keeps its level by itself.
 */
#ifndef EV_STATS_ADJUST_H
#define EV_STATS_ADJUST_H

#include "base/compat.h"

enum ev_adjustment {
	EV_ADJUST_NONE, EV_ADJUST_BONFERRONI, EV_ADJUST_HOLM,
	EV_ADJUST_HOCHBERG, EV_ADJUST_BH
};

/* "none", "bonferroni", "holm", "hochberg", "bh"; EV_EINVALID. */
int ev_adjustment_parse(enum ev_adjustment *out, const char *name);
const char *ev_adjustment_name(enum ev_adjustment a);

/*
 * out[i] is the adjusted p[i]; out may be p.  EV_EINVALID if a p is NaN or
 * outside [0, 1]; n = 0 is fine.
 */
int ev_adjust(double *out, const double *p, size_t n, enum ev_adjustment a);

#endif
