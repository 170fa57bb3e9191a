#include "base/compat.h"
#include "repo/refs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/str.h"

#define DEPTH_MAX 16
#define PACKED_MAX ((size_t)256 << 20)

/* `path` begins with the repository's folder, `skip` bytes with its slash. */
static int look(struct ev_buf *path, size_t skip, const struct ev_strs *own,
		unsigned depth)
{
	struct dirent *entry;
	size_t base = path->len;
	DIR *dir;
	int ret = 0;

	if (depth > DEPTH_MAX)
		return ev_fail(EV_ELIMIT, "'%s' is too deep", path->ptr);
	dir = opendir(path->ptr);
	if (!dir && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (!dir)
		return ev_fail_errno(EV_ERROR, "cannot look into '%s'",
				     path->ptr);
	while (!ret && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		ev_buf_addf(path, "/%s", entry->d_name);
		if (!ev_ends_with(path->ptr, ".lock")) {
			ret = look(path, skip, own, depth + 1);
		} else {
			ev_buf_setlen(path, path->len - strlen(".lock"));
			if (!ev_strs_has(own, path->ptr + skip))
				ret = ev_fail(EV_ECONFLICT, "another push is "
					      "writing '%s'",
					      path->ptr + skip);
		}
		ev_buf_setlen(path, base);
	}
	closedir(dir);
	return ret;
}

int ev_ref_no_writer(struct ev_repo *r, const char *prefix,
		     const struct ev_strs *own)
{
	struct ev_buf path = EV_BUF_INIT;
	size_t skip;
	int ret;

	ev_buf_addf(&path, "%s/", ev_repo_commondir(r));
	skip = path.len;
	ev_buf_adds(&path, prefix);
	if (ev_ends_with(path.ptr, "/"))
		ev_buf_setlen(&path, path.len - 1);
	ret = look(&path, skip, own, 0);
	if (ret == EV_ECONFLICT)
		ev_error_hint("try again; if no git command is running, remove "
			      "the file of that name that ends in .lock");
	ev_buf_release(&path);
	return ret;
}

/* Symbolic refs ------------------------------------------------------------- */

static bool is_symbol(const char *path)
{
	char head[4];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	bool yes;

	if (fd < 0)
		return errno == ELOOP;		/* as Git once made them */
	yes = read(fd, head, sizeof(head)) == (ssize_t)sizeof(head) &&
		!memcmp(head, "ref:", sizeof(head));
	close(fd);
	return yes;
}

/* Does one of the two go on with the other? */
static bool meets(const char *name, const char *prefix)
{
	size_t n = strlen(name), m = strlen(prefix);

	return !strncmp(name, prefix, n < m ? n : m);
}

/* What lies deeper than anybody would look for is left out: it must not keep
 * others from moving their refs. */
static int find_symbols(struct ev_strs *out, struct ev_buf *path, size_t skip,
			const char *prefix, unsigned depth)
{
	struct dirent *entry;
	size_t base = path->len;
	DIR *dir;
	int ret = 0;

	if (depth > DEPTH_MAX)
		return 0;
	dir = opendir(path->ptr);
	if (!dir && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (!dir)
		return ev_fail_errno(EV_ERROR, "cannot look into '%s'",
				     path->ptr);
	while (!ret && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		ev_buf_addf(path, "/%s", entry->d_name);
		if (meets(path->ptr + skip, prefix)) {
			if (entry->d_type != DT_DIR && is_symbol(path->ptr))
				ev_strs_add(out, path->ptr + skip);
			else if (entry->d_type == DT_DIR ||
				 entry->d_type == DT_UNKNOWN)
				ret = find_symbols(out, path, skip, prefix,
						   depth + 1);
		}
		ev_buf_setlen(path, base);
	}
	closedir(dir);
	return ret;
}

int ev_ref_symbols(struct ev_strs *out, struct ev_repo *r, const char *prefix)
{
	struct ev_buf path = EV_BUF_INIT;
	size_t skip;
	int ret;

	ev_buf_addf(&path, "%s/", ev_repo_commondir(r));
	skip = path.len;
	ev_buf_adds(&path, "refs");
	ret = find_symbols(out, &path, skip, prefix, 0);
	ev_buf_release(&path);
	return ret;
}

/* The line of a ref in packed-refs, from the start of the file or of a line. */
static bool has_line(const struct ev_buf *file, const char *line)
{
	const char *p = file->ptr, *end = p + file->len;
	size_t n = strlen(line);

	while ((p = memmem(p, (size_t)(end - p), line, n)) != NULL) {
		if (p == file->ptr || p[-1] == '\n')
			return true;
		p++;
	}
	return false;
}

int ev_ref_stays_packed(bool *yes, struct ev_repo *r, const char *name,
			const struct ev_oid *value)
{
	struct ev_buf path = EV_BUF_INIT, line = EV_BUF_INIT;
	struct ev_buf file = EV_BUF_INIT;
	char hex[EV_OID_HEX + 1];
	int ret = 0;

	*yes = false;
	ev_path_join(&path, ev_repo_commondir(r), "packed-refs.lock");
	if (ev_file_exists(path.ptr))
		goto out;
	ev_buf_setlen(&path, path.len - strlen(".lock"));
	ret = ev_file_read(&file, path.ptr, PACKED_MAX);
	if (ret == EV_ENOTFOUND) {
		ev_error_clear();
		ret = 0;
	}
	ev_oid_hex(hex, value);
	ev_buf_addf(&line, "%s %s\n", hex, name);
	*yes = ret == 0 && has_line(&file, line.ptr);
out:
	ev_buf_release(&path);
	ev_buf_release(&line);
	ev_buf_release(&file);
	return ret;
}
