#include "base/compat.h"

#include "evaluatefix.h"
#include "rocfix.h"

#include "clinical/report.h"

#define DATA "tests/data/reference/"
#define HEAD "case,patient,reader,mode,truth,rating,dense\n"

static const char suite[] =
	"schema: git-evidence/suite/v1\n"
	"suite: {id: readers, version: \"1\", tier: high}\n"
	"dataset:\n"
	"  key: [reader, mode, case]\n"
	"  columns: {label: truth, score: rating}\n"
	"  label: {positive: \"1\", negative: \"0\"}\n"
	"  score: {kind: number}\n"
	"  readers: {reader: reader, modality: mode, case: case,\n"
	"            test: aided, control: plain%s}\n"
	"slices: {reader: {by: reader}, dense: {by: dense}}\n"
	"metrics: [reader_auc, reader_auc_control, reader_auc_gain,\n"
	"          n_positives, n_negatives, n_patients]\n"
	"gates:\n"
	"  - {id: G1, metric: reader_auc_gain, pass: {gt: \"0\"},\n"
	"     review: {bound: lower, gt: \"-0.05\"}}\n"
	"  - {id: G2, metric: reader_auc, slice: reader, pass: {ge: \"0.5\"}}\n";

static char *suite_with(const char *more)
{
	return ev_strdupf(suite, more);
}

/* Van Dyke's treatment 2 is called aided, 1 plain; `skip` leaves out a row. */
static char *van_dyke(size_t skip)
{
	struct csv *csv = read_csv(DATA "vandyke_mrmc.csv");
	struct ev_buf b = EV_BUF_INIT;
	size_t i;

	ev_buf_adds(&b, HEAD);
	for (i = 0; i < csv->n; i++) {
		char (*at)[32] = csv->cell[i];

		if (i == skip)
			continue;
		ev_buf_addf(&b, "c%s,p%s,R%s,%s,%s,%s,%s\n", at[2], at[2],
			    at[0], at[1][0] == '2' ? "aided" : "plain", at[3],
			    at[4], i % 3 ? "a" : "b");
	}
	free(csv);
	return ev_buf_detach(&b, NULL);
}

static struct made m;

static void make_with(const char *more, const char *rows)
{
	char *text = suite_with(more);

	make(&m, text, rows, NULL);
	free(text);
}

static void published_numbers_come_through_a_suite(void **state)
{
	struct ev_value *v = read_json(DATA "vandyke_mrmc.expected.json");
	const struct ev_value *ci = ev_get(v, "ci95");
	char *rows = van_dyke(SIZE_MAX);
	const struct ev_measure *gain;

	(void)state;
	make_with("", rows);
	gain = metric(&m, "overall", "reader_auc_gain");
	/* theirs is control less test */
	assert_true(near(gain->e.value, -number_at(v, "diff_1_minus_2")));
	assert_true(near(gain->e.se, number_at(v, "se")));
	assert_true(near(gain->e.lower, -number(ci->items[1])));
	assert_true(near(gain->e.upper, -number(ci->items[0])));
	assert_true(near(gain->df, number_at(v, "df2")) || gain->df > 15);
	assert_true(near(metric(&m, "overall", "reader_auc")->e.value,
			 .9408373590982287));
	assert_true(near(metric(&m, "overall", "reader_auc_control")->e.value,
			 .8970370370370371));
	made_release(&m);
	ev_value_free(v);
	free(rows);
}

static void cases_are_counted_not_readings(void **state)
{
	char *rows = van_dyke(SIZE_MAX);
	const struct ev_slice_result *all;

	(void)state;
	make_with("", rows);
	all = slice(&m, "overall");
	assert_int_equal(all->n, 1140);
	assert_int_equal(all->patients, 114);
	assert_int_equal(all->positives, 45);
	assert_int_equal(all->negatives, 69);
	made_release(&m);
	free(rows);
}

static void gates_judge_the_bound(void **state)
{
	char *rows = van_dyke(SIZE_MAX);

	(void)state;
	/* the interval of all readers has 0 in it, that of these has not */
	make_with("", rows);
	assert_int_equal(m.e.rows[0].outcome, EV_OUT_REVIEW);
	made_release(&m);
	make_with(", inference: fixed", rows);
	assert_int_equal(m.e.rows[0].outcome, EV_OUT_PASS);
	made_release(&m);
	free(rows);
}

static void one_reader_is_no_sample_of_readers(void **state)
{
	char *rows = van_dyke(SIZE_MAX);
	const struct ev_measure *x;
	size_t i;

	(void)state;
	make_with("", rows);
	x = metric(&m, "reader=R1", "reader_auc");
	assert_true(x->e.flags & (EV_STAT_UNDEFINED | EV_STAT_NO_INTERVAL));
	for (i = 0; i < m.e.n_rows; i++)
		if (ev_starts_with(m.e.rows[i].slice_name, "reader="))
			assert_int_not_equal(m.e.rows[i].outcome, EV_OUT_PASS);
	made_release(&m);
	make_with(", inference: fixed", rows);
	x = metric(&m, "reader=R1", "reader_auc");
	assert_true(near(x->e.value, .947826086956522));
	made_release(&m);
	free(rows);
}

