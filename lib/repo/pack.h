/*
 * pack.h - inside lib/repo: many objects as one pack with its index
 *
 * libgit2 has a builder of packs and an indexer.  The one compresses on one
 * core, the other expands all of it again, to learn what we know beforehand.
 */
#ifndef EV_REPO_PACK_H
#define EV_REPO_PACK_H

#include <git2.h>

#include "repo/repo.h"

struct ev_pack_object {
	const struct ev_oid *oid;
	git_object_t type;		/* commit, tree, blob or tag */
	const void *p;
	size_t n;
};

/* The larger offsets of an index are for more than this. */
#define EV_PACK_BYTES_MAX ((size_t)1 << 30)

/*
 * Write `objects`, no two of one name, EV_PACK_BYTES_MAX bytes together at
 * most.  When it returns 0 they are on the disk, where a failure of the machine
 * does not take them, and can be read through `r`.
 */
int ev_pack_write(struct ev_repo *r, const struct ev_pack_object *objects,
		  size_t n);

#endif
