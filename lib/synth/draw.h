/*
 * draw.h - patients drawn from a pack, each by itself
 *
 * A value is a function of (seed, pack digest, patient, variable, draw,
 * attempt) and of what it depends on: nothing is shared between patients, so
 * jobs, chunks and order change nothing, and one patient can be drawn alone.
 * Key of all streams: the first 8 bytes, low byte first, of SHA-256 of
 * "git-evidence synth v1" (1: EV_PACK_ALG), NUL, seed in decimal, NUL and the
 * pack's digest (nothing with key_scope: seed).  Philox counter: patient (64
 * bits, from 0), the stream (first 32 bits of SHA-256 of "variable/NAME",
 * "series/NAME", ...; collisions are refused when the pack is read), draw <<
 * 8 | attempt.  A block gives two words of 64 bits.
 *
 * A value is rounded to its declared places as soon as it is drawn: what
 * depends on it, constraints too, sees the number that is written.  Copula,
 * conditions, series and labels go by the value before missingness.
 *
 * Time runs from 0 to the horizon, in seconds.  A patient's n windows are
 * each in one of n equal parts of it, at a multiple of the window's length;
 * without a horizon they stand one after the other.  What a window is, is
 * what holds when it begins; an artefact burst touches it at any time.
 * Latent states and bursts hold for exponential times; after dropout there
 * are no windows.  A series is its base (or a draw by state), plus shifts by
 * level and state, plus amplitude cos(2 pi (t - phase) / period), plus AR(1)
 * noise from window to window whose standard deviation is `sd` in each of
 * them, the first too.
 *
 * A simulated score is that of two normal distributions whose means are a
 * distance apart that gives the AUC, as the probability at equal odds; noise
 * adds to the standard deviation of 1.
 */
#ifndef EV_SYNTH_DRAW_H
#define EV_SYNTH_DRAW_H

#include "synth/pack.h"

#define EV_DRAW_MAX_ATTEMPTS 200u	/* of a patient, for hard constraints */
#define EV_DRAW_MAX_WINDOWS 100000u	/* of a patient */
#define EV_DRAW_MAX_CHANGES 1000000u	/* of state, or bursts, of a patient */
#define EV_DRAW_ID_SIZE 40u
#define EV_DRAW_SCORE_PLACES 6u

struct ev_source {			/* shared, read-only */
	const struct ev_pack *pack;
	uint64_t key;
	uint64_t seed;
	uint64_t *counts;		/* patients by scenario */
	uint64_t *first;		/* ... and the first of each */
	uint64_t patients;
	/* scenarios x variables: the pack's rule or the scenario's */
	const struct ev_rule **rules;
	uint32_t *streams;		/* of the variables */
	double separation;		/* of the two normal scores */
	struct ev_lookups *lookups;	/* private */
};
/* EV_EINVALID as ev_draw() says it, if the first patients of a scenario cannot
 * be drawn. */
int ev_source_init(struct ev_source *s, const struct ev_pack *p,
		   uint64_t seed, uint64_t patients);
void ev_source_release(struct ev_source *s);
/* The scenario of patient i (0 .. patients - 1): rows stand by scenario. */
size_t ev_source_scenario(const struct ev_source *s, uint64_t i);

/* A patient drawn; one for each thread, used again and again. */
struct ev_drawn {
	const struct ev_pack *pack;
	uint64_t patient;
	size_t scenario;
	char id[EV_DRAW_ID_SIZE];	/* PREFIX-scenario number-base32 */
	double *values;			/* by variable: number or code; NaN is
					   missing */
	double *full;			/* the same before missingness */
	unsigned attempts;
	/* windows; without windows label and score have one row */
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
	/* all that this one has drawn so far */
	struct {
		uint64_t attempts;
		uint64_t *refused;	/* by constraint, the hard ones */
		uint64_t *soft;		/* by constraint: events */
	} log;
	/* private */
	uint64_t *words;		/* by variable */
	double *latent;			/* of the copula */
	uint64_t *tries;		/* of this patient, by constraint */
	struct ev_ahead *ahead;		/* or NULL */
};
void ev_drawn_init(struct ev_drawn *d, const struct ev_pack *p);
void ev_drawn_release(struct ev_drawn *d);
/* EV_EINVALID naming the hard constraint that could not be met. */
int ev_draw(struct ev_drawn *out, const struct ev_source *s, uint64_t patient);
/* That many patients from `patient` on are about to be drawn: what they have in
 * common is done at once.  Nothing else changes by it. */
#define EV_DRAW_AHEAD 64u
void ev_draw_ahead(struct ev_drawn *d, const struct ev_source *s,
		   uint64_t patient);

/*
 * The patient whose id this is: ids are a keyed permutation of 40 bits (three
 * Feistel rounds of Philox), so that no two are alike and each can be undone.
 * EV_ENOTFOUND if the cohort has no such patient.
 */
int ev_source_find(uint64_t *patient, const struct ev_source *s,
		   const char *id);
/* The same without a pack: by the key, from the digest of the pack ("" with
 * key_scope: seed), and the letters that end an id; false: these are none. */
uint64_t ev_source_key(const char *pack, uint64_t seed);
bool ev_id_patient(uint64_t *patient, uint64_t key, const char *id);
/* Whether the letters of one of the first patients stand anywhere in a text, in
 * either case, with whatever marks between them.  Any eight letters are such by
 * chance in `patients` of 2^40 cases. */
bool ev_id_within(uint64_t key, uint64_t patients, const char *text);

#endif
