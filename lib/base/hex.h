/*
 * hex.h - hexadecimal and base64 (RFC 4648)
 */
#ifndef EV_BASE_HEX_H
#define EV_BASE_HEX_H

#include "base/buf.h"

/* Writes 2n lower-case digits and NUL. */
void ev_hex_encode(char *out, const unsigned char *p, size_t n);
/* Exactly 2n digits at `hex`, either case; EV_EINVALID (no message) if not. */
int ev_hex_decode(unsigned char *out, const char *hex, size_t n);
bool ev_is_hex(const char *s, size_t digits);	/* exactly `digits`, lower */

void ev_base64_encode(struct ev_buf *out, const void *p, size_t n);
/*
 * Standard or URL-safe alphabet (not mixed), padding complete or absent,
 * unused bits zero, nothing else between: EV_EINVALID (no message) if not.
 * Appends to `out`, or leaves it as it was; EV_ELIMIT if it has no room.
 */
int ev_base64_decode(struct ev_buf *out, const char *s, size_t n);

#endif
