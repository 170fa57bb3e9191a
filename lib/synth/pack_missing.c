#include "base/compat.h"

#include "synth/pack_internal.h"

#include "base/mem.h"

#define MAX_ROW 100u			/* of monotone ones */

static const struct ev_field line_fields[] = {
	{ "intercept", EV_F_TEXT, EV_F_REQUIRED, NULL, NULL, "logit at 0" },
	{ "slope", EV_F_TEXT, EV_F_REQUIRED, NULL, NULL, "by own value" },
	{ 0 }
};
static const struct ev_field mar_fields[] = {
	{ "given", EV_F_MAP, EV_F_REQUIRED, NULL, NULL, "by level of another" },
	{ 0 }
};
static const struct ev_field mnar_fields[] = {
	{ "logit", EV_F_MAP, EV_F_REQUIRED, line_fields, NULL, "its line" },
	{ 0 }
};
static const struct ev_field monotone_fields[] = {
	{ "after", EV_F_STRING, EV_F_REQUIRED, NULL, NULL, "variable" },
	{ "p", EV_F_TEXT, 0, NULL, NULL, "share of what it leaves" },
	{ "given", EV_F_MAP, 0, NULL, NULL, "the same by level of another" },
	{ 0 }
};
static const struct ev_field fields[] = {
	{ "mcar", EV_F_TEXT, 0, NULL, NULL, "the same for all" },
	{ "mar", EV_F_MAP, 0, mar_fields, NULL, "by another variable" },
	{ "mnar", EV_F_MAP, 0, mnar_fields, NULL, "by its own value" },
	{ "monotone", EV_F_MAP, 0, monotone_fields, NULL, "after another" },
	{ 0 }
};

static void read_mar(struct ev_pk *k, struct ev_missingness *m, size_t i,
		     const struct ev_value *given, const char *path)
{
	const struct ev_variable *on;
	const struct ev_value *table;
	ptrdiff_t found, level;
	uint8_t *seen;
	char *what;
	size_t n;

	if (given->n != 1 || given->items[0]->type != EV_MAP) {
		ev_problem_add(k->bad, given, "given: {VARIABLE: {LEVEL: "
			       "\"0.1\"}}", "field '%s' must name one variable "
			       "and its levels", path);
		return;
	}
	found = ev_pk_variable(k, given->keys[0], given->keys[0]->text, path);
	if (found < 0)
		return;
	on = &k->p->variables[found];
	if ((size_t)found == i || !ev_variable_has_levels(on)) {
		ev_problem_add(k->bad, given->keys[0], (size_t)found == i ?
			       "mnar: {logit: {intercept: -3, slope: 0.1}}" :
			       "derive: {cut: ...} makes levels of a number",
			       (size_t)found == i ? "field '%s': '%s' cannot "
			       "be missing by itself at random" : "field "
			       "'%s': '%s' has no levels", path, on->name);
		return;
	}
	table = given->items[0];
	what = ev_strdupf("'%s'", on->name);
	seen = ev_calloc(on->levels.n + 1, 1);
	m->on = (size_t)found;
	m->by_level = ev_calloc(on->levels.n + 1, sizeof(*m->by_level));
	for (n = 0; n < table->n; n++) {
		level = ev_pk_level(k, table->keys[n], table->keys[n]->text,
				    &on->levels, what);
		if (level < 0)
			continue;
		ev_pk_chance(k, &m->by_level[level], table->items[n], path);
		seen[level] = 1;
	}
	for (n = 0; n < on->levels.n; n++)
		if (!seen[n])
			ev_problem_add(k->bad, table, NULL, "field '%s' says "
				       "nothing of level '%.60s' of '%s'", path,
				       on->levels.items[n], on->name);
	free(seen);
	free(what);
}

static void read_monotone(struct ev_pk *k, struct ev_missingness *m, size_t i,
			  const struct ev_value *v, const char *path)
{
	const struct ev_value *after = ev_get(v, "after"), *p = ev_get(v, "p");
	const struct ev_value *given = ev_get(v, "given");
	ptrdiff_t found = ev_pk_variable(k, after, after->text, path);

	m->kind = EV_MISS_MONOTONE;
	m->after = found < 0 ? i : (size_t)found;
	if (!p == !given)
		ev_problem_add(k->bad, v, NULL, "field '%s' must have one of "
			       "'p' and 'given'", path);
	else if (given)
		read_mar(k, m, i, given, path);
	else
		ev_pk_chance(k, &m->threshold, p, path);
}

