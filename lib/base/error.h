/*
 * error.h - one last error per thread: code, message, details, hints
 *
 * A function that can fail returns 0 (or a non-negative answer) or one of the
 * negative codes below, and leaves a message.  ev_fail() returns its code, so
 * it fits "return" and "ret = ...; goto out".
 *
 * Messages are lower case without a full stop, the failing thing first and in
 * single quotes.  Details are further findings of the same kind, one a line
 * (each missing field of a manifest).  Hints are lines that can be pasted or
 * followed.  Text that comes from evidence or input is escaped by the one who
 * prints, not here.
 */
#ifndef EV_BASE_ERROR_H
#define EV_BASE_ERROR_H

#include "base/compat.h"

enum ev_code {
	EV_OK = 0,
	EV_ERROR = -1,		/* the tool could not work */
	EV_ENOTFOUND = -2,
	EV_EEXISTS = -3,
	EV_EINVALID = -4,	/* bad input; message says where */
	EV_ELIMIT = -5,		/* a stated ceiling was passed */
	EV_ECONFLICT = -6,	/* somebody else moved the ref first */
	EV_EDENIED = -7,	/* not entitled: key not listed, a rule */
	EV_EINCOMPLETE = -8,	/* cannot be decided here (shallow, missing) */
	EV_ESTOP = -9		/* a callback asked to stop */
};

struct ev_error {
	int code;
	const char *message;
	const char *details;	/* lines, each ended by LF; "" if none */
	const char *hints;	/* lines, each ended by LF; "" if none */
};

/* Replace the last error and return `code`. */
int ev_fail(int code, const char *fmt, ...) EV_PRINTF(2, 3);
/* The same, with ": <strerror(errno)>" added. */
int ev_fail_errno(int code, const char *fmt, ...) EV_PRINTF(2, 3);
/* Put "text: " before the message of the last error; returns its code. */
int ev_fail_prefix(const char *fmt, ...) EV_PRINTF(1, 2);
/* Add one detail or hint to the last error; a LF in it becomes \u{000A}. */
void ev_error_detail(const char *fmt, ...) EV_PRINTF(1, 2);
void ev_error_hint(const char *fmt, ...) EV_PRINTF(1, 2);
/* Never NULL.  Valid until the next call of this module in this thread. */
const struct ev_error *ev_error_last(void);
void ev_error_clear(void);

#endif
