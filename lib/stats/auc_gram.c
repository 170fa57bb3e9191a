#include "base/compat.h"
#include "stats/auc_internal.h"

#include "base/error.h"
#include "base/mem.h"

/* One marker's placements, by row; rows that have none are 0. */
struct placed {
	uint32_t *at;
	int64_t m, n, u;
};

static int checked(const struct ev_cases *c)
{
	if (c->n > INT32_MAX)
		return ev_fail(EV_ELIMIT, "more than %d rows", INT32_MAX);
	return 0;
}

/* One more than the greatest row of all the orders. */
static size_t rows_of(const struct ev_marker *m, size_t k, size_t n)
{
	size_t i, j, rows = 0;

	for (j = 0; j < k; j++)
		for (i = 0; i < n; i++)
			if (m[j].order[i] >= rows)
				rows = (size_t)m[j].order[i] + 1;
	return rows;
}

/* The i-th row: in turn, if all rows are there, or in some marker's order. */
static inline uint32_t row_at(const uint32_t *order, size_t i)
{
	return order ? order[i] : (uint32_t)i;
}

static int unordered(void)
{
	return ev_fail(EV_EINVALID, "scores are not in ascending order");
}

/* Counts of the classes, and that rows can be taken as they are. */
static int count(struct placed *p, const uint32_t *order,
		 const struct ev_cases *c)
{
	uint32_t row;
	size_t i;

	p->m = 0;
	for (i = 0; i < c->n; i++) {
		row = row_at(order, i);
		if (c->truth[row] > 1)
			return ev_fail(EV_EINVALID, "the truth of row %u is "
				       "neither 0 nor 1", (unsigned)row);
		if (c->cluster && c->cluster[row] >= c->clusters)
			return ev_fail(EV_EINVALID, "the cluster of row %u is "
				       "not below %u", (unsigned)row,
				       (unsigned)c->clusters);
		p->m += c->truth[row];
	}
	p->n = (int64_t)c->n - p->m;
	return 0;
}

/* Give the rows from i to end, of which `here` are positive, their place. */
static void place_tied(struct placed *p, const struct ev_marker *m,
		       const struct ev_cases *c, size_t i, size_t end,
		       int64_t pos, int64_t here)
{
	int64_t neg = (int64_t)i - pos, tied = (int64_t)(end - i) - here;
	uint32_t by[2], row;

	by[0] = (uint32_t)(2 * (p->m - pos) - here);
	by[1] = (uint32_t)(2 * neg + tied);
	p->u += here * by[1];
	for (; i < end; i++) {
		row = m->order[i];
		p->at[row] = by[c->truth[row]];
	}
}

static int place(struct placed *p, const struct ev_marker *m,
		 const uint32_t *order, const struct ev_cases *c)
{
	int64_t pos = 0, here;
	size_t i, end;
	double score, next = 0;
	int ret = count(p, order, c);

	p->u = 0;
	if (ret == 0 && c->n > 0)
		next = m->score[m->order[0]];
	for (i = 0; ret == 0 && i < c->n; i = end) {
		score = next;
		here = 0;
		end = i;
		do {
			here += c->truth[m->order[end]];
			if (++end < c->n)
				next = m->score[m->order[end]];
		} while (end < c->n && next == score);
		if (ev_fp_is_nan(score) || (end < c->n && !(next > score)))
			return unordered();
		place_tied(p, m, c, i, end, pos, here);
		pos += here;
	}
	return ret;
}

void ev_auc_gram_unit(struct ev_auc_gram *g, int64_t m, int64_t n,
		      const struct ev_auc_part *p)
{
	struct ev_auc_products *x = g->products;
	int64_t c, d;
	size_t a, b;

	if (m + n == 0)
		return;
	g->clusters++;
	g->clusters_m += m > 0;
	g->clusters_n += n > 0;
	g->mm += (ev_int128)m * m;
	g->mn += (ev_int128)m * n;
	g->nn += (ev_int128)n * n;
	for (a = 0; a < g->k; a++) {
		c = p[a].sum[1];
		d = p[a].sum[0];
		g->sums[a].mc += (ev_int128)m * c;
		g->sums[a].nc += (ev_int128)n * c;
		g->sums[a].md += (ev_int128)m * d;
		g->sums[a].nd += (ev_int128)n * d;
		for (b = 0; b < g->k; b++, x++) {
			x->cc += (ev_int128)c * p[b].sum[1];
			x->dd += (ev_int128)d * p[b].sum[0];
			x->cd += (ev_int128)c * p[b].sum[0];
		}
	}
}

