/*
 * said.h - which (record, signer) pairs stand on which objects
 *
 * A signer says a thing once: a line is admitted only if its record by its
 * signer is not there yet under any other line.  For the files of this room.
 */
#ifndef EV_LEDGER_SAID_H
#define EV_LEDGER_SAID_H

#include "ledger/internal.h"

struct ev_said { struct ev_oidmap *map; };
#define EV_SAID_INIT { NULL }
void ev_said_release(struct ev_said *s);
/* Add the pairs of the lines of `object` that count there. */
int ev_said_load(struct ev_said *s, struct ev_ledger *l,
		 const struct ev_oid *object, const struct ev_slices *lines);
void ev_said_add(struct ev_said *s, const struct ev_oid *object,
		 const struct ev_line *line);
bool ev_said_has(const struct ev_said *s, const struct ev_oid *object,
		 const struct ev_line *line);

#endif
