#include "base/compat.h"

#include "page/plot_axis.h"

#define WIDTH 420.0
#define LEFT 56.0
#define RIGHT 404.0
#define TOP 30.0
#define MIDDLE 106.0
#define BOTTOM 182.0
#define HEIGHT 246.0

static void bar(struct ev_html *h, const char *class, double x, double width,
		double y, double height)
{
	if (height <= 0)
		return;
	ev_html_open(h, "rect");
	ev_html_attr(h, "class", "%s", class);
	ev_plot_attr(h, "x", x);
	ev_plot_attr(h, "y", y);
	ev_plot_attr(h, "width", width);
	ev_plot_attr(h, "height", height);
	ev_html_close(h, "rect");
}

static uint64_t most(const uint64_t *up, const uint64_t *down, size_t n)
{
	uint64_t max = 1;
	size_t i;

	for (i = 0; i < n; i++) {
		max = up[i] > max ? up[i] : max;
		max = down[i] > max ? down[i] : max;
	}
	return max;
}

static void axes(struct ev_html *h, const struct ev_plot_axis *axis,
		 uint64_t max)
{
	struct ev_plot_scale s;
	char text[EV_PLOT_NUMBER];
	double value, at;
	unsigned k;

	ev_plot_scale_init(&s, axis, LEFT, RIGHT, 5);
	ev_plot_line_at(h, "axis", LEFT, MIDDLE, RIGHT, MIDDLE);
	ev_plot_line_at(h, "axis", LEFT, TOP, LEFT, BOTTOM);
	for (k = 0; ev_plot_tick(&value, &s, k); k++) {
		at = ev_plot_at(&s, value);
		ev_plot_line_at(h, "axis", at, BOTTOM, at, BOTTOM + 5);
		ev_plot_tick_text(h, &s, "middle", at, BOTTOM + 20, value);
	}
	ev_plot_line_at(h, "axis", LEFT, BOTTOM, RIGHT, BOTTOM);
	if (axis->title)
		ev_plot_text(h, "title", "middle", (LEFT + RIGHT) / 2,
			     BOTTOM + 42, axis->title);
	ev_plot_number(text, (double)max, 0);
	ev_plot_text(h, "tick", "end", LEFT - 7, TOP + 5, text);
	ev_plot_text(h, "tick", "end", LEFT - 7, MIDDLE + 4, "0");
	ev_plot_text(h, "tick", "end", LEFT - 7, BOTTOM + 4, text);
}

void ev_plot_histogram(struct ev_html *h, const char *title, const char *says,
		       const struct ev_plot_counts *up,
		       const struct ev_plot_counts *down, size_t bins,
		       const struct ev_plot_axis *axis)
{
	uint64_t max = most(up->n, down->n, bins);
	double width = bins ? (RIGHT - LEFT) / (double)bins : 0, at;
	double unit = (MIDDLE - TOP) / (double)max;
	size_t i;

	ev_plot_begin(h, "histogram", title, says, WIDTH, HEIGHT);
	for (i = 0; i < bins; i++) {
		at = LEFT + width * (double)i;
		bar(h, "bar up", at + 0.5, width - 1,
		    MIDDLE - unit * (double)up->n[i], unit * (double)up->n[i]);
		bar(h, "bar down", at + 0.5, width - 1, MIDDLE,
		    unit * (double)down->n[i]);
	}
	axes(h, axis, max);
	ev_plot_text(h, "label", "start", LEFT, TOP - 12, up->name);
	ev_plot_text(h, "label", "end", RIGHT, BOTTOM - 6, down->name);
	ev_plot_end(h);
}
