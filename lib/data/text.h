/*
 * text.h - what both readers ask of their input; for this room only
 */
#ifndef EV_DATA_TEXT_H
#define EV_DATA_TEXT_H

#include "base/compat.h"

/*
 * Refuse text over EV_DATA_MAX_BYTES (EV_ELIMIT, before a byte is looked at),
 * UTF-16 and UTF-32, bytes that are not UTF-8, and NUL (EV_EINVALID).
 */
int ev_text_check(const char *file, const char *text, size_t n);

/* Line and column, from 1 and in bytes, of the byte at `offset`. */
void ev_text_place(unsigned *line, unsigned *column,
		   const char *text, size_t offset);
/* ev_fail() with "FILE:LINE:COL: " before the message. */
int ev_text_fail(int code, const char *file, const char *text, size_t offset,
		 const char *fmt, ...) EV_PRINTF(5, 6);

/* Bytes of `s` (UTF-8) to quote in a message: at most 60, no torn letter. */
int ev_text_clip(const char *s, size_t n);

/*
 * Undo the escapes of a JSON string: *len bytes at `text`, of which the last
 * is no lone backslash and none is NUL.  `out` has room for as many; *len is
 * what it then holds.  If false, *why is wrong at *bad.
 */
bool ev_json_unescape(char *out, size_t *len, const char *text, size_t *bad,
		      const char **why);

/*
 * Length of the JSON number at the start of `p`; 0 if there is none, and then
 * *why (may be NULL) says what is wrong with it.
 */
size_t ev_number_scan(const char *p, size_t n, const char **why);
/* A whole number must fit 64 bits and any other a double, as jansson rules. */
bool ev_number_fits(const char *p, size_t n);

#endif
