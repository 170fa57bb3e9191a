/*
 * audit.h - was everything that went into a protected ref let in by the rules?
 *
 * An audit believes nothing but the root key.  It reads the chain of policies
 * from there, the ledger and the signed tags, and then goes along the history
 * of each protected ref, from its tip back to where coverage begins, by the
 * steps that promotions and approvals tell of.  Every step is judged again by
 * the one judgement (gate/judge.h), as of the checkpoint that holds it.
 *
 * Coverage of a ref begins at the commit that `adopted` names in the first of
 * the unbroken row of policies that protect it, else at the first commit.
 */
#ifndef EV_HANDOVER_AUDIT_H
#define EV_HANDOVER_AUDIT_H

#include "base/str.h"
#include "handover/findings.h"
#include "repo/repo.h"

struct ev_audit_ask {
	const char *root;		/* fingerprint; NULL: evidence.root */
	struct ev_oids vouched;		/* tags of checkpoints */
	const char *since;		/* release that coverage begins with */
	struct ev_strs refs;		/* full names; none: all protected */
	int64_t now;
	bool no_mark;			/* leave the high-water mark alone */
};

struct ev_audit_ref {
	char *name;
	struct ev_oid tip;		/* zero: it is not there */
	struct ev_oid since;		/* not covered is this commit and what
					   it has before it; zero: nothing */
	bool ended;			/* no policy protects it any more */
	size_t commits;			/* covered, on all lines */
	size_t steps, promotions;	/* steps; those with a promotion */
};

struct ev_audit {
	struct ev_findings findings;
	struct ev_strs missing;		/* what makes it incomplete */
	char root[41];			/* "" if none is known */
	bool late;			/* the newest checkpoint is */
	char policy[72];		/* in force; "" */
	int64_t version;
	struct ev_oid ledger;		/* zero: none */
	bool from_checkpoint;		/* there is no ledger ref here, or it
					   lacks what the newest one signs */
	struct ev_audit_ref *refs;
	size_t nrefs, refs_cap;
	size_t links, checkpoints, decisions, records, releases;
};
void ev_audit_release(struct ev_audit *a);

/* Negative only when the tool cannot work. */
int ev_audit(struct ev_audit *out, struct ev_repo *r,
	     const struct ev_audit_ask *ask);
/* 0 nothing found, 1 findings that are more than information, 2 incomplete, 4
 * no root is known or the newest checkpoint is late. */
int ev_audit_exit(const struct ev_audit *a);
const char *ev_audit_outcome(const struct ev_audit *a);

#endif
