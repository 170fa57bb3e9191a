/*
 * paths.h - where the files that come with the program are
 *
 * The build puts links beside the binary (build/templates, build/hooks,
 * build/man), so the program works from the build tree without being told.  An
 * installed one looks at ../share/git-evidence beside its folder, so that the
 * tree can be moved, and then where `make install` was told to put it.  No
 * environment variable changes this: templates end up in what people sign.
 */
#ifndef EV_CMD_PATHS_H
#define EV_CMD_PATHS_H

#include "base/buf.h"

/* The path of `name` below templates/ ("policy.yaml"); EV_ENOTFOUND. */
int data_path(struct ev_buf *out, const char *name);
/* The folder of the wrappers that Git runs; EV_ENOTFOUND. */
int hooks_path(struct ev_buf *out);
/* The running program, as hooks may name it. */
int program_path(struct ev_buf *out);
/* A manual page of section 1 in the build tree; EV_ENOTFOUND (no message). */
int page_path(struct ev_buf *out, const char *page);

#endif
