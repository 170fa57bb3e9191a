/*
 * memory.h - the result of an audit, for when the same is asked again
 *
 * <statedir>/audits/<name> holds one result for each way of asking.  It is
 * under a MAC by a secret of this user that lies in no repository
 * (base/secret.h), over the result and over the digest of all that it follows
 * from: what was asked, the program, the configuration, every ref, the objects
 * that there are, the high-water mark.  Whatever of that is another now, or
 * came with a copy of the folder, or is later than the first moment at which
 * the passing of time alone could change the result, or earlier than when it
 * was made, is not there.
 *
 * Nothing is kept of what was incomplete, had no known root, or rests on a
 * checkpoint that is late, nor where objects come from another repository.
 */
#ifndef EV_HANDOVER_MEMORY_H
#define EV_HANDOVER_MEMORY_H

#include "handover/audit.h"

/* An age at which it is asked anew in any case. */
#define EV_MEMORY_AGE ((int64_t)24 * 3600)

struct ev_memory {
	bool usable;			/* else nothing is kept or found */
	unsigned char secret[32];
	unsigned char asked[32];	/* all but the mark */
	char *path;
};
void ev_memory_open(struct ev_memory *m, struct ev_repo *r,
		    const struct ev_audit_ask *ask);
void ev_memory_close(struct ev_memory *m);
/* True, and the result, if it is known. */
bool ev_memory_find(struct ev_audit *out, const struct ev_memory *m,
		    struct ev_repo *r, const struct ev_audit_ask *ask);
/* The result, which holds for what is younger than `until`; not if anything
 * that it follows from has changed meanwhile, but for the mark, which the audit
 * has written itself. */
void ev_memory_keep(const struct ev_memory *m, struct ev_repo *r,
		    const struct ev_audit_ask *ask, const struct ev_audit *a,
		    int64_t until);

/* memory_state.c: all that an audit reads but the mark.  False if that cannot
 * be told. */
bool ev_memory_state(unsigned char out[32], struct ev_repo *r,
		     const struct ev_audit_ask *ask);
/* memory_text.c: the result as JSON, and back; false if it is none. */
void ev_memory_write(struct ev_buf *out, const struct ev_audit *a,
		     int64_t made, int64_t until);
bool ev_memory_read(struct ev_audit *out, int64_t *made, int64_t *until,
		    const char *text, size_t n);

#endif
