#include "base/compat.h"

#include "page/plot_axis.h"

#define WIDTH 860.0
#define LEFT 262.0			/* labels end, the drawing begins */
#define RIGHT 590.0			/* the drawing ends, notes begin */
#define TOP 8.0
#define ROW 24.0
#define FOOT 46.0
#define LABEL_LETTERS 33u
#define NOTE_LETTERS 27u
#define SHEET 36u			/* lines that a printed page holds */

static void text_of(struct ev_html *h, const char *class, const char *anchor,
		    double x, double y, const char *text, size_t letters)
{
	struct ev_buf cut = EV_BUF_INIT;

	ev_plot_cut(&cut, text, letters);
	ev_plot_text(h, class, anchor, x, y, cut.ptr);
	ev_buf_release(&cut);
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

/* Where the interval should lie: a band, with a stroke at each limit. */
static void band(struct ev_html *h, const struct ev_plot_scale *s,
		 const struct ev_plot_line *l, double y)
{
	double from = ev_plot_at(s, l->limit), to = from;

	if (!ev_plot_is_number(l->limit))
		return;
	if (ev_plot_is_number(l->limit2))
		to = ev_plot_at(s, l->limit2);
	else if (l->asked)
		to = l->asked > 0 ? s->to : s->from;
	ev_html_open(h, "rect");
	ev_html_attr(h, "class", "asked");
	ev_plot_attr(h, "x", from < to ? from : to);
	ev_plot_attr(h, "y", y - ROW / 2 + 2);
	ev_plot_attr(h, "width", from < to ? to - from : from - to);
	ev_plot_attr(h, "height", ROW - 4);
	ev_html_close(h, "rect");
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

static void outcome_word(struct ev_html *h, const char *outcome, double y)
{
	struct ev_buf class = EV_BUF_INIT;

	ev_buf_addf(&class, "word %s", outcome);
	ev_plot_text(h, class.ptr, "end", WIDTH - 2, y + 4, outcome);
	ev_buf_release(&class);
}

static void line(struct ev_html *h, const struct ev_plot_scale *s,
		 const struct ev_plot_line *l, double y)
{
	double size = l->weight > 0 ? l->weight : 1;

	if (l->head) {
		text_of(h, "head", "start", 2, y + 4, l->label,
			LABEL_LETTERS * 2);
		return;
	}
	text_of(h, "label", "end", LEFT - 14, y + 4, l->label, LABEL_LETTERS);
	band(h, s, l, y);
	limit(h, s, l->limit, y);
	limit(h, s, l->limit2, y);
	if (ev_plot_is_number(l->lower) && ev_plot_is_number(l->upper))
		interval(h, s, l, y);
	if (ev_plot_is_number(l->value))
		ev_plot_outcome_mark(h, l->outcome, ev_plot_at(s, l->value), y,
				     4 * (size > 2 ? 2 : size));
	if (l->note)
		text_of(h, "note", "start", RIGHT + 16, y + 4, l->note,
			NOTE_LETTERS);
	if (l->outcome)
		outcome_word(h, l->outcome, y);
}

static void axis_below(struct ev_html *h, const struct ev_plot_scale *s,
		       const struct ev_plot_axis *axis, double y)
{
	double value, x;
	unsigned i;

	ev_plot_line_at(h, "axis", LEFT, y, RIGHT, y);
	for (i = 0; ev_plot_tick(&value, s, i); i++) {
		x = ev_plot_at(s, value);
		ev_plot_line_at(h, "axis", x, y, x, y + 5);
		ev_plot_tick_text(h, s, "middle", x, y + 19, value);
	}
	if (axis->title)
		ev_plot_text(h, "title", "middle", (LEFT + RIGHT) / 2, y + 38,
			     axis->title);
}

static void sheet(struct ev_html *h, const char *title, const char *says,
		  const struct ev_plot_line *lines, size_t n,
		  const struct ev_plot_axis *axis)
{
	double bottom = TOP + ROW * (double)n, value;
	struct ev_plot_scale s;
	unsigned i;
	size_t k;

	ev_plot_scale_init(&s, axis, LEFT, RIGHT, 6);
	ev_plot_begin(h, "forest", title, says, WIDTH, bottom + FOOT);
	for (i = 0; ev_plot_tick(&value, &s, i); i++)
		ev_plot_line_at(h, "grid", ev_plot_at(&s, value), TOP,
				ev_plot_at(&s, value), bottom);
	if (axis->base >= s.low && axis->base <= s.high)
		ev_plot_line_at(h, "base", ev_plot_at(&s, axis->base), TOP,
				ev_plot_at(&s, axis->base), bottom);
	for (k = 0; k < n; k++)
		line(h, &s, &lines[k], TOP + ROW * ((double)k + 0.5));
	axis_below(h, &s, axis, bottom);
	ev_plot_end(h);
}

/* Lines of the next sheet: a heading does not stand last. */
static size_t next_sheet(const struct ev_plot_line *lines, size_t n)
{
	size_t k = n;

	if (n <= SHEET)
		return n;
	for (k = SHEET; k > 1 && lines[k - 1].head; k--)
		;
	return k;
}

void ev_plot_forest(struct ev_html *h, const char *title, const char *says,
		    const struct ev_plot_line *lines, size_t n,
		    const struct ev_plot_axis *axis)
{
	struct ev_buf name = EV_BUF_INIT;
	size_t at = 0, part = 1, k;

	do {
		k = next_sheet(lines + at, n - at);
		ev_buf_clear(&name);
		ev_buf_adds(&name, title);
		if (n > SHEET)
			ev_buf_addf(&name, ", part %zu", part++);
		sheet(h, name.ptr, says, lines + at, k, axis);
		at += k;
	} while (at < n);
	ev_buf_release(&name);
}
