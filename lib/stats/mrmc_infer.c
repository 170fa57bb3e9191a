#include "base/compat.h"
#include "stats/mrmc_internal.h"

#include "stats/dist.h"
#include "stats/sum.h"

/* Degrees of freedom so many that Student's t is normal to the last digit. */
#define NORMAL_DF 1e10

#define NO_VARIANCE (EV_STAT_DEGENERATE_VARIANCE | EV_STAT_NO_INTERVAL)

struct mean {
	struct ev_sum sum;
	double n;
};

/* What all of it is computed from. */
struct anova {
	const struct ev_auc_gram *g;
	size_t r, t;			/* readers, modalities */
	unsigned lack;			/* as ev_auc_lack() */
	double scale;			/* 2 M N */
	double level;
};

static void add(struct mean *m, double x)
{
	if (m->n == 0)
		ev_sum_init(&m->sum);
	ev_sum_add(&m->sum, x);
	m->n++;
}

static double of(struct mean *m)
{
	return m->n > 0 ? ev_sum_value(&m->sum) / m->n : 0;
}

static int64_t u_of(const struct anova *a, size_t i, size_t j)
{
	return a->g->sums[i * a->r + j].u;
}

/* Sums of U are whole: over readers of a modality, the reverse, of all. */
static ev_int128 row(const struct anova *a, size_t i)
{
	ev_int128 sum = 0;
	size_t j;

	for (j = 0; j < a->r; j++)
		sum += u_of(a, i, j);
	return sum;
}

static ev_int128 column(const struct anova *a, size_t j)
{
	ev_int128 sum = 0;
	size_t i;

	for (i = 0; i < a->t; i++)
		sum += u_of(a, i, j);
	return sum;
}

static ev_int128 total(const struct anova *a)
{
	ev_int128 sum = 0;
	size_t i;

	for (i = 0; i < a->t; i++)
		sum += row(a, i);
	return sum;
}

static void add_square(struct ev_sum *sum, ev_int128 x, double scale)
{
	double y = ev_int128_double(x) / scale;

	ev_sum_add(sum, y * y);
}

/* Mean squares of treatments, and of treatments by readers. */
static void mean_squares(struct ev_mrmc *out, const struct anova *a)
{
	double r = (double)a->r, t = (double)a->t, scale = r * t * a->scale;
	const ev_int128 rows = (ev_int128)a->r, cols = (ev_int128)a->t;
	const ev_int128 all = total(a);
	struct ev_sum of_t, of_tr;
	size_t i, j;

	ev_sum_init(&of_t);
	ev_sum_init(&of_tr);
	for (i = 0; i < a->t; i++) {
		add_square(&of_t, cols * row(a, i) - all, scale);
		for (j = 0; j < a->r; j++)
			add_square(&of_tr, rows * cols * u_of(a, i, j) -
				   cols * row(a, i) - rows * column(a, j) +
				   all, scale);
	}
	if (a->t > 1)
		out->mst = r * ev_sum_value(&of_t) / (t - 1);
	if (a->t > 1 && a->r > 1)
		out->mstr = ev_sum_value(&of_tr) / ((t - 1) * (r - 1));
}

/* Mean square of the readers of a modality. */
static double of_readers(const struct anova *a, size_t i)
{
	struct ev_sum sum;
	size_t j;

	ev_sum_init(&sum);
	for (j = 0; j < a->r; j++)
		add_square(&sum, (ev_int128)a->r * u_of(a, i, j) - row(a, i),
			   (double)a->r * a->scale);
	return ev_sum_value(&sum) / (double)(a->r - 1);
}

