/*
 * rawobj_header.h - the header of a raw commit or tag, line by line
 */
#ifndef EV_REPO_RAWOBJ_HEADER_H
#define EV_REPO_RAWOBJ_HEADER_H

#include "repo/rawobj.h"

#define EV_RAWOBJ_MAX ((size_t)4 << 20)
#define EV_RAWOBJ_HEADERS 10000		/* a merge has a parent line a parent */

/* What is left to read; `line` is the whole field with its continuation
 * lines and final LF, as it stands in the object. */
struct ev_raw {
	const char *kind;		/* "commit" or "tag", for messages */
	const char *p, *end;
	const char *line;
	size_t len;
	const char *name, *value;	/* value: first line only */
	size_t name_len, value_len;
	bool continued;
	unsigned fields;
};

/* 1 and the next field, 0 at the empty line (which is read), or EV_EINVALID. */
int ev_raw_next(struct ev_raw *h);
bool ev_raw_is(const struct ev_raw *h, const char *name);
int ev_raw_oid(struct ev_oid *out, const struct ev_raw *h);
int ev_raw_ident(struct ev_ident *out, const struct ev_raw *h);

/*
 * One complete armour of a kind that Git knows for signatures, with nothing
 * but empty lines after it.
 */
int ev_raw_armour(const char *kind, const char *p, size_t n);
/* Does Git see the beginning of a signature in this line? */
bool ev_raw_begins_armour(const char *p, const char *end);

#endif
