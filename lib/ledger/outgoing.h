/*
 * outgoing.h - a sync in steps, for who sends more than evidence in one push
 *
 * Opening it looks at the remote, fetches, unites, and plans as a sync does;
 * what would be sent is then there to be asked for.  The caller pushes, and
 * says what the remote has taken.  The local ledger and tags follow in a
 * transaction of the caller's.
 */
#ifndef EV_LEDGER_OUTGOING_H
#define EV_LEDGER_OUTGOING_H

#include "ledger/remote.h"
#include "ledger/sync.h"

struct ev_outgoing;

/*
 * `also`: names, or patterns of names, of refs of the remote that are looked at
 * (ev_remote_other()).  Of `o` the callbacks and look_only are heeded: without
 * it what the remote has is united into the local refs at once.  `result` must
 * outlive it.
 */
int ev_outgoing_open(struct ev_outgoing **out, struct ev_sync_result *result,
		     struct ev_repo *r, struct ev_trust *trust,
		     const struct ev_sync_options *o,
		     const struct ev_strs *also);
void ev_outgoing_close(struct ev_outgoing *g);

struct ev_remote *ev_outgoing_remote(struct ev_outgoing *g);
/* What there is here and there, as one. */
const struct ev_evidence *ev_outgoing_evidence(const struct ev_outgoing *g);
/* Lines that the remote lacks and may have. */
size_t ev_outgoing_lines(const struct ev_outgoing *g);
/* Tags that it lacks and may have. */
const struct ev_tagref *ev_outgoing_tags(size_t *n,
					 const struct ev_outgoing *g);
/* The next commit of the artifact store; NULL if it stays. */
const struct ev_oid *ev_outgoing_artifacts(const struct ev_outgoing *g);
/* Make the remote's next ledger commit: those lines, and `more`. */
int ev_outgoing_commit(struct ev_oid *ledger, struct ev_outgoing *g,
		       const struct ev_append *more, size_t n,
		       const char *message);
/*
 * What the local ledger is to be once the remote holds `ledger`, and what it
 * holds now (zero: nothing): ask again if it moved meanwhile.
 */
int ev_outgoing_local(struct ev_oid *local, struct ev_oid *now,
		      struct ev_outgoing *g, const struct ev_oid *ledger);
/* The remote has taken it: note that down. */
int ev_outgoing_sent(struct ev_outgoing *g, const struct ev_oid *ledger);

#endif
