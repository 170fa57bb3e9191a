#include "base/compat.h"

#include "gate/records.h"

#include "manifest/manifest.h"

#define REASON_MIN 10

/*
 * What every signed manifest holds, section by section.  Those that may say
 * that they do not apply have `may`; claims may be none.
 */
static const struct {
	const char *path, *instead;
	bool may, may_be_empty;
} core[] = {
	{ "source.commit", NULL, false, false },
	{ "source.tree", NULL, false, false },
	{ "source.treeSha256", NULL, false, false },
	{ "built_at", NULL, false, false },
	{ "product.name", NULL, false, false },
	{ "product.release", NULL, false, false },
	{ "model.registry_id", NULL, true, false },
	{ "model.name", NULL, true, false },
	{ "model.version", NULL, true, false },
	{ "model.digest", NULL, true, false },
	{ "training_data.snapshot", NULL, true, false },
	{ "training_data.digest", NULL, true, false },
	{ "validation_data.id", "validation_data.scenario_pack", true, false },
	{ "validation_data.digest", NULL, true, false },
	{ "validation_data.kind", NULL, true, false },
	{ "container.digest", NULL, true, false },
	{ "feature_schema.version", NULL, true, false },
	{ "feature_schema.digest", NULL, true, false },
	{ "calibration.method", NULL, true, false },
	{ "calibration.parameters", "calibration.digest", true, false },
	{ "suite.id", NULL, true, false },
	{ "suite.version", NULL, true, false },
	{ "suite.digest", NULL, true, false },
	{ "environment.fingerprint", NULL, false, false },
	{ "intended_use.id", NULL, false, false },
	{ "intended_use.statement", NULL, false, false },
	{ "claims", NULL, true, true },
	{ "risk_tier", NULL, false, false },
	{ "change.id", NULL, false, false },
	{ "change.reason", NULL, false, false },
};

/* What is wrong with a section as a whole: then nothing is said of its
 * fields.  True if there is nothing to look at in it. */
static bool section_is_told(struct ev_buf *out, const struct ev_value *v,
			    const char *name, bool may)
{
	const struct ev_value *reason = ev_get(v, "not_applicable");

	if (!v || v->type == EV_NULL) {
		ev_buf_addf(out, "%s is missing", name);
		return true;
	}
	if (!reason)
		return false;
	if (!may)
		ev_buf_addf(out, "%s always applies", name);
	else if (reason->type != EV_STRING || reason->len < REASON_MIN ||
		 ev_is_placeholder(reason->text))
		ev_buf_addf(out, "%s does not apply, but no reason is given",
			    name);
	return true;
}

static bool is_there(const struct ev_value *manifest, const char *path)
{
	const struct ev_value *v = path ? ev_get_path(manifest, path) : NULL;

	return v && v->type != EV_NULL;
}

static void look(struct ev_buf *out, const struct ev_value *manifest, size_t i)
{
	const char *path = core[i].path;

	if (!is_there(manifest, path) && is_there(manifest, core[i].instead))
		path = core[i].instead;
	if (!is_there(manifest, path))
		ev_buf_addf(out, "%s is missing", path);
	else if (!core[i].may_be_empty)
		ev_field_hollow(out, ev_get_path(manifest, path), path);
}

void ev_core_missing(struct ev_strs *out, const struct ev_value *manifest)
{
	struct ev_buf one = EV_BUF_INIT;
	const char *path, *told = "";
	char name[40];
	size_t i, n;

	for (i = 0; i < EV_ARRAY_SIZE(core); i++) {
		path = core[i].path;
		n = strcspn(path, ".");
		if (!strncmp(path, told, n + 1))
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)n, path);
		ev_buf_clear(&one);
		if (section_is_told(&one, ev_get(manifest, name), name,
				    core[i].may))
			told = path;
		else
			look(&one, manifest, i);
		if (one.len)
			ev_strs_add(out, one.ptr);
	}
	ev_buf_release(&one);
}
