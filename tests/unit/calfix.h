/*
 * calfix.h - predicted probabilities of tests, and what is sound
 */
#ifndef EV_TESTS_CALFIX_H
#define EV_TESTS_CALFIX_H

#include "rocfix.h"

#include "stats/calibration.h"
#include "stats/special.h"

/* The scores of a study's marker as probabilities. */
static inline struct ev_predicted predicted(const struct study *s, size_t j)
{
	struct ev_predicted d = { s->score[j], s->truth, s->c.cluster,
				  s->c.clusters, s->n };

	return d;
}

static inline struct study *read_study(const char *path)
{
	static const char *const scores[] = { "score", "baseline", NULL };
	struct csv *t = read_csv(path);
	struct study *s = ev_calloc(1, sizeof(*s));

	take(s, t, scores, "patient_id", NULL, NULL);
	free(t);
	return s;
}

static inline void assert_finite(double x)
{
	assert_true(ev_fp_is_finite(x));
}

/* Nothing is NaN or infinite, and there is an interval or a flag. */
static inline void assert_sound(const struct ev_estimate *e)
{
	assert_finite(e->value);
	assert_finite(e->lower);
	assert_finite(e->upper);
	assert_finite(e->se);
	assert_non_null(e->method);
	if (e->flags & EV_STAT_UNDEFINED)
		assert_true(e->value == 0);
	if (e->flags & (EV_STAT_UNDEFINED | EV_STAT_NO_INTERVAL))
		return;
	assert_true(e->lower <= e->value && e->value <= e->upper);
	assert_true(e->lower < e->upper);
}

/* Everything calibration.h says of some rows, as bits. */
struct verdict {
	struct ev_estimate e[7];
	struct ev_calibration c;
	struct ev_spiegelhalter z;
	struct ev_hosmer_lemeshow h[2];
	double ece[6];
	double all;
};

static inline void judge(struct verdict *v, const struct ev_predicted *d)
{
	struct ev_bins b;
	int i;

	memset(v, 0, sizeof(*v));
	assert_int_equal(ev_brier(&v->e[0], d, 0.95), 0);
	assert_int_equal(ev_scaled_brier(&v->e[1], d), 0);
	assert_int_equal(ev_log_loss(&v->e[2], d, 0.95, NULL), 0);
	assert_int_equal(ev_observed_expected(&v->e[3], d, 0.95), 0);
	assert_int_equal(ev_net_benefit(&v->e[4], d, NULL, 0.2), 0);
	assert_int_equal(ev_calibration(&v->c, d, 0.95), 0);
	assert_int_equal(ev_spiegelhalter(&v->z, d), 0);
	for (i = 0; i < 2; i++)
		assert_int_equal(ev_hosmer_lemeshow(&v->h[i], d, 10,
						    i ? EV_HL_QUANTILE7 :
						    EV_HL_QUANTILE2, i), 0);
	for (i = 0; i < 3; i++) {
		assert_int_equal(ev_bins(&b, d, 10, i == 2 ? EV_BIN_MASS :
					 EV_BIN_WIDTH, i == 1 ? EV_BIN_LEFT :
					 EV_BIN_RIGHT, 0.95), 0);
		v->ece[2 * i] = b.ece;
		v->ece[2 * i + 1] = b.mce;
		ev_bins_release(&b);
	}
	if (d->n > 0)
		assert_int_equal(ev_net_benefit_all(&v->all, d, 0.2), 0);
}

/* Nothing in a verdict is NaN or infinite, or an interval without width. */
static inline void sound(const struct verdict *v)
{
	const struct ev_calibration *c = &v->c;
	size_t i;

	for (i = 0; i < 5; i++)
		assert_sound(&v->e[i]);
	assert_sound(&c->in_the_large);
	assert_sound(&c->intercept);
	assert_sound(&c->slope);
	assert_finite(c->naive_se_slope);
	assert_finite(c->naive_se_intercept);
	assert_finite(c->naive_se_large);
	assert_finite(c->weak_chi2);
	assert_finite(c->weak_p);
	assert_finite(v->z.z);
	assert_finite(v->z.p);
	for (i = 0; i < 2; i++) {
		assert_finite(v->h[i].chi2);
		assert_finite(v->h[i].p);
	}
	for (i = 0; i < 6; i++)
		assert_true(v->ece[i] >= 0 && v->ece[i] <= 1);
	assert_finite(v->all);
}

/* The same with and without patients. */
static inline struct verdict look(const double *p, const uint8_t *y, size_t n)
{
	uint32_t who[64];
	struct ev_predicted d = { p, y, who, 64, n };
	struct verdict v;
	size_t i;

	assert_true(n <= 64);
	for (i = 0; i < n; i++)
		who[i] = (uint32_t)(i / 2);
	judge(&v, &d);
	sound(&v);
	d.cluster = NULL;
	judge(&v, &d);
	sound(&v);
	return v;
}

#define UNDEFINED(e) (((e).flags & EV_STAT_UNDEFINED) != 0)

#endif
