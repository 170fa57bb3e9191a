/*
 * examine.h - the cryptographic verdict on a line that the cache lacks; for
 * the files of this room
 */
#ifndef EV_LEDGER_EXAMINE_H
#define EV_LEDGER_EXAMINE_H

#include "ledger/internal.h"

struct ev_exam {
	struct ev_line line;
	struct ev_envelope envelope;
	struct ev_buf pae;
	unsigned char digest[32];
	bool listed;			/* its keyid is */
	struct ev_sigjob job;		/* what gpg is to be asked */
};

/*
 * Read the envelope.  True if gpg has to be asked; false if `line` says all
 * there is to say.  To be released in both cases.
 */
bool ev_exam_begin(struct ev_exam *x, struct ev_ledger *l,
		   const unsigned char digest[32], const char *line, size_t n);
/* Take the answer; a verdict worth keeping goes into the cache. */
void ev_exam_end(struct ev_exam *x, struct ev_ledger *l,
		 const struct ev_signature *sig);
void ev_exam_release(struct ev_exam *x);

void ev_line_set(struct ev_line *l, enum ev_state state, const char *reason);

#endif
