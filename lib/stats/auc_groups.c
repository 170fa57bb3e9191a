/*
 * Placements of many groups of rows in one walk up the scores, instead of one
 * for each group: what is below a row is counted by group.
 */
#include "base/compat.h"
#include "stats/auc_internal.h"

#include "base/error.h"
#include "base/mem.h"

#define BLOCK 512

/* A group while its scores are walked up: what is below for a positive row,
 * and which positives are left for a negative one. */
struct group {
	int64_t left[2];		/* positives left; negatives below */
	int64_t u;
};

struct groups {
	struct ev_auc_gram *out;
	const struct ev_auc_rows *r;
	struct group *group;		/* and one for units of none */
	/* By unit and marker; of rows that are units the first marker's
	 * placements alone, if there is a second. */
	struct ev_auc_part *part[EV_AUC_MARKERS];
	uint32_t *at;
};

static inline size_t group_of(const struct groups *g, uint32_t place)
{
	return g->r->group[place >> 1];
}

/* One row has its placement by a marker. */
static inline void put(struct groups *g, size_t marker, uint32_t place,
		       size_t group, int64_t placement)
{
	int truth = place & 1;

	g->group[group].u += placement & -(int64_t)truth;
	if (!g->r->single) {
		g->part[marker][place >> 1].sum[truth] += placement;
		return;
	}
	if (group == g->r->groups)
		return;
	ev_auc_gram_row(&g->out[group], marker, truth, placement,
			marker ? g->at[place >> 1] : 0);
	if (!marker && g->at)
		g->at[place >> 1] = (uint32_t)placement;
}

/* Rows side by side, whose scores begin and end among them. */
struct block {
	uint32_t place[BLOCK], group[BLOCK];
	uint8_t begins[BLOCK + 1];	/* another score */
	int64_t sum[BLOCK];
	size_t n;
};

/* What a row is given by rows on its one side, and by those of its score too,
 * make its placement.  Without a branch on its truth, which no processor
 * foresees. */
static inline int64_t given(const struct groups *g, uint32_t group,
			    uint32_t place)
{
	return g->group[group].left[place & 1];
}

static inline void pass(struct groups *g, uint32_t group, uint32_t place)
{
	/* a negative is one more below, a positive one less left */
	g->group[group].left[~place & 1] += 1 - 2 * (int64_t)(place & 1);
}

static void place_block(struct groups *g, struct block *b)
{
	size_t i, j, end;

	for (i = 0; i < b->n; i = end) {
		end = i;
		do {
			b->sum[end] = given(g, b->group[end], b->place[end]);
			end++;
		} while (!b->begins[end]);
		for (j = i; j < end; j++)
			pass(g, b->group[j], b->place[j]);
		for (j = i; j < end; j++)
			b->sum[j] += given(g, b->group[j], b->place[j]);
	}
}

static void put_block(struct groups *g, size_t marker, struct block *b)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		b->group[i] = (uint32_t)group_of(g, b->place[i]);
	b->begins[b->n] = 1;
	for (i = 0; i < b->n && !g->r->single; i++)
		__builtin_prefetch(&g->part[marker][b->place[i] >> 1], 1);
	place_block(g, b);
	for (i = 0; i < b->n; i++)
		put(g, marker, b->place[i], b->group[i], b->sum[i]);
	b->n = 0;
}

/* Rows of one score that are more than a block. */
static void tied(struct groups *g, size_t marker, const uint32_t *place,
		 size_t n)
{
	int64_t *sum = ev_malloc(n * sizeof(*sum));
	uint32_t group;
	size_t i, turn;

	for (turn = 0; turn < 4; turn++) {
		for (i = 0; i < n; i++) {
			if (place[i] == EV_AUC_NO_PLACE)
				continue;
			group = (uint32_t)group_of(g, place[i]);
			if (turn == 0)
				sum[i] = given(g, group, place[i]);
			else if (turn == 1)
				pass(g, group, place[i]);
			else if (turn == 2)
				sum[i] += given(g, group, place[i]);
			else
				put(g, marker, place[i], group, sum[i]);
		}
	}
	free(sum);
}

static bool begins(const struct ev_auc_order *o, size_t i)
{
	return o->first[i / 64] >> i % 64 & 1;
}

/* Where the block from `i` on ends: before a score that would not end in it.
 * `i` itself, if its score does not. */
static size_t block_end(const struct ev_auc_order *o, size_t i, size_t n)
{
	size_t end = i + BLOCK;

	if (n <= end)
		return n;
	while (end > i && !begins(o, end))
		end--;
	return end;
}

