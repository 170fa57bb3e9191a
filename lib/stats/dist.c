#include "base/compat.h"
#include "stats/dist.h"

#include "stats/fp.h"
#include "stats/quantile.h"
#include "stats/special.h"

#define MOST_TRIALS 1000000000

double ev_chi2_cdf(double x, double df)
{
	return ev_gamma_tails(df / 2, x / 2).lower;
}

double ev_chi2_sf(double x, double df)
{
	return ev_gamma_tails(df / 2, x / 2).upper;
}

double ev_chi2_quantile(double p, double df)
{
	return 2 * ev_gamma_point(p, 1 - p, df / 2);
}

/* P(T > |t|) */
static double t_tail(double t, double df)
{
	double n = df / (t * t);
	struct ev_tails tails;

	if (t == 0)
		return df > 0 ? 0.5 : ev_fp_nan();
	if (!ev_fp_is_finite(t))
		return df > 0 ? 0 : ev_fp_nan();
	if (n > 1e300)
		n = 1e300;
	/* x = df / (df + t^2) */
	tails = ev_beta_tails(df / 2, 0.5, n / (n + 1), 1 / (n + 1));
	return tails.lower / 2;
}

double ev_t_cdf(double t, double df)
{
	if (ev_fp_is_nan(t))
		return t;
	return t < 0 ? t_tail(t, df) : 1 - t_tail(t, df);
}

double ev_t_sf(double t, double df)
{
	return ev_t_cdf(-t, df);
}

double ev_t_two_sided(double t, double df)
{
	return ev_fp_is_nan(t) ? t : 2 * t_tail(t, df);
}

double ev_t_quantile(double p, double df)
{
	struct ev_beta_point r;
	double tail = p < 0.5 ? p : 1 - p, t;

	if (!(p >= 0 && p <= 1))
		return ev_fp_nan();
	r = ev_beta_point(2 * tail, 1 - 2 * tail, df / 2, 0.5);
	t = r.x == 0 ? ev_fp_inf() : sqrt(df) * sqrt(r.y / r.x);
	return p < 0.5 ? -t : t;
}

static struct ev_tails f_tails(double f, double d1, double d2)
{
	double r = d1 * f / d2;

	if (!ev_fp_is_finite(f))
		return ev_beta_tails(d1 / 2, d2 / 2, f > 0 ? 1 : -1, 0);
	return ev_beta_tails(d1 / 2, d2 / 2, r / (1 + r), 1 / (1 + r));
}

double ev_f_cdf(double f, double d1, double d2)
{
	return f_tails(f, d1, d2).lower;
}

double ev_f_sf(double f, double d1, double d2)
{
	return f_tails(f, d1, d2).upper;
}

double ev_f_quantile(double p, double d1, double d2)
{
	struct ev_beta_point r = ev_beta_point(p, 1 - p, d1 / 2, d2 / 2);

	if (r.y == 0)
		return ev_fp_inf();
	return d2 * r.x / (d1 * r.y);
}

double ev_beta_cdf(double x, double a, double b)
{
	return ev_beta_tails(a, b, x, 1 - x).lower;
}

double ev_beta_sf(double x, double a, double b)
{
	return ev_beta_tails(a, b, x, 1 - x).upper;
}

double ev_beta_quantile(double p, double a, double b)
{
	return ev_beta_point(p, 1 - p, a, b).x;
}

double ev_beta_quantile_upper(double q, double a, double b)
{
	return ev_beta_point(1 - q, q, a, b).x;
}

static bool is_binomial(int64_t n, double p)
{
	return n >= 0 && n <= MOST_TRIALS && p >= 0 && p <= 1;
}

double ev_binomial_mass(int64_t k, int64_t n, double p)
{
	double a, b, d, e, u;

	if (!is_binomial(n, p))
		return ev_fp_nan();
	if (k < 0 || k > n)
		return 0;
	if (p == 0 || p == 1)
		return k == (p == 0 ? 0 : n) ? 1 : 0;
	if (k == 0)
		return ev_exp((double)n * ev_log1p(-p));
	if (k == n)
		return p < 0.5 ? ev_exp((double)n * ev_log(p)) :
		       ev_exp((double)n * ev_log1p(-(1 - p)));
	a = (double)k;
	b = (double)(n - k);
	/* k - n p, and the deviance of both cells from it */
	e = ev_fp_add(ev_fp_two_prod((double)n, -p), ev_fp_two_sum(a, 0)).hi;
	u = -e / a;
	d = u > -0.6 ? a * ev_log1p_rest(u) :
	    a * (u - ev_log((double)n / a * p));
	u = e / b;
	d += u > -0.6 ? b * ev_log1p_rest(u) :
	     b * (u - ev_log((double)n / b * (1 - p)));
	e = ev_stirling_error((double)n) - ev_stirling_error(a) -
	    ev_stirling_error(b);
	return ev_exp(e - d) * sqrt((double)n / (a * b)) / EV_FP_SQRT_2PI;
}

double ev_binomial_cdf(int64_t k, int64_t n, double p)
{
	if (!is_binomial(n, p))
		return ev_fp_nan();
	if (k < 0 || k >= n)
		return k < 0 ? 0 : 1;
	return ev_beta_tails((double)k + 1, (double)(n - k), p, 1 - p).upper;
}

double ev_binomial_sf(int64_t k, int64_t n, double p)
{
	if (!is_binomial(n, p))
		return ev_fp_nan();
	if (k < 0 || k >= n)
		return k < 0 ? 1 : 0;
	return ev_beta_tails((double)k + 1, (double)(n - k), p, 1 - p).lower;
}

int64_t ev_binomial_quantile(double prob, int64_t n, double p)
{
	int64_t low = 0, high = n, k;

	if (!is_binomial(n, p) || !(prob >= 0 && prob <= 1))
		return -1;
	while (low < high) {
		k = low + (high - low) / 2;
		if (ev_binomial_cdf(k, n, p) >= prob)
			high = k;
		else
			low = k + 1;
	}
	return low;
}
