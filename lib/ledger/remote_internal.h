/*
 * remote_internal.h - what the files about remotes share
 */
#ifndef EV_LEDGER_REMOTE_INTERNAL_H
#define EV_LEDGER_REMOTE_INTERNAL_H

#include "ledger/remote.h"

#define EV_REMOTE_SAYS ((size_t)64 << 10)	/* of what git says */

/* Run git; what it says goes to the buffers. */
int ev_remote_run(struct ev_buf *out, struct ev_buf *err, struct ev_repo *r,
		  const char *const *args, int *status);
/* EV_ERROR "cannot WHAT 'REMOTE'", and git's words as details. */
int ev_remote_failed(const char *what, const char *remote,
		     const struct ev_buf *err);

#endif
