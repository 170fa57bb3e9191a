#include "base/compat.h"
#include "clinical/cohort_internal.h"

#include "base/error.h"
#include "base/mem.h"

#define LABELS_MAX 256
#define LISTED 12

struct finding {
	const struct ev_suite *s;
	const struct ev_rows *r;
	struct ev_problems problems;
};

static char *hint_for(const struct ev_rows *r, const char *name)
{
	const char *near = ev_rows_closest(r, name);
	struct ev_buf list = EV_BUF_INIT;
	size_t i, n = ev_rows_columns(r);

	if (near)
		return ev_strdupf("did you mean '%s'?", near);
	for (i = 0; i < n && i < LISTED; i++)
		ev_buf_addf(&list, "%s%s", i ? ", " : "its columns are ",
			    ev_rows_column_name(r, i));
	if (i < n)
		ev_buf_addf(&list, " and %zu more", n - i);
	return ev_buf_detach(&list, NULL);
}

static void missing(struct finding *f, const char *name,
		    const struct ev_value *at)
{
	char *hint = hint_for(f->r, name);

	if (at)
		ev_problem_add(&f->problems, at, hint,
			       "'%s' has no column '%s'",
			       ev_rows_name(f->r), name);
	else
		ev_problem_add(&f->problems, NULL, hint,
			       "%s:1:1: no column '%s'", ev_rows_name(f->r),
			       name);
	free(hint);
}

static size_t find(struct finding *f, const char *name,
		   const struct ev_value *at)
{
	ptrdiff_t i = ev_rows_find(f->r, name);

	if (i >= 0)
		return (size_t)i;
	missing(f, name, at);
	return EV_NO_FIELD;
}

static size_t find_role(struct finding *f, const char *name, const char *path)
{
	return name ? find(f, name, ev_get_path(f->s->tree, path)) :
	       EV_NO_FIELD;
}

/* The i-th of a list, or the one text there is instead. */
static const struct ev_value *item_at(const struct ev_value *v, size_t i)
{
	if (!v || v->type != EV_LIST)
		return v;
	return i < v->n ? v->items[i] : v;
}

static void find_keys(struct ev_plan *p, struct finding *f)
{
	const struct ev_strs *key = &f->s->dataset.key;
	const struct ev_value *at = ev_get_path(f->s->tree, "dataset.key");
	size_t i;

	p->keys = ev_calloc(key->n, sizeof(*p->keys));
	p->n_keys = key->n;
	for (i = 0; i < key->n; i++)
		p->keys[i] = find(f, key->items[i], item_at(at, i));
}

static void find_class_scores(struct ev_plan *p, struct finding *f)
{
	const struct ev_strs *names = &f->s->dataset.class_scores;
	const struct ev_value *at = ev_get_path(f->s->tree,
						"dataset.score.columns");
	size_t i;

	p->class_scores = ev_calloc(names->n, sizeof(*p->class_scores));
	p->n_class_scores = names->n;
	for (i = 0; i < names->n; i++)
		p->class_scores[i] =
			find(f, names->items[i],
			     ev_get(at, f->s->dataset.classes.items[i]));
}

/* The suite may say it in either place. */
static void find_patient(struct ev_plan *p, struct finding *f)
{
	const struct ev_dataset *d = &f->s->dataset;
	const char *name = d->cluster ? d->cluster : d->patient;
	const struct ev_value *at;

	at = ev_get_path(f->s->tree, "dataset.independence.cluster");
	if (!at)
		at = ev_get_path(f->s->tree, "dataset.columns.patient");
	p->patient = name ? find(f, name, at) : EV_NO_FIELD;
}

/* What names the column in the file: `by`, or the k-th of `where`. */
static const struct ev_value *slice_at(const struct finding *f,
				       const struct ev_family *slice, size_t k)
{
	const struct ev_value *v = ev_get(ev_get(f->s->tree, "slices"),
					  slice->name);
	const struct ev_value *where = ev_get(v, "where");

	if (slice->kind != EV_SLICE_WHERE)
		return ev_get(v, "by");
	return where && k < where->n ? where->keys[k] : v;
}

static struct ev_column *column_of(struct ev_cohort *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->n_columns; i++)
		if (ev_streq(c->columns[i].name, name))
			return &c->columns[i];
	return NULL;
}

static struct ev_column *need_column(struct ev_plan *p, struct ev_cohort *c,
				     struct finding *f, const char *name,
				     const struct ev_value *at)
{
	struct ev_column *column = column_of(c, name);

	if (column)
		return column;
	c->columns = ev_realloc(c->columns, (c->n_columns + 1) *
				sizeof(*c->columns));
	p->columns = ev_realloc(p->columns, (c->n_columns + 1) *
				sizeof(*p->columns));
	column = &c->columns[c->n_columns];
	memset(column, 0, sizeof(*column));
	column->name = ev_strdup(name);
	p->columns[c->n_columns++] = find(f, name, at);
	p->n_columns = c->n_columns;
	return column;
}

/* A slice's column: numbers for cuts, codes for all else, both if both. */
static void add_column(struct ev_plan *p, struct ev_cohort *c,
		       struct finding *f, const struct ev_family *slice,
		       const char *name, const struct ev_value *at)
{
	struct ev_column *column;

	/* Only synthetic data has it, and then by its name. */
	if (slice->synthetic && ev_rows_find(f->r, name) < 0 &&
	    !ev_rows_closest(f->r, name))
		return;
	column = need_column(p, c, f, name, at);
	if (slice->kind == EV_SLICE_CUTS)
		column->numeric = true;
	else
		column->coded = true;
}

