/*
 * history.h - commits as `git rev-list --parents --header` shows them
 *
 * One process for any number of commits, in constant memory but for what is
 * kept of each.  The header says all that a range needs to know: who made a
 * commit, whether it is signed, and the parents that are stored in it, where
 * those that were walked may be fewer (a shallow clone).  It has to be read as
 * it is stored: whoever has Git turn it into UTF-8 reads, where a commit claims
 * to be written in EBCDIC or UTF-7, lines that Git itself does not go by.
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
	/* Git takes a tree, then parents, and no other lines for those */
	enum { EV_IN_TREE, EV_IN_PARENTS, EV_IN_REST } in;
	struct ev_buf line, key;
	char encoding[32];		/* what the commit says of itself; "" */
	size_t walked, stored;		/* parents of the commit at hand */
	bool has_author, has_committer;
};

void ev_history_init(struct ev_history *h, struct ev_range *out);
void ev_history_release(struct ev_history *h);
/* The next bytes; EV_ESTOP with out->reason when the range cannot be told. */
int ev_history_feed(struct ev_history *h, const char *p, size_t n);
/* After the last: give the commits of the range their names. */
void ev_history_end(struct ev_history *h);

/* makers.c ----------------------------------------------------------------- */

/* What stands in a line of the commit at hand; false if that is nobody. */
bool ev_maker_take(uint32_t *maker, struct ev_history *h, const char *p,
		   size_t n, bool author);
/* As Git shows them where the commit says how it is written: that name too. */
void ev_maker_as_shown(struct ev_history *h, uint32_t maker, bool author);

#endif
