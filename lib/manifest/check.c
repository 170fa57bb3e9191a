#include "base/compat.h"
#include "manifest/build.h"

#include "base/mem.h"

#define REASON_MIN 10

static void unknown_key(struct ev_build *b, const struct ev_value *map,
			const struct ev_value *key,
			const struct ev_field *fields, const char *path)
{
	const struct ev_field *f;
	const char **words;
	const char *near;
	char *hint;
	size_t n = 0;

	for (f = fields; f->name; f++)
		n++;
	words = ev_calloc(n + 1, sizeof(*words));
	for (n = 0, f = fields; f->name; f++)
		if (!ev_get(map, f->name) && !ev_manifest_is_computed(f->name))
			words[n++] = f->name;
	near = ev_closest(key->text, words, n);
	if (near) {
		hint = ev_strdupf("did you mean '%s'?", near);
		ev_problem_add(&b->problems, key, hint,
			       "unknown field '%s%s%s' looks like '%s'", path,
			       *path ? "." : "", key->text, near);
		free(hint);
	}
	free(words);
}

static void check_keys(struct ev_build *b, const struct ev_value *map,
		       const struct ev_field *fields, const char *path)
{
	size_t i;

	for (i = 0; i < map->n; i++) {
		if (!ev_manifest_field(fields, map->keys[i]->text))
			unknown_key(b, map, map->keys[i], fields, path);
		else if (*path && ev_manifest_is_computed(map->keys[i]->text))
			ev_problem_add(&b->problems, map->keys[i], NULL,
				       "%s.%s is computed and cannot be given",
				       path, map->keys[i]->text);
	}
}

/* Strings and emptiness of a known field, as deep as it goes. */
static void check_words(struct ev_build *b, const struct ev_value *v,
			const char *path, bool strict)
{
	char *name;
	bool holds = v->type == EV_LIST || v->type == EV_MAP;
	size_t i;

	if (v->type == EV_STRING &&
	    (strict ? ev_is_placeholder(v->text) : ev_is_unfinished(v->text)))
		ev_problem_add(&b->problems, v, NULL, *v->text ?
			       "%s is a placeholder: '%s'" :
			       "%s is empty", path, v->text);
	if (strict && holds && !v->n)
		ev_problem_add(&b->problems, v, NULL, "%s is empty", path);
	for (i = 0; holds && i < v->n; i++) {
		name = v->type == EV_MAP ?
			ev_strdupf("%s.%s", path, v->keys[i]->text) :
			ev_strdupf("%s[%zu]", path, i);
		check_words(b, v->items[i], name, strict);
		free(name);
	}
}

static bool may_be_absent(const struct ev_field *f)
{
	static const char *const always[] = {
		"source", "built_at", "product", "environment", "intended_use",
		"risk_tier", "change"
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(always); i++)
		if (!strcmp(always[i], f->name))
			return false;
	return f->flags & EV_F_REQUIRED;
}

static void check_not_applicable(struct ev_build *b, const struct ev_field *f,
				 const struct ev_value *v)
{
	const struct ev_value *reason = ev_get(v, "not_applicable");

	if (!may_be_absent(f))
		ev_problem_add(&b->problems, v, NULL,
			       f->flags & EV_F_REQUIRED ?
			       "%s always applies" :
			       "%s is not a core field: leave it out", f->name);
	else if (v->n > 1)
		ev_problem_add(&b->problems, v, NULL, "%s cannot hold other "
			       "fields beside not_applicable", f->name);
	else if (reason->type != EV_STRING || reason->len < REASON_MIN ||
		 ev_is_placeholder(reason->text))
		ev_problem_add(&b->problems, reason, NULL,
			       "%s.not_applicable must give a reason of at "
			       "least %d characters", f->name, REASON_MIN);
}

/* Placeholders are told as such and not as malformed digests as well. */
static bool is_empty_digest(const struct ev_value *v)
{
	return v->type == EV_STRING && ev_is_placeholder(v->text);
}

