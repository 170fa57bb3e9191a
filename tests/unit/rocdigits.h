/*
 * rocdigits.h - areas, several classes and several readers for statsdigits.c
 */
#ifndef EV_TESTS_ROCDIGITS_H
#define EV_TESTS_ROCDIGITS_H

#include "stats/mrmc.h"
#include "stats/multiclass.h"
#include "stats/philox.h"
#include "stats/roc.h"

#define ROC_ROWS 120
#define ROC_CLUSTERS 30

struct roc_digits {
	uint8_t truth[ROC_ROWS];
	uint32_t cluster[ROC_ROWS], times[ROC_ROWS];
	double score[3][ROC_ROWS];
	uint32_t order[3][ROC_ROWS];
	struct ev_marker m[3];
	struct ev_cases c;
};

static void roc_draw(struct roc_digits *d, struct ev_stream *s)
{
	double u, coarse = ev_stream_below(s, 2) ? 8 : 1e9;
	size_t i, j;

	for (i = 0; i < ROC_ROWS; i++) {
		d->truth[i] = i < 40 ? i % 2 : ev_stream_below(s, 4) == 0;
		d->cluster[i] = (uint32_t)ev_stream_below(s, ROC_CLUSTERS);
		d->times[i] = (uint32_t)ev_stream_below(s, 4);
		u = ev_stream_uniform(s);
		for (j = 0; j < 3; j++)
			d->score[j][i] = (double)(int64_t)(coarse * (u +
				ev_stream_uniform(s) + 0.3 * d->truth[i]));
	}
	for (j = 0; j < 3; j++) {
		ev_marker_order(d->order[j], d->score[j], ROC_ROWS);
		d->m[j] = (struct ev_marker){ d->score[j], d->order[j] };
	}
	d->c = (struct ev_cases){ d->truth, NULL, 0, ROC_ROWS };
}

static void roc_areas(struct roc_digits *d)
{
	struct ev_auc_joint joint;
	struct ev_auc_test t;
	struct ev_estimate e;

	ev_auc(&e, &d->m[0], &d->c, EV_AUC_WALD, 0.95);
	show_estimate(&e);
	ev_auc(&e, &d->m[0], &d->c, EV_AUC_LOGIT, 0.95);
	show_estimate(&e);
	ev_auc_paired(&t, &d->m[0], &d->m[1], &d->c, 0.95);
	show_estimate(&t.difference);
	show("paired", t.p);
	ev_auc_unpaired(&t, &d->m[0], &d->c, &d->m[2], &d->c, 0.95);
	show_estimate(&t.difference);
	show("unpaired", t.p);
	show("welch", t.df);
	ev_auc_joint(&joint, d->m, 3, &d->c);
	show("joint", joint.chi2);
	show("joint", joint.p);
	ev_weighted_auc(&e, &d->m[0], &d->c, d->times);
	show_estimate(&e);
	ev_sens_at_spec(&e, &d->m[0], &d->c, d->times, 0.8);
	show_estimate(&e);
	ev_spec_at_sens(&e, &d->m[0], &d->c, d->times, 0.8);
	show_estimate(&e);
	ev_partial_auc(&e, &d->m[0], &d->c, d->times, 0.8, true);
	show_estimate(&e);
	ev_average_precision(&e, &d->m[0], &d->c, d->times);
	show_estimate(&e);
}

static void roc_curve(const struct roc_digits *d)
{
	struct ev_roc_point p[20];
	size_t i, n = ev_roc_curve(p, 20, &d->m[1], &d->c);

	for (i = 0; i < n; i++) {
		show("fpr", p[i].fpr);
		show("tpr", p[i].tpr);
	}
}

static void roc_classes(struct ev_stream *s)
{
	double p[ROC_ROWS * 3], sum;
	uint8_t truth[ROC_ROWS];
	const struct ev_multiclass d = { p, truth, NULL, 0, ROC_ROWS, 3 };
	struct ev_class_ranks r;
	struct ev_estimate e;
	size_t i, j;

	for (i = 0; i < ROC_ROWS; i++) {
		truth[i] = (uint8_t)(i < 3 ? i : ev_stream_below(s, 3));
		for (j = 0, sum = 0; j < 3; j++) {
			p[i * 3 + j] = ev_stream_uniform(s) + (truth[i] == j);
			sum += p[i * 3 + j];
		}
		for (j = 0; j < 3; j++)
			p[i * 3 + j] /= sum;
	}
	ev_class_ranks_init(&r, &d);
	ev_class_auc_macro(&e, &r, NULL);
	show_estimate(&e);
	ev_class_auc_weighted(&e, &r, NULL);
	show_estimate(&e);
	ev_hand_till(&e, &r, NULL);
	show_estimate(&e);
	ev_class_ranks_release(&r);
	ev_multiclass_brier(&e, &d, NULL);
	show_estimate(&e);
	ev_multiclass_log_loss(&e, &d, NULL, NULL);
	show_estimate(&e);
	ev_top_label_ece(&e, &d, NULL, 10, EV_BIN_RIGHT);
	show_estimate(&e);
}

/* Three readers, two modalities, 20 cases: a row each. */
static void roc_readers(const struct roc_digits *d)
{
	uint32_t reader[ROC_ROWS], modality[ROC_ROWS], which[ROC_ROWS];
	uint8_t truth[ROC_ROWS];
	const struct ev_mrmc_table t = { reader, modality, which, truth,
					 d->score[0], ROC_ROWS, 3, 2, 20,
					 NULL, 0 };
	struct ev_mrmc m;
	uint32_t i;

	for (i = 0; i < ROC_ROWS; i++) {
		which[i] = i / 6;
		reader[i] = i % 3;
		modality[i] = i / 3 % 2;
		truth[i] = which[i] % 2;
	}
	if (ev_mrmc(&m, &t, 0.95) < 0)
		return;
	show("cov2", m.cov2);
	show("df2", m.df2);
	show("f", m.p);
	show("chi2", m.chi2_p);
	show_estimate(&m.means[0].random);
	show_estimate(&m.means[1].fixed);
	show_estimate(&m.pairs[0].random.difference);
	show_estimate(&m.pairs[0].fixed.difference);
	ev_mrmc_release(&m);
}

static void roc_digits(struct ev_stream *s)
{
	struct roc_digits d;

	roc_draw(&d, s);
	roc_areas(&d);
	d.c.cluster = d.cluster;
	d.c.clusters = ROC_CLUSTERS;
	roc_areas(&d);
	roc_curve(&d);
	roc_classes(s);
	roc_readers(&d);
}

#endif
