#include "base/compat.h"

#include "clinical/page_internal.h"

static void header(struct ev_html *h, const struct ev_evaluation *e,
		   const struct ev_report_context *x)
{
	const struct ev_suite *s = e->suite;

	ev_html_open(h, "header");
	ev_html_element(h, "h1", NULL, "Clinical validation: %s",
			s->title ? s->title : s->id);
	ev_html_open(h, "p");
	ev_html_text(h, "Suite %s%s%s", s->id, s->version ? " " : "",
		     s->version ? s->version : "");
	if (ev_tier_name(s->tier))
		ev_html_text(h, ", tier %s", ev_tier_name(s->tier));
	if (x && x->product)
		ev_html_text(h, "; product %s", x->product);
	if (x && x->release)
		ev_html_text(h, ", release %s", x->release);
	ev_html_text(h, "; %zu rows of %u patients", e->cohort->n,
		     (unsigned)e->cohort->flow.patients);
	if (x && x->commit) {
		ev_html_text(h, "; commit ");
		ev_html_element(h, "code", NULL, "%.12s", x->commit);
	}
	ev_html_text(h, ".");
	ev_html_close(h, "p");
	ev_html_close(h, "header");
}

static void contents(struct ev_html *h, bool readers)
{
	static const char *const parts[][2] = {
		{ "gates", "Gates" }, { "subgroups", "Subgroups" },
		{ "readers", "Readers" }, { "curves", "Curves" }, { "calibration", "Calibration" },
		{ "numbers", "All numbers" }, { "flow", "Flow of rows" },
		{ "changes", "Other versions" },
		{ "checks", "Signs of trouble" },
		{ "limitations", "Limitations" }, { "suite", "Suite" },
		{ "inputs", "Inputs and custody" },
	};
	size_t i;

	ev_html_open(h, "nav");
	ev_html_attr(h, "aria-label", "Contents");
	ev_html_open(h, "ul");
	for (i = 0; i < EV_ARRAY_SIZE(parts); i++) {
		if (!strcmp(parts[i][0], readers ? "curves" : "readers"))
			continue;
		ev_html_open(h, "li");
		ev_html_open(h, "a");
		ev_html_attr(h, "href", "#%s", parts[i][0]);
		ev_html_text(h, "%s", parts[i][1]);
		ev_html_close(h, "a");
		ev_html_close(h, "li");
	}
	ev_html_close(h, "ul");
	ev_html_close(h, "nav");
}

static int sections(struct ev_html *h, const struct ev_evaluation *e,
		    const struct ev_report_context *x)
{
	int ret;

	ev_html_open(h, "main");
	ev_page_verdict(h, e);
	contents(h, ev_has_readers(&e->suite->dataset));
	ev_page_gates(h, e);
	ev_page_slices(h, e);
	ev_page_readers(h, e);
	ret = ev_has_readers(&e->suite->dataset) ? 0 : ev_page_curves(h, e);
	ev_page_calibration(h, e);
	ev_page_metrics(h, e);
	ev_page_flow(h, e);
	ev_page_changes(h, e);
	ev_page_checks(h, e);
	ev_page_limitations(h, e, x);
	ev_page_suite(h, e);
	ev_page_inputs(h, e, x);
	ev_html_close(h, "main");
	return ret;
}

int ev_report_page(struct ev_buf *out, const struct ev_evaluation *e,
		   const struct ev_report_context *x)
{
	struct ev_buf title = EV_BUF_INIT, css = EV_BUF_INIT;
	struct ev_html h;
	int ret, end;

	ev_html_init(&h, out);
	ev_buf_addf(&title, "%s: %s%s%s", ev_outcome_word(e->outcome),
		    e->suite->id, e->suite->version ? " " : "",
		    e->suite->version ? e->suite->version : "");
	ev_page_css(&css);
	ev_html_begin(&h, title.ptr, css.ptr);
	header(&h, e, x);
	ret = sections(&h, e, x);
	ev_html_open(&h, "footer");
	ev_html_element(&h, "p", NULL, "Made by git-evidence%s%s. The JSON "
			"report has every number of this page with all its "
			"digits; here they stand behind the rounded ones, "
			"where the pointer rests.", x && x->tool_version ?
			" " : "", x && x->tool_version ? x->tool_version : "");
	ev_html_close(&h, "footer");
	end = ev_html_end(&h);
	ev_buf_release(&title);
	ev_buf_release(&css);
	return ret < 0 ? ret : end;
}
