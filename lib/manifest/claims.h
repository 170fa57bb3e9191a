/*
 * claims.h - intended uses and clinical claims, with ids
 *
 * .evidence/claims.yaml of a tree:
 *
 *	intended_uses: [{id, statement}]
 *	claims: [{id, statement, intended_use}]
 *
 * Ids are unique within their list and every claim names an intended use that
 * is there.
 */
#ifndef EV_MANIFEST_CLAIMS_H
#define EV_MANIFEST_CLAIMS_H

#include "data/schema.h"
#include "repo/repo.h"

#define EV_CLAIMS_PATH ".evidence/claims.yaml"

struct ev_claims {
	struct ev_value *root;			/* owned */
	const struct ev_value *uses, *claims;	/* lists; NULL if absent */
};
#define EV_CLAIMS_INIT { NULL, NULL, NULL }
void ev_claims_release(struct ev_claims *c);

/* EV_ENOTFOUND if the tree has no claims.yaml; EV_EINVALID with every problem
 * at once. */
int ev_claims_read(struct ev_claims *out, struct ev_repo *r,
		   const struct ev_oid *tree);
/* The same from text; `file` is for messages. */
int ev_claims_parse(struct ev_claims *out, const char *file,
		    const char *text, size_t n);

/* The item with this id, or NULL. */
const struct ev_value *ev_claims_use(const struct ev_claims *c,
				     const char *id);
const struct ev_value *ev_claims_claim(const struct ev_claims *c,
				       const char *id);
/* The id in the list (uses or claims) nearest to `id`, or NULL. */
const char *ev_claims_closest(const struct ev_value *list, const char *id);

#endif
