/*
 * value.h - one tree of values for YAML and JSON, with places
 *
 * Every node knows the file, line and column (both from 1, columns counted in
 * bytes) where its text begins, so that a rule can point at what it refuses.
 * A tree owns all below it and the file name; nodes are read-only after
 * reading, and pointers into a tree live as long as the tree.
 *
 * A number keeps its text as written: thresholds are compared as decimals,
 * never through a rounding.
 */
#ifndef EV_DATA_VALUE_H
#define EV_DATA_VALUE_H

#include "base/buf.h"

enum ev_type {
	EV_NULL, EV_BOOL, EV_NUMBER, EV_STRING, EV_LIST, EV_MAP
};

struct ev_value {
	enum ev_type type;
	unsigned line, column;
	const char *file;		/* name given to the reader; shared */
	bool boolean;
	char *text;			/* number as written, or string; NUL-ended,
					   strings never hold NUL */
	size_t len;			/* bytes of text */
	bool quoted;			/* YAML: scalar was in quotes or a block */
	struct ev_value **items;	/* list items, or map values */
	struct ev_value **keys;		/* map: string nodes, same order */
	size_t n;
};

/* Free the tree whose root a reader returned; NULL is fine. */
void ev_value_free(struct ev_value *root);

const char *ev_type_name(enum ev_type t);	/* "string", "list", ... */
/* Map member, or NULL; also NULL if v is NULL or no map. */
const struct ev_value *ev_get(const struct ev_value *v, const char *key);
/* Follow "a.b.c" through maps. */
const struct ev_value *ev_get_path(const struct ev_value *v, const char *path);
/* The text of a string member, or NULL. */
const char *ev_get_string(const struct ev_value *v, const char *key);
/* A whole number that fits; false if v is none. */
bool ev_value_int(const struct ev_value *v, int64_t *out);

/* ev_fail(EV_EINVALID) with "file:line:column: " before the message. */
int ev_fail_at(const struct ev_value *v, const char *fmt, ...) EV_PRINTF(2, 3);

/* Limits of both readers. */
#define EV_DATA_MAX_BYTES ((size_t)16 << 20)
#define EV_DATA_MAX_DEPTH 64
#define EV_DATA_MAX_NODES 1000000
#endif
