#include "base/compat.h"

#include "synth/draw_internal.h"

#include "base/mem.h"
#include "stats/dist.h"
#include "stats/lanes.h"

#define ROUNDS 10
#define BLOCK ((int)EV_DRAW_AHEAD)

/* Philox as in ev_dice_words(), on as many counters at once as a register
 * takes. */
EV_LANES
void ev_words_ahead(uint64_t *restrict out, const uint32_t *restrict counter,
		    const uint32_t rest[3], uint64_t key)
{
	uint32_t a[BLOCK], b[BLOCK], c[BLOCK], d[BLOCK];
	uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
	uint64_t p, q;
	int i, r;

	for (i = 0; i < BLOCK; i++) {
		a[i] = counter[i];
		b[i] = rest[0];
		c[i] = rest[1];
		d[i] = rest[2];
	}
	for (r = 0; r < ROUNDS; r++) {
		for (i = 0; i < BLOCK; i++) {
			p = (uint64_t)0xd2511f53U * a[i];
			q = (uint64_t)0xcd9e8d57U * c[i];
			a[i] = (uint32_t)(q >> 32) ^ b[i] ^ k0;
			b[i] = (uint32_t)q;
			c[i] = (uint32_t)(p >> 32) ^ d[i] ^ k1;
			d[i] = (uint32_t)p;
		}
		k0 += 0x9e3779b9U;
		k1 += 0xbb67ae85U;
	}
	for (i = 0; i < BLOCK; i++)
		out[i] = (uint64_t)b[i] << 32 | a[i];
}

/* A row of the factor times the independent numbers, in its order. */
EV_LANES
static void row_of(double *restrict out, const double *restrict row,
		   const double *restrict free_of, size_t n)
{
	double sum[BLOCK] = { 0 };
	size_t j;
	int i;

	for (j = 0; j < n; j++)
		for (i = 0; i < BLOCK; i++)
			sum[i] += row[j] * free_of[j * EV_DRAW_AHEAD + (size_t)i];
	memcpy(out, sum, sizeof(sum));
}

static void latent_ahead(struct ev_ahead *h, const struct ev_copula *c)
{
	double u[BLOCK];
	const uint64_t *words;
	size_t i, k;

	for (i = 0; i < c->n; i++) {
		words = h->words + c->variable[i] * EV_DRAW_AHEAD;
		for (k = 0; k < BLOCK; k++)
			u[k] = ev_bits_uniform(words[k]);
		ev_normal_quantiles(h->free_of + i * EV_DRAW_AHEAD, u);
	}
	for (i = 0; i < c->n; i++)
		row_of(h->latent + i * EV_DRAW_AHEAD, c->factor + i * c->n, h->free_of,
		       i + 1);
}

void ev_draw_ahead(struct ev_drawn *d, const struct ev_source *s,
		   uint64_t patient)
{
	const struct ev_pack *p = s->pack;
	struct ev_ahead *h = d->ahead;
	uint32_t low[BLOCK], rest[3] = { (uint32_t)(patient >> 32), 0, 0 };
	size_t i;

	if (!h) {
		h = d->ahead = ev_calloc(1, sizeof(*h));
		h->words = ev_calloc(p->n_variables * EV_DRAW_AHEAD + 1,
				     sizeof(*h->words));
		h->free_of = ev_calloc(p->copula.n * EV_DRAW_AHEAD + 1,
				       sizeof(*h->free_of));
		h->latent = ev_calloc(p->copula.n * EV_DRAW_AHEAD + 1,
				      sizeof(*h->latent));
	}
	h->source = s;
	h->first = patient;
	for (i = 0; i < EV_DRAW_AHEAD; i++)
		low[i] = (uint32_t)(patient + i);
	for (i = 0; i < p->n_variables; i++) {
		rest[1] = s->streams[i];
		ev_words_ahead(h->words + i * EV_DRAW_AHEAD, low, rest, s->key);
	}
	latent_ahead(h, &p->copula);
	ev_ids_ahead(h->ids, s, patient);
}

void ev_ahead_free(struct ev_ahead *h)
{
	if (!h)
		return;
	free(h->words);
	free(h->free_of);
	free(h->latent);
	free(h);
}
