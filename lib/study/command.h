/*
 * command.h - run one command to its end, and let signals reach it
 *
 * The command has its own process group and /dev/null as input.  While it runs
 * SIGINT, SIGTERM, SIGHUP and SIGQUIT go to that group instead of ending us
 * (those that were ignored stay ignored).  A process of the group that still
 * holds its outputs when the command has ended is ended too, so a forgotten
 * daemon cannot hold us.
 */
#ifndef EV_STUDY_COMMAND_H
#define EV_STUDY_COMMAND_H

#include "base/compat.h"

struct ev_command {
	const char *const *argv;
	const char *const *env;		/* as in struct ev_process */
	const char *cwd;
	/* Gets what comes on 1 and 2, in the order in which it came; a negative
	 * answer ends the command and is returned. */
	int (*output)(void *ctx, int fd, const char *p, size_t n);
	void *ctx;
	/* results */
	int status;			/* exit status, or 128 + signal */
	int signal;			/* 0, or what ended it */
	bool leftover;			/* processes had to be ended */
};
/* 0 if it ran to its end; EV_ENOTFOUND if there is no such program. */
int ev_command_run(struct ev_command *c);

#endif
