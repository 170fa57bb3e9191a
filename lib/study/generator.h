/*
 * generator.h - records of synthetic cohorts: making one, drawing its cohort
 *               again, and telling whether data are of a cohort
 *
 * A cohort follows from its pack, its seed and the number of patients: the
 * record keeps the pack, and no table.
 */
#ifndef EV_STUDY_GENERATOR_H
#define EV_STUDY_GENERATOR_H

#include "clinical/report.h"
#include "ledger/ledger.h"
#include "ledger/write.h"
#include "policy/chain.h"
#include "synth/manifest.h"

/* A manifest larger than this keeps in the record what says which cohort it is
 * and what it is for; the whole is artifact "manifest.json" either way. */
#define EV_GENERATOR_INLINE ((size_t)96 << 10)

struct ev_generation {
	struct ev_oid commit;
	const char *name;		/* NULL: the pack's id */
	const char *key;		/* fingerprint, NULL: choose */
	const char *supersedes, *because;
	const char *pack;		/* path; has to be what was drawn from */
	const struct ev_buf *manifest;
	const struct ev_buf *page;	/* of the guardrails, or NULL */
	bool dry_run;
	char signer[41];		/* out */
};
int ev_generation_attach(struct ev_written *out, struct ev_repo *r,
			 struct ev_policy *policy, struct ev_generation *g);
/*
 * Who approved the policy in force, if the pack with this digest stands in it:
 * "Dr. Ada Kern (clinical)", sorted.
 */
int ev_pack_approved(struct ev_strs *out, struct ev_repo *r,
		     const struct ev_chain *chain,
		     const struct ev_evidence *e, const char *digest,
		     int64_t now);

/*
 * Draw the cohort of a record again, from the pack that it keeps and the seed
 * that it says, and compare digests and all that follows from these: each
 * difference by its path ("outputs.windows.csv.digest: ...").  EV_ENOTFOUND
 * when the pack is not here; 1 and nothing done if it is another generator's.
 */
struct ev_recomputed;
int ev_generator_recompute(struct ev_recomputed *out, struct ev_repo *r,
			   struct ev_ledger *l, const struct ev_line *line);

/* All that the ledger knows of cohorts.  A record that was withdrawn or
 * replaced tells all the same what is synthetic; only a live one says what a
 * cohort may be used for. */
struct ev_known_cohort {
	char record[65];		/* "": a file that is not signed */
	bool live;
	struct ev_synth_known says;
};
struct ev_known_cohorts { struct ev_known_cohort *items; size_t n, cap; };
int ev_known_cohorts_load(struct ev_known_cohorts *out, struct ev_ledger *l);
/* A manifest.json; EV_EINVALID if it was edited. */
int ev_known_cohorts_add_file(struct ev_known_cohorts *l, const char *path);
void ev_known_cohorts_release(struct ev_known_cohorts *l);

/*
 * The cohorts that data are of, in `out`, which has room for all: by the
 * digest of the file, or by patients.  An id written otherwise counts if
 * there are eight of them.
 */
struct ev_cohort_found {
	const struct ev_known_cohort *cohort;
	uint64_t patients;		/* 0: by the file's digest alone */
};
size_t ev_cohorts_find(struct ev_cohort_found *out,
		       const struct ev_known_cohorts *known,
		       const struct ev_cohort *data);
/*
 * May this suite be measured on these data?  EV_EDENIED, with what is in the
 * way: real data are asked for, the use is prohibited, not allowed or not said,
 * a cohort has expired, or its manifest was withdrawn.  With `record` each has
 * to have a signed manifest.  `use` NULL: the suite's.
 */
struct ev_data_use {
	struct ev_known_cohorts known;
	struct ev_cohort_found *found;
	size_t n;
	const char *use;
	bool all;			/* no patient is another's */
	struct ev_report_cohort *told;	/* of found, for the report */
};
int ev_data_use_check(struct ev_data_use *u, const struct ev_suite *s,
		      const struct ev_cohort *data, const char *use,
		      bool record, int64_t now);
/* What is open when it was measured: nothing else may stand for a claim. */
void ev_data_use_apply(struct ev_evaluation *e, const struct ev_data_use *u);
/* Sentences for people: what the data are. */
void ev_data_use_tell(struct ev_strs *out, const struct ev_data_use *u);
void ev_data_use_release(struct ev_data_use *u);
/* A difference for each cohort of the ledger that the data of a report are of,
 * and that it does not name. */
int ev_cohorts_unsaid(struct ev_recomputed *out, struct ev_ledger *l,
		      const struct ev_cohort *data,
		      const struct ev_value *report);

/* The same of a file, read as text: words that may be ids are looked at. */
const struct ev_known_cohort *
ev_cohorts_find_text(const struct ev_known_cohorts *known, const char *text,
		     size_t n);
const struct ev_known_cohort *
ev_cohorts_find_digest(const struct ev_known_cohorts *known,
		       const char *digest);

#endif
