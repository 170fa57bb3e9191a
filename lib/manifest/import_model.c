#include "base/compat.h"
#include "manifest/build.h"

#include "base/error.h"
#include "base/mem.h"
#include "manifest/foreign.h"
#include "repo/refs.h"

#define TAGS "refs/tags/"
#define ARTIFACTS "artifacts.yaml"

/* A path that stands in `file` is meant from its folder. */
static char *beside(const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');

	return ev_strdupf("%.*s%s", slash ? (int)(slash + 1 - file) : 0, file,
			  path);
}

/* MLflow ------------------------------------------------------------------ */

static int take_mlflow(struct ev_build *b, const struct ev_value *at)
{
	struct ev_value *root = NULL;
	struct ev_mlmodel m = { 0 };
	char *from = ev_strdupf("'%s'", at->text), *path = NULL;
	int ret = 0;

	if (ev_build_yaml(&root, b, at->text) < 0 ||
	    ev_mlmodel_read(&m, root) < 0) {
		ev_build_refuse(b, at, "model", "mlflow");
		goto out;
	}
	if (m.registry_id)
		ev_build_default(b, "model", "registry_id", m.registry_id);
	if (m.run_id)
		ev_build_import(b, "model", "run_id", m.run_id, from);
	if (*m.created_at)
		ev_build_import(b, "model", "created_at", m.created_at, from);
	if (m.framework)
		ev_build_import(b, "model", "framework", m.framework, from);
	if (m.format)
		ev_build_import(b, "model", "format", m.format, from);
	if (m.file && !ev_build_get(b, "model.path")) {
		path = beside(at->text, m.file);
		ret = ev_build_file(b, "model", "mlflow", at, path);
	}
out:
	ev_mlmodel_release(&m);
	ev_value_free(root);
	free(from);
	free(path);
	return ret;
}

/* GTO --------------------------------------------------------------------- */

struct tag_search {
	struct ev_build *b;
	const char *name;
	/* of the commit, by version: the last word on it */
	struct version { struct ev_gto_tag tag; char *ref; } *items;
	size_t n, cap;
};

/* GTO numbers what it says of a version; without numbers a cancelling tag can
 * only come after. */
static bool is_later(const struct ev_gto_tag *a, const struct ev_gto_tag *b)
{
	return a->number != b->number ? a->number > b->number : a->cancels;
}

static void keep(struct tag_search *s, struct ev_gto_tag *tag, const char *ref)
{
	struct version *v;
	size_t i;

	for (i = 0; i < s->n; i++) {
		v = &s->items[i];
		if (strcmp(v->tag.version, tag->version))
			continue;
		if (!is_later(tag, &v->tag)) {
			free(tag->version);
			return;
		}
		free(v->tag.version);
		free(v->ref);
		goto set;
	}
	EV_GROW(s->items, s->n, s->cap);
	v = &s->items[s->n++];
set:
	v->tag = *tag;
	v->ref = ev_strdup(ref);
}

static int visit_tag(void *ctx, const char *ref, const struct ev_oid *oid)
{
	struct tag_search *s = ctx;
	const char *name = ref + strlen(TAGS);
	char hex[EV_OID_HEX + 1];
	struct ev_gto_tag tag;
	struct ev_oid commit;

	if (!ev_gto_tag_read(&tag, name, s->name))
		return 0;
	ev_oid_hex(hex, oid);
	if (ev_repo_commit(&commit, s->b->r, hex) < 0)
		ev_error_clear();
	else if (ev_oid_eq(&commit, s->b->commit)) {
		keep(s, &tag, name);
		return 0;
	}
	free(tag.version);
	return 0;
}

/* The version that is registered for this commit; NULL, and the last error. */
static const struct version *registered(const struct tag_search *s)
{
	const struct version *found = NULL, *gone = NULL;
	size_t i;

	for (i = 0; i < s->n; i++) {
		if (s->items[i].tag.cancels) {
			gone = &s->items[i];
		} else if (found) {
			ev_fail(EV_EINVALID, "tags '%s' and '%s' both point at "
				"%s", found->ref, s->items[i].ref, s->b->name);
			return NULL;
		} else {
			found = &s->items[i];
		}
	}
	if (!found && gone)
		ev_fail(EV_EINVALID, "tag '%s' takes back its version",
			gone->ref);
	else if (!found)
		ev_fail(EV_EINVALID, "no tag '%s@vX.Y.Z' points at %s",
			s->name, s->b->name);
	return found;
}

