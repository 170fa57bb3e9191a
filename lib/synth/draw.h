/*
 * draw.h - patients drawn from a pack, each by itself
 *
 * A value is a function of (seed, pack digest, patient, variable, draw,
 * attempt) and of what it depends on: nothing is shared between patients, so
 * jobs, chunks and order change nothing, and one patient can be drawn alone.
 * Key of all streams: the first 8 bytes, low byte first, of SHA-256 of
 * "git-evidence synth v1", NUL, seed in decimal, NUL and the pack's digest
 * (key_scope: pack), alg 1.  Philox counter: patient (64 bits), the variable's
 * stream (first 32 bits of SHA-256 of "variable/NAME", "series/NAME", ...;
 * collisions are refused when the pack is read), draw << 8 | attempt.
 */
#ifndef EV_SYNTH_DRAW_H
#define EV_SYNTH_DRAW_H

#include "synth/pack.h"

#define EV_DRAW_MAX_ATTEMPTS 200u	/* of a patient, for hard constraints */
#define EV_DRAW_MAX_WINDOWS 100000u	/* of a patient */

struct ev_source {			/* shared, read-only */
	const struct ev_pack *pack;
	uint64_t key;
	uint64_t seed;
	uint64_t *counts;		/* patients by scenario */
	uint64_t patients;
};
int ev_source_init(struct ev_source *s, const struct ev_pack *p,
		   uint64_t seed, uint64_t patients);
void ev_source_release(struct ev_source *s);
/* The scenario of patient i (0 .. patients - 1): rows stand by scenario. */
size_t ev_source_scenario(const struct ev_source *s, uint64_t i);

/* A patient drawn; one for each thread, used again and again. */
struct ev_drawn {
	uint64_t patient;
	size_t scenario;
	char id[40];			/* PREFIX-scenario number-base32 */
	double *values;			/* by variable: number or code; NaN is
					   missing */
	double *full;			/* the same before missingness */
	unsigned attempts;
	/* windows */
	size_t windows;
	double *start_s;
	uint8_t *state;
	uint8_t *artefact;
	double *series;			/* windows x n_series */
	double *score;			/* NaN: abstained or none */
	uint8_t *label;			/* windows x n_labels */
	bool dropped;
	size_t dropout_reason;
	size_t cap;
};
void ev_drawn_init(struct ev_drawn *d, const struct ev_pack *p);
void ev_drawn_release(struct ev_drawn *d);
/* EV_EINVALID naming the hard constraint that could not be met. */
int ev_draw(struct ev_drawn *out, const struct ev_source *s, uint64_t patient);

#endif
