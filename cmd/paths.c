#include "base/compat.h"
#include "cmd/paths.h"

#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

#define PATH_LIMIT 4096

/* The folder of the running program, symbolic links resolved. */
static int exe_dir(struct ev_buf *out)
{
	char path[PATH_LIMIT];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	if (n <= 0 || (size_t)n >= sizeof(path) - 1)
		return EV_ENOTFOUND;
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (!slash)
		return EV_ENOTFOUND;
	*slash = '\0';
	ev_buf_adds(out, path);
	return 0;
}

static bool beside(struct ev_buf *out, const char *dir, const char *sub,
		   const char *name)
{
	ev_buf_clear(out);
	ev_buf_addf(out, "%s/%s/%s", dir, sub, name);
	return ev_file_exists(out->ptr);
}

/* `name`, which the build tree has below `built`. */
static int find(struct ev_buf *out, const char *built, const char *name)
{
	struct ev_buf dir = EV_BUF_INIT, path = EV_BUF_INIT;
	int ret = 0;

	if (!exe_dir(&dir) &&
	    (beside(&path, dir.ptr, built, name) ||
	     beside(&path, dir.ptr, "../share/git-evidence", name)))
		goto out;
	ev_buf_clear(&path);
	ev_buf_addf(&path, "%s/%s", EV_DATADIR, name);
	if (!ev_file_exists(path.ptr)) {
		ret = ev_fail(EV_ENOTFOUND, "'%s' is missing: git-evidence "
			      "is not completely installed", path.ptr);
		ev_error_hint("run 'make install' again");
	}
out:
	if (!ret)
		ev_buf_add(out, path.ptr, path.len);
	ev_buf_release(&path);
	ev_buf_release(&dir);
	return ret;
}

int data_path(struct ev_buf *out, const char *name)
{
	return find(out, "templates", name);
}

int hooks_path(struct ev_buf *out)
{
	return find(out, ".", "hooks");
}

int program_path(struct ev_buf *out)
{
	struct ev_buf dir = EV_BUF_INIT;
	int ret = exe_dir(&dir);

	if (!ret)
		ev_buf_addf(out, "%s/git-evidence", dir.ptr);
	else
		ev_fail(ret, "cannot find out where git-evidence is");
	ev_buf_release(&dir);
	return ret;
}

int page_path(struct ev_buf *out, const char *page)
{
	struct ev_buf dir = EV_BUF_INIT, path = EV_BUF_INIT;
	int ret = EV_ENOTFOUND;

	if (!exe_dir(&dir)) {
		ev_buf_addf(&path, "%s/man/%s.1", dir.ptr, page);
		if (ev_file_exists(path.ptr)) {
			ev_buf_add(out, path.ptr, path.len);
			ret = 0;
		}
	}
	ev_buf_release(&path);
	ev_buf_release(&dir);
	return ret;
}
