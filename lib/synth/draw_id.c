#include "base/compat.h"

#include "synth/draw_internal.h"

#include "base/error.h"

#define HALF 20			/* bits */
#define MASK ((1u << HALF) - 1)
#define ROUNDS 3u
#define LETTERS 8		/* 5 bits each */

static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

static uint32_t mix(const struct ev_source *s, uint32_t half, uint32_t round)
{
	struct ev_dice d = { s, half, 0 };

	return MASK &
		(uint32_t)ev_dice_bits(&d, s->pack->stream_id, round).word[0];
}

static uint64_t shuffled(const struct ev_source *s, uint64_t x)
{
	uint32_t left = (uint32_t)(x >> HALF), right = (uint32_t)x & MASK, t;
	uint32_t i;

	for (i = 0; i < ROUNDS; i++) {
		t = left ^ mix(s, right, i);
		left = right;
		right = t;
	}
	return (uint64_t)left << HALF | right;
}

/* shuffled() of many. */
void ev_ids_ahead(uint64_t out[EV_DRAW_AHEAD], const struct ev_source *s,
		  uint64_t patient)
{
	uint32_t left[EV_DRAW_AHEAD], right[EV_DRAW_AHEAD], t;
	uint32_t rest[3] = { 0, s->pack->stream_id, 0 }, i;
	size_t k;

	for (k = 0; k < EV_DRAW_AHEAD; k++) {
		left[k] = (uint32_t)((patient + k) >> HALF);
		right[k] = (uint32_t)(patient + k) & MASK;
	}
	for (i = 0; i < ROUNDS; i++) {
		rest[2] = i << 8;
		ev_words_ahead(out, right, rest, s->key);
		for (k = 0; k < EV_DRAW_AHEAD; k++) {
			t = left[k] ^ (MASK & (uint32_t)out[k]);
			left[k] = right[k];
			right[k] = t;
		}
	}
	for (k = 0; k < EV_DRAW_AHEAD; k++)
		out[k] = (uint64_t)left[k] << HALF | right[k];
}

static uint64_t put_back(const struct ev_source *s, uint64_t x)
{
	uint32_t left = (uint32_t)(x >> HALF), right = (uint32_t)x & MASK, t;
	uint32_t i;

	for (i = ROUNDS; i-- > 0;) {
		t = right ^ mix(s, left, i);
		right = left;
		left = t;
	}
	return (uint64_t)left << HALF | right;
}

/* Scenarios are numbered from 1, with as many digits as the last has, two at
 * least. */
static char *put_number(char *at, size_t number, size_t last)
{
	size_t ten = 10;

	while (last / ten >= 10)
		ten *= 10;
	for (; ten; ten /= 10)
		*at++ = (char)('0' + number / ten % 10);
	return at;
}

static void write_id(char *at, const struct ev_source *s, size_t scenario,
		     uint64_t x)
{
	size_t n = strlen(s->pack->id_prefix);
	int i;

	memcpy(at, s->pack->id_prefix, n);
	at += n;
	*at++ = '-';
	at = put_number(at, scenario + 1, s->pack->n_scenarios);
	*at++ = '-';
	for (i = LETTERS - 1; i >= 0; i--)
		*at++ = base32[x >> (5 * i) & 31];
	*at = '\0';
}

void ev_draw_id(struct ev_drawn *out, const struct ev_source *s)
{
	const struct ev_ahead *h = ev_ahead_of(out, s, out->patient);

	write_id(out->id, s, out->scenario, h ?
		 h->ids[out->patient - h->first] : shuffled(s, out->patient));
}

/* The letters at the end of an id as the number that they are. */
static bool read_letters(uint64_t *out, const char *id)
{
	const char *at = strrchr(id, '-'), *letter;
	uint64_t x = 0;
	size_t n = 0;

	for (at = at ? at + 1 : ""; *at && n < LETTERS; at++, n++) {
		letter = strchr(base32, *at);
		if (!letter)
			return false;
		x = x << 5 | (uint64_t)(letter - base32);
	}
	*out = x;
	return !*at && n == LETTERS;
}

int ev_source_find(uint64_t *patient, const struct ev_source *s,
		   const char *id)
{
	char own[EV_DRAW_ID_SIZE];
	uint64_t x, i;

	if (read_letters(&x, id) && (i = put_back(s, x)) < s->patients) {
		write_id(own, s, ev_source_scenario(s, i), x);
		if (!strcmp(own, id)) {
			*patient = i;
			return 0;
		}
	}
	return ev_fail(EV_ENOTFOUND, "'%s' is no patient of this cohort of "
		       "%llu with seed %llu", id,
		       (unsigned long long)s->patients,
		       (unsigned long long)s->seed);
}

bool ev_id_patient(uint64_t *patient, uint64_t key, const char *id)
{
	struct ev_pack pack = { 0 };
	struct ev_source source = { .pack = &pack, .key = key };
	uint64_t x;

	if (!read_letters(&x, id))
		return false;
	pack.stream_id = ev_pack_stream("patient", "id");
	*patient = put_back(&source, x);
	return true;
}

/* What a letter or digit in either case stands for; -1: no letter of an id, -2:
 * a mark between such. */
static int letter_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	if (c >= '2' && c <= '7')
		return c - '2' + 26;
	return c & 0x80 || (c >= '0' && c <= '9') ? -1 : -2;
}

bool ev_id_within(uint64_t key, uint64_t patients, const char *text)
{
	struct ev_pack pack = { 0 };
	struct ev_source source = { .pack = &pack, .key = key };
	uint64_t x = 0;
	size_t n = 0;
	int letter;

	for (; *text; text++) {
		letter = letter_of(*text);
		if (letter == -2)
			continue;
		n = letter < 0 ? 0 : n + 1;
		x = letter < 0 ? 0 : (x << 5 | (uint64_t)letter) &
			(((uint64_t)1 << 2 * HALF) - 1);
		if (n < LETTERS)
			continue;
		if (!pack.stream_id)
			pack.stream_id = ev_pack_stream("patient", "id");
		if (put_back(&source, x) < patients)
			return true;
	}
	return false;
}
