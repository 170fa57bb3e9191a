#include "statsfix.h"

#include "stats/cluster.h"
#include "stats/paired.h"
#include "stats/philox.h"
#include "stats/proportion.h"

#define MOST 400

/* Rows of clustered_ecg.csv, by patient; those without a score left out. */
struct rows {
	char patient[16], site[8];
	int label;
	bool yes, before;		/* score and baseline >= 0.4 */
};

static struct rows all[2000];
static size_t n_all;

static int set_up(void **state)
{
	FILE *in = fopen("tests/data/reference/clustered_ecg.csv", "r");
	char line[200], score[40], other[40], *at;
	struct rows *r;

	(void)state;
	assert_non_null(in);
	assert_non_null(fgets(line, sizeof(line), in));
	while (fgets(line, sizeof(line), in)) {
		r = &all[n_all];
		assert_true(n_all < EV_ARRAY_SIZE(all));
		/* patient_id,window_id,label,score,baseline,site,... */
		at = strstr(line, ",,");
		if (at)
			continue;
		assert_int_equal(sscanf(line, "%15[^,],%*[^,],%d,%39[^,],"
					"%39[^,],%7[^,]", r->patient,
					&r->label, score, other, r->site), 5);
		r->yes = strtod(score, NULL) >= 0.4;
		r->before = strtod(other, NULL) >= 0.4;
		n_all++;
	}
	fclose(in);
	return n_all == 1827 ? 0 : -1;
}

/* What of a row is counted: "se", "sp", "ppv", "npv"; all sites if NULL. */
static size_t gather(struct ev_cluster_pair *c, const char *what,
		     const char *site)
{
	bool counts, right, before, first = true;
	size_t i, k = 0;

	for (i = 0; i < n_all; i++) {
		if (i == 0 || strcmp(all[i].patient, all[i - 1].patient) != 0)
			first = true;
		if (site && strcmp(all[i].site, site) != 0)
			continue;
		if (first)
			c[k++] = (struct ev_cluster_pair){ 0, 0, 0 };
		first = false;
		if (strcmp(what, "se") == 0)
			counts = all[i].label == 1;
		else if (strcmp(what, "sp") == 0)
			counts = all[i].label == 0;
		else
			counts = all[i].yes == (strcmp(what, "ppv") == 0);
		if (!counts)
			continue;
		right = all[i].yes == (all[i].label == 1);
		before = all[i].before == (all[i].label == 1);
		c[k - 1].n++;
		c[k - 1].x1 += right;
		c[k - 1].x2 += before;
	}
	return k;
}

static size_t gather_one(struct ev_cluster *c, const char *what,
			 const char *site)
{
	struct ev_cluster_pair pairs[MOST] = { { 0, 0, 0 } };
	size_t i, k = gather(pairs, what, site);

	for (i = 0; i < k; i++)
		c[i] = (struct ev_cluster){ pairs[i].x1, pairs[i].n };
	return k;
}

static void proportions_of_patients_are_as_r_survey_has_them(void **state)
{
	struct ev_value *v =
		read_json("tests/data/reference/clustered_ecg.expected.json");
	static const char *const names[][2] = {
		{ "sensitivity", "se" }, { "specificity", "sp" },
		{ "ppv", "ppv" }, { "npv", "npv" },
	};
	const struct ev_value *want;
	struct ev_cluster c[MOST] = { { 0, 0 } };
	struct ev_clustered out;
	struct ev_estimate e;
	size_t i, k;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(names); i++) {
		want = ev_get(v, names[i][0]);
		k = gather_one(c, names[i][1], NULL);
		assert_int_equal(k, 298);
		assert_int_equal(ev_clustered_proportion(&out, c, k, 0.95), 0);
		assert_near(out.x, number_at(want, "x"), 0);
		assert_near(out.n, number_at(want, "n"), 0);
		assert_near((double)out.clusters, number_at(want, "clusters"),
			    0);
		assert_near(out.wilson.value, number_at(want, "est"), 1e-12);
		assert_near(out.se, number_at(want, "se"), 1e-12);
		assert_near(out.deff, number_at(want, "deff"), 1e-12);
		assert_near(out.n_eff, number_at(want, "n_eff"), 1e-12);
		assert_bounds(&out.wilson, ev_get(want, "wilson_neff"), 1e-12);
		assert_bounds(&out.wald, ev_get(want, "wald"), 1e-12);
		assert_bounds(&out.logit, ev_get(want, "logit"), 1e-12);
		ev_wilson(&e, out.x, out.n, 0.95);
		assert_bounds(&e, ev_get(want, "naive_wilson"), 1e-12);
	}
	ev_value_free(v);
}

