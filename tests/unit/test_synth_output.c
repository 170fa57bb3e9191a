#include "packfix.h"

#include "synth/output.h"

#define PATIENTS 1500u

static struct ev_pack pack;
static struct ev_source source;
static struct ev_buf top = EV_BUF_INIT, folder = EV_BUF_INIT;

/* Without what a small cohort has no room for. */
static const struct pf_edit edits[] = {
	{ "at_least: 1500, ", "", NULL }, { "at_least: 1000, ", "", NULL },
	{ "quota: 400", "quota: 40", NULL },
	{ "quota: 600", "quota: 60", NULL },
};

static int set_up(void **state)
{
	char *text = pf_text(), *edited;
	size_t i;

	(void)state;
	for (i = 0; i < EV_ARRAY_SIZE(edits); i++) {
		edited = pf_edit(text, edits[i].from, edits[i].to);
		free(text);
		text = edited;
	}
	pf_must(&pack, text);
	free(text);
	assert_int_equal(ev_source_init(&source, &pack, 5, PATIENTS), 0);
	assert_int_equal(ev_tmpdir(&top, "synth"), 0);
	ev_path_join(&folder, top.ptr, "out");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ev_rmtree(top.ptr);
	ev_buf_release(&top);
	ev_buf_release(&folder);
	ev_source_release(&source);
	ev_pack_release(&pack);
	return 0;
}

static struct ev_synth_plan plan_of(unsigned jobs, size_t chunk)
{
	struct ev_synth_plan p = { .source = &source, .folder = folder.ptr,
				   .jobs = jobs, .chunk = chunk, .only = -1 };

	return p;
}

static void digest_of(char out[72], const struct ev_synth_plan *p)
{
	struct ev_synth_result r;

	if (ev_synth_write(&r, p) < 0)
		fail_msg("%s", ev_error_last()->message);
	memcpy(out, r.digest, sizeof(r.digest));
	assert_int_equal(r.files[0].rows, PATIENTS);
	ev_synth_result_release(&r);
	ev_rmtree(folder.ptr);
}

static void chunks_jobs_and_order_change_no_byte(void **state)
{
	static const size_t chunks[] = { 1, 7, 64, PATIENTS, 100000 };
	struct ev_synth_plan p = plan_of(1, 0);
	char want[72], got[72];
	unsigned jobs;
	size_t i;

	(void)state;
	digest_of(want, &p);
	for (i = 0; i < EV_ARRAY_SIZE(chunks); i++) {
		for (jobs = 1; jobs <= 5; jobs += 2) {
			p = plan_of(jobs, chunks[i]);
			digest_of(got, &p);
			assert_string_equal(got, want);
		}
		p.reverse = true;
		digest_of(got, &p);
		assert_string_equal(got, want);
	}
}

static int in_order(void *ctx, const struct ev_drawn *d)
{
	uint64_t *next = ctx;

	assert_true(d->patient == *next);
	(*next)++;
	return 0;
}

static void each_patient_comes_in_order(void **state)
{
	struct ev_synth_plan p = plan_of(4, 11);
	uint64_t next = 0;
	char digest[72];

	(void)state;
	p.each = in_order;
	p.ctx = &next;
	digest_of(digest, &p);
	assert_int_equal(next, PATIENTS);
}

static int refuse(void *ctx, const struct ev_synth_result *r, const char *at)
{
	struct ev_buf path = EV_BUF_INIT;

	(void)ctx;
	ev_path_join(&path, at, r->files[0].name);
	assert_true(ev_file_exists(path.ptr));
	ev_buf_release(&path);
	return ev_fail(EV_EINVALID, "judged and refused");
}

static void what_is_refused_at_the_end_leaves_nothing(void **state)
{
	struct ev_synth_plan p = plan_of(2, 100);
	struct ev_synth_result r;

	(void)state;
	p.finish = refuse;
	assert_int_equal(ev_synth_write(&r, &p), EV_EINVALID);
	assert_string_equal(ev_error_last()->message, "judged and refused");
	assert_false(ev_file_exists(folder.ptr));
	ev_synth_result_release(&r);
}

static void a_stop_ends_all_threads_and_leaves_nothing(void **state)
{
	volatile sig_atomic_t stop = 1;
	struct ev_synth_plan p = plan_of(3, 10);
	struct ev_synth_result r;

	(void)state;
	p.stop = &stop;
	assert_int_equal(ev_synth_write(&r, &p), EV_ESTOP);
	assert_false(ev_file_exists(folder.ptr));
	ev_synth_result_release(&r);
}

static void one_patient_alone_has_the_rows_of_the_cohort(void **state)
{
	struct ev_buf all = EV_BUF_INIT, path = EV_BUF_INIT;
	struct ev_buf row = EV_BUF_INIT, windows = EV_BUF_INIT;
	struct ev_synth_plan p = plan_of(1, 0);
	struct ev_synth_result r;
	uint64_t i;
	char *body;

	(void)state;
	assert_int_equal(ev_synth_write(&r, &p), 0);
	ev_path_join(&path, folder.ptr, "patients.csv");
	assert_int_equal(ev_file_read(&all, path.ptr, (size_t)1 << 24), 0);
	for (i = 0; i < PATIENTS; i += 123) {
		ev_buf_clear(&row);
		ev_buf_clear(&windows);
		assert_int_equal(ev_synth_rows(&row, &windows, &source,
					       EV_SYNTH_CSV, i), 0);
		body = strchr(row.ptr, '\n');
		assert_non_null(strstr(all.ptr, body));
	}
	ev_synth_result_release(&r);
	ev_rmtree(folder.ptr);
	ev_buf_release(&all);
	ev_buf_release(&path);
	ev_buf_release(&row);
	ev_buf_release(&windows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chunks_jobs_and_order_change_no_byte),
		cmocka_unit_test(each_patient_comes_in_order),
		cmocka_unit_test(what_is_refused_at_the_end_leaves_nothing),
		cmocka_unit_test(a_stop_ends_all_threads_and_leaves_nothing),
		cmocka_unit_test(one_patient_alone_has_the_rows_of_the_cohort),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
