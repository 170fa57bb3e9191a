#include "base/compat.h"

#include "clinical/page_internal.h"

#include <math.h>
#include <stdarg.h>

void ev_page_section(struct ev_html *h, const char *id, const char *title,
		     const char *says)
{
	ev_html_open(h, "section");
	ev_html_attr(h, "aria-labelledby", "%s", id);
	ev_html_open(h, "h2");
	ev_html_attr(h, "id", "%s", id);
	ev_html_text(h, "%s", title);
	ev_html_close(h, "h2");
	if (says)
		ev_html_element(h, "p", "says", "%s", says);
}

void ev_page_section_end(struct ev_html *h)
{
	ev_html_close(h, "section");
}

void ev_page_table(struct ev_html *h, const char *caption,
		   const char *const *head, size_t n)
{
	size_t i;

	ev_html_open(h, "div");
	ev_html_attr(h, "class", "wide");
	ev_html_attr(h, "tabindex", "0");
	ev_html_attr(h, "role", "region");
	ev_html_attr(h, "aria-label", "%s", caption);
	ev_html_open(h, "table");
	ev_html_attr(h, "class", "%s", head ? "numbers" : "facts");
	ev_html_element(h, "caption", NULL, "%s", caption);
	if (head) {
		ev_html_open(h, "thead");
		ev_html_open(h, "tr");
		for (i = 0; i < n; i++) {
			ev_html_open(h, "th");
			ev_html_attr(h, "scope", "col");
			ev_html_text(h, "%s", head[i]);
			ev_html_close(h, "th");
		}
		ev_html_close(h, "tr");
		ev_html_close(h, "thead");
	}
	ev_html_open(h, "tbody");
}

void ev_page_table_end(struct ev_html *h)
{
	ev_html_close(h, "tbody");
	ev_html_close(h, "table");
	ev_html_close(h, "div");
}

void ev_page_name(struct ev_html *h, const char *fmt, ...)
{
	struct ev_buf text = EV_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	ev_buf_vaddf(&text, fmt, ap);
	va_end(ap);
	ev_html_open(h, "th");
	ev_html_attr(h, "scope", "row");
	ev_html_text(h, "%s", text.ptr);
	ev_html_close(h, "th");
	ev_buf_release(&text);
}

void ev_page_fact(struct ev_html *h, const char *name, const char *text)
{
	if (!text)
		return;
	ev_html_open(h, "tr");
	ev_page_name(h, "%s", name);
	ev_html_element(h, "td", NULL, "%s", text);
	ev_html_close(h, "tr");
}

void ev_page_factf(struct ev_html *h, const char *name, const char *fmt, ...)
{
	struct ev_buf text = EV_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	ev_buf_vaddf(&text, fmt, ap);
	va_end(ap);
	ev_page_fact(h, name, text.ptr);
	ev_buf_release(&text);
}

static void add_flags(struct ev_buf *out, unsigned flags)
{
	unsigned bit;

	for (bit = 1; bit <= EV_STAT_SEPARATION; bit <<= 1)
		if (flags & bit && bit != EV_STAT_NO_INTERVAL &&
		    bit != EV_STAT_UNDEFINED)
			ev_buf_addf(out, "; %s", ev_stat_flag_name(
				    (enum ev_stat_flag)bit));
}

static void add_all(struct ev_buf *all, const struct ev_estimate *e)
{
	if (e->flags & EV_STAT_UNDEFINED)
		ev_buf_adds(all, "not defined");
	else
		ev_page_digits(all, e->value);
	if (ev_page_has_interval(e)) {
		ev_buf_addc(all, ',');
		ev_buf_addc(all, ' ');
		ev_page_level(all, e->level);
		ev_buf_adds(all, " interval ");
		ev_page_digits(all, e->lower);
		ev_buf_adds(all, " to ");
		ev_page_digits(all, e->upper);
		if (e->method)
			ev_buf_addf(all, " (%s)", e->method);
	}
	add_flags(all, e->flags);
}

