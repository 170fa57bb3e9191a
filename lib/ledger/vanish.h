/*
 * vanish.h - lines that a ledger's history held and its tip does not
 */
#ifndef EV_LEDGER_VANISH_H
#define EV_LEDGER_VANISH_H

#include "base/buf.h"
#include "repo/repo.h"

struct ev_vanished_line { struct ev_oid object; struct ev_buf line; };
struct ev_oidmap;
struct ev_vanished {
	struct ev_vanished_line *items;
	size_t n, cap;
	struct ev_oidmap *seen;		/* private */
};
void ev_vanished_release(struct ev_vanished *v);

/*
 * Add the lines that `base` (the last verified tip, may be NULL) or any commit
 * in base..tip (against each of its parents) had and `tip` lacks.  `tip` NULL:
 * the whole ledger is gone.
 */
int ev_vanished_find(struct ev_vanished *out, struct ev_repo *r,
		     const struct ev_oid *base, const struct ev_oid *tip);

/* Order by object; then the index of the first line of an object, or where it
 * would be. */
void ev_vanished_sort(struct ev_vanished *v);
size_t ev_vanished_first(const struct ev_vanished *v,
			 const struct ev_oid *object);

#endif
