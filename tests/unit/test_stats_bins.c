#include "calfix.h"

#include "stats/proportion.h"

#define HELD 15

/* The fifteen rows of ece_edges. */
struct edge_rows {
	double p[HELD];
	uint8_t y[HELD];
	struct ev_predicted d;
	struct ev_value *v;
};

static void read_edges(struct edge_rows *r)
{
	const struct ev_value *p, *y;
	size_t i;

	r->v = read_json("tests/data/reference/ece_edges.expected.json");
	p = ev_get(r->v, "p");
	y = ev_get(r->v, "y");
	assert_int_equal(p->n, HELD);
	for (i = 0; i < HELD; i++) {
		r->p[i] = number(p->items[i]);
		r->y[i] = number(y->items[i]) > 0;
	}
	r->d = (struct ev_predicted){ r->p, r->y, NULL, 0, HELD };
}

static void bins_close_on_the_side_that_is_asked_for(void **state)
{
	static const char *const name[] = { "right_closed_first_includes_0",
					    "left_closed_last_includes_1" };
	const struct ev_value *want;
	struct edge_rows r;
	struct ev_bins b;
	double one;
	int side;

	(void)state;
	read_edges(&r);
	for (side = 0; side < 2; side++) {
		want = ev_get(r.v, name[side]);
		assert_int_equal(ev_bins(&b, &r.d, 10, EV_BIN_WIDTH,
					 side ? EV_BIN_LEFT : EV_BIN_RIGHT,
					 0.95), 0);
		assert_near(b.ece, number_at(want, "ece"), 1e-12);
		assert_near(b.mce, number_at(want, "mce"), 1e-12);
		assert_near(b.ece, side ? 11.0 / 60 : 17.0 / 60, 1e-12);
		assert_near(b.mce, side ? 19.0 / 60 : 0.8, 1e-12);
		assert_int_equal(ev_weighted_ece(&one, &r.d, NULL, 10,
						 side ? EV_BIN_LEFT :
						 EV_BIN_RIGHT), 0);
		assert_near(one, b.ece, 1e-15);
		ev_bins_release(&b);
	}
	ev_value_free(r.v);
}

static void ends_of_bins_are_those_of_numpy_linspace(void **state)
{
	const struct ev_value *edges;
	struct edge_rows r;
	struct ev_bins b;
	size_t i;

	(void)state;
	read_edges(&r);
	edges = ev_get(r.v, "edges");
	assert_int_equal(ev_bins(&b, &r.d, 10, EV_BIN_WIDTH, EV_BIN_RIGHT,
				 0.95), 0);
	for (i = 0; i < 10; i++) {
		assert_true(b.items[i].low == number(edges->items[i]));
		assert_true(b.items[i].high == number(edges->items[i + 1]));
	}
	ev_bins_release(&b);
	ev_value_free(r.v);
}

/* Where p and its neighbours lie, by looking through the ends. */
static void every_end_and_its_neighbours_lie_where_they_should(void **state)
{
	static const unsigned many[] = { 1, 2, 3, 7, 10, 15, 49, 100, 1000 };
	uint8_t y = 1;
	double p, width;
	struct ev_predicted d = { &p, &y, NULL, 0, 1 };
	struct ev_bins b;
	size_t i, k, n;
	int side, step;

	(void)state;
	for (k = 0; k < EV_ARRAY_SIZE(many); k++) {
		width = 1.0 / many[k];
		for (i = 0; i < 6 * (size_t)(many[k] + 1); i++) {
			step = (int)(i % 3) - 1;
			side = i / 3 % 2;
			p = i / 6 == many[k] ? 1 : (double)(i / 6) * width;
			p = step < 0 ? p * (1 - 0x1p-53) :
			    step > 0 ? p + p * 0x1p-52 : p;
			if (p > 1)
				continue;
			assert_int_equal(ev_bins(&b, &d, many[k], EV_BIN_WIDTH,
						 side ? EV_BIN_LEFT :
						 EV_BIN_RIGHT, 0.95), 0);
			assert_int_equal(b.n, many[k]);
			for (n = 0; b.items[n].n == 0; n++)
				;
			if (side)
				assert_true(p >= b.items[n].low &&
					    (p < b.items[n].high ||
					     (p == 1 && n + 1 == b.n)));
			else
				assert_true(p <= b.items[n].high &&
					    (p > b.items[n].low ||
					     (p == 0 && n == 0)));
			ev_bins_release(&b);
		}
	}
}

