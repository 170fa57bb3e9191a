#include "base/compat.h"

#include "page/plot_axis.h"

#include "base/utf8.h"

#define BIGGEST 1e9
#define TICKS_MAX 50u

bool ev_plot_is_number(double x)
{
	return x - x == 0;
}

const char *ev_plot_number(char out[EV_PLOT_NUMBER], double x, unsigned places)
{
	int64_t unit = 1, whole;
	bool minus = x < 0;
	unsigned i;

	for (i = 0; i < places && i < 9; i++)
		unit *= 10;
	if (!ev_plot_is_number(x))
		x = 0;
	x = minus ? -x : x;
	if (x > BIGGEST)
		x = BIGGEST;
	whole = (int64_t)(x * (double)unit + 0.5);
	minus = minus && whole;
	if (places)
		snprintf(out, EV_PLOT_NUMBER, "%s%lld.%0*lld", minus ? "-" : "",
			 (long long)(whole / unit), (int)i,
			 (long long)(whole % unit));
	else
		snprintf(out, EV_PLOT_NUMBER, "%s%lld", minus ? "-" : "",
			 (long long)whole);
	return out;
}

void ev_plot_attr(struct ev_html *h, const char *name, double x)
{
	char text[EV_PLOT_NUMBER];

	ev_html_attr(h, name, "%s", ev_plot_number(text, x, 2));
}

/* The least of 1, 2, 5 times a power of ten that is not below `rough`. */
static double nice(double rough, unsigned *places)
{
	double power = 1;

	*places = 0;
	while (power > rough && *places < 6) {
		power /= 10;
		++*places;
	}
	while (power * 10 <= rough)
		power *= 10;
	if (rough <= power)
		return power;
	if (rough <= 2 * power)
		return 2 * power;
	if (rough <= 5 * power)
		return 5 * power;
	if (*places)
		--*places;
	return 10 * power;
}

void ev_plot_scale_init(struct ev_plot_scale *s,
			const struct ev_plot_axis *axis, double from,
			double to, unsigned ticks)
{
	double low = axis->low, high = axis->high;

	if (!ev_plot_is_number(low) || !ev_plot_is_number(high) || low > high) {
		low = 0;
		high = 1;
	}
	if (high - low < 1e-6) {
		low -= 0.5;
		high += 0.5;
	}
	s->low = low;
	s->high = high;
	s->from = from;
	s->to = to;
	s->step = nice((high - low) / (ticks ? ticks : 1), &s->places);
}

double ev_plot_at(const struct ev_plot_scale *s, double value)
{
	if (!(value > s->low))
		return s->from;
	if (value >= s->high)
		return s->to;
	return s->from + (value - s->low) / (s->high - s->low) *
		(s->to - s->from);
}

bool ev_plot_tick(double *value, const struct ev_plot_scale *s, unsigned i)
{
	double first = (double)(int64_t)(s->low / s->step);

	if (first * s->step < s->low - s->step * 1e-9)
		first += 1;
	*value = (first + i) * s->step;
	return i < TICKS_MAX && *value <= s->high + s->step * 1e-9;
}

void ev_plot_tick_text(struct ev_html *h, const struct ev_plot_scale *s,
		       const char *anchor, double x, double y, double value)
{
	char number[EV_PLOT_NUMBER], text[EV_PLOT_NUMBER + 4];

	ev_plot_number(number, value, s->places);
	snprintf(text, sizeof(text), "%s%s", *number == '-' ? "\u2212" : "",
		 number + (*number == '-'));
	ev_plot_text(h, "tick", anchor, x, y, text);
}

void ev_plot_cut(struct ev_buf *out, const char *text, size_t columns)
{
	struct ev_buf safe = EV_BUF_INIT;
	size_t at = 0, used, width = 0;
	uint32_t cp;

	ev_displays(&safe, text);
	if (ev_display_width(safe.ptr, safe.len) <= columns)
		at = safe.len;
	while (at < safe.len) {
		used = ev_utf8_decode(&cp, safe.ptr + at, safe.len - at);
		used = used ? used : 1;
		width += ev_display_width(safe.ptr + at, used);
		if (width >= columns)
			break;
		at += used;
	}
	ev_buf_add(out, safe.ptr, at);
	if (at < safe.len)
		ev_buf_adds(out, "\u2026");
	ev_buf_release(&safe);
}

