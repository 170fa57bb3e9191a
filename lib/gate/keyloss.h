/*
 * keyloss.h - what would not count any more if a key were withdrawn
 *
 * The same judgement twice, the second time as if the revocation were there:
 * so what a checkpoint holds and the revocation spares is not lost.
 */
#ifndef EV_GATE_KEYLOSS_H
#define EV_GATE_KEYLOSS_H

#include "gate/judge.h"

#define EV_KEY_LOSS_NAMED 20		/* of each kind */

struct ev_key_loss {
	size_t records, decisions;
	/* The first of them: "test unit 4be1...", "approve/4be1.../..." */
	struct ev_strs named_records, named_decisions;
	/* The policy in force would be another one, or none: why; "" */
	char policy[400];
};
void ev_key_loss_release(struct ev_key_loss *l);
int ev_key_loss(struct ev_key_loss *out, struct ev_repo *r,
		const struct ev_chain *chain, const struct ev_evidence *e,
		const struct ev_withdrawn *w, int64_t now);

#endif
