#include "base/compat.h"
#include "manifest/build.h"

#include "base/mem.h"
#include "data/json.h"

static void write_claim(struct ev_json *j, const struct ev_value *claim)
{
	ev_json_object(j);
	ev_json_kv(j, "id", ev_get_string(claim, "id"));
	ev_json_kv(j, "statement", ev_get_string(claim, "statement"));
	ev_json_end_object(j);
}

/* The ids of the file, else every claim of the intended use. */
static void write_claims(struct ev_json *j, const struct ev_build *b,
			 const struct ev_value *ids)
{
	const struct ev_value *list = b->claims.claims;
	const struct ev_fact *use = ev_build_fact(b, "claims");
	size_t i;

	ev_json_list(j);
	for (i = 0; ids && i < ids->n; i++)
		write_claim(j, ev_claims_claim(&b->claims,
					       ids->items[i]->text));
	for (i = 0; use && i < list->n; i++)
		if (ev_streq(ev_get_string(list->items[i], "intended_use"),
			     use->text))
			write_claim(j, list->items[i]);
	ev_json_end_list(j);
}

static void write_sections(struct ev_json *j, const struct ev_environment *e)
{
	size_t i;

	ev_json_list(j);
	for (i = 0; i < e->n; i++) {
		ev_json_object(j);
		ev_json_kv(j, "name", e->items[i].name);
		ev_json_kv(j, "digest", e->items[i].digest);
		ev_json_end_object(j);
	}
	ev_json_end_list(j);
}

static void write_fact(struct ev_json *j, const struct ev_fact *f)
{
	if (f->kind == EV_FACT_TEXT)
		ev_json_string(j, f->text);
	else if (f->kind == EV_FACT_INT)
		ev_json_int(j, f->n);
	else
		ev_json_bool(j, true);
}

static bool has_facts(const struct ev_build *b, const char *path)
{
	size_t i, n = strlen(path);

	for (i = 0; i < b->facts.n; i++)
		if (!strncmp(b->facts.items[i].path, path, n) &&
		    b->facts.items[i].path[n] == '.')
			return true;
	return false;
}

/* A map of the user's own, with what was found out about it. */
static void write_open_map(struct ev_json *j, const struct ev_build *b,
			   const struct ev_value *v, const char *path)
{
	size_t i, n = strlen(path);
	char *name;

	ev_json_object(j);
	for (i = 0; i < v->n; i++) {
		name = ev_strdupf("%s.%s", path, v->keys[i]->text);
		if (!ev_build_fact(b, name)) {
			ev_json_key(j, v->keys[i]->text);
			ev_json_value(j, v->items[i]);
		}
		free(name);
	}
	for (i = 0; i < b->facts.n; i++)
		if (!strncmp(b->facts.items[i].path, path, n) &&
		    b->facts.items[i].path[n] == '.') {
			ev_json_key(j, b->facts.items[i].path + n + 1);
			write_fact(j, &b->facts.items[i]);
		}
	ev_json_end_object(j);
}

static void write_fields(struct ev_json *j, const struct ev_build *b,
			 const struct ev_field *fields,
			 const struct ev_value *v, const char *prefix);

static void write_field(struct ev_json *j, const struct ev_build *b,
			const struct ev_field *f, const struct ev_value *v,
			const char *path)
{
	const struct ev_fact *fact = ev_build_fact(b, path);

	if (v && v->type == EV_NULL)
		v = NULL;
	if (!v && !fact && !has_facts(b, path) &&
	    strcmp(path, "environment.sections"))
		return;
	ev_json_key(j, f->name);
	if (!strcmp(path, "environment.sections"))
		write_sections(j, b->env);
	else if (!strcmp(path, "claims") && (!v || v->type == EV_LIST))
		write_claims(j, b, v);
	else if (fact)
		write_fact(j, fact);
	else if (f->kind == EV_F_MAP && f->fields) {
		ev_json_object(j);
		write_fields(j, b, f->fields, v, path);
		ev_json_end_object(j);
	} else if (v->type == EV_MAP && has_facts(b, path)) {
		write_open_map(j, b, v, path);
	} else if (f->kind == EV_F_TEXT) {
		ev_json_string(j, v->text);
	} else {
		ev_json_value(j, v);
	}
}

static void write_fields(struct ev_json *j, const struct ev_build *b,
			 const struct ev_field *fields,
			 const struct ev_value *v, const char *prefix)
{
	const struct ev_field *f;
	char *path;

	for (f = fields; f->name; f++) {
		/* what is the user's own comes last, all of it */
		if (!*prefix && !strcmp(f->name, "extra"))
			continue;
		path = ev_strdupf("%s%s%s", prefix, *prefix ? "." : "",
				  f->name);
		write_field(j, b, f, ev_get(v, f->name), path);
		free(path);
	}
}

/* Members of `v` that `fields` does not know. */
static size_t unknown(struct ev_json *j, const struct ev_value *v,
		      const struct ev_field *fields)
{
	size_t i, n = 0;

	for (i = 0; v && v->type == EV_MAP && i < v->n; i++) {
		if (ev_manifest_field(fields, v->keys[i]->text))
			continue;
		n++;
		if (j) {
			ev_json_key(j, v->keys[i]->text);
			ev_json_value(j, v->items[i]);
		}
	}
	return n;
}

static void write_extra(struct ev_json *j, const struct ev_build *b)
{
	static const struct ev_field none[] = { { 0 } };
	const struct ev_value *extra = ev_get(b->root, "extra"), *v;
	const struct ev_field *f;
	size_t n;

	n = unknown(NULL, b->root, ev_manifest_fields) +
		unknown(NULL, extra, none);
	for (f = ev_manifest_fields; f->name; f++)
		if (f->fields && f->kind == EV_F_MAP)
			n += unknown(NULL, ev_get(b->root, f->name), f->fields);
	if (!n)
		return;
	ev_json_key(j, "extra");
	ev_json_object(j);
	unknown(j, extra, none);
	unknown(j, b->root, ev_manifest_fields);
	for (f = ev_manifest_fields; f->name; f++) {
		v = ev_get(b->root, f->name);
		if (!f->fields || f->kind != EV_F_MAP ||
		    !unknown(NULL, v, f->fields))
			continue;
		ev_json_key(j, f->name);
		ev_json_object(j);
		unknown(j, v, f->fields);
		ev_json_end_object(j);
	}
	ev_json_end_object(j);
}

void ev_build_write(struct ev_buf *out, const struct ev_build *b)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_json j;

	ev_json_init(&j, &text);
	ev_json_object(&j);
	write_fields(&j, b, ev_manifest_fields, b->root, "");
	write_extra(&j, b);
	ev_json_end_object(&j);
	ev_buf_add(out, text.ptr + 1, text.len - 2);
	ev_buf_release(&text);
}
