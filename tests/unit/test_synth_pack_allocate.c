#include "packfix.h"

#define HEAD "schema: git-evidence/scenario-pack/v1\n" \
	"pack: {id: p, version: 1, reference_date: 2026-01-01, " \
	"derived_from_patient_data: false}\n" \
	"variables: {x: {type: int, value: 1}}\n"

static void want(const char *patients, const char *scenarios, uint64_t n,
		 const char *counts)
{
	char *text = ev_strdupf(HEAD "cohort: {patients: %s}\n"
				"scenarios: [%s]\n",
				patients, scenarios);
	struct ev_buf got = EV_BUF_INIT;
	struct ev_pack p;
	uint64_t by[20];
	size_t i;

	pf_must(&p, text);
	if (ev_pack_allocate(by, &p, n) < 0)
		ev_buf_adds(&got, ev_error_last()->message);
	else
		for (i = 0; i < p.n_scenarios; i++)
			ev_buf_addf(&got, "%s%llu", i ? " " : "",
				    (unsigned long long)by[i]);
	assert_string_equal(got.ptr, counts);
	ev_buf_release(&got);
	ev_pack_release(&p);
	free(text);
}

#define W(id, weight) "{id: " id ", risk: edge, weight: " weight "}"
#define L(id, weight, least) \
	"{id: " id ", risk: edge, weight: " weight ", at_least: " least "}"
#define Q(id, quota) "{id: " id ", risk: edge, quota: " quota "}"

static void largest_remainders_get_what_is_left(void **state)
{
	(void)state;
	/* 10/3 each: remainders are equal, the earlier wins */
	want("10", W("a", "1") "," W("b", "1") "," W("c", "1"), 10, "4 3 3");
	/* 4.7, 3.2, 2.1 */
	want("10", W("a", "47") "," W("b", "32") "," W("c", "21"), 10,
	     "5 3 2");
	/* Hamilton's example: 41, 7 and 2 of 100, 9 seats */
	want("9", W("a", "0.41") "," W("b", "0.07") "," W("c", "0.02"), 9,
	     "8 1 0");
	want("1", W("a", "1") "," W("b", "1.000001"), 1, "0 1");
}

static void large_numbers_are_exact(void **state)
{
	(void)state;
	want("100000000", W("a", "999999.999999") "," W("b", "0.000001"),
	     100000000, "100000000 0");
	want("100000000", W("a", "1") "," W("b", "2"), 100000000,
	     "33333333 66666667");
}

static void quotas_come_first_and_exactly(void **state)
{
	(void)state;
	want("100", W("a", "1") "," Q("b", "33") "," W("c", "1"), 100,
	     "34 33 33");
	want("100", W("a", "1") "," Q("b", "33") "," W("c", "1"), 33,
	     "0 33 0");
}

static void at_least_takes_from_the_others(void **state)
{
	(void)state;
	want("100", L("a", "1", "40") "," W("b", "4") "," W("c", "5"), 100,
	     "40 27 33");
	/* what a takes leaves b below its own */
	want("100", L("a", "1", "50") "," L("b", "4", "39") "," W("c", "5"),
	     100, "50 39 11");
	want("100", L("a", "1", "60") "," L("b", "1", "40"), 100, "60 40");
}

static void what_does_not_fit_is_refused(void **state)
{
	(void)state;
	want("100", Q("a", "50") "," L("b", "1", "30"), 79,
	     "79 patients are too few: quotas and 'at_least' need 80");
	want("100", Q("a", "50") "," Q("b", "50"), 101,
	     "1 patients are left over: all scenarios have quotas");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(largest_remainders_get_what_is_left),
		cmocka_unit_test(large_numbers_are_exact),
		cmocka_unit_test(quotas_come_first_and_exactly),
		cmocka_unit_test(at_least_takes_from_the_others),
		cmocka_unit_test(what_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
