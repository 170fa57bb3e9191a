#include "base/compat.h"

#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"

/* As the XDG base directories: what is not absolute is not there. */
static char *folder(void)
{
	const char *dir = getenv("XDG_STATE_HOME");

	if (dir && *dir == '/')
		return ev_strdupf("%s/git-evidence", dir);
	dir = getenv("HOME");
	return dir && *dir == '/' ?
		ev_strdupf("%s/.local/state/git-evidence", dir) : NULL;
}

static bool is_own(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		st.st_uid == geteuid() && !(st.st_mode & 077) &&
		st.st_size == EV_SECRET_SIZE;
}

static bool read_it(unsigned char out[EV_SECRET_SIZE], const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool ok;

	if (fd < 0)
		return false;
	ok = is_own(fd) && read(fd, out, EV_SECRET_SIZE) == EV_SECRET_SIZE;
	close(fd);
	return ok;
}

/* Of two processes that make it at once, both read that of the first. */
static void make_it(const char *dir, const char *path)
{
	unsigned char fresh[EV_SECRET_SIZE];

	if (getrandom(fresh, sizeof(fresh), 0) != (ssize_t)sizeof(fresh))
		return;
	if (ev_mkdirs(dir, 0700) < 0 ||
	    ev_file_create(path, fresh, sizeof(fresh), 0600) < 0)
		ev_error_clear();
	explicit_bzero(fresh, sizeof(fresh));
}

bool ev_secret(unsigned char out[EV_SECRET_SIZE])
{
	char *dir = folder(), *path;
	bool ok;

	if (!dir)
		return false;
	path = ev_strdupf("%s/secret", dir);
	if (!ev_file_exists(path))
		make_it(dir, path);
	ok = read_it(out, path);
	free(path);
	free(dir);
	return ok;
}
