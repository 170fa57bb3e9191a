#include "base/compat.h"

#include "policy/policy.h"

#include <stdio.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/str.h"

/* The files below .evidence/ that make up a control set. */
static bool belongs(const char *path)
{
	static const char *const folders[] = { "keys/", "suites/", "packs/" };
	size_t i;

	if (!ev_starts_with(path, ".evidence/"))
		return false;
	path += 10;
	if (!strcmp(path, "policy.yaml") || !strcmp(path, "claims.yaml"))
		return true;
	for (i = 0; i < EV_ARRAY_SIZE(folders); i++)
		if (ev_starts_with(path, folders[i]))
			return true;
	return false;
}

struct walk { struct ev_repo *repo; struct ev_buf *text; size_t files; };

#define MAX_FILES 4096
#define MAX_FILE ((size_t)64 << 20)

static int add_file(void *ctx, const struct ev_tree_entry *e)
{
	struct walk *w = ctx;
	struct ev_buf path = EV_BUF_INIT, bytes = EV_BUF_INIT_MAX(MAX_FILE);
	char hex[EV_SHA256_HEX + 1];
	const char *p;
	int ret = 0;

	ev_buf_addf(&path, ".evidence/%s", e->path);
	if (!belongs(path.ptr))
		goto out;
	for (p = path.ptr; *p; p++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvw"
			    "xyz0123456789._/-", *p)) {
			ret = ev_fail(EV_EINVALID, "'%s' may not be in the "
				      "control set: its path has other "
				      "characters than A-Z a-z 0-9 . _ / -",
				      path.ptr);
			goto out;
		}
	if (e->mode != 0100644 && e->mode != 0100755) {
		ret = ev_fail(EV_EINVALID, "'%s' in the control set is no "
			      "regular file (mode %06o)", path.ptr, e->mode);
		goto out;
	}
	if (++w->files > MAX_FILES) {
		ret = ev_fail(EV_ELIMIT, "control set has more than %d files",
			      MAX_FILES);
		goto out;
	}
	ret = ev_object_read(&bytes, NULL, w->repo, &e->oid);
	if (ret < 0)
		goto out;
	ev_sha256_hex(hex, bytes.ptr, bytes.len);
	ev_buf_addf(w->text, "%s  %s\n", hex, path.ptr);
out:
	ev_buf_release(&bytes);
	ev_buf_release(&path);
	return ret;
}

/*
 * ls-tree order is byte order of whole paths (a folder sorts as if its name
 * ended in '/'), which is the order the link asks for.
 */
int ev_control_set(struct ev_buf *text, char link[72], struct ev_repo *r,
		   const struct ev_oid *commit)
{
	struct walk w = { r, text, 0 };
	struct ev_oid tree, below;
	unsigned mode;
	char hex[EV_SHA256_HEX + 1];
	int ret;

	ret = ev_repo_tree_of(&tree, r, commit);
	if (ret < 0)
		return ret;
	ret = ev_tree_entry(&below, &mode, r, &tree, ".evidence");
	if (ret == 0 && mode == 040000)
		ret = ev_tree_each(r, &below, add_file, &w);
	else if (ret == 0)
		ret = ev_fail(EV_EINVALID, "'.evidence' is no folder");
	if (ret < 0 && ret != EV_ENOTFOUND)
		return ret;
	ev_sha256_hex(hex, text->ptr, text->len);
	snprintf(link, 72, "sha256:%s", hex);
	return 0;
}
