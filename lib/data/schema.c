#include "base/compat.h"
#include "data/schema.h"

#include "base/clock.h"
#include "base/hex.h"
#include "base/mem.h"
#include "data/text.h"

#define DIGEST_PREFIX "sha256:"
#define DIGEST_DIGITS 64
#define OID_DIGITS 40

static void check_field(struct ev_problems *p, const struct ev_value *v,
			const struct ev_field *f, const char *path);
static void check_members(struct ev_problems *p, const struct ev_value *v,
			  const struct ev_field *fields, bool open,
			  const char *path);

static char *join(const char *path, const char *name)
{
	return ev_strdupf("%s%s%s", path, *path ? "." : "", name);
}

/* "field 'a.b'", or "the value" at the root. */
static char *subject(const char *path)
{
	return *path ? ev_strdupf("field '%s'", path) : ev_strdup("value");
}

/* "a number", "null", or the text itself in quotes. */
static char *describe(const struct ev_value *v)
{
	if (v->type == EV_NULL)
		return ev_strdup("null");
	if (v->type != EV_STRING)
		return ev_strdupf("a %s", ev_type_name(v->type));
	if (!v->len)
		return ev_strdup("empty");
	return ev_strdupf("'%.*s%s'", ev_text_clip(v->text, v->len), v->text,
			  (size_t)ev_text_clip(v->text, v->len) < v->len ?
			  "..." : "");
}

static void must_be(struct ev_problems *p, const struct ev_value *v,
		    const char *path, const char *hint, const char *what)
{
	char *name = subject(path), *got = describe(v);

	ev_problem_add(p, v, hint, "%s must be %s, not %s", name, what, got);
	free(name);
	free(got);
}

static void not_empty(struct ev_problems *p, const struct ev_value *v,
		      const char *path)
{
	char *name = subject(path);

	ev_problem_add(p, v, NULL, "%s must not be empty", name);
	free(name);
}

static void check_string(struct ev_problems *p, const struct ev_value *v,
			 const char *path, bool numbers_too)
{
	char *hint = NULL;

	if (v->type == EV_STRING && !v->len) {
		not_empty(p, v, path);
	} else if (v->type == EV_STRING ||
		   (numbers_too && v->type == EV_NUMBER)) {
		return;
	} else if (v->type == EV_NUMBER || v->type == EV_BOOL) {
		hint = ev_strdupf("put it in quotes: \"%s\"",
				  v->type == EV_NUMBER ? v->text :
				  v->boolean ? "true" : "false");
		must_be(p, v, path, hint, numbers_too ?
			"a string or a number" : "a string");
		free(hint);
	} else {
		must_be(p, v, path, NULL, numbers_too ?
			"a string or a number" : "a string");
	}
}

static bool listed(const struct ev_value *v, const char *const *words)
{
	for (; v->type == EV_STRING && *words; words++)
		if (!strcmp(*words, v->text))
			return true;
	return false;
}

static void check_enum(struct ev_problems *p, const struct ev_value *v,
		       const struct ev_field *f, const char *path)
{
	struct ev_buf what = EV_BUF_INIT;
	const char *near = NULL;
	char *hint = NULL;
	size_t n;

	if (listed(v, f->words))
		return;
	ev_buf_adds(&what, f->words[0] && f->words[1] ? "one of " : "");
	for (n = 0; f->words[n]; n++)
		ev_buf_addf(&what, "%s'%s'", n ? ", " : "", f->words[n]);
	if (v->type == EV_STRING)
		near = ev_closest(v->text, f->words, n);
	if (near)
		hint = ev_strdupf("did you mean '%s'?", near);
	must_be(p, v, path, hint, what.ptr);
	free(hint);
	ev_buf_release(&what);
}

static bool is_digest(const char *s)
{
	return ev_starts_with(s, DIGEST_PREFIX) &&
	       ev_is_hex(s + strlen(DIGEST_PREFIX), DIGEST_DIGITS);
}

/* In quotes it is a string, and then its text would say nothing. */
static void check_number(struct ev_problems *p, const struct ev_value *v,
			 bool whole, const char *path)
{
	const char *what = whole ? "a whole number" : "a number";
	char *name;
	int64_t n;

	if (whole ? ev_value_int(v, &n) : v->type == EV_NUMBER)
		return;
	name = subject(path);
	if (v->type == EV_NUMBER)
		ev_problem_add(p, v, NULL, "%s must be %s, not '%s'", name,
			       what, v->text);
	else if (v->type == EV_STRING && v->len &&
		 ev_number_scan(v->text, v->len, NULL) == v->len)
		ev_problem_add(p, v, "take off the quotes",
			       "%s must be %s, not a string", name, what);
	else
		must_be(p, v, path, NULL, what);
	free(name);
}

