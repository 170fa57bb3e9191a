#include "base/compat.h"

#include "evaluatefix.h"

#define OVERALL "slices:\n  overall: {}\n"

/* 40 positives of whom 30 are called, 50 negatives of whom 5 are. */
static char *table_rows(const char *head)
{
	struct ev_buf b = EV_BUF_INIT;
	unsigned k = 0;

	ev_buf_adds(&b, head);
	add_rows(&b, &k, 30, 1, "0.8", "");
	add_rows(&b, &k, 10, 1, "0.3", "");
	add_rows(&b, &k, 5, 0, "0.7", "");
	add_rows(&b, &k, 45, 0, "0.2", "");
	return ev_buf_detach(&b, NULL);
}

#define HEAD "row,patient,label,score\n"

static void a_table_is_counted_and_measured(void **state)
{
	char *rows = table_rows(HEAD);
	const struct ev_measure *x;
	struct made m;

	(void)state;
	make(&m, SUITE_HEAD SUITE_DATA OVERALL
	     "metrics: [confusion@half, sensitivity@half, specificity@half, "
	     "ppv@half, npv@half, accuracy@half, prevalence]\n"
	     "gates:\n  - {id: G, metric: n, pass: {ge: \"90\"}}\n", rows,
	     NULL);
	x = metric(&m, "overall", "confusion@half");
	assert_int_equal(x->cells.tp, 30);
	assert_int_equal(x->cells.fn, 10);
	assert_int_equal(x->cells.fp, 5);
	assert_int_equal(x->cells.tn, 45);
	assert_true(near(metric(&m, "overall", "ppv@half")->e.value, 30.0 / 35));
	assert_true(near(metric(&m, "overall", "npv@half")->e.value, 45.0 / 55));
	assert_true(near(metric(&m, "overall", "accuracy@half")->e.value,
			 75.0 / 90));
	assert_true(near(metric(&m, "overall", "prevalence")->e.value,
			 40.0 / 90));
	assert_int_equal(m.e.outcome, EV_OUT_PASS);
	assert_int_equal(m.e.reasons.n, 0);
	made_release(&m);
	free(rows);
}

static void misses_that_gather_are_told(void **state)
{
	struct ev_buf b = EV_BUF_INIT;
	const struct ev_concentration *c;
	struct made m;
	unsigned k = 0;

	(void)state;
	ev_buf_adds(&b, "row,patient,label,score,site\n");
	add_rows(&b, &k, 30, 1, "0.8", ",A");
	add_rows(&b, &k, 1, 1, "0.3", ",A");
	add_rows(&b, &k, 3, 1, "0.8", ",B");
	add_rows(&b, &k, 6, 1, "0.3", ",B");
	add_rows(&b, &k, 9, 0, "0.9", ",C");
	make(&m, SUITE_HEAD SUITE_DATA "slices:\n  site: {by: site}\n"
	     "gates:\n  - {id: G, metric: n, pass: {ge: \"1\"}}\n", b.ptr,
	     NULL);
	c = &m.e.checks.concentration;
	assert_string_equal(c->slice, "site");
	assert_string_equal(c->member, "B");
	assert_int_equal(c->missed, 6);
	assert_int_equal(c->of, 7);
	assert_true(near(c->expected, 9.0 / 40));
	/* 2 * pbinom(5, 7, 9/40, lower.tail = FALSE) */
	assert_true(near(c->p, 0.0014661336181640615));
	made_release(&m);
	ev_buf_release(&b);
}

