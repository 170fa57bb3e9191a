#include "base/compat.h"

#include <math.h>

#include "cohortfix.h"
#include "base/hash.h"
#include "data/yaml.h"

static void rows_stand_in_the_order_of_their_keys(void **state)
{
	static const char text[] =
		"patient,window,truth,score\n"
		"P2,1,NSR,0.25\n"
		"P10,2,AF,1\n"
		"P1,7,OTHER,0\n"
		"P10,10,AF,0.5\n";
	static const char *const keys[] = {
		"P1/7", "P10/10", "P10/2", "P2/1"
	};
	static const double scores[] = { 0, 0.5, 1, 0.25 };
	static const uint8_t labels[] = { 0, 1, 1, 0 };
	static const uint32_t patients[] = { 0, 1, 1, 2 };
	struct ev_suite s;
	struct ev_cohort c;
	char digest[65];
	size_t i;

	(void)state;
	suite_init(&s);
	cohort_of(&c, &s, text);
	assert_int_equal(c.n, 4);
	for (i = 0; i < 4; i++) {
		assert_string_equal(ev_cohort_key(&c, i), keys[i]);
		assert_true(c.score[i] == scores[i]);
		assert_int_equal(c.label[i], labels[i]);
		assert_int_equal(c.state[i], EV_ROW_SCORED);
		assert_int_equal(c.patient[i], patients[i]);
	}
	assert_int_equal(c.patients, 3);
	assert_true(c.clustered);
	assert_string_equal(ev_cohort_patient(&c, 1), "P10");
	assert_string_equal(c.name, "p.csv");
	assert_null(c.class_score);
	ev_sha256_hex(digest, text, strlen(text));
	assert_memory_equal(c.digest, "sha256:", 7);
	assert_string_equal(c.digest + 7, digest);
	ev_cohort_release(&c);
	suite_release(&s);
}

static void missing_scores_and_abstentions_are_counted_apart(void **state)
{
	struct ev_suite s;
	struct ev_cohort c;

	(void)state;
	suite_init(&s);
	s.dataset.abstain = ev_strdup("quiet");
	cohort_of(&c, &s,
		  "patient,window,truth,score,quiet\n"
		  "a,1,AF,,\n" "a,2,AF,NA,no\n" "a,3,AF,nan,False\n"
		  "a,4,AF,0.5,0\n" "a,5,NSR,0.5,TRUE\n" "a,6,NSR,,Yes\n"
		  "a,7,,0.5,\n" "a,8,NSR,-0,n\n");
	assert_int_equal(c.flow.received, 8);
	assert_int_equal(c.flow.no_label, 1);
	assert_int_equal(c.flow.analysed, 7);
	assert_int_equal(c.flow.no_score, 3);
	assert_int_equal(c.flow.abstained, 2);
	assert_int_equal(c.flow.patients, 1);
	assert_int_equal(c.state[0], EV_ROW_NO_SCORE);
	assert_int_equal(c.state[3], EV_ROW_SCORED);
	assert_int_equal(c.state[4], EV_ROW_ABSTAINED);
	assert_true(c.score[4] == 0);
	assert_int_equal(c.state[5], EV_ROW_ABSTAINED);
	assert_string_equal(ev_cohort_key(&c, 6), "a/8");
	assert_false(signbit(c.score[6]));
	ev_cohort_release(&c);
	cohort_fails(&s, "patient,window,truth,score,quiet\na,1,AF,1,maybe\n",
		     "p.csv:2:10: 'maybe' in column 'quiet' says neither yes "
		     "nor no", "true, 1, yes, y");
	s.dataset.missing = EV_MISSING_FAIL;
	cohort_fails(&s, "patient,window,truth,score,quiet\n"
		     "a,1,AF,1,y\na,2,AF,NA,n\n",
		     "p.csv:3:8: score is missing", "worst_case");
	s.dataset.label_missing_fails = true;
	cohort_fails(&s, "patient,window,truth,score,quiet\na,1,,1,y\n",
		     "p.csv:2:5: label is missing", "exclude_and_report");
	suite_release(&s);
}

