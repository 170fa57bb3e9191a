#include "base/compat.h"

#include "synth/pack_internal.h"

#include <math.h>

#include "base/mem.h"
#include "data/rows.h"

#define MAX_NAME 64u

const char *ev_pk_text(const struct ev_value *v)
{
	return v && (v->type == EV_STRING || v->type == EV_NUMBER) ? v->text :
	       NULL;
}

char *ev_pk_dup(const struct ev_value *map, const char *key)
{
	return ev_strdup(ev_pk_text(ev_get(map, key)));
}

/* It fills a cell of a table, where nothing is a missing value. */
static void check_word(struct ev_pk *k, const struct ev_value *v,
		       const char *text, const char *path)
{
	const char *at;

	for (at = text; (unsigned char)*at >= 0x20 && *at != 0x7f; at++)
		;
	if (!*text)
		ev_problem_add(k->bad, v, NULL, "field '%s' holds an empty "
			       "string", path);
	else if (*at)
		ev_problem_add(k->bad, v, NULL, "field '%s' holds a control "
			       "character in '%.60s'", path, text);
}

void ev_pk_keys(struct ev_pk *k, struct ev_strs *out,
		const struct ev_value *map, const char *path)
{
	size_t i;

	for (i = 0; i < map->n && i < EV_PACK_MAX_LEVELS; i++) {
		check_word(k, map->keys[i], map->keys[i]->text, path);
		ev_strs_add(out, map->keys[i]->text);
	}
}

static void add_text(struct ev_pk *k, struct ev_strs *out,
		     const struct ev_value *v, const char *path)
{
	const char *text = ev_pk_text(v);

	if (!text)
		ev_problem_add(k->bad, v, v->type == EV_BOOL ?
			       "put it in quotes" : NULL, "field '%s' must "
			       "hold strings or numbers, not a %s", path,
			       ev_type_name(v->type));
	else if (ev_strs_has(out, text))
		ev_problem_add(k->bad, v, NULL, "field '%s' names '%.60s' "
			       "twice", path, text);
	else
		ev_strs_add(out, text);
	if (text)
		check_word(k, v, text, path);
}

void ev_pk_strs(struct ev_pk *k, struct ev_strs *out,
		const struct ev_value *v, const char *path)
{
	size_t i;

	if (!v)
		return;
	if (v->type != EV_LIST) {
		add_text(k, out, v, path);
		return;
	}
	if (!v->n)
		ev_problem_add(k->bad, v, NULL, "field '%s' must not be empty",
			       path);
	if (v->n > EV_PACK_MAX_ITEMS) {
		ev_problem_add(k->bad, v, NULL, "field '%s' has more than %u "
			       "items", path, EV_PACK_MAX_ITEMS);
		return;
	}
	for (i = 0; i < v->n; i++)
		add_text(k, out, v->items[i], path);
}

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

bool ev_pk_is_name(const char *s)
{
	return *s && !strchr("0123456789", *s) &&
	       strspn(s, LETTERS "0123456789_") == strlen(s) &&
	       strlen(s) <= MAX_NAME;
}

bool ev_pk_is_id(const char *s)
{
	return *s && *s != '-' &&
	       strspn(s, LETTERS "0123456789._-") == strlen(s) &&
	       strlen(s) <= MAX_NAME;
}

static bool taken(const struct ev_pack *p, const char *name)
{
	const struct ev_longitudinal *s = &p->series;
	size_t i;

	if (ev_pack_variable(p, name) >= 0 || ev_streq(s->state_name, name))
		return true;
	for (i = 0; i < s->n_series; i++)
		if (ev_streq(s->series[i].name, name))
			return true;
	for (i = 0; i < p->n_labels; i++)
		if (ev_streq(p->labels[i].name, name))
			return true;
	return false;
}

bool ev_pk_column(struct ev_pk *k, const struct ev_value *at,
		  const char *name, const char *what)
{
	static const char *const words[] = {
		"and", "or", "not",
		/* of every cohort, or of some */
		"patient_id", "scenario", "windows", "dropout", "start_s",
		"state", "artefact", "abstain"
	};
	bool reserved = false;
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(words); i++)
		reserved = reserved || !strcmp(words[i], name);
	if (!ev_pk_is_name(name))
		ev_problem_add(k->bad, at, NULL, "'%.80s' is no name of a %s: "
			       "use letters, digits and _, the first no digit",
			       name, what);
	else if (reserved)
		ev_problem_add(k->bad, at, NULL, "'%s' is a word of its own, "
			       "and no name of a %s", name, what);
	else if (taken(k->p, name))
		ev_problem_add(k->bad, at, NULL, "'%s' is the name of "
			       "something else already, and no name of a %s",
			       name, what);
	else
		return true;
	return false;
}

