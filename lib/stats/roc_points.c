#include "base/compat.h"
#include "stats/roc.h"

#include "base/error.h"
#include "base/mem.h"
#include "stats/dist.h"
#include "stats/roc_walk.h"
#include "stats/wide.h"

/* How often rows of a class count in all. */
struct totals {
	uint64_t p, n;
};

static int begin(struct ev_estimate *out, const char *name,
		 const struct ev_cases *c)
{
	memset(out, 0, sizeof(*out));
	out->method = name;
	out->flags = EV_STAT_NO_INTERVAL;
	if (c->n > INT32_MAX)
		return ev_fail(EV_ELIMIT, "more than %d rows", INT32_MAX);
	return 0;
}

static bool is_sound(const struct ev_marker *m, const struct ev_cases *c,
		     uint32_t row)
{
	return c->truth[row] <= 1 && !ev_fp_is_nan(m->score[row]) &&
		(!c->cluster || c->cluster[row] < c->clusters);
}

static int unsound(uint32_t row)
{
	return ev_fail(EV_EINVALID, "row %u has no truth, score or cluster",
		       (unsigned)row);
}

static int start(struct ev_estimate *out, struct totals *t, const char *name,
		 const struct ev_marker *m, const struct ev_cases *c,
		 const uint32_t *times)
{
	uint64_t by[2] = { 0, 0 };
	uint32_t row;
	size_t i;
	int ret = begin(out, name, c);

	for (i = 0; ret == 0 && i < c->n; i++) {
		row = m->order[i];
		if (!is_sound(m, c, row))
			return unsound(row);
		by[c->truth[row]] += !times ? 1 :
			times[c->cluster ? c->cluster[row] : row];
	}
	t->n = by[0];
	t->p = by[1];
	out->n = (double)(t->n + t->p);
	return ret;
}

static int between(double x, const char *what)
{
	if (x >= 0 && x <= 1)
		return 0;
	return ev_fail(EV_EINVALID, "%s is not between 0 and 1", what);
}

static bool both_classes(struct ev_estimate *out, const struct totals *t)
{
	if (t->p > 0 && t->n > 0)
		return true;
	out->flags = EV_STAT_UNDEFINED;
	return false;
}

/*
 * Twice the area, not yet over the totals, as each row's counts are met on the
 * way down: rows lie far apart in memory, and replicates come here by the
 * thousand, so they are looked at once.
 */
static inline __attribute__((always_inline))
int areas(ev_uint128 *u, struct totals *t, const struct ev_marker *m,
	  const struct ev_cases *c, const uint32_t *times,
	  const uint32_t *cluster)
{
	size_t left = c->n;
	uint64_t by[2];
	uint32_t row;
	double score;

	while (left > 0) {
		score = m->score[m->order[left - 1]];
		by[0] = by[1] = 0;
		do {
			row = m->order[left - 1];
			if (!is_sound(m, c, row))
				return unsound(row);
			by[c->truth[row]] += !times ? 1 :
				times[cluster ? cluster[row] : row];
		} while (--left > 0 &&
			 m->score[m->order[left - 1]] == score);
		t->n += by[0];
		t->p += by[1];
		/* a step over by[0] lies at p - by[1] to p */
		*u += (ev_uint128)by[0] * (2 * t->p - by[1]);
	}
	return 0;
}

int ev_weighted_auc(struct ev_estimate *out, const struct ev_marker *m,
		    const struct ev_cases *c, const uint32_t *times)
{
	struct totals t = { 0, 0 };
	ev_uint128 u = 0;
	int ret = begin(out, "mann_whitney", c);

	if (ret < 0)
		return ret;
	ret = !times ? areas(&u, &t, m, c, NULL, NULL) :
		c->cluster ? areas(&u, &t, m, c, times, c->cluster) :
		areas(&u, &t, m, c, times, NULL);
	out->n = (double)(t.n + t.p);
	if (ret < 0 || !both_classes(out, &t))
		return ret;
	out->value = ev_int128_double((ev_int128)u) /
		     ev_int128_double(2 * (ev_int128)t.p * (ev_int128)t.n);
	return 0;
}

int ev_marker_places(uint32_t **place, uint64_t **first,
		     const struct ev_marker *m, const struct ev_cases *c)
{
	size_t i, words = c->n / 64 + 1;
	uint32_t row, *p;
	uint64_t *f;

	*place = p = ev_malloc((c->n + 1) * sizeof(*p));
	*first = f = ev_calloc(words, sizeof(*f));
	if (c->n > INT32_MAX)
		return ev_fail(EV_ELIMIT, "more than %d rows", INT32_MAX);
	for (i = 0; i < c->n; i++) {
		row = m->order[i];
		if (!is_sound(m, c, row))
			return unsound(row);
		p[i] = 2 * (c->cluster ? c->cluster[row] : row) +
			c->truth[row];
		if (i == 0 || m->score[row] != m->score[m->order[i - 1]])
			f[i / 64] |= 1ULL << i % 64;
	}
	return 0;
}

