#include "base/compat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "clinical/judge.h"

/* What a comparison asks of a bound, by the direction of its metric. */
static void comparisons_become_conditions(void **state)
{
	static const struct {
		enum ev_compare compare;
		enum ev_bound given;
		enum ev_metric metric;
		const char *margin, *text;
		enum ev_bound bound;
	} rows[] = {
		{ EV_CMP_NON_INFERIORITY, EV_BOUND_LOWER, EV_M_AUC, "0.02",
		  "> -0.02", EV_BOUND_LOWER },
		{ EV_CMP_NON_INFERIORITY, EV_BOUND_UPPER, EV_M_BRIER, "0.02",
		  "< 0.02", EV_BOUND_UPPER },
		/* the adverse bound, whatever was said */
		{ EV_CMP_NON_INFERIORITY, EV_BOUND_UPPER, EV_M_AUC, "0.02",
		  "> -0.02", EV_BOUND_LOWER },
		{ EV_CMP_NON_INFERIORITY, EV_BOUND_ESTIMATE, EV_M_AUC, "0.02",
		  "> -0.02", EV_BOUND_ESTIMATE },
		{ EV_CMP_SUPERIORITY, EV_BOUND_LOWER, EV_M_AUC, NULL, "> 0",
		  EV_BOUND_LOWER },
		{ EV_CMP_SUPERIORITY, EV_BOUND_UPPER, EV_M_ECE, NULL, "< 0",
		  EV_BOUND_UPPER },
		{ EV_CMP_SUPERIORITY, EV_BOUND_LOWER, EV_M_AUC, "0.01",
		  "> 0.01", EV_BOUND_LOWER },
		{ EV_CMP_EQUIVALENCE, EV_BOUND_INTERVAL, EV_M_AUC, "0.02",
		  "within (-0.02, 0.02)", EV_BOUND_INTERVAL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(rows); i++) {
		struct ev_gate g = { .compare = rows[i].compare };
		struct ev_condition c = { .given = true,
					  .bound = rows[i].given };
		struct ev_decimal margin = { NULL, 0 };
		struct ev_rule r;
		char *text;

		if (rows[i].margin)
			ev_decimal_text(&margin, rows[i].margin);
		ev_rule_of(&r, &g, &c, rows[i].margin ? &margin : NULL,
			   rows[i].metric);
		text = ev_rule_text(&r);
		assert_string_equal(text, rows[i].text);
		assert_int_equal(r.bound, rows[i].bound);
		free(text);
		ev_rule_release(&r);
		ev_decimal_release(&margin);
	}
}

struct asked {
	enum ev_bound bound;
	enum ev_comparator comparator;
	bool open;
	const char *limit, *limit2;
	double value, lower, upper;
	unsigned flags;
	int holds;
	double judged;
};

static void a_bound_is_held_against_its_limit(void **state)
{
	static const struct asked rows[] = {
		{ EV_BOUND_LOWER, EV_GE, false, "0.5", NULL, 0.6, 0.5, 0.7, 0,
		  1, 0.5 },
		{ EV_BOUND_LOWER, EV_GT, false, "0.5", NULL, 0.6, 0.5, 0.7, 0,
		  0, 0.5 },
		{ EV_BOUND_UPPER, EV_LE, false, "0.75", NULL, 0.6, 0.5, 0.75,
		  0, 1, 0.75 },
		{ EV_BOUND_UPPER, EV_LT, false, "0.75", NULL, 0.6, 0.5, 0.75,
		  0, 0, 0.75 },
		{ EV_BOUND_ESTIMATE, EV_GE, false, "0.6", NULL, 0.625, 0.1,
		  0.9, 0, 1, 0.625 },
		{ EV_BOUND_INTERVAL, EV_WITHIN, false, "0.5", "0.75", 0.6, 0.5,
		  0.75, 0, 1, 0.5 },
		{ EV_BOUND_INTERVAL, EV_WITHIN, true, "0.5", "0.75", 0.6, 0.5,
		  0.7, 0, 0, 0.5 },
		{ EV_BOUND_INTERVAL, EV_WITHIN, true, "0.5", "0.75", 0.6, 0.55,
		  0.75, 0, 0, 0.75 },
		{ EV_BOUND_INTERVAL, EV_WITHIN, false, "0.5", "0.75", 0.6, 0.4,
		  0.8, 0, 0, 0.4 },
		{ EV_BOUND_ESTIMATE, EV_WITHIN, false, "0.5", "0.75", 0.8, 0,
		  0, EV_STAT_NO_INTERVAL, 0, 0.8 },
		/* without an interval no bound, without a value nothing */
		{ EV_BOUND_LOWER, EV_GE, false, "0", NULL, 0.6, 0, 0,
		  EV_STAT_NO_INTERVAL, -1, 0.6 },
		{ EV_BOUND_ESTIMATE, EV_GE, false, "0", NULL, 0, 0, 0,
		  EV_STAT_UNDEFINED, -1, 0 },
		{ EV_BOUND_LOWER, EV_GE, false, NULL, NULL, 0.6, 0.5, 0.7, 0,
		  -1, 0.6 },
		{ EV_BOUND_INTERVAL, EV_WITHIN, false, "0.5", NULL, 0.6, 0.55,
		  0.7, 0, -1, 0.6 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(rows); i++) {
		struct ev_rule r = { rows[i].bound, rows[i].comparator,
				     rows[i].open, false, { NULL, 0 },
				     { NULL, 0 } };
		struct ev_estimate e = { .value = rows[i].value,
					 .lower = rows[i].lower,
					 .upper = rows[i].upper,
					 .flags = rows[i].flags };
		double judged;

		if (rows[i].limit)
			ev_decimal_text(&r.limit, rows[i].limit);
		if (rows[i].limit2)
			ev_decimal_text(&r.limit2, rows[i].limit2);
		assert_int_equal(ev_rule_holds(&judged, &r, &e),
				 rows[i].holds);
		assert_true(judged == rows[i].judged);
		ev_rule_release(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comparisons_become_conditions),
		cmocka_unit_test(a_bound_is_held_against_its_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
