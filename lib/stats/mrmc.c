#include "base/compat.h"
#include "stats/mrmc.h"

#include "base/error.h"
#include "base/mem.h"
#include "stats/mrmc_internal.h"

#define UNKNOWN 2

/* The table as markers: scores of marker m at [m * cases]. */
struct columns {
	size_t markers, cases;
	double *score;
	uint8_t *seen;
	uint8_t *truth;			/* by case, or UNKNOWN */
	uint32_t *order;
	struct ev_marker *m;
};

static void columns_init(struct columns *c, const struct ev_mrmc_table *t)
{
	size_t all;

	c->markers = (size_t)t->readers * t->modalities;
	c->cases = t->cases;
	all = c->markers * c->cases;
	c->score = ev_calloc(all + 1, sizeof(*c->score));
	c->seen = ev_calloc(all + 1, 1);
	c->order = ev_calloc(all + 1, sizeof(*c->order));
	c->truth = ev_malloc(c->cases + 1);
	memset(c->truth, UNKNOWN, c->cases + 1);
	c->m = ev_calloc(c->markers + 1, sizeof(*c->m));
}

static void columns_release(struct columns *c)
{
	free(c->score);
	free(c->seen);
	free(c->order);
	free(c->truth);
	free(c->m);
}

static int bad(const struct ev_mrmc_table *t, size_t marker, size_t which,
	       const char *what)
{
	return ev_fail(EV_EINVALID, "reader %zu, modality %zu, case %zu: %s",
		       marker % t->readers, marker / t->readers, which, what);
}

static int put(struct columns *c, const struct ev_mrmc_table *t, size_t row)
{
	size_t which = t->which[row], marker, at;

	if (t->reader[row] >= t->readers ||
	    t->modality[row] >= t->modalities || which >= t->cases)
		return ev_fail(EV_EINVALID, "row %zu is of no reader, modality "
			       "or case", row);
	marker = (size_t)t->modality[row] * t->readers + t->reader[row];
	at = marker * c->cases + which;
	if (c->seen[at])
		return bad(t, marker, which, "two ratings");
	if (ev_fp_is_nan(t->rating[row]))
		return bad(t, marker, which, "the rating is not a number");
	if (t->truth[row] > 1)
		return bad(t, marker, which, "the truth is neither 0 nor 1");
	if (c->truth[which] == UNKNOWN)
		c->truth[which] = t->truth[row];
	if (c->truth[which] != t->truth[row])
		return bad(t, marker, which, "not the truth of other rows");
	c->score[at] = t->rating[row];
	c->seen[at] = 1;
	return 0;
}

static int fill(struct columns *c, const struct ev_mrmc_table *t)
{
	size_t i, all = c->markers * c->cases;
	int ret = 0;

	for (i = 0; ret == 0 && i < t->n; i++)
		ret = put(c, t, i);
	for (i = 0; ret == 0 && t->n < all && i < all; i++)
		if (!c->seen[i])
			return bad(t, i / c->cases, i % c->cases, "no rating");
	for (i = 0; ret == 0 && i < c->markers; i++) {
		c->m[i].score = c->score + i * c->cases;
		c->m[i].order = c->order + i * c->cases;
		ret = ev_marker_order(c->order + i * c->cases, c->m[i].score,
				      c->cases);
	}
	return ret;
}

static int checked(const struct ev_mrmc_table *t, double level)
{
	struct ev_estimate e;

	if (t->readers == 0 || t->modalities == 0)
		return ev_fail(EV_EINVALID, "no readers or no modalities");
	if ((uint64_t)t->readers * t->modalities > EV_MRMC_MOST)
		return ev_fail(EV_ELIMIT, "%u readers and %u modalities are "
			       "more than %d together",
			       (unsigned)t->readers, (unsigned)t->modalities,
			       EV_MRMC_MOST);
	if ((uint64_t)t->readers * t->modalities * t->cases > INT32_MAX)
		return ev_fail(EV_ELIMIT, "more than %d ratings", INT32_MAX);
	return ev_estimate_init(&e, NULL, level);
}

static void lists(struct ev_mrmc *out, const struct ev_mrmc_table *t)
{
	size_t i, j;

	out->readers = t->readers;
	out->modalities = t->modalities;
	out->auc = ev_calloc(out->readers * out->modalities,
			     sizeof(*out->auc));
	out->means = ev_calloc(out->modalities, sizeof(*out->means));
	out->pairs = ev_calloc(out->modalities * out->modalities,
			       sizeof(*out->pairs));
	for (i = 0; i < out->modalities; i++)
		for (j = i + 1; j < out->modalities; j++) {
			out->pairs[out->n_pairs].first = i;
			out->pairs[out->n_pairs++].second = j;
		}
}

int ev_mrmc(struct ev_mrmc *out, const struct ev_mrmc_table *t, double level)
{
	struct ev_auc_contrast one = { 0, EV_AUC_ALONE };
	struct ev_auc_gram g = { 0 };
	struct columns c;
	struct ev_cases cases;
	int ret;

	memset(out, 0, sizeof(*out));
	ret = checked(t, level);
	if (ret < 0)
		return ret;
	columns_init(&c, t);
	ret = fill(&c, t);
	if (ret < 0)
		goto out;
	cases = (struct ev_cases){ c.truth, t->patient, t->patients, c.cases };
	ret = ev_auc_gram(&g, c.m, c.markers, &cases);
	if (ret < 0)
		goto out;
	lists(out, t);
	for (; one.plus < c.markers && g.m > 0 && g.n > 0; one.plus++)
		out->auc[one.plus] = ev_auc_contrast_value(&g, one);
	ev_mrmc_infer(out, &g, level);
out:
	ev_auc_gram_release(&g);
	columns_release(&c);
	return ret;
}

void ev_mrmc_release(struct ev_mrmc *m)
{
	free(m->auc);
	free(m->means);
	free(m->pairs);
	memset(m, 0, sizeof(*m));
}
