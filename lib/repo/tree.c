#include "base/compat.h"
#include "repo/repo.h"

#include "base/error.h"
#include "base/mem.h"
#include "repo/internal.h"
#include "repo/treecheck.h"

#define FILES_MAX ((uint64_t)20 * 1000 * 1000)

/* As Git reads a mode: five kinds only, whatever the digits say. */
static unsigned plain_mode(unsigned mode)
{
	switch (mode & 0170000) {
	case 0100000:
		return mode & 0100 ? 0100755 : 0100644;
	case 0120000:
		return 0120000;
	case 0040000:
		return 0040000;
	default:
		return 0160000;
	}
}

int ev_tree_step(const char **p, const char *end, unsigned *mode,
		 const char **name, size_t *len, struct ev_oid *oid)
{
	const char *s = *p, *nul;
	unsigned m = 0;
	int digits = 0;

	if (s == end)
		return 0;
	for (; s < end && *s >= '0' && *s <= '7' && digits < 7; s++, digits++)
		m = m * 8 + (unsigned)(*s - '0');
	if (!digits || s == end || *s != ' ')
		return EV_EINVALID;
	s++;
	nul = memchr(s, '\0', (size_t)(end - s));
	if (!nul || nul == s || (size_t)(end - nul) <= EV_OID_SIZE)
		return EV_EINVALID;
	*mode = plain_mode(m);
	*name = s;
	*len = (size_t)(nul - s);
	memcpy(oid->id, nul + 1, EV_OID_SIZE);
	*p = nul + 1 + EV_OID_SIZE;
	return 1;
}

int ev_tree_malformed(const struct ev_oid *tree, const char *why)
{
	char hex[EV_OID_HEX + 1];

	ev_oid_hex(hex, tree);
	ev_fail(EV_EINVALID, "tree %s is malformed: %s", hex, why);
	ev_error_hint("git fsck --full");
	return EV_EINVALID;
}

int ev_tree_open(git_odb_object **out, struct ev_repo *r,
		 const struct ev_oid *tree)
{
	char hex[EV_OID_HEX + 1];
	git_object_t type;
	int ret;

	ret = ev_git2_read(out, r, tree);
	/* The empty tree exists everywhere, stored or not. */
	if (ret == EV_ENOTFOUND && ev_oid_eq(tree, &ev_oid_empty_tree))
		return 0;
	if (ret)
		return ret;
	type = git_odb_object_type(*out);
	if (type == GIT_OBJECT_TREE)
		return 0;
	git_odb_object_free(*out);
	*out = NULL;
	ev_oid_hex(hex, tree);
	return ev_fail(EV_EINVALID, "%s is a %s, not a tree", hex,
		       ev_objtype_name(ev_git2_type_from(type)));
}

const char *ev_tree_bytes(git_odb_object *obj, const char **end)
{
	const char *p = obj ? git_odb_object_data(obj) : "";

	*end = p + (obj ? git_odb_object_size(obj) : 0);
	return p;
}

struct walk {
	struct ev_repo *r;
	int (*cb)(void *ctx, const struct ev_tree_entry *e);
	void *ctx;
	struct ev_buf path;
	uint64_t files;
	unsigned depth;
};

static int walk_tree(struct walk *w, const struct ev_oid *tree);

static int walk_entry(struct walk *w, struct ev_tree_entry *e)
{
	int ret;

	if (w->path.overflow)
		return ev_fail(EV_ELIMIT, "a path in the tree is longer than"
			       " %zu bytes", EV_TREE_PATH_MAX);
	if (e->mode != 040000) {
		if (++w->files > FILES_MAX)
			return ev_fail(EV_ELIMIT, "the tree has more than"
				       " %llu files",
				       (unsigned long long)FILES_MAX);
		e->path = w->path.ptr;
		return w->cb(w->ctx, e);
	}
	if (++w->depth > EV_TREE_DEPTH_MAX)
		return ev_fail(EV_ELIMIT, "the tree is deeper than %d folders",
			       EV_TREE_DEPTH_MAX);
	ev_buf_addc(&w->path, '/');
	ret = walk_tree(w, &e->oid);
	w->depth--;
	return ret;
}

