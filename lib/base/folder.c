#include "base/compat.h"
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"

/* Each level of ev_rmtree() holds one descriptor open. */
#define DEPTH_MAX 400
/* The sockets of gpg-agent have 108 bytes and come below our folders. */
#define TMPDIR_MAX 48

static int make_one(const char *path, unsigned mode)
{
	struct stat st;
	int err;

	if (!mkdir(path, (mode_t)mode))
		return 0;
	/* A read-only parent gives EROFS or EACCES before EEXIST. */
	err = errno;
	if (!stat(path, &st)) {
		if (S_ISDIR(st.st_mode))
			return 0;
		return ev_fail(EV_EEXISTS, "'%s' exists and is no folder",
			       path);
	}
	errno = err;
	return ev_fail_errno(EV_ERROR, "cannot create folder '%s'", path);
}

int ev_mkdirs(const char *path, unsigned mode)
{
	char *copy = ev_strdup(path), *p;
	int ret = 0;

	for (p = copy; *p && !ret; p++) {
		if (*p != '/' || p == copy || p[-1] == '/')
			continue;
		/* We must be able to go on below it. */
		*p = '\0';
		ret = make_one(copy, mode | 0300);
		*p = '/';
	}
	if (!ret && (p == copy || p[-1] != '/'))
		ret = make_one(path, mode);
	free(copy);
	return ret;
}

static int empty_folder(int fd, int depth);

/* Remove `name` in `dir`, whatever it is; 0, or -1 and errno. */
static int remove_entry(int dir, const char *name, int depth)
{
	int fd;

	if (!unlinkat(dir, name, 0) || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -1;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (empty_folder(fd, depth + 1))
		return -1;
	if (!unlinkat(dir, name, AT_REMOVEDIR) || errno == ENOENT)
		return 0;
	return -1;
}

/* Takes over `fd`. */
static int empty_folder(int fd, int depth)
{
	struct dirent *e;
	DIR *d = NULL;
	int ret = -1, err;

	if (depth > DEPTH_MAX) {
		errno = ELOOP;
		goto out;
	}
	d = fdopendir(fd);
	if (!d)
		goto out;
	for (;;) {
		errno = 0;
		e = readdir(d);
		if (!e)
			break;
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (remove_entry(dirfd(d), e->d_name, depth))
			goto out;
	}
	ret = errno ? -1 : 0;
out:
	err = errno;
	if (d)
		closedir(d);
	else
		close(fd);
	errno = err;
	return ret;
}

int ev_rmtree(const char *path)
{
	if (!remove_entry(AT_FDCWD, path, 0))
		return 0;
	if (errno == ELOOP)
		return ev_fail(EV_ELIMIT, "'%s' is more than %d levels deep",
			       path, DEPTH_MAX);
	return ev_fail_errno(EV_ERROR, "cannot remove '%s'", path);
}

int ev_tmpdir(struct ev_buf *path, const char *prefix)
{
	const char *dir = getenv("TMPDIR");

	if (!dir || *dir != '/' || strlen(dir) > TMPDIR_MAX)
		dir = "/tmp";
	ev_buf_clear(path);
	ev_buf_addf(path, "%s%s%.16s-XXXXXX", dir,
		    dir[strlen(dir) - 1] == '/' ? "" : "/", prefix);
	if (path->overflow)
		return ev_fail(EV_ELIMIT, "name of a folder in '%s' too long",
			       dir);
	if (!mkdtemp(path->ptr)) {
		ev_buf_clear(path);
		return ev_fail_errno(EV_ERROR, "cannot create a folder in '%s'",
				     dir);
	}
	return 0;
}

void ev_path_join(struct ev_buf *out, const char *dir, const char *name)
{
	struct ev_buf text = EV_BUF_INIT;

	ev_buf_adds(&text, dir);
	if (text.len && text.ptr[text.len - 1] != '/')
		ev_buf_addc(&text, '/');
	while (text.len && *name == '/')
		name++;
	ev_buf_adds(&text, name);
	ev_buf_clear(out);
	ev_buf_add(out, text.ptr, text.len);
	ev_buf_release(&text);
}
