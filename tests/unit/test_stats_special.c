#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "stats/dist.h"
#include "stats/fp.h"
#include "stats/special.h"

#define VALUES "tests/data/reference/special.txt"

static double one(const char *f, double a, double b)
{
	if (strcmp(f, "exp") == 0)
		return ev_exp(a);
	if (strcmp(f, "expm1") == 0)
		return ev_expm1(a);
	if (strcmp(f, "log") == 0)
		return ev_log(a);
	if (strcmp(f, "log1p") == 0)
		return ev_log1p(a);
	if (strcmp(f, "pow") == 0)
		return ev_pow(a, b);
	if (strcmp(f, "erf") == 0)
		return ev_erf(a);
	if (strcmp(f, "erfc") == 0)
		return ev_erfc(a);
	if (strcmp(f, "erfcx") == 0)
		return ev_erfcx(a);
	if (strcmp(f, "lgamma") == 0)
		return ev_lgamma(a);
	if (strcmp(f, "stirling") == 0)
		return ev_stirling_error(a);
	if (strcmp(f, "rest") == 0)
		return ev_log1p_rest(a);
	if (strcmp(f, "normal") == 0)
		return ev_normal_cdf(a);
	if (strcmp(f, "qnormal") == 0)
		return ev_normal_quantile(a);
	fail_msg("no function '%s'", f);
	return 0;
}

static double many(const char *f, double a, double b, double c)
{
	if (strcmp(f, "gammap") == 0)
		return ev_gamma_tails(a, b).lower;
	if (strcmp(f, "gammaq") == 0)
		return ev_gamma_tails(a, b).upper;
	if (strcmp(f, "betap") == 0)
		return ev_beta_tails(a, b, c, 1 - c).lower;
	if (strcmp(f, "betaq") == 0)
		return ev_beta_tails(a, b, c, 1 - c).upper;
	if (strcmp(f, "t") == 0)
		return ev_t_cdf(a, b);
	if (strcmp(f, "f") == 0)
		return ev_f_cdf(a, b, c);
	if (strcmp(f, "fsf") == 0)
		return ev_f_sf(a, b, c);
	if (strcmp(f, "binomial") == 0)
		return ev_binomial_mass((int64_t)a, (int64_t)b, c);
	if (strcmp(f, "qbeta") == 0)
		return ev_beta_quantile(a, b, c);
	if (strcmp(f, "qbeta-upper") == 0)
		return ev_beta_quantile_upper(a, b, c);
	if (strcmp(f, "qchi2") == 0)
		return ev_chi2_quantile(a, b);
	if (strcmp(f, "qt") == 0)
		return ev_t_quantile(a, b);
	if (strcmp(f, "qf") == 0)
		return ev_f_quantile(a, b, c);
	return one(f, a, b);
}

/* Relative errors that special.h and dist.h promise. */
static const struct {
	const char *name;
	double bound;
	int lines;		/* at least so many values are there */
} promised[] = {
	{ "exp", 4e-16, 50 }, { "expm1", 4e-16, 40 }, { "log", 4e-16, 50 },
	{ "log1p", 4e-16, 50 }, { "pow", 1e-15, 50 }, { "erf", 1e-15, 20 },
	{ "erfc", 1e-15, 20 }, { "erfcx", 1e-15, 20 },
	{ "lgamma", 2e-15, 100 }, { "stirling", 1e-14, 20 },
	{ "rest", 2e-15, 40 }, { "gammap", 1e-13, 40 },
	{ "gammaq", 1e-13, 40 }, { "betap", 1e-13, 30 },
	{ "betaq", 1e-13, 30 }, { "normal", 1e-15, 30 }, { "t", 1e-13, 15 },
	{ "f", 1e-13, 15 }, { "fsf", 1e-13, 15 }, { "binomial", 1e-13, 15 },
	{ "qnormal", 1e-15, 10 }, { "qbeta", 1e-12, 15 },
	{ "qbeta-upper", 1e-12, 15 }, { "qchi2", 1e-12, 15 },
	{ "qt", 1e-12, 9 }, { "qf", 1e-12, 9 },
};

