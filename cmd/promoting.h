/*
 * promoting.h - how promote and rollback show what is done
 */
#ifndef EV_CMD_PROMOTING_H
#define EV_CMD_PROMOTING_H

#include "cmd/words.h"
#include "gate/promote.h"

struct promoting {
	struct context *ctx;
	struct reader reader;
	bool yes;
	const char *remote;		/* NULL: none */
	char fpr[41];
	struct ev_promote p;		/* `ask` and `tell` show and ask */
	struct ev_promote_result result;
};

/*
 * Read the policy, choose key (`key` may be NULL) and remote (`remote`: as
 * asked, or NULL), and set up `p`; ref and what it shall hold are for the
 * caller.
 */
int promoting_begin(struct promoting *s, struct context *ctx, const char *key,
		    const char *remote, bool yes);
/* Do it, and print what came of it; the exit status, or a negative code. */
int promoting_run(struct promoting *s);
void promoting_release(struct promoting *s);

#endif
