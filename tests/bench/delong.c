/*
 * delong - two scores of the same rows, and replicates of patients
 *
 *	delong make ROWS FILE		write two scores and the truth
 *	delong test FILE		compare their areas
 *	delong draw PATIENTS REPLICATES	bootstrap an area
 *
 * `test` and `draw` print "CPU PEAK NUMBER": CPU seconds of the process, its
 * peak resident KiB, and Z or the standard error.
 */
#include "base/compat.h"

#include <sys/resource.h>
#include <time.h>

#include "base/error.h"
#include "base/mem.h"
#include "stats/bootstrap.h"
#include "stats/roc.h"

struct columns {
	size_t n;
	double *a, *b;
	uint8_t *truth;
};

static uint64_t seed = 20260503;

/* Of the high 32 bits; no two rows need differ. */
static double draw(void)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (double)(seed >> 32) / 4294967296.0;
}

static void allocate(struct columns *c, size_t n)
{
	c->n = n;
	c->a = ev_malloc((n + 1) * sizeof(*c->a));
	c->b = ev_malloc((n + 1) * sizeof(*c->b));
	c->truth = ev_malloc(n + 1);
}

static void release(struct columns *c)
{
	free(c->a);
	free(c->b);
	free(c->truth);
}

static void fill(struct columns *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		c->truth[i] = draw() < 0.3;
		c->a[i] = (draw() + 0.6 * c->truth[i]) / 1.6;
		c->b[i] = (draw() + c->a[i]) / 2;
	}
}

/* Write (or read) all three; 0 or EV_ERROR. */
static int transfer(struct columns *c, const char *path, bool out)
{
	FILE *f = fopen(path, out ? "wb" : "rb");
	size_t n = c->n, done;

	if (!f)
		return ev_fail(EV_ERROR, "'%s' cannot be opened", path);
	if (out)
		done = fwrite(c->a, 8, n, f) + fwrite(c->b, 8, n, f) +
			fwrite(c->truth, 1, n, f);
	else
		done = fread(c->a, 8, n, f) + fread(c->b, 8, n, f) +
			fread(c->truth, 1, n, f);
	if (fclose(f) || done != 3 * n)
		return ev_fail(EV_ERROR, "'%s' is cut short", path);
	return 0;
}

static int size_of(size_t *n, const char *path)
{
	FILE *f = fopen(path, "rb");
	long size = -1;

	if (f && !fseek(f, 0, SEEK_END))
		size = ftell(f);
	if (f)
		fclose(f);
	if (size <= 0 || size % 17)
		return ev_fail(EV_ERROR, "'%s' holds no columns", path);
	*n = (size_t)size / 17;
	return 0;
}

static int make(size_t n, const char *path)
{
	struct columns c;
	int ret;

	allocate(&c, n);
	fill(&c);
	ret = transfer(&c, path, true);
	release(&c);
	return ret;
}

static int compare(double *z, const char *path)
{
	struct ev_marker m[2];
	struct ev_auc_test t;
	struct ev_cases cases = { .truth = NULL };
	struct columns c;
	uint32_t *order[2];
	size_t n = 0;
	int ret = size_of(&n, path), k;

	if (ret < 0)
		return ret;
	allocate(&c, n);
	ret = transfer(&c, path, false);
	for (k = 0; k < 2; k++) {
		order[k] = ev_malloc((n + 1) * sizeof(*order[k]));
		m[k].score = k ? c.b : c.a;
		m[k].order = order[k];
		if (!ret)
			ret = ev_marker_order(order[k], m[k].score, n);
	}
	cases.truth = c.truth;
	cases.clusters = (uint32_t)n;
	cases.n = n;
	if (!ret)
		ret = ev_auc_paired(&t, &m[0], &m[1], &cases, 0.95);
	*z = ret < 0 ? 0 : t.z;
	for (k = 0; k < 2; k++)
		free(order[k]);
	release(&c);
	return ret;
}

struct area {
	struct ev_auc_order o;
	size_t n;
};

static int area_of(double *value, uint8_t *defined, void *data,
		   const uint32_t *times)
{
	const struct area *a = data;
	struct ev_estimate e;
	int ret = ev_ordered_auc(&e, &a->o, a->n, times);

	*value = e.value;
	*defined = !(e.flags & EV_STAT_UNDEFINED);
	return ret < 0 ? ret : 1;
}

static int bootstrap(double *se, size_t n, unsigned replicates)
{
	struct ev_estimate e = { .value = 0 };
	struct ev_boot_plan plan = {
		.patients = (uint32_t)n, .replicates = replicates, .key = 1,
		.level = 0.95, .jobs = 1, .statistics = 1
	};
	struct ev_cases cases = { .clusters = (uint32_t)n, .n = n };
	struct area a = { .n = n };
	struct ev_marker m;
	struct columns c;
	uint32_t *order = ev_malloc((n + 1) * sizeof(*order)), *place = NULL;
	uint64_t *first = NULL;
	int ret;

	allocate(&c, n);
	fill(&c);
	ret = ev_marker_order(order, c.a, n);
	m.score = c.a;
	m.order = order;
	cases.truth = c.truth;
	if (!ret)
		ret = ev_marker_places(&place, &first, &m, &cases);
	a.o.place = place;
	a.o.first = first;
	plan.stratum = c.truth;
	if (!ret)
		ret = ev_bootstrap(&e, NULL, &plan, area_of, &a);
	*se = e.se;
	free(place);
	free(first);
	free(order);
	release(&c);
	return ret;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	double number = 0;
	int ret;

	if (argc == 4 && !strcmp(argv[1], "make"))
		ret = make(strtoul(argv[2], NULL, 10), argv[3]);
	else if (argc == 3 && !strcmp(argv[1], "test"))
		ret = compare(&number, argv[2]);
	else if (argc == 4 && !strcmp(argv[1], "draw"))
		ret = bootstrap(&number, strtoul(argv[2], NULL, 10),
				(unsigned)strtoul(argv[3], NULL, 10));
	else
		return 129;
	if (ret < 0) {
		fprintf(stderr, "error: %s\n", ev_error_last()->message);
		return 1;
	}
	if (!strcmp(argv[1], "make"))
		return 0;
	getrusage(RUSAGE_SELF, &usage);
	printf("%.4f %ld %.12f\n", (double)clock() / CLOCKS_PER_SEC,
	       usage.ru_maxrss, number);
	return 0;
}