void ev_plot_begin(struct ev_html *h, const char *class, const char *title,
		   const char *says, double width, double height)
{
	char w[EV_PLOT_NUMBER], t[EV_PLOT_NUMBER];

	ev_html_open(h, "figure");
	ev_html_attr(h, "class", "plot %s", class);
	ev_html_element(h, "figcaption", NULL, "%s", title);
	ev_html_open(h, "svg");
	ev_html_attr(h, "role", "img");
	ev_html_attr(h, "viewBox", "0 0 %s %s", ev_plot_number(w, width, 0),
		     ev_plot_number(t, height, 0));
	ev_html_attr(h, "width", "%s", w);
	ev_html_attr(h, "height", "%s", t);
	ev_html_element(h, "title", NULL, "%s", title);
	ev_html_element(h, "desc", NULL, "%s", says);
}

void ev_plot_end(struct ev_html *h)
{
	ev_html_close(h, "svg");
	ev_html_close(h, "figure");
}

void ev_plot_line_at(struct ev_html *h, const char *class, double x1,
		     double y1, double x2, double y2)
{
	ev_html_open(h, "line");
	ev_html_attr(h, "class", "%s", class);
	ev_plot_attr(h, "x1", x1);
	ev_plot_attr(h, "y1", y1);
	ev_plot_attr(h, "x2", x2);
	ev_plot_attr(h, "y2", y2);
	ev_html_close(h, "line");
}

void ev_plot_text(struct ev_html *h, const char *class, const char *anchor,
		  double x, double y, const char *text)
{
	ev_html_open(h, "text");
	if (class)
		ev_html_attr(h, "class", "%s", class);
	if (strcmp(anchor, "start"))
		ev_html_attr(h, "text-anchor", "%s", anchor);
	ev_plot_attr(h, "x", x);
	ev_plot_attr(h, "y", y);
	ev_html_text(h, "%s", text);
	ev_html_close(h, "text");
}

static void shape(struct ev_html *h, const char *class, const double (*at)[2],
		  size_t n, double x, double y, double size)
{
	struct ev_buf points = EV_BUF_INIT;
	char a[EV_PLOT_NUMBER], b[EV_PLOT_NUMBER];
	size_t i;

	for (i = 0; i < n; i++)
		ev_buf_addf(&points, "%s%s,%s", i ? " " : "",
			    ev_plot_number(a, x + at[i][0] * size, 2),
			    ev_plot_number(b, y + at[i][1] * size, 2));
	ev_html_open(h, "polygon");
	ev_html_attr(h, "class", "%s", class);
	ev_html_attr(h, "points", "%s", points.ptr);
	ev_html_close(h, "polygon");
	ev_buf_release(&points);
}

void ev_plot_outcome_mark(struct ev_html *h, const char *outcome, double x,
			  double y, double size)
{
	static const double diamond[][2] = {
		{ 0, -1.3 }, { 1.3, 0 }, { 0, 1.3 }, { -1.3, 0 }
	};
	static const double triangle[][2] = {
		{ 0, -1.2 }, { 1.2, 0.9 }, { -1.2, 0.9 }
	};

	if (outcome && !strcmp(outcome, "fail")) {
		ev_plot_line_at(h, "mark fail", x - size, y - size, x + size,
				y + size);
		ev_plot_line_at(h, "mark fail", x - size, y + size, x + size,
				y - size);
	} else if (outcome && !strcmp(outcome, "review")) {
		shape(h, "mark review", diamond, EV_ARRAY_SIZE(diamond), x, y,
		      size);
	} else if (outcome && !strcmp(outcome, "incomplete")) {
		shape(h, "mark incomplete", triangle, EV_ARRAY_SIZE(triangle),
		      x, y, size);
	} else {
		ev_html_open(h, "circle");
		ev_html_attr(h, "class", "mark %s", outcome ? outcome : "plain");
		ev_plot_attr(h, "cx", x);
		ev_plot_attr(h, "cy", y);
		ev_plot_attr(h, "r", size);
		ev_html_close(h, "circle");
	}
}
