/*
 * process.h - run a program without a shell
 */
#ifndef EV_BASE_PROCESS_H
#define EV_BASE_PROCESS_H

#include "base/buf.h"

/*
 * argv[0] is looked up in the PATH the child will have, in its absolute
 * folders only; with a slash in it, it is run as it is, after going to `cwd`.
 * `env` (may be NULL) is a list of "NAME=value" to set and "NAME" to unset,
 * over the caller's environment.  Standard input is `in` (in_len bytes) or
 * /dev/null when NULL, unless inherit_in.  Output: `out`/`err` collect (their
 * `max` holds: the rest is dropped and `overflow` set); else `on_data` gets
 * it; else it is inherited.  `group` puts the child in its own process group
 * so that a signal can reach all its children.
 */
struct ev_process {
	const char *const *argv;
	const char *const *env;
	const char *cwd;
	const char *in;
	size_t in_len;
	bool inherit_in;
	bool in_later;			/* `in` is set between two steps */
	struct ev_buf *out, *err;
	int (*on_data)(void *ctx, int fd, const char *p, size_t n);
	void *ctx;
	bool group;
	/* results */
	int status;		/* exit status, or 128 + signal */
	int signal;		/* 0, or what ended it */
};

/*
 * 0 if it ran to its end, whatever its status; EV_ENOTFOUND if there is no
 * such program (message names it).  A negative answer of on_data is returned
 * after the child, and with `group` all of its group, has been ended.
 */
int ev_process_run(struct ev_process *p);

/*
 * The same in two steps, to do something else meanwhile: `p` and what it points
 * to stay as they are between them.  A program that says more than a pipe holds
 * waits for the second step, which each first one that gave 0 needs.
 */
struct ev_running;
int ev_process_begin(struct ev_running **out, struct ev_process *p);
int ev_process_end(struct ev_running *r);
/* Hand over `in`, as far as it goes without waiting; the second step does the
 * rest. */
void ev_process_give(struct ev_running *r);
/* Instead of the second step: end it before it can see that its input ends. */
void ev_process_drop(struct ev_running *r);

/* A program whose standard output is read line by line, in constant memory. */
struct ev_pipe;
int ev_pipe_open(struct ev_pipe **out, const char *const *argv,
		 const char *const *env, const char *cwd);
/* 1 and the line without its LF, 0 at the end; over 64 MiB EV_ELIMIT. */
int ev_pipe_line(struct ev_pipe *p, struct ev_buf *line);
/* Ends it if it still runs; its exit status (0 if we closed it early). */
int ev_pipe_close(struct ev_pipe *p);

#endif
