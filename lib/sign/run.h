/*
 * run.h - gpg as a program of ours; this room only
 *
 * For what is done often: GPGME starts two processes for each run and one more
 * to ask for the version.
 */
#ifndef EV_SIGN_RUN_H
#define EV_SIGN_RUN_H

#include "base/buf.h"

struct ev_gpgrun {
	const char *path;		/* of the program */
	const char *home;		/* NULL: the user's own */
	const char *const *args;	/* at most 16, ended by NULL */
	const void *in, *also;		/* standard input, and descriptor 3;
					   NULL: nothing there */
	size_t n, nalso;
	struct ev_buf *out, *err;	/* their `max` holds */
	bool ended;			/* result: by itself, not by a signal */
};
#define EV_GPG_STATUS_MAX ((size_t)64 << 10)

/*
 * The path of `program` (NULL: gpg), which is new enough to be trusted: it is
 * asked once for each path.  Errors as of ev_gpg_open().
 */
int ev_gpg_ready(struct ev_buf *path, const char *program);
/* 0 if it ran; nothing is said of how it ended. */
int ev_gpg_run(struct ev_gpgrun *r);

#endif
