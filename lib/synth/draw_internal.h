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

/* What a variable is drawn from: 64 bits, or a latent normal number. */
struct ev_raw {
	bool normal;
	double z;
	uint64_t word;
};

/* draw_value.c: the number of a rule, not yet rounded, or a level. */
double ev_draw_rule(const struct ev_rule *r, const struct ev_variable *v,
		    const double *full, const struct ev_raw *raw);

/*
 * A rounded number is a step function of z (or of u, without a copula), and a
 * quantile function takes much longer than to find the step.  Between `below`
 * and `above` of a step it is not certain which of two values comes out, and
 * the quantile is computed as it would be without the steps: they change no
 * digit.
 */
struct ev_step {
	double below, above;		/* of its end */
	double value;			/* before it */
};
struct ev_lookup {
	double from, to, cells;		/* cells: for each 1 of z */
	struct ev_step *steps;		/* n + 1 */
	uint16_t *first;		/* by cell; NULL: nothing to look up */
	size_t n;
};
/* By level of what the rule depends on; one, if on nothing. */
struct ev_lookups {
	struct ev_lookup *of;
	size_t n;
};

static inline size_t ev_lookup_cell(const struct ev_lookup *l, double x)
{
	return (size_t)((x - l->from) * l->cells);
}

static inline bool ev_lookup_find(double *value, const struct ev_lookup *l,
				  double x)
{
	const struct ev_step *s;

	if (!l->first || !(x >= l->from && x <= l->to))
		return false;
	s = l->steps + l->first[ev_lookup_cell(l, x)];
	s += x >= s->above;		/* or not: no branch to be guessed */
	while (x >= s->above)
		s++;
	*value = s->value;
	return !(x > s->below);
}

/* draw_lookup.c: for all rules of a source. */
void ev_lookups_make(struct ev_source *s);
void ev_lookups_release(struct ev_source *s);

/* Those of the pack's rules come first, then each scenario's own. */
static inline const struct ev_lookups *
ev_source_lookups(const struct ev_source *s, size_t scenario, size_t variable)
{
	const struct ev_pack *p = s->pack;
	bool own = ev_source_rule(s, scenario, variable) !=
		&p->variables[variable].rule;

	return &s->lookups[own ? (scenario + 1) * p->n_variables + variable :
			   variable];
}

/* draw_ahead.c: words and latent numbers of EV_DRAW_AHEAD patients, by
 * variable, or row of the copula, and patient. */
struct ev_ahead {
	const struct ev_source *source;
	uint64_t first;
	uint64_t *words;
	double *free_of, *latent;
	uint64_t ids[EV_DRAW_AHEAD];
};
void ev_ahead_free(struct ev_ahead *h);
/* The first words of counters { counter, rest }. */
void ev_words_ahead(uint64_t *restrict out, const uint32_t *restrict counter,
		    const uint32_t rest[3], uint64_t key);
/* draw_id.c: the numbers in the ids of as many patients. */
void ev_ids_ahead(uint64_t out[EV_DRAW_AHEAD], const struct ev_source *s,
		  uint64_t patient);

/* What is there of a patient, or NULL. */
static inline const struct ev_ahead *
ev_ahead_of(const struct ev_drawn *d, const struct ev_source *s,
	    uint64_t patient)
{
	const struct ev_ahead *h = d->ahead;

	return h && h->source == s && patient >= h->first &&
		patient - h->first < EV_DRAW_AHEAD ? h : NULL;
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
