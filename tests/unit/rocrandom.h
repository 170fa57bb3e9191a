/*
 * rocrandom.h - studies drawn from a Philox stream
 */
#ifndef EV_TESTS_ROCRANDOM_H
#define EV_TESTS_ROCRANDOM_H

#include "rocfix.h"

#define ROUNDS 200

static struct ev_stream rng;

static inline size_t below(size_t n)
{
	return (size_t)ev_stream_below(&rng, n);
}

/* Rows with three scores, of few or many values, in up to `clusters`
 * clusters; at least two rows of each class in different clusters. */
static inline void random_study(struct study *s, uint32_t clusters)
{
	double coarse = below(2) ? 4 : 1e6, z;
	size_t i, j;

	s->n = 8 + below(120);
	for (i = 0; i < s->n; i++) {
		s->truth[i] = i < 4 ? i % 2 : below(3) == 0;
		s->cluster[i] = (uint32_t)(i < 4 ? i : below(clusters));
		z = ev_stream_uniform(&rng);
		for (j = 0; j < MOST_MARKERS; j++)
			s->score[j][i] = ev_fp_floor(coarse *
				(z + ev_stream_uniform(&rng) +
				 (s->truth[i] ? 0.2 * (double)(j + 1) : 0)));
	}
	bind(s, clusters);
}

#endif