static void functions_keep_the_accuracy_that_they_state(void **state)
{
	int seen[EV_ARRAY_SIZE(promised)] = { 0 };
	char name[32];
	double a, b, c, value, got, error;
	size_t i;
	FILE *in = fopen(VALUES, "r");

	(void)state;
	assert_non_null(in);
	while (fscanf(in, "%31s %la %la %la %lg", name, &a, &b, &c,
		      &value) == 5) {
		for (i = 0; i < EV_ARRAY_SIZE(promised); i++)
			if (strcmp(promised[i].name, name) == 0)
				break;
		assert_true(i < EV_ARRAY_SIZE(promised));
		seen[i]++;
		got = many(name, a, b, c);
		error = ev_fp_abs(got - value);
		/* the other tail is good to an absolute error */
		if (ev_fp_abs(value) >= 1e-300 && ev_fp_abs(value) < 1e-100 &&
		    promised[i].bound == 1e-13)
			continue;
		if (!(error <= promised[i].bound * ev_fp_abs(value) ||
		      error <= 5e-324))
			fail_msg("%s(%.17g, %.17g, %.17g) is %.17g, not %.17g",
				 name, a, b, c, got, value);
	}
	fclose(in);
	for (i = 0; i < EV_ARRAY_SIZE(promised); i++)
		if (seen[i] < promised[i].lines)
			fail_msg("%s: only %d values", promised[i].name,
				 seen[i]);
}

static void ends_of_the_domain_are_exact(void **state)
{
	const double inf = ev_fp_inf();

	(void)state;
	assert_true(ev_exp(0) == 1 && ev_exp(-inf) == 0 && ev_exp(inf) == inf);
	assert_true(ev_exp(-745) == 5e-324 && ev_exp(-746) == 0);
	assert_true(ev_exp(710) == inf);
	assert_true(ev_expm1(0) == 0 && ev_expm1(-inf) == -1);
	assert_true(ev_expm1(1e-300) == 1e-300 && ev_expm1(710) == inf);
	assert_true(ev_log(1) == 0 && ev_log(0) == -inf && ev_log(inf) == inf);
	assert_true(ev_log1p(0) == 0 && ev_log1p(-1) == -inf);
	assert_true(ev_pow(0, 0) == 1 && ev_pow(0, 2) == 0);
	assert_true(ev_pow(0, -1) == inf && ev_pow(2, -1e9) == 0);
	assert_true(ev_pow(3, 2) == 9 && ev_pow(10, 22) == 1e22);
	assert_true(ev_pow(2, 1e300) == inf && ev_pow(0.5, 1e300) == 0);
	assert_true(ev_erf(0) == 0 && ev_erf(7) == 1 && ev_erf(-inf) == -1);
	assert_true(ev_erfc(0) == 1 && ev_erfc(28) == 0 && ev_erfc(-9) == 2);
	assert_true(ev_lgamma(1) == 0 && ev_lgamma(2) == 0);
	assert_true(ev_normal_cdf(0) == 0.5 && ev_normal_quantile(0.5) == 0);
	assert_true(ev_normal_quantile(0) == -inf);
	assert_true(ev_normal_quantile(1) == inf);
	assert_true(ev_normal_cdf(-40) == 0 && ev_normal_cdf(40) == 1);
	assert_true(ev_beta_cdf(0, 2, 3) == 0 && ev_beta_cdf(1, 2, 3) == 1);
	assert_true(ev_beta_quantile(0, 2, 3) == 0);
	assert_true(ev_beta_quantile(1, 2, 3) == 1);
	assert_true(ev_chi2_sf(0, 3) == 1 && ev_chi2_sf(inf, 3) == 0);
	assert_true(ev_chi2_quantile(1, 3) == inf);
	assert_true(ev_t_cdf(0, 3) == 0.5 && ev_t_cdf(-inf, 3) == 0);
	assert_true(ev_t_quantile(0.5, 7) == 0 && ev_t_two_sided(0, 4) == 1);
	assert_true(ev_f_cdf(0, 2, 3) == 0 && ev_f_sf(inf, 2, 3) == 0);
	assert_true(ev_binomial_cdf(-1, 5, 0.5) == 0);
	assert_true(ev_binomial_cdf(5, 5, 0.5) == 1);
	assert_true(ev_binomial_mass(0, 0, 0.5) == 1);
	assert_true(ev_binomial_mass(5, 5, 1) == 1);
	/* R's qnorm(0.025), to the last digit */
	assert_true(ev_normal_z(0.95) == 1.9599639845400538);
	assert_true(ev_alpha(0.95) == 0.05 && ev_alpha(0.9) == 0.1);
	assert_true(ev_alpha(0.99) == 0.01 && ev_alpha(0.975) == 0.025);
}

