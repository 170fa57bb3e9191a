#include "base/compat.h"
#include "sign/home.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "sign/block.h"

#define CONF_FILE "gpg.conf"
#define RING_FILE "pubring.kbx"
#define TABLE_FILE "table"
#define TABLE_MAX_BYTES ((size_t)16 << 20)
#define ALL_BLOCKS_MAX_BYTES ((size_t)16 << 20)

/*
 * No agent, no network, no trust database, no clock: what gpg answers is to
 * depend on the keys and the signature alone.
 */
static const char conf[] =
	"# git-evidence 2\n"
	"no-greeting\n"
	"batch\n"
	"no-tty\n"
	"no-autostart\n"
	"lock-never\n"
	"no-random-seed-file\n"
	"trust-model always\n"
	"no-auto-check-trustdb\n"
	"no-auto-key-locate\n"
	"no-auto-key-retrieve\n"
	"disable-dirmngr\n"
	"keyserver-options no-auto-key-retrieve,no-honor-keyserver-url\n"
	"import-options self-sigs-only\n"
	"ignore-time-conflict\n";

static bool is_ours(const char *name)
{
	return !strcmp(name, CONF_FILE) || !strcmp(name, RING_FILE) ||
	       !strcmp(name, TABLE_FILE);
}

/* Calls `fn` for what does not belong there; gpg would read a file like
 * gpg.conf-2 before ours. */
static int each_stranger(const char *dir, int (*fn)(const char *path))
{
	struct ev_buf path = EV_BUF_INIT;
	const struct dirent *e;
	DIR *d = opendir(dir);
	int ret = 0;

	if (!d)
		return EV_EINVALID;
	while (ret == 0 && (e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") ||
		    is_ours(e->d_name))
			continue;
		ev_buf_clear(&path);
		ev_path_join(&path, dir, e->d_name);
		ret = fn(path.ptr);
	}
	closedir(d);
	ev_buf_release(&path);
	return ret;
}

static int refuse(const char *path)
{
	(void)path;
	return EV_EINVALID;
}

/* Not made durable: a home that a crash left incomplete is made anew. */
static int write_file(const char *dir, const char *name, const char *text,
		      size_t n)
{
	struct ev_buf path = EV_BUF_INIT;
	int fd, ret = 0;

	ev_path_join(&path, dir, name);
	fd = open(path.ptr, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || ev_fd_write(fd, text, n) < 0)
		ret = ev_fail_errno(EV_ERROR, "'%s'", path.ptr);
	if (fd >= 0 && close(fd) < 0 && ret == 0)
		ret = ev_fail_errno(EV_ERROR, "'%s'", path.ptr);
	ev_buf_release(&path);
	return ret;
}

static int read_file(struct ev_buf *out, const char *dir, const char *name)
{
	struct ev_buf path = EV_BUF_INIT;
	int ret;

	ev_path_join(&path, dir, name);
	ret = ev_file_read(out, path.ptr, TABLE_MAX_BYTES);
	ev_buf_release(&path);
	return ret;
}

static int ring_digest(char out[EV_SHA256_HEX + 1], const char *dir)
{
	struct ev_buf path = EV_BUF_INIT;
	int ret;

	ev_path_join(&path, dir, RING_FILE);
	ret = ev_sha256_file(out, NULL, path.ptr);
	ev_buf_release(&path);
	return ret;
}

/* 1 if gpg took each of the `keys` primary keys, 0 if not. */
static int import(gpgme_ctx_t ctx, const struct ev_buf *packets, size_t keys)
{
	struct ev_gpg_quiet q;
	gpgme_data_t data = NULL;
	gpgme_import_result_t res;
	gpgme_error_t err;
	int ret = 0;

	err = gpgme_data_new_from_mem(&data, packets->ptr, packets->len, 0);
	if (err)
		return ev_gpg_fail(err, "cannot import keys");
	ev_gpg_begin(&q);
	err = gpgme_op_import(ctx, data);
	ev_gpg_end(&q);
	res = gpgme_op_import_result(ctx);
	if (err && ev_gpg_is_system(err))
		ret = ev_gpg_fail(err, "cannot import keys");
	else if (!err && res)
		ret = (size_t)res->considered == keys && !res->not_imported &&
		      !res->no_user_id && !res->skipped_v3_keys &&
		      !res->secret_read;
	gpgme_data_release(data);
	return ret;
}

static int blame(gpgme_ctx_t ctx, const struct ev_keyblock *blocks, size_t n)
{
	struct ev_buf packets = EV_BUF_INIT;
	size_t i, keys;
	int ret = 1;

	for (i = 0; i < n && ret == 1; i++) {
		ev_buf_clear(&packets);
		keys = 0;
		ret = ev_block_read(&packets, &keys, &blocks[i]);
		if (ret == 0)
			ret = import(ctx, &packets, keys);
		if (ret == 0)
			ret = ev_fail(EV_EINVALID, "gpg does not take the key "
				      "in '%s'", blocks[i].name);
	}
	if (ret == 1)
		ret = ev_fail(EV_ERROR, "gpg does not take the keys");
	ev_buf_release(&packets);
	return ret;
}

static int import_all(gpgme_ctx_t ctx, const struct ev_keyblock *blocks,
		      size_t n)
{
	struct ev_buf packets = EV_BUF_INIT_MAX(ALL_BLOCKS_MAX_BYTES);
	size_t i, keys = 0;
	int ret = 0;

	for (i = 0; i < n && ret == 0; i++)
		ret = ev_block_read(&packets, &keys, &blocks[i]);
	if (ret == 0 && packets.overflow)
		ret = ev_fail(EV_ELIMIT, "key files are larger than %zu bytes",
			      ALL_BLOCKS_MAX_BYTES);
	if (ret == 0)
		ret = import(ctx, &packets, keys);
	if (ret == 0)
		ret = blame(ctx, blocks, n);
	ev_buf_release(&packets);
	return ret < 0 ? ret : 0;
}

