#include "base/compat.h"

#include "clinical/page_internal.h"

#include <math.h>

static const char *const versions[] = { "previous", "anchor" };

static bool is_known(const struct ev_measure *m)
{
	return m->e.method && !(m->e.flags & EV_STAT_UNDEFINED);
}

static void p_cell(struct ev_html *h, const struct ev_request *q,
		   const struct ev_measure *m)
{
	struct ev_buf text = EV_BUF_INIT;

	if (q->metric == EV_M_AUC && is_known(m) &&
	    !(m->e.flags & (EV_STAT_NO_INTERVAL |
			    EV_STAT_DEGENERATE_VARIANCE)))
		ev_page_p(&text, m->p);
	ev_html_element(h, "td", "number", "%s", text.ptr);
	ev_buf_release(&text);
}

static void line(struct ev_html *h, const struct ev_evaluation *e, size_t i,
		 const struct ev_measure *change)
{
	const struct ev_request *q = &e->suite->requests[i];
	struct ev_buf text = EV_BUF_INIT;

	ev_page_metric(&text, e->suite, q);
	ev_html_open(h, "tr");
	ev_page_name(h, "%s", text.ptr);
	ev_page_measure(h, q, &e->slices[0].measures[i]);
	ev_page_cell(h, &change->e, 0);
	p_cell(h, q, change);
	ev_html_element(h, "td", NULL, "%s", ev_metric_info(q->metric)->better
			> 0 ? "above 0" : ev_metric_info(q->metric)->better < 0
			? "below 0" : "neither");
	ev_html_close(h, "tr");
	ev_buf_release(&text);
}

static void table(struct ev_html *h, const struct ev_evaluation *e, int k)
{
	static const char *const head[] = {
		"Metric", "Candidate", "Candidate less reference", "p",
		"Better is",
	};
	const struct ev_measure *change = e->slices[0].change[k];
	struct ev_buf caption = EV_BUF_INIT;
	size_t i;

	ev_buf_addf(&caption, "Differences on the same rows, against %s",
		    versions[k]);
	ev_page_table(h, caption.ptr, head, EV_ARRAY_SIZE(head));
	for (i = 0; i < e->suite->n_requests; i++)
		if (change[i].e.method)
			line(h, e, i, &change[i]);
	ev_page_table_end(h);
	ev_buf_release(&caption);
}

static bool has_changes(const struct ev_evaluation *e, int k)
{
	const struct ev_measure *change = e->n_slices ?
		e->slices[0].change[k] : NULL;
	size_t i;

	for (i = 0; change && i < e->suite->n_requests; i++)
		if (change[i].e.method)
			return true;
	return false;
}

static void reference(struct ev_html *h, const struct ev_evaluation *e, int k)
{
	const struct ev_reference_spec *spec = k ? &e->suite->anchor :
		&e->suite->previous;
	const struct ev_reference *r = e->reference[k];
	const struct ev_checks *c = &e->checks;

	ev_html_element(h, "h3", NULL, "Against the %s version%s%s",
			versions[k], spec->release ? " " : "",
			spec->release ? spec->release : "");
	if (!r) {
		ev_html_element(h, "p", NULL, "The suite names it, and there "
				"are no predictions of it.");
		return;
	}
	if (spec->reason)
		ev_html_element(h, "p", NULL, "Why this one: %s.",
				spec->reason);
	ev_html_element(h, "p", NULL, "%zu rows are in both; %zu only here, "
			"%zu only there.", r->n_paired, r->only_here,
			r->only_there);
	if (e->suite->n_points &&
	    e->suite->dataset.label_kind == EV_LABEL_BINARY)
		ev_html_element(h, "p", NULL, "At %s the candidate misses %zu "
				"with the condition that the %s version "
				"found, and calls %zu without it that this did "
				"not call.", e->suite->points[0].name,
				c->new_fn[k], versions[k], c->new_fp[k]);
	if (has_changes(e, k))
		table(h, e, k);
}

void ev_page_changes(struct ev_html *h, const struct ev_evaluation *e)
{
	bool any = false;
	int k;

	ev_page_section(h, "changes", "Differences from other versions",
			"Two versions on the same rows: what changed, and by "
			"how much.");
	for (k = 0; k < 2; k++) {
		bool named = k ? e->suite->anchor.given :
			e->suite->previous.given;

		if (!e->reference[k] && !named)
			continue;
		any = true;
		reference(h, e, k);
	}
	if (!any)
		ev_html_element(h, "p", NULL, "No other version was "
				"compared.");
	ev_page_section_end(h);
}
