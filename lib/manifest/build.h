/*
 * build.h - the manifest in the making; for this room only
 *
 * A build holds the file, what was found out (facts, by dotted field name),
 * what is wrong (problems) and what belongs under `extra`.  The steps add to
 * it; only when no step has left a problem is anything written.
 */
#ifndef EV_MANIFEST_BUILD_H
#define EV_MANIFEST_BUILD_H

#include "ledger/record.h"
#include "manifest/claims.h"
#include "manifest/environment.h"
#include "manifest/manifest.h"

enum ev_fact_kind { EV_FACT_TEXT, EV_FACT_INT, EV_FACT_TRUE };
struct ev_fact {
	char *path;
	enum ev_fact_kind kind;
	char *text;
	int64_t n;
};
struct ev_build {
	struct ev_repo *r;
	const struct ev_oid *commit;
	struct ev_oid tree;
	char name[EV_OID_HEX + 1];		/* the commit, short */
	const struct ev_manifest_options *options;
	const struct ev_environment *env;
	struct ev_value *root;			/* the file */
	struct ev_claims claims;
	struct ev_problems problems;
	struct ev_strs *warnings;
	struct { struct ev_fact *items; size_t n, cap; } facts;
};

/* Facts ------------------------------------------------------------------ */

void ev_build_text(struct ev_build *b, const char *section, const char *field,
		   const char *text);
void ev_build_int(struct ev_build *b, const char *section, const char *field,
		  int64_t n);
void ev_build_true(struct ev_build *b, const char *section, const char *field);
const struct ev_fact *ev_build_fact(const struct ev_build *b, const char *path);
/* The text of a fact, else of the file's string or number; NULL if neither. */
const char *ev_build_get(const struct ev_build *b, const char *path);

/* A section of the file ("model", or one inside another: "calibration.
 * parameters"); NULL if absent, null or not applicable. */
const struct ev_value *ev_build_section(const struct ev_build *b,
					const char *name);
bool ev_build_not_applicable(const struct ev_build *b, const char *section);
/* The member of a section if it is a string that is not empty. */
const struct ev_value *ev_build_member(const struct ev_build *b,
				       const char *section, const char *field);
/* The same if it is a text and no placeholder, which is told elsewhere. */
const struct ev_value *ev_build_named(const struct ev_build *b,
				      const char *section, const char *field);
/* A fact that `from` says; a problem if the file says otherwise. */
void ev_build_import(struct ev_build *b, const char *section,
		     const char *field, const char *text, const char *from);
/* A fact where neither the file nor another fact says anything. */
void ev_build_default(struct ev_build *b, const char *section,
		      const char *field, const char *text);
/* The last error as a problem with section.field. */
void ev_build_refuse(struct ev_build *b, const struct ev_value *at,
		     const char *section, const char *field);
/* Put the last error, message, details and hints, among the problems. */
void ev_build_take_error(struct ev_build *b);

/* Tables ----------------------------------------------------------------- */

/* Members computed from a `path:`; never taken from the file. */
bool ev_manifest_is_computed(const char *field);
/* The field by name in a table, or NULL. */
const struct ev_field *ev_manifest_field(const struct ev_field *fields,
					 const char *name);
/* Only what is plainly unfinished (TBD, TODO, ...), not "none"/"unknown". */
bool ev_is_unfinished(const char *s);

/* Steps; those that return int fail only when the tool cannot work -------- */

void ev_build_check(struct ev_build *b);	/* shape, words, placeholders */
void ev_build_required(struct ev_build *b);	/* what is still missing */
int ev_build_paths(struct ev_build *b);		/* path: to digests */
int ev_build_data(struct ev_build *b);		/* dvc: lineage: generator: */
int ev_build_model(struct ev_build *b);		/* mlflow: gto: */
int ev_build_source(struct ev_build *b);
int ev_build_suite(struct ev_build *b);
int ev_build_claims(struct ev_build *b);	/* intended_use and claims */
int ev_build_change(struct ev_build *b);
int ev_build_product(struct ev_build *b);
void ev_build_write(struct ev_buf *out, const struct ev_build *b);

/* Pieces ------------------------------------------------------------------ */

struct ev_filefact {
	char sha256[65];
	uint64_t size;
	bool lfs, untracked;
};
/*
 * The digest of the file at `path` in the build's tree: a blob's bytes, an LFS
 * pointer's oid, through symbolic links that stay inside the tree; else the
 * file on disk, `untracked`.  1 and the reason in `why` if it has none.
 */
int ev_file_fact(struct ev_filefact *out, struct ev_buf *why,
		 struct ev_build *b, const char *path);
/* 1 if `text` is a Git LFS pointer, 0 if not, EV_EINVALID (no message) if it
 * begins like one and is malformed. */
int ev_lfs_pointer(char sha256[65], uint64_t *size, const char *text, size_t n);

/* Facts digest, path, size ... of a section from the file at `path`, to which
 * the member `field` (at `at`) leads: "path", "mlflow", "gto". */
int ev_build_file(struct ev_build *b, const char *section, const char *field,
		  const struct ev_value *at, const char *path);
/* A YAML file of the build's tree; the error names it. */
int ev_build_yaml(struct ev_value **root, struct ev_build *b,
		  const char *path);

/* Where data come from: training_data or validation_data. */
struct ev_data_source {
	const char *section, *field;	/* "training_data", "lineage" */
	enum ev_kind kind;
	const char *name;		/* field that the output's name fills */
	const char *unless;		/* ... if this one is not given */
};
/* Facts from the live record that the field names. */
int ev_build_record(struct ev_build *b, const struct ev_data_source *s,
		    const struct ev_value *at);

/*
 * The value of trailer `key` (compared without case) of a commit message, the
 * last if there are several; NULL if there is none.  The caller frees it.
 */
char *ev_trailer(const char *message, const char *key);

#endif
