/*
 * past_internal.h - what the past remembers between questions; this room only
 */
#ifndef EV_LEDGER_PAST_INTERNAL_H
#define EV_LEDGER_PAST_INTERNAL_H

#include "ledger/past.h"
#include "repo/notes.h"

/* A promotion that names a tag. */
struct ev_past_naming {
	char *ref;
	struct ev_oid object;		/* the tag; of a release: its commit */
	bool release;
	struct ev_oid on;		/* where the line lies */
	char line[65];
};
struct ev_past_memo {
	unsigned long clock;
	size_t open;			/* notes trees */
	/* The digests of the lines of one note, the last that was read. */
	struct ev_oid blob;
	struct ev_buf digests;		/* 32 bytes each */
	/* By ref, object. */
	struct ev_past_naming *namings;
	size_t n, cap;
	bool read;
	/* The decisions and their times, by time. */
	struct ev_past_decided *decided;
	size_t ndecided;
	bool decided_read;
};
struct ev_past_decided { const struct ev_tagref *tag; int64_t at; };
struct ev_past_memo *ev_past_memo(struct ev_past *p);

/* What the promotions in the ledgers of all tips name. */
int ev_past_namings(struct ev_past *p, struct ev_repo *r);
void ev_past_namings_release(struct ev_past_memo *m);

#endif
