#include "base/compat.h"

#include "synth/pack_internal.h"

#include "base/mem.h"

static const struct ev_field circadian_fields[] = {
	{ "amp", EV_F_TEXT, EV_F_REQUIRED, NULL, NULL, "amplitude" },
	{ "period_h", EV_F_TEXT, 0, NULL, NULL, "24" },
	{ "phase_h", EV_F_TEXT, 0, NULL, NULL, "where it is greatest; 0" },
	{ 0 }
};
static const struct ev_field ar1_fields[] = {
	{ "phi", EV_F_TEXT, EV_F_REQUIRED, NULL, NULL, "from one to the next" },
	{ "sd", EV_F_TEXT, EV_F_REQUIRED, NULL, NULL, "of the noise, in all" },
	{ 0 }
};
/* Open: by_VARIABLE has no name of its own. */
static const struct ev_field fields[] = {
	{ "base", EV_F_TEXT, 0, NULL, NULL, "variable or number" },
	{ "places", EV_F_INT, 0, NULL, NULL, "after the point; 2" },
	{ "unit", EV_F_TEXT, 0, NULL, NULL, "UCUM" },
	{ "circadian", EV_F_MAP, 0, circadian_fields, NULL, "a wave" },
	{ "ar1", EV_F_MAP, 0, ar1_fields, NULL, "noise with memory" },
	{ "sd", EV_F_TEXT, 0, NULL, NULL, "of noise without memory" },
	{ "state_shift", EV_F_MAP, 0, NULL, NULL, "by state" },
	{ "dist_by_state", EV_F_MAP, 0, NULL, NULL, "drawn anew, by state" },
	{ "clip", EV_F_ANY, 0, NULL, NULL, "[low, high]" },
	{ 0 }
};

static void read_base(struct ev_pk *k, struct ev_series *x,
		      const struct ev_value *v, const char *path)
{
	x->base = -1;
	if (!v)
		return;
	if (v->type == EV_NUMBER || !ev_pk_is_name(v->text)) {
		ev_pk_number(k, &x->level, v, path, -1e9, 1e9);
		return;
	}
	x->base = ev_pk_variable(k, v, v->text, path);
	if (x->base >= 0 &&
	    ev_variable_has_levels(&k->p->variables[x->base])) {
		ev_problem_add(k->bad, v, NULL, "field '%s': '%.60s' is no "
			       "number", path, v->text);
		x->base = -1;
	}
}

static void read_noise(struct ev_pk *k, struct ev_series *x,
		       const struct ev_value *v, const char *path)
{
	const struct ev_value *wave = ev_get(v, "circadian");
	const struct ev_value *ar1 = ev_get(v, "ar1"), *sd = ev_get(v, "sd");

	if (wave) {
		x->period_h = 24;
		ev_pk_number(k, &x->amplitude, ev_get(wave, "amp"), path,
			     0, 1e9);
		ev_pk_number(k, &x->period_h, ev_get(wave, "period_h"), path,
			     1e-3, 1e6);
		ev_pk_number(k, &x->phase_h, ev_get(wave, "phase_h"), path,
			     -1e6, 1e6);
	}
	if (ar1 && sd)
		ev_problem_add(k->bad, sd, NULL, "field '%s' says both 'ar1' "
			       "and 'sd'", path);
	ev_pk_number(k, &x->phi, ev_get(ar1, "phi"), path, -0.9999, 0.9999);
	ev_pk_number(k, &x->sd, ar1 ? ev_get(ar1, "sd") : sd, path, 0, 1e9);
}

static bool has_state(struct ev_pk *k, const struct ev_value *v,
		      const char *path)
{
	if (k->p->series.states.n)
		return true;
	ev_problem_add(k->bad, v, NULL, "field '%s': there is no latent state",
		       path);
	return false;
}

static void read_shifts(struct ev_pk *k, struct ev_series *x,
			const struct ev_value *v, const char *path)
{
	const struct ev_longitudinal *s = &k->p->series;
	ptrdiff_t state;
	char *what;
	size_t i;

	if (!v || v->type != EV_MAP || !has_state(k, v, path))
		return;
	what = ev_strdupf("'%s'", s->state_name);
	x->shifts = ev_calloc(v->n + 1, sizeof(*x->shifts));
	for (i = 0; i < v->n; i++) {
		state = ev_pk_level(k, v->keys[i], v->keys[i]->text, &s->states,
				    what);
		if (state < 0)
			continue;
		x->shifts[x->n_shifts].state = (size_t)state;
		ev_pk_number(k, &x->shifts[x->n_shifts++].by, v->items[i],
			     path, -1e9, 1e9);
	}
	free(what);
}

