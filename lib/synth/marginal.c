#include "base/compat.h"

#include "synth/marginal_internal.h"

#include <math.h>

#include "stats/dist.h"
#include "stats/special.h"

/* Bisection of mixtures ends when neighbours are this near, relative to what
 * is asked for, and never runs longer than this. */
#define STEPS_MAX 200u
#define COUNT_MAX 1e9

/* Counts ------------------------------------------------------------------ */

static double poisson_cdf(double mean, double k)
{
	return k < 0 ? 0 : ev_gamma_tails(floor(k) + 1, mean).upper;
}

/* size r, mean m: p = r / (r + m), P(X <= k) = I_p(r, k + 1) */
static double negbin_cdf(double mean, double size, double k)
{
	double p = size / (size + mean), q = mean / (size + mean);

	return k < 0 ? 0 : ev_beta_tails(size, floor(k) + 1, p, q).lower;
}

static double count_cdf(const struct ev_marginal *m, double k)
{
	return m->kind == EV_D_POISSON ? poisson_cdf(m->a, k) :
		negbin_cdf(m->a, m->b, k);
}

/* The least k with P(X <= k) >= u: doubling, then halving. */
static double count_quantile(const struct ev_marginal *m, double u)
{
	double low = -1, high = 1, middle;

	while (high < COUNT_MAX && count_cdf(m, high) < u) {
		low = high;
		high *= 2;
	}
	while (high - low > 1) {
		middle = floor((low + high) / 2);
		if (count_cdf(m, middle) < u)
			low = middle;
		else
			high = middle;
	}
	return high;
}

/* Tables ------------------------------------------------------------------ */

