#include "base/compat.h"

#include "clinical/page_internal.h"

#include <math.h>

#include "base/mem.h"
#include "clinical/classes.h"

#define POINTS 400u			/* of a curve: finer than the eye */
#define CURVES 6u			/* of a drawing */
#define SHEETS 3u			/* drawings, with many classes */

struct curves {
	struct ev_plot_series series[CURVES];
	struct ev_buf names[CURVES];
	size_t n;
};

static void release(struct curves *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		free((double *)(uintptr_t)c->series[i].x);
		free((double *)(uintptr_t)c->series[i].y);
		ev_buf_release(&c->names[i]);
	}
	c->n = 0;
}

/* One curve and its area, if there are both classes. */
static int add(struct curves *c, const char *name,
	       const struct ev_marker *m, const struct ev_cases *cases,
	       const struct ev_estimate *auc)
{
	struct ev_roc_point *p = ev_calloc(POINTS, sizeof(*p));
	size_t i, n = ev_roc_curve(p, POINTS, m, cases);
	double *x, *y;

	if (!n) {
		free(p);
		return 0;
	}
	x = ev_calloc(n, sizeof(*x));
	y = ev_calloc(n, sizeof(*y));
	for (i = 0; i < n; i++) {
		x[i] = p[i].fpr;
		y[i] = p[i].tpr;
	}
	ev_buf_init(&c->names[c->n]);
	ev_buf_adds(&c->names[c->n], name);
	if (auc && !(auc->flags & EV_STAT_UNDEFINED)) {
		ev_buf_adds(&c->names[c->n], ", AUC ");
		ev_page_estimate(&c->names[c->n], auc, (double)NAN);
	}
	c->series[c->n] = (struct ev_plot_series){
		.name = c->names[c->n].ptr, .x = x, .y = y, .n = n,
		.line = true, .style = (unsigned)c->n,
	};
	c->n++;
	free(p);
	return 1;
}

/* The area as it was measured, where the suite asks for it. */
static const struct ev_estimate *auc_of(const struct ev_evaluation *e,
					int class)
{
	size_t i;

	for (i = 0; i < e->suite->n_requests; i++)
		if (e->suite->requests[i].metric == EV_M_AUC &&
		    e->suite->requests[i].class_index == class)
			return &e->slices[0].measures[i].e;
	return NULL;
}

static void plot(struct ev_html *h, const struct curves *c, const char *title,
		 const struct ev_plot_mark *marks, size_t n)
{
	static const struct ev_plot_axis x = {
		.low = 0, .high = 1,
		.title = "called without the condition (1 \u2212 specificity)",
	}, y = {
		.low = 0, .high = 1,
		.title = "called with the condition (sensitivity)",
	};

	ev_plot_curves(h, title, "The further a curve bends to the upper left "
		       "corner, the better the scores tell both groups apart; "
		       "the dashed diagonal is chance. Numbered circles are "
		       "the thresholds that the suite fixes.", c->series, c->n,
		       marks, n, &x, &y, true);
}

/* Both classes ------------------------------------------------------------- */

static bool rate(double *out, const struct ev_cells *c, int truth,
		 enum ev_missing_rule rule)
{
	struct ev_table t;
	int64_t n;

	ev_cells_table(&t, c, rule);
	n = truth ? t.tp + t.fn : t.fp + t.tn;
	if (!n)
		return false;
	*out = (double)(truth ? t.tp : t.fp) / (double)n;
	return true;
}

static void add_share(struct ev_buf *out, const char *word, double x)
{
	ev_buf_addf(out, ", %s ", word);
	ev_page_number(out, x);
}

static void binary(struct ev_html *h, const struct ev_evaluation *e,
		   struct ev_work *w, struct curves *c)
{
	const struct ev_suite *s = e->suite;
	struct ev_plot_mark *marks = ev_calloc(s->n_points + 1,
					       sizeof(*marks));
	char **labels = ev_calloc(s->n_points + 1, sizeof(*labels));
	struct ev_buf text = EV_BUF_INIT;
	size_t i, n = 0;

