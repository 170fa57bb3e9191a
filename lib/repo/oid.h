/*
 * oid.h - the name of a Git object (SHA-1; 20 bytes)
 */
#ifndef EV_REPO_OID_H
#define EV_REPO_OID_H

#include "base/compat.h"

#define EV_OID_SIZE 20
#define EV_OID_HEX 40

struct ev_oid {
	unsigned char id[EV_OID_SIZE];
};

struct ev_oids {
	struct ev_oid *items;
	size_t n, cap;
};
#define EV_OIDS_INIT { NULL, 0, 0 }

extern const struct ev_oid ev_oid_zero;
extern const struct ev_oid ev_oid_empty_tree;	/* 4b825dc6... */

bool ev_oid_eq(const struct ev_oid *a, const struct ev_oid *b);
int ev_oid_cmp(const struct ev_oid *a, const struct ev_oid *b);
bool ev_oid_is_zero(const struct ev_oid *o);
void ev_oid_hex(char out[EV_OID_HEX + 1], const struct ev_oid *o);
/* Exactly 40 lower-case digits and then NUL; EV_EINVALID without message. */
int ev_oid_parse(struct ev_oid *out, const char *hex);

void ev_oids_add(struct ev_oids *l, const struct ev_oid *o);
bool ev_oids_has(const struct ev_oids *l, const struct ev_oid *o);
void ev_oids_release(struct ev_oids *l);

/* Object id -> pointer; open addressing, for tens of thousands of entries. */
struct ev_oidmap;
struct ev_oidmap *ev_oidmap_new(void);
void ev_oidmap_free(struct ev_oidmap *m);
void **ev_oidmap_at(struct ev_oidmap *m, const struct ev_oid *o); /* makes it */
void *ev_oidmap_get(const struct ev_oidmap *m, const struct ev_oid *o);
size_t ev_oidmap_count(const struct ev_oidmap *m);

#endif
