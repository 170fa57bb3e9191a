#include "base/compat.h"
#include "clinical/left.h"
#include "clinical/members.h"
#include "clinical/readers.h"

#include "base/error.h"
#include "base/mem.h"

static const struct ev_minimum *minimum_of(const struct ev_suite *s,
					   enum ev_tier t)
{
	return t == EV_TIER_CRITICAL ? &s->min_n_critical : &s->min_n;
}

/* Patients among rows that stand in order of keys, not of patients. */
static size_t count_patients(const struct ev_cohort *c, const uint32_t *rows,
			     size_t n, uint32_t *seen, uint32_t mark)
{
	size_t i, k = 0;

	if (!c->clustered)
		return n;
	if (!rows)
		return c->patients;
	for (i = 0; i < n; i++) {
		uint32_t *at = &seen[c->patient[rows[i]]];

		k += *at != mark;
		*at = mark;
	}
	return k;
}

/* What a slice is counted by. */
struct counting {
	const struct ev_evaluation *e;
	uint32_t *seen;
	uint32_t mark;
};

/* Several classes: the rarest against all others. */
static void count_classes(struct ev_slice_result *r,
			  const struct ev_evaluation *e)
{
	size_t k = e->suite->dataset.classes.n, i, least = r->n;
	size_t *count = ev_calloc(k + 1, sizeof(*count));

	for (i = 0; i < r->n; i++)
		count[e->cohort->label[r->rows ? r->rows[i] : i]]++;
	for (i = 0; i < k; i++)
		if (count[i] < least)
			least = count[i];
	r->positives = least;
	r->negatives = r->n - least;
	free(count);
}

static void count(struct ev_slice_result *r, struct counting *x)
{
	const struct ev_cohort *c = x->e->cohort;
	const struct ev_suite *s = x->e->suite;
	struct ev_minimum have;
	size_t i, row;

	for (i = 0; i < r->n; i++) {
		row = r->rows ? r->rows[i] : i;
		r->positives += c->label[row] == 1;
		r->no_score += c->state[row] == EV_ROW_NO_SCORE;
		r->abstained += c->state[row] == EV_ROW_ABSTAINED;
	}
	r->negatives = r->n - r->positives;
	if (s->dataset.label_kind == EV_LABEL_CLASSES)
		count_classes(r, x->e);
	if (ev_has_readers(&s->dataset))
		ev_readers_count(&r->positives, &r->negatives, s, c, r->rows,
				 r->n);
	r->patients = count_patients(c, r->rows, r->n, x->seen, ++x->mark);
	have.positives = (int64_t)r->positives;
	have.negatives = (int64_t)r->negatives;
	have.patients = (int64_t)r->patients;
	r->missed = ev_minimum_missed(minimum_of(s, r->tier), &have);
}

static struct ev_slice_result *append(struct ev_evaluation *e, size_t family,
				      const char *member)
{
	const struct ev_family *f = &e->suite->slices[family];
	struct ev_slice_result *r;

	e->slices = ev_realloc(e->slices, (e->n_slices + 1) *
			       sizeof(*e->slices));
	r = &e->slices[e->n_slices++];
	memset(r, 0, sizeof(*r));
	r->family = family;
	r->member = ev_strdup(member);
	r->name = f->kind == EV_SLICE_ALL || f->kind == EV_SLICE_WHERE ?
		ev_strdup(f->name) : ev_strdupf("%s=%s", f->name, member);
	r->tier = f->has_tier ? f->tier : e->suite->tier;
	return r;
}

/* Take the rows of the members over. */
static void take(struct counting *x, struct ev_evaluation *e, size_t family,
		 struct ev_members *m)
{
	struct ev_slice_result *r;
	size_t i;

	for (i = 0; i < m->n; i++) {
		struct ev_member *at = &m->items[i];

		if (!at->n && !at->keep)
			continue;
		r = append(e, family, at->name);
		r->n = at->n;
		r->rows = ev_realloc(at->rows, (at->n ? at->n : 1) *
				     sizeof(*at->rows));
		at->rows = NULL;
		count(r, x);
	}
}

