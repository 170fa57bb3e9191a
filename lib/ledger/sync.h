/*
 * sync.h - sharing the ledger with a remote, losing nothing
 *
 * Fetch into refs/notes-remote/<remote>/, unite into the local refs, then push
 * one commit on top of the remote's tip that adds the admissible lines; again
 * if somebody else was first.  Never forces, but for the artifact store, whose
 * parentless commits move by --force-with-lease.  Union ignores history: the
 * ledger's commits since refs/evidence/verified/<remote> are walked, and a
 * line that any of them held and the tip does not is put back and reported.
 * The tags below refs/tags/evidence/ are evidence too: those that are absent
 * on one side are created there, and none is ever moved.
 */
#ifndef EV_LEDGER_SYNC_H
#define EV_LEDGER_SYNC_H

#include "ledger/evidence.h"
#include "ledger/ledger.h"

struct ev_sync_options {
	const char *remote;		/* name or URL */
	bool fetch_only, push_only, artifacts, dry_run;
	/* For outgoing.h: what comes is united in memory, and no ref moves but
	 * those that follow the remote's. */
	bool look_only;
	/*
	 * Tags came, and `here` is what there is with them: fill *trust with
	 * what is to be trusted now; NULL: it stays.  No ledger is open then.
	 */
	int (*renew)(void *ctx, const struct ev_evidence *here,
		     struct ev_trust **trust);
	/*
	 * May this tag be sent, where the remote holds `there`?  1, or 0 with
	 * the reason.  NULL: if it is well formed and well signed by whom it
	 * names.
	 */
	int (*admit_tag)(void *ctx, const struct ev_evidence *there,
			 const char *ref, const struct ev_oid *oid,
			 char reason[200]);
	/*
	 * The remote's ledger is here, and is not united with ours yet: what
	 * it withdraws is not sent there.  NULL: it is not asked.
	 */
	int (*look_at)(void *ctx, const struct ev_oid *ledger);
	void *ctx;
};
struct ev_sync_finding {
	struct ev_oid object;		/* a tag itself */
	char line[65];			/* "" for a tag */
	char *ref;			/* of a tag, else NULL */
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
	size_t decisions_received, decisions_sent;	/* tags */
	struct ev_sync_findings restored;	/* lines that had vanished */
	struct ev_sync_findings kept;	/* not admissible: stay local; and tags
					   that were not taken */
	unsigned attempts;
};
void ev_sync_result_release(struct ev_sync_result *s);
int ev_sync(struct ev_sync_result *out, struct ev_repo *r,
	    struct ev_trust *trust, const struct ev_sync_options *o);

#endif
