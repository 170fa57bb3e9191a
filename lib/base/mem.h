/*
 * mem.h - allocation that does not fail
 *
 * Sizes that come from input are held to a stated limit before they reach
 * these functions; when the machine has no memory left they abort(3), since
 * nothing sound can be done and half a judgement is worse than none.
 */
#ifndef EV_BASE_MEM_H
#define EV_BASE_MEM_H

#include "base/compat.h"

void *ev_malloc(size_t n);		/* n == 0 gives a unique pointer */
void *ev_calloc(size_t n, size_t size);	/* product is checked */
void *ev_realloc(void *p, size_t n);
char *ev_strdup(const char *s);		/* NULL gives NULL */
char *ev_strndup(const char *s, size_t n);
char *ev_strdupf(const char *fmt, ...) EV_PRINTF(1, 2);

/* Make room for item `n` of `items` (cap counts items); doubles. */
#define EV_GROW(items, n, cap) \
	((items) = ev_grow((items), (n) + 1, &(cap), sizeof(*(items))))
void *ev_grow(void *items, size_t need, size_t *cap, size_t size);

#endif
