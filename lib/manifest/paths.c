#include "base/compat.h"
#include "manifest/build.h"

#include <stdio.h>

#include "base/mem.h"

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

/* What another tool says where the file is need not be here, if the digest is
 * given; what the manifest's own `path` names has to be. */
static void refuse(struct ev_build *b, const char *section, const char *field,
		   const struct ev_value *at, const char *why)
{
	if (strcmp(field, "path") && ev_build_member(b, section, "digest"))
		ev_strs_addf(b->warnings, "%s.digest is taken as it is given: "
			     "%s", section, why);
	else
		ev_problem_add(&b->problems, at, NULL, "%s.%s: %s", section,
			       field, why);
}

int ev_build_file(struct ev_build *b, const char *section, const char *field,
		  const struct ev_value *at, const char *path)
{
	struct ev_buf why = EV_BUF_INIT;
	struct ev_filefact f;
	char digest[80];
	int ret;

	ret = ev_file_fact(&f, &why, b, path);
	if (ret > 0)
		refuse(b, section, field, at, why.ptr);
	if (ret)
		goto out;
	if (!f.size) {
		ev_problem_add(&b->problems, at, NULL, "%s.%s: '%s' is empty",
			       section, field, path);
		goto out;
	}
	snprintf(digest, sizeof(digest), "sha256:%s", f.sha256);
	compare(b, section, digest, path);
	if (strcmp(field, "path"))
		ev_build_text(b, section, "path", path);
	ev_build_text(b, section, "digest", digest);
	ev_build_int(b, section, "size", (int64_t)f.size);
	if (f.lfs)
		ev_build_true(b, section, "lfs");
	if (f.untracked) {
		ev_build_true(b, section, "untracked");
		ev_strs_addf(b->warnings, "'%s' is not in %s: %s.digest is "
			     "that of the file in the work tree", path, b->name,
			     section);
	}
out:
	ev_buf_release(&why);
	return ret < 0 ? ret : 0;
}

const struct ev_value *ev_build_named(const struct ev_build *b,
				      const char *section, const char *field)
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
		v = ev_build_named(b, with_path[i], "path");
		if (v)
			ret = ev_build_file(b, with_path[i], "path", v,
					    v->text);
	}
	return ret;
}
