#include "base/compat.h"

#include "synth/guard_tree.h"

#include <math.h>
#include <pthread.h>

#include "base/mem.h"

#define LEAF 32u			/* rows that are looked at together */
#define JOBS_MAX 64u

/* A missing value among numbers, and how far these may be from 0: both are
 * further from one another than the distance that counts. */
#define MISSING 1e9
#define FAR 1e8

/* Numbers first: their sums are the ones that machines add up quickly. */
static void take_columns(struct ev_gower *g, const uint8_t *numeric,
			 const double *low, const double *range)
{
	size_t i, n = 0;
	int pass;

	g->column = ev_calloc(g->k + 1, sizeof(*g->column));
	g->low = ev_calloc(g->k + 1, sizeof(*g->low));
	g->range = ev_calloc(g->k + 1, sizeof(*g->range));
	g->numbers = 0;
	for (pass = 1; pass >= 0; pass--)
		for (i = 0; i < g->k; i++) {
			if (numeric[i] != pass)
				continue;
			g->column[n] = i;
			g->low[n] = pass ? low[i] : 0;
			g->range[n++] = pass ? range[i] : 1;
			g->numbers += (size_t)pass;
		}
}

void ev_gower_of(struct ev_gower *g, size_t k, const uint8_t *numeric,
		 const double *low, const double *range)
{
	memset(g, 0, sizeof(*g));
	g->k = k;
	take_columns(g, numeric, low, range);
}

void ev_gower_init(struct ev_gower *g, const struct ev_guard_pair *pairs,
		   size_t k)
{
	uint8_t *numeric = ev_calloc(k + 1, 1);
	double *low = ev_calloc(2 * k + 1, sizeof(*low)), *range = low + k;
	size_t i;

	for (i = 0; i < k; i++) {
		low[i] = pairs[i].b->low;
		range[i] = pairs[i].b->high - low[i];
		numeric[i] = pairs[i].b->numeric && range[i] > 0;
	}
	ev_gower_of(g, k, numeric, low, range);
	free(numeric);
	free(low);
}

void ev_gower_release(struct ev_gower *g)
{
	free(g->column);
	free(g->low);
	free(g->range);
	memset(g, 0, sizeof(*g));
}

void ev_gower_scale(double *out, const struct ev_gower *g, const double *x)
{
	double at;
	size_t i;

	for (i = 0; i < g->k; i++) {
		at = (x[g->column[i]] - g->low[i]) / g->range[i];
		if (at != at)
			at = MISSING;
		else if (i < g->numbers)
			at = at < -FAR ? -FAR : at > FAR ? FAR : at;
		out[i] = at + 0.0;	/* no negative zero */
	}
}

double ev_gower_distance(const struct ev_gower *g, const double *x,
			 const double *y)
{
	double *a = ev_malloc((2 * g->k + 1) * sizeof(*a)), *b = a + g->k;
	double sum = 0, d;
	size_t i;

	ev_gower_scale(a, g, x);
	ev_gower_scale(b, g, y);
	for (i = 0; i < g->k; i++) {
		d = fabs(a[i] - b[i]);
		sum += i >= g->numbers ? a[i] != b[i] : d < 1 ? d : 1;
	}
	free(a);
	return sum / (double)g->k;
}

struct node {				/* the rows [from, to) */
	size_t from, to;
	size_t left;			/* 0: a leaf; else left + 1 is right */
	size_t block;			/* of a leaf: its first */
};
struct ev_tree {
	const struct ev_gower *g;
	size_t n, k;
	double *x;			/* scaled rows, in the tree's order */
	double *blocks;			/* of leaves: LEAF rows by column */
	struct node *nodes;
	/* what the values of a node span, by node and column */
	double *low, *high;
	uint64_t *codes;
	size_t n_nodes, cap;
};

static uint64_t bit(double code)
{
	uint64_t bits;

	memcpy(&bits, &code, sizeof(bits));
	return UINT64_C(1) << (bits * UINT64_C(0x9e3779b97f4a7c15) >> 58);
}

static void span(struct ev_tree *t, size_t node)
{
	const struct node *at = &t->nodes[node];
	size_t i, k, side = node * t->k;
	double x;

	for (k = 0; k < t->k; k++, side++) {
		t->low[side] = (double)INFINITY;
		t->high[side] = -(double)INFINITY;
		t->codes[side] = 0;
		for (i = at->from; i < at->to; i++) {
			x = t->x[i * t->k + k];
			t->low[side] = x < t->low[side] ? x : t->low[side];
			t->high[side] = x > t->high[side] ? x : t->high[side];
			if (k >= t->g->numbers)
				t->codes[side] |= bit(x);
		}
	}
}

