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
	const char *outcome;		/* "pass", "review", ... or NULL */
	double weight;			/* size of the mark; 0: usual */
	bool head;			/* a heading line without numbers */
};
struct ev_plot_axis { double low, high; const char *title; };
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
	unsigned style;			/* 0, 1, 2: solid, dashed, dotted */
};
struct ev_plot_mark { double x, y; const char *label; };
void ev_plot_curves(struct ev_html *h, const char *title, const char *says,
		    const struct ev_plot_series *series, size_t n,
		    const struct ev_plot_mark *marks, size_t n_marks,
		    const struct ev_plot_axis *x, const struct ev_plot_axis *y,
		    bool diagonal);

/* Counts by bin: those with the condition above the axis, those without below. */
void ev_plot_histogram(struct ev_html *h, const char *title, const char *says,
		       const uint64_t *up, const uint64_t *down, size_t bins,
		       const struct ev_plot_axis *axis);

#endif
