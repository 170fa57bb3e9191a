/*
 * file.h - files and folders
 */
#ifndef EV_BASE_FILE_H
#define EV_BASE_FILE_H

#include "base/buf.h"

/*
 * Append the whole file; EV_ENOTFOUND, EV_ELIMIT if over `limit` bytes or the
 * buffer's max.  On failure the buffer is as before.  A pipe is read to its
 * end; one that nobody writes to is empty.
 */
int ev_file_read(struct ev_buf *out, const char *path, size_t limit);
int ev_fd_read(struct ev_buf *out, int fd, const char *name, size_t limit);
/* All of it, or EV_ERROR and errno without a message. */
int ev_fd_write(int fd, const void *p, size_t n);
/*
 * Temporary beside `path`, fsync, rename: readers see the old or the new.  The
 * umask holds; a symbolic link at `path` is replaced, not followed.
 */
int ev_file_replace(const char *path, const void *p, size_t n, unsigned mode);
/* The same, but fails with EV_EEXISTS if there is something at `path`. */
int ev_file_create(const char *path, const void *p, size_t n, unsigned mode);
bool ev_file_exists(const char *path);		/* lstat */
/* Parents too; a folder that exists is fine. */
int ev_mkdirs(const char *path, unsigned mode);
/* Never follows links; absent is fine; at most 400 levels deep. */
int ev_rmtree(const char *path);
/*
 * New private (0700) folder below $TMPDIR, or /tmp if that is not absolute or
 * is too long: the path is at most 72 bytes.  Replaces what `path` held.
 */
int ev_tmpdir(struct ev_buf *path, const char *prefix);
/*
 * Replaces what `out` held, which may be where the arguments come from.  The
 * result is below `dir` even if `name` begins with a slash, unless `dir` is
 * empty: then it is `name`.
 */
void ev_path_join(struct ev_buf *out, const char *dir, const char *name);

#endif
