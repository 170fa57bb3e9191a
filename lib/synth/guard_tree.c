#include "base/compat.h"

#include "synth/guard_tree.h"

#include <math.h>
#include <pthread.h>

#include "base/mem.h"

#define LEAF 12u
#define JOBS_MAX 64u

void ev_gower_init(struct ev_gower *g, const struct ev_guard_pair *pairs,
		   size_t k)
{
	double width;
	size_t i;

	g->k = k;
	g->numeric = ev_calloc(k + 1, 1);
	g->range = ev_calloc(k + 1, sizeof(*g->range));
	for (i = 0; i < k; i++) {
		g->numeric[i] = pairs[i].b->numeric;
		width = pairs[i].b->high - pairs[i].b->low;
		g->range[i] = width > 0 ? width : 0;
	}
}

void ev_gower_release(struct ev_gower *g)
{
	free(g->numeric);
	free(g->range);
	memset(g, 0, sizeof(*g));
}

static inline double part(const struct ev_gower *g, size_t i, double x,
			  double y)
{
	double d;

	if (x != x || y != y)
		return !(x != x && y != y);
	if (!g->numeric[i] || !(g->range[i] > 0))
		return x != y;
	d = fabs(x - y) / g->range[i];
	return d < 1 ? d : 1;
}

double ev_gower_distance(const struct ev_gower *g, const double *x,
			 const double *y)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < g->k; i++)
		sum += part(g, i, x[i], y[i]);
	return sum / (double)g->k;
}

/* The rows [from, to), and what their values span in each column. */
struct side { double low, high; uint64_t codes; bool missing; };
struct node {
	size_t from, to;
	size_t left;			/* 0: a leaf; else left + 1 is right */
};
struct ev_tree {
	const struct ev_gower *g;
	size_t n, k;
	double *x;			/* rows, in the order of the tree */
	struct node *nodes;
	struct side *sides;		/* by node and column */
	size_t n_nodes, cap;
};

static uint64_t bit(double code)
{
	return UINT64_C(1) << ((uint64_t)code & 63);
}

static void span(struct ev_tree *t, size_t node)
{
	struct node *at = &t->nodes[node];
	struct side *s = t->sides + node * t->k;
	size_t i, k;
	double x;

	for (k = 0; k < t->k; k++, s++) {
		s->low = (double)INFINITY;
		s->high = -(double)INFINITY;
		s->codes = 0;
		s->missing = false;
		for (i = at->from; i < at->to; i++) {
			x = t->x[i * t->k + k];
			if (x != x) {
				s->missing = true;
				continue;
			}
			s->low = x < s->low ? x : s->low;
			s->high = x > s->high ? x : s->high;
			if (!t->g->numeric[k])
				s->codes |= bit(x);
		}
	}
}

/* How much of a distance a cut in this column could tell apart. */
static double spread(const struct ev_tree *t, size_t node, size_t k)
{
	const struct side *s = &t->sides[node * t->k + k];

	if (!(s->low < s->high))
		return s->missing && s->low <= s->high ? 1 : 0;
	if (!t->g->numeric[k] || !(t->g->range[k] > 0))
		return 1;
	return fmin((s->high - s->low) / t->g->range[k], 1);
}

static void swap_rows(struct ev_tree *t, size_t i, size_t j)
{
	double *a = t->x + i * t->k, *b = t->x + j * t->k, x;
	size_t k;

	for (k = 0; i != j && k < t->k; k++) {
		x = a[k];
		a[k] = b[k];
		b[k] = x;
	}
}

/* Missing values stand before all others. */
static double key(const struct ev_tree *t, size_t row, size_t k)
{
	double x = t->x[row * t->k + k];

	return x == x ? x : -(double)INFINITY;
}

/* Those below the pivot first; where they end. */
static size_t part_rows(struct ev_tree *t, size_t from, size_t to, size_t k,
			double pivot, bool or_equal)
{
	size_t i, end = from;
	double x;

	for (i = from; i < to; i++) {
		x = key(t, i, k);
		if (x < pivot || (or_equal && x == pivot))
			swap_rows(t, i, end++);
	}
	return end;
}

/* Halve by the median, found by ever narrower parts; equal ones stay
 * together. */
static size_t halve(struct ev_tree *t, size_t from, size_t to, size_t k)
{
	size_t low = from, high = to, middle = from + (to - from) / 2, a, b;
	double pivot;

	for (;;) {
		pivot = key(t, low + (high - low) / 2, k);
		a = part_rows(t, low, high, k, pivot, false);
		b = part_rows(t, a, high, k, pivot, true);
		if (middle < a)
			high = a;
		else if (middle >= b)
			low = b;
		else
			break;
	}
	/* the nearer end of the equal ones that leaves none empty */
	if (a > from && (b == to || middle - a <= b - middle))
		return a;
	return b;
}

static size_t new_node(struct ev_tree *t, size_t from, size_t to)
{
	size_t cap = t->cap;

	EV_GROW(t->nodes, t->n_nodes, t->cap);
	if (t->cap != cap)
		t->sides = ev_realloc(t->sides, (t->cap * t->k + 1) *
				      sizeof(*t->sides));
	t->nodes[t->n_nodes].from = from;
	t->nodes[t->n_nodes].to = to;
	t->nodes[t->n_nodes].left = 0;
	span(t, t->n_nodes);
	return t->n_nodes++;
}

