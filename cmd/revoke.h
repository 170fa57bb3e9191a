/*
 * revoke.h - what the words of `git evidence revoke` can mean
 */
#ifndef EV_CMD_REVOKE_H
#define EV_CMD_REVOKE_H

#include "cmd/words.h"
#include "gate/keyloss.h"
#include "gate/releases.h"
#include "ledger/revoke.h"

/* What is withdrawn, and what keeps its texts alive. */
struct target {
	struct ev_revoke what;
	struct ev_line line;		/* record or line */
	struct ev_decided decided;	/* approval */
	struct ev_key_loss loss;	/* key */
	char label[300];		/* for messages */
};
void target_release(struct target *t);

/* Find it; EV_ENOTFOUND, or EV_EINVALID of what cannot be withdrawn. */
int target_find(struct target *t, struct ev_repo *r, struct ev_ledger *l,
		const struct reader *reader, const char *word);

/* Keys: what --compromised and --checkpoint say goes into t->what, and what
 * would be lost into t->loss. */
struct key_words { bool compromised; const char *checkpoint; };
int key_choose(struct target *t, struct ev_repo *r, struct reader *reader,
	       const struct key_words *words);
void key_tell_loss(struct context *ctx, const struct target *t);

/* "approve/4be1.../clinical/3f2a...", from whatever part of the name on, or
 * the id at its end. */
bool tag_is_called(const char *ref, const char *word);

#endif