static void check_type(struct ev_build *b, const struct ev_field *f,
		       const struct ev_value *v)
{
	struct ev_field table[2] = { { 0 }, { 0 } };
	struct ev_value key = { .type = EV_STRING }, map = { .type = EV_MAP };
	struct ev_value *keys[1], *items[1];
	char *name = ev_strdup(f->name);

	table[0] = *f;
	table[0].flags = EV_F_OPEN;
	/* the file names claims by id; the signed manifest holds them whole */
	if (!strcmp(f->name, "claims"))
		table[0].fields = NULL;
	key.text = name;
	key.len = strlen(name);
	keys[0] = &key;
	items[0] = (struct ev_value *)(uintptr_t)v;
	map.keys = keys;
	map.items = items;
	map.n = 1;
	ev_schema_check(&b->problems, &map, table, "");
	free(name);
}

/* The members that need a type check: all but placeholders, told already. */
static void check_members(struct ev_build *b, const struct ev_field *f,
			  const struct ev_value *v)
{
	const struct ev_field *m;
	struct ev_value copy = *v;
	size_t i, n = 0;

	copy.keys = ev_calloc(v->n + 1, sizeof(*copy.keys));
	copy.items = ev_calloc(v->n + 1, sizeof(*copy.items));
	for (i = 0; i < v->n; i++) {
		m = ev_manifest_field(f->fields, v->keys[i]->text);
		if (!m || ev_manifest_is_computed(m->name) ||
		    v->items[i]->type == EV_NULL ||
		    is_empty_digest(v->items[i]))
			continue;
		copy.keys[n] = v->keys[i];
		copy.items[n++] = v->items[i];
	}
	copy.n = n;
	check_type(b, f, &copy);
	free(copy.keys);
	free(copy.items);
}

static void check_data_digest(struct ev_build *b, const char *section)
{
	static const struct ev_field fields[] = {
		{ "digest", EV_F_DIGEST, EV_F_OPEN, NULL, NULL, NULL },
		{ 0 }
	};
	const struct ev_value *v = ev_build_member(b, section, "digest");
	struct ev_field f = { .name = section, .kind = EV_F_MAP,
			      .fields = fields };

	/* one that DVC keeps is compared with what DVC says */
	if (v && ev_starts_with(v->text, "md5:") &&
	    ev_build_named(b, section, "dvc"))
		return;
	if (v && !is_empty_digest(v))
		check_type(b, &f, ev_get(b->root, section));
}

static void check_section(struct ev_build *b, const struct ev_field *f)
{
	const struct ev_value *v = ev_get(b->root, f->name), *m;
	char *path;
	size_t i;

	if (!v || v->type == EV_NULL)
		return;
	if (ev_get(v, "not_applicable")) {
		check_not_applicable(b, f, v);
		return;
	}
	if (f->kind != EV_F_MAP || v->type != EV_MAP || !f->fields) {
		if (!is_empty_digest(v))
			check_type(b, f, v);
		check_words(b, v, f->name, strcmp(f->name, "extra"));
		return;
	}
	check_keys(b, v, f->fields, f->name);
	check_members(b, f, v);
	for (i = 0; i < v->n; i++) {
		m = v->items[i];
		path = ev_strdupf("%s.%s", f->name, v->keys[i]->text);
		/* what an option or a trailer gave is not taken from here */
		if (!ev_build_fact(b, path))
			check_words(b, m, path,
				    ev_manifest_field(f->fields,
						      v->keys[i]->text));
		free(path);
	}
}

/* What would stand twice under `extra`. */
static void check_extra(struct ev_build *b)
{
	const struct ev_value *extra = ev_get(b->root, "extra");
	const char *key;
	size_t i;

	for (i = 0; extra && extra->type == EV_MAP && i < extra->n; i++) {
		key = extra->keys[i]->text;
		if (ev_get(b->root, key))
			ev_problem_add(&b->problems, extra->keys[i], NULL,
				       "'%s' stands at the top and under "
				       "'extra'", key);
	}
	for (i = 0; i < b->root->n; i++) {
		key = b->root->keys[i]->text;
		if (!ev_manifest_field(ev_manifest_fields, key))
			check_words(b, b->root->items[i], key, false);
	}
}

