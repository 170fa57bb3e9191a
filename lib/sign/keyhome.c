#include "base/compat.h"
#include "sign/keyhome.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "sign/home.h"
#include "sign/run.h"

#define FOLDER "keys"
#define UNFINISHED "tmp-"
#define UNFINISHED_SECONDS 3600
#define MAX_BLOCKS 1024

/* The same files in another order, or one of them twice, are the same set. */
static void set_digest(char out[EV_SHA256_HEX + 1],
		       const struct ev_keyblock *blocks, size_t n)
{
	struct ev_strs digests = EV_STRS_INIT;
	struct ev_buf text = EV_BUF_INIT;
	char one[EV_SHA256_HEX + 1];
	size_t i;

	for (i = 0; i < n; i++) {
		ev_sha256_hex(one, blocks[i].bytes, blocks[i].n);
		ev_strs_add(&digests, one);
	}
	ev_strs_sort(&digests);
	ev_strs_uniq(&digests);
	ev_buf_adds(&text, "git-evidence key home 1\n");
	for (i = 0; i < digests.n; i++)
		ev_buf_addf(&text, "%s\n", digests.items[i]);
	ev_sha256_hex(out, text.ptr, text.len);
	ev_buf_release(&text);
	ev_strs_release(&digests);
}

/* gpg is to find the home wherever we stand when it is run. */
static int make_absolute(struct ev_buf *dir)
{
	char *real = realpath(dir->ptr, NULL);

	if (!real)
		return ev_fail_errno(EV_ERROR, "'%s'", dir->ptr);
	ev_buf_clear(dir);
	ev_buf_adds(dir, real);
	free(real);
	return 0;
}

/* What processes left behind that were ended while they made a home. */
static void sweep(const char *keys)
{
	struct ev_buf path = EV_BUF_INIT;
	const struct dirent *e;
	struct stat st;
	DIR *d = opendir(keys);

	while (d && (e = readdir(d))) {
		if (!ev_starts_with(e->d_name, UNFINISHED))
			continue;
		ev_buf_clear(&path);
		ev_path_join(&path, keys, e->d_name);
		if (lstat(path.ptr, &st) == 0 &&
		    st.st_mtime < ev_now() - UNFINISHED_SECONDS)
			ev_rmtree(path.ptr);
	}
	if (d)
		closedir(d);
	ev_buf_release(&path);
}

/* A new folder beside the home's place, or where temporary files go. */
static int make_folder(struct ev_keyhome *h, const char *keys)
{
	h->temporary = true;
	if (keys && ev_mkdirs(keys, 0777) == 0) {
		sweep(keys);
		ev_path_join(&h->dir, keys, UNFINISHED "XXXXXX");
		if (mkdtemp(h->dir.ptr))
			return make_absolute(&h->dir);
	}
	ev_error_clear();
	ev_buf_clear(&h->dir);
	return ev_tmpdir(&h->dir, "evkeys");
}

static bool load(struct ev_keyhome *h, const char *place)
{
	if (ev_home_load(&h->table, place, h->digest) < 0)
		return false;
	ev_buf_clear(&h->dir);
	ev_buf_adds(&h->dir, place);
	return make_absolute(&h->dir) == 0;
}

/*
 * Move the new home to its place.  Another process may have been quicker, or
 * what lies there is damaged, or is another user's; the home stays where it is
 * and lives as long as we do when there is nothing better.
 */
static void publish(struct ev_keyhome *h, const char *place)
{
	struct ev_keytable theirs = EV_KEYTABLE_INIT;
	struct ev_buf aside = EV_BUF_INIT;

	if (rename(h->dir.ptr, place) == 0)
		goto moved;
	if (ev_home_load(&theirs, place, h->digest) == 0) {
		ev_keytable_release(&theirs);
		ev_rmtree(h->dir.ptr);
		goto moved;
	}
	ev_buf_addf(&aside, "%s.old", h->dir.ptr);
	if (rename(place, aside.ptr) < 0)
		goto out;
	ev_rmtree(aside.ptr);
	if (rename(h->dir.ptr, place) < 0)
		goto out;
moved:
	ev_buf_clear(&h->dir);
	ev_buf_adds(&h->dir, place);
	h->temporary = make_absolute(&h->dir) < 0;
out:
	ev_buf_release(&aside);
}

static int make(struct ev_keyhome *h, const char *keys, const char *place,
		const struct ev_keyblock *blocks, size_t n)
{
	int ret;

	ret = make_folder(h, keys);
	if (ret < 0)
		return ret;
	ret = ev_home_build(&h->table, h->dir.ptr, h->digest, blocks, n);
	if (ret == 0 && keys)
		publish(h, place);
	return ret;
}

int ev_keyhome_open(struct ev_keyhome **out, const char *statedir,
		    const struct ev_keyblock *blocks, size_t n)
{
	struct ev_buf keys = EV_BUF_INIT, place = EV_BUF_INIT;
	struct ev_keyhome *h = NULL;
	size_t i;
	int ret = 0;

	*out = NULL;
	if (n > MAX_BLOCKS)
		return ev_fail(EV_ELIMIT, "more than %d key files", MAX_BLOCKS);
	h = ev_calloc(1, sizeof(*h));
	ev_buf_init(&h->dir);
	ev_buf_init(&h->gpg);
	for (i = 0; i < EV_HOME_ENGINES; i++)
		ev_engine_init(&h->engines[i]);
	set_digest(h->digest, blocks, n);
	if (statedir) {
		ev_path_join(&keys, statedir, FOLDER);
		ev_path_join(&place, keys.ptr, h->digest);
		ev_gpg_remember(keys.ptr);
	}
	if (n && !(statedir && load(h, place.ptr)))
		ret = make(h, statedir ? keys.ptr : NULL, place.ptr, blocks,
			   n);
	if (ret == 0) {
		*out = h;
		h = NULL;
	}
	ev_keyhome_close(h);
	ev_buf_release(&keys);
	ev_buf_release(&place);
	return ret;
}

void ev_keyhome_close(struct ev_keyhome *h)
{
	size_t i;

	if (!h)
		return;
	for (i = 0; i < EV_HOME_ENGINES; i++)
		ev_engine_close(&h->engines[i]);
	if (h->temporary && h->dir.len)
		ev_rmtree(h->dir.ptr);
	ev_keytable_release(&h->table);
	ev_buf_release(&h->dir);
	ev_buf_release(&h->gpg);
	free(h);
}

const char *ev_keyhome_digest(const struct ev_keyhome *h)
{
	return h->digest;
}

size_t ev_keyhome_count(const struct ev_keyhome *h)
{
	return h->table.n;
}

const struct ev_key *ev_keyhome_key(const struct ev_keyhome *h, size_t i)
{
	return i < h->table.n ? &h->table.keys[i] : NULL;
}

const struct ev_key *ev_keyhome_find(const struct ev_keyhome *h,
				     const char *id,
				     const struct ev_subkey **sub)
{
	return ev_keytable_find(&h->table, id, sub);
}
