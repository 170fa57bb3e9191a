/*
 * spawn.h - inside lib/base: start a child with given descriptors
 *
 * Of the descriptors made here only those three reach the child; what the
 * caller was given to pass on (a job server's, a shell's) is passed on.  When
 * ev_spawn() returns 0 the program has been started; that it could not be is
 * an error here, not an exit status.
 */
#ifndef EV_BASE_SPAWN_H
#define EV_BASE_SPAWN_H

#include <sys/types.h>
#include "base/compat.h"

struct ev_spawn {
	const char *const *argv;
	const char *const *env;		/* as in struct ev_process */
	const char *cwd;
	int fds[3];			/* -1: as in the caller */
	bool group;
	pid_t pid;			/* result */
	int fourth;			/* becomes descriptor 3; 0: none */
};

int ev_spawn(struct ev_spawn *s);
/* A pipe that no other child gets, above the standard descriptors. */
int ev_spawn_pipe(int fds[2]);
/* /dev/null, for both directions; the descriptor or -1 with a message. */
int ev_spawn_null(void);
void ev_spawn_close(int *fd);		/* and set it to -1; -1 is fine */
/* Wait; exit status or 128 + signal, which goes to *sig (may be NULL). */
int ev_spawn_wait(pid_t pid, int *sig);
/* Ask it to end, insist after a while, wait for it. */
void ev_spawn_kill(pid_t pid, bool group);

#endif