void ev_build_check(struct ev_build *b)
{
	const struct ev_field *f;

	check_keys(b, b->root, ev_manifest_fields, "");
	for (f = ev_manifest_fields; f->name; f++)
		check_section(b, f);
	check_data_digest(b, "training_data");
	check_data_digest(b, "validation_data");
	check_extra(b);
}

static const struct {
	const char *section, *field;
	const char *others[4];			/* any of these will do */
} required[] = {
	{ "product", "name", { NULL } }, { "product", "release", { NULL } },
	{ "model", "registry_id", { NULL } }, { "model", "name", { NULL } },
	{ "model", "version", { NULL } },
	{ "model", "digest", { "path", NULL } },
	{ "training_data", "snapshot", { NULL } },
	{ "training_data", "digest", { "path", "dvc", "lineage", NULL } },
	{ "validation_data", "id", { "scenario_pack", NULL } },
	{ "validation_data", "digest", { "path", "dvc", "generator", NULL } },
	{ "validation_data", "kind", { NULL } },
	{ "container", "digest", { NULL } },
	{ "feature_schema", "version", { NULL } },
	{ "feature_schema", "digest", { "path", NULL } },
	{ "calibration", "method", { NULL } },
	{ "calibration", "parameters", { "path", "digest", NULL } },
	{ "suite", "id", { NULL } }, { "suite", "version", { NULL } },
	{ "suite", "digest", { "path", NULL } },
	{ "intended_use", "id", { NULL } }, { "claims", "", { NULL } },
	{ "risk_tier", "", { NULL } },
	{ "change", "id", { NULL } }, { "change", "reason", { NULL } }
};

static bool is_given(const struct ev_build *b, const char *section,
		     const char *field)
{
	const struct ev_value *v;
	char *path = *field ? ev_strdupf("%s.%s", section, field) :
		ev_strdup(section);
	bool given;

	v = ev_get_path(b->root, path);
	given = ev_build_fact(b, path) || (v && v->type != EV_NULL);
	free(path);
	return given;
}

static const char *hint_for(const char *section)
{
	if (!strcmp(section, "change"))
		return "git evidence attach manifest --change ID --reason TEXT";
	if (!strcmp(section, "claims") || !strcmp(section, "intended_use"))
		return "intended uses and claims are listed in "
			EV_CLAIMS_PATH;
	return "add the missing fields to " EV_MANIFEST_PATH ", commit, "
		"and attach again";
}

/* Claims follow from the intended use: without a good one, one line is told. */
static bool follows(const struct ev_build *b, const char *section)
{
	const struct ev_value *use = ev_get(b->root, "intended_use");

	return !strcmp(section, "claims") && use && use->type != EV_NULL &&
		!ev_build_fact(b, "intended_use.id");
}

void ev_build_required(struct ev_build *b)
{
	const struct ev_value *at;
	size_t i, k;
	bool given;

	for (i = 0; i < EV_ARRAY_SIZE(required); i++) {
		at = ev_get(b->root, required[i].section);
		if (ev_build_not_applicable(b, required[i].section) ||
		    (!at && follows(b, required[i].section)) ||
		    (at && at->type != EV_MAP && at->type != EV_NULL))
			continue;
		given = is_given(b, required[i].section, required[i].field);
		for (k = 0; !given && required[i].others[k]; k++)
			given = is_given(b, required[i].section,
					 required[i].others[k]);
		if (!given)
			ev_problem_add(&b->problems, at ? at : b->root,
				       hint_for(required[i].section),
				       "%s%s%s is missing", required[i].section,
				       *required[i].field ? "." : "",
				       required[i].field);
	}
}