static void slices_of_patients_are_as_r_has_them(void **state)
{
	struct ev_value *v =
		read_json("tests/data/reference/clustered_ecg.expected.json");
	const struct ev_value *slices = ev_get(v, "slices"), *want;
	struct ev_cluster c[MOST] = { { 0, 0 } };
	struct ev_clustered out;
	size_t i, k;

	(void)state;
	assert_int_equal(slices->n, 3);
	for (i = 0; i < slices->n; i++) {
		want = ev_get(slices->items[i], "sensitivity");
		k = gather_one(c, "se", slices->keys[i]->text);
		assert_near((double)k, number_at(slices->items[i], "patients"),
			    0);
		assert_int_equal(ev_clustered_proportion(&out, c, k, 0.95), 0);
		assert_near(out.x, number_at(want, "x"), 0);
		assert_near(out.wilson.value, number_at(want, "est"), 1e-12);
		assert_near(out.se, number_at(want, "se"), 1e-12);
		assert_bounds(&out.wilson, ev_get(want, "wilson_neff"), 1e-12);
	}
	ev_value_free(v);
}

static void paired_differences_of_patients_are_as_r_has_them(void **state)
{
	struct ev_value *v =
		read_json("tests/data/reference/clustered_ecg.expected.json");
	const struct ev_value *want = ev_get(v, "paired_sensitivity");
	struct ev_cluster_pair c[MOST] = { { 0, 0, 0 } };
	struct ev_estimate e, back;
	size_t i, k = gather(c, "se", NULL);
	int64_t x;

	(void)state;
	assert_int_equal(ev_clustered_difference(&e, c, k, 0.95), 0);
	assert_near(e.value, number_at(want, "diff"), 1e-12);
	assert_near(e.se, number_at(want, "se"), 1e-12);
	assert_bounds(&e, ev_get(want, "ci95"), 1e-12);
	for (i = 0; i < k; i++) {
		x = c[i].x1;
		c[i].x1 = c[i].x2;
		c[i].x2 = x;
	}
	/* exchanging both flips every sign, bit for bit */
	assert_int_equal(ev_clustered_difference(&back, c, k, 0.95), 0);
	assert_true(back.value == -e.value && back.lower == -e.upper &&
		    back.upper == -e.lower && back.se == e.se);
	assert_int_equal(ev_clustered_difference(&back, c, k, 0.9), 0);
	assert_near(-back.upper, number(ev_get(want, "ci90")->items[0]), 1e-12);
	assert_near(-back.lower, number(ev_get(want, "ci90")->items[1]), 1e-12);
	ev_value_free(v);
}

static void rows_that_are_there_twice_narrow_nothing(void **state)
{
	struct ev_cluster c[MOST] = { { 0, 0 } };
	struct ev_clustered one, two, three;
	size_t i, k = gather_one(c, "sp", NULL);

	(void)state;
	ev_clustered_proportion(&one, c, k, 0.95);
	for (i = 0; i < k; i++) {
		c[i].x *= 2;
		c[i].n *= 2;
	}
	ev_clustered_proportion(&two, c, k, 0.95);
	assert_near(two.wilson.lower, one.wilson.lower, 1e-14);
	assert_near(two.wilson.upper, one.wilson.upper, 1e-14);
	/* the same rows of twice as many patients do narrow it */
	for (i = 0; i < 50; i++) {
		c[k + i] = (struct ev_cluster){ c[i].x / 2, c[i].n / 2 };
		c[i] = c[k + i];
	}
	ev_clustered_proportion(&three, c, k + 50, 0.95);
	assert_true(three.se < two.se);
}

static void order_of_patients_changes_nothing(void **state)
{
	struct ev_cluster c[MOST] = { { 0, 0 } }, t;
	struct ev_clustered one, two;
	struct ev_stream s;
	size_t i, j, k = gather_one(c, "ppv", NULL);
	int round;

	(void)state;
	ev_stream_init(&s, 1, 1, 1);
	ev_clustered_proportion(&one, c, k, 0.95);
	for (round = 0; round < 20; round++) {
		for (i = k - 1; i > 0; i--) {
			j = ev_stream_below(&s, i + 1);
			t = c[i];
			c[i] = c[j];
			c[j] = t;
		}
		ev_clustered_proportion(&two, c, k, 0.95);
		assert_memory_equal(&one, &two, sizeof(one));
	}
}

static void one_row_each_is_nearly_the_plain_interval(void **state)
{
	struct ev_cluster c[MOST] = { { 0, 0 } };
	struct ev_clustered out;
	struct ev_estimate e;
	size_t i;

	(void)state;
	for (i = 0; i < MOST; i++)
		c[i] = (struct ev_cluster){ i % 5 != 0, 1 };
	ev_clustered_proportion(&out, c, MOST, 0.95);
	ev_wilson(&e, MOST * 0.8, MOST, 0.95);
	assert_near(out.deff, MOST / (MOST - 1.0), 1e-12);
	assert_near(out.wilson.lower, e.lower, 1e-4);
	assert_true(out.wilson.lower < e.lower);
}

