/*
 * objsig_internal.h - what gpg says of signed objects, asked once; this room
 * only
 */
#ifndef EV_LEDGER_OBJSIG_INTERNAL_H
#define EV_LEDGER_OBJSIG_INTERNAL_H

#include "ledger/verify.h"
#include "repo/rawobj.h"

/* Of the object that `raw` is and `o` its parts: from the cache or by gpg. */
int ev_objsig_ask(struct ev_signature *sig, struct ev_repo *r,
		  struct ev_trust *trust, const struct ev_rawobj *o,
		  const struct ev_buf *raw);

#endif
