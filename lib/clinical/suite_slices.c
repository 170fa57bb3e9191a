#include "base/compat.h"

#include "clinical/suite_internal.h"

#include "base/mem.h"

#define MAX_CUTS 100u
#define MAX_GROUPED 4000u		/* values of all groups of a slice */

static const char *const ungrouped[] = { "review", "ignore", NULL };
static const char *const sources[] = { "synth", NULL };
static const struct ev_field fields[] = {
	{ "by", EV_F_STRING, 0, NULL, NULL, "column" },
	{ "cuts", EV_F_ANY, 0, NULL, NULL, "list of ascending numbers" },
	{ "groups", EV_F_MAP, 0, NULL, NULL, "name: values" },
	{ "ungrouped", EV_F_ENUM, 0, NULL, ungrouped, "values of no group" },
	{ "where", EV_F_MAP, 0, NULL, NULL, "column: values" },
	{ "cross", EV_F_LIST, 0, NULL, NULL, "two slices" },
	{ "tier", EV_F_ENUM, 0, NULL, ev_su_tiers, "instead of the suite's" },
	{ "source", EV_F_ENUM, 0, NULL, sources, "only in synthetic data" },
	{ 0 }
};

void ev_su_family_release(struct ev_family *f)
{
	size_t i;

	free(f->name);
	free(f->column);
	for (i = 0; i < f->n_cuts; i++)
		ev_decimal_release(&f->cuts[i]);
	free(f->cuts);
	for (i = 0; i < f->n_groups; i++) {
		free(f->groups[i].name);
		ev_strs_release(&f->groups[i].values);
	}
	free(f->groups);
	for (i = 0; i < f->n_where; i++) {
		free(f->where[i].column);
		ev_strs_release(&f->where[i].values);
	}
	free(f->where);
}

size_t ev_su_family(const struct ev_suite *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->n_slices; i++)
		if (!strcmp(s->slices[i].name, name))
			return i;
	return SIZE_MAX;
}

/* The parts of a slice --------------------------------------------------- */

static void read_cuts(struct ev_family *f, const struct ev_value *v,
		      const char *path, struct ev_problems *bad)
{
	size_t i;

	f->kind = EV_SLICE_CUTS;
	if (v->type != EV_LIST || !v->n || v->n > MAX_CUTS) {
		ev_problem_add(bad, v, NULL, "field '%s' must hold 1 to %u "
			       "numbers", path, MAX_CUTS);
		return;
	}
	f->cuts = ev_calloc(v->n, sizeof(*f->cuts));
	for (i = 0; i < v->n; i++) {
		if (!ev_su_any_decimal(&f->cuts[f->n_cuts], v->items[i],
				       path, NULL, bad))
			continue;
		f->n_cuts++;
		if (f->n_cuts > 1 &&
		    ev_decimal_order(&f->cuts[f->n_cuts - 2],
				     &f->cuts[f->n_cuts - 1]) >= 0)
			ev_problem_add(bad, v->items[i], NULL, "field '%s' "
				       "must ascend: %s comes after %s", path,
				       f->cuts[f->n_cuts - 1].text,
				       f->cuts[f->n_cuts - 2].text);
	}
}

static bool in_other_group(const struct ev_family *f, const char *value)
{
	size_t i;

	for (i = 0; i + 1 < f->n_groups; i++)
		if (ev_strs_has(&f->groups[i].values, value))
			return true;
	return false;
}

static size_t grouped(const struct ev_family *f)
{
	size_t i, n = 0;

	for (i = 0; i < f->n_groups; i++)
		n += f->groups[i].values.n;
	return n;
}

