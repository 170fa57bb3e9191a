#include "base/compat.h"
#include "repo/notes.h"

#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>

#include "base/error.h"
#include "base/mem.h"
#include "repo/internal.h"
#include "repo/pack.h"

/*
 * libgit2's own memory backend (git2/sys/mempack.h) packs what its commits
 * reach, so that a note on a ledger of 100,000 would pack all of them again,
 * and forgets objects that no commit names.  This one packs what was written.
 */

/* Git's transfer.unpackLimit: fewer objects are better loose than packed. */
#define PACK_MIN 100
#define OBJECTS_MAX ((size_t)1 << 24)

struct kept {
	git_object_t type;
	size_t n;
	char *bytes;
};

struct batch {
	git_odb_backend base;		/* first: libgit2 hands us this */
	struct ev_oidmap *map;		/* id -> struct kept */
	struct ev_oids order;
	size_t bytes;
};

static struct kept *look_up(git_odb_backend *base, const git_oid *id)
{
	struct batch *b = (struct batch *)base;
	struct ev_oid oid;

	if (!b->map)
		return NULL;
	ev_git2_from(&oid, id);
	return ev_oidmap_get(b->map, &oid);
}

static int batch_read(void **data, size_t *n, git_object_t *type,
		      git_odb_backend *base, const git_oid *id)
{
	struct kept *k = look_up(base, id);

	if (!k)
		return GIT_ENOTFOUND;
	*data = git_odb_backend_data_alloc(base, k->n + 1);
	if (!*data)
		return GIT_ERROR;
	memcpy(*data, k->bytes, k->n);
	((char *)*data)[k->n] = '\0';
	*n = k->n;
	*type = k->type;
	return 0;
}

static int batch_header(size_t *n, git_object_t *type, git_odb_backend *base,
			const git_oid *id)
{
	struct kept *k = look_up(base, id);

	if (!k)
		return GIT_ENOTFOUND;
	*n = k->n;
	*type = k->type;
	return 0;
}

static int batch_exists(git_odb_backend *base, const git_oid *id)
{
	return look_up(base, id) != NULL;
}

static int batch_write(git_odb_backend *base, const git_oid *id,
		       const void *data, size_t n, git_object_t type)
{
	struct batch *b = (struct batch *)base;
	struct ev_oid oid;
	struct kept *k;
	void **slot;

	ev_git2_from(&oid, id);
	slot = ev_oidmap_at(b->map, &oid);
	if (*slot)
		return 0;
	/* What does not fit goes where it would go without a batch. */
	if (b->order.n == OBJECTS_MAX || n > EV_PACK_BYTES_MAX - b->bytes)
		return GIT_PASSTHROUGH;
	k = ev_malloc(sizeof(*k));
	k->type = type;
	k->n = n;
	k->bytes = ev_malloc(n);
	if (n)
		memcpy(k->bytes, data, n);
	*slot = k;
	b->bytes += n;
	ev_oids_add(&b->order, &oid);
	return 0;
}

static void forget(struct batch *b)
{
	struct kept *k;
	size_t i;

	for (i = 0; i < b->order.n; i++) {
		k = ev_oidmap_get(b->map, &b->order.items[i]);
		free(k->bytes);
		free(k);
	}
	ev_oids_release(&b->order);
	if (b->map)
		ev_oidmap_free(b->map);
	b->map = NULL;
	b->bytes = 0;
	/* Without this function libgit2 writes past us. */
	b->base.write = NULL;
}

static void batch_free(git_odb_backend *base)
{
	forget((struct batch *)base);
	free(base);
}

/* libgit2 cannot take a backend out again: one serves all batches in turn. */
static struct batch *find_backend(git_odb *odb)
{
	git_odb_backend *base;
	size_t i, n = git_odb_num_backends(odb);

	for (i = 0; i < n; i++)
		if (!git_odb_get_backend(&base, odb, i) &&
		    base->free == batch_free)
			return (struct batch *)base;
	return NULL;
}

static struct batch *add_backend(struct ev_repo *r)
{
	struct batch *b = ev_calloc(1, sizeof(*b));
	int rc;

	rc = git_odb_init_backend(&b->base, GIT_ODB_BACKEND_VERSION);
	b->base.read = batch_read;
	b->base.read_header = batch_header;
	b->base.exists = batch_exists;
	b->base.free = batch_free;
	if (!rc)
		rc = git_odb_add_backend(r->odb, &b->base, 1000);
	if (!rc)
		return b;
	free(b);
	ev_git2_fail(rc, "cannot collect objects for '%s'", r->commondir);
	return NULL;
}

int ev_batch_write(git_oid *id, struct ev_repo *r, git_object_t type,
		   const void *p, size_t n)
{
	struct batch *b = r->batch;
	int rc;

	rc = git_odb_hash(id, p, n, type);
	if (rc || look_up(&b->base, id))
		return rc;
	/*
	 * For what is new git_odb_write() looks through the folder of packs
	 * each time; what is there it keeps from being pruned.
	 */
	rc = GIT_PASSTHROUGH;
	if (!git_odb_exists_ext(r->odb, id, GIT_ODB_LOOKUP_NO_REFRESH))
		rc = batch_write(&b->base, id, p, n, type);
	return rc == GIT_PASSTHROUGH ? git_odb_write(id, r->odb, p, n, type)
				     : rc;
}

int ev_batch_begin(struct ev_repo *r)
{
	struct batch *b;

	if (r->batch)
		return ev_fail(EV_ERROR, "a batch of objects is open already");
	b = find_backend(r->odb);
	if (!b)
		b = add_backend(r);
	if (!b)
		return ev_error_last()->code;
	b->map = ev_oidmap_new();
	b->base.write = batch_write;
	r->batch = b;
	return 0;
}

static int write_loose(struct ev_repo *r, struct batch *b)
{
	struct ev_oidmap *map = b->map;
	const struct kept *k;
	git_oid id;
	size_t i;
	int rc = 0;

	/* What we still hold would count as stored. */
	b->map = NULL;
	for (i = 0; !rc && i < b->order.n; i++) {
		k = ev_oidmap_get(map, &b->order.items[i]);
		rc = git_odb_write(&id, r->odb, k->bytes, k->n, k->type);
	}
	b->map = map;
	return rc;
}

static int write_pack(struct ev_repo *r, struct batch *b)
{
	struct ev_pack_object *objects = ev_calloc(b->order.n,
						   sizeof(*objects));
	const struct kept *k;
	size_t i;
	int ret;

	for (i = 0; i < b->order.n; i++) {
		k = ev_oidmap_get(b->map, &b->order.items[i]);
		objects[i].oid = &b->order.items[i];
		objects[i].type = k->type;
		objects[i].p = k->bytes;
		objects[i].n = k->n;
	}
	ret = ev_pack_write(r, objects, b->order.n);
	free(objects);
	return ret;
}

static int store(struct ev_repo *r, struct batch *b)
{
	int rc;

	if (b->order.n >= PACK_MIN)
		return write_pack(r, b);
	rc = write_loose(r, b);
	return rc ? ev_git2_fail(rc, "cannot write objects to '%s'",
				 r->commondir) : 0;
}

int ev_batch_end(struct ev_repo *r, bool keep)
{
	struct batch *b = r->batch;
	int ret = 0;

	if (!b)
		return ev_fail(EV_ERROR, "no batch of objects is open");
	b->base.write = NULL;
	if (keep)
		ret = store(r, b);
	forget(b);
	r->batch = NULL;
	return ret;
}
