/*
 * plot.h - the drawings of a report, as inline SVG
 *
 * Each drawing is one <figure> with <svg role="img">, <title> and <desc> that
 * say its message in words, and text in the page's own font.  Colour is never
 * the only carrier of meaning: outcomes have a mark and a word too.
 * Coordinates are written with two decimals, the same on any machine.
 */
#ifndef EV_PAGE_PLOT_H
#define EV_PAGE_PLOT_H

#include "page/html.h"

/* Estimates with intervals, one a line, against limits: gates, subgroups. */
struct ev_plot_line {
	const char *label;
	const char *note;		/* right of the drawing: "0.91 (0.84-0.95)" */
	double value, lower, upper;	/* NaN: none */
	double limit, limit2;		/* NaN: none */
	int asked;			/* 1: above limit, -1: below, 0: between
					   both, if there are both */
	const char *outcome;		/* "pass", "review", ... or NULL */
	double weight;			/* size of the mark; 0: usual */
	bool head;			/* a heading line without numbers */
};
struct ev_plot_axis {
	double low, high;
	const char *title;
	double base;			/* a line through all, or NaN */
};
/* Drawn in several figures where it would not fit on a sheet. */
void ev_plot_forest(struct ev_html *h, const char *title, const char *says,
		    const struct ev_plot_line *lines, size_t n,
		    const struct ev_plot_axis *axis);

/* Curves and points in the unit square: ROC, calibration, net benefit. */
struct ev_plot_series {
	const char *name;
	const double *x, *y;
	const double *low, *high;	/* interval of y, or NULL */
	size_t n;
	bool line, marks;
	unsigned style;			/* 0 solid, 1 dashed, 2 dotted ... 5 */
};
/* Numbered in the drawing, named below it. */
struct ev_plot_mark { double x, y; const char *label; };
void ev_plot_curves(struct ev_html *h, const char *title, const char *says,
		    const struct ev_plot_series *series, size_t n,
		    const struct ev_plot_mark *marks, size_t n_marks,
		    const struct ev_plot_axis *x, const struct ev_plot_axis *y,
		    bool diagonal);

/* Counts by bin, some above the axis and some below. */
struct ev_plot_counts { const char *name; const uint64_t *n; };
void ev_plot_histogram(struct ev_html *h, const char *title, const char *says,
		       const struct ev_plot_counts *up,
		       const struct ev_plot_counts *down, size_t bins,
		       const struct ev_plot_axis *axis);

#endif
