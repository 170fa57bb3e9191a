#include "base/compat.h"

#include "synth/guard_internal.h"

#include <math.h>
#include <strings.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "data/rows.h"

#define LEVELS_MAX 100000u		/* distinct texts kept apart */

void ev_guard_table_free(struct ev_guard_table *t)
{
	size_t i;

	if (!t)
		return;
	for (i = 0; i < t->n_columns; i++) {
		free(t->columns[i].name);
		free(t->columns[i].x);
		ev_strs_release(&t->columns[i].levels);
	}
	free(t->columns);
	free(t);
}

size_t ev_guard_table_rows(const struct ev_guard_table *t)
{
	return t->n;
}

const char *ev_guard_table_digest(const struct ev_guard_table *t)
{
	return t->digest;
}

const struct ev_guard_column *
ev_guard_column(const struct ev_guard_table *t, const char *name)
{
	size_t i;

	for (i = 0; t && i < t->n_columns; i++)
		if (!strcmp(t->columns[i].name, name))
			return &t->columns[i];
	return NULL;
}

const struct ev_guard_column *
ev_guard_variable(const struct ev_guard_table *t, size_t variable)
{
	size_t i;

	for (i = 0; t && i < t->n_columns; i++)
		if (t->columns[i].variable == (ptrdiff_t)variable)
			return &t->columns[i];
	return NULL;
}

/* Texts to codes: an open table of hashes over the list of levels. */
struct words {
	uint32_t *slot;			/* index + 1 */
	size_t size, n;
};

static uint64_t hash_of(const char *p, size_t n)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	size_t i;

	for (i = 0; i < n; i++)
		h = (h ^ (unsigned char)p[i]) * UINT64_C(0x100000001b3);
	return h ^ h >> 29;
}

static size_t place_of(const struct words *w, const struct ev_strs *l,
		       const char *p, size_t n)
{
	size_t at = hash_of(p, n) & (w->size - 1);
	const char *have;

	while (w->slot[at]) {
		have = l->items[w->slot[at] - 1];
		if (!strncmp(have, p, n) && !have[n])
			break;
		at = (at + 1) & (w->size - 1);
	}
	return at;
}

static void words_fill(struct words *w, const struct ev_strs *l)
{
	size_t i;

	free(w->slot);
	w->size = w->size ? 2 * w->size : 64;
	while (w->size < 2 * l->n + 2)
		w->size *= 2;
	w->slot = ev_calloc(w->size, sizeof(*w->slot));
	for (i = 0; i < l->n; i++)
		w->slot[place_of(w, l, l->items[i], strlen(l->items[i]))] =
			(uint32_t)i + 1;
}

static size_t word_code(struct words *w, struct ev_strs *l, const char *p,
			size_t n)
{
	char *copy;
	size_t at;

	if (2 * l->n + 2 > w->size)
		words_fill(w, l);
	at = place_of(w, l, p, n);
	if (!w->slot[at]) {
		copy = ev_strndup(p, n);
		ev_strs_take(l, copy);
		w->slot[at] = (uint32_t)l->n;
	}
	return w->slot[at] - 1;
}

/* Reading ----------------------------------------------------------------- */

struct reading {
	struct ev_guard_table *t;
	struct ev_rows *rows;
	struct words *words;		/* by column */
	uint8_t *guess;			/* by column: the type is not told */
	uint8_t *boolean;		/* by column: yes and no */
	const char *path;
};

/* What the reader says may quote the row: only the place is passed on. */
static int no_table(const struct reading *r)
{
	if (ev_error_last()->code == EV_ELIMIT)
		return ev_error_last()->code;
	return ev_fail(EV_EINVALID, "'%s' cannot be read as a table at line "
		       "%llu", r->path, (unsigned long long)
		       ev_rows_line(r->rows));
}

static void begin_column(struct reading *r, size_t i, const struct ev_pack *p)
{
	struct ev_guard_column *c = &r->t->columns[i];
	const struct ev_variable *v;
	size_t k;

	c->name = ev_strdup(ev_rows_column_name(r->rows, i));
	c->variable = p ? ev_pack_variable(p, c->name) : -1;
	if (c->variable < 0) {
		r->guess[i] = 1;
		return;
	}
	v = &p->variables[c->variable];
	c->numeric = !ev_variable_has_levels(v);
	r->boolean[i] = v->type == EV_V_BOOLEAN;
	for (k = 0; !c->numeric && k < v->levels.n; k++)
		ev_strs_add(&c->levels, v->levels.items[k]);
	c->declared = c->levels.n;
}

static bool day_of(double *out, const char *p, size_t n)
{
	char text[11];
	int64_t day;

	if (n != 10 || p[4] != '-' || p[7] != '-')
		return false;
	memcpy(text, p, 10);
	text[10] = '\0';
	if (ev_date_parse(&day, text) < 0) {
		ev_error_clear();
		return false;
	}
	*out = (double)day;
	return true;
}

static void grow(struct ev_guard_table *t)
{
	size_t i;

	if (t->n < t->cap)
		return;
	t->cap = t->cap ? 2 * t->cap : 1024;
	for (i = 0; i < t->n_columns; i++)
		t->columns[i].x = ev_realloc(t->columns[i].x, t->cap *
					     sizeof(double));
}

/* A truth value as JSON and others write it: 1 yes, 0 no, -1 neither. */
static int truth_of(const struct ev_rows_field *f)
{
	static const struct { const char *word; int is; } words[] = {
		{ "true", 1 }, { "false", 0 }, { "1", 1 }, { "0", 0 },
	};
	size_t i;

	for (i = 0; i < EV_ARRAY_SIZE(words); i++)
		if (f->len == strlen(words[i].word) &&
		    !strncasecmp(f->text, words[i].word, f->len))
			return words[i].is;
	return -1;
}

