#include "base/compat.h"
#include "stats/dist.h"

#include "stats/fp.h"
#include "stats/lanes.h"
#include "stats/special.h"

#define SQRT_HALF 0.70710678118654752440

/* exp(-x^2 / 2) erfcx(x / sqrt(2)) / 2, x >= 0 */
static double tail(double x)
{
	struct ev_pair square;

	if (x > 38.6)
		return 0;
	square = ev_fp_two_prod(x, x);
	return ev_exp(-square.hi / 2) * ev_erfcx(x * SQRT_HALF) / 2 *
	       (1 - square.lo / 2);
}

double ev_normal_cdf(double x)
{
	if (ev_fp_is_nan(x))
		return x;
	if (x < -0.6)
		return tail(-x);
	if (x > 1.4)
		return 1 - tail(x);
	return 0.5 + 0.5 * ev_erf(x * SQRT_HALF);
}

double ev_normal_sf(double x)
{
	return ev_normal_cdf(-x);
}

double ev_normal_two_sided(double z)
{
	double p = 2 * ev_normal_cdf(-ev_fp_abs(z));

	return p > 1 ? 1 : p;
}

/* The three rational functions of AS 241, PPND16. */
static const double central_up[] = {
	3.3871328727963666080e0, 1.3314166789178437745e+2,
	1.9715909503065514427e+3, 1.3731693765509461125e+4,
	4.5921953931549871457e+4, 6.7265770927008700853e+4,
	3.3430575583588128105e+4, 2.5090809287301226727e+3,
};
static const double central_down[] = {
	1.0, 4.2313330701600911252e+1, 6.8718700749205790830e+2,
	5.3941960214247511077e+3, 2.1213794301586595867e+4,
	3.9307895800092710610e+4, 2.8729085735721942674e+4,
	5.2264952788528545610e+3,
};
static const double middle_up[] = {
	1.42343711074968357734e0, 4.63033784615654529590e0,
	5.76949722146069140550e0, 3.64784832476320460504e0,
	1.27045825245236838258e0, 2.41780725177450611770e-1,
	2.27238449892691845833e-2, 7.74545014278341407640e-4,
};
static const double middle_down[] = {
	1.0, 2.05319162663775882187e0, 1.67638483018380384940e0,
	6.89767334985100004550e-1, 1.48103976427480074590e-1,
	1.51986665636164571966e-2, 5.47593808499534494600e-4,
	1.05075007164441684324e-9,
};
static const double far_up[] = {
	6.65790464350110377720e0, 5.46378491116411436990e0,
	1.78482653991729133580e0, 2.96560571828504891230e-1,
	2.65321895265761230930e-2, 1.24266094738807843860e-3,
	2.71155556874348757815e-5, 2.01033439929228813265e-7,
};
static const double far_down[] = {
	1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1,
	1.48753612908506148525e-2, 7.86869131145613259100e-4,
	1.84631831751005468180e-5, 1.42151175831644588870e-7,
	2.04426310338993978564e-15,
};

double ev_normal_quantile(double p)
{
	double q = p - 0.5, r, x;

	if (!(p >= 0 && p <= 1))
		return ev_fp_nan();
	if (p == 0 || p == 1)
		return p == 0 ? -ev_fp_inf() : ev_fp_inf();
	if (ev_fp_abs(q) <= 0.425) {
		r = 0.180625 - q * q;
		return q * ev_fp_poly(r, central_up, 8) /
		       ev_fp_poly(r, central_down, 8);
	}
	r = sqrt(-ev_log(q < 0 ? p : 1 - p));
	if (r <= 5)
		x = ev_fp_poly(r - 1.6, middle_up, 8) /
		    ev_fp_poly(r - 1.6, middle_down, 8);
	else
		x = ev_fp_poly(r - 5, far_up, 8) /
		    ev_fp_poly(r - 5, far_down, 8);
	return q < 0 ? -x : x;
}

/* What holds for all but the 15 % in the tails, by the same operations in the
 * same order as above. */
EV_LANES
static void central(double *restrict out, const double *restrict p)
{
	const double *a = central_up, *b = central_down;
	double q, r, up, down;
	int i;

	for (i = 0; i < EV_NORMAL_BLOCK; i++) {
		q = p[i] - 0.5;
		r = 0.180625 - q * q;
		up = a[5] + r * (a[6] + r * a[7]);
		up = a[2] + r * (a[3] + r * (a[4] + r * up));
		up = a[0] + r * (a[1] + r * up);
		down = b[5] + r * (b[6] + r * b[7]);
		down = b[2] + r * (b[3] + r * (b[4] + r * down));
		down = b[0] + r * (b[1] + r * down);
		out[i] = q * up / down;
	}
}

void ev_normal_quantiles(double out[EV_NORMAL_BLOCK],
			 const double p[EV_NORMAL_BLOCK])
{
	int i;

	central(out, p);
	for (i = 0; i < EV_NORMAL_BLOCK; i++)
		if (!(ev_fp_abs(p[i] - 0.5) <= 0.425))
			out[i] = ev_normal_quantile(p[i]);
}

double ev_alpha(double level)
{
	double a = 1 - level, whole;

	if (!(level > 0 && level < 1))
		return ev_fp_nan();
	whole = ev_fp_round(a * 1e12) / 1e12;
	return whole > 0 && ev_fp_abs(whole - a) <= DBL_EPSILON ? whole : a;
}

double ev_normal_z(double level)
{
	return -ev_normal_quantile(ev_alpha(level) / 2);
}
