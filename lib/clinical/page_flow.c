#include "base/compat.h"

#include "clinical/page_internal.h"

#include <math.h>

static const char *rule_words(enum ev_missing_rule r)
{
	switch (r) {
	case EV_MISSING_WORST_CASE:
		return "A missing answer counts as a wrong one.";
	case EV_MISSING_AS_NEGATIVE:
		return "A missing answer counts as not called.";
	case EV_MISSING_AS_POSITIVE:
		return "A missing answer counts as called.";
	case EV_MISSING_COMPLETE_CASE:
		return "Rows without an answer are left out of the numbers.";
	case EV_MISSING_FAIL:
		break;
	}
	return "The suite lets no answer be missing.";
}

static void step(struct ev_html *h, const char *name, uint64_t n,
		 const char *what)
{
	ev_html_open(h, "tr");
	ev_page_name(h, "%s", name);
	ev_page_count(h, n);
	ev_html_element(h, "td", NULL, "%s", what);
	ev_html_close(h, "tr");
}

static bool is_decision(const struct ev_evaluation *e, size_t i)
{
	const struct ev_measure *m = &e->slices[0].measures[i];

	return m->has_bounds &&
		e->suite->requests[i].metric != EV_M_CONFUSION;
}

/* What would have come out under another rule. */
static void bounds(struct ev_html *h, const struct ev_evaluation *e)
{
	static const char *const head[] = {
		"Metric", "Counted as wrong", "As not called", "As called",
		"Left out",
	};
	struct ev_buf text = EV_BUF_INIT;
	size_t i, k;

	ev_page_table(h, "Decisions, if missing answers are counted another "
		      "way", head, EV_ARRAY_SIZE(head));
	for (i = 0; i < e->suite->n_requests; i++) {
		if (!is_decision(e, i))
			continue;
		ev_buf_clear(&text);
		ev_page_metric(&text, e->suite, &e->suite->requests[i]);
		ev_html_open(h, "tr");
		ev_page_name(h, "%s", text.ptr);
		for (k = 0; k < 4; k++)
			ev_page_cell(h, &e->slices[0].measures[i].as[k],
				     (double)NAN);
		ev_html_close(h, "tr");
	}
	ev_page_table_end(h);
	ev_buf_release(&text);
}

static bool has_bounds(const struct ev_evaluation *e)
{
	const struct ev_flow *f = &e->cohort->flow;
	size_t i;

	if (!f->no_score && !f->abstained)
		return false;
	for (i = 0; e->n_slices && i < e->suite->n_requests; i++)
		if (is_decision(e, i))
			return true;
	return false;
}

/* Values that are in no group. */
static void left(struct ev_html *h, const struct ev_evaluation *e)
{
	struct ev_buf b = EV_BUF_INIT;
	size_t i, k;

	for (i = 0; i < e->n_left; i++) {
		const struct ev_left *l = &e->left[i];

		if (!l->rows)
			continue;
		ev_buf_clear(&b);
		ev_buf_addf(&b, "In no group of %s:",
			    e->suite->slices[l->family].name);
		for (k = 0; k < l->n_listed; k++)
			ev_buf_addf(&b, "%s '%s' (%zu)", k ? "," : "",
				    l->values[k].value, l->values[k].rows);
		if (k < l->n_values)
			ev_buf_addf(&b, " and %zu more", l->n_values - k);
		step(h, b.ptr, l->rows, "no slice of it has these rows");
	}
	ev_buf_release(&b);
}

void ev_page_flow(struct ev_html *h, const struct ev_evaluation *e)
{
	static const char *const head[] = { "Step", "Rows", "What it means" };
	const struct ev_flow *f = &e->cohort->flow;
	const struct ev_slice_result *all = e->n_slices ? &e->slices[0] : NULL;

	ev_page_section(h, "flow", "From the data received to the data "
			"analysed", rule_words(e->suite->dataset.missing));
	ev_page_table(h, "Flow of rows", head, EV_ARRAY_SIZE(head));
	step(h, "Received", f->received, "rows of the predictions file");
	step(h, "Excluded: no label", f->no_label, "the truth is not known");
	step(h, "Analysed", f->analysed, "rows with a known truth");
	step(h, "of these without a score", f->no_score, "the device gave no "
	     "answer");
	step(h, "of these abstained", f->abstained, "the device declined to "
	     "answer");
	if (all && e->suite->dataset.label_kind == EV_LABEL_BINARY) {
		step(h, "of these with the condition", all->positives,
		     "by the reference standard");
		step(h, "of these without it", all->negatives,
		     "by the reference standard");
	}
	step(h, "Patients", f->patients, e->cohort->clustered ?
	     "some have several rows, and intervals count patients" :
	     "each has one row");
	left(h, e);
	ev_page_table_end(h);
	if (has_bounds(e))
		bounds(h, e);
	ev_page_section_end(h);
}
