#include "statsfix.h"

#include "stats/paired.h"
#include "stats/proportion.h"

static void single(const struct ev_value *v, void *seen)
{
	struct ev_estimate e;
	int64_t x, n;

	if (!ev_get(v, "clopper_pearson"))
		return;
	x = count_at(v, "x");
	n = count_at(v, "n");
	assert_int_equal(ev_wilson(&e, (double)x, (double)n, 0.95), 0);
	assert_near(e.value, number_at(v, "est"), 1e-12);
	assert_bounds(&e, ev_get(v, "wilson"), 1e-12);
	assert_int_equal(ev_clopper_pearson(&e, x, n, 0.95), 0);
	assert_near(e.value, number_at(v, "est"), 1e-12);
	assert_bounds(&e, ev_get(v, "clopper_pearson"), 1e-10);
	assert_int_equal(ev_jeffreys(&e, x, n, 0.95), 0);
	assert_bounds(&e, ev_get(v, "jeffreys"), 1e-10);
	++*(int *)seen;
}

static void single_proportions_are_as_r_has_them(void **state)
{
	int seen = 0;

	(void)state;
	each_reference(single, &seen);
	assert_int_equal(seen, 66);
}

static void epi(const struct ev_value *v, void *seen)
{
	static const struct {
		const char *name;
		const char *x, *n1, *n2, *n3, *n4;
	} of[] = {
		{ "ap", "tp+fp", "tp", "fp", "fn", "tn" },
		{ "tp", "tp+fn", "tp", "fp", "fn", "tn" },
		{ "se", "tp", "tp", "fn", "", "" },
		{ "sp", "tn", "tn", "fp", "", "" },
		{ "diag.ac", "tp+tn", "tp", "fp", "fn", "tn" },
		{ "pv.pos", "tp", "tp", "fp", "", "" },
		{ "pv.neg", "tn", "tn", "fn", "", "" },
		{ "p.rout", "fn+tn", "tp", "fp", "fn", "tn" },
		{ "p.rin", "tp+fp", "tp", "fp", "fn", "tn" },
		{ "p.tpdn", "fp", "fp", "tn", "", "" },
		{ "p.tndp", "fn", "fn", "tp", "", "" },
		{ "p.dntp", "fp", "fp", "tp", "", "" },
		{ "p.dptn", "fn", "fn", "tn", "", "" },
	};
	const struct ev_value *exact = ev_get(v, "epiR_exact"), *three;
	struct ev_estimate e;
	int64_t x, n;
	size_t i, k;

	if (!exact)
		return;
	for (i = 0; i < EV_ARRAY_SIZE(of); i++) {
		x = 0;
		n = count_at(v, of[i].n1) + count_at(v, of[i].n2);
		if (*of[i].n3)
			n += count_at(v, of[i].n3) + count_at(v, of[i].n4);
		x = (strncmp(of[i].x, "tp", 2) == 0 ? count_at(v, "tp") : 0) +
		    (strstr(of[i].x, "fp") ? count_at(v, "fp") : 0) +
		    (strstr(of[i].x, "fn") ? count_at(v, "fn") : 0) +
		    (strstr(of[i].x, "tn") ? count_at(v, "tn") : 0);
		three = NULL;
		for (k = 0; k < exact->n; k++)
			if (strcmp(exact->keys[k]->text, of[i].name) == 0)
				three = exact->items[k];
		assert_non_null(three);
		assert_int_equal(ev_clopper_pearson(&e, x, n, 0.95), 0);
		assert_near(e.value, number(three->items[0]), 1e-12);
		assert_near(e.lower, number(three->items[1]), 1e-10);
		assert_near(e.upper, number(three->items[2]), 1e-10);
		++*(int *)seen;
	}
}

static void exact_intervals_are_as_epir_has_them(void **state)
{
	int seen = 0;

	(void)state;
	each_reference(epi, &seen);
	assert_int_equal(seen, 4 * 13);
}

