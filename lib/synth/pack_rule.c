#include "base/compat.h"

#include "synth/pack_internal.h"

#include <math.h>

#include "base/error.h"
#include "base/mem.h"
#include "synth/marginal_internal.h"

#define MAX_TERMS 200u
#define MAX_CUTS 999u

void ev_pk_rule_release(struct ev_rule *r)
{
	size_t i;

	ev_marginal_release(&r->marginal);
	free(r->levels.t);
	for (i = 0; i < r->given.n; i++) {
		if (r->given.levels)
			free(r->given.levels[i].t);
		if (r->given.marginals)
			ev_marginal_release(&r->given.marginals[i]);
	}
	free(r->given.levels);
	free(r->given.marginals);
	free(r->predictor.terms);
	free(r->cut.at);
	ev_expr_free(r->expr);
	memset(r, 0, sizeof(*r));
}

bool ev_pk_value(struct ev_pk *k, struct ev_rule *out, size_t variable,
		 const struct ev_value *v, const char *path)
{
	const struct ev_variable *x = &k->p->variables[variable];
	const char *text = ev_pk_text(v);
	char *what;
	ptrdiff_t level;
	double number;

	if (!ev_variable_has_levels(x)) {
		if (!ev_pk_number(k, &number, v, path, -1e300, 1e300))
			return false;
		out->kind = EV_RULE_MARGINAL;
		out->marginal.kind = EV_D_CONSTANT;
		out->marginal.a = number;
		return true;
	}
	if (x->type == EV_V_BOOLEAN && v->type == EV_BOOL) {
		level = v->boolean;
	} else if (text) {
		what = ev_strdupf("field '%s': '%s'", path, x->name);
		level = ev_pk_level(k, v, text, &x->levels, what);
		free(what);
	} else {
		ev_problem_add(k->bad, v, v->type == EV_BOOL ?
			       "put it in quotes" : NULL, "field '%s' must be "
			       "a level of '%s', not a %s", path, x->name,
			       ev_type_name(v->type));
		level = -1;
	}
	if (level < 0)
		return false;
	out->kind = EV_RULE_LEVELS;
	ev_pk_certain(&out->levels, (size_t)level, x->levels.n);
	return true;
}

/* A share of yes, or shares of levels. */
static bool read_shares(struct ev_pk *k, struct ev_levels *out,
			const struct ev_variable *x, const struct ev_value *v,
			const char *path)
{
	uint64_t share;

	if (x->type != EV_V_BOOLEAN || v->type == EV_MAP)
		return ev_pk_levels(k, out, v, &x->levels, path);
	if (!ev_pk_share(k, &share, v, path))
		return false;
	ev_pk_yes(out, share);
	return true;
}

static void read_given(struct ev_pk *k, struct ev_given *g, size_t variable,
		       const struct ev_value *v, const char *path)
{
	const struct ev_variable *x = &k->p->variables[variable], *on;
	const struct ev_value *table, *item;
	ptrdiff_t found, level;
	uint8_t *seen;
	char *what;
	size_t i;

	if (v->type != EV_MAP || v->n != 1 || v->items[0]->type != EV_MAP) {
		ev_problem_add(k->bad, v, "given: {VARIABLE: {LEVEL: ...}}",
			       "field '%s' must name one variable and its "
			       "levels", path);
		return;
	}
	found = ev_pk_variable(k, v->keys[0], v->keys[0]->text, path);
	if (found < 0)
		return;
	on = &k->p->variables[found];
	if (!ev_variable_has_levels(on)) {
		ev_problem_add(k->bad, v->keys[0], "derive: {cut: ...} makes "
			       "levels of a number", "field '%s': '%s' has no "
			       "levels", path, on->name);
		return;
	}
	g->on = (size_t)found;
	g->n = on->levels.n;
	if (ev_variable_has_levels(x))
		g->levels = ev_calloc(g->n + 1, sizeof(*g->levels));
	else
		g->marginals = ev_calloc(g->n + 1, sizeof(*g->marginals));
	seen = ev_calloc(g->n + 1, 1);
	what = ev_strdupf("'%s'", on->name);
	table = v->items[0];
	for (i = 0; i < table->n; i++) {
		item = table->items[i];
		level = ev_pk_level(k, table->keys[i], table->keys[i]->text,
				    &on->levels, what);
		if (level < 0)
			continue;
		seen[level] = 1;
		if (g->levels)
			read_shares(k, &g->levels[level], x, item, path);
		else
			ev_marginal_read(&g->marginals[level], item, k->bad);
	}
	for (i = 0; i < g->n; i++)
		if (!seen[i])
			ev_problem_add(k->bad, table, NULL, "field '%s' says "
				       "nothing of level '%.60s' of '%s'", path,
				       on->levels.items[i], on->name);
	free(what);
	free(seen);
}

/* Predictors -------------------------------------------------------------- */

