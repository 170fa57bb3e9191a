#include "base/compat.h"

#include "clinical/suite_internal.h"

#include "base/mem.h"
#include "clinical/engine.h"

static void condition_release(struct ev_condition *c)
{
	ev_decimal_release(&c->limit);
	ev_decimal_release(&c->limit2);
}

void ev_su_gate_release(struct ev_gate *g)
{
	size_t i;

	free(g->id);
	free(g->hazard);
	free(g->claim);
	free(g->rationale);
	free(g->slices);
	ev_decimal_release(&g->margin);
	for (i = 0; i < g->n_margins; i++) {
		free(g->margins[i].slice);
		ev_decimal_release(&g->margins[i].margin);
	}
	free(g->margins);
	condition_release(&g->pass);
	condition_release(&g->review);
}

/* Slices ----------------------------------------------------------------- */

static void unknown_slice(const struct ev_su_gate *x,
			  const struct ev_value *v, const char *name)
{
	const struct ev_suite *s = x->s;
	const char **names = ev_calloc(s->n_slices + 1, sizeof(*names));
	const char *member = strchr(name, '=');
	char *hint;
	size_t i;

	for (i = 0; i < s->n_slices; i++)
		names[i] = s->slices[i].name;
	if (member)
		hint = ev_strdup("a gate is about all members of a slice; for "
				 "one alone, make a slice with 'where'");
	else
		hint = ev_su_meant(name, names, s->n_slices);
	ev_problem_add(x->bad, v, hint, "gate '%s': there is no slice "
		       "'%.60s'", x->g->id, name);
	free(hint);
	free(names);
}

static void read_slices(struct ev_su_gate *x, const struct ev_value *v)
{
	struct ev_strs list = EV_STRS_INIT;
	char *path = ev_strdupf("%s.slice", x->path);
	size_t i, found;

	if (v)
		ev_su_strs(&list, v, path, x->bad);
	else
		ev_strs_add(&list, "overall");
	x->g->slices = ev_calloc(list.n + 1, sizeof(*x->g->slices));
	for (i = 0; i < list.n; i++) {
		found = ev_su_family(x->s, list.items[i]);
		if (found == SIZE_MAX)
			unknown_slice(x, v, list.items[i]);
		else
			x->g->slices[x->g->n_slices++] = found;
	}
	ev_strs_release(&list);
	free(path);
}

/* A gap needs members that differ. */
static void read_statistic(struct ev_su_gate *x, const struct ev_value *v)
{
	const struct ev_family *f;
	size_t i;

	if (!ev_streq(v && v->type == EV_STRING ? v->text : NULL, "max_gap"))
		return;
	x->g->statistic = EV_OF_MAX_GAP;
	if (x->info && ev_su_stands_alone(x->info->metric))
		ev_problem_add(x->bad, v, NULL, "gate '%s': 'max_gap' of %s is "
			       "not supported", x->g->id, x->metric);
	else if (x->info && !ev_gap_is_possible(x->info->metric))
		ev_problem_add(x->bad, v, NULL, "gate '%s': 'max_gap' does not "
			       "go with %s", x->g->id, x->metric);
	for (i = 0; i < x->g->n_slices; i++) {
		f = &x->s->slices[x->g->slices[i]];
		if (f->kind == EV_SLICE_ALL || f->kind == EV_SLICE_WHERE)
			ev_problem_add(x->bad, v, NULL, "gate '%s': slice "
				       "'%s' has no members between which "
				       "there is a gap", x->g->id, f->name);
	}
	if (ev_get(x->v, "compare"))
		ev_problem_add(x->bad, v, NULL, "gate '%s': 'max_gap' of a "
			       "comparison is not supported", x->g->id);
	if (ev_get(x->v, "each"))
		ev_problem_add(x->bad, v, NULL, "gate '%s': 'max_gap' is one "
			       "number for all members, so there is no 'each'",
			       x->g->id);
}

/* One gate --------------------------------------------------------------- */

static void read_id(struct ev_su_gate *x, const struct ev_value *id)
{
	size_t i;

	x->g->id = ev_strdup(ev_su_text(id) ? id->text : "");
	if (!*x->g->id)
		return;
	if (!ev_su_name(x->g->id, false))
		ev_problem_add(x->bad, id, NULL, "'%.60s' is no id of a gate: "
			       "use letters, digits and . _ -", x->g->id);
	for (i = 0; i < x->s->n_gates; i++)
		if (!strcmp(x->s->gates[i].id, x->g->id))
			ev_problem_add(x->bad, id, NULL, "gate '%s' stands "
				       "twice", x->g->id);
}