/* Kinds that one look at a scalar decides. */
static void check_plain(struct ev_problems *p, const struct ev_value *v,
			enum ev_field_kind kind, const char *path)
{
	const char *text = v->type == EV_STRING ? v->text : NULL;
	int64_t t;

	if (kind == EV_F_BOOL && v->type != EV_BOOL)
		must_be(p, v, path, NULL, "true or false");
	else if (kind == EV_F_TIME && (!text || ev_time_parse(&t, text) < 0))
		must_be(p, v, path, NULL,
			"a time in UTC (YYYY-MM-DDThh:mm:ssZ)");
	else if (kind == EV_F_DIGEST && (!text || !is_digest(text)))
		must_be(p, v, path, NULL, "a sha256 digest (sha256:<64 hex>)");
	else if (kind == EV_F_OID && (!text || !ev_is_hex(text, OID_DIGITS)))
		must_be(p, v, path, NULL, "an object id (40 hex)");
}

static void check_list(struct ev_problems *p, const struct ev_value *v,
		       const struct ev_field *f, const char *path)
{
	static const struct ev_field text = { .kind = EV_F_STRING };
	struct ev_field map = { .kind = EV_F_MAP, .flags = f->flags };
	char *item;
	size_t i;

	if (v->type != EV_LIST) {
		must_be(p, v, path, NULL, "a list");
		return;
	}
	map.fields = f->fields;
	for (i = 0; i < v->n; i++) {
		item = ev_strdupf("%s[%zu]", path, i);
		check_field(p, v->items[i], f->fields ? &map : &text, item);
		free(item);
	}
}

static void check_field(struct ev_problems *p, const struct ev_value *v,
			const struct ev_field *f, const char *path)
{
	switch (f->kind) {
	case EV_F_STRING:
	case EV_F_TEXT:
		check_string(p, v, path, f->kind == EV_F_TEXT);
		break;
	case EV_F_INT:
	case EV_F_NUMBER:
		check_number(p, v, f->kind == EV_F_INT, path);
		break;
	case EV_F_ENUM:
		check_enum(p, v, f, path);
		break;
	case EV_F_MAP:
		if (v->type != EV_MAP)
			must_be(p, v, path, NULL, "a map");
		else if (f->fields)
			check_members(p, v, f->fields, f->flags & EV_F_OPEN,
				      path);
		break;
	case EV_F_LIST:
		check_list(p, v, f, path);
		break;
	case EV_F_ANY:
		break;
	default:
		check_plain(p, v, f->kind, path);
	}
}

static const struct ev_field *find(const struct ev_field *fields,
				   const char *name)
{
	for (; fields->name; fields++)
		if (!strcmp(fields->name, name))
			return fields;
	return NULL;
}

/* Only a field that is not there yet can have been meant. */
static void unknown_member(struct ev_problems *p, const struct ev_value *map,
			   const struct ev_value *key,
			   const struct ev_field *fields, const char *path)
{
	const char **words;
	const char *near;
	char *hint = NULL, *name;
	size_t n = 0, count = 0;

	while (fields[count].name)
		count++;
	words = ev_calloc(count + 1, sizeof(*words));
	for (; fields->name; fields++)
		if (!ev_get(map, fields->name))
			words[n++] = fields->name;
	near = ev_closest(key->text, words, n);
	if (near)
		hint = ev_strdupf("did you mean '%s'?", near);
	name = ev_strndup(key->text, (size_t)ev_text_clip(key->text, key->len));
	ev_problem_add(p, key, hint, "unknown field '%s%s%s'", path,
		       *path ? "." : "", name);
	free(name);
	free(hint);
	free(words);
}

static void check_members(struct ev_problems *p, const struct ev_value *v,
			  const struct ev_field *fields, bool open,
			  const char *path)
{
	const struct ev_field *f;
	char *name;
	size_t i;

	for (i = 0; i < v->n && p->n <= EV_PROBLEMS_MAX; i++) {
		f = find(fields, v->keys[i]->text);
		if (f) {
			name = join(path, f->name);
			check_field(p, v->items[i], f, name);
			free(name);
		} else if (!open) {
			unknown_member(p, v, v->keys[i], fields, path);
		}
	}
	for (f = fields; f->name; f++)
		if ((f->flags & EV_F_REQUIRED) && !ev_get(v, f->name))
			ev_problem_add(p, v, NULL, "missing field '%s%s%s'",
				       path, *path ? "." : "", f->name);
}

void ev_schema_check(struct ev_problems *p, const struct ev_value *v,
		     const struct ev_field *fields, const char *path)
{
	struct ev_field root = { .kind = EV_F_MAP };

	root.fields = fields;
	check_field(p, v, &root, path);
}
