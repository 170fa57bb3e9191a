#include "base/compat.h"

#include "synth/draw_internal.h"

#include <math.h>

#include "base/error.h"
#include "base/mem.h"
#include "stats/dist.h"
#include "stats/philox.h"
#include "stats/special.h"
#include "synth/angle.h"
#include "synth/fixed.h"

#define HOUR 3600.0
#define CHANGES_MAX EV_DRAW_MAX_CHANGES

/* Latent states: a chain in continuous time, gone through from 0 on. */
struct chain {
	const struct ev_dice *d;
	const struct ev_longitudinal *l;
	const double *rate;		/* of the scenario, or NULL */
	size_t state;
	double until;			/* s */
	uint32_t jump;
};

static double leaving(const struct chain *c)
{
	size_t n = c->l->states.n, j;
	double sum = 0;

	for (j = 0; c->rate && j < n; j++)
		if (j != c->state)
			sum += c->rate[c->state * n + j];
	return sum;
}

/* Draw `jump` has how long this state holds, and with its other word which
 * state comes then. */
static void hold(struct chain *c, double from)
{
	double per_h = leaving(c);

	c->until = per_h > 0 ? from +
		ev_draw_exponential(ev_dice_bits(c->d, c->l->stream_state,
					 c->jump).word[0], per_h) : INFINITY;
}

static void jump(struct chain *c)
{
	size_t n = c->l->states.n, j, to = c->state;
	double u, sum = 0;

	u = ev_bits_uniform(ev_dice_bits(c->d, c->l->stream_state,
					 c->jump).word[1]) * leaving(c);
	for (j = 0; j < n; j++) {
		if (j == c->state || !(c->rate[c->state * n + j] > 0))
			continue;
		to = j;
		sum += c->rate[c->state * n + j];
		if (u < sum)
			break;
	}
	c->state = to;
	c->jump++;
	hold(c, c->until);
}

static void chain_begin(struct chain *c, const struct ev_dice *d,
			const struct ev_scenario *s)
{
	const struct ev_longitudinal *l = &d->source->pack->series;

	memset(c, 0, sizeof(*c));
	c->d = d;
	c->l = l;
	c->rate = s->rate;
	c->until = INFINITY;
	if (!l->states.n)
		return;
	if (s->initial.n)
		c->state = ev_levels_pick(&s->initial,
					  ev_dice_bits(d, l->stream_state,
						       0).word[0]);
	c->jump = 1;
	hold(c, 0);
}

static int chain_go(struct chain *c, double to)
{
	while (c->until <= to) {
		if (c->jump > CHANGES_MAX)
			return ev_fail(EV_ELIMIT, "'%s' of a patient changes "
				       "more than %u times", c->l->state_name ?
				       c->l->state_name : "state", CHANGES_MAX);
		jump(c);
	}
	return 0;
}

static void artefacts_begin(struct ev_bursts *b, const struct ev_dice *d,
			    const double *full)
{
	const struct ev_longitudinal *l = &d->source->pack->series;
	double level = l->burst_on >= 0 ? full[l->burst_on] : 0, per_h = 0;

	if (l->burst_per_h && level >= 0)
		per_h = l->burst_per_h[(size_t)level];
	ev_bursts_begin(b, d, l->stream_burst, per_h, l->burst_mean_s);
}

/* Places ------------------------------------------------------------------ */

static void make_room(struct ev_drawn *out, size_t n)
{
	const struct ev_pack *p = out->pack;
	size_t cap = out->cap ? out->cap : 64;

	if (n <= out->cap)
		return;
	while (cap < n)
		cap *= 2;
	out->cap = cap;
	out->start_s = ev_realloc(out->start_s, cap * sizeof(double));
	out->state = ev_realloc(out->state, cap);
	out->artefact = ev_realloc(out->artefact, cap);
	out->series = ev_realloc(out->series, (cap * p->series.n_series + 1) *
				 sizeof(double));
	out->score = ev_realloc(out->score, cap * sizeof(double));
	out->label = ev_realloc(out->label, cap * p->n_labels + 1);
}

static size_t slots_of(const struct ev_longitudinal *l)
{
	double n = l->horizon_h > 0 ? floor(l->horizon_h * HOUR / l->window_s) :
		(double)EV_DRAW_MAX_WINDOWS;

	return n < 1e9 ? (size_t)n : 1000000000;
}

static size_t count_of(const struct ev_dice *d, size_t slots)
{
	const struct ev_longitudinal *l = &d->source->pack->series;
	double u = ev_bits_uniform(ev_dice_bits(d, l->stream_count, 0).word[0]);
	double n = ev_fixed_round(ev_marginal_quantile(&l->per_patient, u), 0);

	if (!(n > 0))
		return 0;
	if (n > EV_DRAW_MAX_WINDOWS)
		n = EV_DRAW_MAX_WINDOWS;
	return n < (double)slots ? (size_t)n : slots;
}

/* When window k of n begins: the slots are dealt out in n runs, and it stands
 * in one of its run, each as likely. */
