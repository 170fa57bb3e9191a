/* What decides each outcome: limits, intervals, and what is no value. */
#include "guardfix.h"

#include <math.h>

#include "base/file.h"
#include "synth/guard_internal.h"

static const char plain[] =
	"schema: git-evidence/scenario-pack/v1\n"
	"pack: {id: limits, version: \"1\", reference_date: 2026-01-01, "
	"derived_from_patient_data: false}\n"
	"cohort: {patients: 400}\n"
	"variables:\n"
	"  a: {type: boolean, p: \"0.5\"}\n"
	"  x: {type: decimal(6), identity: {intercept: 50, terms: {a: 5}, "
	"sd: 9}}\n"
	"scenarios:\n"
	"  - {id: S, risk: common, weight: 1}\n"
	"  - {id: R, risk: high_risk, quota: 40}\n";

static enum ev_outcome_word most(double value, double limit, double review)
{
	struct ev_guards g = { 0 };
	struct ev_guard *x = ev_guard_add(&g, "x");
	enum ev_outcome_word outcome;

	ev_guard_at_most(x, value, limit, review);
	outcome = x->outcome;
	assert_true(!x->at_least && x->undefined == !isfinite(value));
	ev_guards_release(&g);
	return outcome;
}

static enum ev_outcome_word least(double value, double limit, double review)
{
	struct ev_guards g = { 0 };
	struct ev_guard *x = ev_guard_add(&g, "x");
	enum ev_outcome_word outcome;

	ev_guard_at_least(x, value, limit, review);
	outcome = x->outcome;
	assert_true(x->at_least && x->undefined == !isfinite(value));
	ev_guards_release(&g);
	return outcome;
}

static void a_limit_belongs_to_what_passes(void **state)
{
	const double none = (double)NAN;

	(void)state;
	assert_int_equal(most(1, 1, none), EV_OUT_PASS);
	assert_int_equal(most(1.01, 1, none), EV_OUT_FAIL);
	assert_int_equal(most(1.01, 1, 2), EV_OUT_REVIEW);
	assert_int_equal(most(2, 1, 2), EV_OUT_REVIEW);
	assert_int_equal(most(2.01, 1, 2), EV_OUT_FAIL);
	assert_int_equal(least(1, 1, none), EV_OUT_PASS);
	assert_int_equal(least(0.99, 1, none), EV_OUT_FAIL);
	assert_int_equal(least(0.99, 1, 0.5), EV_OUT_REVIEW);
	assert_int_equal(least(0.5, 1, 0.5), EV_OUT_REVIEW);
	assert_int_equal(least(0.49, 1, 0.5), EV_OUT_FAIL);
	/* a limit for review that is the stricter one asks nothing more */
	assert_int_equal(most(1.5, 1, 0.5), EV_OUT_FAIL);
	assert_int_equal(least(0.5, 1, 2), EV_OUT_FAIL);
}

static void what_is_no_number_is_no_pass(void **state)
{
	(void)state;
	assert_int_equal(most((double)NAN, 1, 2), EV_OUT_INCOMPLETE);
	assert_int_equal(most(-(double)INFINITY, 1, 2), EV_OUT_INCOMPLETE);
	assert_int_equal(least((double)NAN, 1, 0), EV_OUT_INCOMPLETE);
	assert_int_equal(least((double)INFINITY, 1, 0), EV_OUT_INCOMPLETE);
}

/* Nobody judged it: nothing was found, which is no pass. */
static void what_is_not_judged_is_no_pass(void **state)
{
	struct ev_guards g = { 0 };
	struct ev_buf text = EV_BUF_INIT;
	struct ev_json j;

	(void)state;
	assert_int_equal(ev_guard_add(&g, "a")->outcome, EV_OUT_INCOMPLETE);
	ev_guard_incomplete(ev_guard_add(&g, "b"), "gone");
	ev_guard_undefined(ev_guard_add(&g, "c"), "constant");
	ev_guard_not_applicable(ev_guard_add(&g, "d"), "of no meaning");
	assert_int_equal(g.items[1].outcome, EV_OUT_INCOMPLETE);
	assert_int_equal(g.items[2].outcome, EV_OUT_INCOMPLETE);
	assert_true(g.items[2].undefined);
	g.items[0].says = ev_strdup("");
	ev_json_init(&j, &text);
	ev_guards_json(&j, &g);
	assert_null(strstr(text.ptr, "\"pass\""));
	assert_non_null(strstr(text.ptr, "\"not_applicable\""));
	ev_buf_release(&text);
	ev_guards_release(&g);
}

