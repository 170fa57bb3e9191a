#include "base/compat.h"

#include "page/html.h"

#include "base/error.h"
#include "base/utf8.h"

void ev_html_init(struct ev_html *h, struct ev_buf *out)
{
	memset(h, 0, sizeof(*h));
	h->out = out;
}

/* What a reader's screen could be led astray by is shown by its number: the
 * escapes of ev_display(), which leaves the letters of all languages alone. */
static void escape(struct ev_buf *out, const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		switch (p[i]) {
		case '&':
			ev_buf_adds(out, "&amp;");
			break;
		case '<':
			ev_buf_adds(out, "&lt;");
			break;
		case '>':
			ev_buf_adds(out, "&gt;");
			break;
		case '"':
			ev_buf_adds(out, "&quot;");
			break;
		case '\'':
			ev_buf_adds(out, "&#39;");
			break;
		default:
			ev_buf_addc(out, p[i]);
			break;
		}
	}
}

static void add_escaped(struct ev_buf *out, const char *fmt, va_list ap)
{
	struct ev_buf raw = EV_BUF_INIT, safe = EV_BUF_INIT;

	ev_buf_vaddf(&raw, fmt, ap);
	ev_display(&safe, raw.ptr, raw.len);
	escape(out, safe.ptr, safe.len);
	ev_buf_release(&safe);
	ev_buf_release(&raw);
}

/* The start tag is held open as long as attributes may come. */
static void end_tag(struct ev_html *h)
{
	if (h->in_tag)
		ev_buf_addc(h->out, '>');
	h->in_tag = false;
}

void ev_html_open(struct ev_html *h, const char *tag)
{
	end_tag(h);
	if (h->depth == EV_HTML_MAX_DEPTH) {
		h->wrong = true;
		return;
	}
	h->open[h->depth++] = tag;
	ev_buf_addc(h->out, '<');
	ev_buf_adds(h->out, tag);
	h->in_tag = true;
}

void ev_html_attr(struct ev_html *h, const char *name, const char *fmt, ...)
{
	va_list ap;

	if (!h->in_tag) {
		h->wrong = true;
		return;
	}
	ev_buf_addf(h->out, " %s=\"", name);
	va_start(ap, fmt);
	add_escaped(h->out, fmt, ap);
	va_end(ap);
	ev_buf_addc(h->out, '"');
}

/* Lines of their own keep the source of a page readable; inside of a text a
 * line end would be a space. */
static bool ends_line(const char *tag)
{
	static const char *const tags[] = {
		"body", "circle", "dd", "desc", "div", "dl", "dt",
		"figcaption", "figure", "footer", "g", "h1", "h2", "h3", "h4",
		"head", "header", "html", "li", "line", "main", "nav", "ol",
		"p", "path", "polygon", "polyline", "rect", "section", "style",
		"svg", "table", "tbody", "thead", "title", "tr", "ul",
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(tags); i++)
		if (!strcmp(tag, tags[i]))
			return true;
	return false;
}

void ev_html_close(struct ev_html *h, const char *tag)
{
	end_tag(h);
	if (!h->depth || strcmp(h->open[h->depth - 1], tag)) {
		h->wrong = true;
		return;
	}
	h->depth--;
	ev_buf_addf(h->out, "</%s>", tag);
	if (ends_line(tag))
		ev_buf_addc(h->out, '\n');
}

void ev_html_text(struct ev_html *h, const char *fmt, ...)
{
	va_list ap;

	end_tag(h);
	va_start(ap, fmt);
	add_escaped(h->out, fmt, ap);
	va_end(ap);
}

void ev_html_element(struct ev_html *h, const char *tag, const char *class,
		     const char *fmt, ...)
{
	va_list ap;

	ev_html_open(h, tag);
	if (class)
		ev_html_attr(h, "class", "%s", class);
	end_tag(h);
	va_start(ap, fmt);
	add_escaped(h->out, fmt, ap);
	va_end(ap);
	ev_html_close(h, tag);
}

void ev_html_void(struct ev_html *h, const char *tag)
{
	end_tag(h);
	ev_buf_addf(h->out, "<%s/>", tag);
}

void ev_html_begin(struct ev_html *h, const char *title, const char *css)
{
	ev_buf_adds(h->out, "<!DOCTYPE html>\n");
	ev_html_open(h, "html");
	ev_html_attr(h, "lang", "en");
	ev_html_open(h, "head");
	end_tag(h);
	ev_buf_adds(h->out, "\n<meta charset=\"utf-8\"/>\n"
		    "<meta name=\"viewport\" "
		    "content=\"width=device-width, initial-scale=1\"/>\n"
		    "<meta http-equiv=\"Content-Security-Policy\" "
		    "content=\"default-src 'none'; "
		    "style-src 'unsafe-inline'\"/>\n");
	ev_html_element(h, "title", NULL, "%s", title);
	ev_html_open(h, "style");
	end_tag(h);
	ev_buf_adds(h->out, css);
	ev_html_close(h, "style");
	ev_html_close(h, "head");
	ev_html_open(h, "body");
	end_tag(h);
	ev_buf_addc(h->out, '\n');
}

int ev_html_end(struct ev_html *h)
{
	if (h->depth == 2) {
		ev_html_close(h, "body");
		ev_html_close(h, "html");
	} else {
		h->wrong = true;
	}
	if (h->wrong)
		return ev_fail(EV_EINVALID, "the elements of a page are not "
			       "closed as they were opened");
	return h->out->overflow ? ev_fail(EV_ELIMIT, "a page is too large") :
		0;
}
