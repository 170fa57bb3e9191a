/*
 * pager.h - long output through the user's pager
 *
 * As Git chooses it: GIT_PAGER, core.pager, PAGER, less; "cat" and nothing mean
 * none.  `git -p evidence` and pager.evidence are Git's own doing: it has then
 * set GIT_PAGER_IN_USE and our standard output counts as a terminal.
 */
#ifndef EV_CMD_PAGER_H
#define EV_CMD_PAGER_H

#include "repo/repo.h"

/* Whether stdout is seen by a person: a terminal, or a pager on one. */
bool stdout_is_terminal(void);
/* Put a pager behind stdout if it is a terminal; failing to is no error. */
void pager_start(struct ev_repo *repo);
/* Flush, and wait for the reader to leave the pager. */
void pager_finish(void);

#endif