static void a_missing_score_counts_by_the_rule(void **state)
{
	/* beside the table: 4 positives and 6 negatives without a score */
	static const struct {
		const char *rule;
		int64_t tp, fn, fp, tn;
	} rules[] = {
		{ "worst_case", 30, 14, 11, 45 },
		{ "as_negative", 30, 14, 5, 51 },
		{ "as_positive", 34, 10, 11, 45 },
		{ "complete_case", 30, 10, 5, 45 },
	};
	struct ev_buf b = EV_BUF_INIT, suite = EV_BUF_INIT;
	char *rows = table_rows(HEAD);
	const struct ev_measure *x;
	unsigned k = 90;
	struct made m;
	size_t i, r;

	(void)state;
	ev_buf_adds(&b, rows);
	add_rows(&b, &k, 4, 1, "", "");
	add_rows(&b, &k, 6, 0, "", "");
	for (i = 0; i < EV_ARRAY_SIZE(rules); i++) {
		ev_buf_clear(&suite);
		ev_buf_addf(&suite, SUITE_HEAD "%s  missing: {score: %s}\n%s"
			    OVERALL "metrics: [sensitivity@half, auc, brier]\n"
			    "gates:\n  - {id: G, metric: n, pass: {ge: \"1\"}}\n",
			    "dataset:\n  key: [row]\n"
			    "  columns: {patient: patient, label: label, "
			    "score: score}\n  label: {positive: \"1\", "
			    "negative: \"0\"}\n  score: {kind: probability}\n",
			    rules[i].rule, "operating_points:\n"
			    "  half: {threshold: \"0.5\"}\n");
		make(&m, suite.ptr, b.ptr, NULL);
		x = metric(&m, "overall", "sensitivity@half");
		assert_int_equal(x->cells.tp, rules[i].tp);
		assert_int_equal(x->cells.fn, rules[i].fn);
		assert_int_equal(x->cells.fp, rules[i].fp);
		assert_int_equal(x->cells.tn, rules[i].tn);
		assert_true(x->has_bounds);
		for (r = 0; r < 4; r++)
			assert_true(near(x->as[r].value, (double)rules[r].tp /
				(double)(rules[r].tp + rules[r].fn)));
		/* probabilities are those that are there */
		assert_true(near(metric(&m, "overall", "brier")->e.n, 90));
		made_release(&m);
	}
	ev_buf_release(&b);
	ev_buf_release(&suite);
	free(rows);
}

static void ranks_place_missing_scores_by_the_rule(void **state)
{
	/* by hand: positives .9 and missing, negatives .1 and missing */
	static const char rows[] = HEAD
		"a,a,1,0.9\nb,b,1,\nc,c,0,0.1\nd,d,0,\n";
	static const struct { const char *rule; double auc; } rules[] = {
		{ "worst_case", 0.25 },		/* one pair of four is right */
		{ "as_negative", 0.625 },	/* 1 + 1 + 0 + 1/2 */
		{ "as_positive", 0.625 },	/* 1 + 0 + 1 + 1/2 */
		{ "complete_case", 1 },
	};
	struct ev_buf suite = EV_BUF_INIT;
	const struct ev_measure *x;
	struct made m;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(rules); i++) {
		ev_buf_clear(&suite);
		ev_buf_addf(&suite, SUITE_HEAD
			    "dataset:\n  key: [row]\n"
			    "  columns: {patient: patient, label: label, "
			    "score: score}\n  label: {positive: \"1\", "
			    "negative: \"0\"}\n  score: {kind: probability}\n"
			    "  missing: {score: %s}\n" OVERALL
			    "metrics: [auc, average_precision]\n"
			    "gates:\n  - {id: G, metric: n, pass: {ge: \"1\"}}\n",
			    rules[i].rule);
		make(&m, suite.ptr, rows, NULL);
		x = metric(&m, "overall", "auc");
		if (strcmp(rules[i].rule, "complete_case"))
			assert_true(near(x->e.value, rules[i].auc));
		else	/* one of each class has no variance, so no value */
			assert_true(x->e.flags & EV_STAT_UNDEFINED);
		made_release(&m);
	}
	ev_buf_release(&suite);
}

static char *both_versions(char **old)
{
	struct ev_buf a = EV_BUF_INIT, b = EV_BUF_INIT;
	unsigned k = 0, j = 0;

	ev_buf_adds(&a, HEAD);
	ev_buf_adds(&b, HEAD);
	/* both right, only now, only then, neither: 20 12 3 5 */
	add_rows(&a, &k, 20, 1, "0.9", "");
	add_rows(&b, &j, 20, 1, "0.8", "");
	add_rows(&a, &k, 12, 1, "0.7", "");
	add_rows(&b, &j, 12, 1, "0.4", "");
	add_rows(&a, &k, 3, 1, "0.4", "");
	add_rows(&b, &j, 3, 1, "0.6", "");
	add_rows(&a, &k, 5, 1, "0.3", "");
	add_rows(&b, &j, 5, 1, "0.2", "");
	add_rows(&a, &k, 40, 0, "0.1", "");
	add_rows(&b, &j, 40, 0, "0.45", "");
	*old = ev_buf_detach(&b, NULL);
	return ev_buf_detach(&a, NULL);
}

