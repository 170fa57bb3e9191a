#include "base/compat.h"

#include "ledger/artifact.h"

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/str.h"
#include "ledger/internal.h"
#include "repo/config.h"
#include "repo/refs.h"

void ev_artifacts_release(struct ev_artifacts *a)
{
	size_t i;

	for (i = 0; i < a->n; i++) {
		free(a->items[i].name);
		free(a->items[i].media_type);
		free(a->items[i].uri);
		ev_buf_release(&a->items[i].bytes);
	}
	free(a->items);
	memset(a, 0, sizeof(*a));
}

static const char *media_type(const char *path)
{
	static const struct { const char *ext, *type; } types[] = {
		{ ".json", "application/json" }, { ".txt", "text/plain" },
		{ ".log", "text/plain" }, { ".csv", "text/csv" },
		{ ".md", "text/markdown" }, { ".html", "text/html" },
		{ ".xml", "application/xml" }, { ".pdf", "application/pdf" },
		{ ".png", "image/png" }, { ".svg", "image/svg+xml" },
		{ ".yaml", "application/yaml" }, { ".yml", "application/yaml" },
		{ ".onnx", "application/octet-stream" },
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(types); i++)
		if (ev_ends_with(path, types[i].ext))
			return types[i].type;
	return "application/octet-stream";
}

/* Names become file names in a bundle. */
static int check_name(const char *name, size_t n)
{
	size_t i;

	if (!n || n > 100 || name[0] == '.' || name[0] == '-')
		goto bad;
	for (i = 0; i < n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
			    "XYZ0123456789._+-", name[i]) || !name[i])
			goto bad;
	return 0;
bad:
	ev_fail(EV_EINVALID, "'%.*s' is no artifact name", (int)n, name);
	ev_error_hint("use letters, digits, '.', '_', '+' and '-', not "
		      "beginning with '.' or '-'");
	return EV_EINVALID;
}

static int check_unique(const struct ev_artifacts *a, const char *name)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		if (!strcmp(a->items[i].name, name))
			return ev_fail(EV_EINVALID,
				       "artifact '%s' is given twice", name);
	return 0;
}

static struct ev_artifact *grow(struct ev_artifacts *a)
{
	struct ev_artifact *item;

	EV_GROW(a->items, a->n, a->cap);
	item = &a->items[a->n++];
	memset(item, 0, sizeof(*item));
	ev_buf_init(&item->bytes);
	return item;
}

static int64_t limit_of(struct ev_repo *r)
{
	return ev_config_int(r, "evidence.artifactLimit", EV_ARTIFACT_LIMIT);
}

static int finish(struct ev_artifact *item)
{
	item->stored = true;
	return ev_object_hash(&item->blob, EV_OBJ_BLOB, item->bytes.ptr,
			      item->bytes.len);
}

int ev_artifact_add(struct ev_artifacts *a, struct ev_repo *r, const char *spec)
{
	const char *eq = strchr(spec, '=');
	struct ev_artifact *item;
	uint64_t size;
	char sha[65];
	int ret;

	if (!eq || !eq[1]) {
		ev_fail(EV_EINVALID, "'%s' is not NAME=PATH", spec);
		ev_error_hint("--artifact model-card=docs/model-card.md");
		return EV_EINVALID;
	}
	ret = check_name(spec, (size_t)(eq - spec));
	if (ret < 0)
		return ret;
	ret = ev_sha256_file(sha, &size, eq + 1);
	if (ret < 0)
		return ret;
	item = grow(a);
	item->name = ev_strndup(spec, (size_t)(eq - spec));
	a->n--;
	ret = check_unique(a, item->name);
	a->n++;
	if (ret < 0)
		return ret;
	item->media_type = ev_strdup(media_type(eq + 1));
	item->size = size;
	memcpy(item->sha256, sha, sizeof(sha));
	if (size > (uint64_t)limit_of(r)) {
		item->uri = ev_strdupf("file:%s", eq + 1);
		return 0;
	}
	ret = ev_file_read(&item->bytes, eq + 1, size);
	if (ret < 0)
		return ret;
	ev_sha256_hex(sha, item->bytes.ptr, item->bytes.len);
	if (strcmp(sha, item->sha256))
		return ev_fail(EV_ERROR, "'%s' changed while it was read",
			       eq + 1);
	return finish(item);
}