static size_t intersect(uint32_t *out, const struct ev_slice_result *a,
			const struct ev_slice_result *b)
{
	size_t i = 0, k = 0, n = 0;

	while (i < a->n && k < b->n) {
		uint32_t p = a->rows ? a->rows[i] : (uint32_t)i;
		uint32_t q = b->rows ? b->rows[k] : (uint32_t)k;

		if (p == q)
			out[n++] = p;
		i += p <= q;
		k += q <= p;
	}
	return n;
}

/* "F,[40,65)"; a comma in the data's own word is escaped if it is the first, so
 * that no two pairs have one name. */
static char *pair_name(const char *a, const char *b, bool own)
{
	struct ev_buf out = EV_BUF_INIT;

	for (; *a; a++)
		ev_buf_addf(&out, own && (*a == ',' || *a == '\\') ?
			    "\\%c" : "%c", *a);
	ev_buf_addf(&out, ",%s", b);
	return ev_buf_detach(&out, NULL);
}

/* Each pair of members that has its minimum; the others are counted. */
static void cross(struct counting *x, struct ev_evaluation *e, size_t family)
{
	const struct ev_family *f = &e->suite->slices[family];
	size_t i, k, n_before = e->n_slices;
	uint32_t *rows = ev_malloc((e->cohort->n + 1) * sizeof(*rows));

	for (i = 0; i < n_before; i++) {
		for (k = 0; k < n_before; k++) {
			struct ev_slice_result *a = &e->slices[i], *r;
			struct ev_slice_result *b = &e->slices[k];
			char *name;
			size_t n;

			if (a->family != f->cross[0] ||
			    b->family != f->cross[1])
				continue;
			n = intersect(rows, a, b);
			if (!n)
				continue;
			name = pair_name(a->member, b->member,
				e->suite->slices[a->family].kind ==
				EV_SLICE_BY);
			r = append(e, family, name);
			free(name);
			r->n = n;
			r->rows = ev_malloc(n * sizeof(*rows));
			memcpy(r->rows, rows, n * sizeof(*rows));
			count(r, x);
			if (r->missed) {
				ev_slice_release(r);
				e->n_slices--;
				e->suppressed++;
				ev_left_pair(e, family);
			}
		}
	}
	free(rows);
}

static int divide(struct counting *x, struct ev_evaluation *e, size_t family)
{
	const struct ev_family *f = &e->suite->slices[family];
	const struct ev_cohort *c = e->cohort;
	struct ev_members m = { NULL, 0, 0 };
	int ret;

	if (f->kind == EV_SLICE_ALL) {
		struct ev_slice_result *r = append(e, family, "");

		r->n = c->n;
		count(r, x);
		return 0;
	}
	if (f->kind == EV_SLICE_CROSS) {
		cross(x, e, family);
		return 0;
	}
	ret = ev_members_divide(&m, f, c);
	if (ret == 0)
		take(x, e, family, &m);
	if (ret == 0 && f->kind == EV_SLICE_GROUPS)
		ev_left_groups(e, family);
	ev_members_release(&m);
	return ret;
}

int ev_slices_make(struct ev_evaluation *e)
{
	struct counting x = { .e = e };
	size_t i;
	int ret = 0;

	x.seen = ev_calloc((size_t)e->cohort->patients + 1, sizeof(*x.seen));
	for (i = 0; i < e->suite->n_slices && ret == 0; i++)
		ret = divide(&x, e, i);
	free(x.seen);
	return ret;
}

void ev_slice_release(struct ev_slice_result *s)
{
	free(s->name);
	free(s->member);
	free(s->measures);
	free(s->asked);
	free(s->rows);
	free(s->change[0]);
	free(s->change[1]);
	ev_bins_release(&s->bins);
}