static void cell(struct ev_html *h, const char *title, const char *text,
		 const char *class)
{
	ev_html_open(h, "td");
	ev_html_attr(h, "class", "%s", class);
	if (title && strcmp(title, text))
		ev_html_attr(h, "title", "%s", title);
	ev_html_text(h, "%s", text);
	ev_html_close(h, "td");
}

void ev_page_cell(struct ev_html *h, const struct ev_estimate *e, double limit)
{
	struct ev_buf text = EV_BUF_INIT, all = EV_BUF_INIT;

	ev_page_estimate(&text, e, limit);
	add_all(&all, e);
	cell(h, all.ptr, text.ptr, "number whole");
	ev_buf_release(&text);
	ev_buf_release(&all);
}

void ev_page_count(struct ev_html *h, uint64_t n)
{
	ev_html_element(h, "td", "number", "%llu", (unsigned long long)n);
}

void ev_page_value(struct ev_html *h, double x)
{
	struct ev_buf text = EV_BUF_INIT, all = EV_BUF_INIT;

	ev_page_number(&text, x);
	ev_page_digits(&all, x);
	cell(h, all.ptr, text.ptr, "number");
	ev_buf_release(&text);
	ev_buf_release(&all);
}

static bool is_test(enum ev_metric m)
{
	return m == EV_M_HOSMER_LEMESHOW || m == EV_M_SPIEGELHALTER ||
		m == EV_M_WEAK_CALIBRATION;
}

/* "chi-square 8.31, 10 degrees of freedom, p 0.598" */
static void test_cell(struct ev_html *h, const struct ev_measure *m)
{
	struct ev_buf text = EV_BUF_INIT, all = EV_BUF_INIT;
	bool square = m->chi2 != 0 || m->df > 0;

	if (m->e.flags & EV_STAT_UNDEFINED || !ev_page_is_number(m->p)) {
		cell(h, NULL, "not defined", "number");
		return;
	}
	ev_buf_adds(&text, square ? "chi-square " : "z ");
	ev_page_number(&text, square ? m->chi2 : m->z);
	ev_page_digits(&all, square ? m->chi2 : m->z);
	if (square) {
		ev_buf_adds(&text, ", ");
		ev_page_number(&text, m->df);
		ev_buf_adds(&text, " degrees of freedom");
	}
	ev_buf_adds(&text, ", p ");
	ev_page_p(&text, m->p);
	ev_buf_adds(&all, ", p ");
	ev_page_digits(&all, m->p);
	cell(h, all.ptr, text.ptr, "number");
	ev_buf_release(&text);
	ev_buf_release(&all);
}

void ev_page_measure(struct ev_html *h, const struct ev_request *q,
		     const struct ev_measure *m)
{
	if (is_test(q->metric))
		test_cell(h, m);
	else
		ev_page_cell(h, &m->e, (double)NAN);
}

void ev_page_outcome(struct ev_html *h, enum ev_outcome_word o)
{
	static const char *const marks[] = {
		[EV_OUT_PASS] = "\u2713", [EV_OUT_REVIEW] = "\u25c6",
		[EV_OUT_INCOMPLETE] = "\u25b2", [EV_OUT_FAIL] = "\u2717",
	};

	ev_html_open(h, "span");
	ev_html_attr(h, "class", "outcome %s", ev_outcome_word(o));
	ev_html_open(h, "span");
	ev_html_attr(h, "aria-hidden", "true");
	ev_html_text(h, "%s\u00a0", marks[o]);
	ev_html_close(h, "span");
	ev_html_text(h, "%s", ev_outcome_word(o));
	ev_html_close(h, "span");
}

void ev_page_list(struct ev_html *h, const struct ev_strs *items)
{
	size_t i;

	ev_html_open(h, "ul");
	for (i = 0; i < items->n; i++)
		ev_html_element(h, "li", NULL, "%s", items->items[i]);
	ev_html_close(h, "ul");
}