/* How much of a distance a cut in this column could tell apart. */
static double spread(const struct ev_tree *t, size_t node, size_t k)
{
	double wide = t->high[node * t->k + k] - t->low[node * t->k + k];

	if (!(wide > 0))
		return 0;
	return k < t->g->numbers ? fmin(wide, 1) : 1;
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

/* Those below the pivot first; where they end. */
static size_t part_rows(struct ev_tree *t, size_t from, size_t to, size_t k,
			double pivot, bool or_equal)
{
	size_t i, end = from;
	double x;

	for (i = from; i < to; i++) {
		x = t->x[i * t->k + k];
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
		pivot = t->x[(low + (high - low) / 2) * t->k + k];
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
	if (t->cap != cap) {
		t->low = ev_realloc(t->low, (t->cap * t->k + 1) *
				    sizeof(*t->low));
		t->high = ev_realloc(t->high, (t->cap * t->k + 1) *
				     sizeof(*t->high));
		t->codes = ev_realloc(t->codes, (t->cap * t->k + 1) *
				      sizeof(*t->codes));
	}
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

/* The rows of leaves once more, by column and in full blocks; what fills
 * these is a row again, and cut off by the leaf's end. */
static void fill_blocks(struct ev_tree *t)
{
	size_t node, block = 0, i, k, row, n = 0;
	struct node *at;

	for (node = 0; node < t->n_nodes; node++)
		if (!t->nodes[node].left)
			n += (t->nodes[node].to - t->nodes[node].from + LEAF -
			      1) / LEAF;
	t->blocks = ev_malloc((n * LEAF * t->k + 1) * sizeof(double));
	for (node = 0; node < t->n_nodes; node++) {
		at = &t->nodes[node];
		at->block = block;
		for (i = at->from; !at->left && i < at->to; i += LEAF, block++)
			for (k = 0; k < t->k * LEAF; k++) {
				row = i + k % LEAF < at->to ? i + k % LEAF : i;
				t->blocks[block * LEAF * t->k + k] =
					t->x[row * t->k + k / LEAF];
			}
	}
}

struct ev_tree *ev_tree_new(const struct ev_points *p,
			    const struct ev_gower *g)
{
	struct ev_tree *t = ev_calloc(1, sizeof(*t));
	size_t i;

	t->g = g;
	t->n = p->n;
	t->k = p->k;
	t->x = ev_malloc((p->n * p->k + 1) * sizeof(double));
	for (i = 0; i < p->n; i++)
		ev_gower_scale(t->x + i * t->k, g, p->x + i * p->k);
	grow(t);
	fill_blocks(t);
	return t;
}

void ev_tree_free(struct ev_tree *t)
{
	if (!t)
		return;
	free(t->x);
	free(t->blocks);
	free(t->nodes);
	free(t->low);
	free(t->high);
	free(t->codes);
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

/* `room` is for a value of each column. */
static double bound(const struct ev_tree *t, size_t node, const double *x,
		    double *room)
{
	const double *low = t->low + node * t->k, *high = t->high +
		node * t->k;
	const uint64_t *codes = t->codes + node * t->k;
	double sum = 0, a, b;
	size_t k;

	for (k = 0; k < t->g->numbers; k++) {
		a = low[k] - x[k];
		b = x[k] - high[k];
		a = a > b ? a : b;
		a = a > 0 ? a : 0;
		room[k] = a < 1 ? a : 1;
	}
	for (k = 0; k < t->g->numbers; k++)
		sum += room[k];
	for (; k < t->k; k++)
		sum += codes[k] & bit(x[k]) ? 0.0 : 1.0;
	return sum;
}

/* Sums of a block's rows, in the order of columns. */
static void add_block(double *sum, const struct ev_tree *t, const double *y,
		      const double *x)
{
	double d, at;
	size_t i, k;

	for (i = 0; i < LEAF; i++)
		sum[i] = 0;
	for (k = 0; k < t->k; k++, y += LEAF) {
		at = x[k];
		if (k < t->g->numbers)
			for (i = 0; i < LEAF; i++) {
				d = fabs(at - y[i]);
				sum[i] += d < 1 ? d : 1;
			}
		else
			for (i = 0; i < LEAF; i++)
				sum[i] += at != y[i] ? 1.0 : 0.0;
	}
}

static void leaf(struct nearest *best, const struct ev_tree *t,
		 const struct node *at, const double *x)
{
	const double *y = t->blocks + at->block * LEAF * t->k;
	double sum[LEAF];
	size_t from, i;

	for (from = at->from; from < at->to; from += LEAF,
	     y += LEAF * t->k) {
		add_block(sum, t, y, x);
		for (i = 0; i < LEAF && from + i < at->to; i++)
			offer(best, sum[i]);
	}
}

static void search(struct nearest *best, const struct ev_tree *t, size_t node,
		   const double *x, double *room)
{
	const struct node *at = &t->nodes[node];
	double a, b;
	size_t near;

	if (!at->left) {
		leaf(best, t, at, x);
		return;
	}
	a = bound(t, at->left, x, room);
	b = bound(t, at->left + 1, x, room);
	near = at->left + (b < a);
	if (fmin(a, b) < best->second)
		search(best, t, near, x, room);
	if (fmax(a, b) < best->second)
		search(best, t, near == at->left ? near + 1 : near - 1, x,
		       room);
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
	double *x = ev_malloc((2 * w->t->k + 1) * sizeof(*x));
	struct nearest best;
	size_t i;

	for (i = w->from; i < w->to; i++) {
		best.first = best.second = (double)INFINITY;
		ev_gower_scale(x, w->t->g, w->q->x + i * w->q->k);
		if (w->t->n)
			search(&best, w->t, 0, x, x + w->t->k);
		w->first[i] = best.first / (double)w->t->k;
		if (w->second)
			w->second[i] = best.second / (double)w->t->k;
	}
	free(x);
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
