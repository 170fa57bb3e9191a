/*
 * attach.h - turn files and the repository's own facts into records
 */
#ifndef EV_STUDY_ATTACH_H
#define EV_STUDY_ATTACH_H

#include "ledger/write.h"
#include "policy/policy.h"

#define EV_ATTACH_MAX_BYTES ((size_t)16 << 20)	/* of a JSON file given */
/* A report larger than this keeps outcome, gates and headline metrics in the
 * record; the whole is its artifact "report.json" either way. */
#define EV_REPORT_INLINE ((size_t)96 << 10)

struct ev_attach {
	struct ev_oid commit;
	const char *name;		/* NULL: from the file */
	const char *type;		/* statement: predicate type URI */
	const char *key;		/* fingerprint, NULL: choose */
	const char *supersedes, *because;
	const char *change_id, *change_reason;
	const struct ev_strs *artifacts;	/* NAME=PATH */
	bool dry_run;
	struct ev_strs warnings;	/* out */
	char signer[41];		/* out */
};

/*
 * Attach the manifest of a commit.  1 if an equal live manifest of the same
 * content is there already (out->id names it; nothing is written); EV_EEXISTS
 * if a different one is live and `supersedes` is not given.
 */
int ev_attach_manifest(struct ev_written *out, struct ev_repo *r,
		       struct ev_policy *policy, struct ev_attach *a);

/*
 * Attach the JSON file `path` as a test, report, lineage, generator or
 * deployment record: its members become the predicate.
 */
int ev_attach_file(struct ev_written *out, struct ev_repo *r,
		   struct ev_policy *policy, struct ev_attach *a,
		   enum ev_kind kind, const char *path);

/*
 * Sign a statement record about a file (SBOM, SLSA provenance, ...): the
 * predicate type is a->type or recognised, the file is artifact "statement"
 * byte for byte.
 */
int ev_attach_statement(struct ev_written *out, struct ev_repo *r,
			struct ev_policy *policy, struct ev_attach *a,
			const char *path);

/* Are two manifest predicates equal but for source.commit, built_at,
 * environment and what tool recorded them when? */
bool ev_manifest_equal(const struct ev_value *a, const struct ev_value *b);

/* "[A-Za-z0-9._/-]{1,100}", EV_EINVALID with a message if not. */
int ev_check_record_name(const char *name);

#endif