/* Rows again, of one scenario, under other names. */
static void pad(struct gf_table *t, const char *scenario, size_t times)
{
	size_t n = t->rows, i, j, k, at = n;

	t->cell = ev_realloc(t->cell, (n * times + 1) * sizeof(*t->cell));
	for (j = 1; j < times; j++)
		for (i = 1; i <= n; i++) {
			if (strcmp(gf_get(t, i, "scenario"), scenario))
				continue;
			at++;
			for (k = 0; k < t->columns; k++)
				t->cell[at][k] = ev_strdup(t->cell[i][k]);
			free(t->cell[at][0]);
			t->cell[at][0] = ev_strdupf("X-%zu", at);
		}
	t->rows = at;
}

static void a_rare_event_that_is_watered_down_is_told(void **state)
{
	const struct ev_guard *g;
	struct gf f;

	(void)state;
	gf_open(&f, plain, 5, 400);
	pad(&f.t, "S", 3);
	gf_must_judge(&f, NULL, NULL);
	g = gf_is(&f, "rare.R", EV_OUT_FAIL);
	assert_true(g->value == 40 && g->limit == 40);
	assert_non_null(strstr(g->says, "outside the 95 % interval"));
	gf_close(&f);
	/* and so is one that stands for the others */
	gf_open(&f, plain, 5, 400);
	pad(&f.t, "R", 9);
	gf_must_judge(&f, NULL, NULL);
	gf_is(&f, "rare.R", EV_OUT_FAIL);
	gf_is(&f, "rare.S", EV_OUT_FAIL);
	gf_close(&f);
}

static void numbers_to_either_side_of_their_own_law_are_told(void **state)
{
	static const double by[] = { 7, -7 };
	char text[40];
	struct gf f;
	size_t k, i;

	(void)state;
	for (k = 0; k < EV_ARRAY_SIZE(by); k++) {
		gf_open(&f, plain, 5, 400);
		for (i = 1; i <= f.t.rows; i++) {
			snprintf(text, sizeof(text), "%.6f", by[k] +
				 strtod(gf_get(&f.t, i, "x"), NULL));
			gf_set(&f.t, i, "x", text);
		}
		gf_must_judge(&f, NULL, NULL);
		gf_is(&f, "ks.x", EV_OUT_FAIL);
		gf_close(&f);
	}
}

/* Each at one end of what is declared: one side of the distance alone tells. */
static void a_constant_at_either_end_is_told(void **state)
{
	static const char *const ends[] = { "0", "9" };
	char *text = pf_edit(plain, "  x: {", "  u: {type: int, dist: "
			     "{uniform: {min: 0, max: 9}}}\n  x: {");
	struct gf f;
	size_t k, i;

	(void)state;
	for (k = 0; k < EV_ARRAY_SIZE(ends); k++) {
		gf_open(&f, text, 5, 400);
		for (i = 1; i <= f.t.rows; i++)
			gf_set(&f.t, i, "u", ends[k]);
		gf_must_judge(&f, NULL, NULL);
		assert_true(gf_is(&f, "ks.u", EV_OUT_FAIL)->value > 0.9);
		gf_close(&f);
	}
	free(text);
}

/* Of a cohort that is thinned out every second row is asked for. */
static void what_is_thinned_out_is_asked_for_in_proportion(void **state)
{
	struct ev_guard_table *t;
	struct ev_guard_inputs in = { .jobs = 1 };
	const struct ev_guard *g;
	struct gf f;
	char *path;

	(void)state;
	gf_open(&f, plain, 5, 400);
	path = gf_path(&f, "t.csv");
	gf_save(&f.t, path);
	assert_int_equal(ev_guard_table_read_pack(&t, path, &f.pack,
						  2 * EV_GUARD_ROWS), 0);
	in.source = &f.source;
	in.result = &f.result;
	in.cohort = t;
	assert_int_equal(ev_guards_check(&f.g, &in), 0);
	g = gf_is(&f, "rare.R", EV_OUT_PASS);
	assert_true(g->value == 20 && g->limit == 20);
	ev_guard_table_free(t);
	free(path);
	gf_close(&f);
}

