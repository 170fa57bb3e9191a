#include "statsfix.h"

#include <pthread.h>

#include "base/mem.h"
#include "stats/agreement.h"
#include "stats/bootstrap.h"
#include "stats/dist.h"
#include "stats/philox.h"

#define PATIENTS 500
#define CELLS 4

/* Patients with tp, fp, fn, tn. */
static uint32_t cells[PATIENTS * CELLS];
static uint8_t ill[PATIENTS];

static int set_up(void **state)
{
	struct ev_stream s;
	size_t i, k, n;

	(void)state;
	ev_stream_init(&s, 11, 1, 1);
	for (i = 0; i < PATIENTS; i++) {
		n = 1 + ev_stream_below(&s, 5);
		ill[i] = i % 3 == 0;
		for (k = 0; k < n; k++)
			cells[CELLS * i + (ill[i] ? 0 : 1) +
			      (ev_stream_below(&s, 5) == 0) * 2]++;
	}
	return 0;
}

/* Four numbers of a table; the last exists in no replicate. */
static int table(double *value, uint8_t *defined, void *data,
		 const uint32_t *times)
{
	int64_t n[CELLS];
	struct ev_estimate e;
	struct ev_table t;

	(void)data;
	ev_weighted_counts(n, cells, CELLS, PATIENTS, times);
	t = (struct ev_table){ n[0], n[1], n[2], n[3] };
	ev_f1(&e, &t);
	value[0] = e.value;
	ev_mcc(&e, &t);
	value[1] = e.value;
	value[2] = (double)n[0] / (double)(n[0] + n[2]);
	value[3] = 17;
	defined[3] = 0;
	return 1;
}

static struct ev_boot_plan plan_of(unsigned jobs)
{
	struct ev_boot_plan p = { PATIENTS, ill, 400, 77, 0.95, jobs, 4 };

	return p;
}

static void any_number_of_jobs_has_the_same_bits(void **state)
{
	static const unsigned jobs[] = { 1, 2, 3, 7, 64, 1000 };
	struct ev_estimate first[4], e[4];
	unsigned failures[4];
	struct ev_boot_plan p;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(jobs); i++) {
		p = plan_of(jobs[i]);
		memset(e, 0, sizeof(e));
		assert_int_equal(ev_bootstrap(e, failures, &p, table, NULL), 0);
		if (i == 0)
			memcpy(first, e, sizeof(e));
		assert_memory_equal(first, e, sizeof(e));
		assert_int_equal(failures[0], 0);
		assert_int_equal(failures[3], 400);
	}
	assert_string_equal(e[0].method, "bootstrap");
	assert_true(e[0].lower < e[0].upper && e[0].se > 0);
	assert_int_equal(e[3].flags, EV_STAT_NO_INTERVAL);
	assert_true(e[3].lower == 0 && e[3].upper == 0);
}

static void another_key_draws_others(void **state)
{
	struct ev_boot_plan p = plan_of(2);
	struct ev_estimate a[4] = { { 0 } }, b[4] = { { 0 } };

	(void)state;
	assert_int_equal(ev_bootstrap(a, NULL, &p, table, NULL), 0);
	p.key++;
	assert_int_equal(ev_bootstrap(b, NULL, &p, table, NULL), 0);
	assert_true(a[0].lower != b[0].lower);
	assert_near(a[0].lower, b[0].lower, 0.01);
}

/* Mean of known numbers, whose error is known too. */
static int mean_of(double *value, uint8_t *defined, void *data,
		   const uint32_t *times)
{
	const double *x = data;
	double sum = 0;
	size_t i;

	(void)defined;
	for (i = 0; i < PATIENTS; i++)
		sum += times[i] * x[i];
	value[0] = sum / PATIENTS;
	return 1;
}

static void the_interval_of_a_mean_is_the_textbooks(void **state)
{
	struct ev_boot_plan p = { PATIENTS, NULL, 20000, 5, 0.9, 2, 1 };
	struct ev_estimate e = { .value = 0.5 };
	double x[PATIENTS], mean = 0, var = 0, se, z = ev_normal_z(0.9);
	struct ev_stream s;
	size_t i;

	(void)state;
	ev_stream_init(&s, 6, 1, 1);
	for (i = 0; i < PATIENTS; i++) {
		x[i] = ev_stream_uniform(&s);
		mean += x[i] / PATIENTS;
	}
	for (i = 0; i < PATIENTS; i++)
		var += (x[i] - mean) * (x[i] - mean) / PATIENTS;
	se = sqrt(var / PATIENTS);
	assert_int_equal(ev_bootstrap(&e, NULL, &p, mean_of, x), 0);
	/* the error of these is about 1 and 2 percent of se */
	assert_near(e.se / se, 1, 0.03);
	assert_near((e.lower - mean) / se, -z, 0.06);
	assert_near((e.upper - mean) / se, z, 0.06);
	assert_true(e.value == 0.5 && e.level == 0.9);
}

/* How many replicates do not exist: those where patient 0 counts. */
static int fragile(double *value, uint8_t *defined, void *data,
		   const uint32_t *times)
{
	const uint32_t *least = data;

	value[0] = times[1];
	value[1] = times[1];
	defined[1] = times[0] < *least;
	value[2] = times[0] < *least ? times[1] : (double)NAN;
	return 1;
}

