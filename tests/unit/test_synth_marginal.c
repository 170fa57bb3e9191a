#include "base/compat.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/error.h"
#include "data/yaml.h"
#include "synth/marginal.h"

#define TABLE "tests/data/reference/marginals.txt"

static bool try_read(struct ev_marginal *m, const char *text)
{
	struct ev_problems bad = EV_PROBLEMS_INIT;
	struct ev_value *v;
	bool ok;

	assert_int_equal(ev_yaml_read(&v, "d.yaml", text, strlen(text)), 0);
	ev_marginal_read(m, v, &bad);
	ok = ev_problems_fail(&bad) == 0;
	ev_problems_release(&bad);
	ev_value_free(v);
	return ok;
}

static void must_read(struct ev_marginal *m, const char *text)
{
	if (!try_read(m, text))
		fail_msg("%s", ev_error_last()->message);
}

static void want_near(double got, double want, double tolerance,
		      const char *line)
{
	double scale = fabs(want) > 1e-300 ? fabs(want) : 1;

	/* the ends of a range that was cut off are differences of tails */
	if (!(fabs(got - want) <= tolerance * scale + 1e-15))
		fail_msg("%.17g is not %.17g of %s", got, want, line);
}

static void quantiles_and_probabilities_are_those_of_r(void **state)
{
	char line[512], *spec, *u, *x, *p;
	FILE *f = fopen(TABLE, "r");
	struct ev_marginal m;
	unsigned n = 0;

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		spec = line;
		u = strchr(spec, '\t');
		*u++ = '\0';
		x = strchr(u, '\t') + 1;
		p = strchr(x, '\t') + 1;
		must_read(&m, spec);
		want_near(ev_marginal_quantile(&m, strtod(u, NULL)),
			  strtod(x, NULL), 1e-12, spec);
		want_near(ev_marginal_cdf(&m, strtod(x, NULL)),
			  strtod(p, NULL), 1e-11, spec);
		ev_marginal_release(&m);
		n++;
	}
	fclose(f);
	assert_int_equal(n, 196);
}

static void a_truncation_keeps_all_within_it(void **state)
{
	struct ev_marginal m;
	double u, x, last = -INFINITY;

	(void)state;
	must_read(&m, "{normal: {mean: 0, sd: 1}}");
	assert_true(ev_marginal_truncate(&m, 9, 10));
	for (u = 0x1p-53; u < 1; u += 0.01) {
		x = ev_marginal_quantile(&m, u);
		assert_true(x >= 9 && x <= 10 && x >= last);
		last = x;
	}
	assert_true(last > 9.3);
	assert_true(ev_marginal_cdf(&m, 9) <= 0);
	assert_true(ev_marginal_cdf(&m, 10) >= 1);
	ev_marginal_release(&m);
}

static void a_second_truncation_is_within_the_first(void **state)
{
	struct ev_marginal m;

	(void)state;
	must_read(&m, "{truncated_normal: {mean: 0, sd: 1, min: -1, max: 1}}");
	assert_true(ev_marginal_truncate(&m, 0, 5));
	want_near(ev_marginal_quantile(&m, 1 - 0x1p-53), 1, 1e-12, "high");
	assert_true(ev_marginal_quantile(&m, 0x1p-53) >= 0);
	assert_false(ev_marginal_truncate(&m, 2, 3));
	ev_marginal_release(&m);
}

static void parts_of_a_mixture_are_truncated_as_they_say(void **state)
{
	struct ev_marginal m;

	(void)state;
	must_read(&m, "{mixture: [{weight: 1, dist: {truncated_normal: "
		  "{mean: 0, sd: 1, min: 1, max: 2}}}, {weight: 1, dist: "
		  "{poisson: {mean: 5, min: 4}}}]}");
	assert_true(ev_marginal_cdf(&m, 1) <= 0);
	assert_true(ev_marginal_quantile(&m, 1e-9) >= 1);
	assert_true(ev_marginal_quantile(&m, 0.49) <= 2);
	assert_true(ev_marginal_quantile(&m, 0.51) >= 4);
	ev_marginal_release(&m);
}

