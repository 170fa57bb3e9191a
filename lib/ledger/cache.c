#include "base/compat.h"

#include "ledger/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "ledger/cache_index.h"

/*
 * File: 16 bytes of head, then entries: u32 length of body, 32 bytes line
 * digest, body, 8 bytes of SHA-256 over digest and body.  An entry is found
 * through an index kept in memory, so that memory does not grow with what the
 * entries say, and little with their number.  More than FILE_MAX is neither
 * read nor written.
 */
#define HEAD "git-evidence v3\n"
#define HEAD_SIZE 16
#define FIXED (4 + 32 + 8)
#define BODY_MAX 65536
#define FILE_MAX ((uint64_t)1 << 31)
#define FRESH ((uint32_t)1 << 31)		/* offset is into `fresh` */

struct ev_cache {
	char *path;
	int fd;				/* -1: nothing to read */
	uint64_t end;			/* sound bytes of the file */
	bool damaged;
	struct ev_cache_index index;
	struct ev_buf fresh;		/* entries to append */
	struct ev_buf body;		/* of the entry at hand */
};

static uint32_t key_of(const unsigned char line[32])
{
	uint32_t k;

	memcpy(&k, line, sizeof(k));
	return k;
}

static void checksum(unsigned char out[8], const unsigned char *digest_and_body,
		     size_t n)
{
	unsigned char full[32];

	ev_sha256_bytes(full, digest_and_body, n);
	memcpy(out, full, 8);
}

/* Index every sound entry of the file through one small window. */
static void scan(struct ev_cache *c, uint64_t size)
{
	unsigned char *buf = ev_malloc(1 << 20);
	struct ev_cache_slot *entries = NULL;
	uint64_t at = HEAD_SIZE;
	uint32_t len;
	size_t have = 0, pos = 0, n = 0, cap = 0;
	ssize_t got;

	if (size > FILE_MAX)
		size = FILE_MAX;
	c->end = at;
	while (at + FIXED <= size) {
		if (have - pos < FIXED + BODY_MAX && at + (have - pos) < size) {
			memmove(buf, buf + pos, have - pos);
			have -= pos;
			pos = 0;
			got = pread(c->fd, buf + have, (1 << 20) - have,
				    (off_t)(at + have));
			if (got <= 0)
				break;
			have += (size_t)got;
		}
		if (have - pos < FIXED)
			break;
		memcpy(&len, buf + pos, 4);
		if (len > BODY_MAX || have - pos < FIXED + len)
			break;
		EV_GROW(entries, n, cap);
		entries[n].key = key_of(buf + pos + 4);
		entries[n++].offset = (uint32_t)at;
		at += FIXED + len;
		pos += FIXED + len;
		c->end = at;
	}
	c->damaged = c->end != size;
	ev_cache_index_fill(&c->index, entries, n);
	free(entries);
	free(buf);
}

