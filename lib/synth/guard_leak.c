#include "base/compat.h"

#include "synth/guard_tree.h"

#include <math.h>

#include "base/mem.h"
#include "stats/dist.h"
#include "stats/philox.h"
#include "stats/roc.h"

#define QUERIES_MAX 100000u		/* of a table; more: every k-th */
#define RANDOM_MAX 2000u		/* rows of a random table */
#define LEVEL 0.95
#define LOW 0.05			/* the percentile that is compared */
#define Z 2.33				/* one in a hundred */
#define FPR_ROWS 100u			/* for one in a hundred of them */

/* The tables as points of the same columns. */
struct leak {
	struct ev_check *c;
	struct ev_guard_pair *pairs, *held;
	size_t k;
	struct ev_gower g;
	struct ev_points own, train, holdout;
};

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double quantile(const double *x, size_t n, double p)
{
	double at = p * (double)(n - 1);
	size_t i = (size_t)at;

	return i + 1 < n ? x[i] + (at - (double)i) * (x[i + 1] - x[i]) :
		x[n - 1];
}

/* At most `max` rows, evenly. */
static void thin(struct ev_points *p, size_t max)
{
	size_t i, from;

	if (p->n <= max)
		return;
	for (i = 0; i < max; i++) {
		from = (size_t)((double)i * ((double)p->n / (double)max));
		memmove(p->x + i * p->k, p->x + from * p->k,
			p->k * sizeof(double));
	}
	p->n = max;
}

/* Distances to the rows of `to`; second / first as ratios where asked for. */
static double *distances(double **ratios, const struct leak *x,
			 const struct ev_points *from,
			 const struct ev_points *to)
{
	struct ev_tree *t = ev_tree_new(to, &x->g);
	double *first = ev_malloc((from->n + 1) * sizeof(*first));
	double *second = ratios ? ev_malloc((from->n + 1) * sizeof(*second)) :
		NULL;
	size_t i;

	ev_tree_nearest(first, second, t, from, x->c->in->jobs);
	for (i = 0; second && i < from->n; i++)
		second[i] = second[i] > 0 && isfinite(second[i]) ?
			first[i] / second[i] : 1;
	if (ratios)
		*ratios = second;
	ev_tree_free(t);
	return first;
}

/* Rows that are uniform over what the reference spans, for comparison. */
static double random_median(const struct leak *x, size_t n)
{
	struct ev_points r = { NULL, n, x->k };
	struct ev_stream s;
	const struct ev_guard_column *c;
	double *d, median;
	uint64_t key = 0;
	size_t i, k;

	ev_stream_key(&key, "guardrails/random", x->c->s->seed);
	r.x = ev_malloc((n * x->k + 1) * sizeof(double));
	for (i = 0; i < n; i++) {
		ev_stream_init(&s, key, i, 0);
		for (k = 0; k < x->k; k++) {
			c = x->pairs[k].b;
			r.x[i * x->k + k] = c->numeric ? c->low +
				ev_stream_uniform(&s) * (c->high - c->low) :
				(double)ev_stream_below(&s, c->levels.n);
		}
	}
	d = distances(NULL, x, &r, &x->train);
	qsort(d, n, sizeof(*d), by_size);
	median = n ? quantile(d, n, 0.5) : (double)NAN;
	free(d);
	ev_points_release(&r);
	return median;
}

/* The fifth percentile of the cohort's by that of the holdout; the limit has
 * room for how well so few rows tell a percentile. */
static void low_end(struct ev_guard *g, double *own, size_t n, double *held,
		    size_t m, const struct ev_guard_limit *l, const char *what)
{
	double least = LOW - Z * sqrt(LOW * (1 - LOW) * (1 / (double)n +
							 1 / (double)m));
	double at, room;

	qsort(own, n, sizeof(*own), by_size);
	qsort(held, m, sizeof(*held), by_size);
	at = quantile(held, m, LOW);
	if (least <= 0) {
		ev_guard_incomplete(g, "too few rows to tell a fifth "
				    "percentile");
		return;
	}
	if (!(at > 0)) {
		ev_guard_undefined(g, "the holdout itself has rows that stand "
				   "in the reference");
		return;
	}
	room = quantile(held, m, least) / at;
	ev_guard_says(g, "fifth percentile of %s, by that of the holdout: "
		      "%.4g by %.4g", what, quantile(own, n, LOW), at);
	ev_guard_at_least(g, quantile(own, n, LOW) / at, l->pass * room,
			  l->review * room);
}

