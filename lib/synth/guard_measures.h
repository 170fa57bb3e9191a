/*
 * guard_measures.h - two tables compared, for guard*.c; NaN: undefined
 */
#ifndef EV_SYNTH_GUARD_MEASURES_H
#define EV_SYNTH_GUARD_MEASURES_H

#include "synth/guard_internal.h"

double ev_measure_ks(const struct ev_guard_table *a,
		     const struct ev_guard_column *x,
		     const struct ev_guard_table *b,
		     const struct ev_guard_column *y);
/* *p_value: of the chi-square that goes with it */
double ev_measure_psi(const struct ev_guard_table *a,
		      const struct ev_guard_column *x,
		      const struct ev_guard_table *b,
		      const struct ev_guard_column *y, double *p_value);
double ev_measure_wasserstein(const struct ev_guard_table *a,
			      const struct ev_guard_column *x,
			      const struct ev_guard_table *b,
			      const struct ev_guard_column *y);
double ev_measure_tvd(const struct ev_guard_table *a,
		      const struct ev_guard_column *x,
		      const struct ev_guard_table *b,
		      const struct ev_guard_column *y);
double ev_measure_contingency(const struct ev_guard_table *a,
			      const struct ev_guard_table *b,
			      const struct ev_guard_pair *x,
			      const struct ev_guard_pair *y);
double ev_measure_coverage(const struct ev_guard_table *a,
			   const struct ev_guard_column *x,
			   const struct ev_guard_table *b,
			   const struct ev_guard_column *y);
double ev_measure_adherence(const struct ev_guard_table *a,
			    const struct ev_guard_column *x,
			    const struct ev_guard_table *b,
			    const struct ev_guard_column *y);

#endif
