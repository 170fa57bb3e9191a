#include "base/compat.h"

#include "clinical/suite_internal.h"

#include "base/mem.h"

static const struct ev_su_range share = {
	0, 1, true, "from 0 to 1"
};

static void read_reference(struct ev_reference_spec *r, const char *name,
			   const struct ev_value *v, struct ev_problems *bad)
{
	if (!v || v->type != EV_MAP)
		return;
	r->given = true;
	r->release = ev_su_dup(v, "release");
	r->path = ev_su_dup(v, "path");
	r->column = ev_su_dup(v, "column");
	r->reason = ev_su_dup(v, "reason");
	if (!r->release + !r->path + !r->column != 2)
		ev_problem_add(bad, v, NULL, "'references.%s' must say one of "
			       "'release', 'path' and 'column'", name);
}

void ev_su_references(struct ev_suite *s, const struct ev_value *root,
		      struct ev_problems *bad)
{
	const struct ev_value *v = ev_get(root, "references"), *keys;
	const struct ev_value *key = ev_get_path(root, "dataset.key");
	size_t i, n = key && key->type == EV_LIST ? key->n : 1;

	read_reference(&s->previous, "previous", ev_get(v, "previous"), bad);
	read_reference(&s->anchor, "anchor", ev_get(v, "anchor"), bad);
	keys = ev_get_path(v, "pairing.keys");
	ev_su_strs(&s->pairing_keys, keys, "references.pairing.keys", bad);
	for (i = 0; i < s->pairing_keys.n; i++)
		if (i >= s->dataset.key.n ||
		    strcmp(s->pairing_keys.items[i], s->dataset.key.items[i]))
			break;
	if (keys && s->pairing_keys.n && n == s->dataset.key.n &&
	    (i < s->pairing_keys.n || i != n))
		ev_problem_add(bad, keys, NULL, "pairing by other keys than "
			       "'dataset.key' is not supported");
	for (i = 0; !keys && i < s->dataset.key.n; i++)
		ev_strs_add(&s->pairing_keys, s->dataset.key.items[i]);
	ev_decimal_take(&s->pairing_require, "1");
	ev_su_decimal(&s->pairing_require, ev_get_path(v, "pairing.require"),
		      "references.pairing.require", &share, bad);
	if (!s->pairing_require.text)
		ev_decimal_take(&s->pairing_require, "1");
}

static void read_point(struct ev_suite *s, const struct ev_value *key,
		       const struct ev_value *v, struct ev_problems *bad)
{
	static const char *const sources[] = {
		"baseline", "tuning", "test", NULL
	};
	static const struct ev_field fields[] = {
		{ "threshold", EV_F_TEXT, 0, NULL, NULL, "decimal" },
		{ "source", EV_F_ENUM, 0, NULL, sources, "where it is from" },
		{ 0 }
	};
	struct ev_point *p = &s->points[s->n_points];
	const struct ev_value *at = ev_get(v, "threshold");
	char *path = ev_strdupf("operating_points.%s", key->text);
	static const char *const words[] = { "threshold" };
	bool misspelt = false;
	char *name;
	size_t i;

	ev_schema_check(bad, v, fields, path);
	if (!ev_su_name(key->text, false))
		ev_problem_add(bad, key, NULL, "'%s' is no name of an "
			       "operating point: use letters, digits and . _ "
			       "-", key->text);
	for (i = 0; v->type == EV_MAP && i < v->n; i++)
		misspelt = misspelt || ev_closest(v->keys[i]->text, words, 1);
	if (ev_streq(ev_get_string(v, "source"), "test"))
		ev_problem_add(bad, ev_get(v, "source"), "write the threshold "
			       "that was chosen on other data", "operating "
			       "point '%s' may not come from the data under "
			       "test", key->text);
	if (v->type == EV_MAP && !at && !misspelt)
		ev_problem_add(bad, v, "threshold: \"0.42\"", "operating point "
			       "'%s' has no threshold, and deriving one is not "
			       "supported", key->text);
	name = ev_strdupf("%s.threshold", path);
	p->name = ev_strdup(key->text);
	ev_su_decimal(&p->threshold, at, name, s->dataset.score_kind ==
		      EV_SCORE_PROBABILITY ? &share : NULL, bad);
	s->n_points++;
	free(name);
	free(path);
}

void ev_su_points(struct ev_suite *s, const struct ev_value *v,
		  struct ev_problems *bad)
{
	size_t i, n = v && v->type == EV_MAP ? v->n : 0;

	if (n > EV_SUITE_MAX_ITEMS) {
		ev_problem_add(bad, v, NULL, "more than %u operating points",
			       EV_SUITE_MAX_ITEMS);
		n = 0;
	}
	if (n && s->dataset.label_kind == EV_LABEL_CLASSES)
		ev_problem_add(bad, v, NULL, "operating points with more than "
			       "two classes are not supported");
	if (n && ev_has_readers(&s->dataset))
		ev_problem_add(bad, v, NULL, "operating points with "
			       "'dataset.readers' are not supported");
	s->points = ev_calloc(n + 1, sizeof(*s->points));
	for (i = 0; i < n; i++)
		read_point(s, v->keys[i], v->items[i], bad);
}
