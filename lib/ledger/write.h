/*
 * write.h - making a record: payload, signature, notes, artifacts
 */
#ifndef EV_LEDGER_WRITE_H
#define EV_LEDGER_WRITE_H

#include "ledger/artifact.h"
#include "ledger/ledger.h"

struct ev_draft {
	enum ev_kind kind;
	const char *type;		/* predicate type; NULL: of the kind */
	const char *name;		/* NULL if the kind has no name */
	/* Subjects; without a commit the tree is the only one, as for what is
	 * about no commit (a revocation of a line). */
	struct ev_oid commit, tree;
	/* Full name of a ref that the commit is of (annotations.sourceRefs);
	 * NULL: not said. */
	const char *source_ref;
	/* Members of the predicate as JSON text without the outer braces, e.g.
	 * "\"result\":\"PASSED\",\"configuration\":[]"; may be empty. */
	struct ev_buf members;
	const char *supersedes, *because;	/* NULL, or both set */
	char superseded[65];			/* the full id, once checked */
	int64_t recorded_at;			/* 0: now */
	struct ev_artifacts artifacts;
};
void ev_draft_init(struct ev_draft *d, enum ev_kind kind);
void ev_draft_release(struct ev_draft *d);

/* Append the statement to be signed. */
int ev_draft_payload(struct ev_buf *out, const struct ev_draft *d,
		     const struct ev_trust *trust);

/*
 * Choose the signing key: `wanted` (fingerprint or NULL), else
 * evidence.signingKey, else user.signingKey (if it is an OpenPGP key id), else
 * the only secret key that the trust lists. EV_EDENIED if it is not listed,
 * expired, or the person lacks what is asked; hints say how to be listed.
 */
int ev_draft_key(char fpr[41], struct ev_repo *r, const struct ev_trust *trust,
		 const char *wanted);

/*
 * Is `supersedes` (a record id, or 12 digits of it at least) a live record of
 * the same kind, name and subject that the holder of `fpr` may replace?  It is
 * the full id then.
 */
int ev_draft_check_supersedes(struct ev_draft *d, struct ev_ledger *l,
			      const struct ev_trust *trust, const char *fpr);

struct ev_written { char id[65], line[65]; struct ev_oid ledger; };
/*
 * Sign the line, and store nothing: for who stores it with something else.
 * EV_EDENIED if nobody would accept it.
 */
int ev_draft_sign(struct ev_written *out, struct ev_buf *line,
		  struct ev_ledger *l, const struct ev_trust *trust,
		  const struct ev_draft *d, const char *fpr);
/*
 * The same in steps, for who signs several: begin, and do something else; end,
 * which makes the line; and later see whether it would be accepted.
 */
struct ev_draft_signing {
	struct ev_buf payload, pae;
	struct ev_signing *signing;
};
int ev_draft_begin(struct ev_draft_signing *s, const struct ev_trust *trust,
		   const struct ev_draft *d, const char *fpr);
/* Has to follow, whatever came of it; `line` NULL: it is given up. */
int ev_draft_end(struct ev_written *out, struct ev_buf *line,
		 struct ev_draft_signing *s, const char *fpr);
int ev_draft_accepted(struct ev_ledger *l, const struct ev_draft *d,
		      const struct ev_buf *line);
/* Is this line, signed before, just what ev_draft_sign() would make of the
 * draft, and would it still be accepted? */
int ev_draft_fits(bool *fits, struct ev_written *out, struct ev_ledger *l,
		  const struct ev_trust *trust, const struct ev_draft *d,
		  const char *fpr, const struct ev_buf *line);
/*
 * Sign and store: artifacts first, then the line on commit and tree in one
 * ledger commit. Checks `supersedes`. With dry_run everything but the writing is done, also the
 * signature is not made. Nothing is left behind on failure but unreferenced
 * objects after a full disk.
 */
int ev_draft_write(struct ev_written *out, struct ev_repo *r,
		   struct ev_trust *trust, struct ev_draft *d,
		   const char *fpr, bool dry_run);

#endif
