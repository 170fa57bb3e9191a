/*
 * share.h - a sync by the policy in force, for the verb and for the hooks
 */
#ifndef EV_CMD_SHARE_H
#define EV_CMD_SHARE_H

#include "ledger/sync.h"

/*
 * ev_sync() with the rules of a server for what may be sent.  When all of it
 * is shared, the mark that something is not is taken away.  `o` says what is
 * to be done; its callbacks are set here.
 */
int share_evidence(struct ev_sync_result *out, struct ev_repo *r,
		   const struct ev_sync_options *o);

#endif