int ev_pk_index(const struct ev_value *v, const char *const *words)
{
	int i;

	for (i = 0; v && v->type == EV_STRING && words[i]; i++)
		if (!strcmp(words[i], v->text))
			return i;
	return -1;
}

bool ev_pk_number(struct ev_pk *k, double *out, const struct ev_value *v,
		  const char *path, double low, double high)
{
	const char *text = ev_pk_text(v);
	double x;

	if (!v)
		return false;
	if (!text || !ev_parse_double(&x, text, v->len) || !isfinite(x)) {
		ev_problem_add(k->bad, v, NULL, "field '%s' must be a number%s"
			       "%.60s%s", path, text ? ", not '" : "",
			       text ? text : "", text ? "'" : "");
		return false;
	}
	if (x >= low && x <= high) {
		*out = x;
		return true;
	}
	if (isfinite(low) && isfinite(high))
		ev_problem_add(k->bad, v, NULL, "field '%s' must be from %.15g "
			       "to %.15g, not %.60s", path, low, high, text);
	else
		ev_problem_add(k->bad, v, NULL, "field '%s' must be at %s "
			       "%.15g, not %.60s", path, isfinite(low) ?
			       "least" : "most", isfinite(low) ? low : high,
			       text);
	return false;
}

bool ev_pk_whole(struct ev_pk *k, uint64_t *out, const struct ev_value *v,
		 const char *path, uint64_t low, uint64_t high)
{
	int64_t n;

	if (!v)
		return false;
	if (!ev_value_int(v, &n)) {
		ev_problem_add(k->bad, v, NULL, "field '%s' must be a whole "
			       "number", path);
		return false;
	}
	if (n >= 0 && (uint64_t)n >= low && (uint64_t)n <= high) {
		*out = (uint64_t)n;
		return true;
	}
	ev_problem_add(k->bad, v, NULL, "field '%s' must be from %llu to %llu, "
		       "not %s", path, (unsigned long long)low,
		       (unsigned long long)high, v->text);
	return false;
}

bool ev_pk_pair(struct ev_pk *k, double *low, double *high,
		const struct ev_value *v, const char *path)
{
	if (!v)
		return false;
	if (v->type != EV_LIST || v->n != 2) {
		ev_problem_add(k->bad, v, NULL, "field '%s' must be a list of "
			       "two: [LOW, HIGH]", path);
		return false;
	}
	if (!ev_pk_number(k, low, v->items[0], path, -INFINITY, INFINITY) ||
	    !ev_pk_number(k, high, v->items[1], path, -INFINITY, INFINITY))
		return false;
	if (*low < *high)
		return true;
	ev_problem_add(k->bad, v, NULL, "field '%s' must ascend: %.60s is not "
		       "below %.60s", path, v->items[0]->text,
		       v->items[1]->text);
	return false;
}

char *ev_pk_meant(const char *word, const struct ev_strs *words)
{
	const char *near = ev_closest(word, (const char *const *)words->items,
				      words->n);

	return near ? ev_strdupf("did you mean '%s'?", near) : NULL;
}

ptrdiff_t ev_pack_variable(const struct ev_pack *p, const char *name)
{
	size_t i;

	for (i = 0; i < p->n_variables; i++)
		if (!strcmp(p->variables[i].name, name))
			return (ptrdiff_t)i;
	return -1;
}

ptrdiff_t ev_pk_variable(struct ev_pk *k, const struct ev_value *at,
			 const char *name, const char *path)
{
	ptrdiff_t found = ev_pack_variable(k->p, name);
	const char **names;
	const char *near;
	char *hint;
	size_t i;

	if (found >= 0)
		return found;
	names = ev_calloc(k->p->n_variables + 1, sizeof(*names));
	for (i = 0; i < k->p->n_variables; i++)
		names[i] = k->p->variables[i].name;
	near = ev_closest(name, names, k->p->n_variables);
	hint = near ? ev_strdupf("did you mean '%s'?", near) : NULL;
	ev_problem_add(k->bad, at, hint, "field '%s': there is no variable "
		       "'%.60s'", path, name);
	free(hint);
	free(names);
	return -1;
}

ptrdiff_t ev_pk_level(struct ev_pk *k, const struct ev_value *at,
		      const char *name, const struct ev_strs *levels,
		      const char *what)
{
	char *hint;
	size_t i;

	for (i = 0; i < levels->n; i++)
		if (!strcmp(levels->items[i], name))
			return (ptrdiff_t)i;
	/* of "4" any other digit would be near */
	hint = strlen(name) > 1 ? ev_pk_meant(name, levels) : NULL;
	ev_problem_add(k->bad, at, hint, "%s has no level '%.60s'", what, name);
	free(hint);
	return -1;
}

bool ev_variable_has_levels(const struct ev_variable *v)
{
	return v->type == EV_V_CATEGORY || v->type == EV_V_BOOLEAN ||
	       v->type == EV_V_CODE;
}
