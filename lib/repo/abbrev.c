#include "base/compat.h"
#include "repo/config.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "repo/git.h"
#include "repo/internal.h"

#define LEAST 7

/* The number of objects stands at the end of the index's first table. */
static bool count_pack(uint64_t *count, int dir, const char *name)
{
	static const unsigned char magic[8] = "\377tOc\0\0\0\2";
	unsigned char head[8], n[4];
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	bool ok;

	ok = fd >= 0 && pread(fd, head, 8, 0) == 8 && !memcmp(head, magic, 8) &&
	     pread(fd, n, 4, 8 + 255 * 4) == 4;
	if (ok)
		*count += (uint64_t)n[0] << 24 | n[1] << 16 | n[2] << 8 | n[3];
	if (fd >= 0)
		close(fd);
	return ok;
}

static bool count_packs(uint64_t *count, const char *path)
{
	const struct dirent *e;
	DIR *d = opendir(path);
	bool ok = true;

	if (!d)
		return false;
	while (ok && (e = readdir(d))) {
		if (ev_ends_with(e->d_name, ".idx"))
			ok = count_pack(count, dirfd(d), e->d_name);
		else if (!strcmp(e->d_name, "multi-pack-index"))
			ok = false;
	}
	closedir(d);
	return ok;
}

/* As Git estimates it, where only packs in their usual place play a part. */
static bool count_objects(uint64_t *count, struct ev_repo *r)
{
	struct ev_buf path = EV_BUF_INIT;
	bool ok;

	*count = 0;
	ev_path_join(&path, r->commondir, "objects/info/alternates");
	ok = !ev_file_exists(path.ptr) && !getenv("GIT_OBJECT_DIRECTORY") &&
	     !getenv("GIT_ALTERNATE_OBJECT_DIRECTORIES") &&
	     !ev_config_get(r, "core.abbrev", NULL);
	if (ok) {
		ev_path_join(&path, r->commondir, "objects/pack");
		ok = count_packs(count, path.ptr);
	}
	ev_buf_release(&path);
	ev_error_clear();
	return ok;
}

/*
 * Half the bits of that number, rounded up, in digits of four: where two names
 * are about to agree by chance (find_unique_abbrev of Git).
 */
static size_t digits_for(uint64_t count)
{
	size_t bits = 0, n;

	for (; count > 1; count >>= 1)
		bits++;
	n = (bits + 2) / 2;
	return n < LEAST ? LEAST : n;
}

static size_t ask_git(struct ev_repo *r)
{
	/* an id that need not be there */
	static const char *const args[] = { "rev-parse", "--short",
		"4b825dc642cb6eb9a060e54bf8d69288fbee4904", NULL };
	struct ev_buf hex = EV_BUF_INIT;
	size_t n = LEAST;

	if (!ev_git_out(&hex, r, args) && hex.len > n && hex.len <= EV_OID_HEX)
		n = hex.len;
	ev_buf_release(&hex);
	return n;
}

size_t ev_abbrev_digits(struct ev_repo *r)
{
	uint64_t count;

	if (!r->abbrev)
		r->abbrev = count_objects(&count, r) ? digits_for(count)
						     : ask_git(r);
	return r->abbrev;
}