static void read_claim(struct ev_su_gate *x, const struct ev_value *v)
{
	const struct ev_strs *claims = &x->s->claims;
	char *hint;

	x->g->claim = ev_strdup(ev_su_text(v));
	if (!x->g->claim || !claims->n || ev_strs_has(claims, x->g->claim))
		return;
	hint = ev_su_meant(x->g->claim, (const char *const *)claims->items,
			   claims->n);
	ev_problem_add(x->bad, v, hint, "gate '%s': claim '%.60s' is none of "
		       "'suite.claims'", x->g->id, x->g->claim);
	free(hint);
}

static void read_metric(struct ev_su_gate *x, struct ev_suite *s,
			const struct ev_value *v)
{
	size_t i = ev_su_request(s, v, false, x->bad);

	if (i == SIZE_MAX)
		return;
	x->g->request = i;
	x->info = ev_metric_info(s->requests[i].metric);
	x->metric = v->text;
	if (!x->info->reported_only)
		return;
	ev_problem_add(x->bad, v, NULL, "gate '%s': %s is reported, and is "
		       "nothing to judge by", x->g->id, x->metric);
	x->info = NULL;
}

static void read_rules(struct ev_su_gate *x)
{
	static const char *const words[] = {
		"pass", "review", "otherwise", "insufficient"
	};
	const struct ev_value *each = ev_get(x->v, "each");
	size_t i;
	char *path;

	if (!each) {
		ev_su_conditions(x, x->v, x->path);
		return;
	}
	for (i = 0; i < EV_ARRAY_SIZE(words); i++)
		if (ev_get(x->v, words[i]))
			ev_problem_add(x->bad, ev_get(x->v, words[i]), NULL,
				       "gate '%s' says 'each' and '%s'",
				       x->g->id, words[i]);
	if (each->type != EV_MAP)
		return;
	path = ev_strdupf("%s.each", x->path);
	ev_su_conditions(x, each, path);
	free(path);
}

static void read_gate(struct ev_suite *s, const struct ev_value *v,
		      const char *path, struct ev_problems *bad)
{
	struct ev_gate *g = &s->gates[s->n_gates];
	struct ev_su_gate x = { .s = s, .g = g, .v = v, .path = path,
				.bad = bad };
	int tier;

	g->line = v->line;
	g->column = v->column;
	read_id(&x, ev_get(v, "id"));
	s->n_gates++;
	g->hazard = ev_su_dup(v, "hazard");
	g->rationale = ev_su_dup(v, "rationale");
	read_claim(&x, ev_get(v, "claim"));
	read_metric(&x, s, ev_get(v, "metric"));
	read_slices(&x, ev_get(v, "slice"));
	read_statistic(&x, ev_get(v, "statistic"));
	ev_su_compare(&x, ev_get(v, "compare"));
	if (!ev_get(v, "compare") || g->compare != EV_CMP_NONE)
		read_rules(&x);
	tier = ev_su_index(ev_get(v, "tier"), ev_su_tiers);
	g->has_tier = tier >= 0;
	g->tier = tier < 0 ? EV_TIER_NONE :
		  (enum ev_tier)(EV_TIER_LOW + tier);
	g->waivable = !ev_get(v, "waivable");
}

void ev_su_gates(struct ev_suite *s, const struct ev_value *v,
		 struct ev_problems *bad)
{
	size_t i, n = v && v->type == EV_LIST ? v->n : 0;
	char *path;

	if (v && v->type == EV_LIST && !n)
		ev_problem_add(bad, v, NULL, "field 'gates' must not be "
			       "empty");
	if (n > EV_SUITE_MAX_GATES) {
		ev_problem_add(bad, v, NULL, "more than %u gates",
			       EV_SUITE_MAX_GATES);
		n = 0;
	}
	s->gates = ev_calloc(n + 1, sizeof(*s->gates));
	for (i = 0; i < n && bad->n <= EV_PROBLEMS_MAX; i++) {
		if (v->items[i]->type != EV_MAP)
			continue;
		path = ev_strdupf("gates[%zu]", i);
		read_gate(s, v->items[i], path, bad);
		free(path);
	}
}
