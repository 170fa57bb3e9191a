/*
 * policy.h - the control set: who the people are and which keys they hold
 *
 * Read from a commit's tree, never from the working folder.  Before the first
 * link of a policy chain a reader uses HEAD's control set provisionally.
 */
#ifndef EV_POLICY_POLICY_H
#define EV_POLICY_POLICY_H

#include "ledger/trust.h"
#include "repo/repo.h"

#define EV_POLICY_PATH ".evidence/policy.yaml"

struct ev_policy {
	struct ev_value *root;		/* the whole file */
	int64_t version;
	char link[72];			/* "sha256:" + control set digest */
	struct ev_oid commit;		/* where it was read */
	struct ev_trust trust;		/* people, keys, home */
};
void ev_policy_release(struct ev_policy *p);

/*
 * Read the control set of `commit`.  EV_ENOTFOUND with a hint to run init if
 * there is no policy.yaml; EV_EINVALID with file:line:col for anything unknown
 * or malformed.
 */
int ev_policy_read(struct ev_policy *out, struct ev_repo *r,
		   const struct ev_oid *commit);
/* The provisional policy: HEAD's. */
int ev_policy_read_head(struct ev_policy *out, struct ev_repo *r);

/* The text whose SHA-256 is the link: lines as sha256sum prints them, of
 * policy.yaml, claims.yaml, keys/, suites/, packs/ below .evidence/. */
int ev_control_set(struct ev_buf *text, char link[72], struct ev_repo *r,
		   const struct ev_oid *commit);

#endif
