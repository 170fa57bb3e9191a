#include "base/compat.h"
#include "manifest/build.h"

#include <ctype.h>
#include <stdio.h>

#include "base/error.h"
#include "base/mem.h"
#include "data/yaml.h"

#define DVC_MAX_BYTES ((size_t)1 << 20)

static const char *const with_path[] = {
	"model", "training_data", "validation_data", "feature_schema",
	"calibration", "calibration.parameters", "suite", "runtime_config",
	"sbom"
};

static void compare(struct ev_build *b, const char *section,
		    const char *digest, const char *path)
{
	const struct ev_value *given = ev_build_member(b, section, "digest");

	if (given && !ev_is_placeholder(given->text) &&
	    strcmp(given->text, digest))
		ev_problem_add(&b->problems, given, NULL, "%s.digest is not "
			       "that of '%s', which is %s", section, path,
			       digest);
}

static int take_path(struct ev_build *b, const char *section,
		     const struct ev_value *path)
{
	struct ev_buf why = EV_BUF_INIT;
	struct ev_filefact f;
	char digest[80];
	int ret;

	ret = ev_file_fact(&f, &why, b, path->text);
	if (ret)
		goto out;
	if (!f.size) {
		ev_buf_addf(&why, "'%s' is empty", path->text);
		ret = 1;
		goto out;
	}
	snprintf(digest, sizeof(digest), "sha256:%s", f.sha256);
	compare(b, section, digest, path->text);
	ev_build_text(b, section, "digest", digest);
	ev_build_int(b, section, "size", (int64_t)f.size);
	if (f.lfs)
		ev_build_true(b, section, "lfs");
	if (f.untracked) {
		ev_build_true(b, section, "untracked");
		ev_strs_addf(b->warnings, "'%s' is not in %s: %s.digest is "
			     "that of the file in the work tree", path->text,
			     b->name, section);
	}
out:
	if (ret > 0)
		ev_problem_add(&b->problems, path, NULL, "%s.path: %s",
			       section, why.ptr);
	ev_buf_release(&why);
	return ret < 0 ? ret : 0;
}

/* 32 hex digits, and ".dir" when it is of a folder. */
static bool is_dvc_md5(const char *s)
{
	size_t i;

	for (i = 0; i < 32; i++)
		if (!isxdigit((unsigned char)s[i]))
			return false;
	return !s[32] || !strcmp(s + 32, ".dir");
}

/* The one output of a *.dvc file. */
static const char *dvc_digest(struct ev_build *b, const char *section,
			      const struct ev_value *at,
			      const struct ev_value *root)
{
	const struct ev_value *outs = ev_get(root, "outs");
	const char *md5 = NULL;

	if (outs && outs->type == EV_LIST && outs->n == 1)
		md5 = ev_get_string(outs->items[0], "md5");
	if (md5 && is_dvc_md5(md5))
		return md5;
	ev_problem_add(&b->problems, at, NULL, "%s.dvc: '%s' has no single "
		       "output with an md5", section, at->text);
	return NULL;
}

static int take_dvc(struct ev_build *b, const char *section,
		    const struct ev_value *at)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_value *root = NULL;
	const char *md5;
	char digest[80];
	int ret;

	if (ev_build_member(b, section, "digest") ||
	    ev_build_member(b, section, "path")) {
		ev_problem_add(&b->problems, at, NULL, "%s.dvc stands beside "
			       "digest or path: give one", section);
		return 0;
	}
	ret = ev_tree_read(&text, b->r, &b->tree, at->text, DVC_MAX_BYTES);
	if (ret >= 0)
		ret = ev_yaml_read(&root, at->text, text.ptr, text.len);
	if (ret < 0) {
		ev_problem_add(&b->problems, at, NULL, "%s.dvc: %s", section,
			       ev_error_last()->message);
		ev_error_clear();
		goto out;
	}
	md5 = dvc_digest(b, section, at, root);
	if (!md5)
		goto out;
	snprintf(digest, sizeof(digest), "md5:%s", md5);
	ev_build_text(b, section, "digest", digest);
	if (!strcmp(section, "training_data") &&
	    !ev_build_member(b, section, "snapshot"))
		ev_build_text(b, section, "snapshot", at->text);
	ev_strs_addf(b->warnings, "%s.digest is a weak one (md5), as DVC "
		     "keeps it", section);
out:
	ev_buf_release(&text);
	ev_value_free(root);
	return 0;
}

/* A placeholder was told as such. */
static const struct ev_value *named_file(struct ev_build *b,
					 const char *section,
					 const char *field)
{
	const struct ev_value *v = ev_build_member(b, section, field);

	return v && v->type == EV_STRING && !ev_is_placeholder(v->text) ?
		v : NULL;
}

int ev_build_paths(struct ev_build *b)
{
	const struct ev_value *v;
	size_t i;
	int ret = 0;

	for (i = 0; ret >= 0 && i < EV_ARRAY_SIZE(with_path); i++) {
		v = named_file(b, with_path[i], "path");
		if (v)
			ret = take_path(b, with_path[i], v);
	}
	v = named_file(b, "training_data", "dvc");
	if (ret >= 0 && v)
		ret = take_dvc(b, "training_data", v);
	v = named_file(b, "validation_data", "dvc");
	if (ret >= 0 && v)
		ret = take_dvc(b, "validation_data", v);
	return ret;
}
