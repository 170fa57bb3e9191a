/*
 * statsdigits.c - a long list of results, every bit of each
 *
 * tests/cmd/stats-digits.bats compiles it with the room at several levels and
 * compares what is printed.  Arguments come from Philox streams.
 */
#include "base/compat.h"

#include "stats/agreement.h"
#include "stats/bootstrap.h"
#include "stats/calibration.h"
#include "stats/cluster.h"
#include "stats/dist.h"
#include "stats/drift.h"
#include "stats/paired.h"
#include "stats/philox.h"
#include "stats/proportion.h"
#include "stats/samplesize.h"
#include "stats/special.h"
#include "stats/sum.h"

#define ROUNDS 300

static struct ev_stream s;

static void show(const char *name, double x)
{
	printf("%s %a\n", name, x);
}

static void show_estimate(const struct ev_estimate *e)
{
	printf("%s %a %a %a %a %u\n", e->method, e->value, e->lower, e->upper,
	       e->se, e->flags);
}

static double between(double low, double high)
{
	return low + (high - low) * ev_stream_uniform(&s);
}

static int64_t below(int64_t n)
{
	return (int64_t)ev_stream_below(&s, (uint64_t)n);
}

static void elementary(void)
{
	double x = between(-700, 700), y = ev_exp(between(-30, 30));
	double u = between(-0.99, 4);

	show("exp", ev_exp(x));
	show("expm1", ev_expm1(x / 500));
	show("log", ev_log(y));
	show("log1p", ev_log1p(u));
	show("pow", ev_pow(y, x / 30));
	show("erf", ev_erf(x / 200));
	show("erfc", ev_erfc(x / 30));
	show("lgamma", ev_lgamma(y));
	show("stirling", ev_stirling_error(y));
	show("rest", ev_log1p_rest(u));
	show("normal", ev_normal_cdf(x / 30));
	show("qnormal", ev_normal_quantile(ev_stream_uniform(&s)));
}

static void distributions(void)
{
	double a = ev_exp(between(-1, 7)), b = ev_exp(between(-1, 7));
	double p = ev_stream_uniform(&s);
	int64_t n = 1 + below(5000), k = below(n + 1);

	show("gamma", ev_gamma_tails(a, a * (p + 0.5)).upper);
	show("beta", ev_beta_tails(a, b, p, 1 - p).lower);
	show("t", ev_t_cdf(between(-5, 5), a));
	show("f", ev_f_sf(2 * p, a, b));
	show("binomial", ev_binomial_mass(k, n, p));
	show("qbeta", ev_beta_quantile(p, a, b));
	show("qchi2", ev_chi2_quantile(p, a));
	show("qt", ev_t_quantile(p, b));
	show("qf", ev_f_quantile(p, a, b));
}

static void intervals(void)
{
	struct ev_estimate e;
	struct ev_two t;
	struct ev_pairs p = { below(99), below(20), below(20), 1 + below(30) };
	struct ev_table m = { below(90), below(30), below(30), 1 + below(90) };
	struct ev_mcnemar test;

	t.n1 = 1 + below(300);
	t.n2 = 1 + below(300);
	t.x1 = below(t.n1 + 1);
	t.x2 = below(t.n2 + 1);
	ev_wilson(&e, (double)t.x1, (double)t.n1, 0.95);
	show_estimate(&e);
	ev_clopper_pearson(&e, t.x1, t.n1, 0.95);
	show_estimate(&e);
	ev_jeffreys(&e, t.x1, t.n1, 0.95);
	show_estimate(&e);
	ev_newcombe(&e, &t, 0.95);
	show_estimate(&e);
	ev_miettinen_nurminen(&e, &t, 0.95);
	show_estimate(&e);
	ev_tango(&e, &p, 0.95);
	show_estimate(&e);
	ev_newcombe_paired(&e, &p, 0.95);
	show_estimate(&e);
	ev_mcnemar(&test, &p);
	show("exact", test.exact_p);
	show("mid", test.mid_p);
	ev_lr_positive(&e, &m, 0.95);
	show_estimate(&e);
	ev_ppv_at(&e, &m, 0.05, 0.95);
	show_estimate(&e);
	ev_balanced_accuracy(&e, &m, 0.95);
	show_estimate(&e);
	ev_mcc(&e, &m);
	show_estimate(&e);
}

