/*
 * draw_internal.h - for draw*.c
 */
#ifndef EV_SYNTH_DRAW_INTERNAL_H
#define EV_SYNTH_DRAW_INTERNAL_H

#include "stats/philox.h"
#include "synth/draw.h"

/* The 128 bits of one place as two words of 64 bits, the low one first. */
struct ev_bits { uint64_t word[2]; };

/* Where a patient's numbers come from in one attempt. */
struct ev_dice {
	const struct ev_source *source;
	uint64_t patient;
	unsigned attempt;
};

static inline struct ev_bits ev_dice_bits(const struct ev_dice *d,
					  uint32_t stream, uint32_t draw)
{
	uint64_t key = d->source->key;
	const uint32_t k[2] = { (uint32_t)key, (uint32_t)(key >> 32) };
	const uint32_t counter[4] = {
		(uint32_t)d->patient, (uint32_t)(d->patient >> 32), stream,
		draw << 8 | d->attempt,
	};
	struct ev_philox_block b = ev_philox(counter, k);
	struct ev_bits bits = { {
		(uint64_t)b.word[1] << 32 | b.word[0],
		(uint64_t)b.word[3] << 32 | b.word[2],
	} };

	return bits;
}

/* As ev_stream_uniform(): in (0, 1), exact. */
static inline double ev_bits_uniform(uint64_t word)
{
	return ((double)(word >> 12) + 0.5) * 0x1p-52;
}

/* The rule of a variable in a scenario. */
static inline const struct ev_rule *
ev_source_rule(const struct ev_source *s, size_t scenario, size_t variable)
{
	return s->rules[scenario * s->pack->n_variables + variable];
}

/* draw_words.c: the first word of draw 0 of each stream. */
void ev_dice_words(uint64_t *words, const struct ev_dice *d,
		   const uint32_t *streams, size_t n);
/* draw_value.c: all variables of one attempt, into full; EV_EINVALID if one
 * is out of range. */
int ev_draw_values(struct ev_drawn *out, const struct ev_dice *d);
/* draw_unique.c: of `distinct` numbers from 0 on the patient's own, by a keyed
 * permutation of them; the same in all attempts. */
uint64_t ev_draw_distinct(const struct ev_dice *d, const struct ev_variable *v);
/* draw_missing.c: what is missing then, of values and of series. */
void ev_draw_missing(struct ev_drawn *out, const struct ev_dice *d);
int ev_draw_gaps(struct ev_drawn *out, const struct ev_dice *d);
/* draw_time.c: how long it takes, in s, with a rate per hour. */
double ev_draw_exponential(uint64_t word, double per_h);
/* Bursts: times without and with something in turn, from 0 on. */
struct ev_bursts {
	const struct ev_dice *d;
	uint32_t stream, n;
	double per_h, mean_h;
	double from, to;		/* the one that is not over */
};
void ev_bursts_begin(struct ev_bursts *b, const struct ev_dice *d,
		     uint32_t stream, double per_h, double mean_s);
/* Whether one touches [from, to); `from` never goes back. */
int ev_bursts_go(struct ev_bursts *b, double from, double to);
/* draw_series.c: windows, states, bursts, dropout, series. */
int ev_draw_windows(struct ev_drawn *out, const struct ev_dice *d);
/* draw_label.c: labels and the simulated score. */
void ev_draw_labels(struct ev_drawn *out, const struct ev_dice *d);
/* draw_id.c */
void ev_draw_id(struct ev_drawn *out, const struct ev_source *s);

#endif
