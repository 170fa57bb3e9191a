#include "base/compat.h"

#include "synth/pack_internal.h"

#include "base/error.h"
#include "base/mem.h"

static const struct ev_field set_fields[] = {
	{ "p", EV_F_ANY, 0, NULL, NULL, "shares of levels" },
	{ "dist", EV_F_MAP, 0, NULL, NULL, "distribution" },
	{ "value", EV_F_ANY, 0, NULL, NULL, "the same for all" },
	{ "given", EV_F_MAP, 0, NULL, NULL, "variable: by its level" },
	{ "logit", EV_F_MAP, 0, NULL, NULL, "linear predictor" },
	{ "log", EV_F_MAP, 0, NULL, NULL, "linear predictor" },
	{ "identity", EV_F_MAP, 0, NULL, NULL, "linear predictor" },
	{ "shift", EV_F_TEXT, 0, NULL, NULL, "is added" },
	{ "factor", EV_F_TEXT, 0, NULL, NULL, "multiplies" },
	{ "clip", EV_F_ANY, 0, NULL, NULL, "[low, high]" },
	{ "truncate", EV_F_ANY, 0, NULL, NULL, "[low, high]" },
	{ 0 }
};

void ev_pk_scenario_release(struct ev_scenario *s)
{
	size_t i;

	free(s->id);
	free(s->title);
	free(s->weight);
	free(s->rationale);
	ev_strs_release(&s->hazards);
	for (i = 0; i < s->n_set; i++)
		ev_pk_rule_release(&s->set[i].rule);
	free(s->set);
	free(s->initial.t);
	free(s->rate);
}

/* Overrides --------------------------------------------------------------- */

/* The variable's own rule once more, before its truncation. */
static void copy_rule(struct ev_pk *k, struct ev_rule *out, size_t i)
{
	struct ev_problems told = EV_PROBLEMS_INIT;
	struct ev_pk again = *k;
	char *path = ev_strdupf("variables.%s", k->p->variables[i].name);

	again.bad = &told;
	ev_pk_rule(&again, out, i, k->at[i], path);
	ev_problems_release(&told);
	free(path);
}

static void read_scale(struct ev_pk *k, struct ev_rule *r, size_t i,
		       const struct ev_value *v, const char *path)
{
	const struct ev_value *shift = ev_get(v, "shift");
	const struct ev_value *factor = ev_get(v, "factor");

	if ((shift || factor) &&
	    ev_variable_has_levels(&k->p->variables[i])) {
		ev_problem_add(k->bad, shift ? shift : factor, NULL, "field "
			       "'%s': '%s' has levels: there is nothing to "
			       "shift or multiply", path,
			       k->p->variables[i].name);
		return;
	}
	ev_pk_number(k, &r->shift, shift, path, -1e9, 1e9);
	ev_pk_number(k, &r->factor, factor, path, 1e-9, 1e9);
}

/* A copula joins distributions, and a scenario may only bring another. */
static void check_joined(struct ev_pk *k, const struct ev_rule *r, size_t i,
			 const struct ev_value *v, const char *path)
{
	const struct ev_copula *c = &k->p->copula;

	if (k->p->variables[i].latent < 0)
		return;
	if (c->target == EV_TARGET_PEARSON && r->kind == EV_RULE_MARGINAL &&
	    r->marginal.kind != EV_D_NORMAL &&
	    r->marginal.kind != EV_D_CONSTANT)
		ev_problem_add(k->bad, v, NULL, "field '%s': '%s' stands in "
			       "'correlations' with 'target: pearson', and has "
			       "to stay normal", path,
			       k->p->variables[i].name);
	if (r->kind != EV_RULE_MARGINAL)
		ev_problem_add(k->bad, v, NULL, "field '%s': '%s' stands in "
			       "'correlations', and can only have another "
			       "'dist' or 'value'", path,
			       k->p->variables[i].name);
}

