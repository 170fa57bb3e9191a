#include "base/compat.h"

#include "synth/draw_internal.h"

#include <math.h>

#include "base/error.h"
#include "stats/special.h"

#define HOUR 3600.0

double ev_draw_exponential(uint64_t word, double per_h)
{
	return -ev_log(ev_bits_uniform(word)) / per_h * HOUR;
}

static void burst_next(struct ev_bursts *b)
{
	struct ev_bits bits = ev_dice_bits(b->d, b->stream, b->n++);

	b->from = b->to + ev_draw_exponential(bits.word[0], b->per_h);
	b->to = b->from + ev_draw_exponential(bits.word[1], 1 / b->mean_h);
}

void ev_bursts_begin(struct ev_bursts *b, const struct ev_dice *d,
		     uint32_t stream, double per_h, double mean_s)
{
	memset(b, 0, sizeof(*b));
	b->d = d;
	b->stream = stream;
	b->from = b->to = INFINITY;
	b->per_h = per_h;
	b->mean_h = mean_s / HOUR;
	if (per_h > 0 && mean_s > 0) {
		b->to = 0;
		burst_next(b);
	}
}

int ev_bursts_go(struct ev_bursts *b, double from, double to)
{
	while (b->to <= from) {
		if (b->n > EV_DRAW_MAX_CHANGES)
			return ev_fail(EV_ELIMIT, "a patient has more than %u "
				       "bursts", EV_DRAW_MAX_CHANGES);
		burst_next(b);
	}
	return b->from < to;
}
