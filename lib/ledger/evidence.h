/*
 * evidence.h - the refs that hold evidence, as one set of values
 *
 * What a judgement goes by is given to it, not looked up: on a server the refs
 * do not yet hold what a push brings.
 */
#ifndef EV_LEDGER_EVIDENCE_H
#define EV_LEDGER_EVIDENCE_H

#include "repo/repo.h"

#define EV_TAGS "refs/tags/evidence/"

struct ev_withdrawn;			/* ledger/trust.h */
struct ev_tagref { char *name; struct ev_oid oid; };	/* full name, tag */
struct ev_evidence {
	bool has_ledger;
	struct ev_oid ledger;
	struct ev_tagref *tags;		/* below EV_TAGS, by name */
	size_t n, cap;
	/* Judge as if this key were withdrawn, too; NULL.  Not owned. */
	const struct ev_withdrawn *supposed;
};
#define EV_EVIDENCE_INIT { false, { { 0 } }, NULL, 0, 0, NULL }
void ev_evidence_release(struct ev_evidence *e);
/* What the refs hold now. */
int ev_evidence_read(struct ev_evidence *out, struct ev_repo *r);
void ev_evidence_copy(struct ev_evidence *out, const struct ev_evidence *from);
/* Put a tag there, or another value at its name; a zero id takes it away. */
void ev_evidence_set_tag(struct ev_evidence *e, const char *name,
			 const struct ev_oid *oid);

/* The tag at a name, or NULL. */
const struct ev_tagref *ev_evidence_tagref(const struct ev_evidence *e,
					   const char *name);
const struct ev_oid *ev_evidence_tag(const struct ev_evidence *e,
				     const char *name);

/* Is `ref` one of the reserved names, or in their way ("refs/tags/evidence",
 * also in other letter case)? */
bool ev_ref_is_reserved(const char *ref);

#endif
