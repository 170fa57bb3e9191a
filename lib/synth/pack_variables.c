#include "base/compat.h"

#include "synth/pack_internal.h"

#include <math.h>

#include "base/mem.h"


static const struct ev_field fields[] = {
	{ "type", EV_F_STRING, EV_F_REQUIRED, NULL, NULL, "of its values" },
	{ "title", EV_F_TEXT, 0, NULL, NULL, "for people" },
	{ "unit", EV_F_TEXT, 0, NULL, NULL, "UCUM" },
	{ "code", EV_F_TEXT, 0, NULL, NULL, "of a code system" },
	{ "levels", EV_F_LIST, 0, NULL, NULL, "in order" },
	{ "p", EV_F_ANY, 0, NULL, NULL, "shares of levels" },
	{ "dist", EV_F_MAP, 0, NULL, NULL, "distribution" },
	{ "value", EV_F_ANY, 0, NULL, NULL, "the same for all" },
	{ "given", EV_F_MAP, 0, NULL, NULL, "variable: by its level" },
	{ "logit", EV_F_MAP, 0, NULL, NULL, "linear predictor" },
	{ "log", EV_F_MAP, 0, NULL, NULL, "linear predictor" },
	{ "identity", EV_F_MAP, 0, NULL, NULL, "linear predictor" },
	{ "derive", EV_F_MAP, 0, NULL, NULL, "cut or expr" },
	{ "clip", EV_F_ANY, 0, NULL, NULL, "[low, high]" },
	{ "truncate", EV_F_ANY, 0, NULL, NULL, "[low, high]" },
	{ "missing", EV_F_MAP, 0, NULL, NULL, "mcar, mar or mnar" },
	{ "sensitive", EV_F_BOOL, 0, NULL, NULL, "kept for readers" },
	{ "hidden", EV_F_BOOL, 0, NULL, NULL, "drawn, not written" },
	{ 0 }
};

/* "decimal(1)" and the others. */
static bool read_type(struct ev_variable *x, const char *text)
{
	static const struct { const char *word; enum ev_var_type type; }
	types[] = {
		{ "int", EV_V_INT }, { "categorical", EV_V_CATEGORY },
		{ "boolean", EV_V_BOOLEAN }, { "text_code", EV_V_CODE },
		{ "datetime_offset", EV_V_OFFSET },
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(types); i++)
		if (!strcmp(types[i].word, text)) {
			x->type = types[i].type;
			return true;
		}
	if (strncmp(text, "decimal(", 8) || strlen(text) != 10 ||
	    text[8] < '0' || text[8] > '9' || text[9] != ')')
		return false;
	x->type = EV_V_DECIMAL;
	x->places = (unsigned)(text[8] - '0');
	return true;
}

static void refuse_type(struct ev_pk *k, const struct ev_value *v,
			const char *path)
{
	static const char *const words[] = {
		"int", "decimal(0)", "decimal(1)", "decimal(2)", "decimal(3)",
		"categorical", "boolean", "datetime_offset", "text_code"
	};
	const char *near = ev_closest(v->text, words, EV_ARRAY_SIZE(words));
	char *hint = near ? ev_strdupf("did you mean '%s'?", near) : NULL;

	ev_problem_add(k->bad, v, hint, "field '%s.type' must be int, "
		       "decimal(PLACES), categorical, boolean, "
		       "datetime_offset or text_code, not '%.60s'", path,
		       v->text);
	free(hint);
}

/* Where the levels of a category stand, if they are the keys of a map. */
static const struct ev_value *shares_of(const struct ev_value *v)
{
	const struct ev_value *p = ev_get(v, "p"), *given = ev_get(v, "given");

	if (p && p->type == EV_MAP)
		return p;
	if (given && given->type == EV_MAP && given->n == 1 &&
	    given->items[0]->type == EV_MAP && given->items[0]->n &&
	    given->items[0]->items[0]->type == EV_MAP)
		return given->items[0]->items[0];
	return NULL;
}