static void a_difference_is_of_pairs_and_new_errors_are_told(void **state)
{
	const struct ev_slice_result *r;
	char *old, *rows = both_versions(&old);
	struct made m;

	(void)state;
	make(&m, SUITE_HEAD SUITE_DATA OVERALL
	     "metrics: [sensitivity@half, auc]\n"
	     "gates:\n"
	     "  - {id: G1, metric: sensitivity@half, compare: {type: "
	     "non_inferiority, against: previous, margin: \"0.05\", rationale: "
	     "X}, pass: {bound: lower}}\n"
	     "  - {id: G2, metric: new_fn_rate@half, compare: {type: "
	     "no_new_harm, against: previous}, pass: {bound: upper, le: "
	     "\"0.05\"}, review: {bound: estimate, le: \"0.1\"}}\n", rows, old);
	r = slice(&m, "overall");
	/* (12 - 3) of 40 */
	assert_true(near(r->change[0][0].e.value, 9.0 / 40));
	assert_string_equal(r->change[0][0].e.method, "tango");
	assert_true(near(r->change[0][0].e.n, 40));
	assert_int_equal(m.e.checks.new_fn[0], 3);
	assert_int_equal(m.e.checks.new_fp[0], 0);
	assert_int_equal(m.e.n_rows, 2);
	assert_int_equal(m.e.rows[0].outcome, EV_OUT_PASS);
	assert_string_equal(m.e.rows[0].limit, "> -0.05");
	/* 3 of 40: 0.075 */
	assert_true(near(m.e.rows[1].observed.value, 0.075));
	assert_int_equal(m.e.rows[1].outcome, EV_OUT_REVIEW);
	assert_int_equal(m.e.outcome, EV_OUT_REVIEW);
	made_release(&m);
	free(rows);
	free(old);
}

static void a_gap_is_between_the_best_and_the_worst_member(void **state)
{
	struct ev_buf b = EV_BUF_INIT;
	const struct ev_gate_row *row;
	unsigned k = 0;
	struct made m;

	(void)state;
	ev_buf_adds(&b, "row,patient,label,score,site\n");
	add_rows(&b, &k, 36, 1, "0.8", ",A");
	add_rows(&b, &k, 4, 1, "0.2", ",A");
	add_rows(&b, &k, 24, 1, "0.8", ",B");
	add_rows(&b, &k, 16, 1, "0.2", ",B");
	add_rows(&b, &k, 32, 1, "0.8", ",C");
	add_rows(&b, &k, 8, 1, "0.2", ",C");
	add_rows(&b, &k, 1, 0, "0.2", ",A");
	add_rows(&b, &k, 1, 0, "0.2", ",B");
	add_rows(&b, &k, 1, 0, "0.2", ",C");
	make(&m, SUITE_HEAD SUITE_DATA OVERALL "  site: {by: site}\n"
	     "metrics: [sensitivity@half]\n"
	     "gates:\n  - {id: G, metric: sensitivity@half, slice: site, "
	     "statistic: max_gap, pass: {bound: upper, le: \"0.2\"}, "
	     "review: {bound: estimate, le: \"0.31\"}}\n", b.ptr, NULL);
	row = &m.e.rows[0];
	assert_int_equal(m.e.n_rows, 1);
	assert_true(row->slice == SIZE_MAX);
	assert_string_equal(row->slice_name, "site");
	/* 0.9 less 0.6; moderate sees 90 % */
	assert_true(near(row->observed.value, 0.3));
	assert_true(row->observed.lower > 0.1 && row->observed.lower < 0.3);
	assert_true(row->observed.upper > 0.3 && row->observed.upper < 0.5);
	assert_true(near(row->observed.level, 0.9));
	assert_int_equal(row->outcome, EV_OUT_REVIEW);
	made_release(&m);
	ev_buf_release(&b);
}

