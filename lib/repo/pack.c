#include "base/compat.h"
#include "repo/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/mem.h"
#include "repo/deflate.h"
#include "repo/internal.h"

/* So much is compressed at a time, and so much written. */
#define GROUP ((size_t)8 << 20)
#define PIECE ((size_t)1 << 20)
#define NAME_TRIES 16

/* What an index says of an object. */
struct entry {
	const struct ev_oid *oid;
	uint32_t crc, offset;
};

/* A file on its way into the folder of packs; it goes if it does not arrive. */
struct output {
	int fd;
	struct ev_buf path;		/* empty: nothing to take away */
	struct ev_buf piece;
	struct ev_sha1 *hash;
	size_t size;
};

#define OUTPUT_INIT { -1, EV_BUF_INIT, EV_BUF_INIT, NULL, 0 }

static int unwritable(const struct ev_repo *r)
{
	int err = errno;

	ev_fail_errno(EV_ERROR, "cannot write objects to '%s'", r->commondir);
	ev_repo_hint(strerror(err));
	return EV_ERROR;
}

static uint32_t big_endian(uint32_t n)
{
	const unsigned char b[4] = { (unsigned char)(n >> 24),
		(unsigned char)(n >> 16), (unsigned char)(n >> 8),
		(unsigned char)n };

	memcpy(&n, b, sizeof(n));
	return n;
}

/* What an environment that redirects objects says, a handle opened from it has
 * taken over. */
static void find_folder(struct ev_buf *out, const struct ev_repo *r)
{
	const char *objects = r->by_path ? NULL : getenv("GIT_OBJECT_DIRECTORY");

	if (objects && *objects)
		ev_path_join(out, objects, "pack");
	else
		ev_path_join(out, r->commondir, "objects/pack");
}

/* Git takes away what is called so and is old. */
static int open_output(struct output *o, const char *folder,
		       const char *prefix)
{
	unsigned char random[8];
	char hex[2 * sizeof(random) + 1];
	struct ev_buf name = EV_BUF_INIT;
	int i;

	o->hash = ev_sha1_new();
	for (i = 0; i < NAME_TRIES && o->fd < 0; i++) {
		if (getrandom(random, sizeof(random), 0) !=
		    (ssize_t)sizeof(random))
			break;
		ev_hex_encode(hex, random, sizeof(random));
		ev_buf_clear(&name);
		ev_buf_addf(&name, "%s%s", prefix, hex);
		ev_buf_clear(&o->path);
		ev_path_join(&o->path, folder, name.ptr);
		o->fd = open(o->path.ptr, O_WRONLY | O_CREAT | O_EXCL |
			     O_CLOEXEC, 0444);
		if (o->fd < 0 && errno != EEXIST)
			break;
	}
	ev_buf_release(&name);
	if (o->fd >= 0)
		return 0;
	ev_buf_clear(&o->path);
	return -1;
}

static int flush(struct output *o)
{
	int ret;

	ev_sha1_add(o->hash, o->piece.ptr, o->piece.len);
	ret = ev_fd_write(o->fd, o->piece.ptr, o->piece.len);
	ev_buf_clear(&o->piece);
	return ret < 0 ? -1 : 0;
}

static int add(struct output *o, const void *p, size_t n)
{
	ev_buf_add(&o->piece, p, n);
	o->size += n;
	return o->piece.len < PIECE ? 0 : flush(o);
}

static int add_number(struct output *o, uint32_t n)
{
	n = big_endian(n);
	return add(o, &n, sizeof(n));
}

/* Ends the file with the digest of what stands before. */
static int seal(struct output *o, unsigned char digest[EV_SHA1_SIZE])
{
	if (flush(o))
		return -1;
	ev_sha1_finish(o->hash, digest);
	if (ev_fd_write(o->fd, digest, EV_SHA1_SIZE) < 0 || fsync(o->fd))
		return -1;
	return 0;
}

static void close_output(struct output *o)
{
	if (o->fd >= 0)
		close(o->fd);
	if (o->path.len)
		unlink(o->path.ptr);
	ev_buf_release(&o->path);
	ev_buf_release(&o->piece);
	ev_sha1_free(o->hash);
}

/* As many as belong to the next group, one at least. */
static size_t next_group(const struct ev_pack_object *objects, size_t n)
{
	size_t i, bytes = 0;

	for (i = 0; i < n && bytes < GROUP; i++)
		bytes += objects[i].n + 64;
	return i;
}

