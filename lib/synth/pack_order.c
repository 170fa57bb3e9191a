#include "base/compat.h"

#include "synth/pack_internal.h"

#include "base/mem.h"

void ev_pk_rule_uses(const struct ev_rule *r, uint8_t *used)
{
	size_t i;

	if (r->kind == EV_RULE_GIVEN)
		used[r->given.on] = 1;
	else if (r->kind == EV_RULE_CUT)
		used[r->cut.of] = 1;
	else if (r->kind == EV_RULE_EXPR && r->expr)
		ev_expr_uses(r->expr, used);
	for (i = 0; r->kind == EV_RULE_PREDICTOR && i < r->predictor.n; i++)
		used[r->predictor.terms[i].variable] = 1;
}

/* uses[i * n + j]: i needs j, by its rule or by one of a scenario. */
static uint8_t *dependencies(const struct ev_pack *p)
{
	size_t n = p->n_variables, i, k;
	uint8_t *uses = ev_calloc(n * n + 1, 1);
	const struct ev_scenario *s;

	for (i = 0; i < n; i++)
		ev_pk_rule_uses(&p->variables[i].rule, uses + i * n);
	for (i = 0; i < p->n_scenarios; i++) {
		s = &p->scenarios[i];
		for (k = 0; k < s->n_set; k++)
			ev_pk_rule_uses(&s->set[k].rule,
					uses + s->set[k].variable * n);
	}
	return uses;
}

/* From one that is left over along what it needs, until it comes again. */
static void tell_cycle(struct ev_pk *k, const uint8_t *uses,
		       const uint8_t *done)
{
	size_t n = k->p->n_variables, i = 0, at, steps = 0, from, m;
	size_t *path = ev_calloc(n + 1, sizeof(*path));
	size_t *seen = ev_calloc(n + 1, sizeof(*seen));
	struct ev_buf text = EV_BUF_INIT;
	struct ev_value place;

	while (done[i])
		i++;
	for (at = i; !seen[at];) {
		path[steps++] = at;
		seen[at] = steps;
		for (m = 0; done[m] || !uses[at * n + m]; m++)
			;
		at = m;
	}
	for (from = seen[at] - 1; from < steps; from++)
		ev_buf_addf(&text, "'%s' needs ",
			    k->p->variables[path[from]].name);
	ev_buf_addf(&text, "'%s'", k->p->variables[at].name);
	memset(&place, 0, sizeof(place));
	place.file = k->root->file;
	place.line = k->p->variables[at].line;
	place.column = k->p->variables[at].column;
	ev_problem_add(k->bad, &place, NULL, "the variables go in a circle: "
		       "%s", text.ptr);
	ev_buf_release(&text);
	free(seen);
	free(path);
}

void ev_pk_order(struct ev_pk *k)
{
	struct ev_pack *p = k->p;
	size_t n = p->n_variables, count, i, m, best;
	uint8_t *uses = dependencies(p), *done = ev_calloc(n + 1, 1);
	size_t *waits = ev_calloc(n + 1, sizeof(*waits));

	p->order = ev_calloc(n + 1, sizeof(*p->order));
	for (i = 0; i < n; i++)
		for (m = 0; m < n; m++)
			waits[i] += uses[i * n + m];
	for (count = 0; count < n; count++) {
		best = n;
		for (i = 0; i < n; i++)
			if (!done[i] && !waits[i] &&
			    (best == n || strcmp(p->variables[i].name,
						 p->variables[best].name) < 0))
				best = i;
		if (best == n) {
			tell_cycle(k, uses, done);
			break;
		}
		done[best] = 1;
		p->order[count] = best;
		for (i = 0; i < n; i++)
			waits[i] -= uses[i * n + best];
	}
	free(waits);
	free(done);
	free(uses);
}