static void differences_are_as_published(void **state)
{
	struct ev_value *all =
		read_json("tests/data/reference/two_proportions.expected.json");
	const struct ev_value *v;
	struct ev_estimate e;
	struct ev_two t;
	size_t i;

	(void)state;
	assert_int_equal(all->n, 8);
	for (i = 0; i < all->n; i++) {
		v = all->items[i];
		t.x1 = count_at(v, "a");
		t.n1 = count_at(v, "m");
		t.x2 = count_at(v, "b");
		t.n2 = count_at(v, "n");
		assert_int_equal(ev_newcombe(&e, &t, 0.95), 0);
		assert_near(e.value, number_at(v, "diff"), 1e-12);
		assert_bounds(&e, ev_get(v, "newcombe10"), 1e-12);
		assert_int_equal(ev_agresti_caffo(&e, &t, 0.95), 0);
		assert_bounds(&e, ev_get(v, "agresti_caffo"), 1e-12);
		assert_int_equal(ev_wald_difference(&e, &t, 0.95), 0);
		assert_bounds(&e, ev_get(v, "wald"), 1e-12);
	}
	ev_value_free(all);
}

/* LINE: kind x1 n1 x2 n2 level lower upper, or kind a b c d ... */
static void scores_are_solved_exactly(void **state)
{
	FILE *in = fopen("tests/data/reference/score.txt", "r");
	struct ev_estimate e;
	struct ev_pairs p;
	struct ev_two t;
	char kind[16];
	long a, b, c, d;
	double level, low, high;
	int seen = 0;

	(void)state;
	assert_non_null(in);
	while (fscanf(in, "%15s %ld %ld %ld %ld %lg %lg %lg", kind, &a, &b,
		      &c, &d, &level, &low, &high) == 8) {
		if (strcmp(kind, "tango") == 0) {
			p = (struct ev_pairs){ a, b, c, d };
			assert_int_equal(ev_tango(&e, &p, level), 0);
		} else {
			t = (struct ev_two){ a, b, c, d };
			assert_int_equal(ev_miettinen_nurminen(&e, &t, level),
					 0);
		}
		assert_near(e.lower, low, 1e-12);
		assert_near(e.upper, high, 1e-12);
		seen++;
	}
	fclose(in);
	assert_true(seen >= 40);
}

static void pair(const struct ev_value *v, void *seen)
{
	struct ev_estimate e;
	struct ev_mcnemar m;
	struct ev_pairs p;

	if (!ev_get(v, "tango90"))
		return;
	p.both = count_at(v, "a");
	p.first = count_at(v, "b");
	p.second = count_at(v, "c");
	p.neither = count_at(v, "d");
	assert_int_equal(ev_tango(&e, &p, 0.95), 0);
	assert_near(e.value, number_at(v, "diff"), 1e-12);
	assert_near(e.n, number_at(v, "n"), 0);
	assert_bounds(&e, ev_get(v, "tango"), 1e-9);
	assert_int_equal(ev_tango(&e, &p, 0.9), 0);
	assert_bounds(&e, ev_get(v, "tango90"), 1e-9);
	assert_int_equal(ev_newcombe_paired(&e, &p, 0.95), 0);
	assert_bounds(&e, ev_get(v, "newcombe10"), 1e-12);
	assert_int_equal(ev_wald_paired(&e, &p, 0.95), 0);
	assert_bounds(&e, ev_get(v, "wald"), 1e-12);
	assert_int_equal(ev_mcnemar(&m, &p), 0);
	assert_near(m.exact_p / number_at(v, "mcnemar_exact_p"), 1, 1e-12);
	assert_near(m.chi2, number_at(v, "mcnemar_chi2_nocc"), 1e-12);
	assert_near(m.corrected, number_at(v, "mcnemar_chi2_cc"), 1e-12);
	++*(int *)seen;
}

static void paired_differences_are_as_r_has_them(void **state)
{
	const struct ev_pairs agresti = { 794, 150, 86, 570 };
	struct ev_mcnemar m;
	int seen = 0;

	(void)state;
	each_reference(pair, &seen);
	assert_int_equal(seen, 11);
	/* R: mcnemar.test(matrix(c(794, 86, 150, 570), 2)) */
	assert_int_equal(ev_mcnemar(&m, &agresti), 0);
	assert_near(m.corrected_p * 1e5, 4.115e-05 * 1e5, 5e-4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(single_proportions_are_as_r_has_them),
		cmocka_unit_test(exact_intervals_are_as_epir_has_them),
		cmocka_unit_test(differences_are_as_published),
		cmocka_unit_test(scores_are_solved_exactly),
		cmocka_unit_test(paired_differences_are_as_r_has_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