/* "age", "age_per10", "hf", "sex=F" */
static void read_term(struct ev_pk *k, struct ev_term *t,
		      const struct ev_value *key, const struct ev_value *v,
		      const char *path)
{
	const char *equal = strchr(key->text, '='), *per;
	char *name = ev_strdup(key->text), *what;
	const struct ev_variable *x;
	ptrdiff_t found;
	double scale;

	t->scale = 1;
	t->level = -1;
	if (equal)
		name[equal - key->text] = '\0';
	per = strstr(name, "_per");
	if (!equal && ev_pack_variable(k->p, name) < 0 && per && per[4] &&
	    strspn(per + 4, "0123456789") == strlen(per + 4) &&
	    strlen(per + 4) < 10) {
		scale = (double)strtoul(per + 4, NULL, 10);
		name[per - name] = '\0';
		t->scale = scale > 0 ? scale : 1;
		if (!(scale > 0))
			ev_problem_add(k->bad, key, NULL, "field '%s': '%.60s' "
				       "divides by 0", path, key->text);
	}
	found = ev_pk_variable(k, key, name, path);
	ev_pk_number(k, &t->coefficient, v, path, -1e9, 1e9);
	free(name);
	if (found < 0)
		return;
	x = &k->p->variables[found];
	t->variable = (size_t)found;
	if (equal && ev_variable_has_levels(x)) {
		what = ev_strdupf("'%s'", x->name);
		t->level = ev_pk_level(k, key, equal + 1, &x->levels, what);
		free(what);
	} else if (x->type == EV_V_BOOLEAN) {
		t->level = 1;
	} else if (equal || ev_variable_has_levels(x)) {
		ev_problem_add(k->bad, key, equal ? NULL : "NAME=LEVEL",
			       equal ? "field '%s': '%s' is a number, and has "
			       "no levels" : "field '%s': '%s' has levels: "
			       "name one", path, x->name);
	}
}

static void read_predictor(struct ev_pk *k, struct ev_predictor *out,
			   size_t variable, const struct ev_value *v,
			   const char *path)
{
	static const struct ev_field fields[] = {
		{ "intercept", EV_F_TEXT, EV_F_REQUIRED, NULL, NULL, "at 0" },
		{ "terms", EV_F_MAP, 0, NULL, NULL, "variable: coefficient" },
		{ "sd", EV_F_TEXT, 0, NULL, NULL, "of what is left" },
		{ 0 }
	};
	const struct ev_value *terms = ev_get(v, "terms");
	const struct ev_variable *x = &k->p->variables[variable];
	bool levels = ev_variable_has_levels(x);
	size_t before = k->bad->n, i;

	ev_schema_check(k->bad, v, fields, path);
	if (k->bad->n != before)
		return;
	if (levels != (out->link == EV_LINK_LOGIT) ||
	    (levels && x->type != EV_V_BOOLEAN)) {
		ev_problem_add(k->bad, v, NULL, "field '%s': logit is for "
			       "booleans, log and identity are for numbers",
			       path);
		return;
	}
	if (levels && ev_get(v, "sd"))
		ev_problem_add(k->bad, ev_get(v, "sd"), NULL, "field '%s': "
			       "logit has no 'sd'", path);
	ev_pk_number(k, &out->intercept, ev_get(v, "intercept"), path, -1e9,
		     1e9);
	ev_pk_number(k, &out->sd, ev_get(v, "sd"), path, 0, 1e9);
	if (!terms)
		return;
	if (terms->n > MAX_TERMS) {
		ev_problem_add(k->bad, terms, NULL, "field '%s' has more than "
			       "%u terms", path, MAX_TERMS);
		return;
	}
	out->terms = ev_calloc(terms->n + 1, sizeof(*out->terms));
	for (i = 0; i < terms->n; i++)
		read_term(k, &out->terms[out->n++], terms->keys[i],
			  terms->items[i], path);
}

/* Cuts and expressions ----------------------------------------------------- */

