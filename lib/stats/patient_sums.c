#include "base/compat.h"
#include "stats/calibration.h"

#include "base/error.h"
#include "base/mem.h"
#include "stats/lanes.h"
#include "stats/predicted.h"
#include "stats/sum.h"

enum { SQUARE, LOSS, P, TERMS };

struct patient {
	ev_fixed sum[TERMS];
	uint32_t n, y;
};

struct ev_patient_sums {
	struct patient *own;
	const struct patient *of;
	const uint32_t *number;		/* in `of`; NULL: as they stand */
	uint32_t clusters, patients;	/* those with rows among them */
	size_t n, y;
	bool losses;
	ev_fixed all[TERMS];
	double mean[TERMS];		/* of P: observed / expected */
	double squares[TERMS];		/* about it, over patients */
};

/* Those without rows are there too, with sums of 0. */
static inline const struct patient *at(const struct ev_patient_sums *s,
				       uint32_t i)
{
	return &s->of[s->number ? s->number[i] : i];
}

static void add_rows(struct patient *of, const struct ev_predicted *d,
		     bool losses)
{
	double loss[EV_LANES_BLOCK] = { 0 }, p, miss;
	struct patient *to;
	size_t i, k, n;

	for (i = 0; i < d->n; i += n) {
		n = d->n - i < EV_LANES_BLOCK ? d->n - i : EV_LANES_BLOCK;
		if (losses)
			ev_loss_column(loss, d->p + i, d->y + i, n);
		for (k = 0; k < n; k++) {
			to = &of[d->cluster[i + k]];
			p = d->p[i + k];
			miss = d->y[i + k] ? 1 - p : p;
			to->sum[SQUARE] += ev_fixed_of(miss * miss);
			to->sum[P] += ev_fixed_of(p);
			if (losses)
				to->sum[LOSS] += ev_fixed_of(loss[k]);
			to->n++;
			to->y += d->y[i + k];
		}
	}
}

static void add_up(struct ev_patient_sums *s)
{
	const struct patient *p;
	uint32_t i;
	int k;

	for (i = 0; i < s->clusters; i++) {
		p = at(s, i);
		s->patients += p->n > 0;
		s->n += p->n;
		s->y += p->y;
		for (k = 0; k < TERMS; k++)
			s->all[k] += p->sum[k];
	}
}

/* Sums over patients of (sum of terms less n means)^2, and of
 * (y - O:E sum of p)^2; all at once, as to go through patients costs most. */
static void square_up(struct ev_patient_sums *s)
{
	ev_fixed mean[TERMS];
	struct ev_sum squares[TERMS];
	const struct patient *p;
	uint32_t i;
	double t;
	int k;

	if (s->n == 0)
		return;
	for (k = 0; k < TERMS; k++) {
		s->mean[k] = ev_fixed_value(s->all[k]) / (double)s->n;
		mean[k] = ev_fixed_of(s->mean[k]);
		ev_sum_init(&squares[k]);
	}
	if (s->all[P] > 0)
		s->mean[P] = (double)s->y / ev_fixed_value(s->all[P]);
	for (i = 0; i < s->clusters; i++) {
		p = at(s, i);
		t = ev_fixed_value(p->sum[SQUARE] - mean[SQUARE] * p->n);
		ev_sum_add(&squares[SQUARE], t * t);
		t = (double)p->y - s->mean[P] * ev_fixed_value(p->sum[P]);
		ev_sum_add(&squares[P], t * t);
		if (!s->losses)
			continue;
		t = ev_fixed_value(p->sum[LOSS] - mean[LOSS] * p->n);
		ev_sum_add(&squares[LOSS], t * t);
	}
	for (k = 0; k < TERMS; k++)
		s->squares[k] = ev_sum_value(&squares[k]);
}

int ev_patient_sums(struct ev_patient_sums **out, const struct ev_predicted *d,
		    bool losses)
{
	struct ev_patient_sums *s;
	int ret = ev_predicted_check(d);

	*out = NULL;
	if (ret < 0)
		return ret;
	s = *out = ev_calloc(1, sizeof(*s));
	s->of = s->own = ev_calloc((size_t)d->clusters + 1, sizeof(*s->own));
	s->clusters = d->clusters;
	s->losses = losses;
	add_rows(s->own, d, losses);
	add_up(s);
	square_up(s);
	return 0;
}

int ev_patient_sums_of(struct ev_patient_sums **out,
		       const struct ev_patient_sums *all,
		       const uint32_t *patient, uint32_t n)
{
	struct ev_patient_sums *s = *out = ev_calloc(1, sizeof(*s));

	s->of = all->of;
	s->number = patient;
	s->clusters = n;
	s->losses = all->losses;
	add_up(s);
	square_up(s);
	return 0;
}

void ev_patient_sums_free(struct ev_patient_sums *s)
{
	if (s)
		free(s->own);
	free(s);
}

static int begin(struct ev_estimate *out, const struct ev_patient_sums *s,
		 const char *name, double level)
{
	int ret = ev_estimate_init(out, name, level);

	out->n = (double)s->n;
	if (s->n == 0)
		out->flags = EV_STAT_UNDEFINED;
	return ret;
}

static int mean(struct ev_estimate *out, const struct ev_patient_sums *s,
		int term, double high, double level)
{
	int ret = begin(out, s, "mean_clustered", level);

	if (ret < 0 || out->flags)
		return ret;
	out->value = s->mean[term];
	return ev_mean_interval(out, s->patients, s->squares[term], high);
}

int ev_patient_brier(struct ev_estimate *out, const struct ev_patient_sums *s,
		     double level)
{
	return mean(out, s, SQUARE, 1, level);
}

int ev_patient_log_loss(struct ev_estimate *out,
			const struct ev_patient_sums *s, double level)
{
	return mean(out, s, LOSS, DBL_MAX, level);
}

int ev_patient_observed_expected(struct ev_estimate *out,
				 const struct ev_patient_sums *s, double level)
{
	int ret = begin(out, s, "log_ratio_clustered", level);
	double k = (double)s->patients;

	if (ret < 0 || out->flags)
		return ret;
	if (!ev_ratio_begin(out, (double)s->y, ev_fixed_value(s->all[P])))
		return 0;
	if (k < 2) {
		out->flags = EV_STAT_ONE_CLUSTER | EV_STAT_NO_INTERVAL;
		return 0;
	}
	return ev_ratio_interval(out, sqrt(k / (k - 1) * s->squares[P]) /
				 out->x);
}
