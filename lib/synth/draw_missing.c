#include "base/compat.h"

#include "synth/draw_internal.h"

#include <math.h>

#include "stats/special.h"

/* Values ------------------------------------------------------------------ */

static bool is_missing(const struct ev_drawn *out, size_t i,
		       const struct ev_dice *d)
{
	const struct ev_variable *v = &out->pack->variables[i];
	const struct ev_missingness *m = &v->missing;
	const double *full = out->full;
	uint64_t word;
	double x;

	if (m->kind == EV_MISS_NONE)
		return full[i] != full[i];
	word = ev_dice_bits(d, v->stream_missing, 0).word[0];
	if (m->kind == EV_MISS_MNAR) {
		x = m->intercept + m->slope * full[i];
		return ev_bits_uniform(word) < 1 / (1 + ev_exp(-x));
	}
	/* the reader has seen to it that this comes to an end */
	if (m->kind == EV_MISS_MONOTONE && is_missing(out, m->after, d))
		return true;
	if (m->by_level)
		return full[m->on] >= 0 &&
			ev_chance(m->by_level[(size_t)full[m->on]], word);
	return ev_chance(m->threshold, word);
}

void ev_draw_missing(struct ev_drawn *out, const struct ev_dice *d)
{
	const struct ev_variable *v = out->pack->variables;
	size_t i;

	for (i = 0; i < out->pack->n_variables; i++) {
		out->values[i] = out->full[i];
		if (v[i].missing.kind != EV_MISS_NONE && is_missing(out, i, d))
			out->values[i] = (double)NAN;
	}
}

/* Series ------------------------------------------------------------------ */

static void leave_out(struct ev_drawn *out, size_t series, size_t window)
{
	out->series[window * out->pack->series.n_series + series] =
		(double)NAN;
}

/* From that time on: what has begun before is there. */
static void leave_out_from(struct ev_drawn *out, size_t series, double from)
{
	size_t k;

	for (k = 0; k < out->windows; k++)
		if (out->start_s[k] >= from)
			leave_out(out, series, k);
}

/* Each window that the device was off in, for however short. */
static int leave_out_bursts(struct ev_drawn *out, const struct ev_dice *d,
			    size_t series, const struct ev_series *s)
{
	double length = out->pack->series.window_s;
	struct ev_bursts b;
	size_t k;
	int ret = 0;

	ev_bursts_begin(&b, d, s->stream_missing, s->gap.per_h, s->gap.mean_s);
	for (k = 0; k < out->windows && ret >= 0; k++) {
		ret = ev_bursts_go(&b, out->start_s[k],
				   out->start_s[k] + length);
		if (ret > 0)
			leave_out(out, series, k);
	}
	return ret < 0 ? ret : 0;
}

static int leave_out_own(struct ev_drawn *out, const struct ev_dice *d,
			 size_t series, const struct ev_series *s)
{
	size_t k;

	switch (s->gap.kind) {
	case EV_GAP_MCAR:
		for (k = 0; k < out->windows; k++)
			if (ev_chance(s->gap.threshold,
				      ev_dice_bits(d, s->stream_missing,
						   (uint32_t)k).word[0]))
				leave_out(out, series, k);
		return 0;
	case EV_GAP_MONOTONE:
		if (s->gap.per_h > 0)
			leave_out_from(out, series, ev_draw_exponential(
				ev_dice_bits(d, s->stream_missing, 0).word[0],
				s->gap.per_h));
		return 0;
	case EV_GAP_BURST:
		return leave_out_bursts(out, d, series, s);
	case EV_GAP_NONE:
	case EV_GAP_WITH:
		break;
	}
	return 0;
}

int ev_draw_gaps(struct ev_drawn *out, const struct ev_dice *d)
{
	const struct ev_longitudinal *l = &out->pack->series;
	const double *row;
	size_t i, k;
	int ret;

	for (i = 0; i < l->n_series; i++) {
		ret = leave_out_own(out, d, i, &l->series[i]);
		if (ret < 0)
			return ret;
	}
	for (i = 0; i < l->n_series; i++)
		for (k = 0; k < out->windows &&
		     l->series[i].gap.kind == EV_GAP_WITH; k++) {
			row = out->series + k * l->n_series;
			if (row[l->series[i].gap.with] !=
			    row[l->series[i].gap.with])
				leave_out(out, i, k);
		}
	return 0;
}
