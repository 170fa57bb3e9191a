/*
 * Any bytes as a scenario pack.  No fault; what is refused says where; what is
 * accepted is whole: an order in which each variable comes after what it
 * needs, thresholds that ascend, a matrix that is the product of its factor,
 * scenarios that add up to the cohort; and the first patient of each is drawn
 * with values that their columns can have, or it is said why not.
 */
#include "base/compat.h"

#include <math.h>

#include "base/error.h"
#include "base/mem.h"
#include "synth/draw.h"
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
		want((p->constraints[i].expr != NULL) ==
		     (p->constraints[i].unique < 0));
	want_order(p);
	want_copula(&p->copula);
	want_sizes(p);
	ev_buf_release(&text);
}

static void want_windows(const struct ev_drawn *d)
{
	const struct ev_longitudinal *l = &d->pack->series;
	size_t i, k;

	for (i = 0; i < d->windows; i++) {
		want(d->start_s[i] >= 0 &&
		     (!i || d->start_s[i] > d->start_s[i - 1]));
		want(!l->states.n || d->state[i] < l->states.n);
		for (k = 0; k < l->n_series; k++)
			want(!isinf(d->series[i * l->n_series + k]));
	}
	for (i = 0; d->pack->score.given && i < d->windows; i++)
		want(isnan(d->score[i]) ||
		     (d->score[i] >= 0 && d->score[i] <= 1));
	want(!d->dropped || d->dropout_reason < l->dropout_reasons.n);
}

static void want_values(const struct ev_drawn *d)
{
	const struct ev_variable *v;
	size_t i;

	for (i = 0; i < d->pack->n_variables; i++) {
		v = &d->pack->variables[i];
		want(!isinf(d->values[i]) && isfinite(d->full[i]));
		want(isnan(d->values[i]) || d->values[i] == d->full[i]);
		if (ev_variable_has_levels(v))
			want(d->full[i] >= 0 && d->full[i] < v->levels.n &&
			     d->full[i] == floor(d->full[i]));
	}
}

/* Some packs ask for more windows than there is time for here. */
static bool is_quick(const struct ev_pack *p)
{
	return p->series.window_s == 0 ||
		ev_marginal_quantile(&p->series.per_patient, 0.9) < 500;
}

static void want_drawn(const struct ev_pack *p)
{
	struct ev_source source;
	struct ev_drawn d;
	size_t i;
	int ret = ev_source_init(&source, p, 1, p->patients);

	ev_drawn_init(&d, p);
	want(!ret || ret == EV_EINVALID || ret == EV_ELIMIT);
	for (i = 0; !ret && i < p->n_scenarios && i < 20; i++) {
		if (!source.counts[i])
			continue;
		ret = ev_draw(&d, &source, source.first[i]);
		want(!ret || ret == EV_EINVALID || ret == EV_ELIMIT);
		if (!ret) {
			want(d.scenario == i);
			want_values(&d);
			want_windows(&d);
		}
	}
	ev_drawn_release(&d);
	ev_source_release(&source);
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
	if (is_quick(&p))
		want_drawn(&p);
	ev_pack_release(&p);
	return 0;
}
