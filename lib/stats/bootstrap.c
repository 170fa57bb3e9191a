#include "base/compat.h"
#include "stats/bootstrap.h"

#include <pthread.h>

#include "base/error.h"
#include "base/mem.h"
#include "stats/dist.h"
#include "stats/draw.h"
#include "stats/fp.h"
#include "stats/predicted.h"
#include "stats/sum.h"

#define FAILURES_PERCENT 5
/* Replicates that differ by less do so in their last bits alone. */
#define ROUNDING 0x1p-47

/* What all jobs share; each writes the places of its own replicates. */
struct boot {
	const struct ev_boot_plan *plan;
	struct ev_draw draw;
	ev_statistic *f;
	void *data;
	double *value;			/* [statistic][replicate] */
	uint8_t *defined;
	unsigned jobs;
};

struct job {
	struct boot *b;
	unsigned number;
	int ret;
	unsigned failed;		/* the replicate that gave up */
	char *message;
};

static int replicate(struct boot *b, unsigned r, uint32_t *times,
		     double *value, uint8_t *defined)
{
	size_t k = b->plan->statistics, i, at;
	int ret;

	ev_draw_times(times, times + b->plan->patients, &b->draw, r);
	memset(value, 0, k * sizeof(*value));
	memset(defined, 1, k);
	ret = b->f(value, defined, b->data, times);
	if (ret < 0)
		return ret;
	for (i = 0; i < k; i++) {
		at = i * b->plan->replicates + r;
		b->defined[at] = ret > 0 && defined[i] &&
				 ev_fp_is_finite(value[i]);
		b->value[at] = b->defined[at] ? value[i] : 0;
	}
	return 0;
}

static void *run(void *arg)
{
	struct job *j = arg;
	struct boot *b = j->b;
	const struct ev_boot_plan *plan = b->plan;
	/* and as much room to draw them */
	uint32_t *times = ev_calloc((size_t)plan->patients + 1,
				    2 * sizeof(*times));
	double *value = ev_calloc(plan->statistics + 1, sizeof(*value));
	uint8_t *defined = ev_calloc(plan->statistics + 1, 1);
	unsigned r;

	for (r = j->number; r < plan->replicates && j->ret == 0; r += b->jobs) {
		j->ret = replicate(b, r, times, value, defined);
		j->failed = r;
	}
	/* the message would end with the thread */
	if (j->ret < 0)
		j->message = ev_strdup(ev_error_last()->message);
	free(times);
	free(value);
	free(defined);
	return NULL;
}

static int run_all(struct boot *b)
{
	pthread_t thread[EV_BOOT_MAX_JOBS];
	struct job job[EV_BOOT_MAX_JOBS];
	bool started[EV_BOOT_MAX_JOBS] = { false };
	struct job *bad = NULL;
	unsigned i;
	int ret = 0;

	for (i = 0; i < b->jobs; i++)
		job[i] = (struct job){ .b = b, .number = i };
	for (i = 1; i < b->jobs; i++)
		started[i] = pthread_create(&thread[i], NULL, run,
					    &job[i]) == 0;
	run(&job[0]);
	for (i = 1; i < b->jobs; i++) {
		if (started[i])
			pthread_join(thread[i], NULL);
		else
			run(&job[i]);
	}
	for (i = 0; i < b->jobs; i++)
		if (job[i].ret < 0 && (!bad || job[i].failed < bad->failed))
			bad = &job[i];
	if (bad)
		ret = ev_fail(bad->ret, "%s", bad->message);
	for (i = 0; i < b->jobs; i++)
		free(job[i].message);
	return ret;
}

/* Type 7 at a share of sorted x[n]. */
static double quantile(const double *x, size_t n, double share)
{
	double h = (double)(n - 1) * share;
	size_t j = (size_t)h;

	if (j + 1 >= n)
		return x[n - 1];
	return x[j] + (h - (double)j) * (x[j + 1] - x[j]);
}