static int add_group(struct output *o, struct entry *entries,
		     const struct ev_pack_object *objects, size_t n)
{
	struct ev_packed *packed = ev_calloc(n, sizeof(*packed));
	size_t i;
	int ret;

	ret = ev_pack_deflate(packed, objects, n);
	for (i = 0; ret == 0 && i < n; i++) {
		entries[i].oid = objects[i].oid;
		entries[i].crc = packed[i].crc;
		entries[i].offset = (uint32_t)o->size;
		ret = add(o, packed[i].p, packed[i].n);
	}
	for (i = 0; i < n; i++)
		free(packed[i].p);
	free(packed);
	return ret;
}

static int write_pack(struct output *o, unsigned char digest[EV_SHA1_SIZE],
		      struct entry *entries,
		      const struct ev_pack_object *objects, size_t n)
{
	size_t i, count;
	int ret;

	ret = add(o, "PACK\0\0\0\2", 8);
	if (ret == 0)
		ret = add_number(o, (uint32_t)n);
	for (i = 0; ret == 0 && i < n; i += count) {
		count = next_group(objects + i, n - i);
		ret = add_group(o, entries + i, objects + i, count);
	}
	return ret ? ret : seal(o, digest);
}

static int by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return ev_oid_cmp(x->oid, y->oid);
}

/* Version 2: how many begin with a byte up to this one, then all names, all
 * checksums, all offsets. */
static int write_index(struct output *o,
		       const unsigned char digest[EV_SHA1_SIZE],
		       struct entry *entries, size_t n)
{
	unsigned char own[EV_SHA1_SIZE];
	size_t i, at = 0;
	int ret;

	qsort(entries, n, sizeof(*entries), by_name);
	ret = add(o, "\377tOc\0\0\0\2", 8);
	for (i = 0; ret == 0 && i < 256; i++) {
		while (at < n && entries[at].oid->id[0] <= i)
			at++;
		ret = add_number(o, (uint32_t)at);
	}
	for (i = 0; ret == 0 && i < n; i++)
		ret = add(o, entries[i].oid->id, EV_OID_SIZE);
	for (i = 0; ret == 0 && i < n; i++)
		ret = add_number(o, entries[i].crc);
	for (i = 0; ret == 0 && i < n; i++)
		ret = add_number(o, entries[i].offset);
	if (ret == 0)
		ret = add(o, digest, EV_SHA1_SIZE);
	return ret ? ret : seal(o, own);
}

static int move(struct output *o, const char *folder, const char *hex,
		const char *ending)
{
	struct ev_buf name = EV_BUF_INIT, path = EV_BUF_INIT;
	int ret;

	ev_buf_addf(&name, "pack-%s.%s", hex, ending);
	ev_path_join(&path, folder, name.ptr);
	ret = rename(o->path.ptr, path.ptr);
	if (!ret)
		ev_buf_swap(&o->path, &path);
	ev_buf_release(&name);
	ev_buf_release(&path);
	return ret;
}

/* The pack before its index: who sees the one finds the other. */
static int publish(struct output *pack, struct output *index,
		   const char *folder, const unsigned char digest[EV_SHA1_SIZE])
{
	char hex[2 * EV_SHA1_SIZE + 1];

	ev_hex_encode(hex, digest, EV_SHA1_SIZE);
	if (move(pack, folder, hex, "pack"))
		return -1;
	if (move(index, folder, hex, "idx"))
		return -1;
	ev_buf_clear(&pack->path);
	ev_buf_clear(&index->path);
	return 0;
}

int ev_pack_write(struct ev_repo *r, const struct ev_pack_object *objects,
		  size_t n)
{
	struct entry *entries = ev_calloc(n, sizeof(*entries));
	struct output pack = OUTPUT_INIT, index = OUTPUT_INIT;
	unsigned char digest[EV_SHA1_SIZE];
	struct ev_buf folder = EV_BUF_INIT;
	int ret, rc;

	find_folder(&folder, r);
	ret = ev_mkdirs(folder.ptr, 0777);
	if (ret)
		goto out;
	if (open_output(&pack, folder.ptr, "tmp_pack_") ||
	    write_pack(&pack, digest, entries, objects, n) ||
	    open_output(&index, folder.ptr, "tmp_idx_") ||
	    write_index(&index, digest, entries, n) ||
	    publish(&pack, &index, folder.ptr, digest)) {
		ret = unwritable(r);
		goto out;
	}
	rc = git_odb_refresh(r->odb);
	if (rc)
		ret = ev_git2_fail(rc, "cannot read the objects of '%s'",
				   r->commondir);
out:
	close_output(&pack);
	close_output(&index);
	ev_buf_release(&folder);
	free(entries);
	return ret;
}