static void read_one(struct ev_pk *k, size_t i, const struct ev_value *v,
		     const char *path)
{
	struct ev_variable *x = &k->p->variables[i];
	struct ev_missingness *m = &x->missing;
	const struct ev_value *line;
	size_t before = k->bad->n;
	char *at;

	if (m->kind != EV_MISS_NONE) {
		ev_problem_add(k->bad, v, NULL, "field '%s': the variable "
			       "says itself when it is missing", path);
		return;
	}
	ev_schema_check(k->bad, v, fields, path);
	if (k->bad->n == before && v->n != 1)
		ev_problem_add(k->bad, v, NULL, "field '%s' must be one of "
			       "mcar, mar, mnar and monotone", path);
	if (k->bad->n != before)
		return;
	at = ev_strdupf("%s.%s", path, v->keys[0]->text);
	line = ev_get_path(v, "mnar.logit");
	if (ev_get(v, "mcar")) {
		m->kind = EV_MISS_MCAR;
		ev_pk_chance(k, &m->threshold, v->items[0], at);
	} else if (ev_get(v, "monotone")) {
		read_monotone(k, m, i, v->items[0], at);
	} else if (!line) {
		m->kind = EV_MISS_MAR;
		read_mar(k, m, i, ev_get_path(v, "mar.given"), at);
	} else if (ev_variable_has_levels(x)) {
		ev_problem_add(k->bad, v, NULL, "field '%s': 'mnar' is for "
			       "numbers, and '%s' has levels", path, x->name);
	} else {
		m->kind = EV_MISS_MNAR;
		ev_pk_number(k, &m->intercept, ev_get(line, "intercept"), at,
			     -1e6, 1e6);
		ev_pk_number(k, &m->slope, ev_get(line, "slope"), at, -1e6,
			     1e6);
	}
	free(at);
}

/* From one to the one before it, and to one that is by itself. */
static void check_rows(struct ev_pk *k)
{
	const struct ev_variable *x = k->p->variables;
	size_t i, at, steps;

	for (i = 0; i < k->p->n_variables; i++) {
		at = i;
		for (steps = 0; x[at].missing.kind == EV_MISS_MONOTONE &&
		     steps <= MAX_ROW; steps++)
			at = x[at].missing.after;
		if (steps <= MAX_ROW)
			continue;
		ev_problem_add(k->bad, k->at[i], NULL, "'%s' is missing after "
			       "a row of others that goes in a circle, or has "
			       "more than %u", x[i].name, MAX_ROW);
		return;
	}
}

static ptrdiff_t find_series(const struct ev_pk *k, const char *name)
{
	size_t i;

	for (i = 0; i < k->p->series.n_series; i++)
		if (ev_streq(k->p->series.series[i].name, name))
			return (ptrdiff_t)i;
	return -1;
}

static void read_named(struct ev_pk *k, const struct ev_value *key,
		       const struct ev_value *v, const char *path)
{
	ptrdiff_t found = find_series(k, key->text);

	if (found >= 0) {
		ev_pk_gap(k, (size_t)found, v, path);
		return;
	}
	found = ev_pk_variable(k, key, key->text, "missingness");
	if (found >= 0)
		read_one(k, (size_t)found, v, path);
}

void ev_pk_missing(struct ev_pk *k)
{
	const struct ev_value *v = ev_get(k->root, "missingness"), *own;
	size_t before = k->bad->n, i;
	char *path;

	for (i = 0; i < k->p->n_variables; i++) {
		own = ev_get(k->at[i], "missing");
		path = ev_strdupf("variables.%s.missing",
				  k->p->variables[i].name);
		if (own && own->type == EV_MAP)
			read_one(k, i, own, path);
		free(path);
	}
	for (i = 0; v && v->type == EV_MAP && i < v->n; i++) {
		path = ev_strdupf("missingness.%s", v->keys[i]->text);
		read_named(k, v->keys[i], v->items[i], path);
		free(path);
	}
	if (k->bad->n == before)
		check_rows(k);
}
