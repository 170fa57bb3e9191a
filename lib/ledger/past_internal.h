/*
 * past_internal.h - what the past remembers between questions; this room only
 */
#ifndef EV_LEDGER_PAST_INTERNAL_H
#define EV_LEDGER_PAST_INTERNAL_H

#include "ledger/past.h"
#include "repo/notes.h"

/* A promotion in a ledger, and a tag that it names. */
struct ev_past_promotion {
	struct ev_oid on;		/* where the line lies */
	char line[65];
	bool asked;			/* then: the first that holds it, or */
	const struct ev_holder *held;	/* NULL */
	bool right;			/* by somebody who may promote there */
};
struct ev_past_naming {
	char *ref;
	struct ev_oid object;		/* the tag; of a release: its commit */
	bool release;
	size_t promotion;
};
struct ev_past_memo {
	unsigned long clock;
	size_t open;			/* notes trees */
	/* The digests of the lines of one note, the last that was read. */
	struct ev_oid blob;
	struct ev_buf digests;		/* 32 bytes each */
	struct ev_past_promotion *promotions;
	size_t npromotions, promotions_cap;
	/* By ref, object. */
	struct ev_past_naming *namings;
	size_t n, cap;
	bool read;
	/* Of each of the decisions there are, the first that holds it. */
	const struct ev_holder **held;
	/* The decisions and their times, by time. */
	struct ev_past_decided *decided;
	size_t ndecided;
	uint32_t *decided_of;		/* of each tag there is, from 1 */
	bool decided_read;
};
struct ev_past_decided { const struct ev_tagref *tag; int64_t at; };
struct ev_past_memo *ev_past_memo(struct ev_past *p);

/* Is this holder one?  1, 0 or negative. */
int ev_past_check(struct ev_past *p, struct ev_repo *r, size_t holder);
/* Was a line that `h` holds well signed by a person who may promote, as `h`
 * judges it? */
int ev_past_is_promoted(bool *yes, struct ev_past *p, struct ev_repo *r,
			const struct ev_holder *h, const struct ev_oid *object,
			const char *line);
/* What the promotions in the ledgers of all tips name. */
int ev_past_namings(struct ev_past *p, struct ev_repo *r);
void ev_past_namings_release(struct ev_past_memo *m);

#endif
