/*
 * sandbox.h - the words that put a command into bubblewrap
 *
 * In it there is no network, no other process, no terminal and no privilege;
 * everything is read-only but the checkout and an empty /tmp, which is also
 * HOME; sockets below /run and the folders with the user's keys (~/.gnupg,
 * $GNUPGHOME, ~/.ssh) are out of sight.
 */
#ifndef EV_STUDY_SANDBOX_H
#define EV_STUDY_SANDBOX_H

#include "base/str.h"

/* Can it work here?  Runs `true` in it.  EV_ENOTFOUND if there is no bwrap. */
int ev_sandbox_probe(void);
/* Append the words that come before the command; `dir` is the checkout. */
void ev_sandbox_words(struct ev_strs *argv, const char *dir);
/* Bubblewrap says "no such program" as if the program had failed, so look for
 * it before: EV_ENOTFOUND. */
int ev_sandbox_find(const char *program, const char *dir);

#endif
