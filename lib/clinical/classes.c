#include "base/compat.h"
#include "clinical/classes.h"

#include "base/error.h"
#include "base/mem.h"
#include "stats/sum.h"

static size_t greatest(const double *p, size_t k)
{
	size_t i, best = 0;

	for (i = 1; i < k; i++)
		if (p[i] > p[best])
			best = i;
	return best;
}

static double squares(const double *p, size_t k, size_t truth)
{
	struct ev_sum s;
	size_t i;

	ev_sum_init(&s);
	for (i = 0; i < k; i++) {
		double d = p[i] - (i == truth);

		ev_sum_add_product(&s, d, d);
	}
	return ev_sum_value(&s);
}

static void allocate(struct ev_class_rows *c, size_t n)
{
	c->called = ev_malloc(n + 1);
	c->truth = ev_malloc(n + 1);
	c->unit = ev_malloc((n + 1) * sizeof(*c->unit));
	c->top = ev_malloc((n + 1) * sizeof(*c->top));
	c->right = ev_malloc(n + 1);
	c->square = ev_malloc((n + 1) * sizeof(*c->square));
}

static void add_row(struct ev_class_rows *c, const struct ev_work *w, size_t i)
{
	const struct ev_cohort *of = w->g->c;
	size_t row = ev_work_row(w, i), truth = of->label[row], call;
	const double *p = of->class_score + row * c->k;

	if (of->state[row] != EV_ROW_SCORED) {
		c->called[i] = w->g->drops ? EV_NO_CALL :
			(uint8_t)((truth + 1) % c->k);
		return;
	}
	call = greatest(p, c->k);
	c->called[i] = (uint8_t)call;
	c->truth[c->n] = (uint8_t)truth;
	c->unit[c->n] = w->cluster_of ? w->cluster_of[i] : (uint32_t)i;
	c->top[c->n] = p[call];
	c->right[c->n] = call == truth;
	c->square[c->n] = squares(p, c->k, truth);
	c->n++;
}

static void sort_classes(struct ev_class_rows *c, const struct ev_work *w)
{
	const struct ev_cohort *of = w->g->c;
	size_t i, class, at;

	c->score = ev_malloc((c->n * c->k + 1) * sizeof(*c->score));
	c->order = ev_malloc((c->n * c->k + 1) * sizeof(*c->order));
	c->is = ev_malloc(c->n * c->k + 1);
	for (class = 0; class < c->k && c->ret == 0; class++) {
		double *score = c->score + class * c->n;

		at = 0;
		for (i = 0; i < w->n; i++) {
			size_t row = ev_work_row(w, i);

			if (of->state[row] == EV_ROW_SCORED)
				score[at++] = of->class_score[row * c->k +
							      class];
		}
		for (i = 0; i < c->n; i++)
			c->is[class * c->n + i] = c->truth[i] == class;
		c->ret = ev_marker_order(c->order + class * c->n, score, c->n);
	}
}

const struct ev_class_rows *ev_work_classes(struct ev_work *w)
{
	struct ev_class_rows *c = w->classes;
	size_t i;

	if (c)
		return c;
	c = w->classes = ev_calloc(1, sizeof(*c));
	c->k = w->g->s->dataset.classes.n;
	allocate(c, w->n);
	for (i = 0; i < w->n; i++)
		add_row(c, w, i);
	sort_classes(c, w);
	return c;
}

void ev_class_rows_free(struct ev_class_rows *c)
{
	if (!c)
		return;
	free(c->called);
	free(c->truth);
	free(c->unit);
	free(c->top);
	free(c->right);
	free(c->square);
	free(c->score);
	free(c->order);
	free(c->is);
	free(c);
}

const struct ev_view *ev_work_class_view(struct ev_work *w)
{
	struct ev_view *v = &w->rank;
	uint8_t *truth;
	size_t i;

	if (v->made)
		return v;
	v->made = true;
	v->n = w->n;
	v->owned[0] = truth = ev_malloc(w->n + 1);
	for (i = 0; i < w->n; i++)
		truth[i] = w->g->c->label[ev_work_row(w, i)];
	v->truth = truth;
	v->cluster = w->cluster_of;
	v->clusters = w->cluster_of ? w->clusters : (uint32_t)w->n;
	return v;
}