static void a_gap_of_shares_counts_rows(void **state)
{
	static const char suite[] = SUITE_HEAD SUITE_DATA OVERALL
		"  site: {by: site}\n"
		"gates:\n"
		"  - {id: A, metric: prevalence, slice: site, statistic: "
		"max_gap, pass: {bound: upper, le: \"0.3\"}}\n"
		"  - {id: B, metric: share(score<0.5), slice: site, statistic: "
		"max_gap, pass: {bound: upper, le: \"0.3\"}}\n"
		"  - {id: C, metric: missing_rate, slice: site, statistic: "
		"max_gap, pass: {bound: estimate, le: \"0.06\"}}\n";
	struct ev_buf b = EV_BUF_INIT;
	unsigned k = 0, i;
	struct made m;

	(void)state;
	ev_buf_adds(&b, "row,patient,label,score,site\n");
	add_rows(&b, &k, 10, 1, "0.8", ",A");
	add_rows(&b, &k, 30, 0, "0.2", ",A");
	add_rows(&b, &k, 20, 1, "0.8", ",B");
	add_rows(&b, &k, 18, 0, "0.2", ",B");
	add_rows(&b, &k, 2, 0, "", ",B");
	make(&m, suite, b.ptr, NULL);
	assert_true(near(m.e.rows[0].observed.value, 0.25));
	/* worst of all: the two negatives without a score are above it */
	assert_true(near(m.e.rows[1].observed.value, 0.3));
	assert_true(near(m.e.rows[2].observed.value, 0.05));
	for (i = 0; i < 2; i++) {
		const struct ev_estimate *o = &m.e.rows[i].observed;

		assert_true(o->lower < o->value && o->value < o->upper);
		assert_int_equal(m.e.rows[i].outcome, EV_OUT_FAIL);
	}
	assert_int_equal(m.e.rows[2].outcome, EV_OUT_PASS);
	made_release(&m);
	ev_buf_release(&b);
}

static void the_stricter_tier_of_gate_and_slice_counts(void **state)
{
	static const char gates[] =
		"gates:\n"
		"  - {id: A, metric: auc, pass: {ge: \"0\"}}\n"
		"  - {id: B, metric: auc, tier: low, pass: {ge: \"0\"}}\n"
		"  - {id: C, metric: auc, tier: low, slice: all, "
		"pass: {ge: \"0\"}}\n"
		"  - {id: D, metric: auc, slice: all, pass: {ge: \"0\"}}\n"
		"  - {id: E, metric: auc, tier: critical, slice: all, "
		"pass: {ge: \"0\"}}\n";
	static const enum ev_tier tiers[] = {
		EV_TIER_MODERATE, EV_TIER_LOW, EV_TIER_HIGH, EV_TIER_HIGH,
		EV_TIER_CRITICAL
	};
	struct ev_buf suite = EV_BUF_INIT;
	char *rows = table_rows(HEAD);
	struct made m;
	size_t i;

	(void)state;
	ev_buf_addf(&suite, "%s  all: {where: {patient: [p1, p2, p40]}, tier: "
		    "high}\n%s", SUITE_HEAD SUITE_DATA OVERALL, gates);
	make(&m, suite.ptr, rows, NULL);
	assert_int_equal(m.e.n_rows, 5);
	for (i = 0; i < 5; i++) {
		assert_int_equal(m.e.rows[i].tier, tiers[i]);
		assert_true(near(m.e.rows[i].observed.level,
				 tiers[i] >= EV_TIER_HIGH ? 0.95 : 0.9));
	}
	made_release(&m);
	ev_buf_release(&suite);
	free(rows);
}

static void a_cap_from_outside_only_makes_it_worse(void **state)
{
	char *rows = table_rows(HEAD);
	struct made m;

	(void)state;
	make(&m, SUITE_HEAD SUITE_DATA OVERALL
	     "gates:\n  - {id: G, metric: n, pass: {ge: \"90\"}}\n", rows,
	     NULL);
	assert_int_equal(m.e.outcome, EV_OUT_PASS);
	ev_evaluation_cap(&m.e, EV_OUT_INCOMPLETE, "because %d", 7);
	ev_evaluation_cap(&m.e, EV_OUT_REVIEW, "and so");
	assert_int_equal(m.e.outcome, EV_OUT_INCOMPLETE);
	assert_int_equal(m.e.reasons.n, 2);
	assert_string_equal(m.e.reasons.items[0], "because 7");
	made_release(&m);
	free(rows);
}

