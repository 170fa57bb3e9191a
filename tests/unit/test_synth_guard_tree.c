#include "base/compat.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/mem.h"
#include "stats/philox.h"
#include "synth/guard_tree.h"

#define K 6u

/* Numbers, levels, ties, missing ones, columns that are constant. */
static void fill(struct ev_points *p, size_t n, uint64_t key, unsigned levels)
{
	struct ev_stream s;
	double u;
	size_t i, k;

	p->n = n;
	p->k = K;
	p->x = ev_malloc((n * K + 1) * sizeof(double));
	for (i = 0; i < n; i++) {
		ev_stream_init(&s, key, i, 0);
		for (k = 0; k < K; k++) {
			u = ev_stream_uniform(&s);
			p->x[i * K + k] = k < 2 ? u * 10 : k == 2 ?
				floor(u * 20) : k == 3 ? 7 :
				floor(u * levels);
			if (ev_stream_uniform(&s) < 0.08)
				p->x[i * K + k] = (double)NAN;
		}
	}
}

static void slow(double *first, double *second, const struct ev_gower *g,
		 const struct ev_points *to, const double *x)
{
	double d;
	size_t i;

	*first = *second = (double)INFINITY;
	for (i = 0; i < to->n; i++) {
		d = ev_gower_distance(g, x, to->x + i * K);
		if (d < *first) {
			*second = *first;
			*first = d;
		} else if (d < *second) {
			*second = d;
		}
	}
}

static void compare(size_t n, size_t m, unsigned levels, unsigned jobs)
{
	uint8_t numeric[K] = { 1, 1, 1, 0, 0, 0 };
	double low[K] = { 1, 0, 0, 0, 0, 0 }, a, b;
	double range[K] = { 9, 2, 19, 0, 0, 0 };
	struct ev_gower g;
	struct ev_points to, from;
	double *first = ev_malloc((m + 1) * sizeof(double));
	double *second = ev_malloc((m + 1) * sizeof(double));
	struct ev_tree *t;
	size_t i;

	ev_gower_of(&g, K, numeric, low, range);
	fill(&to, n, 1 + n, levels);
	fill(&from, m, 77, levels + 1);
	t = ev_tree_new(&to, &g);
	ev_tree_nearest(first, second, t, &from, jobs);
	for (i = 0; i < m; i++) {
		slow(&a, &b, &g, &to, from.x + i * K);
		/* to the last digit */
		if (first[i] != a || second[i] != b)
			fail_msg("row %zu of %zu: %.17g %.17g, not %.17g "
				 "%.17g", i, n, first[i], second[i], a, b);
	}
	ev_tree_free(t);
	ev_gower_release(&g);
	ev_points_release(&to);
	ev_points_release(&from);
	free(first);
	free(second);
}

static void the_nearest_are_those_of_all_pairs(void **state)
{
	(void)state;
	compare(1, 40, 3, 1);
	compare(2, 40, 3, 1);
	compare(13, 100, 2, 2);
	compare(700, 300, 3, 3);
	/* more levels than bits of a box */
	compare(900, 300, 150, 1);
}

static void the_distance_is_gowers(void **state)
{
	uint8_t numeric[4] = { 1, 1, 0, 0 };
	double low[4] = { -10, 0, 0, 0 }, range[4] = { 10, 10, 0, 0 };
	struct ev_gower g;
	const double x[4] = { 1, 0, 3, 5 }, y[4] = { 6, 40, 3, 5 };
	const double z[4] = { (double)NAN, 0, 2, 6 };
	const double w[4] = { (double)NAN, 0, 2, 6 };

	(void)state;
	ev_gower_of(&g, 4, numeric, low, range);
	assert_true(ev_gower_distance(&g, x, y) == (0.5 + 1) / 4);
	assert_true(ev_gower_distance(&g, x, z) == (1 + 0 + 1 + 1.0) / 4);
	assert_true(ev_gower_distance(&g, z, w) == 0);
	ev_gower_release(&g);
}

static void rows_that_are_equal_are_counted(void **state)
{
	double a[] = { 1, (double)NAN, 2, 0.0, 1, (double)NAN, 3, 3 };
	double b[] = { 1, (double)NAN, 2, -0.0, 9, 9 };
	struct ev_points x = { a, 4, 2 }, y = { b, 3, 2 };
	size_t most;

	(void)state;
	assert_int_equal(ev_points_copies(&x, &y), 3);
	assert_int_equal(ev_points_copies(&y, &x), 2);
	assert_int_equal(ev_points_unique(&most, &x), 3);
	assert_int_equal(most, 2);
	/* (2, 1, 1)^2 and (2, 1, 1)^2 of 4 */
	assert_true(ev_points_collision(&x, NULL) == 6 / 16.0 * 6 / 16.0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nearest_are_those_of_all_pairs),
		cmocka_unit_test(the_distance_is_gowers),
		cmocka_unit_test(rows_that_are_equal_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
