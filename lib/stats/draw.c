#include "base/compat.h"
#include "stats/draw.h"

#include "base/error.h"
#include "base/mem.h"

#define ROUNDS 10
#define LANES 64

/* The words of a replicate's stream, as philox.h has them, a batch at once. */
struct words {
	uint32_t word[4 * LANES];
	uint32_t used;
	uint32_t draw;			/* the next block */
	unsigned replicate;
	uint64_t key;
};

/* One Philox round on all lanes; a body that compilers put side by side. */
static void turn(uint32_t *restrict w0, uint32_t *restrict w1,
		 uint32_t *restrict w2, uint32_t *restrict w3, uint32_t k0,
		 uint32_t k1)
{
	uint64_t p, q;
	int i;

	for (i = 0; i < LANES; i++) {
		p = (uint64_t)w0[i] * 0xd2511f53U;
		q = (uint64_t)w2[i] * 0xcd9e8d57U;
		w0[i] = (uint32_t)(q >> 32) ^ w1[i] ^ k0;
		w1[i] = (uint32_t)q;
		w2[i] = (uint32_t)(p >> 32) ^ w3[i] ^ k1;
		w3[i] = (uint32_t)p;
	}
}

static void refill(struct words *s)
{
	uint32_t w[4][LANES], k0, k1;
	uint32_t i;

	for (i = 0; i < LANES; i++) {
		w[0][i] = s->replicate;
		w[1][i] = 0;
		w[2][i] = EV_BOOT_VARIABLE;
		w[3][i] = s->draw + i;
	}
	s->draw += LANES;
	k0 = (uint32_t)s->key;
	k1 = (uint32_t)(s->key >> 32);
	for (i = 0; i < ROUNDS; i++) {
		turn(w[0], w[1], w[2], w[3], k0, k1);
		k0 += 0x9e3779b9U;
		k1 += 0xbb67ae85U;
	}
	for (i = 0; i < LANES; i++) {
		s->word[4 * i] = w[0][i];
		s->word[4 * i + 1] = w[1][i];
		s->word[4 * i + 2] = w[2][i];
		s->word[4 * i + 3] = w[3][i];
	}
	s->used = 0;
}

static inline uint32_t below(struct words *s, uint32_t n, uint32_t least)
{
	uint64_t p;

	do {
		if (s->used == 4 * LANES)
			refill(s);
		p = (uint64_t)s->word[s->used++] * n;
	} while ((uint32_t)p < least);
	return (uint32_t)(p >> 32);
}

/* Members of a stratum are counted side by side, and looked up in turn: what
 * is hit at random is half as large. */
void ev_draw_times(uint32_t *times, uint32_t *room, const struct ev_draw *d,
		   unsigned r)
{
	uint32_t *count = d->member ? room : times;
	struct words s = { .used = 4 * LANES, .replicate = r, .key = d->key };
	uint32_t i, k, n, least, first = 0;

	memset(count, 0, d->patients * sizeof(*count));
	for (k = 0; k < 2; first += d->n[k], k++) {
		n = d->n[k];
		if (n == 0)
			continue;
		least = (0 - n) % n;
		for (i = 0; i < n; i++)
			count[first + below(&s, n, least)]++;
	}
	for (i = 0; d->member && i < d->patients; i++)
		times[d->member[i]] = count[i];
}

int ev_draw_init(struct ev_draw *d, const struct ev_boot_plan *plan)
{
	uint32_t i, k, at = 0;

	memset(d, 0, sizeof(*d));
	d->patients = plan->patients;
	d->key = plan->key;
	d->n[0] = plan->patients;
	if (!plan->stratum)
		return 0;
	for (i = 0; i < plan->patients; i++)
		if (plan->stratum[i] > 1)
			return ev_fail(EV_EINVALID, "patient %u: stratum is "
				       "neither 0 nor 1", i);
	d->member = ev_calloc((size_t)plan->patients + 1, sizeof(*d->member));
	d->n[0] = 0;
	for (k = 0; k < 2; k++)
		for (i = 0; i < plan->patients; i++)
			if (plan->stratum[i] == k) {
				d->member[at++] = i;
				d->n[k]++;
			}
	return 0;
}

void ev_draw_release(struct ev_draw *d)
{
	free(d->member);
	d->member = NULL;
}

int ev_boot_times(uint32_t *times, const struct ev_boot_plan *plan, unsigned r)
{
	struct ev_draw d;
	int ret = ev_draw_init(&d, plan);
	uint32_t *room;

	if (ret == 0) {
		room = ev_malloc(((size_t)d.patients + 1) * sizeof(*room));
		ev_draw_times(times, room, &d, r);
		free(room);
	}
	ev_draw_release(&d);
	return ret;
}

void ev_weighted_counts(int64_t *out, const uint32_t *count, size_t k,
			uint32_t patients, const uint32_t *times)
{
	const uint32_t *c = count;
	uint64_t w;
	uint32_t i;
	size_t j;

	memset(out, 0, k * sizeof(*out));
	for (i = 0; i < patients; i++, c += k) {
		w = times ? times[i] : 1;
		if (w == 0)
			continue;
		for (j = 0; j < k; j++)
			out[j] += (int64_t)(w * c[j]);
	}
}