/* The first i with u < w[i]. */
static size_t bin_of(const double *w, size_t n, double u)
{
	size_t low = 0, high = n - 1, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (u < w[middle])
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static double histogram_quantile(const struct ev_marginal *m, double u)
{
	size_t i = bin_of(m->weights, m->n, u);
	double from = i ? m->weights[i - 1] : 0;
	double share = m->weights[i] - from;

	return share > 0 ? m->edges[i] + (u - from) / share *
		(m->edges[i + 1] - m->edges[i]) : m->edges[i];
}

static double histogram_cdf(const struct ev_marginal *m, double x)
{
	size_t low = 0, high = m->n, middle;
	double from;

	if (!(x > m->edges[0]))
		return 0;
	if (x >= m->edges[m->n])
		return 1;
	while (high - low > 1) {
		middle = (low + high) / 2;
		if (x < m->edges[middle])
			high = middle;
		else
			low = middle;
	}
	from = low ? m->weights[low - 1] : 0;
	return from + (m->weights[low] - from) * (x - m->edges[low]) /
		(m->edges[low + 1] - m->edges[low]);
}

static double mixture_cdf(const struct ev_marginal *m, double x, bool below)
{
	double sum = 0, share;
	size_t i;

	for (i = 0; i < m->n; i++) {
		share = m->weights[i] - (i ? m->weights[i - 1] : 0);
		sum += share * (below ? ev_marginal_below(&m->parts[i], x) :
				ev_marginal_cdf(&m->parts[i], x));
	}
	return sum;
}

/* Between the least and the greatest quantile of the parts. */
static double mixture_quantile(const struct ev_marginal *m, double u)
{
	double low = INFINITY, high = -INFINITY, x, middle;
	unsigned steps;
	size_t i;

	for (i = 0; i < m->n; i++) {
		x = ev_marginal_quantile(&m->parts[i], u);
		low = x < low ? x : low;
		high = x > high ? x : high;
	}
	for (steps = 0; steps < STEPS_MAX && low < high; steps++) {
		middle = low + (high - low) / 2;
		if (middle <= low || middle >= high)
			break;
		if (mixture_cdf(m, middle, false) < u)
			low = middle;
		else
			high = middle;
	}
	return high;
}

/* All of them ------------------------------------------------------------- */

static double triangular_cdf(const struct ev_marginal *m, double x)
{
	if (x <= m->a)
		return 0;
	if (x >= m->c)
		return 1;
	if (x <= m->b)
		return (x - m->a) * (x - m->a) /
			((m->c - m->a) * (m->b - m->a));
	return 1 - (m->c - x) * (m->c - x) / ((m->c - m->a) * (m->c - m->b));
}

static double triangular_quantile(const struct ev_marginal *m, double u)
{
	double width = m->c - m->a;

	if (u * width <= m->b - m->a)
		return m->a + sqrt(u * width * (m->b - m->a));
	return m->c - sqrt((1 - u) * width * (m->c - m->b));
}

static double whole_cdf(const struct ev_marginal *m, double x)
{
	switch (m->kind) {
	case EV_D_CONSTANT:
		return x >= m->a;
	case EV_D_UNIFORM:
		return x <= m->a ? 0 : x >= m->b ? 1 :
			(x - m->a) / (m->b - m->a);
	case EV_D_NORMAL:
	case EV_D_TRUNCATED_NORMAL:
		return ev_normal_cdf((x - m->a) / m->b);
	case EV_D_LOGNORMAL:
		return x <= 0 ? 0 :
			ev_normal_cdf(ev_log(x / m->a) / m->log_b);
	case EV_D_EXPONENTIAL:
		return x <= 0 ? 0 : -ev_expm1(-x / m->a);
	case EV_D_GAMMA:
		return x <= 0 ? 0 : ev_gamma_tails(m->a, x / m->b).lower;
	case EV_D_WEIBULL:
		return x <= 0 ? 0 : -ev_expm1(-ev_pow(x / m->b, m->a));
	case EV_D_BETA:
		x = (x - m->c) / (m->d - m->c);
		return x <= 0 ? 0 : x >= 1 ? 1 : ev_beta_cdf(x, m->a, m->b);
	case EV_D_POISSON:
	case EV_D_NEGATIVE_BINOMIAL:
		return count_cdf(m, x);
	case EV_D_TRIANGULAR:
		return triangular_cdf(m, x);
	case EV_D_HISTOGRAM:
		return histogram_cdf(m, x);
	case EV_D_MIXTURE:
		return mixture_cdf(m, x, false);
	}
	return 0;
}

static double whole_quantile(const struct ev_marginal *m, double u)
{
	switch (m->kind) {
	case EV_D_CONSTANT:
		return m->a;
	case EV_D_UNIFORM:
		return m->a + u * (m->b - m->a);
	case EV_D_NORMAL:
	case EV_D_TRUNCATED_NORMAL:
		return m->a + m->b * ev_normal_quantile(u);
	case EV_D_LOGNORMAL:
		return m->a * ev_exp(m->log_b * ev_normal_quantile(u));
	case EV_D_EXPONENTIAL:
		return -m->a * ev_log1p(-u);
	case EV_D_GAMMA:
		return m->b / 2 * ev_chi2_quantile(u, 2 * m->a);
	case EV_D_WEIBULL:
		return m->b * ev_pow(-ev_log1p(-u), 1 / m->a);
	case EV_D_BETA:
		return m->c + (m->d - m->c) * ev_beta_quantile(u, m->a, m->b);
	case EV_D_POISSON:
	case EV_D_NEGATIVE_BINOMIAL:
		return count_quantile(m, u);
	case EV_D_TRIANGULAR:
		return triangular_quantile(m, u);
	case EV_D_HISTOGRAM:
		return histogram_quantile(m, u);
	case EV_D_MIXTURE:
		return mixture_quantile(m, u);
	}
	return 0;
}

bool ev_marginal_is_whole(const struct ev_marginal *m)
{
	size_t i;

	if (m->kind == EV_D_MIXTURE) {
		for (i = 0; i < m->n; i++)
			if (!ev_marginal_is_whole(&m->parts[i]))
				return false;
		return true;
	}
	return m->kind == EV_D_POISSON || m->kind == EV_D_NEGATIVE_BINOMIAL ||
		(m->kind == EV_D_CONSTANT && m->a == floor(m->a));
}

static double whole_below(const struct ev_marginal *m, double x)
{
	if (m->kind == EV_D_MIXTURE)
		return mixture_cdf(m, x, true);
	if (m->kind == EV_D_CONSTANT)
		return x > m->a;
	if (m->kind == EV_D_POISSON || m->kind == EV_D_NEGATIVE_BINOMIAL)
		return count_cdf(m, ceil(x) - 1);
	return whole_cdf(m, x);
}

/* P(X > x) to its own accuracy, of those whose tails are cut off far out. */
static double whole_sf(const struct ev_marginal *m, double x)
{
	switch (m->kind) {
	case EV_D_LOGNORMAL:
		return x <= 0 ? 1 :
			ev_normal_sf(ev_log(x / m->a) / m->log_b);
	case EV_D_EXPONENTIAL:
		return x <= 0 ? 1 : ev_exp(-x / m->a);
	case EV_D_WEIBULL:
		return x <= 0 ? 1 : ev_exp(-ev_pow(x / m->b, m->a));
	default:
		return ev_normal_sf((x - m->a) / m->b);
	}
}

/* The x of P(X > x) = q, of the same. */
static double upper_quantile(const struct ev_marginal *m, double q)
{
	switch (m->kind) {
	case EV_D_LOGNORMAL:
		return m->a * ev_exp(-m->log_b * ev_normal_quantile(q));
	case EV_D_EXPONENTIAL:
		return -m->a * ev_log(q);
	case EV_D_WEIBULL:
		return m->b * ev_pow(-ev_log(q), 1 / m->a);
	default:
		return m->a - m->b * ev_normal_quantile(q);
	}
}

static bool has_upper(const struct ev_marginal *m)
{
	return m->kind == EV_D_NORMAL || m->kind == EV_D_TRUNCATED_NORMAL ||
	       m->kind == EV_D_LOGNORMAL || m->kind == EV_D_EXPONENTIAL ||
	       m->kind == EV_D_WEIBULL;
}

bool ev_marginal_truncate(struct ev_marginal *m, double low, double high)
{
	if (m->truncated) {
		low = low > m->low ? low : m->low;
		high = high < m->high ? high : m->high;
	}
	m->truncated = true;
	m->low = low;
	m->high = high;
	m->p_low = whole_below(m, low);
	m->p_high = whole_cdf(m, high);
	m->upper = m->p_low > 0.5 && has_upper(m);
	if (!m->upper)
		return m->p_low < m->p_high;
	m->p_low = whole_sf(m, low);
	m->p_high = whole_sf(m, high);
	return m->p_low > m->p_high;
}

bool ev_marginal_prepare(struct ev_marginal *m)
{
	if (m->kind == EV_D_LOGNORMAL)
		m->log_b = ev_log(m->b);
	else if (m->kind == EV_D_TRUNCATED_NORMAL)
		return ev_marginal_truncate(m, m->c, m->d);
	else if (m->kind == EV_D_POISSON && m->b > 0)
		return ev_marginal_truncate(m, m->b, COUNT_MAX);
	return true;
}

static double rescaled(const struct ev_marginal *m, double p)
{
	if (m->upper)
		return p >= m->p_low ? 0 : p <= m->p_high ? 1 :
			(m->p_low - p) / (m->p_low - m->p_high);
	if (p <= m->p_low)
		return 0;
	return p >= m->p_high ? 1 : (p - m->p_low) / (m->p_high - m->p_low);
}

double ev_marginal_cdf(const struct ev_marginal *m, double x)
{
	if (!m->truncated)
		return whole_cdf(m, x);
	if (x >= m->high)
		return 1;
	return x < m->low ? 0 : rescaled(m, m->upper ? whole_sf(m, x) :
					 whole_cdf(m, x));
}

double ev_marginal_below(const struct ev_marginal *m, double x)
{
	if (!m->truncated)
		return whole_below(m, x);
	if (x > m->high)
		return 1;
	return x <= m->low ? 0 : rescaled(m, m->upper ? whole_sf(m, x) :
					  whole_below(m, x));
}

double ev_marginal_quantile(const struct ev_marginal *m, double u)
{
	double x;

	if (!m->truncated)
		return whole_quantile(m, u);
	x = m->p_low + u * (m->p_high - m->p_low);
	x = m->upper ? upper_quantile(m, x) : whole_quantile(m, x);
	if (!(x > m->low))
		return m->low;
	return x > m->high ? m->high : x;
}
