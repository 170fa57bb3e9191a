/*
 * plot_axis.h - numbers and scales of drawings (for lib/page alone)
 */
#ifndef EV_PAGE_PLOT_AXIS_H
#define EV_PAGE_PLOT_AXIS_H

#include "page/plot.h"

/* Room for a coordinate or a tick's label. */
#define EV_PLOT_NUMBER 40

/* `x` with `places` (0 to 9) decimals, ties away from zero, written by
 * integers: no locale has a say.  Beyond 1e9 it is cut to that. */
const char *ev_plot_number(char out[EV_PLOT_NUMBER], double x, unsigned places);
/* An attribute that is a coordinate. */
void ev_plot_attr(struct ev_html *h, const char *name, double x);

bool ev_plot_is_number(double x);	/* neither NaN nor infinite */

/* One axis: data from low to high lie from `from` to `to` in the drawing. */
struct ev_plot_scale {
	double low, high;
	double from, to;
	double step;			/* of ticks */
	unsigned places;		/* decimals of their labels */
};
/* Widens an empty range; ticks are 1, 2 or 5 times a power of ten. */
void ev_plot_scale_init(struct ev_plot_scale *s,
			const struct ev_plot_axis *axis, double from,
			double to, unsigned ticks);
/* Where a value lies; cut to the ends of the axis. */
double ev_plot_at(const struct ev_plot_scale *s, double value);
/* The i-th tick's value; false beyond the last. */
bool ev_plot_tick(double *value, const struct ev_plot_scale *s, unsigned i);

/* The label of a tick: a true minus sign. */
void ev_plot_tick_text(struct ev_html *h, const struct ev_plot_scale *s,
		       const char *anchor, double x, double y, double value);
/* So much of a text as fits into `columns` letters, made safe to show. */
void ev_plot_cut(struct ev_buf *out, const char *text, size_t columns);

/* <figure> with its caption, <svg> with title and description; their ends. */
void ev_plot_begin(struct ev_html *h, const char *class, const char *title,
		   const char *says, double width, double height);
void ev_plot_end(struct ev_html *h);
/* Straight line, and text with an anchor: "start", "middle", "end". */
void ev_plot_line_at(struct ev_html *h, const char *class, double x1,
		     double y1, double x2, double y2);
void ev_plot_text(struct ev_html *h, const char *class, const char *anchor,
		  double x, double y, const char *text);
/* Marks tell outcomes apart by shape: circle, diamond, triangle, cross. */
void ev_plot_outcome_mark(struct ev_html *h, const char *outcome, double x,
			  double y, double size);

#endif
