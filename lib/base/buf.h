/*
 * buf.h - growable bytes with a ceiling
 *
 * Invariants: ptr is never NULL and ptr[len] is NUL, also when empty; the
 * bytes may themselves hold NUL.  A buffer never grows past `max`: the call
 * that would do so adds nothing and sets `overflow`, which stays set until
 * ev_buf_clear(); until then nothing more is added, so that what is there is
 * always a beginning.  Whoever reads untrusted input into a buffer sets `max`
 * and looks at `overflow`.
 */
#ifndef EV_BASE_BUF_H
#define EV_BASE_BUF_H

#include <stdarg.h>
#include "base/compat.h"

#define EV_BUF_MAX ((size_t)1 << 30)

struct ev_buf {
	char *ptr;
	size_t len, cap, max;
	bool overflow;
};

extern char ev_buf_empty[1];
#define EV_BUF_INIT { ev_buf_empty, 0, 0, EV_BUF_MAX, false }
#define EV_BUF_INIT_MAX(limit) { ev_buf_empty, 0, 0, (limit), false }

void ev_buf_init(struct ev_buf *b);
void ev_buf_release(struct ev_buf *b);	/* free; usable again, empty */
void ev_buf_clear(struct ev_buf *b);	/* empty, keep memory */
/* `p` may point into the buffer itself; arguments of addf may not. */
void ev_buf_add(struct ev_buf *b, const void *p, size_t n);
void ev_buf_adds(struct ev_buf *b, const char *s);
void ev_buf_addc(struct ev_buf *b, char c);
void ev_buf_addf(struct ev_buf *b, const char *fmt, ...) EV_PRINTF(2, 3);
void ev_buf_vaddf(struct ev_buf *b, const char *fmt, va_list ap)
	EV_PRINTF(2, 0);
/* Cut to `len`, or take in bytes written after ev_buf_reserve(). */
void ev_buf_setlen(struct ev_buf *b, size_t len);
/* Room for `more` bytes after the last one; NULL on overflow. */
char *ev_buf_reserve(struct ev_buf *b, size_t more);
/* Give the bytes to the caller, who frees them; the buffer is empty then. */
char *ev_buf_detach(struct ev_buf *b, size_t *len);
void ev_buf_swap(struct ev_buf *a, struct ev_buf *b);
/* Remove one trailing LF, if there. */
void ev_buf_chomp(struct ev_buf *b);

#endif
