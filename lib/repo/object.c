#include "base/compat.h"
#include "repo/repo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "repo/git.h"
#include "repo/internal.h"

/* Larger files go past an open batch, which lives in memory. */
#define BATCH_FILE_MAX (16 << 20)
#define FILE_CHUNK ((size_t)256 << 10)

static int unreadable(int rc, struct ev_repo *r, const struct ev_oid *oid)
{
	char hex[EV_OID_HEX + 1];

	ev_oid_hex(hex, oid);
	if (rc != GIT_ENOTFOUND)
		return ev_git2_fail(rc, "cannot read object %s", hex);
	ev_fail(EV_ENOTFOUND, "object %s is not in this repository", hex);
	if (r->fetch_said)
		ev_error_detail("this is a partial clone, and fetching it"
				" failed: %s", r->fetch_said);
	return EV_ENOTFOUND;
}

/* Git fetches what a promisor remote has promised when it looks at it. */
static bool fetched(struct ev_repo *r, const struct ev_oid *oid)
{
	char hex[EV_OID_HEX + 1];
	const char *args[] = { "cat-file", "-e", hex, NULL };
	struct ev_buf err = EV_BUF_INIT_MAX(64 << 10), said = EV_BUF_INIT;
	struct ev_process p = { .out = &err, .err = &err };
	bool ok;

	if (!r->partial)
		return false;
	ev_oid_hex(hex, oid);
	ok = !ev_git(&p, r, args) && !p.status && !git_odb_refresh(r->odb);
	free(r->fetch_said);
	r->fetch_said = NULL;
	if (!ok) {
		ev_git_said(&said, err.ptr);
		r->fetch_said = ev_strdup(said.ptr);
	}
	ev_buf_release(&err);
	ev_buf_release(&said);
	return ok;
}

static int header(size_t *size, git_object_t *type, struct ev_repo *r,
		  const struct ev_oid *oid, bool fetch)
{
	git_oid id;
	int rc;

	ev_git2_oid(&id, oid);
	rc = git_odb_read_header(size, type, r->odb, &id);
	if (rc == GIT_ENOTFOUND && fetch && fetched(r, oid))
		rc = git_odb_read_header(size, type, r->odb, &id);
	return rc;
}

static int read_limited(git_odb_object **out, struct ev_repo *r,
			const struct ev_oid *oid, size_t limit)
{
	char hex[EV_OID_HEX + 1];
	git_object_t type;
	size_t size;
	git_oid id;
	int rc;

	rc = header(&size, &type, r, oid, true);
	if (rc)
		return unreadable(rc, r, oid);
	if (size > limit) {
		ev_oid_hex(hex, oid);
		return ev_fail(EV_ELIMIT, "object %s has %zu bytes, more than"
			       " the %zu allowed here", hex, size, limit);
	}
	ev_git2_oid(&id, oid);
	rc = git_odb_read(out, r->odb, &id);
	return rc ? unreadable(rc, r, oid) : 0;
}

int ev_git2_read(git_odb_object **out, struct ev_repo *r,
		 const struct ev_oid *oid)
{
	return read_limited(out, r, oid, EV_OBJECT_LIMIT);
}

int ev_object_read(struct ev_buf *out, enum ev_objtype *type,
		   struct ev_repo *r, const struct ev_oid *oid)
{
	size_t room = out->max > out->len ? out->max - out->len : 0;
	git_odb_object *obj = NULL;
	int ret;

	ret = read_limited(&obj, r, oid,
			   room < EV_OBJECT_LIMIT ? room : EV_OBJECT_LIMIT);
	if (ret)
		return ret;
	ev_buf_add(out, git_odb_object_data(obj), git_odb_object_size(obj));
	if (type)
		*type = ev_git2_type_from(git_odb_object_type(obj));
	git_odb_object_free(obj);
	return out->overflow ? ev_fail(EV_ELIMIT, "no room for an object") : 0;
}

int ev_object_info(enum ev_objtype *type, uint64_t *size,
		   struct ev_repo *r, const struct ev_oid *oid)
{
	git_object_t t = GIT_OBJECT_INVALID;
	size_t n = 0;
	int rc;

