#include "base/compat.h"
#include "manifest/environment.h"

#include "base/mem.h"

static void add_line(struct ev_env_delta *d, const char *from, const char *to)
{
	struct ev_env_line *l;

	EV_GROW(d->items, d->n, d->cap);
	l = &d->items[d->n++];
	l->from = from;
	l->to = to;
	l->change = !from ? EV_ENV_ADDED : !to ? EV_ENV_REMOVED :
		EV_ENV_CHANGED;
}

static size_t word(const char *line)
{
	return strcspn(line, " ");
}

static bool same_word(const char *a, const char *b)
{
	return word(a) == word(b) && !memcmp(a, b, word(a));
}

/*
 * A removed and an added line are one change when no other differing line of
 * either side begins with their word; with several nobody can tell which
 * became which.
 */
static bool lone(const struct ev_env_delta *d, size_t at)
{
	const char *from = d->items[at].from, *to = d->items[at].to;
	size_t i;

	for (i = 0; i < d->n; i++) {
		if (i == at || !d->items[i].from != !from)
			continue;
		if (same_word(from ? from : to, d->items[i].from ?
			      d->items[i].from : d->items[i].to))
			return false;
	}
	return true;
}

static size_t partner(const struct ev_env_delta *d, size_t at)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (d->items[i].change == EV_ENV_ADDED &&
		    same_word(d->items[at].from, d->items[i].to))
			return i;
	return d->n;
}

static void pair_lines(struct ev_env_delta *d)
{
	size_t i, k;

	for (i = 0; i < d->n; i++) {
		if (d->items[i].change != EV_ENV_REMOVED || !lone(d, i))
			continue;
		k = partner(d, i);
		if (k == d->n || !lone(d, k))
			continue;
		d->items[i].to = d->items[k].to;
		d->items[i].change = EV_ENV_CHANGED;
		memmove(&d->items[k], &d->items[k + 1],
			(d->n - k - 1) * sizeof(*d->items));
		d->n--;
		if (k < i)
			i--;
	}
}

static int compare(const struct ev_strs *a, size_t i,
		   const struct ev_strs *b, size_t k)
{
	if (!a || i == a->n)
		return 1;
	if (!b || k == b->n)
		return -1;
	return strcmp(a->items[i], b->items[k]);
}

static void merge_lines(struct ev_env_delta *d, const struct ev_strs *a,
			const struct ev_strs *b)
{
	size_t i = 0, k = 0, na = a ? a->n : 0, nb = b ? b->n : 0;
	int c;

	while (i < na || k < nb) {
		c = compare(a, i, b, k);
		if (c < 0)
			add_line(d, a->items[i], NULL);
		else if (c > 0)
			add_line(d, NULL, b->items[k]);
		i += c <= 0;
		k += c >= 0;
	}
	pair_lines(d);
}

static void add_section(struct ev_env_deltas *out,
			const struct ev_env_section *a,
			const struct ev_env_section *b)
{
	struct ev_env_delta *d;

	EV_GROW(out->items, out->n, out->cap);
	d = &out->items[out->n++];
	memset(d, 0, sizeof(*d));
	d->section = a ? a->name : b->name;
	d->change = !a ? EV_ENV_ADDED : !b ? EV_ENV_REMOVED : EV_ENV_CHANGED;
	merge_lines(d, a ? &a->lines : NULL, b ? &b->lines : NULL);
}

void ev_environment_diff(struct ev_env_deltas *out,
			 const struct ev_environment *a,
			 const struct ev_environment *b)
{
	size_t i = 0, k = 0;
	int c;

	while (i < a->n || k < b->n) {
		c = i == a->n ? 1 : k == b->n ? -1 :
			strcmp(a->items[i].name, b->items[k].name);
		if (c < 0)
			add_section(out, &a->items[i], NULL);
		else if (c > 0)
			add_section(out, NULL, &b->items[k]);
		else if (strcmp(a->items[i].digest, b->items[k].digest))
			add_section(out, &a->items[i], &b->items[k]);
		i += c <= 0;
		k += c >= 0;
	}
}

void ev_env_deltas_release(struct ev_env_deltas *d)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		free(d->items[i].items);
	free(d->items);
	memset(d, 0, sizeof(*d));
}