	for (i = 0; i < s->n_points; i++) {
		double x, y;

		if (!rate(&x, &w->cells[i], 0, w->g->rule) ||
		    !rate(&y, &w->cells[i], 1, w->g->rule))
			continue;
		ev_buf_clear(&text);
		ev_buf_addf(&text, "%s, score \u2265 %s", s->points[i].name,
			    s->points[i].threshold.text);
		add_share(&text, "sens.", y);
		add_share(&text, "spec.", 1 - x);
		marks[n].x = x;
		marks[n].y = y;
		marks[n].label = labels[n] = ev_buf_detach(&text, NULL);
		n++;
	}
	plot(h, c, "Receiver operating characteristic (ROC)", marks, n);
	for (i = 0; i < n; i++)
		free(labels[i]);
	free(labels);
	free(marks);
	ev_buf_release(&text);
}

static int both_classes(struct ev_html *h, const struct ev_evaluation *e,
			struct ev_work *w)
{
	static const char *const names[] = { "previous", "anchor" };
	const struct ev_view *v = ev_work_rank(w);
	struct ev_marker m = { v->score[0], ev_work_order(w, v, 0) };
	struct ev_cases cases = { v->truth, v->cluster, v->clusters, v->n };
	struct curves c = { .n = 0 };
	int k, drawn = add(&c, "candidate", &m, &cases, auc_of(e, -1));

	for (k = 0; k < 2; k++) {
		if (!e->reference[k])
			continue;
		v = ev_work_pair(w, k);
		m = (struct ev_marker){ v->score[1], ev_work_order(w, v, 1) };
		cases = (struct ev_cases){ v->truth, v->cluster, v->clusters,
					   v->n };
		drawn += add(&c, names[k], &m, &cases, NULL);
	}
	if (drawn)
		binary(h, e, w, &c);
	release(&c);
	return drawn;
}

/* Several classes ---------------------------------------------------------- */

static int each_class(struct ev_html *h, const struct ev_evaluation *e,
		      struct ev_work *w)
{
	const struct ev_class_rows *rows = ev_work_classes(w);
	struct curves c = { .n = 0 };
	struct ev_buf title = EV_BUF_INIT;
	size_t i, sheets = 0;
	int drawn = 0;

	for (i = 0; i < rows->k && !rows->ret && rows->score &&
	     sheets < SHEETS; i++) {
		struct ev_marker m = { rows->score + i * rows->n,
				       rows->order + i * rows->n };
		struct ev_cases cases = { rows->is + i * rows->n, NULL, 0,
					  rows->n };

		ev_buf_clear(&title);
		ev_buf_addf(&title, "class %s",
			    ev_page_class(e->suite, (int)i));
		drawn += add(&c, title.ptr, &m, &cases, auc_of(e, (int)i));
		if (!c.n || (c.n < CURVES && i + 1 < rows->k))
			continue;
		ev_buf_clear(&title);
		ev_buf_adds(&title, "Each class against all others (ROC)");
		if (sheets++)
			ev_buf_addf(&title, ", part %zu", sheets);
		plot(h, &c, title.ptr, NULL, 0);
		release(&c);
	}
	if (i < rows->k && drawn)
		ev_html_element(h, "p", "small", "%zu more classes are not "
				"drawn.", rows->k - i);
	ev_buf_release(&title);
	return drawn;
}

/* Net benefit -------------------------------------------------------------- */

/* The share with the condition among rows that have a score, which are those
 * that the device's net benefit is counted over. */
static double share_of(const struct ev_slice_result *r)
{
	double n = 0, x = 0;
	size_t i;

	for (i = 0; i < r->bins.n; i++) {
		n += (double)r->bins.items[i].n;
		x += (double)r->bins.items[i].positives;
	}
	return n > 0 ? x / n : 0;
}

struct benefit { double *t, *net, *all, *none; size_t n; };

