/*
 * cache_index.h - where the entries of a verdict file are, by what they are of
 *
 * An entry is known by the first four bytes of its digest: enough to look at
 * few entries in vain, and a listing must not grow with the evidence.  What was
 * found in the file takes five and a half bytes an entry; what is added later,
 * and is about to be written, takes a slot of a hash table.
 */
#ifndef EV_LEDGER_CACHE_INDEX_H
#define EV_LEDGER_CACHE_INDEX_H

#include "base/compat.h"

struct ev_cache_slot { uint32_t key, offset; };	/* offset 0: free */

struct ev_cache_index {
	uint32_t *starts;		/* of each bucket, and the end */
	uint32_t *offsets;		/* bucket by bucket, as in the file */
	unsigned char *tags;		/* more of the key of each */
	unsigned bits;			/* of the key that choose a bucket */
	struct ev_cache_slot *slots;
	size_t nslots, used;
};

/* The entries of the file, in their order; once, before anything is added. */
void ev_cache_index_fill(struct ev_cache_index *x,
			 const struct ev_cache_slot *entries, size_t n);
/* `offset` is not 0. */
void ev_cache_index_add(struct ev_cache_index *x, uint32_t key,
			uint32_t offset);
void ev_cache_index_release(struct ev_cache_index *x);

/*
 * Asks `is` about each entry that may have the key, those of the file first,
 * until it says yes; false if it never does.
 */
bool ev_cache_index_find(const struct ev_cache_index *x, uint32_t key,
			 bool (*is)(void *ctx, uint32_t offset), void *ctx);

#endif