static double deviation(const double *x, size_t n)
{
	struct ev_sum sum;
	double mean = ev_sum_of(x, n) / (double)n, d;
	size_t i;

	ev_sum_init(&sum);
	for (i = 0; i < n; i++) {
		d = x[i] - mean;
		ev_sum_add(&sum, d * d);
	}
	return sqrt(ev_sum_value(&sum) / (double)(n - 1));
}

static void interval(struct ev_estimate *e, double *x, size_t n, size_t all)
{
	double *s, half = ev_alpha(e->level) / 2, size;

	if (n < 2 || (all - n) * 100 > all * FAILURES_PERCENT) {
		e->flags |= EV_STAT_NO_INTERVAL;
		return;
	}
	s = ev_sorted(x, n);
	size = ev_fp_abs(s[0]) + ev_fp_abs(s[n - 1]);
	if (s[n - 1] - s[0] <= size * ROUNDING) {
		e->flags |= EV_STAT_NO_INTERVAL | EV_STAT_DEGENERATE_VARIANCE;
	} else {
		e->se = deviation(s, n);
		e->lower = quantile(s, n, half);
		e->upper = quantile(s, n, 1 - half);
	}
	free(s);
}

/* The defined replicates of each statistic, side by side. */
static void gather(struct ev_estimate *out, unsigned *failures, struct boot *b)
{
	size_t all = b->plan->replicates, i, r, n;
	double *value;
	uint8_t *defined;

	for (i = 0; i < b->plan->statistics; i++) {
		value = b->value + i * all;
		defined = b->defined + i * all;
		for (r = n = 0; r < all; r++)
			if (defined[r])
				value[n++] = value[r];
		if (failures)
			failures[i] = (unsigned)(all - n);
		interval(&out[i], value, n, all);
	}
}

static int check(const struct ev_boot_plan *p)
{
	if (!(p->level > 0 && p->level < 1))
		return ev_fail(EV_EINVALID,
			       "confidence level is not between 0 and 1");
	if (p->replicates < 1 || p->replicates > EV_BOOT_MAX_REPLICATES)
		return ev_fail(EV_ELIMIT, "%u replicates are not 1 to %u",
			       p->replicates, EV_BOOT_MAX_REPLICATES);
	if (p->statistics > EV_BOOT_MAX_VALUES / p->replicates)
		return ev_fail(EV_ELIMIT, "%zu statistics of %u replicates "
			       "are too many", p->statistics, p->replicates);
	if (p->jobs < 1)
		return ev_fail(EV_EINVALID, "a bootstrap has no jobs");
	return 0;
}

int ev_bootstrap(struct ev_estimate *out, unsigned *failures,
		 const struct ev_boot_plan *plan, ev_statistic *f, void *data)
{
	struct boot b = { .plan = plan, .f = f, .data = data };
	size_t i, cells;
	int ret = check(plan);

	if (ret < 0)
		return ret;
	for (i = 0; i < plan->statistics; i++) {
		out[i].lower = out[i].upper = out[i].se = 0;
		out[i].level = plan->level;
		out[i].method = "bootstrap";
		if (failures)
			failures[i] = 0;
		if (plan->patients < 2)
			out[i].flags |= EV_STAT_ONE_CLUSTER |
					EV_STAT_NO_INTERVAL;
	}
	if (plan->patients < 2 || plan->statistics == 0)
		return 0;
	b.jobs = plan->jobs;
	if (b.jobs > EV_BOOT_MAX_JOBS)
		b.jobs = EV_BOOT_MAX_JOBS;
	if (b.jobs > plan->replicates)
		b.jobs = plan->replicates;
	cells = plan->statistics * plan->replicates;
	ret = ev_draw_init(&b.draw, plan);
	if (ret < 0)
		goto out;
	b.value = ev_calloc(cells, sizeof(*b.value));
	b.defined = ev_calloc(cells, 1);
	ret = run_all(&b);
	if (ret == 0)
		gather(out, failures, &b);
out:
	ev_draw_release(&b.draw);
	free(b.value);
	free(b.defined);
	return ret;
}