static void outside_the_domain_the_answer_is_nan(void **state)
{
	const double nan = ev_fp_nan();
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(promised); i++) {
		if (strcmp(promised[i].name, "binomial") == 0)
			continue;
		assert_true(ev_fp_is_nan(many(promised[i].name, nan, 1, 0.5)));
	}
	assert_true(ev_fp_is_nan(ev_log(-1)) && ev_fp_is_nan(ev_log1p(-2)));
	assert_true(ev_fp_is_nan(ev_pow(-1, 2)) && ev_fp_is_nan(ev_lgamma(0)));
	assert_true(ev_fp_is_nan(ev_lgamma(-0.5)));
	assert_true(ev_fp_is_nan(ev_normal_quantile(1.5)));
	assert_true(ev_fp_is_nan(ev_normal_z(1)));
	assert_true(ev_fp_is_nan(ev_beta_cdf(0.5, 0, 1)));
	assert_true(ev_fp_is_nan(ev_beta_cdf(0.5, 1, nan)));
	assert_true(ev_fp_is_nan(ev_beta_cdf(1.5, 1, 1)));
	assert_true(ev_fp_is_nan(ev_beta_quantile(-0.1, 1, 1)));
	assert_true(ev_fp_is_nan(ev_beta_quantile(0.1, 1, -1)));
	assert_true(ev_fp_is_nan(ev_chi2_cdf(-1, 1)));
	assert_true(ev_fp_is_nan(ev_chi2_quantile(0.5, 0)));
	assert_true(ev_fp_is_nan(ev_t_cdf(0, 0)) &&
		    ev_fp_is_nan(ev_t_cdf(1, -1)));
	assert_true(ev_fp_is_nan(ev_t_quantile(0.3, 0)));
	assert_true(ev_fp_is_nan(ev_f_cdf(-1, 1, 1)));
	assert_true(ev_fp_is_nan(ev_f_quantile(0.5, 0, 1)));
	assert_true(ev_fp_is_nan(ev_binomial_mass(1, -1, 0.5)));
	assert_true(ev_fp_is_nan(ev_binomial_cdf(1, 2, nan)));
	assert_int_equal(ev_binomial_quantile(nan, 3, 0.5), -1);
}

static void functions_never_turn_back(void **state)
{
	double x, last[6] = { 0 }, now[6];
	int i, k;

	(void)state;
	for (i = 0; i <= 3000; i++) {
		x = i / 3000.0;
		now[0] = ev_exp(-700 + 1400 * x);
		now[1] = ev_normal_cdf(-9 + 18 * x);
		now[2] = ev_beta_cdf(x, 7.5, 3);
		now[3] = ev_chi2_cdf(40 * x, 8);
		now[4] = 10 + ev_normal_quantile(1e-15 + 0.999 * x);
		now[5] = ev_t_quantile(0.001 + 0.998 * x, 4.5) + 100;
		for (k = 0; k < 6; k++) {
			assert_true(i == 0 || now[k] >= last[k]);
			last[k] = now[k];
		}
	}
}

