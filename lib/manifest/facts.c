#include "base/compat.h"
#include "manifest/build.h"

#include "base/error.h"
#include "base/mem.h"

static struct ev_fact *fact(struct ev_build *b, const char *section,
			    const char *field)
{
	char *path = *field ? ev_strdupf("%s.%s", section, field) :
		ev_strdup(section);
	struct ev_fact *f;
	size_t i;

	for (i = 0; i < b->facts.n; i++) {
		f = &b->facts.items[i];
		if (!strcmp(f->path, path)) {
			free(path);
			free(f->text);
			f->text = NULL;
			return f;
		}
	}
	EV_GROW(b->facts.items, b->facts.n, b->facts.cap);
	f = &b->facts.items[b->facts.n++];
	memset(f, 0, sizeof(*f));
	f->path = path;
	return f;
}

void ev_build_text(struct ev_build *b, const char *section, const char *field,
		   const char *text)
{
	struct ev_fact *f = fact(b, section, field);

	f->kind = EV_FACT_TEXT;
	f->text = ev_strdup(text);
}

void ev_build_int(struct ev_build *b, const char *section, const char *field,
		  int64_t n)
{
	struct ev_fact *f = fact(b, section, field);

	f->kind = EV_FACT_INT;
	f->n = n;
}

void ev_build_true(struct ev_build *b, const char *section, const char *field)
{
	fact(b, section, field)->kind = EV_FACT_TRUE;
}

const struct ev_fact *ev_build_fact(const struct ev_build *b, const char *path)
{
	size_t i;

	for (i = 0; i < b->facts.n; i++)
		if (!strcmp(b->facts.items[i].path, path))
			return &b->facts.items[i];
	return NULL;
}

const char *ev_build_get(const struct ev_build *b, const char *path)
{
	const struct ev_fact *f = ev_build_fact(b, path);
	const struct ev_value *v;

	if (f)
		return f->text;
	v = ev_get_path(b->root, path);
	return v && (v->type == EV_STRING || v->type == EV_NUMBER) ?
		v->text : NULL;
}

bool ev_build_not_applicable(const struct ev_build *b, const char *section)
{
	return ev_get(ev_get_path(b->root, section), "not_applicable") != NULL;
}

const struct ev_value *ev_build_section(const struct ev_build *b,
					const char *name)
{
	const struct ev_value *v = ev_get_path(b->root, name);

	if (!v || v->type == EV_NULL || ev_build_not_applicable(b, name))
		return NULL;
	return v;
}

const struct ev_value *ev_build_member(const struct ev_build *b,
				       const char *section, const char *field)
{
	const struct ev_value *v = ev_get(ev_build_section(b, section), field);

	return v && (v->type == EV_STRING || v->type == EV_NUMBER) &&
		*v->text ? v : NULL;
}

/* The error's texts live in the module that the additions may use. */
void ev_build_take_error(struct ev_build *b)
{
	const struct ev_error *e = ev_error_last();
	char *message = ev_strdup(e->message), *details = ev_strdup(e->details);
	char *hints = ev_strdup(e->hints), *line, *save = NULL;

	line = strtok_r(hints, "\n", &save);
	ev_problem_add(&b->problems, NULL, line, "%s", message);
	for (line = strtok_r(details, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		ev_problem_add(&b->problems, NULL, NULL, "%s", line);
	ev_error_clear();
	free(message);
	free(details);
	free(hints);
}
