#include "base/compat.h"

#include "cohortfix.h"
#include "data/yaml.h"

static const char candidate[] =
	"patient,window,truth,score,old\n"
	"b,1,AF,0.9,0.8\n"
	"a,1,NSR,0.1,\n"
	"a,2,,0.5,0.4\n"
	"c,1,AF,0.7,0.6\n";

/* A folder with files of the given texts; what the tests read from. */
struct fixture {
	struct ev_buf dir, path;
	struct ev_suite s;
	struct ev_cohort c;
};

static const char *write_file(struct fixture *x, const char *name,
			      const char *text)
{
	ev_path_join(&x->path, x->dir.ptr, name);
	assert_int_equal(ev_file_replace(x->path.ptr, text, strlen(text),
					 0644), 0);
	return x->path.ptr;
}

static int setup(void **state)
{
	struct fixture *x = ev_calloc(1, sizeof(*x));

	ev_buf_init(&x->dir);
	ev_buf_init(&x->path);
	assert_int_equal(ev_tmpdir(&x->dir, "reference"), 0);
	suite_init(&x->s);
	assert_int_equal(ev_cohort_read(&x->c, &x->s,
					write_file(x, "new.csv", candidate)),
			 0);
	*state = x;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *x = *state;

	ev_cohort_release(&x->c);
	suite_release(&x->s);
	ev_rmtree(x->dir.ptr);
	ev_buf_release(&x->dir);
	ev_buf_release(&x->path);
	free(x);
	return 0;
}

static int read_text(struct ev_reference *r, struct fixture *x,
		     const char *text)
{
	return ev_reference_read(r, &x->c, &x->s, "previous",
				 write_file(x, "old.csv", text));
}

static void rows_find_their_partner_by_key(void **state)
{
	struct fixture *x = *state;
	struct ev_reference r;

	assert_int_equal(read_text(&r, x, "score,window,patient\n"
				   "0.25,1,c\n0.5,1,d\n,1,b\n0.75,2,a\n"), 0);
	assert_true(r.present);
	assert_string_equal(r.what, "previous");
	/* a/1, b/1, c/1; a/2 has no label and lacks no partner */
	assert_int_equal(r.paired[0], 0);
	assert_int_equal(r.state[0], EV_ROW_NO_SCORE);
	assert_int_equal(r.paired[1], 1);
	assert_int_equal(r.state[1], EV_ROW_NO_SCORE);
	assert_int_equal(r.paired[2], 1);
	assert_int_equal(r.state[2], EV_ROW_SCORED);
	assert_true(r.score[0] == 0 && r.score[1] == 0);
	assert_true(r.score[2] == 0.25);
	assert_int_equal(r.n_paired, 2);
	assert_int_equal(r.only_here, 1);
	assert_int_equal(r.only_there, 1);
	assert_memory_equal(r.digest, "sha256:", 7);
	assert_int_equal(strlen(r.digest), 71);
	ev_reference_release(&r);
}

static void labels_of_both_files_must_agree(void **state)
{
	struct fixture *x = *state;
	struct ev_reference r;
	char *wanted;

	assert_int_equal(read_text(&r, x, "patient,window,score,truth\n"
				   "c,1,0.5,AF\nb,1,0.5,\n"
				   "d,1,0.5,NSR\n"), 0);
	assert_int_equal(r.n_paired, 2);
	ev_reference_release(&r);
	assert_int_equal(read_text(&r, x, "patient,window,score,truth\n"
				   "c,1,0.5,AF\nb,1,0.5,OTHER\n"),
			 EV_EINVALID);
	wanted = ev_strdupf("%s:3:1: key 'b/1' is negative, but positive in "
			    "%s:2", x->path.ptr, x->c.name);
	assert_string_equal(ev_error_last()->message, wanted);
	free(wanted);
	assert_int_equal(read_text(&r, x, "patient,window,score,truth\n"
				   "c,1,0.5,af\n"), EV_EINVALID);
	assert_non_null(strstr(ev_error_last()->message,
			       ":2:9: label 'af' is none that the suite"));
}

