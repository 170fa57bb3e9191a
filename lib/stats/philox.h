/*
 * philox.h - random numbers that are a function of where they are used
 *
 * Philox4x32-10 (Salmon, Moraes, Dror & Shaw, Parallel Random Numbers: As
 * Easy as 1, 2, 3, SC 2011): each block of four words is a keyed function of
 * a counter.  Nothing is shared or advanced between streams, so neither the
 * order of work nor the number of workers changes what any of them draws.
 *
 * A stream is named by key and place: the key comes from a seed (and what
 * else the caller hashes into it), the place is a patient or replicate, the
 * variable that is drawn, and a counter of draws.
 */
#ifndef EV_STATS_PHILOX_H
#define EV_STATS_PHILOX_H

#include "base/compat.h"

struct ev_philox_block {
	uint32_t word[4];
};

/* The ten rounds; the known answers of Random123 are in its test. */
struct ev_philox_block ev_philox(const uint32_t counter[4],
				 const uint32_t key[2]);

struct ev_stream {
	uint64_t key;
	uint64_t place;		/* patient, replicate; counter words 0 and 1 */
	uint32_t variable;	/* what is drawn; counter word 2 */
	uint32_t draw;		/* the next block; counter word 3 */
	struct ev_philox_block block;
	unsigned used;		/* words of the block already taken */
};

/*
 * The key of a seed and a label ("bootstrap", a suite's digest): the first
 * eight bytes, low byte first, of the SHA-256 of "git-evidence stream v1",
 * NUL, the label, NUL and the seed in decimal.
 */
int ev_stream_key(uint64_t *key, const char *label, uint64_t seed);

/* Begin (or begin again) at draw 0. */
void ev_stream_init(struct ev_stream *s, uint64_t key, uint64_t place,
		    uint32_t variable);

/* Go to the given block; a stream has 2^32 of them, then begins again. */
void ev_stream_seek(struct ev_stream *s, uint32_t draw);

/* Words in the order of the block; 64 bits are two words, the low first. */
uint32_t ev_stream_u32(struct ev_stream *s);
uint64_t ev_stream_u64(struct ev_stream *s);
/* (k + 1/2) 2^-52 for a 52 bit k: in (0, 1), never 0 or 1, exact. */
double ev_stream_uniform(struct ev_stream *s);
/*
 * 0 <= answer < n, each as likely (Lemire, Fast Random Integer Generation in
 * an Interval, ACM TOMACS 29 (2019): multiply, keep the high half, and draw
 * again in the few cases that would favour some); 0 for n = 0.
 */
uint64_t ev_stream_below(struct ev_stream *s, uint64_t n);

#endif
