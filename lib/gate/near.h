/*
 * near.h - history that is a few commits long, told without a process
 *
 * A release is mostly a handful of commits after the one before it.  Whoever
 * goes through a thousand of them cannot start git for each.
 */
#ifndef EV_GATE_NEAR_H
#define EV_GATE_NEAR_H

#include "base/buf.h"
#include "repo/repo.h"

#define EV_NEAR_MAX 256			/* commits looked at */

/*
 * Is `old` met by going from `new` along first parents, as they are stored?
 * False says nothing: it may be farther, on another line, or not here.
 */
bool ev_near_before(struct ev_repo *r, const struct ev_oid *old,
		    const struct ev_oid *new);
/*
 * What `git rev-list --parents --header old..new` would print, but for the
 * indent of messages, if there are no merges between them and they are so near;
 * false with nothing added if not.
 */
bool ev_near_range(struct ev_buf *out, struct ev_repo *r,
		   const struct ev_oid *old, const struct ev_oid *new);

#endif
