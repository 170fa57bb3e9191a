#include "base/compat.h"

#include "synth/pack_internal.h"

#include "base/mem.h"

#define PI 3.141592653589793
#define POSITIVE 1e-10			/* least eigenvalue that is enough */

/* The row of a variable; -1 after a problem. */
static ptrdiff_t row_of(struct ev_pk *k, const struct ev_value *at,
			const char *name)
{
	struct ev_copula *c = &k->p->copula;
	ptrdiff_t i = ev_pk_variable(k, at, name, "correlations.pairs");
	struct ev_variable *x;
	const char *why = NULL;

	if (i < 0)
		return -1;
	x = &k->p->variables[i];
	if (x->latent >= 0)
		return x->latent;
	if (ev_variable_has_levels(x))
		why = "has levels: make it depend by 'given' or 'logit'";
	else if (x->rule.kind != EV_RULE_MARGINAL)
		why = "has no distribution of its own";
	else if (x->rule.marginal.kind == EV_D_CONSTANT)
		why = "is constant";
	else if (c->target == EV_TARGET_PEARSON &&
		 (x->rule.marginal.kind != EV_D_NORMAL ||
		  x->rule.marginal.truncated || x->rule.has_clip))
		why = "is not a whole normal distribution, and only of these "
		      "is the latent correlation that of the values: use "
		      "'target: spearman'";
	if (why || c->n == EV_PACK_MAX_COPULA) {
		ev_problem_add(k->bad, at, NULL, "field 'correlations.pairs': "
			       "'%s' %s", x->name, why ? why :
			       "is one variable too many");
		return -1;
	}
	x->latent = (ptrdiff_t)c->n;
	c->variable[c->n] = (size_t)i;
	return (ptrdiff_t)c->n++;
}

struct pair { ptrdiff_t a, b; double rho; };

static void read_pair(struct ev_pk *k, struct pair *out,
		      const struct ev_value *key, const struct ev_value *v)
{
	char *a = ev_strdup(key->text), *b = strchr(a, '~');

	out->a = out->b = -1;
	if (!b) {
		ev_problem_add(k->bad, key, NULL, "field 'correlations."
			       "pairs': '%.60s' must be two variables, A~B",
			       key->text);
	} else {
		*b++ = '\0';
		out->a = row_of(k, key, a);
		out->b = row_of(k, key, b);
		if (out->a >= 0 && out->a == out->b)
			ev_problem_add(k->bad, key, NULL, "field "
				       "'correlations.pairs': '%.60s' names "
				       "one variable twice", key->text);
		ev_pk_number(k, &out->rho, v, "correlations.pairs", -1, 1);
	}
	free(a);
}

static double latent_of(const struct ev_copula *c, double rho)
{
	return c->target == EV_TARGET_SPEARMAN ?
		2 * ev_pk_sine(PI * rho / 6) : rho;
}

static void fill(struct ev_pk *k, const struct pair *pairs, size_t n_pairs,
		 const struct ev_value *v)
{
	struct ev_copula *c = &k->p->copula;
	size_t n = c->n, i, a, b;
	uint8_t *said = ev_calloc(n * n + 1, 1);

	c->asked = ev_calloc(n * n + 1, sizeof(*c->asked));
	c->latent = ev_calloc(n * n + 1, sizeof(*c->latent));
	c->factor = ev_calloc(n * n + 1, sizeof(*c->factor));
	for (i = 0; i < n; i++)
		c->asked[i * n + i] = c->latent[i * n + i] = 1;
	for (i = 0; i < n_pairs; i++) {
		a = (size_t)pairs[i].a;
		b = (size_t)pairs[i].b;
		if (said[a * n + b])
			ev_problem_add(k->bad, v->keys[i], NULL, "field "
				       "'correlations.pairs': '%.60s' stands "
				       "twice", v->keys[i]->text);
		said[a * n + b] = said[b * n + a] = 1;
		c->asked[a * n + b] = c->asked[b * n + a] = pairs[i].rho;
		c->latent[a * n + b] = latent_of(c, pairs[i].rho);
		c->latent[b * n + a] = c->latent[a * n + b];
	}
	free(said);
}

static void factorise(struct ev_pk *k, const struct ev_value *pairs,
		      bool repair)
{
	struct ev_copula *c = &k->p->copula;
	double *values = ev_calloc(c->n + 1, sizeof(*values));
	double *vectors = ev_calloc(c->n * c->n + 1, sizeof(*vectors));
	size_t i;
	bool ok;

	ev_pk_eigen(values, vectors, c->latent, c->n);
	c->least_eigenvalue = values[0];
	for (i = 1; i < c->n; i++)
		if (values[i] < c->least_eigenvalue)
			c->least_eigenvalue = values[i];
	ok = c->least_eigenvalue > POSITIVE &&
	     ev_pk_cholesky(c->factor, c->latent, c->n);
	if (!ok && repair) {
		c->repaired = true;
		ev_pk_nearest(c->latent, c->n);
		ok = ev_pk_cholesky(c->factor, c->latent, c->n);
	}
	if (!ok)
		ev_problem_add(k->bad, pairs, "repair: nearest", "field "
			       "'correlations.pairs': no distribution has "
			       "these correlations: the least eigenvalue of "
			       "their matrix is %.6f", c->least_eigenvalue);
	free(vectors);
	free(values);
}

void ev_pk_copula(struct ev_pk *k)
{
	static const char *const targets[] = {
		"spearman", "pearson", "latent", NULL
	};
	const struct ev_value *v = ev_get(k->root, "correlations");
	const struct ev_value *list = ev_get(v, "pairs");
	struct ev_copula *c = &k->p->copula;
	size_t before = k->bad->n, i;
	struct pair *pairs;
	int target = ev_pk_index(ev_get(v, "target"), targets);

	if (!list || list->type != EV_MAP)
		return;
	if (!list->n || list->n > EV_PACK_MAX_COPULA * EV_PACK_MAX_COPULA) {
		ev_problem_add(k->bad, list, NULL, "field 'correlations."
			       "pairs' must hold 1 pair or more");
		return;
	}
	c->target = target == 1 ? EV_TARGET_PEARSON :
		    target == 2 ? EV_TARGET_LATENT : EV_TARGET_SPEARMAN;
	c->variable = ev_calloc(EV_PACK_MAX_COPULA, sizeof(*c->variable));
	pairs = ev_calloc(list->n, sizeof(*pairs));
	for (i = 0; i < list->n; i++)
		read_pair(k, &pairs[i], list->keys[i], list->items[i]);
	if (k->bad->n == before) {
		fill(k, pairs, list->n, list);
		if (k->bad->n == before)
			factorise(k, list, ev_streq(ev_pk_text(
				  ev_get(v, "repair")), "nearest"));
	}
	free(pairs);
}
