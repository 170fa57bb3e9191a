/*
 * treecheck.h - is this tree one that every reader understands alike?
 *
 * A tree that lists a name twice, or holds "a/b" as one name, shows one
 * content to one tool and another to the next.  Git's own fsck calls such
 * trees errors; we refuse to read them.  Feed the entries in stored order.
 */
#ifndef EV_REPO_TREECHECK_H
#define EV_REPO_TREECHECK_H

#include "base/compat.h"

struct ev_treecheck_name {
	const char *p;
	size_t n;
};

struct ev_treecheck {
	struct ev_treecheck_name last;
	bool last_is_tree;
	/* Files whose name begins all names since; a folder may still equal
	 * one of them ("a", "a.b", then the folder "a"). */
	struct ev_treecheck_name *open;
	size_t n, cap;
};
#define EV_TREECHECK_INIT { { NULL, 0 }, false, NULL, 0, 0 }

/* NULL if the entry may follow, else what is wrong. The name must live. */
const char *ev_treecheck_next(struct ev_treecheck *c, const char *name,
			      size_t n, unsigned mode);
void ev_treecheck_release(struct ev_treecheck *c);

#endif
