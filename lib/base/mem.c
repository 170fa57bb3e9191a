#include "base/compat.h"
#include "base/mem.h"

#include <stdarg.h>

void *ev_malloc(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		abort();
	return p;
}

void *ev_calloc(size_t n, size_t size)
{
	void *p = n && size ? calloc(n, size) : calloc(1, 1);

	if (!p)
		abort();
	return p;
}

void *ev_realloc(void *p, size_t n)
{
	p = realloc(p, n ? n : 1);
	if (!p)
		abort();
	return p;
}

char *ev_strdup(const char *s)
{
	return s ? ev_strndup(s, strlen(s)) : NULL;
}

char *ev_strndup(const char *s, size_t n)
{
	char *p;

	if (!s)
		return NULL;
	n = strnlen(s, n);
	p = ev_malloc(n + 1);
	memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

char *ev_strdupf(const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&p, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	return p;
}

void *ev_grow(void *items, size_t need, size_t *cap, size_t size)
{
	size_t n = *cap;

	if (need <= n)
		return items;
	while (n < need)
		n = n > SIZE_MAX / 2 ? need : n ? n * 2 : 8;
	if (size && n > PTRDIFF_MAX / size)
		abort();
	items = ev_realloc(items, n * size);
	*cap = n;
	return items;
}
