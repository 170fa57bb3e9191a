#include "base/compat.h"

#include "clinical/page_internal.h"

#define SLICES_MAX 200u			/* that are written out whole */

static const char *const head[] = {
	"Metric", "Estimate (interval)", "Counted over", "What it means",
};

static void counted(struct ev_html *h, const struct ev_measure *m)
{
	struct ev_buf text = EV_BUF_INIT;

	if (!(m->e.flags & EV_STAT_UNDEFINED) && m->e.n > 0)
		ev_page_number(&text, m->e.n);
	if (m->n_eff > 0 && text.len) {
		ev_buf_adds(&text, ", effective ");
		ev_page_number(&text, m->n_eff);
	}
	ev_html_element(h, "td", "number", "%s", text.ptr);
	ev_buf_release(&text);
}

static void line(struct ev_html *h, const struct ev_suite *s,
		 const struct ev_request *q, const struct ev_measure *m,
		 bool meaning)
{
	const char *says = ev_page_meaning(q->metric);
	struct ev_buf text = EV_BUF_INIT;

	ev_page_metric(&text, s, q);
	ev_html_open(h, "tr");
	ev_html_open(h, "th");
	ev_html_attr(h, "scope", "row");
	ev_html_text(h, "%s", text.ptr);
	if (meaning)
		ev_html_element(h, "div", "small", "%s", q->key);
	ev_html_close(h, "th");
	ev_page_measure(h, q, m);
	counted(h, m);
	if (meaning)
		ev_html_element(h, "td", NULL, "%s", says ? says : "");
	ev_html_close(h, "tr");
	ev_buf_release(&text);
}

static void table(struct ev_html *h, const struct ev_evaluation *e,
		  const struct ev_slice_result *r, const char *caption,
		  bool meaning)
{
	size_t i;

	ev_page_table(h, caption, head, EV_ARRAY_SIZE(head) - !meaning);
	for (i = 0; i < e->suite->n_requests; i++)
		if (e->suite->requests[i].metric != EV_M_CONFUSION)
			line(h, e->suite, &e->suite->requests[i],
			     &r->measures[i], meaning);
	ev_page_table_end(h);
}

static void confusion_line(struct ev_html *h, const char *truth, int64_t yes,
			   int64_t no)
{
	ev_html_open(h, "tr");
	ev_page_name(h, "%s", truth);
	ev_page_count(h, (uint64_t)yes);
	ev_page_count(h, (uint64_t)no);
	ev_page_count(h, (uint64_t)(yes + no));
	ev_html_close(h, "tr");
}

/* Truth against decision at an operating point. */
static void confusion(struct ev_html *h, const struct ev_evaluation *e,
		      size_t request)
{
	static const char *const columns[] = {
		"Truth", "Called", "Not called", "All",
	};
	const struct ev_request *q = &e->suite->requests[request];
	const struct ev_table *t = &e->slices[0].measures[request].cells;
	const struct ev_point *p = &e->suite->points[q->point];
	struct ev_buf caption = EV_BUF_INIT;

	ev_buf_addf(&caption, "Truth and decision at %s (score \u2265 %s)",
		    p->name, p->threshold.text);
	ev_page_table(h, caption.ptr, columns, EV_ARRAY_SIZE(columns));
	confusion_line(h, "with the condition", t->tp, t->fn);
	confusion_line(h, "without it", t->fp, t->tn);
	ev_page_table_end(h);
	ev_buf_release(&caption);
}

static void confusions(struct ev_html *h, const struct ev_evaluation *e)
{
	size_t i;

	for (i = 0; i < e->suite->n_requests; i++)
		if (e->suite->requests[i].metric == EV_M_CONFUSION &&
		    e->suite->requests[i].point < e->suite->n_points)
			confusion(h, e, i);
}

static void by_slice(struct ev_html *h, const struct ev_evaluation *e)
{
	struct ev_buf caption = EV_BUF_INIT;
	size_t i;

	if (e->n_slices > 1)
		ev_html_element(h, "h3", NULL, "All numbers of each subgroup");
	for (i = 1; i < e->n_slices && i <= SLICES_MAX; i++) {
		const struct ev_slice_result *r = &e->slices[i];

		ev_html_open(h, "details");
		ev_html_element(h, "summary", NULL, "%s: %zu rows", r->name,
				r->n);
		ev_buf_clear(&caption);
		ev_buf_addf(&caption, "All numbers of %s", r->name);
		table(h, e, r, caption.ptr, false);
		ev_html_close(h, "details");
	}
	if (i < e->n_slices)
		ev_html_element(h, "p", "small", "The JSON report has those "
				"of the other %zu subgroups.",
				e->n_slices - i);
	ev_buf_release(&caption);
}

void ev_page_metrics(struct ev_html *h, const struct ev_evaluation *e)
{
	ev_page_section(h, "numbers", "All numbers", "What the suite asks to "
			"be measured, whether or not a gate judges it.");
	if (e->n_slices) {
		confusions(h, e);
		table(h, e, &e->slices[0], "All numbers, of everybody", true);
		by_slice(h, e);
	}
	ev_page_section_end(h);
}