/* Patients who are all nearly alike: no more is known than rows would say. */
static void a_design_effect_below_one_narrows_nothing(void **state)
{
	const struct ev_cluster even[4] = {
		{ 4, 5 }, { 4, 5 }, { 4, 5 }, { 3, 5 }
	};
	struct ev_clustered out;
	struct ev_estimate rows;

	(void)state;
	assert_int_equal(ev_clustered_proportion(&out, even, 4, 0.95), 0);
	assert_int_equal(out.wilson.flags, EV_STAT_DEFF_BELOW_ONE);
	/* p = 3/4, squares of x - p n: 3 of 1/16 and one of 9/16 */
	assert_near(out.se, 0.05, 1e-15);
	assert_near(out.deff, 0.0025 / (0.1875 / 20), 1e-12);
	assert_true(out.n_eff == 20);
	ev_wilson(&rows, 15, 20, 0.95);
	assert_true(out.wilson.lower == rows.lower &&
		    out.wilson.upper == rows.upper);
}

static void patients_without_variance_are_told(void **state)
{
	const struct ev_cluster right[3] = { { 5, 5 }, { 9, 9 }, { 0, 0 } };
	const struct ev_cluster alike[2] = { { 1, 2 }, { 4, 8 } };
	const struct ev_cluster bad[1] = { { 3, 2 } };
	const struct ev_cluster huge[2] = { { 1, INT32_MAX }, { 1, 1 } };
	const struct ev_cluster_pair same[2] = { { 1, 1, 2 }, { 3, 3, 4 } };
	const struct ev_cluster_pair better[2] = { { 2, 0, 2 }, { 4, 0, 4 } };
	const struct ev_cluster_pair wrong[1] = { { 1, 3, 2 } };
	struct ev_clustered out;
	struct ev_estimate e;

	(void)state;
	assert_int_equal(ev_clustered_proportion(&out, right, 0, 0.95), 0);
	assert_int_equal(out.wilson.flags, EV_STAT_UNDEFINED);
	assert_int_equal(ev_clustered_proportion(&out, right, 1, 0.95), 0);
	assert_int_equal(out.wilson.flags,
			 EV_STAT_ONE_CLUSTER | EV_STAT_NO_INTERVAL);
	assert_true(out.wilson.value == 1 && out.wilson.lower == 0);
	/* two patients, however many rows: the interval of 2 of 2 */
	assert_int_equal(ev_clustered_proportion(&out, right, 3, 0.95), 0);
	assert_int_equal(out.wilson.flags, EV_STAT_DEGENERATE_VARIANCE);
	ev_wilson(&e, 2, 2, 0.95);
	assert_true(out.wilson.lower == e.lower && out.wilson.upper == 1);
	assert_int_equal(ev_clustered_proportion(&out, alike, 2, 0.95), 0);
	assert_int_equal(out.wilson.flags, EV_STAT_DEGENERATE_VARIANCE);
	ev_wilson(&e, 1, 2, 0.95);
	assert_true(out.wilson.lower == e.lower);
	assert_true(out.logit.flags & EV_STAT_NO_INTERVAL);
	assert_int_equal(ev_clustered_proportion(&out, bad, 1, 0.95),
			 EV_EINVALID);
	assert_int_equal(ev_clustered_proportion(&out, huge, 2, 0.95),
			 EV_ELIMIT);
	assert_int_equal(ev_clustered_proportion(&out, right, 3, 2),
			 EV_EINVALID);
	assert_int_equal(ev_clustered_difference(&e, same, 0, 0.95), 0);
	assert_int_equal(e.flags, EV_STAT_UNDEFINED);
	assert_int_equal(ev_clustered_difference(&e, same, 2, 0.95), 0);
	assert_int_equal(e.flags, EV_STAT_DEGENERATE_VARIANCE);
	assert_true(e.value == 0 && e.lower < -0.5 && e.upper == -e.lower);
	assert_int_equal(ev_clustered_difference(&e, better, 2, 0.95), 0);
	assert_true(e.value == 1 && e.lower < 0.5 && e.upper == 1);
	assert_int_equal(ev_clustered_difference(&e, wrong, 1, 0.95),
			 EV_EINVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proportions_of_patients_are_as_r_survey_has_them),
		cmocka_unit_test(slices_of_patients_are_as_r_has_them),
		cmocka_unit_test(paired_differences_of_patients_are_as_r_has_them),
		cmocka_unit_test(rows_that_are_there_twice_narrow_nothing),
		cmocka_unit_test(order_of_patients_changes_nothing),
		cmocka_unit_test(one_row_each_is_nearly_the_plain_interval),
		cmocka_unit_test(a_design_effect_below_one_narrows_nothing),
		cmocka_unit_test(patients_without_variance_are_told),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