static void slices_have_words_or_numbers_or_both(void **state)
{
	struct ev_family *where;
	const struct ev_column *age, *site;
	struct ev_suite s;
	struct ev_cohort c;

	(void)state;
	suite_init(&s);
	suite_slice(&s, EV_SLICE_CUTS, "age", "age");
	suite_slice(&s, EV_SLICE_BY, "site", "site");
	suite_slice(&s, EV_SLICE_BY, "years", "age");
	where = suite_slice(&s, EV_SLICE_WHERE, "high", NULL);
	where->where = ev_calloc(1, sizeof(*where->where));
	where->n_where = 1;
	where->where[0].column = ev_strdup("acuity");
	suite_slice(&s, EV_SLICE_BY, "scenario", "made")->synthetic = true;
	cohort_of(&c, &s,
		  "patient,window,truth,score,age,site,acuity\n"
		  "b,1,AF,1,61.5,north,high\n" "a,1,AF,1,NA,south,low\n"
		  "c,1,,1,9,excluded,low\n" "d,1,NSR,1,7,,high\n");
	assert_int_equal(c.n_columns, 3);
	assert_null(ev_cohort_column(&c, "made"));
	assert_null(ev_cohort_column(&c, "truth"));
	age = ev_cohort_column(&c, "age");
	assert_true(age->numeric && age->coded);
	assert_true(age->number[0] != age->number[0]);
	assert_true(age->number[1] == 61.5 && age->number[2] == 7);
	assert_string_equal(age->words[age->code[1]], "61.5");
	site = ev_cohort_column(&c, "site");
	assert_false(site->numeric);
	assert_int_equal(site->n_words, 3);
	assert_string_equal(site->words[0], "");
	assert_string_equal(site->words[1], "north");
	assert_string_equal(site->words[2], "south");
	assert_int_equal(site->code[0], 2);
	assert_int_equal(site->code[1], 1);
	assert_int_equal(site->code[2], 0);
	assert_non_null(ev_cohort_column(&c, "acuity"));
	ev_cohort_release(&c);
	cohort_fails(&s, "patient,window,truth,score,age,site,acuity\n"
		     "b,1,AF,1,sixty,north,high\n",
		     "p.csv:2:10: 'sixty' in column 'age' is no number", "");
	suite_release(&s);
}

static void a_label_must_be_one_of_the_suites(void **state)
{
	struct ev_suite s;

	(void)state;
	suite_init(&s);
	cohort_fails(&s, "patient,window,truth,score\na,1,AF,1\na,2,af,1\n",
		     "p.csv:3:5: label 'af' is none that the suite names",
		     "add it to dataset.label.negative");
	ev_strs_release(&s.dataset.negative);
	cohort_fails(&s, "patient,window,truth,score\na,1,AF,1\na,2,NSR,1\n",
		     "p.csv:3:5: label 'NSR' is none that the suite names",
		     "negative: [\"NSR\"]");
	suite_release(&s);
}

static void scores_must_be_finite_and_probabilities_in_their_range(void **state)
{
	struct ev_suite s;
	struct ev_cohort c;

	(void)state;
	suite_init(&s);
	cohort_fails(&s, "patient,window,truth,score\na,1,AF,1.0001\n",
		     "p.csv:2:8: score 1.0001 is no probability, from 0 to 1",
		     "score: {kind: number}");
	cohort_fails(&s, "patient,window,truth,score\na,1,AF,-1e-300\n",
		     "p.csv:2:8: score -1e-300 is no probability, from 0 to 1",
		     "score: {kind: number}");
	cohort_fails(&s, "patient,window,truth,score\na,1,AF,inf\n",
		     "p.csv:2:8: 'inf' in column 'score' is no number", "");
	cohort_fails(&s, "patient,window,truth,score\na,1,AF,\"0,5\"\n",
		     "p.csv:2:8: '0,5' in column 'score' is no number",
		     "write 0.5: decimals have a point");
	s.dataset.score_kind = EV_SCORE_NUMBER;
	cohort_of(&c, &s, "patient,window,truth,score\na,1,AF,-12.5\n");
	assert_true(c.score[0] == -12.5);
	ev_cohort_release(&c);
	suite_release(&s);
}

