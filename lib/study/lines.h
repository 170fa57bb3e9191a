/*
 * lines.h - records of a kind wherever they lie in the ledger, and what they
 *           say; for the files of this room
 */
#ifndef EV_STUDY_LINES_H
#define EV_STUDY_LINES_H

#include "ledger/artifact.h"
#include "ledger/ledger.h"

/* Every line of a kind, whatever its state; stops at the first answer that is
 * not 0 and returns it.  The line is the callee's only until it returns. */
typedef int ev_line_fn(void *data, const struct ev_line *line);
int ev_each_line(struct ev_ledger *l, enum ev_kind kind, ev_line_fn *fn,
		 void *data);
/* Live, or withdrawn or replaced after it had been read. */
bool ev_line_has_spoken(const struct ev_line *line);
int ev_line_artifacts(struct ev_artifacts *out, struct ev_ledger *l,
		      const struct ev_line *line);

#endif