static void read_groups(struct ev_family *f, const struct ev_value *v,
			const char *path, struct ev_problems *bad)
{
	struct ev_slice_group *g;
	size_t i, k;

	f->kind = EV_SLICE_GROUPS;
	if (!v->n || v->n > EV_SUITE_MAX_ITEMS) {
		ev_problem_add(bad, v, NULL, "field '%s' must hold 1 to %u "
			       "groups", path, EV_SUITE_MAX_ITEMS);
		return;
	}
	f->groups = ev_calloc(v->n, sizeof(*f->groups));
	for (i = 0; i < v->n; i++) {
		g = &f->groups[f->n_groups++];
		g->name = ev_strdup(v->keys[i]->text);
		ev_su_strs(&g->values, v->items[i], path, bad);
		if (grouped(f) > MAX_GROUPED) {
			ev_problem_add(bad, v, NULL, "field '%s' has more "
				       "than %u values", path, MAX_GROUPED);
			return;
		}
		for (k = 0; k < g->values.n; k++)
			if (in_other_group(f, g->values.items[k]))
				ev_problem_add(bad, v->items[i], NULL, "field "
					       "'%s': '%s' is in two groups",
					       path, g->values.items[k]);
	}
}

static void read_where(const struct ev_suite *s, struct ev_family *f,
		       const struct ev_value *v, const char *path,
		       struct ev_problems *bad)
{
	struct ev_slice_where *w;
	size_t i;

	f->kind = EV_SLICE_WHERE;
	if (!v->n || v->n > EV_SUITE_MAX_ITEMS) {
		ev_problem_add(bad, v, NULL, "field '%s' must hold 1 to %u "
			       "columns", path, EV_SUITE_MAX_ITEMS);
		return;
	}
	f->where = ev_calloc(v->n, sizeof(*f->where));
	for (i = 0; i < v->n; i++) {
		w = &f->where[f->n_where++];
		w->column = ev_strdup(ev_su_column(&s->dataset,
						   v->keys[i]->text));
		ev_su_strs(&w->values, v->items[i], path, bad);
	}
}

static void unknown_slice(const struct ev_suite *s, const struct ev_value *v,
			  struct ev_problems *bad)
{
	const char **names = ev_calloc(s->n_slices + 1, sizeof(*names));
	char *hint;
	size_t i;

	for (i = 0; i < s->n_slices; i++)
		names[i] = s->slices[i].name;
	hint = ev_su_meant(v->text, names, s->n_slices);
	ev_problem_add(bad, v, hint, "there is no slice '%s' above",
		       v->text);
	free(hint);
	free(names);
}

static void read_cross(const struct ev_suite *s, struct ev_family *f,
		       const struct ev_value *v, const char *path,
		       struct ev_problems *bad)
{
	enum ev_slice_kind kind;
	size_t i;

	f->kind = EV_SLICE_CROSS;
	if (v->n != 2) {
		ev_problem_add(bad, v, NULL, "field '%s' must name two slices",
			       path);
		return;
	}
	for (i = 0; i < 2; i++) {
		if (v->items[i]->type != EV_STRING)
			return;
		f->cross[i] = ev_su_family(s, v->items[i]->text);
		if (f->cross[i] == SIZE_MAX) {
			f->cross[i] = 0;
			unknown_slice(s, v->items[i], bad);
			continue;
		}
		kind = s->slices[f->cross[i]].kind;
		if (kind != EV_SLICE_BY && kind != EV_SLICE_CUTS &&
		    kind != EV_SLICE_GROUPS)
			ev_problem_add(bad, v->items[i], NULL, "slice '%s' has "
				       "no members to be crossed",
				       v->items[i]->text);
	}
	if (f->cross[0] && f->cross[0] == f->cross[1])
		ev_problem_add(bad, v, NULL, "field '%s' names one slice twice",
			       path);
}

/* One slice -------------------------------------------------------------- */

/* What a slice may say together. */
static bool fits(const struct ev_value *v, const char *name, const char *path,
		 struct ev_problems *bad)
{
	const struct ev_value *by = ev_get(v, "by");
	const struct ev_value *cuts = ev_get(v, "cuts");
	const struct ev_value *groups = ev_get(v, "groups");
	int ways = !!by + !!ev_get(v, "where") + !!ev_get(v, "cross");

