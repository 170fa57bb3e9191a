#include "base/compat.h"

#include "clinical/suite_internal.h"

#include "base/mem.h"
#include "clinical/engine.h"

static const struct ev_su_range positive = {
	0, 1e40, false, "above 0"
};

static void read_against(struct ev_su_gate *x, const struct ev_value *v)
{
	static const char *const words[] = { "previous", "anchor" };
	struct ev_strs list = EV_STRS_INIT;
	char *path = ev_strdupf("%s.compare.against", x->path), *hint;
	size_t i, k;

	ev_su_strs(&list, v, path, x->bad);
	for (i = 0; i < list.n; i++) {
		for (k = 0; k < EV_ARRAY_SIZE(words); k++)
			if (!strcmp(words[k], list.items[i]))
				break;
		if (k < EV_ARRAY_SIZE(words)) {
			x->g->against |= k ? EV_AGAINST_ANCHOR :
					 EV_AGAINST_PREVIOUS;
			continue;
		}
		hint = ev_su_meant(list.items[i], words, EV_ARRAY_SIZE(words));
		ev_problem_add(x->bad, v, hint, "gate '%s' compares against "
			       "'%s', which is neither 'previous' nor "
			       "'anchor'", x->g->id, list.items[i]);
		free(hint);
	}
	ev_strs_release(&list);
	free(path);
}

/* Margins ---------------------------------------------------------------- */

/* A family of the gate, or a member of one, written "sex=F". */
static bool is_of_gate(const struct ev_su_gate *x, const char *slice)
{
	const char *name;
	size_t i, n;

	for (i = 0; i < x->g->n_slices; i++) {
		name = x->s->slices[x->g->slices[i]].name;
		n = strlen(name);
		if (!strncmp(name, slice, n) &&
		    (!slice[n] || (slice[n] == '=' && slice[n + 1])))
			return true;
	}
	return false;
}

static bool has_margin(const struct ev_gate *g, const char *slice)
{
	size_t i;

	for (i = 0; i < g->n_margins; i++)
		if (!strcmp(g->margins[i].slice, slice))
			return true;
	return false;
}

/* A margin as wide as the metric's range lets everything pass. */
static void check_width(struct ev_su_gate *x, const struct ev_decimal *d,
			const struct ev_value *at)
{
	if (x->info && d->text &&
	    ev_decimal_compare(x->info->high - x->info->low, d) <= 0)
		ev_problem_add(x->bad, at, NULL, "gate '%s': no %s differs by "
			       "%s, so everything would pass", x->g->id,
			       x->metric, d->text);
}

static void read_margins(struct ev_su_gate *x, const struct ev_value *v,
			 const char *path)
{
	struct ev_gate *g = x->g;
	const char *name;
	size_t i;

	if (v->n > EV_SUITE_MAX_ITEMS) {
		ev_problem_add(x->bad, v, NULL, "gate '%s' has more than %u "
			       "margins", g->id, EV_SUITE_MAX_ITEMS);
		return;
	}
	g->margins = ev_calloc(v->n + 1, sizeof(*g->margins));
	for (i = 0; i < v->n; i++) {
		name = v->keys[i]->text;
		if (!is_of_gate(x, name))
			ev_problem_add(x->bad, v->keys[i], NULL, "gate '%s' "
				       "has a margin for '%s', which is none "
				       "of its slices", g->id, name);
		g->margins[g->n_margins].slice = ev_strdup(name);
		ev_su_any_decimal(&g->margins[g->n_margins].margin,
				  v->items[i], path, &positive, x->bad);
		check_width(x, &g->margins[g->n_margins++].margin,
			    v->items[i]);
	}
	for (i = 0; i < g->n_slices; i++) {
		name = x->s->slices[g->slices[i]].name;
		if (!has_margin(g, name))
			ev_problem_add(x->bad, v, NULL, "gate '%s' has no "
				       "margin for slice '%s'", g->id, name);
	}
}

