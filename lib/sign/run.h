/*
 * run.h - gpg as a program of ours; this room only
 *
 * For what is done often: GPGME starts two processes for each run and one more
 * to ask for the version.
 */
#ifndef EV_SIGN_RUN_H
#define EV_SIGN_RUN_H

#include "base/process.h"

#define EV_GPG_MAX_ARGS 16

struct ev_gpgrun {
	const char *path;		/* of the program */
	const char *home;		/* NULL: the user's own */
	const char *const *args;	/* ended by NULL */
	const void *in;			/* NULL: nothing */
	size_t n;
	struct ev_buf *out, *err;	/* their `max` holds */
	bool later;			/* `in` is set after it was started */
	bool ended;			/* result: by itself, not by a signal */
	/* between the steps */
	const char *argv[EV_GPG_MAX_ARGS + 4];
	struct ev_process process;
	struct ev_running *running;
};
#define EV_GPG_STATUS_MAX ((size_t)64 << 10)

/*
 * The path of `program` (NULL: gpg), which is new enough to be trusted: it is
 * asked once for each path.  Errors as of ev_gpg_open().
 */
int ev_gpg_ready(struct ev_buf *path, const char *program);
/* Keep in `dir` which programs were new enough, as they were: one that was
 * replaced, and a script, is asked again. */
void ev_gpg_remember(const char *dir);
/* 0 if it ran; nothing is said of how it ended. */
int ev_gpg_run(struct ev_gpgrun *r);
/*
 * The same in steps, `r` staying where it is.  Most of a run is over before
 * gpg looks at its input, and with `later` that goes on meanwhile.
 */
int ev_gpg_start(struct ev_gpgrun *r);
void ev_gpg_give(struct ev_gpgrun *r);		/* hand over `in` */
int ev_gpg_finish(struct ev_gpgrun *r);
void ev_gpg_drop(struct ev_gpgrun *r);		/* it was not needed */

#endif
