#include "base/compat.h"
#include "clinical/members.h"

#include "base/error.h"
#include "base/mem.h"

static struct ev_member *add(struct ev_members *m, char *name, bool keep)
{
	struct ev_member *at;

	EV_GROW(m->items, m->n, m->cap);
	at = &m->items[m->n++];
	memset(at, 0, sizeof(*at));
	at->name = name;
	at->keep = keep;
	return at;
}

static void put(struct ev_member *m, size_t row)
{
	EV_GROW(m->rows, m->n, m->cap);
	m->rows[m->n++] = (uint32_t)row;
}

void ev_members_release(struct ev_members *m)
{
	size_t i;

	for (i = 0; i < m->n; i++) {
		free(m->items[i].name);
		free(m->items[i].rows);
	}
	free(m->items);
}

static void divide_by(struct ev_members *m, const struct ev_column *col, size_t n)
{
	size_t i;

	for (i = 0; i < col->n_words; i++)
		add(m, ev_strdup(col->words[i]), false);
	for (i = 0; i < n; i++)
		put(&m->items[col->code[i]], i);
}

/* How many cuts a number reaches. */
static size_t place(double x, const struct ev_cut *cuts, size_t n)
{
	size_t k;

	for (k = 0; k < n && ev_cut_met(&cuts[k], x); k++)
		;
	return k;
}

static void divide_cuts(struct ev_members *m, const struct ev_family *f,
			const struct ev_column *col, size_t n)
{
	struct ev_cut *cuts = ev_calloc(f->n_cuts + 1, sizeof(*cuts));
	size_t i, k;

	/* what lies outside the cuts, and what is empty, only if it is there */
	add(m, ev_strdupf("<%s", f->cuts[0].text), false);
	for (k = 0; k + 1 < f->n_cuts; k++)
		add(m, ev_strdupf("[%s,%s)", f->cuts[k].text,
				  f->cuts[k + 1].text), true);
	add(m, ev_strdupf(">=%s", f->cuts[f->n_cuts - 1].text), false);
	add(m, ev_strdup(""), false);
	for (k = 0; k < f->n_cuts; k++)
		cuts[k] = ev_cut_of(&f->cuts[k]);
	for (i = 0; i < n; i++) {
		double x = col->number[i];

		put(&m->items[x == x ? place(x, cuts, f->n_cuts) :
			      f->n_cuts + 1], i);
	}
	free(cuts);
}

static void divide_groups(struct ev_members *m, const struct ev_family *f,
			  const struct ev_column *col, size_t n)
{
	size_t *group = ev_malloc((col->n_words + 1) * sizeof(*group));
	size_t i, k;

	for (k = 0; k < f->n_groups; k++)
		add(m, ev_strdup(f->groups[k].name), true);
	for (i = 0; i < col->n_words; i++) {
		for (k = 0; k < f->n_groups &&
		     !ev_strs_has(&f->groups[k].values, col->words[i]); k++)
			;
		group[i] = k;
	}
	for (i = 0; i < n; i++)
		if (group[col->code[i]] < f->n_groups)
			put(&m->items[group[col->code[i]]], i);
	free(group);
}

static int column_of(const struct ev_column **out, const struct ev_cohort *c,
		     const struct ev_family *f, const char *name)
{
	*out = ev_cohort_column(c, name);
	if (!*out)
		return ev_fail(EV_EINVALID, "slice '%s': there is no column "
			       "'%s' in '%s'", f->name, name, c->name);
	if (f->kind == EV_SLICE_CUTS ? !(*out)->number : !(*out)->code)
		return ev_fail(EV_EINVALID, "slice '%s': column '%s' is read "
			       "both as numbers and as words", f->name, name);
	return 0;
}

static int divide_where(struct ev_members *m, const struct ev_family *f,
			const struct ev_cohort *c)
{
	struct ev_member *at = add(m, ev_strdup(""), true);
	uint8_t *in = ev_malloc(c->n ? c->n : 1);
	const struct ev_column *col;
	size_t i, k;
	int ret = 0;

	memset(in, 1, c->n);
	for (k = 0; k < f->n_where && ret == 0; k++) {
		uint8_t *word;

		ret = column_of(&col, c, f, f->where[k].column);
		if (ret < 0)
			break;
		word = ev_malloc(col->n_words + 1);
		for (i = 0; i < col->n_words; i++)
			word[i] = ev_strs_has(&f->where[k].values,
					      col->words[i]);
		for (i = 0; i < c->n; i++)
			in[i] &= word[col->code[i]];
		free(word);
	}
	for (i = 0; i < c->n && ret == 0; i++)
		if (in[i])
			put(at, i);
	free(in);
	return ret;
}

int ev_members_divide(struct ev_members *m, const struct ev_family *f,
		      const struct ev_cohort *c)
{
	const struct ev_column *col = NULL;
	int ret;

	if (f->kind == EV_SLICE_WHERE)
		return divide_where(m, f, c);
	/* real patients have no scenario */
	if (f->synthetic && !ev_cohort_column(c, f->column))
		return 0;
	ret = column_of(&col, c, f, f->column);
	if (ret < 0)
		return ret;
	if (f->kind == EV_SLICE_BY)
		divide_by(m, col, c->n);
	else if (f->kind == EV_SLICE_CUTS)
		divide_cuts(m, f, col, c->n);
	else
		divide_groups(m, f, col, c->n);
	return 0;
}
