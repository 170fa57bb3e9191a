#include "base/compat.h"
#include "manifest/foreign.h"

#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "manifest/manifest.h"

#define PYFUNC "python_function"

/* The first of `names` that is there, not null, and a text or a number. */
static int read_text(const char **out, const struct ev_value *map,
		     const char *const *names)
{
	const struct ev_value *v;

	for (; *names; names++) {
		v = ev_get(map, *names);
		if (!v || v->type == EV_NULL)
			continue;
		if (v->type != EV_STRING && v->type != EV_NUMBER)
			return ev_fail_at(v, "'%s' is a %s, not a text", *names,
					  ev_type_name(v->type));
		if (ev_is_placeholder(v->text))
			return ev_fail_at(v, "'%s' is a placeholder: '%s'",
					  *names, v->text);
		*out = v->text;
		return 0;
	}
	return 0;
}

/* MLflow writes "2023-01-25 09:18:44.575680" and means UTC. */
static int read_created(char out[EV_TIME_TEXT], const struct ev_value *root)
{
	static const char *const names[] = { "utc_time_created", NULL };
	const char *text = NULL;
	char copy[64];
	int64_t t;
	int ret;

	ret = read_text(&text, root, names);
	if (ret < 0 || !text)
		return ret;
	snprintf(copy, sizeof(copy), "%sZ", text);
	if (strlen(text) < 19 || strlen(text) > 40 || copy[10] != ' ')
		goto bad;
	copy[10] = 'T';
	if (ev_time_parse(&t, copy) < 0)
		goto bad;
	ev_time_format(out, t);
	return 0;
bad:
	return ev_fail_at(ev_get(root, *names), "'%s' is no time in UTC", text);
}

/* The one flavor beside the general one; NULL if there are none or several. */
static const struct ev_value *own_flavor(const char **name,
					 const struct ev_value *flavors)
{
	const struct ev_value *v = NULL;
	size_t i, n = 0;

	for (i = 0; i < flavors->n; i++) {
		if (!strcmp(flavors->keys[i]->text, PYFUNC))
			continue;
		*name = flavors->keys[i]->text;
		v = flavors->items[i];
		n++;
	}
	return n == 1 ? v : NULL;
}

/* "sklearn_version" of sklearn, "xgb_version" of xgboost: the version is the
 * member named so, or the only one whose name ends so. */
static int read_framework(struct ev_mlmodel *m, const struct ev_value *flavor,
			  const char *name)
{
	char *own = ev_strdupf("%s_version", name);
	const char *names[] = { own, NULL }, *text = NULL;
	size_t i, n = 0;
	int ret;

	if (!ev_get(flavor, own)) {
		for (i = 0; flavor->type == EV_MAP && i < flavor->n; i++) {
			if (!ev_ends_with(flavor->keys[i]->text, "_version"))
				continue;
			names[0] = flavor->keys[i]->text;
			n++;
		}
		if (n > 1)
			names[0] = NULL;
	}
	ret = read_text(&text, flavor, names);
	if (ret == 0)
		m->framework = ev_strdupf("%s%s%s", name, text ? " " : "",
					  text ? text : "");
	free(own);
	return ret;
}

static int read_flavors(struct ev_mlmodel *m, const struct ev_value *root)
{
	static const char *const formats[] = {
		"serialization_format", "model_format", NULL
	};
	static const char *const files[] = {
		"pickled_model", "model_data", "data", "model_path",
		"python_model", NULL
	};
	const struct ev_value *flavors = ev_get(root, "flavors"), *own;
	const char *name = NULL;
	int ret = 0;

	if (!flavors || flavors->type != EV_MAP || !flavors->n)
		return ev_fail_at(flavors ? flavors : root,
				  "this MLmodel has no flavors");
	own = own_flavor(&name, flavors);
	if (own) {
		ret = read_framework(m, own, name);
		if (ret == 0)
			ret = read_text(&m->format, own, formats);
		if (ret == 0)
			ret = read_text(&m->file, own, files);
	}
	if (ret == 0 && !m->file)
		ret = read_text(&m->file, ev_get(flavors, PYFUNC), files);
	return ret;
}

int ev_mlmodel_read(struct ev_mlmodel *out, const struct ev_value *root)
{
	static const char *const ids[] = {
		"model_uuid", "model_id", "run_id", NULL
	};
	int ret;

	memset(out, 0, sizeof(*out));
	ret = read_flavors(out, root);
	if (ret == 0)
		ret = read_text(&out->registry_id, root, ids);
	if (ret == 0)
		ret = read_text(&out->run_id, root, ids + 2);
	if (ret == 0)
		ret = read_created(out->created_at, root);
	if (ret < 0)
		ev_mlmodel_release(out);
	return ret;
}

void ev_mlmodel_release(struct ev_mlmodel *m)
{
	free(m->framework);
	memset(m, 0, sizeof(*m));
}