/* "v2.8.1" may be written "2.8.1"; then it is signed so. */
static void take_version(struct ev_build *b, const struct version *v)
{
	const struct ev_value *given = ev_build_member(b, "model", "version");
	char *from = ev_strdupf("tag '%s'", v->ref);

	if (!given || strcmp(given->text, v->tag.version + 1))
		ev_build_import(b, "model", "version", v->tag.version, from);
	ev_build_text(b, "model", "gto_tag", v->ref);
	free(from);
}

static int take_tag(struct ev_build *b, const struct ev_value *at)
{
	struct tag_search s = { b, at->text, NULL, 0, 0 };
	const struct version *v;
	char *prefix = ev_strdupf(TAGS "%s@", at->text), *c;
	size_t i;
	int ret;

	for (c = prefix; *c; c++)
		if (*c == ':')
			*c = '=';
	ret = ev_ref_each(b->r, prefix, visit_tag, &s);
	if (ret < 0)
		goto out;
	v = registered(&s);
	if (v) {
		take_version(b, v);
		ev_build_default(b, "model", "registry_id", v->ref);
		ev_build_default(b, "model", "name", at->text);
	} else {
		ev_build_refuse(b, at, "model", "gto");
	}
out:
	for (i = 0; i < s.n; i++) {
		free(s.items[i].tag.version);
		free(s.items[i].ref);
	}
	free(s.items);
	free(prefix);
	return ret < 0 ? ret : 0;
}

/* The file, or a file below the folder, that the artifact is. */
static bool is_within(const char *path, const char *artifact)
{
	size_t n = strlen(artifact);

	while (n && artifact[n - 1] == '/')
		n--;
	return !strncmp(path, artifact, n) && (!path[n] || path[n] == '/');
}

/* "FOLDER:NAME" stands in the artifacts.yaml of that folder. */
static int take_artifact(struct ev_build *b, const struct ev_value *at)
{
	const char *colon = strchr(at->text, ':'), *path = NULL;
	char *file = ev_strdupf("%.*s%s" ARTIFACTS, colon ?
				(int)(colon - at->text) : 0, at->text,
				colon ? "/" : "");
	const char *known = ev_build_get(b, "model.path");
	const struct ev_value *given = ev_build_member(b, "model", "path");
	struct ev_value *root = NULL;
	char *full = NULL;
	struct ev_oid oid;
	unsigned mode;
	int ret = 0;

	if (ev_tree_entry(&oid, &mode, b->r, &b->tree, file) < 0) {
		ev_error_clear();
		goto out;
	}
	if (ev_build_yaml(&root, b, file) < 0 ||
	    ev_gto_path(&path, root, colon ? colon + 1 : at->text) < 0) {
		ev_build_refuse(b, at, "model", "gto");
		goto out;
	}
	if (!path)
		goto out;
	full = beside(file, path);
	if (!known)
		ret = ev_build_file(b, "model", "gto", at, full);
	else if (!is_within(known, full))
		ev_problem_add(&b->problems, given ? given : at, NULL,
			       "model.path is '%s', but '%s' says '%s'", known,
			       file, full);
out:
	ev_value_free(root);
	free(file);
	free(full);
	return ret;
}

int ev_build_model(struct ev_build *b)
{
	const struct ev_value *gto = ev_build_named(b, "model", "gto");
	const struct ev_value *mlflow = ev_build_named(b, "model", "mlflow");
	int ret = 0;

	if (gto && !ev_gto_is_name(gto->text)) {
		ev_problem_add(&b->problems, gto, NULL, "model.gto: '%s' is no "
			       "name of an artifact", gto->text);
		gto = NULL;
	}
	if (gto)
		ret = take_tag(b, gto);
	if (ret == 0 && mlflow)
		ret = take_mlflow(b, mlflow);
	if (ret == 0 && gto)
		ret = take_artifact(b, gto);
	return ret;
}
