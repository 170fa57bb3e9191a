/*
 * read - a table of predictions, row by row or as a cohort
 *
 *	read rows|cohort FILE
 *
 * Prints "CPU PEAK": CPU seconds of the whole process, its peak resident KiB.
 * With `rows` every score is turned into a double, as the peer does; a cohort
 * is what `git evidence validate` measures.
 */
#include "base/compat.h"

#include <sys/resource.h>
#include <time.h>

#include "base/error.h"
#include "base/str.h"
#include "clinical/cohort.h"

#define NUMBERS 3

static int read_rows(const char *path)
{
	static const char *const names[NUMBERS] = { "score", "baseline",
						    "age" };
	const struct ev_rows_field *fields;
	ptrdiff_t columns[NUMBERS];
	struct ev_rows *r;
	double x, sum = 0;
	int ret, i;

	ret = ev_rows_open(&r, path, NULL, EV_ROWS_CSV);
	if (ret < 0)
		return ret;
	for (i = 0; i < NUMBERS; i++)
		columns[i] = ev_rows_find(r, names[i]);
	while ((ret = ev_rows_next(r, &fields)) > 0) {
		for (i = 0; i < NUMBERS && ret > 0; i++) {
			if (ev_rows_double(&x, r, (size_t)columns[i]) < 0)
				return EV_EINVALID;
			sum += x;
		}
	}
	ev_rows_close(r);
	/* So that nothing is left out as useless. */
	return sum > 0 ? ret : EV_EINVALID;
}

static int read_cohort(const char *path)
{
	static char key[] = "patient", window[] = "window", truth[] = "truth";
	static char score[] = "score", site[] = "site", age[] = "age";
	struct ev_family slices[] = {
		{ .kind = EV_SLICE_ALL },
		{ .kind = EV_SLICE_BY, .name = site, .column = site },
		{ .kind = EV_SLICE_CUTS, .name = age, .column = age },
	};
	struct ev_suite s = { .slices = slices,
			      .n_slices = EV_ARRAY_SIZE(slices) };
	struct ev_cohort c;
	int ret;

	s.dataset.format = EV_ROWS_CSV;
	s.dataset.cluster = key;
	s.dataset.label = truth;
	s.dataset.score = score;
	ev_strs_add(&s.dataset.key, key);
	ev_strs_add(&s.dataset.key, window);
	ev_strs_add(&s.dataset.positive, "AF");
	ev_strs_add(&s.dataset.negative, "NSR");
	ret = ev_cohort_read(&c, &s, path);
	if (!ret)
		ev_cohort_release(&c);
	return ret;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	int ret;

	if (argc != 3)
		return 129;
	ret = strcmp(argv[1], "rows") ? read_cohort(argv[2]) :
	      read_rows(argv[2]);
	if (ret < 0) {
		fprintf(stderr, "error: %s\n", ev_error_last()->message);
		return 1;
	}
	getrusage(RUSAGE_SELF, &usage);
	printf("%.4f %ld\n", (double)clock() / CLOCKS_PER_SEC,
	       usage.ru_maxrss);
	return 0;
}