/* Nodes are halved in the order that they are made: no recursion. */
static void grow(struct ev_tree *t)
{
	size_t node, k, best, from, to, middle;
	double widest, s;

	new_node(t, 0, t->n);
	for (node = 0; node < t->n_nodes; node++) {
		from = t->nodes[node].from;
		to = t->nodes[node].to;
		if (to - from <= LEAF)
			continue;
		for (k = 0, best = 0, widest = 0; k < t->k; k++) {
			s = spread(t, node, k);
			if (s > widest) {
				widest = s;
				best = k;
			}
		}
		if (!(widest > 0))
			continue;	/* all alike */
		middle = halve(t, from, to, best);
		if (middle <= from || middle >= to)
			continue;
		t->nodes[node].left = t->n_nodes;
		new_node(t, from, middle);
		new_node(t, middle, to);
	}
}

struct ev_tree *ev_tree_new(const struct ev_points *p,
			    const struct ev_gower *g)
{
	struct ev_tree *t = ev_calloc(1, sizeof(*t));

	t->g = g;
	t->n = p->n;
	t->k = p->k;
	t->x = ev_malloc((p->n * p->k + 1) * sizeof(double));
	memcpy(t->x, p->x, p->n * p->k * sizeof(double));
	grow(t);
	return t;
}

void ev_tree_free(struct ev_tree *t)
{
	if (!t)
		return;
	free(t->x);
	free(t->nodes);
	free(t->sides);
	free(t);
}

/* Looking ----------------------------------------------------------------- */

struct nearest { double first, second; };	/* sums, not means */

static void offer(struct nearest *best, double d)
{
	if (d < best->first) {
		best->second = best->first;
		best->first = d;
	} else if (d < best->second) {
		best->second = d;
	}
}

static double bound(const struct ev_tree *t, size_t node, const double *x,
		    double enough)
{
	const struct side *s = t->sides + node * t->k;
	double sum = 0, d;
	size_t k;

	for (k = 0; k < t->k && sum < enough; k++, s++) {
		if (x[k] != x[k]) {
			sum += !s->missing;
			continue;
		}
		if (!(s->low <= s->high)) {
			sum += 1;
		} else if (!t->g->numeric[k]) {
			sum += !(s->codes & bit(x[k]));
		} else if (x[k] < s->low || x[k] > s->high) {
			d = x[k] < s->low ? s->low : s->high;
			sum += part(t->g, k, x[k], d);
		}
	}
	return sum;
}

static void leaf(struct nearest *best, const struct ev_tree *t,
		 const struct node *at, const double *x)
{
	const double *y;
	double sum;
	size_t i, k;

	for (i = at->from; i < at->to; i++) {
		y = t->x + i * t->k;
		for (k = 0, sum = 0; k < t->k && sum < best->second; k++)
			sum += part(t->g, k, x[k], y[k]);
		if (k == t->k)
			offer(best, sum);
	}
}

static void search(struct nearest *best, const struct ev_tree *t, size_t node,
		   const double *x)
{
	const struct node *at = &t->nodes[node];
	double a, b;
	size_t near;

	if (!at->left) {
		leaf(best, t, at, x);
		return;
	}
	a = bound(t, at->left, x, (double)INFINITY);
	b = bound(t, at->left + 1, x, (double)INFINITY);
	near = at->left + (b < a);
	if (fmin(a, b) < best->second)
		search(best, t, near, x);
	if (fmax(a, b) < best->second)
		search(best, t, near == at->left ? near + 1 : near - 1, x);
}

struct work {
	const struct ev_tree *t;
	const struct ev_points *q;
	double *first, *second;
	size_t from, to;
};

static void *look(void *arg)
{
	struct work *w = arg;
	struct nearest best;
	size_t i;

	for (i = w->from; i < w->to; i++) {
		best.first = best.second = (double)INFINITY;
		if (w->t->n)
			search(&best, w->t, 0, w->q->x + i * w->q->k);
		w->first[i] = best.first / (double)w->t->k;
		if (w->second)
			w->second[i] = best.second / (double)w->t->k;
	}
	return NULL;
}

void ev_tree_nearest(double *first, double *second, const struct ev_tree *t,
		     const struct ev_points *q, unsigned jobs)
{
	struct work work[JOBS_MAX];
	pthread_t thread[JOBS_MAX];
	bool started[JOBS_MAX];
	unsigned n = jobs < 1 ? 1 : jobs > JOBS_MAX ? JOBS_MAX : jobs, i;

	for (i = 0; i < n; i++) {
		work[i] = (struct work){ t, q, first, second, q->n * i / n,
					 q->n * (i + 1) / n };
		started[i] = i && !pthread_create(&thread[i], NULL, look,
						  &work[i]);
		if (i && !started[i])
			look(&work[i]);
	}
	look(&work[0]);
	for (i = 1; i < n; i++)
		if (started[i])
			pthread_join(thread[i], NULL);
}

int ev_dcr(double *out, const struct ev_guard_table *a,
	   const struct ev_guard_table *b, const struct ev_strs *without,
	   unsigned jobs)
{
	size_t k;
	struct ev_guard_pair *pairs = ev_guard_pairs(&k, a, b, without);
	struct ev_points x, y;
	struct ev_gower g;
	struct ev_tree *t;
	size_t i;

	ev_gower_init(&g, pairs, k);
	ev_points_init(&x, a, pairs, k, false, NULL);
	ev_points_init(&y, b, pairs, k, true, NULL);
	t = ev_tree_new(&y, &g);
	ev_tree_nearest(out, NULL, t, &x, jobs);
	for (i = 0; i < a->n; i++)
		if (!isfinite(out[i]))
			out[i] = (double)NAN;
	ev_tree_free(t);
	ev_points_release(&x);
	ev_points_release(&y);
	ev_gower_release(&g);
	free(pairs);
	return 0;
}
