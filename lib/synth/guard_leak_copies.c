#include "base/compat.h"

#include "synth/guard_rows.h"

#include <math.h>

#include "base/error.h"
#include "base/mem.h"
#include "data/rows.h"
#include "stats/dist.h"

#define RARE 1e-3

/* Copies where hardly any could be are a leak.  Where the declaration has few
 * different patients, another seed has as many, and a person decides. */
static int judge_copies(struct ev_check *c, const char *id,
			const struct ev_guard_pair *pairs, size_t k,
			const char *what)
{
	struct ev_points own, train, other = { NULL, 0, 0 };
	size_t copies, n, m;
	double limit = (double)NAN, chance;
	struct ev_guard *g;
	int ret = 0;

	ev_points_init(&own, c->t, pairs, k, false, NULL);
	ev_points_init(&train, c->in->reference, pairs, k, true, c->p);
	copies = k ? ev_points_copies(&own, &train) : 0;
	n = own.n;
	m = train.n;
	chance = (double)n * (double)m * ev_points_collision(&own, NULL);
	if (copies && chance > RARE)
		ret = ev_points_other(&other, c, pairs, k);
	if (ret == 0 && other.n)
		limit = ev_chi2_quantile(0.999, 2 * ((double)
			ev_points_copies(&other, &train) + 1));
	ev_points_release(&own);
	ev_points_release(&train);
	ev_points_release(&other);
	if (ret < 0)
		return ret;
	g = ev_guard_add(c->out, "%s", id);
	if (!k || !n || !m) {
		ev_guard_undefined(g, "cohort and reference have no rows of "
				   "the same columns");
		return 0;
	}
	ev_guard_says(g, "%zu of %zu patients stand in the reference, the same "
		      "in %s%s", copies, n, what, limit == limit &&
		      (double)copies <= limit ? "; another seed has as many, "
		      "as the pack has few different patients" : "");
	ev_guard_at_most(g, (double)copies, 0, limit);
	return 0;
}

static int copies(struct ev_check *c)
{
	size_t k, i, n = 0, sensitive = 0;
	struct ev_guard_pair *pairs = ev_guard_pairs(&k, c->t,
						     c->in->reference, NULL);
	int ret;

	/* labels and scores are no data of a patient */
	for (i = 0; i < k; i++)
		if (pairs[i].a->variable >= 0)
			pairs[n++] = pairs[i];
	k = n;
	ret = judge_copies(c, "leak.copies", pairs, k, "all columns");
	for (i = 0, n = 0; i < k; i++) {
		if (c->p->variables[pairs[i].a->variable].sensitive)
			sensitive++;
		else
			pairs[n++] = pairs[i];
	}
	if (ret == 0 && sensitive && n)
		ret = judge_copies(c, "leak.near_copies", pairs, n,
				   "all columns but the sensitive ones");
	free(pairs);
	return ret;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int by_number(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* A column of numbers alone may be one of identifiers, too. */
static size_t numbers_found(const struct ev_guard_column *col,
			    const struct ev_guard_table *t, char *const *ids,
			    size_t n_ids)
{
	size_t n = t->n, found = 0, i;
	double *all, id;

	if (!col->numeric || col->variable >= 0)
		return 0;
	all = ev_guard_sorted(&n, col);
	for (i = 0; i < n_ids; i++)
		if (ev_parse_double(&id, ids[i], strlen(ids[i])))
			found += bsearch(&id, all, n, sizeof(*all),
					 by_number) != NULL;
	free(all);
	return found;
}

/* Any text of the reference that is a patient of the cohort. */
static void identifiers(struct ev_check *c)
{
	const struct ev_guard_table *t = c->in->reference;
	const struct ev_guard_column *own = ev_guard_column(c->t,
							    "patient_id");
	struct ev_guard *g = ev_guard_add(c->out, "leak.identifiers");
	size_t i, k, found = 0;
	char **ids;

	if (!own || own->numeric) {
		ev_guard_incomplete(g, "the cohort has no column 'patient_id' "
				    "of texts");
		return;
	}
	ids = ev_malloc((own->levels.n + 1) * sizeof(*ids));
	if (own->levels.n)
		memcpy(ids, own->levels.items, own->levels.n * sizeof(*ids));
	qsort(ids, own->levels.n, sizeof(*ids), by_text);
	for (i = 0; i < t->n_columns; i++) {
		found += numbers_found(&t->columns[i], t, ids, own->levels.n);
		for (k = t->columns[i].declared; k < t->columns[i].levels.n;
		     k++)
			found += bsearch(&t->columns[i].levels.items[k], ids,
					 own->levels.n, sizeof(*ids),
					 by_text) != NULL;
	}
	free(ids);
	ev_guard_says(g, "%zu identifiers of the cohort stand in the "
		      "reference", found);
	ev_guard_at_most(g, (double)found, 0, (double)NAN);
}

int ev_check_leak(struct ev_check *c)
{
	const char *because = ev_guard_no_leak(c->p);
	bool derived = c->p->derived_from_patient_data;
	struct ev_guard *g;
	int ret;

	if (!c->in->reference) {
		g = ev_guard_add(c->out, "leak");
		if (derived)
			ev_guard_incomplete(g, "the pack is derived from data "
					    "of patients: it takes their "
					    "--reference and a --holdout");
		else
			ev_guard_not_applicable(g, "no parameter of the pack is "
						"derived from data of "
						"patients%s%s", because ?
						": " : "", because ?
						because : "");
		return 0;
	}
	ret = copies(c);
	if (ret < 0)
		return ret;
	identifiers(c);
	if (because) {
		g = ev_guard_add(c->out, "leak.distances");
		ev_guard_not_applicable(g, "%s", because);
	} else if (c->in->holdout) {
		ret = ev_leak_distances(c);
	} else {
		g = ev_guard_add(c->out, "leak.distances");
		if (derived)
			ev_guard_incomplete(g, "distances are told from those "
					    "of a --holdout");
		else
			ev_guard_not_applicable(g, "there is no holdout, and "
						"no parameter of the pack is "
						"derived from data of "
						"patients");
	}
	return ret;
}
