#include "base/compat.h"
#include "base/buf.h"

#include <stdio.h>

#include "base/mem.h"

char ev_buf_empty[1];

void ev_buf_init(struct ev_buf *b)
{
	static const struct ev_buf fresh = EV_BUF_INIT;

	*b = fresh;
}

void ev_buf_release(struct ev_buf *b)
{
	size_t max = b->max;

	if (b->cap)
		free(b->ptr);
	ev_buf_init(b);
	b->max = max;
}

void ev_buf_clear(struct ev_buf *b)
{
	b->overflow = false;
	ev_buf_setlen(b, 0);
}

char *ev_buf_reserve(struct ev_buf *b, size_t more)
{
	size_t max = b->max < PTRDIFF_MAX ? b->max : PTRDIFF_MAX - 1;
	size_t need, cap;

	if (b->overflow || b->len > max || more > max - b->len) {
		b->overflow = true;
		return NULL;
	}
	need = b->len + more + 1;
	if (need > b->cap) {
		cap = b->cap < 32 ? 64 : b->cap + b->cap / 2;
		if (cap > max + 1)
			cap = max + 1;
		if (cap < need)
			cap = need;
		b->ptr = ev_realloc(b->cap ? b->ptr : NULL, cap);
		b->cap = cap;
		b->ptr[b->len] = '\0';
	}
	return b->ptr + b->len;
}

void ev_buf_setlen(struct ev_buf *b, size_t len)
{
	/* The shared empty string is never written to. */
	if (!b->cap)
		return;
	if (len >= b->cap)
		abort();
	b->len = len;
	b->ptr[len] = '\0';
}

void ev_buf_add(struct ev_buf *b, const void *p, size_t n)
{
	uintptr_t from = (uintptr_t)p, base = (uintptr_t)b->ptr;
	bool inside = b->cap && from >= base && from - base < b->cap;
	char *to;

	if (!n)
		return;
	to = ev_buf_reserve(b, n);
	if (!to)
		return;
	memmove(to, inside ? b->ptr + (from - base) : p, n);
	ev_buf_setlen(b, b->len + n);
}

void ev_buf_adds(struct ev_buf *b, const char *s)
{
	ev_buf_add(b, s, strlen(s));
}

void ev_buf_addc(struct ev_buf *b, char c)
{
	ev_buf_add(b, &c, 1);
}

void ev_buf_vaddf(struct ev_buf *b, const char *fmt, va_list ap)
{
	va_list again;
	char *to;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0) {
		b->overflow = true;
		return;
	}
	if (!n)
		return;
	to = ev_buf_reserve(b, (size_t)n);
	if (!to)
		return;
	vsnprintf(to, (size_t)n + 1, fmt, ap);
	ev_buf_setlen(b, b->len + (size_t)n);
}

void ev_buf_addf(struct ev_buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	ev_buf_vaddf(b, fmt, ap);
	va_end(ap);
}

char *ev_buf_detach(struct ev_buf *b, size_t *len)
{
	char *p = b->cap ? b->ptr : ev_strdup("");

	if (len)
		*len = b->len;
	b->cap = 0;
	ev_buf_release(b);
	return p;
}

void ev_buf_swap(struct ev_buf *a, struct ev_buf *b)
{
	struct ev_buf t = *a;

	*a = *b;
	*b = t;
}

void ev_buf_chomp(struct ev_buf *b)
{
	if (b->len && b->ptr[b->len - 1] == '\n')
		ev_buf_setlen(b, b->len - 1);
}
