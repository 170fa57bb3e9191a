/*
 * utf8.h - validation (RFC 3629) and safe display
 */
#ifndef EV_BASE_UTF8_H
#define EV_BASE_UTF8_H

#include "base/buf.h"

/* True if all is UTF-8; else *bad (may be NULL) is the first wrong byte. */
bool ev_utf8_valid(const char *p, size_t n, size_t *bad);
/* Decode one code point at p (n > 0); returns bytes used, 0 if not valid. */
size_t ev_utf8_decode(uint32_t *cp, const char *p, size_t n);

/*
 * Append text so that a terminal or a log cannot be led astray by it: C0, DEL
 * and C1 controls, bidirectional controls (U+061C, U+200E, U+200F,
 * U+202A-202E, U+2066-2069), line separators (U+2028, U+2029), zero width
 * (U+200B-200D, U+2060, U+FEFF), tags (U+E0000-E007F) and noncharacters become
 * \u{XXXX}; TAB and LF too; a byte that is no UTF-8 becomes \xNN; a backslash
 * stays as it is.
 */
void ev_display(struct ev_buf *out, const char *p, size_t n);
void ev_displays(struct ev_buf *out, const char *s);
/* True if ev_display() would change nothing. */
bool ev_display_safe(const char *p, size_t n);
/* Columns on a terminal, one a code point (wide East Asian ones count two). */
size_t ev_display_width(const char *p, size_t n);

#endif