static void quantiles_undo_distribution_functions(void **state)
{
	const double shapes[] = { 0.5, 1, 2.5, 30, 1000, 1e6, 1e7 };
	const double ps[] = { 1e-9, 0.025, 0.5, 0.8, 0.975 };
	double x, p, a, b;
	size_t i, j, k;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(shapes); i++)
		for (j = 0; j < EV_ARRAY_SIZE(shapes); j++)
			for (k = 0; k < EV_ARRAY_SIZE(ps); k++) {
				p = ps[k];
				a = shapes[i];
				b = shapes[j];
				x = ev_beta_quantile(p, a, b);
				assert_true(x > 0 && x <= 1);
				if (x < 0.5 &&
				    ev_fp_abs(ev_beta_cdf(x, a, b) - p) >
				    1e-9 * p)
					fail_msg("beta(%g; %g, %g)", p, a, b);
				x = ev_f_quantile(p, 2 * a, 2 * b);
				if (ev_fp_abs(ev_f_cdf(x, 2 * a, 2 * b) - p) >
				    1e-8 * p)
					fail_msg("f(%g; %g, %g)", p, a, b);
			}
	for (i = 0; i < EV_ARRAY_SIZE(shapes); i++)
		for (k = 0; k < EV_ARRAY_SIZE(ps); k++) {
			x = ev_chi2_quantile(ps[k], shapes[i]);
			assert_true(ev_fp_abs(ev_chi2_cdf(x, shapes[i]) -
					      ps[k]) <= 1e-9 * ps[k]);
			x = ev_t_quantile(ps[k], shapes[i]);
			assert_true(ev_fp_abs(ev_t_cdf(x, shapes[i]) -
					      ps[k]) <= 1e-9 * ps[k]);
		}
}

static void tails_are_mirrored_bit_for_bit(void **state)
{
	int i;

	(void)state;
	for (i = 1; i < 200; i++) {
		assert_true(ev_beta_quantile(0.025, i, 200 - i) == 1 -
			    ev_beta_quantile_upper(0.025, 200 - i, i) ||
			    1 - ev_beta_quantile(0.025, i, 200 - i) ==
			    ev_beta_quantile_upper(0.025, 200 - i, i));
		assert_true(ev_normal_sf(i / 20.0) == ev_normal_cdf(-i / 20.0));
		assert_true(ev_normal_quantile(i / 1024.0) ==
			    -ev_normal_quantile(1 - i / 1024.0));
	}
}

static void a_binomial_distribution_is_the_sum_of_its_mass(void **state)
{
	double sum = 0;
	int k;

	(void)state;
	for (k = 0; k <= 60; k++) {
		sum += ev_binomial_mass(k, 60, 0.3);
		assert_true(ev_fp_abs(ev_binomial_cdf(k, 60, 0.3) - sum) <
			    1e-14);
		assert_true(ev_fp_abs(ev_binomial_sf(k, 60, 0.3) +
				      ev_binomial_cdf(k, 60, 0.3) - 1) < 1e-15);
	}
	assert_int_equal(ev_binomial_quantile(0.5, 60, 0.3), 18);
	assert_int_equal(ev_binomial_quantile(0, 60, 0.3), 0);
	assert_int_equal(ev_binomial_quantile(1, 60, 1), 60);
	assert_true(ev_binomial_cdf(ev_binomial_quantile(0.9, 1000000, 0.02),
				    1000000, 0.02) >= 0.9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_keep_the_accuracy_that_they_state),
		cmocka_unit_test(ends_of_the_domain_are_exact),
		cmocka_unit_test(outside_the_domain_the_answer_is_nan),
		cmocka_unit_test(functions_never_turn_back),
		cmocka_unit_test(quantiles_undo_distribution_functions),
		cmocka_unit_test(tails_are_mirrored_bit_for_bit),
		cmocka_unit_test(a_binomial_distribution_is_the_sum_of_its_mass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
