#include "base/compat.h"

#include "synth/pack_internal.h"

#include "base/mem.h"

static void check_scenario(struct ev_pk *k, const struct ev_value *v,
			   const char *path)
{
	struct ev_strs ids = EV_STRS_INIT;
	char *hint;
	size_t i;

	for (i = 0; v && i < k->p->n_scenarios; i++)
		if (k->p->scenarios[i].id)
			ev_strs_add(&ids, k->p->scenarios[i].id);
	if (v && v->type == EV_STRING && !ev_strs_has(&ids, v->text)) {
		hint = ev_pk_meant(v->text, &ids);
		ev_problem_add(k->bad, v, hint, "field '%s.scenario': there "
			       "is no scenario '%.60s'", path, v->text);
		free(hint);
	}
	ev_strs_release(&ids);
}

static void read_order(struct ev_pk *k, struct ev_behaviour *b,
		       const struct ev_value *v, const char *path)
{
	const struct ev_value *by = ev_get(v, "by");
	char *at = ev_strdupf("%s.by", path);
	ptrdiff_t found;

	b->increasing = !ev_streq(ev_pk_text(ev_get(v, "direction")),
				  "decreasing");
	if (!by || !ev_get(v, "direction") || ev_get(v, "metric") ||
	    ev_get(v, "ge") || ev_get(v, "le"))
		ev_problem_add(k->bad, v, "{order: METRIC, by: VARIABLE, "
			       "direction: increasing}", "field '%s': an order "
			       "has 'by' and 'direction', and no limit", path);
	if (by && by->type == EV_STRING) {
		found = ev_pk_variable(k, by, by->text, at);
		if (found >= 0 &&
		    !ev_variable_has_levels(&k->p->variables[found]))
			ev_problem_add(k->bad, by, NULL, "field '%s': '%s' "
				       "has no levels", at, by->text);
	}
	free(at);
}

static void read_limit(struct ev_pk *k, struct ev_behaviour *b,
		       const struct ev_value *v, const char *path)
{
	const struct ev_value *ge = ev_get(v, "ge"), *le = ev_get(v, "le");
	double x;

	if (!b->metric || !ge == !le || ev_get(v, "by") ||
	    ev_get(v, "direction")) {
		ev_problem_add(k->bad, v, "{scenario: ID, metric: METRIC, le: "
			       "\"0.40\"}", "field '%s' must have 'metric' "
			       "and one of 'ge' and 'le', or 'order'", path);
		return;
	}
	b->at_least = ge != NULL;
	b->limit = ev_pk_dup(v, ge ? "ge" : "le");
	ev_pk_number(k, &x, ge ? ge : le, path, -1e15, 1e15);
}

void ev_pk_behaviours(struct ev_pk *k)
{
	static const char *const bounds[] = {
		"lower", "estimate", "upper", NULL
	};
	const struct ev_value *list = ev_get(k->root, "expected_behaviour");
	const struct ev_value *v;
	struct ev_behaviour *b;
	char *path;
	size_t i;
	int bound;

	if (!list || list->type != EV_LIST || list->n > EV_PACK_MAX_ITEMS)
		return;
	k->p->behaviours = ev_calloc(list->n + 1, sizeof(*b));
	for (i = 0; i < list->n; i++) {
		v = list->items[i];
		if (v->type != EV_MAP)
			continue;
		path = ev_strdupf("expected_behaviour[%zu]", i);
		b = &k->p->behaviours[k->p->n_behaviours++];
		b->scenario = ev_pk_dup(v, "scenario");
		b->metric = ev_pk_dup(v, "metric");
		b->order_of = ev_pk_dup(v, "order");
		b->by = ev_pk_dup(v, "by");
		bound = ev_pk_index(ev_get(v, "bound"), bounds);
		b->bound = bound < 0 ? 0 : bound - 1;
		b->otherwise_review = ev_streq(ev_pk_text(ev_get(v, "else")),
					       "review");
		check_scenario(k, ev_get(v, "scenario"), path);
		if (b->order_of)
			read_order(k, b, v, path);
		else
			read_limit(k, b, v, path);
		free(path);
	}
}