static void read_override(struct ev_pk *k, struct ev_override *o,
			  const struct ev_value *v, const char *path)
{
	const struct ev_variable *x = &k->p->variables[o->variable];
	size_t before = k->bad->n;
	const struct ev_value *ranges;

	o->rule.factor = 1;
	if (x->rule.kind == EV_RULE_CUT || x->rule.kind == EV_RULE_EXPR) {
		ev_problem_add(k->bad, v, NULL, "field '%s': '%s' is derived "
			       "from others: set those", path, x->name);
		return;
	}
	if (v->type != EV_MAP) {
		ev_pk_value(k, &o->rule, o->variable, v, path);
		return;
	}
	ev_schema_check(k->bad, v, set_fields, path);
	if (k->bad->n != before)
		return;
	if (!v->n)
		ev_problem_add(k->bad, v, NULL, "field '%s' sets nothing",
			       path);
	if (!ev_pk_rule(k, &o->rule, o->variable, v, path))
		copy_rule(k, &o->rule, o->variable);
	read_scale(k, &o->rule, o->variable, v, path);
	check_joined(k, &o->rule, o->variable, v, path);
	if (k->bad->n != before)
		return;
	ranges = ev_get(v, "clip") || ev_get(v, "truncate") ? v :
		ev_get(v, "value") ? NULL : k->at[o->variable];
	ev_pk_range(k, &o->rule, o->variable, ranges, path);
}

static void read_dropout(struct ev_pk *k, struct ev_scenario *s,
			 const struct ev_value *v, const char *path)
{
	static const struct ev_field fields[] = {
		{ "hazard_per_h", EV_F_TEXT, EV_F_REQUIRED, NULL, NULL,
		  "of leaving" },
		{ 0 }
	};
	size_t before = k->bad->n;

	if (!(k->p->series.window_s > 0)) {
		ev_problem_add(k->bad, v, NULL, "field '%s': the pack has no "
			       "windows", path);
		return;
	}
	ev_schema_check(k->bad, v, fields, path);
	if (k->bad->n == before)
		ev_pk_number(k, &s->dropout_per_h, ev_get(v, "hazard_per_h"),
			     path, 0, 1e6);
}

static void read_set(struct ev_pk *k, struct ev_scenario *s,
		     const struct ev_value *v, const char *path)
{
	struct ev_override *o;
	ptrdiff_t found;
	char *at;
	size_t i;

	if (!v || v->type != EV_MAP)
		return;
	s->set = ev_calloc(v->n + 1, sizeof(*s->set));
	for (i = 0; i < v->n; i++) {
		at = ev_strdupf("%s.set.%.80s", path, v->keys[i]->text);
		if (!strcmp(v->keys[i]->text, "dropout")) {
			read_dropout(k, s, v->items[i], at);
			free(at);
			continue;
		}
		found = ev_pk_variable(k, v->keys[i], v->keys[i]->text, at);
		if (found >= 0) {
			o = &s->set[s->n_set++];
			o->variable = (size_t)found;
			read_override(k, o, v->items[i], at);
		}
		free(at);
	}
}

/* The latent state -------------------------------------------------------- */

static bool from_scenario(const struct ev_value *v)
{
	return ev_streq(ev_pk_text(v), "from_scenario");
}

static void read_latent(struct ev_pk *k, struct ev_scenario *s,
			const struct ev_value *v, const struct ev_value *at,
			const char *path)
{
	static const struct ev_field fields[] = {
		{ "initial", EV_F_ANY, 0, NULL, NULL, "where it begins" },
		{ "transition_per_h", EV_F_ANY, 0, NULL, NULL, "rates" },
		{ 0 }
	};
	const struct ev_value *all = ev_get_path(k->root,
						 "longitudinal.latent");
	const struct ev_value *initial, *rates;
	char *name;

	if (!k->p->series.states.n) {
		if (v)
			ev_problem_add(k->bad, v, NULL, "field '%s.latent': "
				       "the pack has no latent state", path);
		return;
	}
	name = ev_strdupf("%s.latent", path);
	if (v)
		ev_schema_check(k->bad, v, fields, name);
	initial = ev_get(v, "initial");
	rates = ev_get(v, "transition_per_h");
	if (!initial)
		initial = ev_get(all->items[0], "initial");
	if (!rates)
		rates = ev_get(all->items[0], "transition_per_h");
	if (!initial || from_scenario(initial))
		ev_problem_add(k->bad, v ? v : at, "latent: {initial: STATE}",
			       "field '%s' does not say where '%s' begins",
			       name, k->p->series.state_name);
	else
		ev_pk_initial(k, &s->initial, initial, name);
	s->rate = ev_pk_rates(k, from_scenario(rates) ? NULL : rates, name);
	free(name);
}

