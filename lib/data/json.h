/*
 * json.h - strict JSON (RFC 8259) in and deterministic JSON out
 *
 * Reading: our own scanner holds the limits, knows places and keeps numbers as
 * written; jansson then judges the same text, and only what both accept counts.
 * Duplicate keys, NUL, invalid UTF-8, halves of surrogate pairs, trailing text,
 * whole numbers over 64 bits and others over the range of a double are refused.
 */
#ifndef EV_DATA_JSON_H
#define EV_DATA_JSON_H

#include "base/str.h"
#include "data/value.h"

/* Errors: EV_EINVALID "FILE:LINE:COL: what", EV_ELIMIT. */
int ev_json_read(struct ev_value **out, const char *file,
		 const char *text, size_t n);

/*
 * Writer.  Compact by default (no spaces, as signed payloads and lines need);
 * with `indent` > 0 members stand on lines of their own.  With `ascii` every
 * byte above 0x7e is written as \u escapes.  Strings must be UTF-8: a byte
 * that is not becomes U+FFFD.  Members come out in the order of the calls.
 */
struct ev_json {
	struct ev_buf *out;
	unsigned indent;
	bool ascii;
	/* private */
	unsigned depth;
	bool first, after_key;
};
void ev_json_init(struct ev_json *j, struct ev_buf *out);
void ev_json_object(struct ev_json *j);		/* { */
void ev_json_end_object(struct ev_json *j);	/* } */
void ev_json_list(struct ev_json *j);
void ev_json_end_list(struct ev_json *j);
void ev_json_key(struct ev_json *j, const char *key);
void ev_json_string(struct ev_json *j, const char *s);	/* NULL: null */
void ev_json_stringn(struct ev_json *j, const char *s, size_t n);
void ev_json_int(struct ev_json *j, int64_t n);
/* The shortest decimal form that reads back equal; null if not finite. */
void ev_json_double(struct ev_json *j, double d);
void ev_json_bool(struct ev_json *j, bool b);
void ev_json_null(struct ev_json *j);
void ev_json_number(struct ev_json *j, const char *text);	/* as given */
void ev_json_value(struct ev_json *j, const struct ev_value *v);
/* key and value in one call */
void ev_json_kv(struct ev_json *j, const char *key, const char *s);
void ev_json_kvi(struct ev_json *j, const char *key, int64_t n);
void ev_json_kvb(struct ev_json *j, const char *key, bool b);
void ev_json_strs(struct ev_json *j, const char *key, const struct ev_strs *l);

#endif