static void collect(struct benefit *b, const struct ev_evaluation *e)
{
	const struct ev_slice_result *r = &e->slices[0];
	double share = share_of(r);
	size_t i, at;

	for (i = 0; i < e->suite->n_requests; i++) {
		const struct ev_request *q = &e->suite->requests[i];
		const struct ev_estimate *x = &r->measures[i].e;

		if (q->metric != EV_M_NET_BENEFIT ||
		    x->flags & EV_STAT_UNDEFINED || !(q->argument < 1))
			continue;
		for (at = b->n; at > 0 && b->t[at - 1] > q->argument; at--) {
			b->t[at] = b->t[at - 1];
			b->net[at] = b->net[at - 1];
		}
		b->t[at] = q->argument;
		b->net[at] = x->value;
		b->n++;
	}
	for (i = 0; i < b->n; i++)
		b->all[i] = share - (1 - share) * b->t[i] / (1 - b->t[i]);
}

static void net_benefit(struct ev_html *h, const struct ev_evaluation *e)
{
	size_t room = e->suite->n_requests + 1, i;
	double *memory = ev_calloc(4 * room, sizeof(*memory));
	struct benefit b = { memory, memory + room, memory + 2 * room,
			     memory + 3 * room, 0 };
	struct ev_plot_axis x = { .title = "threshold probability" };
	struct ev_plot_axis y = { .low = -0.05, .high = 0.05,
				  .title = "net benefit" };

	collect(&b, e);
	if (b.n > 1) {
		struct ev_plot_series s[] = {
			{ .name = "the device", .x = b.t, .y = b.net,
			  .n = b.n, .line = true, .style = 0 },
			{ .name = "call everybody", .x = b.t, .y = b.all,
			  .n = b.n, .line = true, .style = 1 },
			{ .name = "call nobody", .x = b.t, .y = b.none,
			  .n = b.n, .line = true, .style = 2 },
		};

		x.low = b.t[0];
		x.high = b.t[b.n - 1];
		for (i = 0; i < b.n; i++) {
			y.low = fmax(fmin(y.low, b.net[i]), -0.2);
			y.high = fmax(y.high, fmax(b.net[i], b.all[i]) * 1.05);
		}
		/* what leaves the drawing does not run along its edge */
		for (i = 0; i < b.n; i++) {
			if (b.net[i] < y.low)
				b.net[i] = (double)NAN;
			if (b.all[i] < y.low)
				b.all[i] = (double)NAN;
		}
		ev_plot_curves(h, "Decision curve", "Net benefit of using the "
			       "device at each threshold, beside calling "
			       "everybody and calling nobody: the device is of "
			       "use where its curve is the highest.", s,
			       EV_ARRAY_SIZE(s), NULL, 0, &x, &y, false);
	}
	free(memory);
}

int ev_page_curves(struct ev_html *h, const struct ev_evaluation *e)
{
	struct ev_slice_result all;
	struct ev_engine g;
	struct ev_work w;
	int ret, drawn = 0;

	ev_page_section(h, "curves", "Telling groups apart", "How well "
			"the scores order those with the condition above "
			"those without, at all thresholds.");
	ret = ev_measuring_open(&g, e, NULL);
	if (ret == 0 && e->n_slices && e->cohort->n) {
		all = e->slices[0];
		ret = ev_work_open(&w, &g, &all);
		ev_html_open(h, "div");
		ev_html_attr(h, "class", "side");
		drawn = ev_has_classes(&g) ? each_class(h, e, &w) :
			both_classes(h, e, &w);
		net_benefit(h, e);
		ev_html_close(h, "div");
		ev_work_close(&w);
	}
	ev_measuring_close(&g);
	if (!drawn)
		ev_html_element(h, "p", NULL, "There is no curve to draw: one "
				"of the groups has no rows, or there are no "
				"scores of classes.");
	ev_page_section_end(h);
	return ret < 0 ? ret : 0;
}