static void a_key_is_there_once(void **state)
{
	struct ev_suite s;
	struct ev_cohort c;

	(void)state;
	suite_init(&s);
	cohort_fails(&s, "patient,window,truth,score\n"
		     "a,1,AF,1\na,2,AF,1\n\"b\nb\",1,AF,1\na,1,NSR,0\n",
		     "p.csv:6:1: key 'a/1' is there twice; it was first in "
		     "line 2", "sed -n '2p;6p' 'p.csv'");
	/* one of them has no label */
	cohort_fails(&s, "patient,window,truth,score\n"
		     "a,2,,1\nb,1,,1\na,1,AF,1\na,2,AF,1\n",
		     "p.csv:5:1: key 'a/2' is there twice; it was first in "
		     "line 2", "sed -n");
	cohort_fails(&s, "patient,window,truth,score\nb,2,,1\nb,2,,1\n",
		     "p.csv:3:1: key 'b/2' is there twice; it was first in "
		     "line 2", "sed -n");
	cohort_fails(&s, "patient,window,truth,score\na,,AF,1\n",
		     "p.csv:2:3: key column 'window' is empty", "each row");
	/* what joins parts is told from what is within one */
	cohort_of(&c, &s, "patient,window,truth,score\n"
		  "a/b,c,AF,1\na,b/c,AF,1\na\\,/b,AF,1\n");
	assert_int_equal(c.n, 3);
	assert_string_equal(ev_cohort_key(&c, 0), "a/b\\/c");
	assert_string_equal(ev_cohort_key(&c, 1), "a\\/b/c");
	assert_string_equal(ev_cohort_key(&c, 2), "a\\\\/\\/b");
	ev_cohort_release(&c);
	suite_release(&s);
}

static void without_patients_each_row_is_one(void **state)
{
	struct ev_suite s;
	struct ev_cohort c;

	(void)state;
	suite_init(&s);
	free(s.dataset.cluster);
	s.dataset.cluster = NULL;
	cohort_of(&c, &s, "patient,window,truth,score\n"
		  "b,1,AF,1\na,2,AF,1\na,1,NSR,0\n");
	assert_int_equal(c.patients, 3);
	assert_false(c.clustered);
	assert_int_equal(c.patient[2], 2);
	assert_string_equal(ev_cohort_patient(&c, 0), "a/1");
	ev_cohort_release(&c);
	s.dataset.patient = ev_strdup("patient");
	cohort_of(&c, &s, "patient,window,truth,score\n"
		  "b,1,AF,1\na,2,AF,1\na,1,NSR,0\n");
	assert_int_equal(c.patients, 2);
	ev_cohort_release(&c);
	ev_strs_release(&s.dataset.key);
	ev_strs_add(&s.dataset.key, "window");
	cohort_fails(&s, "patient,window,truth,score\na,1,AF,1\n,2,AF,1\n",
		     "p.csv:3:1: patient in column 'patient' is empty",
		     "say whose row it is");
	suite_release(&s);
}