static double place_of(const struct ev_dice *d, size_t k, size_t n,
		       size_t slots)
{
	const struct ev_longitudinal *l = &d->source->pack->series;
	uint64_t from = (uint64_t)k * slots / n;
	uint64_t wide = (uint64_t)(k + 1) * slots / n - from, w, i = 0;
	struct ev_bits bits;

	if (l->horizon_h <= 0)
		return (double)k * l->window_s;
	/* two tries, then the lean towards some is below 2^-68 */
	bits = ev_dice_bits(d, l->stream_count, (uint32_t)k + 1);
	for (w = 0; w < 2; w++) {
		__extension__ typedef unsigned __int128 wider;
		wider p = (wider)bits.word[w] * wide;

		i = (uint64_t)(p >> 64);
		if ((uint64_t)p >= (0 - wide) % wide)
			break;
	}
	return (double)(from + i) * l->window_s;
}

static double dropout_of(struct ev_drawn *out, const struct ev_dice *d,
			 double end)
{
	const struct ev_pack *p = out->pack;
	const struct ev_longitudinal *l = &p->series;
	double per_h = p->scenarios[out->scenario].dropout_per_h, at;
	struct ev_bits bits;

	out->dropped = false;
	out->dropout_reason = 0;
	if (per_h < 0)
		per_h = l->dropout_per_h;
	if (!(per_h > 0))
		return INFINITY;
	bits = ev_dice_bits(d, l->stream_dropout, 0);
	at = ev_draw_exponential(bits.word[0], per_h);
	out->dropped = at < end;
	if (l->dropout_levels.n)
		out->dropout_reason = ev_levels_pick(&l->dropout_levels,
						     bits.word[1]);
	return at;
}

/* Series ------------------------------------------------------------------ */

static double shift_of(const struct ev_series *s, size_t state)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < s->n_shifts; i++)
		if (s->shifts[i].state == state)
			sum += s->shifts[i].by;
	return sum;
}

/* The same in all windows of a patient. */
static double level_of(const struct ev_series *s, const double *full)
{
	double x = s->base >= 0 ? full[s->base] : s->level;

	if (s->by_level_of >= 0 && s->level_shift) {
		double level = full[s->by_level_of];

		x = level >= 0 ? x + s->level_shift[(size_t)level] :
			(double)NAN;
	}
	return x;
}

static double wave(const struct ev_series *s, double start_s)
{
	if (s->amplitude == 0 || !(s->period_h > 0))
		return 0;
	return s->amplitude * ev_cospi(2 * (start_s / HOUR - s->phase_h) /
				       s->period_h);
}

static int out_of_range(const struct ev_drawn *out, const struct ev_series *s)
{
	return ev_fail(EV_EINVALID, "series '%s' is out of range for patient "
		       "%llu of scenario '%s'", s->name,
		       (unsigned long long)(out->patient + 1),
		       out->pack->scenarios[out->scenario].id);
}

static int draw_series(struct ev_drawn *out, const struct ev_dice *d, size_t i)
{
	const struct ev_longitudinal *l = &out->pack->series;
	const struct ev_series *s = &l->series[i];
	double level = level_of(s, out->full), noise = 0, x, z;
	double fresh = sqrt(1 - s->phi * s->phi);
	struct ev_bits bits;
	size_t k;

	for (k = 0; k < out->windows; k++) {
		x = level + shift_of(s, out->state[k]) +
			wave(s, out->start_s[k]);
		if (s->by_state || s->sd > 0) {
			bits = ev_dice_bits(d, s->stream, (uint32_t)k);
			if (s->by_state)
				x += ev_marginal_quantile(
					&s->by_state[out->state[k]],
					ev_bits_uniform(bits.word[0]));
			z = s->sd > 0 ? ev_normal_quantile(
				ev_bits_uniform(bits.word[1])) : 0;
			noise = k ? s->phi * noise + fresh * z : z;
			x += s->sd * noise;
		}
		if (s->has_clip && x < s->clip_low)
			x = s->clip_low;
		if (s->has_clip && x > s->clip_high)
			x = s->clip_high;
		if (x == x) {
			x = ev_fixed_round(x, s->places);
			if (x != x)
				return out_of_range(out, s);
		}
		out->series[k * l->n_series + i] = x;
	}
	return 0;
}

int ev_draw_windows(struct ev_drawn *out, const struct ev_dice *d)
{
	const struct ev_pack *p = out->pack;
	const struct ev_longitudinal *l = &p->series;
	size_t slots, n, k, i;
	struct chain chain;
	struct ev_bursts bursts;
	double end, start, gone;
	int ret = 0;

	out->windows = 0;
	if (!(l->window_s > 0)) {
		make_room(out, 1);
		return 0;
	}
	slots = slots_of(l);
	n = count_of(d, slots);
	make_room(out, n ? n : 1);
	end = l->horizon_h > 0 ? l->horizon_h * HOUR : (double)n * l->window_s;
	gone = dropout_of(out, d, end);
	chain_begin(&chain, d, &p->scenarios[out->scenario]);
	artefacts_begin(&bursts, d, out->full);
	for (k = 0; k < n; k++) {
		start = place_of(d, k, n, slots);
		if (start >= gone)
			break;
		ret = chain_go(&chain, start);
		if (ret < 0)
			return ret;
		ret = ev_bursts_go(&bursts, start, start + l->window_s);
		if (ret < 0)
			return ret;
		out->start_s[k] = start;
		out->state[k] = (uint8_t)chain.state;
		out->artefact[k] = (uint8_t)ret;
	}
	out->windows = k;
	for (i = 0, ret = 0; i < l->n_series && ret == 0; i++)
		ret = draw_series(out, d, i);
	return ret == 0 ? ev_draw_gaps(out, d) : ret;
}