int ev_cache_open(struct ev_cache **out, const char *statedir,
		  const char *basis)
{
	struct ev_cache *c = ev_calloc(1, sizeof(*c));
	char head[HEAD_SIZE];
	struct stat st;

	ev_buf_init(&c->fresh);
	ev_buf_init(&c->body);
	c->fd = -1;
	c->end = HEAD_SIZE;
	*out = c;
	if (!statedir)
		return 0;
	c->path = ev_strdupf("%s/verdicts/%s", statedir, basis);
	c->fd = open(c->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (c->fd < 0)
		return 0;
	if (fstat(c->fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    read(c->fd, head, HEAD_SIZE) != HEAD_SIZE ||
	    memcmp(head, HEAD, HEAD_SIZE)) {
		c->damaged = true;
		return 0;
	}
	scan(c, (uint64_t)st.st_size);
	return 0;
}

static void write_fresh(struct ev_cache *c)
{
	char *dir = ev_strdup(c->path);
	struct stat st;
	int fd;

	/* Called on the way out of a failure too: no error may be touched. */
	*strrchr(dir, '/') = '\0';
	if (mkdir(dir, 0777) < 0 && errno != EEXIST)
		goto out;
	fd = open(c->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_APPEND,
		  0666);
	if (fd < 0)
		goto out;
	/* Damage is cut off, but only what we saw: others append meanwhile. */
	if (flock(fd, LOCK_EX) == 0 && fstat(fd, &st) == 0) {
		if (c->damaged && c->end == HEAD_SIZE &&
		    ftruncate(fd, 0) == 0)
			st.st_size = 0;
		else if (c->damaged && ftruncate(fd, (off_t)c->end) == 0)
			st.st_size = (off_t)c->end;
		if (st.st_size == 0)
			ev_fd_write(fd, HEAD, HEAD_SIZE);
		if ((uint64_t)st.st_size + c->fresh.len <= FILE_MAX)
			ev_fd_write(fd, c->fresh.ptr, c->fresh.len);
	}
	close(fd);
out:
	free(dir);
}

void ev_cache_close(struct ev_cache *c)
{
	if (!c)
		return;
	if (c->path && c->fresh.len)
		write_fresh(c);
	if (c->fd >= 0)
		close(c->fd);
	ev_buf_release(&c->fresh);
	ev_buf_release(&c->body);
	ev_cache_index_release(&c->index);
	free(c->path);
	free(c);
}

/* Body -------------------------------------------------------------------- */

static void put_text(struct ev_buf *b, const char *s)
{
	uint32_t n = s ? (uint32_t)strlen(s) : 0;

	ev_buf_add(b, &n, 4);
	ev_buf_add(b, s ? s : "", n);
}

struct reader { const unsigned char *p, *end; bool bad; };

static void get_bytes(struct reader *r, void *out, size_t n)
{
	if ((size_t)(r->end - r->p) < n) {
		r->bad = true;
		memset(out, 0, n);
		return;
	}
	memcpy(out, r->p, n);
	r->p += n;
}

static char *get_text(struct reader *r)
{
	uint32_t n;

	get_bytes(r, &n, 4);
	if (r->bad || (size_t)(r->end - r->p) < n) {
		r->bad = true;
		return ev_strdup("");
	}
	r->p += n;
	return ev_strndup((const char *)r->p - n, n);
}

/* The fixed part of a record as it lies in the file. */
struct fixed {
	char id[65], line[65], signer[41], subkey[41], sig_reason[160];
	struct ev_oid commit, tree;
	int64_t signed_at;
	uint32_t kind, sig, hash_algo, has_commit, has_tree;
	uint32_t foreign, own_keyid;
};

static void put_record(struct ev_buf *b, const struct ev_record *r)
{
	struct fixed f;

	memset(&f, 0, sizeof(f));
	memcpy(f.id, r->id, sizeof(f.id));
	memcpy(f.line, r->line, sizeof(f.line));
	memcpy(f.signer, r->signer, sizeof(f.signer));
	memcpy(f.subkey, r->subkey, sizeof(f.subkey));
	memcpy(f.sig_reason, r->sig_reason, sizeof(f.sig_reason));
	f.commit = r->commit;
	f.tree = r->tree;
	f.signed_at = r->signed_at;
	f.kind = r->kind;
	f.sig = r->sig;
	f.hash_algo = r->hash_algo;
	f.has_commit = r->has_commit;
	f.has_tree = r->has_tree;
	f.foreign = r->foreign;
	f.own_keyid = r->own_keyid;
	ev_buf_add(b, &f, sizeof(f));
	put_text(b, r->type);
	put_text(b, r->name);
	put_text(b, r->outcome);
	put_text(b, r->product);
	put_text(b, r->recorded_at);
	put_text(b, r->supersedes);
	put_text(b, r->because);
	put_text(b, r->withdraws_type);
	put_text(b, r->withdraws_id);
}

static bool get_record(struct ev_record *r, const unsigned char *p, size_t n)
{
	struct reader in = { p, p + n, false };
	struct fixed f;

	get_bytes(&in, &f, sizeof(f));
	f.id[64] = f.line[64] = f.signer[40] = f.subkey[40] = '\0';
	f.sig_reason[sizeof(f.sig_reason) - 1] = '\0';
	memcpy(r->id, f.id, sizeof(f.id));
	memcpy(r->line, f.line, sizeof(f.line));
	memcpy(r->signer, f.signer, sizeof(f.signer));
	memcpy(r->subkey, f.subkey, sizeof(f.subkey));
	memcpy(r->sig_reason, f.sig_reason, sizeof(f.sig_reason));
	r->commit = f.commit;
	r->tree = f.tree;
	r->signed_at = f.signed_at;
	r->kind = f.kind <= EV_KIND_STATEMENT ? f.kind : EV_KIND_NONE;
	r->sig = f.sig <= EV_SIG_REFUSED ? f.sig : EV_SIG_REFUSED;
	r->hash_algo = f.hash_algo;
	r->has_commit = f.has_commit != 0;
	r->has_tree = f.has_tree != 0;
	r->foreign = f.foreign != 0;
	r->own_keyid = f.own_keyid != 0;
	r->type = get_text(&in);
	r->name = get_text(&in);
	r->outcome = get_text(&in);
	r->product = get_text(&in);
	r->recorded_at = get_text(&in);
	r->supersedes = get_text(&in);
	r->because = get_text(&in);
	r->withdraws_type = get_text(&in);
	r->withdraws_id = get_text(&in);
	return !in.bad && in.p == in.end;
}

/* `p` are the `n` bytes of an entry; appends its body. */
static bool take_entry(struct ev_buf *body, const unsigned char *p, size_t n)
{
	size_t len = n - FIXED;
	unsigned char sum[8];

	checksum(sum, p + 4, 32 + len);
	if (memcmp(sum, p + 36 + len, 8))
		return false;
	ev_buf_add(body, p + 36, len);
	return true;
}

static bool read_entry(struct ev_buf *body, struct ev_cache *c,
		       uint64_t offset, const unsigned char key[32])
{
	unsigned char small[1024], *big = NULL;
	ssize_t got = pread(c->fd, small, sizeof(small), (off_t)offset);
	uint32_t len;
	bool found;

	if (got < FIXED || memcmp(small + 4, key, 32))
		return false;
	memcpy(&len, small, 4);
	if (len > BODY_MAX)
		return false;
	if ((size_t)got >= FIXED + len)
		return take_entry(body, small, FIXED + len);
	big = ev_malloc(FIXED + len);
	got = pread(c->fd, big, FIXED + len, (off_t)offset);
	found = got == (ssize_t)(FIXED + len) &&
		take_entry(body, big, FIXED + len);
	free(big);
	return found;
}

static bool read_fresh(struct ev_buf *body, struct ev_cache *c, size_t offset,
		       const unsigned char key[32])
{
	const unsigned char *p = (unsigned char *)c->fresh.ptr + offset;
	uint32_t len;

	memcpy(&len, p, 4);
	return !memcmp(p + 4, key, 32) && take_entry(body, p, FIXED + len);
}

struct wanted {
	struct ev_cache *cache;
	const unsigned char *name;
	struct ev_buf *body;
};

static bool is_wanted(void *ctx, uint32_t offset)
{
	struct wanted *w = ctx;

	if (offset & FRESH)
		return read_fresh(w->body, w->cache, offset & ~FRESH, w->name);
	return read_entry(w->body, w->cache, offset, w->name);
}

static bool get_body(struct ev_buf *body, struct ev_cache *c,
		     const unsigned char name[32])
{
	struct wanted w = { c, name, body };

	return ev_cache_index_find(&c->index, key_of(name), is_wanted, &w);
}

bool ev_cache_has(struct ev_cache *c, const unsigned char line[32])
{
	ev_buf_clear(&c->body);
	return get_body(&c->body, c, line);
}

static void put_body(struct ev_cache *c, const unsigned char name[32],
		     const struct ev_buf *body)
{
	uint32_t len = (uint32_t)body->len;
	size_t at = c->fresh.len;
	unsigned char sum[8];

	if (body->len > BODY_MAX || !ev_buf_reserve(&c->fresh, FIXED + len))
		return;
	ev_buf_add(&c->fresh, &len, 4);
	ev_buf_add(&c->fresh, name, 32);
	ev_buf_add(&c->fresh, body->ptr, body->len);
	checksum(sum, (unsigned char *)c->fresh.ptr + at + 4, 32 + body->len);
	ev_buf_add(&c->fresh, sum, 8);
	ev_cache_index_add(&c->index, key_of(name), (uint32_t)at | FRESH);
}

bool ev_cache_get(struct ev_cache *c, struct ev_record *out,
		  const unsigned char line[32])
{
	ev_buf_clear(&c->body);
	if (!get_body(&c->body, c, line))
		return false;
	if (get_record(out, (unsigned char *)c->body.ptr, c->body.len))
		return true;
	ev_record_release(out);
	return false;
}

void ev_cache_put(struct ev_cache *c, const unsigned char line[32],
		  const struct ev_record *r)
{
	ev_buf_clear(&c->body);
	put_record(&c->body, r);
	put_body(c, line, &c->body);
}

/* Apart from line digests by its end; what is first finds the slot. */
static void note_name(unsigned char out[32], const struct ev_oid *blob)
{
	memcpy(out, blob->id, EV_OID_SIZE);
	memcpy(out + EV_OID_SIZE, "lines noted", 32 - EV_OID_SIZE);
}

bool ev_cache_get_note(struct ev_cache *c, struct ev_buf *digests,
		       const struct ev_oid *blob)
{
	unsigned char name[32];

	note_name(name, blob);
	return get_body(digests, c, name) && digests->len % 32 == 0;
}

void ev_cache_put_note(struct ev_cache *c, const struct ev_oid *blob,
		       const struct ev_buf *digests)
{
	unsigned char name[32];

	note_name(name, blob);
	put_body(c, name, digests);
}
