#include "rocrandom.h"

#include "stats/special.h"

static struct study s, t;

static void one_row_a_cluster_is_delong_bit_for_bit(void **state)
{
	struct ev_auc_test a, b;
	struct ev_estimate e, f;
	size_t j;
	int i;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		random_study(&s, 50);
		/* numbers of clusters in any order, and some without rows */
		for (j = 0; j < s.n; j++)
			s.cluster[j] = (uint32_t)((j * 7919 + 5) % 1009);
		s.c.clusters = 1009;
		ev_auc(&e, &s.m[0], &s.c, EV_AUC_WALD, 0.95);
		ev_auc_paired(&a, &s.m[0], &s.m[1], &s.c, 0.95);
		s.c.cluster = NULL;
		ev_auc(&f, &s.m[0], &s.c, EV_AUC_WALD, 0.95);
		ev_auc_paired(&b, &s.m[0], &s.m[1], &s.c, 0.95);
		e.method = f.method;
		a.difference.method = b.difference.method;
		assert_memory_equal(&e, &f, sizeof(e));
		assert_memory_equal(&a, &b, sizeof(a));
	}
}

/* t: the rows of s, shuffled, and clusters numbered otherwise. */
static void shuffle(void)
{
	uint32_t name[MOST_ROWS], x;
	size_t at[MOST_ROWS], i, j, k;

	for (i = 0; i < s.n; i++)
		at[i] = i;
	for (i = 0; i < s.c.clusters; i++)
		name[i] = (uint32_t)i;
	for (i = s.n - 1; i > 0; i--) {
		j = below(i + 1);
		k = at[i];
		at[i] = at[j];
		at[j] = k;
	}
	for (i = s.c.clusters - 1; i > 0; i--) {
		j = below(i + 1);
		x = name[i];
		name[i] = name[j];
		name[j] = x;
	}
	t.n = s.n;
	for (i = 0; i < s.n; i++) {
		t.truth[i] = s.truth[at[i]];
		t.cluster[i] = name[s.cluster[at[i]]];
		for (j = 0; j < MOST_MARKERS; j++)
			t.score[j][i] = s.score[j][at[i]];
	}
	bind(&t, s.c.clusters);
}

static void points_of(struct ev_estimate *e, const struct study *d)
{
	ev_weighted_auc(&e[0], &d->m[0], &d->c, NULL);
	ev_sens_at_spec(&e[1], &d->m[0], &d->c, NULL, 0.7);
	ev_spec_at_sens(&e[2], &d->m[0], &d->c, NULL, 0.7);
	ev_partial_auc(&e[3], &d->m[0], &d->c, NULL, 0.6, true);
	ev_average_precision(&e[4], &d->m[0], &d->c, NULL);
	ev_auc(&e[5], &d->m[0], &d->c, EV_AUC_LOGIT, 0.95);
	ev_auc(&e[6], &d->m[0], &d->c, EV_AUC_WALD, 0.95);
}

static void the_order_of_rows_changes_no_bit(void **state)
{
	struct ev_auc_joint *j = ev_calloc(2, sizeof(*j));
	struct ev_estimate e[2][7];
	struct ev_auc_test a, b;
	int i;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		random_study(&s, 20);
		shuffle();
		points_of(e[0], &s);
		points_of(e[1], &t);
		assert_memory_equal(e[0], e[1], sizeof(e[0]));
		ev_auc_paired(&a, &s.m[0], &s.m[1], &s.c, 0.95);
		ev_auc_paired(&b, &t.m[0], &t.m[1], &t.c, 0.95);
		assert_memory_equal(&a, &b, sizeof(a));
		ev_auc_joint(&j[0], s.m, 3, &s.c);
		ev_auc_joint(&j[1], t.m, 3, &t.c);
		assert_memory_equal(&j[0], &j[1], sizeof(*j));
	}
	free(j);
}

static void rows_laid_in_order_have_the_same_area(void **state)
{
	uint32_t times[MOST_ROWS], *place;
	struct ev_estimate e[2];
	struct ev_auc_order o;
	uint64_t *first;
	size_t k;
	int i;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		random_study(&s, 20);
		if (i % 3 == 0)
			s.c.cluster = NULL;
		for (k = 0; k < MOST_ROWS; k++)
			times[k] = (uint32_t)below(4);
		assert_int_equal(ev_marker_places(&place, &first, &s.m[0],
						  &s.c), 0);
		o = (struct ev_auc_order){ place, first };
		ev_weighted_auc(&e[0], &s.m[0], &s.c, times);
		ev_ordered_auc(&e[1], &o, s.n, times);
		assert_memory_equal(&e[0], &e[1], sizeof(e[0]));
		ev_weighted_auc(&e[0], &s.m[0], &s.c, NULL);
		ev_ordered_auc(&e[1], &o, s.n, NULL);
		assert_memory_equal(&e[0], &e[1], sizeof(e[0]));
		free(place);
		free(first);
	}
}

