/*
 * angle.h - the cosine, with the same digits everywhere
 */
#ifndef EV_SYNTH_ANGLE_H
#define EV_SYNTH_ANGLE_H

/*
 * cos(pi x): the argument is reduced exactly, so that the error does not grow
 * with it; Taylor series in one octant.  Absolute error <= 2.5e-16, for any
 * finite x; NaN otherwise.
 */
double ev_cospi(double x);

#endif