static void a_reference_may_abstain(void **state)
{
	struct fixture *x = *state;
	struct ev_reference r;

	x->s.dataset.abstain = ev_strdup("quiet");
	assert_int_equal(read_text(&r, x, "patient,window,score,quiet\n"
				   "c,1,0.5,true\nb,1,0.5,\n"), 0);
	assert_int_equal(r.state[2], EV_ROW_ABSTAINED);
	assert_true(r.score[2] == 0);
	assert_int_equal(r.state[1], EV_ROW_SCORED);
	ev_reference_release(&r);
	assert_int_equal(read_text(&r, x, "patient,window,score\nc,1,1\n"), 0);
	assert_int_equal(r.state[2], EV_ROW_SCORED);
	ev_reference_release(&r);
}

static void a_reference_may_call_its_score_otherwise(void **state)
{
	struct fixture *x = *state;
	struct ev_reference r;

	assert_int_equal(read_text(&r, x, "patient,window,p_old\nc,1,1\n"),
			 EV_EINVALID);
	assert_non_null(strstr(ev_error_last()->message,
			       ":1:1: no column 'score'"));
	x->s.previous.column = ev_strdup("p_old");
	assert_int_equal(read_text(&r, x, "patient,window,p_old\nc,1,1\n"), 0);
	assert_true(r.score[2] == 1);
	ev_reference_release(&r);
}

static void a_key_of_a_reference_is_there_once(void **state)
{
	struct fixture *x = *state;
	struct ev_reference r;

	assert_int_equal(read_text(&r, x, "patient,window,score\n"
				   "z,1,0.5\ny,1,0.5\nz,1,0.5\n"),
			 EV_EINVALID);
	assert_non_null(strstr(ev_error_last()->message,
			       ":4:1: key 'z/1' is there twice; it was first "
			       "in line 2"));
	assert_int_equal(read_text(&r, x, "patient,window,score\nz,1,1.5\n"),
			 EV_EINVALID);
	assert_non_null(strstr(ev_error_last()->message,
			       ":2:5: score 1.5 is no probability"));
}

static void a_column_of_the_same_file_is_paired_throughout(void **state)
{
	struct fixture *x = *state;
	struct ev_reference r;

	assert_int_equal(ev_reference_column(&r, &x->c, &x->s, "anchor",
					     x->path.ptr, "old"), 0);
	assert_string_equal(r.what, "anchor");
	assert_int_equal(r.n_paired, 3);
	assert_int_equal(r.only_here, 0);
	assert_int_equal(r.only_there, 0);
	assert_int_equal(r.state[0], EV_ROW_NO_SCORE);
	assert_true(r.score[1] == 0.8 && r.score[2] == 0.6);
	assert_string_equal(r.digest, x->c.digest);
	ev_reference_release(&r);
	assert_int_equal(ev_reference_column(&r, &x->c, &x->s, "anchor",
					     x->path.ptr, "odl"),
			 EV_EINVALID);
	assert_string_equal(ev_error_last()->hints, "did you mean 'old'?\n");
	write_file(x, "new.csv", "patient,window,truth,score,old\n"
		   "b,1,AF,0.9,0.8\na,1,NSR,0.1,\nc,1,AF,0.7,0.9\n");
	assert_int_equal(ev_reference_column(&r, &x->c, &x->s, "anchor",
					     x->path.ptr, "old"),
			 EV_ECONFLICT);
}

static void pairing_by_other_columns_is_refused(void **state)
{
	struct fixture *x = *state;
	struct ev_reference r;

	ev_strs_add(&x->s.pairing_keys, "patient");
	assert_int_equal(read_text(&r, x, "patient,window,score\nc,1,1\n"),
			 EV_EINVALID);
	assert_string_equal(ev_error_last()->message,
			    "pairing by other columns than dataset.key is "
			    "not supported");
	ev_strs_add(&x->s.pairing_keys, "window");
	assert_int_equal(read_text(&r, x, "patient,window,score\nc,1,1\n"), 0);
	ev_reference_release(&r);
	ev_strs_release(&x->s.pairing_keys);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rows_find_their_partner_by_key),
		TEST(labels_of_both_files_must_agree),
		TEST(a_reference_may_abstain),
		TEST(a_reference_may_call_its_score_otherwise),
		TEST(a_key_of_a_reference_is_there_once),
		TEST(a_column_of_the_same_file_is_paired_throughout),
		TEST(pairing_by_other_columns_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