/* Each row a cluster: what add() would come to, with less work. */
static void add_rows(struct ev_auc_gram *g, const struct placed *p,
		     const uint32_t *order, const struct ev_cases *c)
{
	struct ev_auc_products *x;
	size_t i, a, b, k = g->k;
	uint64_t at;
	uint32_t row;

	for (i = 0; i < c->n; i++) {
		row = row_at(order, i);
		for (a = 0; a < k; a++) {
			at = p[a].at[row];
			x = g->products + a * k;
			if (c->truth[row])
				for (b = 0; b <= a; b++)
					x[b].cc += (ev_uint128)at *
						   p[b].at[row];
			else
				for (b = 0; b <= a; b++)
					x[b].dd += (ev_uint128)at *
						   p[b].at[row];
		}
	}
	ev_auc_gram_rows(g);
}

void ev_auc_gram_rows(struct ev_auc_gram *g)
{
	size_t a, b, k = g->k;

	for (a = 0; a < k; a++) {
		for (b = 0; b < a; b++)
			g->products[b * k + a] = g->products[a * k + b];
		g->sums[a].mc = g->sums[a].u;
		g->sums[a].nd = g->sums[a].u;
	}
	g->clusters_m = g->m;
	g->clusters_n = g->n;
	g->clusters = g->m + g->n;
	g->mm = g->m;
	g->nn = g->n;
}

static void add_clusters(struct ev_auc_gram *g, const struct placed *p,
			 const uint32_t *order, const struct ev_cases *c)
{
	size_t k = g->k, i, a, clusters = c->clusters;
	struct ev_auc_part *parts, *at;
	uint32_t (*rows)[2] = ev_calloc(clusters, sizeof(*rows));
	uint32_t row;

	parts = ev_calloc(clusters, k * sizeof(*parts));
	for (i = 0; i < c->n; i++) {
		row = row_at(order, i);
		at = parts + (size_t)c->cluster[row] * k;
		rows[c->cluster[row]][c->truth[row]]++;
		for (a = 0; a < k; a++)
			at[a].sum[c->truth[row]] += p[a].at[row];
	}
	for (i = 0; i < clusters; i++)
		ev_auc_gram_unit(g, rows[i][1], rows[i][0], parts + i * k);
	free(rows);
	free(parts);
}

/* Placements of each marker, looked up by the rows of the first, add up. */
static int same_rows(const struct placed *p, size_t k, const uint32_t *order,
		     size_t n)
{
	int64_t sum;
	size_t i, a;

	for (a = 1; a < k; a++) {
		sum = 0;
		for (i = 0; i < n; i++)
			sum += p[a].at[row_at(order, i)];
		if (p[a].m != p[0].m || sum != 2 * p[a].u)
			return ev_fail(EV_EINVALID, "markers to compare are "
				       "not of the same rows");
	}
	return 0;
}

void ev_auc_gram_init(struct ev_auc_gram *g, size_t k, bool clustered)
{
	memset(g, 0, sizeof(*g));
	g->k = k;
	g->sums = ev_calloc(k, sizeof(*g->sums));
	g->products = ev_calloc(k * k, sizeof(*g->products));
	g->clustered = clustered;
}

int ev_auc_gram(struct ev_auc_gram *g, const struct ev_marker *m, size_t k,
		const struct ev_cases *c)
{
	struct placed *p;
	const uint32_t *order;
	size_t a, rows;
	int ret = checked(c);

	if (ret < 0) {
		memset(g, 0, sizeof(*g));
		return ret;
	}
	ev_auc_gram_init(g, k, c->cluster != NULL);
	rows = rows_of(m, k, c->n);
	order = rows == c->n ? NULL : m[0].order;
	p = ev_calloc(k, sizeof(*p));
	for (a = 0; ret == 0 && a < k; a++) {
		p[a].at = ev_calloc(rows, sizeof(*p[a].at));
		ret = place(&p[a], &m[a], order ? m[a].order : NULL, c);
		g->sums[a].u = p[a].u;
	}
	if (ret == 0)
		ret = same_rows(p, k, order, c->n);
	if (ret == 0) {
		g->m = p[0].m;
		g->n = p[0].n;
		if (g->clustered)
			add_clusters(g, p, order, c);
		else
			add_rows(g, p, order, c);
	}
	for (a = 0; a < k; a++)
		free(p[a].at);
	free(p);
	return ret;
}

void ev_auc_gram_release(struct ev_auc_gram *g)
{
	free(g->sums);
	free(g->products);
	memset(g, 0, sizeof(*g));
}
