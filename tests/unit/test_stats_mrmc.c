#include "mrmcfix.h"

static void the_example_of_van_dyke_is_as_published(void **state)
{
	struct ev_value *v = read_json(DATA "vandyke_mrmc.expected.json");
	const struct ev_value *auc = ev_get(v, "auc_by_treatment_reader");
	struct ev_auc_test *pair;
	struct ev_mrmc m;
	size_t i, j;

	(void)state;
	assert_int_equal(ev_mrmc(&m, &t, 0.95), 0);
	for (i = 0; i < MODALITIES; i++)
		for (j = 0; j < READERS; j++)
			assert_near(m.auc[i * READERS + j],
				    number(auc->items[i]->items[j]), 1e-14);
	assert_near(m.error, number_at(v, "error"), 1e-14);
	assert_near(m.cov1, number_at(v, "cov1"), 1e-14);
	assert_near(m.cov2, number_at(v, "cov2"), 1e-14);
	assert_near(m.cov3, number_at(v, "cov3"), 1e-14);
	assert_near(m.mst, number_at(v, "MST"), 1e-14);
	assert_near(m.mstr, number_at(v, "MSTR"), 1e-14);
	assert_near(m.denominator, number_at(v, "denominator"), 1e-14);
	assert_near(m.f, number_at(v, "F"), 1e-12);
	assert_near(m.df1, number_at(v, "df1"), 0);
	assert_near(m.df2, number_at(v, "df2"), 1e-12);
	assert_near(m.p, number_at(v, "p"), 1e-12);
	assert_int_equal(m.n_pairs, 1);
	assert_true(m.pairs[0].first == 0 && m.pairs[0].second == 1);
	pair = &m.pairs[0].random;
	assert_near(pair->difference.value, number_at(v, "diff_1_minus_2"),
		    1e-14);
	assert_near(pair->difference.se, number_at(v, "se"), 1e-12);
	assert_bounds(&pair->difference, ev_get(v, "ci95"), 1e-12);
	assert_near(pair->p, m.p, 1e-12);
	assert_string_equal(pair->difference.method, "obuchowski_rockette");
	ev_mrmc_release(&m);
	ev_value_free(v);
}

static void numbers_of(FILE *in, double *x, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		assert_int_equal(fscanf(in, "%lf", &x[i]), 1);
}

static void holds_mean(const struct ev_mrmc_mean *m, const double *x)
{
	assert_near(m->random.value, x[0], 1e-14);
	assert_near(m->fixed.value, x[0], 1e-14);
	assert_near(m->random.se, x[1], 1e-12);
	assert_near(m->fixed.se, x[2], 1e-12);
	assert_near(m->df, x[3], 1e-11);
	assert_near(m->random.lower, x[4], 1e-12);
	assert_near(m->fixed.lower, x[5], 1e-12);
	assert_near(m->random.upper, x[6], 1e-12);
	assert_near(m->fixed.upper, x[7], 1e-12);
	assert_int_equal(m->random.flags, x[6] == 1 ? EV_STAT_CLIPPED : 0);
}

static void holds_pair(const struct ev_mrmc_pair *p, const double *x)
{
	assert_near(p->random.difference.value, x[0], 1e-14);
	assert_near(p->random.difference.se, x[1], 1e-12);
	assert_near(p->fixed.difference.se, x[2], 1e-12);
	assert_near(p->random.difference.lower, x[3], 1e-12);
	assert_near(p->fixed.difference.lower, x[4], 1e-12);
	assert_near(p->random.difference.upper, x[5], 1e-12);
	assert_near(p->fixed.difference.upper, x[6], 1e-12);
	assert_near(p->random.p, x[7], 1e-12);
	assert_near(p->fixed.p, x[8], 1e-12);
}