int ev_artifact_add_bytes(struct ev_artifacts *a, struct ev_repo *r,
			  const char *name, const char *type,
			  struct ev_buf *bytes)
{
	struct ev_artifact *item;
	int ret;

	ret = check_name(name, strlen(name));
	if (ret == 0)
		ret = check_unique(a, name);
	if (ret < 0)
		return ret;
	item = grow(a);
	item->name = ev_strdup(name);
	item->media_type = ev_strdup(type);
	item->size = bytes->len;
	ev_sha256_hex(item->sha256, bytes->ptr, bytes->len);
	if (bytes->len > (size_t)limit_of(r))
		return 0;
	ev_buf_swap(&item->bytes, bytes);
	return finish(item);
}

int ev_artifact_commit(struct ev_oid *out, struct ev_repo *r,
		       const struct ev_oid *tree)
{
	static const char who[] = "git-evidence <git-evidence@localhost> 0 "
				  "+0000";
	struct ev_buf raw = EV_BUF_INIT;
	char hex[EV_OID_HEX + 1];
	int ret;

	ev_oid_hex(hex, tree);
	ev_buf_addf(&raw, "tree %s\nauthor %s\ncommitter %s\n\n"
		    "evidence: artifacts\n", hex, who, who);
	ret = ev_object_write(out, r, EV_OBJ_COMMIT, raw.ptr, raw.len);
	ev_buf_release(&raw);
	return ret;
}

/* One try at naming the blobs in the store. */
static int store_once(struct ev_repo *r, const struct ev_edits *edits)
{
	struct ev_oid tip, tree, was, commit;
	bool exists;
	int ret;

	ret = ev_ref_no_symbol(r, EV_ARTIFACT_REF);
	if (ret == 0)
		ret = ev_ref_read(&tip, r, EV_ARTIFACT_REF);
	if (ret < 0 && ret != EV_ENOTFOUND)
		return ret;
	exists = ret == 0;
	ev_error_clear();
	ret = ev_notes_write(&tree, r, exists ? &tip : NULL, edits->items,
			     edits->n);
	if (ret < 0)
		return ret;
	if (exists && ev_repo_tree_of(&was, r, &tip) == 0 &&
	    ev_oid_eq(&was, &tree))
		return 0;
	ret = ev_artifact_commit(&commit, r, &tree);
	if (ret < 0)
		return ret;
	return ev_ref_cas(r, EV_ARTIFACT_REF, &commit, exists ? &tip : NULL,
			  "evidence: artifacts");
}

int ev_artifacts_store(struct ev_repo *r, const struct ev_artifacts *a)
{
	struct ev_edits edits = { 0 };
	const struct ev_artifact *item;
	struct ev_oid blob;
	unsigned attempt;
	size_t i;
	int ret = 0;

	for (i = 0; i < a->n && ret == 0; i++) {
		item = &a->items[i];
		if (!item->stored)
			continue;
		ret = ev_object_write(&blob, r, EV_OBJ_BLOB, item->bytes.ptr,
				      item->bytes.len);
		EV_GROW(edits.items, edits.n, edits.cap);
		edits.items[edits.n].object = blob;
		edits.items[edits.n++].blob = blob;
	}
	if (ret < 0 || !edits.n)
		goto out;
	ret = EV_ECONFLICT;
	for (attempt = 0; ret == EV_ECONFLICT && attempt < EV_CAS_ATTEMPTS;
	     attempt++) {
		if (attempt)
			ev_ref_backoff(attempt);
		ret = store_once(r, &edits);
	}
	if (ret == EV_ECONFLICT) {
		ev_fail(ret, "'%s' is locked", EV_ARTIFACT_REF);
		ev_error_hint("rm '%s/%s.lock'       # if no git command is "
			      "running", ev_repo_commondir(r), EV_ARTIFACT_REF);
	}
out:
	free(edits.items);
	return ret;
}

