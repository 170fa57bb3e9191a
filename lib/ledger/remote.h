/*
 * remote.h - the evidence refs of a remote, moved by the git program
 */
#ifndef EV_LEDGER_REMOTE_H
#define EV_LEDGER_REMOTE_H

#include "ledger/evidence.h"

struct ev_remote {
	const char *name;		/* as given: name or URL */
	char *shown;			/* the same without user and password */
	char *slug;			/* for ref names */
	bool has_ledger, has_artifacts;
	struct ev_oid ledger, artifacts;
	struct ev_evidence evidence;	/* its ledger and tags as one */
	/* Full names, or patterns of them, that are asked about as well; and
	 * what there is of them. */
	struct ev_strs also;
	struct ev_tagref *others;
	size_t nothers, others_cap;
};
int ev_remote_init(struct ev_remote *out, struct ev_repo *r, const char *name);
void ev_remote_release(struct ev_remote *m);
/* Ask what it holds now. */
int ev_remote_look(struct ev_remote *m, struct ev_repo *r);
/* Bring the objects of one of its refs here; moves no ref. */
int ev_remote_fetch(struct ev_remote *m, struct ev_repo *r, const char *ref,
		    const struct ev_oid *tip);

/* What it held at one of the other names, or NULL. */
const struct ev_oid *ev_remote_other(const struct ev_remote *m,
				     const char *ref);
/*
 * Bring the objects of some ref of it here, as `git fetch REMOTE REF` does: the
 * remote-tracking ref moves, if there is one.
 */
int ev_remote_fetch_other(struct ev_remote *m, struct ev_repo *r,
			  const char *ref);

/* Bring its tags below refs/tags/evidence/ to refs/evidence/tags/<slug>/. */
int ev_remote_fetch_tags(struct ev_remote *m, struct ev_repo *r);

/* Tags that one push may create. */
#define EV_PUSH_TAGS 1000
/* A ref that goes from one value to another; zero: it is not there. */
struct ev_push_ref { const char *name; struct ev_oid old, new; };
struct ev_push {
	const struct ev_oid *ledger;	/* fast-forward; or NULL */
	const struct ev_oid *artifacts;	/* with lease on what we saw; or NULL */
	const struct ev_tagref *tags;	/* created, never moved */
	size_t ntags;
	/* What is no evidence: with lease on `old`, and the hook pre-push is
	 * asked about the whole. */
	const struct ev_push_ref *refs;
	size_t nrefs;
};
/* Push all of it in one transaction. EV_ECONFLICT if the remote moved.  Else
 * the words of the remote, or those of git, are details of the error. */
int ev_remote_push(struct ev_remote *m, struct ev_repo *r,
		   const struct ev_push *p);

/* refs/notes-remote/<slug>/evidence, refs/evidence/verified/<slug> ... */
char *ev_remote_ref(const struct ev_remote *m, const char *before,
		    const char *after);
/* Set our own bookkeeping ref to `value` whatever it held. */
int ev_remote_track(struct ev_repo *r, const char *ref,
		    const struct ev_oid *value);

#endif