static int walk_tree(struct walk *w, const struct ev_oid *tree)
{
	struct ev_treecheck check = EV_TREECHECK_INIT;
	git_odb_object *obj = NULL;
	const char *p, *end, *name, *why;
	size_t base = w->path.len, len;
	struct ev_tree_entry e;
	int ret;

	ret = ev_tree_open(&obj, w->r, tree);
	if (ret)
		return ret;
	p = ev_tree_bytes(obj, &end);
	while ((ret = ev_tree_step(&p, end, &e.mode, &name, &len,
				   &e.oid)) > 0) {
		why = ev_treecheck_next(&check, name, len, e.mode);
		if (why) {
			ret = ev_tree_malformed(tree, why);
			goto out;
		}
		ev_buf_add(&w->path, name, len);
		ret = walk_entry(w, &e);
		if (ret)
			goto out;
		ev_buf_setlen(&w->path, base);
	}
	if (ret < 0)
		ret = ev_tree_malformed(tree, "it ends in the middle of an"
					" entry");
out:
	ev_treecheck_release(&check);
	git_odb_object_free(obj);
	return ret;
}

int ev_tree_each(struct ev_repo *r, const struct ev_oid *tree,
		 int (*cb)(void *ctx, const struct ev_tree_entry *e), void *ctx)
{
	struct walk w = { r, cb, ctx, EV_BUF_INIT_MAX(EV_TREE_PATH_MAX), 0, 0 };
	int ret;

	ret = walk_tree(&w, tree);
	ev_buf_release(&w.path);
	return ret;
}

/* Look at every entry, so that a malformed tree never answers. */
static int find_name(struct ev_oid *oid, unsigned *mode, struct ev_repo *r,
		     const struct ev_oid *tree, const char *want, size_t n)
{
	struct ev_treecheck check = EV_TREECHECK_INIT;
	git_odb_object *obj = NULL;
	const char *p, *end, *name, *why;
	struct ev_oid id;
	bool found = false;
	unsigned m;
	size_t len;
	int ret;

	ret = ev_tree_open(&obj, r, tree);
	if (ret)
		return ret;
	p = ev_tree_bytes(obj, &end);
	while ((ret = ev_tree_step(&p, end, &m, &name, &len, &id)) > 0) {
		why = ev_treecheck_next(&check, name, len, m);
		if (why) {
			ret = ev_tree_malformed(tree, why);
			goto out;
		}
		if (len != n || memcmp(name, want, n))
			continue;
		*oid = id;
		*mode = m;
		found = true;
	}
	if (ret < 0)
		ret = ev_tree_malformed(tree, "it ends in the middle of an"
					" entry");
	else
		ret = found ? 0 : EV_ENOTFOUND;
out:
	ev_treecheck_release(&check);
	git_odb_object_free(obj);
	return ret;
}

int ev_tree_entry(struct ev_oid *oid, unsigned *mode, struct ev_repo *r,
		  const struct ev_oid *tree, const char *path)
{
	struct ev_oid at = *tree, folder;
	unsigned m = 040000;
	size_t n;
	int ret;

	for (;;) {
		n = strcspn(path, "/");
		if (!n || m != 040000)
			return EV_ENOTFOUND;
		folder = at;
		ret = find_name(&at, &m, r, &folder, path, n);
		if (ret)
			return ret;
		path += n;
		if (!*path)
			break;
		path++;
	}
	*oid = at;
	if (mode)
		*mode = m;
	return 0;
}

int ev_tree_read(struct ev_buf *out, struct ev_repo *r,
		 const struct ev_oid *tree, const char *path, size_t limit)
{
	struct ev_buf got = EV_BUF_INIT_MAX(limit);
	struct ev_oid oid;
	unsigned mode;
	int ret;

	ret = ev_tree_entry(&oid, &mode, r, tree, path);
	if (ret == EV_ENOTFOUND)
		return ev_fail(EV_ENOTFOUND, "there is no '%s'", path);
	if (ret)
		return ret;
	if ((mode & 0170000) != 0100000)
		return ev_fail(EV_EINVALID, "'%s' is a %s, not a file", path,
			       mode == 0120000 ? "symbolic link" :
			       mode == 0160000 ? "submodule" : "folder");
	ret = ev_object_read(&got, NULL, r, &oid);
	if (ret)
		ev_fail_prefix("'%s'", path);
	else
		ev_buf_add(out, got.ptr, got.len);
	if (!ret && out->overflow)
		ret = ev_fail(EV_ELIMIT, "'%s' is too large", path);
	ev_buf_release(&got);
	return ret;
}
