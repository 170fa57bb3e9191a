/*
 * setup.h - what the verbs that set a repository up share
 */
#ifndef EV_CMD_SETUP_H
#define EV_CMD_SETUP_H

#include "gate/install.h"

/* ev_hooks_install() with the program that runs and the wrappers that came
 * with it. */
int setup_hooks(struct ev_strs *done, struct ev_repo *r,
		struct ev_install *how);
/*
 * What brings the ledger of a remote here when Git fetches; owned by the
 * caller.  The star makes it a pattern: a refspec for one name is an error to
 * Git while the remote has no evidence yet.  It matches the ledger alone.
 */
char *setup_refspec(const char *remote);

#endif
