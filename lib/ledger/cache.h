/*
 * cache.h - what was found out about a line, so that it need not be again
 *
 * <statedir>/verdicts/<basis> holds, for each line digest, the summary of the
 * record and the cryptographic verdict; `basis` names the keys there are and
 * for whom they are listed, so a changed control set begins a new file.
 * For listing it also holds which lines a note has, by the note's name; and
 * what gpg said of signed commits and tags, by a digest that no line has.
 * Whether a record counts (time, roles, place, superseded) is never cached.
 * Delete the folder and nothing changes but time.  Entries carry a checksum; a
 * damaged file is read as far as it is sound and then replaced.
 */
#ifndef EV_LEDGER_CACHE_H
#define EV_LEDGER_CACHE_H

#include "ledger/record.h"

struct ev_cache;
/* Never fails for want of a file: an unwritable folder gives an empty cache. */
int ev_cache_open(struct ev_cache **out, const char *statedir,
		  const char *basis);
/* Append what is new (one write under a lock) and free. */
void ev_cache_close(struct ev_cache *c);
/* Fill `out` (initialised by the caller to zero) if the line is known, from the
 * file or since it was opened. */
bool ev_cache_get(struct ev_cache *c, struct ev_record *out,
		  const unsigned char line[32]);
bool ev_cache_has(struct ev_cache *c, const unsigned char line[32]);
void ev_cache_put(struct ev_cache *c, const unsigned char line[32],
		  const struct ev_record *r);
/* The line digests of a note, 32 bytes each, appended. */
bool ev_cache_get_note(struct ev_cache *c, struct ev_buf *digests,
		       const struct ev_oid *blob);
void ev_cache_put_note(struct ev_cache *c, const struct ev_oid *blob,
		       const struct ev_buf *digests);

#endif
