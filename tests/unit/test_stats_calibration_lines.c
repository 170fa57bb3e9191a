#include "calfix.h"

#include "stats/drift.h"

static struct study *breast, *pima, *ecg;

static int set_up(void **state)
{
	(void)state;
	breast = read_study("tests/data/breast_cancer/predictions.csv");
	pima = read_study("tests/data/reference/pima_te.csv");
	ecg = read_study("tests/data/reference/clustered_ecg.csv");
	return ecg->n == 1827 ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	free(breast);
	free(pima);
	free(ecg);
	return 0;
}

/* One line of calibration.txt. */
struct line {
	char file[32], unit[16], name[32];
	double v[4];
};

static void means_hold(const struct ev_predicted *d, const struct line *l)
{
	struct ev_estimate e;
	int ret;

	if (strcmp(l->name, "brier") == 0)
		ret = ev_brier(&e, d, 0.95);
	else if (strcmp(l->name, "log_loss") == 0)
		ret = ev_log_loss(&e, d, 0.95, NULL);
	else
		ret = ev_observed_expected(&e, d, 0.95);
	assert_int_equal(ret, 0);
	assert_near(e.value, l->v[0], 1e-12);
	assert_near(e.se, l->v[1], 1e-12);
}

static void fit_holds(const struct ev_predicted *d, const struct line *l)
{
	double k = strcmp(l->unit, "row") == 0 ? (double)d->n : 298;
	const struct ev_estimate *e;
	struct ev_calibration c;
	double naive;

	assert_int_equal(ev_calibration(&c, d, 0.95), 0);
	e = &c.in_the_large;
	naive = c.naive_se_large;
	if (strcmp(l->name, "slope") == 0) {
		e = &c.slope;
		naive = c.naive_se_slope;
	} else if (strcmp(l->name, "intercept") == 0) {
		e = &c.intercept;
		naive = c.naive_se_intercept;
	} else if (strcmp(l->name, "weak") == 0) {
		assert_near(c.weak_chi2, l->v[0], 1e-10);
		assert_near(c.weak_p, l->v[1], 1e-10);
		return;
	}
	assert_near(e->value, l->v[0], 1e-10);
	assert_near(naive, l->v[1], 1e-10);
	assert_near(e->se, sqrt(k / (k - 1)) * l->v[2], 1e-10);
}

static void hosmer_holds(const struct ev_predicted *d, const struct line *l)
{
	enum ev_hl_rule rule = l->name[2] == '2' ? EV_HL_QUANTILE2 :
			       EV_HL_QUANTILE7;
	struct ev_hosmer_lemeshow h;

	assert_int_equal(ev_hosmer_lemeshow(&h, d, 10, rule, false), 0);
	assert_near(h.groups, l->v[0], 0);
	assert_near(h.chi2, l->v[1], 1e-12);
	assert_near(h.p, l->v[2], 1e-12);
	assert_int_equal(ev_hosmer_lemeshow(&h, d, 10, rule, true), 0);
	assert_near(h.p, l->v[3], 1e-12);
}

static void ece_holds(const struct ev_predicted *d, const struct line *l)
{
	bool width = strcmp(l->name, "ece_width") == 0;
	struct ev_bins b;
	double one;

	assert_int_equal(ev_bins(&b, d, 10, width ? EV_BIN_WIDTH : EV_BIN_MASS,
				 EV_BIN_RIGHT, 0.95), 0);
	assert_near(b.ece, l->v[0], 1e-12);
	assert_near(b.mce, l->v[1], 1e-12);
	if (width) {
		assert_int_equal(ev_weighted_ece(&one, d, NULL, 10,
						 EV_BIN_RIGHT), 0);
		assert_near(one, l->v[0], 1e-12);
	}
	ev_bins_release(&b);
}

static void drift_holds(const struct study *s, const struct line *l)
{
	struct ev_psi psi;
	struct ev_ks ks;

	if (strcmp(l->name, "psi") == 0) {
		assert_int_equal(ev_psi(&psi, s->score[0], s->n, s->score[1],
					s->n, 10), 0);
		assert_near(psi.value, l->v[0], 1e-12);
		return;
	}
	assert_int_equal(ev_ks(&ks, s->score[0], s->n, s->score[1], s->n), 0);
	assert_near(ks.d, l->v[0], 1e-12);
	/* R sums until a term is below 1e-8 */
	assert_near(ks.p, l->v[1], 1e-8);
}

static void line_holds(const struct line *l)
{
	const struct study *s = strcmp(l->file, "pima_te") == 0 ? pima :
				strcmp(l->file, "breast_cancer") == 0 ?
				breast : ecg;
	struct ev_predicted d = predicted(s, 0);
	struct ev_spiegelhalter z;
	struct ev_estimate e;
	uint32_t own[MOST_ROWS];
	const char *name = l->name;
	uint32_t i;

	if (strcmp(l->unit, "row") == 0) {
		for (i = 0; i < s->n; i++)
			own[i] = i;
		d.cluster = own;
		d.clusters = (uint32_t)s->n;
	}
	if (strcmp(name, "brier") == 0 || strcmp(name, "log_loss") == 0 ||
	    strcmp(name, "oe") == 0) {
		means_hold(&d, l);
	} else if (strcmp(name, "spiegelhalter") == 0) {
		assert_int_equal(ev_spiegelhalter(&z, &d), 0);
		assert_near(z.z, l->v[0], 1e-12);
		assert_near(z.p, l->v[1], 1e-12);
	} else if (strncmp(name, "hl", 2) == 0) {
		hosmer_holds(&d, l);
	} else if (strncmp(name, "ece", 3) == 0) {
		ece_holds(&d, l);
	} else if (strncmp(name, "net", 3) == 0) {
		assert_int_equal(ev_net_benefit(&e, &d, NULL,
						strtod(name + 12, NULL)), 0);
		assert_near(e.value, l->v[0], 1e-12);
	} else if (strcmp(name, "psi") == 0 || strcmp(name, "ks") == 0) {
		drift_holds(s, l);
	} else {
		fit_holds(&d, l);
	}
}

static void every_line_of_r_holds(void **state)
{
	FILE *in = fopen("tests/data/reference/calibration.txt", "r");
	char text[300];
	struct line l;
	size_t n = 0;

	(void)state;
	assert_non_null(in);
	while (fgets(text, sizeof(text), in)) {
		memset(&l, 0, sizeof(l));
		assert_true(sscanf(text, "%31s %15s %31s %lf %lf %lf %lf",
				   l.file, l.unit, l.name, &l.v[0], &l.v[1],
				   &l.v[2], &l.v[3]) >= 4);
		line_holds(&l);
		n++;
	}
	fclose(in);
	assert_int_equal(n, 68);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_of_r_holds),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