static void holds(const struct ev_mrmc *m, const char *what, FILE *in)
{
	double x[9];

	if (strcmp(what, "components") == 0) {
		numbers_of(in, x, 6);
		assert_near(m->error, x[0], 1e-14);
		assert_near(m->cov1, x[1], 1e-14);
		assert_near(m->cov2, x[2], 1e-14);
		assert_near(m->cov3, x[3], 1e-14);
		assert_near(m->mst, x[4], 1e-14);
		assert_near(m->mstr, x[5], 1e-14);
	} else if (strcmp(what, "random") == 0) {
		numbers_of(in, x, 5);
		assert_near(m->denominator, x[0], 1e-14);
		assert_near(m->f, x[1], 1e-12);
		assert_near(m->df1, x[2], 0);
		assert_near(m->df2, x[3], 1e-11);
		assert_near(m->p, x[4], 1e-12);
	} else if (strcmp(what, "fixed") == 0) {
		numbers_of(in, x, 3);
		assert_near(m->chi2, x[0], 1e-12);
		assert_near(m->chi2_df, x[1], 0);
		assert_near(m->chi2_p, x[2], 1e-12);
	} else if (strcmp(what, "pair") == 0) {
		numbers_of(in, x, 9);
		holds_pair(&m->pairs[0], x);
	} else {
		assert_string_equal(what, "mean");
		numbers_of(in, x, 9);
		holds_mean(&m->means[(int)x[0]], x + 1);
	}
}

/* R's DeLong, R's mean squares, and the formulas of Hillis. */
static void subsets_of_readers_are_as_r_computes_them(void **state)
{
	static const char *const sets[][2] = {
		{ "all", "12345" }, { "three", "135" }, { "two", "24" },
	};
	FILE *in = fopen(DATA "mrmc.txt", "r");
	struct ev_mrmc m[EV_ARRAY_SIZE(sets)];
	char set[20], what[20];
	size_t i, held = 0;

	(void)state;
	assert_non_null(in);
	for (i = 0; i < EV_ARRAY_SIZE(sets); i++) {
		take_readers(&part, sets[i][1], 2);
		assert_int_equal(ev_mrmc(&m[i], &part.t, 0.95), 0);
	}
	while (fscanf(in, "%19s %19s", set, what) == 2)
		for (i = 0; i < EV_ARRAY_SIZE(sets); i++)
			if (strcmp(set, sets[i][0]) == 0) {
				holds(&m[i], what, in);
				held++;
			}
	fclose(in);
	assert_int_equal(held, 18);
	for (i = 0; i < EV_ARRAY_SIZE(sets); i++)
		ev_mrmc_release(&m[i]);
}

static void one_reader_who_is_fixed_is_delong(void **state)
{
	static struct study s;
	struct ev_auc_test pair;
	struct ev_mrmc m;
	size_t i;

	(void)state;
	take_readers(&part, "3", 2);
	ev_mrmc(&m, &part.t, 0.95);
	s.n = CASES;
	for (i = 0; i < part.t.n; i++) {
		s.truth[part.which[i]] = part.truth[i];
		s.score[part.modality[i]][part.which[i]] = part.rating[i];
	}
	bind(&s, 0);
	ev_auc_paired(&pair, &s.m[0], &s.m[1], &s.c, 0.95);
	assert_near(m.pairs[0].fixed.difference.value, pair.difference.value,
		    1e-15);
	assert_near(m.pairs[0].fixed.difference.se, pair.difference.se, 1e-15);
	assert_near(m.pairs[0].fixed.p, pair.p, 1e-14);
	assert_near(m.chi2, pair.z * pair.z, 1e-12);
	/* of readers like this one nothing can be said */
	assert_int_equal(m.random_flags, EV_STAT_UNDEFINED);
	assert_true(m.p == 1 && m.f == 0 && m.df2 == 0);
	assert_int_equal(m.pairs[0].random.difference.flags,
			 EV_STAT_NO_INTERVAL);
	assert_true(m.pairs[0].random.p == 1);
	assert_int_equal(m.means[0].random.flags, EV_STAT_NO_INTERVAL);
	assert_int_equal(m.means[0].fixed.flags, 0);
	ev_mrmc_release(&m);
	/* and one modality has means alone */
	take_readers(&part, "135", 1);
	ev_mrmc(&m, &part.t, 0.95);
	assert_int_equal(m.n_pairs, 0);
	assert_int_equal(m.random_flags, EV_STAT_UNDEFINED);
	assert_int_equal(m.fixed_flags, EV_STAT_UNDEFINED);
	assert_true(m.chi2_p == 1 && m.means[0].random.se > 0);
	ev_mrmc_release(&m);
}