static void larger(void)
{
	struct ev_cluster c[40];
	struct ev_clustered out;
	struct ev_kappa k;
	int64_t cell[9];
	const struct ev_confusion table = { cell, 3 };
	double x[50], n;
	size_t i;

	for (i = 0; i < 40; i++) {
		c[i].n = 1 + below(9);
		c[i].x = below(c[i].n + 1);
	}
	ev_clustered_proportion(&out, c, 40, 0.95);
	show_estimate(&out.wilson);
	show_estimate(&out.logit);
	for (i = 0; i < 9; i++)
		cell[i] = below(30);
	ev_kappa(&k, &table, EV_KAPPA_QUADRATIC, 0.95);
	show_estimate(&k.kappa);
	show_estimate(&k.at);
	for (i = 0; i < 50; i++)
		x[i] = ev_exp(between(-300, 300));
	show("sum", ev_sum_of(x, 50));
	ev_size_auc(&n, between(0.55, 0.95), 0.05, 0.8, 1);
	show("size", n);
}

#define ROWS 700
#define PATIENTS 200

#define MANY 20000		/* more than are fitted row by row */

static double p[MANY];
static uint8_t y[MANY];
static uint32_t who[MANY];

/* ECE and net benefit of patients as often as they were drawn. */
static int drawn(double *value, uint8_t *defined, void *data,
		 const uint32_t *times)
{
	const struct ev_predicted *d = data;
	struct ev_estimate e;

	(void)defined;
	ev_net_benefit(&e, d, times, 0.3);
	value[1] = e.value;
	return ev_weighted_ece(value, d, times, 10, EV_BIN_RIGHT) == 0;
}

static void groups(const struct ev_predicted *d)
{
	struct ev_hosmer_lemeshow h;
	struct ev_bins b;
	size_t i;

	ev_bins(&b, d, 10, EV_BIN_MASS, EV_BIN_LEFT, 0.95);
	show("ece", b.ece);
	show("mce", b.mce);
	for (i = 0; i < b.n; i++)
		show_estimate(&b.items[i].observed);
	ev_bins_release(&b);
	ev_hosmer_lemeshow(&h, d, 10, EV_HL_QUANTILE2, true);
	show("hl2", h.chi2);
	ev_hosmer_lemeshow(&h, d, 10, EV_HL_QUANTILE7, false);
	show("hl7", h.p);
}

static void calibration(size_t n)
{
	struct ev_predicted d = { p, y, who, PATIENTS, n };
	struct ev_calibration c;
	struct ev_spiegelhalter z;
	struct ev_estimate e;
	double x, slope = between(0.5, 2);
	size_t i;

	for (i = 0; i < n; i++) {
		x = between(-6, 4);
		p[i] = 1 / (1 + ev_exp(-x));
		y[i] = ev_stream_uniform(&s) < 1 / (1 + ev_exp(-slope * x));
		who[i] = (uint32_t)below(PATIENTS);
	}
	for (i = 0; i < 2; i++) {
		ev_brier(&e, &d, 0.95);
		show_estimate(&e);
		ev_log_loss(&e, &d, 0.95, NULL);
		show_estimate(&e);
		ev_observed_expected(&e, &d, 0.95);
		show_estimate(&e);
		ev_calibration(&c, &d, 0.95);
		show_estimate(&c.in_the_large);
		show_estimate(&c.intercept);
		show_estimate(&c.slope);
		show("weak", c.weak_chi2);
		groups(&d);
		d.cluster = NULL;
	}
	ev_spiegelhalter(&z, &d);
	show("spiegelhalter", z.z);
}

static void draws(unsigned jobs)
{
	struct ev_predicted d = { p, y, who, PATIENTS, ROWS };
	struct ev_boot_plan plan = { PATIENTS, NULL, 200, ev_stream_u64(&s),
				     0.95, jobs, 2 };
	struct ev_estimate e[2] = { { 0 } };
	struct ev_psi psi;
	struct ev_ks ks;

	ev_bootstrap(e, NULL, &plan, drawn, &d);
	show_estimate(&e[0]);
	show_estimate(&e[1]);
	ev_psi(&psi, p, ROWS / 3, p + ROWS / 3, ROWS - ROWS / 3, 10);
	show("psi", psi.value);
	show("psi_p", psi.p);
	ev_ks(&ks, p, ROWS / 3, p + ROWS / 3, ROWS - ROWS / 3);
	show("ks", ks.p);
}

#include "rocdigits.h"

int main(void)
{
	int i;

	ev_stream_init(&s, 20260501, 1, 1);
	for (i = 0; i < ROUNDS; i++) {
		elementary();
		distributions();
		intervals();
		larger();
	}
	ev_stream_init(&s, 20261125, 1, 1);
	for (i = 0; i < 20; i++) {
		calibration(ROWS);
		draws(1 + (unsigned)i % 3);
	}
	calibration(MANY);
	ev_stream_init(&s, 20261125, 2, 1);
	for (i = 0; i < 40; i++)
		roc_digits(&s);
	return 0;
}
