/*
 * Any bytes as a scenario pack.  No fault; what is refused says where; what is
 * accepted is whole: an order in which each variable comes after what it
 * needs, thresholds that ascend, a matrix that is the product of its factor,
 * scenarios that add up to the cohort.
 */
#include "base/compat.h"

#include <math.h>

#include "base/error.h"
#include "base/mem.h"
#include "synth/pack_internal.h"
#include "tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void want(bool ok)
{
	if (!ok)
		abort();
}

static void want_levels(const struct ev_levels *l, size_t n)
{
	size_t i;

	want(l->t && l->n == n && l->last < n);
	for (i = 1; i < n; i++)
		want(l->t[i - 1] <= l->t[i]);
	want(l->t[n - 1] == UINT64_MAX);
	want(ev_levels_pick(l, UINT64_MAX) == l->last);
}

static void want_marginal(const struct ev_marginal *m)
{
	double a = ev_marginal_quantile(m, 0x1p-53);
	double b = ev_marginal_quantile(m, 0.5);
	double c = ev_marginal_quantile(m, 1 - 0x1p-53);

	/* what is beyond all doubles is infinite, and never no number */
	want(a <= b && b <= c);
	want(!m->truncated || (a >= m->low && c <= m->high));
}

static void want_rule(const struct ev_pack *p, const struct ev_rule *r,
		      const struct ev_variable *x)
{
	size_t i;

	want(r->factor > 0);
	want(ev_variable_has_levels(x) || r->kind != EV_RULE_LEVELS);
	if (r->kind == EV_RULE_LEVELS)
		want_levels(&r->levels, x->levels.n);
	else if (r->kind == EV_RULE_MARGINAL)
		want_marginal(&r->marginal);
	for (i = 0; r->kind == EV_RULE_GIVEN && i < r->given.n; i++)
		if (ev_variable_has_levels(x))
			want_levels(&r->given.levels[i], x->levels.n);
		else
			want_marginal(&r->given.marginals[i]);
	for (i = 0; i < r->predictor.n; i++)
		want(r->predictor.terms[i].variable < p->n_variables);
}

static void want_order(const struct ev_pack *p)
{
	uint8_t *done = ev_calloc(p->n_variables + 1, 1);
	uint8_t *used = ev_calloc(p->n_variables + 1, 1);
	size_t i, s, k;

	for (i = 0; i < p->n_variables; i++) {
		for (s = 0; s < p->n_scenarios && s < 20; s++) {
			memset(used, 0, p->n_variables);
			ev_pk_rule_uses(ev_pack_rule(p, s, p->order[i]), used);
			for (k = 0; k < p->n_variables; k++)
				want(!used[k] || done[k]);
		}
		want(!done[p->order[i]]);
		done[p->order[i]] = 1;
	}
	free(used);
	free(done);
}

static void want_copula(const struct ev_copula *c)
{
	double sum;
	size_t i, j, k;

	for (i = 0; i < c->n; i++)
		for (j = 0; j <= i; j++) {
			for (sum = 0, k = 0; k < c->n; k++)
				sum += c->factor[i * c->n + k] *
					c->factor[j * c->n + k];
			want(fabs(sum - c->latent[i * c->n + j]) < 1e-9);
		}
}

static void want_sizes(const struct ev_pack *p)
{
	uint64_t *counts = ev_calloc(p->n_scenarios + 1, sizeof(*counts));
	uint64_t sum = 0;
	size_t i;

	want(!ev_pack_allocate(counts, p, p->patients));
	for (i = 0; i < p->n_scenarios; i++) {
		want(counts[i] >= p->scenarios[i].at_least);
		sum += counts[i];
	}
	want(sum == p->patients);
	free(counts);
}

static void want_pack(const struct ev_pack *p)
{
	struct ev_buf text = EV_BUF_INIT;
	size_t i, k;

	fuzz_check_tree(p->tree);
	want(p->id && p->n_variables && p->n_scenarios && p->patients);
	for (i = 0; i < p->n_variables; i++) {
		want_rule(p, &p->variables[i].rule, &p->variables[i]);
		want(!ev_pack_explain(&text, p, p->variables[i].name));
	}
	for (i = 0; i < p->n_scenarios; i++) {
		for (k = 0; k < p->scenarios[i].n_set; k++)
			want_rule(p, &p->scenarios[i].set[k].rule,
				  &p->variables[p->scenarios[i].set[k]
						.variable]);
		if (p->series.states.n)
			want_levels(&p->scenarios[i].initial,
				    p->series.states.n);
	}
	for (i = 0; i < p->n_constraints; i++)
		want(p->constraints[i].expr != NULL);
	want_order(p);
	want_copula(&p->copula);
	want_sizes(p);
	ev_buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_pack p;
	int ret = ev_pack_parse(&p, "p.yaml", (const char *)data, size);

	if (ret < 0) {
		want(ret == EV_EINVALID || ret == EV_ELIMIT);
		want(strstr(ev_error_last()->message, "p.yaml") != NULL);
		want(!p.tree && !p.n_variables);
		return 0;
	}
	want_pack(&p);
	ev_pack_release(&p);
	return 0;
}