static void read_margin(struct ev_su_gate *x, const struct ev_value *v,
			const struct ev_value *compare)
{
	enum ev_compare c = x->g->compare;
	bool takes = c == EV_CMP_NON_INFERIORITY || c == EV_CMP_EQUIVALENCE;
	char *path = ev_strdupf("%s.compare.margin", x->path);

	if (takes && !v)
		ev_problem_add(x->bad, compare, NULL, "gate '%s' has no "
			       "number: '%s' needs a margin", x->g->id,
			       ev_su_compares[c - 1]);
	else if (!takes && v)
		ev_problem_add(x->bad, v, NULL, "gate '%s': '%s' has no "
			       "margin", x->g->id, ev_su_compares[c - 1]);
	else if (v && v->type == EV_MAP)
		read_margins(x, v, path);
	else
		ev_su_any_decimal(&x->g->margin, v, path, &positive, x->bad);
	check_width(x, &x->g->margin, v);
	free(path);
}

/* The kind of comparison and the metric ---------------------------------- */

static void check_metric(struct ev_su_gate *x, const struct ev_value *at)
{
	enum ev_compare c = x->g->compare;
	bool harm;

	if (!x->info)
		return;
	harm = x->info->metric == EV_M_NEW_FN_RATE ||
	       x->info->metric == EV_M_NEW_FP_RATE;
	if (c == EV_CMP_NO_NEW_HARM && !harm)
		ev_problem_add(x->bad, at, "new_fn_rate@POINT, "
			       "new_fp_rate@POINT", "gate '%s': "
			       "'no_new_harm' does not go with %s", x->g->id,
			       x->metric);
	else if (c != EV_CMP_NO_NEW_HARM && harm)
		ev_problem_add(x->bad, at, NULL, "gate '%s': %s is a "
			       "comparison already, of type 'no_new_harm'",
			       x->g->id, x->metric);
	else if (ev_su_stands_alone(x->info->metric) &&
		 !ev_has_readers(&x->s->dataset))
		ev_problem_add(x->bad, at, NULL, "gate '%s': a comparison of "
			       "%s is not supported", x->g->id, x->metric);
	else if (x->info->metric == EV_M_PSI || x->info->metric == EV_M_KS)
		ev_problem_add(x->bad, at, NULL, "gate '%s': %s is a "
			       "comparison already", x->g->id, x->metric);
	else if (!ev_change_is_possible(&x->s->requests[x->g->request]))
		ev_problem_add(x->bad, at, NULL, "gate '%s': a comparison of "
			       "%s is not supported", x->g->id, x->metric);
	else if (c != EV_CMP_CHANGE && x->info->no_interval)
		ev_problem_add(x->bad, at, NULL, "gate '%s': '%s' needs an "
			       "interval, which %s has not", x->g->id,
			       ev_su_compares[c - 1], x->metric);
	else if ((c == EV_CMP_NON_INFERIORITY || c == EV_CMP_SUPERIORITY) &&
		 !x->info->better)
		ev_problem_add(x->bad, at, "type: equivalence", "gate '%s': "
			       "%s is better neither high nor low, so '%s' "
			       "says nothing", x->g->id, x->metric,
			       ev_su_compares[c - 1]);
}

void ev_su_compare(struct ev_su_gate *x, const struct ev_value *v)
{
	const struct ev_value *type = ev_get(v, "type");
	int i = ev_su_index(type, ev_su_compares);

	if (!v && x->info && (x->info->metric == EV_M_NEW_FN_RATE ||
			      x->info->metric == EV_M_NEW_FP_RATE))
		ev_problem_add(x->bad, x->v, "compare: {type: no_new_harm, "
			       "against: previous}", "gate '%s': %s needs a "
			       "comparison", x->g->id, x->metric);
	if (v && ev_has_readers(&x->s->dataset))
		ev_problem_add(x->bad, v, "metric: reader_auc_gain", "gate "
			       "'%s': a comparison with another version is "
			       "not supported with 'dataset.readers'",
			       x->g->id);
	if (v && x->s->dataset.label_kind == EV_LABEL_CLASSES)
		ev_problem_add(x->bad, v, NULL, "gate '%s': a comparison with "
			       "another version is not supported with more "
			       "than two classes", x->g->id);
	if (i < 0)
		return;
	x->g->compare = (enum ev_compare)(EV_CMP_NON_INFERIORITY + i);
	read_against(x, ev_get(v, "against"));
	read_margin(x, ev_get(v, "margin"), v);
	check_metric(x, type);
	if (x->g->rationale && ev_get(v, "rationale"))
		ev_problem_add(x->bad, ev_get(v, "rationale"), NULL, "gate "
			       "'%s' says 'rationale' twice", x->g->id);
	else if (!x->g->rationale)
		x->g->rationale = ev_su_dup(v, "rationale");
}
