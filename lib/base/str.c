#include "base/compat.h"
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"

bool ev_starts_with(const char *s, const char *prefix)
{
	return s && prefix && !strncmp(s, prefix, strlen(prefix));
}

bool ev_ends_with(const char *s, const char *suffix)
{
	size_t n, m;

	if (!s || !suffix)
		return false;
	n = strlen(s);
	m = strlen(suffix);
	return m <= n && !memcmp(s + n - m, suffix, m);
}

bool ev_streq(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

void ev_strs_take(struct ev_strs *l, char *s)
{
	EV_GROW(l->items, l->n, l->cap);
	l->items[l->n++] = s;
}

void ev_strs_add(struct ev_strs *l, const char *s)
{
	ev_strs_take(l, ev_strdup(s));
}

void ev_strs_addf(struct ev_strs *l, const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	ev_strs_take(l, s);
}

bool ev_strs_has(const struct ev_strs *l, const char *s)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (ev_streq(l->items[i], s))
			return true;
	return false;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void ev_strs_sort(struct ev_strs *l)
{
	if (l->n > 1)
		qsort(l->items, l->n, sizeof(*l->items), by_bytes);
}

void ev_strs_uniq(struct ev_strs *l)
{
	size_t i, kept = 0;

	for (i = 0; i < l->n; i++) {
		if (kept && ev_streq(l->items[kept - 1], l->items[i]))
			free(l->items[i]);
		else
			l->items[kept++] = l->items[i];
	}
	l->n = kept;
}

void ev_strs_release(struct ev_strs *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		free(l->items[i]);
	free(l->items);
	l->items = NULL;
	l->n = l->cap = 0;
}

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* One row of the table; `two` and `one` are the rows above it. */
static void fill_row(size_t *row, const size_t *one, const size_t *two,
		     const char *a, size_t i, const char *b, size_t n)
{
	size_t j;

	row[0] = i;
	for (j = 1; j <= n; j++) {
		row[j] = min(one[j], row[j - 1]) + 1;
		row[j] = min(row[j], one[j - 1] + (a[i - 1] != b[j - 1]));
		if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
		    a[i - 2] == b[j - 1])
			row[j] = min(row[j], two[j - 2] + 1);
	}
}

size_t ev_edit_distance(const char *a, const char *b)
{
	size_t m = strlen(a), n = strlen(b), i, answer;
	size_t *rows = ev_calloc(3, (n + 1) * sizeof(*rows));
	size_t *row = rows, *one = rows + n + 1, *two = rows + 2 * (n + 1);

	for (i = 0; i <= n; i++)
		row[i] = i;
	for (i = 1; i <= m; i++) {
		size_t *t = two;

		two = one;
		one = row;
		row = t;
		fill_row(row, one, two, a, i, b, n);
	}
	answer = row[n];
	free(rows);
	return answer;
}

const char *ev_closest(const char *word, const char *const *words, size_t n)
{
	size_t len = strlen(word), limit = len / 3, best, i;
	const char *answer = NULL;

	if (limit < 1)
		limit = 1;
	if (limit > 3)
		limit = 3;
	best = limit + 1;
	for (i = 0; i < n; i++) {
		size_t other = strlen(words[i]), d;

		/* The distance is never less than the difference in length. */
		if ((other > len ? other - len : len - other) >= best)
			continue;
		d = ev_edit_distance(word, words[i]);
		if (d < best) {
			best = d;
			answer = words[i];
		}
	}
	return answer;
}