/* Three ways to be keyed: by patient first, last, or not at all. */
static void patients_are_numbered_by_their_bytes_alone(void **state)
{
	static const char text[] =
		"patient,window,row,truth,score\n"
		"P1,1,r9,AF,1\nP1-x,1,r1,AF,1\nP1/,1,r5,AF,1\n"
		"P1\\,1,r2,AF,1\nP1,2,r7,NSR,0\nP10,1,r6,AF,1\n"
		"P1-x,2,r3,NSR,0\nP1/,/2,r8,NSR,0\n\\/,\\,r4,NSR,0\n";
	static const char *const keys[][2] = {
		{ "patient", "window" }, { "window", "patient" },
		{ "row", NULL },
	};
	static const char *const patients[] = {
		"P1", "P1-x", "P1/", "P10", "P1\\", "\\/"
	};
	static const unsigned rows[] = { 2, 2, 2, 1, 1, 1 };
	struct ev_suite s;
	struct ev_cohort c;
	unsigned count[EV_ARRAY_SIZE(rows)];
	size_t i, k;

	(void)state;
	suite_init(&s);
	for (k = 0; k < EV_ARRAY_SIZE(keys); k++) {
		ev_strs_release(&s.dataset.key);
		ev_strs_add(&s.dataset.key, keys[k][0]);
		if (keys[k][1])
			ev_strs_add(&s.dataset.key, keys[k][1]);
		cohort_of(&c, &s, text);
		assert_int_equal(c.patients, EV_ARRAY_SIZE(patients));
		for (i = 0; i < c.patients; i++)
			assert_string_equal(ev_cohort_patient(&c, (uint32_t)i),
					    patients[i]);
		memset(count, 0, sizeof(count));
		for (i = 0; i < c.n; i++)
			count[c.patient[i]]++;
		assert_memory_equal(count, rows, sizeof(rows));
		ev_cohort_release(&c);
	}
	suite_release(&s);
}

static void a_patient_who_is_the_key_is_a_row(void **state)
{
	struct ev_suite s;
	struct ev_cohort c;

	(void)state;
	suite_init(&s);
	ev_strs_release(&s.dataset.key);
	ev_strs_add(&s.dataset.key, "patient");
	cohort_of(&c, &s, "patient,truth,score\nb/,AF,1\na,AF,1\n");
	assert_int_equal(c.patients, 2);
	assert_false(c.clustered);
	assert_string_equal(ev_cohort_patient(&c, 1), "b/");
	ev_cohort_release(&c);
	suite_release(&s);
}

static void one_patient_by_two_names_is_told(void **state)
{
	/* case, blanks (one that does not break), composed or not */
	static const char *const ids[][2] = {
		{ "p1", "P1" }, { "P1", "P1 " }, { "P1", "\xc2\xa0P1" },
		{ "\tP1", "P1" }, { "J\xc3\xbcrg", "Ju\xcc\x88rg" },
		{ "J\xc3\x9crg", "j\xc3\xbcRG" },
	};
	static const char *const others[][2] = {
		{ "P1", "P2" }, { "P1", "P 1" }, { "p1", "P2" },
		{ "J\xc3\xbcrg", "Jurg" }, { "P1", "P1\xc2\xa1" },
	};
	struct ev_suite s;
	struct ev_cohort c;
	char *text;
	size_t i, n = EV_ARRAY_SIZE(ids);

	(void)state;
	suite_init(&s);
	for (i = 0; i < n + EV_ARRAY_SIZE(others); i++) {
		const char *const *id = i < n ? ids[i] : others[i - n];

		text = ev_strdupf("patient,window,truth,score\nX,1,AF,1\n"
				  "%s,1,AF,1\n%s,2,NSR,0\n", id[0], id[1]);
		cohort_of(&c, &s, text);
		assert_int_equal(c.patients, 3);
		assert_int_equal(c.alike, i < n);
		free(text);
		ev_cohort_release(&c);
	}
	cohort_of(&c, &s, "patient,window,truth,score\np1,1,AF,1\nP1,2,AF,1\n"
		  "P1,1,AF,1\nP1 ,1,NSR,0\n");
	assert_int_equal(c.alike, 2);
	assert_string_equal(c.alike_said,
			    "p.csv:3: patient 'P1' may be 'P1 ' of line 5");
	ev_cohort_release(&c);
	suite_release(&s);
}

