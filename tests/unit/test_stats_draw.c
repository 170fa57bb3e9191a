#include "statsfix.h"

#include "base/mem.h"
#include "stats/bootstrap.h"
#include "stats/philox.h"

#define PATIENTS 500

static uint8_t ill[PATIENTS];

static int set_up(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < PATIENTS; i++)
		ill[i] = i % 3 == 0;
	return 0;
}

static struct ev_boot_plan plan_of(uint32_t patients)
{
	struct ev_boot_plan p = { patients, ill, 400, 77, 0.95, 1, 1 };

	return p;
}

/* The rule of ev_boot_times(), word by word from the stream itself. */
static void slowly(uint32_t *times, const struct ev_boot_plan *p, unsigned r)
{
	struct ev_stream s;
	uint32_t *member = ev_calloc(p->patients, sizeof(*member)), n, i, k;
	uint64_t w;

	memset(times, 0, p->patients * sizeof(*times));
	ev_stream_init(&s, p->key, r, EV_BOOT_VARIABLE);
	for (k = 0; k < 2; k++) {
		for (i = n = 0; i < p->patients; i++)
			if ((p->stratum ? p->stratum[i] : 0) == k)
				member[n++] = i;
		for (i = 0; i < n; i++) {
			do {
				w = (uint64_t)ev_stream_u32(&s) * n;
			} while ((w & 0xffffffffU) < (1ULL << 32) % n);
			times[member[w >> 32]]++;
		}
	}
	free(member);
}

static void draws_are_those_of_the_stream(void **state)
{
	uint32_t want[PATIENTS], got[PATIENTS];
	struct ev_boot_plan p = plan_of(PATIENTS);
	unsigned r;

	(void)state;
	for (r = 0; r < 60; r++) {
		p.stratum = r % 2 ? ill : NULL;
		p.patients = r % 5 == 4 ? PATIENTS : 1 + r;
		p.key = 0x123456789abcdef0ULL + r;
		slowly(want, &p, 1000 * r);
		assert_int_equal(ev_boot_times(got, &p, 1000 * r), 0);
		assert_memory_equal(want, got,
				    p.patients * sizeof(uint32_t));
	}
}

static void words_that_would_favour_some_are_left_out(void **state)
{
	/* of so many patients it is one word in three thousand */
	struct ev_boot_plan p = plan_of(PATIENTS);
	uint32_t *want, *got;

	(void)state;
	p.stratum = NULL;
	p.patients = 1431655;
	want = ev_calloc(p.patients, sizeof(*want));
	got = ev_calloc(p.patients, sizeof(*got));
	slowly(want, &p, 3);
	assert_int_equal(ev_boot_times(got, &p, 3), 0);
	assert_memory_equal(want, got, p.patients * sizeof(*got));
	free(want);
	free(got);
}

static void each_stratum_keeps_its_size(void **state)
{
	struct ev_boot_plan p = plan_of(PATIENTS);
	uint32_t times[PATIENTS], n[2], of[2] = { 0, 0 };
	unsigned r, i;

	(void)state;
	for (i = 0; i < PATIENTS; i++)
		of[ill[i]]++;
	for (r = 0; r < 100; r++) {
		n[0] = n[1] = 0;
		assert_int_equal(ev_boot_times(times, &p, r), 0);
		for (i = 0; i < PATIENTS; i++)
			n[ill[i]] += times[i];
		assert_int_equal(n[0], of[0]);
		assert_int_equal(n[1], of[1]);
	}
}

static void counts_are_sums_over_patients(void **state)
{
	uint32_t count[] = { 1, 2, 3, 4, 5, 4294967295u };
	uint32_t times[] = { 4294967295u, 0, 3 };
	int64_t out[2];

	(void)state;
	ev_weighted_counts(out, count, 2, 3, NULL);
	assert_int_equal(out[0], 9);
	assert_int_equal(out[1], 4294967301);
	ev_weighted_counts(out, count, 2, 3, times);
	assert_int_equal(out[0], 4294967295 + 15);
	assert_true(out[1] == 2 * 4294967295LL + 3 * 4294967295LL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(draws_are_those_of_the_stream),
		cmocka_unit_test(words_that_would_favour_some_are_left_out),
		cmocka_unit_test(each_stratum_keeps_its_size),
		cmocka_unit_test(counts_are_sums_over_patients),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
