/*
 * file.h - files and folders
 */
#ifndef EV_BASE_FILE_H
#define EV_BASE_FILE_H

#include "base/buf.h"

/* Append the whole file; EV_ENOTFOUND, EV_ELIMIT if over `limit` bytes. */
int ev_file_read(struct ev_buf *out, const char *path, size_t limit);
int ev_fd_read(struct ev_buf *out, int fd, const char *name, size_t limit);
int ev_fd_write(int fd, const void *p, size_t n);	/* all; restarts; errno */
/* Temporary beside `path`, fsync, rename: readers see the old or the new. */
int ev_file_replace(const char *path, const void *p, size_t n, unsigned mode);
/* Fails with EV_EEXISTS if there is something at `path`. */
int ev_file_create(const char *path, const void *p, size_t n, unsigned mode);
bool ev_file_exists(const char *path);		/* lstat */
int ev_mkdirs(const char *path, unsigned mode);	/* parents too; exists is fine */
int ev_rmtree(const char *path);		/* never follows links; absent is fine */
/* New private (0700) folder below $TMPDIR or /tmp; path kept short. */
int ev_tmpdir(struct ev_buf *path, const char *prefix);
void ev_path_join(struct ev_buf *out, const char *dir, const char *name);

#endif
