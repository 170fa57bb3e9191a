/*
 * output.h - a cohort as files
 *
 * patients.csv, windows.csv (if the pack has windows) or .jsonl; LF, UTF-8, no
 * trailing spaces, numbers in fixed point with declared places, half to even.
 * Streamed: memory does not grow with patients.  Chunks are drawn by `jobs`
 * threads and written in order.
 */
#ifndef EV_SYNTH_OUTPUT_H
#define EV_SYNTH_OUTPUT_H

#include "base/hash.h"
#include "synth/draw.h"

enum ev_synth_format { EV_SYNTH_CSV, EV_SYNTH_JSONL };

struct ev_synth_file { char *name; char sha256[65]; uint64_t bytes, rows; };
struct ev_synth_result {
	struct ev_synth_file files[4];
	size_t n_files;
	uint64_t patients, rows;
	uint64_t *by_scenario;
	uint64_t attempts;		/* draws of patients, refused ones too */
	uint64_t *refused;		/* by hard constraint */
	uint64_t *soft;			/* events by soft constraint */
	char digest[72];		/* of "SHA256  NAME" lines of the files */
};
void ev_synth_result_release(struct ev_synth_result *r);

struct ev_synth_plan {
	const struct ev_source *source;
	enum ev_synth_format format;
	const char *folder;		/* made; must be empty or not there */
	unsigned jobs;
	bool reverse;			/* draw chunks last first: for tests */
	ptrdiff_t only;			/* a single patient, or -1 */
	bool waveform;
	/* after each chunk; may be NULL */
	void (*progress)(void *ctx, uint64_t done, uint64_t all);
	/* Each patient in order, for guardrails; may be NULL. */
	int (*each)(void *ctx, const struct ev_drawn *d);
	void *ctx;
};
/* Nothing is left in the folder when it fails. */
int ev_synth_write(struct ev_synth_result *out,
		   const struct ev_synth_plan *plan);

/* `x` in fixed point, half to even on the double; "" for NaN. */
size_t ev_fixed(char out[48], double x, unsigned places);

#endif
