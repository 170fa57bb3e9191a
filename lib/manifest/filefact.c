#include "base/compat.h"
#include "manifest/build.h"

#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/mem.h"

#define LINKS_MAX 40
#define LINK_TEXT_MAX 4096
#define POINTER_MAX 1024
#define PATH_BYTES_MAX 4096

static int refuse(struct ev_buf *why, const char *fmt, ...) EV_PRINTF(2, 3);

static int refuse(struct ev_buf *why, const char *fmt, ...)
{
	va_list ap;

	ev_buf_clear(why);
	va_start(ap, fmt);
	ev_buf_vaddf(why, fmt, ap);
	va_end(ap);
	return 1;
}

/* "key value" at the start of a pointer's line. */
static const char *pointer_value(const char *text, const char *key)
{
	size_t n = strlen(key);

	for (; *text; text += strcspn(text, "\n"), text += !!*text)
		if (!strncmp(text, key, n) && text[n] == ' ')
			return text + n + 1;
	return NULL;
}

int ev_lfs_pointer(char sha256[65], uint64_t *size, const char *text, size_t n)
{
	static const char version[] =
		"version https://git-lfs.github.com/spec/";
	const char *oid, *bytes;
	char copy[POINTER_MAX + 1], *end;

	if (n > POINTER_MAX || n < sizeof(version) - 1 ||
	    memcmp(text, version, sizeof(version) - 1))
		return 0;
	memcpy(copy, text, n);
	copy[n] = '\0';
	oid = pointer_value(copy, "oid");
	bytes = pointer_value(copy, "size");
	if (strlen(copy) != n || copy[n - 1] != '\n' || !oid || !bytes ||
	    !ev_starts_with(oid, "sha256:") || strcspn(oid, "\n") != 7 + 64 ||
	    *bytes < '0' || *bytes > '9')
		return EV_EINVALID;
	memcpy(sha256, oid + 7, 64);
	sha256[64] = '\0';
	*size = strtoull(bytes, &end, 10);
	if (!ev_is_hex(sha256, 64) || *end != '\n')
		return EV_EINVALID;
	return 1;
}

/* A pointer that is there stands for its content. */
static int look_through(struct ev_filefact *out, struct ev_buf *why,
			const char *path, const char *text, size_t n)
{
	int ret = ev_lfs_pointer(out->sha256, &out->size, text, n);

	out->lfs = ret > 0;
	return ret < 0 ? refuse(why, "'%s' is a malformed Git LFS pointer",
				path) : 0;
}

static int from_blob(struct ev_filefact *out, struct ev_buf *why,
		     struct ev_build *b, const char *path,
		     const struct ev_oid *oid)
{
	struct ev_buf bytes = EV_BUF_INIT;
	int ret;

	ret = ev_object_read(&bytes, NULL, b->r, oid);
	if (ret < 0) {
		ev_fail_prefix("'%s'", path);
		goto out;
	}
	out->size = bytes.len;
	ev_sha256_hex(out->sha256, bytes.ptr, bytes.len);
	ret = look_through(out, why, path, bytes.ptr, bytes.len);
out:
	ev_buf_release(&bytes);
	return ret;
}

static bool in_tree(struct ev_build *b, const struct ev_oid *commit,
		    const char *path)
{
	struct ev_oid tree, oid;
	unsigned mode;
	bool there;

	there = ev_repo_tree_of(&tree, b->r, commit) >= 0 &&
		ev_tree_entry(&oid, &mode, b->r, &tree, path) >= 0;
	if (!there)
		ev_error_clear();
	return there;
}

/* A file of HEAD is another version, not an untracked part of this one. */
static bool belongs_to_head(struct ev_build *b, const char *path)
{
	struct ev_oid head;

	if (ev_repo_commit(&head, b->r, "HEAD") < 0) {
		ev_error_clear();
		return false;
	}
	return !ev_oid_eq(&head, b->commit) && in_tree(b, &head, path);
}

/* The real path below the work tree, or NULL and the reason. */
static char *disk_path(struct ev_buf *why, struct ev_build *b,
		       const char *path)
{
	const char *dir = ev_repo_workdir(b->r);
	char *top = dir ? realpath(dir, NULL) : NULL, *full, *real, *pointer;
	struct stat st;
	size_t n;

	full = top ? ev_strdupf("%s/%s", top, path) : NULL;
	real = full ? realpath(full, NULL) : NULL;
	n = top ? strlen(top) : 0;
	pointer = ev_strdupf("%s.dvc", path);
	if (!real)
		refuse(why, "'%s' is neither in %s nor in the work tree%s",
		       path, b->name, in_tree(b, b->commit, pointer) ?
		       " (DVC keeps it: run 'dvc pull')" : "");
	else if (strncmp(real, top, n) || (n > 1 && real[n] != '/'))
		refuse(why, "'%s' leads out of the work tree", path);
	else if (stat(real, &st) || !S_ISREG(st.st_mode))
		refuse(why, "'%s' is not in %s, and in the work tree it is no "
		       "regular file", path, b->name);
	if (why->len) {
		free(real);
		real = NULL;
	}
	free(top);
	free(full);
	free(pointer);
	return real;
}

static int from_disk(struct ev_filefact *out, struct ev_buf *why,
		     struct ev_build *b, const char *path)
{
	struct ev_buf bytes = EV_BUF_INIT;
	char *real = NULL;
	int ret = 1;

