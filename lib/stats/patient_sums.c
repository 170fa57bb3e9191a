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
	struct patient *of;		/* those with rows */
	uint32_t patients;
	size_t n, y;
	ev_fixed all[TERMS];
};

static void add_rows(struct patient *of, const struct ev_predicted *d,
		     bool losses)
{
	double loss[EV_LANES_BLOCK] = { 0 }, p, miss;
	struct patient *at;
	size_t i, k, n;

	for (i = 0; i < d->n; i += n) {
		n = d->n - i < EV_LANES_BLOCK ? d->n - i : EV_LANES_BLOCK;
		if (losses)
			ev_loss_column(loss, d->p + i, d->y + i, n);
		for (k = 0; k < n; k++) {
			at = &of[d->cluster[i + k]];
			p = d->p[i + k];
			miss = d->y[i + k] ? 1 - p : p;
			at->sum[SQUARE] += ev_fixed_of(miss * miss);
			at->sum[P] += ev_fixed_of(p);
			if (losses)
				at->sum[LOSS] += ev_fixed_of(loss[k]);
			at->n++;
			at->y += d->y[i + k];
		}
	}
}

int ev_patient_sums(struct ev_patient_sums **out, const struct ev_predicted *d,
		    bool losses)
{
	struct ev_patient_sums *s;
	uint32_t i;
	int k, ret = ev_predicted_check(d);

	*out = NULL;
	if (ret < 0)
		return ret;
	s = *out = ev_calloc(1, sizeof(*s));
	s->of = ev_calloc((size_t)d->clusters + 1, sizeof(*s->of));
	add_rows(s->of, d, losses);
	for (i = 0; i < d->clusters; i++) {
		if (s->of[i].n == 0)
			continue;
		s->n += s->of[i].n;
		s->y += s->of[i].y;
		for (k = 0; k < TERMS; k++)
			s->all[k] += s->of[i].sum[k];
		if (s->patients != i)
			s->of[s->patients] = s->of[i];
		s->patients++;
	}
	return 0;
}

void ev_patient_sums_free(struct ev_patient_sums *s)
{
	if (s)
		free(s->of);
	free(s);
}

/* Sum over patients of (sum of terms less n means)^2. */
static double about(const struct ev_patient_sums *s, int term, double mean)
{
	const ev_fixed m = ev_fixed_of(mean);
	struct ev_sum squares;
	uint32_t i;
	double t;

	ev_sum_init(&squares);
	for (i = 0; i < s->patients; i++) {
		t = ev_fixed_value(s->of[i].sum[term] - m * s->of[i].n);
		ev_sum_add(&squares, t * t);
	}
	return ev_sum_value(&squares);
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
	out->value = ev_fixed_value(s->all[term]) / out->n;
	return ev_mean_interval(out, s->patients, about(s, term, out->value),
				high);
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
	double k = (double)s->patients, t;
	struct ev_sum squares;
	uint32_t i;

	if (ret < 0 || out->flags)
		return ret;
	if (!ev_ratio_begin(out, (double)s->y, ev_fixed_value(s->all[P])))
		return 0;
	if (k < 2) {
		out->flags = EV_STAT_ONE_CLUSTER | EV_STAT_NO_INTERVAL;
		return 0;
	}
	ev_sum_init(&squares);
	for (i = 0; i < s->patients; i++) {
		t = (double)s->of[i].y -
		    out->value * ev_fixed_value(s->of[i].sum[P]);
		ev_sum_add(&squares, t * t);
	}
	return ev_ratio_interval(out, sqrt(k / (k - 1) *
					   ev_sum_value(&squares)) / out->x);
}
