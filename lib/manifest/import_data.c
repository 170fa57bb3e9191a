#include "base/compat.h"
#include "manifest/build.h"

#include "base/error.h"
#include "base/mem.h"
#include "data/yaml.h"
#include "manifest/foreign.h"

#define IMPORT_MAX_BYTES ((size_t)4 << 20)

static const struct ev_data_source sources[] = {
	{ "training_data", "dvc", EV_KIND_NONE, "snapshot", NULL },
	{ "training_data", "lineage", EV_KIND_LINEAGE, "snapshot", NULL },
	{ "validation_data", "dvc", EV_KIND_NONE, NULL, NULL },
	{ "validation_data", "generator", EV_KIND_GENERATOR, "id",
	  "scenario_pack" }
};

void ev_build_import(struct ev_build *b, const char *section,
		     const char *field, const char *text, const char *from)
{
	const struct ev_value *given = ev_build_member(b, section, field);

	if (ev_is_placeholder(text))
		ev_problem_add(&b->problems, ev_build_section(b, section), NULL,
			       "%s.%s of %s is a placeholder: '%s'", section,
			       field, from, text);
	else if (given && !ev_is_placeholder(given->text) &&
		 strcmp(given->text, text))
		ev_problem_add(&b->problems, given, NULL, "%s.%s is '%s', but "
			       "%s says '%s'", section, field, given->text,
			       from, text);
	ev_build_text(b, section, field, text);
}

void ev_build_default(struct ev_build *b, const char *section,
		      const char *field, const char *text)
{
	char *path = ev_strdupf("%s.%s", section, field);

	if (!ev_build_get(b, path))
		ev_build_text(b, section, field, text);
	free(path);
}

/* The error's texts live in the module that the addition may use. */
void ev_build_refuse(struct ev_build *b, const struct ev_value *at,
		     const char *section, const char *field)
{
	const struct ev_error *e = ev_error_last();
	char *message = ev_strdup(e->message), *hints = ev_strdup(e->hints);

	hints[strcspn(hints, "\n")] = '\0';
	ev_problem_add(&b->problems, at, *hints ? hints : NULL, "%s.%s: %s",
		       section, field, message);
	ev_error_clear();
	free(message);
	free(hints);
}

int ev_build_yaml(struct ev_value **root, struct ev_build *b, const char *path)
{
	struct ev_buf text = EV_BUF_INIT;
	int ret;

	ret = ev_tree_read(&text, b->r, &b->tree, path, IMPORT_MAX_BYTES);
	if (ret >= 0)
		ret = ev_yaml_read(root, path, text.ptr, text.len);
	ev_buf_release(&text);
	return ret < 0 ? ret : 0;
}

static void take_dvc(struct ev_build *b, const struct ev_data_source *s,
		     const struct ev_value *at)
{
	const struct ev_value *which = ev_build_named(b, s->section, "out");
	struct ev_value *root = NULL;
	struct ev_dvc_out out;
	char *from = ev_strdupf("'%s'", at->text);

	if (ev_build_yaml(&root, b, at->text) < 0 ||
	    ev_dvc_read(&out, root, which ? which->text : NULL) < 0) {
		ev_build_refuse(b, at, s->section, s->field);
		goto done;
	}
	ev_build_import(b, s->section, "digest", out.digest, from);
	ev_build_text(b, s->section, "out", out.path);
	if (out.size >= 0)
		ev_build_int(b, s->section, "size", out.size);
	if (s->name)
		ev_build_default(b, s->section, s->name, which ? out.path :
				 at->text);
	if (out.weak)
		ev_strs_addf(b->warnings, "%s.digest is a weak one (md5), as "
			     "DVC keeps it", s->section);
done:
	ev_value_free(root);
	free(from);
}

/* The file, a record and a path are three ways to say the same. */
static bool is_alone(struct ev_build *b, const char *section,
		     const struct ev_value *at, const char *field)
{
	static const char *const ways[] = { "path", "dvc", "lineage",
					    "generator" };
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(ways); i++) {
		if (!strcmp(ways[i], field) ||
		    !ev_build_member(b, section, ways[i]))
			continue;
		ev_problem_add(&b->problems, at, NULL, "%s.%s stands beside "
			       "%s: give one", section, field, ways[i]);
		return false;
	}
	return true;
}

/* `out` says which output of something. */
static void check_out(struct ev_build *b, const char *section)
{
	const struct ev_value *out = ev_build_named(b, section, "out");
	size_t i;

	for (i = 0; out && i < EV_ARRAY_SIZE(sources); i++)
		if (!strcmp(sources[i].section, section) &&
		    ev_build_member(b, section, sources[i].field))
			return;
	if (out)
		ev_problem_add(&b->problems, out, NULL, "%s.out stands alone: "
			       "of which file or record is it the output?",
			       section);
}

int ev_build_data(struct ev_build *b)
{
	const struct ev_data_source *s;
	const struct ev_value *at;
	size_t i;
	int ret = 0;

	for (i = 0; ret >= 0 && i < EV_ARRAY_SIZE(sources); i++) {
		s = &sources[i];
		at = ev_build_named(b, s->section, s->field);
		if (!at || !is_alone(b, s->section, at, s->field))
			continue;
		if (s->kind == EV_KIND_NONE)
			take_dvc(b, s, at);
		else
			ret = ev_build_record(b, s, at);
	}
	check_out(b, "training_data");
	check_out(b, "validation_data");
	return ret < 0 ? ret : 0;
}
