#include "packfix.h"

#include "synth/output.h"

#define SUMS "tests/data/packs/templates.sha256"
#define SEED 20260101
#define SMALL 1000u		/* patients of the cohorts that are drawn here */
#define LINES 100u
#define OFF "{enabled: false, model: gaussian_pqrst, fs_hz: 250"
#define ON "{enabled: true, model: gaussian_pqrst, fs_hz: 128"

/* "DIGEST  PACK/PATIENTS/FILE"; PACK.waves has electrocardiograms,
 * of 128 Hz. */
struct line { char digest[65], pack[48], file[32]; unsigned patients; };
static struct line lines[LINES];
static size_t n_lines;

static int set_up(void **state)
{
	struct ev_buf text = EV_BUF_INIT;
	struct line *l = lines;
	char *at, *save = NULL;

	(void)state;
	assert_int_equal(ev_file_read(&text, SUMS, (size_t)1 << 20), 0);
	for (at = strtok_r(text.ptr, "\n", &save); at && n_lines < LINES;
	     at = strtok_r(NULL, "\n", &save), l++, n_lines++)
		assert_int_equal(sscanf(at, "%64[0-9a-f]  %47[^/]/%u/%31s",
					l->digest, l->pack, &l->patients,
					l->file), 4);
	assert_null(at);
	ev_buf_release(&text);
	return 0;
}

static void read_pack(struct ev_pack *p, const char *name)
{
	const char *waves = strstr(name, ".waves");
	int n = waves ? (int)(waves - name) : (int)strlen(name);
	char *path = ev_strdupf("templates/packs/%.*s.yaml", n, name), *more;
	struct ev_buf text = EV_BUF_INIT;

	assert_int_equal(ev_file_read(&text, path, (size_t)1 << 20), 0);
	more = pf_edit(text.ptr, waves ? OFF : "", waves ? ON : "");
	pf_must(p, more);
	free(more);
	free(path);
	ev_buf_release(&text);
}

/* What is drawn, file by file, against the lines from `l`; how many. */
static size_t as_agreed(const struct line *l, const struct ev_synth_plan *plan)
{
	struct ev_synth_result r;
	size_t i;

	if (ev_synth_write(&r, plan) < 0)
		fail_msg("%s: %s", l->pack, ev_error_last()->message);
	for (i = 0; i < r.n_files; i++) {
		const struct line *k = l;

		while (k < lines + n_lines && (strcmp(k->pack, l->pack) ||
					       k->patients != l->patients ||
					       strcmp(k->file, r.files[i].name)))
			k++;
		if (k == lines + n_lines)
			fail_msg("%s/%u/%s is in no line", l->pack,
				 l->patients, r.files[i].name);
		else if (strcmp(k->digest, r.files[i].sha256))
			fail_msg("%s/%u/%s is %s", l->pack, l->patients,
				 k->file, r.files[i].sha256);
	}
	i = r.n_files;
	ev_synth_result_release(&r);
	return i;
}

static void chunks_from_the_last_to_the_first_are_as_agreed(void **state)
{
	struct ev_synth_plan plan = { .jobs = 1, .only = -1, .chunk = 37,
				      .reverse = true };
	struct ev_source source;
	struct ev_pack pack;
	size_t i, cohorts = 0;

	(void)state;
	for (i = 0; i < n_lines;) {
		if (lines[i].patients > SMALL) {
			i++;
			continue;
		}
		read_pack(&pack, lines[i].pack);
		assert_int_equal(ev_source_init(&source, &pack, SEED,
						lines[i].patients), 0);
		plan.source = &source;
		i += as_agreed(&lines[i], &plan);
		cohorts++;
		ev_source_release(&source);
		ev_pack_release(&pack);
	}
	assert_int_equal(cohorts, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			chunks_from_the_last_to_the_first_are_as_agreed),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
