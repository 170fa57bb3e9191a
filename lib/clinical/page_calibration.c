#include "base/compat.h"

#include "clinical/page_internal.h"

#include <math.h>

#include "base/mem.h"

#define BARS 20u

/* Bins that hold somebody, as points. */
static void points(struct ev_html *h, const struct ev_bins *b)
{
	static const struct ev_plot_axis x = {
		.low = 0, .high = 1, .title = "predicted probability",
	}, y = {
		.low = 0, .high = 1, .title = "observed share",
	};
	double *memory = ev_calloc(4 * b->n + 1, sizeof(*memory));
	struct ev_plot_series s = {
		.name = "mean of a bin, with its interval", .x = memory,
		.y = memory + b->n, .low = memory + 2 * b->n,
		.high = memory + 3 * b->n, .marks = true,
	};
	size_t i;

	for (i = 0; i < b->n; i++) {
		const struct ev_bin *at = &b->items[i];
		bool known = at->n > 0 &&
			!(at->observed.flags & EV_STAT_UNDEFINED);
		bool interval = known && ev_page_has_interval(&at->observed);

		memory[s.n] = at->mean_p;
		memory[b->n + s.n] = at->observed.value;
		memory[2 * b->n + s.n] = interval ? at->observed.lower :
			(double)NAN;
		memory[3 * b->n + s.n] = interval ? at->observed.upper :
			(double)NAN;
		s.n += known;
	}
	ev_plot_curves(h, "Calibration", "Each mark is a bin of similar "
		       "probabilities: where it stands on the dashed diagonal, "
		       "as many had the condition as were predicted; below it "
		       "the probabilities are too high, above it too low.",
		       &s, 1, NULL, 0, &x, &y, true);
	free(memory);
}

static void table(struct ev_html *h, const struct ev_bins *b)
{
	static const char *const head[] = {
		"Bin", "Rows", "With the condition", "Mean probability",
		"Observed share (interval)",
	};
	struct ev_buf text = EV_BUF_INIT;
	size_t i;

	ev_html_open(h, "details");
	ev_html_element(h, "summary", NULL, "The bins as numbers");
	ev_page_table(h, "Bins of the calibration", head, EV_ARRAY_SIZE(head));
	for (i = 0; i < b->n; i++) {
		const struct ev_bin *at = &b->items[i];

		ev_buf_clear(&text);
		ev_page_number(&text, at->low);
		ev_buf_adds(&text, " to ");
		ev_page_number(&text, at->high);
		ev_html_open(h, "tr");
		ev_page_name(h, "%s", text.ptr);
		ev_page_count(h, (uint64_t)at->n);
		ev_page_count(h, (uint64_t)at->positives);
		if (at->n)
			ev_page_value(h, at->mean_p);
		else
			ev_html_element(h, "td", "number", "no rows");
		if (at->n)
			ev_page_cell(h, &at->observed, (double)NAN);
		else
			ev_html_element(h, "td", "number", "no rows");
		ev_html_close(h, "tr");
	}
	ev_page_table_end(h);
	ev_html_close(h, "details");
	ev_buf_release(&text);
}

/* Scores of both groups -------------------------------------------------- */

static bool range(struct ev_plot_axis *axis, const struct ev_evaluation *e)
{
	const struct ev_cohort *c = e->cohort;
	size_t i, n = 0;

	axis->low = 0;
	axis->high = 1;
	for (i = 0; i < c->n; i++) {
		if (c->state[i] != EV_ROW_SCORED)
			continue;
		n++;
		if (e->suite->dataset.score_kind == EV_SCORE_PROBABILITY)
			continue;
		axis->low = n == 1 ? c->score[i] : fmin(axis->low,
							c->score[i]);
		axis->high = n == 1 ? c->score[i] : fmax(axis->high,
							 c->score[i]);
	}
	if (!(axis->high > axis->low))
		axis->high = axis->low + 1;
	return n > 0 && ev_page_is_number(axis->high - axis->low);
}

static void scores(struct ev_html *h, const struct ev_evaluation *e)
{
	uint64_t counts[2][BARS] = { { 0 }, { 0 } };
	const struct ev_cohort *c = e->cohort;
	struct ev_plot_counts with = { "with the condition", counts[1] };
	struct ev_plot_counts without = { "without it", counts[0] };
	struct ev_plot_axis axis = { .title = "score" };
	size_t i, at;

	if (!range(&axis, e))
		return;
	for (i = 0; i < c->n; i++) {
		if (c->state[i] != EV_ROW_SCORED)
			continue;
		at = (size_t)((c->score[i] - axis.low) /
			      (axis.high - axis.low) * BARS);
		counts[c->label[i] != 0][at < BARS ? at : BARS - 1]++;
	}
	ev_plot_histogram(h, "Scores of both groups", "How many rows have "
			  "which score: those with the condition above the "
			  "line, those without it below.", &with, &without,
			  BARS, &axis);
}

void ev_page_calibration(struct ev_html *h, const struct ev_evaluation *e)
{
	const struct ev_bins *b = e->n_slices ? &e->slices[0].bins : NULL;
	bool binary = e->suite->dataset.label_kind == EV_LABEL_BINARY;
	bool has = b && b->n && !(b->flags & EV_STAT_UNDEFINED);

	ev_page_section(h, "calibration", "Do the probabilities mean what "
			"they say", "Of a hundred patients who are given a "
			"probability of 0.3, thirty should have the "
			"condition.");
	ev_html_open(h, "div");
	ev_html_attr(h, "class", "side");
	if (has)
		points(h, b);
	if (binary)
		scores(h, e);
	ev_html_close(h, "div");
	if (has)
		table(h, b);
	else
		ev_html_element(h, "p", NULL, binary ?
				"There is no calibration to draw: the scores "
				"are no probabilities, or no row has one." :
				"With several classes the page draws no "
				"calibration; its numbers are below where the "
				"suite asks for them.");
	ev_page_section_end(h);
}
