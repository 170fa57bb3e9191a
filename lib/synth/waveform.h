/*
 * waveform.h - an electrocardiogram for a window, as a WFDB record
 *
 * One lead, after McSharry, Clifford, Tarassenko & Smith, A Dynamical Model
 * for Generating Synthetic Electrocardiogram Signals (IEEE Trans. Biomed.
 * Eng. 50 (2003) 289-294): z is drawn up and down by five Gaussians in the
 * phase of the beat, P, Q, R, S and T, and back to a baseline that breathes:
 *
 *	z' = - w sum a d exp(-d^2 / 2b^2) - (z - z0(t)),
 *
 * where d is the phase from the wave's own and w the beat's rate in beats per
 * second; 21 z is in mV, so that R is about 1 mV high.  Fourth order
 * Runge-Kutta with a fixed step, at least 500 in a second, from 2 s before
 * the window on; the phase itself is known exactly.
 *
 * RR intervals have the mean 60 / rate and the coefficient of variation
 * rr_cv, as a lognormal: of two waves, 0.25 and 0.1 Hz, 2 to 1 in power; in
 * atrial fibrillation each by itself, and there is no P, but f-waves of 4 to
 * 9 Hz.  White noise has the power that snr_db says against 0.25 mV; a window
 * with an artefact wanders by 0.4 mV.
 *
 * Samples are whole microvolts.  Only + - * / sqrt and lib/stats; numbers are
 * those of the streams "waveform/beat" and "waveform/sample".
 */
#ifndef EV_SYNTH_WAVEFORM_H
#define EV_SYNTH_WAVEFORM_H

#include "base/buf.h"
#include "synth/draw.h"

#define EV_WAVE_PER_MV 1000
#define EV_WAVE_MAX_SAMPLES 4000000u
#define EV_WAVE_FOLDER "waveforms"
#define EV_WAVE_LIST "waveforms.sha256"
#define EV_WAVE_RR_MIN 0.25		/* s; and the greatest */
#define EV_WAVE_RR_MAX 6.0

/* Draws of a record from the stream of beats; from that of samples it is one
 * more than there are samples.  A patient's have to be fewer than 2^24. */
double ev_waveform_beats(const struct ev_waveform *w);

/* Samples of window `k` (below the pack's records) of a patient drawn; false:
 * the rate is missing, and so is the record. */
bool ev_waveform_draw(int16_t *samples, const struct ev_source *s,
		      const struct ev_drawn *d, size_t k);

/*
 * All records of a patient, in frames for the below: header(5) and signal(5)
 * of WFDB, one file each, format 16.  Records are named as patients are, '-'
 * written as '_', with the number of the window from 1.
 */
int ev_waveform_add(struct ev_buf *frames, const struct ev_source *s,
		    const struct ev_drawn *d);
/* How many bytes of frames a patient can have, for the size of chunks. */
double ev_waveform_bytes(const struct ev_pack *p);
/*
 * Write frames into the folder `folder`/waveforms, made if it is not there,
 * and append "SHA256  waveforms/NAME" lines to `list`; how many records.  No
 * folder: the lines alone.
 */
int ev_waveform_write(uint64_t *records, struct ev_buf *list,
		      const char *folder, const char *frames, size_t n);

#endif