/* What is read may be a patient's: no word of it comes back. */
static void a_message_shows_nothing_of_a_row(void **state)
{
	static const struct { const char *name, *text; } tables[] = {
		{ "a.jsonl", "{\"mrn\": \"ok\", \"x\": 1}\n"
		  "{\"mrn\": \"SECRET-1\", \"SECRET-2\": SECRET-3}\n" },
		{ "b.jsonl", "{\"mrn\": \"ok\", \"x\": 1}\n"
		  "{\"mrn\": \"SECRET-1\", \"x\": {\"SECRET-2\": 1}}\n" },
		{ "c.jsonl", "{\"mrn\": \"ok\", \"x\": 1}\n"
		  "{\"mrn\": \"SECRET-1\", \"mrn\": \"SECRET-2\"}\n" },
		{ "d.jsonl", "{\"mrn\": \"ok\", \"x\": 1}\n"
		  "SECRET-1\n" },
		{ "e.csv", "mrn,x\nok,1\nSECRET-1,\"SECRET-2\"SECRET-3\n" },
		{ "f.csv", "mrn,x\nok,1\nSECRET-1,SECRET-2,SECRET-3\n" },
		{ "h.csv", "SECRET-1,SECRET-2,SECRET-2\n" },
		{ "i.jsonl", "{\"SECRET-1\": 1, \"SECRET-1\": 2}\n" },
		{ "g.csv", "mrn,x\nok,1\nSECRET-1,SECRET-2\n" },
	};
	struct ev_guard_table *t;
	struct gf f;
	char *path;
	size_t i;

	(void)state;
	gf_open(&f, plain, 5, 400);
	for (i = 0; i < EV_ARRAY_SIZE(tables); i++) {
		path = gf_path(&f, tables[i].name);
		assert_int_equal(ev_file_replace(path, tables[i].text,
				 strlen(tables[i].text), 0666), 0);
		assert_true(ev_guard_table_read_pack(&t, path, &f.pack, 0)
			    < 0);
		assert_null(t);
		if (strstr(ev_error_last()->message, "SECRET"))
			fail_msg("%s said %s", tables[i].name,
				 ev_error_last()->message);
		free(path);
	}
	gf_close(&f);
}

static void a_test_for_leaks_that_was_not_made_is_not_counted(void **state)
{
	struct gf f, real;

	(void)state;
	gf_open(&f, plain, 5, 400);
	gf_open(&real, plain, 6, 400);
	gf_set(&f.t, 0, "patient_id", "other");
	gf_set(&real.t, 0, "patient_id", "mrn");
	gf_must_judge(&f, &real.t, NULL);
	gf_is(&f, "leak.identifiers", EV_OUT_INCOMPLETE);
	assert_string_equal(f.g.leak, "no leak detected by tests copies");
	gf_close(&real);
	gf_close(&f);
}

static void a_leaked_identifier_is_found_though_it_is_a_number(void **state)
{
	struct gf f, real;
	char text[24];
	size_t i;

	(void)state;
	gf_open(&f, plain, 5, 400);
	gf_open(&real, plain, 6, 400);
	gf_set(&real.t, 0, "patient_id", "mrn");
	for (i = 1; i <= real.t.rows; i++) {
		snprintf(text, sizeof(text), "%zu", 70000 + 13 * i);
		gf_set(&real.t, i, "mrn", text);
	}
	gf_set(&f.t, 7, "patient_id", "70014");
	gf_must_judge(&f, &real.t, NULL);
	gf_is(&f, "leak.identifiers", EV_OUT_PASS);
	gf_set(&f.t, 7, "patient_id", "70013");
	gf_must_judge(&f, &real.t, NULL);
	assert_true(gf_is(&f, "leak.identifiers", EV_OUT_FAIL)->value == 1);
	gf_close(&real);
	gf_close(&f);
}

/* A table without what a check looks at: none of them calls it a pass, and
 * none of them calls it of no meaning. */