static void what_keeps_the_order_of_scores_changes_no_bit(void **state)
{
	struct ev_estimate e[2][7];
	size_t k;
	int i;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		random_study(&s, 20);
		points_of(e[0], &s);
		for (k = 0; k < s.n; k++)
			s.score[0][k] = ev_exp(s.score[0][k] / 1e5) - 30;
		bind(&s, s.c.clusters);
		points_of(e[1], &s);
		assert_memory_equal(e[0], e[1], sizeof(e[0]));
	}
}

static void scores_turned_round_turn_the_area_round(void **state)
{
	struct ev_estimate e, f;
	size_t k;
	int i;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		random_study(&s, 20);
		ev_auc(&e, &s.m[0], &s.c, EV_AUC_WALD, 0.95);
		for (k = 0; k < s.n; k++)
			s.score[0][k] = -s.score[0][k];
		bind(&s, s.c.clusters);
		ev_auc(&f, &s.m[0], &s.c, EV_AUC_WALD, 0.95);
		assert_near(f.value, 1 - e.value, 1e-15);
		assert_true(f.se == e.se);
		assert_near(f.lower, 1 - e.upper, 1e-15);
		/* and classes exchanged turn it once more */
		for (k = 0; k < s.n; k++)
			s.truth[k] = !s.truth[k];
		ev_auc(&f, &s.m[0], &s.c, EV_AUC_WALD, 0.95);
		assert_true(f.value == e.value);
		assert_near(f.se, e.se, 1e-15);
	}
}

static void markers_exchanged_flip_every_sign(void **state)
{
	struct ev_auc_test a, b;
	int i;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		random_study(&s, 20);
		s.c.cluster = i % 2 ? s.cluster : NULL;
		ev_auc_paired(&a, &s.m[0], &s.m[1], &s.c, 0.95);
		ev_auc_paired(&b, &s.m[1], &s.m[0], &s.c, 0.95);
		assert_true(b.difference.value == -a.difference.value);
		assert_true(b.difference.lower == -a.difference.upper);
		assert_true(b.difference.upper == -a.difference.lower);
		assert_true(b.difference.se == a.difference.se);
		assert_true(b.z == -a.z && b.p == a.p);
		shuffle();
		random_study(&s, 20);
		ev_auc_unpaired(&a, &s.m[0], &s.c, &t.m[1], &t.c, 0.95);
		ev_auc_unpaired(&b, &t.m[1], &t.c, &s.m[0], &s.c, 0.95);
		assert_true(b.difference.value == -a.difference.value);
		assert_near(b.difference.lower, -a.difference.upper, 1e-15);
		assert_near(b.p, a.p, 1e-14);
	}
}

static void rows_that_are_there_twice_narrow_nothing(void **state)
{
	struct ev_estimate e, f;
	size_t i, j;
	int round;

	(void)state;
	for (round = 0; round < ROUNDS; round++) {
		random_study(&s, 20);
		ev_auc(&e, &s.m[0], &s.c, EV_AUC_WALD, 0.95);
		for (i = 0; i < s.n; i++) {
			s.truth[s.n + i] = s.truth[i];
			s.cluster[s.n + i] = s.cluster[i];
			for (j = 0; j < MOST_MARKERS; j++)
				s.score[j][s.n + i] = s.score[j][i];
		}
		s.n *= 2;
		bind(&s, s.c.clusters);
		ev_auc(&f, &s.m[0], &s.c, EV_AUC_WALD, 0.95);
		assert_near(f.value, e.value, 1e-15);
		assert_near(f.se, e.se, 1e-14);
		/* as many patients more do narrow it */
		if (e.flags & EV_STAT_DEGENERATE_VARIANCE)
			continue;
		for (i = s.n / 2; i < s.n; i++)
			s.cluster[i] += s.c.clusters;
		bind(&s, 2 * s.c.clusters);
		ev_auc(&f, &s.m[0], &s.c, EV_AUC_WALD, 0.95);
		assert_true(f.se < 0.8 * e.se);
	}
}

/* t: the rows of s as often as `times` says. */
static void repeat(const uint32_t *times, bool by_cluster)
{
	size_t i, j;
	uint32_t k;

	t.n = 0;
	for (i = 0; i < s.n; i++)
		for (k = times[by_cluster ? s.cluster[i] : i]; k > 0; k--) {
			t.truth[t.n] = s.truth[i];
			t.cluster[t.n] = s.cluster[i];
			for (j = 0; j < MOST_MARKERS; j++)
				t.score[j][t.n] = s.score[j][i];
			t.n++;
		}
	bind(&t, 0);
}