static void read_levels(struct ev_pk *k, struct ev_variable *x,
			const struct ev_value *v, const char *path)
{
	const struct ev_value *list = ev_get(v, "levels");
	const struct ev_value *labels = ev_get_path(v, "derive.labels");
	const struct ev_value *shares = shares_of(v);
	char *at = ev_strdupf("%s.levels", path);

	if (x->type == EV_V_BOOLEAN) {
		ev_strs_add(&x->levels, "no");
		ev_strs_add(&x->levels, "yes");
	}
	if (list && (x->type == EV_V_BOOLEAN || !ev_variable_has_levels(x)))
		ev_problem_add(k->bad, list, NULL, "field '%s' does not go "
			       "with the type", at);
	else if (x->type == EV_V_BOOLEAN || !ev_variable_has_levels(x))
		;
	else if (list)
		ev_pk_strs(k, &x->levels, list, at);
	else if (labels)
		ev_pk_strs(k, &x->levels, labels, at);
	else if (shares)
		ev_pk_keys(k, &x->levels, shares, at);
	else
		ev_problem_add(k->bad, v, "levels: [A, B]", "field '%s': the "
			       "levels are not said", path);
	free(at);
}

static bool flag(const struct ev_value *v, const char *key)
{
	const struct ev_value *x = ev_get(v, key);

	return x && x->type == EV_BOOL && x->boolean;
}

/* Names, types and levels first: rules refer to those of others. */
static void declare(struct ev_pk *k, const struct ev_value *key,
		    const struct ev_value *v)
{
	struct ev_variable *x = &k->p->variables[k->p->n_variables];
	char *path = ev_strdupf("variables.%s", key->text);
	const struct ev_value *type = ev_get(v, "type");

	ev_pk_column(k, key, key->text, "variable");
	memset(x, 0, sizeof(*x));
	x->name = ev_strdup(key->text);
	x->latent = -1;
	x->line = key->line;
	x->column = key->column;
	k->at[k->p->n_variables++] = v;
	ev_schema_check(k->bad, v, fields, path);
	x->title = ev_pk_dup(v, "title");
	x->unit = ev_pk_dup(v, "unit");
	x->code = ev_pk_dup(v, "code");
	x->sensitive = flag(v, "sensitive");
	x->hidden = flag(v, "hidden");
	if (type && type->type == EV_STRING && *type->text) {
		if (read_type(x, type->text))
			read_levels(k, x, v, path);
		else
			refuse_type(k, type, path);
	}
	free(path);
}

void ev_pk_variables(struct ev_pk *k)
{
	const struct ev_value *v = ev_get(k->root, "variables");
	struct ev_variable *x;
	size_t before, i;
	char *path;

	if (!v || v->type != EV_MAP)
		return;
	if (!v->n || v->n > EV_PACK_MAX_VARIABLES) {
		ev_problem_add(k->bad, v, NULL, "field 'variables' must hold 1 "
			       "to %u variables", EV_PACK_MAX_VARIABLES);
		return;
	}
	k->p->variables = ev_calloc(v->n, sizeof(*k->p->variables));
	k->at = ev_calloc(v->n, sizeof(*k->at));
	for (i = 0; i < v->n; i++)
		declare(k, v->keys[i], v->items[i]);
	for (i = 0; i < v->n; i++) {
		x = &k->p->variables[i];
		path = ev_strdupf("variables.%s", x->name);
		before = k->bad->n;
		if (v->items[i]->type == EV_MAP &&
		    !ev_pk_rule(k, &x->rule, i, v->items[i], path) &&
		    k->bad->n == before)
			ev_problem_add(k->bad, v->items[i], "p, dist, value, "
				       "given, logit, log, identity or derive",
				       "field '%s' does not say how its value "
				       "comes about", path);
		if (k->bad->n == before)
			ev_pk_range(k, &x->rule, i, v->items[i], path);
		free(path);
	}
}
