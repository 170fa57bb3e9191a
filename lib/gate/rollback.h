/*
 * rollback.h - going back: the commit, and what the files about it share
 */
#ifndef EV_GATE_ROLLBACK_H
#define EV_GATE_ROLLBACK_H

#include "gate/case.h"

/* Making the commit --------------------------------------------------------- */

struct ev_rollback {
	const char *ref;		/* full name */
	const struct ev_release *release;	/* that comes back */
	struct ev_oid tip;		/* what the ref holds */
	const char *reason;
	const struct ev_person *person;	/* author and committer */
	const char *fpr;		/* to sign it with; NULL: it need not be */
	bool keep;			/* for the next try */
	int64_t now;
};
/*
 * A commit on top of the tip with the tree of the release; the same that an
 * earlier try has made, if nothing is different and it was within a day.
 * EV_EINVALID for what is no reason.  No ref is moved.
 */
int ev_rollback_commit(struct ev_oid *out, struct ev_repo *r,
		       const struct ev_rollback *b);
/* What the ref holds now, its objects fetched; zero: it is not there.  Without
 * a remote (NULL) the local ref. */
int ev_rollback_tip(struct ev_oid *tip, struct ev_repo *r, const char *ref,
		    const char *remote);
/* It is done: the next one is another. */
void ev_rollback_forget(struct ev_repo *r, const char *ref);
/* Does the policy want what goes to `ref` to be signed? */
bool ev_rollback_signed(const struct ev_policy *p, const char *ref);

/* For this room ------------------------------------------------------------- */

/*
 * Take this promotion for the one whose content comes back: fills the case's
 * manifests, records, others and votes with what it lists, and says in
 * `rollback` whether all of that still stands.  What was tried before goes.
 * Withdrawn, superseded, or followed by something worse, it does not; age is
 * no matter.
 */
int ev_rollback_try(struct ev_case *c, const struct ev_release *x);

/*
 * Was it right then?  The branch held it, and the step of its promotion is
 * judged once more as of the checkpoint that holds it, by the policy of that
 * time: whoever may promote could else write that there was a release.  A
 * promotion that no accepted checkpoint holds proves nothing.
 */
int ev_rollback_again(struct ev_case *c, const struct ev_release *x);

/* "git evidence rollback v1.0.0 --for production --reason '<reason>'"; owned
 * by the caller. */
char *ev_rollback_command(const struct ev_release *x);

#endif