static void what_cannot_be_looked_at_is_incomplete(void **state)
{
	static const char *const ids[] = {
		"identifiers.unique", "mode_collapse.unique", "constraint.C",
		"tvd.a", "ks.x",
	};
	char *text = ev_strdupf("%sconstraints: [{id: C, hard: \"x > 0\"}]\n",
				plain);
	const struct ev_guard *g;
	struct gf f, real;
	size_t i, k;

	(void)state;
	gf_open(&f, text, 5, 400);
	gf_open(&real, text, 6, 400);
	for (k = 0; k < f.t.columns; k++)
		if (strcmp(f.t.cell[0][k], "scenario")) {
			free(f.t.cell[0][k]);
			f.t.cell[0][k] = ev_strdupf("other%zu", k);
		}
	f.result.attempts = 0;
	gf_must_judge(&f, &real.t, &real.t);
	for (i = 0; i < EV_ARRAY_SIZE(ids); i++) {
		g = gf_is(&f, ids[i], EV_OUT_INCOMPLETE);
		assert_true(!g->not_applicable);
	}
	assert_true(!gf_is(&f, "acceptance", EV_OUT_INCOMPLETE)->
		    not_applicable);
	assert_true(!gf_is(&f, "leak.identifiers", EV_OUT_INCOMPLETE)->
		    not_applicable);
	assert_true(!gf_is(&f, "leak.dcr", EV_OUT_INCOMPLETE)->
		    not_applicable);
	gf_close(&real);
	gf_close(&f);
	free(text);
}

/* By the suite, whose numbers are set here. */
static void behaviour_is_judged_by_the_bound_that_is_named(void **state)
{
	static const struct {
		const char *asked;
		enum ev_outcome_word outcome;
	} all[] = {
		{ "bound: lower, ge: \"0.80\"", EV_OUT_PASS },
		{ "bound: lower, ge: \"0.81\"", EV_OUT_FAIL },
		{ "bound: estimate, ge: \"0.90\"", EV_OUT_PASS },
		{ "bound: estimate, ge: \"0.91\"", EV_OUT_FAIL },
		{ "bound: upper, le: \"0.95\"", EV_OUT_PASS },
		{ "bound: upper, le: \"0.94\"", EV_OUT_FAIL },
		{ "bound: lower, ge: \"0.81\", else: review", EV_OUT_REVIEW },
	};
	struct ev_request request = { .key = (char *)"auc" };
	struct ev_measure m = { .e = { .value = 0.90, .lower = 0.80,
				       .upper = 0.95 } };
	struct ev_slice_result slice = { .name = (char *)"overall",
					 .measures = &m };
	struct ev_suite suite = { .requests = &request, .n_requests = 1 };
	struct ev_evaluation e = { .suite = &suite, .slices = &slice,
				   .n_slices = 1 };
	struct gf f;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(all); i++) {
		text = ev_strdupf("%sexpected_behaviour: [{metric: auc, %s}]\n",
				  plain, all[i].asked);
		gf_open(&f, text, 5, 400);
		f.downstream = &e;
		gf_must_judge(&f, NULL, NULL);
		gf_is(&f, "behaviour.auc", all[i].outcome);
		/* a bound that is not there is none */
		m.e.flags = EV_STAT_NO_INTERVAL;
		gf_must_judge(&f, NULL, NULL);
		gf_is(&f, "behaviour.auc", strstr(all[i].asked, "estimate") ?
		      all[i].outcome : EV_OUT_INCOMPLETE);
		/* nor is a value */
		m.e.flags = EV_STAT_UNDEFINED;
		gf_must_judge(&f, NULL, NULL);
		gf_is(&f, "behaviour.auc", EV_OUT_INCOMPLETE);
		m.e.flags = 0;
		gf_close(&f);
		free(text);
	}
}

static void nothing_to_measure_is_no_pass(void **state)
{
	const char *asked = "expected_behaviour: [{metric: auc, bound: lower, "
		"ge: \"0.1\"}]\n";
	struct ev_suite suite = { 0 };
	struct ev_evaluation e = { .suite = &suite };
	char *text = ev_strdupf("%s%s", plain, asked);
	struct gf f;

	(void)state;
	gf_open(&f, text, 5, 400);
	gf_must_judge(&f, NULL, NULL);
	assert_true(gf_is(&f, "behaviour", EV_OUT_PASS)->not_applicable);
	f.downstream = &e;
	gf_must_judge(&f, NULL, NULL);
	gf_is(&f, "behaviour.auc", EV_OUT_INCOMPLETE);
	assert_int_equal(f.g.outcome, EV_OUT_INCOMPLETE);
	gf_close(&f);
	free(text);
}

