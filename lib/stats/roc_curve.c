#include "base/compat.h"
#include "stats/roc.h"

#include "stats/roc_walk.h"
#include "stats/wide.h"

/* Where it is kept: each corner, or the first in each of `cells` of equal
 * length along fpr + tpr. */
struct pen {
	struct ev_roc_point *out;
	size_t n, cells;
	size_t cell;			/* the last one with a point */
};

static struct ev_roc_point point_of(const struct ev_walk *w, double p,
				    double n)
{
	return (struct ev_roc_point){ (double)w->fp / n, (double)w->tp / p,
				      w->score };
}

static void put(struct pen *pen, struct ev_roc_point at)
{
	size_t cell;

	if (pen->cells) {
		cell = (size_t)((at.fpr + at.tpr) / 2 * (double)pen->cells);
		cell = cell < pen->cells ? cell : pen->cells - 1;
		if (cell < pen->cell)
			return;
		pen->cell = cell + 1;
	}
	if (pen->out)
		pen->out[pen->n] = at;
	pen->n++;
}

/* Straight on: the last two steps have the same slope. */
static bool straight(const struct ev_walk *a, const struct ev_walk *b)
{
	return (ev_uint128)a->dtp * b->dfp == (ev_uint128)a->dfp * b->dtp;
}

/* The corners between the ends. */
static void draw(struct pen *pen, const struct ev_marker *m,
		 const struct ev_cases *c, double p, double n)
{
	struct ev_walk w, last;

	ev_walk_init(&w, m, c, NULL);
	if (!ev_walk_step(&w))
		return;
	for (last = w; ev_walk_step(&w); last = w)
		if (!straight(&last, &w))
			put(pen, point_of(&last, p, n));
}

size_t ev_roc_curve(struct ev_roc_point *out, size_t cap,
		    const struct ev_marker *m, const struct ev_cases *c)
{
	struct pen count = { 0 }, pen = { 0 };
	double by[2] = { 0, 0 };
	size_t i;

	for (i = 0; i < c->n; i++)
		by[c->truth[m->order[i]]]++;
	if (by[0] == 0 || by[1] == 0 || cap < 2)
		return 0;
	draw(&count, m, c, by[1], by[0]);
	pen.out = out + 1;
	if (count.n > cap - 2)
		pen.cells = cap - 2;
	out[0] = (struct ev_roc_point){ 0, 0, ev_fp_inf() };
	if (cap > 2)
		draw(&pen, m, c, by[1], by[0]);
	out[pen.n + 1] = (struct ev_roc_point){ 1, 1,
						m->score[m->order[0]] };
	return pen.n + 2;
}