static void no_rows_are_a_cohort(void **state)
{
	struct ev_suite s;
	struct ev_cohort c;

	(void)state;
	suite_init(&s);
	suite_slice(&s, EV_SLICE_BY, "site", "site");
	cohort_of(&c, &s, "patient,window,truth,score,site\n");
	assert_int_equal(c.n, 0);
	assert_int_equal(c.patients, 0);
	assert_false(c.clustered);
	assert_int_equal(c.columns[0].n_words, 0);
	ev_cohort_release(&c);
	cohort_of(&c, &s, "patient,window,truth,score,site\na,1,,1,x\n");
	assert_int_equal(c.n, 0);
	assert_int_equal(c.flow.no_label, 1);
	ev_cohort_release(&c);
	suite_release(&s);
}

static void a_misspelt_column_is_told_at_the_suites_place(void **state)
{
	static const char yaml[] =
		"dataset:\n"
		"  key: [window, windo]\n"
		"  columns: {label: truth, score: scor, patient: patent}\n"
		"slices:\n"
		"  site: {by: sitte}\n"
		"  high: {where: {acuity: [high]}}\n";
	const struct ev_error *e;
	struct ev_family *where;
	struct ev_suite s;
	struct ev_cohort c;

	(void)state;
	suite_init(&s);
	free(s.dataset.score);
	s.dataset.score = ev_strdup("scor");
	free(s.dataset.cluster);
	s.dataset.cluster = ev_strdup("patent");
	ev_strs_release(&s.dataset.key);
	ev_strs_add(&s.dataset.key, "window");
	ev_strs_add(&s.dataset.key, "windo");
	suite_slice(&s, EV_SLICE_BY, "site", "sitte");
	where = suite_slice(&s, EV_SLICE_WHERE, "high", NULL);
	where->where = ev_calloc(1, sizeof(*where->where));
	where->n_where = 1;
	where->where[0].column = ev_strdup("acuity");
	cohort_fails(&s, "patient,window,truth,score,site\n",
		     "p.csv:1:1: no column 'windo'", "did you mean 'score'?");
	assert_int_equal(ev_yaml_read(&s.tree, "suite.yaml", yaml,
				      strlen(yaml)), 0);
	assert_int_equal(cohort_try(&c, &s, "patient,window,truth,score,"
				    "site\n"), EV_EINVALID);
	e = ev_error_last();
	assert_string_equal(e->message, "suite.yaml:2:17: 'p.csv' has no "
			    "column 'windo'");
	assert_string_equal(e->details,
			    "suite.yaml:3:49: 'p.csv' has no column 'patent'\n"
			    "suite.yaml:3:34: 'p.csv' has no column 'scor'\n"
			    "suite.yaml:5:14: 'p.csv' has no column 'sitte'\n"
			    "suite.yaml:6:18: 'p.csv' has no column "
			    "'acuity'\n");
	assert_string_equal(e->hints,
			    "did you mean 'window'?\ndid you mean 'patient'?\n"
			    "did you mean 'score'?\ndid you mean 'site'?\n"
			    "its columns are patient, window, truth, score, "
			    "site\n");
	suite_release(&s);
}