/* One scenario ------------------------------------------------------------- */

static void read_size(struct ev_pk *k, struct ev_scenario *s,
		      const struct ev_value *v, const char *path)
{
	const struct ev_value *quota = ev_get(v, "quota");
	const struct ev_value *weight = ev_get(v, "weight");
	char *at = ev_strdupf("%s.at_least", path);
	uint64_t scaled;

	s->has_quota = ev_pk_whole(k, &s->quota, quota, path, 1,
				   EV_PACK_MAX_PATIENTS);
	s->weight = ev_strdup(ev_pk_text(weight));
	if (!quota == !weight)
		ev_problem_add(k->bad, v, NULL, "field '%s' must have one of "
			       "'weight' and 'quota'", path);
	if (s->weight && *s->weight && !ev_pk_weight(&scaled, s->weight))
		ev_problem_add(k->bad, weight, NULL, "field '%s.weight' must "
			       "be a decimal above 0 with at most 6 digits "
			       "before and 6 after the point, not '%.60s'",
			       path, s->weight);
	ev_pk_whole(k, &s->at_least, ev_get(v, "at_least"), at, 0,
		    EV_PACK_MAX_PATIENTS);
	if (s->has_quota && s->at_least > s->quota)
		ev_problem_add(k->bad, ev_get(v, "at_least"), NULL, "field "
			       "'%s': the quota is %llu", at,
			       (unsigned long long)s->quota);
	free(at);
}

static void read_one(struct ev_pk *k, const struct ev_value *v,
		     const char *path)
{
	static const char *const risks[] = {
		"common", "edge", "high_risk", NULL
	};
	struct ev_scenario *s = &k->p->scenarios[k->p->n_scenarios++];
	const struct ev_value *id = ev_get(v, "id");
	int risk = ev_pk_index(ev_get(v, "risk"), risks);
	char *hazards = ev_strdupf("%s.hazards", path);
	size_t i;

	s->id = ev_pk_dup(v, "id");
	s->title = ev_pk_dup(v, "title");
	s->rationale = ev_pk_dup(v, "rationale");
	s->risk = risk < 0 ? EV_RISK_COMMON : (enum ev_risk)risk;
	s->dropout_per_h = -1;
	if (s->id && *s->id && !ev_pk_is_id(s->id))
		ev_problem_add(k->bad, id, NULL, "field '%s.id': '%.80s' is no "
			       "name: use letters, digits and . _ -", path,
			       s->id);
	for (i = 0; s->id && i + 1 < k->p->n_scenarios; i++)
		if (ev_streq(k->p->scenarios[i].id, s->id))
			ev_problem_add(k->bad, id, NULL, "scenario '%.60s' "
				       "stands twice", s->id);
	read_size(k, s, v, path);
	ev_pk_strs(k, &s->hazards, ev_get(v, "hazards"), hazards);
	read_set(k, s, ev_get(v, "set"), path);
	read_latent(k, s, ev_get(v, "latent"), v, path);
	free(hazards);
}

void ev_pk_scenarios(struct ev_pk *k)
{
	const struct ev_value *list = ev_get(k->root, "scenarios");
	uint64_t *counts;
	size_t i;
	char *path;

	if (!list || list->type != EV_LIST)
		return;
	if (!list->n || list->n > EV_PACK_MAX_SCENARIOS) {
		ev_problem_add(k->bad, list, NULL, "field 'scenarios' must "
			       "hold 1 to %u scenarios",
			       EV_PACK_MAX_SCENARIOS);
		return;
	}
	k->p->scenarios = ev_calloc(list->n, sizeof(*k->p->scenarios));
	for (i = 0; i < list->n; i++) {
		path = ev_strdupf("scenarios[%zu]", i);
		if (list->items[i]->type == EV_MAP)
			read_one(k, list->items[i], path);
		free(path);
	}
	/* the schema may have refused a weight that is not there now */
	if (k->bad->n)
		return;
	counts = ev_calloc(list->n, sizeof(*counts));
	if (ev_pack_allocate(counts, k->p, k->p->patients) < 0)
		ev_problem_add(k->bad, list, NULL, "%s",
			       ev_error_last()->message);
	free(counts);
}
