#include "base/compat.h"
#include "stats/samplesize.h"

#include "base/error.h"
#include "stats/dist.h"
#include "stats/fp.h"
#include "stats/proportion.h"
#include "stats/special.h"

static bool inside(double p)
{
	return p > 0 && p < 1;
}

static int refuse(const char *what)
{
	return ev_fail(EV_EINVALID, "%s is outside its domain", what);
}

/* An answer may be out of range although no argument was. */
static int in_range(double x)
{
	return ev_fp_is_finite(x) ? 0 : refuse("sample size");
}

struct ev_minimum ev_minimum_default(bool critical)
{
	const struct ev_minimum usual = { 30, 30, 20 };
	const struct ev_minimum more = { 60, 60, 40 };

	return critical ? more : usual;
}

const char *ev_minimum_missed(const struct ev_minimum *least,
			      const struct ev_minimum *have)
{
	if (have->positives < least->positives)
		return "positives";
	if (have->negatives < least->negatives)
		return "negatives";
	return have->patients < least->patients ? "patients" : NULL;
}

int ev_rule_of_three(double *rate, int64_t n, double alpha)
{
	*rate = 1;
	if (n < 0 || !inside(alpha))
		return refuse("rule of three");
	if (n > 0)
		*rate = -ev_expm1(ev_log(alpha) / (double)n);
	return 0;
}

int ev_smallest_passing(double *p, int64_t *x, int64_t n, double limit,
			double level, double power, bool exact)
{
	struct ev_estimate e;
	int64_t low = 0, high = n + 1, mid;
	int ret;

	*x = -1;
	*p = 1;
	if (!inside(power) || !(limit >= 0 && limit <= 1) || n < 0)
		return refuse("power, limit or number of patients");
	/* both lower bounds rise with x: the least x that passes */
	while (low < high) {
		mid = low + (high - low) / 2;
		ret = exact ? ev_clopper_pearson(&e, mid, n, level) :
		      ev_wilson(&e, (double)mid, (double)n, level);
		if (ret < 0)
			return ret;
		if (!(e.flags & EV_STAT_UNDEFINED) && e.lower >= limit)
			high = mid;
		else
			low = mid + 1;
	}
	if (low > n)
		return 0;
	*x = low;
	*p = low == 0 ? 0 : ev_beta_quantile(power, (double)low,
					     (double)(n - low) + 1);
	return 0;
}

int ev_size_buderer(double *n, double se, double d, double prevalence,
		    double level)
{
	double z = ev_normal_z(level);

	*n = 0;
	if (!(se >= 0 && se <= 1) || !inside(d) ||
	    !(prevalence > 0 && prevalence <= 1) || ev_fp_is_nan(z))
		return refuse("sensitivity, its precision or prevalence");
	*n = z * z * se * (1 - se) / (d * d * prevalence);
	return in_range(*n);
}

int ev_size_observed_expected(double *n, double phi, double se)
{
	*n = 0;
	if (!inside(phi) || !(se > 0 && ev_fp_is_finite(se)))
		return refuse("outcome share or standard error");
	*n = (1 - phi) / (phi * (se * se));
	return in_range(*n);
}

int ev_se_cstatistic(double *se, double c, double n, double phi)
{
	double up;

	*se = 0;
	if (!(c >= 0 && c <= 1) || !inside(phi) ||
	    !(n > 0 && ev_fp_is_finite(n)))
		return refuse("c-statistic, outcome share or size");
	up = 1 + (n / 2 - 1) * ((1 - c) / (2 - c)) + (n / 2 - 1) * c / (1 + c);
	up = c * (1 - c) * up / (n * n * phi * (1 - phi));
	*se = up > 0 ? sqrt(up) : 0;
	return in_range(*se);
}

int ev_se_hanley_mcneil(double *se, double auc, double m, double n)
{
	double q1, q2, v;

	*se = 0;
	if (!(auc >= 0 && auc <= 1) || !(m >= 1 && n >= 1) ||
	    !ev_fp_is_finite(m) || !ev_fp_is_finite(n))
		return refuse("auc or number of patients");
	q1 = auc / (2 - auc);
	q2 = 2 * auc * auc / (1 + auc);
	v = auc * (1 - auc) + (m - 1) * (q1 - auc * auc) +
	    (n - 1) * (q2 - auc * auc);
	*se = v > 0 ? sqrt(v / m / n) : 0;
	return 0;
}

int ev_size_auc(double *positives, double auc, double alpha, double power,
		double ratio)
{
	double a, v, root;

	*positives = 0;
	if (!(auc > 0.5 && auc < 1) || !inside(alpha) || !inside(power) ||
	    !(ratio > 0 && ev_fp_is_finite(ratio)))
		return refuse("auc, alpha, power or ratio");
	a = ev_normal_quantile(auc) * 1.414;
	v = 0.0099 * ev_exp(-a * a / 2) *
	    ((5 * a * a + 8) + (a * a + 8) / ratio);
	root = -ev_normal_quantile(alpha / 2) * sqrt(0.0792 * (1 + 1 / ratio)) +
	       ev_normal_quantile(power) * sqrt(v);
	root /= auc - 0.5;
	*positives = root * root;
	return in_range(*positives);
}