static void covariances(struct ev_mrmc *out, const struct anova *a)
{
	struct mean by[2][2];
	struct ev_auc_contrast x = { 0, EV_AUC_ALONE }, y = x;
	size_t k = a->r * a->t;

	memset(by, 0, sizeof(by));
	for (x.plus = 0; x.plus < k; x.plus++)
		for (y.plus = 0; y.plus <= x.plus; y.plus++)
			add(&by[x.plus / a->r == y.plus / a->r]
			       [x.plus % a->r == y.plus % a->r],
			    ev_auc_covariance(a->g, x, y));
	out->error = of(&by[1][1]);
	out->cov1 = of(&by[0][1]);
	out->cov2 = of(&by[1][0]);
	out->cov3 = of(&by[0][0]);
}

/*
 * error - cov1 and cov2 - cov3, from differences of modalities i and h of a
 * reader j or two: half the mean of their variances and of their covariances.
 * Of modalities that are rated alike both are zero without rounding.
 */
static void of_differences(const struct anova *a, double *same,
			   double *other)
{
	struct mean var = { .n = 0 }, cov = { .n = 0 };
	size_t r = a->r, h, i, j, l;

	for (i = 0; i < a->t; i++)
		for (h = i + 1; h < a->t; h++)
			for (j = 0; j < r; j++)
				for (l = 0; l <= j; l++)
					add(l == j ? &var : &cov,
					    ev_auc_covariance(a->g,
						(struct ev_auc_contrast){
						i * r + j, h * r + j },
						(struct ev_auc_contrast){
						i * r + l, h * r + l }));
	*same = of(&var) / 2;
	*other = of(&cov) / 2;
}

static double positive(double x)
{
	return x > 0 ? x : 0;
}

/* Degrees of freedom of Hillis: those of the mean square, more for what is
 * added to it that has none of its own; 0 for infinitely many. */
static double hillis(double sum, double square, double df)
{
	double share = square / sum;

	return share * share * NORMAL_DF > df ? df / (share * share) : 0;
}

static double quantile(double level, double df)
{
	return df > 0 ? ev_t_quantile(1 - ev_alpha(level) / 2, df) :
		ev_normal_z(level);
}

/* Interval of an estimate that has its value; false without a variance. */
static bool interval(struct ev_estimate *e, double variance, double df,
		     double low)
{
	double half;

	if (!(variance > 0)) {
		e->flags |= NO_VARIANCE;
		return false;
	}
	e->se = sqrt(variance);
	half = quantile(e->level, df) * e->se;
	e->lower = e->value - half;
	e->upper = e->value + half;
	if (e->lower < low || e->upper > 1)
		e->flags |= EV_STAT_CLIPPED;
	e->lower = e->lower < low ? low : e->lower;
	e->upper = e->upper > 1 ? 1 : e->upper;
	return true;
}

/* Begin an estimate; false if it is to have no interval. */
static bool begin(struct ev_estimate *e, const struct anova *a,
		  const char *method, ev_int128 u, bool random)
{
	ev_estimate_init(e, method, a->level);
	e->n = (double)(a->g->m + a->g->n);
	e->flags = a->lack;
	if (e->flags & EV_STAT_UNDEFINED)
		return false;
	e->value = ev_int128_double(u) / ((double)a->r * a->scale);
	if (random && a->r < 2)
		e->flags |= EV_STAT_NO_INTERVAL;
	return !e->flags;
}

static void one_mean(struct ev_mrmc_mean *out, const struct anova *a, size_t i)
{
	struct mean var = { .n = 0 }, cov = { .n = 0 };
	struct ev_auc_contrast x = { i * a->r, EV_AUC_ALONE }, y;
	double r = (double)a->r, square, sum, covariance;

	for (; a->lack == 0 && x.plus < (i + 1) * a->r; x.plus++)
		for (y = (struct ev_auc_contrast){ i * a->r, EV_AUC_ALONE };
		     y.plus <= x.plus; y.plus++)
			add(x.plus == y.plus ? &var : &cov,
			    ev_auc_covariance(a->g, x, y));
	covariance = positive(of(&cov));
	if (begin(&out->fixed, a, "obuchowski_rockette_fixed", row(a, i),
		  false))
		interval(&out->fixed, (of(&var) + (r - 1) * covariance) / r, 0,
			 0);
	if (!begin(&out->random, a, "obuchowski_rockette", row(a, i), true))
		return;
	square = of_readers(a, i);
	sum = square + r * covariance;
	out->df = sum > 0 ? hillis(sum, square, r - 1) : 0;
	interval(&out->random, sum / r, out->df, 0);
}

