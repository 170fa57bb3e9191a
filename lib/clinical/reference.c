#include "base/compat.h"
#include "clinical/cohort.h"

#include "base/error.h"
#include "base/mem.h"
#include "clinical/cohort_internal.h"

#define FIRST_ROOM 1024

/* Another file's rows, as they come and then by key. */
struct other {
	const struct ev_suite *s;
	struct ev_rows *r;
	struct ev_plan plan;
	struct ev_label_words labels;
	struct ev_keys keys;
	double *score;
	uint8_t *state;
	uint8_t *has_label, *label;
	size_t n, room;
};

static void resize(struct other *o, size_t room)
{
	o->room = room;
	o->score = ev_realloc(o->score, room * sizeof(*o->score));
	o->state = ev_realloc(o->state, room);
	o->label = ev_realloc(o->label, room);
	o->has_label = ev_realloc(o->has_label, room);
}

static int add_row(struct other *o, const struct ev_rows_field *fields)
{
	int ret;

	if (o->n == o->room)
		resize(o, 2 * o->room);
	ret = ev_keys_add(&o->keys, o->r, fields, o->plan.keys,
			  o->plan.n_keys);
	if (!ret)
		ret = ev_field_state(&o->score[o->n], &o->state[o->n], o->s,
				     o->r, fields, &o->plan);
	o->label[o->n] = o->has_label[o->n] = 0;
	if (!ret && o->plan.label != EV_NO_FIELD) {
		ret = ev_field_label(&o->label[o->n], &o->labels, o->r,
				     fields, o->plan.label);
		o->has_label[o->n] = ret > 0;
	}
	if (ret < 0)
		return ret;
	o->n++;
	return 0;
}

static int read_other(struct other *o)
{
	const struct ev_rows_field *fields;
	int ret;

	resize(o, FIRST_ROOM);
	while ((ret = ev_rows_next(o->r, &fields)) > 0) {
		ret = add_row(o, fields);
		if (ret < 0)
			return ret;
	}
	return ret;
}

static int sort_other(struct other *o)
{
	const struct ev_keys none = { .n_breaks = 0 };
	const uint32_t *order = ev_keys_sort(&o->keys);

	if (order) {
		ev_permute_doubles(o->score, order, o->n, 1);
		ev_permute_bytes(o->state, order, o->n);
		ev_permute_bytes(o->label, order, o->n);
		ev_permute_bytes(o->has_label, order, o->n);
	}
	return ev_keys_unique(&o->keys, &none, ev_rows_name(o->r));
}

static const char *label_word(uint8_t label)
{
	return label ? "positive" : "negative";
}

static int fail_label(const struct other *o, size_t there,
		      const struct ev_cohort *c, size_t here)
{
	uint64_t their = ev_keys_line(&o->keys, there);
	uint64_t our = ev_keys_line(&c->keys->rows, here);

	ev_fail(EV_EINVALID, "%s:%llu:1: key '%s' is %s, but %s in %s:%llu",
		ev_rows_name(o->r), (unsigned long long)their,
		ev_cohort_key(c, here), label_word(o->label[there]),
		label_word(c->label[here]), c->name, (unsigned long long)our);
	ev_error_hint("sed -n '%llup' '%s'; sed -n '%llup' '%s'",
		      (unsigned long long)our, c->name,
		      (unsigned long long)their, ev_rows_name(o->r));
	return EV_EINVALID;
}

static int pair(struct ev_reference *out, const struct ev_cohort *c,
		const struct other *o, size_t here, size_t there)
{
	if (o->has_label[there] && o->label[there] != c->label[here])
		return fail_label(o, there, c, here);
	out->score[here] = o->score[there];
	out->state[here] = o->state[there];
	out->paired[here] = 1;
	out->n_paired++;
	return 0;
}

static int compare(const struct ev_cohort_texts *a, size_t i,
		   const struct ev_cohort_texts *b, size_t j)
{
	return strcmp(ev_cohort_texts_get(a, i), ev_cohort_texts_get(b, j));
}

/* Rows that the candidate leaves out for want of a label lack no partner. */
static int join(struct ev_reference *out, const struct ev_cohort *c,
		const struct other *o)
{
	const struct ev_cohort_texts *here = &c->keys->rows.texts;
	const struct ev_cohort_texts *gone = &c->keys->excluded.texts;
	const struct ev_cohort_texts *there = &o->keys.texts;
	size_t i = 0, j, k = 0;
	int ret;

	for (j = 0; j < there->n; j++) {
		while (i < here->n && compare(here, i, there, j) < 0)
			i++;
		while (k < gone->n && compare(gone, k, there, j) < 0)
			k++;
		if (i < here->n && !compare(here, i, there, j)) {
			ret = pair(out, c, o, i, j);
			if (ret < 0)
				return ret;
		} else if (k == gone->n || compare(gone, k, there, j)) {
			out->only_there++;
		}
	}
	out->only_here = c->n - out->n_paired;
	return 0;
}

