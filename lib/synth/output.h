/*
 * output.h - a cohort as files
 *
 * patients.csv, windows.csv (if the pack has windows) or .jsonl; LF, UTF-8, no
 * trailing spaces, numbers in fixed point with declared places, half to even.
 * Streamed: memory does not grow with patients.  Chunks are drawn by `jobs`
 * threads and written in order.
 *
 * Patients: patient_id, scenario, the variables that are not hidden, then
 * `windows` and `dropout` (the reason or "no"), or without windows the labels
 * and the score.  Windows: patient_id, scenario, start_s, the latent state,
 * `artefact`, series, labels, score, `abstain`.  A missing value is nothing in CSV and
 * null in JSON.
 *
 * With waveforms there is a folder `waveforms` of WFDB records, and a file
 * waveforms.sha256 with the digest of each, whose rows are the records.
 */
#ifndef EV_SYNTH_OUTPUT_H
#define EV_SYNTH_OUTPUT_H

#include <signal.h>

#include "base/hash.h"
#include "synth/draw.h"
#include "synth/fixed.h"

enum ev_synth_format { EV_SYNTH_CSV, EV_SYNTH_JSONL };

struct ev_synth_file { char *name; char sha256[65]; uint64_t bytes, rows; };
struct ev_synth_result {
	struct ev_synth_file files[4];
	size_t n_files;
	uint64_t patients, rows;
	size_t n_scenarios, n_constraints;
	uint64_t *by_scenario;
	uint64_t attempts;		/* draws of patients, refused ones too */
	uint64_t *refused;		/* by constraint, of hard ones */
	uint64_t *soft;			/* events by constraint, of soft ones */
	char digest[72];		/* of "SHA256  NAME" lines of the files */
};
void ev_synth_result_release(struct ev_synth_result *r);

#define EV_SYNTH_JOBS_MAX 64u

struct ev_synth_plan {
	const struct ev_source *source;
	enum ev_synth_format format;
	const char *folder;		/* made; must be empty or not there;
					   NULL: nothing is written, and the
					   result says what would be */
	unsigned jobs;
	bool reverse;			/* draw chunks last first: for tests */
	size_t chunk;			/* patients of a chunk; 0: as it fits */
	ptrdiff_t only;			/* a single patient, or -1 */
	/* after each chunk; may be NULL */
	void (*progress)(void *ctx, uint64_t done, uint64_t all);
	/* Each patient in order, for guardrails; may be NULL.  Then one thread
	 * draws. */
	int (*each)(void *ctx, const struct ev_drawn *d);
	/* The tables stand in `folder`, and nothing is where it was asked for:
	 * judge them, put a manifest beside them; may be NULL. */
	int (*finish)(void *ctx, const struct ev_synth_result *r,
		      const char *folder);
	void *ctx;
	const volatile sig_atomic_t *stop;	/* set: EV_ESTOP; or NULL */
};
/* Nothing is left in the folder when it fails. */
int ev_synth_write(struct ev_synth_result *out,
		   const struct ev_synth_plan *plan);
/* One patient's rows, below their head; the second stays empty without
 * windows. */
int ev_synth_rows(struct ev_buf *patients, struct ev_buf *windows,
		  const struct ev_source *s, enum ev_synth_format format,
		  uint64_t patient);

#endif