/* What is judged is a device on this cohort, not on an easier one. */
static void read_answers(struct gf *f, struct ev_suite *s,
			 struct ev_cohort *data, const char *skip,
			 const char *elsewhere)
{
	static const char suite[] =
		"schema: git-evidence/suite/v1\n"
		"suite: {id: s, version: 1.0.0, tier: low}\n"
		"dataset: {key: [patient_id], columns: {patient: patient_id, "
		"label: truth, score: score}, label: {positive: \"1\", "
		"negative: \"0\"}, score: {kind: probability}}\n"
		"operating_points: {alert: {threshold: \"0.5\"}}\n"
		"slices: {scenario: {by: scenario}}\n"
		"metrics: [sensitivity@alert]\n"
		"gates: [{id: G, metric: sensitivity@alert, pass: {bound: "
		"estimate, ge: \"0.1\"}}]\n";
	struct ev_buf out = EV_BUF_INIT;
	const char *id, *scenario;
	size_t i;

	ev_buf_adds(&out, "patient_id,scenario,truth,score\n");
	for (i = 1; i <= f->t.rows; i++) {
		id = gf_get(&f->t, i, "patient_id");
		scenario = gf_get(&f->t, i, "scenario");
		if (skip && !strcmp(scenario, skip))
			continue;
		ev_buf_addf(&out, "%s,%s,%d,%s\n", id, elsewhere && i == 1 ?
			    elsewhere : scenario, (int)(i % 2),
			    i % 3 ? "0.9" : "0.2");
	}
	if (ev_suite_parse(s, "s.yaml", suite, strlen(suite)) < 0 ||
	    ev_cohort_read_memory(data, s, "a.csv", out.ptr, out.len) < 0)
		fail_msg("%s", ev_error_last()->message);
	ev_buf_release(&out);
}

static const struct ev_guard *judge_answers(struct gf *f, const char *skip,
					    const char *elsewhere,
					    enum ev_outcome_word outcome)
{
	struct ev_evaluate_options o = { .jobs = 1 };
	struct ev_reference none[2];
	struct ev_evaluation e;
	struct ev_cohort data;
	struct ev_suite s;

	memset(none, 0, sizeof(none));
	read_answers(f, &s, &data, skip, elsewhere);
	assert_int_equal(ev_evaluate(&e, &s, &data, &none[0], &none[1], &o),
			 0);
	f->downstream = &e;
	gf_must_judge(f, NULL, NULL);
	f->downstream = NULL;
	ev_evaluation_release(&e);
	ev_cohort_release(&data);
	ev_suite_release(&s);
	return gf_is(f, "behaviour.predictions", outcome);
}

static void predictions_have_to_be_of_the_cohort(void **state)
{
	char *text = ev_strdupf("%sexpected_behaviour: [{metric: "
				"sensitivity@alert, scenario: R, bound: lower, "
				"ge: \"0.1\"}]\n", plain);
	struct gf f, other;

	(void)state;
	gf_open(&f, text, 5, 400);
	judge_answers(&f, NULL, NULL, EV_OUT_PASS);
	gf_is(&f, "behaviour.sensitivity@alert.R", EV_OUT_PASS);
	/* without those of whom it is asked */
	judge_answers(&f, "R", NULL, EV_OUT_INCOMPLETE);
	gf_is(&f, "behaviour.sensitivity@alert.R", EV_OUT_INCOMPLETE);
	/* or with others in their place */
	assert_true(judge_answers(&f, NULL, "R", EV_OUT_FAIL)->value == 1);
	gf_open(&other, text, 6, 400);
	gf_unload(&f.t);
	f.t = other.t;
	memset(&other.t, 0, sizeof(other.t));
	assert_true(judge_answers(&f, NULL, NULL, EV_OUT_FAIL)->value == 400);
	gf_close(&other);
	gf_close(&f);
	free(text);
}