	if (!strcmp(name, "overall")) {
		if (v->n)
			ev_problem_add(bad, v, "overall: {}", "slice 'overall' "
				       "is everybody: it says nothing else");
		return false;
	}
	if (ev_get(v, "ungrouped") && !groups)
		ev_problem_add(bad, ev_get(v, "ungrouped"), NULL, "field "
			       "'%s.ungrouped' is for slices with groups",
			       path);
	if (ways > 1 || (cuts && groups) || (!by && (cuts || groups)) ||
	    (!ways && v->n) || !ways) {
		ev_problem_add(bad, v, "by: COLUMN, with cuts or groups, or "
			       "where: {COLUMN: VALUES}, or cross: [SLICE, "
			       "SLICE]", "slice '%s' must be made in one way",
			       path + strlen("slices."));
		return false;
	}
	return true;
}

static void read_parts(const struct ev_suite *s, struct ev_family *f,
		       const struct ev_value *v, const char *path,
		       struct ev_problems *bad)
{
	const struct ev_value *by = ev_get(v, "by");
	const struct ev_value *part;
	struct ev_buf name = EV_BUF_INIT;
	size_t i;
	static const char *const words[] = {
		"cuts", "groups", "where", "cross"
	};

	if (by) {
		f->kind = EV_SLICE_BY;
		f->column = ev_strdup(ev_su_column(&s->dataset, by->text));
	}
	for (i = 0; i < EV_ARRAY_SIZE(words); i++) {
		part = ev_get(v, words[i]);
		if (!part)
			continue;
		ev_buf_clear(&name);
		ev_buf_addf(&name, "%s.%s", path, words[i]);
		if (i == 0)
			read_cuts(f, part, name.ptr, bad);
		else if (i == 1)
			read_groups(f, part, name.ptr, bad);
		else if (i == 2)
			read_where(s, f, part, name.ptr, bad);
		else
			read_cross(s, f, part, name.ptr, bad);
	}
	ev_buf_release(&name);
}

static void read_slice(struct ev_suite *s, const struct ev_value *key,
		       const struct ev_value *v, struct ev_problems *bad)
{
	char *path = ev_strdupf("slices.%s", key->text);
	struct ev_family *f;
	size_t before = bad->n;
	int tier;

	ev_schema_check(bad, v, fields, path);
	if (!ev_su_name(key->text, false))
		ev_problem_add(bad, key, NULL, "'%s' is no name of a slice: "
			       "use letters, digits and . _ -", key->text);
	if (bad->n == before && fits(v, key->text, path, bad)) {
		f = &s->slices[s->n_slices];
		f->name = ev_strdup(key->text);
		tier = ev_su_index(ev_get(v, "tier"), ev_su_tiers);
		f->has_tier = tier >= 0;
		f->tier = tier < 0 ? EV_TIER_NONE :
			  (enum ev_tier)(EV_TIER_LOW + tier);
		f->ignores_ungrouped = ev_su_index(ev_get(v, "ungrouped"),
						   ungrouped) == 1;
		f->synthetic = !!ev_get(v, "source");
		read_parts(s, f, v, path, bad);
		s->n_slices++;
	} else if (strcmp(key->text, "overall")) {
		/* named, so that who refers to it is not told that it is not */
		s->slices[s->n_slices].kind = EV_SLICE_BY;
		s->slices[s->n_slices++].name = ev_strdup(key->text);
	}
	free(path);
}

void ev_su_slices(struct ev_suite *s, const struct ev_value *v,
		  struct ev_problems *bad)
{
	size_t i, n = v && v->type == EV_MAP ? v->n : 0;

	if (n > EV_SUITE_MAX_SLICES) {
		ev_problem_add(bad, v, NULL, "more than %u slices",
			       EV_SUITE_MAX_SLICES);
		n = 0;
	}
	s->slices = ev_calloc(n + 1, sizeof(*s->slices));
	s->slices[s->n_slices].kind = EV_SLICE_ALL;
	s->slices[s->n_slices++].name = ev_strdup("overall");
	for (i = 0; i < n; i++)
		read_slice(s, v->keys[i], v->items[i], bad);
}