static void dcr(struct leak *x, double *own, double *held)
{
	struct ev_guard_limit l = ev_guard_limit(x->c->p, EV_G_DCR);
	struct ev_guard *g = ev_guard_add(x->c->out, "leak.dcr");
	size_t n = x->own.n < RANDOM_MAX ? x->own.n : RANDOM_MAX;
	double random = random_median(x, n), median;
	char *says;

	low_end(g, own, x->own.n, held, x->holdout.n, &l, "the distance to "
		"the closest row of the reference");
	median = quantile(own, x->own.n, 0.5);
	if (!g->says || !(random > 0))
		return;
	says = ev_strdup(g->says);
	ev_guard_says(g, "%s; least %.4g, median %.4g, which is %.3g of that "
		      "of random rows", says, own[0], median,
		      fmin(median / random, 1));
	free(says);
}

static void overfitting(struct leak *x)
{
	struct ev_guard_limit l = ev_guard_limit(x->c->p, EV_G_OVERFITTING);
	struct ev_guard *g = ev_guard_add(x->c->out, "leak.overfitting");
	size_t n = x->own.n, m, i;
	struct ev_points train = x->train, held = x->holdout;
	double *a, *b, closer = 0, limit;

	/* both of one size: the larger one loses rows */
	m = train.n < held.n ? train.n : held.n;
	train.x = ev_malloc((train.n * train.k + 1) * sizeof(double));
	memcpy(train.x, x->train.x, train.n * train.k * sizeof(double));
	held.x = ev_malloc((held.n * held.k + 1) * sizeof(double));
	memcpy(held.x, x->holdout.x, held.n * held.k * sizeof(double));
	thin(&train, m);
	thin(&held, m);
	a = distances(NULL, x, &x->own, &train);
	b = distances(NULL, x, &x->own, &held);
	for (i = 0; i < n; i++)
		closer += a[i] < b[i] ? 1 : a[i] == b[i] ? 0.5 : 0;
	free(a);
	free(b);
	ev_points_release(&train);
	ev_points_release(&held);
	closer /= (double)n;
	limit = 0.5 + Z * sqrt(0.25 * (1 / (double)n + 1 / (double)m));
	if (l.pass == l.pass)
		limit = fmax(l.pass, limit);
	ev_guard_says(g, "share of the cohort that is closer to the reference "
		      "than to as large a holdout; score %.3g",
		      fmin(2 * (1 - closer), 1));
	ev_guard_at_most(g, closer, limit, fmax(l.review, limit));
}

/* How many of the members are as near as the nearest share of others. */
static double found_at(const double *members, size_t n, const double *others,
		       size_t m, double share)
{
	double limit = others[(size_t)(share * (double)m)];
	size_t i;

	for (i = 0; i < n && members[i] < limit; i++)
		;
	return (double)i / (double)n;
}

/* What chance does but once in a hundred times: the limit is at the j-th of
 * the others, and beyond it lies an unknown share of members. */
static double most_found(size_t n, size_t m, double share)
{
	double j = floor(share * (double)m) + 1;
	double p = ev_beta_quantile(0.995, j, (double)m - j + 1);

	return (double)ev_binomial_quantile(0.995, (int64_t)n, p) / (double)n;
}

static void found(struct leak *x, double *members, double *others)
{
	struct ev_guard_limit l = ev_guard_limit(x->c->p, EV_G_MEMBERSHIP_TPR);
	struct ev_guard *g = ev_guard_add(x->c->out, "leak.membership_tpr");
	size_t n = x->train.n, m = x->holdout.n;
	double chance;

	if (m < FPR_ROWS || n < FPR_ROWS) {
		ev_guard_incomplete(g, "fewer than %u rows: no share of 1 in "
				    "100 to be told", FPR_ROWS);
		return;
	}
	qsort(members, n, sizeof(*members), by_size);
	qsort(others, m, sizeof(*others), by_size);
	chance = most_found(n, m, 0.01);
	ev_guard_says(g, "share of the rows of the reference that are found where 1 in 100 "
		      "of the holdout is; where 1 in 1000 is: %.3g",
		      found_at(members, n, others, m, 0.001));
	ev_guard_at_most(g, found_at(members, n, others, m, 0.01),
			 fmax(l.pass, chance), fmax(l.review, chance));
}

