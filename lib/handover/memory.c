#include "base/compat.h"

#include "handover/memory.h"

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/secret.h"

#define HEAD "git-evidence audit 1 "
#define HEAD_SIZE (sizeof(HEAD) - 1 + EV_SHA256_HEX + 1)
#define TEXT_MAX ((size_t)1 << 20)
#define MARK_MAX ((size_t)16 << 20)

/* One file for each way of asking, or one would drive out the other. */
static char *name_of(const struct ev_audit_ask *ask)
{
	struct ev_buf text = EV_BUF_INIT;
	char hex[EV_OID_HEX + 1], digest[EV_SHA256_HEX + 1];
	size_t i;

	ev_buf_addf(&text, "%s\n%s\n", ask->root ? ask->root : "",
		    ask->since ? ask->since : "");
	for (i = 0; i < ask->vouched.n; i++) {
		ev_oid_hex(hex, &ask->vouched.items[i]);
		ev_buf_addf(&text, "%s\n", hex);
	}
	for (i = 0; i < ask->refs.n; i++)
		ev_buf_addf(&text, "%s\n", ask->refs.items[i]);
	ev_sha256_hex(digest, text.ptr, text.len);
	ev_buf_release(&text);
	return ev_strndup(digest, 16);
}

/* Whoever wants nothing written wants no word of it read either. */
void ev_memory_open(struct ev_memory *m, struct ev_repo *r,
		    const struct ev_audit_ask *ask)
{
	struct ev_buf dir = EV_BUF_INIT;
	char *name;

	memset(m, 0, sizeof(*m));
	if (ask->no_mark || !ev_memory_state(m->asked, r, ask) ||
	    !ev_secret(m->secret))
		return;
	if (ev_repo_statedir(&dir, r) < 0) {
		ev_error_clear();
	} else {
		name = name_of(ask);
		m->path = ev_strdupf("%s/audits/%s", dir.ptr, name);
		m->usable = true;
		free(name);
	}
	ev_buf_release(&dir);
}

void ev_memory_close(struct ev_memory *m)
{
	free(m->path);
	explicit_bzero(m, sizeof(*m));
}

/* What is asked, and the mark as it is now; false if that cannot be read. */
static bool add_key(struct ev_buf *out, const struct ev_memory *m,
		    struct ev_repo *r)
{
	struct ev_buf path = EV_BUF_INIT, mark = EV_BUF_INIT;
	unsigned char digest[32];
	int ret;

	ret = ev_repo_statedir(&path, r);
	if (ret == 0) {
		ev_buf_adds(&path, "/high-water");
		ret = ev_file_read(&mark, path.ptr, MARK_MAX);
		if (ret == EV_ENOTFOUND)
			ret = 0;
	}
	ev_error_clear();
	ev_sha256_bytes(digest, mark.ptr, mark.len);
	ev_buf_add(out, m->asked, sizeof(m->asked));
	ev_buf_add(out, digest, sizeof(digest));
	ev_buf_release(&path);
	ev_buf_release(&mark);
	return ret == 0;
}

/* Of the result `text`, which follows from the key that `sealed` holds. */
static void seal(char hex[EV_SHA256_HEX + 1], const struct ev_memory *m,
		 struct ev_buf *sealed, const char *text, size_t n)
{
	unsigned char mac[32];

	ev_buf_add(sealed, text, n);
	ev_hmac_sha256(mac, m->secret, sealed->ptr, sealed->len);
	ev_hex_encode(hex, mac, sizeof(mac));
}

static bool is_sealed(const struct ev_memory *m, struct ev_repo *r,
		      const struct ev_buf *file)
{
	struct ev_buf sealed = EV_BUF_INIT;
	char hex[EV_SHA256_HEX + 1];
	bool ok;

	ok = file->len > HEAD_SIZE && ev_starts_with(file->ptr, HEAD) &&
		add_key(&sealed, m, r);
	if (ok) {
		seal(hex, m, &sealed, file->ptr + HEAD_SIZE,
		     file->len - HEAD_SIZE);
		ok = ev_same_secret((unsigned char *)hex, (unsigned char *)
				    file->ptr + sizeof(HEAD) - 1,
				    EV_SHA256_HEX);
	}
	ev_buf_release(&sealed);
	return ok;
}

bool ev_memory_find(struct ev_audit *out, const struct ev_memory *m,
		    struct ev_repo *r, const struct ev_audit_ask *ask)
{
	struct ev_buf file = EV_BUF_INIT;
	int64_t made = 0, until = 0;
	bool ok;

	memset(out, 0, sizeof(*out));
	if (!m->usable)
		return false;
	ok = ev_file_read(&file, m->path, TEXT_MAX) == 0 &&
		is_sealed(m, r, &file) &&
		ev_memory_read(out, &made, &until, file.ptr + HEAD_SIZE,
			       file.len - HEAD_SIZE) &&
		made <= ask->now && ask->now < until;
	ev_error_clear();
	ev_buf_release(&file);
	if (!ok)
		ev_audit_release(out);
	return ok;
}

static void write_it(const struct ev_memory *m, struct ev_buf *sealed,
		     const struct ev_buf *text)
{
	struct ev_buf file = EV_BUF_INIT;
	char hex[EV_SHA256_HEX + 1];
	char *dir = ev_strndup(m->path, (size_t)(strrchr(m->path, '/') -
						 m->path));

	seal(hex, m, sealed, text->ptr, text->len);
	ev_buf_addf(&file, HEAD "%s\n", hex);
	ev_buf_add(&file, text->ptr, text->len);
	if (file.len > TEXT_MAX || ev_mkdirs(dir, 0777) < 0 ||
	    ev_file_replace(m->path, file.ptr, file.len, 0666) < 0)
		ev_error_clear();
	ev_buf_release(&file);
	free(dir);
}

void ev_memory_keep(const struct ev_memory *m, struct ev_repo *r,
		    const struct ev_audit_ask *ask, const struct ev_audit *a,
		    int64_t until)
{
	struct ev_buf sealed = EV_BUF_INIT, text = EV_BUF_INIT;
	unsigned char now[32];

	if (!m->usable || a->missing.n || a->late || !*a->root ||
	    until <= ask->now)
		return;
	/* The mark first: whoever writes another one has seen other refs. */
	if (add_key(&sealed, m, r) && ev_memory_state(now, r, ask) &&
	    !memcmp(now, m->asked, sizeof(now))) {
		ev_memory_write(&text, a, ask->now, until);
		write_it(m, &sealed, &text);
	}
	ev_buf_release(&sealed);
	ev_buf_release(&text);
}
