/*
 * schema.h - say what a value must look like, as a table of fields
 *
 * One table checks a value, names the likely field for a misspelt one, and is
 * exported as JSON Schema (draft 2020-12), so the three never disagree.
 */
#ifndef EV_DATA_SCHEMA_H
#define EV_DATA_SCHEMA_H

#include "base/str.h"
#include "data/value.h"

enum ev_field_kind {
	EV_F_STRING,		/* not empty */
	EV_F_TEXT,		/* string (not empty) or number, as text */
	EV_F_INT, EV_F_NUMBER, EV_F_BOOL,
	EV_F_MAP,		/* `fields` describe it; NULL: anything */
	EV_F_LIST,		/* items as `fields` (maps), or strings if NULL */
	EV_F_ENUM,		/* one of `words` */
	EV_F_TIME,		/* RFC 3339 UTC */
	EV_F_DIGEST,		/* sha256:<64 lower-case hex> */
	EV_F_OID,		/* 40 lower-case hex */
	EV_F_ANY
};

#define EV_F_REQUIRED 1u
#define EV_F_OPEN 2u		/* map: unknown members are no error */

struct ev_field {
	const char *name;
	enum ev_field_kind kind;
	unsigned flags;
	const struct ev_field *fields;	/* ended by {0} */
	const char *const *words;	/* ended by NULL */
	const char *doc;		/* one line, for the JSON Schema */
};

/*
 * What is wrong: "file:line:col" (NULL if it has no place), the message, and a
 * hint or NULL.  After EV_PROBLEMS_MAX one last item says that there are more.
 */
#define EV_PROBLEMS_MAX 100
struct ev_problem { char *where, *message, *hint; };
struct ev_problems { struct ev_problem *items; size_t n, cap; };
#define EV_PROBLEMS_INIT { NULL, 0, 0 }
/* `at` gives the place; NULL where there is none. */
void ev_problem_add(struct ev_problems *p, const struct ev_value *at,
		    const char *hint, const char *fmt, ...) EV_PRINTF(4, 5);
void ev_problems_release(struct ev_problems *p);
/* Turn the list into the last error: the first problem is the message, the
 * others details, hints without repetition.  0 if the list is empty, else
 * EV_EINVALID. */
int ev_problems_fail(const struct ev_problems *p);

/*
 * Check `v` against `fields`, adding to `p`; `path` is put before the field
 * names ("" at the root).  Unknown members of a map that is not open are
 * problems, with "did you mean 'x'?" as hint when one is near.
 */
void ev_schema_check(struct ev_problems *p, const struct ev_value *v,
		     const struct ev_field *fields, const char *path);
/* Append the JSON Schema object of `fields` (type object). */
struct ev_json;
void ev_schema_export(struct ev_json *j, const struct ev_field *fields,
		      const char *title);

#endif
