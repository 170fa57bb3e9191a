/*
 * show.h - the parts of the verb show
 */
#ifndef EV_CMD_SHOW_H
#define EV_CMD_SHOW_H

#include "cmd/words.h"

/* What a promotion did, and whose approvals it went by; nothing of what cannot
 * be read. */
int print_promotion(struct context *ctx, const struct reader *reader,
		    const struct ev_value *predicate);

#endif