static void what_has_no_mass_cannot_be_truncated_to(void **state)
{
	struct ev_marginal m;

	(void)state;
	must_read(&m, "{uniform: {min: 0, max: 1}}");
	assert_false(ev_marginal_truncate(&m, 2, 3));
	ev_marginal_release(&m);
	must_read(&m, "{constant: {value: 5}}");
	assert_true(ev_marginal_truncate(&m, 5, 6));
	assert_false(ev_marginal_truncate(&m, 6, 7));
	ev_marginal_release(&m);
}

static void counts_are_told_from_measures(void **state)
{
	struct ev_marginal m;

	(void)state;
	must_read(&m, "{poisson: {mean: 3}}");
	assert_true(ev_marginal_is_whole(&m));
	want_near(ev_marginal_below(&m, 2), ev_marginal_cdf(&m, 1), 1e-15,
		  "poisson");
	ev_marginal_release(&m);
	must_read(&m, "{mixture: [{weight: 1, dist: {poisson: {mean: 3}}}, "
		  "{weight: 1, dist: {normal: {mean: 3, sd: 1}}}]}");
	assert_false(ev_marginal_is_whole(&m));
	ev_marginal_release(&m);
}

static void what_is_wrong_is_told_with_its_place(void **state)
{
	static const struct { const char *text, *said, *hint; } all[] = {
		{ "{nomal: {mean: 1, sd: 1}}", "d.yaml:1:2: distribution "
		  "'nomal' is not supported", "did you mean 'normal'?\n" },
		{ "{normal: {mean: 1, sd: 0}}",
		  "d.yaml:1:10: 'sd' has to be above 0", "" },
		{ "{normal: {mean: 1}}",
		  "d.yaml:1:10: missing field 'normal.sd'", "" },
		{ "{normal: {mean: x, sd: 1}}",
		  "d.yaml:1:17: a number is needed here", "" },
		{ "{lognormal: {median: 1, gsd: 1}}",
		  "d.yaml:1:13: 'gsd' has to be above 1", "" },
		{ "{poisson: {mean: 5, min: 0.5}}", "d.yaml:1:11: 'min' has "
		  "to be a whole number, 0 or more", "" },
		{ "{truncated_normal: {mean: 12700, sd: 17, min: 85, "
		  "max: 210}}", "d.yaml:1:20: no value of the distribution "
		  "lies in its range", "" },
		{ "{truncated_normal: {mean: 69, sd: 1e300, min: 18, "
		  "max: 100}}", "d.yaml:1:20: no value of the distribution "
		  "lies in its range", "" },
		{ "{mixture: [{weight: 1, dist: {poisson: {mean: 1, "
		  "min: 1000}}}]}", "d.yaml:1:40: no value of the "
		  "distribution lies in its range", "" },
		{ "{histogram: {edges: [0, 1], weights: [1, 2]}}",
		  "d.yaml:1:13: 2 bins need 3 edges, there are 2", "" },
		{ "{histogram: {edges: [0, 0], weights: [1]}}",
		  "d.yaml:1:25: edges have to ascend", "" },
		{ "{histogram: {edges: [0, 1], weights: [0]}}",
		  "d.yaml:1:38: all weights are 0", "" },
		{ "{mixture: []}", "d.yaml:1:11: a list of 1 to 64 parts is "
		  "needed here", "" },
		{ "{}", "d.yaml:1:1: one distribution is needed here",
		  "dist: {normal: {mean: 74, sd: 18}}\n" },
	};
	struct ev_marginal m;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(all); i++) {
		assert_false(try_read(&m, all[i].text));
		assert_string_equal(ev_error_last()->message, all[i].said);
		assert_string_equal(ev_error_last()->hints, all[i].hint);
		ev_marginal_release(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantiles_and_probabilities_are_those_of_r),
		cmocka_unit_test(a_truncation_keeps_all_within_it),
		cmocka_unit_test(a_second_truncation_is_within_the_first),
		cmocka_unit_test(parts_of_a_mixture_are_truncated_as_they_say),
		cmocka_unit_test(what_has_no_mass_cannot_be_truncated_to),
		cmocka_unit_test(counts_are_told_from_measures),
		cmocka_unit_test(what_is_wrong_is_told_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
