#include "rocrandom.h"

static struct study s;

static int twice(double x, double y)
{
	return x > y ? 2 : x == y;
}

/*
 * Obuchowski's formulas (1997) as they are printed, with placements from all
 * pairs: covariance of areas j and k; theta gets the areas.
 */
static double by_hand(const struct study *d, size_t j, size_t k,
		      double *theta)
{
	static double v[2][MOST_ROWS], sum[MOST_ROWS][2][2];
	static double rows[MOST_ROWS][2];
	size_t which[2] = { j, k }, a, i, h, clusters = d->c.cluster ?
		d->c.clusters : d->n, c;
	double m = 0, n = 0, i10 = 0, i01 = 0, all = 0, s10 = 0, s01 = 0;
	double s11 = 0, x[2][2];

	memset(sum, 0, sizeof(sum));
	memset(rows, 0, sizeof(rows));
	for (i = 0; i < d->n; i++)
		*(d->truth[i] ? &m : &n) += 1;
	for (a = 0; a < 2; a++) {
		theta[a] = 0;
		for (i = 0; i < d->n; i++) {
			const double *score = d->score[which[a]];

			v[a][i] = 0;
			for (h = 0; h < d->n; h++)
				if (d->truth[i] != d->truth[h])
					v[a][i] += d->truth[i] ?
						twice(score[i], score[h]) :
						twice(score[h], score[i]);
			v[a][i] /= 2 * (d->truth[i] ? n : m);
			theta[a] += d->truth[i] ? v[a][i] / m : 0;
		}
	}
	for (i = 0; i < d->n; i++) {
		c = d->c.cluster ? d->cluster[i] : i;
		rows[c][d->truth[i]]++;
		for (a = 0; a < 2; a++)
			sum[c][a][d->truth[i]] += v[a][i];
	}
	for (c = 0; c < clusters; c++) {
		all += rows[c][0] + rows[c][1] > 0;
		i10 += rows[c][1] > 0;
		i01 += rows[c][0] > 0;
		for (a = 0; a < 2; a++)
			for (h = 0; h < 2; h++)
				x[a][h] = sum[c][a][h] - rows[c][h] * theta[a];
		s10 += x[0][1] * x[1][1];
		s01 += x[0][0] * x[1][0];
		s11 += x[0][1] * x[1][0] + x[0][0] * x[1][1];
	}
	return i10 / ((i10 - 1) * m) * s10 / m +
	       i01 / ((i01 - 1) * n) * s01 / n +
	       all / (all - 1) * s11 / (m * n);
}

static void holds_by_hand(void)
{
	struct ev_auc_joint *joint = ev_calloc(1, sizeof(*joint));
	double theta[2], cov, var[2];
	struct ev_auc_test test;
	struct ev_estimate e;
	size_t j, k;

	assert_int_equal(ev_auc_joint(joint, s.m, 3, &s.c), 0);
	for (j = 0; j < 3; j++)
		for (k = 0; k < 3; k++) {
			cov = by_hand(&s, j, k, theta);
			assert_near(joint->cov[j][k], cov, 1e-13);
			assert_near(joint->auc[j], theta[0], 1e-14);
		}
	var[0] = by_hand(&s, 0, 0, theta);
	assert_int_equal(ev_auc(&e, &s.m[0], &s.c, EV_AUC_WALD, 0.9), 0);
	assert_near(e.value, theta[0], 1e-14);
	assert_near(e.se * e.se, var[0], 1e-13);
	var[1] = by_hand(&s, 1, 1, theta);
	cov = by_hand(&s, 0, 1, theta);
	ev_auc_paired(&test, &s.m[0], &s.m[1], &s.c, 0.9);
	assert_near(test.difference.value, theta[0] - theta[1], 1e-14);
	assert_near(test.difference.se * test.difference.se,
		    var[0] + var[1] - 2 * cov, 1e-13);
	free(joint);
}

static void variances_are_those_of_the_formulas_as_printed(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < ROUNDS; i++) {
		random_study(&s, 0x7f);
		holds_by_hand();
		random_study(&s, 9);
		holds_by_hand();
		s.c.cluster = NULL;
		holds_by_hand();
	}
}

static int set_up(void **state)
{
	(void)state;
	ev_stream_init(&rng, 20261125, 4, 1);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			variances_are_those_of_the_formulas_as_printed),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
