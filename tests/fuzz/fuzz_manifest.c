/*
 * Any bytes as what a manifest is made from.  The first byte says as what: the
 * manifest itself, a DVC file, an MLmodel, artifacts.yaml, the predicate of a
 * record, claims, a Git LFS pointer, a commit message, a tag.  No fault; what
 * is accepted holds its promises, and what is refused says why.
 */
#include "base/compat.h"

#include "base/error.h"
#include "base/hex.h"
#include "base/mem.h"
#include "data/json.h"
#include "data/yaml.h"
#include "manifest/build.h"
#include "manifest/foreign.h"
#include "tree.h"

#define FILE_NAME "f.yaml"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void want(bool ok)
{
	if (!ok)
		abort();
}

static void refused(int ret)
{
	want(ret == EV_EINVALID && *ev_error_last()->message);
}

static void want_digest(const char *digest)
{
	const char *hex = strchr(digest, ':') + 1;
	size_t n = ev_starts_with(digest, "sha256:") ? 64 : 32;
	char *bare = ev_strndup(hex, n);

	want(n == 64 || ev_starts_with(digest, "md5:"));
	want(ev_is_hex(bare, n) && !ev_is_placeholder(bare));
	want(!hex[n] || !strcmp(hex + n, ".dir"));
	free(bare);
}

/* What passes the checks is written as JSON that can be read. */
static void try_manifest(struct ev_value *root)
{
	static const struct ev_manifest_options options = { 0 };
	struct ev_environment env = EV_ENVIRONMENT_INIT;
	struct ev_strs warnings = EV_STRS_INIT;
	struct ev_buf text = EV_BUF_INIT, members = EV_BUF_INIT;
	struct ev_build b = { .options = &options, .env = &env, .root = root,
			      .warnings = &warnings };
	struct ev_value *back = NULL;

	ev_environment_seal(&env);
	ev_build_check(&b);
	if (!b.problems.n) {
		ev_build_write(&members, &b);
		ev_buf_addf(&text, "{%s}", members.ptr);
		want(ev_json_read(&back, "members", text.ptr, text.len) == 0);
		ev_value_free(back);
	}
	ev_build_required(&b);
	/* a file alone is never whole: source, time and more come to it */
	want(ev_problems_fail(&b.problems) <= 0);
	ev_problems_release(&b.problems);
	ev_environment_release(&env);
	ev_strs_release(&warnings);
	ev_buf_release(&text);
	ev_buf_release(&members);
}

static void try_dvc(const struct ev_value *root)
{
	static const char *const paths[] = { NULL, "d", "data/train" };
	struct ev_dvc_out out;
	size_t i;
	int ret;

	for (i = 0; i < EV_ARRAY_SIZE(paths); i++) {
		ret = ev_dvc_read(&out, root, paths[i]);
		if (ret < 0) {
			refused(ret);
			continue;
		}
		want(!paths[i] || !strcmp(paths[i], out.path));
		want(out.size == -1 || out.size > 0);
		want(out.weak == ev_starts_with(out.digest, "md5:"));
		want_digest(out.digest);
	}
}

static void try_mlmodel(const struct ev_value *root)
{
	struct ev_mlmodel m;
	int64_t t;
	int ret = ev_mlmodel_read(&m, root);

	if (ret < 0) {
		refused(ret);
		return;
	}
	want(!*m.created_at || ev_time_parse(&t, m.created_at) == 0);
	want(!m.registry_id || !ev_is_placeholder(m.registry_id));
	want(!m.run_id || m.registry_id);
	want(!m.file || !ev_is_placeholder(m.file));
	ev_mlmodel_release(&m);
}

static void try_outputs(const struct ev_value *root)
{
	static const char *const names[] = { NULL, "a" };
	struct ev_output out;
	size_t i;
	int ret;

	for (i = 0; i < EV_ARRAY_SIZE(names); i++) {
		ret = ev_outputs_find(&out, root, names[i]);
		if (ret < 0) {
			refused(ret);
			continue;
		}
		want(ev_outputs_check(root) == 0);
		want(!names[i] || !strcmp(names[i], out.name));
		want(ev_starts_with(out.digest, "sha256:"));
		want_digest(out.digest);
	}
}

static void try_tree(char what, const char *text, size_t n)
{
	struct ev_value *root;
	const char *path;
	int ret;

	ret = what == 'r' ? ev_json_read(&root, FILE_NAME, text, n) :
		ev_yaml_read(&root, FILE_NAME, text, n);
	if (ret < 0)
		return;
	if (what == 'm' && root->type == EV_MAP)
		try_manifest(root);
	else if (what == 'd')
		try_dvc(root);
	else if (what == 'f')
		try_mlmodel(root);
	else if (what == 'a' && (ret = ev_gto_path(&path, root, "rhythm")) < 0)
		refused(ret);
	else if (what == 'r')
		try_outputs(root);
	ev_value_free(root);
}

static void try_text(char what, const char *text, size_t n)
{
	struct ev_claims claims = EV_CLAIMS_INIT;
	char hex[65], *copy = ev_strndup(text, n), *value;
	struct ev_gto_tag tag;
	uint64_t bytes;

	if (what == 'c') {
		if (ev_claims_parse(&claims, FILE_NAME, text, n) == 0)
			want(claims.uses != NULL);
		ev_claims_release(&claims);
	} else if (what == 'l') {
		if (ev_lfs_pointer(hex, &bytes, text, n) == 1)
			want(ev_is_hex(hex, 64));
	} else if (what == 't') {
		value = ev_trailer(copy, "Change-Id");
		want(!value || *value);
		free(value);
	} else if (what == 'g') {
		if (ev_gto_tag_read(&tag, copy, "m:rhythm")) {
			want(ev_starts_with(copy, "m=rhythm@v"));
			want(*tag.version == 'v' && tag.number >= 0);
			want(ev_starts_with(copy + 9, tag.version));
			free(tag.version);
		}
	}
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;

	if (!size)
		return 0;
	if (strchr("mdfar", *text))
		try_tree(*text, text + 1, size - 1);
	else
		try_text(*text, text + 1, size - 1);
	return 0;
}
