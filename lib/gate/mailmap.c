#include "base/compat.h"

#include "gate/mailmap.h"

#include <ctype.h>
#include <strings.h>

#include "base/mem.h"

static bool is_space(char c)
{
	return isspace((unsigned char)c);
}

/*
 * "NAME <EMAIL>" at `p`, which is cut into pieces; what follows it, or NULL if
 * that is nothing or there is no such pair.
 */
static char *take_pair(char *p, const char **name, const char **email,
		       bool may_be_empty)
{
	char *left = strchr(p, '<'), *right, *end;

	*name = *email = NULL;
	right = left ? strchr(left + 1, '>') : NULL;
	if (!right || (right == left + 1 && !may_be_empty))
		return NULL;
	while (p < left && is_space(*p))
		p++;
	for (end = left; end > p && is_space(end[-1]); end--)
		;
	*end = '\0';
	*right = '\0';
	*name = end > p ? p : NULL;
	*email = left + 1;
	return right[1] ? right + 1 : NULL;
}

static void take_line(struct ev_mailmap *m, char *line, size_t number)
{
	const char *name, *email, *old_name = NULL, *old_email = NULL;
	struct ev_mailmap_entry *e;
	char *rest;

	if (*line == '#')
		return;
	rest = take_pair(line, &name, &email, false);
	if (!email)
		return;
	if (rest)
		take_pair(rest, &old_name, &old_email, true);
	EV_GROW(m->items, m->n, m->cap);
	e = &m->items[m->n++];
	e->old_email = old_email ? old_email : email;
	e->email = old_email ? email : NULL;
	e->old_name = old_name;
	e->name = name;
	e->line = number;
}

/* By e-mail, then what is said of any name before what is said of one. */
static int compare(const struct ev_mailmap_entry *e, const char *email,
		   const char *name)
{
	int cmp = strcasecmp(e->old_email, email);

	if (cmp || (!e->old_name && !name))
		return cmp;
	if (!e->old_name || !name)
		return name ? -1 : 1;
	return strcasecmp(e->old_name, name);
}

static int by_key_and_line(const void *va, const void *vb)
{
	const struct ev_mailmap_entry *a = va, *b = vb;
	int cmp = compare(a, b->old_email, b->old_name);

	return cmp ? cmp : a->line < b->line ? -1 : a->line > b->line;
}

/* Lines about the same add up where no name is asked for; else the last one
 * counts. */
static void unite(struct ev_mailmap *m)
{
	struct ev_mailmap_entry *e, *last = NULL;
	size_t i, n = 0;

	for (i = 0; i < m->n; i++) {
		e = &m->items[i];
		if (last && !compare(e, last->old_email, last->old_name)) {
			if (e->email || e->old_name)
				last->email = e->email;
			if (e->name || e->old_name)
				last->name = e->name;
			continue;
		}
		last = &m->items[n++];
		*last = *e;
	}
	m->n = n;
}

void ev_mailmap_read(struct ev_mailmap *out, const struct ev_buf *text)
{
	char *line, *next;
	size_t number = 0;

	memset(out, 0, sizeof(*out));
	out->text = ev_strndup(text->ptr, text->len);
	for (line = out->text; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		take_line(out, line, number++);
	}
	if (out->n)
		qsort(out->items, out->n, sizeof(*out->items),
		      by_key_and_line);
	unite(out);
}

void ev_mailmap_release(struct ev_mailmap *m)
{
	free(m->items);
	free(m->text);
	memset(m, 0, sizeof(*m));
}

static const struct ev_mailmap_entry *entry_of(const struct ev_mailmap *m,
					       const char *email,
					       const char *name)
{
	size_t low = 0, high = m->n, mid;
	int cmp;

	while (low < high) {
		mid = low + (high - low) / 2;
		cmp = compare(&m->items[mid], email, name);
		if (!cmp)
			return &m->items[mid];
		if (cmp < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

bool ev_mailmap_find(const struct ev_mailmap *m, const char **email,
		     const char **name)
{
	const struct ev_mailmap_entry *e = entry_of(m, *email, *name);

	if (!e)
		e = entry_of(m, *email, NULL);
	if (!e || (!e->email && !e->name))
		return false;
	if (e->email)
		*email = e->email;
	if (e->name)
		*name = e->name;
	return true;
}
