#include "base/compat.h"

#include "synth/guard_rows.h"

#include <math.h>

#include "base/mem.h"

/* So unlikely has an equal row to be that any is a fault.  A tenth of the
 * share that is allowed, as columns that hang together make it likelier. */
#define RARE 1e-3

static bool is_derived(const struct ev_check *c, ptrdiff_t variable)
{
	enum ev_var_rule kind = c->p->variables[variable].rule.kind;

	return kind == EV_RULE_CUT || kind == EV_RULE_EXPR;
}

/* All variables that are written, each with itself. */
static struct ev_guard_pair *own_columns(size_t *k, const struct ev_check *c,
					 uint8_t **skip)
{
	struct ev_guard_pair *out = ev_calloc(c->t->n_columns + 1,
					      sizeof(*out));
	size_t i;

	*k = 0;
	*skip = ev_calloc(c->t->n_columns + 1, 1);
	for (i = 0; i < c->t->n_columns; i++) {
		if (c->t->columns[i].variable < 0)
			continue;
		(*skip)[*k] = is_derived(c, c->t->columns[i].variable);
		out[*k].a = out[*k].b = &c->t->columns[i];
		(*k)++;
	}
	return out;
}

/* Where the pack has few different patients, another seed of it says how many
 * there are to be. */
static int allow_for_few(double *limit, double *review,
			 const struct ev_check *c,
			 const struct ev_guard_pair *pairs, size_t k)
{
	struct ev_points other;
	size_t most, unique;
	double share;
	int ret = ev_points_other(&other, c, pairs, k);

	if (ret == 0 && other.n) {
		unique = ev_points_unique(&most, &other);
		share = (double)unique / (double)other.n;
		*limit = share < 1 ? *limit * share : *limit;
		*review = share < 1 ? *review * share : *review;
	}
	ev_points_release(&other);
	return ret;
}

static int unique_rows(struct ev_check *c)
{
	struct ev_guard_limit l = ev_guard_limit(c->p, EV_G_UNIQUE);
	size_t k, unique, most, n = c->t->n;
	struct ev_points own;
	uint8_t *skip;
	struct ev_guard_pair *pairs = own_columns(&k, c, &skip);
	double share, pass = l.pass, review = l.review;
	struct ev_guard *x;
	bool few = false;
	int ret = 0;

	ev_points_init(&own, c->t, pairs, k, false, NULL);
	unique = ev_points_unique(&most, &own);
	share = n ? (double)unique / (double)n : (double)0;
	if (k && n && share < l.pass)
		few = (double)n * ev_points_collision(&own, skip) > RARE;
	if (few)
		ret = allow_for_few(&pass, &review, c, pairs, k);
	ev_points_release(&own);
	free(pairs);
	free(skip);
	if (ret < 0)
		return ret;
	x = ev_guard_add(c->out, "mode_collapse.unique");
	if (!k || !n) {
		ev_guard_undefined(x, "the table has no variables or no rows");
		return 0;
	}
	ev_guard_says(x, "%zu of %zu patients are different, the commonest one "
		      "is there %zu times%s", unique, n, most, few ?
		      "; the limit is by another seed, as the pack has few "
		      "different patients" : "");
	ev_guard_at_least(x, share, pass, review);
	return 0;
}

static void unique_ids(struct ev_check *c)
{
	const struct ev_guard_column *ids = ev_guard_column(c->t,
							    "patient_id");
	struct ev_guard *x = ev_guard_add(c->out, "identifiers.unique");

	if (!ids) {
		ev_guard_incomplete(x, "the table has no column 'patient_id'");
		return;
	}
	if (ids->numeric) {
		ev_guard_undefined(x, "identifiers are numbers");
		return;
	}
	ev_guard_says(x, "patients that share an identifier, or have none");
	ev_guard_at_most(x, (double)(c->t->n - ids->levels.n), 0,
			 (double)NAN);
}

int ev_check_modes(struct ev_check *c)
{
	unique_ids(c);
	return unique_rows(c);
}