static void rows_that_count_k_times_are_k_rows(void **state)
{
	struct ev_estimate a[5], b[7];
	uint32_t times[MOST_ROWS];
	bool by_cluster;
	size_t i;
	int round;

	(void)state;
	for (round = 0; round < ROUNDS; round++) {
		random_study(&s, 20);
		by_cluster = round % 2;
		s.c.cluster = by_cluster ? s.cluster : NULL;
		for (i = 0; i < MOST_ROWS; i++)
			times[i] = (uint32_t)below(4);
		repeat(times, by_cluster);
		points_of(b, &t);
		ev_weighted_auc(&a[0], &s.m[0], &s.c, times);
		ev_sens_at_spec(&a[1], &s.m[0], &s.c, times, 0.7);
		ev_spec_at_sens(&a[2], &s.m[0], &s.c, times, 0.7);
		ev_partial_auc(&a[3], &s.m[0], &s.c, times, 0.6, true);
		ev_average_precision(&a[4], &s.m[0], &s.c, times);
		assert_memory_equal(a, b, sizeof(a));
		assert_near(b[0].value, b[6].value, 1e-15);
	}
}

/* A slice that filters the order is one whose rows were copied. */
static void a_filtered_order_is_a_table_of_its_own(void **state)
{
	uint32_t times[MOST_ROWS], order[MOST_MARKERS][MOST_ROWS];
	struct ev_marker m[MOST_MARKERS];
	struct ev_estimate e, f;
	struct ev_auc_test a, b;
	struct ev_cases c;
	size_t i, j, k;
	int round;

	(void)state;
	for (round = 0; round < ROUNDS; round++) {
		random_study(&s, 20);
		for (i = 0; i < s.n; i++)
			times[i] = i < 4 || below(2);
		for (j = 0; j < MOST_MARKERS; j++) {
			for (i = 0, k = 0; i < s.n; i++)
				if (times[s.order[j][i]])
					order[j][k++] = s.order[j][i];
			m[j] = (struct ev_marker){ s.score[j], order[j] };
		}
		repeat(times, false);
		bind(&t, 20);
		c = s.c;
		c.n = k;
		assert_int_equal(t.n, k);
		ev_auc(&e, &m[0], &c, EV_AUC_WALD, 0.95);
		ev_auc(&f, &t.m[0], &t.c, EV_AUC_WALD, 0.95);
		assert_memory_equal(&e, &f, sizeof(e));
		ev_auc_paired(&a, &m[0], &m[1], &c, 0.95);
		ev_auc_paired(&b, &t.m[0], &t.m[1], &t.c, 0.95);
		assert_memory_equal(&a, &b, sizeof(a));
		ev_average_precision(&e, &m[0], &c, NULL);
		ev_average_precision(&f, &t.m[0], &t.c, NULL);
		assert_memory_equal(&e, &f, sizeof(e));
	}
}

static void orders_are_ascending_with_ties_by_row(void **state)
{
	static const double odd[] = { -0x1p-1074, -1e300, 0x1p-1074, 1e-300,
				      -1, 1, 0.1, -0.0, 0.0, 1e300 };
	double x[MOST_ROWS];
	uint32_t order[MOST_ROWS];
	size_t i, n;
	int round;

	(void)state;
	for (round = 0; round < 50; round++) {
		n = 2 + below(MOST_ROWS - 2);
		for (i = 0; i < n; i++)
			x[i] = below(3) ? odd[below(EV_ARRAY_SIZE(odd))] :
				ev_fp_from_bits(ev_stream_below(&rng,
					0x7ff0000000000001)) *
				(below(2) ? 1 : -1);
		/* many that differ in their last bits alone */
		for (i = 0; i < n && round % 2; i++)
			x[i] = 0.3 + (double)below(40) * 0x1p-54;
		x[below(n)] = below(2) ? ev_fp_inf() : -ev_fp_inf();
		assert_int_equal(ev_marker_order(order, x, n), 0);
		for (i = 1; i < n; i++)
			assert_true(x[order[i - 1]] < x[order[i]] ||
				    (x[order[i - 1]] == x[order[i]] &&
				     order[i - 1] < order[i]));
	}
}

static int set_up(void **state)
{
	(void)state;
	ev_stream_init(&rng, 20261125, 3, 1);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_row_a_cluster_is_delong_bit_for_bit),
		cmocka_unit_test(the_order_of_rows_changes_no_bit),
		cmocka_unit_test(
			what_keeps_the_order_of_scores_changes_no_bit),
		cmocka_unit_test(scores_turned_round_turn_the_area_round),
		cmocka_unit_test(markers_exchanged_flip_every_sign),
		cmocka_unit_test(rows_that_are_there_twice_narrow_nothing),
		cmocka_unit_test(rows_that_count_k_times_are_k_rows),
		cmocka_unit_test(a_filtered_order_is_a_table_of_its_own),
		cmocka_unit_test(orders_are_ascending_with_ties_by_row),
		cmocka_unit_test(rows_laid_in_order_have_the_same_area),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
