#include "base/compat.h"

#include "synth/waveform.h"

#include <math.h>

#include "stats/dist.h"
#include "stats/special.h"
#include "synth/angle.h"
#include "synth/draw_internal.h"
#include "synth/fixed.h"

#define TURN 6.28318530717958647692
#define STEPS_PER_S 500.0
#define RUN_IN_S 2.0
#define MV 21.0				/* of one z */
#define BASELINE 0.005			/* z */
#define BREATH_HZ 0.25
#define MAYER_HZ 0.1
#define FLUTTER_MV 0.05			/* f-waves */
#define FLUTTER_HZ 4.0			/* and up to 9 */
#define FLUTTER_WIDTH_HZ 5.0
#define NOISE_MV 0.25			/* at 0 dB */
#define ARTEFACT_MV 0.4
#define ARTEFACT_S 0.1			/* its memory */
#define SAMPLE_MAX 32767.0		/* -32768 is no sample in format 16 */
#define LOG10_OVER_20 0.11512925464970228420

/* P, Q, R, S, T: where in the beat, in turns; how high; how wide, in rad. */
static const struct wave { double at, high, wide; } waves[] = {
	{ -1.0 / 6, 1.2, 0.25 }, { -1.0 / 24, -5, 0.1 }, { 0, 30, 0.1 },
	{ 1.0 / 24, -7.5, 0.1 }, { 1.0 / 4, 0.75, 0.4 },
};

struct heart {
	const struct ev_dice *d;
	const struct ev_waveform *w;
	uint32_t draw, last;		/* of the stream of beats */
	bool af;
	double mean, sigma;		/* RR: s, and of its log */
	double breath, mayer;		/* phases, in turns */
	double nominal;			/* beats so far, of the mean, in s */
	double begin, rr;		/* of this beat, from R to R */
};

/* y has mean 0 and variance 1 over beats: RR then has the mean and cv asked
 * for.  Its waves go by beats of the mean length, as those by time would have
 * more short beats than long ones. */
static void next_beat(struct heart *h)
{
	double u, y, rr;

	h->begin += h->rr;
	h->nominal += h->mean;
	if (h->af) {
		u = ev_bits_uniform(ev_dice_bits(h->d, h->w->stream_beat,
						 h->draw).word[0]);
		y = ev_normal_quantile(u);
		if (h->draw < h->last)
			h->draw++;
	} else {
		y = sqrt(4.0 / 3) * ev_cospi(2 * (BREATH_HZ * h->nominal +
						  h->breath)) +
			sqrt(2.0 / 3) * ev_cospi(2 * (MAYER_HZ * h->nominal +
						      h->mayer));
	}
	rr = h->mean * ev_exp(h->sigma * y - h->sigma * h->sigma / 2);
	h->rr = rr < EV_WAVE_RR_MIN ? EV_WAVE_RR_MIN :
		rr > EV_WAVE_RR_MAX ? EV_WAVE_RR_MAX : rr;
}

/* What draws z at time t, without its way back; t never goes back. */
static double force(struct heart *h, double t)
{
	double phase, d, x, sum = 0;
	size_t i;

	while (t >= h->begin + h->rr)
		next_beat(h);
	phase = (t - h->begin) / h->rr;
	for (i = h->af; i < EV_ARRAY_SIZE(waves); i++) {
		d = phase - waves[i].at;
		d -= d > 0.5 ? 1 : d < -0.5 ? -1 : 0;
		d *= TURN;
		x = d * d / (2 * waves[i].wide * waves[i].wide);
		if (x < 40)
			sum += waves[i].high * d * ev_exp(-x);
	}
	return BASELINE * ev_cospi(2 * (BREATH_HZ * t + h->breath)) -
		sum / h->rr;
}

/* One step of Runge and Kutta's fourth order for z' = force - z. */
static double step(struct heart *h, double z, double t, double by,
		   double *now)
{
	double middle = force(h, t + by / 2), end = force(h, t + by);
	double k1 = *now - z, k2, k3, k4;

	k2 = middle - (z + by / 2 * k1);
	k3 = middle - (z + by / 2 * k2);
	k4 = end - (z + by * k3);
	*now = end;
	return z + by / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
}

struct noise {
	const struct ev_dice *d;
	uint32_t stream, draw;
	struct ev_bits bits;
	unsigned used;
	double white, wander, keep, state;
};

static double normal(struct noise *n)
{
	if (n->used % 2 == 0)
		n->bits = ev_dice_bits(n->d, n->stream, n->draw++);
	return ev_normal_quantile(ev_bits_uniform(n->bits.word[n->used++ % 2]));
}