static void other_release(struct other *o)
{
	ev_plan_release(&o->plan);
	ev_keys_release(&o->keys);
	free(o->score);
	free(o->state);
	free(o->label);
	free(o->has_label);
	ev_rows_close(o->r);
}

static void make_room(struct ev_reference *out, const struct ev_cohort *c)
{
	out->present = true;
	out->score = ev_calloc(c->n + 1, sizeof(*out->score));
	out->state = ev_malloc(c->n + 1);
	memset(out->state, EV_ROW_NO_SCORE, c->n + 1);
	out->paired = ev_calloc(c->n + 1, 1);
	memcpy(out->digest, "sha256:", 7);
}

static const struct ev_reference_spec *spec_of(const struct ev_suite *s,
					       const char *what)
{
	return ev_streq(what, "anchor") ? &s->anchor : &s->previous;
}

/* Rows are paired by what makes them rows. */
static int check_pairing(const struct ev_suite *s)
{
	static const char what[] = "pairing by other columns than dataset.key "
				   "is not supported";
	const struct ev_strs *key = &s->dataset.key, *by = &s->pairing_keys;
	const struct ev_value *at = ev_get_path(s->tree,
						"references.pairing.keys");
	size_t i;

	for (i = 0; i < by->n && i < key->n; i++)
		if (!ev_streq(by->items[i], key->items[i]))
			break;
	if (!by->n || (i == by->n && i == key->n))
		return 0;
	if (at)
		ev_fail_at(at, "%s", what);
	else
		ev_fail(EV_EINVALID, "%s", what);
	ev_error_hint("leave references.pairing.keys out");
	return EV_EINVALID;
}

static int refuse(const struct ev_suite *s)
{
	if (s->dataset.label_kind == EV_LABEL_CLASSES)
		return ev_fail(EV_EINVALID, "references of several classes are "
			       "not supported");
	if (ev_has_readers(&s->dataset))
		return ev_fail(EV_EINVALID, "references of several readers are "
			       "not supported");
	return check_pairing(s);
}

/* `whole`: the file is another one, and says more than a score. */
static int read_into(struct ev_reference *out, const struct ev_cohort *c,
		     struct other *o, const char *what, const char *score,
		     bool whole)
{
	int ret;

	out->what = what;
	out->name = ev_strdup(ev_rows_name(o->r));
	make_room(out, c);
	ret = ev_plan_reference(&o->plan, o->s, o->r, what, score, whole);
	if (!ret)
		ret = read_other(o);
	if (!ret)
		ret = sort_other(o);
	if (!ret)
		ret = join(out, c, o);
	if (!ret)
		ret = ev_rows_digest(out->digest + 7, o->r);
	if (!ret && !whole && strcmp(out->digest, c->digest))
		ret = ev_fail(EV_ECONFLICT, "'%s' changed while it was read",
			      out->name);
	other_release(o);
	if (ret < 0)
		ev_reference_release(out);
	return ret;
}

/* A file, or (path NULL) bytes that the caller keeps. */
struct place {
	const char *path;
	const char *name, *bytes;
	size_t n;
};

static int read_place(struct ev_reference *out, const struct ev_cohort *c,
		      const struct ev_suite *s, const char *what,
		      const struct place *p, const char *column)
{
	const struct ev_reference_spec *spec = spec_of(s, what);
	struct other o = { .s = s, .labels = { .s = s } };
	const char *score = column;
	int ret;

	memset(out, 0, sizeof(*out));
	ret = refuse(s);
	if (!ret)
		ret = p->path ? ev_rows_open(&o.r, p->path, NULL,
					     s->dataset.format) :
			ev_rows_open_memory(&o.r, p->bytes, p->n, p->name,
					    s->dataset.format);
	if (ret < 0)
		return ret;
	if (!score)
		score = spec->column ? spec->column : s->dataset.score;
	return read_into(out, c, &o, what, score, !column);
}

int ev_reference_read(struct ev_reference *out, const struct ev_cohort *c,
		      const struct ev_suite *s, const char *what,
		      const char *path)
{
	struct place p = { .path = path };

	return read_place(out, c, s, what, &p, NULL);
}

int ev_reference_column(struct ev_reference *out, const struct ev_cohort *c,
			const struct ev_suite *s, const char *what,
			const char *path, const char *column)
{
	struct place p = { .path = path };

	return read_place(out, c, s, what, &p, column);
}

int ev_reference_read_memory(struct ev_reference *out,
			     const struct ev_cohort *c,
			     const struct ev_suite *s, const char *what,
			     const char *name, const char *bytes, size_t n,
			     const char *column)
{
	struct place p = { .name = name, .bytes = bytes, .n = n };

	return read_place(out, c, s, what, &p, column);
}

void ev_reference_release(struct ev_reference *r)
{
	free(r->score);
	free(r->state);
	free(r->paired);
	free(r->name);
	memset(r, 0, sizeof(*r));
}
