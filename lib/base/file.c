#include "base/compat.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/hex.h"

#define CHUNK ((size_t)64 * 1024)
#define TRIES 16

static int absent_or_error(void)
{
	return errno == ENOENT || errno == ENOTDIR ? EV_ENOTFOUND : EV_ERROR;
}

static ssize_t read_some(int fd, void *p, size_t n)
{
	struct pollfd wait = { fd, POLLIN, 0 };
	ssize_t got;

	for (;;) {
		got = read(fd, p, n);
		if (got >= 0)
			return got;
		if (errno == EAGAIN)
			poll(&wait, 1, -1);
		else if (errno != EINTR)
			return -1;
	}
}

int ev_fd_read(struct ev_buf *out, int fd, const char *name, size_t limit)
{
	size_t start = out->len, room = limit, n;
	ssize_t got = 0;
	char one, *to;
	int ret;

	if (room > out->max - out->len)
		room = out->max - out->len;
	while (room) {
		n = room < CHUNK ? room : CHUNK;
		to = ev_buf_reserve(out, n);
		if (!to)
			break;
		got = read_some(fd, to, n);
		if (got <= 0)
			goto end;
		ev_buf_setlen(out, out->len + (size_t)got);
		room -= (size_t)got;
	}
	/* All the room is taken: is there more? */
	got = read_some(fd, &one, 1);
end:
	if (!got)
		return 0;
	if (got < 0)
		ret = ev_fail_errno(EV_ERROR, "cannot read '%s'", name);
	else
		ret = ev_fail(EV_ELIMIT, "'%s' is larger than %zu bytes",
			      name, out->len - start);
	ev_buf_setlen(out, start);
	return ret;
}

int ev_file_read(struct ev_buf *out, const char *path, size_t limit)
{
	int fd, ret;

	/* A named pipe must not keep us waiting for a writer. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return ev_fail_errno(absent_or_error(), "cannot open '%s'",
				     path);
	ret = ev_fd_read(out, fd, path, limit);
	close(fd);
	return ret;
}

int ev_fd_write(int fd, const void *p, size_t n)
{
	struct pollfd wait = { fd, POLLOUT, 0 };
	const char *from = p;
	ssize_t done;

	while (n) {
		done = write(fd, from, n);
		if (done > 0) {
			from += done;
			n -= (size_t)done;
		} else if (!done) {
			errno = ENOSPC;
			return EV_ERROR;
		} else if (errno == EAGAIN) {
			poll(&wait, 1, -1);
		} else if (errno != EINTR) {
			return EV_ERROR;
		}
	}
	return 0;
}

/* The folder part of `path` with its slash; empty if there is none. */
static void add_folder(struct ev_buf *out, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash)
		ev_buf_add(out, path, (size_t)(slash - path) + 1);
}

/* Its name owes nothing to that of `path`, which may be as long as allowed. */
static int open_temporary(struct ev_buf *name, const char *path, unsigned mode)
{
	unsigned char raw[10];
	char text[2 * sizeof(raw) + 1];
	int fd, tries;

	for (tries = 0; tries < TRIES; tries++) {
		if (getrandom(raw, sizeof(raw), 0) != (ssize_t)sizeof(raw))
			return -1;
		ev_hex_encode(text, raw, sizeof(raw));
		ev_buf_clear(name);
		add_folder(name, path);
		ev_buf_addf(name, ".evidence-%s.tmp", text);
		fd = open(name->ptr, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC |
			  O_NOFOLLOW, (mode_t)mode);
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

/* A name is only on disk once its folder is; not every system can do it. */
static void sync_folder(const char *path)
{
	struct ev_buf dir = EV_BUF_INIT;
	int fd;

	add_folder(&dir, path);
	fd = open(dir.len ? dir.ptr : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
	ev_buf_release(&dir);
}

/* Move to a name that must not exist, also where the kernel has no flag. */
static int rename_new(const char *from, const char *to)
{
	if (!renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (link(from, to))
		return -1;
	(void)unlink(from);
	return 0;
}

static int write_whole(int fd, const void *p, size_t n)
{
	int ret = ev_fd_write(fd, p, n), err;

	if (!ret && fsync(fd))
		ret = EV_ERROR;
	err = errno;
	/* Network file systems report a full disk only here. */
	if (close(fd) && !ret) {
		ret = EV_ERROR;
		err = errno;
	}
	errno = err;
	return ret;
}

static int write_beside(const char *path, const void *p, size_t n,
			unsigned mode, int (*move)(const char *, const char *))
{
	struct ev_buf name = EV_BUF_INIT;
	int fd, ret;

	fd = open_temporary(&name, path, mode);
	if (fd < 0) {
		ret = ev_fail_errno(absent_or_error(),
				    "cannot create a file beside '%s'", path);
		goto out;
	}
	if (write_whole(fd, p, n)) {
		ret = ev_fail_errno(EV_ERROR, "cannot write '%s'", path);
		(void)unlink(name.ptr);
		goto out;
	}
	if (move(name.ptr, path)) {
		ret = errno == EEXIST ? EV_EEXISTS : EV_ERROR;
		ret = ev_fail_errno(ret, "cannot create '%s'", path);
		(void)unlink(name.ptr);
		goto out;
	}
	sync_folder(path);
	ret = 0;
out:
	ev_buf_release(&name);
	return ret;
}

int ev_file_replace(const char *path, const void *p, size_t n, unsigned mode)
{
	return write_beside(path, p, n, mode, rename);
}

int ev_file_create(const char *path, const void *p, size_t n, unsigned mode)
{
	return write_beside(path, p, n, mode, rename_new);
}

bool ev_file_exists(const char *path)
{
	struct stat st;

	return !lstat(path, &st);
}
