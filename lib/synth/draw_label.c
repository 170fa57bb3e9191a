#include "base/compat.h"

#include "synth/draw_internal.h"

#include <math.h>

#include "stats/dist.h"
#include "stats/special.h"
#include "synth/fixed.h"

/* What is so, whoever looks. */
static bool truth(const struct ev_drawn *out, const struct ev_label *l,
		  size_t window)
{
	double code = l->from >= 0 ? out->full[l->from] :
		out->windows ? out->state[window] : 0;

	return code >= 0 && l->positive[(size_t)code];
}

/* Two raters share a block; each errs by itself. */
static bool as_rated(const struct ev_label *l, const struct ev_dice *d,
		     bool is, size_t window)
{
	uint32_t blocks = (l->raters + 1) / 2, base = (uint32_t)window * blocks;
	struct ev_bits bits = { { 0, 0 } };
	unsigned r, votes = 0;
	bool right;

	for (r = 0; r < l->raters; r++) {
		if (r % 2 == 0)
			bits = ev_dice_bits(d, l->stream, base + r / 2);
		right = ev_chance(is ? l->sens : l->spec, bits.word[r % 2]);
		votes += right == is;
	}
	return votes >= l->needed;
}

/* The probability at equal odds of x, when it is drawn from N(+-s/2, 1). */
static double score_of(const struct ev_drawn *out, const struct ev_dice *d,
		       size_t window)
{
	const struct ev_score_model *m = &out->pack->score;
	double s = d->source->separation, level = -1, abstain, noise = 0, z, x;
	struct ev_bits bits = ev_dice_bits(d, m->stream, (uint32_t)window);
	bool is = truth(out, &out->pack->labels[m->label], window);

	if (m->noise_on >= 0)
		level = out->full[m->noise_on];
	abstain = m->abstain_base;
	if (level >= 0 && m->abstain_by)
		abstain += m->abstain_by[(size_t)level];
	if (level >= 0 && m->noise)
		noise = m->noise[(size_t)level];
	if (ev_bits_uniform(bits.word[1]) < abstain)
		return (double)NAN;
	z = ev_normal_quantile(ev_bits_uniform(bits.word[0]));
	x = (is ? s / 2 : -s / 2) + (1 + noise) * z;
	return ev_fixed_round(1 / (1 + ev_exp(-s * x)), EV_DRAW_SCORE_PLACES);
}

void ev_draw_labels(struct ev_drawn *out, const struct ev_dice *d)
{
	const struct ev_pack *p = out->pack;
	size_t rows = p->series.window_s > 0 ? out->windows : 1, k, i;
	const struct ev_label *l;
	bool is;

	for (k = 0; k < rows; k++) {
		for (i = 0; i < p->n_labels; i++) {
			l = &p->labels[i];
			is = truth(out, l, k);
			out->label[k * p->n_labels + i] = l->raters ?
				as_rated(l, d, is, k) : is;
		}
		out->score[k] = p->score.given ? score_of(out, d, k) :
			(double)NAN;
	}
}