static void membership(struct leak *x)
{
	struct ev_guard_limit l = ev_guard_limit(x->c->p, EV_G_MEMBERSHIP);
	struct ev_guard *g = ev_guard_add(x->c->out, "leak.membership");
	size_t n = x->train.n, m = x->holdout.n, i;
	double *a = distances(NULL, x, &x->train, &x->own);
	double *b = distances(NULL, x, &x->holdout, &x->own);
	double *score = ev_malloc((n + m + 1) * sizeof(*score));
	uint32_t *order = ev_malloc((n + m + 1) * sizeof(*order));
	uint8_t *truth = ev_calloc(n + m + 1, 1);
	struct ev_marker marker = { score, order };
	struct ev_cases cases = { truth, NULL, 0, n + m };
	struct ev_estimate e;

	for (i = 0; i < n + m; i++)
		score[i] = i < n ? -a[i] : -b[i - n];
	memset(truth, 1, n);
	if (ev_marker_order(order, score, n + m) < 0 ||
	    ev_auc(&e, &marker, &cases, EV_AUC_WALD, LEVEL) < 0 ||
	    e.flags & EV_STAT_UNDEFINED) {
		ev_guard_undefined(g, "no area under a curve from so few rows");
	} else {
		ev_guard_says(g, "an attack by distance tells rows of the "
			      "reference from the holdout's with an area of "
			      "%.3f (%.3f to %.3f), of which the upper end "
			      "counts", e.value, e.lower, e.upper);
		ev_guard_at_most(g, e.upper, l.pass, l.review);
		/* a clean one is above 1/2 once in a hundred times */
		if (g->outcome != EV_OUT_PASS && e.value <= 0.5 + Z * e.se)
			ev_guard_incomplete(g, "too few rows to tell: an area "
					    "of %.3f (%.3f to %.3f)", e.value,
					    e.lower, e.upper);
	}
	found(x, a, b);
	free(a);
	free(b);
	free(score);
	free(order);
	free(truth);
}

static void nndr(struct leak *x, double *own, double *held)
{
	struct ev_guard_limit l = ev_guard_limit(x->c->p, EV_G_NNDR);

	low_end(ev_guard_add(x->c->out, "leak.nndr"), own, x->own.n, held,
		x->holdout.n, &l, "the ratio of the closest to the second "
		"closest distance");
}

/* What the holdout makes possible. */
static void with_holdout(struct leak *x)
{
	double *own, *held, *own_ratio, *held_ratio;

	thin(&x->own, QUERIES_MAX);
	thin(&x->holdout, QUERIES_MAX);
	own = distances(&own_ratio, x, &x->own, &x->train);
	held = distances(&held_ratio, x, &x->holdout, &x->train);
	dcr(x, own, held);
	nndr(x, own_ratio, held_ratio);
	free(own);
	free(held);
	free(own_ratio);
	free(held_ratio);
	overfitting(x);
	thin(&x->train, QUERIES_MAX);
	membership(x);
}

/* The columns of the holdout beside those of the pairs; NULL: one lacks. */
static struct ev_guard_pair *beside(const struct leak *x)
{
	struct ev_guard_pair *out = ev_calloc(x->k + 1, sizeof(*out));
	size_t i;

	for (i = 0; i < x->k; i++) {
		out[i].a = x->pairs[i].a;
		out[i].b = ev_guard_column(x->c->in->holdout,
					   x->pairs[i].a->name);
		if (!out[i].b || out[i].b->numeric != x->pairs[i].b->numeric) {
			free(out);
			return NULL;
		}
	}
	return out;
}

int ev_leak_distances(struct ev_check *c)
{
	struct leak x = { .c = c };
	struct ev_guard *g;

	x.pairs = ev_guard_pairs(&x.k, c->t, c->in->reference, NULL);
	x.held = x.k ? beside(&x) : NULL;
	if (!x.held || !c->t->n || !c->in->reference->n ||
	    !c->in->holdout->n) {
		g = ev_guard_add(c->out, "leak.dcr");
		ev_guard_undefined(g, "cohort, reference and holdout have no "
				   "rows of the same columns");
	} else {
		ev_gower_init(&x.g, x.pairs, x.k);
		ev_points_init(&x.own, c->t, x.pairs, x.k, false, NULL);
		ev_points_init(&x.train, c->in->reference, x.pairs, x.k, true,
			       c->p);
		ev_points_init(&x.holdout, c->in->holdout, x.held, x.k, true,
			       c->p);
		with_holdout(&x);
	}
	ev_gower_release(&x.g);
	ev_points_release(&x.own);
	ev_points_release(&x.train);
	ev_points_release(&x.holdout);
	free(x.pairs);
	free(x.held);
	return 0;
}
