#include "base/compat.h"
#include "data/schema.h"

#include <stdarg.h>

#include "base/error.h"
#include "base/mem.h"

void ev_problem_add(struct ev_problems *p, const struct ev_value *at,
		    const char *hint, const char *fmt, ...)
{
	struct ev_buf message = EV_BUF_INIT;
	struct ev_problem *item;
	va_list ap;

	if (p->n > EV_PROBLEMS_MAX)
		return;
	EV_GROW(p->items, p->n, p->cap);
	item = &p->items[p->n++];
	memset(item, 0, sizeof(*item));
	if (p->n > EV_PROBLEMS_MAX) {
		item->message = ev_strdup("more problems are not listed");
		return;
	}
	if (at)
		item->where = ev_strdupf("%s:%u:%u", at->file, at->line,
					 at->column);
	va_start(ap, fmt);
	ev_buf_vaddf(&message, fmt, ap);
	va_end(ap);
	item->message = ev_buf_detach(&message, NULL);
	item->hint = ev_strdup(hint);
}

void ev_problems_release(struct ev_problems *p)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		free(p->items[i].where);
		free(p->items[i].message);
		free(p->items[i].hint);
	}
	free(p->items);
	memset(p, 0, sizeof(*p));
}

static bool hint_is_new(const struct ev_problems *p, size_t n)
{
	size_t i;

	if (!p->items[n].hint)
		return false;
	for (i = 0; i < n; i++)
		if (ev_streq(p->items[i].hint, p->items[n].hint))
			return false;
	return true;
}

int ev_problems_fail(const struct ev_problems *p)
{
	const struct ev_problem *item;
	const char *where, *colon;
	size_t i;

	for (i = 0; i < p->n; i++) {
		item = &p->items[i];
		where = item->where ? item->where : "";
		colon = item->where ? ": " : "";
		if (i)
			ev_error_detail("%s%s%s", where, colon, item->message);
		else
			ev_fail(EV_EINVALID, "%s%s%s", where, colon,
				item->message);
	}
	for (i = 0; i < p->n; i++)
		if (hint_is_new(p, i))
			ev_error_hint("%s", p->items[i].hint);
	return p->n ? EV_EINVALID : 0;
}
