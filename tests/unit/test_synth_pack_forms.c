#include "packfix.h"

#include <math.h>

#include "synth/draw.h"

#define HEAD "schema: git-evidence/scenario-pack/v1\n" \
	"pack: {id: p, version: '1', reference_date: 2026-01-01, " \
	"derived_from_patient_data: false}\n" \
	"cohort: {patients: 2000}\n" \
	"variables:\n" \
	"  a: {type: decimal(1), dist: {uniform: {min: 0, max: 10}}}\n" \
	"  b: {type: decimal(1), dist: {uniform: {min: 0, max: 10}}}\n" \
	"  c: {type: decimal(1), derive: {expr: '10 - a'}}\n" \
	"  d1: {type: datetime_offset, dist: {uniform: {min: 0, max: 30}}}\n" \
	"  d2: {type: datetime_offset, dist: {uniform: {min: 0, max: 30}}}\n" \
	"  no: {type: int, dist: {uniform: {min: 100, max: 2099}}}\n" \
	"  yes: {type: boolean, p: '0.5'}\n" \
	"  band: {type: categorical, derive: {cut: a, at: [5], " \
	"labels: [low, high]}}\n"
#define LAST "scenarios:\n  - {id: s, risk: common, weight: 1}\n"

static struct ev_pack pack;
static struct ev_source source;
static struct ev_drawn drawn;

static void begin(const char *more)
{
	char *text = ev_strdupf("%s%s%s", HEAD, more, LAST);

	pf_must(&pack, text);
	free(text);
	if (ev_source_init(&source, &pack, 3, 2000) < 0)
		fail_msg("%s", ev_error_last()->message);
	ev_drawn_init(&drawn, &pack);
}

static void end(void)
{
	ev_drawn_release(&drawn);
	ev_source_release(&source);
	ev_pack_release(&pack);
}

static void draw(uint64_t i)
{
	if (ev_draw(&drawn, &source, i) < 0)
		fail_msg("%s", ev_error_last()->message);
}

static double of(const char *name)
{
	return drawn.full[ev_pack_variable(&pack, name)];
}

static void refuse(const char *more, const char *said)
{
	char *text = ev_strdupf("%s%s%s", HEAD, more, LAST), *all;
	struct ev_pack p;

	if (ev_pack_parse(&p, "p.yaml", text, strlen(text)) == 0)
		fail_msg("'%s' is taken", more);
	all = pf_said();
	if (!strstr(all, said))
		fail_msg("'%s' said %s", more, all);
	free(all);
	free(text);
}

static void each_kind_holds_in_each_patient(void **state)
{
	uint64_t i;

	(void)state;
	begin("constraints:\n"
	      "  - {id: C1, implication: {if: yes, then: a >= 4}}\n"
	      "  - {id: C2, range: {b: [2, 8.5], a + b: [3, 15]}}\n"
	      "  - {id: C3, ordering: {of: [1, a, b], strict: true}}\n"
	      "  - {id: C4, temporal: {of: [d1, d2], min_days: 1, "
	      "max_days: 20}}\n"
	      "  - {id: C5, sum: {of: [a, c], equals: 10}}\n");
	for (i = 0; i < 2000; i++) {
		draw(i);
		assert_true(of("yes") == 0 || of("a") >= 4);
		assert_true(of("b") >= 2 && of("b") <= 8.5);
		assert_true(of("a") + of("b") >= 3);
		assert_true(1 < of("a") && of("a") < of("b"));
		assert_true(of("d2") - of("d1") >= 1);
		assert_true(of("d2") - of("d1") <= 20);
	}
	/* decimals that have no exact double are no violation of a sum */
	assert_int_equal(drawn.log.refused[4], 0);
	for (i = 0; i < 4; i++)
		assert_true(drawn.log.refused[i] > 0);
	end();
}

