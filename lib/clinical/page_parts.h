/*
 * page_parts.h - what pages of reports are put together from
 *
 * Readers are engineers and clinicians: each part says in a sentence what it
 * shows.  A number has so many digits as its interval can bear, and all of
 * them in the title of its cell; what is not defined is never a number.
 */
#ifndef EV_CLINICAL_PAGE_PARTS_H
#define EV_CLINICAL_PAGE_PARTS_H

#include "clinical/evaluate.h"
#include "page/html.h"
#include "page/plot.h"

void ev_page_css(struct ev_buf *out);

/* page_words.c: numbers and sentences -------------------------------------- */

bool ev_page_is_number(double x);
/* "0.909", "12", "not defined"; NaN and infinite are "not defined". */
void ev_page_number(struct ev_buf *out, double x);
/* All digits of it. */
void ev_page_digits(struct ev_buf *out, double x);
/* "< 0.001", "0.042" */
void ev_page_p(struct ev_buf *out, double p);
bool ev_page_has_interval(const struct ev_estimate *e);
/* "0.909 (0.841 to 0.950)". `limit` (NaN: none): so many decimals that it is
 * seen on which side of it the ends lie. */
void ev_page_estimate(struct ev_buf *out, const struct ev_estimate *e,
		      double limit);
/* "95 %" */
void ev_page_level(struct ev_buf *out, double level);
/* "Sensitivity at alert" */
void ev_page_metric(struct ev_buf *out, const struct ev_suite *s,
		    const struct ev_request *q);
/* What it means in plain words, or NULL. */
const char *ev_page_meaning(enum ev_metric m);
/* ">= 0.9" with signs as people write them. */
void ev_page_limit(struct ev_buf *out, const char *text);

/* page_parts.c: sections, tables, cells ------------------------------------ */

void ev_page_section(struct ev_html *h, const char *id, const char *title,
		     const char *says);
void ev_page_section_end(struct ev_html *h);
/* <table> with caption and head (NULL: none); ends with ..._end(). */
void ev_page_table(struct ev_html *h, const char *caption,
		   const char *const *head, size_t n);
void ev_page_table_end(struct ev_html *h);
/* The cell that names a row. */
void ev_page_name(struct ev_html *h, const char *fmt, ...) EV_PRINTF(2, 3);
/* A row of two cells; nothing if `text` is NULL. */
void ev_page_fact(struct ev_html *h, const char *name, const char *text);
void ev_page_factf(struct ev_html *h, const char *name, const char *fmt, ...)
	EV_PRINTF(3, 4);
/* A cell with a number, all digits as its title. */
void ev_page_cell(struct ev_html *h, const struct ev_estimate *e,
		  double limit);
void ev_page_count(struct ev_html *h, uint64_t n);
void ev_page_value(struct ev_html *h, double x);
/* A cell with a measure of a request: test, count or estimate. */
void ev_page_measure(struct ev_html *h, const struct ev_request *q,
		     const struct ev_measure *m);
/* Mark and word of an outcome, as <span class="outcome pass">. */
void ev_page_outcome(struct ev_html *h, enum ev_outcome_word o);
void ev_page_list(struct ev_html *h, const struct ev_strs *items);

/* page_forest.c: lines of drawings ----------------------------------------- */

struct ev_page_lines {
	struct ev_plot_line *items;
	char **texts;			/* label and note of each */
	size_t n, cap;
	double low, high;		/* of all that is drawn */
};
void ev_page_lines_init(struct ev_page_lines *l);
void ev_page_lines_release(struct ev_page_lines *l);
/* A line with an estimate; limits and outcome may be set in what is given
 * back, until the next line; then ev_page_lines_fit(). */
struct ev_plot_line *ev_page_line(struct ev_page_lines *l, const char *label,
				  const struct ev_estimate *e,
				  const char *note);
void ev_page_head(struct ev_page_lines *l, const char *label);
/* The axis that they all fit on; `share`: within 0 and 1. */
void ev_page_axis(struct ev_plot_axis *axis, const struct ev_page_lines *l,
		  bool share, const char *title);
/* Limits of a gate's row as they were applied. */
void ev_page_limits(struct ev_plot_line *line, const struct ev_evaluation *e,
		    const struct ev_gate_row *r);

#endif
