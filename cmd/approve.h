/*
 * approve.h - the parts of the verb approve
 */
#ifndef EV_CMD_APPROVE_H
#define EV_CMD_APPROVE_H

#include "cmd/words.h"
#include "gate/approve.h"
#include "ledger/write.h"

struct approve {
	struct context *ctx;
	struct reader reader;
	const char *rev;		/* as asked */
	/* options; NULL: not given */
	const char *role, *target, *meaning, *person, *key;
	const char *prepare, *complete, *unsigned_file;
	const struct ev_strs *clears;
	bool policy, yes;
	/* what comes of it */
	struct ev_decision decision;
	struct ev_strs warnings;
	char fpr[41];
	char *ref;			/* of the tag */
	struct ev_oid tag;
	bool written;
};

/* Draft, show, ask, sign: approve_release.c, approve_policy.c. */
int approve_release(struct approve *a);
int approve_policy(struct approve *a);
/* approve_file.c: take in what was signed elsewhere. */
int approve_complete(struct approve *a);

/* Who will sign, under `trust`: the holder of the signing key; of what is
 * prepared for somebody else the person named, or the only one who has the
 * role.  Fills a->fpr. */
int approve_who(const struct ev_person **out, struct approve *a,
		struct ev_trust *trust);
/* What has been shown: prepare it, or ask and sign it under `trust`. */
int approve_finish(struct approve *a, struct ev_trust *trust);
/* "approved refs/heads/production as clinical" and the like, for messages. */
void approve_title(struct ev_buf *out, const struct ev_decision *d);

/* approve_file.c: the unsigned object, and how it is signed. */
int approve_prepare(const struct approve *a);

#endif