static void a_kind_with_a_rate_is_soft(void **state)
{
	uint64_t i, low = 0;

	(void)state;
	begin("constraints:\n  - {id: S, ordering: [a, b], "
	      "max_rate: '0.6'}\n");
	for (i = 0; i < 2000; i++) {
		draw(i);
		assert_int_equal(drawn.attempts, 1);
		low += of("a") > of("b");
	}
	assert_int_equal(pack.constraints[0].kind, EV_C_SOFT);
	assert_int_equal(drawn.log.soft[0], low);
	assert_in_range(low, 900, 1100);
	end();
}

static int by_value(const void *x, const void *y)
{
	const double *a = x, *b = y;

	return *a < *b ? -1 : *a > *b;
}

static void what_is_unique_is_dealt_out(void **state)
{
	static double all[2000], first;
	double moved = 0;
	uint64_t i;

	(void)state;
	begin("constraints:\n  - {id: U, unique: no}\n");
	for (i = 0; i < 2000; i++) {
		draw(i);
		all[i] = of("no");
		moved += fabs(all[i] - 100 - (double)i) / 2000;
	}
	first = all[0];
	/* |x - y| of independent ones is a third of their range */
	if (!(fabs(moved - 2000.0 / 3) < 60))
		fail_msg("moved by %g", moved);
	qsort(all, 2000, sizeof(*all), by_value);
	for (i = 0; i < 2000; i++)
		assert_true(all[i] == 100 + (double)i);
	ev_source_release(&source);
	assert_int_equal(ev_source_init(&source, &pack, 3, 2001), EV_EINVALID);
	assert_non_null(strstr(ev_error_last()->message,
			       "'no' is unique, and has 2000 values"));
	assert_int_equal(ev_source_init(&source, &pack, 4, 100), 0);
	draw(0);
	assert_true(of("no") != first);
	end();
}

static void what_cannot_be_is_found_before(void **state)
{
	(void)state;
	refuse("constraints:\n  - {id: C1, range: {a: [11, 12]}}\n",
	       "constraint 'C1' cannot hold in scenario 's': no value");
	refuse("constraints:\n  - {id: C1, hard: 'a < 4'}\n"
	       "  - {id: C2, hard: 'b > 6'}\n"
	       "  - {id: C3, ordering: [b, a]}\n",
	       "constraint 'C3' cannot hold in scenario 's' beside the "
	       "others: '(b) <= (a)'");
	refuse("constraints:\n  - {id: C1, hard: \"band = 'high'\"}\n"
	       "  - {id: C2, hard: 'a < 4'}\n",
	       "'C1' cannot hold in scenario 's' beside the others");
	refuse("constraints:\n  - {id: C1, sum: {of: [a, b], equals: 21}}\n",
	       "'C1' cannot hold");
	refuse("constraints:\n  - {id: C1, temporal: {of: [d1, d2], "
	       "min_days: 32}}\n", "'C1' cannot hold");
	refuse("constraints:\n  - {id: U, unique: no}\n"
	       "  - {id: C, hard: 'no > 200'}\n",
	       "'no' is unique, and in another constraint");
}

static void wrong_forms_are_named(void **state)
{
	(void)state;
	refuse("constraints:\n  - {id: C1, temporal: [a, b]}\n",
	       "'a' is no day\nhint: type: datetime_offset");
	refuse("constraints:\n  - {id: C1, ordering: [a]}\n",
	       "must be a list of two or more numbers");
	refuse("constraints:\n  - {id: C1, ordering: [a, yes]}\n",
	       "this is true or false, and no number");
	refuse("constraints:\n  - {id: C1, implication: {if: a, then: yes}}\n",
	       "this is a number, and not true or false");
	refuse("constraints:\n  - {id: C1, range: {a: [1, 2], ab: [3, 4]}}\n",
	       "no variable has this name");
	refuse("constraints:\n  - {id: C1, unique: yes}\n",
	       "'yes' is no whole number");
	refuse("constraints:\n  - {id: C1, unique: d1}\n",
	       "'d1' has fewer values than there are patients");
	refuse("constraints:\n  - {id: C1, unique: no, max_rate: '0.1'}\n",
	       "'unique' holds always");
	refuse("constraints:\n  - {id: C1, hard: yes, range: {a: [1, 2]}}\n",
	       "must have one of hard, soft, implication");
}