static void a_slice_of_readings_has_no_design(void **state)
{
	char *rows = van_dyke(SIZE_MAX);

	(void)state;
	make_with("", rows);
	assert_true(metric(&m, "dense=a", "reader_auc")->e.flags &
		    EV_STAT_UNDEFINED);
	made_release(&m);
	free(rows);
}

static void the_order_of_rows_does_not_matter(void **state)
{
	char *rows = van_dyke(SIZE_MAX), *at, *end;
	struct ev_buf turned = EV_BUF_INIT, a = EV_BUF_INIT, b = EV_BUF_INIT;
	struct ev_json j;

	(void)state;
	ev_buf_adds(&turned, HEAD);
	for (end = rows + strlen(rows) - 1; end > rows + strlen(HEAD);) {
		for (at = end - 1; at[-1] != '\n'; at--)
			;
		ev_buf_add(&turned, at, (size_t)(end - at) + 1);
		end = at - 1;
	}
	make_with("", rows);
	ev_json_init(&j, &a);
	ev_report_json(&j, &m.e, NULL);
	made_release(&m);
	make_with("", turned.ptr);
	memcpy(m.c.digest, "sha256:", 7);
	ev_json_init(&j, &b);
	ev_report_json(&j, &m.e, NULL);
	assert_non_null(strstr(a.ptr, "\"cov3\":0.00023584965323447"));
	assert_string_equal(strstr(a.ptr, "\"slices\""),
			    strstr(b.ptr, "\"slices\""));
	made_release(&m);
	ev_buf_release(&turned);
	ev_buf_release(&a);
	ev_buf_release(&b);
	free(rows);
}

static void refused(const char *rows, const char *says)
{
	char *text = suite_with("");
	struct ev_reference none = { .present = false };
	int ret;

	must(ev_suite_parse(&m.s, "suite.yaml", text, strlen(text)));
	must(ev_cohort_read_memory(&m.c, &m.s, "rows.csv", rows,
				   strlen(rows)));
	ret = ev_evaluate(&m.e, &m.s, &m.c, &none, &none, NULL);
	assert_int_equal(ret, EV_EINVALID);
	if (!strstr(ev_error_last()->message, says))
		fail_msg("'%s' says nothing of '%s'", ev_error_last()->message,
			 says);
	made_release(&m);
	free(text);
}

static void a_design_that_is_not_whole_is_an_error(void **state)
{
	char *rows = van_dyke(7);

	(void)state;
	refused(rows, "reader 'R4' has no reading of case 'c1' with modality "
		"'aided'");
	free(rows);
	refused(HEAD "c1,p1,R1,aided,1,3,a\nc1,p1,R1,plain,0,2,a\n",
		"its label is not that of the case's other rows");
	refused(HEAD "c1,p1,R1,aided,1,3,a\n",
		"no modality 'plain' in column 'mode'");
}

static void a_missing_rating_is_an_error_where_it_stands(void **state)
{
	char *text = suite_with("");
	struct ev_suite su;
	struct ev_cohort c;

	(void)state;
	must(ev_suite_parse(&su, "suite.yaml", text, strlen(text)));
	text[0] = '\0';
	assert_int_equal(ev_cohort_read_memory(&c, &su, "rows.csv", HEAD
			 "c1,p1,R1,aided,1,,a\n", strlen(HEAD) + 20),
			 EV_EINVALID);
	assert_string_equal(ev_error_last()->message,
			    "rows.csv:2:18: score is missing");
	ev_suite_release(&su);
	free(text);
}

static void a_suite_says_what_goes_not_with_readers(void **state)
{
	static const struct spoilt wrong[] = {
		{ "n_patients]", "auc]", "metric 'auc' is not supported with "
		  "'dataset.readers'" },
		{ "control: plain", "control: aided", "same modality" },
		{ "  readers: {", "  missing: {score: worst_case}\n"
		  "  readers: {", "no reading can be missing" },
		{ ", control: plain", "", "needs 'dataset.readers.control'" },
		{ "pass: {gt: \"0\"}", "compare: {type: superiority, against: "
		  "previous}, pass: {bound: lower}", "a comparison with "
		  "another version" },
		{ "test: aided", "tset: aided", "dataset.readers.tset" },
	};
	char *text = suite_with("");

	(void)state;
	refuse_spoilt(text, wrong, EV_ARRAY_SIZE(wrong));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_numbers_come_through_a_suite),
		cmocka_unit_test(cases_are_counted_not_readings),
		cmocka_unit_test(gates_judge_the_bound),
		cmocka_unit_test(one_reader_is_no_sample_of_readers),
		cmocka_unit_test(a_slice_of_readings_has_no_design),
		cmocka_unit_test(the_order_of_rows_does_not_matter),
		cmocka_unit_test(a_design_that_is_not_whole_is_an_error),
		cmocka_unit_test(a_missing_rating_is_an_error_where_it_stands),
		cmocka_unit_test(a_suite_says_what_goes_not_with_readers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