static void read_by_state(struct ev_pk *k, struct ev_series *x,
			  const struct ev_value *v, const char *path)
{
	const struct ev_longitudinal *s = &k->p->series;
	uint8_t *seen;
	ptrdiff_t state;
	char *what;
	size_t i;

	if (!v || v->type != EV_MAP || !has_state(k, v, path))
		return;
	what = ev_strdupf("'%s'", s->state_name);
	seen = ev_calloc(s->states.n + 1, 1);
	x->by_state = ev_calloc(s->states.n + 1, sizeof(*x->by_state));
	for (i = 0; i < v->n; i++) {
		state = ev_pk_level(k, v->keys[i], v->keys[i]->text, &s->states,
				    what);
		if (state < 0)
			continue;
		seen[state] = 1;
		ev_marginal_read(&x->by_state[state], v->items[i], k->bad);
	}
	for (i = 0; i < s->states.n; i++)
		if (!seen[i])
			ev_problem_add(k->bad, v, NULL, "field '%s' says "
				       "nothing of state '%.60s'", path,
				       s->states.items[i]);
	free(seen);
	free(what);
}

/* by_motion: {"0": 18, ...}; other members are misspelt ones. */
static void read_by_level(struct ev_pk *k, struct ev_series *x,
			  const struct ev_value *v, const char *path)
{
	const char *words[EV_ARRAY_SIZE(fields)], *key, *near;
	size_t n, i;
	char *hint;

	for (n = 0; fields[n].name; n++)
		words[n] = fields[n].name;
	x->by_level_of = -1;
	for (i = 0; i < v->n; i++) {
		key = v->keys[i]->text;
		for (n = 0; fields[n].name && strcmp(fields[n].name, key); n++)
			;
		if (fields[n].name)
			continue;
		near = ev_closest(key, words, n);
		hint = near ? ev_strdupf("did you mean '%s'?", near) : NULL;
		if (strncmp(key, "by_", 3) || v->items[i]->type != EV_MAP)
			ev_problem_add(k->bad, v->keys[i], hint, "unknown "
				       "field '%s.%.60s'", path, key);
		else if (x->level_shift)
			ev_problem_add(k->bad, v->keys[i], NULL, "field '%s' "
				       "goes by two variables", path);
		else
			x->by_level_of = ev_pk_with_levels(k, v->keys[i],
							   key + 3, path);
		free(hint);
		if (x->by_level_of >= 0 && !x->level_shift)
			x->level_shift = ev_pk_by_level(k,
				&k->p->variables[x->by_level_of], v->items[i],
				path, -1e9, 1e9);
	}
}

/* What the schema knows; read_by_level() looks at the others. */
static void check_known(struct ev_pk *k, const struct ev_value *v,
			const char *path)
{
	const struct ev_field holder[] = {
		{ path, EV_F_MAP, EV_F_OPEN, fields, NULL, "" }, { 0 }
	};
	struct ev_value map = { .type = EV_MAP, .n = 1 }, key = { 0 };
	struct ev_value *keys[1] = { &key }, *items[1];

	key.type = EV_STRING;
	key.text = ev_strdup(path);
	key.len = strlen(path);
	items[0] = (struct ev_value *)(uintptr_t)v;
	map.file = v->file;
	map.keys = keys;
	map.items = items;
	ev_schema_check(k->bad, &map, holder, "");
	free(key.text);
}

void ev_pk_one_series(struct ev_pk *k, struct ev_series *x,
		      const struct ev_value *key, const struct ev_value *v)
{
	char *path = ev_strdupf("longitudinal.series.%s", key->text);
	size_t before = k->bad->n;
	uint64_t places = 2;

	x->name = ev_strdup(key->text);
	x->base = x->by_level_of = -1;
	ev_pk_column(k, key, key->text, "series");
	check_known(k, v, path);
	if (k->bad->n == before) {
		ev_pk_whole(k, &places, ev_get(v, "places"), path, 0, 9);
		x->places = (unsigned)places;
		read_base(k, x, ev_get(v, "base"), path);
		read_noise(k, x, v, path);
		read_shifts(k, x, ev_get(v, "state_shift"), path);
		read_by_state(k, x, ev_get(v, "dist_by_state"), path);
		read_by_level(k, x, v, path);
		if (x->by_state && (ev_get(v, "base") || x->amplitude > 0 ||
				    x->sd > 0 || x->n_shifts ||
				    x->level_shift))
			ev_problem_add(k->bad, v, NULL, "field '%s': "
				       "'dist_by_state' says all of a value",
				       path);
		if (!x->by_state && !ev_get(v, "base") && !x->level_shift)
			ev_problem_add(k->bad, v, "base, dist_by_state or "
				       "by_VARIABLE", "field '%s' does not "
				       "say how its value comes about", path);
		x->has_clip = ev_pk_pair(k, &x->clip_low, &x->clip_high,
					 ev_get(v, "clip"), path);
	}
	free(path);
}
