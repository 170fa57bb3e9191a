/*
 * readers.h - readings as a table of several readers (for lib/clinical alone)
 *
 * A design is whole if each reader has read each case with each modality
 * once.  The cohort must be: who reads another set of cases is compared on
 * other patients.  A slice that is not (by a property of readings, not of
 * cases) has no such numbers.
 */
#ifndef EV_CLINICAL_READERS_H
#define EV_CLINICAL_READERS_H

#include "clinical/engine.h"
#include "stats/mrmc.h"

struct ev_readings {
	const struct ev_column *reader, *modality, *which;
	struct ev_mrmc_table table;	/* numbers below, of the slice alone */
	/* by number: code of the cohort's column */
	uint32_t *readers, *modalities, *cases;
	uint32_t test, control;		/* modalities; EV_NOWHERE: not there */
	void *owned[6];
};

/*
 * 1, or 0 if the design is not whole; with `named` that is EV_EINVALID with
 * the reader, the modality and the case.  EV_EINVALID also for a case of two
 * truths or two patients.  Rows without a rating make a design not whole, and
 * are no error.
 */
int ev_readings_make(struct ev_readings *out, const struct ev_suite *s,
		     const struct ev_cohort *c, const uint32_t *rows, size_t n,
		     bool named);
void ev_readings_release(struct ev_readings *r);
/* The word of the i-th reader, modality. */
const char *ev_readings_reader(const struct ev_readings *r, size_t i);
const char *ev_readings_modality(const struct ev_readings *r, size_t i);

/* Answers as other measures: 1, EV_ENOTFOUND if it is none of these. */
int ev_measure_readers(struct ev_work *w, const struct ev_task *t);
/* Is the design whole, and is each modality of the suite in it? */
int ev_readers_check(const struct ev_suite *s, const struct ev_cohort *c);
/* Cases of a slice, with and without the condition, each once. */
void ev_readers_count(size_t *positives, size_t *negatives,
		      const struct ev_suite *s, const struct ev_cohort *c,
		      const uint32_t *rows, size_t n);

#endif
