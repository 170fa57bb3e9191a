/*
 * sync.h - sharing the ledger with a remote, losing nothing
 *
 * Fetch into refs/notes-remote/<remote>/, unite into the local refs, then push
 * one commit on top of the remote's tip that adds the admissible lines; again
 * if somebody else was first.  Never forces, but for the artifact store, whose
 * parentless commits move by --force-with-lease.  Union ignores history: the
 * ledger's commits since refs/evidence/verified/<remote> are walked, and a
 * line that any of them held and the tip does not is put back and reported.
 */
#ifndef EV_LEDGER_SYNC_H
#define EV_LEDGER_SYNC_H

#include "ledger/ledger.h"

struct ev_sync_options {
	const char *remote;		/* name or URL */
	bool fetch_only, push_only, artifacts, dry_run;
};
struct ev_sync_finding {
	struct ev_oid object;
	char line[65];
	char reason[200];
};
struct ev_sync_findings {
	struct ev_sync_finding *items;
	size_t n, cap;
	struct ev_oidmap *seen;		/* private */
};
struct ev_sync_result {
	char *remote;			/* as it may be shown */
	size_t received, sent;		/* lines new here, new there */
	size_t artifacts_received, artifacts_sent;
	struct ev_sync_findings restored;	/* lines that had vanished */
	struct ev_sync_findings kept;	/* not admissible: stay local */
	unsigned attempts;
};
void ev_sync_result_release(struct ev_sync_result *s);
int ev_sync(struct ev_sync_result *out, struct ev_repo *r,
	    struct ev_trust *trust, const struct ev_sync_options *o);

#endif
