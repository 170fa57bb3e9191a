#include "base/compat.h"

#include "gate/records.h"

#include <stdarg.h>

#include "base/mem.h"

/* How near a record came to counting. */
enum { NEAR_NOTHING, NEAR_BAD, NEAR_BY, NEAR_WITHDRAWN, NEAR_CONTENT };

void ev_why_release(struct ev_why *w)
{
	free(w->text);
	memset(w, 0, sizeof(*w));
}

/* True if this reason is to be told instead of the one that is there. */
static bool nearer(struct ev_why *w, int near)
{
	if (near < w->near)
		return false;
	if (near == w->near) {
		w->n++;
		return false;
	}
	ev_why_release(w);
	w->near = near;
	w->n = 1;
	return true;
}

void ev_why_add(struct ev_why *w, const char *fmt, ...)
{
	struct ev_buf text = EV_BUF_INIT;
	va_list ap;

	if (!nearer(w, NEAR_CONTENT))
		return;
	va_start(ap, fmt);
	ev_buf_vaddf(&text, fmt, ap);
	va_end(ap);
	w->text = ev_buf_detach(&text, NULL);
}

static void not_allowed(struct ev_why *w, const struct ev_line *l)
{
	if (nearer(w, NEAR_BY))
		w->person = l->person;
	else if (w->near == NEAR_BY && w->person != l->person)
		w->several = true;
}

static void look(struct ev_why *w, const struct ev_line *l,
		 const struct ev_strs *by)
{
	switch (l->state) {
	case EV_LIVE:
	case EV_SUPERSEDED:
		if (l->person && !ev_by_allows(by, l->person))
			not_allowed(w, l);
		return;
	case EV_REVOKED:
		if (nearer(w, NEAR_WITHDRAWN))
			w->text = ev_strdupf("record %.12s is %s",
					     l->record.id, l->reason);
		return;
	case EV_FOREIGN:
	case EV_UNTIMELY:
	case EV_BAD:
		if (nearer(w, NEAR_BAD))
			w->text = ev_strdupf("record %.12s: %s",
					     l->record.id, l->reason);
		return;
	default:
		return;
	}
}

void ev_why_lines(struct ev_why *w, const struct ev_lines *lines,
		  enum ev_kind kind, const char *name,
		  const struct ev_strs *by)
{
	size_t i;

	for (i = 0; i < lines->n; i++)
		if (ev_line_is(&lines->items[i], kind, name))
			look(w, &lines->items[i], by);
}

static void add_roles(struct ev_buf *out, const struct ev_strs *by)
{
	size_t i;

	for (i = 0; i < by->n; i++)
		ev_buf_addf(out, "%s%s", i ? " or " : "", by->items[i]);
}

void ev_why_tell(struct ev_buf *out, const struct ev_why *w,
		 const struct ev_strs *by)
{
	if (w->near == NEAR_NOTHING)
		return;
	ev_buf_adds(out, ": ");
	if (w->near != NEAR_BY) {
		ev_buf_adds(out, w->text);
		if (w->n > 1)
			ev_buf_addf(out, ", and %zu more", w->n - 1);
		return;
	}
	ev_buf_addf(out, "%zu record%s by %s%s, who %s not in ", w->n,
		    w->n == 1 ? "" : "s", w->person->name,
		    w->several ? " and others" : "",
		    w->several ? "are" : "is");
	add_roles(out, by);
}
