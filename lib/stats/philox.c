#include "base/compat.h"
#include "stats/philox.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "stats/fp.h"

#define ROUNDS 10

static void multiply(uint32_t a, uint32_t b, uint32_t *high, uint32_t *low)
{
	uint64_t p = (uint64_t)a * b;

	*high = (uint32_t)(p >> 32);
	*low = (uint32_t)p;
}

struct ev_philox_block ev_philox(const uint32_t counter[4],
				 const uint32_t key[2])
{
	struct ev_philox_block b;
	uint32_t *w = b.word, k0 = key[0], k1 = key[1], h0, l0, h1, l1;
	int i;

	memcpy(w, counter, sizeof(b.word));
	for (i = 0; i < ROUNDS; i++) {
		multiply(0xd2511f53U, w[0], &h0, &l0);
		multiply(0xcd9e8d57U, w[2], &h1, &l1);
		w[0] = h1 ^ w[1] ^ k0;
		w[1] = l1;
		w[2] = h0 ^ w[3] ^ k1;
		w[3] = l0;
		k0 += 0x9e3779b9U;
		k1 += 0xbb67ae85U;
	}
	return b;
}

int ev_stream_key(uint64_t *key, const char *label, uint64_t seed)
{
	struct ev_buf text = EV_BUF_INIT;
	unsigned char digest[EV_SHA256_SIZE];
	int i;

	if (!label)
		return ev_fail(EV_EINVALID, "a random stream has no label");
	ev_buf_add(&text, "git-evidence stream v1", 23);
	ev_buf_add(&text, label, strlen(label) + 1);
	ev_buf_addf(&text, "%llu", (unsigned long long)seed);
	ev_sha256_bytes(digest, text.ptr, text.len);
	ev_buf_release(&text);
	*key = 0;
	for (i = 7; i >= 0; i--)
		*key = *key << 8 | digest[i];
	return 0;
}

void ev_stream_init(struct ev_stream *s, uint64_t key, uint64_t place,
		    uint32_t variable)
{
	memset(s, 0, sizeof(*s));
	s->key = key;
	s->place = place;
	s->variable = variable;
	s->used = 4;
}

void ev_stream_seek(struct ev_stream *s, uint32_t draw)
{
	s->draw = draw;
	s->used = 4;
}

uint32_t ev_stream_u32(struct ev_stream *s)
{
	uint32_t counter[4], key[2];

	if (s->used == 4) {
		counter[0] = (uint32_t)s->place;
		counter[1] = (uint32_t)(s->place >> 32);
		counter[2] = s->variable;
		counter[3] = s->draw++;
		key[0] = (uint32_t)s->key;
		key[1] = (uint32_t)(s->key >> 32);
		s->block = ev_philox(counter, key);
		s->used = 0;
	}
	return s->block.word[s->used++];
}

uint64_t ev_stream_u64(struct ev_stream *s)
{
	uint64_t low = ev_stream_u32(s);

	return (uint64_t)ev_stream_u32(s) << 32 | low;
}

double ev_stream_uniform(struct ev_stream *s)
{
	return ((double)(ev_stream_u64(s) >> 12) + 0.5) * 0x1p-52;
}

uint64_t ev_stream_below(struct ev_stream *s, uint64_t n)
{
	__extension__ typedef unsigned __int128 wide;
	uint64_t least;
	wide p;

	if (n == 0)
		return 0;
	p = (wide)ev_stream_u64(s) * n;
	if ((uint64_t)p < n) {
		/* 2^64 mod n: below it, some answers would be one too many */
		least = (0 - n) % n;
		while ((uint64_t)p < least)
			p = (wide)ev_stream_u64(s) * n;
	}
	return (uint64_t)(p >> 64);
}