static void certain_rows_have_no_bin_of_their_own(void **state)
{
	double p[] = { 0, 0, 1, 1, 1 };
	uint8_t y[] = { 0, 1, 1, 1, 0 };
	struct ev_predicted d = { p, y, NULL, 0, 5 };
	struct ev_bins b;
	int side;

	(void)state;
	for (side = 0; side < 2; side++) {
		assert_int_equal(ev_bins(&b, &d, 10, EV_BIN_WIDTH, side ?
					 EV_BIN_LEFT : EV_BIN_RIGHT, 0.95), 0);
		assert_int_equal(b.n, 10);
		assert_int_equal(b.items[0].n, 2);
		assert_int_equal(b.items[9].n, 3);
		assert_int_equal(b.items[9].positives, 2);
		assert_true(b.items[9].mean_p == 1);
		assert_true(b.items[5].observed.flags & EV_STAT_UNDEFINED);
		assert_near(b.ece, 0.4, 1e-15);
		assert_near(b.mce, 0.5, 1e-15);
		ev_bins_release(&b);
	}
}

static void bins_have_wilsons_interval_and_patients_widen_it(void **state)
{
	struct study *s =
		read_study("tests/data/reference/clustered_ecg.csv");
	struct ev_predicted d = predicted(s, 0), rows = d;
	struct ev_bins by_row, by_patient;
	struct ev_estimate e;
	size_t i, wider = 0;
	int64_t n = 0;

	(void)state;
	rows.cluster = NULL;
	assert_int_equal(ev_bins(&by_row, &rows, 10, EV_BIN_WIDTH,
				 EV_BIN_RIGHT, 0.9), 0);
	assert_int_equal(ev_bins(&by_patient, &d, 10, EV_BIN_WIDTH,
				 EV_BIN_RIGHT, 0.9), 0);
	assert_true(by_row.ece == by_patient.ece);
	for (i = 0; i < by_row.n; i++) {
		const struct ev_bin *b = &by_row.items[i];

		n += b->n;
		assert_int_equal(ev_wilson(&e, (double)b->positives,
					   (double)b->n, 0.9), 0);
		assert_true(e.lower == b->observed.lower);
		assert_true(e.upper == b->observed.upper);
		assert_sound(&by_patient.items[i].observed);
		assert_true(b->observed.value ==
			    by_patient.items[i].observed.value);
		wider += ev_half_width(&by_patient.items[i].observed) >
			 ev_half_width(&b->observed);
	}
	assert_int_equal(n, d.n);
	/* the inner ones, where windows of a patient are alike */
	assert_true(wider >= 6);
	ev_bins_release(&by_row);
	ev_bins_release(&by_patient);
	free(s);
}

static void patients_that_are_rows_change_no_interval_much(void **state)
{
	double p[200];
	uint8_t y[200];
	uint32_t own[200];
	struct ev_predicted d = { p, y, own, 200, 200 };
	struct ev_stream s;
	struct ev_bins b;
	struct ev_estimate e;
	size_t i;

	(void)state;
	ev_stream_init(&s, 8, 1, 1);
	for (i = 0; i < 200; i++) {
		p[i] = ev_stream_uniform(&s);
		y[i] = ev_stream_uniform(&s) < p[i];
		own[i] = (uint32_t)i;
	}
	assert_int_equal(ev_bins(&b, &d, 4, EV_BIN_MASS, EV_BIN_RIGHT, 0.95),
			 0);
	for (i = 0; i < 4; i++) {
		assert_int_equal(b.items[i].n, 50);
		/* K - 1 in place of K is what is left between them */
		assert_int_equal(ev_wilson(&e, b.items[i].observed.value * 49,
					   49, 0.95), 0);
		assert_near(b.items[i].observed.lower, e.lower, 1e-12);
	}
	ev_bins_release(&b);
}

static void ties_make_fewer_bins_of_equal_mass(void **state)
{
	double p[] = { 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.7, 0.8, 0.9 };
	uint8_t y[] = { 0, 0, 0, 0, 1, 0, 0, 1, 1, 0 };
	struct ev_predicted d = { p, y, NULL, 0, 10 };
	struct ev_bins b;

	(void)state;
	assert_int_equal(ev_bins(&b, &d, 5, EV_BIN_MASS, EV_BIN_RIGHT, 0.95),
			 0);
	/* ends .2 .2 .2 .2 .72 .9 by type 7, so two bins */
	assert_int_equal(b.n, 2);
	assert_near(b.items[0].high, 0.72, 1e-15);
	assert_int_equal(b.items[0].n, 8);
	assert_int_equal(b.items[1].n, 2);
	ev_bins_release(&b);
	d.n = 7;
	assert_int_equal(ev_bins(&b, &d, 5, EV_BIN_MASS, EV_BIN_LEFT, 0.95),
			 0);
	assert_int_equal(b.n, 1);
	assert_int_equal(b.items[0].n, 7);
	assert_near(b.ece, 0.2 - 1.0 / 7, 1e-15);
	ev_bins_release(&b);
}

