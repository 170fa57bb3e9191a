#include "base/compat.h"
#include "clinical/left.h"

#include "base/mem.h"
#include "clinical/judge.h"

#define NAMED 5				/* values in a reason */

static struct ev_left *left_of(const struct ev_evaluation *e, size_t family)
{
	size_t i;

	for (i = 0; i < e->n_left; i++)
		if (e->left[i].family == family)
			return &e->left[i];
	return NULL;
}

static struct ev_left *make_left(struct ev_evaluation *e, size_t family)
{
	struct ev_left *l = left_of(e, family);

	if (l)
		return l;
	e->left = ev_realloc(e->left, (e->n_left + 1) * sizeof(*e->left));
	l = &e->left[e->n_left++];
	memset(l, 0, sizeof(*l));
	l->family = family;
	return l;
}

static bool is_grouped(const struct ev_family *f, const char *word)
{
	size_t i;

	for (i = 0; i < f->n_groups; i++)
		if (ev_strs_has(&f->groups[i].values, word))
			return true;
	return false;
}

void ev_left_groups(struct ev_evaluation *e, size_t family)
{
	const struct ev_family *f = &e->suite->slices[family];
	const struct ev_cohort *c = e->cohort;
	const struct ev_column *col = ev_cohort_column(c, f->column);
	struct ev_left *l;
	size_t *rows, i;

	if (!col || !col->code)
		return;
	rows = ev_calloc(col->n_words + 1, sizeof(*rows));
	for (i = 0; i < c->n; i++)
		rows[col->code[i]]++;
	for (i = 0; i < col->n_words; i++) {
		if (!rows[i] || is_grouped(f, col->words[i]))
			continue;
		l = make_left(e, family);
		l->rows += rows[i];
		if (l->n_values++ >= EV_LEFT_LISTED)
			continue;
		l->values[l->n_listed].value = col->words[i];
		l->values[l->n_listed++].rows = rows[i];
	}
	free(rows);
}

void ev_left_pair(struct ev_evaluation *e, size_t family)
{
	make_left(e, family)->pairs++;
}

static bool has_to_tell(const struct ev_evaluation *e, size_t family)
{
	const struct ev_left *l = left_of(e, family);

	return l && (l->pairs || (l->rows &&
		     !e->suite->slices[family].ignores_ungrouped));
}

bool ev_left_any(const struct ev_evaluation *e, size_t family)
{
	const struct ev_family *f = &e->suite->slices[family];

	return has_to_tell(e, family) || (f->kind == EV_SLICE_CROSS &&
		(has_to_tell(e, f->cross[0]) || has_to_tell(e, f->cross[1])));
}

/* "7 rows are in no group of 'skin': '9' (5), '' (2)" */
static void tell_values(struct ev_evaluation *e, struct ev_gate_row *row,
			const struct ev_left *l)
{
	struct ev_buf b = EV_BUF_INIT;
	size_t i;

	for (i = 0; i < l->n_listed && i < NAMED; i++)
		ev_buf_addf(&b, "%s'%.40s' (%zu)", i ? ", " : "",
			    l->values[i].value, l->values[i].rows);
	if (i < l->n_values)
		ev_buf_addf(&b, " and %zu more", l->n_values - i);
	ev_row_review(row, "%zu row%s in no group of '%s': %s", l->rows,
		      l->rows == 1 ? " is" : "s are",
		      e->suite->slices[l->family].name, b.ptr);
	ev_buf_release(&b);
}

static void judge(struct ev_evaluation *e, struct ev_gate_row *row,
		  size_t family)
{
	const struct ev_left *l = left_of(e, family);

	if (!has_to_tell(e, family))
		return;
	if (l->pairs)
		ev_row_weaken(e, row, "%zu pair%s of '%s' below the minimum "
			      "and not judged", l->pairs, l->pairs == 1 ?
			      " is" : "s are", e->suite->slices[family].name);
	if (l->rows && !e->suite->slices[family].ignores_ungrouped)
		tell_values(e, row, l);
}

void ev_left_judge(struct ev_evaluation *e, struct ev_gate_row *row,
		   size_t family)
{
	const struct ev_family *f = &e->suite->slices[family];

	judge(e, row, family);
	if (f->kind != EV_SLICE_CROSS)
		return;
	judge(e, row, f->cross[0]);
	if (f->cross[1] != f->cross[0])
		judge(e, row, f->cross[1]);
}

void ev_left_release(struct ev_evaluation *e)
{
	free(e->left);
	e->left = NULL;
	e->n_left = 0;
}
