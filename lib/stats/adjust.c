#include "base/compat.h"
#include "stats/adjust.h"

#include "base/error.h"
#include "base/mem.h"

static const char *const names[] = {
	"none", "bonferroni", "holm", "hochberg", "bh",
};

int ev_adjustment_parse(enum ev_adjustment *out, const char *name)
{
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(names); i++)
		if (strcmp(names[i], name) == 0) {
			*out = (enum ev_adjustment)i;
			return 0;
		}
	return ev_fail(EV_EINVALID, "'%s' is no adjustment of p-values", name);
}

const char *ev_adjustment_name(enum ev_adjustment a)
{
	return names[a];
}

struct ranked {
	double p;
	size_t at;
};

static int by_p(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->p != y->p)
		return x->p < y->p ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static double least(double a, double b)
{
	return a < b ? a : b;
}

/* Up from the smallest p, never falling. */
static void step_down(double *out, const struct ranked *r, size_t n)
{
	double high = 0, now;
	size_t i;

	for (i = 0; i < n; i++) {
		now = least((double)(n - i) * r[i].p, 1);
		high = now > high ? now : high;
		out[r[i].at] = high;
	}
}

/* Down from the largest p, never rising. */
static void step_up(double *out, const struct ranked *r, size_t n, bool bh)
{
	double low = 1;
	size_t i;

	for (i = n; i-- > 0;) {
		low = least(low, bh ? (double)n / (double)(i + 1) * r[i].p :
			    (double)(n - i) * r[i].p);
		out[r[i].at] = low;
	}
}

int ev_adjust(double *out, const double *p, size_t n, enum ev_adjustment a)
{
	struct ranked *r;
	size_t i;

	for (i = 0; i < n; i++)
		if (!(p[i] >= 0 && p[i] <= 1))
			return ev_fail(EV_EINVALID, "p-value %zu is not "
				       "between 0 and 1", i + 1);
	if (n == 0)
		return 0;
	r = ev_calloc(n, sizeof(*r));
	for (i = 0; i < n; i++) {
		r[i].p = p[i];
		r[i].at = i;
	}
	qsort(r, n, sizeof(*r), by_p);
	if (a == EV_ADJUST_HOLM)
		step_down(out, r, n);
	else if (a == EV_ADJUST_HOCHBERG || a == EV_ADJUST_BH)
		step_up(out, r, n, a == EV_ADJUST_BH);
	else
		for (i = 0; i < n; i++)
			out[r[i].at] = a == EV_ADJUST_NONE ? r[i].p :
				       least((double)n * r[i].p, 1);
	free(r);
	return 0;
}