/* GPGME numbers some algorithms its own way. */
static unsigned algo_number(gpgme_pubkey_algo_t algo)
{
	switch (algo) {
	case GPGME_PK_ECDSA:
		return 19;
	case GPGME_PK_ECDH:
		return 18;
	case GPGME_PK_EDDSA:
		return 22;
	default:
		return (unsigned)algo;
	}
}

static int note_subkey(struct ev_key *key, const struct _gpgme_subkey *from)
{
	struct ev_subkey *sub;

	if (!from->fpr || strlen(from->fpr) != sizeof(sub->fpr) - 1)
		return ev_fail(EV_EINVALID, "key '%s' is not of version 4",
			       from->fpr ? from->fpr : "");
	sub = ev_key_add_subkey(key);
	if (!sub)
		return ev_fail(EV_ELIMIT, "key '%s' has more than %d subkeys",
			       key->fpr, EV_TABLE_MAX_SUBKEYS);
	memcpy(sub->fpr, from->fpr, sizeof(sub->fpr));
	sub->created = from->timestamp;
	sub->expires = from->expires;
	sub->revoked = from->revoked || from->disabled || from->invalid;
	sub->can_sign = from->can_sign;
	sub->algo = algo_number(from->pubkey_algo);
	sub->bits = from->length;
	return 0;
}

static int note_key(struct ev_keytable *table, gpgme_key_t from)
{
	const struct _gpgme_subkey *s;
	struct ev_key *key;
	int ret = 0;

	if (table->n == EV_TABLE_MAX_KEYS)
		return ev_fail(EV_ELIMIT, "more than %d keys",
			       EV_TABLE_MAX_KEYS);
	if (!from->subkeys)
		return ev_fail(EV_ERROR, "gpg lists a key without its parts");
	key = ev_keytable_add(table);
	for (s = from->subkeys; s && ret == 0; s = s->next)
		ret = note_subkey(key, s);
	if (ret == 0)
		ev_key_complete(key);
	return ret;
}

static int list(struct ev_keytable *table, gpgme_ctx_t ctx)
{
	struct ev_gpg_quiet q;
	gpgme_key_t key;
	gpgme_error_t err;
	int ret = 0;

	ev_gpg_begin(&q);
	err = gpgme_op_keylist_start(ctx, NULL, 0);
	while (!err && ret == 0) {
		err = gpgme_op_keylist_next(ctx, &key);
		if (err)
			break;
		ret = note_key(table, key);
		gpgme_key_unref(key);
	}
	gpgme_op_keylist_end(ctx);
	ev_gpg_end(&q);
	if (ret == 0 && gpgme_err_code(err) != GPG_ERR_EOF)
		ret = ev_gpg_fail(err, "cannot list keys");
	return ret;
}

static int write_table(const struct ev_keytable *table, const char *dir,
		       const char *digest)
{
	struct ev_buf text = EV_BUF_INIT;
	char ring[EV_SHA256_HEX + 1];
	int ret;

	ret = ring_digest(ring, dir);
	if (ret == 0) {
		ev_keytable_format(&text, table, digest, ring);
		ret = write_file(dir, TABLE_FILE, text.ptr, text.len);
	}
	ev_buf_release(&text);
	return ret;
}

/* On a full disk gpg only says that it took no key. */
static int blame_disk(const char *dir, int why)
{
	static const char probe[1 << 16];
	int ret = write_file(dir, "probe", probe, sizeof(probe));

	return ret < 0 ? ret : why;
}

int ev_home_build(struct ev_keytable *table, const char *dir,
		  const char *digest, const struct ev_keyblock *blocks,
		  size_t n)
{
	gpgme_ctx_t ctx = NULL;
	int ret;

	ret = write_file(dir, CONF_FILE, conf, sizeof(conf) - 1);
	if (ret == 0)
		ret = ev_gpg_open(&ctx, NULL, dir);
	if (ret == 0) {
		ret = import_all(ctx, blocks, n);
		if (ret < 0)
			ret = blame_disk(dir, ret);
	}
	if (ret == 0)
		ret = list(table, ctx);
	if (ctx)
		gpgme_release(ctx);
	if (ret == 0)
		ret = each_stranger(dir, ev_rmtree);
	if (ret == 0)
		ret = ev_ring_rest(dir, RING_FILE);
	if (ret == 0)
		ret = write_table(table, dir, digest);
	return ret;
}

static bool is_private(const char *dir)
{
	struct stat st;

	return lstat(dir, &st) == 0 && S_ISDIR(st.st_mode) &&
	       st.st_uid == geteuid() && !(st.st_mode & (S_IWGRP | S_IWOTH));
}

int ev_home_load(struct ev_keytable *table, const char *dir,
		 const char *digest)
{
	struct ev_buf text = EV_BUF_INIT;
	char ring[EV_SHA256_HEX + 1];
	int ret = EV_EINVALID;

	if (!is_private(dir) || each_stranger(dir, refuse) < 0)
		goto out;
	if (read_file(&text, dir, CONF_FILE) < 0 || strcmp(text.ptr, conf))
		goto out;
	ev_buf_clear(&text);
	if (read_file(&text, dir, TABLE_FILE) < 0 || ring_digest(ring, dir) < 0)
		goto out;
	ret = ev_keytable_parse(table, text.ptr, digest, ring);
out:
	if (ret < 0)
		ev_error_clear();
	ev_buf_release(&text);
	return ret;
}