static void walk(struct groups *g, size_t marker, const struct ev_auc_order *o)
{
	size_t i, j, end, n = g->r->n;
	struct block b = { .n = 0 };
	uint8_t another;

	for (i = 0; i < g->r->groups; i++)
		g->group[i].left[0] = g->out[i].m;
	for (i = 0; i < n; i = end) {
		end = block_end(o, i, n);
		if (end == i) {
			for (end = i + 1; end < n && !begins(o, end); end++)
				;
			tied(g, marker, o->place + i, end - i);
			continue;
		}
		another = 0;
		for (j = i; j < end; j++) {
			another |= begins(o, j);
			b.place[b.n] = o->place[j];
			b.begins[b.n] = another;
			/* one that takes no part leaves it to the next */
			if (o->place[j] == EV_AUC_NO_PLACE)
				continue;
			another = 0;
			b.n++;
		}
		put_block(g, marker, &b);
	}
	for (i = 0; i < g->r->groups; i++)
		g->out[i].sums[marker].u = g->group[i].u;
	memset(g->group, 0, (g->r->groups + 1) * sizeof(*g->group));
}

/* Rows of each group, and of each unit, by truth. */
static uint32_t *count(struct groups *g, const struct ev_auc_order *o)
{
	const struct ev_auc_rows *r = g->r;
	uint32_t *rows = NULL;
	size_t i, k;

	if (!r->single)
		rows = ev_calloc(2 * (size_t)r->units + 2, sizeof(*rows));
	for (i = 0; i < r->n; i++) {
		if (o->place[i] == EV_AUC_NO_PLACE)
			continue;
		if (rows) {
			rows[o->place[i]]++;
			continue;
		}
		k = group_of(g, o->place[i]);
		if (k < r->groups)
			*(o->place[i] & 1 ? &g->out[k].m : &g->out[k].n) += 1;
	}
	for (i = 0; rows && i < r->units; i++) {
		if (r->group[i] == r->groups)
			continue;
		g->out[r->group[i]].m += rows[2 * i + 1];
		g->out[r->group[i]].n += rows[2 * i];
	}
	return rows;
}

static void add_units(struct groups *g, size_t k, const uint32_t *rows)
{
	const struct ev_auc_rows *r = g->r;
	struct ev_auc_part parts[EV_AUC_MARKERS];
	size_t i, j;

	for (i = 0; i < r->units; i++) {
		if (r->group[i] == r->groups)
			continue;
		for (j = 0; j < k; j++)
			parts[j] = g->part[j][i];
		ev_auc_gram_unit(&g->out[r->group[i]], rows[2 * i + 1],
				 rows[2 * i], parts);
	}
}

int ev_auc_groups(struct ev_auc_gram **grams, const struct ev_auc_order *orders,
		  size_t k, const struct ev_auc_rows *r)
{
	struct groups g = { .r = r };
	uint32_t *rows;
	size_t i;

	*grams = NULL;
	if (r->n > INT32_MAX)
		return ev_fail(EV_ELIMIT, "more than %d rows", INT32_MAX);
	g.out = *grams = ev_calloc(r->groups + 1, sizeof(*g.out));
	for (i = 0; i < r->groups; i++)
		ev_auc_gram_init(&g.out[i], k, !r->single);
	g.group = ev_calloc(r->groups + 1, sizeof(*g.group));
	for (i = 0; i < k && !r->single; i++)
		g.part[i] = ev_calloc((size_t)r->units + 1,
				      sizeof(*g.part[i]));
	if (r->single && k > 1)
		g.at = ev_malloc(((size_t)r->units + 1) * sizeof(*g.at));
	rows = count(&g, &orders[0]);
	for (i = 0; i < k; i++)
		walk(&g, i, &orders[i]);
	if (!r->single)
		add_units(&g, k, rows);
	for (i = 0; r->single && i < r->groups; i++)
		ev_auc_gram_rows(&g.out[i]);
	for (i = 0; i < k; i++)
		free(g.part[i]);
	free(rows);
	free(g.group);
	free(g.at);
	return 0;
}

const struct ev_auc_gram *ev_auc_group(const struct ev_auc_gram *g, size_t i)
{
	return &g[i];
}

void ev_auc_groups_free(struct ev_auc_gram *g, size_t groups)
{
	size_t i;

	for (i = 0; g && i < groups; i++)
		ev_auc_gram_release(&g[i]);
	free(g);
}
