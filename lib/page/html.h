/*
 * html.h - HTML that cannot be broken by what it shows
 *
 * A writer that owns the tags: text and attribute values are always escaped,
 * also control and bidirectional characters (shown as U+XXXX), and every
 * element is closed in order.  Pages are static: no script, no outside
 * resource, style inline in the head.  What comes out is XML too.
 */
#ifndef EV_PAGE_HTML_H
#define EV_PAGE_HTML_H

#include "base/buf.h"

#define EV_HTML_MAX_DEPTH 64

struct ev_html {
	struct ev_buf *out;
	const char *open[EV_HTML_MAX_DEPTH];
	unsigned depth;
	bool in_tag;			/* attributes may still come */
	bool wrong;			/* nesting was broken: a bug */
};

void ev_html_init(struct ev_html *h, struct ev_buf *out);
/* <!DOCTYPE html>, head with title and style (css: our own text), <body> */
void ev_html_begin(struct ev_html *h, const char *title, const char *css);
/* Close all; EV_EINVALID if nesting was broken. */
int ev_html_end(struct ev_html *h);
/* `tag` is our own literal: "section", "td". */
void ev_html_open(struct ev_html *h, const char *tag);
void ev_html_attr(struct ev_html *h, const char *name, const char *fmt, ...)
	EV_PRINTF(3, 4);
void ev_html_close(struct ev_html *h, const char *tag);
void ev_html_text(struct ev_html *h, const char *fmt, ...) EV_PRINTF(2, 3);
/* <tag class="class">text</tag>; class may be NULL */
void ev_html_element(struct ev_html *h, const char *tag, const char *class,
		     const char *fmt, ...) EV_PRINTF(4, 5);
void ev_html_void(struct ev_html *h, const char *tag);	/* <br>, <col> */

#endif
