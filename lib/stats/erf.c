#include "base/compat.h"
#include "stats/special.h"

#include "stats/fp.h"

#define TWO_OVER_SQRT_PI 1.12837916709551257390

/* Chebyshev coefficients, the first one halved. */
static const double chebyshev[] = {
	1.1775789345674017410, -0.0045900545806464773283,
	-0.084249133366517915581, 0.059209939998191890499,
	-0.026658668435305752277, 0.0090749976707052650933,
	-0.0024131635404176081924, 0.00049077583652580863012,
	-0.000069169733025012066241, 4.1390279860730075181e-6,
	7.7403830661984667694e-7, -2.1886401049234578298e-7,
	1.0764999465669878116e-8, 4.5219598112181763863e-9,
	-7.7544002088231506925e-10, -6.3180883407226843876e-11,
	2.8687950111551521471e-11, 1.9455868801600308091e-13,
	-9.6546967230143330409e-13, 3.2525483681738765416e-14,
	3.3478121062385222991e-14, -1.864562118803086915e-15,
	-1.2507951997848524866e-15, 7.4181324683871990902e-17,
	5.0679720340242203828e-17, -2.2393317063718596248e-18,
};

double ev_erfcx(double x)
{
	double t, b0 = 0, b1 = 0, b2;
	int i;

	if (ev_fp_is_nan(x) || x < 0)
		return ev_fp_nan();
	if (!ev_fp_is_finite(x))
		return 0;
	t = (x - 3.75) / (x + 3.75);
	for (i = (int)EV_ARRAY_SIZE(chebyshev) - 1; i > 0; i--) {
		b2 = b1;
		b1 = b0;
		b0 = (2 * t * b1 - b2) + chebyshev[i];
	}
	return ((t * b0 - b1) + chebyshev[0]) / (1 + 2 * x);
}

/* Taylor; |x| <= 1. */
static double erf_series(double x)
{
	double z = x * x, term = 1, sum = 0;
	int n;

	for (n = 1; n < 24; n++) {
		term *= -z / n;
		sum += term / (2 * n + 1);
	}
	return TWO_OVER_SQRT_PI * (x + x * sum);
}

/* exp(-x^2) erfcx(x), x >= 0. */
static double erfc_tail(double x)
{
	struct ev_pair square;
	double e;

	if (x > 27.3)
		return 0;
	square = ev_fp_two_prod(x, x);
	e = ev_exp(-square.hi);
	return e * ev_erfcx(x) * (1 - square.lo);
}

double ev_erf(double x)
{
	if (ev_fp_is_nan(x))
		return x;
	if (x > 1)
		return x > 6 ? 1 : 1 - erfc_tail(x);
	if (x < -1)
		return x < -6 ? -1 : erfc_tail(-x) - 1;
	return erf_series(x);
}

double ev_erfc(double x)
{
	if (ev_fp_is_nan(x))
		return x;
	if (x > 0.45)
		return erfc_tail(x);
	if (x < -1)
		return 2 - erfc_tail(-x);
	return 1 - erf_series(x);
}