static void too_many_failures_leave_no_interval(void **state)
{
	struct ev_boot_plan p = { PATIENTS, NULL, 2000, 5, 0.95, 2, 3 };
	struct ev_estimate e[3];
	uint32_t least, times[PATIENTS];
	unsigned failures[3], want, r;

	(void)state;
	/* Poisson with mean 1: at least 4 in 1.9 %, 3 in 8 % of replicates */
	for (least = 3; least <= 4; least++) {
		for (r = want = 0; r < 2000; r++) {
			ev_boot_times(times, &p, r);
			want += times[0] >= least;
		}
		memset(e, 0, sizeof(e));
		assert_int_equal(ev_bootstrap(e, failures, &p, fragile,
					      &least), 0);
		assert_int_equal(failures[0], 0);
		assert_int_equal(failures[1], want);
		assert_int_equal(failures[2], want);
		assert_int_equal(e[0].flags, 0);
		assert_int_equal(e[1].flags, want > 100 ?
				 EV_STAT_NO_INTERVAL : 0);
		assert_int_equal(e[2].flags, e[1].flags);
		assert_true(want > 100 ? least == 3 : least == 4);
	}
}

static int constant(double *value, uint8_t *defined, void *data,
		    const uint32_t *times)
{
	(void)defined;
	(void)data;
	value[0] = times[0] % 2 ? 1 : 1 - 0x1p-53;
	return 1;
}

static void no_spread_is_no_interval(void **state)
{
	struct ev_boot_plan p = { PATIENTS, NULL, 100, 5, 0.95, 1, 1 };
	struct ev_estimate e = { .value = 1 };

	(void)state;
	assert_int_equal(ev_bootstrap(&e, NULL, &p, constant, NULL), 0);
	assert_int_equal(e.flags, EV_STAT_NO_INTERVAL |
			 EV_STAT_DEGENERATE_VARIANCE);
	assert_true(e.lower == 0 && e.upper == 0 && e.se == 0);
	assert_true(e.value == 1);
}

/* Gives up at replicates in which patient 0 counts five times or more. */
static int gives_up(double *value, uint8_t *defined, void *data,
		    const uint32_t *times)
{
	(void)defined;
	(void)data;
	value[0] = 1;
	if (times[0] >= 5)
		return ev_fail(EV_ECONFLICT, "patient 1 counts %u", times[1]);
	return 1;
}

static void the_earliest_that_gives_up_says_why(void **state)
{
	struct ev_boot_plan p = { PATIENTS, NULL, 5000, 5, 0.95, 1, 1 };
	struct ev_estimate e = { 0 };
	uint32_t times[PATIENTS];
	char want[40];
	unsigned r;

	(void)state;
	for (r = 0; r < 5000; r++) {
		ev_boot_times(times, &p, r);
		if (times[0] >= 5)
			break;
	}
	assert_true(r < 5000);
	snprintf(want, sizeof(want), "patient 1 counts %u", times[1]);
	for (p.jobs = 1; p.jobs < 6; p.jobs++) {
		ev_error_clear();
		assert_int_equal(ev_bootstrap(&e, NULL, &p, gives_up, NULL),
				 EV_ECONFLICT);
		assert_string_equal(ev_error_last()->message, want);
	}
}

static void what_cannot_be_drawn_is_flagged_or_refused(void **state)
{
	struct ev_boot_plan p = plan_of(1);
	uint8_t odd[PATIENTS] = { 0, 2 };
	struct ev_estimate e[4] = { { 0 } };

	(void)state;
	for (p.patients = 0; p.patients < 2; p.patients++) {
		memset(e, 0, sizeof(e));
		assert_int_equal(ev_bootstrap(e, NULL, &p, table, NULL), 0);
		assert_int_equal(e[2].flags, EV_STAT_ONE_CLUSTER |
				 EV_STAT_NO_INTERVAL);
	}
	p = plan_of(1);
	p.level = 1;
	assert_int_equal(ev_bootstrap(e, NULL, &p, table, NULL), EV_EINVALID);
	p = plan_of(0);
	assert_int_equal(ev_bootstrap(e, NULL, &p, table, NULL), EV_EINVALID);
	p = plan_of(1);
	p.stratum = odd;
	assert_int_equal(ev_bootstrap(e, NULL, &p, table, NULL), EV_EINVALID);
	p = plan_of(1);
	p.replicates = 0;
	assert_int_equal(ev_bootstrap(e, NULL, &p, table, NULL), EV_ELIMIT);
	p.replicates = EV_BOOT_MAX_REPLICATES + 1;
	assert_int_equal(ev_bootstrap(e, NULL, &p, table, NULL), EV_ELIMIT);
	p.replicates = EV_BOOT_MAX_REPLICATES;
	p.statistics = 101;
	assert_int_equal(ev_bootstrap(e, NULL, &p, table, NULL), EV_ELIMIT);
	p.statistics = 0;
	assert_int_equal(ev_bootstrap(e, NULL, &p, table, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_number_of_jobs_has_the_same_bits),
		cmocka_unit_test(another_key_draws_others),
		cmocka_unit_test(the_interval_of_a_mean_is_the_textbooks),
		cmocka_unit_test(too_many_failures_leave_no_interval),
		cmocka_unit_test(no_spread_is_no_interval),
		cmocka_unit_test(the_earliest_that_gives_up_says_why),
		cmocka_unit_test(what_cannot_be_drawn_is_flagged_or_refused),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
