#include "base/compat.h"
#include "repo/deflate.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>
#include <zlib.h>

#include "base/mem.h"

#define WORKERS_MAX 8
#define HEADER_MAX 10

/* What the workers share: each takes the next object. */
struct pool {
	const struct ev_pack_object *objects;
	struct ev_packed *out;
	size_t n;
	atomic_size_t next;
	atomic_bool failed;
};

/* Type and size: four bits of it, then seven to a byte, low ones first. */
static size_t put_header(unsigned char *to, const struct ev_pack_object *o)
{
	size_t left = o->n >> 4, at = 0;

	to[at] = (unsigned char)((unsigned)o->type << 4 | (o->n & 15));
	for (; left; left >>= 7) {
		to[at++] |= 0x80;
		to[at] = (unsigned char)(left & 0x7f);
	}
	return at + 1;
}

static bool pack_one(struct ev_packed *out, z_stream *z,
		     const struct ev_pack_object *o)
{
	unsigned char *to;
	size_t room, head;

	if (deflateReset(z) != Z_OK)
		return false;
	room = deflateBound(z, o->n);
	to = ev_malloc(HEADER_MAX + room);
	out->p = (char *)to;
	head = put_header(to, o);
	z->next_in = (unsigned char *)(uintptr_t)o->p;
	z->avail_in = (uInt)o->n;
	z->next_out = to + head;
	z->avail_out = (uInt)room;
	if (deflate(z, Z_FINISH) != Z_STREAM_END)
		return false;
	out->n = head + (room - z->avail_out);
	out->crc = (uint32_t)crc32(0, to, (uInt)out->n);
	return true;
}

static void *work(void *arg)
{
	struct pool *p = arg;
	z_stream z;
	size_t i;

	memset(&z, 0, sizeof(z));
	if (deflateInit(&z, Z_DEFAULT_COMPRESSION) != Z_OK) {
		p->failed = true;
		return NULL;
	}
	while (!p->failed && (i = atomic_fetch_add(&p->next, 1)) < p->n)
		if (!pack_one(&p->out[i], &z, &p->objects[i]))
			p->failed = true;
	deflateEnd(&z);
	return NULL;
}

static size_t count_workers(size_t n)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t count = cores < 1 ? 1 : (size_t)cores;

	if (count > WORKERS_MAX)
		count = WORKERS_MAX;
	return count < n ? count : n;
}

int ev_pack_deflate(struct ev_packed *out,
		    const struct ev_pack_object *objects, size_t n)
{
	struct pool pool = { .objects = objects, .out = out, .n = n };
	bool started[WORKERS_MAX] = { false };
	pthread_t threads[WORKERS_MAX];
	size_t i, count = count_workers(n);

	for (i = 1; i < count; i++)
		started[i] = !pthread_create(&threads[i], NULL, work, &pool);
	work(&pool);
	for (i = 1; i < count; i++)
		if (started[i])
			pthread_join(threads[i], NULL);
	if (!pool.failed)
		return 0;
	errno = ENOMEM;
	return -1;
}
