/*
 * remote.h - the evidence refs of a remote, moved by the git program
 */
#ifndef EV_LEDGER_REMOTE_H
#define EV_LEDGER_REMOTE_H

#include "repo/repo.h"

struct ev_remote {
	const char *name;		/* as given: name or URL */
	char *shown;			/* the same without user and password */
	char *slug;			/* for ref names */
	bool has_ledger, has_artifacts;
	struct ev_oid ledger, artifacts;
};
int ev_remote_init(struct ev_remote *out, struct ev_repo *r, const char *name);
void ev_remote_release(struct ev_remote *m);
/* Ask what it holds now. */
int ev_remote_look(struct ev_remote *m, struct ev_repo *r);
/* Bring the objects of one of its refs here; moves no ref. */
int ev_remote_fetch(struct ev_remote *m, struct ev_repo *r, const char *ref,
		    const struct ev_oid *tip);

/*
 * Push `ledger` (fast-forward) and `artifacts` (with lease on what we saw),
 * either may be NULL, in one transaction. EV_ECONFLICT if the remote moved.
 */
int ev_remote_push(struct ev_remote *m, struct ev_repo *r,
		   const struct ev_oid *ledger, const struct ev_oid *artifacts);

/* refs/notes-remote/<slug>/evidence, refs/evidence/verified/<slug> ... */
char *ev_remote_ref(const struct ev_remote *m, const char *before,
		    const char *after);
/* Set our own bookkeeping ref to `value` whatever it held. */
int ev_remote_track(struct ev_repo *r, const char *ref,
		    const struct ev_oid *value);

#endif