static int parse_one(struct ev_artifact *out, const struct ev_value *v)
{
	const char *digest = ev_get_string(v, "digest");
	const char *blob = ev_get_string(v, "gitBlob");
	const char *name = ev_get_string(v, "name");
	int64_t size;

	if (!name || !ev_value_int(ev_get(v, "size"), &size) || size < 0 ||
	    !digest || !ev_starts_with(digest, "sha256:") ||
	    !ev_is_hex(digest + 7, 64))
		return ev_fail_at(v, "artifact needs name, size and digest");
	out->name = ev_strdup(name);
	out->size = (uint64_t)size;
	memcpy(out->sha256, digest + 7, 65);
	out->media_type = ev_strdup(ev_get_string(v, "mediaType"));
	out->uri = ev_strdup(ev_get_string(v, "uri"));
	out->stored = blob != NULL;
	if (blob && ev_oid_parse(&out->blob, blob) < 0)
		return ev_fail_at(v, "'gitBlob' is no object id");
	return 0;
}

static int parse_all(struct ev_artifacts *out, const struct ev_value *predicate)
{
	const struct ev_value *list;
	size_t i;
	int ret = 0;

	list = ev_get(ev_get(predicate, "gitEvidence"), "artifacts");
	if (!list)
		return 0;
	if (list->type != EV_LIST)
		return ev_fail_at(list, "'artifacts' is no list");
	for (i = 0; i < list->n && ret == 0; i++)
		ret = parse_one(grow(out), list->items[i]);
	return ret;
}

int ev_artifacts_named(struct ev_artifacts *out, const char *line, size_t n)
{
	struct ev_statement st = { 0 };
	struct ev_envelope e;
	int ret;

	ev_envelope_init(&e);
	ret = ev_envelope_parse(&e, line, n);
	if (ret == 0)
		ret = ev_statement_parse(&st, e.payload.ptr, e.payload.len);
	if (ret == 0)
		ret = parse_all(out, st.predicate);
	ev_statement_release(&st);
	ev_envelope_release(&e);
	return ret;
}

int ev_artifact_check(enum ev_artifact_state *out, struct ev_repo *r,
		      const struct ev_artifact *a)
{
	struct ev_buf bytes = EV_BUF_INIT;
	enum ev_objtype type;
	char sha[65];
	int ret;

	if (!a->stored) {
		*out = EV_ARTIFACT_ELSEWHERE;
		return 0;
	}
	/* Only look: an artifact is fetched on need, never by a reader. */
	ret = ev_object_info(&type, NULL, r, &a->blob);
	if (ret == EV_ENOTFOUND) {
		ev_error_clear();
		*out = EV_ARTIFACT_ABSENT;
		return 0;
	}
	if (ret == 0)
		ret = ev_object_read(&bytes, &type, r, &a->blob);
	if (ret < 0)
		goto out;
	ev_sha256_hex(sha, bytes.ptr, bytes.len);
	*out = type == EV_OBJ_BLOB && bytes.len == a->size &&
	       !strcmp(sha, a->sha256) ? EV_ARTIFACT_GOOD
				       : EV_ARTIFACT_DIFFERENT;
out:
	ev_buf_release(&bytes);
	return ret;
}

int ev_artifact_read(struct ev_buf *out, struct ev_repo *r,
		     const struct ev_artifact *a)
{
	enum ev_artifact_state state;
	int ret;

	ret = ev_artifact_check(&state, r, a);
	if (ret < 0)
		return ret;
	if (state == EV_ARTIFACT_GOOD)
		return ev_object_read(out, NULL, r, &a->blob);
	if (state == EV_ARTIFACT_DIFFERENT)
		return ev_fail(EV_EINVALID, "artifact '%s' is not what the "
			       "record names", a->name);
	ev_fail(EV_ENOTFOUND, "artifact '%s' is not here", a->name);
	if (state == EV_ARTIFACT_ABSENT)
		ev_error_hint("git evidence sync --artifacts");
	return EV_ENOTFOUND;
}