/* By a suite, whose numbers are set here, from level to level. */
static void an_order_that_is_broken_is_no_pass(void **state)
{
	static const struct {
		const char *asked;
		double e[3][3];		/* value, lower, upper */
		enum ev_outcome_word outcome;
	} all[] = {
		{ "increasing", { { 0.2, 0.1, 0.3 }, { 0.3, 0.2, 0.4 },
				  { 0.3, 0.2, 0.4 } }, EV_OUT_PASS },
		{ "increasing", { { 0.2, 0.1, 0.3 }, { 0.3, 0.2, 0.4 },
				  { 0.2, 0.1, 0.3 } }, EV_OUT_REVIEW },
		{ "increasing", { { 0.2, 0.1, 0.3 }, { 0.5, 0.4, 0.6 },
				  { 0.3, 0.2, 0.39 } }, EV_OUT_FAIL },
		{ "increasing, else: review",
		  { { 0.2, 0.1, 0.3 }, { 0.5, 0.4, 0.6 },
		    { 0.3, 0.2, 0.39 } }, EV_OUT_REVIEW },
		{ "decreasing", { { 0.3, 0.2, 0.4 }, { 0.2, 0.1, 0.3 },
				  { 0.2, 0.1, 0.3 } }, EV_OUT_PASS },
		{ "decreasing", { { 0.3, 0.2, 0.4 }, { 0.2, 0.1, 0.3 },
				  { 0.3, 0.2, 0.4 } }, EV_OUT_REVIEW },
		{ "decreasing", { { 0.5, 0.4, 0.6 }, { 0.3, 0.2, 0.39 },
				  { 0.5, 0.4, 0.6 } }, EV_OUT_FAIL },
	};
	struct ev_request request = { .key = (char *)"auc" };
	struct ev_measure m[3];
	struct ev_slice_result slices[] = {
		{ .name = (char *)"l=a", .measures = &m[0] },
		{ .name = (char *)"l=b", .measures = &m[1] },
		{ .name = (char *)"l=c", .measures = &m[2] },
	};
	struct ev_suite suite = { .requests = &request, .n_requests = 1 };
	struct ev_evaluation e = { .suite = &suite, .slices = slices,
				   .n_slices = 3 };
	struct gf f;
	char *with, *text;
	size_t i, k;

	(void)state;
	with = pf_edit(plain, "  x: {", "  l: {type: categorical, p: {a: "
		       "\"0.5\", b: \"0.3\", c: \"0.2\"}}\n  x: {");
	for (i = 0; i < EV_ARRAY_SIZE(all); i++) {
		text = ev_strdupf("%sexpected_behaviour: [{order: auc, by: l, "
				  "direction: %s}]\n", with, all[i].asked);
		memset(m, 0, sizeof(m));
		for (k = 0; k < 3; k++) {
			m[k].e.value = all[i].e[k][0];
			m[k].e.lower = all[i].e[k][1];
			m[k].e.upper = all[i].e[k][2];
		}
		gf_open(&f, text, 5, 100);
		f.downstream = &e;
		gf_must_judge(&f, NULL, NULL);
		gf_is(&f, "behaviour.auc.by.l", all[i].outcome);
		gf_close(&f);
		free(text);
	}
	free(with);
}

/* The real rows with a last column that the pack does not declare. */
static void a_copy_is_one_under_another_label(void **state)
{
	char *text = pf_edit(plain, "  x: {", "  u: {type: int, dist: "
			     "{uniform: {min: 0, max: 9}}}\n  x: {");
	const struct ev_guard *g;
	struct gf_table none;
	struct gf f, real;

	(void)state;
	gf_open(&f, text, 5, 100);
	gf_open(&real, text, 6, 100);
	gf_set(&f.t, 0, "u", "truth");
	gf_set(&real.t, 0, "patient_id", "mrn");
	gf_set(&real.t, 0, "u", "truth");
	gf_set(&f.t, 3, "a", gf_get(&real.t, 9, "a"));
	gf_set(&f.t, 3, "x", gf_get(&real.t, 9, "x"));
	gf_set(&f.t, 3, "truth", "11");
	gf_must_judge(&f, &real.t, NULL);
	g = ev_guards_find(&f.g, "leak.copies");
	assert_true(g && g->outcome != EV_OUT_PASS && g->value == 1);
	/* of no rows there is no copy, which says nothing */
	none = real.t;
	none.rows = 0;
	gf_must_judge(&f, &none, NULL);
	gf_is(&f, "leak.copies", EV_OUT_INCOMPLETE);
	gf_close(&real);
	gf_close(&f);
	free(text);
}

static void says(const struct gf *f, const char *id, const char *what)
{
	const struct ev_guard *g = gf_is(f, id, EV_OUT_INCOMPLETE);

	if (!strstr(g->says, what))
		fail_msg("'%s' says %s", id, g->says);
}