static void slices_that_are_looked_at_together_are_adjusted(void **state)
{
	struct ev_buf b = EV_BUF_INIT;
	double p, adjusted;
	unsigned k = 0;
	struct made m;

	(void)state;
	ev_buf_adds(&b, "row,patient,label,score,site\n");
	add_rows(&b, &k, 50, 1, "0.8", ",A");
	add_rows(&b, &k, 50, 1, "0.2", ",A");
	add_rows(&b, &k, 70, 1, "0.8", ",B");
	add_rows(&b, &k, 30, 1, "0.2", ",B");
	add_rows(&b, &k, 1, 0, "0.2", ",A");
	add_rows(&b, &k, 1, 0, "0.2", ",B");
	make(&m, SUITE_HEAD SUITE_DATA
	     "stats: {multiplicity: {detect_slices: bonferroni}}\n" OVERALL
	     "  site: {by: site}\n"
	     "gates:\n  - {id: G, metric: sensitivity@half, slice: site, "
	     "pass: {bound: lower, ge: \"0.6\"}}\n", b.ptr, NULL);
	/* (0.5 - 0.6) / sqrt(0.24 / 100) = -2.0412: p = 0.02061342, twice */
	adjusted = m.e.rows[0].adjusted_p;
	p = adjusted / 2;
	assert_true(p > 0.020613 && p < 0.020614);
	assert_true(m.e.rows[1].adjusted_p == 1);
	made_release(&m);
	ev_buf_release(&b);
}

static void drift_from_the_anchor_is_escalated(void **state)
{
	static const char suite[] = SUITE_HEAD SUITE_DATA OVERALL
		"gates:\n"
		"  - {id: G1, metric: sensitivity@half, compare: {type: "
		"non_inferiority, against: anchor, margin: \"0.3\", "
		"rationale: X}, pass: {bound: estimate}}\n"
		"policy:\n  escalate:\n"
		"    - {when: \"drift_from_anchor > 0.5*margin\", "
		"roles: [clinical]}\n";
	char *old, *rows = both_versions(&old);
	struct made m;

	(void)state;
	memset(&m, 0, sizeof(m));
	must(ev_suite_parse(&m.s, "s", suite, strlen(suite)));
	/* the other way round: worse by 0.225, more than half of 0.3 */
	must(ev_cohort_read_memory(&m.c, &m.s, "old.csv", old, strlen(old)));
	must(ev_reference_read_memory(&m.r[1], &m.c, &m.s, "anchor",
				      "rows.csv", rows, strlen(rows), NULL));
	must(ev_evaluate(&m.e, &m.s, &m.c, NULL, &m.r[1], NULL));
	assert_int_equal(m.e.outcome, EV_OUT_PASS);
	assert_int_equal(m.e.n_triggers, 1);
	assert_string_equal(m.e.triggers[0].why, "G1 is worse than the anchor "
			    "by 0.225 in 'overall'");
	assert_string_equal(m.e.triggers[0].roles->items[0], "clinical");
	made_release(&m);
	free(rows);
	free(old);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_is_counted_and_measured),
		cmocka_unit_test(misses_that_gather_are_told),
		cmocka_unit_test(a_missing_score_counts_by_the_rule),
		cmocka_unit_test(ranks_place_missing_scores_by_the_rule),
		cmocka_unit_test(
			a_difference_is_of_pairs_and_new_errors_are_told),
		cmocka_unit_test(
			a_gap_is_between_the_best_and_the_worst_member),
		cmocka_unit_test(
			a_gap_of_shares_counts_rows),
		cmocka_unit_test(the_stricter_tier_of_gate_and_slice_counts),
		cmocka_unit_test(a_cap_from_outside_only_makes_it_worse),
		cmocka_unit_test(
			slices_that_are_looked_at_together_are_adjusted),
		cmocka_unit_test(drift_from_the_anchor_is_escalated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