static double noise_mv(struct noise *n)
{
	double sum = 0;

	if (n->white > 0)
		sum = n->white * normal(n);
	if (n->wander > 0) {
		n->state = n->keep * n->state +
			sqrt(1 - n->keep * n->keep) * normal(n);
		sum += n->wander * n->state;
	}
	return sum;
}

static double flutter_mv(double t, double hz, double phase)
{
	double turns = hz * t + phase;

	return FLUTTER_MV * (ev_cospi(2 * turns) + 0.4 * ev_cospi(4 * turns));
}

static double series_of(const struct ev_drawn *d, ptrdiff_t series, size_t k)
{
	return series < 0 ? (double)NAN :
		d->series[k * d->pack->series.n_series + (size_t)series];
}

double ev_waveform_beats(const struct ev_waveform *w)
{
	return 6 + floor(((double)w->samples / w->fs_hz + RUN_IN_S +
			  EV_WAVE_RR_MAX) / EV_WAVE_RR_MIN);
}

/* Draw 0 of a record is how it begins; its beats follow. */
static void begin(struct heart *h, double *hz, double *phase,
		  const struct ev_drawn *d, size_t k)
{
	const struct ev_waveform *w = h->w;
	double rate = series_of(d, w->rate, k);
	double cv = series_of(d, w->rr_cv, k);
	uint32_t each = (uint32_t)ev_waveform_beats(w);
	struct ev_bits a, b, c;

	h->draw = (uint32_t)k * each;
	h->last = h->draw + each - 1;
	a = ev_dice_bits(h->d, w->stream_beat, h->draw++);
	b = ev_dice_bits(h->d, w->stream_beat, h->draw++);
	c = ev_dice_bits(h->d, w->stream_beat, h->draw++);
	h->breath = ev_bits_uniform(a.word[0]);
	h->mayer = ev_bits_uniform(a.word[1]);
	*hz = FLUTTER_HZ + FLUTTER_WIDTH_HZ * ev_bits_uniform(b.word[1]);
	*phase = ev_bits_uniform(c.word[0]);
	h->af = w->af && w->af[d->state[k]];
	h->mean = rate > 0 ? 60 / rate : EV_WAVE_RR_MAX;
	h->sigma = cv > 0 ? sqrt(ev_log1p(cv * cv)) : 0;
	/* it is somewhere in its first beat, anywhere */
	h->begin = -RUN_IN_S - h->mean * ev_bits_uniform(b.word[0]);
	next_beat(h);
}

bool ev_waveform_draw(int16_t *samples, const struct ev_source *s,
		      const struct ev_drawn *d, size_t k)
{
	const struct ev_waveform *w = &s->pack->series.waveform;
	struct ev_dice dice = { s, d->patient, d->attempts - 1 };
	struct heart h = { .d = &dice, .w = w };
	struct noise n = { .d = &dice, .stream = w->stream };
	double rate = series_of(d, w->rate, k);
	double snr = series_of(d, w->snr_db, k), z = 0, x, t, hz, phase, now;
	unsigned parts = (unsigned)ceil(STEPS_PER_S / w->fs_hz), j;
	double by = 1 / w->fs_hz / parts;
	ptrdiff_t i, from = -(ptrdiff_t)ceil(RUN_IN_S * w->fs_hz);

	if (rate != rate)
		return false;
	begin(&h, &hz, &phase, d, k);
	n.draw = (uint32_t)(k * (w->samples + 1));
	n.white = snr == snr ? NOISE_MV * ev_exp(-snr * LOG10_OVER_20) : 0;
	n.wander = d->artefact[k] ? ARTEFACT_MV : 0;
	n.keep = ev_exp(-1 / (ARTEFACT_S * w->fs_hz));
	n.state = n.wander > 0 ? normal(&n) : 0;
	now = force(&h, (double)from / w->fs_hz);
	for (i = from; i < (ptrdiff_t)w->samples; i++) {
		t = (double)i / w->fs_hz;
		if (i >= 0) {
			x = MV * z + noise_mv(&n) +
				(h.af ? flutter_mv(t, hz, phase) : 0);
			x = ev_fixed_round(x * EV_WAVE_PER_MV, 0);
			samples[i] = (int16_t)(x > SAMPLE_MAX ? SAMPLE_MAX :
					       x < -SAMPLE_MAX ? -SAMPLE_MAX :
					       x);
		}
		for (j = 0; j < parts; j++)
			z = step(&h, z, t + j * by, by, &now);
	}
	return true;
}