int ev_ordered_auc(struct ev_estimate *out, const struct ev_auc_order *o,
		   size_t n, const uint32_t *times)
{
	uint64_t positive = 0, negative = 0, k, here[2] = { 0, 0 };
	struct totals t = { 0, 0 };
	ev_uint128 u = 0;
	size_t i;

	memset(out, 0, sizeof(*out));
	out->method = "mann_whitney";
	out->flags = EV_STAT_NO_INTERVAL;
	for (i = 0; i <= n; i++) {
		if (i == n || o->first[i / 64] >> i % 64 & 1) {
			/* twice those below, and once those beside it */
			u += (ev_uint128)here[1] * (2 * negative + here[0]);
			negative += here[0];
			positive += here[1];
			here[0] = here[1] = 0;
		}
		if (i == n)
			break;
		k = times ? times[o->place[i] >> 1] : 1;
		/* no branch on the truth, which no processor foresees */
		here[0] += k & ((uint64_t)(o->place[i] & 1) - 1);
		here[1] += k & -(uint64_t)(o->place[i] & 1);
	}
	t.n = negative;
	t.p = positive;
	out->n = (double)(t.n + t.p);
	if (!both_classes(out, &t))
		return 0;
	out->value = ev_int128_double((ev_int128)u) /
		     ev_int128_double(2 * (ev_int128)t.p * (ev_int128)t.n);
	return 0;
}

int ev_sens_at_spec(struct ev_estimate *out, const struct ev_marker *m,
		    const struct ev_cases *c, const uint32_t *times,
		    double spec)
{
	struct ev_walk w;
	struct totals t;
	int ret = between(spec, "the specificity");

	if (ret < 0)
		return ret;
	ret = start(out, &t, "step", m, c, times);
	if (ret < 0 || !both_classes(out, &t))
		return ret;
	ev_walk_init(&w, m, c, times);
	/* the first cut-point calls nobody: 0 at specificity 1 */
	while (ev_walk_step(&w) &&
	       (double)(t.n - w.fp) / (double)t.n >= spec)
		out->x = (double)w.tp;
	out->value = out->x / (double)t.p;
	out->n = (double)t.p;
	return 0;
}

int ev_spec_at_sens(struct ev_estimate *out, const struct ev_marker *m,
		    const struct ev_cases *c, const uint32_t *times,
		    double sens)
{
	struct ev_walk w;
	struct totals t;
	int ret = between(sens, "the sensitivity");

	if (ret < 0)
		return ret;
	ret = start(out, &t, "step", m, c, times);
	if (ret < 0 || !both_classes(out, &t))
		return ret;
	ev_walk_init(&w, m, c, times);
	while ((double)w.tp / (double)t.p < sens && ev_walk_step(&w))
		;
	out->x = (double)(t.n - w.fp);
	out->value = out->x / (double)t.n;
	out->n = (double)t.n;
	return 0;
}

/* Of the area over 0 <= fp <= limit, in units of tp times fp. */
static double area_to(double limit, struct ev_walk *w)
{
	double part = 0, f, rise;
	ev_uint128 u = 0;

	while (ev_walk_step(w)) {
		if ((double)w->fp <= limit) {
			u += (ev_uint128)w->dfp * (2 * w->tp - w->dtp);
			continue;
		}
		/* the line up to here is cut off at the limit */
		f = limit - (double)(w->fp - w->dfp);
		rise = (double)w->dtp * (f / (double)w->dfp);
		part = f * ((double)(w->tp - w->dtp) + rise / 2);
		break;
	}
	return ev_int128_double((ev_int128)u) / 2 + part;
}

int ev_partial_auc(struct ev_estimate *out, const struct ev_marker *m,
		   const struct ev_cases *c, const uint32_t *times,
		   double from, bool mcclish)
{
	double width, least;
	struct ev_walk w;
	struct totals t;
	int ret;

	memset(out, 0, sizeof(*out));
	if (!(from >= 0 && from < 1))
		return ev_fail(EV_EINVALID, "the specificity is not between 0 "
			       "and 1");
	ret = start(out, &t, mcclish ? "partial_mcclish" : "partial", m, c,
		    times);
	if (ret < 0 || !both_classes(out, &t))
		return ret;
	ev_walk_init(&w, m, c, times);
	width = from > 0 ? ev_alpha(from) : 1;
	out->value = area_to(width * (double)t.n, &w) / (double)t.p /
		     (double)t.n;
	least = width * width / 2;
	if (mcclish)
		out->value = (1 + (out->value - least) / (width - least)) / 2;
	return 0;
}

int ev_average_precision(struct ev_estimate *out, const struct ev_marker *m,
			 const struct ev_cases *c, const uint32_t *times)
{
	struct ev_pair sum = { 0, 0 };
	struct ev_walk w;
	struct totals t;
	int ret = start(out, &t, "step", m, c, times);

	if (ret < 0)
		return ret;
	if (t.p == 0) {
		out->flags = EV_STAT_UNDEFINED;
		return 0;
	}
	ev_walk_init(&w, m, c, times);
	while (ev_walk_step(&w)) {
		struct ev_pair one = { (double)w.dtp *
			((double)w.tp / (double)(w.tp + w.fp)), 0 };

		sum = ev_fp_add(sum, one);
	}
	out->value = (sum.hi + sum.lo) / (double)t.p;
	return 0;
}