static void counting_a_patient_thrice_is_having_him_thrice(void **state)
{
	double p[600], q[1800], one, other;
	uint8_t y[600], z[1800];
	uint32_t who[600], times[200];
	struct ev_predicted d = { p, y, who, 200, 600 };
	struct ev_predicted flat = { q, z, NULL, 0, 0 };
	struct ev_estimate a, b;
	struct ev_stream s;
	struct ev_bins bins;
	size_t i, k;

	(void)state;
	ev_stream_init(&s, 9, 1, 1);
	for (i = 0; i < 600; i++) {
		p[i] = ev_stream_uniform(&s);
		y[i] = ev_stream_uniform(&s) < 0.5;
		who[i] = (uint32_t)(i / 3);
		if (i < 200)
			times[i] = (uint32_t)ev_stream_below(&s, 4);
	}
	for (i = 0; i < 600; i++)
		for (k = 0; k < times[i / 3]; k++) {
			q[flat.n] = p[i];
			z[flat.n++] = y[i];
		}
	assert_int_equal(ev_weighted_ece(&one, &d, times, 15, EV_BIN_RIGHT),
			 0);
	assert_int_equal(ev_weighted_ece(&other, &flat, NULL, 15,
					 EV_BIN_RIGHT), 0);
	assert_true(one == other);
	assert_int_equal(ev_bins(&bins, &flat, 15, EV_BIN_WIDTH, EV_BIN_RIGHT,
				 0.95), 0);
	assert_near(one, bins.ece, 1e-15);
	ev_bins_release(&bins);
	assert_int_equal(ev_net_benefit(&a, &d, times, 0.3), 0);
	assert_int_equal(ev_net_benefit(&b, &flat, NULL, 0.3), 0);
	assert_true(a.value == b.value && a.n == b.n);
	memset(times, 0, sizeof(times));
	assert_int_equal(ev_weighted_ece(&one, &d, times, 15, EV_BIN_RIGHT),
			 EV_ENOTFOUND);
	assert_int_equal(ev_net_benefit(&a, &d, times, 0.3), 0);
	assert_true(a.flags & EV_STAT_UNDEFINED);
}

static void net_benefit_is_what_a_hand_computes(void **state)
{
	/* at 1/4: 2 of 3 positives and 1 of 5 negatives are called */
	double p[] = { 0.9, 0.25, 0.1, 0.2, 0.3, 0.1, 0.05, 0 }, all;
	uint8_t y[] = { 1, 1, 1, 0, 0, 0, 0, 0 };
	struct ev_predicted d = { p, y, NULL, 0, 8 };
	struct ev_estimate e;

	(void)state;
	assert_int_equal(ev_net_benefit(&e, &d, NULL, 0.25), 0);
	assert_near(e.value, 2.0 / 8 - 1.0 / 8 / 3, 1e-15);
	assert_int_equal(ev_net_benefit_all(&all, &d, 0.25), 0);
	assert_near(all, 3.0 / 8 - 5.0 / 8 / 3, 1e-15);
	/* nobody above: as treating none */
	assert_int_equal(ev_net_benefit(&e, &d, NULL, 0.95), 0);
	assert_true(e.value == 0 && !(e.flags & EV_STAT_UNDEFINED));
	/* everybody: as treating all */
	p[7] = p[6];
	assert_int_equal(ev_net_benefit(&e, &d, NULL, 0.05), 0);
	assert_int_equal(ev_net_benefit_all(&all, &d, 0.05), 0);
	assert_true(e.value == all);
	assert_int_equal(ev_net_benefit(&e, &d, NULL, 0), EV_EINVALID);
	assert_int_equal(ev_net_benefit(&e, &d, NULL, 1), EV_EINVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bins_close_on_the_side_that_is_asked_for),
		cmocka_unit_test(ends_of_bins_are_those_of_numpy_linspace),
		cmocka_unit_test(
			every_end_and_its_neighbours_lie_where_they_should),
		cmocka_unit_test(certain_rows_have_no_bin_of_their_own),
		cmocka_unit_test(
			bins_have_wilsons_interval_and_patients_widen_it),
		cmocka_unit_test(
			patients_that_are_rows_change_no_interval_much),
		cmocka_unit_test(ties_make_fewer_bins_of_equal_mass),
		cmocka_unit_test(
			counting_a_patient_thrice_is_having_him_thrice),
		cmocka_unit_test(net_benefit_is_what_a_hand_computes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