static void read_cut(struct ev_pk *k, struct ev_cut *out, size_t variable,
		     const struct ev_value *v, const char *path)
{
	static const struct ev_field fields[] = {
		{ "cut", EV_F_STRING, EV_F_REQUIRED, NULL, NULL, "a number" },
		{ "at", EV_F_ANY, EV_F_REQUIRED, NULL, NULL, "ascending" },
		{ "labels", EV_F_ANY, EV_F_REQUIRED, NULL, NULL, "levels" },
		{ 0 }
	};
	const struct ev_variable *x = &k->p->variables[variable];
	const struct ev_value *of = ev_get(v, "cut"), *at = ev_get(v, "at");
	size_t before = k->bad->n, i;
	ptrdiff_t found;

	ev_schema_check(k->bad, v, fields, path);
	if (k->bad->n != before)
		return;
	found = ev_pk_variable(k, of, of->text, path);
	if (found >= 0 && ev_variable_has_levels(&k->p->variables[found]))
		ev_problem_add(k->bad, of, NULL, "field '%s': '%s' is no "
			       "number", path, of->text);
	out->of = found < 0 ? 0 : (size_t)found;
	if (at->type != EV_LIST || !at->n || at->n > MAX_CUTS ||
	    x->levels.n != at->n + 1 || !ev_variable_has_levels(x)) {
		ev_problem_add(k->bad, at, NULL, "field '%s': a cut at n "
			       "numbers makes n + 1 levels", path);
		return;
	}
	out->at = ev_calloc(at->n, sizeof(*out->at));
	out->n = at->n;
	for (i = 0; i < at->n; i++)
		if (ev_pk_number(k, &out->at[i], at->items[i], path, -1e300,
				 1e300) &&
		    i && !(out->at[i - 1] < out->at[i]))
			ev_problem_add(k->bad, at->items[i], NULL, "field "
				       "'%s': cuts have to ascend", path);
}

static void read_derive(struct ev_pk *k, struct ev_rule *out, size_t variable,
			const struct ev_value *v, const char *path)
{
	static const struct ev_field fields[] = {
		{ "expr", EV_F_STRING, EV_F_REQUIRED, NULL, NULL, "of others" },
		{ 0 }
	};
	const struct ev_variable *x = &k->p->variables[variable];
	size_t before = k->bad->n;

	if (ev_get(v, "cut")) {
		out->kind = EV_RULE_CUT;
		read_cut(k, &out->cut, variable, v, path);
		return;
	}
	out->kind = EV_RULE_EXPR;
	ev_schema_check(k->bad, v, fields, path);
	if (k->bad->n != before)
		return;
	out->expr = ev_pk_expr(k, ev_get(v, "expr"), path);
	if (out->expr && ev_expr_is_number(out->expr) ==
	    ev_variable_has_levels(x))
		ev_problem_add(k->bad, ev_get(v, "expr"), NULL, "field '%s': "
			       "the expression is %s, the variable is not",
			       path, ev_expr_is_number(out->expr) ?
			       "a number" : "true or false");
	else if (out->expr && x->type != EV_V_BOOLEAN &&
		 ev_variable_has_levels(x))
		ev_problem_add(k->bad, ev_get(v, "expr"), NULL, "field '%s': "
			       "an expression makes numbers and booleans",
			       path);
}

static const char *const ways[] = {
	"p", "dist", "value", "given", "logit", "log", "identity", "derive"
};

static void read_way(struct ev_pk *k, struct ev_rule *out, size_t variable,
		     size_t way, const struct ev_value *v, const char *path)
{
	const struct ev_variable *x = &k->p->variables[variable];
	bool levels = ev_variable_has_levels(x);

	if ((way == 0 && !levels) || (way == 1 && levels)) {
		ev_problem_add(k->bad, v, levels ? "p: {LEVEL: \"0.5\", ...}" :
			       "dist: {normal: {mean: 0, sd: 1}}", "field "
			       "'%s' does not go with the type of '%s'", path,
			       x->name);
	} else if (way == 0) {
		out->kind = EV_RULE_LEVELS;
		read_shares(k, &out->levels, x, v, path);
	} else if (way == 1) {
		out->kind = EV_RULE_MARGINAL;
		ev_marginal_read(&out->marginal, v, k->bad);
	} else if (way == 2) {
		ev_pk_value(k, out, variable, v, path);
	} else if (way == 3) {
		out->kind = EV_RULE_GIVEN;
		read_given(k, &out->given, variable, v, path);
	} else if (way < 7) {
		out->kind = EV_RULE_PREDICTOR;
		out->predictor.link = (enum ev_link_function)(way - 4);
		read_predictor(k, &out->predictor, variable, v, path);
	} else {
		read_derive(k, out, variable, v, path);
	}
}

bool ev_pk_rule(struct ev_pk *k, struct ev_rule *out, size_t variable,
		const struct ev_value *v, const char *path)
{
	size_t found = EV_ARRAY_SIZE(ways), i;
	char *at;

	memset(out, 0, sizeof(*out));
	out->factor = 1;
	for (i = 0; i < EV_ARRAY_SIZE(ways); i++) {
		if (!ev_get(v, ways[i]))
			continue;
		if (found < EV_ARRAY_SIZE(ways)) {
			ev_problem_add(k->bad, ev_get(v, ways[i]), NULL,
				       "field '%s' says both '%s' and '%s'",
				       path, ways[found], ways[i]);
			return true;
		}
		found = i;
	}
	if (found == EV_ARRAY_SIZE(ways))
		return false;
	at = ev_strdupf("%s.%s", path, ways[found]);
	read_way(k, out, variable, found, ev_get(v, ways[found]), at);
	free(at);
	return true;
}