static void classes_have_a_probability_each(void **state)
{
	struct ev_suite s;
	struct ev_cohort c;

	(void)state;
	suite_init(&s);
	s.dataset.label_kind = EV_LABEL_CLASSES;
	ev_strs_add(&s.dataset.classes, "AF");
	ev_strs_add(&s.dataset.classes, "NSR");
	ev_strs_add(&s.dataset.classes, "OTHER");
	ev_strs_add(&s.dataset.class_scores, "p0");
	ev_strs_add(&s.dataset.class_scores, "p1");
	ev_strs_add(&s.dataset.class_scores, "p2");
	cohort_of(&c, &s, "patient,window,truth,p2,p1,p0\n"
		  "b,1,OTHER,0.7,0.2,0.1\na,1,AF,,0.5,0.5\n"
		  "a,2,NSR,0,1,0\n");
	assert_int_equal(c.n, 3);
	assert_int_equal(c.label[0], 0);
	assert_int_equal(c.label[1], 1);
	assert_int_equal(c.label[2], 2);
	assert_int_equal(c.state[0], EV_ROW_NO_SCORE);
	assert_true(c.class_score[0] == 0 && c.class_score[1] == 0);
	assert_true(c.class_score[4] == 1);
	assert_true(c.class_score[6] == 0.1 && c.class_score[8] == 0.7);
	assert_int_equal(c.flow.no_score, 1);
	ev_cohort_release(&c);
	cohort_fails(&s, "patient,window,truth,p2,p1,p0\na,1,SVT,1,0,0\n",
		     "p.csv:2:5: label 'SVT' is none that the suite names",
		     "its classes begin with 'AF'");
	suite_release(&s);
}

/* Lines in an order drawn by `seed`. */
static void shuffle(char **lines, size_t n, uint64_t seed)
{
	size_t i, k;
	char *line;

	for (i = n; i > 1; i--) {
		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		k = (size_t)(seed >> 33) % i;
		line = lines[k];
		lines[k] = lines[i - 1];
		lines[i - 1] = line;
	}
}

#define MANY 3000

/* Keys that share long beginnings, end early and are few bytes apart. */
static void make_lines(char **lines)
{
	static const char *const labels[] = { "AF", "NSR", "OTHER", "" };
	size_t i;

	for (i = 0; i < MANY; i++)
		lines[i] = ev_strdupf("%s%zu,%.*s%zu,%s,%.17g,S%zu,%zu",
				      i % 2 ? "hospital-of-long-name-" : "",
				      i % 7, (int)(i % 11), "wwwwwwwwwww",
				      i / 7, labels[i % 4],
				      (double)(i % 97) / 97, i % 13, i % 91);
}

static void same_cohort(const struct ev_cohort *a, const struct ev_cohort *b)
{
	size_t i;

	assert_int_equal(a->n, b->n);
	assert_int_equal(a->patients, b->patients);
	assert_memory_equal(&a->flow, &b->flow, sizeof(a->flow));
	assert_memory_equal(a->score, b->score, a->n * sizeof(double));
	assert_memory_equal(a->label, b->label, a->n);
	assert_memory_equal(a->state, b->state, a->n);
	assert_memory_equal(a->patient, b->patient, a->n * sizeof(uint32_t));
	assert_memory_equal(a->columns[0].code, b->columns[0].code,
			    a->n * sizeof(uint32_t));
	assert_memory_equal(a->columns[1].number, b->columns[1].number,
			    a->n * sizeof(double));
	for (i = 0; i < a->n; i++)
		assert_string_equal(ev_cohort_key(a, i), ev_cohort_key(b, i));
	for (i = 0; i < a->patients; i++)
		assert_string_equal(ev_cohort_patient(a, (uint32_t)i),
				    ev_cohort_patient(b, (uint32_t)i));
}

static void the_order_of_rows_changes_nothing(void **state)
{
	struct ev_cohort first, c;
	char *lines[MANY];
	struct ev_suite s;
	struct ev_buf text;
	size_t i, k;

	(void)state;
	suite_init(&s);
	suite_slice(&s, EV_SLICE_BY, "site", "site");
	suite_slice(&s, EV_SLICE_CUTS, "age", "age");
	make_lines(lines);
	for (k = 0; k < 6; k++) {
		ev_buf_init(&text);
		ev_buf_adds(&text, "patient,window,truth,score,site,age\n");
		for (i = 0; i < MANY; i++)
			ev_buf_addf(&text, "%s\n", lines[i]);
		cohort_of(k ? &c : &first, &s, text.ptr);
		for (i = 1; !k && i < first.n; i++)
			assert_true(strcmp(ev_cohort_key(&first, i - 1),
					   ev_cohort_key(&first, i)) < 0);
		if (k) {
			same_cohort(&first, &c);
			ev_cohort_release(&c);
		}
		shuffle(lines, MANY, k);
		ev_buf_release(&text);
	}
	for (i = 0; i < MANY; i++)
		free(lines[i]);
	ev_cohort_release(&first);
	suite_release(&s);
}

