#include "base/compat.h"

#include "page/plot_axis.h"

#include "base/utf8.h"

#define WIDTH 860.0
#define LEFT 250.0			/* labels end, the drawing begins */
#define RIGHT 590.0			/* the drawing ends, notes begin */
#define TOP 14.0
#define ROW 24.0
#define FOOT 46.0
#define LABEL_MAX 34u			/* letters that fit */

/* A label that is too long for its column is cut at a letter. */
static void label(struct ev_html *h, const struct ev_plot_line *l, double y)
{
	struct ev_buf text = EV_BUF_INIT;
	size_t at = 0, used, len = strlen(l->label);
	unsigned letters = 0;
	uint32_t cp;

	while (at < len && letters < LABEL_MAX) {
		used = ev_utf8_decode(&cp, l->label + at, len - at);
		at += used ? used : 1;
		letters++;
	}
	ev_buf_add(&text, l->label, at);
	if (at < len)
		ev_buf_adds(&text, "…");
	ev_plot_text(h, l->head ? "head" : "label", l->head ? "start" : "end",
		     l->head ? 0 : LEFT - 14, y + 4, text.ptr);
	ev_buf_release(&text);
}

/* An end that lies beyond the axis is an arrow, not a bound. */
static void arrow(struct ev_html *h, double x, double y, double way)
{
	ev_plot_line_at(h, "interval", x, y, x - 6 * way, y - 4);
	ev_plot_line_at(h, "interval", x, y, x - 6 * way, y + 4);
}

static void interval(struct ev_html *h, const struct ev_plot_scale *s,
		     const struct ev_plot_line *l, double y)
{
	double from = ev_plot_at(s, l->lower), to = ev_plot_at(s, l->upper);

	ev_plot_line_at(h, "interval", from, y, to, y);
	if (l->lower < s->low)
		arrow(h, from, y, -1);
	else
		ev_plot_line_at(h, "interval", from, y - 4, from, y + 4);
	if (l->upper > s->high)
		arrow(h, to, y, 1);
	else
		ev_plot_line_at(h, "interval", to, y - 4, to, y + 4);
}

static void limit(struct ev_html *h, const struct ev_plot_scale *s,
		  double value, double y)
{
	double x;

	if (!ev_plot_is_number(value) || value < s->low || value > s->high)
		return;
	x = ev_plot_at(s, value);
	ev_plot_line_at(h, "limit", x, y - ROW / 2 + 2, x, y + ROW / 2 - 2);
}

static void line(struct ev_html *h, const struct ev_plot_scale *s,
		 const struct ev_plot_line *l, double y)
{
	double size = l->weight > 0 ? l->weight : 1;

	label(h, l, y);
	if (l->head)
		return;
	limit(h, s, l->limit, y);
	limit(h, s, l->limit2, y);
	if (ev_plot_is_number(l->lower) && ev_plot_is_number(l->upper))
		interval(h, s, l, y);
	if (ev_plot_is_number(l->value))
		ev_plot_outcome_mark(h, l->outcome, ev_plot_at(s, l->value), y,
				     4 * (size > 2 ? 2 : size));
	if (l->note)
		ev_plot_text(h, "note", "start", RIGHT + 16, y + 4, l->note);
}

static void axis_below(struct ev_html *h, const struct ev_plot_scale *s,
		       const struct ev_plot_axis *axis, double y)
{
	char text[EV_PLOT_NUMBER];
	double value, x;
	unsigned i;

	ev_plot_line_at(h, "axis", LEFT, y, RIGHT, y);
	for (i = 0; ev_plot_tick(&value, s, i); i++) {
		x = ev_plot_at(s, value);
		ev_plot_line_at(h, "axis", x, y, x, y + 5);
		ev_plot_text(h, "tick", "middle", x, y + 18,
			     ev_plot_number(text, value, s->places));
	}
	if (axis->title)
		ev_plot_text(h, "title", "middle", (LEFT + RIGHT) / 2, y + 36,
			     axis->title);
}

void ev_plot_forest(struct ev_html *h, const char *title, const char *says,
		    const struct ev_plot_line *lines, size_t n,
		    const struct ev_plot_axis *axis)
{
	double bottom = TOP + ROW * (double)n;
	struct ev_plot_scale s;
	double value;
	unsigned i;
	size_t k;

	ev_plot_scale_init(&s, axis, LEFT, RIGHT, 6);
	ev_plot_begin(h, "forest", title, says, WIDTH, bottom + FOOT);
	for (i = 0; ev_plot_tick(&value, &s, i); i++)
		ev_plot_line_at(h, "grid", ev_plot_at(&s, value), TOP,
				ev_plot_at(&s, value), bottom);
	for (k = 0; k < n; k++)
		line(h, &s, &lines[k], TOP + ROW * ((double)k + 0.5));
	axis_below(h, &s, axis, bottom);
	ev_plot_end(h, title);
}