	free(r->fetch_said);
	r->fetch_said = NULL;
	rc = header(&n, &t, r, oid, false);
	if (rc)
		return unreadable(rc, r, oid);
	if (type)
		*type = ev_git2_type_from(t);
	if (size)
		*size = n;
	return 0;
}

static int unwritable(int rc, const struct ev_repo *r, const char *what)
{
	return ev_git2_fail(rc, "cannot write %s to '%s'", what, r->commondir);
}

int ev_object_write(struct ev_oid *out, struct ev_repo *r,
		    enum ev_objtype type, const void *p, size_t n)
{
	git_oid id;
	int rc;

	if (r->batch)
		rc = ev_batch_write(&id, r, ev_git2_type(type), p, n);
	else
		rc = git_odb_write(&id, r->odb, p, n, ev_git2_type(type));
	if (rc)
		return unwritable(rc, r, "an object");
	ev_git2_from(out, &id);
	return 0;
}

int ev_object_hash(struct ev_oid *out, enum ev_objtype type,
		   const void *p, size_t n)
{
	git_oid id;
	int rc;

	rc = git_odb_hash(&id, p, n, ev_git2_type(type));
	if (rc)
		return ev_git2_fail(rc, "cannot name an object");
	ev_git2_from(out, &id);
	return 0;
}

static int stream_file(struct ev_oid *out, struct ev_repo *r, int fd,
		       uint64_t size, const char *path)
{
	git_odb_stream *stream = NULL;
	char *chunk = ev_malloc(FILE_CHUNK);
	uint64_t left = size;
	ssize_t n = 0;
	git_oid id;
	int rc, ret = 0;

	rc = git_odb_open_wstream(&stream, r->odb, size, GIT_OBJECT_BLOB);
	while (!rc && left) {
		n = read(fd, chunk, FILE_CHUNK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || (uint64_t)n > left)
			break;
		rc = git_odb_stream_write(stream, chunk, (size_t)n);
		left -= (uint64_t)n;
	}
	if (n < 0)
		ret = ev_fail_errno(EV_ERROR, "cannot read '%s'", path);
	else if (!rc && left)
		ret = ev_fail(EV_ERROR, "'%s' changed while it was read", path);
	else if (!rc)
		rc = git_odb_stream_finalize_write(&id, stream);
	if (!ret && rc)
		ret = unwritable(rc, r, path);
	if (!ret)
		ev_git2_from(out, &id);
	git_odb_stream_free(stream);
	free(chunk);
	return ret;
}

static int hash_file_by_git(struct ev_oid *out, struct ev_repo *r, int fd)
{
	/* Through our open file: a relative path may not be git's. */
	char path[64];
	const char *args[] = { "hash-object", "-w", "--no-filters", "--",
		path, NULL };
	struct ev_buf hex = EV_BUF_INIT;
	int ret;

	snprintf(path, sizeof(path), "/proc/%ld/fd/%d", (long)getpid(), fd);
	ret = ev_git_out(&hex, r, args);
	if (!ret && ev_oid_parse(out, hex.ptr))
		ret = ev_fail(EV_ERROR, "git gave no object id");
	ev_buf_release(&hex);
	if (!ret)
		git_odb_refresh(r->odb);
	return ret;
}

int ev_object_write_file(struct ev_oid *out, struct ev_repo *r,
			 const char *path)
{
	struct stat st;
	int fd, ret;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return ev_fail_errno(errno == ENOENT ? EV_ENOTFOUND : EV_ERROR,
				     "cannot open '%s'", path);
	if (fstat(fd, &st))
		ret = ev_fail_errno(EV_ERROR, "cannot look at '%s'", path);
	else if (!S_ISREG(st.st_mode))
		ret = ev_fail(EV_EINVALID, "'%s' is not a regular file", path);
	else if (r->batch && st.st_size > BATCH_FILE_MAX)
		ret = hash_file_by_git(out, r, fd);
	else
		ret = stream_file(out, r, fd, (uint64_t)st.st_size, path);
	close(fd);
	return ret;
}
