#include "base/compat.h"

#include "synth/pack_internal.h"

#include <math.h>

#include "base/mem.h"
#include "synth/draw.h"
#include "synth/waveform.h"

#define PATH "longitudinal.waveform"
#define DRAWS_MAX 16777216.0		/* of a stream */

static ptrdiff_t find_series(const struct ev_pk *k, const char *name)
{
	const struct ev_longitudinal *s = &k->p->series;
	size_t i;

	for (i = 0; i < s->n_series; i++)
		if (ev_streq(s->series[i].name, name))
			return (ptrdiff_t)i;
	return -1;
}

/* The series that is named, or the usual one if it is there. */
static ptrdiff_t read_one(struct ev_pk *k, const struct ev_value *v,
			  const char *what)
{
	const struct ev_value *own = ev_get(v, what);
	const char *text = ev_pk_text(own);
	const struct ev_longitudinal *s = &k->p->series;
	struct ev_strs names = EV_STRS_INIT;
	ptrdiff_t found;
	char *hint;
	size_t i;

	if (!text)
		return find_series(k, strcmp(what, "rate") ? what : "hr");
	found = find_series(k, text);
	if (found >= 0)
		return found;
	for (i = 0; i < s->n_series; i++)
		ev_strs_add(&names, s->series[i].name);
	hint = ev_pk_meant(text, &names);
	ev_problem_add(k->bad, own, hint, "field '" PATH ".%s': there is no "
		       "series '%.60s'", what, text);
	free(hint);
	ev_strs_release(&names);
	return -1;
}

static void read_af(struct ev_pk *k, const struct ev_value *v)
{
	const struct ev_longitudinal *s = &k->p->series;
	struct ev_waveform *w = &k->p->series.waveform;
	struct ev_strs af = EV_STRS_INIT;
	char *what = ev_strdupf("'%s'", s->state_name ? s->state_name : "");
	ptrdiff_t state;
	size_t i;

	w->af = ev_calloc(s->states.n + 1, 1);
	ev_pk_strs(k, &af, v, PATH ".af");
	for (i = 0; i < af.n; i++) {
		state = ev_pk_level(k, v, af.items[i], &s->states, what);
		if (state >= 0)
			w->af[state] = 1;
	}
	for (i = 0; !v && i < s->states.n; i++)
		w->af[i] = !strcmp(s->states.items[i], "AF");
	ev_strs_release(&af);
	free(what);
}

static void read_size(struct ev_pk *k, const struct ev_value *v)
{
	struct ev_waveform *w = &k->p->series.waveform;
	const struct ev_value *fs = ev_get(v, "fs_hz");
	double n = floor(w->fs_hz * k->p->series.window_s), all;
	uint64_t records = 1;

	ev_pk_whole(k, &records, ev_get(v, "per_patient"),
		    PATH ".per_patient", 1, EV_DRAW_MAX_WINDOWS);
	w->records = (size_t)records;
	if (!fs) {
		ev_problem_add(k->bad, v, "fs_hz: 250", "field '" PATH
			       "' does not say 'fs_hz'");
		return;
	}
	if (!(n >= 1 && n <= EV_WAVE_MAX_SAMPLES)) {
		ev_problem_add(k->bad, fs, NULL, "field '" PATH ".fs_hz': a "
			       "window has from 1 to %u samples",
			       EV_WAVE_MAX_SAMPLES);
		return;
	}
	w->samples = (size_t)n;
	all = n + 1 > ev_waveform_beats(w) ? n + 1 : ev_waveform_beats(w);
	if (all * (double)records >= DRAWS_MAX)
		ev_problem_add(k->bad, v, "per_patient: 1", "field '" PATH
			       ".per_patient': a patient has fewer than "
			       "%.0f samples", DRAWS_MAX);
}

void ev_pk_waveform(struct ev_pk *k, const struct ev_value *v)
{
	struct ev_waveform *w = &k->p->series.waveform;
	const struct ev_value *enabled = ev_get(v, "enabled");
	const struct ev_value *model = ev_get(v, "model");

	w->rate = w->rr_cv = w->snr_db = -1;
	if (!v || v->type != EV_MAP)
		return;
	w->enabled = enabled && enabled->type == EV_BOOL && enabled->boolean;
	w->model = ev_pk_dup(v, "model");
	ev_pk_number(k, &w->fs_hz, ev_get(v, "fs_hz"), PATH ".fs_hz", 1,
		     10000);
	if (model && ev_pk_text(model) && *model->text &&
	    strcmp(model->text, "gaussian_pqrst"))
		ev_problem_add(k->bad, model, "model: gaussian_pqrst", "field "
			       "'" PATH ".model': '%.60s' is not supported",
			       model->text);
	w->rate = read_one(k, v, "rate");
	w->rr_cv = read_one(k, v, "rr_cv");
	w->snr_db = read_one(k, v, "snr_db");
	read_af(k, ev_get(v, "af"));
	if (!w->enabled)
		return;
	if (w->rate < 0 && !ev_get(v, "rate"))
		ev_problem_add(k->bad, v, "rate: SERIES", "field '" PATH "': "
			       "no series says how fast the heart beats");
	read_size(k, v);
}
