#include "base/compat.h"

#include "synth/guard_chance.h"

#include <math.h>

#include "stats/dist.h"
#include "stats/special.h"
#include "synth/guard_spec.h"

#define ALPHA 0.01

/* So many rows of one sample would spread as both do. */
static double rows(const struct ev_samples *s)
{
	return s->n * s->m / (s->n + s->m);
}

static double alpha(const struct ev_samples *s)
{
	return ALPHA / (double)(s->of ? s->of : 1);
}

double ev_chance_ks(const struct ev_samples *s)
{
	return sqrt(-ev_log(alpha(s) / 2) / 2 / rows(s));
}

double ev_chance_psi(const struct ev_samples *s, double bins)
{
	return bins > 1 ? ev_chi2_quantile(1 - alpha(s), bins - 1) / rows(s) :
		0;
}

/* Of a normal distribution the mean is 1.07 / sqrt(rows) quartile ranges. */
double ev_chance_wasserstein(const struct ev_samples *s)
{
	return 1.07 * (1 + ev_normal_z(1 - alpha(s)) / 2) / sqrt(rows(s));
}

double ev_chance_correlation(const struct ev_samples *s)
{
	return ev_normal_z(1 - alpha(s)) / sqrt(fmax(rows(s) - 1, 1));
}

double ev_chance_share(const struct ev_samples *s, double p)
{
	return ev_normal_z(1 - alpha(s)) * sqrt(p * (1 - p) / rows(s));
}

double ev_chance_tvd(const struct ev_samples *s, const double *p, size_t n)
{
	return ev_tvd_chance(p, n, rows(s), s->of ? s->of : 1);
}

double ev_chance_beyond(const struct ev_samples *s, size_t levels)
{
	double q = ((double)levels - 2 * ev_log(alpha(s) / 2)) / s->m;

	q = fmin(q, 1);
	return fmin(q + 3 * sqrt(q / s->n), 1);
}

/* The cohort has values beyond the quantiles that it misses once in so many
 * times. */
double ev_chance_coverage(const struct ev_samples *s, const double *x,
			  size_t m)
{
	double p = fmin(-ev_log(alpha(s) / 2) / s->n, 0.5), at;
	double width = m ? x[m - 1] - x[0] : 0;
	size_t i;

	at = p * (double)(m - 1);
	i = (size_t)ceil(at);
	if (!(width > 0) || 2 * i >= m)
		return 0;
	return (x[m - 1 - i] - x[i]) / width;
}
