/*
 * history.h - commits as `git rev-list --parents --header` shows them
 *
 * One process for any number of commits, in constant memory but for what is
 * kept of each.  The header says all that a range needs to know: who made a
 * commit, whether it is signed, and the parents that are stored in it, where
 * those that were walked may be fewer (a shallow clone).
 */
#ifndef EV_GATE_HISTORY_H
#define EV_GATE_HISTORY_H

#include "gate/case.h"

#define EV_HISTORY_COMMITS ((size_t)2000000)

/* One who made commits, "email NUL name NUL" in the range's pool. */
struct ev_maker {
	size_t at, name_at, len;
	bool author, committer;
	size_t commit;			/* one of theirs */
};
struct ev_made { uint32_t author, committer; };	/* into `makers` */

struct ev_history {
	struct ev_range *out;
	struct ev_oid from;		/* zero: none */
	bool shallow_matters;		/* a root may be one that is cut off */
	struct ev_maker *makers;
	size_t nmakers, makers_cap;
	uint32_t *slots;		/* makers by hash, plus one; 0: free */
	size_t nslots;
	struct ev_made *made;		/* one for each commit */
	size_t made_cap;
	/* where we are */
	enum { EV_AT_NAME, EV_AT_HEADER, EV_AT_BODY } at;
	struct ev_buf line, key;
	size_t walked, stored;		/* parents of the commit at hand */
	bool has_author, has_committer;
};

void ev_history_init(struct ev_history *h, struct ev_range *out);
void ev_history_release(struct ev_history *h);
/* The next bytes; EV_ESTOP with out->reason when the range cannot be told. */
int ev_history_feed(struct ev_history *h, const char *p, size_t n);
/* After the last: give the commits of the range their names. */
void ev_history_end(struct ev_history *h);

#endif
