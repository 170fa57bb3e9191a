#include "base/compat.h"

#include "synth/pack_internal.h"

#include "base/mem.h"

static void read_one(struct ev_pk *k, const struct ev_value *v,
		     const char *path)
{
	struct ev_constraint *c = &k->p->constraints[k->p->n_constraints++];
	const struct ev_value *id = ev_get(v, "id");
	const struct ev_value *hard = ev_get(v, "hard");
	const struct ev_value *soft = ev_get(v, "soft");
	const struct ev_value *rate = ev_get(v, "max_rate");
	const struct ev_value *text = hard ? hard : soft;
	uint64_t share = 0;
	size_t i;

	c->id = ev_pk_dup(v, "id");
	c->kind = hard ? EV_C_HARD : EV_C_SOFT;
	c->text = ev_strdup(ev_pk_text(text));
	if (c->id && *c->id && !ev_pk_is_id(c->id))
		ev_problem_add(k->bad, id, NULL, "field '%s.id': '%.80s' is no "
			       "name: use letters, digits and . _ -", path,
			       c->id);
	for (i = 0; c->id && i + 1 < k->p->n_constraints; i++)
		if (ev_streq(k->p->constraints[i].id, c->id))
			ev_problem_add(k->bad, id, NULL, "constraint '%.60s' "
				       "stands twice", c->id);
	if (!hard == !soft) {
		ev_problem_add(k->bad, v, NULL, "field '%s' must have one of "
			       "'hard' and 'soft'", path);
		return;
	}
	if (!soft != !rate)
		ev_problem_add(k->bad, rate ? rate : v, NULL, "field '%s': "
			       "'soft' and 'max_rate' go together", path);
	if (ev_pk_share(k, &share, rate, path))
		ev_pk_number(k, &c->max_rate, rate, path, 0, 1);
	c->expr = ev_pk_expr(k, text, path);
	if (c->expr && ev_expr_is_number(c->expr))
		ev_problem_add(k->bad, text, NULL, "field '%s': this is a "
			       "number, and not true or false", path);
}

/* Kinds that are written as expressions here. */
static bool is_other(struct ev_pk *k, const struct ev_value *v,
		     const char *path)
{
	static const struct { const char *word, *hint; } others[] = {
		{ "implication", "hard: \"not (A) or (B)\"" },
		{ "range", "hard: \"x >= LOW and x <= HIGH\"" },
		{ "ordering", "hard: \"a <= b and b <= c\"" },
		{ "sum", "hard: \"a + b = TOTAL\"" },
		{ "temporal", "hard: \"first <= second\"" },
		{ "unique", NULL },
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(others); i++) {
		if (!ev_get(v, others[i].word))
			continue;
		ev_problem_add(k->bad, ev_get(v, others[i].word),
			       others[i].hint, "field '%s': '%s' is not "
			       "supported", path, others[i].word);
		return true;
	}
	return false;
}

void ev_pk_constraints(struct ev_pk *k)
{
	const struct ev_value *list = ev_get(k->root, "constraints");
	char *path;
	size_t i;

	if (!list || list->type != EV_LIST)
		return;
	if (list->n > EV_PACK_MAX_CONSTRAINTS) {
		ev_problem_add(k->bad, list, NULL, "field 'constraints' has "
			       "more than %u items", EV_PACK_MAX_CONSTRAINTS);
		return;
	}
	k->p->constraints = ev_calloc(list->n + 1, sizeof(*k->p->constraints));
	for (i = 0; i < list->n; i++) {
		path = ev_strdupf("constraints[%zu]", i);
		if (list->items[i]->type == EV_MAP &&
		    !is_other(k, list->items[i], path))
			read_one(k, list->items[i], path);
		free(path);
	}
}
