#include "base/compat.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "synth/guard_tree.h"

#define DATA "tests/data/reference/"
#define NEAR 1e-12

static struct ev_guard_table *real, *made;
static struct ev_value *wanted;

static int set_up(void **state)
{
	struct ev_buf text = EV_BUF_INIT;
	const char *path = DATA "synth_placements.expected.json";

	(void)state;
	assert_int_equal(ev_guard_table_read(&real, DATA
					     "placements_real.csv"), 0);
	assert_int_equal(ev_guard_table_read(&made, DATA
					     "placements_synth.csv"), 0);
	assert_int_equal(ev_file_read(&text, path, 1 << 20), 0);
	assert_int_equal(ev_json_read(&wanted, path, text.ptr, text.len), 0);
	ev_buf_release(&text);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ev_guard_table_free(real);
	ev_guard_table_free(made);
	ev_value_free(wanted);
	return 0;
}

typedef int measure(double *out, const struct ev_guard_table *a,
		    const struct ev_guard_table *b, const char *column);

static void close_to(double got, const struct ev_value *want,
		     const char *what)
{
	double x = strtod(want->text, NULL);

	if (!(fabs(got - x) <= NEAR))
		fail_msg("%s is %.17g, not %.17g", what, got, x);
}

static void all_of(const char *name, measure *by)
{
	const struct ev_value *list = ev_get(wanted, name);
	double got;
	size_t i;

	assert_true(list && list->n > 0);
	for (i = 0; i < list->n; i++) {
		assert_int_equal(by(&got, made, real, list->keys[i]->text), 0);
		close_to(got, list->items[i], list->keys[i]->text);
	}
}

static void single_columns_are_as_sdmetrics_has_them(void **state)
{
	(void)state;
	all_of("KSComplement", ev_ks_complement);
	all_of("TVComplement", ev_tv_complement);
	all_of("RangeCoverage", ev_coverage);
	all_of("CategoryCoverage", ev_coverage);
	all_of("BoundaryAdherence", ev_adherence);
	all_of("MissingValueSimilarity", ev_missing_similarity);
}

static void tables_of_two_columns_are_as_sdmetrics_has_them(void **state)
{
	const struct ev_value *list = ev_get(wanted, "ContingencySimilarity");
	char *x, *y;
	double got;
	size_t i;

	(void)state;
	for (i = 0; i < list->n; i++) {
		x = ev_strdup(list->keys[i]->text);
		y = strchr(x, '|');
		*y++ = '\0';
		assert_int_equal(ev_contingency_similarity(&got, made, real, x,
							   y), 0);
		close_to(got, list->items[i], list->keys[i]->text);
		free(x);
	}
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* numpy's, type 7 */
static double quantile(const double *x, size_t n, double p)
{
	double at = p * (double)(n - 1);
	size_t i = (size_t)at;

	return i + 1 < n ? x[i] + (at - floor(at)) * (x[i + 1] - x[i]) : x[i];
}

static void distances_to_the_closest_are_as_sdmetrics_has_them(void **state)
{
	const struct ev_value *want = ev_get(wanted, "DCR");
	struct ev_strs ids = EV_STRS_INIT;
	size_t n = ev_guard_table_rows(made), i;
	double *d = ev_calloc(n, sizeof(*d)), sum = 0;

	(void)state;
	ev_strs_add(&ids, "student_id");
	assert_int_equal(ev_dcr(d, made, real, &ids, 2), 0);
	qsort(d, n, sizeof(*d), by_size);
	for (i = 0; i < n; i++)
		sum += d[i];
	close_to(d[0], ev_get(want, "min"), "min");
	close_to(quantile(d, n, 0.05), ev_get(want, "p5"), "p5");
	close_to(quantile(d, n, 0.5), ev_get(want, "median"), "median");
	close_to(sum / (double)n, ev_get(want, "mean"), "mean");
	free(d);
	ev_strs_release(&ids);
}

/* A cohort of which each third patient is held. */
static void large_tables_are_thinned_out_evenly(void **state)
{
	const struct ev_guard_column *all, *some;
	struct ev_guard_table *t;
	size_t i;

	(void)state;
	assert_int_equal(ev_guard_table_read_pack(&t, DATA
		"placements_real.csv", NULL, 2 * EV_GUARD_ROWS + 1), 0);
	assert_int_equal(ev_guard_table_rows(t), (215 + 2) / 3);
	all = ev_guard_column(real, "second_perc");
	some = ev_guard_column(t, "second_perc");
	for (i = 0; i < ev_guard_table_rows(t); i++)
		assert_true(some->x[i] == all->x[3 * i]);
	assert_string_equal(ev_guard_table_digest(t),
			    ev_guard_table_digest(real));
	ev_guard_table_free(t);
}

static void what_is_undefined_is_no_number(void **state)
{
	double got;

	(void)state;
	assert_int_equal(ev_ks_complement(&got, made, real, "gender"), 0);
	assert_true(got != got);
	assert_int_equal(ev_tv_complement(&got, made, real, "salary"), 0);
	assert_true(got != got);
	assert_int_equal(ev_ks_complement(&got, made, real, "height"),
			 EV_ENOTFOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(single_columns_are_as_sdmetrics_has_them),
		cmocka_unit_test(
			tables_of_two_columns_are_as_sdmetrics_has_them),
		cmocka_unit_test(
			distances_to_the_closest_are_as_sdmetrics_has_them),
		cmocka_unit_test(large_tables_are_thinned_out_evenly),
		cmocka_unit_test(what_is_undefined_is_no_number),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
