/*
 * mailmap.h - who somebody is by a .mailmap (gitmailmap(5))
 *
 * Of one tree's file alone: Git's own reading would also take the file in the
 * working folder and what the configuration names.
 */
#ifndef EV_GATE_MAILMAP_H
#define EV_GATE_MAILMAP_H

#include "base/buf.h"

#define EV_MAILMAP_MAX ((size_t)4 << 20)

struct ev_mailmap_entry {
	const char *old_email, *old_name;	/* old_name may be NULL */
	const char *email, *name;		/* NULL: stays as it is */
	size_t line;
};
struct ev_mailmap {
	struct ev_mailmap_entry *items;
	size_t n, cap;
	char *text;			/* what the entries point into */
};
#define EV_MAILMAP_INIT { NULL, 0, 0, NULL }

void ev_mailmap_read(struct ev_mailmap *out, const struct ev_buf *text);
void ev_mailmap_release(struct ev_mailmap *m);
/* True if the two are somebody else by the map, and who; borrowed. */
bool ev_mailmap_find(const struct ev_mailmap *m, const char **email,
		     const char **name);

#endif
