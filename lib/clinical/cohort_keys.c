#include "base/compat.h"
#include "clinical/cohort_internal.h"

#include "base/error.h"
#include "base/mem.h"
#include "data/text.h"

static int too_long(const struct ev_rows *r, size_t i)
{
	ev_rows_fail(r, i, "key is longer than %u bytes", EV_COHORT_MAX_TEXT);
	ev_error_hint("is it the column that the suite means?");
	return EV_EINVALID;
}

static int empty(const struct ev_rows *r, size_t i)
{
	ev_rows_fail(r, i, "key column '%s' is empty",
		     ev_rows_column_name(r, i));
	ev_error_hint("each row is told from all others by its key");
	return EV_EINVALID;
}

static void note_line(struct ev_keys *k, uint64_t line)
{
	size_t row = k->texts.n;
	struct ev_line_break *last;

	if (k->n_breaks) {
		last = &k->breaks[k->n_breaks - 1];
		if (last->line + (row - last->row) == line)
			return;
	}
	EV_GROW(k->breaks, k->n_breaks, k->breaks_cap);
	k->breaks[k->n_breaks].row = row;
	k->breaks[k->n_breaks++].line = line;
}

/* A part of several: what is between them must not be within one. */
static size_t add_part(char *to, const char *p, size_t n)
{
	size_t i, k = 0;

	for (i = 0; i < n; i++) {
		if (p[i] == '/' || p[i] == '\\')
			to[k++] = '\\';
		to[k++] = p[i];
	}
	return k;
}

static int join(size_t *out, char *to, const struct ev_rows *r,
		const struct ev_rows_field *fields, const size_t *columns,
		size_t n)
{
	const struct ev_rows_field *f;
	size_t i, len = 0;

	for (i = 0; i < n; i++) {
		f = &fields[columns[i]];
		if (!f->len)
			return empty(r, columns[i]);
		if (f->len > EV_COHORT_MAX_TEXT)
			return too_long(r, columns[i]);
		if (i)
			to[len++] = '/';
		if (n > 1) {
			len += add_part(to + len, f->text, f->len);
		} else {
			memcpy(to, f->text, f->len);
			len = f->len;
		}
		if (len > EV_COHORT_MAX_TEXT)
			return too_long(r, columns[i]);
	}
	*out = len;
	return 0;
}

int ev_keys_add(struct ev_keys *k, const struct ev_rows *r,
		const struct ev_rows_field *fields, const size_t *columns,
		size_t n)
{
	struct ev_cohort_texts *t = &k->texts;
	size_t len = 0;
	char *to;
	int ret;

	/* A part that is still too long, escaped, and what was before it. */
	to = ev_cohort_texts_begin(t, 3 * EV_COHORT_MAX_TEXT + 1);
	ret = join(&len, to, r, fields, columns, n);
	if (ret < 0)
		return ret;
	note_line(k, ev_rows_line(r));
	ev_cohort_texts_end(t, len);
	if (t->n > 1 && strcmp(ev_cohort_texts_get(t, t->n - 2),
			       ev_cohort_texts_get(t, t->n - 1)) >= 0)
		k->unsorted = true;
	return 0;
}

const uint32_t *ev_keys_sort(struct ev_keys *k)
{
	if (!k->unsorted)
		return NULL;
	k->order = ev_cohort_texts_order(&k->texts);
	ev_cohort_texts_permute(&k->texts, k->order);
	return k->order;
}

uint64_t ev_keys_line(const struct ev_keys *k, size_t i)
{
	size_t row = k->order ? k->order[i] : i, low = 0, high = k->n_breaks;
	size_t middle;

	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (k->breaks[middle].row <= row)
			low = middle;
		else
			high = middle;
	}
	return k->breaks[low].line + (row - k->breaks[low].row);
}

static int fail_twice(const struct ev_keys *a, size_t i,
		      const struct ev_keys *b, size_t j, const char *file)
{
	uint64_t x = ev_keys_line(a, i), y = ev_keys_line(b, j);
	const char *key = ev_cohort_texts_get(&a->texts, i);

	if (x > y)
		return fail_twice(b, j, a, i, file);
	ev_fail(EV_EINVALID, "%s:%llu:1: key '%.*s' is there twice; it was "
		"first in line %llu", file, (unsigned long long)y,
		ev_text_clip(key, strlen(key)), key, (unsigned long long)x);
	ev_error_hint("sed -n '%llup;%llup' '%s'", (unsigned long long)x,
		      (unsigned long long)y, file);
	return EV_EINVALID;
}

static int unique_within(const struct ev_keys *k, const char *file)
{
	size_t i;

	for (i = 1; k->unsorted && i < k->texts.n; i++)
		if (!strcmp(ev_cohort_texts_get(&k->texts, i - 1),
			    ev_cohort_texts_get(&k->texts, i)))
			return fail_twice(k, i - 1, k, i, file);
	return 0;
}

int ev_keys_unique(const struct ev_keys *a, const struct ev_keys *b,
		   const char *file)
{
	size_t i = 0, j = 0;
	int ret, order;

	ret = unique_within(a, file);
	if (!ret)
		ret = unique_within(b, file);
	while (!ret && i < a->texts.n && j < b->texts.n) {
		order = strcmp(ev_cohort_texts_get(&a->texts, i),
			       ev_cohort_texts_get(&b->texts, j));
		if (!order)
			ret = fail_twice(a, i, b, j, file);
		i += order <= 0;
		j += order >= 0;
	}
	return ret;
}

/* Bytes of the first of several parts; none of them is a bare '/'. */
static size_t first_part(const char *key)
{
	size_t n;

	for (n = 0; key[n] != '/'; n++)
		if (key[n] == '\\')
			n++;
	return n;
}

static void add_unescaped(struct ev_cohort_texts *t, const char *p, size_t n)
{
	char *to = ev_cohort_texts_begin(t, n);
	size_t i, k = 0;

	for (i = 0; i < n; i++) {
		if (p[i] == '\\')
			i++;
		to[k++] = p[i];
	}
	ev_cohort_texts_end(t, k);
}

/* Keys that begin alike stand together, so a new beginning is a new patient. */
void ev_cohort_keys_patients(struct ev_cohort_keys *k, uint32_t *patient)
{
	const struct ev_cohort_texts *keys = &k->rows.texts;
	struct ev_cohort_texts *words = &k->patients.words;
	const char *last = NULL, *key;
	size_t i, n = 0;

	for (i = 0; i < keys->n; i++) {
		key = ev_cohort_texts_get(keys, i);
		if (!last || strncmp(key, last, n + 1)) {
			n = first_part(key);
			add_unescaped(words, key, n);
			last = key;
		}
		patient[i] = (uint32_t)words->n - 1;
	}
	ev_dictionary_finish(&k->patients, patient, keys->n);
}

void ev_keys_release(struct ev_keys *k)
{
	ev_cohort_texts_release(&k->texts);
	free(k->order);
	free(k->breaks);
	memset(k, 0, sizeof(*k));
}
