#include "base/compat.h"

#include "gate/records.h"

#include "base/mem.h"
#include "manifest/manifest.h"

#define WORD_SHOWN 40
#define DEPTH_MAX 32

static const struct ev_field *field(const struct ev_field *fields,
				    const char *name, size_t n)
{
	for (; fields && fields->name; fields++)
		if (strlen(fields->name) == n &&
		    !memcmp(fields->name, name, n))
			return fields;
	return NULL;
}

/* A field of the user's own is signed under `extra`, under its own name. */
static bool is_known(const char *path)
{
	size_t n = strcspn(path, ".");
	const struct ev_field *f = field(ev_manifest_fields, path, n);

	if (!f || !path[n] || !f->fields || f->kind != EV_F_MAP)
		return f != NULL;
	path += n + 1;
	return field(f->fields, path, strcspn(path, ".")) != NULL;
}

/* The outermost section on the way that says it does not apply; NULL. */
static char *not_applicable(const struct ev_value *manifest, const char *path)
{
	size_t n = 0;
	char *way;

	while (path[n]) {
		n += strcspn(path + n, ".");
		way = ev_strndup(path, n);
		if (ev_get(ev_get_path(manifest, way), "not_applicable"))
			return way;
		free(way);
		n += path[n] == '.';
	}
	return NULL;
}

static void placeholder(struct ev_buf *out, const struct ev_value *v,
			const char *path)
{
	if (!v->len) {
		ev_buf_addf(out, "%s is empty", path);
		return;
	}
	ev_buf_addf(out, "%s is a placeholder: '", path);
	ev_words_clip(out, v->text, WORD_SHOWN);
	ev_buf_addc(out, '\'');
}

/* True, with a reason, unless there is something in every corner of it. */
static bool is_hollow(struct ev_buf *out, const struct ev_value *v,
		      const char *path, unsigned depth)
{
	bool hollow = false;
	char *name;
	size_t i;

	if (v->type == EV_NULL || depth > DEPTH_MAX) {
		ev_buf_addf(out, "%s is missing", path);
		return true;
	}
	if (v->type == EV_STRING) {
		if (!ev_is_placeholder(v->text))
			return false;
		placeholder(out, v, path);
		return true;
	}
	if (v->type != EV_LIST && v->type != EV_MAP)
		return false;
	if (!v->n)
		ev_buf_addf(out, "%s is empty", path);
	for (i = 0; !hollow && i < v->n; i++) {
		name = v->type == EV_MAP ?
			ev_strdupf("%s.%s", path, v->keys[i]->text) :
			ev_strdupf("%s[%zu]", path, i);
		hollow = is_hollow(out, v->items[i], name, depth + 1);
		free(name);
	}
	return hollow || !v->n;
}

static bool is_missing(struct ev_buf *out, const struct ev_value *manifest,
		       const char *path)
{
	char *section = not_applicable(manifest, path);
	const struct ev_value *v = ev_get_path(manifest, path);

	if (!v && !is_known(path))
		v = ev_get_path(ev_get(manifest, "extra"), path);
	if (section)
		ev_buf_addf(out, "%s is missing: the manifest says that %s "
			    "does not apply", path, section);
	else if (!v)
		ev_buf_addf(out, "%s is missing", path);
	else if (!is_hollow(out, v, path, 0))
		return false;
	free(section);
	return true;
}

bool ev_field_hollow(struct ev_buf *out, const struct ev_value *v,
		     const char *path)
{
	return is_hollow(out, v, path, 0);
}

void ev_fields_missing(struct ev_strs *out, const struct ev_case *c,
		       const struct ev_strs *fields,
		       const struct ev_value *manifest)
{
	const struct ev_strs *always = &c->req->fields[EV_TIER_NONE];
	struct ev_buf one = EV_BUF_INIT;
	size_t i;

	for (i = 0; i < fields->n; i++) {
		ev_buf_clear(&one);
		if (!is_missing(&one, manifest, fields->items[i]))
			continue;
		/* What is always required may have been told already. */
		if (ev_strs_has(out, one.ptr))
			continue;
		if (!ev_strs_has(always, fields->items[i]))
			ev_buf_addf(&one, " (required for tier '%s')",
				    ev_tier_name(c->tier));
		ev_strs_add(out, one.ptr);
	}
	ev_buf_release(&one);
}
