#include "base/compat.h"

#include "page/plot_axis.h"

#define WIDTH 420.0
#define LEFT 56.0
#define RIGHT 404.0
#define TOP 12.0
#define BOTTOM 360.0
#define KEY 20.0			/* height of a line of the key */
#define KEY_LETTERS 50u

static void axes(struct ev_html *h, const struct ev_plot_scale *sx,
		 const struct ev_plot_scale *sy, const struct ev_plot_axis *x,
		 const struct ev_plot_axis *y)
{
	double value, at;
	unsigned i;

	for (i = 0; ev_plot_tick(&value, sx, i); i++) {
		at = ev_plot_at(sx, value);
		ev_plot_line_at(h, "grid", at, TOP, at, BOTTOM);
		ev_plot_tick_text(h, sx, "middle", at, BOTTOM + 18, value);
	}
	for (i = 0; ev_plot_tick(&value, sy, i); i++) {
		at = ev_plot_at(sy, value);
		ev_plot_line_at(h, "grid", LEFT, at, RIGHT, at);
		ev_plot_tick_text(h, sy, "end", LEFT - 7, at + 4, value);
	}
	ev_plot_line_at(h, "axis", LEFT, BOTTOM, RIGHT, BOTTOM);
	ev_plot_line_at(h, "axis", LEFT, TOP, LEFT, BOTTOM);
	if (x->title)
		ev_plot_text(h, "title", "middle", (LEFT + RIGHT) / 2,
			     BOTTOM + 38, x->title);
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

static bool is_point(const struct ev_plot_series *s, size_t i)
{
	return ev_plot_is_number(s->x[i]) && ev_plot_is_number(s->y[i]);
}

static void line_of(struct ev_html *h, unsigned style, const char *points)
{
	ev_html_open(h, "polyline");
	ev_html_attr(h, "class", "curve style%u", style % 6);
	ev_html_attr(h, "points", "%s", points);
	ev_html_close(h, "polyline");
}

static void curve(struct ev_html *h, const struct ev_plot_series *s,
		  const struct ev_plot_scale *sx,
		  const struct ev_plot_scale *sy)
{
	struct ev_buf points = EV_BUF_INIT;
	char a[EV_PLOT_NUMBER], b[EV_PLOT_NUMBER];
	size_t i;

	for (i = 0; i < s->n; i++)
		if (is_point(s, i))
			ev_buf_addf(&points, "%s%s,%s", points.len ? " " : "",
				    ev_plot_number(a, ev_plot_at(sx, s->x[i]),
						   2),
				    ev_plot_number(b, ev_plot_at(sy, s->y[i]),
						   2));
	if (points.len)
		line_of(h, s->style, points.ptr);
	ev_buf_release(&points);
}

static void dots(struct ev_html *h, const struct ev_plot_series *s,
		 const struct ev_plot_scale *sx,
		 const struct ev_plot_scale *sy)
{
	double x;
	size_t i;

	for (i = 0; i < s->n; i++) {
		if (!is_point(s, i))
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

static void key_text(struct ev_html *h, const char *text, double y)
{
	struct ev_buf cut = EV_BUF_INIT;

	ev_plot_cut(&cut, text, KEY_LETTERS);
	ev_plot_text(h, "label", "start", LEFT + 40, y, cut.ptr);
	ev_buf_release(&cut);
}

/* Below the drawing, so that no name ever lies over a curve. */
static void key(struct ev_html *h, const struct ev_plot_series *s, double y)
{
	char points[80];

	if (s->line) {
		snprintf(points, sizeof(points), "%d,%d %d,%d", (int)LEFT,
			 (int)y - 4, (int)LEFT + 30, (int)y - 4);
		line_of(h, s->style, points);
	}
	if (s->marks)
		ev_plot_outcome_mark(h, NULL, LEFT + 15, y - 4, 3.5);
	key_text(h, s->name, y);
}

static void number(struct ev_html *h, size_t i, double x, double y)
{
	char text[24];

	ev_html_open(h, "circle");
	ev_html_attr(h, "class", "point");
	ev_plot_attr(h, "cx", x);
	ev_plot_attr(h, "cy", y);
	ev_plot_attr(h, "r", 8);
	ev_html_close(h, "circle");
	snprintf(text, sizeof(text), "%zu", i + 1);
	ev_plot_text(h, "number", "middle", x, y + 4, text);
}

void ev_plot_curves(struct ev_html *h, const char *title, const char *says,
		    const struct ev_plot_series *series, size_t n,
		    const struct ev_plot_mark *marks, size_t n_marks,
		    const struct ev_plot_axis *x, const struct ev_plot_axis *y,
		    bool diagonal)
{
	struct ev_plot_scale sx, sy;
	double at = BOTTOM + 62;
	size_t i;

	ev_plot_scale_init(&sx, x, LEFT, RIGHT, 5);
	ev_plot_scale_init(&sy, y, BOTTOM, TOP, 5);
	ev_plot_begin(h, "curves", title, says, WIDTH,
		      BOTTOM + 50 + KEY * (double)(n + n_marks));
	axes(h, &sx, &sy, x, y);
	if (diagonal)
		ev_plot_line_at(h, "diagonal", LEFT, BOTTOM, RIGHT, TOP);
	for (i = 0; i < n; i++, at += KEY) {
		if (series[i].line)
			curve(h, &series[i], &sx, &sy);
		if (series[i].marks)
			dots(h, &series[i], &sx, &sy);
		key(h, &series[i], at);
	}
	for (i = n_marks; i-- > 0;)
		if (ev_plot_is_number(marks[i].x) &&
		    ev_plot_is_number(marks[i].y))
			number(h, i, ev_plot_at(&sx, marks[i].x),
			       ev_plot_at(&sy, marks[i].y));
	for (i = 0; i < n_marks; i++, at += KEY) {
		number(h, i, LEFT + 15, at - 4);
		key_text(h, marks[i].label, at);
	}
	ev_plot_end(h);
}
