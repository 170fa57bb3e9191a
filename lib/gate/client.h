/*
 * client.h - the hooks on a developer's machine: for the honest mistake
 */
#ifndef EV_GATE_CLIENT_H
#define EV_GATE_CLIENT_H

#include "gate/judge.h"

struct ev_verdicts {
	struct ev_verdict *items;
	size_t n, cap;
	/* Why HEAD's policy cannot be read while nothing is in force; owned. */
	char *unread;
};
void ev_verdicts_release(struct ev_verdicts *v);

/*
 * pre-push: `push` holds what the remote's refs would become (old: what they
 * hold).  One verdict for every protected ref, and for none other.
 */
int ev_client_push(struct ev_verdicts *out, struct ev_repo *r,
		   const struct ev_ref_changes *push, int64_t now);

/*
 * A merge that is about to be concluded on the branch of HEAD: the index as
 * `git write-tree` makes a tree of it, parents HEAD and `heads`.  No verdict
 * if the branch is not protected.
 */
int ev_client_merge(struct ev_verdicts *out, struct ev_repo *r,
		    const struct ev_oids *heads, int64_t now);

/*
 * reference-transaction, prepared: `changes` as Git gives them, where a zero
 * old value may only mean that the caller gave none.  Branches are judged, tags
 * are not: a fetch brings those of the remote, and pre-push judges ours.
 * Moving a protected branch to what its remote-tracking ref holds is always
 * allowed, and so is deleting nothing and moving nowhere.
 *
 * While nothing is in force and HEAD's policy cannot be read, nothing is
 * protected here, and `unread` says why: no commit could mend it otherwise.
 * The same holds for merges; a push is an error then.
 */
int ev_client_transaction(struct ev_verdicts *out, struct ev_repo *r,
			  const struct ev_ref_changes *changes, int64_t now);

/*
 * <commondir>/evidence/protected: a pattern of sh(1) for each protected ref,
 * one a line, every letter as [xX], so that the wrappers in hooks/ can pass
 * over all other refs without starting us.  One more fits any name that is not
 * ASCII, which only we can compare, and one those of policy approvals, with
 * which the list may change.  The last line is "end".  Written when the policy
 * in force differs from what the file was made of.
 */
int ev_protected_list(struct ev_repo *r, const struct ev_policy *p);
bool ev_protected_listed(struct ev_repo *r);
/* Without the list the wrappers start us whenever a ref moves. */
void ev_protected_forget(struct ev_repo *r);
/*
 * <commondir>/evidence/unshared: there are records or decisions that no remote
 * has yet.  pre-push looks for the file; a complete sync removes it.
 */
void ev_unshared_set(struct ev_repo *r, bool unshared);
bool ev_unshared(struct ev_repo *r);

#endif
