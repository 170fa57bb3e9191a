#include "base/compat.h"

#include "ledger/ledger.h"

#include "base/mem.h"

void ev_slices_split(struct ev_slices *out, const struct ev_buf *text)
{
	const char *p = text->ptr, *end = text->ptr + text->len, *lf;

	while (p < end) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (!lf)
			lf = end;
		if (lf > p) {
			EV_GROW(out->items, out->n, out->cap);
			out->items[out->n].p = p;
			out->items[out->n++].n = (size_t)(lf - p);
		}
		p = lf + 1;
	}
}

void ev_slices_release(struct ev_slices *s)
{
	free(s->items);
	memset(s, 0, sizeof(*s));
}

static int by_bytes(const void *va, const void *vb)
{
	const struct ev_slice *a = va, *b = vb;
	size_t n = a->n < b->n ? a->n : b->n;
	int cmp = memcmp(a->p, b->p, n);

	if (cmp)
		return cmp;
	return a->n < b->n ? -1 : a->n > b->n;
}

void ev_slices_sort(struct ev_slices *s)
{
	size_t i, kept = 0;

	if (s->n)
		qsort(s->items, s->n, sizeof(*s->items), by_bytes);
	for (i = 0; i < s->n; i++)
		if (!kept || by_bytes(&s->items[kept - 1], &s->items[i]))
			s->items[kept++] = s->items[i];
	s->n = kept;
}

bool ev_slices_has(const struct ev_slices *sorted, const struct ev_slice *x)
{
	return sorted->n && bsearch(x, sorted->items, sorted->n,
				    sizeof(*sorted->items), by_bytes);
}

void ev_slices_join(struct ev_buf *out, struct ev_slices *s)
{
	size_t i;

	ev_slices_sort(s);
	for (i = 0; i < s->n; i++) {
		ev_buf_add(out, s->items[i].p, s->items[i].n);
		ev_buf_addc(out, '\n');
	}
}
