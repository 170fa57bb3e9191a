/*
 * manifest.h - how a cohort was made (CLINICAL 4.5)
 *
 * Canonical JSON: members sorted, shortest numbers.  It holds no clock and no
 * path; what drew the cohort stands in `generator`, and what a repository knows
 * in `pack.approved_by` and `inputs`: all else follows from pack, seed and
 * number of patients, and can be made again.
 */
#ifndef EV_SYNTH_MANIFEST_H
#define EV_SYNTH_MANIFEST_H

#include "synth/guard.h"

#define EV_SYNTH_MANIFEST "git-evidence/synth-manifest/1"

/* A file that was looked at beside the pack, and stays where it is. */
struct ev_synth_input {
	const char *role;		/* "reference", "holdout", "histogram",
					   "suite", "predictions" */
	char digest[72];
};
/* What a cohort does not know of itself; members may be NULL. */
struct ev_synth_about {
	const char *tool_version, *commit, *build_flags;
	const struct ev_guards *guards;		/* NULL: not checked */
	const struct ev_synth_input *inputs;
	size_t n_inputs;
	const struct ev_strs *approved_by;	/* "Dr. Ada Kern (clinical)" */
};
void ev_synth_manifest(struct ev_buf *out, const struct ev_source *s,
		       const struct ev_synth_result *r,
		       const struct ev_synth_about *about);

/*
 * EV_EINVALID, with every place, if `m` says it is such a manifest and lacks
 * what one has, or its manifest_id is not that of what it says: somebody has
 * edited it.
 */
int ev_synth_manifest_check(const struct ev_value *m);

/*
 * What a manifest says of its cohort, for who is given data: are they of it,
 * and what may they be used for?  Of another generator's only the members that
 * it has: outputs, allowed_uses, prohibited_uses, expires, simulated_score.
 */
struct ev_synth_known {
	struct ev_strs digests;		/* of files and cohort, hexadecimal */
	struct ev_strs allowed, prohibited;
	bool simulated;
	char expires[16];		/* "YYYY-MM-DD", or "" */
	char *pack;			/* "hah-rhythm 1.4.0", or NULL */
	char *pack_digest;		/* or NULL */
	char digest[72];		/* of the cohort, or "" */
	uint64_t seed;
	/* patients: whose id this is is a function of these */
	char *prefix;			/* NULL: another generator's */
	uint64_t key, patients;
};
int ev_synth_known_read(struct ev_synth_known *out, const struct ev_value *m);
void ev_synth_known_release(struct ev_synth_known *k);
/* A digest with "sha256:" or without. */
bool ev_synth_known_file(const struct ev_synth_known *k, const char *digest);
/* Whose id this is, by its letters: 2 as the cohort writes it, 1 otherwise,
 * which can be chance; 0: nobody's. */
int ev_synth_known_patient(const struct ev_synth_known *k, const char *id);

/*
 * May a cohort be used so, on this day?  "training" and "Training" are one
 * word, "clinical claim" and "clinical-claim" as well.  `why` says what is in
 * the way; true if nothing is.
 */
bool ev_synth_use_allowed(struct ev_buf *why, const struct ev_synth_known *k,
			  const char *use, int64_t now);
bool ev_synth_use_prohibited(const struct ev_synth_known *k, const char *use);

#endif