/* Clean ones, of which too few rows are there to say so. */
static void an_attack_on_a_few_rows_tells_nothing(void **state)
{
	struct gf_table few_real, few_held;
	struct gf f, real, held;

	(void)state;
	gf_open(&f, plain, 5, 260);
	gf_open(&real, plain, 6, 260);
	gf_open(&held, plain, 8, 260);
	few_real = real.t;
	few_held = held.t;
	few_real.rows = few_held.rows = 99;
	gf_must_judge(&f, &real.t, &few_held);
	says(&f, "leak.membership_tpr", "fewer than 100 rows");
	gf_must_judge(&f, &few_real, &held.t);
	says(&f, "leak.membership_tpr", "fewer than 100 rows");
	few_real.rows = few_held.rows = 32;
	gf_must_judge(&f, &few_real, &few_held);
	says(&f, "leak.membership", "too few rows to tell");
	says(&f, "leak.dcr", "too few rows to tell");
	says(&f, "leak.nndr", "too few rows to tell");
	few_held.rows = 1;
	gf_must_judge(&f, &real.t, &few_held);
	says(&f, "leak.membership", "no area");
	/* and one that is no holdout gives no limit */
	gf_must_judge(&f, &real.t, &real.t);
	says(&f, "leak.dcr", "stand in the reference");
	gf_close(&held);
	gf_close(&real);
	gf_close(&f);
}

static void a_number_that_is_not_declared_is_told(void **state)
{
	static const char *const out[] = { "-1", "10" };
	char *text = pf_edit(plain, "  x: {", "  u: {type: int, dist: "
			     "{uniform: {min: 0, max: 9}}}\n  x: {");
	struct gf f;
	size_t k, i;

	(void)state;
	gf_open(&f, text, 5, 400);
	gf_must_judge(&f, NULL, NULL);
	gf_is(&f, "adherence.u", EV_OUT_PASS);
	for (k = 0; k < EV_ARRAY_SIZE(out); k++) {
		gf_set(&f.t, 7, "u", out[k]);
		gf_must_judge(&f, NULL, NULL);
		gf_is(&f, "ks.u", EV_OUT_PASS);
		assert_true(gf_is(&f, "adherence.u", EV_OUT_FAIL)->value ==
			    1 - 1 / 400.0);
	}
	/* of x nothing is declared where a is not there */
	for (i = 1; i <= f.t.rows; i++)
		gf_set(&f.t, i, "a", "");
	gf_must_judge(&f, NULL, NULL);
	says(&f, "adherence.x", "no values to look at");
	says(&f, "ks.x", "no values to compare");
	gf_close(&f);
	free(text);
}

static void identifiers_that_are_numbers_are_not_told_apart(void **state)
{
	char text[24];
	struct gf f;
	size_t i;

	(void)state;
	gf_open(&f, plain, 5, 100);
	for (i = 1; i <= f.t.rows; i++) {
		snprintf(text, sizeof(text), "%zu", i);
		gf_set(&f.t, i, "patient_id", text);
	}
	gf_must_judge(&f, NULL, NULL);
	gf_is(&f, "identifiers.unique", EV_OUT_INCOMPLETE);
	gf_close(&f);
}

static int read_levels(const struct gf *f, const char *head, size_t n)
{
	struct ev_guard_table *t;
	struct ev_buf out = EV_BUF_INIT;
	char *path = gf_path(f, "l.csv");
	size_t i;
	int ret;

	ev_buf_addf(&out, "%s\n", head);
	for (i = 0; i < n; i++)
		ev_buf_addf(&out, "w%zu\n", i);
	assert_int_equal(ev_file_replace(path, out.ptr, out.len, 0666), 0);
	ret = ev_guard_table_read_pack(&t, path, &f->pack, 0);
	ev_guard_table_free(t);
	ev_buf_release(&out);
	free(path);
	return ret;
}

/* A name of each patient is no level. */
static void a_variable_has_not_as_many_levels_as_patients(void **state)
{
	struct gf f;

	(void)state;
	gf_open(&f, plain, 5, 60);
	assert_int_equal(read_levels(&f, "a", 90000), 0);
	assert_int_equal(read_levels(&f, "a", 100001), EV_ELIMIT);
	assert_int_equal(read_levels(&f, "mrn", 100001), 0);
	gf_close(&f);
}

/* 30 factors by four are more choices than are looked at. */
static void combinations_that_are_not_looked_at_are_no_pass(void **state)
{
	struct ev_buf text = EV_BUF_INIT, names = EV_BUF_INIT;
	struct gf f;
	char *with;
	size_t i;

	(void)state;
	for (i = 0; i < 30; i++) {
		ev_buf_addf(&text, "  v%zu: {type: boolean, p: \"0.5\"}\n", i);
		ev_buf_addf(&names, "%sv%zu", i ? ", " : "", i);
	}
	ev_buf_adds(&text, "  x: {");
	with = pf_edit(plain, "  x: {", text.ptr);
	ev_buf_release(&text);
	ev_buf_addf(&text, "%sfactors: {strength: 4, of: [%s]}\n", with,
		    names.ptr);
	gf_open(&f, text.ptr, 5, 60);
	gf_must_judge(&f, NULL, NULL);
	says(&f, "coverage.t_way", "too many combinations");
	gf_close(&f);
	ev_buf_release(&text);
	ev_buf_release(&names);
	free(with);
}

