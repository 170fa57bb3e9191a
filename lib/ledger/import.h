/*
 * import.h - admit the lines of an in-toto bundle file
 */
#ifndef EV_LEDGER_IMPORT_H
#define EV_LEDGER_IMPORT_H

#include "ledger/ledger.h"

#define EV_IMPORT_MAX_BYTES ((size_t)1 << 30)

struct ev_import_refusal { size_t row; char reason[200]; };
struct ev_import_result {
	size_t lines, added, known;
	struct ev_import_refusal *refused;	/* rows count from 1 */
	size_t nrefused, cap;
};
void ev_import_release(struct ev_import_result *i);
/*
 * Read JSON Lines (*.intoto.jsonl); every admissible line goes on its commit
 * and tree in one ledger commit, the others are reported.
 */
int ev_import(struct ev_import_result *out, struct ev_repo *r,
	      struct ev_trust *trust, const struct ev_buf *bundle, bool dry_run);

#endif
