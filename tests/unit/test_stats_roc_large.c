#include "rocfix.h"

#include "stats/wide.h"

#define LEVELS 5
#define PER_CLASS 200000

/* Rows of each class by rating; both come to PER_CLASS. */
static const long counts[2][LEVELS] = {
	{ 80000, 60000, 30000, 20000, 10000 },
	{ 5000, 15000, 40000, 50000, 90000 },
};

struct large {
	double *score;
	uint8_t *truth;
	uint32_t *cluster, *order;
	struct ev_marker m;
	struct ev_cases c;
};

static void large_init(struct large *l, uint32_t clusters)
{
	size_t n = 2 * PER_CLASS, i = 0;
	int truth, level;
	long k;

	l->score = ev_malloc(n * sizeof(*l->score));
	l->truth = ev_malloc(n);
	l->cluster = ev_malloc(n * sizeof(*l->cluster));
	l->order = ev_malloc(n * sizeof(*l->order));
	for (truth = 0; truth < 2; truth++)
		for (level = 0; level < LEVELS; level++)
			for (k = 0; k < counts[truth][level]; k++, i++) {
				l->truth[i] = (uint8_t)truth;
				l->score[i] = level;
				l->cluster[i] = (uint32_t)(i * clusters / n);
			}
	assert_int_equal(i, n);
	assert_int_equal(ev_marker_order(l->order, l->score, n), 0);
	l->m = (struct ev_marker){ l->score, l->order };
	l->c = (struct ev_cases){ l->truth, clusters ? l->cluster : NULL,
				  clusters, n };
}

static void large_release(struct large *l)
{
	free(l->score);
	free(l->truth);
	free(l->cluster);
	free(l->order);
}

/* Of each level, as shares: what a positive and a negative row of it get. */
static void placements(long double *v10, long double *v01, long double *theta)
{
	int i, j;

	*theta = 0;
	for (i = 0; i < LEVELS; i++) {
		v10[i] = counts[0][i] / 2.0L;
		v01[i] = counts[1][i] / 2.0L;
		for (j = 0; j < LEVELS; j++) {
			v10[i] += j < i ? counts[0][j] : 0;
			v01[i] += j > i ? counts[1][j] : 0;
		}
		v10[i] /= PER_CLASS;
		v01[i] /= PER_CLASS;
		*theta += v10[i] * counts[1][i] / PER_CLASS;
	}
}

static void products_of_counts_do_not_overflow(void **state)
{
	const long double n = PER_CLASS;
	long double v10[LEVELS], v01[LEVELS], theta, s10 = 0, s01 = 0;
	struct ev_auc_test test;
	struct ev_estimate e;
	struct large l;
	int i;

	(void)state;
	placements(v10, v01, &theta);
	for (i = 0; i < LEVELS; i++) {
		s10 += counts[1][i] * (v10[i] - theta) * (v10[i] - theta);
		s01 += counts[0][i] * (v01[i] - theta) * (v01[i] - theta);
	}
	large_init(&l, 0);
	assert_int_equal(ev_auc(&e, &l.m, &l.c, EV_AUC_WALD, 0.95), 0);
	assert_near(e.value, (double)theta, 1e-15);
	assert_near(e.se * e.se / (double)((s10 + s01) / (n - 1) / n), 1,
		    1e-13);
	assert_int_equal(e.flags, 0);
	ev_weighted_auc(&e, &l.m, &l.c, NULL);
	assert_near(e.value, (double)theta, 1e-15);
	ev_auc_unpaired(&test, &l.m, &l.c, &l.m, &l.c, 0.95);
	assert_near(test.df, 2 * (2 * (double)n - 1), 1e-12);
	large_release(&l);
}

/* Four patients of 100000 rows, each of one class. */
static void patients_with_many_rows_do_not_overflow(void **state)
{
	const long double n = PER_CLASS;
	long double v10[LEVELS], v01[LEVELS], theta, half, x, s[2] = { 0, 0 };
	struct ev_estimate e;
	struct large l;
	int truth, level, part;
	long left, take;

	(void)state;
	placements(v10, v01, &theta);
	for (truth = 0; truth < 2; truth++) {
		level = 0;
		left = counts[truth][0];
		for (part = 0; part < 2; part++) {
			x = -theta * PER_CLASS / 2;
			for (half = PER_CLASS / 2; half > 0; half -= take) {
				take = left < (long)half ? left : (long)half;
				x += take * (truth ? v10 : v01)[level];
				left -= take;
				if (left == 0 && level < LEVELS - 1)
					left = counts[truth][++level];
			}
			s[truth] += x * x;
		}
	}
	large_init(&l, 4);
	assert_int_equal(ev_auc(&e, &l.m, &l.c, EV_AUC_WALD, 0.95), 0);
	/* I10 / (I10 - 1) = I01 / (I01 - 1) = 2 */
	assert_near(e.se * e.se / (double)(2 * (s[0] + s[1]) / n / n), 1,
		    1e-13);
	large_release(&l);
}

static void numbers_of_256_bits_are_rounded_once(void **state)
{
	const ev_int128 one = 1;
	struct ev_wide x;
	int i;

	(void)state;
	/* -(2^120 + 1) 2^62 2^62 and its neighbours that round */
	x = ev_wide_times(ev_wide_times(ev_wide_of(-((one << 120) + 1)),
					(int64_t)1 << 62), (int64_t)1 << 62);
	assert_true(ev_wide_double(x) == -0x1p244);
	x = ev_wide_add(ev_wide_negated(x), ev_wide_times(ev_wide_times(
		ev_wide_of(-(one << 120)), -((int64_t)1 << 62)),
		-((int64_t)1 << 62)));
	assert_true(ev_wide_double(x) == 0x1p124);
	for (i = 53; i < 127; i++) {
		/* half of the last place goes to even, a bit more goes up */
		assert_true(ev_int128_double((one << i) + (one << (i - 53))) ==
			    ev_fp_two_to(i));
		if (i > 53)
			assert_true(ev_int128_double((one << i) + 1 +
						     (one << (i - 53))) ==
				    ev_fp_two_to(i) + ev_fp_two_to(i - 52));
		assert_true(ev_int128_double(-(one << i) - 3 *
					     (one << (i - 53))) ==
			    -ev_fp_two_to(i) - 2 * ev_fp_two_to(i - 52));
	}
	assert_true(ev_int128_double(0) == 0 && ev_int128_double(-7) == -7);
	x = ev_wide_times(ev_wide_of(INT64_MIN), INT64_MIN);
	assert_true(ev_wide_double(x) == 0x1p126);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(products_of_counts_do_not_overflow),
		cmocka_unit_test(patients_with_many_rows_do_not_overflow),
		cmocka_unit_test(numbers_of_256_bits_are_rounded_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