/* A line of two bytes each: as many rows as are taken, and one more. */
static void a_reference_of_too_many_rows_is_refused(void **state)
{
	struct ev_guard_table *t;
	size_t n = 2 * ((size_t)EV_GUARD_MAX_ROWS + 1) + 2, i;
	char *text = ev_malloc(n);
	struct gf f;
	char *path;

	(void)state;
	gf_open(&f, plain, 5, 60);
	path = gf_path(&f, "r.csv");
	for (i = 0; i < n; i += 2)
		memcpy(text + i, i ? "1\n" : "a\n", 2);
	assert_int_equal(ev_file_replace(path, text, n, 0666), 0);
	assert_int_equal(ev_guard_table_read_pack(&t, path, &f.pack, 0),
			 EV_ELIMIT);
	/* one row less is taken */
	assert_int_equal(ev_file_replace(path, text, n - 2, 0666), 0);
	assert_int_equal(ev_guard_table_read_pack(&t, path, &f.pack, 0), 0);
	assert_int_equal(ev_guard_table_rows(t), EV_GUARD_MAX_ROWS);
	ev_guard_table_free(t);
	free(text);
	free(path);
	gf_close(&f);
}

/* Nor of four factors with 64 levels each all their combinations. */
static void factors_of_many_levels_are_not_looked_at(void **state)
{
	struct ev_buf text = EV_BUF_INIT;
	struct gf f;
	char *with;
	size_t i, k;

	(void)state;
	for (i = 0; i < 4; i++) {
		ev_buf_addf(&text, "  v%zu: {type: categorical, p: {", i);
		for (k = 0; k < 64; k++)
			ev_buf_addf(&text, "%sl%zu: \"0.015625\"",
				    k ? ", " : "", k);
		ev_buf_adds(&text, "}}\n");
	}
	ev_buf_adds(&text, "  x: {");
	with = pf_edit(plain, "  x: {", text.ptr);
	ev_buf_release(&text);
	ev_buf_addf(&text, "%sfactors: {strength: 4, of: [v0, v1, v2, "
		    "v3]}\n", with);
	gf_open(&f, text.ptr, 5, 60);
	gf_must_judge(&f, NULL, NULL);
	says(&f, "coverage.t_way", "too many combinations");
	gf_close(&f);
	ev_buf_release(&text);
	free(with);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_limit_belongs_to_what_passes),
		cmocka_unit_test(what_is_no_number_is_no_pass),
		cmocka_unit_test(what_is_not_judged_is_no_pass),
		cmocka_unit_test(a_rare_event_that_is_watered_down_is_told),
		cmocka_unit_test(
			numbers_to_either_side_of_their_own_law_are_told),
		cmocka_unit_test(a_constant_at_either_end_is_told),
		cmocka_unit_test(
			what_is_thinned_out_is_asked_for_in_proportion),
		cmocka_unit_test(a_message_shows_nothing_of_a_row),
		cmocka_unit_test(
			a_test_for_leaks_that_was_not_made_is_not_counted),
		cmocka_unit_test(
			a_leaked_identifier_is_found_though_it_is_a_number),
		cmocka_unit_test(what_cannot_be_looked_at_is_incomplete),
		cmocka_unit_test(
			behaviour_is_judged_by_the_bound_that_is_named),
		cmocka_unit_test(nothing_to_measure_is_no_pass),
		cmocka_unit_test(predictions_have_to_be_of_the_cohort),
		cmocka_unit_test(an_order_that_is_broken_is_no_pass),
		cmocka_unit_test(a_copy_is_one_under_another_label),
		cmocka_unit_test(an_attack_on_a_few_rows_tells_nothing),
		cmocka_unit_test(a_number_that_is_not_declared_is_told),
		cmocka_unit_test(
			identifiers_that_are_numbers_are_not_told_apart),
		cmocka_unit_test(a_variable_has_not_as_many_levels_as_patients),
		cmocka_unit_test(
			combinations_that_are_not_looked_at_are_no_pass),
		cmocka_unit_test(a_reference_of_too_many_rows_is_refused),
		cmocka_unit_test(factors_of_many_levels_are_not_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
