/*
 * manifest.h - the release manifest: what a candidate is made of
 *
 * The source-controlled part is .evidence/manifest.yaml of the commit's tree,
 * never the working file.  What can be known is filled in: the source, the
 * time, the environment, digests of files named by `path:`, what DVC, MLflow
 * and GTO say of data and model, what live lineage and generator records of
 * the same content say, statements from .evidence/claims.yaml, the suite from
 * .evidence/suites/, the change from the options, the commit's trailers or the
 * file.  What the file says too must be the same there.  Everything is checked
 * and all problems are reported at once; a manifest with a problem is never
 * signed.
 *
 * A core section that cannot apply says `SECTION: {not_applicable: reason}`
 * and is signed as such; source, built_at, product, environment, intended_use,
 * risk_tier and change always apply.  Fields we do not know are signed under
 * `extra`, unless they look like a misspelt one, which is an error.
 */
#ifndef EV_MANIFEST_MANIFEST_H
#define EV_MANIFEST_MANIFEST_H

#include "base/buf.h"
#include "base/str.h"
#include "data/schema.h"
#include "repo/repo.h"

#define EV_MANIFEST_PATH ".evidence/manifest.yaml"
#define EV_MANIFEST_MAX_BYTES ((size_t)1 << 20)

struct ev_environment;
struct ev_ledger;

struct ev_manifest_options {
	const char *change_id, *change_reason;	/* NULL: trailers, file */
	int64_t built_at;			/* 0: ev_build_time() */
	const struct ev_environment *env;	/* NULL: read it */
	struct ev_ledger *ledger;		/* NULL: there are no records */
};

/*
 * Append the JSON members of the predicate (compact, without outer braces,
 * fields in a fixed order) for `commit`; `warnings` gets one line for each
 * thing a reader should know (a working file that differs, an untracked model
 * file, a weak digest).  EV_EINVALID with every problem, each
 * ".evidence/manifest.yaml:LINE:COL: ..."; EV_ENOTFOUND if the tree has no
 * manifest.yaml.  Nothing is appended on failure.
 */
int ev_manifest_build(struct ev_buf *members, struct ev_strs *warnings,
		      struct ev_repo *r, const struct ev_oid *commit,
		      const struct ev_manifest_options *o);

/* The predicate, for the JSON Schema. */
extern const struct ev_field ev_manifest_fields[];

/*
 * True if `s` only holds a place: empty, TBD, TODO, FIXME, unknown, n/a, none,
 * xxx, ?, changeme, <...>, a digest of one digit or of no bytes; letter case
 * is ignored.
 */
bool ev_is_placeholder(const char *s);

#endif