static struct part shuffled;

/* All in another order, readers and cases numbered otherwise. */
static void shuffle(bool swap)
{
	static const uint32_t other[READERS] = { 3, 0, 4, 2, 1 };
	size_t i, at;

	shuffled.t = t;
	for (i = 0; i < t.n; i++) {
		at = (i * 1009 + 77) % t.n;
		shuffled.reader[i] = other[reader[at]];
		shuffled.modality[i] = swap ? 1 - modality[at] : modality[at];
		shuffled.which[i] = (which[at] * 31 + 5) % CASES;
		shuffled.truth[i] = truth[at];
		shuffled.rating[i] = rating[at];
	}
	shuffled.t.reader = shuffled.reader;
	shuffled.t.modality = shuffled.modality;
	shuffled.t.which = shuffled.which;
	shuffled.t.truth = shuffled.truth;
	shuffled.t.rating = shuffled.rating;
}

static void order_and_numbers_change_no_bit_but_signs(void **state)
{
	struct ev_mrmc a, b;
	int swap;

	(void)state;
	ev_mrmc(&a, &t, 0.9);
	for (swap = 0; swap < 2; swap++) {
		shuffle(swap);
		assert_int_equal(ev_mrmc(&b, &shuffled.t, 0.9), 0);
		assert_memory_equal(&a.error, &b.error,
				    offsetof(struct ev_mrmc, random_flags) -
				    offsetof(struct ev_mrmc, error));
		assert_memory_equal(&a.means[0], &b.means[swap],
				    sizeof(*a.means));
		if (!swap)
			assert_memory_equal(a.pairs, b.pairs,
					    sizeof(*a.pairs));
		assert_true(b.pairs[0].random.difference.lower == (swap ?
			-a.pairs[0].random.difference.upper :
			a.pairs[0].random.difference.lower));
		assert_true(b.pairs[0].fixed.z == (swap ?
			-a.pairs[0].fixed.z : a.pairs[0].fixed.z));
		ev_mrmc_release(&b);
	}
	ev_mrmc_release(&a);
}

static void patients_with_several_cases_widen_it(void **state)
{
	uint32_t patient[CASES];
	struct ev_mrmc a, b;
	size_t i;

	(void)state;
	for (i = 0; i < CASES; i++)
		patient[i] = (uint32_t)i;
	ev_mrmc(&a, &t, 0.95);
	part.t = t;
	part.t.patient = patient;
	part.t.patients = CASES;
	ev_mrmc(&b, &part.t, 0.95);
	assert_memory_equal(&a.error, &b.error,
			    offsetof(struct ev_mrmc, random_flags) -
			    offsetof(struct ev_mrmc, error));
	ev_mrmc_release(&b);
	/* a reader's easy cases together: they lie next to each other */
	for (i = 0; i < t.n; i++)
		if (reader[i] == 0 && modality[i] == 0)
			patient[which[i]] = (uint32_t)rating[i] * 2 + truth[i];
	ev_mrmc(&b, &part.t, 0.95);
	assert_true(b.error > 2 * a.error && b.mst == a.mst);
	ev_mrmc_release(&b);
	ev_mrmc_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_van_dyke_is_as_published),
		cmocka_unit_test(subsets_of_readers_are_as_r_computes_them),
		cmocka_unit_test(one_reader_who_is_fixed_is_delong),
		cmocka_unit_test(order_and_numbers_change_no_bit_but_signs),
		cmocka_unit_test(patients_with_several_cases_widen_it),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
