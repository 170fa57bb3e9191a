/*
 * deflate.h - inside lib/repo: objects as they lie in a pack
 */
#ifndef EV_REPO_DEFLATE_H
#define EV_REPO_DEFLATE_H

#include "repo/pack.h"

struct ev_packed {
	char *p;			/* header and zlib stream */
	size_t n;
	uint32_t crc;
};

/* Packs `n` objects into `out`, which is zero, on as many cores as there are;
 * -1 and errno if memory is short.  Each p is to be freed, then too. */
int ev_pack_deflate(struct ev_packed *out,
		    const struct ev_pack_object *objects, size_t n);

#endif