static int read_field(struct reading *r, size_t i,
		      const struct ev_rows_field *f)
{
	struct ev_guard_column *c = &r->t->columns[i];
	double *out = &c->x[r->t->n];

	if (!f->len) {
		*out = (double)NAN;
		c->missing++;
		return 0;
	}
	if (c->numeric) {
		if (ev_parse_double(out, f->text, f->len))
			return 0;
		return ev_fail(EV_EINVALID, "%s:%llu:%u: no number in column "
			       "'%s'", ev_rows_name(r->rows),
			       (unsigned long long)ev_rows_line(r->rows),
			       f->column, c->name);
	}
	if (r->boolean[i] && truth_of(f) >= 0) {
		*out = truth_of(f);
		return 0;
	}
	if (c->levels.n >= LEVELS_MAX && c->variable >= 0)
		return ev_fail(EV_ELIMIT, "column '%s' of '%s' has more than "
			       "%u levels", c->name, r->path, LEVELS_MAX);
	*out = (double)word_code(&r->words[i], &c->levels, f->text, f->len);
	return 0;
}

static int read_rows(struct reading *r)
{
	const struct ev_rows_field *fields;
	struct ev_guard_table *t = r->t;
	size_t i;
	int ret;

	for (;;) {
		ret = ev_rows_next(r->rows, &fields);
		if (ret < 0)
			return no_table(r);
		if (!ret)
			return 0;
		if (t->rows++ % t->step)
			continue;
		if (t->n >= EV_GUARD_MAX_ROWS)
			return ev_fail(EV_ELIMIT, "'%s' has more than %u rows",
				       r->path, EV_GUARD_MAX_ROWS);
		grow(t);
		for (i = 0, ret = 0; ret == 0 && i < t->n_columns; i++)
			ret = read_field(r, i, &fields[i]);
		if (ret < 0)
			return ret;
		t->n++;
	}
}

/* Texts that are all numbers, or all days, are numbers. */
static void settle_type(struct ev_guard_column *c, size_t n)
{
	bool numbers = c->levels.n > 0, days = numbers;
	double *value = ev_calloc(c->levels.n + 1, sizeof(*value));
	size_t i;

	for (i = 0; numbers && i < c->levels.n; i++)
		numbers = ev_parse_double(&value[i], c->levels.items[i],
					  strlen(c->levels.items[i]));
	for (i = 0; !numbers && days && i < c->levels.n; i++)
		days = day_of(&value[i], c->levels.items[i],
			      strlen(c->levels.items[i]));
	if (numbers || days) {
		for (i = 0; i < n; i++)
			if (c->x[i] == c->x[i])
				c->x[i] = value[(size_t)c->x[i]];
		c->numeric = true;
		ev_strs_release(&c->levels);
	}
	free(value);
}

static void settle_range(struct ev_guard_column *c, size_t n)
{
	size_t i;

	c->low = c->high = (double)NAN;
	for (i = 0; c->numeric && i < n; i++) {
		if (c->x[i] != c->x[i])
			continue;
		if (!(c->x[i] >= c->low))
			c->low = c->x[i];
		if (!(c->x[i] <= c->high))
			c->high = c->x[i];
	}
}

static int read_table(struct reading *r, const struct ev_pack *p)
{
	struct ev_guard_table *t = r->t;
	size_t i;
	int ret;

	t->n_columns = ev_rows_columns(r->rows);
	t->columns = ev_calloc(t->n_columns + 1, sizeof(*t->columns));
	r->words = ev_calloc(t->n_columns + 1, sizeof(*r->words));
	r->guess = ev_calloc(t->n_columns + 1, 1);
	r->boolean = ev_calloc(t->n_columns + 1, 1);
	for (i = 0; i < t->n_columns; i++)
		begin_column(r, i, p);
	ret = read_rows(r);
	if (ret == 0)
		ret = ev_rows_digest(t->digest, r->rows);
	for (i = 0; ret == 0 && i < t->n_columns; i++) {
		if (r->guess[i])
			settle_type(&t->columns[i], t->n);
		settle_range(&t->columns[i], t->n);
	}
	for (i = 0; i < t->n_columns; i++)
		free(r->words[i].slot);
	free(r->words);
	free(r->guess);
	free(r->boolean);
	return ret;
}

int ev_guard_table_read_pack(struct ev_guard_table **out, const char *path,
			     const struct ev_pack *p, uint64_t rows)
{
	struct reading r = { NULL, NULL, NULL, NULL, NULL, path };
	int ret;

	*out = NULL;
	ret = ev_rows_open(&r.rows, path, NULL, EV_ROWS_GUESS);
	/* a first row that is no head may be a patient's */
	if (ret == EV_EINVALID)
		return ev_fail(EV_EINVALID, "'%s' cannot be read as a table: "
			       "its first line has to name columns, each once",
			       path);
	if (ret < 0)
		return ret;
	r.t = ev_calloc(1, sizeof(*r.t));
	r.t->step = rows > EV_GUARD_ROWS ? (rows + EV_GUARD_ROWS - 1) /
		EV_GUARD_ROWS : 1;
	ret = read_table(&r, p);
	ev_rows_close(r.rows);
	if (ret < 0) {
		ev_guard_table_free(r.t);
		return ret;
	}
	*out = r.t;
	return 0;
}

int ev_guard_table_read(struct ev_guard_table **out, const char *path)
{
	return ev_guard_table_read_pack(out, path, NULL, 0);
}