static void add_columns(struct ev_plan *p, struct ev_cohort *c,
			struct finding *f)
{
	const struct ev_family *slice;
	size_t i, k;

	for (i = 0; i < f->s->n_slices; i++) {
		slice = &f->s->slices[i];
		for (k = 0; k < slice->n_where; k++)
			add_column(p, c, f, slice, slice->where[k].column,
				   slice_at(f, slice, k));
		if (slice->column)
			add_column(p, c, f, slice, slice->column,
				   slice_at(f, slice, 0));
	}
}

static void add_readers(struct ev_plan *p, struct ev_cohort *c,
			struct finding *f)
{
	const struct ev_dataset *d = &f->s->dataset;
	const struct { const char *name, *path; } of[] = {
		{ d->reader, "dataset.readers.reader" },
		{ d->modality, "dataset.readers.modality" },
		{ d->which, "dataset.readers.case" },
	};
	size_t i;

	for (i = 0; ev_has_readers(d) && i < EV_ARRAY_SIZE(of); i++)
		need_column(p, c, f, of[i].name,
			    ev_get_path(f->s->tree, of[i].path))->coded = true;
}

/* What metrics of time look at. */
static void add_times(struct ev_plan *p, struct ev_cohort *c,
		      struct finding *f)
{
	const struct ev_dataset *d = &f->s->dataset;
	struct ev_column *time;
	bool any = false, episodes = false;
	size_t i;

	for (i = 0; i < f->s->n_requests; i++) {
		enum ev_metric m = f->s->requests[i].metric;

		any |= ev_is_in_time(m);
		episodes |= m == EV_M_EPISODE_SENSITIVITY;
	}
	if (!any)
		return;
	time = need_column(p, c, f, d->time,
			   ev_get_path(f->s->tree, "dataset.columns.time"));
	time->numeric = time->time = true;
	if (episodes)
		need_column(p, c, f, ev_dataset_episode(d),
			    ev_get_path(f->s->tree, "dataset.columns.episode"))
			->coded = true;
}

static int refuse_suite(const struct ev_suite *s)
{
	const struct ev_dataset *d = &s->dataset;

	if (!d->key.n)
		return ev_fail(EV_EINVALID, "the suite names no key");
	if (!d->label || (d->label_kind == EV_LABEL_BINARY && !d->score))
		return ev_fail(EV_EINVALID, "the suite names no column for "
			       "the %s", d->label ? "score" : "label");
	if (d->label_kind != EV_LABEL_CLASSES)
		return 0;
	if (!d->class_scores.n || d->class_scores.n != d->classes.n)
		return ev_fail(EV_EINVALID, "the suite has %zu classes and "
			       "%zu columns with their scores", d->classes.n,
			       d->class_scores.n);
	if (d->classes.n > LABELS_MAX)
		return ev_fail(EV_ELIMIT, "the suite has more than %d classes",
			       LABELS_MAX);
	return 0;
}

static void plan_init(struct ev_plan *p)
{
	memset(p, 0, sizeof(*p));
	p->patient = p->label = p->score = p->abstain = EV_NO_FIELD;
}

static int plan_end(struct finding *f)
{
	int ret = ev_problems_fail(&f->problems);

	ev_problems_release(&f->problems);
	return ret;
}

int ev_plan_cohort(struct ev_plan *p, struct ev_cohort *c,
		   const struct ev_suite *s, const struct ev_rows *r)
{
	const struct ev_dataset *d = &s->dataset;
	struct finding f = { .s = s, .r = r };
	int ret = refuse_suite(s);

	plan_init(p);
	if (ret < 0)
		return ret;
	find_keys(p, &f);
	find_patient(p, &f);
	p->label = find_role(&f, d->label, "dataset.columns.label");
	p->abstain = find_role(&f, d->abstain, "dataset.columns.abstain");
	if (d->label_kind == EV_LABEL_CLASSES)
		find_class_scores(p, &f);
	else
		p->score = find_role(&f, d->score, "dataset.columns.score");
	add_columns(p, c, &f);
	add_readers(p, c, &f);
	add_times(p, c, &f);
	return plan_end(&f);
}

int ev_plan_reference(struct ev_plan *p, const struct ev_suite *s,
		      const struct ev_rows *r, const char *what,
		      const char *score, bool whole)
{
	const struct ev_dataset *d = &s->dataset;
	const struct ev_value *at = ev_get(ev_get(s->tree, "references"),
					   what);
	struct finding f = { .s = s, .r = r };
	ptrdiff_t i;

	plan_init(p);
	find_keys(p, &f);
	p->score = find(&f, score, ev_get(at, "column"));
	i = whole && d->label ? ev_rows_find(r, d->label) : -1;
	if (i >= 0)
		p->label = (size_t)i;
	i = whole && d->abstain ? ev_rows_find(r, d->abstain) : -1;
	if (i >= 0)
		p->abstain = (size_t)i;
	return plan_end(&f);
}

void ev_plan_release(struct ev_plan *p)
{
	free(p->keys);
	free(p->class_scores);
	free(p->columns);
}
