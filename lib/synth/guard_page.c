#include "base/compat.h"

#include "synth/guard_internal.h"

#include "page/html.h"

int ev_guards_page(struct ev_buf *out, const struct ev_guards *g,
		   const struct ev_guard_inputs *in)
{
	struct ev_html h;
	size_t i;

	ev_html_init(&h, out);
	ev_html_begin(&h, in->source->pack->id, "");
	ev_html_open(&h, "ul");
	for (i = 0; i < g->n; i++)
		ev_html_element(&h, "li", NULL, "%s: %s", g->items[i].id,
				g->items[i].says);
	ev_html_close(&h, "ul");
	return ev_html_end(&h);
}