static void predictions_have_a_digest_of_their_numbers(void **state)
{
	/* keys and scores as the header says, hashed by another program */
	static const char expected[] =
		"sha256:484d908a05cef944060056a90a0040be"
		"4b6ae2a4d1900fb87aa7f6abd048345c";
	struct ev_suite s;
	struct ev_cohort c;
	char digest[72];

	(void)state;
	suite_init(&s);
	cohort_of(&c, &s, "patient,window,truth,score\n"
		  "b,1,AF,-0\na,2,AF,NA\na,1,NSR,2.50e-1\n");
	ev_cohort_content_digest(digest, &c, 0);
	assert_string_equal(digest, expected);
	ev_cohort_release(&c);
	suite_release(&s);
}

static void keys_and_words_have_a_length(void **state)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_suite s;
	struct ev_cohort c;
	int ok;

	(void)state;
	suite_init(&s);
	suite_slice(&s, EV_SLICE_BY, "site", "site");
	for (ok = 0; ok < 2; ok++) {
		ev_buf_clear(&text);
		ev_buf_adds(&text, "patient,window,truth,score,site\nb,");
		memset(ev_buf_reserve(&text, 4096), '/', 4096);
		ev_buf_setlen(&text, text.len + 2047 + !ok);
		ev_buf_adds(&text, ",AF,1,x\nb,1,AF,1,x\n");
		if (!ok)
			cohort_fails(&s, text.ptr, "p.csv:2:3: key is longer "
				     "than 4096 bytes", "is it the column");
	}
	cohort_of(&c, &s, text.ptr);
	assert_int_equal(strlen(ev_cohort_key(&c, 1)), 4096);
	ev_cohort_release(&c);
	ev_buf_clear(&text);
	ev_buf_adds(&text, "patient,window,truth,score,site\nb,1,AF,1,");
	memset(ev_buf_reserve(&text, 4097), 'x', 4097);
	ev_buf_setlen(&text, text.len + 4097);
	cohort_fails(&s, text.ptr, "p.csv:2:10: text in column 'site' is "
		     "longer than 4096 bytes", "is it the column");
	ev_buf_release(&text);
	suite_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_stand_in_the_order_of_their_keys),
		cmocka_unit_test(
			missing_scores_and_abstentions_are_counted_apart),
		cmocka_unit_test(slices_have_words_or_numbers_or_both),
		cmocka_unit_test(a_label_must_be_one_of_the_suites),
		cmocka_unit_test(
		    scores_must_be_finite_and_probabilities_in_their_range),
		cmocka_unit_test(a_key_is_there_once),
		cmocka_unit_test(without_patients_each_row_is_one),
		cmocka_unit_test(patients_are_numbered_by_their_bytes_alone),
		cmocka_unit_test(a_patient_who_is_the_key_is_a_row),
		cmocka_unit_test(one_patient_by_two_names_is_told),
		cmocka_unit_test(no_rows_are_a_cohort),
		cmocka_unit_test(a_misspelt_column_is_told_at_the_suites_place),
		cmocka_unit_test(classes_have_a_probability_each),
		cmocka_unit_test(the_order_of_rows_changes_nothing),
		cmocka_unit_test(predictions_have_a_digest_of_their_numbers),
		cmocka_unit_test(keys_and_words_have_a_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
