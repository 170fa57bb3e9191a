#include "base/compat.h"

#include "synth/angle.h"

#include <math.h>

#define PI 3.14159265358979323846
/* What PI lacks. */
#define PI_LOW 1.2246467991473531772e-16

/* 1/3!, 1/5!, ... and 1/4!, 1/6!, ... with their signs */
static const double sine[] = {
	-1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800,
	1.0 / 6227020800, -1.0 / 1307674368000,
};
static const double cosine[] = {
	1.0 / 24, -1.0 / 720, 1.0 / 40320, -1.0 / 3628800,
	1.0 / 479001600, -1.0 / 87178291200, 1.0 / 20922789888000,
};

static double series(double z, const double *c, size_t n)
{
	double s = c[n - 1];

	while (--n)
		s = c[n - 1] + z * s;
	return s;
}

/* sin(pi x) and cos(pi x), 0 <= x <= 1/4 */
static double small_sine(double x)
{
	double t = x * PI, z = t * t;

	return t + (t * z * series(z, sine, EV_ARRAY_SIZE(sine)) + x * PI_LOW);
}

static double small_cosine(double x)
{
	double t = x * PI, z = t * t, half = z / 2, w = 1 - half;

	return w + ((1 - w - half) +
		    z * z * series(z, cosine, EV_ARRAY_SIZE(cosine)));
}

double ev_cospi(double x)
{
	double sign = 1;

	x = fabs(x);
	if (!(x < INFINITY))
		return (double)NAN;
	/* beyond 2^53 all numbers are even */
	x -= 2 * floor(x / 2);
	if (x > 1)
		x = 2 - x;
	if (x > 0.5) {
		x = 1 - x;
		sign = -1;
	}
	return sign * (x > 0.25 ? small_sine(0.5 - x) : small_cosine(x));
}