static void one_pair(struct ev_mrmc_pair *p, const struct ev_mrmc *m,
		     const struct anova *a, double fixed)
{
	ev_int128 u = row(a, p->first) - row(a, p->second);
	double r = (double)a->r;

	p->random.p = 1;
	p->fixed.p = 1;
	if (begin(&p->fixed.difference, a, "obuchowski_rockette_fixed", u,
		  false) &&
	    interval(&p->fixed.difference, 2 / r * fixed, 0, -1)) {
		p->fixed.z = p->fixed.difference.value /
			     p->fixed.difference.se;
		p->fixed.p = ev_normal_two_sided(p->fixed.z);
	}
	if (begin(&p->random.difference, a, "obuchowski_rockette", u, true) &&
	    interval(&p->random.difference, 2 / r * m->denominator, m->df2,
		     -1)) {
		p->random.z = p->random.difference.value /
			      p->random.difference.se;
		p->random.df = m->df2;
		p->random.p = m->df2 > 0 ?
			ev_t_two_sided(p->random.z, m->df2) :
			ev_normal_two_sided(p->random.z);
	}
}

/* Are all equal, in the population of readers too. */
static void random_test(struct ev_mrmc *m, const struct anova *a, double extra)
{
	m->p = 1;
	m->random_flags = a->lack;
	if (a->r < 2 || a->t < 2)
		m->random_flags |= EV_STAT_UNDEFINED;
	if (m->random_flags)
		return;
	m->denominator = m->mstr + (double)a->r * positive(extra);
	m->df1 = (double)(a->t - 1);
	if (!(m->denominator > 0)) {
		m->random_flags = EV_STAT_DEGENERATE_VARIANCE;
		return;
	}
	m->df2 = hillis(m->denominator, m->mstr,
			(double)((a->t - 1) * (a->r - 1)));
	m->f = m->mst / m->denominator;
	m->p = m->df2 > 0 ? ev_f_sf(m->f, m->df1, m->df2) :
		ev_chi2_sf(m->f * m->df1, m->df1);
}

/* Are all equal for these readers; answers the variance it rests on. */
static double fixed_test(struct ev_mrmc *m, const struct anova *a,
			 double same, double extra)
{
	double fixed = same + (double)(a->r - 1) * positive(extra);

	m->chi2_p = 1;
	m->fixed_flags = a->lack;
	if (a->t < 2)
		m->fixed_flags |= EV_STAT_UNDEFINED;
	if (m->fixed_flags)
		return fixed;
	m->chi2_df = (double)(a->t - 1);
	if (!(fixed > 0)) {
		m->fixed_flags = EV_STAT_DEGENERATE_VARIANCE;
		return fixed;
	}
	m->chi2 = m->chi2_df * m->mst / fixed;
	m->chi2_p = ev_chi2_sf(m->chi2, m->chi2_df);
	return fixed;
}

void ev_mrmc_infer(struct ev_mrmc *out, const struct ev_auc_gram *g,
		   double level)
{
	struct anova a = { g, out->readers, out->modalities, ev_auc_lack(g),
			   2 * (double)(g->m * g->n), level };
	double same = 0, extra = 0, fixed;
	size_t i;

	if (!(a.lack & EV_STAT_UNDEFINED))
		mean_squares(out, &a);
	if (!a.lack) {
		covariances(out, &a);
		of_differences(&a, &same, &extra);
	}
	random_test(out, &a, extra);
	fixed = fixed_test(out, &a, same, extra);
	for (i = 0; i < out->modalities; i++)
		one_mean(&out->means[i], &a, i);
	for (i = 0; i < out->n_pairs; i++)
		one_pair(&out->pairs[i], out, &a, fixed);
}
