#include "base/compat.h"

#include "page/plot_axis.h"

#define SIZE 420.0
#define LEFT 56.0
#define RIGHT 404.0
#define TOP 12.0
#define BOTTOM 360.0
#define KEY 18.0			/* height of a line of the key */

static void axes(struct ev_html *h, const struct ev_plot_scale *sx,
		 const struct ev_plot_scale *sy, const struct ev_plot_axis *x,
		 const struct ev_plot_axis *y)
{
	char text[EV_PLOT_NUMBER];
	double value, at;
	unsigned i;

	for (i = 0; ev_plot_tick(&value, sx, i); i++) {
		at = ev_plot_at(sx, value);
		ev_plot_line_at(h, "grid", at, TOP, at, BOTTOM);
		ev_plot_text(h, "tick", "middle", at, BOTTOM + 17,
			     ev_plot_number(text, value, sx->places));
	}
	for (i = 0; ev_plot_tick(&value, sy, i); i++) {
		at = ev_plot_at(sy, value);
		ev_plot_line_at(h, "grid", LEFT, at, RIGHT, at);
		ev_plot_text(h, "tick", "end", LEFT - 7, at + 4,
			     ev_plot_number(text, value, sy->places));
	}
	ev_plot_line_at(h, "axis", LEFT, BOTTOM, RIGHT, BOTTOM);
	ev_plot_line_at(h, "axis", LEFT, TOP, LEFT, BOTTOM);
	if (x->title)
		ev_plot_text(h, "title", "middle", (LEFT + RIGHT) / 2,
			     BOTTOM + 36, x->title);
	if (!y->title)
		return;
	ev_html_open(h, "text");
	ev_html_attr(h, "class", "title");
	ev_html_attr(h, "text-anchor", "middle");
	ev_html_attr(h, "transform", "translate(14 %d) rotate(-90)",
		     (int)((TOP + BOTTOM) / 2));
	ev_html_text(h, "%s", y->title);
	ev_html_close(h, "text");
}

static void curve(struct ev_html *h, const struct ev_plot_series *s,
		  const struct ev_plot_scale *sx,
		  const struct ev_plot_scale *sy)
{
	struct ev_buf points = EV_BUF_INIT;
	char a[EV_PLOT_NUMBER], b[EV_PLOT_NUMBER];
	size_t i;

	for (i = 0; i < s->n; i++)
		if (ev_plot_is_number(s->x[i]) && ev_plot_is_number(s->y[i]))
			ev_buf_addf(&points, "%s%s,%s", points.len ? " " : "",
				    ev_plot_number(a, ev_plot_at(sx, s->x[i]),
						   2),
				    ev_plot_number(b, ev_plot_at(sy, s->y[i]),
						   2));
	ev_html_open(h, "polyline");
	ev_html_attr(h, "class", "curve style%u", s->style % 3);
	ev_html_attr(h, "points", "%s", points.ptr);
	ev_html_close(h, "polyline");
	ev_buf_release(&points);
}

static void dots(struct ev_html *h, const struct ev_plot_series *s,
		 const struct ev_plot_scale *sx,
		 const struct ev_plot_scale *sy)
{
	double x;
	size_t i;

	for (i = 0; i < s->n; i++) {
		if (!ev_plot_is_number(s->x[i]) || !ev_plot_is_number(s->y[i]))
			continue;
		x = ev_plot_at(sx, s->x[i]);
		if (s->low && s->high && ev_plot_is_number(s->low[i]) &&
		    ev_plot_is_number(s->high[i]))
			ev_plot_line_at(h, "interval", x,
					ev_plot_at(sy, s->low[i]), x,
					ev_plot_at(sy, s->high[i]));
		ev_plot_outcome_mark(h, NULL, x, ev_plot_at(sy, s->y[i]), 3.5);
	}
}

/* Below the drawing, so that no name ever lies over a curve. */
static void key(struct ev_html *h, const struct ev_plot_series *s, double y)
{
	if (s->line) {
		ev_html_open(h, "polyline");
		ev_html_attr(h, "class", "curve style%u", s->style % 3);
		ev_html_attr(h, "points", "%d,%d %d,%d", (int)LEFT, (int)y - 4,
			     (int)LEFT + 30, (int)y - 4);
		ev_html_close(h, "polyline");
	}
	if (s->marks)
		ev_plot_outcome_mark(h, NULL, LEFT + 15, y - 4, 3.5);
	ev_plot_text(h, "label", "start", LEFT + 40, y, s->name);
}

/* Left of the mark where it would leave the drawing on the right. */
static void mark(struct ev_html *h, const struct ev_plot_mark *m,
		 const struct ev_plot_scale *sx,
		 const struct ev_plot_scale *sy)
{
	double x = ev_plot_at(sx, m->x), y = ev_plot_at(sy, m->y);
	bool left = x > (LEFT + RIGHT) / 2;

	ev_html_open(h, "circle");
	ev_html_attr(h, "class", "point");
	ev_plot_attr(h, "cx", x);
	ev_plot_attr(h, "cy", y);
	ev_plot_attr(h, "r", 6);
	ev_html_close(h, "circle");
	ev_plot_text(h, "label", left ? "end" : "start", x + (left ? -10 : 10),
		     y + 16, m->label);
}

void ev_plot_curves(struct ev_html *h, const char *title, const char *says,
		    const struct ev_plot_series *series, size_t n,
		    const struct ev_plot_mark *marks, size_t n_marks,
		    const struct ev_plot_axis *x, const struct ev_plot_axis *y,
		    bool diagonal)
{
	struct ev_plot_scale sx, sy;
	size_t i;

	ev_plot_scale_init(&sx, x, LEFT, RIGHT, 5);
	ev_plot_scale_init(&sy, y, BOTTOM, TOP, 5);
	ev_plot_begin(h, "curves", title, says, SIZE,
		      BOTTOM + 48 + KEY * (double)n);
	axes(h, &sx, &sy, x, y);
	if (diagonal)
		ev_plot_line_at(h, "diagonal", LEFT, BOTTOM, RIGHT, TOP);
	for (i = 0; i < n; i++) {
		if (series[i].line)
			curve(h, &series[i], &sx, &sy);
		if (series[i].marks)
			dots(h, &series[i], &sx, &sy);
		key(h, &series[i], BOTTOM + 58 + KEY * (double)i);
	}
	for (i = 0; i < n_marks; i++)
		mark(h, &marks[i], &sx, &sy);
	ev_plot_end(h, title);
}
