#include "base/compat.h"
#include "manifest/manifest.h"

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "data/yaml.h"
#include "manifest/build.h"

static void build_release(struct ev_build *b)
{
	size_t i;

	for (i = 0; i < b->facts.n; i++) {
		free(b->facts.items[i].path);
		free(b->facts.items[i].text);
	}
	free(b->facts.items);
	ev_problems_release(&b->problems);
	ev_claims_release(&b->claims);
	ev_value_free(b->root);
}

static bool differs(const struct ev_buf *a, const struct ev_buf *b)
{
	size_t i = 0, k = 0;

	/* a checkout may end lines in CR LF */
	for (;; i++, k++) {
		if (i < b->len && b->ptr[i] == '\r' && k < a->len &&
		    a->ptr[k] == '\n')
			i++;
		if (i == b->len || k == a->len)
			return i != b->len || k != a->len;
		if (b->ptr[i] != a->ptr[k])
			return true;
	}
}

static void warn_of_working_file(struct ev_build *b, const struct ev_buf *text)
{
	const char *dir = ev_repo_workdir(b->r);
	struct ev_buf path = EV_BUF_INIT, disk = EV_BUF_INIT;

	if (!dir)
		return;
	ev_path_join(&path, dir, EV_MANIFEST_PATH);
	if (ev_file_read(&disk, path.ptr, EV_MANIFEST_MAX_BYTES) < 0)
		ev_error_clear();
	else if (differs(text, &disk))
		ev_strs_addf(b->warnings, "'%s' in the work tree differs from "
			     "the one in %s, which is used", EV_MANIFEST_PATH,
			     b->name);
	ev_buf_release(&path);
	ev_buf_release(&disk);
}

static int read_manifest(struct ev_build *b)
{
	struct ev_buf text = EV_BUF_INIT;
	int ret;

	ret = ev_tree_read(&text, b->r, &b->tree, EV_MANIFEST_PATH,
			   EV_MANIFEST_MAX_BYTES);
	if (ret == EV_ENOTFOUND) {
		ret = ev_fail(EV_ENOTFOUND, "'%s' is not in %s",
			      EV_MANIFEST_PATH, b->name);
		ev_error_hint("git evidence init");
		goto out;
	}
	if (ret < 0)
		goto out;
	ret = ev_yaml_read(&b->root, EV_MANIFEST_PATH, text.ptr, text.len);
	if (ret < 0)
		goto out;
	if (b->root->type != EV_MAP) {
		ret = ev_fail_at(b->root, "a manifest is a map, not a %s",
				 ev_type_name(b->root->type));
		goto out;
	}
	warn_of_working_file(b, &text);
out:
	ev_buf_release(&text);
	return ret < 0 ? ret : 0;
}

static int run_steps(struct ev_build *b)
{
	static int (*const steps[])(struct ev_build *) = {
		ev_build_source, ev_build_product, ev_build_paths,
		ev_build_data, ev_build_model, ev_build_suite, ev_build_claims
	};
	size_t i;
	int ret;

	ret = ev_build_change(b);
	if (ret < 0)
		return ret;
	ev_build_check(b);
	for (i = 0; i < EV_ARRAY_SIZE(steps); i++) {
		ret = steps[i](b);
		if (ret < 0)
			return ret;
	}
	ev_build_required(b);
	return ev_problems_fail(&b->problems);
}

int ev_manifest_build(struct ev_buf *members, struct ev_strs *warnings,
		      struct ev_repo *r, const struct ev_oid *commit,
		      const struct ev_manifest_options *o)
{
	struct ev_environment own = EV_ENVIRONMENT_INIT;
	struct ev_build b = { .r = r, .commit = commit, .options = o,
			      .env = o->env, .warnings = warnings };
	int ret;

	ret = ev_repo_tree_of(&b.tree, r, commit);
	if (ret < 0)
		goto out;
	ev_repo_short(b.name, r, commit);
	ret = read_manifest(&b);
	if (ret < 0)
		goto out;
	if (!b.env) {
		ret = ev_environment_read(&own);
		if (ret < 0)
			goto out;
		b.env = &own;
	}
	ret = run_steps(&b);
	if (ret >= 0)
		ev_build_write(members, &b);
out:
	build_release(&b);
	ev_environment_release(&own);
	return ret < 0 ? ret : 0;
}