	if (belongs_to_head(b, path)) {
		refuse(why, "'%s' is in HEAD but not in %s", path, b->name);
		goto out;
	}
	real = disk_path(why, b, path);
	if (!real)
		goto out;
	ret = ev_sha256_file(out->sha256, &out->size, real);
	if (ret < 0)
		goto out;
	out->untracked = true;
	if (out->size > POINTER_MAX)
		goto out;
	ret = ev_file_read(&bytes, real, POINTER_MAX);
	if (ret >= 0)
		ret = look_through(out, why, path, bytes.ptr, bytes.len);
out:
	free(real);
	ev_buf_release(&bytes);
	return ret;
}

/* A walk down the tree: what is resolved, and what is still to be walked. */
struct walk {
	struct ev_buf done, rest;
	unsigned links;
};

static void push(struct walk *w, const char *name)
{
	if (w->done.len)
		ev_buf_addc(&w->done, '/');
	ev_buf_adds(&w->done, name);
}

static bool pop(struct walk *w)
{
	const char *slash = strrchr(w->done.ptr, '/');

	if (!w->done.len)
		return false;
	ev_buf_setlen(&w->done, slash ? (size_t)(slash - w->done.ptr) : 0);
	return true;
}

/* Take the first name off the rest; the caller frees it. */
static char *shift(struct walk *w)
{
	size_t n = strcspn(w->rest.ptr, "/");
	char *name = ev_strndup(w->rest.ptr, n), *left;

	left = ev_strdup(w->rest.ptr + n + strspn(w->rest.ptr + n, "/"));
	ev_buf_clear(&w->rest);
	ev_buf_adds(&w->rest, left);
	free(left);
	return name;
}

static int follow(struct walk *w, struct ev_buf *why, struct ev_build *b,
		  const char *path, const struct ev_oid *oid)
{
	struct ev_buf target = EV_BUF_INIT_MAX(LINK_TEXT_MAX);
	int ret;

	if (++w->links > LINKS_MAX)
		return refuse(why, "'%s' goes through too many symbolic links",
			      path);
	ret = ev_object_read(&target, NULL, b->r, oid);
	if (ret < 0)
		goto out;
	if (*target.ptr == '/' || !target.len) {
		ret = refuse(why, "'%s' is a symbolic link out of the tree",
			     path);
		goto out;
	}
	pop(w);
	target.max = EV_BUF_MAX;
	if (w->rest.len)
		ev_buf_addc(&target, '/');
	ev_buf_add(&target, w->rest.ptr, w->rest.len);
	ev_buf_swap(&target, &w->rest);
out:
	ev_buf_release(&target);
	return ret;
}

/* One name further; 2 when the blob is found, 3 when it is not in the tree. */
static int step(struct ev_oid *oid, struct walk *w, struct ev_buf *why,
		struct ev_build *b, const char *path)
{
	char *name = shift(w);
	unsigned mode = 0;
	int ret = 0;

	if (!strcmp(name, "..")) {
		if (!pop(w))
			ret = refuse(why, "'%s' is a symbolic link out of the "
				     "tree", path);
		goto out;
	}
	if (!*name || !strcmp(name, "."))
		goto out;
	push(w, name);
	ret = ev_tree_entry(oid, &mode, b->r, &b->tree, w->done.ptr);
	if (ret == EV_ENOTFOUND) {
		ev_error_clear();
		ret = 3;
	} else if (ret >= 0 && mode == 0120000) {
		ret = follow(w, why, b, path, oid);
	} else if (ret >= 0 && mode == 0160000) {
		ret = refuse(why, "'%s' is %sa submodule", path,
			     w->rest.len ? "in " : "");
	} else if (ret >= 0 && mode != 040000) {
		ret = w->rest.len ? refuse(why, "'%s': '%s' is a file", path,
					   w->done.ptr) : 2;
	}
out:
	free(name);
	return ret;
}

static bool is_plain_path(struct ev_buf *why, const char *path)
{
	char *copy, *part, *save = NULL;
	bool ok = *path && *path != '/' && strlen(path) <= PATH_BYTES_MAX &&
		path[strlen(path) - 1] != '/' && !strstr(path, "//");

	copy = ev_strdup(path);
	for (part = strtok_r(copy, "/", &save); part;
	     part = strtok_r(NULL, "/", &save))
		if (!strcmp(part, "..") || !strcmp(part, ".") ||
		    !strcasecmp(part, ".git"))
			ok = false;
	free(copy);
	if (!ok)
		refuse(why, "'%s' is no path below the top of the repository",
		       path);
	return ok;
}

int ev_file_fact(struct ev_filefact *out, struct ev_buf *why,
		 struct ev_build *b, const char *path)
{
	struct walk w = { EV_BUF_INIT, EV_BUF_INIT, 0 };
	struct ev_oid oid = ev_oid_zero;
	int ret = 0;

	memset(out, 0, sizeof(*out));
	ev_buf_clear(why);
	if (!is_plain_path(why, path))
		return 1;
	ev_buf_adds(&w.rest, path);
	while (!ret && w.rest.len)
		ret = step(&oid, &w, why, b, path);
	if (!ret)
		ret = refuse(why, "'%s' is a folder", path);
	if (ret == 2) {
		ret = from_blob(out, why, b, path, &oid);
	} else if (ret == 3) {
		if (w.rest.len)
			push(&w, w.rest.ptr);
		ret = is_plain_path(why, w.done.ptr) ?
			from_disk(out, why, b, w.done.ptr) : 1;
	}
	ev_buf_release(&w.done);
	ev_buf_release(&w.rest);
	return ret;
}
