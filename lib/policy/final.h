/*
 * final.h - keys and artifacts that are withdrawn for good, by the policy
 *
 * A key: by its own person, or somebody with a role of revoke.keys who is no
 * machine.  Every such revocation has its effect, also one by somebody whose
 * own key is withdrawn: two people who withdraw each other's keys stop both.
 * An artifact: by as many people as policy_change asks for, none of them by a
 * key that is withdrawn.
 */
#ifndef EV_POLICY_FINAL_H
#define EV_POLICY_FINAL_H

#include "ledger/evidence.h"
#include "ledger/final.h"
#include "policy/policy.h"

/*
 * Fill p->trust.withdrawn and .expunged (again) by the ledger of `e`: what was
 * withdrawn by the policy `before` (may be NULL) until this one was approved
 * stays, and what people of `p` withdraw comes on top.  Costs next to nothing
 * where nothing is.
 */
int ev_policy_read_final(struct ev_policy *p, struct ev_policy *before,
			 struct ev_repo *r, const struct ev_evidence *e,
			 int64_t now);
/* Add what the ledger at `tip` says, as that of a remote. */
int ev_policy_add_final(struct ev_policy *p, struct ev_repo *r,
			const struct ev_oid *tip, int64_t now);

#endif