static void who_drops_out_does_not_come_back(void **state)
{
	double n[3] = { 0, 0, 0 }, in_high = 0, high = 0;
	const double *v;
	uint64_t i;

	(void)state;
	begin("missingness:\n  a: {mcar: '0.1'}\n"
	      "  b: {monotone: {after: a, p: '0.2'}}\n"
	      "  c: {monotone: {after: b, given: {band: {low: '0', "
	      "high: '0.5'}}}}\n");
	for (i = 0; i < 2000; i++) {
		draw(i);
		v = drawn.values;
		assert_true(v[0] == v[0] || v[1] != v[1]);
		assert_true(v[1] == v[1] || v[2] != v[2]);
		n[0] += v[0] != v[0];
		n[1] += v[1] != v[1];
		n[2] += v[2] != v[2];
		high += v[1] == v[1] && of("band") == 1;
		in_high += v[1] == v[1] && v[2] != v[2];
	}
	/* 0.1, 0.28; sd 0.007, 0.010 */
	if (!(fabs(n[0] / 2000 - 0.1) < 0.025 &&
	      fabs(n[1] / 2000 - 0.28) < 0.035 &&
	      fabs(in_high / high - 0.5) < 0.06))
		fail_msg("%g %g %g", n[0] / 2000, n[1] / 2000, in_high / high);
	end();
	refuse("missingness:\n  a: {monotone: {after: b, p: '0.1'}}\n"
	       "  b: {monotone: {after: a, p: '0.1'}}\n",
	       "'a' is missing after a row of others that goes in a circle");
}

#define SERIES "longitudinal:\n" \
	"  windows: {length_s: 60, per_patient: {constant: {value: 60}}, " \
	"horizon_h: 1}\n" \
	"  series: {x: {base: 1}, y: {base: 1}, z: {base: 1}, w: {base: 1}}\n"

static void series_have_gaps(void **state)
{
	double off = 0, mcar = 0, gone = 0, none;
	const double *row;
	uint64_t i;
	size_t k;

	(void)state;
	begin(SERIES "missingness:\n"
	      "  x: {burst: {rate_per_h: 2, mean_s: 300}}\n"
	      "  y: {mcar: '0.25'}\n"
	      "  z: {monotone: {hazard_per_h: 0.5}}\n  w: {with: x}\n");
	for (i = 0; i < 1000; i++) {
		draw(i);
		assert_int_equal(drawn.windows, 60);
		for (k = 0, none = 0; k < 60; k++) {
			row = drawn.series + 4 * k;
			off += row[0] != row[0];
			mcar += row[1] != row[1];
			assert_true((row[0] != row[0]) == (row[3] != row[3]));
			assert_true(!none || row[2] != row[2]);
			none = row[2] != row[2];
		}
		gone += none;
	}
	/* gone at minute 59: 1 - exp(-59 / 120) = 0.388, sd 0.015 */
	if (!(fabs(mcar / 60000 - 0.25) < 0.006 &&
	      fabs(gone / 1000 - 0.388) < 0.05))
		fail_msg("%g %g", mcar / 60000, gone / 1000);
	/* on for 30 min, off for 5: of an hour that begins with it on, some
	 * 0.13 is off, and a minute more by its windows for each of 1.8 */
	if (!(off / 60000 > 0.12 && off / 60000 < 0.19))
		fail_msg("off in %g", off / 60000);
	end();
	refuse(SERIES "missingness: {x: {with: y}, y: {with: x}}\n",
	       "is itself missing with another");
	refuse(SERIES "missingness: {x: {with: yy}}\n", "no series 'yy'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_holds_in_each_patient),
		cmocka_unit_test(a_kind_with_a_rate_is_soft),
		cmocka_unit_test(what_is_unique_is_dealt_out),
		cmocka_unit_test(what_cannot_be_is_found_before),
		cmocka_unit_test(wrong_forms_are_named),
		cmocka_unit_test(who_drops_out_does_not_come_back),
		cmocka_unit_test(series_have_gaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
